"""Leads by source, the ways of working them, and what a customer is worth, as a CRM shows them."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from scipy import optimize

from optimizer.history.draft import (
    ASSUMED,
    LABELS,
    PLACEHOLDER,
    Draft,
    Tree,
    below,
    count_width,
    half_width,
    in_words,
    label,
    short,
)
from optimizer.history.rates import Rate, rate_of
from optimizer.history.study import WEEKS
from optimizer.problems import as_name, number

# --- leads ----------------------------------------------------------------------------------------------


def split_leads(draft: Draft) -> dict[str, pl.DataFrame]:
    """Mature leads by the stage they enter."""
    mature, good = draft.study.mature, draft.study.given.deals.good
    if good is None or not mature[f"step_{good}"].any() or mature[f"step_{good}"].all():
        return {"lead": mature}
    flag = pl.col(f"step_{good}")
    return {"good_lead": mature.filter(flag), "lead": mature.filter(~flag)}


def add_leads(draft: Draft, segments: dict[str, pl.DataFrame]) -> None:
    """Sources that cost money are campaigns; the others bring leads by themselves."""
    study = draft.study
    mature = study.mature.with_columns(pl.col("source").cast(pl.String).fill_null("missing"))
    counts = dict(mature.group_by("source").agg(pl.len()).iter_rows())
    # Without an export of costs every source is marketing's work, at a cost that nobody has named.
    bought = study.costs or counts
    paid = [s for s in sorted(counts) if s in bought and counts[s] >= study.given.least]
    for source in paid:
        _campaign(draft, source, mature.filter(pl.col("source") == source))
    own = mature.filter(~pl.col("source").is_in(paid))
    width = count_width(draft)
    for segment, leads in segments.items():
        share = leads.with_columns(pl.col("source").cast(pl.String).fill_null("missing"))
        n = share.filter(~pl.col("source").is_in(paid)).height
        inflow = study.per_period(n)
        draft.tree["stages"][segment] = {"label": label(segment), "owner": "sales", "inflow": short(inflow)}
        text = f"{draft.where}, sources without cost: {n} of {own.height} leads in {study.weeks:.1f} weeks"
        draft.source(f"stages.{segment}.inflow", text, width)


def _campaign(draft: Draft, source: str, leads: pl.DataFrame) -> None:
    study, good = draft.study, draft.study.given.deals.good
    name, cost = as_name(source).lower(), study.costs.get(source)
    name = f"source_{name}" if name in draft.tree["activities"] or name in LABELS else name
    yields, width = {"lead": 1.0}, 0.0
    if good is not None:
        rate = rate_of(leads, f"step_{good}")
        yields = {"good_lead": short(rate.rate), "lead": short(1 - rate.rate)}
        width = half_width(rate)
        text = f"{draft.where}, source = {source}: {in_words(rate)} are promising"
        draft.source(f"activities.{name}.yields", text)
        draft.source(f"activities.{name}.yields.good_lead", text, width)
        draft.source(f"activities.{name}.yields.lead", text, width * rate.rate / max(1e-9, 1 - rate.rate))
    else:
        draft.source(f"activities.{name}.yields", f"{draft.where}: a unit is a lead of {source}")
    draft.tree["activities"][name] = {
        "label": {"en": source, "fr": source},
        "team": "marketing",
        "yields": yields,
        "hours": draft.assume.work.campaign,
        "cash": short(cost.per_lead) if cost else 0.0,
        "baseline": short(study.per_period(leads.height)),
    }
    if cost is not None:
        files = ", ".join(study.history.files.get("spend", ()))
        text = (
            f"{files}: {number(round(cost.cost, 2))} for {cost.leads} leads, an average and no marginal cost"
        )
        draft.source(f"activities.{name}.cash", text, 1.96 / math.sqrt(cost.leads))
    else:
        draft.assumed(f"activities.{name}.cash", "no export of costs: 0", None)
    draft.source(
        f"activities.{name}.baseline",
        f"{draft.where}, source = {source}: n = {leads.height}",
        count_width(draft),
    )
    draft.assumed(f"activities.{name}.hours", "work per lead is not in a CRM")


# --- selling --------------------------------------------------------------------------------------------


def add_selling(draft: Draft, segment: str, leads: pl.DataFrame) -> None:
    """Answering in time or late where response times are known, else one way of working."""
    inflow = leads.height
    timed = leads.filter(pl.col("response") > 0)
    wins = int(leads["won"].sum())
    soon = pl.col("response") <= draft.assume.prompt_within
    prompt, late = timed.filter(soon), timed.filter(~soon)
    if not prompt.height or not late.height:
        _way(draft, "work", segment, inflow, inflow, Rate(wins, inflow), None, draft.assume.work.late, "")
    else:
        # Wins of leads without a response time were answered too: the rate is over all that were.
        rate = Rate(wins, max(timed.height, wins))
        rates, said = _by_speed(draft, rate, prompt, late)
        for kind, part, hours in (
            ("prompt", prompt, draft.assume.work.prompt),
            ("late", late, draft.assume.work.late),
        ):
            _way(draft, kind, segment, part.height, inflow, rate, rates[kind], hours, said)
    touch = f"touch_{segment}"
    draft.tree["activities"][touch] = {
        "label": label("touch", f": {LABELS[segment][0]}")
        | {"fr": f"{LABELS['touch'][1]} : {LABELS[segment][1]}"},
        "team": "sales",
        "from": segment,
        "hours": draft.assume.work.touch,
        "reach": short(max(1.0, 0.25 * draft.study.per_period(inflow))),
        "entry": 0.2,
        "gaming": True,
    }
    draft.assumed(f"activities.{touch}", "not seen in the history; what it could become is a guess", 0.5)


def _by_speed(
    draft: Draft, rate: Rate, prompt: pl.DataFrame, late: pl.DataFrame
) -> tuple[dict[str, float], str]:
    """Win rates in time and late, which mix to the rate seen and differ by the controlled odds ratio.

    The slope with controls is used, not the raw rates: late answers are given to other leads.
    """
    gap = _mean_log(late) - _mean_log(prompt)
    slopes = [s for s in draft.study.slopes if "owner" in s.controls] or list(draft.study.slopes)
    b = min(0.0, slopes[0].b) if slopes else 0.0
    share = prompt.height / (prompt.height + late.height)
    if rate.rate in (0.0, 1.0):
        return {"prompt": rate.rate, "late": rate.rate}, "no difference can be seen"

    def mixed(level: float) -> float:
        return share * _logistic(level) + (1 - share) * _logistic(level + b * gap) - rate.rate

    level = float(optimize.brentq(mixed, -40, 40))
    said = "waiting has no measured effect"
    if slopes:
        s = slopes[0]
        held = ", ".join(s.controls) or "nothing"
        said = (
            f"log odds per e-fold of waiting {s.b:.3f} [{s.lo:.3f}, {s.hi:.3f}], n = {s.n}, {held} held equal"
        )
    return {"prompt": _logistic(level), "late": _logistic(level + b * gap)}, said


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


def _way(
    draft: Draft,
    kind: str,
    segment: str,
    count: int,
    inflow: int,
    rate: Rate,
    value: float | None,
    hours: float,
    said: str,
) -> None:
    study, name = draft.study, f"{kind}_{segment}"
    lag = study.lags.get("created_to_won")
    content: Tree = {
        "label": {
            "en": f"{LABELS[kind][0]}: {LABELS[segment][0]}",
            "fr": f"{LABELS[kind][1]} : {LABELS[segment][1]}",
        },
        "team": "sales",
        "from": segment,
        "yields": {"customer": short(rate.rate if value is None else value)},
        "hours": hours,
        "baseline": below(_inflow(draft, segment) * count / inflow),
    }
    if lag is not None and len(lag.observed):
        days = float(lag.observed.mean())
        content["lag"] = short(days / 7 / WEEKS[study.given.period])
        error = 1.96 * float(lag.observed.std()) / math.sqrt(len(lag.observed)) / max(days, 1e-9)
        best = f", best fit {lag.best.name}" if lag.fits else ""
        median = float(np.median(lag.observed))
        files = ", ".join(study.history.files.get("closed", study.history.files["deals"]))
        seen = f"mean {days:.1f} days, median {median:.0f}, n = {len(lag.observed)}{best}"
        text = f"{files}, won and dated: {seen}"
        draft.source(f"activities.{name}.lag", text, error)
    draft.tree["activities"][name] = content
    draft.source(
        f"activities.{name}.yields",
        f"{draft.where}, {segment}: {in_words(rate)}{'; ' + said if said else ''}",
        half_width(rate),
    )
    text = f"{draft.where}, {segment}: n = {count} in {study.weeks:.1f} weeks"
    draft.source(f"activities.{name}.baseline", text, count_width(draft))
    draft.assumed(f"activities.{name}.hours", "work per lead is not in a CRM")


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
