"""What is split with a team: its stages and work, its measures, and the way of what it hands on to them.

A team's measures may count what others do with what it hands over: a seller's customers that stay. Then a
part must be measured on its own customers, so these stages, and others' work on them, are told apart too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from optimizer.runs.split.parts import Parts
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.plan_types import StatedPlan
from optimizer.scenario.types import Kpi, Scenario


@dataclass(frozen=True)
class Divided:
    """Names of what each part gets its own of, and of KPIs that stay as they are beside them."""

    scenario: Scenario
    parts: Parts
    stages: frozenset[str]
    activities: frozenset[str]
    kpis: frozenset[str]
    kept: frozenset[str]
    """KPIs of the whole company that somebody else may be paid on."""

    def stage(self, name: str, part: str) -> str:
        """A stage as the part calls it."""
        return self.parts.of(name, part) if name in self.stages else name

    def work(self, key: str, part: str) -> str:
        """An activity, or `leave:stage`, `other:team`, `effort:team`, as the part calls it."""
        kind, colon, of = key.partition(":")
        if not colon:
            return self.parts.of(key, part) if key in self.activities else key
        own = part if of == self.parts.team else of
        return f"{kind}:{self.stage(of, part) if kind == 'leave' else own}"

    def is_divided(self, key: str) -> bool:
        """Whether each part has this work for itself."""
        return self.work(key, "") != key

    def kpi(self, name: str, part: str) -> str:
        """A KPI as the part is paid on it."""
        return self.parts.of(name, part) if name in self.kpis else name


def divided(scenario: Scenario, parts: Parts) -> Divided:
    """What splitting a team takes apart."""
    own = frozenset(name for name, a in scenario.activities.items() if a.team == parts.team)
    worked = frozenset(name for name, s in scenario.stages.items() if s.owner == parts.team)
    reached = _downstream(scenario, own)
    near = frozenset(worked | reached)
    paid = _paid_on(scenario, parts.team)
    kpis = frozenset(k for k in paid if _counts(scenario, scenario.kpis[k], parts.team, own, near))
    counted = {stage for k in kpis for stage in _stages_counted(scenario, scenario.kpis[k])}
    stages = frozenset(worked | _towards(scenario, reached, frozenset(counted | worked)))
    taken = frozenset(name for name, a in scenario.activities.items() if a.from_ in stages)
    return Divided(scenario, parts, stages, own | taken, kpis, _kept(scenario, parts.team, kpis))


def _downstream(scenario: Scenario, own: Iterable[str]) -> frozenset[str]:
    """Stages that what the team hands on can come to."""
    found: set[str] = set()
    fresh = {stage for name in own for stage in scenario.activities[name].yields}
    while fresh:
        found |= fresh
        onward = (a.yields for a in scenario.activities.values() if a.from_ in fresh)
        fresh = {stage for yields in onward for stage in yields} - found
    return frozenset(found)


def _towards(scenario: Scenario, reached: frozenset[str], goals: frozenset[str]) -> set[str]:
    """Of the stages reached, those that are a goal or lead to one."""
    found = set(reached & goals)
    while True:
        more = {
            a.from_
            for a in scenario.activities.values()
            if a.from_ in reached and a.from_ not in found and (found | goals) & a.yields.keys()
        }
        if not more:
            return found
        found |= {stage for stage in more if stage is not None}


def _counts(scenario: Scenario, kpi: Kpi, team: str, own: frozenset[str], near: frozenset[str]) -> bool:
    """Whether a KPI counts anything of the team, or of what comes of it."""
    mine = own | {f"other:{team}", f"effort:{team}"}
    counted = (*kpi.numerator, *kpi.denominator)
    return any(key in mine for key in counted) or not near.isdisjoint(_stages_counted(scenario, kpi))


def _stages_counted(scenario: Scenario, kpi: Kpi) -> Iterator[str]:
    """Stages that a KPI counts arrivals in, work from, or what is left of."""
    yield from (*kpi.entering, *kpi.entering_denominator)
    for key in (*kpi.numerator, *kpi.denominator):
        kind, _, of = key.partition(":")
        if kind == "leave":
            yield of
        elif key in scenario.activities and (taken := scenario.activities[key].from_) is not None:
            yield taken


# --- measures -------------------------------------------------------------------------------------------


def _paid_on(scenario: Scenario, team: str) -> set[str]:
    """KPIs that the team is or may be paid on, and those that its pay hangs on beside."""
    allowed = scenario.rules.measures.get(team, tuple(scenario.kpis))
    paid = {*allowed, *_weighed(scenario, team)}
    while True:
        behind = {kpi for curve in curves_of(scenario, team, paid) for kpi in behind_curve(curve)} - paid
        if not behind:
            return paid
        paid |= behind


def _weighed(scenario: Scenario, team: str) -> set[str]:
    """KPIs that plans and rules name for a team."""
    rules = scenario.rules
    named: set[str] = {*scenario.current_plan.get(team, {}), *rules.locks.get(team, {})}
    for plan in scenario.plans.values():
        weights = plan.weights if isinstance(plan, StatedPlan) else plan
        named |= weights.get(team, {}).keys()
    named |= rules.weights.limits.get(team, {}).keys()
    named |= rules.controllability.override.get(team, {}).keys()
    for group in rules.weights.groups:
        named |= set(group.kpis) if group.team == team else set()
    for pair in rules.gaming.pairs if rules.gaming else ():
        named |= {pair.volume, pair.quality} if pair.team == team else set()
    return named


def curves_of(scenario: Scenario, team: str, kpis: Iterable[str]) -> Iterator[Curve]:
    """Pay curves that a team's pay on some KPIs may follow."""
    stated = [scenario.teams[team].curve, *(scenario.kpis[k].curve for k in kpis)]
    stated += scenario.rules.curves.get(team, ())
    for plan in scenario.plans.values():
        if isinstance(plan, StatedPlan):
            stated += [curve for at, curve in plan.curves.items() if at.partition(".")[0] == team]
    for curve in stated:
        if curve is not None:
            yield scenario.curves[curve] if isinstance(curve, str) else curve


def behind_curve(curve: Curve) -> tuple[str, ...]:
    """The KPI that pay on another hangs on."""
    return tuple(part.kpi for part in (curve.gate, curve.times) if part is not None)


def _kept(scenario: Scenario, team: str, kpis: frozenset[str]) -> frozenset[str]:
    """Divided KPIs that another team is or may be paid on, as the whole company's."""
    others = [name for name in scenario.teams if name != team]
    used: set[str] = set()
    for name in others:
        pays = scenario.teams[name].current_pay > 0 or name in scenario.rules.measures
        named = _paid_on(scenario, name) if pays else _weighed(scenario, name)
        used |= named | {kpi for c in curves_of(scenario, name, named) for kpi in behind_curve(c)}
    return kpis & used
