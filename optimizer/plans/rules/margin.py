"""What keeps people from gaming, even if it pays better than believed (model.md §8, anti-gaming b)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.rules.caps import cap_today, caps, page_numbers
from optimizer.plans.rules.facts import Deterrence, Facts
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleOfPlan, RuleValue
from optimizer.plans.rules.steps import SHARE_STEP, one_number
from optimizer.plans.space import PlanSpace
from optimizer.response.beliefs import signals_of
from optimizer.response.best_response import marginal_gain, work
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.scenario.rule_types import Rules

NAME = "margin"
FIELDS = ("gaming.margin",)
MARGIN = Rule(
    "gaming.margin", "money_per_unit", "at most", rows=("gaming_margin",), stated="share", moved="units"
)
RULES = (MARGIN,)


def lines(at: Facts) -> Iterator[RuleValue]:
    """Gaming stays within its cap even if its direct credit pays (1 + margin) times what is believed."""
    margin = _margin(at.cal.scenario.rules)
    if margin is None or at.deterred is None:
        return
    for regime, deterrence in zip(at.cal.regimes.endings, at.deterred, strict=True):
        for g, a in enumerate(deterrence.activities):
            gain = deterrence.gain[:, g] + margin * deterrence.direct[:, g]
            yield MARGIN.at(gain, deterrence.room[:, g], at.cal.network.activities[a], *regime)


def _margin(rules: Rules) -> float | None:
    return rules.gaming.margin if rules.gaming else None


def deterrence(cal: Calibrated, at: Equilibrium, euros: Floats) -> Deterrence:
    """How well a plan deters each gaming activity that has a cap."""
    network = at.network
    capped = caps(cal, network).of_gaming(network)
    some, limit = capped.activities, capped.at(network, at.x)
    signals = signals_of(network, cal.curves, cal.targets_at(at.beliefs), at.beliefs)
    direct = np.einsum("sgk,skg->sg", euros[:, network.team[some], :], signals.direct[:, :, some])
    todo = work(cal, network, at.beliefs, euros)
    gain = marginal_gain(network, todo, np.zeros_like(at.x), at.response.prices)
    return Deterrence(some, gain[:, some], cal.quadratic[some] * limit, direct)


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules, margin = cal.scenario.rules, _margin(cal.scenario.rules)
    if margin is not None:
        yield from one_number(rules, MARGIN.name, margin, max(0.0, margin - SHARE_STEP))


def limit(cal: Calibrated, _space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    """The cap that is deterred from; its row is in currency per unit."""
    activity = index[1]
    steep = float(cal.quadratic[cal.network.activities.index(activity)])
    return Limit(cap_today(cal, activity), steep)


def behind(cal: Calibrated, rule: RuleOfPlan) -> Limit:
    """The cap that is deterred from, in units; the rule counts what its last unit brings."""
    activity = rule.name.removeprefix(f"{MARGIN.name}.").partition(".")[0]
    steep = float(cal.quadratic[cal.network.activities.index(activity)])
    return Limit(rule.limit / steep, steep)


def page_form(cal: Calibrated) -> Iterator[PageForm]:
    margin = _margin(cal.scenario.rules)
    for s, (network, regime) in enumerate(cal.regimes.beside(cal.regimes.endings)):
        for a, numbers in page_numbers(caps(cal, network).of_gaming(network)) if margin is not None else ():
            at = {"regime": s, "activity": a, "margin": margin, **numbers}
            yield MARGIN.form("margin", network.activities[a], *regime, **at)
