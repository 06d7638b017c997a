"""Whether the win rate changed, and when.

Days of creation are split in two at every place; the split that tells two rates apart most is tested against
the most that chance would do over all places (Miller and Siegmund 1982). Young leads are lost before they are
won, so what is expected of a day is the share of wins among leads decided by that day's age.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from scipy import optimize, stats

from optimizer.arrays import Floats
from optimizer.history.estimate.arrivals import Arrival
from optimizer.history.estimate.outcomes import Days
from optimizer.history.estimate.rates import Rate

_EDGE = 0.08
"""Share of the evidence that must lie on either side."""
_SURE = 0.01
_WINS_NEEDED = 10
"""Of either side."""
_TOLD = 0.10
"""Relative change that is worth telling: in millions of rows the smallest one is sure."""
_MOST = 3
_NEAR = 7.35
"""Twice the log likelihood within which the day lies with 95 % (Yao 1987)."""


@dataclass(frozen=True)
class Change:
    """A change of the win rate."""

    on: dt.date
    """First day of creation of the leads that it concerns."""
    before: Rate
    """Won of decided deals created since the change before, or the start."""
    since: Rate
    """Won of decided deals created until the next change, or the end."""
    pvalue: float
    """How often chance alone would show as much somewhere."""
    place: int
    """Number of the day in the table of days."""
    earliest: dt.date
    latest: dt.date
    """Between which the change was, with about 95 %."""

    @property
    def kind(self) -> Literal["fell", "rose"]:
        return "fell" if self.since.rate < self.before.rate else "rose"


def changes_of(days: Days, won: Arrival | None, lost: Arrival | None) -> tuple[Change, ...]:
    """Changes that are sure and worth telling, in order of time; at most three."""
    if won is None:
        return ()
    found: dict[int, _Found] = {}
    spans = [(0, len(days.age))]
    while spans and len(found) < _MOST:
        first, end = spans.pop(0)
        split = _split(days.between(first, end), won, lost)
        level = _SURE / 10 if found else _SURE
        if split is not None and split.pvalue < level:
            place = first + split.place
            found[place] = split.moved(first)
            spans += [(first, place), (place, end)]
    places = [0, *sorted(found), len(days.age)]
    return tuple(
        Change(
            days.day[at],
            _decided(days.between(places[i - 1], at), days.losses_known),
            _decided(days.between(at, places[i + 1]), days.losses_known),
            found[at].pvalue,
            at,
            days.day[found[at].earliest],
            days.day[found[at].latest],
        )
        for i, at in enumerate(places)
        if at in found
    )


def _decided(days: Days, known: bool) -> Rate:
    won = int(days.won.sum())
    return Rate(won, won + int(days.lost.sum()) if known else int(days.leads.sum()))


class _Found(NamedTuple):
    """Places of days: the first after the change, and between which it may lie."""

    place: int
    earliest: int
    latest: int
    pvalue: float

    def moved(self, by: int) -> _Found:
        return _Found(self.place + by, self.earliest + by, self.latest + by, self.pvalue)


def _split(days: Days, won: Arrival, lost: Arrival | None) -> _Found | None:
    """The likeliest change; None without one."""
    judged, expected = _expected(days, won, lost)
    if expected is None or len(judged) < 2:
        return None
    rest, noise = days.won - judged * expected, judged * expected * (1 - expected)
    told = np.cumsum(noise)[:-1] / noise.sum()
    wins = np.cumsum(days.won)[:-1]
    inner = (told >= _EDGE) & (told <= 1 - _EDGE) & (wins >= _WINS_NEEDED)
    inner &= wins <= days.won.sum() - _WINS_NEEDED
    if not inner.any():
        return None
    sums = np.cumsum(rest)[:-1]
    z = np.where(inner, sums / np.sqrt(noise.sum() * np.clip(told * (1 - told), 1e-12, 1)), 0.0)
    at = int(np.argmax(np.abs(z)))
    step = _ratio(days, expected * judged, at)
    clustering = _clustering(days, judged, expected, at)
    pvalue = _most_by_chance(abs(float(z[at])) / math.sqrt(clustering))
    if pvalue >= _SURE or abs(math.log(step)) < _TOLD:
        return None
    near = np.flatnonzero(z**2 >= z[at] ** 2 - _NEAR * clustering) + 1
    return _Found(at + 1, int(near[0]), int(near[-1]), pvalue)


def _expected(days: Days, won: Arrival, lost: Arrival | None) -> tuple[Floats, Floats | None]:
    """Leads that could be judged on each day, and the share of them won if the rate were one and the same."""
    came = won.by(days.age)
    total = float(days.won.sum())
    if not days.losses_known or lost is None:
        exposed = float(days.leads @ came)
        return days.leads, np.clip(came * total / exposed, 1e-9, 1 - 1e-9) if exposed > total > 0 else None
    judged, gone = days.won + days.lost, lost.by(days.age)
    if not 0 < total < judged.sum():
        return judged, None

    def share(odds: float) -> Floats:
        ratio = math.exp(odds) * np.maximum(came, 1e-12) / np.maximum(gone, 1e-12)
        return ratio / (1 + ratio)

    odds = optimize.brentq(lambda x: float(judged @ share(x)) - total, -30, 30)
    return judged, np.clip(share(float(odds)), 1e-9, 1 - 1e-9)


def _ratio(days: Days, expected: Floats, at: int) -> float:
    """Wins over the expected ones since, against before."""
    before, since = (
        float(days.won[s].sum() / expected[s].sum()) for s in (slice(at + 1), slice(at + 1, None))
    )
    return max(since, 1e-9) / max(before, 1e-9)


def _clustering(days: Days, judged: Floats, expected: Floats, at: int) -> float:
    """How many times further weeks scatter around the two rates than independent leads would, at least 1."""
    level = np.empty_like(expected)
    for side in (slice(at + 1), slice(at + 1, None)):
        level[side] = days.won[side].sum() / (judged[side] @ expected[side])
    mean = np.clip(expected * level, 1e-9, 1 - 1e-9)
    weeks = pl.DataFrame(
        {
            "week": days.day.dt.truncate("1w"),
            "rest": days.won - judged * mean,
            "noise": judged * mean * (1 - mean),
        }
    )
    table = weeks.group_by("week").sum()
    free = max(1, table.height - 2)
    used = table.filter(pl.col("noise") > 0)
    return max(1.0, float((used["rest"] ** 2 / used["noise"]).sum()) / free)


def _most_by_chance(z: float) -> float:
    """P that the largest |z| of all places within the edges is at least so large."""
    if z < 1.5:
        return 1.0
    density = float(stats.norm.pdf(z))
    reach = 2 * math.log((1 - _EDGE) / _EDGE)
    return min(1.0, 4 * density / z + density * (z - 1 / z) * reach)


def parted(days: Days, changes: tuple[Change, ...]) -> list[Days]:
    """The parts of time between changes."""
    places = [0, *(change.place for change in changes), len(days.age)]
    return [days.between(first, end) for first, end in pairwise(places)]
