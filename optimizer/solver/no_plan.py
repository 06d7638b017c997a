"""Why there is no plan: no time, no equilibrium, or rules that cannot hold together.

"Infeasible" is said where that is proven: every plan was judged, no plan keeps the rules on weights, or
amounts alone contradict each other. Elsewhere no plan was found, and no more is said.
"""

from __future__ import annotations

import time
from dataclasses import replace

from optimizer.plans.enumeration import WHOLE
from optimizer.plans.local_search import ScoredPlan, best_of, climb
from optimizer.plans.rules.controllability import FLOOR
from optimizer.plans.rules.steps import updated
from optimizer.plans.space import plan_space
from optimizer.scenario.impossible import impossible
from optimizer.solver.belief_rounds import Refusal, starts
from optimizer.solver.check_words import because
from optimizer.solver.conflicts import breaks_weight_rules, explain_conflict
from optimizer.solver.solution import Check, Conflict, MovedLimit
from optimizer.solver.state import BeliefPoint, Event, SolveState, baseline_beliefs
from optimizer.solver.verdict import NoPlan
from optimizer.solver.way_out import away, exact_conflict, nearest_way_out
from optimizer.solver.whole import judge_whole


def starved(state: SolveState) -> NoPlan | None:
    """A paid team that the controllability floor leaves without any KPI; None where there is none."""
    space, floor = state.space, state.space.scenario.rules.controllability.floor or 0.0
    most = {
        team: float(space.controllability[i][listed].max())
        for i, team in enumerate(space.scenario.teams)
        if space.least[i] > 0 and not space.allowed[i].any() and (listed := space.listed[i]).any()
    }
    if not most:
        return None
    short = {FLOOR.named(team): floor - away(c, FLOOR.name, at_least=True) for team, c in most.items()}
    moves = tuple(MovedLimit(name, floor, by) for name, by in short.items())
    further = _further(state, min(move.relaxed for move in moves))
    if further is None:
        return NoPlan(state, "infeasible", conflict=Conflict(tuple(short), ()))
    conflict = Conflict(tuple(short), (*moves, *further.cheapest), further.exact)
    return NoPlan(state, "infeasible", conflict=conflict)


def _further(state: SolveState, floor: float) -> Conflict | None:
    """What else must move with this floor, so that a plan keeps every rule; None where none is known."""
    rules = updated(state.cal.scenario.rules, "controllability", floor=floor)
    cal = replace(state.cal, scenario=state.cal.scenario.model_copy(update={"rules": rules}))
    space = plan_space(cal, state.space.controllability, terms=state.space.terms)
    lower = replace(state, problem=replace(state.problem, cal=cal, space=space))
    if space.continuous:
        return None
    if judge_whole(lower):
        kept = lower.incumbent is not None and lower.incumbent.kept
        found = Conflict((), (), exact=True) if kept else exact_conflict(lower)
        return found if kept or found.cheapest else None
    nearest = _least_broken(lower)
    moves = nearest_way_out(lower, nearest)
    return Conflict((), moves) if moves or (nearest is not None and nearest.kept) else None


def _least_broken(state: SolveState) -> ScoredPlan | None:
    """What a short climb from likely plans comes to."""
    with state.timed("search"):
        nearest = best_of(state.scored.look(starts(state)))
        return nearest if nearest is None or nearest.kept else climb(state.space, state.scored, nearest)


def stopped(state: SolveState) -> NoPlan:
    """Time ran out, or the solver gave up, before any plan was found: neither a plan nor "infeasible"."""
    spent, limit = time.monotonic() - state.started, state.options.time_limit or 0.0
    check = Check("solver", False, 0.0, 1.0, **because("gave_up"))
    if state.out_of_time:
        check = Check("time", False, spent, limit, **because("no_plan_yet"))
    return NoPlan(state, "not_found", (check,))


def never_settled(state: SolveState) -> NoPlan:
    """Under no plan that was judged do beliefs come to agree with what happens."""
    return NoPlan(state, "no_equilibrium")


def refused(state: SolveState, at: BeliefPoint) -> NoPlan:
    """The model has no plan at the only beliefs that count."""
    return NoPlan(state, "infeasible", conflict=conflict_at(state, at))


def none_of_all(state: SolveState) -> NoPlan:
    """Every plan was judged, and none keeps the rules."""
    if state.scored.seen and state.incumbent is not None and state.incumbent.violation == float("inf"):
        return never_settled(state)
    state.tell(Event("conflict", "which rules cannot hold together"))
    with state.timed("explain conflict"):
        conflict = exact_conflict(state)
    contradictions = _contradictory_rules(state)
    if contradictions:
        conflict = replace(conflict, rules=contradictions)
    elif not conflict.rules:
        at_baseline = conflict_at(state, baseline_beliefs(state))
        conflict = replace(at_baseline, cheapest=conflict.cheapest or at_baseline.cheapest)
    return NoPlan(state, "infeasible", (_judged(state),), conflict)


def _judged(state: SolveState) -> Check:
    count = float(state.every.count) if state.every is not None else 0.0
    return Check("every_plan_judged", True, count, float(WHOLE), **because("every_plan"))


def contradictory(state: SolveState) -> NoPlan | None:
    """Amounts that contradict each other, whatever people believe: nothing needs to be searched."""
    found = impossible(state.cal.scenario)
    if not found:
        return None
    nearest = _least_broken(state)
    count = float(len(found))
    why = Check("amounts", True, count, count, **because("contradictions"))
    conflict = Conflict(_contradictory_rules(state), nearest_way_out(state, nearest))
    return NoPlan(state, "infeasible", (why,), conflict)


def _contradictory_rules(state: SolveState) -> tuple[str, ...]:
    names = (rule for one in impossible(state.cal.scenario) for rule in one.rules)
    return tuple(dict.fromkeys(names))


def no_plan(state: SolveState, refusal: Refusal | None) -> NoPlan:
    """None that was judged keeps the rules at its own beliefs: proven only where weights alone conflict."""
    at = refusal[0] if refusal else baseline_beliefs(state)
    conflict = conflict_at(state, at)
    if breaks_weight_rules(at.data(state), state.limits):
        why = Check("every_plan_judged", True, 0.0, float(WHOLE), **because("weights_alone"))
        return NoPlan(state, "infeasible", (why,), conflict)
    conflict = Conflict(conflict.rules, nearest_way_out(state, state.incumbent))
    why = Check("every_plan_judged", False, WHOLE, WHOLE, **because("likely_plans"))
    return NoPlan(state, "not_found", (why,), conflict)


def conflict_at(state: SolveState, at: BeliefPoint) -> Conflict:
    """Which rules cannot hold together at these beliefs, and a way out that suffices."""
    state.tell(Event("conflict", "which rules cannot hold together"))
    with state.timed("explain conflict"):
        return explain_conflict(at.data(state), state.limits)
