"""How far one team may sink another's pay for next to nothing (model.md §8, anti-gaming d; §13.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import SHARE_STEP, one_number, relaxed, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.plan import weights_of
from optimizer.scenario.rule_types import Exposure, Rules

NAME = "exposure"
FIELDS = ("gaming.exposure",)
EXPOSURE = Rule("gaming.exposure", "share", "at most", rows=("gaming_exposure",))
RULES = (EXPOSURE,)
behind = own_limit


def lines(at: Facts) -> Iterator[RuleValue]:
    """Σ_k w_ik d_kj ≤ limit for every other team j."""
    most = _most(at.cal.scenario.rules)
    if most is None or at.exposure is None:
        return
    exposed = np.einsum("sik,skj->sij", weights_of(at.euros), at.exposure)
    for i, j, team, other in _others(at.cal):
        if (at.euros[:, i] > 0).any():
            yield EXPOSURE.at(exposed[:, i, j], most, team, other)


def _most(rules: Rules) -> float | None:
    return rules.exposure_limit


def _others(cal: Calibrated) -> Iterator[tuple[int, int, str, str]]:
    for i, team in enumerate(cal.scenario.teams):
        for j, other in enumerate(cal.scenario.teams):
            if i != j:
                yield i, j, team, other


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules, most = cal.scenario.rules, _most(cal.scenario.rules)
    if most is None:
        return
    if rules.exposure_basis == "pay":
        yield from one_number(rules, EXPOSURE.name, most, most + SHARE_STEP)
        return
    wider = Exposure(limit=most + SHARE_STEP, basis=rules.exposure_basis)
    yield relaxed(EXPOSURE.name, most, wider.limit, updated(rules, "gaming", exposure=wider))
    yield removed(EXPOSURE.name, most, updated(rules, "gaming", exposure=None))


def limit(cal: Calibrated, space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    return Limit(_most(cal.scenario.rules) or 0.0, space.largest_pay(index[0]))


def page_form(cal: Calibrated) -> Iterator[PageForm]:
    most = _most(cal.scenario.rules)
    for i, j, team, other in _others(cal) if most is not None else ():
        yield EXPOSURE.form("exposure", team, other, team=i, other=j, limit=most)
