"""Columns say type, unit and meaning, tables keep to what they declare, the reference is made of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from companies import small_companies
from hypothesis import given, settings
from hypothesis import strategies as st
from solved import moved_tables

from optimizer import Scenario
from optimizer.runs.reference import WRITTEN, reference
from optimizer.solver import solve
from optimizer.tables.build import tables_of
from optimizer.tables.table import UNITS, Column, Table, TableError, read_tables, write_tables

ROOT = Path(__file__).parent.parent
EVERY = [(verb, table) for verb, tables in WRITTEN.items() for table in tables]
ONE = Table("one", who=Column(str, "name", "a name"), much=Column(float, "money", "how much"))


@pytest.mark.parametrize(
    ("kind", "unit", "meaning", "said"),
    [
        (list, "name", "a list", "no type of a column"),
        (float, "", "nothing said", "no unit of a column"),
        (float, "euros", "no unit that is known", "no unit of a column"),
        (float, "name", "a number that is a name", "no unit of a column of type float"),
        (str, "money", "a text that is money", "no unit of a column of type str"),
        (int, "share", "a whole number that is a share", "no unit of a column of type int"),
        (bool, "count", "a flag that counts", "no unit of a column of type bool"),
        (str, "name", "", "without meaning"),
    ],
)
def test_a_column_that_says_too_little_cannot_be_made(kind: type, unit: str, meaning: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Column(kind, unit, meaning)


@pytest.mark.parametrize("row", [{"who": "a"}, {"who": "a", "much": 1.0, "more": 2.0}])
def test_a_row_with_other_columns_is_no_row_of_the_table(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a row of one has not the columns that were declared: m"):
        ONE.frame([row])


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"who": ["a"], "much": [1.0], "more": [2.0]}),
        pd.DataFrame({"much": [1.0], "who": ["a"]}),
        pd.DataFrame({"who": ["a"], "much": ["1"]}),
    ],
)
def test_a_frame_with_columns_that_were_not_declared_is_not_written(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="the columns of one are not those that were declared"):
        ONE.write(frame, tmp_path / "one.csv")
    assert not (tmp_path / "one.csv").exists()


def test_every_table_has_one_meaning_per_verb_and_every_unit_is_used() -> None:
    for tables in WRITTEN.values():
        names = [table.name for table in tables]
        assert len(names) == len(set(names))
    assert {column.unit for _, table in EVERY for column in table.columns.values()} == set(UNITS)


def test_the_reference_of_the_tables_is_that_of_the_code() -> None:
    written = (ROOT / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")
    assert written == reference(), "python -m optimizer.runs.reference > docs/reference/tables.md"
    for verb, table in EVERY:
        assert f"### {verb}: {table.name}\n" in written


def test_the_reference_keeps_the_bars_of_a_meaning_in_its_cell() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| gain_share")]
    assert rows
    assert all(
        line.replace("\\|", "").count("|") == len(("column", "type", "unit", "of", "meaning")) + 1
        for line in rows
    )


WHATEVER = Table(
    "whatever",
    text=Column(str, "text", "any text"),
    flag=Column(bool, "flag", "either"),
    whole=Column(int, "id", "any whole number"),
    number=Column(float, "1", "any number"),
    day=Column(date, "day", "any day"),
)


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.text(max_size=8), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.dates()
        )
    )
)
def test_whatever_a_table_holds_is_the_same_after_it_was_a_file(cells: list[tuple[Any, ...]]) -> None:
    frame = WHATEVER.frame(WHATEVER.rows(cells))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "whatever.csv"
        WHATEVER.write(frame, file)
        pd.testing.assert_frame_equal(WHATEVER.read(file), frame, check_exact=True)


EDGE: dict[type, Any] = {str: 'a, "b"', bool: True, int: 2**53 + 1, float: 0.1 + 0.2, date: date(2026, 2, 28)}


@pytest.mark.parametrize("named", EVERY, ids=lambda named: f"{named[0]}-{named[1].name}")
def test_every_table_of_every_verb_is_the_same_after_it_was_a_file(
    named: tuple[str, Table], tmp_path: Path
) -> None:
    _, table = named
    frame = table.frame([{name: EDGE[column.type] for name, column in table.columns.items()}])
    for rows in (frame, frame.iloc[:0]):
        write_tables((table,), {table.name: rows}, tmp_path)
        pd.testing.assert_frame_equal(read_tables((table,), tmp_path)[table.name], rows, check_exact=True)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=4)
@given(scenario=small_companies(max_teams=4, regimes=2))
def test_tables_of_a_random_company_are_the_same_after_they_were_files(scenario: Scenario) -> None:
    rules = scenario.rules.model_copy(update={"change_limit": 0.0})
    frames = tables_of(solve(scenario.model_copy(update={"rules": rules})))
    with TemporaryDirectory() as folder:
        write_tables(WRITTEN["solve"], frames, Path(folder))
        again = read_tables(WRITTEN["solve"], Path(folder))
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(again[name], frame, check_exact=True)
    teams = list(scenario.teams)
    assert list(frames["teams"]["team"]) == teams
    assert list(dict.fromkeys(frames["measures"]["team"])) == teams


def test_numbers_of_a_run_are_of_the_kind_that_their_unit_says() -> None:
    frames = moved_tables()
    for table in WRITTEN["solve"]:
        for name, column in table.columns.items():
            values, where = frames[table.name][name].dropna(), f"{table.name}.{name}"
            if column.unit in ("count", "order", "id", "periods"):
                assert (values >= 0).all(), where
            if column.unit in ("count", "order", "id"):
                assert (values == np.round(values)).all(), where
            if column.unit == "name" and name in ("team", "kpi", "activity", "stage"):
                assert values.str.fullmatch(r"[A-Za-z0-9_:]*").all(), where


def test_tables_of_another_version_are_refused(tmp_path: Path) -> None:
    write_tables((ONE,), {"one": ONE.frame([{"who": "a", "much": 1.0}])}, tmp_path)
    newer = Table("one", **ONE.columns, more=Column(int, "count", "how many"))
    with pytest.raises(TableError, match=r"one\.csv has other columns \(more\)"):
        read_tables((newer,), tmp_path)
    with pytest.raises(TableError, match=r"column who: .* is no float"):
        read_tables((Table("one", who=ONE.columns["much"], much=ONE.columns["much"]),), tmp_path)
