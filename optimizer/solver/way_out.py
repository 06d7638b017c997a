"""The cheapest way out where no plan keeps the rules: what the plan that breaks least would need.

Whatever it says is enough: with those limits that plan keeps every rule at its own beliefs. It is exact
where every plan was judged, and no more than a way out elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import ceil, floor

import numpy as np

from optimizer.arrays import Bools, Ints
from optimizer.plans.enumeration import Listing, listing
from optimizer.plans.evaluation import evaluate_batch
from optimizer.plans.local_search import ScoredPlan
from optimizer.plans.rules import family_of, rule_named
from optimizer.plans.rules.family import RuleOfPlan, RuleValue
from optimizer.plans.rules.locks import LOCK
from optimizer.plans.space import plan_space
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import TeamWeights, WeightRules
from optimizer.scenario.types import Scenario
from optimizer.solver.pace import paced
from optimizer.solver.solution import Conflict, MovedLimit
from optimizer.solver.state import SolveState

GRAINS = {"money": 0.01, "money_per_unit": 0.01, "share": 1e-4, "count": 1.0, "units": 0.01}
"""Of a limit that is named, by its unit: what is printed is what to write."""
ROUNDING = 1e-5
"""Grains that are rounding of the number itself, not a need for one more."""


def exact_conflict(state: SolveState) -> Conflict:
    """Of every plan: rules of which no plan keeps all, though it could keep any but one, and the way out.

    Where time runs out, no rules, and a way out that need not be the cheapest.
    """
    tally = _tallied(state)
    moves = () if tally.nearest is None else _moves(state, tally.nearest)
    return Conflict(tuple(tally.conflicting()) if tally.whole else (), moves, exact=tally.whole)


def nearest_way_out(state: SolveState, nearest: ScoredPlan | None) -> tuple[MovedLimit, ...]:
    """Of the plans that were judged: none of others."""
    if nearest is None or nearest.kept or not np.isfinite(nearest.violation):
        return ()
    return _moves(state, nearest.units)


def _moves(state: SolveState, units: Ints) -> tuple[MovedLimit, ...]:
    at = evaluate_batch(state.cal, state.space, state.space.euros(units)[None]).one(0)
    return tuple(moved_limit(state.cal, rule) for rule in at.broken_rules)


def moved_limit(cal: Calibrated, rule: RuleOfPlan) -> MovedLimit:
    """The number behind a broken rule, and by how much it must move: rounded away from where it is.

    Enough for what is computed as for what is booked.
    """
    behind = family_of(rule.name).behind(cal, rule)
    need = max(abs(rule.slack), abs(rule.value - rule.limit)) / behind.per_unit
    to = behind.value - need if rule.at_least else behind.value + need
    return MovedLimit(rule.name, behind.value, abs(away(to, rule.name, rule.at_least) - behind.value))


def away(number: float, rule: str, at_least: bool) -> float:
    """A limit of this rule no stricter than the number, in whole grains of its unit."""
    grains = number / (grain := GRAINS[rule_named(rule).moved_unit])
    room = max(ROUNDING, 1e-12 * abs(grains))
    whole = floor(grains + room) if at_least else ceil(grains - room)
    return round(whole * grain, 10)


# --- every plan -----------------------------------------------------------------------------------------


@dataclass
class _Tally:
    """Of all plans at which beliefs settle: which rules each keeps, and the one that breaks them least."""

    blocks: list[dict[str, Bools]] = field(default_factory=list)
    """Of plans together, by rule: a rule that no plan of a block could break may be missing there."""
    settled: list[int] = field(default_factory=list)
    """Plans of each block at which beliefs settle."""
    whole: bool = False
    """No plan is left that was not looked at."""
    nearest: Ints | None = None
    excess: float = np.inf

    def add(self, units: Ints, rules: Iterable[RuleValue], settled: Bools) -> None:
        rules = tuple(rules)
        self.blocks.append({rule.name: rule.kept[settled] for rule in rules})
        self.settled.append(int(settled.sum()))
        locks = [rule.kept for rule in rules if is_lock(rule.name)]
        counted = np.all([settled, *locks], axis=0)
        excess = np.where(counted, sum(rule.excess for rule in rules), np.inf)
        least = int(np.argmin(excess))
        if excess[least] < self.excess:
            self.nearest, self.excess = units[least], float(excess[least])

    def conflicting(self) -> Iterator[str]:
        """Deletion filter: a rule goes for good where the rest cannot hold even without it, locks first."""
        every = dict.fromkeys(name for block in self.blocks for name in block)
        names = sorted(every, key=is_lock, reverse=True)
        broken = {name: self._broken(name) for name in names}
        for name in tuple(broken):
            rest = [b for other, b in broken.items() if other != name]
            if rest and np.any(rest, axis=0).all():
                del broken[name]
            else:
                yield name

    def _broken(self, rule: str) -> Bools:
        kept = [b.get(rule, np.ones(n, bool)) for b, n in zip(self.blocks, self.settled, strict=True)]
        return ~np.concatenate(kept)


def _tallied(state: SolveState) -> _Tally:
    """Of all plans, those beyond the rules on weights too where that is still few."""
    loose = replace(state.space, scenario=_without_weight_rules(state.space.scenario))
    every = _beyond_locks(state) or listing(loose) or state.every
    tally = _Tally()
    if every is None:
        return tally
    for some in paced(state, every.count):
        block = every.part(some)
        batch = evaluate_batch(state.cal, state.space, state.space.euros(block))
        tally.add(block, batch.rules, batch.consistent.converged)
        tally.whole = some.stop == every.count
    return tally


def _beyond_locks(state: SolveState) -> Listing | None:
    """Plans that break locks too, so that a conflict names those it hangs on; None without locks, and where
    there are too many."""
    if not state.cal.scenario.rules.locks:
        return None
    rules = state.cal.scenario.rules.model_copy(update={"locks": {}})
    scenario = state.cal.scenario.model_copy(update={"rules": rules})
    space = plan_space(
        replace(state.cal, scenario=scenario), state.space.controllability, terms=state.space.terms
    )
    allowed = space.allowed | state.space.allowed  # locked KPIs are exempt from the floor of control
    found = listing(replace(space, allowed=allowed, scenario=_without_weight_rules(scenario)))
    return found if found is not None and found.count else None


def is_lock(rule: str) -> bool:
    return rule.startswith(f"{LOCK.name}.")


def _without_weight_rules(scenario: Scenario) -> Scenario:
    """Locks and measures stay."""
    rules = scenario.rules
    gaming = rules.gaming and rules.gaming.model_copy(update={"pairs": ()})
    control = rules.controllability.model_copy(update={"mean": None})
    steps = {team: TeamWeights(step=own.step) for team, own in rules.weights.teams.items()}
    weights = WeightRules(step=rules.weights.step, teams=steps)
    loose = {"weights": weights, "change_limit": None, "gaming": gaming, "same": ()}
    changed = rules.model_copy(update=loose | {"controllability": control})
    return scenario.model_copy(update={"rules": changed})
