"""Rule R3: one observed rate, several ways of working.

c is the observed rate per unit arriving, u the share left unworked, g_a the shares of the ways (adding up to
1) and rho_a the yield of a way against the good way:

    y_good = c / ((1 - u) sum_a g_a rho_a),    y_a = rho_a y_good,    so that sum_a x_a y_a = c F exactly.

A share d of *successes* that comes by one way gives it g = d / (1 - d) * sum_others(g rho) / rho before the
shares are normalised. Where a yield would exceed 0.97, every rho_a is replaced by rho_a^e with the largest
e in 0 to 1 that keeps all within it; if even e = 0 does not, u falls to 1 - c / 0.97.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from optimizer.scenario.start.library import LIBRARY, StageForm, Way

HIGHEST = 0.97
"""Largest yield of a way; a higher observed rate is its own bound."""
STEPS = 60
"""Halvings of an interval: beyond the digits of a number."""
PUSHED = ("discount_share_ways", "push_share_ways")
"""Shares of ways that are shares of successes."""


@dataclass(frozen=True)
class WayShare:
    """How a way is used today, and what it yields."""

    way: Way
    share: float
    """g: of the stage's worked units; the shares of a stage add up to 1."""
    rate: float
    """y: successes per unit, to all later stages together."""


@dataclass(frozen=True)
class Worked:
    """How a stage is worked."""

    ways: tuple[WayShare, ...]
    leave: float
    """u, as given or lowered."""
    power: float
    """e: 1 where the ways differ as the library says, 0 where they are all alike."""


def ways_of(stage: StageForm, rate: float, leave: float, pushed: float) -> Worked:
    """Shares and yields of the ways of a stage. `pushed` is the share of its successes that come by the way
    of which that was asked."""
    if stage.passes:
        return Worked(tuple(WayShare(w, g, 1.0) for w, g in _shares(stage, 1.0, pushed)), leave, 1.0)
    bound = max(HIGHEST, rate)

    def highest(power: float) -> float:
        return max(w.rate for w in _with_power(stage, rate, leave, pushed, power))

    power = largest(lambda e: highest(e) <= bound)
    if power == 0 and highest(0.0) > bound:
        leave = max(0.0, 1 - rate / bound)
    return Worked(_with_power(stage, rate, leave, pushed, power), leave, power)


def largest(holds: Callable[[float], bool]) -> float:
    """The largest number in 0 to 1 that keeps a condition which only small numbers keep; 0 where none
    does."""
    if holds(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _with_power(
    stage: StageForm, rate: float, leave: float, pushed: float, power: float
) -> tuple[WayShare, ...]:
    shares = _shares(stage, power, pushed)
    mean = sum(g * ratio_of(way) ** power for way, g in shares if way.to)
    good = rate / ((1 - leave) * mean)
    return tuple(WayShare(w, g, good * ratio_of(w) ** power if w.to else 0.0) for w, g in shares)


def _shares(stage: StageForm, power: float, pushed: float) -> list[tuple[Way, float]]:
    """g of every way, adding up to 1."""
    plain = {way.act: _plain_share(way) for way in stage.ways if way.share not in PUSHED}
    known = sum(g * ratio_of(w) ** power for w in stage.ways if (g := plain.get(w.act, 0.0)) and w.to)
    shares = [
        (way, plain[way.act] if way.act in plain else _pushed_share(way, pushed, known, power))
        for way in stage.ways
    ]
    total = sum(g for _, g in shares)
    return [(way, g / total) for way, g in shares]


def _plain_share(way: Way) -> float:
    """The way's own share, else its family's."""
    if isinstance(way.share, int | float):
        return float(way.share)
    estimate = LIBRARY.families[way.family].share_today
    return estimate.mid if estimate else 1.0


def _pushed_share(way: Way, pushed: float, others: float, power: float) -> float:
    return float(pushed / (1 - pushed) * others / ratio_of(way) ** power)


def ratio_of(way: Way) -> float:
    """rho: the way's own yield against the good way, else its family's."""
    if way.ratio is not None:
        return way.ratio
    estimate = LIBRARY.families[way.family].yield_vs_good
    return estimate.mid if estimate else 1.0


def class_rates(rate: float, arriving: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """Rates of stages that share one observed rate: c_n = k_n c sum F / sum(F k), k raised to the largest
    power in 0 to 1 that keeps every one within 0.97."""
    bound = max(HIGHEST, rate)

    def rates(power: float) -> dict[str, float]:
        weighted = sum(arriving[n] * factors[n] ** power for n in factors)
        whole = sum(arriving[n] for n in factors)
        mean = weighted / whole if whole > 0 else 1.0
        return {n: factors[n] ** power * rate / mean for n in factors}

    def within(power: float) -> bool:
        return max(rates(power).values()) <= bound

    return rates(largest(within))
