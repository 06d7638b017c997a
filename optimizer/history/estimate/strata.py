"""Whether persons differ among leads that are alike: of one source, segment, product and time.

In each stratum wins are given to persons as by lot (Cochran, Mantel and Haenszel, for many persons): what a
person's leads are cannot speak for the person. A stratum that one person has alone says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse, stats

from optimizer.history.estimate.rates import MISSING

ATTRIBUTES = ("source", "segment", "product")
"""Columns of a lead that may make it an easy one."""
_LEAST = 50
"""Leads of a level; smaller ones are one level together."""
_LATE = 0.3
"""An attribute that so much more of the wins have than of the others, or fewer, is filled in afterwards."""
_TOLD = 0.4
"""Share of the evidence that must be left in strata of all attributes at once."""
_SMALL = "small ones"


def attributes_of(frame: pl.DataFrame, outcome: str) -> list[str]:
    """Attributes with at least two levels of enough rows, known before the outcome."""
    return [name for name in ATTRIBUTES if name in frame.columns and _usable(frame, name, outcome)]


def _usable(frame: pl.DataFrame, name: str, outcome: str) -> bool:
    if frame[name].null_count() == frame.height:
        return False
    if _large_levels(frame, name).height < 2:
        return False
    filled = frame.group_by(outcome).agg(pl.col(name).is_not_null().mean().alias("share"))
    share = filled["share"].to_numpy()
    return bool(np.ptp(share) <= _LATE)


def _large_levels(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.group_by(name).len().filter(pl.col("len") >= min(_LEAST, frame.height / 10))


def with_levels(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The attributes as texts, small levels pooled; and the month and quarter of creation."""
    created = pl.col("created")
    frame = frame.with_columns(
        created.dt.truncate("1mo").alias("month"), created.dt.truncate("1q").alias("quarter")
    )
    for name in names:
        levels = _large_levels(frame, name)[name].cast(pl.String).drop_nulls()
        large = pl.col(name).cast(pl.String).is_in(levels.implode())
        text = pl.when(large).then(pl.col(name).cast(pl.String)).otherwise(pl.lit(_SMALL))
        missing = pl.when(pl.col(name).is_null()).then(pl.lit(MISSING)).otherwise(text)
        frame = frame.with_columns(missing.cast(pl.Categorical).alias(name))
    return frame


@dataclass(frozen=True)
class Within:
    """A test of persons within strata."""

    by: tuple[str, ...]
    chi2: float
    free: int
    told: float
    """Share of the evidence without strata that is left."""

    @property
    def pvalue(self) -> float:
        return float(stats.chi2.sf(self.chi2, self.free)) if self.free else 1.0


def tests_of(frame: pl.DataFrame, outcome: str, names: Sequence[str]) -> list[Within]:
    """Within each attribute at a time, and within all at once where enough evidence is left there."""
    tests = [within(frame, outcome, (name, "quarter")) for name in names] or [
        within(frame, outcome, ("month",))
    ]
    for time in ("month", "quarter"):
        every = within(frame, outcome, (*names, time))
        if every.told >= _TOLD:
            return [*tests, every]
    return tests


def within(frame: pl.DataFrame, outcome: str, by: Sequence[str]) -> Within:
    """Of persons (`owner`) within strata of equal values."""
    cells = frame.group_by("owner", *by).agg(pl.len().alias("n"), pl.col(outcome).sum().alias("k"))
    cells = cells.sort("owner", *by)
    stratum = cells.select(pl.struct(*by).rank("dense") - 1).to_series().to_numpy().astype(int)
    owner = (cells["owner"].cast(pl.String).rank("dense") - 1).to_numpy().astype(int)
    n, k = (cells[c].to_numpy().astype(float) for c in ("n", "k"))
    size, wins = np.bincount(stratum, n), np.bincount(stratum, k)
    weight = wins * (size - wins) / (size**2 * np.maximum(size - 1, 1))
    excess = np.bincount(owner, k - n * (wins / size)[stratum])
    counts = sparse.csr_array((n, (stratum, owner)), shape=(len(size), len(excess)))
    scaled = sparse.diags_array(weight) @ counts
    covariance = np.diag(np.bincount(owner, n * (weight * size)[stratum])) - (counts.T @ scaled).toarray()
    inverse = np.linalg.pinv(covariance, rcond=1e-9, hermitian=True)
    free = int(np.linalg.matrix_rank(covariance, tol=1e-9 * max(1.0, float(np.abs(covariance).max()))))
    return Within(tuple(by), float(excess @ inverse @ excess), free, _told(covariance, owner, n, k))


def _told(covariance: np.ndarray, owner: np.ndarray, n: np.ndarray, k: np.ndarray) -> float:
    """Evidence left, against that without strata."""
    each, share = np.bincount(owner, n), k.sum() / n.sum()
    without = float((each * (1 - each / each.sum())).sum()) * share * (1 - share)
    return float(np.trace(covariance)) / without if without else 0.0
