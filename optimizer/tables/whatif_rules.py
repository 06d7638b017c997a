"""The rules of a scenario as plain values that the what-if page can check for any plan.

Each is a form with its numbers; FORMS says how to read them. They mirror `space.weight_rules` and
`rules.every_line` one by one and in their order; a test compares values and limits on random plans.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.rules import gaming_caps
from optimizer.plans.space import PlanSpace, change_origin
from optimizer.response.calibration import Calibrated
from optimizer.tables.certificate import unit_of
from optimizer.tables.labels import Text, rule_label

Json = dict[str, Any]

FORMS: dict[str, str] = {
    "pay": "Σ_k e_ik of `team`",
    "largest": "largest weight among `kpis`",
    "smallest": "smallest weight in use among `kpis`; 1 where none is used",
    "count": "number of KPIs in use",
    "linear": "Σ c_k w_ik over `terms` [k, c_k]",
    "least": "smallest c_k in use among `terms` [k, c_k]; 1 where none is used",
    "distance": "Σ |w_ik − v_k| over `terms` [k, v_k]",
    "loaded": "Σ over `teams` of (1 + τ_i) times the expected payout",
    "guaranteed": "expected payout of `team`; the limit is `share` of its target pay; without pay no rule",
    "cap": "x of `activity` in `regime`; the limit is `constant` + `share` times the inflow of its stage",
    "exposure": "Σ_k w_ik d_kj of `team` i to `other` j; without pay no rule",
    "margin": "gain of the first unit of `activity` in `regime` with its direct credit (1 + `margin`) times; "
    "the limit is q_a times its cap `constant` + `share` times inflow",
}
"""Value of a rule by form, at consistent beliefs. `limit` where it is a number; kept where value ≤ limit, or
≥ where `atLeast`. `unit`: money, count, money_per_unit, units or share. `quiet` rules say something only when
broken."""


def rules_data(cal: Calibrated, space: PlanSpace) -> Iterator[Json]:
    """Every rule, in the order of `rules.every_line`."""
    for name, form in _rules(cal, space):
        yield {
            "name": name,
            "label": rule_label(cal.scenario, name)._asdict(),
            "unit": unit_of(name),
            "atLeast": False,
            "quiet": False,
            **form,
        }


def unchecked_rules(cal: Calibrated) -> Iterator[Text]:
    """Labels of budget rules about bad cases: they need simulated luck, and have no form."""
    budget = cal.scenario.rules.budget
    for name in ("cvar", "percentile"):
        if getattr(budget, name) is not None:
            yield rule_label(cal.scenario, f"budget.{name}")


def _rules(cal: Calibrated, space: PlanSpace) -> Iterator[tuple[str, Json]]:
    for i, team in enumerate(cal.scenario.teams):
        if space.most[i] > 0:
            yield from _shape_rules(space, i, team)
            yield from _choice_rules(space, i, team)
    yield from _budget_rules(cal)
    yield from _cap_rules(cal)
    yield from _exposure_rules(cal)
    yield from _margin_rules(cal)


def _shape_rules(space: PlanSpace, i: int, team: str) -> Iterator[tuple[str, Json]]:
    rules, free = space.scenario.rules, np.isnan(space.locked[i])
    fixed = bool(space.least[i] == space.most[i])
    pay = {"form": "pay", "team": i, "quiet": fixed}
    unlocked = {"team": i, "kpis": _indices(free)}
    yield f"target_pay.{team}.max", {**pay, "limit": float(space.most[i] * space.unit[i])}
    yield f"target_pay.{team}.min", {**pay, "limit": float(space.least[i] * space.unit[i]), "atLeast": True}
    most, least = rules.weights.max, rules.weights.min
    yield f"weights.max.{team}", {"form": "largest", **unlocked, "limit": most, "quiet": most >= 1}
    smallest = {"form": "smallest", **unlocked, "limit": least, "atLeast": True, "quiet": least <= 0}
    yield f"weights.min.{team}", smallest
    if rules.weights.max_measures is not None:
        count = {"form": "count", "team": i, "limit": float(rules.weights.max_measures)}
        yield f"weights.max_measures.{team}", count
    outside = np.where(space.listed[i] | ~free, 0.0, 1.0)
    linear = {"form": "linear", "team": i, "terms": _terms(outside), "limit": 0.0, "quiet": True}
    yield f"measures.{team}", linear
    if rules.controllability.floor is not None:
        among = [[k, float(space.controllability[i, k])] for k in _indices(free)]
        floor = {"form": "least", "team": i, "terms": among, "limit": rules.controllability.floor}
        yield f"controllability.floor.{team}", {**floor, "atLeast": True}


def _choice_rules(space: PlanSpace, i: int, team: str) -> Iterator[tuple[str, Json]]:
    rules, kpis = space.scenario.rules, list(space.scenario.kpis)
    for k in _indices(~np.isnan(space.locked[i])):
        terms = [[k, float(space.locked[i, k])]]
        yield f"locks.{team}.{kpis[k]}", {"form": "distance", "team": i, "terms": terms, "limit": 0.0}
    if rules.change_limit is not None:
        today = [[k, float(w)] for k, w in enumerate(change_origin(space.scenario)[i])]
        change = {"form": "distance", "team": i, "terms": today, "limit": rules.change_limit}
        yield f"change_limit.{team}", change
    mean = rules.controllability.mean
    if mean is not None and not space.fully_locked[i]:
        terms = _terms(space.controllability[i])
        linear = {"form": "linear", "team": i, "terms": terms, "limit": mean, "atLeast": True}
        yield f"controllability.mean.{team}", linear
    for pair in rules.gaming.pairs if rules.gaming else ():
        if pair.team == team:
            terms = [[kpis.index(pair.volume), 1.0], [kpis.index(pair.quality), -pair.ratio]]
            linear = {"form": "linear", "team": i, "terms": terms, "limit": 0.0}
            yield f"gaming.pairs.{team}.{pair.volume}", linear


def _budget_rules(cal: Calibrated) -> Iterator[tuple[str, Json]]:
    budget, teams = cal.scenario.rules.budget, list(cal.scenario.teams)
    every = list(range(len(teams)))
    if budget.expected is not None:
        yield "budget.expected", {"form": "loaded", "teams": every, "limit": budget.expected}
    for team, limit in budget.teams.items():
        yield f"budget.teams.{team}", {"form": "loaded", "teams": [teams.index(team)], "limit": limit}
    if budget.min_share_of_target is not None:
        for i, team in enumerate(teams):
            share = {"form": "guaranteed", "team": i, "share": budget.min_share_of_target, "atLeast": True}
            yield f"budget.min_share_of_target.{team}", share


def _cap_rules(cal: Calibrated) -> Iterator[tuple[str, Json]]:
    for suffix, s, a, limit in _caps(cal):
        name = cal.network.activities[a]
        yield f"gaming.{name}{suffix}", {"form": "cap", "regime": s, "activity": a, **limit}


def _caps(cal: Calibrated) -> Iterator[tuple[str, int, int, Json]]:
    """(suffix of the regime, its position, activity, limit) of every cap."""
    suffixes = [f".{regime}" for regime in cal.scenario.regimes] or [""]
    for s, (suffix, (_, network)) in enumerate(zip(suffixes, cal.regimes, strict=True)):
        for a, constant, share in gaming_caps(cal, network):
            yield suffix, s, a, {"constant": float(constant), "share": float(share)}


def _exposure_rules(cal: Calibrated) -> Iterator[tuple[str, Json]]:
    gaming, teams = cal.scenario.rules.gaming, list(cal.scenario.teams)
    if gaming is None or gaming.exposure is None:
        return
    for i, team in enumerate(teams):
        for j, other in enumerate(teams):
            if i != j:
                exposed = {"form": "exposure", "team": i, "other": j, "limit": gaming.exposure}
                yield f"gaming.exposure.{team}.{other}", exposed


def _margin_rules(cal: Calibrated) -> Iterator[tuple[str, Json]]:
    gaming = cal.scenario.rules.gaming
    if gaming is None or gaming.margin is None:
        return
    for suffix, regime, a, limit in _caps(cal):
        if cal.network.gaming[a]:
            form = {"form": "margin", "regime": regime, "activity": a, "margin": gaming.margin, **limit}
            yield f"gaming.margin.{cal.network.activities[a]}{suffix}", form


def _indices(flags: Any) -> list[int]:
    return [int(at) for at in np.flatnonzero(flags)]


def _terms(values: Floats) -> list[list[float]]:
    return [[int(k), float(values[k])] for k in np.flatnonzero(values)]
