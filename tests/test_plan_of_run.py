"""What a solve recommends is a plan for every other verb: its weights, its target pay and its curves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from nights import LUCKY, SHOP

from optimizer.cli import main

TEAM = {"leads": "marketing", "wins": "sales"}
PAY = {"current": 8000, "min": 6000, "max": 10000, "step": 1000}


def company(folder: Path, **rules: Any) -> Path:
    """The shop, free to choose a curve and what marketing is paid."""
    tree = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    tree["curves"] = LUCKY["curves"]
    tree["teams"]["marketing"]["target_pay"] = PAY
    tree["rules"] |= {"curves": {"sales": ["flat", "steep"]}, "budget": {"expected": 35000.0}} | rules
    file = folder / "shop.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return file


def asked(*arguments: object, exit_code: int = 0) -> Any:
    done = CliRunner().invoke(main, [*map(str, arguments), "--json"])
    assert done.exit_code == exit_code, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A company, the run folder of its solve, and the result."""
    folder = tmp_path_factory.mktemp("solved")
    file, run = company(folder), folder / "run"
    result = asked("solve", file, "--out", run)
    assert result["curves"]
    assert result["target_pay"]["marketing"] != PAY["current"]
    return file, run, result


Solved = tuple[Path, Path, dict[str, Any]]


@pytest.mark.slow
def test_it_brings_what_the_solve_said(solved: Solved) -> None:
    file, run, result = solved
    answer = asked("evaluate", file, "--plan", run)
    for mode in ("first_response", "consistent"):
        assert answer[mode]["revenue"] == pytest.approx(result[mode]["revenue"], rel=1e-9)
        assert answer[mode]["loaded_pay"] == pytest.approx(result[mode]["loaded_pay"], rel=1e-9)


@pytest.mark.slow
def test_it_keeps_the_rules_and_the_budget(solved: Solved) -> None:
    file, run, result = solved
    assert asked("compare", file, "current", run)["plans"][str(run)]["broken_rules"] == []
    line = next(x for x in asked("budget", file, "--plan", run)["lines"] if x["name"] == "budget.expected")
    assert line["value"] == pytest.approx(result["consistent"]["loaded_pay"], rel=1e-9)


@pytest.mark.slow
def test_a_switch_to_it_is_followed_under_its_own_curves(solved: Solved, tmp_path: Path) -> None:
    file, run, result = solved
    weights = tmp_path / "weights.json"
    weights.write_text(json.dumps(result["plan"]))
    paid = []
    for plan in (run, weights):
        answer = asked("simulate", file, "--plan", plan, "--periods", 12, "--draws", 4000)
        assert not answer["summary"]["goes_on"]
        last = [row for row in answer["money"] if row["period"] == 12 and row["measure"] == "loaded_pay"]
        paid.append({row["plan"]: row["mean"] for row in last})
    # Staying is the same either way; beliefs that follow luck move pay by less than 3 %.
    assert paid[0]["stay"] == paid[1]["stay"]
    assert paid[0]["change"] == pytest.approx(result["consistent"]["loaded_pay"], rel=0.03)
    assert abs(paid[1]["change"] / result["consistent"]["loaded_pay"] - 1) > 0.05


def test_a_pilot_tests_it_and_actuals_adjust_it(solved: Solved, tmp_path: Path) -> None:
    file, run, result = solved
    assert asked("pilot", file, "--plan", run, exit_code=1)["summary"]["plan"] == str(run)
    at = asked("simulate", file, "--plan", run, "--periods", 1, "--draws", 4000)["scores"]
    target = {"leads": 144, "wins": 22}  # of the baseline: 18 × 4 + 8 × 9 leads, 0.2 of 110 calls
    rows = [f"1,{TEAM[row['kpi']]},{row['kpi']},{row['mean'] * target[row['kpi']]}" for row in at]
    actuals = tmp_path / "actuals.csv"
    actuals.write_text("\n".join(["period,team,kpi,value", *rows]))
    answer = asked("adjust", file, actuals, "--plan", run)
    assert answer["summary"]["surprises"] == 0
    assert answer["summary"]["value"] == pytest.approx(result["objective"], rel=0.02)
    # Expected results move nobody's responsiveness by much, so that the plan stays the best one.
    assert answer["summary"]["verdict"] == "keep"


def test_a_run_of_another_company_is_refused_with_what_differs(solved: Solved, tmp_path: Path) -> None:
    _, run, _ = solved
    tree = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    tree["teams"]["care"] = {"hours": 10, "base_pay": 1}
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    said = str(asked("evaluate", other, "--plan", run, exit_code=2)["problems"])
    assert "target_pay.care" in said
    assert "no such curve" in said
    assert "result.json" in said


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value"), [("currency", "JPY"), ("period", "year")])
def test_a_run_in_other_money_is_refused(solved: Solved, tmp_path: Path, key: str, value: str) -> None:
    """Its target pay would be read as so many yen, or as that of a year."""
    file, run, _ = solved
    other = tmp_path / "other.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8")) | {key: value}
    other.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    for verb in ("evaluate", "budget", "simulate", "pilot"):
        (problem,) = asked(verb, other, "--plan", run, exit_code=2)["problems"]
        assert f"the plan of {run} is in " in problem["message"]
        assert value in problem["message"]


@pytest.mark.slow
def test_a_run_that_found_no_plan_recommends_none(tmp_path: Path) -> None:
    file, run = company(tmp_path, budget={"expected": 1.0}), tmp_path / "run"
    asked("solve", file, "--out", run, exit_code=1)
    (problem,) = asked("budget", file, "--plan", run, exit_code=2)["problems"]
    assert problem["message"] == "this run recommends no plan"
