"""Crossed random intercepts: a linear model by REML and a logistic one by the Laplace approximation.

Both work on sums over groups, not on rows, so that ten thousand and ten million rows cost about the same:
the linear one on Henderson's mixed model equations (Henderson 1975), the logistic one on binomial cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import linalg, optimize, sparse

from optimizer.arrays import Floats
from optimizer.history.estimate.rates import MISSING

_TINY = 1e-8


@dataclass(frozen=True)
class Effects:
    """A group's levels: their predicted effects and standard errors of prediction."""

    levels: tuple[str, ...]
    effect: Floats
    error: Floats


@dataclass(frozen=True)
class Mixed:
    """A fitted model: y = fixed effects + Σ_g u_g + residual, u_g ~ N(0, variance_g)."""

    fixed: Floats
    """Intercept first."""
    variance: Mapping[str, float]
    """By group; the linear model also has `residual`."""
    effects: Mapping[str, Effects]
    n: int

    @property
    def share(self) -> dict[str, float]:
        """Variance components over their sum."""
        total = sum(self.variance.values())
        return {name: v / total for name, v in self.variance.items()}

    def sd(self, group: str) -> float:
        return math.sqrt(self.variance[group])


@dataclass(frozen=True)
class _Design:
    """Cells of equal covariates: fixed columns X, indicator columns Z, and where each group's lie in Z."""

    x: Floats
    z: sparse.csr_array
    slices: Mapping[str, slice]
    levels: Mapping[str, tuple[str, ...]]


def _design(cells: pl.DataFrame, groups: Sequence[str], fixed: Sequence[str]) -> _Design:
    x = np.column_stack([np.ones(cells.height), *(cells[name].cast(pl.Float64) for name in fixed)])
    blocks, slices, levels, start = [], {}, {}, 0
    for group in groups:
        names, codes = np.unique(cells[group].to_numpy(), return_inverse=True)
        blocks.append(sparse.csr_array((np.ones(cells.height), (np.arange(cells.height), codes))))
        slices[group], levels[group] = slice(start, start + len(names)), tuple(names.tolist())
        start += len(names)
    return _Design(x, sparse.hstack(blocks, format="csr"), slices, levels)


def _gram(w: sparse.csr_array, weight: Floats) -> Floats:
    """w' diag(weight) w."""
    gram: Floats = (w.T @ (w * weight[:, None])).toarray()
    return gram


def _cells(frame: pl.DataFrame, outcome: str, groups: Sequence[str], fixed: Sequence[str]) -> pl.DataFrame:
    """Rows with the same covariates as one: n, Σy, Σy²; missing groups are a level of their own."""
    y = pl.col(outcome).cast(pl.Float64)
    cells = frame.group_by(*groups, *fixed, maintain_order=True).agg(
        pl.len().alias("n"), y.sum().alias("sum"), (y * y).sum().alias("squares")
    )
    keys = [pl.col(group).cast(pl.String).fill_null(MISSING) for group in groups]
    return cells.with_columns(keys).sort(*groups, *fixed)


# --- linear ---------------------------------------------------------------------------------------------


def linear(frame: pl.DataFrame, outcome: str, groups: Sequence[str], fixed: Sequence[str] = ()) -> Mixed:
    """REML of y = Xβ + Σ Z_g u_g + e. Rows with a missing outcome must be gone."""
    cells = _cells(frame, outcome, groups, fixed)
    d = _design(cells, groups, fixed)
    n = cells["n"].to_numpy().astype(float)
    sums = cells["sum"].to_numpy()
    w = sparse.hstack([sparse.csr_array(d.x), d.z], format="csr")
    cross, towards = _gram(w, n), w.T @ sums
    rows, squares, p = float(n.sum()), float(cells["squares"].sum()), d.x.shape[1]

    def minus_twice_loglik(log_ratio: Floats) -> float:
        """Profiled over β, u and the residual variance; ratios are variance_g / residual."""
        _, half, solution = _henderson(cross, towards, d, p, np.exp(log_ratio))
        residual = (squares - solution @ towards) / (rows - p)
        sizes = np.array([s.stop - s.start for s in d.slices.values()])
        logdet = 2 * np.log(np.diag(half)).sum() + float((sizes * log_ratio).sum())
        return float((rows - p) * math.log(residual) + logdet)

    start = np.full(len(groups), math.log(0.05))
    optimum = optimize.minimize(
        minus_twice_loglik,
        start,
        method="L-BFGS-B",
        bounds=[(math.log(_TINY), math.log(1e4))] * len(groups),
    )
    ratio = np.exp(optimum.x)
    left, half, solution = _henderson(cross, towards, d, p, ratio)
    residual = float((squares - solution @ towards) / (rows - p))
    variance = {g: 0.0 if r < 10 * _TINY else float(r * residual) for g, r in zip(groups, ratio, strict=True)}
    inverse = linalg.cho_solve((half, True), np.eye(len(left))) * residual
    return Mixed(
        solution[:p],
        {**variance, "residual": residual},
        _effects(d, solution[p:], np.sqrt(np.diag(inverse)[p:])),
        int(rows),
    )


def _henderson(
    cross: Floats, towards: Floats, d: _Design, p: int, ratio: Floats
) -> tuple[Floats, Floats, Floats]:
    """Left side of the mixed model equations, its Cholesky factor and the solution (β, u)."""
    left = cross.copy()
    for r, place in zip(ratio, d.slices.values(), strict=True):
        at = np.arange(place.start, place.stop) + p
        left[at, at] += 1 / r
    half = linalg.cholesky(left, lower=True)
    return left, half, linalg.cho_solve((half, True), towards)


def _effects(d: _Design, u: Floats, error: Floats) -> dict[str, Effects]:
    return {g: Effects(d.levels[g], u[s], error[s]) for g, s in d.slices.items()}


# --- logistic -------------------------------------------------------------------------------------------


def logistic(frame: pl.DataFrame, outcome: str, groups: Sequence[str], fixed: Sequence[str] = ()) -> Mixed:
    """Maximum likelihood of logit P(y=1) = Xβ + Σ Z_g u_g, Laplace with β at the joint mode (nAGQ = 0).

    Its standard deviations are a few percent below exact quadrature.
    """
    cells = _cells(frame, outcome, groups, fixed)
    d = _design(cells, groups, fixed)
    n, k = (cells[name].to_numpy().astype(float) for name in ("n", "sum"))
    w = sparse.hstack([sparse.csr_array(d.x), d.z], format="csr")
    p = d.x.shape[1]
    state = np.zeros(w.shape[1])
    rate = k.sum() / n.sum()
    state[0] = math.log(rate / (1 - rate))

    def minus_loglik(log_sd: Floats) -> tuple[float, Floats]:
        nonlocal state
        penalty = _penalty(d, p, np.exp(-2 * log_sd))
        state, hessian = _joint_mode(w, n, k, penalty, state)
        return _laplace(d, w, n, k, penalty, state, hessian, log_sd)

    optimum = optimize.minimize(
        minus_loglik,
        np.full(len(groups), math.log(0.3)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(math.log(1e-3), math.log(10.0))] * len(groups),
    )
    sd = np.exp(optimum.x)
    state, hessian = _joint_mode(w, n, k, _penalty(d, p, sd**-2.0), state)
    error = np.sqrt(np.diag(np.linalg.inv(hessian)))
    variance = {g: 0.0 if s < 2e-3 else float(s * s) for g, s in zip(groups, sd, strict=True)}
    return Mixed(state[:p], variance, _effects(d, state[p:], error[p:]), int(n.sum()))


def _laplace(
    d: _Design,
    w: sparse.csr_array,
    n: Floats,
    k: Floats,
    penalty: Floats,
    state: Floats,
    hessian: Floats,
    log_sd: Floats,
) -> tuple[float, Floats]:
    """Minus the Laplace log likelihood at a joint mode, and its gradient in the log standard deviations.

    The penalised likelihood is at its maximum in (β, u), so it changes only with the penalty; the
    determinant changes with the penalty and, through the fitted means, with the mode.
    """
    p, eta = d.x.shape[1], w @ state
    fit = float(k @ eta - n @ np.logaddexp(0, eta)) - 0.5 * float(penalty @ state**2)
    half = linalg.cholesky(hessian[p:, p:], lower=True)
    inner = linalg.cho_solve((half, True), np.eye(len(half)))
    sizes = np.array([s.stop - s.start for s in d.slices.values()])
    value = -fit + float(np.log(np.diag(half)).sum()) + float((sizes * log_sd).sum())
    mean = 1 / (1 + np.exp(-eta))
    leverage = d.z.multiply(d.z @ inner).sum(axis=1) * n * mean * (1 - mean) * (1 - 2 * mean)
    gradient = []
    for place in d.slices.values():
        at = np.arange(place.start, place.stop) + p
        towards = np.zeros(len(state))
        towards[at] = 2 * penalty[at] * state[at]
        moved = linalg.solve(hessian, towards, assume_a="pos")
        direct = float(penalty[at] @ (state[at] ** 2 + np.diag(inner)[at - p]))
        gradient.append(len(at) - direct + 0.5 * float(leverage @ (w @ moved)))
    return value, np.array(gradient)


def _penalty(d: _Design, p: int, precision: Floats) -> Floats:
    diagonals = [np.zeros(p)]
    diagonals += [np.full(s.stop - s.start, q) for q, s in zip(precision, d.slices.values(), strict=True)]
    return np.concatenate(diagonals)


def _joint_mode(
    w: sparse.csr_array, n: Floats, k: Floats, penalty: Floats, state: Floats
) -> tuple[Floats, Floats]:
    """(β, u) of the penalised likelihood by Newton steps, halved where they overshoot; and the Hessian."""

    def value(b: Floats) -> float:
        eta = w @ b
        return float(n @ np.logaddexp(0, eta) - k @ eta + 0.5 * penalty @ b**2)

    at = value(state)
    for _ in range(60):
        mean = 1 / (1 + np.exp(-(w @ state)))
        gradient = w.T @ (k - n * mean) - penalty * state
        hessian = _gram(w, n * mean * (1 - mean)) + np.diag(penalty)
        hessian[np.diag_indices_from(hessian)] += 1e-10
        step = linalg.solve(hessian, gradient, assume_a="pos")
        size = 1.0
        while (new := value(state + size * step)) > at + 1e-12 * abs(at) and size > 1e-6:
            size /= 2
        state, before, at = state + size * step, at, new
        if before - at < 1e-10 * (1 + abs(at)) and float(np.abs(step).max()) < 1e-7:
            break
    return state, hessian
