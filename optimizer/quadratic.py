"""Strictly concave separable quadratic programs with few equalities, many at once.

    maximise  g·x − ½ q·x²   subject to   A x = b,  lower ≤ x ≤ upper

with a point strictly within the bounds (at a mere corner prices may not exist; `imbalance` tells),
solved by a globalised semismooth Newton method on the dual, min_y b·y + Σ_a max_x [(g − Aᵀy)_a x − ½ q_a x²],
which is convex and once differentiable: x(y) = clip((g − Aᵀy)/q) and each Newton system has one row per
equality. Where the active set is right the step is exact (a primal-dual active set method: Hintermüller,
Ito & Kunisch 2003, doi:10.1137/S1052623401383558).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.network import Bools, Floats

ROUNDS = 200
PRECISION = 1e-13
HALVINGS = 70
"""Of a step; a nearly singular system gives one that is too long by many orders of magnitude."""


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
    shape = g.shape
    q, lower, upper = (np.broadcast_to(v, shape) for v in (q, lower, upper))
    if not len(balance):
        return Optimum(np.clip(g / q, lower, upper), np.zeros((len(g), 0)), np.zeros(len(g)))
    rows = _Rows(balance)
    y = rows.newton(1 / q, rows.imbalance(g / q, b), 1 / q)
    scale = 1e-300 + np.abs(b) + (g / q * 0 + np.abs(g / q)) @ np.abs(balance).T
    open_ = np.arange(len(g))
    for _ in range(ROUNDS):
        part = _Part(g[open_], q[open_], b[open_], lower[open_], upper[open_])
        x, imbalance = part.respond(rows, y[open_])
        size = np.abs(b[open_]) + np.abs(x) @ np.abs(balance).T + 1e-12 * scale[open_]
        unmet = (np.abs(imbalance) / size).max(axis=1) > PRECISION
        if not unmet.any():
            break
        open_, part, imbalance = open_[unmet], part.select(unmet), imbalance[unmet]
        y[open_] = part.step(rows, y[open_], imbalance)
    final = _Part(g, q, b, lower, upper)
    x, imbalance = final.respond(rows, y)
    size = np.abs(b) + np.abs(x) @ np.abs(balance).T + 1e-12 * scale
    return Optimum(x, y, (np.abs(imbalance) / size).max(axis=1))


@dataclass(frozen=True)
class _Rows:
    """The equalities and their pairwise products, for Newton systems A diag(d) Aᵀ by one matrix product."""

    balance: Floats

    @property
    def products(self) -> Floats:
        m, n = self.balance.shape
        return (self.balance[:, None, :] * self.balance[None, :, :]).reshape(m * m, n).T

    def imbalance(self, x: Floats, b: Floats) -> Floats:
        return x @ self.balance.T - b

    def newton(self, free: Floats, imbalance: Floats, all_free: Floats) -> Floats:
        """dy with A diag(free) Aᵀ dy = imbalance; a row with nothing free moves as if all were."""
        m = len(self.balance)
        system = (free @ self.products).reshape(-1, m, m)
        diagonal = np.arange(m)
        whole = all_free @ (self.balance**2).T
        own = system[:, diagonal, diagonal]
        system[:, diagonal, diagonal] += np.where(own > 1e-12 * whole, 1e-15 * whole, whole)
        return np.asarray(np.linalg.solve(system, imbalance[:, :, None])[:, :, 0])


@dataclass(frozen=True)
class _Part:
    g: Floats
    q: Floats
    b: Floats
    lower: Floats
    upper: Floats

    def select(self, rows: Bools) -> _Part:
        return _Part(self.g[rows], self.q[rows], self.b[rows], self.lower[rows], self.upper[rows])

    def respond(self, rows: _Rows, y: Floats) -> tuple[Floats, Floats]:
        x = np.clip((self.g - y @ rows.balance) / self.q, self.lower, self.upper)
        return x, rows.imbalance(x, self.b)

    def dual(self, rows: _Rows, y: Floats) -> Floats:
        net = self.g - y @ rows.balance
        x = np.clip(net / self.q, self.lower, self.upper)
        return np.asarray((self.b * y).sum(axis=1) + (net * x - 0.5 * self.q * x * x).sum(axis=1))

    def step(self, rows: _Rows, y: Floats, imbalance: Floats) -> Floats:
        """Newton, shortened until the dual falls."""
        free_at = (self.g - y @ rows.balance) / self.q
        free = ((free_at > self.lower) & (free_at < self.upper)) / self.q
        direction = rows.newton(free, imbalance, 1 / self.q)
        slope = -(imbalance * direction).sum(axis=1)
        start = self.dual(rows, y)
        slack = 1e-14 * (np.abs(start) + np.abs(self.b * y).sum(axis=1))
        length = np.ones(len(y))
        for _ in range(HALVINGS):
            rising = self.dual(rows, y + length[:, None] * direction) > start + 1e-4 * length * slope + slack
            if not rising.any():
                break
            length = np.where(rising, 0.5 * length, length)
        return y + length[:, None] * direction
