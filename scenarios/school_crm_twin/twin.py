"""A synthetic export from known numbers: what can be shown where the real one cannot.

Leads arrive day by day with weekly swings, come from sources, are promising or not, are answered in time,
late or never, belong to owners who may differ in skill, and are won after a log-normal lag. Part of the
owners may have worked differently under an older plan. Nothing in it is anybody's.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

from optimizer.arrays import Floats
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.rates import rate_of

IN_TIME = 24.0
"""An answer within so many hours is in time."""
WAIT = (1.5, 1.8)
"""Mean and standard deviation of the log hours to an answer."""
LONGEST_WAIT, LONGEST_LAG = 720.0, 390.0
"""Hours, days."""
_LAG = (2.7, 1.4)


@dataclass(frozen=True)
class Source:
    """A source of leads: how many a week, how many promising, and what a lead costs."""

    per_week: float
    good: float
    cost: float = 0.0


@dataclass(frozen=True)
class Answers:
    """Shares of leads answered in time and late; the others are never answered, and never won."""

    prompt: float = 0.82
    late: float = 0.18


@dataclass(frozen=True)
class Change:
    """A past change of the plan: how the first owners answered until a week, and what the new plan pays."""

    week: int
    owners: int
    reward: float
    """New pay for the same results over old pay."""
    good: Answers
    other: Answers


@dataclass(frozen=True)
class Twin:
    """The parameters of a synthetic history."""

    sources: Mapping[str, Source]
    win_good: float
    """Share won of promising leads, in average hands after WAIT[0] log hours."""
    win_other: float
    value: float
    good: Answers = Answers()
    """How promising leads are answered."""
    other: Answers = Answers()
    change: Change | None = None
    weeks: int = 40
    follow: int = 20
    """Weeks observed after the last lead."""
    swings: float = 0.25
    """Standard deviation of the log of a week's swing that all sources share."""
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
    kinds = [_answered(study.mature.filter(part)) for part in (promising, ~promising)]
    people, noise = study.people, study.noise.get("leads")
    return Twin(
        sources=sources,
        win_good=kinds[0][1],
        win_other=kinds[1][1],
        value=study.value.get("mean", 1.0),
        good=kinds[0][0],
        other=kinds[1][0],
        weeks=max(8, round(study.weeks)),
        swings=noise.weekly if noise else 0.2,
        owners=len(people.people) if people else 5,
        skill=people.variance.get("owner", 0.0) if people else 0.0,
        lag=(float(logs.mean()), float(logs.std())),
        start=study.first,
    )


def _answered(leads: pl.DataFrame) -> tuple[Answers, float]:
    """How leads of a kind were answered, and the share of answered ones that was won."""
    timed = leads.filter(pl.col("response") > 0)
    if not timed.height:
        return Answers(), rate_of(leads, "won").rate if leads.height else 0.0
    soon = timed.filter(pl.col("response") <= IN_TIME).height / leads.height
    answers = Answers(soon, timed.height / leads.height - soon)
    return answers, int(leads["won"].sum()) / timed.height


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
    waits = _waits(twin, promising, owner, week, rng)
    won = rng.random(n) < win_chance(twin, promising, waits, odds[owner])
    created = _moments(twin, week * 7 + rng.uniform(0, 7, n))
    lag = lags_at(rng.random(n), twin.lag)
    closed = created + (np.where(won, lag, lag / 3) * 86400).astype(int)
    known = closed <= _moments(twin, np.array((twin.weeks + twin.follow) * 7.0))
    done = np.where(won & known, twin.labels[0], np.where(known, twin.labels[1], twin.labels[2]))
    worth = np.exp(rng.normal(math.log(max(twin.value, 1.0)) - 0.08, 0.4, n)).round(2)
    blank = pl.Series([None], dtype=pl.String).new_from_index(0, n)
    deals = pl.DataFrame(
        {
            "Id": [f"L{i:06}" for i in range(n)],
            "Created": _text(created),
            "Closed": pl.Series(_text(closed)).zip_with(pl.Series(known), blank),
            "Owner": [f"Seller {i + 1}" for i in owner],
            "Source": names[source],
            "Grade": np.where(promising, "A", "C"),
            "Status": done,
            "Amount": pl.Series(np.where(won & known, worth, np.nan), nan_to_null=True),
            "Waited hours": pl.Series(waits.round(3), nan_to_null=True),
        }
    ).sort("Created")
    told = {f"Seller {i + 1}": float(o) for i, o in enumerate(odds)}
    return Export(deals, _spend(twin, source, week), told)


def win_chance(twin: Twin, promising: Floats, waits: Floats, odds: Floats) -> Floats:
    """Chance of a win; none for leads that are never answered (`waits` NaN)."""
    base = np.where(promising, _logit(twin.win_good), _logit(twin.win_other))
    chance = 1 / (1 + np.exp(-(base + odds + twin.waiting * (np.log(waits) - WAIT[0]))))
    return np.nan_to_num(chance)


def waits_at(quantile: Floats, prompt: np.ndarray | bool) -> Floats:
    """Hours to an answer that is in time, or late, by quantile."""
    edge = float(stats.norm.cdf((math.log(IN_TIME) - WAIT[0]) / WAIT[1]))
    level = np.where(prompt, quantile * edge, edge + quantile * (1 - edge))
    return np.asarray(np.exp(stats.norm.ppf(level, *WAIT)).clip(1 / 60, LONGEST_WAIT))


def lags_at(quantile: Floats, lag: tuple[float, float]) -> Floats:
    """Days to a win by quantile, log-normal within LONGEST_LAG."""
    edge = float(stats.norm.cdf((math.log(LONGEST_LAG) - lag[0]) / lag[1]))
    return np.asarray(np.exp(stats.norm.ppf(quantile * edge, *lag)))


def _waits(
    twin: Twin, promising: np.ndarray, owner: np.ndarray, week: np.ndarray, rng: np.random.Generator
) -> Floats:
    """Hours to the answer, NaN where there is none."""
    prompt = np.where(promising, twin.good.prompt, twin.other.prompt)
    late = np.where(promising, twin.good.late, twin.other.late)
    if twin.change is not None:
        old, before = twin.change, (week < twin.change.week) & (owner < twin.change.owners)
        prompt = np.where(before, np.where(promising, old.good.prompt, old.other.prompt), prompt)
        late = np.where(before, np.where(promising, old.good.late, old.other.late), late)
    draw = rng.random(len(owner))
    waits = waits_at(rng.random(len(owner)), draw < prompt)
    return np.where(draw < prompt + late, waits, np.nan)


def _moments(twin: Twin, days: Floats) -> np.ndarray:
    seconds: np.ndarray = np.datetime64(twin.start, "s") + (days * 86400).astype(int)
    return seconds


def write(export: Export, folder: Path) -> tuple[Path, Path]:
    """`deals.csv` and `spend.csv` in a folder."""
    paths = folder / "deals.csv", folder / "spend.csv"
    export.deals.write_csv(paths[0])
    export.spend.write_csv(paths[1])
    return paths


def _arrivals(twin: Twin, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    swing = np.exp(rng.normal(-(twin.swings**2) / 2, twin.swings, twin.weeks))
    mean = np.outer(swing, [s.per_week for s in twin.sources.values()])
    counts = rng.poisson(mean)
    weeks, sources = np.indices(counts.shape)
    return np.repeat(sources.ravel(), counts.ravel()), np.repeat(weeks.ravel(), counts.ravel())


def _owners(twin: Twin, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    share = np.exp(rng.normal(0, twin.supply, twin.owners))
    share /= share.sum()
    odds = rng.normal(0, twin.skill, twin.owners) if twin.skill else np.zeros(twin.owners)
    return rng.choice(twin.owners, n, p=share), odds - share @ odds


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
