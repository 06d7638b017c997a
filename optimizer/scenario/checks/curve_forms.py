"""Curves that are lists of pairs: one form each, by rising attainment, and what they leave to be guessed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.curve_shapes import factor_of, paid_at, shape_of
from optimizer.scenario.curve_types import DRAWN, LISTED, Curve
from optimizer.scenario.problems import Finding, Path, listed, number

SAME = 1e-9
"""Shares of pay that differ by less are the same."""
_PLAIN = Curve()


def problems(path: Path, curve: Curve) -> Findings:
    """What is wrong with the form of a curve."""
    used = [name for name in LISTED if getattr(curve, name) is not None]
    if not used:
        return
    for other in used[1:]:
        message = f"a curve has one form, and this one is written as {used[0]} already"
        yield Finding((*path, other), "", message, f"keep one of {listed(used)}", at_key=True)
    yield from _mixed(path, curve)
    for name in used:
        yield from rising((*path, name), getattr(curve, name), jumps=name == "points")
    if max(paid for _, paid in curve.listed) == 0:
        hint = "write what is paid: 1 is pay at target"
        yield Finding((*path, used[0]), "", "pays nothing at any attainment", hint)
    if curve.form == "rates" and curve.cap is not None and curve.cap <= curve.listed[0][0]:
        message = f"the cap is not above the first band, which begins at {number(curve.listed[0][0])}"
        yield Finding((*path, "cap"), number(curve.cap), message, "write a higher cap")


def rising(path: Path, pairs: Sequence[tuple[float, float]], *, jumps: bool) -> Findings:
    """Pairs by rising attainment; two may be at the same one where that is a jump."""
    for at, ((one, _), (other, _)) in enumerate(pairwise(pairs), 1):
        third = at > 1 and pairs[at - 2][0] == one
        if other > one or (other == one and jumps and not third):
            continue
        if other < one:
            message, hint = f"does not rise: {number(one)} comes before", "write pairs by rising attainment"
        else:
            message = f"{number(one)} is there already"
            hint = "two points at one attainment are a jump; remove the others" if jumps else "remove one"
        yield Finding((*path, at, 0), number(other), message, hint)


def warnings(path: Path, curve: Curve) -> Findings:
    """What such a curve pays where its author may not have looked."""
    if curve.times is not None and abs((one := factor_at_target(curve)) - 1) > SAME:
        message = f"at target of {curve.times.kpi} pay is multiplied by {number(one)}, not 1"
        hint = "leave it if that is meant; budgets and payouts follow it"
        yield Finding((*path, "times", "points"), "", message, hint, at_key=True)
    if not curve.form:
        return
    shape = shape_of(curve)
    yield from _at_target(path, curve, paid_at(shape, 1.0))
    yield from _falling(path, curve)
    first, paid = curve.listed[0]
    if curve.form == "points" and first > 0 and paid > 0:
        message = f"nothing is paid below {number(first)}, where {number(paid)} begins at once"
        hint = f"leave it for a threshold; for a guarantee write [0, {number(paid)}] first"
        yield Finding((*path, "points", 0), f"[{number(first)}, {number(paid)}]", message, hint)


def factor_at_target(curve: Curve) -> float:
    """What pay is multiplied by where the other KPI is at target; 1 for pay that hangs on none."""
    factor = factor_of(curve)
    return 1.0 if factor is None else paid_at(factor[1], 1.0)


def factor_problems(path: Path, curve: Curve) -> Findings:
    """What is wrong with what multiplies a curve."""
    if curve.times is None:
        return
    place = (*path, "times")
    yield from rising((*place, "points"), curve.times.points, jumps=True)
    if max(factor for _, factor in curve.times.points) == 0:
        yield Finding(
            (*place, "points"), "", "pays nothing at any attainment", "write a factor: 1 changes nothing"
        )
    if curve.gate is not None:
        at = number(curve.gate.at)
        message = "a curve hangs on one KPI: a gate and times are two"
        hint = f"remove one; a gate is times: {{kpi: {curve.gate.kpi}, points: [[{at}, 0], [{at}, 1]]}}"
        yield Finding((*path, "gate"), "", message, hint, at_key=True)


def _mixed(path: Path, curve: Curve) -> Findings:
    for name in DRAWN:
        if getattr(curve, name) != getattr(_PLAIN, name):
            message = f"has no place in a curve written as {curve.form}"
            yield Finding(
                (*path, name), "", message, f"remove it, or write it into {curve.form}", at_key=True
            )
    if curve.cap is not None and curve.form != "rates":
        message = f"pay is level from {number(curve.listed[-1][0])} on, the last of the {curve.form}, anyway"
        hint = f"remove it, or end the {curve.form} there"
        yield Finding((*path, "cap"), number(curve.cap), message, hint)


def _at_target(path: Path, curve: Curve, paid: float) -> Findings:
    if abs(paid - 1) > SAME:
        message = f"at target {number(paid)} is paid, not 1: target pay is not what reaching the target pays"
        hint = "leave it if that is meant; budgets and payouts follow the curve"
        yield Finding((*path, curve.form), "", message, hint, at_key=True)


def _falling(path: Path, curve: Curve) -> Findings:
    """Where more is paid less: by the pair at which it begins."""
    for at, ((_, less), (start, more)) in enumerate(pairwise(curve.listed), 1):
        if more < less - SAME:
            unit = "the rate" if curve.form == "rates" else "pay"
            message = (
                f"{unit} falls from {number(less)} to {number(more)}: people are paid to stop short of it"
            )
            hint = "leave it only where less of the KPI is better"
            yield Finding((*path, curve.form, at), f"[{number(start)}, {number(more)}]", message, hint)
