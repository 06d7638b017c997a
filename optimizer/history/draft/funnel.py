"""Leads by source, as a CRM shows them."""

from __future__ import annotations

import math

import polars as pl

from optimizer.history.draft.sourced_values import (
    LABELS,
    Draft,
    count_width,
    half_width,
    in_words,
    label,
    short,
)
from optimizer.history.estimate.rates import rate_of
from optimizer.history.estimate.spending import SourceCost
from optimizer.scenario.problems import as_name, number


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
    for segment, leads in segments.items():
        known = leads.with_columns(pl.col("source").cast(pl.String).fill_null("missing"))
        free = known.filter(~pl.col("source").is_in(paid))
        n, inflow = free.height, study.per_period(free.height)
        draft.tree["stages"][segment] = {"label": label(segment), "owner": "sales", "inflow": short(inflow)}
        text = f"{draft.where}, sources without cost: {n} of {own.height} leads in {study.weeks:.1f} weeks"
        draft.source(f"stages.{segment}.inflow", text, count_width(draft, free))


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
        _source_cost(draft, name, cost)
    else:
        draft.assumed(f"activities.{name}.cash", "no export of costs: 0", None)
    draft.source(
        f"activities.{name}.baseline",
        f"{draft.where}, source = {source}: n = {leads.height}",
        count_width(draft, leads),
    )
    draft.assumed(f"activities.{name}.hours", "work per lead is not in a CRM")


def _source_cost(draft: Draft, name: str, cost: SourceCost) -> None:
    """The average; the range reaches what the next lead costs if leads follow spend as they did."""
    files = ", ".join(draft.study.history.files.get("spend", ()))
    text = f"{files}: {number(round(cost.cost, 2))} for {cost.leads} leads, an average and no marginal cost"
    width, slope = 1.96 / math.sqrt(cost.leads), cost.elasticity
    if slope is not None:
        interval = f"{slope.value:.2f} [{slope.lo:.2f}, {slope.hi:.2f}], {slope.weeks} weeks"
        text += (
            f"; leads follow weekly spend with elasticity {interval}, "
            "which is weak evidence: budgets are raised when leads come easily"
        )
    if cost.per_next_lead is not None:
        width = max(width, abs(cost.per_next_lead / cost.per_lead - 1))
    draft.source(f"activities.{name}.cash", text, width)
