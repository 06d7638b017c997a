"""One payout is one figure: in every verb, table and document, to the cent, and limits are tested on it."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from companies import random_company
from pypdf import PdfReader
from wording import words_for

from optimizer import Scenario, budget, compare, evaluate
from optimizer.cli import main
from optimizer.response import booking
from optimizer.solver import solve
from optimizer.tables import json_values, payroll
from optimizer.tables.build import tables_of
from reports.workbook import workbook_of

TRUST = Path(__file__).parent / "cases" / "trust"
CENT = Decimal("0.01")
Tree = dict[str, Any]


def incentives(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


def tree_of(name: str) -> Tree:
    tree: Tree = yaml.safe_load((TRUST / f"{name}.yaml").read_text(encoding="utf-8"))
    return tree


def written(folder: Path, tree: Tree) -> Path:
    file = folder / f"{tree['name']}.yaml"
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return file


def by_hand(amount: float, places: int = 2) -> Decimal:
    """Half up in decimals, of what a double tells to nine places after the point."""
    told = Decimal(repr(round(amount, 9)))
    return told.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def booked_by_hand(pay: float, rate: float) -> tuple[Decimal, Decimal, Decimal]:
    """Gross, charges, loaded of a payee."""
    gross = by_hand(pay)
    charges = (gross * Decimal(repr(rate))).quantize(CENT, rounding=ROUND_HALF_UP)
    return gross, charges, gross + charges


# --- the rule -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "booked"),
    [
        (1.005, 1.01),
        (1000.125, 1000.13),
        (1000.12499999999, 1000.13),
        (1000.1249, 1000.12),
        (2.675, 2.68),
        (-0.005, -0.01),
        (0.0, 0.0),
        (1e9 + 0.005, 1e9 + 0.01),
        (123456789.115, 123456789.12),
    ],
)
def test_halves_go_up_but_for_the_noise_of_doubles(amount: float, booked: float) -> None:
    assert float(booking.half_up(amount)) == booked


def test_half_up_is_that_of_decimals_for_a_hundred_thousand_amounts() -> None:
    rng = np.random.default_rng(7)
    amounts = np.concatenate([rng.integers(0, 10**9, 50_000) / 1000, rng.uniform(0, 1e7, 50_000)])
    assert [float(by_hand(a)) for a in amounts.tolist()] == booking.half_up(amounts).tolist()


def test_charges_are_those_of_the_rounded_payout() -> None:
    """1.005 at 50 %: 1.01, half of it 0.505, so 0.51; half of what is not rounded would be 0.50."""
    tree = tree_of("budget_cents")
    tree["teams"]["desk"]["charges"] = 0.5
    booked = booking.book(Scenario.model_validate(tree), np.array([1.005]))
    assert (float(booked.pay[0]), float(booked.charges[0]), float(booked.loaded[0])) == (1.01, 0.51, 1.52)


def test_a_company_in_millions_has_no_cents() -> None:
    tree = tree_of("budget_cents")
    assert booking.booking_decimals(Scenario.model_validate(tree)) == 2
    tree["teams"]["desk"]["target_pay"] = 0.4
    assert booking.booking_decimals(Scenario.model_validate(tree)) == 9


# --- a budget to the cent -------------------------------------------------------------------------------


def cents_company(target_pay: float, charges: float, limit: float) -> Tree:
    """Today's plan is locked and costs what it costs."""
    tree = tree_of("budget_cents")
    tree["teams"]["desk"] |= {"target_pay": target_pay, "charges": charges}
    tree["rules"]["budget"]["expected"] = limit
    return tree


CENTS = [
    (1000.13, 0.4275, 1427.69),  # the case: 1,427.6856 before rounding
    (1000.11, 0.4275, 1427.66),  # 1,427.6570
    (1000.17, 0.4273, 1427.54),  # 1,427.5426, less than the limit that booking leaves
    (1000.15, 0.4275, 1427.71),  # 1,427.7141, more than the limit, booked within it
    (1357111003.0, 0.4275, 1937275956.78),
]


@pytest.mark.parametrize(("target", "rate", "limit"), CENTS)
def test_a_limit_that_is_met_to_the_cent_holds_and_a_cent_less_does_not(
    target: float, rate: float, limit: float, tmp_path: Path
) -> None:
    assert float(booked_by_hand(target, rate)[2]) == limit
    file = written(tmp_path, cents_company(target, rate, limit))
    kept = incentives("budget", file, "--plan", "current")
    assert kept.exit_code == 0
    assert f"{limit:,.2f}" in kept.output
    assert " 0.00 " in kept.output
    (line, *_) = json.loads(incentives("budget", file, "--plan", "current", "--json").stdout)["lines"]
    assert (line["booked"], line["slack"], line["kept"]) == (limit, 0.0, True)
    short = limit - 0.01
    broken = incentives("budget", written(tmp_path, cents_company(target, rate, short)), "--plan", "current")
    assert broken.exit_code == 1
    assert "FAILED: budget.expected by 0.01" in broken.output


@pytest.mark.parametrize(("target", "rate", "limit"), CENTS)
def test_the_solver_keeps_and_breaks_a_budget_to_the_same_cent(
    target: float, rate: float, limit: float
) -> None:
    assert solve(Scenario.model_validate(cents_company(target, rate, limit))).chosen is not None
    assert solve(Scenario.model_validate(cents_company(target, rate, limit - 0.01))).chosen is None


@cache
def solved(folder: Path, name: str) -> Path:
    out = folder / name
    incentives("solve", TRUST / f"{name}.yaml", "--out", out)
    return out


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("money")


def rows_of(run: Path, table: str) -> list[dict[str, str]]:
    with (run / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells_of(run: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(run / "budget.xlsx", data_only=True)
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book.worksheets}


def text_of(run: Path, language: str) -> list[str]:
    """Pages, spaces as plain ones."""
    pages = PdfReader(run / f"report.{language}.pdf").pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]


@pytest.mark.documents
def test_the_case_of_cents_is_one_figure_in_every_document(runs: Path) -> None:
    run = solved(runs, "budget_cents")
    booked = json.loads((run / "result.json").read_text(encoding="utf-8"))["consistent"]["booked"]["company"]
    assert booked == {"gross": 1000.13, "charges": 427.56, "loaded": 1427.69}
    company = next(row for row in rows_of(run, "pay_totals") if not row["team"])
    assert (company["loaded"], company["slack"]) == ("1427.69", "0.0")
    (rule,) = (row for row in rows_of(run, "rules") if row["rule"] == "budget.expected")
    assert (rule["value"], rule["slack"]) == ("1427.69", "0.0")
    plans = (row for row in rows_of(run, "plans") if row["kind"] != "equal")
    assert {row["loaded_pay"] for row in plans} == {"1427.69"}
    cells = cells_of(run)
    summary = [row for row in cells["Summary"] if 1427.69 in row]
    assert any(row[1:5] == [1427.69, 0, 1427.69, 0] for row in summary)  # loaded, reserve, limit, left
    assert [1000.13, 427.56, 1427.69] in [row[2:5] for row in cells["Budget"]]
    for language, amounts in (("en", ("1,427.69", "0.00")), ("fr", ("1 427,69", "0,00"))):
        assert all(amount in " ".join(text_of(run, language)) for amount in amounts)


@pytest.mark.documents
def test_a_control_that_fails_is_there_and_says_so_in_words(runs: Path) -> None:
    run = solved(runs, "budget_exceeded")
    failed = [row for row in rows_of(run, "controls") if row["verdict"] == "failed"]
    assert [(row["control"], row["team"], row["difference"]) for row in failed] == [("teams", "desk", "40.0")]
    cells = cells_of(run)
    (line,) = (row for row in cells["Controls"] if "FAILED" in row)
    assert line[:7] == ["Team budget (loaded)", "Desk", 17040, 17000, 0, 40, "FAILED"]
    count = len(rows_of(run, "controls"))
    (said,) = (row[1] for row in cells["Summary"] if row[0] == "Controls")
    assert said == f"{count} controls: 1 FAILED: Team budget (loaded): Desk"
    for language, word in (("en", "Controls that fail"), ("fr", "Contrôles en échec")):
        assert word in text_of(run, language)[0]
        assert re.search(r"40[.,]00", text_of(run, language)[0])
    assert incentives("budget", TRUST / "budget_exceeded.yaml", "--plan", "current").exit_code == 1


RULES_OF_PAY: dict[str, Tree] = {
    "cvar": {"cvar": {"level": 0.95, "limit": 1.0}},
    "percentile": {"percentile": {"level": 0.9, "limit": 1.0}},
    "min_share_of_target": {"min_share_of_target": 9.0},
    "teams": {"teams": {"desk": 1.0}},
    "expected": {"expected": 1.0},
}


@cache
def controls_of(kind: str) -> list[tuple[str, str, str, str]]:
    """(block, control, team, verdict) of a company with no plan, one imposed, one best, or a rule broken."""
    tree = tree_of("budget_exceeded")
    tree["rules"]["budget"] = RULES_OF_PAY.get(kind, {})
    if kind == "imposed":
        tree["rules"]["locks"] = tree["current_plan"]
    solved_one = solve(Scenario.model_validate(tree))
    assert (solved_one.chosen is None) == (kind in RULES_OF_PAY)
    table = tables_of(solved_one)["controls"]
    return [tuple(map(str, row)) for row in table[["block", "control", "team", "verdict"]].to_numpy()]


@pytest.mark.parametrize("kind", RULES_OF_PAY)
def test_every_limit_on_pay_has_its_control_which_fails_where_it_is_broken(kind: str) -> None:
    failed = {control for _, control, _, verdict in controls_of(kind) if verdict == "failed"}
    assert failed == {kind}


def test_controls_are_the_same_in_optimal_infeasible_and_imposed_runs() -> None:
    kinds = ["best", "imposed", *RULES_OF_PAY]
    rows = {kind: [row[:3] for row in controls_of(kind)] for kind in kinds}
    assert all(rows[kind] == rows["best"] for kind in kinds)
    assert {verdict for kind in ("best", "imposed") for *_, verdict in controls_of(kind)} == {
        "ok",
        "not_applicable",
    }


# --- two hundred random plans ---------------------------------------------------------------------------

COMPANIES, PLANS = 20, 10


@cache
def company(seed: int) -> Scenario:
    """Amounts of thousands, charges of up to four decimals; today's plan and no other may be paid."""
    rng = np.random.default_rng(seed)
    tree = random_company(rng, teams=3, activities=9).model_dump(by_alias=True, exclude_defaults=True)
    for team in (tree["teams"][name] for name in tree["current_plan"]):
        team["target_pay"] = round(float(rng.uniform(900, 90_000)), 2)
        team["charges"] = round(float(rng.uniform(0, 0.6)), int(rng.integers(1, 5)))
    tree["rules"] = {"locks": tree["current_plan"]}
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


@cache
def random_plans(seed: int) -> dict[str, Any]:
    """Plans of the company, each evaluated; today's is the first."""
    rng, kpis = np.random.default_rng(seed), list(company(seed).kpis)
    plans: dict[str, Tree] = {"today": company(seed).current_plan}
    for n in range(1, PLANS):
        weights = rng.dirichlet(np.full(len(kpis), 0.5), len(plans["today"]))
        paid = zip(plans["today"], weights.tolist(), strict=True)
        plans[f"p{n}"] = {team: dict(zip(kpis, shares, strict=True)) for team, shares in paid}
    return compare(company(seed), plans)


def sums_by_hand(scenario: Scenario, pay: list[float]) -> list[tuple[float, ...]]:
    """Gross, charges and loaded of every team, then of the company."""
    rates = [team.charges for team in scenario.teams.values()]
    hand = [booked_by_hand(p, rate) for p, rate in zip(pay, rates, strict=True)]
    return [tuple(map(float, parts)) for parts in (*hand, tuple(map(sum, zip(*hand, strict=True))))]


def told_in_json(at: Any) -> list[tuple[float, ...]]:
    booked = json_values.outcome_json(at.cal, at.consistent)["booked"]
    return [tuple(amounts.values()) for amounts in (*booked["teams"].values(), booked["company"])]


@pytest.mark.parametrize("seed", range(COMPANIES))
def test_payouts_of_random_plans_are_the_same_to_the_cent_in_json_and_tables(seed: int) -> None:
    for at in random_plans(seed).values():
        sums = sums_by_hand(at.cal.scenario, at.consistent.pay.tolist())
        assert told_in_json(at) == sums
        paid = payroll.Payroll(at.cal, at.euros, at.consistent)
        totals = payroll.PAY_TOTALS.frame(paid.totals())
        assert [tuple(row) for row in totals[["pay", "charges", "loaded"]].to_numpy()] == sums
        cases = payroll.CASE_TOTALS.frame(paid.case_totals())
        assert (booking.half_up(cases["pay"] + cases["charges"]) == cases["loaded"]).all()


@pytest.mark.parametrize("seed", range(0, COMPANIES, 2))
def test_verbs_tell_the_same_cents(seed: int) -> None:
    name, beside = list(random_plans(seed).items())[1 + seed % (PLANS - 1)]
    assert name in random_plans(seed)
    at, sums = evaluate(company(seed), beside.plan), told_in_json(beside)
    assert told_in_json(at) == sums
    whole, *teams = budget(company(seed), beside.plan).lines[: len(sums)]
    assert [(line.gross, line.charges, line.loaded) for line in (*teams, whole)] == sums


@pytest.mark.documents
@pytest.mark.parametrize("seed", range(0, COMPANIES, 4))
def test_the_workbook_has_the_cents_of_the_plan_in_force(seed: int) -> None:
    tables = tables_of(solve(company(seed)))
    words = [words_for(tables, language) for language in ("en", "fr")]
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(tables, words)), data_only=True)
    sums = told_in_json(random_plans(seed)["today"])
    shown = [row[2:5] for row in book["Budget"].iter_rows(values_only=True)]
    assert all(amounts in shown for amounts in sums)
    summary = {row[0]: row[1:3] for row in book["Summary"].iter_rows(values_only=True)}
    keys = ("pay", "charges", "loaded_pay")
    for column in (0, 1):
        assert tuple(summary[words[0].say(f"xlsx.amount.{key}")][column] for key in keys) == sums[-1]
    for _, told in tables["plans"][tables["plans"]["kind"] != "equal"].iterrows():
        assert tuple(float(told[key]) for key in keys) == sums[-1]
    assert not (tables["controls"]["verdict"] == "failed").any()


def test_whoever_books_in_millions_is_told_so(tmp_path: Path) -> None:
    tree = tree_of("budget_cents")
    for pay, told in ((1000.0, False), (0.35, True), (0.0, False)):
        tree["teams"]["desk"]["target_pay"] = pay
        done = incentives("evaluate", written(tmp_path, tree))
        assert ("payouts are booked to nine decimals" in done.stderr) is told, pay
