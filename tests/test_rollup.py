"""Several units under one envelope: the best choice against every choice, luck against closed forms."""

from __future__ import annotations

import json
import os
import re
import shlex
from itertools import product
from pathlib import Path
from typing import Any, cast

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from click.testing import CliRunner, Result

from optimizer import RunOptions, Scenario, evaluate, read_plan, read_scenario, solve_to_folder
from optimizer.cli import main
from optimizer.response.booking import BookedMoney
from optimizer.risk.draws import draw_units
from optimizer.risk.payouts import company_pay
from optimizer.rollout import envelope
from optimizer.scenario.plan import plan_in_told_words, plan_in_words, plan_of

SMALL = Path(__file__).parent / "cases" / "small.yaml"
NOBODY = cast(Any, None)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "160"})


def small(**changes: Any) -> Scenario:
    return read_scenario(SMALL).model_copy(update=changes)


# --- the choice -----------------------------------------------------------------------------------------


def offered(net: float, loaded: float) -> envelope.Choice:
    money = BookedMoney(0.0, 0.0, round(net + loaded, 2), 0.0, 0.0, loaded, net)
    return envelope.Choice(envelope.Found("frontier", "run", "optimal", NOBODY), NOBODY, money, ())


def some_units(rng: np.random.Generator, reserve: float) -> list[envelope.BusinessUnit]:
    rules = small().rules
    kept = small(
        rules=rules.model_copy(update={"budget": rules.budget.model_copy(update={"reserve": reserve})})
    )
    sizes = rng.integers(1, 5, size=5)
    return [
        envelope.BusinessUnit(
            f"unit_{n}",
            kept,
            tuple(
                offered(round(float(rng.uniform(1e4, 9e6)), 2), round(float(rng.uniform(1e3, 2e5)), 2))
                for _ in range(size)
            ),
        )
        for n, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_the_choice_is_the_best_of_every_combination(seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = some_units(rng, reserve=float(rng.choice([0.0, 1234.56])))
    reserves = sum(unit.reserve for unit in units)
    every = [
        (round(sum(c.money.loaded_pay for c in one) + reserves, 2), round(sum(c.money.net for c in one), 2))
        for one in product(*(unit.choices for unit in units))
    ]
    costs = sorted({cost for cost, _ in every})
    # Every kind of limit: below all, exactly at one, a cent below it, between, above all.
    near = rng.choice(costs, 3)
    limits = [costs[0] - 0.01, costs[0], *near, *(rng.choice(costs, 3) - 0.01), costs[-1]]
    for found in envelope.best.best_combinations(units, [round(float(limit), 2) for limit in limits]):
        fitting = [net for cost, net in every if cost <= found.limit]
        assert found.status == ("optimal" if fitting else "infeasible")
        if fitting:
            assert found.net == max(fitting)
            assert found.spent + reserves <= found.limit + 1e-6
    assert envelope.best.least(units) == costs[0]


# --- luck -----------------------------------------------------------------------------------------------

LINEAR = """
version: 1
name: {name}
period: quarter
currency: EUR
noise_correlation: {rho}
teams:
  sellers:
    {{hours: 900, target_pay: {{current: {pay}, min: {low}, max: {pay}, step: 500}}, charges: {charges}}}
stages: {{lead: {{owner: sellers, inflow: 100}}, won: {{value: {value}}}}}
activities:
  sell: {{team: sellers, from: lead, yields: {{won: 0.3}}, hours: 8, baseline: 60}}
  wave: {{team: sellers, from: lead, yields: {{won: 0.1}}, hours: 2, baseline: 30}}
kpis:
  wins: {{entering: {{won: 1}}, noise: {wins}}}
  contacts: {{numerator: {{sell: 1, wave: 1}}, noise: {contacts}}}
current_plan: {{sellers: {{wins: 0.7, contacts: 0.3}}}}
rules: {{budget: {{expected: {budget}}}}}
"""
FIELDS = ("name", "rho", "pay", "low", "charges", "value", "wins", "contacts", "budget")
WORLDS = [
    dict(zip(FIELDS, world, strict=True))
    for world in (
        ("north", 0.4, 12000, 8500, 0.41, 2500, 0.2, 0.06, 18000),
        ("south", 0.25, 9000, 6500, 0.47, 3100, 0.26, 0.09, 14000),
        ("east", 0.0, 15000, 10500, 0.36, 1900, 0.15, 0.11, 21500),
    )
]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("worlds")
    files = []
    for world in WORLDS:
        files.append(folder / f"{world['name']}.yaml")
        files[-1].write_text(LINEAR.format(**world), encoding="utf-8")
    return files


def in_force(file: Path) -> envelope.Choice:
    evaluation = evaluate(file)
    money = BookedMoney(0, 0, 0, 0, 0, round(evaluation.consistent.loaded_pay, 2), 0)
    return envelope.Choice(envelope.Found("in_force", "", "", evaluation.plan), evaluation, money, ())


def test_joint_payouts_of_linear_pay_are_normal_with_the_shared_part_in_common(worlds: list[Path]) -> None:
    """Payout of a unit: sum of e_k (1 + charges) σ_k ε_k, with √ρ of every ε_k the common factor; what KPIs
    count in common is theirs alone. The variance of the sum over units follows by hand."""
    choices = [in_force(file) for file in worlds]
    alone, shared = [], []
    for world, luck in zip(WORLDS, draw_units([read_scenario(f) for f in worlds]), strict=True):
        euros = np.array([0.7, 0.3]) * world["pay"] * (1 + world["charges"])
        each = euros * [world["wins"], world["contacts"]]
        alone.append(float((luck.noise * each).sum(axis=1).var()))  # overlap of KPIs included
        shared.append(float(each.sum() * np.sqrt(world["rho"])))
    expected = sum(c.money.loaded_pay for c in choices)
    (drawn,) = envelope.joint.drawn_payouts([choices], 20240)
    for common, spread_of in ((True, "together"), (False, "own_luck")):
        covariance = sum(shared) ** 2 - sum(s**2 for s in shared) if common else 0.0
        deviation = np.sqrt(sum(alone) + covariance)
        paid = getattr(envelope.joint.joint_payouts(choices, drawn, 1e9, 0.0, 20240), spread_of)
        # Four standard errors of a percentile of 20,000 normal draws: √(0.9·0.1)/φ(1.2816)/√20000 = 1.2 %.
        assert paid.percentiles[2] == pytest.approx(
            expected + 1.28155 * deviation, abs=4 * 0.0121 * deviation
        )
        assert paid.standard_error * np.sqrt(20_000) == pytest.approx(deviation, rel=0.03)


def test_the_market_is_shared_and_everything_else_is_not(worlds: list[Path]) -> None:
    scenarios = [read_scenario(file) for file in worlds]
    paid = [
        company_pay(one.evaluation.cal, one.evaluation.euros, one.evaluation.consistent, drawn)
        for one, drawn in zip(map(in_force, worlds), draw_units(scenarios, 7), strict=True)
    ]
    seen = np.corrcoef(paid)
    assert seen[0, 1] > 0.2  # ρ of 0.4 and 0.25: √0.1 = 0.32 of KPIs that share everything
    assert abs(seen[0, 2]) < 0.03  # a unit without common luck; 4 standard errors of 20,000 draws


def test_regimes_of_the_same_names_and_odds_are_the_same_for_all() -> None:
    scenario = small()
    assert len(scenario.regimes) > 1
    other = dict(reversed(scenario.regimes.items()))
    one, same, third = draw_units([scenario, scenario, small(regimes=other)], 3)
    assert (one.regime == same.regime).all()
    assert not (one.noise == same.noise).any()
    assert (one.regime == third.regime).mean() < 0.9


# --- from run folders -----------------------------------------------------------------------------------


DOCS = Path(__file__).parents[1] / "docs" / "envelope.md"


def blocks(kind: str) -> str:
    (block,) = re.findall(rf"```{kind}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    return str(block)


@pytest.fixture(scope="module")
def told(worlds: list[Path]) -> tuple[Path, list[Result]]:
    """The folder in which the commands of the page were run, and what they said."""
    folder = worlds[0].parent
    (folder / "grid.yaml").write_text(blocks("yaml"), encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        return folder, [run(*shlex.split(line)[1:]) for line in blocks("sh").splitlines()]
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def runs(told: tuple[Path, list[Result]]) -> list[Path]:
    """Three units: two as the batch solved them, one with a frontier."""
    folder, _ = told
    options = RunOptions(explain="full", outputs=("xlsx",), languages=("en",))
    solve_to_folder(folder / "east.yaml", folder / "east_full", options)
    return [
        *(folder / "runs" / "units" / "runs" / f"{name}-as_is" for name in ("north", "south")),
        folder / "east_full",
    ]


@pytest.mark.slow
def test_every_command_of_the_page_does_what_it_says(told: tuple[Path, list[Result]]) -> None:
    folder, results = told
    assert [result.exit_code for result in results] == [0, 0, 0]
    whole, two = results[1].stdout, json.loads(results[2].stdout)
    assert "within an envelope of €53,000 per quarter" in " ".join(whole.split()).lower()
    assert {choice["unit"] for choice in two["choices"]} == {"north", "south"}
    units = pd.read_csv(folder / "envelope" / "units.csv")
    assert list(units["unit"]) == ["east", "north", "south"]  # by folder
    assert set(pd.read_csv(folder / "envelope" / "choices.csv")["run"].dropna()) > {
        "north-as_is",
        "north-less",
    }


def text_of(file: Path) -> tuple[str, int]:
    pages = pypdf.PdfReader(file).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()), len(pages)


@pytest.mark.slow
def test_sums_are_those_of_the_units_in_every_place(runs: list[Path], tmp_path: Path) -> None:
    done = run("rollup", *runs, "--budget", 53_000, "--out", tmp_path / "sum", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    summary, units = told["summary"], told["units"]
    assert summary["outcome"] == "optimal"
    for name in ("gross", "charges", "loaded", "net"):
        assert summary[name] == round(sum(unit[name] for unit in units), 2)
    assert summary["loaded"] == round(summary["gross"] + summary["charges"], 2)
    assert summary["loaded"] <= 53_000
    assert summary["left"] == round(53_000 - summary["loaded"], 2)
    for unit, folder in zip(units, runs, strict=True):
        made = tmp_path / "sum" / "plans" / f"{unit['unit']}.yaml"
        assert made.exists() == (unit["kind"] != "in_force")
        plan = read_plan(made, read_scenario(folder)) if made.exists() else None
        booked = evaluate(read_scenario(folder), plan).consistent
        assert unit["net"] == pytest.approx(booked.net, abs=0.03)
        assert unit["loaded"] == pytest.approx(booked.loaded_pay, abs=0.03)
    frame = pd.read_csv(tmp_path / "sum" / "units.csv")
    assert list(frame["loaded"]) == [unit["loaded"] for unit in units]
    book = openpyxl.load_workbook(tmp_path / "sum" / "rollup.xlsx")
    heads = [cell.value for cell in book["units"][1]]
    assert [row[heads.index("loaded")].value for row in book["units"].iter_rows(min_row=2)] == list(
        frame["loaded"]
    )
    for language, figure in (
        ("en", f"€{summary['loaded']:,.0f}"),
        ("fr", f"{summary['loaded']:,.0f}".replace(",", "")),
    ):
        text, pages = text_of(tmp_path / "sum" / f"rollup.{language}.pdf")
        assert figure in (text if language == "en" else "".join(text.split()))
        assert pages <= 2


@pytest.mark.slow
def test_less_room_takes_cheaper_plans_and_too_little_is_said_with_what_is_missing(runs: list[Path]) -> None:
    told = json.loads(run("rollup", *runs, "--budget", 60_000, "--json").stdout)
    nets = [line["net"] for line in told["envelopes"] if line["net"] is not None]
    assert nets == sorted(nets)
    smallest = told["summary"]["least"]
    exactly = run("rollup", *runs, "--budget", smallest, "--json")
    assert exactly.exit_code == 0
    assert json.loads(exactly.stdout)["summary"]["loaded"] == smallest
    short = run("rollup", *runs, "--budget", round(smallest - 1000, 2))
    assert short.exit_code == 1
    said = " ".join(short.output.split())
    assert "No combination of these plans keeps" in said
    assert "Raise the envelope by €1,000" in said


@pytest.mark.slow
def test_choices_keep_the_rules_of_their_unit_but_for_its_own_budget(runs: list[Path]) -> None:
    told = json.loads(run("rollup", *runs, "--budget", 60_000, "--json").stdout)
    for choice in told["choices"]:
        assert choice["kind"] == "in_force" or choice["broken_rules"] == 0
    assert {choice["unit"] for choice in told["choices"]} == {"north", "south", "east"}
    assert sum(choice["chosen"] for choice in told["choices"]) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"currency": "USD"}, "amounts of different ones cannot be added"),
        ({"period": "month"}, "amounts of different ones cannot be added"),
        ({"name": "north", "noise_correlation": 0.1}, "is a unit of the same name"),
    ],
)
def test_what_cannot_be_added_is_refused(
    runs: list[Path], tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    odd = read_scenario(runs[1] / "scenario.yaml").model_copy(update=change)
    solve_to_folder(odd, tmp_path / "odd", RunOptions(outputs=("xlsx",), languages=("en",)))
    done = run("rollup", runs[0], tmp_path / "odd", "--budget", 60_000, "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert message in problem["message"]
    assert problem["hint"]
    assert problem["where"]


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    done = run("rollup", tmp_path, "--budget", 60_000)
    assert done.exit_code == 2
    assert "is not a run folder" in done.output


def test_a_plan_in_words_is_read_back() -> None:
    scenario = small()
    weights = {"marketing": {"leads": 1.0}, "sales": {"wins": 0.333333, "meeting_rate": 0.666667}}
    plan = plan_in_told_words(
        scenario, plan_in_words(weights), "sales: steep; success.retention: flat", "sales: 18000"
    )
    assert plan.weights == weights
    assert plan.curves == {"sales": "steep", "success.retention": "flat"}
    today = plan_of(scenario, scenario.current_plan).target_pay
    assert plan.target_pay == {**today, "sales": 18000.0}
    with pytest.raises(ValueError, match="written in place"):
        plan_in_told_words(scenario, plan_in_words(weights), "sales: own", "")
