"""Who differs from whom once supply and mix are taken out, and how sure that is.

Persons are compared on deals that are decided: who leaves many open has not lost them. A person's result is
first compared with what the same leads (source, segment, product, month) would bring in average hands. Then
the persons' spread is estimated, and each is drawn towards the others by what luck explains. A verdict needs
persons who differ beyond chance by every reading (open deals left out, open deals counted as lost, within
leads that are alike), and a person who stands out among them, reliably and by both readings of open deals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import polars as pl
from scipy import stats

from optimizer.history.estimate import mixed_models, strata
from optimizer.history.estimate.comparable import Settled, leads_needed, open_shares, readings_of
from optimizer.history.estimate.rates import MISSING, Rate, Spread, rates_by, spread_of, wilson
from optimizer.history.read.account import NOBODY

Verdict = Literal["above", "below", "not_distinguishable"]
LEVEL = 0.90
"""Level of the persons' intervals."""
_SIGNIFICANT = 0.01
"""Of each reading: nobody is to be named by luck, and there are many histories."""
_NAMED = 0.5
"""Share of a difference that is surely the person's own, for a person to be named."""
EACH_NEEDED = 10
"""Wins, and leads that are no wins, of a person who is compared."""
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
    open_share: float = 0.0
    """Of all the person's leads, neither won nor lost yet."""


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
    """How often chance alone spreads adjusted results as far, by the reading that makes it most likely."""
    variance: dict[str, float]
    """Logistic: standard deviations by group (linear: shares), persons (0 where they cannot be told apart),
    attributes of leads, month."""
    panel: Panel | None
    spread: float
    """Standard deviation between persons of results over what their leads would bring, luck removed; 0 where
    persons cannot be told apart."""
    readings: Mapping[str, float] = field(default_factory=dict)
    """p by reading: `decided` deals, `open_as_lost`, `within` leads that are alike, `speed` if it differs."""
    alike: tuple[str, ...] = ()
    """Attributes of leads that were held equal."""
    needed: int = 0
    """Leads that a person needs to be compared."""
    left_out: int = 0
    """Persons with fewer."""
    agreed: bool = True
    """Somebody stands out by every reading."""

    @property
    def explained_by(self) -> str:
        """`skill` where persons differ after supply and mix, else `supply`."""
        return "skill" if self.adjusted_p < _SIGNIFICANT and self.agreed else "supply"


def persons(
    frame: pl.DataFrame,
    outcome: str,
    metric: str,
    least: int | None = None,
    wins: int = EACH_NEEDED,
    settled: Settled | None = None,
) -> Persons | None:
    """Compare owners with at least so many leads (by default so many that a usual difference shows) and wins.

    Owners who win next to nothing in hundreds of leads have another role (queues, callers); so have those who
    lose next to nothing (they are given what is won already). The cut on wins selects on the outcome, so the
    spread is a lower bound. `settled` are those of the leads that had time to be decided in everybody's
    hands, by default all.
    """
    counts = frame.group_by("owner").agg(pl.len().alias("n"), pl.col(outcome).sum().alias("k"))
    counts = counts.filter(pl.col("owner") != NOBODY)
    won, leads = int(counts["k"].sum()), int(counts["n"].sum())
    needed = least if least is not None else leads_needed((won + 1) / (leads + 2))
    others = pl.col("n") - pl.col("k")
    chosen = counts.filter((pl.col("n") >= needed) & (pl.col("k") >= wins) & (others >= wins))
    if chosen.height < 3:
        return None
    used = (settled.leads if settled else frame).join(chosen.select("owner"), on="owner", how="semi")
    ways = {name: way for name, way in readings_of(used, outcome).items() if _enough(way, outcome)}
    if "decided" not in ways:
        return None
    compared = {name: _compared(way, outcome, metric) for name, way in ways.items()}
    within = max(_within(way, outcome) for way in ways.values())
    found = _agreed(compared, {"within": within, **(settled.readings if settled else {})})
    left_out = counts.height - len(found.people)
    return replace(found, needed=needed, left_out=left_out)


def with_open_shares(found: Persons, leads: pl.DataFrame) -> Persons:
    """With the share of all their leads that is open, young ones among them."""
    share = open_shares(leads)
    return replace(found, people=tuple(replace(p, open_share=share.get(p.id, 0.0)) for p in found.people))


def _enough(frame: pl.DataFrame, outcome: str) -> bool:
    return frame["owner"].n_unique() >= 3 and frame[outcome].n_unique() == 2


def _within(frame: pl.DataFrame, outcome: str) -> float:
    names = strata.attributes_of(frame, outcome)
    return max(test.pvalue for test in strata.tests_of(strata.with_levels(frame, names), outcome, names))


def _agreed(compared: Mapping[str, Persons], more: Mapping[str, float]) -> Persons:
    """What every reading says: the least sure p, and a verdict only where it is the same."""
    first = compared["decided"]
    readings = {name: c.adjusted_p for name, c in compared.items()} | dict(more)
    if max(readings.values()) >= _SIGNIFICANT:
        return replace(_alike(first), adjusted_p=max(readings.values()), readings=readings)
    verdicts = [{p.id: p.verdict for p in c.people} for c in compared.values()]
    people = tuple(
        p if all(v.get(p.id) == p.verdict for v in verdicts) else replace(p, verdict="not_distinguishable")
        for p in first.people
    )
    found = replace(first, people=people, adjusted_p=max(readings.values()), readings=readings)
    if all(p.verdict == "not_distinguishable" for p in people):
        return replace(_alike(found), agreed=False)
    return found


def _alike(found: Persons) -> Persons:
    """Persons who cannot be told apart: nothing of a difference is known to be anybody's own."""
    overall = found.raw.p
    people = tuple(
        replace(p, shrunk=overall, reliability=0.0, verdict="not_distinguishable") for p in found.people
    )
    return replace(found, people=people, spread=0.0, variance={**found.variance, "owner": 0.0})


def _compared(frame: pl.DataFrame, outcome: str, metric: str) -> Persons:
    """By one reading."""
    names = strata.attributes_of(frame, outcome)
    used = strata.with_levels(frame, names)
    groups = ["owner", *(g for g in (*names, "month") if used[g].n_unique() > 1)]
    expected, variance = _expected(used, outcome, groups)
    raw = rates_by(frame, "owner", outcome)
    return replace(_judged(raw, expected, metric, variance, panel_of(used, outcome)), alike=tuple(groups[1:]))


def _expected(
    frame: pl.DataFrame, outcome: str, groups: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Wins that each person's leads bring in average hands, source and month as in the joint model."""
    others = groups[1:]
    cells = frame.group_by(*groups).agg(pl.len().alias("n")).sort(*groups)
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
        keys = cells[group].cast(pl.String).fill_null(MISSING)
        eta = eta + keys.replace_strict(effects, return_dtype=pl.Float64).to_numpy()
    p = np.clip(eta, 1e-6, 1) if "residual" in model.variance else 1 / (1 + np.exp(-eta))
    each = cells.with_columns(pl.Series("e", p * cells["n"].to_numpy()))
    sums = each.group_by("owner", maintain_order=True).agg(pl.col("e").sum())
    wins = {str(owner): float(e) for owner, e in sums.iter_rows()}
    scale = int(frame[outcome].sum()) / sum(wins.values())
    return {owner: e * scale for owner, e in wins.items()}, variance


def _judged(
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
        sure = adjusted_p < _SIGNIFICANT and reliability >= _NAMED
        verdict = _verdict(shrunk, error) if sure else "not_distinguishable"
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
