"""Words that hold: optimal, imposed, infeasible, not found, and ways out that suffice."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from never_better import words
from pypdf import PdfReader
from solved import mini
from test_loop import SolveState, count_plans, every_plan, state_of

from optimizer import Options, Scenario, Solution, compare, read_scenario
from optimizer.plans.sampling import Sampler
from optimizer.scenario.checks import warnings_of
from optimizer.scenario.money_unit import in_unit
from optimizer.solver import solve
from optimizer.solver.way_out import exact_conflict
from optimizer.tables.build import tables_of
from reports.words.catalogue import words_for
from reports.words.sentences import way_out
from tests.verbs import incentives

TRUST = Path(__file__).parent / "cases" / "trust"


@cache
def case(name: str) -> Scenario:
    return read_scenario(TRUST / name)


def with_rules(scenario: Scenario, **rules: Any) -> Scenario:
    changed = scenario.rules.model_dump(by_alias=True) | rules
    tree = scenario.model_dump(by_alias=True, exclude_unset=True) | {"rules": changed}
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def check(solution: Solution, name: str) -> Any:
    return next(c for c in solution.certificate.checks if c.name == name)


# --- every plan is judged -------------------------------------------------------------------------------


@cache
def not_best() -> Solution:
    return solve(case("optimal_not_best.json"), Options(gap=1e-6))


@pytest.mark.slow
def test_optimal_is_the_best_of_all_plans() -> None:
    solution = not_best()
    assert solution.status == "optimal"
    assert solution.certificate.objective == pytest.approx(60011.54, abs=0.005)
    assert solution.certificate.bound == solution.certificate.objective
    assert check(solution, "every_plan_judged").value == 225
    best = json.loads((TRUST / "optimal_not_best_plan.json").read_text(encoding="utf-8"))
    assert solution.chosen is not None
    assert solution.chosen.plan.weights == best


@pytest.mark.slow
def test_a_plan_that_enumeration_meets_becomes_the_answer() -> None:
    solution = solve(case("optimal_not_best.json"), Options(gap=1e-6, enumerate_step=0.25))
    assert solution.status == "optimal"
    assert solution.certificate.objective == pytest.approx(60011.54, abs=0.005)


@pytest.mark.slow
def test_where_rules_are_narrow_a_plan_is_found_and_no_conflict_is_claimed() -> None:
    scenario = case("narrow_rules.json")
    plan = json.loads((TRUST / "narrow_rules_plan.json").read_text(encoding="utf-8"))
    assert compare(scenario, {"known": plan})["known"].broken_rules == ()
    solution = solve(scenario)
    assert solution.status in ("optimal", "feasible")
    assert solution.certificate.objective == pytest.approx(290_219.75, rel=1e-3)
    if solution.status == "optimal":
        assert check(solution, "sample").value >= 1000


@pytest.mark.slow
def test_infeasible_needs_a_proof() -> None:
    """No plan of a large space keeps this budget; not all of them were judged."""
    rules = {"step": 0.05}, {"expected": 20_000.0}
    kpis = ["lead_volume", "wins", "bookings", "retention"]
    measures = dict.fromkeys(("marketing", "sales", "success"), kpis)
    hard = mini({"weights": rules[0], "budget": rules[1], "measures": measures})
    solution = solve(hard, Options(time_limit=4.0))
    assert solution.status == "not_found"
    assert not all(c.ok for c in solution.certificate.checks)


# --- imposed --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_plan_fixed_by_locks_is_imposed_everywhere(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done = incentives("solve", TRUST / "imposed.yaml", "--out", folder)
    assert done.exit_code == 0
    assert "status: imposed" in done.stdout
    assert "optimal" not in done.stdout.lower()
    assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["status"] == "imposed"
    for language, said, claims in (
        ("en", "Imposed", ("optimal", "brings the most")),
        ("fr", "Plan imposé", ("Optimum", "apporte le plus")),
    ):
        text = PdfReader(folder / f"report.{language}.pdf").pages[0].extract_text()
        assert said in text
        assert not [claim for claim in claims if claim in text]


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ({}, "imposed"),
        ({"locks": {}, "measures": {"desk": ["orders"]}}, "imposed"),
        ({"locks": {}}, "optimal"),
        ({"locks": {}, "weights": {"step": 0.5, "min": 0.5, "max": 0.5}}, "imposed"),
        ({"budget": {"expected": 1.0}}, "infeasible"),
    ],
)
def test_the_word_follows_the_number_of_plans_that_were_open(rules: dict[str, Any], status: str) -> None:
    scenario = with_rules(case("imposed.yaml"), **rules)
    assert solve(scenario).status == status
    assert state_of(scenario).imposed == (status != "optimal")


# --- ways out -------------------------------------------------------------------------------------------


def applied(scenario: Scenario, solution: Solution) -> Scenario:
    """The scenario with the new limits as they are printed."""
    assert solution.conflict is not None
    budget = scenario.rules.budget
    for move in solution.conflict.cheapest:
        name, _, team = move.rule.removeprefix("budget.").partition(".")
        value = {**budget.teams, team: move.relaxed} if name == "teams" else move.relaxed
        budget = budget.model_copy(update={name: value})
    return scenario.model_copy(update={"rules": scenario.rules.model_copy(update={"budget": budget})})


@pytest.mark.slow
def test_the_cheapest_way_out_is_what_the_cheapest_of_all_plans_costs(tmp_path: Path) -> None:
    scenario = case("way_out.yaml")
    solution, state = solve(scenario), state_of(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert solution.conflict.exact
    (move,) = solution.conflict.cheapest
    plans = [p for block in every_plan(state.space) for p in state.scored.look(block)]
    assert len(plans) == 726
    least = 1.0 + min(p.violation for p in plans)  # above a budget of 1, relative to it
    assert 0 <= move.relaxed - least < 0.0101
    tables, english = tables_of(solution), f"€{move.relaxed:,.2f}"
    french = f"{move.relaxed:,.2f} €".replace(",", " ").replace(".", ",")
    amounts = {"en": english, "fr": french.replace(" €", "\u00a0€").replace(" ", "\u202f")}
    for language, amount in amounts.items():
        assert amount in way_out(words_for(tables, language), tables["conflict"])
    done = incentives("solve", TRUST / "way_out.yaml", "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert f"from €1.00 to €{move.relaxed:,.2f}" in done.stdout
    told = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))["conflict"]
    assert told["cheapest"][0]["relaxed"] == move.relaxed
    for language, amount in (("en", english), ("fr", french)):
        text = PdfReader(tmp_path / "run" / f"report.{language}.pdf").pages[0].extract_text()
        assert amount in " ".join(text.split()).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "budget",
    [
        {"expected": 1.0},
        {"teams": {"finders": 12_000.0}},
        {"expected": 41_000.0, "teams": {"closers": 28_000.0}},
        {"expected": 41_000.0, "min_share_of_target": 0.9},
        {"min_share_of_target": 1.4},
    ],
)
def test_with_the_limits_that_are_printed_a_plan_keeps_every_rule(budget: dict[str, Any]) -> None:
    scenario = with_rules(case("way_out.yaml"), budget=budget)
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solve(applied(scenario, solution)).status in ("optimal", "imposed")


@pytest.mark.parametrize("seconds", [None, 1_000.0])
def test_a_rule_that_the_first_plans_cannot_break_is_counted_as_kept_there(seconds: float | None) -> None:
    """The first plan pays the finders nothing, so that there is no least share for them; later ones do."""
    scenario = with_rules(case("way_out.yaml"), budget={"expected": 1.0, "min_share_of_target": 0.9})
    pay = {"current": 9_000, "min": 0, "max": 9_000, "step": 4_500}
    tree = scenario.model_dump(by_alias=True, exclude_unset=True)
    tree["teams"]["finders"]["target_pay"] = pay
    solution = solve(Scenario.model_validate(tree), Options(time_limit=seconds))
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert "budget.expected" in solution.conflict.rules


@pytest.mark.parametrize("budget", [{}, {"expected": 41_000.0}])
def test_a_floor_of_control_that_starves_a_team_has_a_way_out_that_suffices(budget: dict[str, Any]) -> None:
    starving = with_rules(case("way_out.yaml"), budget=budget, controllability={"floor": 0.99})
    solution = solve(starving)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    floors = [m.relaxed for m in solution.conflict.cheapest if m.rule.startswith("controllability.floor.")]
    others = [m for m in solution.conflict.cheapest if m.rule.startswith("budget.")]
    assert bool(others) == bool(budget)
    assert all(round(f, 4) == f for f in floors)
    moved = with_rules(
        starving,
        controllability={"floor": min(floors)},
        budget={m.rule.removeprefix("budget."): m.relaxed for m in others},
    )
    assert solve(moved).chosen is not None


@pytest.mark.slow
def test_a_way_out_that_time_cut_short_is_not_called_the_cheapest() -> None:
    scenario = with_rules(mini(), budget={"expected": 1.0})
    state = state_of(scenario)
    whole = exact_conflict(state)
    assert (whole.exact, whole.rules) == (True, ("budget.expected",))
    late = replace(state, options=Options(time_limit=1e-9))
    assert late.out_of_time
    cut = exact_conflict(late)
    assert (cut.exact, cut.rules) == (False, ())


def test_a_way_out_that_is_not_proven_cheapest_suffices_too() -> None:
    scenario = with_rules(
        case("way_out.yaml"), weights={"step": 0.02}, budget={"expected": 1000.0, "min_share_of_target": 0.5}
    )
    assert count_plans(state_of(scenario).space) > 20_000
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert not solution.conflict.exact
    said = way_out(words_for(tables_of(solution), "en"), tables_of(solution)["conflict"])
    assert "about" in said
    assert "Cheapest" not in said
    assert solve(applied(scenario, solution), Options(time_limit=20.0)).chosen is not None


def test_a_conflict_names_the_lock_that_it_hangs_on_and_its_way_out_keeps_the_lock() -> None:
    """Without the lock there are plans that keep the cap; with it there is none."""
    tree = case("gaming_document.yaml").model_dump(by_alias=True)
    tree["rules"] |= {"locks": {"desk": {"contacts": 1.0}}, "gaming": {"tolerance": 0.0}}
    scenario = Scenario.model_validate(tree)
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert solution.conflict.rules == ("locks.desk.contacts", "gaming.touch")
    assert [move.rule for move in solution.conflict.cheapest] == ["gaming.touch"]
    assert solve(with_rules(scenario, locks={})).chosen is not None


def test_a_locked_kpi_below_the_floor_of_control_leaves_a_way_out() -> None:
    """A lock is exempt from the floor: without it the KPI could not be chosen, and there would be no plan."""
    scenario = with_rules(
        case("way_out.yaml"),
        locks={"finders": {"orders": 1.0}},
        controllability={"floor": 0.05, "override": {"finders": {"orders": {"value": 0.01, "source": "x"}}}},
        measures={"finders": ["orders"], "closers": ["orders", "per_lead"]},
    )
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert solution.conflict.rules == ("budget.expected",)
    assert solution.conflict.exact
    assert solve(applied(scenario, solution)).chosen is not None


def test_a_plan_that_moved_results_keep_within_its_bad_cases_is_no_internal_error() -> None:
    """The model, which has no moved results, rejects the plan; it was judged with them, as the only one."""
    solution = solve(case("moved_bad_cases.json"), Options(gap=1e-6))
    assert solution.status == "imposed"
    assert all(c.ok for c in solution.certificate.checks)


# --- arithmetic -----------------------------------------------------------------------------------------


def test_least_shares_above_a_budget_are_told_before_anything_is_solved() -> None:
    (told,) = [w for w in warnings_of(case("share_above_budget.yaml")) if "min_share" in w.message]
    assert told.path == ("rules", "budget", "min_share_of_target")
    assert "budget.min_share_of_target" in told.message
    assert "40,470.00" in told.message
    assert "40,000.00" in told.message
    solution = solve(case("share_above_budget.yaml"))
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert {"budget.expected", "budget.min_share_of_target.closers"} <= set(solution.conflict.rules)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"expected": 40_000.0, "reserve": 3_000.0, "min_share_of_target": 0.9}, "3,000.00 are its reserve"),
        ({"expected": 46_855.0, "min_share_of_target": 1.1}, "46,860.00 with charges,"),
        ({"teams": {"closers": 20_000.0}, "reserve": 3_000.0, "min_share_of_target": 0.9}, "26,838.00 with"),
    ],
)
def test_the_share_that_a_hint_names_can_be_kept(budget: dict[str, Any], said: str) -> None:
    """A reserve is no part of what a share costs; a share above 1 is not rounded up."""
    scenario = with_rules(case("share_above_budget.yaml"), budget=budget)
    (told,) = [w for w in warnings_of(scenario) if "min_share" in w.message]
    assert said in told.message
    assert told.hint is not None
    share = float(told.hint.split()[3].rstrip(","))
    for named, possible in ((share, True), (share + 2e-4, False)):
        again = with_rules(scenario, budget=budget | {"min_share_of_target": named})
        assert any("min_share" in w.message for w in warnings_of(again)) != possible


def capped_pay(**changes: Any) -> Scenario:
    """The finders are to earn 0.95 of their target pay, on narrow work alone, which comes in at target."""
    tree = case("share_above_budget.yaml").model_dump(by_alias=True)
    tree["rules"]["budget"]["expected"] = None
    tree["kpis"]["narrow_runs"] = {"numerator": {"narrow": 1.0}, "target": 40.0, "noise": 0.1} | changes
    tree["rules"]["measures"]["finders"] = ("narrow_runs",)
    tree["current_plan"]["finders"] = {"narrow_runs": 1.0}
    return Scenario.model_validate(tree)


HALVED = {"kpi": "orders", "points": [[0.5, 0.2], [1.0, 0.5]]}
"""Pay of the finders, by what others reach."""


def with_gaming(scenario: Scenario, caps: dict[str, float]) -> Scenario:
    gaming = {"gaming": {"caps": caps}}
    return Scenario.model_validate(
        scenario.model_copy(deep=True).model_dump(by_alias=True)
        | {"rules": scenario.rules.model_dump(by_alias=True) | gaming}
    )


@pytest.mark.parametrize(
    ("scenario", "named"),
    [
        (with_gaming(capped_pay(), {"narrow": 36.0}), "rules.gaming.caps.narrow leave it 0.9 at most"),
        (capped_pay(curve={"cap": 0.9}), "its pay curves leave it 0.9 at most"),
        (capped_pay(curve={"points": [[0.0, 0.0], [1.0, 0.9]]}), "its pay curves leave it 0.9 at most"),
        (capped_pay(curve={"steps": [[0.5, 0.4], [1.0, 0.8]]}), "its pay curves leave it 0.8 at most"),
        (capped_pay(curve={"cap": 1.6, "times": HALVED}), "its pay curves leave it 0.8 at most"),
    ],
)
def test_a_share_of_pay_that_caps_do_not_leave_is_told_at_once(scenario: Scenario, named: str) -> None:
    told = [w for w in warnings_of(scenario) if "min_share_of_target: finders" in w.message]
    (only,) = told
    assert named in only.message
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert "budget.min_share_of_target.finders" in solution.conflict.rules


@pytest.mark.parametrize(
    "scenario",
    [
        with_gaming(capped_pay(), {"narrow": 38.1}),
        with_gaming(capped_pay(), {"wide": 1.0}),
        with_gaming(capped_pay(entering={"lead": 0.1}), {"narrow": 1.0}),
        capped_pay(curve={"points": [[0.0, 0.0], [1.0, 0.96]]}),
    ],
)
def test_a_share_that_caps_may_leave_is_not_called_impossible(scenario: Scenario) -> None:
    assert not [w for w in warnings_of(scenario) if "min_share_of_target: finders" in w.message]


@pytest.mark.parametrize(
    ("rules", "place", "named"),
    [
        (
            {"budget": {"teams": {"closers": 20_000.0}, "min_share_of_target": 0.9}},
            "min_share_of_target",
            "budget.teams.closers",
        ),
        ({"locks": {"closers": {"per_lead": 0.6}}, "change_limit": 1.0}, "closers", "change_limit.closers"),
        (
            {
                "locks": {"closers": {"orders": 0.8}},
                "gaming": {"pairs": [{"team": "closers", "volume": "orders", "quality": "per_lead"}]},
            },
            0,
            "gaming.pairs.closers.orders",
        ),
    ],
)  # fmt: skip
def test_amounts_and_locks_that_contradict_each_other_are_told_and_end_at_once(
    rules: dict[str, Any], place: object, named: str
) -> None:
    scenario = with_rules(case("way_out.yaml"), **({"budget": {}} | rules))
    assert place in [w.path[-1] for w in warnings_of(scenario) if "no plan keeps" in w.message]
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert named in solution.conflict.rules


# --- units of money -------------------------------------------------------------------------------------


def test_the_unit_of_money_does_not_decide_over_the_word() -> None:
    surplus = solve(case("large_currency_surplus.json"), Options(gap=1e-6))
    assert surplus.status == "optimal"
    assert surplus.certificate.objective == pytest.approx(61_403_680, abs=1)
    assert solve(case("large_currency_budget.yaml")).status == "imposed"
    done = incentives("budget", TRUST / "large_currency_budget.yaml", "--plan", "current")
    assert done.exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["large_currency_surplus.json", "way_out.yaml", "imposed.yaml", "mini", "optimal_not_best.json"]
)
def test_a_company_in_other_units_of_money_has_the_same_status_and_plan(name: str) -> None:
    own = mini({"weights": {"step": 0.5}}) if name == "mini" else case(name)
    first = not_best() if name == "optimal_not_best.json" else solve(own)
    for factor in (1e6,) if name == "optimal_not_best.json" else (1e3, 1e6, 1e-3):
        solution = solve(in_unit(own, factor))
        assert solution.status == first.status
        assert (solution.chosen is None) == (first.chosen is None)
        if solution.chosen is not None and first.chosen is not None:
            assert solution.chosen.plan.weights == first.chosen.plan.weights
            assert solution.certificate.objective == pytest.approx(
                first.certificate.objective * factor, rel=1e-7
            )


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1.0, 1e6, 1e-3])
def test_the_program_too_is_free_of_the_unit_of_money(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were too many plans to judge all: bound and proof are those of the program."""
    monkeypatch.setattr(SolveState, "every", None)
    solution = solve(in_unit(mini({"objective": "net"}), factor))
    assert solution.status == "optimal"
    assert solution.certificate.objective / factor == pytest.approx(307_571.46, abs=0.01)
    assert solution.certificate.bound / factor == pytest.approx(307_600, abs=40)


# --- plans by chance ------------------------------------------------------------------------------------


def test_random_plans_are_plans_of_the_space_and_each_is_as_likely() -> None:
    space = state_of(
        with_rules(case("way_out.yaml"), weights={"step": 0.25, "max_measures": 2}, budget={})
    ).space
    every = {p.tobytes() for block in every_plan(space) for p in block}
    listed, counted = Sampler.of(space, 1).plans(20_000), _Counting.of(space, 1).plans(20_000)
    for drawn in (listed, counted):
        count = Counter(p.tobytes() for p in drawn)
        assert set(count) == every
        expected = len(drawn) / len(every)
        far = sum((n - expected) ** 2 / expected for n in count.values())
        assert far < len(every) + 5 * np.sqrt(2 * len(every))


class _Counting(Sampler):
    """Draws step by step what is few enough to be listed."""

    @classmethod
    def of(cls, space: Any, seed: int) -> _Counting:
        return cls(space, np.random.default_rng(seed), (None,) * len(space.unit))


# --- never better than all plans allow ------------------------------------------------------------------


@pytest.mark.slow
def test_no_word_is_better_than_what_all_plans_of_small_companies_allow() -> None:
    """`python -m tests.never_better --count 500` asks more of them."""
    ended = list(words(12, first=7_000))
    assert [(w.seed, w.wrong) for w in ended if w.wrong] == []


@pytest.mark.slow
def test_no_word_on_companies_with_fields_of_the_second_edition_is_better_than_all_plans_allow() -> None:
    """Two have all of them; regret is judged by the solve itself."""
    whole, some = list(words(2, whole=True)), list(words(3, first=15, second_edition=True))
    assert [(w.seed, w.wrong) for w in (*whole, *some) if w.wrong] == []
    assert sum(w.status == "optimal" for w in (*whole, *some)) >= 1


# --- better plans met on the way ------------------------------------------------------------------------


@pytest.mark.slow
def test_a_better_plan_met_while_explaining_is_the_answer() -> None:
    from optimizer.solver.clock import Clock
    from optimizer.solver.improve import improved

    best = not_best()
    assert best.chosen is not None
    worse = replace(best.chosen.plan, weights=dict(case("optimal_not_best.json").current_plan))
    known = replace(best.certificate, objective=59_812.42)
    poor = replace(best, status="feasible", certificate=known)
    better = improved(poor, Options(), [worse, best.chosen.plan], lambda _: None, Clock())
    assert better is not None
    assert better.chosen is not None
    assert better.chosen.plan.weights == best.chosen.plan.weights
    assert better.certificate.objective == pytest.approx(60_011.54, abs=0.005)
    assert improved(best, Options(), [worse, best.chosen.plan], lambda _: None, Clock()) is None
