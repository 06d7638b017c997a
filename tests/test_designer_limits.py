"""Limits that a designer writes: every part of the program counts the same plans and finds the best one."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from fuzz import generated
from never_better import every_payment, word_for
from solved import mini, unequal

from optimizer import Options, Scenario, budget
from optimizer.plans.enumeration import every_plan, listing
from optimizer.plans.local_search import neighbours
from optimizer.plans.rules import keeps_weight_rules
from optimizer.plans.sampling import Sampler
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.checks import problems_of
from optimizer.scenario.rule_types import TeamWeights
from optimizer.solver import solve
from optimizer.solver.state import SolveState

TOLERANCE = 1e-6


def limited(seed: int) -> Scenario | None:
    """A small random company with every kind of limit; None where they contradict each other."""
    scenario = generated(seed, small=True)
    if scenario is None:
        return None
    rng = np.random.default_rng(seed + 10_000)
    tree = scenario.model_dump(by_alias=True, exclude_unset=True)
    weights, rules = tree["rules"].setdefault("weights", {}), tree["rules"]
    paid = [t for t, team in scenario.teams.items() if team.current_pay > 0]
    step = scenario.rules.weights.step
    for team in paid:
        kpis = list(scenario.rules.measures.get(team, tuple(scenario.kpis)))
        one = str(rng.choice(kpis))
        if rng.random() < 0.6:
            low, high = np.sort(rng.choice([0.0, step, 0.5, 1.0], 2))
            bounds = {"min": float(low), "max": float(max(high, low))}
            weights.setdefault("limits", {})[team] = {one: bounds}
        if rng.random() < 0.5:
            own = {"min_measures": int(rng.integers(1, 3)), "max_measures": int(rng.integers(2, 4))}
            weights.setdefault("teams", {})[team] = own
        if rng.random() < 0.5 and len(kpis) > 1:
            pair = [str(k) for k in rng.permutation(kpis)[:2]]
            group = (
                {"team": team, "kpis": pair, "min": 0.5}
                if rng.random() < 0.5
                else {"team": team, "kpis": pair, "max": 0.5}
            )
            weights.setdefault("groups", []).append(group)
    given = [t for t in paid if isinstance(scenario.teams[t].target_pay, float)]
    if len(given) > 1 and rng.random() < 0.7:
        rules["same"] = [given[:2]]
        alike = rules.get("measures", {}).get(given[0], list(scenario.kpis))
        rules.setdefault("measures", {}).update(dict.fromkeys(given[:2], alike))
        rules.get("locks", {}).pop(given[1], None)
    budget = rules.get("budget", {})
    if budget.get("expected"):
        budget["reserve"] = budget["expected"] * float(rng.uniform(0, 0.2))
    found = Scenario.model_validate(tree, by_alias=True, by_name=False)
    return None if problems_of(found) else found


def companies(count: int, first: int = 0) -> list[tuple[int, Scenario]]:
    found, seed = list[tuple[int, Scenario]](), first
    while len(found) < count:
        scenario = limited(seed)
        if scenario is not None and every_payment(scenario) is not None:
            found.append((seed, scenario))
        seed += 1
    return found


def space_of(scenario: Scenario) -> PlanSpace:
    cal = calibrate(scenario)
    return plan_space(cal, measure(cal).controllability)


def kept_by_hand(scenario: Scenario, euros: np.ndarray) -> bool:
    """The limits as the file says them, on one plan (I, K), without any code of the rules."""
    teams, kpis, rules = list(scenario.teams), list(scenario.kpis), scenario.rules
    weights = {
        t: dict(zip(kpis, row / row.sum(), strict=True))
        for t, row in zip(teams, euros, strict=True)
        if row.sum()
    }
    single = all(
        own.min - TOLERANCE <= weights[t][k] <= own.max + TOLERANCE
        for t, limits in rules.weights.limits.items()
        if t in weights
        for k, own in limits.items()
    )
    sums = all(
        g.min - TOLERANCE <= sum(weights[g.team][k] for k in g.kpis) <= g.max + TOLERANCE
        for g in rules.weights.groups
        if g.team in weights
    )
    used = {t: sum(w > TOLERANCE for w in weights.get(t, {}).values()) for t in teams}
    counts = all(
        (own.min_measures or 0) <= used[t] <= (own.max_measures or len(kpis))
        for t, own in rules.weights.teams.items()
    )
    same = all(abs(weights[a][k] - weights[b][k]) <= TOLERANCE for a, b in rules.same for k in kpis)
    return single and sums and counts and same


def without_limits(scenario: Scenario) -> Scenario:
    """Steps of teams stay, which say what plans there are, and the counts that stand in for everybody's."""
    every = scenario.rules.weights.teams.items()
    steps = {t: TeamWeights(step=own.step, max_measures=own.max_measures) for t, own in every}
    weights = scenario.rules.weights.model_copy(update={"limits": {}, "teams": steps, "groups": ()})
    return scenario.model_copy(
        update={"rules": scenario.rules.model_copy(update={"weights": weights, "same": ()})}
    )


def every(space: PlanSpace) -> np.ndarray:
    """Step counts of every plan that keeps the rules on weights."""
    return np.concatenate([np.zeros((0, *space.allowed.shape), dtype=np.intp), *every_plan(space)])


def as_set(plans: np.ndarray) -> set[bytes]:
    return {np.rint(plan).astype(np.int64).tobytes() for plan in plans}


def test_the_listing_has_every_plan_that_keeps_the_limits_and_no_other() -> None:
    """Whatever else rules ask of weights is judged on both sides by the same rows."""
    bound = 0
    for seed, scenario in companies(25):
        space, listed = space_of(scenario), every_payment(scenario)
        kept = np.array([kept_by_hand(scenario, e) for e in listed])
        judged = keeps_weight_rules(space, listed)
        others = keeps_weight_rules(space_of(without_limits(scenario)), listed)
        assert (judged == (kept & others)).all(), seed
        assert as_set(space.units(listed[judged])) == as_set(every(space)), seed
        bound += int(kept.sum() < len(kept))
    assert bound > 12


def test_a_team_that_may_go_unpaid_keeps_its_limits_then() -> None:
    """Seed 3020 of these companies was called infeasible: a row of nothing was left out of the listing."""
    scenario = limited(3020)
    assert scenario is not None
    zero = [plan for plan in every(space_of(scenario)) if not plan[0].any()]
    assert len(zero) == 3
    word = word_for(scenario, 3020)
    assert word is not None
    assert word.wrong == ""


def test_random_plans_and_neighbours_are_plans_of_the_space() -> None:
    for seed, scenario in companies(12):
        space = space_of(scenario)
        known = as_set(every(space))
        if not known:
            continue
        with patch("optimizer.plans.sampling.joint_rows", return_value=None):
            step_by_step = Sampler.of(space, seed).plans(40)
        drawn = np.concatenate([step_by_step, Sampler.of(space, seed).plans(40)])
        assert as_set(drawn) <= known, seed
        around = [near for plan in drawn[-5:] for near in neighbours(space, plan)]
        assert as_set(np.array(around)) <= known, seed


@pytest.mark.slow
def test_no_word_is_better_than_what_all_plans_allow() -> None:
    """Half of the companies by the program, half by judging every plan."""
    words = [word for seed, scenario in companies(14) if (word := word_for(scenario, seed)) is not None]
    assert [(w.seed, w.wrong) for w in words if w.wrong] == []
    assert sum(w.status == "optimal" for w in words) >= 4


@pytest.mark.slow
def test_the_program_finds_the_best_of_all_plans_at_todays_beliefs() -> None:
    """The program against every plan, with teams that differ in every number and equal weights among them."""
    alike = ["meeting_rate", "bookings", "leads_touched", "retention"]
    rules: dict[str, Any] = {
        "weights": {
            "step": 0.25,
            "limits": {"marketing": {"meeting_rate": {"min": 0.25}}, "sales": {"bookings": {"max": 0.5}}},
            "teams": {"marketing": {"min_measures": 2}, "success": {"step": 0.5}},
            "groups": [{"team": "sales", "kpis": ["leads_touched", "retention"], "max": 0.5}],
        },
        "measures": {"marketing": alike, "sales": alike, "success": ["retention", "bookings"]},
        "same": [["marketing", "sales"]],
        "budget": {"expected": 145000.0, "reserve": 4000.0},
    }
    whole = solve(unequal(rules), Options(gap=1e-6))
    with patch.object(SolveState, "every", None):
        searched = solve(unequal(rules), Options(gap=1e-6))
    assert whole.status == searched.status == "optimal"
    assert searched.certificate.objective == pytest.approx(whole.certificate.objective, rel=1e-9)
    best = whole.chosen.plan.weights
    assert best["marketing"] == best["sales"] == searched.chosen.plan.weights["sales"]
    assert set(best["success"].values()) <= {0.5, 1.0}


def test_equal_teams_are_counted_once() -> None:
    alike = ["meeting_rate", "bookings"]
    rules = {
        "weights": {"step": 0.25},
        "measures": {"marketing": alike, "sales": alike, "success": ["retention"]},
    }
    apart, equal = space_of(mini(rules)), space_of(mini(rules | {"same": [["marketing", "sales"]]}))
    assert (listing(apart).count, listing(equal).count) == (25, 5)


def test_a_reserve_counts_in_the_budgets_of_all_and_in_no_teams() -> None:
    """To the cent, in the check of finance."""
    limits = {"expected": 140000.0, "teams": {"sales": 90000.0}, "cvar": {"level": 0.95, "limit": 190000.0}}
    plain, kept = (
        {line.name: line for line in budget(unequal({"budget": limits | more}), "current").lines}
        for more in ({}, {"reserve": 3210.55})
    )
    for name in ("budget.expected", "budget.cvar"):
        assert kept[name].value - plain[name].value == pytest.approx(3210.55)
        assert plain[name].slack - kept[name].slack == pytest.approx(3210.55)
    assert kept["budget.teams.sales"] == plain["budget.teams.sales"]
    assert kept["budget.expected"].loaded == plain["budget.expected"].loaded
    assert kept["budget.expected"].reserve == 3210.55
