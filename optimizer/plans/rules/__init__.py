"""Which rules a plan keeps at what people do: the judge of plans, independent of the optimization model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.space import PlanSpace, WeightRule, weight_rules
from optimizer.response.calibration import Calibrated
from optimizer.response.network import Network
from optimizer.response.outcome import loading
from optimizer.risk.cvar import NO_TAIL, Tail

Line = WeightRule
"""A rule with its value, limit and slack; budgets in currency per period, caps in units per period."""


@dataclass(frozen=True)
class Facts:
    """What the rules look at: x per regime (S, A) and pay (S, I) before charges.

    Where a rule asks for them: exposure (S, K, J), each regime's deterrence (`optimizer.plans.rules.margin`),
    and what is paid in bad cases.
    """

    x: tuple[Floats, ...]
    pay: Floats
    exposure: Floats | None = None
    deterred: tuple[Deterred, ...] | None = None
    tail: Tail = NO_TAIL


class Deterred(Protocol):
    """What the deterrence margin needs: (S, G) per gaming activity with a cap."""

    @property
    def activities(self) -> Ints: ...
    @property
    def gain(self) -> Floats: ...
    @property
    def room(self) -> Floats: ...
    @property
    def direct(self) -> Floats: ...


def every_line(cal: Calibrated, space: PlanSpace, euros: Floats, facts: Facts) -> Iterator[Line]:
    """All rules of the scenario, weights first, then budgets, gaming and exposure."""
    yield from weight_rules(space, euros)
    yield from budget_lines(cal, euros, facts.pay, facts.tail)
    yield from gaming_lines(cal, facts.x)
    if facts.exposure is not None:
        yield from exposure_lines(cal, euros, facts.exposure)
    if facts.deterred is not None:
        yield from margin_lines(cal, facts.deterred)


def broken_lines(cal: Calibrated, space: PlanSpace, euros: Floats, facts: Facts) -> list[Line]:
    """Rules that one plan (S = 1) breaks."""
    return [line for line in every_line(cal, space, euros, facts) if not line.kept[0]]


def budget_lines(cal: Calibrated, euros: Floats, pay: Floats, tail: Tail) -> Iterator[Line]:
    """Total, per team, in bad cases, and the least share of target, loaded where the budget is loaded."""
    budget, teams = cal.scenario.rules.budget, list(cal.scenario.teams)
    loaded, ones = pay * loading(cal), np.ones(len(pay))
    if budget.expected is not None:
        yield Line("budget.expected", loaded.sum(axis=1), ones * budget.expected)
    for team, limit in budget.teams.items():
        yield Line(f"budget.teams.{team}", loaded[:, teams.index(team)], ones * limit)
    if budget.cvar is not None and tail.cvar is not None:
        yield Line("budget.cvar", tail.cvar, ones * budget.cvar.limit)
    if budget.percentile is not None and tail.percentile is not None:
        yield Line("budget.percentile", tail.percentile, ones * budget.percentile.limit)
    if budget.min_share_of_target is not None:
        for i, team in enumerate(teams):
            least = budget.min_share_of_target * euros[:, i].sum(axis=1)
            if (least > 0).any():
                yield Line(f"budget.min_share_of_target.{team}", pay[:, i], least, at_least=True)


def gaming_caps(cal: Calibrated, network: Network) -> Iterator[tuple[int, float, float]]:
    """(activity, constant, share): x_a ≤ constant + share · inflow of its stage (model.md §8, a)."""
    rules = cal.scenario.rules.gaming
    if rules is None:
        return
    for a, name in enumerate(network.activities):
        if name in rules.caps:
            yield a, rules.caps[name], 0.0
        elif network.gaming[a] and network.source[a] >= 0:
            yield a, 0.0, (1 + rules.tolerance) * cal.beliefs.routing[0, a] * (network.baseline[a] > 0)
        elif network.gaming[a]:
            yield a, (1 + rules.tolerance) * network.baseline[a], 0.0


def gaming_lines(cal: Calibrated, x: tuple[Floats, ...]) -> Iterator[Line]:
    """Every cap in every regime."""
    regimes = list(cal.scenario.regimes) or [""]
    for regime, (_, network), done in zip(regimes, cal.regimes, x, strict=True):
        inflow = np.hstack([network.stage_inflow(done), np.zeros((len(done), 1))])
        for a, constant, share in gaming_caps(cal, network):
            suffix = f".{regime}" if regime else ""
            limit = constant + share * inflow[:, network.source[a]]
            size = min(1.0, float(network.scale[a]))
            yield Line(f"gaming.{network.activities[a]}{suffix}", done[:, a], limit, size=size)


def exposure_lines(cal: Calibrated, euros: Floats, exposure: Floats) -> Iterator[Line]:
    """Σ_k w_ik d_kj ≤ limit for every other team j."""
    gaming, teams = cal.scenario.rules.gaming, list(cal.scenario.teams)
    if gaming is None or gaming.exposure is None:
        return
    pay = euros.sum(axis=2)
    shares = euros / np.where(pay > 0, pay, 1.0)[:, :, None]
    exposed = np.einsum("sik,skj->sij", shares, exposure)
    for i, team in enumerate(teams):
        for j, other in enumerate(teams):
            if i != j and (pay[:, i] > 0).any():
                limit = np.full(len(euros), gaming.exposure)
                yield Line(f"gaming.exposure.{team}.{other}", exposed[:, i, j], limit)


def margin_lines(cal: Calibrated, deterred: tuple[Deterred, ...]) -> Iterator[Line]:
    """Gaming stays within its cap even if its direct credit pays (1 + margin) times what is believed."""
    margin = cal.scenario.rules.gaming.margin if cal.scenario.rules.gaming else None
    if margin is None:
        return
    regimes = list(cal.scenario.regimes) or [""]
    for regime, at in zip(regimes, deterred, strict=True):
        for g, a in enumerate(at.activities):
            name = f"gaming.margin.{cal.network.activities[a]}" + (f".{regime}" if regime else "")
            yield Line(name, at.gain[:, g] + margin * at.direct[:, g], at.room[:, g])
