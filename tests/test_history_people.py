"""Exports as people have them: when data end, who differs, what changed; right values of the case book."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from optimizer.cli import main
from optimizer.history.estimate.history_study import Study, study_of
from optimizer.history.findings import as_json
from optimizer.history.read.deals import read_history
from optimizer.history.read.mapping import read_map

CASES = Path(__file__).parent / "cases" / "histories"
EXPECTED: dict[str, Any] = json.loads((CASES / "expected.json").read_text())
TODAY = dt.date(2026, 1, 1)
MAPS = dict.fromkeys(("forecast_3", "closed_ahead", "long_3", "long_60", "quarter_end", "few"), "map")
MAPS |= {"plain": "map_sf"}


@cache
def studied(case: str) -> Study:
    given = read_map(CASES / f"{MAPS.get(case, 'map_histories')}.yaml")
    return study_of(read_history([CASES / f"{case}.csv"], given, today=TODAY), given)


@cache
def found(case: str) -> dict[str, Any]:
    return as_json(studied(case))


def said(case: str) -> str:
    """What the terminal says."""
    given = CASES / f"{MAPS.get(case, 'map_histories')}.yaml"
    result = CliRunner().invoke(main, ["calibrate", str(CASES / f"{case}.csv"), "--map", str(given)])
    assert result.exit_code == 0, result.output
    return result.stdout


# --- when data end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["forecast_3", "closed_ahead", "forecast"])
def test_data_end_with_the_last_event_and_not_with_a_forecast(case: str) -> None:
    assert studied(case).history.last.date().isoformat() == EXPECTED[case]["end"]
    assert found(case)["mature_before"] < EXPECTED[case]["end"]


def test_leads_are_old_enough_by_the_last_event() -> None:
    right = EXPECTED["forecast"]
    assert found("forecast")["mature_before"] == right["mature_before"]
    assert found("forecast")["rows"]["mature"] == right["mature"]
    assert (found("forecast")["rates"]["won"]["k"], found("forecast")["rates"]["won"]["n"]) == (257, 840)


def test_dates_that_are_no_event_are_counted() -> None:
    assert found("forecast")["unusable_cells"]["closing_expected"] == 140
    assert found("closed_ahead")["unusable_cells"]["closed_ahead"] == 1
    assert studied("closed_ahead").history.deals["lag"].drop_nulls().to_list() == [31, 20]


AHEAD = [
    "Id,Created,Closed,Owner,Amount,Stage",
    *(f"{i},2024-01-{i:02},2024-03-{i:02},A,1,Won" for i in range(1, 29)),
]


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ("90,2024-03-27,2024-12-24,A,1,Won", "2024-03-28"),
        ("90,2024-03-27,2024-04-10,A,1,Won", "2024-04-10"),
        ("90,2024-02-01,2024-12-24,A,1,Open", "2024-03-28"),
    ],
    ids=["a closing far ahead", "a closing soon after the last creation", "a forecast"],
)
def test_without_dates_of_change_a_closing_after_a_long_silence_is_no_event(
    tmp_path: Path, more: str, end: str
) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([*AHEAD, "89,2024-03-26,2024-03-26,A,1,Lost", more]))
    assert read_history([path], read_map(CASES / "map.yaml"), today=TODAY).last.date().isoformat() == end


def test_leads_of_one_month_that_were_followed_for_long_end_with_their_last_closing() -> None:
    """An export of one time's leads: closings after the last creation are the rule there."""
    assert studied("long_3").history.last.date() == dt.date(2021, 6, 30)


@pytest.mark.parametrize(
    "heading", ["Last Modified Date", "hs_lastmodifieddate", "Modified On", "Date de dernière modification",
                "Geändert am", "Última modificación", "Update time"]
)  # fmt: skip
def test_a_date_of_change_is_used_without_being_named(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "deals.csv"
    text = (CASES / "closed_ahead.csv").read_text(encoding="utf-8").replace("Last Modified Date", heading)
    path.write_text(text, encoding="utf-8")
    assert read_history([path], read_map(CASES / "map.yaml"), today=TODAY).last.date() == dt.date(2024, 9, 2)
