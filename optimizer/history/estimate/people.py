"""Who differs from whom once supply and mix are taken out, and how sure that is.

A person's result is first compared with what the same leads (source, month) would bring in average hands.
Then the persons' spread is estimated, and each is drawn towards the others as far as luck explains it.
A verdict needs both: persons who differ at all beyond chance, and a person who stands out among them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy import stats

from optimizer.history.estimate import mixed_models
from optimizer.history.estimate.rates import Rate, Spread, spread_of, wilson

Verdict = Literal["above", "below", "not_distinguishable"]
LEVEL = 0.90
"""Level of the persons' intervals."""
_SIGNIFICANT = 0.05
_CELLS = 4_000_000
"""Entries of a logistic design; larger ones are left to the linear model."""


@dataclass(frozen=True)
class Person:
    """One person and one metric."""

    id: str
    metric: str
    n: int
    raw: float
    """Before anything is taken out."""
    expected: float
    """What the same leads would bring in average hands."""
    estimate: float
    """Overall rate × raw / expected."""
    lo: float
    hi: float
    shrunk: float
    """The same, drawn towards the others by what luck explains."""
    reliability: float
    verdict: Verdict


@dataclass(frozen=True)
class Panel:
    """What moves a person's wins from month to month: shares of their variance."""

    cells: int
    mean: float
    variance: float
    chance: float
    """What single independent wins cause."""
    supply: float
    """R² of the number of leads received."""
    person: float
    month: float
    rest: float


@dataclass(frozen=True)
class Persons:
    """All persons with enough leads, and what their differences amount to."""

    people: tuple[Person, ...]
    raw: Spread
    """Of raw rates: mixes role, assignment and skill."""
    adjusted_p: float
    """How often chance alone spreads adjusted results as far."""
    variance: dict[str, float]
    """Logistic: standard deviations by group (linear: shares), persons, source, month."""
    panel: Panel | None
    spread: float
    """Standard deviation between persons of results over what their leads would bring, luck removed."""

    @property
    def explained_by(self) -> str:
        """`skill` where persons differ after supply and mix, else `supply`."""
        return "skill" if self.adjusted_p < _SIGNIFICANT else "supply"


def persons(frame: pl.DataFrame, outcome: str, metric: str, least: int, wins: int = 10) -> Persons | None:
    """Compare owners with at least so many leads and wins.

    Owners who win next to nothing in hundreds of leads have another role (queues, callers). The cut on wins
    selects on the outcome, so the spread is a lower bound.
    """
    counts = frame.group_by("owner").agg(pl.len().alias("n"), pl.col(outcome).sum().alias("k"))
    chosen = counts.filter((pl.col("n") >= least) & (pl.col("k") >= wins) & (pl.col("owner") != "nobody"))
    if chosen.height < 3:
        return None
    used = frame.join(chosen.select("owner"), on="owner", how="semi").with_columns(
        pl.col("created").dt.truncate("1mo").alias("month")
    )
    groups = ["owner", *(g for g in ("source", "month") if used[g].n_unique() > 1)]
    expected, variance = _expected(used, outcome, groups)
    raw = {str(o): Rate(int(k), int(n)) for o, n, k in chosen.select("owner", "n", "k").iter_rows()}
    return _compared(raw, expected, metric, variance, panel_of(used, outcome))


def _expected(
    frame: pl.DataFrame, outcome: str, groups: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Wins that each person's leads bring in average hands, source and month as in the joint model."""
    others = groups[1:]
    cells = frame.group_by(*groups).agg(pl.len().alias("n"))
    width = sum(frame[g].n_unique() for g in groups)
    if cells.height * width <= _CELLS:
        model = mixed_models.logistic(frame, outcome, groups)
        variance = {g: model.sd(g) for g in groups}
    else:
        model = mixed_models.linear(frame, outcome, groups)
        variance = model.share
    eta = np.full(cells.height, model.fixed[0])
    for group in others:
        effects = dict(zip(model.effects[group].levels, model.effects[group].effect, strict=True))
        keys = cells[group].cast(pl.String).fill_null("missing")
        eta = eta + keys.replace_strict(effects, return_dtype=pl.Float64).to_numpy()
    p = np.clip(eta, 1e-6, 1) if "residual" in model.variance else 1 / (1 + np.exp(-eta))
    sums = (
        cells.with_columns(pl.Series("e", p * cells["n"].to_numpy())).group_by("owner").agg(pl.col("e").sum())
    )
    wins = {str(owner): float(e) for owner, e in sums.iter_rows()}
    scale = int(frame[outcome].sum()) / sum(wins.values())
    return {owner: e * scale for owner, e in wins.items()}, variance


def _compared(
    raw: dict[str, Rate],
    expected: dict[str, float],
    metric: str,
    variance: dict[str, float],
    panel: Panel | None,
) -> Persons:
    k = np.array([r.k for r in raw.values()], float)
    n = np.array([r.n for r in raw.values()], float)
    e = np.array([expected[name] for name in raw])
    p = k.sum() / n.sum()
    noise = e * (1 - e / n)
    chi2 = float(((k - e) ** 2 / noise).sum())
    adjusted_p = float(stats.chi2.sf(chi2, len(k) - 1))
    # Moments on ratios k/e, whose chance variance is noise/e²: DerSimonian and Laird's estimator.
    weight = e**2 / noise
    excess = chi2 - (len(k) - 1)
    tau2 = max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))
    people = []
    for i, (name, rate) in enumerate(raw.items()):
        ratio, own = k[i] / e[i], noise[i] / e[i] ** 2
        reliability = tau2 / (tau2 + own) if tau2 else 0.0
        shrunk = 1 + reliability * (ratio - 1)
        error = math.sqrt((1 - reliability) * tau2)
        lo, hi = (bound * n[i] / e[i] * p for bound in wilson(k[i], n[i], LEVEL))
        verdict = _verdict(shrunk, error) if adjusted_p < _SIGNIFICANT else "not_distinguishable"
        people.append(
            Person(
                name, metric, int(n[i]), rate.rate, float(e[i] / n[i]), float(ratio * p),
                float(lo), float(hi), float(shrunk * p), float(reliability), verdict,
            )
        )  # fmt: skip
    everybody = tuple(sorted(people, key=lambda q: q.id))
    return Persons(everybody, spread_of(raw), adjusted_p, variance, panel, math.sqrt(tau2))


def _verdict(shrunk: float, error: float) -> Verdict:
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * error
    if shrunk - half > 1:
        return "above"
    return "below" if shrunk + half < 1 else "not_distinguishable"


def panel_of(frame: pl.DataFrame, outcome: str, least: int = 10) -> Panel | None:
    """Wins per person and month of creation, in cells with at least so many leads."""
    cells = (
        frame.group_by("owner", "month")
        .agg(pl.len().alias("leads"), pl.col(outcome).sum().cast(pl.Float64).alias("wins"))
        .filter(pl.col("leads") >= least)
        .sort("owner", "month")
    )
    if cells.height < 12 or cells["owner"].n_unique() < 3 or cells["month"].n_unique() < 3:
        return None
    wins, leads = cells["wins"].to_numpy(), cells["leads"].to_numpy().astype(float)
    if wins.var() == 0 or leads.var() == 0:
        return None
    share = mixed_models.linear(cells, "wins", ["owner", "month"]).share
    mean, variance = float(wins.mean()), float(wins.var(ddof=1))
    supply = float(np.corrcoef(wins, leads)[0, 1] ** 2)
    return Panel(
        cells.height,
        mean,
        variance,
        mean / variance,
        supply,
        share["owner"],
        share["month"],
        share["residual"],
    )
