"""Gaming kept within its caps (model.md §8, anti-gaming a).

The caps are stated here in numbers, for whoever judges a plan, and a second time in `optimizer.model.gaming`;
a test compares the two on random companies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import SHARE_STEP, one_number, relaxed, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.network import Network
from optimizer.scenario.rule_types import GamingRules, Rules

NAME = "caps"
FIELDS = ("gaming.tolerance", "gaming.caps")
CAP = Rule("gaming", "units", "at most", rows=("gaming_cap",))
TOLERANCE = Rule("gaming.tolerance", "share", "at most", through=CAP.rows)
STATED = Rule("gaming.caps", "units", "at most", through=CAP.rows)
RULES = (CAP, TOLERANCE, STATED)
behind = own_limit
CAP_STEP = 0.1
"""A step of a cap in units, as a share of it; at least one unit."""
FREE = 1e4
"""Units, in natural scales, that nobody reaches: a cap on an activity without hours that is none."""


@dataclass(frozen=True)
class Caps:
    """x_a ≤ constant + share × inflow of its stage, for G activities; (G,) each [units/period]."""

    activities: Ints
    constant: Floats
    share: Floats

    def at(self, network: Network, x: Floats) -> Floats:
        """The caps (S, G) where people do x (S, A)."""
        return np.asarray(self.constant + self.share * network.source_inflow(x)[:, self.activities])

    def of_gaming(self, network: Network) -> Caps:
        """Those of activities that only look good: a cap may be stated for any other."""
        some = network.gaming[self.activities]
        return Caps(self.activities[some], self.constant[some], self.share[some])


def caps(cal: Calibrated, network: Network) -> Caps:
    """In one regime: a cap as stated, or growth over today's part of the inflow, or over today's volume."""
    rules = cal.scenario.rules.gaming
    if rules is None:
        return Caps(np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0))
    stated = np.array([rules.caps.get(name, np.nan) for name in network.activities])
    given, fed, grown = ~np.isnan(stated), network.source >= 0, 1 + rules.tolerance
    alone = np.where(fed, 0.0, grown * network.baseline)
    part = np.where(fed & ~given & (network.baseline > 0), grown * cal.beliefs.routing[0], 0.0)
    some = np.flatnonzero(given | network.gaming)
    return Caps(some, np.where(given, stated, alone)[some], part[some])


def lines(at: Facts) -> Iterator[RuleValue]:
    """Every cap in every regime."""
    for regime, done in zip(at.cal.regimes.endings, at.by_regime, strict=True):
        network, x = done.network, done.x
        capped = caps(at.cal, network)
        most = capped.at(network, x)
        for g, a in enumerate(capped.activities):
            size = min(1.0, float(network.scale[a]))
            yield CAP.at(x[:, a], most[:, g], network.activities[a], *regime, size=size)


def room(cal: Calibrated, at: Sequence[Equilibrium]) -> dict[str, float]:
    """Slack of every cap at the first plan, as a share of the activity's scale, by name of the rule.

    Where nobody does it, slack counts from the volume that would be negative: how far it is from starting.
    """
    slack_by_rule = {}
    for regime, done in zip(cal.regimes.endings, at, strict=True):
        network = done.network
        capped = caps(cal, network)
        slack = capped.at(network, done.x)[0] - done.x[0, capped.activities]
        missing = done.response.reduced_cost[0] / cal.quadratic
        for a, left in zip(capped.activities, slack, strict=True):
            name = CAP.named(network.activities[a], *regime)
            slack_by_rule[name] = float((left + missing[a]) / network.scale[a])
    return slack_by_rule


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules, gaming = cal.scenario.rules, cal.scenario.rules.gaming
    if gaming is None:
        return
    wider = gaming.tolerance + SHARE_STEP
    yield from one_number(rules, TOLERANCE.name, gaming.tolerance, wider, _without_tolerance(cal))
    for name, cap in gaming.caps.items():
        more, none = cap + max(1.0, CAP_STEP * cap), _never_reached(cal, name)
        yield relaxed(STATED.named(name), cap, more, _with_cap(rules, gaming, name, more))
        yield removed(STATED.named(name), cap, _with_cap(rules, gaming, name, none))


def _with_cap(rules: Rules, gaming: GamingRules, activity: str, cap: float) -> Rules:
    return updated(rules, "gaming", caps={**gaming.caps, activity: cap})


def _without_tolerance(cal: Calibrated) -> float:
    """The tolerance at which no cap that follows from it can bind: each share 1, each hour of the team."""
    network, most = cal.network, [0.0]
    for a in np.flatnonzero(network.gaming & (network.baseline > 0)):
        if network.source[a] >= 0:
            most.append(1 / float(cal.beliefs.routing[0, a]) - 1)
        else:
            most.append(_never_reached(cal, network.activities[a]) / float(network.baseline[a]) - 1)
    return max(most)


def _never_reached(cal: Calibrated, activity: str) -> float:
    """Units that a team could do at most: all its hours, or FREE scales where these are not fixed."""
    network = cal.network
    a = network.activities.index(activity)
    hours, each = network.fixed_hours[network.team[a]], network.unit_hours[a]
    return float(hours / each if np.isfinite(hours) and hours * each > 0 else FREE * network.scale[a])


def limit(cal: Calibrated, _space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    return Limit(cap_today(cal, index[1]))


def cap_today(cal: Calibrated, activity: str) -> float:
    """The cap in units at today's inflow."""
    network, capped = cal.network, caps(cal, cal.network)
    today = dict(zip(capped.activities.tolist(), capped.at(network, network.baseline[None])[0], strict=True))
    return float(today[network.activities.index(activity)])


def page_form(cal: Calibrated) -> Iterator[PageForm]:
    for s, (network, regime) in enumerate(cal.regimes.beside(cal.regimes.endings)):
        for a, numbers in page_numbers(caps(cal, network)):
            yield CAP.form("cap", network.activities[a], *regime, regime=s, activity=a, **numbers)


def page_numbers(capped: Caps) -> Iterator[tuple[int, dict[str, float]]]:
    """Every capped activity, with its cap as the page reads it."""
    for a, constant, share in zip(capped.activities, capped.constant, capped.share, strict=True):
        yield int(a), {"constant": float(constant), "share": float(share)}
