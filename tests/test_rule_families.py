"""Every rule changes an optimum, enumerated with it and without it; and no family of rules lacks anything."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from companies import small_companies
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_page import NOT_RULES, PAGE, equations, every_rule, fields_of, page
from wording import catalogue, languages

import optimizer.plans.rules as rules_package
from optimizer import Options, Plan, Scenario
from optimizer.model.bounds import data_bounds
from optimizer.model.build import build_model
from optimizer.model.data import model_data
from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluator import consistent_facts, judge_at
from optimizer.plans.rules import (
    FAMILIES,
    ON_TEAMS,
    ON_WEIGHTS,
    ON_WORK,
    caps,
    margin,
    page_forms,
    relaxations,
    rule_named,
    rule_values,
    unchecked_rules,
)
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import FORMS, Family, Limit, Rule
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.equilibrium import first_response
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.plan import plan_from_euros
from optimizer.scenario.types import Rules
from optimizer.solver import solve
from optimizer.solver.solution import Problem
from optimizer.solver.state import SolveState, baseline_beliefs

CASES = Path(__file__).parent / "cases"
MINI = json.loads((CASES / "mini_funnel" / "mini_funnel.json").read_text(encoding="utf-8"))
GOLDEN = json.loads((CASES / "rule_families" / "rule_families.json").read_text(encoding="utf-8"))
PROVEN = 1e-6
SIDES = [(name, side) for name in GOLDEN["cases"] for side in ("best", "best_without")]


def scenario_of(name: str, side: str) -> Scenario:
    case: dict[str, Any] = GOLDEN["cases"][name]
    case = case | (case["without"] if side == "best_without" else {})
    teams = {
        team: {**fields, **case.get("teams", {}).get(team, {})} for team, fields in MINI["teams"].items()
    }
    rules = GOLDEN["rules"] | case["rules"]
    if "exposure" in rules.get("gaming", {}):  # the reference counts what the work itself costs, too
        in_utility = {"limit": rules["gaming"]["exposure"], "basis": "utility"}
        rules = rules | {"gaming": rules["gaming"] | {"exposure": in_utility}}
    changed = {"teams": teams, "regimes": case.get("regimes", {}), "rules": rules}
    return Scenario.model_validate({**MINI, **changed})


@cache
def enumerated(name: str, side: str) -> tuple[float, Plan, int, int]:
    """Best value and plan at baseline beliefs, plans kept, plans."""
    scenario = scenario_of(name, side)
    cal = calibrate(scenario)
    space = plan_space(cal, measure(cal).controllability)
    at = baseline_beliefs(SolveState(Problem(cal, space, measure(cal)), Options()))
    judge = judge_at(cal, space, at.beliefs, at.exposure)
    plans = np.concatenate(list(every_plan(space)))
    scores = judge(plans)
    best = int(scores.order()[0])
    plan = plan_from_euros(scenario, space.euros(plans[best]))
    return float(scores.value[best]), plan, int(scores.kept.sum()), len(plans)


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_the_committed_optimum_is_the_enumerated_one(name: str, side: str) -> None:
    expected = GOLDEN["cases"][name][side]
    value, plan, kept, plans = enumerated(name, side)
    assert value == pytest.approx(expected["value"], rel=1e-9)
    assert (plan.weights, plan.target_pay) == (expected["weights"], expected["target_pay"])
    assert (kept, plans) == (expected["plans_kept"], expected["plans"])


@pytest.mark.parametrize("name", GOLDEN["cases"])
def test_the_optimum_changes_when_the_rule_is_removed(name: str) -> None:
    assert enumerated(name, "best")[1] != enumerated(name, "best_without")[1]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "side"), SIDES)
def test_the_solver_finds_and_proves_it(name: str, side: str) -> None:
    solution = solve(scenario_of(name, side), Options(beliefs="baseline", gap=PROVEN))
    value, plan, _, _ = enumerated(name, side)
    assert solution.status == "optimal"
    assert solution.certificate.objective == pytest.approx(value, rel=PROVEN)
    assert solution.chosen.plan == plan


# --- no family lacks anything ---------------------------------------------------------------------------


SPACE = ("weights.step", "controllability.override", "budget.reserve")
"""Fields that say which plans there are, what is measured and what is set aside; they have no limit of their
own."""


class Stated:
    """A company that states every rule, and the model built for it."""

    def __init__(self) -> None:
        self.cal = calibrate(every_rule())
        self.space = plan_space(self.cal, measure(self.cal).controllability)
        exposed = 0.01 * self.cal.curves.noise[:, None].repeat(len(self.cal.network.teams), axis=1)
        data = model_data(self.cal, self.space, (self.cal.beliefs,), exposed)
        self.model = build_model(data, tuple(data_bounds(data, r) for r in data.regimes))
        euros = self.cal.current[None]
        outcome = evaluate_plans(self.cal, euros)
        facts = consistent_facts(self.cal, euros, outcome.by_regime, outcome.pay)
        self.values = list(rule_values(self.space, facts))


@pytest.fixture(scope="module")
def stated() -> Stated:
    return Stated()


def rules_of() -> list[tuple[Family, Rule]]:
    return [(family, rule) for family in FAMILIES for rule in family.RULES]


def test_every_module_of_the_rules_is_a_family_but_what_families_share() -> None:
    modules = {module.name for module in pkgutil.iter_modules(rules_package.__path__)}
    assert [family.NAME for family in FAMILIES] == [f.__name__.rpartition(".")[2] for f in FAMILIES]
    assert {family.NAME for family in FAMILIES} == modules - {"family", "facts", "steps"}
    assert {f.NAME for f in (*ON_WEIGHTS, *ON_TEAMS, *ON_WORK)} == {f.NAME for f in FAMILIES}
    assert len(ON_WEIGHTS) + len(ON_TEAMS) + len(ON_WORK) == len(FAMILIES)


def test_every_field_of_the_rules_belongs_to_one_family() -> None:
    stated_fields = [path for path, _ in fields_of() if path not in NOT_RULES]
    assert sorted(field for family in FAMILIES for field in family.FIELDS) == sorted(stated_fields)


def test_every_row_is_in_the_model_and_in_its_document(stated: Stated) -> None:
    documented = equations()
    for _, rule in rules_of():
        for row in (*rule.rows, *rule.through):
            assert row in documented, row
            assert len(stated.model.component(row)), row


def test_every_row_belongs_to_one_rule() -> None:
    rows = [row for _, rule in rules_of() for row in rule.rows]
    assert len(rows) == len(set(rows))


def test_every_rule_has_a_label_in_every_language() -> None:
    for _, rule in rules_of():
        assert all(catalogue(language)[rule.label] for language in languages()), rule.name


def test_every_rule_has_values_on_its_side(stated: Stated) -> None:
    assert {rule_named(v.name).name for v in stated.values} == {
        rule.name for _, rule in rules_of() if rule.name not in ("gaming.tolerance", "gaming.caps")
    }
    for value in stated.values:
        side = rule_named(value.name).side
        assert side == "between" or value.at_least == (side == "at least"), value.name


def test_every_rule_has_a_form_on_the_page_or_a_reason(stated: Stated) -> None:
    """One form for each value that the judge of plans gives, under the same name."""
    forms = [form.name for form in page_forms(stated.cal, stated.space)]
    unchecked = list(unchecked_rules(stated.cal))
    assert [v.name for v in stated.values if v.name not in unchecked] == forms
    assert unchecked == ["budget.cvar", "budget.percentile"]
    assert all(form.form in FORMS for form in page_forms(stated.cal, stated.space))


def test_every_field_that_is_stated_is_relaxed_or_removed(stated: Stated) -> None:
    relaxed = list(relaxations(stated.cal))
    for family in FAMILIES:
        for field in family.FIELDS:
            removed = [r for r in relaxed if f"{r.rule}.".startswith(f"{field}.") and r.change == "removed"]
            assert bool(removed) == (field not in SPACE), field
            assert all(r.rules != stated.cal.scenario.rules for r in removed), field


def test_every_row_has_a_number_that_could_move(stated: Stated) -> None:
    for family, rule in rules_of():
        for row in rule.rows:
            for index in stated.model.component(row):
                at = index if isinstance(index, tuple) else (index,)
                limit = family.limit(stated.cal, stated.space, row, at)
                assert np.isfinite(limit.value), row
                assert limit.per_unit > 0, row


@pytest.mark.parametrize(
    ("row", "index", "limit"),
    [
        ("weight_max", ("sales", "bookings"), Limit(0.9, 60000)),
        ("weight_min", ("sales", "bookings"), Limit(0.2, 60000)),
        ("max_measures", ("sales",), Limit(2)),
        ("lock", ("success", "retention"), Limit(0.8, 10000)),
        ("change_limit", ("marketing",), Limit(1.5, 20000)),
        ("controllability_mean", ("marketing",), Limit(0.005, 20000)),
        ("weight_limit_max", ("marketing", "wins"), Limit(0.6, 20000)),
        ("weight_limit_min", ("marketing", "lead_volume"), Limit(0.2, 20000)),
        ("weight_group_max", ("sales", "bookings", "leads_touched"), Limit(0.8, 60000)),
        ("weight_group_min", ("sales", "bookings", "leads_touched"), Limit(0.2, 60000)),
        ("team_max_measures", ("marketing",), Limit(3)),
        ("team_min_measures", ("marketing",), Limit(2)),
        ("same_weights", ("sales", "success", "retention"), Limit(0)),
        ("budget_total", ("base",), Limit(150000)),
        ("budget_team", ("marketing",), Limit(40000)),
        ("budget_share", ("sales",), Limit(0.5, 60000)),
        ("budget_cvar", ("base",), Limit(190000)),
        ("budget_percentile", ("base",), Limit(150000)),
        ("gaming_cap", ("base", "touch_fit"), Limit(240)),
        ("gaming_cap", ("base", "close_push"), Limit(32)),
        ("gaming_pair", (0,), Limit(0, 20000)),
        ("gaming_exposure", ("sales", "marketing"), Limit(0.9, 60000)),
    ],
)
def test_the_number_that_could_move_is_the_one_in_the_file(
    row: str, index: tuple[Any, ...], limit: Limit, stated: Stated
) -> None:
    family = next(family for family, rule in rules_of() if row in rule.rows)
    moved = family.limit(stated.cal, stated.space, row, index)
    assert moved.value == pytest.approx(limit.value)
    assert moved.per_unit == limit.per_unit


def test_the_margin_moves_the_cap_that_it_deters_from(stated: Stated) -> None:
    limit = margin.limit(stated.cal, stated.space, "gaming_margin", ("base", "close_push"))
    at = stated.cal.network.activities.index("close_push")
    assert limit.value == pytest.approx(32)
    assert limit.per_unit == stated.cal.quadratic[at]


def test_every_field_has_a_case_whose_optimum_it_changes() -> None:
    cases = {case.get("field") for case in GOLDEN["cases"].values()} - {None}
    assert cases == {field for family in FAMILIES for field in family.FIELDS} - set(SPACE)


def test_the_page_on_rules_is_what_the_families_say() -> None:
    text = page()
    assert PAGE.read_text(encoding="utf-8") == text
    assert all(f"| `{rule.name}` |" in text for _, rule in rules_of())


def test_a_rule_without_a_family_is_refused() -> None:
    with pytest.raises(KeyError, match="no_rule"):
        rule_named("no_rule.sales")


# --- gaming caps, stated twice --------------------------------------------------------------------------


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=25, print_blob=False)
@given(
    small_companies(max_teams=4, regimes=2),
    st.floats(0, 2),
    st.integers(0, 2**32 - 1),
)
def test_the_model_and_the_judge_of_plans_cap_gaming_alike(
    scenario: Scenario, tolerance: float, seed: int
) -> None:
    """Room under every cap at random volumes: rows of the model against values without it."""
    rng = np.random.default_rng(seed)
    cap = {str(rng.choice(list(scenario.activities))): float(rng.uniform(0, 50))}
    rules = Rules.model_validate({"gaming": {"tolerance": tolerance, "caps": cap}})
    cal = calibrate(scenario.model_copy(update={"rules": rules}))
    data = model_data(cal, plan_space(cal, measure(cal).controllability), (cal.beliefs,) * 2)
    m = build_model(data, tuple(data_bounds(data, regime) for regime in data.regimes))
    x = [n.scale * rng.uniform(0, 3, len(n.activities)) for n in cal.regimes.networks]
    for (s, a), volume in m.x.items():
        volume.set_value(x[list(m.REGIMES).index(s)][cal.network.activities.index(a)], skip_validation=True)
    room = {f"gaming.{a}.{s}": row.uslack() for (s, a), row in m.gaming_cap.items()}
    today = [first_response(cal, network, cal.current[None]) for network in cal.regimes.networks]
    done = tuple(
        replace(at, response=replace(at.response, x=volumes[None]))
        for at, volumes in zip(today, x, strict=True)
    )
    facts = Facts(cal, cal.current[None], done, np.zeros((1, len(scenario.teams))))
    judged = {line.name: float(line.slack[0]) for line in caps.lines(facts)}
    assert judged.keys() == room.keys()
    for name, slack in judged.items():
        assert slack == pytest.approx(room[name], rel=1e-9, abs=1e-9), name
