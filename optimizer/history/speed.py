"""What answering sooner is worth: the odds of a win per e-fold of waiting, with and without controls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from optimizer.history.rates import Floats, Rate, rates_by

_SHORTEST, _LONGEST = 1 / 60, 720.0
"""Waiting times [h] are cut to this range before the logarithm."""
_ENTRIES = 6_000_000
"""Of a design; rows beyond are sampled: the interval is then far narrower than what is left uncontrolled."""
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
        return self.b - 1.959964 * self.se

    @property
    def hi(self) -> float:
        return self.b + 1.959964 * self.se

    def odds(self, faster: float, b: float | None = None) -> float:
        """Odds ratio of waiting so many times shorter."""
        return math.exp(-(self.b if b is None else b) * math.log(faster))


def by_waiting(frame: pl.DataFrame, outcome: str) -> dict[str, Rate]:
    """Raw rates by waiting time; they mix kinds of leads and are shown, not used."""
    cut = frame.filter(pl.col("response") > 0)
    at = np.searchsorted(_EDGES, cut["response"].to_numpy(), side="left")
    cut = cut.with_columns(pl.Series("waiting", np.array(BINS)[at]))
    found = rates_by(cut, "waiting", outcome)
    return {name: found[name] for name in BINS if name in found}


def slope(frame: pl.DataFrame, outcome: str, controls: Sequence[str] = ()) -> Slope | None:
    """Logistic regression of the outcome on log hours with a dummy per level of each control.

    Levels where everybody or nobody has the outcome say nothing about waiting and are left out. None where
    too little is left.
    """
    used = frame.filter(pl.col("response") > 0)
    most = _ENTRIES // (2 + sum(used[c].n_unique() for c in controls))
    if used.height > most:
        used = used.sample(most, seed=0)
    used = used.with_columns(pl.col(c).cast(pl.String).fill_null("missing") for c in controls)
    for control in controls:
        share = pl.col(outcome).mean().over(control)
        used = used.filter(share.is_between(0, 1, closed="none"))
    if used.height < 50 or used[outcome].n_unique() < 2:
        return None
    hours = used["response"].clip(_SHORTEST, _LONGEST).log().to_numpy()
    columns = [np.ones(used.height), hours]
    for control in controls:
        codes = used[control].cast(pl.Categorical).to_physical().to_numpy()
        columns += [codes == level for level in np.unique(codes)[1:]]
    return _fitted(np.column_stack(columns).astype(float), used[outcome].to_numpy(), controls)


def _fitted(x: Floats, y: Floats, controls: Sequence[str]) -> Slope | None:
    from statsmodels.discrete.discrete_model import Logit

    x = x[:, np.abs(np.diag(np.linalg.qr(x, mode="r"))) > 1e-8]
    found = Logit(y.astype(float), x).fit(disp=0, maxiter=100, warn_convergence=False)
    if not found.mle_retvals["converged"]:
        return None
    return Slope(tuple(controls), len(y), float(found.params[1]), float(found.bse[1]))
