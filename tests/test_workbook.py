"""The workbook: formulas recalculated by two programs that share no code with ours."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import subprocess
import warnings
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import yaml
from companies import random_company
from solved import hostile, infeasible, moved, unequal, unequal_tree
from test_curved_plans import PROVEN, scenario_of
from wording import words_for

from optimizer import Options, Scenario, Solution
from optimizer.explanation.build import explain
from optimizer.response.outcome import realised_pay
from optimizer.response.pay_curves import PayCurves
from optimizer.solver import solve
from optimizer.tables.build import tables_of
from optimizer.tables.payroll import Payroll
from optimizer.tables.rounding import printable
from optimizer.tables.table import Tables
from reports.run import RunContent
from reports.workbook import workbook_of

pytestmark = pytest.mark.documents

SAME = 1e-6
"""Spreadsheets calculate in double precision and round money to the cent; agreement is far below a cent."""
SOFFICE = shutil.which("soffice")
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""
CAPPED = {
    "meeting_rate": {"cap": 1.3},
    "bookings": {"cap": 1.5},
}
NAMED = {
    "steep": {
        "slope": 2.0,
        "threshold": 0.75,
        "accelerators": [{"from": 1.0, "slope": 2.5}],
        "cap": 1.8,
        "gate": {"kpi": "retention", "at": 0.9},
    },
    "later": {"floor": 0.5, "cap": 1.6, "vesting": [{"after": 2.0, "share": 0.5}]},
}
REGIMES = {
    "normal": {"probability": 0.75},
    "weak": {"probability": 0.25, "yields": {"targeted_campaign": 0.8}},
}
PHASING = {
    "headcount": {"sales": [7, 8, 9.5, 9], "marketing": [3, 2, 3, 3]},
    "ramp": {"sales": [0.25, 0.5]},
    "guaranteed": {"sales": 0.4},
    "seasonality": {"bookings": [0.19, 0.245, 0.28, 0.285]},
    "vacancy": {"marketing": "keeps_target"},
    "paid_leave": 0.1,
    "paid": {"after_days": 100},
}
Cells = dict[tuple[str, str], Any]


@cache
def curved() -> Solution:
    """Capped KPIs, regimes, a guaranteed part: every column of the workbook in use."""
    scenario = unequal(
        {"gaming": {"tolerance": 0.1}, "budget": {"expected": 150000.0, "min_share_of_target": 0.5}}
    )
    tree = scenario.model_dump(by_alias=True, exclude_none=True)
    for kpi, curve in CAPPED.items():
        tree["kpis"][kpi]["curve"] = curve
    return solve(type(scenario).model_validate(tree | {"regimes": REGIMES}))


@cache
def gated() -> Solution:
    """Curves of teams: a threshold behind a gate, an accelerator, luck that is shared; vesting; regimes;
    a year in which people come, with seasons and pay dates."""
    scenario = unequal(
        {"budget": {"expected": 150000.0}}, curves=NAMED, noise_correlation=0.6, phasing=PHASING
    )
    tree = scenario.model_dump(by_alias=True, exclude_none=True)
    for team, curve in {"sales": "steep", "marketing": "later"}.items():
        tree["teams"][team]["curve"] = curve
    return solve(type(scenario).model_validate(tree | {"regimes": REGIMES}))


@cache
def listed() -> Solution:
    """Curves of teams as points, steps and rates by band, one of them behind a gate."""
    forms = {
        "marketing": {"points": [[0.5, 0.25], [0.8, 0.8], [1.0, 1.0], [1.5, 2.0]]},
        "sales": {"steps": [[0.9, 0.6], [1.0, 1.0], [1.1, 1.5]], "gate": {"kpi": "retention", "at": 0.9}},
        "success": {"rates": [[0, 0.8], [1.0, 1.0], [1.2, 1.3]], "cap": 1.5},
    }
    scenario = unequal({"budget": {"expected": 150000.0}}, curves=forms, noise_correlation=0.3)
    tree = scenario.model_dump(by_alias=True, exclude_none=True)
    for team in forms:
        tree["teams"][team]["curve"] = team
    return solve(type(scenario).model_validate(tree | {"regimes": REGIMES}))


@cache
def linked() -> Solution:
    """Pay of two teams multiplied by what others reach, in proportion and with a jump; regimes.

    Weights in halves: the workbook is asked what a plan pays, and the plan is that of finer steps, which take
    half a minute.
    """
    retention = [[0.8, 0.5], [1.0, 1.0], [1.1, 1.2]]
    forms = {
        "sales": {"cap": 1.8, "times": {"kpi": "retention", "points": retention}},
        "marketing": {
            "points": [[0.5, 0.25], [1.0, 1.0], [1.5, 1.8]],
            "times": {"kpi": "bookings", "points": [[0.7, 0.2], [0.9, 0.4], [0.9, 1.0], [1.3, 1.3]]},
        },
    }
    measures = {"sales": ["bookings", "leads_touched"], "marketing": ["lead_volume", "meeting_rate"]}
    weights = {"step": 0.5, "max_measures": 3}
    rules = {"budget": {"expected": 150000.0}, "measures": measures, "weights": weights}
    scenario = unequal(rules, curves=forms, noise_correlation=0.3)
    tree = scenario.model_dump(by_alias=True, exclude_none=True)
    for team in forms:
        tree["teams"][team]["curve"] = team
    return solve(type(scenario).model_validate(tree | {"regimes": REGIMES}))


@cache
def chosen() -> Solution:
    """A curve that the solver picked, with a gate."""
    return solve(scenario_of("choice", unequal_tree()), Options(gap=PROVEN))


@cache
def random(seed: int, **shape: int) -> Solution:
    """A company that nobody designed: small payouts, teams without any, rates and counts of all sizes."""
    rules = {"weights": {"step": 0.25, "max_measures": 2}}
    return solve(random_company(np.random.default_rng(seed), rules=rules, **shape))


@cache
def timed() -> Solution:
    """Results that are moved over the ends of periods, in two regimes, by one of two teams paid on them."""
    file = Path(__file__).parent / "cases" / "trust" / "timing_budget.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    regimes = {"usual": {"probability": 0.7}, "weak": {"probability": 0.3, "inflow": {"lead": 0.5}}}
    tree["teams"]["closers"] |= {"charges": 0.31, "discount": 0.9, "responsiveness": 0.35}
    tree |= {"regimes": regimes, "rules": {"weights": {"step": 0.5}, "locks": {"closers": {"orders": 1.0}}}}
    return solve(Scenario.model_validate(tree, by_alias=True, by_name=False))


SOLUTIONS = {
    "timed": timed,
    "moved": moved,
    "curved": curved,
    "gated": gated,
    "listed": listed,
    "linked": linked,
    "chosen": chosen,
    "random": partial(random, 11, teams=3, activities=12, regimes=2),
    "random_unpaid": partial(random, 13, teams=5, activities=16, regimes=1),
}


def book_of(tables: Tables, language: str = "en") -> bytes:
    return workbook_of(tables, [words_for(tables, spoken) for spoken in ("en", "fr")], language)


@cache
def tables_for(name: str) -> Tables:
    return tables_of(SOLUTIONS[name]())


@cache
def book(name: str) -> bytes:
    return book_of(tables_for(name))


def stored(content: bytes) -> Cells:
    """Values as stored beside the formulas."""
    return {at: value for at, value in _cells(content, data_only=True).items() if value is not None}


def formulas_of(content: bytes) -> dict[tuple[str, str], str]:
    cells = _cells(content, data_only=False)
    return {at: str(v) for at, v in cells.items() if isinstance(v, str) and v.startswith("=")}


def _cells(content: bytes, *, data_only: bool) -> Cells:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type != "s" or data_only
    }


def edited(content: bytes, changes: Cells) -> bytes:
    """The workbook with other contents in some cells, and no stored values at all."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_formulas(content: bytes, folder: Path) -> Cells:
    """Recalculated by the package `formulas`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import formulas

        file = folder / "book.xlsx"
        file.write_bytes(content)
        model = formulas.ExcelModel().loads(str(file)).finish()
        solution = model.calculate()
    return {
        (value.ranges[0]["sheet"].title(), value.ranges[0]["ref"]): value.value[0, 0]
        for value in solution.values()
        if hasattr(value, "ranges") and value.value.shape == (1, 1)
    }


def by_libreoffice(content: bytes, folder: Path) -> Cells:
    """Recalculated by LibreOffice, told not to trust stored values."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(RECALCULATE)
    (folder / "book.xlsx").write_bytes(content)
    command = [str(SOFFICE), f"-env:UserInstallation=file://{profile.parent}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    subprocess.run([*command, str(folder / "book.xlsx")], check=True, capture_output=True, timeout=120)
    return stored((folder / "out" / "book.xlsx").read_bytes())


def misses(content: bytes, recalculated: Cells) -> list[str]:
    """Formula cells whose recalculated value is not the stored one."""
    held = stored(content)
    return [
        f"{at}: stored {held.get(at)!r}, recalculated {recalculated.get(at)!r}, {formula}"
        for at, formula in formulas_of(content).items()
        if not _same(held.get(at), recalculated.get(at))
    ]


def _same(stored: Any, value: Any) -> bool:
    if stored is None:  # an empty text is stored as nothing
        return value is None or value == ""
    if isinstance(stored, int | float) and isinstance(value, int | float):
        return abs(stored - value) <= SAME * max(1.0, abs(stored))
    return str(stored) == str(value)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_formula_gives_what_is_stored_beside_it(name: str, tmp_path: Path) -> None:
    assert len(formulas_of(book(name))) > 100
    assert misses(book(name), by_formulas(edited(book(name), {}), tmp_path)) == []


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is absent")
@pytest.mark.parametrize("name", SOLUTIONS)
def test_libreoffice_recalculates_the_same(name: str, tmp_path: Path) -> None:
    assert misses(book(name), by_libreoffice(edited(book(name), {}), tmp_path)) == []


def test_a_wrong_formula_is_found(tmp_path: Path) -> None:
    content = book("moved")
    pays = [at for at, f in formulas_of(content).items() if at[0] == "Budget" and f.startswith("=ROUND(")]
    wrong = {pays[0]: formulas_of(content)[pays[0]].replace("ROUND(", "ROUND(1.001*")}
    missed = misses(content, by_formulas(edited(content, wrong), tmp_path))
    assert any(str(pays[0]) in miss for miss in missed)
    assert any("Controls" in miss for miss in missed), "the sheet of controls must notice too"


@pytest.mark.parametrize("name", ["curved", "gated", "listed", "linked", "chosen"])
def test_other_attainments_pay_what_the_curves_say(name: str, tmp_path: Path) -> None:
    """Inputs changed in the sheet, against the pay curves in Python."""
    content, payroll = book(name), Payroll.of(explain(SOLUTIONS[name]()))
    inputs = _column(content, "Budget", "Attainment")
    levels = _column(content, "Budget", "Expected level")
    gates = _column(content, "Budget", "Attainment of the KPI it hangs on")
    assert bool(gates) == (name != "curved")
    cells = by_formulas(edited(content, {("Budget", cell): 0.7 for cell in (*inputs, *gates)}), tmp_path)
    lines = list(payroll.lines())
    assert len(inputs) == len(lines) == len(levels)
    kpis, teams = list(payroll.cal.network.kpis), list(payroll.cal.network.teams)
    curves: PayCurves = payroll.cal.curves
    for line, cell in zip(lines, levels, strict=True):
        pays = curves.expected(curves.noise * 0 + 0.7)
        expected = pays[teams.index(line["team"]), kpis.index(line["kpi"])]
        assert cells["Budget", cell] == pytest.approx(expected, abs=SAME)


def _column(content: bytes, sheet: str, heading: str) -> list[str]:
    """Addresses under the last cell with this heading."""
    page = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[sheet]
    heads = [cell for row in page.iter_rows() for cell in row if cell.value == heading]
    below = page.iter_rows(min_row=heads[-1].row + 1, min_col=heads[-1].column, max_col=heads[-1].column)
    return [cell.coordinate for (cell,) in below if cell.value is not None]


def test_an_attainment_in_the_sheet_of_cases_pays_what_the_table_says() -> None:
    cells = stored(book_of(tables_for("curved")))
    table = tables_for("curved")["pay_cases"]
    shown = sorted(
        v for (sheet, _), v in cells.items() if sheet == "Attainment" and isinstance(v, int | float)
    )
    totals = tables_for("curved")["case_totals"]
    amounts = [*table["pay"], *(v for c in ("pay", "charges", "loaded") for v in totals[c])]
    assert all(any(abs(pay - v) < SAME for v in shown) for pay in amounts)


def test_teams_are_rounded_once_and_totals_add_them_while_a_rounding_carries_what_lines_miss() -> None:
    for name in SOLUTIONS:
        tables = tables_for(name)
        lines, totals = tables["pay_lines"], tables["pay_totals"]
        digits = int(tables["summary"].iloc[0]["cents"])
        company, teams = totals[totals["team"] == ""].iloc[0], totals[totals["team"] != ""]
        for column in ("pay", "charges", "loaded"):
            assert round(teams[column].sum(), digits) == company[column]
        for _, team in teams.iterrows():
            mine = lines[lines["team"] == team["team"]]
            exact = (mine["probability"] * mine["euros"] * mine["level"]).sum()
            assert abs(team["pay"] - exact) <= 0.5 * 10.0**-digits + 1e-9
            assert abs(team["charges"] - team["pay"] * team["charges_rate"]) <= 0.5 * 10.0**-digits + 1e-9
            assert round(mine["pay"].sum() + team["rounding"], digits) == team["pay"]
        assert abs(company["loaded"] - company["exact"]) <= 0.02 * len(teams)
        assert tables["plans"].iloc[-1]["loaded_pay"] == company["loaded"]


def test_one_file_speaks_both_languages(tmp_path: Path) -> None:
    content = book("moved")
    language = next(at for at, v in stored(content).items() if at[0] == "Summary" and v == "en")
    french = by_formulas(edited(content, {language: "fr"}), tmp_path)
    title = words_for(printable(tables_for("moved")), "fr").say("xlsx.title")
    assert title in map(str, french.values())
    assert not any(str(v).startswith("#") for v in french.values())


def test_a_workbook_that_opens_in_french_stores_french(tmp_path: Path) -> None:
    content = book_of(tables_for("moved"), "fr")
    assert misses(content, by_formulas(edited(content, {}), tmp_path)) == []
    (said,) = (v for at, v in stored(content).items() if at[0] == "Summary" and "contrôles" in str(v))
    assert said.endswith("tous respectés")


def test_changed_inputs_are_counted_ties_no_longer_compare_and_a_limit_that_breaks_fails(
    tmp_path: Path,
) -> None:
    """Charges that make the payouts too dear for the budget of 135,000."""
    content = book("moved")
    rates = _column(content, "Plan", "Employer charges")[:3]
    cells = by_formulas(edited(content, {("Plan", cell): 0.9 for cell in rates}), tmp_path)
    said = {str(v) for v in cells.values()}
    rows = len(tables_for("moved")["controls"])
    assert f"{rows} controls: 1 FAILED: Budget (loaded)" in said
    assert "inputs changed" in said
    verdicts = [str(cells["Controls", at]) for at in _column(content, "Controls", "Verdict")]
    assert verdicts.count("FAILED") == 1
    at_limits = [str(cells["Limits", at]) for at in _column(content, "Limits", "Verdict")]
    assert at_limits[0] == "FAILED"
    assert "FAILED" not in at_limits[1:]
    assert float(cells["Limits", _column(content, "Limits", "Left")[0]]) < 0
    for sheet in ("Payouts", "Limits", "Ratios", "Budget", "Cash"):
        assert str(cells[sheet, "A3"]).startswith("Inputs changed since the run, cells: 3"), sheet
    changed = _beside(content, "Summary", "Inputs changed since the run (cells)")
    assert cells["Summary", changed] == 3


def test_every_limit_on_money_is_on_the_sheet_of_limits_and_none_is_invented() -> None:
    for name in ("curved", "moved"):
        controls = tables_for(name)["controls"]
        limits = controls[
            controls["control"].isin(["expected", "teams", "min_share_of_target", "cvar", "percentile"])
        ]
        held = limits[limits["verdict"] != "not_applicable"]
        cells, content = stored(book(name)), book(name)
        left = [cells["Limits", at] for at in _column(content, "Limits", "Left")]
        sign = [1 if side == "at_most" else -1 for side in held["side"]]
        assert left == pytest.approx(
            [s * (of - paid) for s, of, paid in zip(sign, held["limit"], held["value"], strict=True)]
        )
        assert len(left) >= 1


def test_ratios_are_those_of_a_head_and_a_year_and_say_which_kpi_has_no_cap() -> None:
    """Against the scenario by hand; the timed company is told by quarter."""
    scenario, cells, content = SOLUTIONS["timed"]().problem.scenario, stored(book("timed")), book("timed")
    counted = {n: t for n, t in scenario.teams.items() if t.headcount}
    ote = [cells["Ratios", at] for at in _column(content, "Ratios", "OTE, a head and year")]
    year = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}[scenario.period]
    plan = SOLUTIONS["timed"]().chosen
    assert plan is not None
    pays = dict(zip(scenario.teams, plan.euros.sum(axis=1), strict=True))
    by_hand = [(t.base_pay + pays[n]) * year / t.headcount for n, t in counted.items() if t.headcount]
    assert [v for v in ote if isinstance(v, float | int)] == pytest.approx(by_hand, abs=0.011)


def test_what_a_team_is_paid_at_most_is_the_top_of_its_capped_curves() -> None:
    """Attainments so high that every cap holds; a KPI that pays more for more has no most."""
    payroll, ratios = (
        Payroll.of(explain(SOLUTIONS["curved"]())),
        tables_for("curved")["ratios"].set_index("team"),
    )
    kpis = len(payroll.cal.network.kpis)
    levels = np.array([realised_pay(payroll.cal, np.full(kpis, at)) for at in np.arange(0, 60, 0.25)])
    still = levels[-1] > levels[-5] + 1e-9
    for i, team in enumerate(payroll.cal.network.teams):
        paid = payroll.euros[i] > 0
        if (still[i] & paid).any():
            assert ratios.loc[team, "uncapped"] in {
                payroll.cal.network.kpis[k] for k in np.flatnonzero(still[i] & paid)
            }
            assert np.isnan(ratios.loc[team, "most"])
        else:
            top = float((payroll.euros[i] * levels[:, i].max(axis=0))[paid].sum())
            assert ratios.loc[team, "most"] == pytest.approx(top, abs=0.01)
    assert ratios["most"].notna().any() or ratios["uncapped"].any()


def test_a_workbook_says_what_it_was_made_from_and_a_date_only_where_one_is_given() -> None:
    tables = tables_for("moved")
    made = {
        "scenario_sha256": "ab" * 32,
        "merged_sha256": "cd" * 32,
        "options": {"gap": 0.0003, "robust": None},
    }
    made |= {"python": "3.12.1", "versions": {"highspy": "1.15.9"}}
    run = RunContent(tables, {"inputs.json": json.dumps(made)})
    words = [words_for(tables, "en")]
    texts = {
        date: {
            str(v)
            for (sheet, _), v in stored(workbook_of(tables, words, "en", run, date)).items()
            if sheet == "Approvals"
        }
        for date in (None, dt.date(2026, 3, 31))
    }
    assert {"ab" * 32, "cd" * 32, "--gap", "0.0003", "3.12.1", "highspy", "1.15.9"} <= texts[None]
    assert "--robust" not in texts[None]
    assert texts[dt.date(2026, 3, 31)] - texts[None] == {"Date given", "2026-03-31"}


def _beside(content: bytes, sheet: str, text: str) -> str:
    """Address of the cell to the right of a text."""
    page = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[sheet]
    (cell,) = (cell for row in page.iter_rows() for cell in row if cell.value == text)
    return str(page.cell(cell.row, cell.column + 1).coordinate)


def test_a_label_that_looks_like_a_formula_stays_text() -> None:
    tables = {name: table.copy() for name, table in tables_for("moved").items()}
    for table in tables.values():
        for column in ("label", "source"):
            if column in table:
                table[column] = '=HYPERLINK("http://example.org")'
    formulas = formulas_of(book_of(tables))
    assert formulas
    assert not any(f.startswith("=HYPERLINK") for f in formulas.values())


@pytest.mark.parametrize("solution", [hostile, infeasible])
def test_hostile_names_and_missing_plans_still_make_a_workbook_that_ties(
    solution: Any, tmp_path: Path
) -> None:
    content = book_of(tables_of(solution()))
    assert misses(content, by_formulas(edited(content, {}), tmp_path)) == []


def test_the_same_tables_give_the_same_bytes() -> None:
    assert book_of(tables_for("moved")) == book_of(tables_for("moved"))


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_amount_of_a_plan_document_is_recomputed_by_the_workbook(name: str) -> None:
    """Worked examples against payouts by attainment, same team, KPI and attainment: as stored, which is what
    formulas give."""
    page = openpyxl.load_workbook(io.BytesIO(book(name)), data_only=True)["Attainment"]
    columns = {round(float(c.value), 6): c.column_letter for c in page[4] if isinstance(c.value, int | float)}
    rows = {(row[0].value, row[1].value): row[0].row for row in page.iter_rows(min_row=6)}
    cells = stored(book(name))
    examples = printable(tables_for(name))["examples"]
    words = words_for(tables_for(name), "en")
    assert len(examples) >= 6
    for _, example in examples.iterrows():
        row = rows[words.label(example, "team"), words.label(example, "kpi")]
        address = f"{columns[round(example['attainment'], 6)]}{row}"
        assert cells["Attainment", address] == pytest.approx(example["pay"], abs=SAME)


@pytest.mark.parametrize("name", ["curved"])
def test_inputs_alone_may_be_changed_within_what_they_can_be_and_pages_print_with_heads(name: str) -> None:
    opened = openpyxl.load_workbook(io.BytesIO(book(name)))
    told = [sheet for sheet in opened if sheet.sheet_state == "visible"]
    checked = 0
    for sheet in told:
        assert sheet.protection.sheet, sheet.title
        assert sheet.protection.password is None, "formulas are protected from slips, not from people"
        assert "&P" in sheet.oddFooter.right.text
        ranges = {str(cell) for rule in sheet.data_validations.dataValidation for cell in rule.cells}
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert all(cell.protection.locked for cell in cells if str(cell.value).startswith("="))
        open_cells = [cell for cell in cells if not cell.protection.locked and cell.data_type == "n"]
        for cell in open_cells:
            assert cell.coordinate in ranges, (sheet.title, cell.coordinate)
            checked += 1
    assert checked > 20
    headed = [sheet.title for sheet in told if sheet.print_title_rows]
    assert {"Plan", "Budget", "Controls"} <= set(headed)
