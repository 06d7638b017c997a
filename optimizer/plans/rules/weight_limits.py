"""Limits that a designer writes for single weights, sums of weights, and one team's number of KPIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from optimizer.arrays import Floats
from optimizer.plans.rules.facts import TeamPlans
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import relaxed, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Rules, TeamWeights, WeightGroup, WeightLimit, WeightRules

NAME = "weight_limits"
FIELDS = ("weights.limits", "weights.teams", "weights.groups")
MOST = Rule("weights.limits.max", "share", "at most", rows=("weight_limit_max",))
LEAST = Rule("weights.limits.min", "share", "at least", rows=("weight_limit_min",))
MANY = Rule("weights.teams.max_measures", "count", "at most", rows=("team_max_measures",))
FEW = Rule(
    "weights.teams.min_measures",
    "count",
    "at least",
    rows=("team_min_measures",),
    through=("weight_is_used",),
)
TOGETHER_MOST = Rule("weights.groups.max", "share", "at most", rows=("weight_group_max",))
TOGETHER_LEAST = Rule("weights.groups.min", "share", "at least", rows=("weight_group_min",))
RULES = (MOST, LEAST, MANY, FEW, TOGETHER_MOST, TOGETHER_LEAST)
behind = own_limit

Terms = Sequence[str]
"""KPIs whose weights are added up."""


def _stated(weights: WeightRules, team: str) -> Iterator[tuple[Rule, Terms, float]]:
    """Bounds on weights of a team that could be broken: the rule, the KPIs, the limit."""
    single = [((kpi,), own) for kpi, own in weights.limits.get(team, {}).items()]
    several = [(group.kpis, group) for group in weights.groups if group.team == team]
    for most, least, some in ((MOST, LEAST, single), (TOGETHER_MOST, TOGETHER_LEAST, several)):
        for kpis, bounds in some:
            if bounds.max < 1:
                yield most, kpis, bounds.max
            if bounds.min > 0:
                yield least, kpis, bounds.min


def _counts(weights: WeightRules, team: str) -> Iterator[tuple[Rule, float]]:
    own = weights.teams.get(team, TeamWeights())
    if own.max_measures is not None:
        yield MANY, float(own.max_measures)
    if own.min_measures is not None:
        yield FEW, float(own.min_measures)


def lines(at: TeamPlans) -> Iterator[RuleValue]:
    """A team that a plan does not pay has no weights; it is paid on no KPI, which a least number forbids."""
    kpis = list(at.space.scenario.kpis)
    for rule, terms, limit in _stated(at.rules.weights, at.team):
        value: Floats = at.weights[:, [kpis.index(k) for k in terms]].sum(axis=1)
        yield rule.at(value, limit, at.team, *terms).where(at.paid)
    for rule, limit in _counts(at.rules.weights, at.team):
        yield rule.at(at.used.sum(axis=1).astype(float), limit, at.team)


def page_form(space: PlanSpace, i: int) -> Iterator[PageForm]:
    kpis, team = list(space.scenario.kpis), list(space.scenario.teams)[i]
    for rule, terms, limit in _stated(space.scenario.rules.weights, team):
        added = [[kpis.index(k), 1.0] for k in terms]
        yield rule.form("linear", team, *terms, team=i, terms=added, limit=limit)
    for rule, limit in _counts(space.scenario.rules.weights, team):
        yield rule.form("count", team, team=i, limit=limit)


# --- a step wider, and removed --------------------------------------------------------------------------


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules = cal.scenario.rules
    for team, own in rules.weights.limits.items():
        for kpi, bounds in own.items():
            for changed in _wider(rules, team, bounds):
                name = (MOST if changed.side == "max" else LEAST).named(team, kpi)
                yield changed.relaxation(name, _with_limit(rules, team, kpi, changed.bounds))
    for team, counts in rules.weights.teams.items():
        yield from _other_counts(rules, team, counts)
    for n, group in enumerate(rules.weights.groups):
        for changed in _wider(rules, group.team, group):
            rule = TOGETHER_MOST if changed.side == "max" else TOGETHER_LEAST
            name = rule.named(group.team, *group.kpis)
            yield changed.relaxation(name, _with_group(rules, n, changed.bounds))


class _Wider:
    """A bound of weights, moved or gone."""

    def __init__(self, bounds: Any, side: str, to: float | None) -> None:
        self.side, self.limit, self.to = side, getattr(bounds, side), to
        free = 1.0 if side == "max" else 0.0
        self.bounds = bounds.model_copy(update={side: free if to is None else to})

    def relaxation(self, name: str, rules: Rules) -> Relaxation:
        if self.to is None:
            return removed(name, self.limit, rules)
        return relaxed(name, self.limit, self.to, rules)


def _wider(rules: Rules, team: str, bounds: WeightLimit | WeightGroup) -> Iterator[_Wider]:
    """Each bound that is one, by a step of the team's weights, and removed."""
    step = rules.weights.step_of(team)
    if bounds.max < 1:
        yield _Wider(bounds, "max", min(1.0, bounds.max + step))
        yield _Wider(bounds, "max", None)
    if bounds.min > 0:
        yield _Wider(bounds, "min", max(0.0, bounds.min - step))
        yield _Wider(bounds, "min", None)


def _with_limit(rules: Rules, team: str, kpi: str, bounds: WeightLimit) -> Rules:
    limits = rules.weights.limits
    return updated(rules, "weights", limits={**limits, team: {**limits[team], kpi: bounds}})


def _with_group(rules: Rules, n: int, group: WeightGroup) -> Rules:
    groups = rules.weights.groups
    return updated(rules, "weights", groups=(*groups[:n], group, *groups[n + 1 :]))


def _other_counts(rules: Rules, team: str, own: TeamWeights) -> Iterator[Relaxation]:
    """One KPI more, or less; without its own number the team keeps that of all teams."""
    for rule, key, by in ((MANY, "max_measures", 1), (FEW, "min_measures", -1)):
        number = getattr(own, key)
        if number is not None:
            wider = max(1, number + by)
            if wider != number:
                yield relaxed(rule.named(team), number, wider, _with_count(rules, team, key, wider))
            yield removed(rule.named(team), number, _with_count(rules, team, key, None))


def _with_count(rules: Rules, team: str, key: str, number: int | None) -> Rules:
    teams = rules.weights.teams
    return updated(rules, "weights", teams={**teams, team: teams[team].model_copy(update={key: number})})


# --- the number that a conflict would move --------------------------------------------------------------


def limit(cal: Calibrated, space: PlanSpace, row: str, index: tuple[Any, ...]) -> Limit:
    """Weights are shares of the team's largest pay in their rows; KPIs are counted. Groups are called by
    team and KPIs."""
    weights, team = cal.scenario.rules.weights, index[0]
    if row in (*MANY.rows, *FEW.rows):
        return Limit(next(number for rule, number in _counts(weights, team) if row in rule.rows))
    stated = _stated(weights, team)
    number = next(limit for rule, kpis, limit in stated if row in rule.rows and tuple(kpis) == index[1:])
    return Limit(number, space.largest_pay(team))
