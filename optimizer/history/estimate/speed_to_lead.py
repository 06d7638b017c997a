"""What answering sooner is worth: the odds of a win per e-fold of waiting, with and without controls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from optimizer.arrays import Floats
from optimizer.history.estimate.rates import MISSING, Z95, Rate, rates_by

_SHORTEST, _LONGEST = 1 / 60, 720.0
"""Waiting times [h] are cut to this range before the logarithm."""
_ROWS = 200_000
"""Of more leads a sample is fitted: the interval is then far narrower than what is left uncontrolled."""
_STEPS = 50
_EDGES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 72.0)
BINS = ("<15m", "15-30m", "30-60m", "1-2h", "2-4h", "4-8h", "8-16h", "16-24h", "1-3d", ">3d")


@dataclass(frozen=True)
class Slope:
    """Change of the log odds per e-fold of hours, and what was held equal."""

    controls: tuple[str, ...]
    n: int
    b: float
    se: float

    @property
    def lo(self) -> float:
        return self.b - Z95 * self.se

    @property
    def hi(self) -> float:
        return self.b + Z95 * self.se

    def odds(self, faster: float, b: float | None = None) -> float:
        """Odds ratio of waiting so many times shorter."""
        return math.exp(-(self.b if b is None else b) * math.log(faster))


def by_waiting(frame: pl.DataFrame, outcome: str) -> dict[str, Rate]:
    """Raw rates by waiting time; they mix kinds of leads and are shown, not used."""
    cut = frame.filter(pl.col("response") > 0)
    at = np.searchsorted(_EDGES, cut["response"].to_numpy(), side="left")
    cut = cut.with_columns(pl.Series("waiting", np.array(BINS)[at]))
    rates = rates_by(cut, "waiting", outcome)
    return {name: rates[name] for name in BINS if name in rates}


def slope(frame: pl.DataFrame, outcome: str, controls: Sequence[str] = ()) -> Slope | None:
    """Logistic regression of the outcome on log hours with a dummy per level of each control.

    Levels where everybody or nobody has the outcome say nothing about waiting and are left out. None where
    too little is left.
    """
    used = frame.filter(pl.col("response") > 0)
    if used.height > _ROWS:
        used = used.sample(_ROWS, seed=0)
    used = used.with_columns(pl.col(c).cast(pl.String).fill_null(MISSING) for c in controls)
    for control in controls:
        share = pl.col(outcome).mean().over(control)
        used = used.filter(share.is_between(0, 1, closed="none"))
    if used.height < 50 or used[outcome].n_unique() < 2:
        return None
    hours = used["response"].clip(_SHORTEST, _LONGEST).log().to_numpy()
    columns = [sparse.csr_array(np.column_stack([np.ones(used.height), hours]))]
    for control in controls:
        level = used[control].rank("dense").to_numpy() - 1
        dummies = sparse.csr_array((np.ones(used.height), (np.arange(used.height), level)))
        columns.append(dummies[:, 1:])
    fit = _fitted(sparse.hstack(columns, format="csr"), used[outcome].to_numpy().astype(float))
    return Slope(tuple(controls), used.height, *fit) if fit else None


def _fitted(x: sparse.csr_array, y: Floats) -> tuple[float, float] | None:
    """Coefficient of the second column and its standard error, by Newton steps; None where they do not end.

    Columns that others add up to share their effect (pseudoinverse), which leaves the second one alone.
    """
    beta, before = np.zeros(x.shape[1]), math.inf
    for _ in range(_STEPS):
        eta = x @ beta
        loss = float(np.logaddexp(0, eta).sum() - y @ eta)
        mean = 1 / (1 + np.exp(-eta))
        inverse = np.linalg.pinv((x.T @ (x * (mean * (1 - mean))[:, None])).toarray(), hermitian=True)
        if before - loss < 1e-9 * (1 + loss):
            return float(beta[1]), math.sqrt(inverse[1, 1])
        beta, before = beta + inverse @ (x.T @ (y - mean)), loss
    return None
