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

import numpy as np

from optimizer.network import Bools, Floats, Ints

ROUNDS = 200
PRECISION = 1e-13
"""Imbalance that is asked for, relative to what flows."""
ROUNDING = 4 * float(np.finfo(float).eps)
"""Of rewards and prices in x(y): no imbalance falls below what it causes before `_projected`."""
DAMPING = (1e-14, 1e-4)
"""Least and most, relative to the system with everything free; the least only keeps it regular."""
FACTOR = 100.0
"""By which damping grows after a step that had to be shortened, and shrinks after one that had not."""
ENOUGH = 0.1
"""Of the fall in the dual that its slope promises; on one piece a Newton step brings half of it."""


@dataclass(frozen=True)
class Optimum:
    """x (S, n), prices y (S, m) of the equalities, and the worst relative imbalance (S,)."""

    x: Floats
    y: Floats
    imbalance: Floats


def solve_separable(
    g: Floats, q: Floats, balance: Floats, b: Floats, lower: Floats, upper: Floats
) -> Optimum:
    """Optimum for g (S, n), q (n,) or (S, n) > 0, balance (m, n), b (S, m), bounds (n,) or (S, n)."""
    q, lower, upper = (np.broadcast_to(v, g.shape) for v in (q, lower, upper))
    if not len(balance):
        return Optimum(np.clip(g / q, lower, upper), np.zeros((len(g), 0)), np.zeros(len(g)))
    programs = _Programs(_Rows.of(balance), g, q, b, lower, upper)
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
    """The equalities; `products` (n, m·m) of their coefficients give A diag(d) Aᵀ by one matrix product."""

    balance: Floats
    size: Floats
    products: Floats

    @classmethod
    def of(cls, balance: Floats) -> _Rows:
        m, n = balance.shape
        products = (balance[:, None, :] * balance[None, :, :]).reshape(m * m, n).T
        return cls(balance, np.abs(balance).T, products)


@dataclass(frozen=True)
class _Programs:
    rows: _Rows
    g: Floats
    q: Floats
    b: Floats
    lower: Floats
    upper: Floats

    def select(self, some: Bools | Ints) -> _Programs:
        parts = (self.g, self.q, self.b, self.lower, self.upper)
        return _Programs(self.rows, *(v[some] for v in parts))

    def response(self, y: Floats) -> Floats:
        """x(y), (S, n)."""
        return np.clip((self.g - y @ self.rows.balance) / self.q, self.lower, self.upper)

    def imbalance(self, x: Floats) -> Floats:
        """A x − b = −f'(y), (S, m)."""
        return np.asarray(x @ self.rows.balance.T - self.b)

    def flow(self, x: Floats) -> Floats:
        """What an imbalance is compared with, (S, m): the size of its terms."""
        least = 1e-12 * (np.abs(self.g / self.q) @ self.rows.size)
        return np.abs(self.b) + np.abs(x) @ self.rows.size + least + 1e-300

    def unmet(self, x: Floats, y: Floats) -> Bools:
        """Programs whose equalities miss by more than what is asked for and than rounding explains, (S,)."""
        noise = (np.abs(self.g) + np.abs(y) @ self.rows.size.T) / self.q * self.free(x)
        allowed = PRECISION * self.flow(x) + ROUNDING * (noise @ self.rows.size)
        return np.asarray((np.abs(self.imbalance(x)) > allowed).any(axis=1))

    def free(self, x: Floats) -> Bools:
        return np.asarray((x > self.lower) & (x < self.upper))

    def newton(self, weight: Floats, imbalance: Floats, damping: Floats) -> Floats:
        """dy with A diag(weight) Aᵀ dy = imbalance, damped, (S, m); weight is 1/q where free, else 0."""
        m = self.b.shape[1]
        system = (weight @ self.rows.products).reshape(-1, m, m)
        diagonal = np.arange(m)
        system[:, diagonal, diagonal] += damping[:, None] * ((1 / self.q) @ self.rows.size**2)
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
        net = self.g - y @ self.rows.balance
        x = np.clip(net / self.q, self.lower, self.upper)
        return np.asarray((self.b * y).sum(axis=1) + ((net - 0.5 * self.q * x) * x).sum(axis=1))

    def best_length(self, y: Floats, step: Floats) -> Floats:
        """t ≥ 0 with f'(y + t step)·step = 0, (S,): linear between the t at which some x meets a bound."""
        pace, net = step @ self.rows.balance, self.g - y @ self.rows.balance
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

    def finished(self, x: Floats, y: Floats) -> Optimum:
        """With what rounding in large prices leaves of an imbalance taken out of x itself."""
        off = np.flatnonzero((np.abs(self.imbalance(x)) > PRECISION * self.flow(x)).any(axis=1))
        if len(off):
            x[off] = self.select(off).projected(x[off])
        return Optimum(x, y, (np.abs(self.imbalance(x)) / self.flow(x)).max(axis=1))

    def projected(self, x: Floats) -> Floats:
        """The nearest x (in the norm of q) on the equalities that leaves what is on a bound there."""
        weight, damping = self.free(x) / self.q, np.full(len(x), DAMPING[0])
        dy = self.newton(weight, self.imbalance(x), damping)
        return np.clip(x - weight * (dy @ self.rows.balance), self.lower, self.upper)


def _root(t: Floats, slope: Floats) -> Floats:
    """Where piecewise linear slopes (S, T) at ascending t, first below zero, rise through it, (S,)."""
    every = np.arange(len(t))
    above = np.argmax(slope >= 0, axis=1)
    above = np.where((slope >= 0).any(axis=1), np.maximum(above, 1), t.shape[1] - 1)
    low, high = slope[every, above - 1], slope[every, above]
    rise = np.where(high > low, high - low, 1.0)
    gone = np.where(high > low, -low / rise, 1.0)
    return np.asarray(t[every, above - 1] + gone * (t[every, above] - t[every, above - 1]))
