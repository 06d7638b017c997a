"""Results moved over the end of a period, because pay per result differs between the two sides of it.

A team that will be paid more for a result now than later pulls results of the next period forward; one that
is beyond a cap, or below a threshold that it cannot reach, holds results back. It looks two periods ahead:

    max  f(y + (1 − d) p − h) + E f(m − p + h),    0 ≤ p ≤ share · m,  0 ≤ h ≤ share · y,  p h = 0

y is the attainment at the end of the period, m what the team believes the next one will bring, f the pay
curve. A result pulled forward is bought, with a discount for instance: the share d of it is lost to the
company and to the KPI. Only the plan's pay decides: with linear pay moving brings nothing, and nothing is
moved. Such timing and its price: Larkin (2014), Journal of Labor Economics 32(2), 199-227.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.baseline import Calibrated
from optimizer.network import Floats, Network
from optimizer.plan import PayCurves

_PLACES = 41
"""Amounts tried between nothing and everything, beside those that reach a knot of the curve."""
_WORTH_IT = 1e-9
"""Gain, as a share of pay at target, below which nothing is moved."""


@dataclass(frozen=True)
class Movable:
    """A KPI whose results the team that makes them can move, and is paid for."""

    kpi: int
    share: float
    loss: float
    curve: PayCurves
    """The team's curve for this KPI alone."""


@dataclass(frozen=True)
class Moved:
    """Attainment pulled forward and held back, (S, K); both come off, or on top of, the next period."""

    pulled: Floats
    held: Floats

    @property
    def owed(self) -> Floats:
        """What the next period's attainment gains by it, (S, K)."""
        return self.held - self.pulled


def movables(cal: Calibrated, euros: Floats) -> tuple[Movable, ...]:
    """KPIs with timing for which the team that makes most of their results is paid under a plan (I, K)."""
    found = []
    for k, kpi in enumerate(cal.scenario.kpis.values()):
        if kpi.timing is not None and kpi.timing.share > 0:
            maker = _maker(cal.network, k)
            if euros[maker, k] > 0:
                curve = _curve(cal, k)
                found.append(Movable(k, kpi.timing.share, kpi.timing.loss, curve))
    return tuple(found)


def _maker(network: Network, k: int) -> int:
    credit = network.numerator[k] * network.baseline
    return int(np.bincount(network.team, weights=credit, minlength=len(network.teams)).argmax())


def _curve(cal: Calibrated, k: int) -> PayCurves:
    one = slice(k, k + 1)
    curves = cal.curves
    return PayCurves(curves.first_slope[one], curves.knots[one], curves.changes[one], curves.noise[one])


def move(choices: tuple[Movable, ...], attainment: Floats, expected: Floats) -> Moved:
    """What is pulled forward and held back at attainments and expected next ones, (S, K) each."""
    pulled, held = np.zeros_like(attainment), np.zeros_like(attainment)
    for choice in choices:
        k = choice.kpi
        pulled[:, k], held[:, k] = _best(choice, attainment[:, k], expected[:, k])
    return Moved(pulled, held)


def _best(choice: Movable, y: Floats, m: Floats) -> tuple[Floats, Floats]:
    """Amounts (S,) with the highest pay over the two periods; nothing where that is as good."""
    kept = 1 - choice.loss
    pull = _amounts(choice.share * np.maximum(m, 0), (choice.curve.knots[0] - y[:, None]) / kept)
    hold = _amounts(choice.share * np.maximum(y, 0), y[:, None] - choice.curve.knots[0])
    p = np.hstack([pull, np.zeros_like(hold)])
    h = np.hstack([np.zeros_like(pull), hold])
    pay = _certain(choice, y[:, None] + kept * p - h) + _expected(choice, m[:, None] - p + h)
    row, best = np.arange(len(y)), pay.argmax(axis=1)
    nothing = _certain(choice, y) + _expected(choice, m)
    worth = pay[row, best] > nothing + _WORTH_IT
    return np.where(worth, p[row, best], 0.0), np.where(worth, h[row, best], 0.0)


def _amounts(most: Floats, to_knots: Floats) -> Floats:
    """(S, many): evenly spaced, and those that bring attainment to a knot of the curve."""
    spaced = most[:, None] * np.linspace(0, 1, _PLACES)
    return np.hstack([spaced, np.clip(to_knots, 0, most[:, None])])


def _certain(choice: Movable, y: Floats) -> Floats:
    return choice.curve.certain(y[..., None])[..., 0]


def _expected(choice: Movable, m: Floats) -> Floats:
    return choice.curve.expected(m[..., None])[..., 0]


def losses(cal: Calibrated) -> Floats:
    """Share of a result pulled forward that is lost, (K,); 0 without timing."""
    return np.array([k.timing.loss if k.timing else 0.0 for k in cal.scenario.kpis.values()])


def value_per_attainment(network: Network, x: Floats, score: Floats) -> Floats:
    """What the company gets with one unit of attainment, (S, K): the value that its credited work yields."""
    credited = network.numerator > 0
    value = (x * network.marginal_gross) @ credited.T
    return np.asarray(value / np.where(score > 0, score, np.inf))
