"""Words are in reports/locale alone: every code has them in every language, and a language is one file."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pypdf
import pytest
from solved import infeasible, moved, moved_tables, stuck, stuck_explained, unproven
from wording import (
    CODES,
    LANGUAGES,
    THINGS,
    catalogue,
    composed,
    labels_in,
    labels_rows,
    languages,
    names_of,
    pairs_of,
    phrase,
    with_labels,
    words_for,
)
from wording import in_words as has_words

from optimizer.runs.reference import WRITTEN
from optimizer.tables.build import tables_of
from optimizer.tables.table import Column
from optimizer.tables.whatif import whatif_data
from reports.documents import documents
from reports.run import RunContent

ROOT = Path(__file__).parents[1]
SAMPLES = {"cvar_sample", "percentile_sample"}
"""Checks whose name is put together."""
EVERY_TABLE = [table for tables in WRITTEN.values() for table in tables]
RUN_TABLES = WRITTEN["solve"]


def columns() -> Iterator[tuple[str, Column]]:
    for table in EVERY_TABLE:
        for name, column in table.columns.items():
            yield f"{table.name}.{name}", column


# --- catalogues and codes -------------------------------------------------------------------------------


def test_every_language_has_the_same_keys_in_the_same_order() -> None:
    for language in languages():
        assert list(catalogue(language)) == list(catalogue("en")), language


@pytest.mark.parametrize("group", CODES)
def test_every_code_has_words_in_every_language(group: str) -> None:
    for language in languages():
        for code in CODES[group]:
            assert catalogue(language)[f"{group}.{code}"], (language, code)


def test_every_column_of_codes_lists_its_codes() -> None:
    for name, column in columns():
        assert not name.endswith(("_en", "_fr")), name
        if column.unit == "code":
            assert column.of in CODES, name
        assert not column.of or column.of in {*CODES, *THINGS} or composed(column.of), name


def test_a_column_of_codes_without_a_group_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="no group"):
        Column(str, "code", "what it may be")


@pytest.mark.slow
@pytest.mark.parametrize(
    "found",
    [moved_tables, lambda: tables_of(stuck(), stuck_explained()), lambda: tables_of(infeasible()),
     lambda: tables_of(unproven())],
    ids=["moved", "stuck", "infeasible", "unproven"],
)  # fmt: skip
def test_tables_carry_no_other_codes(found) -> None:  # type: ignore[no-untyped-def]
    tables = found()
    for table in RUN_TABLES:
        for name, column in table.columns.items():
            if column.unit == "code":
                assert set(tables[table.name][name]) <= {*CODES[column.of], ""}, (table.name, name)


def test_every_check_that_the_solver_makes_is_listed() -> None:
    made = set()
    for file in (ROOT / "optimizer" / "solver").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Check":
                name = call.args[0] if call.args else next(k.value for k in call.keywords if k.arg == "name")
                made |= (
                    {name.value} if isinstance(name, ast.Constant) else {"cvar_sample", "percentile_sample"}
                )
    assert made == set(CODES["check"])


def test_every_loss_of_a_history_is_listed() -> None:
    made = set()
    asked = {"Loss": 0, "_loss": 0, "cells_of": 1, "without": 2, "blank": 3, "whole": 2, "unreadable": 2}
    asked |= {"read_otherwise": 0}
    for file in (ROOT / "optimizer" / "history" / "read").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = (
                getattr(call.func, "id", getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else ""
            )
            if name in asked and len(call.args) > asked[name]:
                code = call.args[asked[name]]
                if isinstance(code, ast.Constant):
                    made.add(f"unreadable_{code.value}" if name == "unreadable" else code.value)
    assert {*made, "incomplete_call"} == set(CODES["calibration.loss"])


# --- no words in the code -------------------------------------------------------------------------------


def texts_of(file: Path) -> Iterator[str]:
    """What the code of a module holds as text, but for what documents it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.slow
def test_no_french_is_left_in_the_code() -> None:
    """What exports of a CRM say in French is read, not said."""
    for room in ("optimizer", "reports"):
        for file in (ROOT / room).rglob("*.py"):
            if "history/read" not in file.as_posix():
                assert not [text for text in texts_of(file) if re.search("[àâçèêëîïôùûœ]", text)], file


@pytest.mark.slow
def test_there_is_no_second_system_of_words() -> None:
    assert not [*ROOT.glob("reports/*/locale")]
    for file in (ROOT / "optimizer").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                fields = {
                    getattr(part.target, "id", "") for part in node.body if isinstance(part, ast.AnnAssign)
                }
                assert not {"en", "fr"} <= fields or node.name == "Label", (file, node.name)


# --- names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("activity", "leave:lead", "Left unworked: Lead"),
        ("activity", "other:sales", "Other work: Sales"),
        ("rule", "budget.teams.sales", "Team budget (loaded): Sales"),
        ("rule", "target_pay.sales.max", "Target pay: Sales, at most"),
        ("rule_list", "budget.expected; locks.sales.wins", "Budget (loaded); Locked weight: Sales, Wins"),
        ("path", "teams.sales.base_pay", "Sales: fixed pay"),
        ("weights", "sales: wins 0.7, bookings 0.3; success: ", "Sales: Wins (70%), Bookings (30%)"),
        ("weights", "sales: wins 0.333333", "Sales: Wins (33.3333%)"),
        ("shift", "sales: wins more, bookings none", "Sales: more Wins, no Bookings"),
        ("reason", "time_limit 0.5; checks gap, time", "the time limit of 0.5 s was reached; checks that "
         "failed: Gap to the bound, Within the time limit"),
        ("reason", "left_out tornado", "no time was left for: what the gain is when a number is off"),
        ("status", "not_found", "No plan found that keeps the rules (not proven that none exists)"),
        ("plan", "by_hand", "By hand"),
        ("team", "", ""),
    ],
)  # fmt: skip
def test_names_and_codes_are_put_in_words(kind: str, name: str, said: str) -> None:
    labels = {("team", "sales"): "Sales", ("kpi", "wins"): "Wins", ("kpi", "bookings"): "Bookings"}
    assert names_of(labels, "en").of(kind, name) == said


def test_french_writes_its_own_numbers_and_signs() -> None:
    names = names_of({("team", "sales"): "Ventes"}, "fr")
    assert names.of("weights", "sales: wins 0.125") == "Ventes : Wins (12,5 %)"
    assert names.whole_plan("sales: wins 1", "sales: flat", "sales: 60000") == (
        "Ventes : Wins (100 %) ; Ventes : barème Flat ; Ventes : 60\u202f000 à objectif atteint"
    )


def test_a_plan_in_a_table_is_read_back() -> None:
    assert pairs_of("a: x 0.5, y more; b: ") == [("a", [("x", "0.5"), ("y", "more")]), ("b", [])]


def test_labels_of_a_company_are_those_of_its_file() -> None:
    scenario = moved().problem.scenario
    labels = labels_in(list(labels_rows(scenario)), "fr")
    assert labels["company", scenario.name]
    for kind, things in (("team", scenario.teams), ("kpi", scenario.kpis), ("stage", scenario.stages)):
        for name, thing in things.items():
            assert labels[kind, name] == (thing.label.fr if thing.label else labels[kind, name])
            assert (kind, name) in labels


# --- files ----------------------------------------------------------------------------------------------


def test_files_for_people_have_words_that_are_not_read_back(tmp_path: Path) -> None:
    tables = moved_tables()
    named = with_labels(RUN_TABLES, tables)
    head = ["team", "team_en", "team_fr", "activity", "activity_en", "activity_fr"]
    assert list(named["activities"])[:6] == head
    for table in RUN_TABLES:
        table.write(named[table.name], tmp_path / table.name)
        again = table.read(tmp_path / table.name)
        pd.testing.assert_frame_equal(again, tables[table.name], check_exact=True)


def test_phrases_that_ask_for_values_are_no_words_for_a_cell() -> None:
    assert has_words(RUN_TABLES[0].columns["status"])
    assert not has_words(Column(str, "code", "what is weak", "calibration.weak"))
    assert not has_words(Column(str, "name", "a file"))


# --- a third language -----------------------------------------------------------------------------------


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A made-up language `xx` beside the others: English phrases marked, Polish numbers and plural forms."""
    folder = tmp_path / "locale"
    folder.mkdir()
    for language in languages():
        (folder / f"{language}.json").write_text(json.dumps(catalogue(language)), encoding="utf-8")
    made: dict[str, str | dict[str, str]] = {}
    for key, entry in catalogue("en").items():
        if isinstance(entry, dict):
            made[key] = {form: f"x{form} {entry['other']}" for form in ("one", "few", "many", "other")}
        else:
            made[key] = f"x{entry}" if re.search("[a-z]{2}", entry) and "{" not in entry else entry
    made |= {"language.name": "Xish", "language.locale": "pl_PL", "language.other": "en"}
    (folder / "xx.json").write_text(json.dumps(made), encoding="utf-8")
    monkeypatch.setattr("reports.words.locales.LOCALE", folder)
    for known in (catalogue, languages):
        known.cache_clear()
    yield folder
    for known in (catalogue, languages):
        known.cache_clear()


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(content)).pages)


@pytest.mark.slow
def test_a_language_is_one_file(third: Path) -> None:
    assert third.exists()
    assert languages() == ("en", "fr", "xx")
    run = RunContent(moved_tables(), {}, whatif_data(moved()))
    made = {d.name: d.content for d in documents(run, ("pdf", "plans"), ("xx",))}
    assert set(made) >= {"report.xx.pdf"}
    words = words_for(run.tables, "xx")
    report = text_of(made["report.xx.pdf"])
    team = run.tables["teams"].iloc[0]
    for said in (
        words.label(team, "team"),
        words.say("proof.title"),
        words.name("check", "every_plan_judged"),
        words.name("check", "regret"),
        words.money(float(run.tables["summary"].iloc[0]["bound"])),
    ):
        assert "".join(said.split()) in "".join(report.split()), said
    assert words.count("proof.rounds", 5).startswith("xmany")
    assert words.write.number(1234567.5, 1).endswith(",5")
    assert [d.name for d in documents(run, ("pdf",))] == ["report.en.pdf", "report.fr.pdf", "report.xx.pdf"]


def test_the_workbook_and_the_page_speak_a_third_language(third: Path) -> None:
    assert third.exists()
    run = RunContent(moved_tables(), {}, whatif_data(moved()))
    found = {d.name: d.content for d in documents(run, ("xlsx", "html"), ("xx",))}
    book = openpyxl.load_workbook(BytesIO(found["budget.xlsx"]))
    title = str(book["Summary"]["A1"].value)
    assert title.startswith('=IF(Language="fr",')
    assert f'IF(Language="xx","{phrase("xx", "xlsx.title")}"' in title
    assert book["Summary"]["B3"].value == "xx"
    page = found["whatif.html"].decode()
    assert '<html lang="xx"' in page
    assert '"name":"Xish"' in page
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    spoken = data["catalogues"]["xx"]
    assert spoken["numbers"]["locale"] == "pl-PL"
    assert {key for key in spoken["phrases"] if key.startswith("rules.broken.")} == {
        f"rules.broken.{form}" for form in ("one", "few", "many", "other")
    }
    rule = data["company"]["rules"][0]
    assert set(rule["label"]) == {"en", "fr", "xx"}
    assert rule["label"]["xx"] == "xTarget pay: Marketing, xat most"


def test_a_company_without_labels_in_a_language_is_called_as_in_english(third: Path) -> None:
    assert third.exists()
    assert "xx" not in LANGUAGES
    rows = list(labels_rows(moved().problem.scenario))
    assert labels_in(rows, "xx") == labels_in(rows, "en")
