"""A curve of the file as a line before its first knot, and knots: jumps and slope changes (model.md §9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from optimizer.scenario.curve_types import Curve

Knot = tuple[float, float, float]
"""Attainment, what is paid more at once at and above it, change of slope there."""


@dataclass(frozen=True)
class PayKnots:
    """One curve as a line before its first knot, and knots, rising."""

    level: float
    slope: float
    knots: tuple[Knot, ...]


LINE = PayKnots(0.0, 1.0, ())
"""Without a curve: linear and unbounded."""


def shape_of(curve: Curve, threshold: float | None = None) -> PayKnots:
    """The curve's knots; `threshold` stands for another one, where it is higher."""
    match curve.form:
        case "points":
            shape = through(curve.listed, _before(curve.listed))
        case "steps":
            shape = ladder(curve.listed)
        case "rates":
            shape = banded(curve.listed, curve.cap)
        case _:
            return _drawn(curve, threshold)
    return shape if threshold is None else _nothing_below(shape, threshold)


def factor_of(curve: Curve) -> tuple[str, PayKnots] | None:
    """The KPI that pay hangs on, and what it is multiplied by: behind a gate 0, then 1."""
    if curve.times is not None:
        return curve.times.kpi, through(curve.times.points, curve.times.points[0][1])
    if curve.gate is not None:
        return curve.gate.kpi, PayKnots(0.0, 0.0, ((curve.gate.at, 1.0, 0.0),))
    return None


def through(points: Sequence[tuple[float, float]], before: float) -> PayKnots:
    """Straight between points, level beyond the last, and `before` the first."""
    groups = [(at, [paid for _, paid in some]) for at, some in groupby(points, key=itemgetter(0))]
    slopes = [(b[1][0] - a[1][-1]) / (b[0] - a[0]) for a, b in pairwise(groups)]
    changes = [new - old for old, new in pairwise([0.0, *slopes, 0.0])]
    jumps = [groups[0][1][-1] - before, *(paid[-1] - paid[0] for _, paid in groups[1:])]
    knots = zip((at for at, _ in groups), jumps, changes, strict=True)
    return PayKnots(before, 0.0, tuple(knots))


def _before(pairs: Sequence[tuple[float, float]]) -> float:
    """What is paid before the first pair: nothing, unless that is at 0."""
    return pairs[0][1] if pairs[0][0] == 0 else 0.0


def ladder(steps: Sequence[tuple[float, float]]) -> PayKnots:
    """Level from each attainment to the next."""
    before = _before(steps)
    levels = pairwise([before, *(level for _, level in steps)])
    rises = zip(steps, levels, strict=True)
    return PayKnots(before, 0.0, tuple((at, new - old, 0.0) for (at, _), (old, new) in rises))


def banded(rates: Sequence[tuple[float, float]], cap: float | None) -> PayKnots:
    """Rate × attainment from the first unit, by band; nothing before the first, level from the cap on."""
    bands = [band for band in rates if cap is None or band[0] < cap]
    changes = [(at, new - old) for (at, new), (_, old) in zip(bands, [(0.0, 0.0), *bands], strict=False)]
    knots = [(at, change * at, change) for at, change in changes]
    end = [(cap, 0.0, -bands[-1][1])] if cap is not None else []
    return PayKnots(0.0, 0.0, (*knots, *end))


def paid_at(shape: PayKnots, attainment: float) -> float:
    """What a curve pays at an attainment that has come in."""
    passed = [knot for knot in shape.knots if knot[0] <= attainment]
    line = shape.level + shape.slope * attainment
    return line + sum(jump + change * (attainment - at) for at, jump, change in passed)


def _nothing_below(shape: PayKnots, bar: float) -> PayKnots:
    slope = shape.slope + sum(change for at, _, change in shape.knots if at <= bar)
    beyond = (knot for knot in shape.knots if knot[0] > bar)
    return PayKnots(0.0, 0.0, ((bar, paid_at(shape, bar), slope), *beyond))


def _drawn(curve: Curve, threshold: float | None) -> PayKnots:
    """Slope, floor, threshold, accelerators and cap."""
    bar = max((t for t in (curve.threshold, threshold) if t is not None), default=None)
    turns = [(a.from_, a.slope) for a in curve.accelerators if curve.cap is None or a.from_ < curve.cap]
    turns += [(curve.cap, 0.0)] if curve.cap is not None else []
    start = max(curve.floor, 1 - 1 / curve.slope)
    level = max(0.0, 1 + curve.slope * (start - 1))
    line = [(start, level, curve.slope)]
    for at, slope in turns:
        before, paid, steep = line[-1]
        line.append((at, paid + steep * (at - before), slope))
    if bar is None or (bar <= start and level == 0):
        steps = pairwise(line)
        knots = [(start, 0.0, curve.slope), *((b[0], 0.0, b[2] - a[2]) for a, b in steps)]
        return PayKnots(level, 0.0, tuple(knots))
    below = [part for part in line if part[0] <= bar]
    at, paid, slope = below[-1] if below else (bar, level, 0.0)
    beyond = [(bar, paid + slope * (bar - at), slope), *(part for part in line if part[0] > bar)]
    bends = [(b[0], 0.0, b[2] - a[2]) for a, b in pairwise(beyond)]
    return PayKnots(0.0, 0.0, ((bar, beyond[0][1], slope), *bends))
