"""The ways of working leads, and what a customer is worth, as a CRM shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize

from optimizer.history.draft.sourced_values import (
    BEHAVIOUR_FACTOR,
    INVENTED_RANGE,
    LABELS,
    WIDEST,
    Draft,
    Said,
    Tree,
    as_it_is,
    below,
    count_width,
    half_width,
    in_words,
    joined,
    label,
    said,
    short,
    work_label,
)
from optimizer.history.estimate.rates import Rate, standard_error
from optimizer.history.estimate.speed_to_lead import Slope
from optimizer.history.read.maps.mapping import WEEKS

_CONTROLS = ("nothing", "source", "month", "owner", "hour", "weekday")
"""What is held equal between leads, by name; steps have names of the map's own."""


@dataclass(frozen=True)
class Way:
    """One way of working the leads of a segment."""

    kind: str
    """`prompt`, `late` or `work`."""
    hours: float
    used: Rate
    """Leads of the time of the current plan that are worked so."""
    wins: float
    """Share of them won, or handed over."""
    width: float
    """Relative half width of its interval."""
    told: Said


def add_selling(draft: Draft, segment: str, leads: pl.DataFrame) -> None:
    """Answering in time or late where response times are known, else one way of working.

    What an answer brings is of the time since the win rate last changed, who answers how of the time of the
    current plan. Wins are a share of leads by how many could have been won at their age.
    """
    for way in _ways(draft, segment, leads):
        _add_way(draft, segment, way, count_width(draft, leads))
    _add_touch(draft, segment, leads)


def _ways(draft: Draft, segment: str, leads: pl.DataFrame) -> list[Way]:
    if draft.answers == "sdr":
        return handing_over(draft, segment, leads)
    work, study = draft.assume.work, draft.study
    current = leads.join(study.current.select("id"), on="id", how="semi")
    current = current if current.height else leads
    leads = study.latest(leads)
    wins, unsettled = int(leads["won"].sum()), study.unsettled(leads)
    answered, soon = pl.col("response") > 0, pl.col("response") <= draft.assume.prompt_within
    prompt, late = leads.filter(answered & soon), leads.filter(answered & ~soon)
    if not prompt.height or not late.height:
        rate = study.share_won(wins, leads)
        every = Rate(current.height, current.height)
        seen = _seen(draft, segment, leads, rate)
        return [Way("work", work.late, every, rate.rate, _width(rate, unsettled), seen)]
    # Wins of leads without a response time were answered too: the rate is over all that were.
    rate = study.share_won(wins, leads.filter(answered))
    used = [Rate(current.filter(part).height, current.height) for part in (answered & soon, answered & ~soon)]
    rates, widths, evidence = _by_speed(draft, (rate, _width(rate, unsettled)), prompt, late)
    told = joined(_seen(draft, segment, leads, rate), evidence)
    return [
        Way("prompt", work.prompt, used[0], rates[0], widths[0], told),
        Way("late", work.late, used[1], rates[1], widths[1], told),
    ]


def handing_over(draft: Draft, segment: str, leads: pl.DataFrame) -> list[Way]:
    """The ways of those who hand leads over: shares handed over, as they are."""
    work, reached = draft.assume.work, pl.col(draft.leads_to[1]) | pl.col("won")
    leads = draft.study.latest(leads)
    answered, soon = pl.col("response") > 0, pl.col("response") <= draft.assume.prompt_within
    parts = {"prompt": leads.filter(answered & soon), "late": leads.filter(answered & ~soon)}
    if any(not part.height for part in parts.values()):
        parts = {"work": leads}
    hours = {"prompt": work.prompt, "late": work.late, "work": work.late}
    ways = []
    for kind, part in parts.items():
        rate = Rate(part.filter(reached).height, part.height)
        told = joined(
            said("handed", at=_among(draft, segment), rate=in_words(rate)), *since_change(draft, leads)
        )
        told = told if kind == "work" else joined(told, said("raw"))
        used = Rate(part.height, leads.height)
        ways.append(Way(kind, hours[kind], used, rate.rate, half_width(rate), told))
    return ways


def _seen(draft: Draft, segment: str, leads: pl.DataFrame, rate: Rate) -> Said:
    seen = said("seen", at=_among(draft, segment), rate=in_words(rate))
    arrival = draft.study.arrival
    young = [said("young" if arrival.told else "not_watched")] if arrival is not None else []
    return joined(seen, *since_change(draft, leads), *young)


def since_change(draft: Draft, leads: pl.DataFrame) -> list[Said]:
    """From when on leads were counted, where that is not the whole history; else that the rate changed."""
    changes = draft.study.changes
    if not changes:
        return []
    rests = leads["created"].dt.date().min() >= changes[-1].on  # type: ignore[operator]
    return [said("since_change" if rests else "across_change", day=str(changes[-1].on))]


def _among(draft: Draft, segment: str) -> Said:
    """The rows of a segment, in words."""
    return said("among", where=draft.where, what=LABELS[segment])


def _width(rate: Rate, unsettled: float) -> float:
    """Relative half width of a win rate: chance, and what a longer history would settle."""
    return min(WIDEST, half_width(rate) + unsettled)


Pair = tuple[float, float]


def _by_speed(
    draft: Draft, seen: tuple[Rate, float], prompt: pl.DataFrame, late: pl.DataFrame
) -> tuple[Pair, Pair, Said]:
    """Win rates in time and late with their widths, which mix to the rate seen (with its width) and differ by
    the controlled odds ratio.

    The slope with controls is used, not the raw rates: late answers are given to other leads.
    """
    study, (rate, pooled) = draft.study, seen
    known = [s for s in study.slopes if "owner" in s.controls] or list(study.slopes)
    slope = study.within or (known[0] if known else None)
    if slope is None or rate.rate in (0.0, 1.0):
        return (rate.rate, rate.rate), (pooled, pooled), said("unseen")
    gap = _mean_log(late) - _mean_log(prompt)
    share = prompt.height / (prompt.height + late.height)
    middle, least, most = (
        _mixing(rate.rate, share, min(0.0, b) * gap) for b in (slope.b, slope.lo, slope.hi)
    )
    # The nearer bound may be cut off at no effect: a range that reaches as far both ways holds the farther.
    by_slope = [max(abs(a - m), abs(b - m)) / m for a, b, m in zip(least, most, middle, strict=True)]
    widths = (min(WIDEST, math.hypot(pooled, by_slope[0])), min(WIDEST, math.hypot(pooled, by_slope[1])))
    return middle, widths, _evidence(slope)


def _mixing(rate: float, share: float, step: float) -> Pair:
    """Two rates, `step` log odds apart, that mix to `rate` with the first one's `share`."""

    def mixed(level: float) -> float:
        return share * _logistic(level) + (1 - share) * _logistic(level + step) - rate

    level = float(optimize.brentq(mixed, -40, 40))
    return _logistic(level), _logistic(level + step)


def _evidence(slope: Slope) -> Said:
    controls = slope.controls or ("nothing",)
    named = [said(f"control.{c}") if c in _CONTROLS else as_it_is(c) for c in controls]
    held = ", ".join(en for en, _ in named), ", ".join(fr for _, fr in named)
    interval = f"{slope.b:.3f} [{slope.lo:.3f}, {slope.hi:.3f}]"
    return said("slope", interval=interval, n=str(slope.n), controls=held)


def _mean_log(frame: pl.DataFrame) -> float:
    return float(np.mean(np.log(frame["response"].clip(1 / 60, 720).to_numpy())))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def inflow_of(draft: Draft, segment: str) -> float:
    """What enters a stage by the rounded numbers of the scenario, so that work never overdraws it."""
    bought = (
        a["baseline"] * a["yields"].get(segment, 0.0)
        for a in draft.tree["activities"].values()
        if "yields" in a
    )
    return float(draft.tree["stages"][segment].get("inflow", 0.0) + sum(bought))


def _add_way(draft: Draft, segment: str, way: Way, volume: float) -> None:
    """`volume` is the relative half width of the segment's leads per period."""
    name = f"{way.kind}_{segment}"
    place = f"activities.{name}"
    content: Tree = {
        "label": work_label(way.kind, segment),
        "team": draft.answers,
        "from": segment,
        "yields": {draft.leads_to[0]: short(way.wins)},
        "hours": way.hours,
        "baseline": below(inflow_of(draft, segment) * way.used.rate),
    }
    draft.tree["activities"][name] = content
    if draft.answers == "sales":
        add_lag(draft, place, content)
    draft.source(f"{place}.yields", way.told, way.width)
    text = said("used", at=_among(draft, segment), rate=in_words(way.used))
    draft.source(f"{place}.baseline", text, math.hypot(volume, half_width(way.used)))
    draft.assumed(f"{place}.hours", said("hours_per_lead"))


def add_lag(draft: Draft, place: str, content: Tree) -> None:
    """Time from lead to win; what was too young to be won late is allowed for where there is enough of it."""
    study, lag = draft.study, draft.study.lags.get("created_to_won")
    if lag is None or not len(lag.observed):
        return
    files = ", ".join(study.history.files.get("closed", study.history.files["deals"]))
    days, arrival, n = float(lag.observed.mean()), study.arrival, len(lag.observed)
    known = {"days": f"{days:.1f}", "median": f"{np.median(lag.observed):.0f}", "n": str(n)}
    seen = said("lag", files=as_it_is(files), **known)
    if arrival is not None and not arrival.told:
        width, seen = WIDEST, joined(seen, said("not_watched"))
    elif arrival is None:
        width = 1.96 * float(lag.observed.std()) / math.sqrt(n) / max(days, 1e-9)
    else:
        days, width = arrival.mean, max(arrival.hi / arrival.mean - 1, 1 - arrival.lo / arrival.mean)
        interval = f"{days:.1f} [{arrival.lo:.1f}, {arrival.hi:.1f}]"
        seen = joined(seen, said("lag_allowed", interval=interval, curve=as_it_is(arrival.name)))
    content["lag"] = short(days / 7 / WEEKS[study.given.period])
    draft.source(f"{place}.lag", seen, width)


def _add_touch(draft: Draft, segment: str, leads: pl.DataFrame) -> None:
    name = f"touch_{segment}"
    draft.tree["activities"][name] = {
        "label": work_label("touch", segment),
        "team": draft.answers,
        "from": segment,
        "hours": draft.assume.work.touch,
        "reach": short(max(1.0, 0.25 * draft.study.per_period(leads.height))),
        "entry": 0.2,
        "gaming": True,
    }
    draft.assumed(f"activities.{name}.hours", said("hours_per_lead"))
    draft.guessed(f"activities.{name}.entry", said("never_seen"), 0.5)
    draft.guessed(f"activities.{name}.reach", said("grown"), factor=BEHAVIOUR_FACTOR)


def add_customer(draft: Draft) -> None:
    value, files = draft.study.value, ", ".join(draft.study.history.files["deals"])
    draft.tree["stages"]["customer"] = {"label": label("customer"), "value": 1.0}
    if not value["n"]:
        draft.assumed("stages.customer.value", said("no_value"), None)
        return
    draft.tree["stages"]["customer"]["value"] = short(value["mean"] * draft.assume.margin)
    error = 1.96 * standard_error(value) / value["mean"]
    known = {"mean": f"{value['mean']:.0f}", "median": f"{value['p50']:.0f}", "n": f"{value['n']:.0f}"}
    text = said("value", files=as_it_is(files), margin=f"{draft.assume.margin:g}", **known)
    width = math.hypot(error, _margin_range(draft))
    if draft.assume.placeholders:
        draft.assumed("stages.customer.value", text, width)
    else:
        draft.source("stages.customer.value", text, width)


def _margin_range(draft: Draft) -> float:
    """A product is as doubtful as both its factors; a margin that the map leaves out is the whole value."""
    if draft.assume.placeholders:
        return INVENTED_RANGE
    return 0.1 if "margin" in draft.assume.model_fields_set else 0.0
