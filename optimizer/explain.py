"""What a solution means, in numbers: plans side by side, what stands in the way, what it rests on.

Everything is recomputed from the plan by the independent response, at consistent beliefs; nothing here asks
the optimization model. "Now" is the current plan, "then" the chosen one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimizer.assumptions import Assumption, assumptions
from optimizer.baseline import Calibrated
from optimizer.judge import believed_exposure, consistent_facts
from optimizer.ledger import Gaming, gaming_excess, gaming_hours, gaming_ledger
from optimizer.network import Bools, Floats, Ints
from optimizer.outcome import Outcome, evaluate_plans, value_of
from optimizer.plan import plan_of
from optimizer.response import CONSISTENT
from optimizer.rules import Line, every_line
from optimizer.search import neighbours
from optimizer.space import TOLERANCE, PlanSpace

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

Kind = Literal["current", "named", "equal", "chosen"]
State = Literal["broken", "binding", "near", "far"]
EQUAL = "equal_weights"
SAME_MONEY = 1e-6
"""Plans whose euros differ by no more are the same plan."""
AT_LIMIT = 0.01
NEAR_LIMIT = 0.10
"""Slack, relative to the limit, up to which a rule binds, and up to which it is near."""
NEAR_TIE = 1e-3
"""Relative loss of value up to which another plan is a near-tie."""


@dataclass(frozen=True)
class Comparison:
    """S plans side by side: the current one first, the chosen one (where there is one) last.

    `euros` (S, I, K) at target; `value` (S,) of the scenario's objective; `gaming_hours` (S,) hours per
    period; `gaming_excess` (S,) see `ledger`; `controllability` (S,) mean c_ik over the euros at target;
    `broken` the names of the rules that each plan breaks.
    """

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    euros: Floats
    outcome: Outcome
    value: Floats
    gaming_hours: Floats
    gaming_excess: Floats
    controllability: Floats
    broken: tuple[tuple[str, ...], ...]
    settled: tuple[bool, ...]
    """Whether beliefs came to agree with what happens."""

    @property
    def gain(self) -> Floats:
        """Value over the current plan's, (S,)."""
        return np.asarray(self.value - self.value[0])

    def is_current(self, plan: int) -> bool:
        """Whether it is the current plan, whatever its name."""
        return _same(self.euros[plan], self.euros[0])


@dataclass(frozen=True)
class RuleState:
    """A rule at the chosen plan.

    `closeness` is slack relative to the limit (to the activity's scale for caps); `blocks` counts plans one
    shift away that would bring more but break this rule.
    """

    name: str
    value: float
    limit: float
    slack: float
    at_least: bool
    closeness: float
    blocks: int
    state: State


@dataclass(frozen=True)
class Neighbourhood:
    """Plans one shift of weight away from the chosen one, at their own consistent beliefs.

    `better_but_broken` would bring more and break a rule; `near_ties` keep the rules and bring at most
    NEAR_TIE less; `next_best` is what the best of those that keep the rules brings above the chosen plan
    [currency/period], NaN where none keeps them.
    """

    count: int
    better_but_broken: int
    near_ties: int
    next_best: float


@dataclass(frozen=True)
class Explanation:
    """Parts that need a plan are empty where there is none."""

    solution: Solution
    plans: Comparison
    now: Outcome
    rules: tuple[RuleState, ...]
    around: Neighbourhood | None
    gaming: tuple[Gaming, ...]
    assumptions: tuple[Assumption, ...]

    @property
    def then(self) -> Outcome | None:
        return self.solution.consistent

    @property
    def moved(self) -> bool:
        """Whether the chosen plan differs from the current one."""
        euros = self.solution.euros
        return euros is not None and not _same(euros, self.solution.cal.current)

    @cached_property
    def exposure(self) -> Floats:
        """d_kj at the current plan and at the chosen one, (1 or 2, K, J)."""
        cal, euros = self.solution.cal, self.solution.euros
        both = cal.current[None] if euros is None else np.array([cal.current, euros])
        return believed_exposure(cal, both, evaluate_plans(cal, both).worlds)


def explain(solution: Solution) -> Explanation:
    """Everything a report says beyond the plan and its certificate."""
    cal, euros = solution.cal, solution.euros
    now = evaluate_plans(cal, cal.current[None])
    plans = compare(solution)
    if euros is None or solution.consistent is None:
        return Explanation(solution, plans, now, (), None, gaming_ledger(cal, cal.current, now, now), ())
    rules, around = rules_and_neighbours(cal, solution.space, euros)
    return Explanation(
        solution=solution,
        plans=plans,
        now=now,
        rules=rules,
        around=around,
        gaming=gaming_ledger(cal, euros, now, solution.consistent),
        assumptions=() if _same(euros, cal.current) else assumptions(cal, euros),
    )


# --- plans side by side ---------------------------------------------------------------------------------


def compare(solution: Solution) -> Comparison:
    """The current plan, the named ones, equal weights if no plan is called so, and the chosen one."""
    cal, space = solution.cal, solution.space
    kinds, names, stack = zip(*_plans(solution), strict=True)
    euros = np.array(stack)
    outcome = evaluate_plans(cal, euros)
    lines = _lines(cal, space, euros, outcome)
    pay = euros.sum(axis=(1, 2))
    control = (euros * space.controllability).sum(axis=(1, 2)) / np.where(pay > 0, pay, 1.0)
    return Comparison(
        names=names,
        kinds=kinds,
        euros=euros,
        outcome=outcome,
        value=value_of(cal.scenario.rules.objective, outcome),
        gaming_hours=gaming_hours(cal, outcome.x),
        gaming_excess=gaming_excess(cal, outcome),
        controllability=np.where(pay > 0, control, np.nan),
        broken=tuple(tuple(r.name for r in lines if r.slack[s] < -TOLERANCE) for s in range(len(names))),
        settled=tuple(bool(r) for r in settled(outcome)),
    )


def _plans(solution: Solution) -> Iterator[tuple[Kind, str, Floats]]:
    scenario = solution.cal.scenario
    yield "current", "current", solution.cal.current
    for name, weights in scenario.plans.items():
        yield "named", name, plan_of(scenario, weights).euros(scenario)
    if EQUAL not in scenario.plans:
        yield "equal", EQUAL, equal_weights(solution.space, solution.cal.current)
    if solution.euros is not None:
        yield "chosen", "chosen", solution.euros


def equal_weights(space: PlanSpace, current: Floats) -> Floats:
    """Today's target pay spread evenly over each team's KPIs that it may be paid on and can move, (I, K)."""
    usable = space.allowed & (space.controllability > 0)
    usable = np.where(usable.any(axis=1, keepdims=True), usable, current > 0)
    count = usable.sum(axis=1, keepdims=True)
    return np.asarray(current.sum(axis=1, keepdims=True) * usable / np.where(count > 0, count, 1))


def settled(outcome: Outcome) -> Bools:
    """Whether beliefs came to agree with what happens, (S,)."""
    return np.asarray(outcome.residual <= CONSISTENT)


def _same(euros: Floats, other: Floats) -> bool:
    return float(np.abs(euros - other).max()) <= SAME_MONEY


# --- what stands in the way -----------------------------------------------------------------------------


def rules_and_neighbours(
    cal: Calibrated, space: PlanSpace, euros: Floats
) -> tuple[tuple[RuleState, ...], Neighbourhood]:
    """Every rule at the chosen plan, and what one shift of weight away would bring."""
    around = neighbours(space, space.units(euros))
    every = np.concatenate([euros[None], space.euros(around)])
    outcome = evaluate_plans(cal, every)
    lines = _lines(cal, space, every, outcome)
    value = value_of(cal.scenario.rules.objective, outcome)
    kept = np.all([r.slack >= -TOLERANCE for r in lines] + [settled(outcome)], axis=0)
    better = value > value[0] + 1e-9 * abs(value[0])
    slack_of_caps = _slack_of_caps(cal, outcome, lines)
    rules = tuple(_state(r, slack_of_caps.get(r.name), better) for r in lines if _says_something(space, r))
    return rules, _neighbourhood(value, kept, better)


def _lines(cal: Calibrated, space: PlanSpace, euros: Floats, outcome: Outcome) -> list[Line]:
    facts = consistent_facts(cal, euros, outcome.worlds, outcome.pay)
    return list(every_line(cal, space, euros, facts))


def _neighbourhood(value: Floats, kept: Bools, better: Bools) -> Neighbourhood:
    """Row 0 is the chosen plan, the others its neighbours."""
    others = value[1:][kept[1:]]
    return Neighbourhood(
        count=len(value) - 1,
        better_but_broken=int((better & ~kept)[1:].sum()),
        near_ties=int((np.abs(others - value[0]) <= NEAR_TIE * abs(value[0])).sum()),
        next_best=float(others.max() - value[0]) if len(others) else np.nan,
    )


def _says_something(space: PlanSpace, line: Line) -> bool:
    """Whether a rule could bind: not a weight of at most 1, nor a target pay that is given."""
    rule, _, rest = line.name.partition(".")
    if rule == "target_pay":
        i = list(space.scenario.teams).index(rest.rpartition(".")[0])
        return bool(space.least[i] < space.most[i])
    limits = space.scenario.rules.weights
    idle = {"weights.max.": limits.max >= 1, "weights.min.": limits.min <= 0, "measures.": True}
    return not any(line.name.startswith(start) and no for start, no in idle.items())


def _slack_of_caps(cal: Calibrated, outcome: Outcome, lines: list[Line]) -> dict[str, float]:
    """Slack of each gaming cap as a share of the activity's scale, at the chosen plan.

    Where nobody does it, slack counts from the volume that would be negative: how far it is from starting.
    """
    regimes = [f".{name}" for name in cal.scenario.regimes] or [""]
    found = {}
    for line in lines:
        for suffix, at, (_, network) in zip(regimes, outcome.worlds, cal.worlds, strict=True):
            name = line.name.removeprefix("gaming.").removesuffix(suffix)
            if line.name == f"gaming.{name}{suffix}" and name in network.activities:
                a = network.activities.index(name)
                missing = at.response.reduced_cost[0, a] / cal.quadratic[a]
                found[line.name] = float((line.slack[0] + missing) / network.scale[a])
    return found


def _state(line: Line, share: float | None, better: Bools) -> RuleState:
    slack, limit = float(line.slack[0]), float(line.limit[0])
    closeness = slack / (abs(limit) or 1.0) if share is None else share
    blocks = int((better & (line.slack < -TOLERANCE))[1:].sum())
    state: State = "far"
    if slack < -TOLERANCE:
        state = "broken"
    elif closeness <= AT_LIMIT or blocks:
        state = "binding"
    elif closeness <= NEAR_LIMIT:
        state = "near"
    return RuleState(line.name, float(line.value[0]), limit, slack, line.at_least, closeness, blocks, state)


def by_size_of_change(cal: Calibrated, change: Floats) -> Ints:
    """Activities, largest change first: units valued at κ_a, what a unit of that work is worth today."""
    size = np.abs(change) * cal.curvature_value
    return np.lexsort((np.arange(len(size)), -size))
