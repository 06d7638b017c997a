"""The ways of working leads, and what a customer is worth, as a CRM shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize

from optimizer.history.draft.sourced_values import (
    ASSUMED,
    BEHAVIOUR_FACTOR,
    LABELS,
    PLACEHOLDER,
    WIDEST,
    Draft,
    Tree,
    below,
    count_width,
    half_width,
    in_words,
    label,
    short,
)
from optimizer.history.estimate.rates import Rate
from optimizer.history.estimate.speed_to_lead import Slope
from optimizer.history.read.mapping import WEEKS


@dataclass(frozen=True)
class _Way:
    """One way of working the leads of a segment."""

    kind: str
    """`prompt`, `late` or `work`."""
    hours: float
    used: Rate
    """Leads of the time of the current plan that are worked so."""
    wins: float
    """Share of them won."""
    width: float
    """Relative half width of its interval."""
    said: str


def add_selling(draft: Draft, segment: str, leads: pl.DataFrame) -> None:
    """Answering in time or late where response times are known, else one way of working.

    What an answer brings is of the whole history, who answers how of the time of the current plan. Wins are a
    share of leads by how many could have been won at their age.
    """
    for way in _ways(draft, segment, leads):
        _add_way(draft, segment, way, count_width(draft, leads))
    _add_touch(draft, segment, leads)


def _ways(draft: Draft, segment: str, leads: pl.DataFrame) -> list[_Way]:
    work, study, wins = draft.assume.work, draft.study, int(leads["won"].sum())
    current = leads.join(study.current.select("id"), on="id", how="semi")
    current = current if current.height else leads
    answered, soon = pl.col("response") > 0, pl.col("response") <= draft.assume.prompt_within
    prompt, late = leads.filter(answered & soon), leads.filter(answered & ~soon)
    if not prompt.height or not late.height:
        rate = Rate(wins, max(round(study.exposed(leads)), wins))
        every = Rate(current.height, current.height)
        return [_Way("work", work.late, every, rate.rate, _width(draft, rate), _seen(draft, segment, rate))]
    # Wins of leads without a response time were answered too: the rate is over all that were.
    rate = Rate(wins, max(round(study.exposed(leads.filter(answered))), wins))
    used = [Rate(current.filter(part).height, current.height) for part in (answered & soon, answered & ~soon)]
    rates, widths, evidence = _by_speed(draft, rate, prompt, late)
    said = f"{_seen(draft, segment, rate)}; {evidence}"
    return [
        _Way("prompt", work.prompt, used[0], rates[0], widths[0], said),
        _Way("late", work.late, used[1], rates[1], widths[1], said),
    ]


def _seen(draft: Draft, segment: str, rate: Rate) -> str:
    censored = ", young leads counted by the wins to be expected at their age" if draft.study.arrival else ""
    return f"{draft.where}, {segment}: {in_words(rate)}{censored}"


def _width(draft: Draft, rate: Rate) -> float:
    """Relative half width of a win rate: chance, and what a longer history would settle."""
    return min(WIDEST, half_width(rate) + draft.study.unsettled)


Pair = tuple[float, float]


def _by_speed(draft: Draft, rate: Rate, prompt: pl.DataFrame, late: pl.DataFrame) -> tuple[Pair, Pair, str]:
    """Win rates in time and late with their widths, which mix to the rate seen and differ by the controlled
    odds ratio.

    The slope with controls is used, not the raw rates: late answers are given to other leads.
    """
    study, pooled = draft.study, _width(draft, rate)
    known = [s for s in study.slopes if "owner" in s.controls] or list(study.slopes)
    slope = study.within or (known[0] if known else None)
    if slope is None or rate.rate in (0.0, 1.0):
        return (rate.rate, rate.rate), (pooled, pooled), "what waiting does cannot be seen"
    gap = _mean_log(late) - _mean_log(prompt)
    share = prompt.height / (prompt.height + late.height)
    middle, least, most = (
        _mixing(rate.rate, share, min(0.0, b) * gap) for b in (slope.b, slope.lo, slope.hi)
    )
    # The nearer bound may be cut off at no effect: a range that reaches as far both ways holds the farther.
    by_slope = [max(abs(a - m), abs(b - m)) / m for a, b, m in zip(least, most, middle, strict=True)]
    widths = (min(WIDEST, math.hypot(pooled, by_slope[0])), min(WIDEST, math.hypot(pooled, by_slope[1])))
    return middle, widths, _said(slope)


def _mixing(rate: float, share: float, step: float) -> Pair:
    """Two rates, `step` log odds apart, that mix to `rate` with the first one's `share`."""

    def mixed(level: float) -> float:
        return share * _logistic(level) + (1 - share) * _logistic(level + step) - rate

    level = float(optimize.brentq(mixed, -40, 40))
    return _logistic(level), _logistic(level + step)


def _said(slope: Slope) -> str:
    controls = ", ".join(slope.controls) or "nothing"
    interval = f"{slope.b:.3f} [{slope.lo:.3f}, {slope.hi:.3f}]"
    return f"log odds per e-fold of waiting {interval}, n = {slope.n}, {controls} held equal"


def _mean_log(frame: pl.DataFrame) -> float:
    return float(np.mean(np.log(frame["response"].clip(1 / 60, 720).to_numpy())))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _inflow(draft: Draft, segment: str) -> float:
    """What enters a stage by the rounded numbers of the scenario, so that work never overdraws it."""
    bought = (
        a["baseline"] * a["yields"].get(segment, 0.0)
        for a in draft.tree["activities"].values()
        if "yields" in a
    )
    return float(draft.tree["stages"][segment]["inflow"] + sum(bought))


def _add_way(draft: Draft, segment: str, way: _Way, volume: float) -> None:
    """`volume` is the relative half width of the segment's leads per period."""
    name = f"{way.kind}_{segment}"
    place = f"activities.{name}"
    content: Tree = {
        "label": {
            "en": f"{LABELS[way.kind][0]}: {LABELS[segment][0]}",
            "fr": f"{LABELS[way.kind][1]} : {LABELS[segment][1]}",
        },
        "team": "sales",
        "from": segment,
        "yields": {"customer": short(way.wins)},
        "hours": way.hours,
        "baseline": below(_inflow(draft, segment) * way.used.rate),
    }
    draft.tree["activities"][name] = content
    _add_lag(draft, place, content)
    draft.source(f"{place}.yields", way.said, way.width)
    text = f"{draft.where}, {segment}: {in_words(way.used)} of leads under the current plan"
    draft.source(f"{place}.baseline", text, math.hypot(volume, half_width(way.used)))
    draft.assumed(f"{place}.hours", "work per lead is not in a CRM")


def _add_lag(draft: Draft, place: str, content: Tree) -> None:
    """Time from lead to win; what was too young to be won late is allowed for where there is enough of it."""
    study, lag = draft.study, draft.study.lags.get("created_to_won")
    if lag is None or not len(lag.observed):
        return
    files = ", ".join(study.history.files.get("closed", study.history.files["deals"]))
    days, arrival, n = float(lag.observed.mean()), study.arrival, len(lag.observed)
    seen = f"{files}, won and dated: mean {days:.1f} days, median {np.median(lag.observed):.0f}, n = {n}"
    if arrival is None:
        width = 1.96 * float(lag.observed.std()) / math.sqrt(n) / max(days, 1e-9)
    else:
        days, width = arrival.mean, max(arrival.hi / arrival.mean - 1, 1 - arrival.lo / arrival.mean)
        interval = f"mean {days:.1f} [{arrival.lo:.1f}, {arrival.hi:.1f}]"
        seen += f"; {interval} once young leads are allowed for ({arrival.name})"
    content["lag"] = short(days / 7 / WEEKS[study.given.period])
    draft.source(f"{place}.lag", seen, width)


def _add_touch(draft: Draft, segment: str, leads: pl.DataFrame) -> None:
    name = f"touch_{segment}"
    draft.tree["activities"][name] = {
        "label": {
            "en": f"{LABELS['touch'][0]}: {LABELS[segment][0]}",
            "fr": f"{LABELS['touch'][1]} : {LABELS[segment][1]}",
        },
        "team": "sales",
        "from": segment,
        "hours": draft.assume.work.touch,
        "reach": short(max(1.0, 0.25 * draft.study.per_period(leads.height))),
        "entry": 0.2,
        "gaming": True,
    }
    for part in ("hours", "entry"):
        draft.assumed(f"activities.{name}.{part}", "not seen in the history", 0.5)
    grown = "a quarter of the class; Bevan and Hood 2006: what a time target measures grew by 20 points"
    draft.assumed(f"activities.{name}.reach", grown, factor=BEHAVIOUR_FACTOR)


def add_customer(draft: Draft) -> None:
    value, files = draft.study.value, ", ".join(draft.study.history.files["deals"])
    draft.tree["stages"]["customer"] = {"label": label("customer"), "value": 1.0}
    if not value["n"]:
        draft.assumed("stages.customer.value", "no deal has a value: a customer counts 1", None)
        return
    draft.tree["stages"]["customer"]["value"] = short(value["mean"] * draft.assume.margin)
    error = 1.96 * value["sd"] / math.sqrt(value["n"]) / value["mean"]
    seen = f"mean {value['mean']:.0f}, median {value['p50']:.0f}, n = {value['n']:.0f}"
    why = PLACEHOLDER if draft.assume.placeholders else ASSUMED
    text = f"{files}, won: {seen}; margin {draft.assume.margin:g}: {why}"
    draft.source("stages.customer.value", text, error)
