"""Leads by source, as a CRM shows them."""

from __future__ import annotations

import math

import polars as pl

from optimizer.history.draft.sourced_values import (
    LABELS,
    Draft,
    Said,
    as_it_is,
    count_width,
    half_width,
    in_words,
    joined,
    label,
    said,
    short,
)
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.rates import rate_of
from optimizer.history.estimate.spending import SourceCost
from optimizer.scenario.problems import as_name, number

ALL, UNKNOWN = "all_sources", "unknown_source"
"""Leads by source where no lead has one, and those without one."""


def split_leads(study: Study) -> dict[str, pl.DataFrame]:
    """Mature leads by the stage they enter."""
    mature, good = study.mature, study.given.deals.good
    if good is None or not mature[f"step_{good}"].any() or mature[f"step_{good}"].all():
        return {"lead": mature}
    flag = pl.col(f"step_{good}")
    return {"good_lead": mature.filter(flag), "lead": mature.filter(~flag)}


def add_leads(draft: Draft, segments: dict[str, pl.DataFrame]) -> None:
    """Sources that cost money are campaigns; the others bring leads by themselves."""
    study = draft.study
    unnamed = ALL if study.mature["source"].null_count() == study.mature.height else UNKNOWN
    mature = _with_sources(study.mature, unnamed)
    counts = dict(mature.group_by("source").agg(pl.len()).iter_rows())
    # Without an export of costs every source is marketing's work, at a cost that nobody has named.
    bought = study.costs or counts
    paid = [s for s in sorted(counts) if s in bought and counts[s] >= study.given.least]
    for source in paid:
        _campaign(draft, source, mature.filter(pl.col("source") == source), study.costs.get(source))
    if not paid:  # no source is large enough to be told apart: marketing's work is all of them together
        paid = sorted(counts)
        _campaign(draft, ALL, mature, _together([study.costs[s] for s in paid if s in study.costs]))
    own = mature.filter(~pl.col("source").is_in(paid))
    for segment, leads in segments.items():
        free = _with_sources(leads, unnamed).filter(~pl.col("source").is_in(paid))
        n, inflow = free.height, study.per_period(free.height)
        draft.tree["stages"][segment] = {
            "label": label(segment),
            "owner": draft.answers,
            "inflow": short(inflow),
        }
        known = {"n": str(n), "own": str(own.height), "weeks": f"{study.weeks:.1f}"}
        text = said("free", where=draft.where, **known)
        draft.source(f"stages.{segment}.inflow", text, count_width(draft, free))


def _with_sources(leads: pl.DataFrame, unnamed: str) -> pl.DataFrame:
    return leads.with_columns(pl.col("source").cast(pl.String).fill_null(unnamed))


def _together(costs: list[SourceCost]) -> SourceCost | None:
    """Several sources as one; what the next lead costs is not known of them together."""
    if not costs:
        return None
    leads, wins = sum(c.leads for c in costs), sum(c.wins for c in costs)
    return SourceCost(sum(c.cost for c in costs), leads, wins, None)


def _named(draft: Draft, source: str) -> tuple[str, Said]:
    """A source as the scenario calls it, and for people."""
    if source in (ALL, UNKNOWN):
        return source, LABELS[source]
    name = as_name(source).lower()
    taken = name in draft.tree["activities"] or name in LABELS
    return f"source_{name}" if taken else name, as_it_is(source)


def _campaign(draft: Draft, source: str, leads: pl.DataFrame, cost: SourceCost | None) -> None:
    study, good = draft.study, draft.study.given.deals.good
    name, called = _named(draft, source)
    where = said("of_source", where=draft.where, source=called)
    yields, width = {"lead": 1.0}, 0.0
    if good is not None:
        rate = rate_of(leads, f"step_{good}")
        yields = {"good_lead": short(rate.rate), "lead": short(1 - rate.rate)}
        width = half_width(rate)
        text = said("promising", at=where, rate=in_words(rate))
        draft.source(f"activities.{name}.yields", text)
        draft.source(f"activities.{name}.yields.good_lead", text, width)
        draft.source(f"activities.{name}.yields.lead", text, width * rate.rate / max(1e-9, 1 - rate.rate))
    else:
        draft.source(f"activities.{name}.yields", said("a_lead", at=where))
    draft.tree["activities"][name] = {
        "label": {"en": called[0], "fr": called[1]},
        "team": "marketing",
        "yields": yields,
        "hours": draft.assume.work.campaign,
        "cash": short(cost.per_lead) if cost else 0.0,
        "baseline": short(study.per_period(leads.height)),
    }
    if cost is not None:
        _source_cost(draft, name, cost)
    else:
        draft.assumed(f"activities.{name}.cash", said("no_costs"), None)
    text = said("counted", at=where, n=str(leads.height))
    draft.source(f"activities.{name}.baseline", text, count_width(draft, leads))
    draft.assumed(f"activities.{name}.hours", said("hours_per_lead"))


def _source_cost(draft: Draft, name: str, cost: SourceCost) -> None:
    """The average; the range reaches what the next lead costs if leads follow spend as they did."""
    files = ", ".join(draft.study.history.files.get("spend", ()))
    spent = {"cost": number(round(cost.cost, 2)), "leads": str(cost.leads)}
    text = said("cost", files=as_it_is(files), **spent)
    width, slope = 1.96 / math.sqrt(cost.leads), cost.elasticity
    if slope is not None:
        interval = f"{slope.value:.2f} [{slope.lo:.2f}, {slope.hi:.2f}]"
        text = joined(text, said("follow", interval=interval, weeks=str(slope.weeks)))
    if cost.per_next_lead is not None:
        width = max(width, abs(cost.per_next_lead / cost.per_lead - 1))
    draft.source(f"activities.{name}.cash", text, width)
