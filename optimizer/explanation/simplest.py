"""The simplest plan that keeps nearly all of the net gain, and what each team's change brings alone.

Both ask for net of payouts as booked, whatever is maximized: people decide on what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.explanation.comparison import choosable
from optimizer.plans.evaluation import Evaluation, evaluate_each
from optimizer.plans.plan_changes import PaidPlan, team_changes
from optimizer.plans.rules import keeps_weight_rules
from optimizer.plans.space import PlanSpace
from optimizer.response.booking import booked_money
from optimizer.response.calibration import Calibrated
from optimizer.response.plan_batch import PlanBatch
from optimizer.scenario.plan import IN_FORCE, PlanTerms

KEPT = 0.99
"""Share of the recommended plan's net gain that a simpler plan must have."""
LONGEST_WALK = 12


def net_of(at: Evaluation) -> float:
    """What booked payouts leave [currency/period]."""
    return booked_money(at.cal.scenario, at.consistent).net


@dataclass(frozen=True)
class SingleChange:
    """What the recommended plan brings if only one team changes, all others being paid as today."""

    team: int
    at: Evaluation
    net_gain: float
    """Over today's plan [currency/period]."""


def single_changes(
    cal: Calibrated, space: PlanSpace, chosen: PaidPlan, current: Evaluation
) -> tuple[SingleChange, ...]:
    """One per team that the recommended plan changes, in the order of the file."""
    moved = team_changes(cal.scenario, (cal.current, IN_FORCE), chosen)
    teams = [i for i, change in enumerate(moved) if change.any]
    if not teams:
        return ()
    plans = PlanBatch.of(_alone(cal, chosen, i) for i in teams)
    each = evaluate_each(cal, space, plans)
    return tuple(SingleChange(i, at, net_of(at) - net_of(current)) for i, at in zip(teams, each, strict=True))


def _alone(cal: Calibrated, plan: PaidPlan, i: int) -> PaidPlan:
    """Today's plan, but team i paid by another one."""
    euros = cal.current.copy()
    euros[i] = plan[0][i]
    return euros, plan[1].of_team(cal.network.teams[i])


@dataclass(frozen=True)
class SimplePlan:
    """A plan and how simple it is: paid team × KPI pairs, teams whose pay it changes, distance from today
    (share of pay at target that moves, added over teams), net over today's plan [currency/period]."""

    at: Evaluation
    measures: int
    teams: int
    distance: float
    net_gain: float

    @property
    def key(self) -> tuple[float, ...]:
        """Fewest pairs, fewest teams, nearest to today, then the most net."""
        return self.measures, self.teams, self.distance, -self.net_gain

    @property
    def promise(self) -> tuple[float, ...]:
        """The same while simpler plans are still looked for: what has most net can lose most."""
        return self.measures, self.teams, -self.net_gain


@dataclass(frozen=True)
class _Search:
    cal: Calibrated
    space: PlanSpace
    current: Evaluation
    least: float
    """Net over today's plan that is enough [currency/period]."""

    def told(self, at: Evaluation) -> SimplePlan:
        changes = team_changes(self.cal.scenario, (self.cal.current, IN_FORCE), (at.euros, at.terms))
        pay, before = at.euros.sum(axis=1), self.cal.current.sum(axis=1)
        moved = np.abs(at.euros - self.cal.current).sum(axis=1) / np.maximum(np.maximum(pay, before), 1e-300)
        return SimplePlan(
            at,
            measures=int((at.euros > 0).sum()),
            teams=sum(change.any for change in changes),
            distance=round(float(moved.sum()), 9),
            net_gain=net_of(at) - net_of(self.current),
        )

    def enough(self, evaluations: Iterable[Evaluation]) -> list[SimplePlan]:
        """Those that keep every rule, starve no rate, may be chosen and have enough."""
        sound = (at for at in evaluations if at.kept and not at.starved)
        told = [self.told(at) for at in sound if choosable(self.space, (at.euros, at.terms))]
        return [one for one in told if one.net_gain >= self.least]

    def easier(self, plan: SimplePlan) -> Iterator[PaidPlan]:
        """A pair less, its whole weight on another KPI of the team; a team back at what it is paid today."""
        euros, terms = plan.at.euros, plan.at.terms
        for i, k in np.argwhere(euros > 0):
            for other in np.flatnonzero((euros[i] > 0) | (self.cal.current[i] > 0)):
                if other != k:
                    moved = euros.copy()
                    moved[i, other] += moved[i, k]
                    moved[i, k] = 0.0
                    yield moved, terms
        for i in np.flatnonzero((euros != self.cal.current).any(axis=1)):
            back = euros.copy()
            back[i] = self.cal.current[i]
            yield back, _without(terms, self.cal.network.teams[i])

    def around(self, plan: SimplePlan) -> list[SimplePlan]:
        """Easier plans that are still enough."""
        easier = list(self.easier(plan))
        if not easier:
            return []
        held = keeps_weight_rules(self.space, np.array([euros for euros, _ in easier]))
        plans = [paid for paid, may in zip(easier, held, strict=True) if may and choosable(self.space, paid)]
        return self.enough(evaluate_each(self.cal, self.space, PlanBatch.of(plans))) if plans else []


def _without(terms: PlanTerms, team: str) -> PlanTerms:
    """Terms with one team's curves as today."""
    others = {at: curve for at, curve in terms.curves.items() if at.partition(".")[0] != team}
    return PlanTerms(others, terms.targets, terms.issued)


def simplest(
    cal: Calibrated, space: PlanSpace, current: Evaluation, chosen: Evaluation, known: Sequence[Evaluation]
) -> SimplePlan | None:
    """Of the plans judged, `known` ones and what is met on a walk to fewer pairs, the simplest that keeps
    KEPT of the net gain. The recommended plan where none is simpler; None where it has no gain."""
    gain = net_of(chosen) - net_of(current)
    if gain <= 0:
        return None
    search = _Search(cal, space, current, KEPT * gain)
    itself = search.told(chosen)
    met = [itself, *search.enough(known)]
    for start in {id(one): one for one in (itself, min(met, key=lambda one: one.promise))}.values():
        met += _walk(search, start)
    ranked = (one for one in sorted(met, key=lambda one: one.key) if one.key < itself.key)
    return next((one for one in ranked if not one.at.deviations), itself)


def _walk(search: _Search, start: SimplePlan) -> list[SimplePlan]:
    """All that is met from a plan on, step by step to the simplest around."""
    plan, met = start, []
    for _ in range(LONGEST_WALK):
        around = search.around(plan)
        met += around
        nearest = min(around, key=lambda one: one.promise, default=plan)
        if nearest.promise[:2] >= plan.promise[:2]:
            break
        plan = nearest
    return met
