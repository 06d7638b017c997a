"""What a team can be paid at most per unit of target pay, where arithmetic alone tells: by caps of its pay
curves, and by caps on work that is all that a KPI counts. Infinite where it takes behaviour to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from pydantic import BaseModel

from optimizer.scenario.curve_types import Curve
from optimizer.scenario.types import Scenario

COUNTING = frozenset({"label", "numerator", "target", "noise", "curve"})
"""Fields of a KPI that say no more than which work counts, and for how much."""
SHAPING = frozenset(
    {"slope", "floor", "cap", "threshold", "accelerators", "points", "steps", "rates", "gate"}
    | {"times", "vesting"}
)
"""Fields of a curve whose largest payout is known here."""


@dataclass(frozen=True)
class Most:
    """Share of target pay, and names of the rules on gaming that it follows from; none for a curve alone."""

    share: float
    rules: tuple[str, ...] = ()


def most_share(scenario: Scenario, team: str) -> Most:
    """Over all weights that locks and measures leave."""
    locks = scenario.rules.locks.get(team, {})
    kpis = scenario.rules.measures.get(team, tuple(scenario.kpis))
    most = {kpi: _of_kpi(scenario, team, kpi) for kpi in {*kpis, *locks} if kpi in scenario.kpis}
    rest = 1 - sum(locks.values())
    free = [most[kpi] for kpi in kpis if kpi in most and kpi not in locks]
    best = max(free, key=lambda of: of.share, default=Most(0.0))
    parts = [(w, most[k]) for k, w in locks.items() if k in most and w > 0]
    parts += [(rest, best)] if rest > 1e-9 else []
    named = dict.fromkeys(rule for _, part in parts for rule in part.rules)
    return Most(sum(weight * part.share for weight, part in parts), tuple(named))


def _of_kpi(scenario: Scenario, team: str, kpi: str) -> Most:
    """By its curves, else, where pay is a straight line, by what its work is capped at."""
    curves = list(_curves(scenario, team, kpi))
    if None not in curves:
        return Most(max(_top(curve) for curve in curves if curve is not None))
    return _counted(scenario, kpi) if curves == [None] else Most(inf)


def _curves(scenario: Scenario, team: str, kpi: str) -> Iterator[Curve | None]:
    """All that pay may follow; None for a straight line."""
    own = scenario.teams[team].curve
    stated = own if own is not None else scenario.kpis[kpi].curve
    for curve in scenario.rules.curves.get(team, (stated,)):
        yield scenario.curves.get(curve) if isinstance(curve, str) else curve


def _top(curve: Curve) -> float:
    """The largest payout of a curve."""
    if not _said(curve) <= SHAPING:
        return inf
    most = max((factor for _, factor in curve.times.points), default=1.0) if curve.times else 1.0
    return most * _top_alone(curve) if most > 0 else 0.0


def _top_alone(curve: Curve) -> float:
    if curve.form in ("points", "steps"):
        return max(paid for _, paid in curve.listed)
    if curve.cap is None:
        return inf
    if curve.form:
        return max(rate for _, rate in curve.listed) * curve.cap
    steepest = max([curve.slope, *(a.slope for a in curve.accelerators)])
    return 1 + (steepest if curve.cap > 1 else curve.slope) * (curve.cap - 1)


def _counted(scenario: Scenario, kpi: str) -> Most:
    """Attainment of a plain count of work, each kind of which has a cap in units."""
    counted = scenario.kpis[kpi]
    if not _said(counted) <= COUNTING or scenario.targets.mode != "fixed" or counted.target is None:
        return Most(inf)
    caps = {work: _cap(scenario, work) for work, credit in counted.numerator.items() if credit > 0}
    total = sum(counted.numerator[work] * cap for work, (cap, _) in caps.items())
    return Most(total / counted.target, tuple(dict.fromkeys(rule for _, rule in caps.values() if rule)))


def _said(entry: BaseModel) -> set[str]:
    """Fields that are not as they are where nothing is said."""
    fields = type(entry).model_fields.items()
    return {name for name, field in fields if getattr(entry, name) != field.get_default()}


def _cap(scenario: Scenario, work: str) -> tuple[float, str]:
    """Units per period at most, and the rule that says so; infinite where it hangs on what people do."""
    gaming, activity = scenario.rules.gaming, scenario.activities.get(work)
    if gaming is None or activity is None:
        return inf, ""
    if work in gaming.caps:
        return gaming.caps[work], f"gaming.caps.{work}"
    if activity.gaming and activity.from_ is None:
        return (1 + gaming.tolerance) * activity.baseline, "gaming.tolerance"
    return inf, ""
