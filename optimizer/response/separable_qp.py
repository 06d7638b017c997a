"""Strictly concave separable quadratic programs with few equalities, many at once.

    maximise  g·x − ½ q·x²   subject to   A x = b,  lower ≤ x ≤ upper

solved on the dual, min_y f(y) = b·y + Σ_a max_x [(g − Aᵀy)_a x − ½ q_a x²], which is convex, piecewise
quadratic and once differentiable: x(y) = clip((g − Aᵀy)/q), f'(y) = b − A x(y), one row per equality. Each
round takes a Newton step on the piece at hand (where its active set is right this is the answer: a primal-
dual active set method, Hintermüller, Ito & Kunisch 2003, doi:10.1137/S1052623401383558). Where the dual does
not fall enough by it, the exact minimum along it is taken, and the next steps are damped (Levenberg 1944).

Meant for programs with a point strictly within the bounds. Where the only feasible points are corners, the
prices may have to grow beyond what rounding allows; `imbalance` tells, as it does where nothing is feasible.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.arrays import Bools, Floats, Ints, product

ROUNDS = 200
PRECISION = 1e-13
"""Imbalance that is asked for, relative to what flows."""
ROUNDING = 4 * float(np.finfo(float).eps)
"""Of rewards and prices in x(y): no imbalance falls below what it causes before `projected`, and a right-hand
side below what rewards alone cause is none."""
DAMPING = (1e-14, 1e-4)
"""Least and most, relative to the system with everything free; the least only keeps it regular."""
FACTOR = 100.0
"""By which damping grows after a step that had to be shortened, and shrinks after one that had not."""
ENOUGH = 0.1
"""Of the fall in the dual that its slope promises; on one piece a Newton step brings half of it."""


@dataclass(frozen=True)
class QpOptimum:
    """x (S, n), prices y (S, m) of the equalities, and the worst relative imbalance (S,)."""

    x: Floats
    y: Floats
    imbalance: Floats


def solve_separable(
    g: Floats, q: Floats, balance: Floats, b: Floats, lower: Floats, upper: Floats
) -> QpOptimum:
    """Optimum for g (S, n), q > 0 and bounds (n,) or (S, n), balance (m, n) or (S, m, n), b (S, m)."""
    q, lower, upper = (np.broadcast_to(v, g.shape) for v in (q, lower, upper))
    if not b.shape[1]:
        return QpOptimum(np.clip(g / q, lower, upper), np.zeros((len(g), 0)), np.zeros(len(g)))
    programs = _Programs.of(_Rows(balance), g, q, b, lower, upper)
    damping = np.full(len(g), DAMPING[0])
    y = programs.newton(1 / q, programs.imbalance(g / q), damping)
    x = programs.response(y)
    rows, part = np.arange(len(g)), programs
    for _ in range(ROUNDS):
        unmet = part.unmet(x[rows], y[rows])
        if not unmet.any():
            break
        rows, part = rows[unmet], part.select(unmet)
        y[rows], whole = part.stepped(x[rows], y[rows], damping[rows])
        x[rows] = part.response(y[rows])
        damping[rows] = np.clip(damping[rows] * np.where(whole, 1 / FACTOR, FACTOR), *DAMPING)
    return programs.finished(x, y)


@dataclass(frozen=True)
class _Rows:
    """The equalities: one matrix A (m, n) for all programs, or one for each, (S, m, n)."""

    balance: Floats

    @cached_property
    def size(self) -> Floats:
        """(..., n, m)."""
        return np.abs(self.balance).mT

    @cached_property
    def products(self) -> Floats:
        """(n, m·m): of the coefficients of any two equalities, so that one matrix product gives a system."""
        m, n = self.balance.shape
        return (self.balance[:, None, :] * self.balance[None, :, :]).reshape(m * m, n).T

    def system(self, weight: Floats) -> Floats:
        """A diag(weight) Aᵀ, (S, m, m)."""
        if self.balance.ndim > 2:
            return np.asarray((self.balance * weight[:, None]) @ self.balance.mT)
        m = len(self.balance)
        return np.asarray((weight @ self.products).reshape(-1, m, m))

    def select(self, some: Bools | Ints) -> _Rows:
        return _Rows(self.balance[some]) if self.balance.ndim > 2 else self


@dataclass(frozen=True)
class _Programs:
    """`could` (S, m): what rewards alone would move; `regular` (S, m): the diagonal with everything free."""

    rows: _Rows
    g: Floats
    q: Floats
    b: Floats
    lower: Floats
    upper: Floats
    could: Floats
    regular: Floats

    @classmethod
    def of(cls, rows: _Rows, g: Floats, q: Floats, b: Floats, lower: Floats, upper: Floats) -> _Programs:
        could = product(np.abs(g / q), rows.size)
        b = np.where(np.abs(b) <= ROUNDING * could, 0.0, b)
        return cls(rows, g, q, b, lower, upper, could, product(1 / q, rows.size**2))

    def select(self, some: Bools | Ints) -> _Programs:
        parts = (self.g, self.q, self.b, self.lower, self.upper, self.could, self.regular)
        return _Programs(self.rows.select(some), *(v[some] for v in parts))

    def response(self, y: Floats) -> Floats:
        """x(y), (S, n)."""
        return np.clip((self.g - product(y, self.rows.balance)) / self.q, self.lower, self.upper)

    def imbalance(self, x: Floats) -> Floats:
        """A x − b = −f'(y), (S, m)."""
        return np.asarray(product(x, self.rows.balance.mT) - self.b)

    def flow(self, x: Floats) -> Floats:
        """What an imbalance is compared with, (S, m): the size of its terms."""
        return np.abs(self.b) + 1e-12 * self.could + 1e-300 + product(np.abs(x), self.rows.size)

    def unmet(self, x: Floats, y: Floats) -> Bools:
        """Programs whose equalities miss by more than what is asked for and than rounding explains, (S,)."""
        noise = (np.abs(self.g) + product(np.abs(y), self.rows.size.mT)) / self.q * self.free(x)
        allowed = PRECISION * self.flow(x) + ROUNDING * product(noise, self.rows.size)
        return np.asarray((np.abs(self.imbalance(x)) > allowed).any(axis=1))

    def free(self, x: Floats) -> Bools:
        return np.asarray((x > self.lower) & (x < self.upper))

    def newton(self, weight: Floats, imbalance: Floats, damping: Floats) -> Floats:
        """dy with A diag(weight) Aᵀ dy = imbalance, damped, (S, m); weight is 1/q where free, else 0."""
        system = self.rows.system(weight)
        diagonal = np.arange(self.b.shape[1])
        system[:, diagonal, diagonal] += damping[:, None] * self.regular
        return np.asarray(np.linalg.solve(system, imbalance[:, :, None])[:, :, 0])

    def stepped(self, x: Floats, y: Floats, damping: Floats) -> tuple[Floats, Bools]:
        """y after a Newton step, or the best along it where the dual hardly falls; which were whole."""
        imbalance = self.imbalance(x)
        step = self.newton(self.free(x) / self.q, imbalance, damping)
        slope = -(imbalance * step).sum(axis=1)
        after = -(self.imbalance(self.response(y + step)) * step).sum(axis=1)
        over = np.flatnonzero(after > 0)
        part = self.select(over)
        fall = part.dual(y[over]) - part.dual(y[over] + step[over])
        short = over[fall < -ENOUGH * slope[over]]
        whole = np.ones(len(y), dtype=bool)
        if len(short):
            step[short] *= self.select(short).best_length(y[short], step[short])[:, None]
            whole[short] = False
        return y + step, whole

    def dual(self, y: Floats) -> Floats:
        """f(y), (S,)."""
        net = self.g - product(y, self.rows.balance)
        x = np.clip(net / self.q, self.lower, self.upper)
        return np.asarray((self.b * y).sum(axis=1) + ((net - 0.5 * self.q * x) * x).sum(axis=1))

    def best_length(self, y: Floats, step: Floats) -> Floats:
        """t ≥ 0 with f'(y + t step)·step = 0, (S,): linear between the t at which some x meets a bound."""
        pace, net = product(step, self.rows.balance), self.g - product(y, self.rows.balance)
        t = self.bends(net, pace)
        free_at = (net[:, None] - t[:, :, None] * pace[:, None]) / self.q[:, None]
        x = np.clip(free_at, self.lower[:, None], self.upper[:, None])
        slope = (self.b * step).sum(axis=1)[:, None] - (x * pace[:, None]).sum(axis=2)
        return _root(t, slope)

    def bends(self, net: Floats, pace: Floats) -> Floats:
        """0, the t > 0 at which some x meets a bound when rewards fall as net − t pace, and one beyond."""
        moving = np.where(pace == 0, np.nan, pace)
        meets = np.concatenate([(net - self.q * v) / moving for v in (self.lower, self.upper)], axis=1)
        t = np.sort(np.where(np.isfinite(meets) & (meets > 0), meets, 0.0), axis=1)
        last = t[:, -1:]
        return np.concatenate([np.zeros_like(last), t, 2 * last + 1], axis=1)

    def finished(self, x: Floats, y: Floats) -> QpOptimum:
        """With what rounding in large prices leaves of an imbalance taken out of x itself."""
        off = np.flatnonzero(self.missed(x) > PRECISION)
        if len(off):
            x[off] = self.select(off).projected(x[off])
        return QpOptimum(x, y, self.missed(x, ROUNDING))

    def missed(self, x: Floats, rounding: float = 0.0) -> Floats:
        """The worst imbalance beyond so much of what rewards would move, relative to what flows, (S,)."""
        beyond = np.maximum(np.abs(self.imbalance(x)) - rounding * self.could, 0.0)
        return np.asarray((beyond / self.flow(x)).max(axis=1))

    def projected(self, x: Floats) -> Floats:
        """The nearest x (in the norm of q) on the equalities that leaves what is on a bound there."""
        weight, damping = self.free(x) / self.q, np.full(len(x), DAMPING[0])
        dy = self.newton(weight, self.imbalance(x), damping)
        return np.clip(x - weight * product(dy, self.rows.balance), self.lower, self.upper)


def _root(t: Floats, slope: Floats) -> Floats:
    """Where piecewise linear slopes (S, T) at ascending t, first below zero, rise through it, (S,)."""
    every = np.arange(len(t))
    above = np.argmax(slope >= 0, axis=1)
    above = np.where((slope >= 0).any(axis=1), np.maximum(above, 1), t.shape[1] - 1)
    low, high = slope[every, above - 1], slope[every, above]
    rise = np.where(high > low, high - low, 1.0)
    gone = np.where(high > low, -low / rise, 1.0)
    return np.asarray(t[every, above - 1] + gone * (t[every, above] - t[every, above - 1]))
