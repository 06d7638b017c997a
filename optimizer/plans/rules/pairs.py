"""Volume held in check by quality: w_volume ≤ ratio · w_quality (model.md §8, anti-gaming c)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.plans.rules.facts import TeamPlans
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import SHARE_STEP, relaxed, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Pair, Rules

NAME = "pairs"
FIELDS = ("gaming.pairs",)
PAIR = Rule("gaming.pairs", "share", "at most", rows=("gaming_pair",))
RULES = (PAIR,)
behind = own_limit


def lines(at: TeamPlans) -> Iterator[RuleValue]:
    """By how much the weight of volume exceeds what that of quality allows."""
    kpis = list(at.space.scenario.kpis)
    for pair in _pairs(at.rules):
        if pair.team == at.team:
            volume, quality = (at.weights[:, kpis.index(k)] for k in (pair.volume, pair.quality))
            yield PAIR.at(volume - pair.ratio * quality, 0.0, at.team, pair.volume).where(at.paid)


def _pairs(rules: Rules) -> tuple[Pair, ...]:
    return rules.gaming.pairs if rules.gaming else ()


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    """A pair is called by its place in the list."""
    rules = cal.scenario.rules
    pairs = _pairs(rules)
    for n, pair in enumerate(pairs):
        wider = pair.model_copy(update={"ratio": pair.ratio + SHARE_STEP})
        more, rest = (*pairs[:n], wider, *pairs[n + 1 :]), (*pairs[:n], *pairs[n + 1 :])
        name = PAIR.named(str(n))
        yield relaxed(name, pair.ratio, wider.ratio, updated(rules, "gaming", pairs=more))
        yield removed(name, pair.ratio, updated(rules, "gaming", pairs=rest))


def limit(cal: Calibrated, space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    """How far volume may exceed what quality allows, as a share of the team's largest pay."""
    return Limit(0.0, space.largest_pay(_pairs(cal.scenario.rules)[index[0]].team))


def page_form(space: PlanSpace, i: int) -> Iterator[PageForm]:
    kpis, team = list(space.scenario.kpis), list(space.scenario.teams)[i]
    for pair in _pairs(space.scenario.rules):
        if pair.team == team:
            terms = [[kpis.index(pair.volume), 1.0], [kpis.index(pair.quality), -pair.ratio]]
            yield PAIR.form("linear", team, pair.volume, team=i, terms=terms, limit=0.0)
