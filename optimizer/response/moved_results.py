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

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.network import Network

_PLACES = 41
"""Amounts tried between nothing and everything, beside those that reach a knot of the curve."""
_WORTH_IT = 1e-9
"""Gain, as a share of pay at target, below which nothing is moved."""
_BEYOND = 1e-9
"""Attainment by which a knot is passed, so that rounding does not miss a jump there."""


@dataclass(frozen=True)
class Movable:
    """A KPI whose results the team that makes them can move, and is paid for."""

    team: int
    kpi: int
    share: float
    loss: float


@dataclass(frozen=True)
class Moved:
    """Attainment pulled forward and held back, (S, K)."""

    pulled: Floats
    held: Floats


@dataclass(frozen=True)
class Owed:
    """Attainment that periods to come get more (held back for them) or less (pulled out of them), and what
    the company gets with it [currency], (S, K) each."""

    attainment: Floats
    value: Floats

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> Owed:
        return cls(np.zeros(shape), np.zeros(shape))

    def after(self, moved: Moved, value: Floats | float = 0.0) -> Owed:
        """With what is moved over the end of a period, `value` (S, K) currency per unit of attainment."""
        more = moved.held - moved.pulled
        return Owed(self.attainment + more, self.value + value * more)

    def due(self, results: Floats) -> Owed:
        """What a period with results of its own (S, K) gets or loses: it cannot lose what it has not got."""
        attainment = np.maximum(self.attainment, -np.maximum(results, 0.0))
        part = np.divide(attainment, self.attainment, out=np.ones_like(results), where=self.attainment != 0)
        return Owed(attainment, part * self.value)

    def less(self, due: Owed) -> Owed:
        """What is left for later periods."""
        return Owed(self.attainment - due.attainment, self.value - due.value)


@dataclass(frozen=True)
class PeriodEnd:
    """The end of a period, (S, K): what earlier ones left for it, what is moved, what is paid for, and what
    later ones still get or lose before what is moved now."""

    due: Owed
    moved: Moved
    attainment: Floats
    later: Owed


def end_of_period(
    owed: Owed, results: Floats, expected: Floats, kept: Floats, choose: Callable[[Floats, Floats], Moved]
) -> PeriodEnd:
    """A period with `results` of its own, the next of which is `expected` to bring so much (S, K).

    `choose` what is moved at attainments and expected next ones; `kept` (K,), what is left of a result that
    is pulled forward.
    """
    due = owed.due(results)
    later = owed.less(due)
    reached = results + due.attainment
    moved = choose(reached, expected + later.attainment)
    return PeriodEnd(due, moved, reached + kept * moved.pulled - moved.held, later)


def movables(cal: Calibrated, euros: Floats) -> tuple[Movable, ...]:
    """KPIs with timing for which the team that makes most of their results is paid under a plan (I, K)."""
    return tuple(choice for choice in every_movable(cal) if euros[choice.team, choice.kpi] > 0)


def every_movable(cal: Calibrated) -> tuple[Movable, ...]:
    """KPIs with timing, each with the team that makes most of its results, paid or not."""
    return tuple(
        Movable(_maker(cal.network, k), k, kpi.timing.share, kpi.timing.loss)
        for k, kpi in enumerate(cal.scenario.kpis.values())
        if kpi.timing is not None and kpi.timing.share > 0
    )


def _maker(network: Network, k: int) -> int:
    credit = network.numerator[k] * network.baseline
    return int(np.bincount(network.team, weights=credit, minlength=len(network.teams)).argmax())


def move(cal: Calibrated, choices: tuple[Movable, ...], attainment: Floats, expected: Floats) -> Moved:
    """What is pulled forward and held back at attainments and expected next ones, (S, K) each.

    Each KPI is decided by itself, the attainment of the others being what it is.
    """
    pulled, held = np.zeros_like(attainment), np.zeros_like(attainment)
    for choice in choices:
        k, knots = choice.kpi, np.unique(cal.curves.knots[..., choice.kpi, :])

        def pay(p: Floats, h: Floats, choice: Movable = choice) -> Floats:
            return two_periods(cal, choice, attainment, expected, p, h)

        pulled[:, k], held[:, k] = best_amounts(choice, knots, attainment[:, k], expected[:, k], pay)
    return Moved(pulled, held)


def best_amounts(
    choice: Movable, knots: Floats, y: Floats, m: Floats, pay: Callable[[Floats, Floats], Floats]
) -> tuple[Floats, Floats]:
    """Amounts pulled and held (S,) with the highest pay over the two periods, (S, M) of amounts (S, M).

    Of amounts that are as good the first: nothing, then the smaller ones.
    """
    kept, y, m = 1 - choice.loss, y[:, None], m[:, None]
    pull = _amounts(choice.share * np.maximum(m, 0), (knots - y) / kept + _BEYOND)
    hold = _amounts(choice.share * np.maximum(y, 0), y - knots - _BEYOND)
    nothing = np.zeros_like(y)
    p = np.hstack([nothing, pull, np.zeros_like(hold)])
    h = np.hstack([nothing, np.zeros_like(pull), hold])
    paid = pay(p, h)
    row, best = np.arange(len(y)), (paid > paid.max(axis=1, keepdims=True) - _WORTH_IT).argmax(axis=1)
    return p[row, best], h[row, best]


def _amounts(most: Floats, to_knots: Floats) -> Floats:
    """(S, many): evenly spaced, and those that bring attainment to a knot of the curve."""
    return np.hstack([most * np.linspace(0, 1, _PLACES), np.clip(to_knots, 0, most)])


def two_periods(
    cal: Calibrated, choice: Movable, attainment: Floats, expected: Floats, pulled: Floats, held: Floats
) -> Floats:
    """Pay per euro at target of this and the next period if amounts (S, M) are moved, (S, M)."""
    now = _with(attainment, choice.kpi, (1 - choice.loss) * pulled - held)
    later = _with(expected, choice.kpi, held - pulled)
    pair = (..., choice.team, choice.kpi)
    return np.asarray(cal.curves.of_team(now)[pair] + cal.curves.expected(later)[pair])


def _with(attainment: Floats, k: int, more: Floats) -> Floats:
    """Attainment (S, K) with KPI k changed by amounts (S, M), (S, M, K)."""
    changed = np.repeat(attainment[:, None, :], more.shape[1], axis=1)
    changed[:, :, k] += more
    return changed


def losses(cal: Calibrated) -> Floats:
    """Share of a result pulled forward that is lost, (K,); 0 without timing."""
    return np.array([k.timing.loss if k.timing else 0.0 for k in cal.scenario.kpis.values()])


def value_per_attainment(network: Network, x: Floats, score: Floats) -> Floats:
    """What the company gets with one unit of attainment, (S, K): the value that its credited work yields."""
    credited = network.numerator > 0
    value = (x * network.marginal_gross) @ credited.T
    return np.asarray(value / np.where(score > 0, score, np.inf))
