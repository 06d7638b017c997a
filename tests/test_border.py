"""Whatever comes in from Python is checked as the verbs check their files, before anything is computed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import FrozenInstanceError, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pydantic import ValidationError

import optimizer
from optimizer import Options, Plan, Scenario, ScenarioError, budget, compare, evaluate, measures, solve
from optimizer.cli import main

Tree = dict[str, Any]
BAKERY: Tree = {
    "name": "bakery",
    "currency": "CHF",
    "teams": {
        "flyers": {"headcount": 2, "hours": 110, "base_pay": 9000, "target_pay": 3000, "charges": 0.2},
        "counter": {"headcount": 3, "hours": 130, "base_pay": 7000, "target_pay": 6000, "charges": 0.4},
    },
    "stages": {"visit": {"owner": "counter"}, "basket": {"value": 900}},
    "activities": {
        "hand_out": {"team": "flyers", "yields": {"visit": 2}, "hours": 1, "baseline": 60},
        "serve": {"team": "counter", "from": "visit", "yields": {"basket": 0.1}, "hours": 1, "baseline": 70},
    },
    "kpis": {"visits": {"entering": {"visit": 1}}, "baskets": {"entering": {"basket": 1}}},
    "current_plan": {"flyers": {"visits": 1.0}, "counter": {"baskets": 1.0}},
    "plans": {
        "shared": {"flyers": {"visits": 0.6, "baskets": 0.4}, "counter": {"baskets": 0.3, "visits": 0.7}}
    },
    "rules": {"budget": {"expected": 40000}},
}
SOUND = {"flyers": {"visits": 1.0}, "counter": {"baskets": 1.0}}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "evaluate": evaluate,
    "compare": compare,
    "budget": lambda scenario: budget(scenario, "current"),
    "measures": measures,
    "solve": solve,
}
IMPOSSIBLE: dict[str, Callable[[Tree], Any]] = {
    "more work than hours": lambda t: t["teams"]["counter"].update(hours=30),
    "more taken than comes in": lambda t: t["activities"]["serve"].update(baseline=500),
    "an unknown KPI today": lambda t: t["current_plan"].update(flyers={"visitz": 1.0}),
    "an unknown KPI in a named plan": lambda t: t["plans"]["shared"].update(flyers={"basket": 1.0}),
    "an unknown team": lambda t: t["activities"]["serve"].update(team="nobody"),
    "unknown measures and caps": lambda t: t["rules"].update(
        measures={"flyers": ["visits", "baskts"]}, gaming={"caps": {"nothing": 3.0}}
    ),
    "all at once": lambda t: [make(t) for name, make in IMPOSSIBLE.items() if name != "all at once"],
}


def bakery(change: Callable[[Tree], Any] = lambda _: None) -> Scenario:
    tree = deepcopy(BAKERY)
    change(tree)
    return Scenario.model_validate(tree)


def revenue(scenario: Any, plan: Any = None) -> float:
    return evaluate(scenario, plan).consistent.revenue


def said_by_the_verb(folder: Path, change: Callable[[Tree], Any]) -> set[tuple[str, ...]]:
    """What `check --json` prints of the same company, without the places in its file."""
    tree = deepcopy(BAKERY)
    change(tree)
    file = folder / "bakery.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(file), "--json"])
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["problems"]
    return {(p["where"].split(" ")[-1], p["value"], p["message"], p["hint"]) for p in problems}


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ScenarioError) as error:
        call()
    return str(error.value)


# --- companies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", IMPOSSIBLE)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_impossible_company_is_refused_in_the_words_of_the_verb(
    function: str, change: str, tmp_path: Path
) -> None:
    scenario = bakery(IMPOSSIBLE[change])
    with pytest.raises(ScenarioError) as error:
        FUNCTIONS[function](scenario)
    problems = {(p.where, p.value, p.message, p.hint) for p in error.value.problems}
    assert problems == said_by_the_verb(tmp_path, IMPOSSIBLE[change])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_copies_with_values_that_no_file_could_have_are_refused(function: str) -> None:
    sound = bakery()
    counter = sound.teams["counter"].model_copy(update={"hours": -5.0})
    copy = sound.model_copy(update={"teams": {**sound.teams, "counter": counter}})
    assert "teams.counter.hours" in refused(lambda: FUNCTIONS[function](copy))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_no_company_is_refused_in_words(function: str, tmp_path: Path) -> None:
    assert "is no scenario" in refused(lambda: FUNCTIONS[function](deepcopy(BAKERY)))
    assert "no such file" in refused(lambda: FUNCTIONS[function](tmp_path / "nothing.yaml")).lower()


def test_a_path_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bakery.yaml"
    file.write_text(yaml.safe_dump(BAKERY, sort_keys=False), encoding="utf-8")
    for path in (file, str(file)):
        assert revenue(path) == revenue(bakery())


def test_a_baseline_that_cannot_be_calibrated_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.plans import evaluation
    from optimizer.response.calibration import CalibrationError

    def fails(*_: Any) -> None:
        raise CalibrationError("nothing moves")

    monkeypatch.setattr(evaluation, "calibrate", fails)
    assert "nothing moves" in refused(lambda: evaluate(bakery()))


# --- plans ----------------------------------------------------------------------------------------------

WRONG_PLANS: dict[str, tuple[Any, str]] = {
    "unknown KPI": ({**SOUND, "flyers": {"visitz": 1.0}}, 'did you mean "visits"?'),
    "unknown team": ({**SOUND, "flyerz": {"visits": 1.0}}, 'did you mean "flyers"?'),
    "half a plan": ({**SOUND, "flyers": {"visits": 0.5}}, "sum to 0.5, not to 1"),
    "negative": ({**SOUND, "flyers": {"visits": 2.0, "baskets": -1.0}}, "plan.flyers.baskets"),
    "not a number": ({**SOUND, "flyers": {"visits": float("nan")}}, "plan.flyers.visits"),
    "a team left out": ({"flyers": {"visits": 1.0}}, "says nothing for counter"),
    "no mapping": ({"flyers": 1.0, "counter": {"baskets": 1.0}}, "plan.flyers"),
    "a name": ("shard", 'did you mean "shared"?'),
    "a number": (7, "plan"),
    "pay of a stranger": (Plan(SOUND, {"flyers": 3000.0}), "target_pay.counter"),
    "pay below nothing": (Plan(SOUND, {"flyers": -3000.0, "counter": 6000.0}), "target_pay.flyers"),
    "an unknown curve": (
        Plan(SOUND, {"flyers": 3000.0, "counter": 6000.0}, {"flyers": "steep"}),
        "no such curve",
    ),
    "weights of a Plan": (
        Plan({**SOUND, "flyers": {"visitz": 1.0}}, {"flyers": 3000.0, "counter": 6000.0}),
        "plan.flyers.visitz",
    ),
}


@pytest.mark.parametrize("case", WRONG_PLANS)
@pytest.mark.parametrize(
    "function",
    [evaluate, budget, lambda s, p: compare(s, {"mine": p})],
    ids=["evaluate", "budget", "compare"],
)
def test_an_impossible_plan_is_refused_with_its_place(function: Callable[..., Any], case: str) -> None:
    plan, words = WRONG_PLANS[case]
    assert words in refused(lambda: function(bakery(), plan))


def test_a_plan_is_a_name_a_mapping_a_plan_or_a_file(tmp_path: Path) -> None:
    scenario = bakery()
    weights = scenario.plans["shared"]
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(weights), encoding="utf-8")
    whole = Plan(weights, {"flyers": 3000.0, "counter": 6000.0})
    brought = {revenue(scenario, plan) for plan in ("shared", weights, whole, file)}
    assert len(brought) == 1
    assert brought != {revenue(scenario)}


def test_without_names_every_plan_is_compared() -> None:
    assert list(compare(bakery())) == ["current", "shared"]
    assert list(compare(bakery(), ["shared"])) == ["shared"]


# --- options and names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"gap": -1},
        {"gap": 2.0},
        {"gap": float("nan")},
        {"threads": 0},
        {"threads": 1.5},
        {"beliefs": "x"},
        {"time_limit": 0},
        {"enumerate_step": 0.0},
        {"alternatives": -1},
        {"seed": -1},
        {"seed": "20240"},
        {"gpa": 0.1},
    ],
    ids=str,
)
def test_options_are_strict(wrong: Tree) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Options(**wrong)
    if "gpa" not in wrong:
        assert next(iter(wrong)) in refused(lambda: solve(bakery(), **wrong))
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            replace(Options(), **wrong)


def test_options_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Options().gap = 0.5  # type: ignore[misc]


def test_alternatives_need_steps() -> None:
    scenario = bakery(lambda t: t["rules"].update(objective="surplus", weights={"step": 0}))
    assert "alternatives" in refused(lambda: solve(scenario, alternatives=3))


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, True, "1"], ids=str)
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    assert "seed" in refused(lambda: evaluate(bakery(), seed=seed))


def test_the_package_shows_its_public_names_and_no_other() -> None:
    import_module("optimizer.tables.build")  # a module that is loaded is no public name
    assert dir(optimizer) == sorted(optimizer.__all__)
    assert all(callable(getattr(optimizer, name)) for name in dir(optimizer))


@pytest.mark.slow
def test_evaluating_loads_no_solver() -> None:
    code = (
        "import sys, optimizer\n"
        "scenario = optimizer.read_scenario('scenarios/alignment')\n"
        "optimizer.evaluate(scenario), optimizer.compare(scenario), optimizer.measures(scenario)\n"
        "optimizer.budget(scenario, 'current')\n"
        "from optimizer.cli import main\n"
        "for verb in ('check', 'evaluate', 'compare', 'measures'):\n"
        "    main([verb, 'scenarios/alignment', *['--json'] * (verb != 'check')], standalone_mode=False)\n"
        "print([m for m in ('pyomo', 'highspy') if m in sys.modules], file=sys.stderr)"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
