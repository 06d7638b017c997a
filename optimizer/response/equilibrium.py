"""Equilibrium: what people do once beliefs agree with what happens (model.md §7), for S plans at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import DENOMINATOR_FLOOR, Beliefs, beliefs_from
from optimizer.response.best_response import Response, respond
from optimizer.response.calibration import Behaviour
from optimizer.response.fixed_point import fixed_points
from optimizer.response.network import Network

CONSISTENT = 1e-8
"""Residual at or below which beliefs agree with what happens (model.md §7)."""
_TARGET = 1e-10
"""Residual at which the search stops: well below CONSISTENT, so that reported numbers carry 8 digits."""


@dataclass(frozen=True)
class Equilibrium:
    """Responses at beliefs, in the funnel of one regime.

    `residual` (S,) says how far beliefs are from what happens; `rounds` counts those in which all plans still
    open were answered at once.
    """

    network: Network
    response: Response
    beliefs: Beliefs
    residual: Floats
    rounds: int

    @property
    def x(self) -> Floats:
        return self.response.x

    def select(self, rows: Ints, network: Network) -> Equilibrium:
        """Of some of the plans, all answered by the company of one network."""
        response, beliefs = self.response.select(rows), self.beliefs.select(rows)
        return Equilibrium(network, response, beliefs, self.residual[rows], self.rounds)


def first_response(cal: Behaviour, network: Network, euros: Floats) -> Equilibrium:
    """Everybody acts on baseline beliefs: next quarter."""
    response = respond(cal, network, cal.beliefs, euros)
    seen = _seen(cal, network, response, cal.beliefs.repeated(len(euros)))
    residual = _residual(cal.beliefs, seen, _scale(cal).stacked())
    return Equilibrium(network, response, cal.beliefs.repeated(len(euros)), residual, 0)


def consistent_response(
    cal: Behaviour, network: Network, euros: Floats, start: Beliefs | None = None
) -> Equilibrium:
    """Beliefs relaxed towards what happens until they agree with it: once people have learnt.

    `start` (S plans, or 1 for all) replaces baseline beliefs. A residual above CONSISTENT means
    `no_equilibrium`: none was found that learning in small steps stays at.
    """
    return converged((cal, network), euros, start or cal.beliefs, lambda _: (cal, network))


def converged(
    company: tuple[Behaviour, Network],
    euros: Floats,
    start: Beliefs,
    answering: Callable[[Ints], tuple[Behaviour, Network]],
) -> Equilibrium:
    """Consistent beliefs of S plans, from `start`; `answering` gives what some of them need of it."""
    begin = start.repeated(len(euros)).stacked()
    scale = np.broadcast_to(_scale(company[0]).stacked(), begin.shape)
    least = _least(company[0]).stacked() / scale

    def image(rows: Ints, z: Floats) -> tuple[Floats, Floats]:
        unit = scale[rows]
        _, seen, residual = _tested(*answering(rows), start.unstacked(z * unit), euros[rows], unit)
        return seen.stacked() / unit, residual

    fixed, rounds = fixed_points(image, begin / scale, least, _TARGET)
    beliefs = start.unstacked(fixed * scale)
    response, _, residual = _tested(*company, beliefs, euros, scale)
    return Equilibrium(company[1], response, beliefs, residual, rounds)


def _tested(
    cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats, scale: Floats
) -> tuple[Response, Beliefs, Floats]:
    """What people do at beliefs, what they then see, and how far the two are apart (S,)."""
    response = respond(cal, network, beliefs, euros)
    seen = _seen(cal, network, response, beliefs)
    return response, seen, np.maximum(_residual(beliefs, seen, scale), response.imbalance)


def _seen(cal: Behaviour, network: Network, response: Response, before: Beliefs) -> Beliefs:
    return beliefs_from(network, response.x, response.stage_price, before, cal.beliefs)


def _scale(cal: Behaviour) -> Beliefs:
    """What a difference in beliefs is compared with: 1, Num⁰, Den⁰, max(1, |μ⁰|); S = 1."""
    base = cal.beliefs
    return Beliefs(
        routing=np.ones_like(base.routing),
        numerator=np.where(base.numerator > 0, base.numerator, cal.targets * base.denominator),
        denominator=base.denominator,
        price=np.maximum(1.0, np.abs(base.price)),
    )


def _least(cal: Behaviour) -> Beliefs:
    """What beliefs stay at or above; S as of the baseline beliefs."""
    base = cal.beliefs
    return Beliefs(
        routing=np.zeros_like(base.routing),
        numerator=np.zeros_like(base.numerator),
        denominator=DENOMINATOR_FLOOR * base.denominator,
        price=np.full_like(base.price, -np.inf),
    )


def _residual(at: Beliefs, seen: Beliefs, scale: Floats) -> Floats:
    """max over |Δφ|, |ΔNum|/Num⁰, |ΔDen|/Den⁰, |Δμ̄|/max(1, |μ⁰|); (S,)."""
    apart = np.abs(seen.stacked() - at.stacked()) / scale
    return np.asarray(apart.max(axis=1, initial=0.0))
