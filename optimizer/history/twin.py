"""A synthetic export from a scenario's numbers: what can be shown where the real one cannot.

Leads arrive day by day with weekly swings, come from sources, are promising or not, wait, belong to
owners who may differ in skill, and are won after a log-normal lag. Nothing in it is anybody's.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from optimizer.history.rates import rate_of
from optimizer.history.study import Study

_LAG = (2.7, 1.4)


@dataclass(frozen=True)
class Source:
    """A source of leads: how many a week, how many promising, and what a lead costs."""

    per_week: float
    good: float
    cost: float = 0.0


@dataclass(frozen=True)
class Twin:
    """The parameters of a synthetic history."""

    sources: Mapping[str, Source]
    win_good: float
    win_other: float
    value: float
    weeks: int = 40
    swings: float = 0.25
    """Relative weekly swing that all sources share."""
    owners: int = 10
    skill: float = 0.0
    """Standard deviation of the owners' log odds."""
    supply: float = 1.0
    """Standard deviation of the owners' log share of the leads."""
    waiting: float = -0.05
    """Log odds per e-fold of hours waited."""
    lag: tuple[float, float] = _LAG
    """Mean and standard deviation of the log lag [days]."""
    start: dt.date = dt.date(2024, 1, 1)
    labels: tuple[str, str, str] = field(default=("Won", "Lost", "Open"))


def twin_of(study: Study) -> Twin:
    """A twin with the estimates of a study."""
    lag = study.lags["created_to_won"].observed
    logs = np.log(np.maximum(lag, 0.5))
    sources = {}
    for name, rate in study.rates.items():
        if name.startswith("won.") and rate.n:
            source, good = name.removeprefix("won."), study.given.deals.good
            share = study.rates[f"{good}.{source}"].rate if good else 0.0
            cost = study.costs[source].per_lead if source in study.costs else 0.0
            sources[source] = Source(rate.n / study.weeks, share, cost)
    promising = pl.col(f"step_{study.given.deals.good}") if study.given.deals.good else pl.lit(False)
    wins = [rate_of(study.mature.filter(part), "won") for part in (promising, ~promising)]
    people, noise = study.people, study.noise.get("leads")
    return Twin(
        sources=sources,
        win_good=wins[0].rate if wins[0].n else 0.0,
        win_other=wins[1].rate,
        value=study.value.get("mean", 1.0),
        weeks=max(8, round(study.weeks)),
        swings=noise.swings if noise else 0.2,
        owners=len(people.people) if people else 5,
        skill=people.variance.get("owner", 0.0) if people else 0.0,
        lag=(float(logs.mean()), float(logs.std())),
        start=study.first,
    )


@dataclass(frozen=True)
class Export:
    """The tables of a synthetic history, and the truth behind them."""

    deals: pl.DataFrame
    spend: pl.DataFrame
    odds: Mapping[str, float]
    """True log odds of each owner, against the average."""


def simulate(twin: Twin, seed: int) -> Export:
    """One synthetic history; the same for the same seed."""
    rng = np.random.default_rng(seed)
    source, week = _arrivals(twin, rng)
    n = len(source)
    names = np.array(list(twin.sources))
    promising = rng.random(n) < np.array([s.good for s in twin.sources.values()])[source]
    owner, odds = _owners(twin, n, rng)
    waits = np.exp(rng.normal(1.5, 1.8, n)).clip(1 / 60, 720)
    base = np.where(promising, _logit(twin.win_good), _logit(twin.win_other))
    won = rng.random(n) < 1 / (1 + np.exp(-(base + odds[owner] + twin.waiting * (np.log(waits) - 1.5))))
    seconds = week * 7 * 86400 + rng.integers(0, 7 * 86400, n)
    created = np.datetime64(twin.start, "s") + np.sort(seconds)
    lag = np.exp(rng.normal(*twin.lag, n)).clip(0, 390)
    closed = created + (np.where(won, lag, lag / 3) * 86400).astype(int)
    last = np.datetime64(twin.start, "s") + np.timedelta64((twin.weeks + 20) * 7, "D")
    known = closed <= last
    done = np.where(won & known, twin.labels[0], np.where(known, twin.labels[1], twin.labels[2]))
    value = np.where(
        won & known, np.exp(rng.normal(math.log(max(twin.value, 1.0)) - 0.08, 0.4, n)).round(2), np.nan
    )
    deals = pl.DataFrame(
        {
            "Id": [f"L{i:06}" for i in range(n)],
            "Created": _text(created),
            "Closed": pl.Series(_text(closed)).zip_with(
                pl.Series(known), pl.Series([None], dtype=pl.String).new_from_index(0, n)
            ),
            "Owner": [f"Seller {i + 1}" for i in owner],
            "Source": names[source],
            "Grade": np.where(promising, "A", "C"),
            "Status": done,
            "Amount": pl.Series(value, nan_to_null=True),
            "Waited hours": waits.round(3),
        }
    )
    return Export(
        deals, _spend(twin, source, week), {f"Seller {i + 1}": float(o) for i, o in enumerate(odds)}
    )


def write(export: Export, folder: Path) -> tuple[Path, Path]:
    """`deals.csv` and `spend.csv` in a folder."""
    paths = folder / "deals.csv", folder / "spend.csv"
    export.deals.write_csv(paths[0])
    export.spend.write_csv(paths[1])
    return paths


def _arrivals(twin: Twin, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    swing = np.exp(rng.normal(0, twin.swings, twin.weeks))
    mean = np.outer(swing, [s.per_week for s in twin.sources.values()])
    counts = rng.poisson(mean)
    weeks, sources = np.indices(counts.shape)
    return np.repeat(sources.ravel(), counts.ravel()), np.repeat(weeks.ravel(), counts.ravel())


def _owners(twin: Twin, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    share = np.exp(rng.normal(0, twin.supply, twin.owners))
    odds = rng.normal(0, twin.skill, twin.owners) if twin.skill else np.zeros(twin.owners)
    return rng.choice(twin.owners, n, p=share / share.sum()), odds


def _spend(twin: Twin, source: np.ndarray, week: np.ndarray) -> pl.DataFrame:
    names, costs = list(twin.sources), [s.cost for s in twin.sources.values()]
    frame = pl.DataFrame({"s": source, "w": week}).group_by("w", "s").len().sort("w", "s")
    days = [twin.start + dt.timedelta(weeks=int(w)) for w in frame["w"]]
    cost = [round(costs[s] * n, 2) for s, n in frame.select("s", "len").iter_rows()]
    return pl.DataFrame({"Date": days, "Source": [names[s] for s in frame["s"]], "Cost": cost})


def _text(moments: np.ndarray) -> list[str]:
    return [str(m).replace("T", " ") for m in moments.astype("datetime64[s]")]


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))
