"""Teams beside marketing and sales, where a history tells their steps: handing leads over, keeping customers.

Leads that were handed over, and customers who stayed, are counted among leads old enough to be judged.
"""

from __future__ import annotations

import polars as pl

from optimizer.history.draft.sales_stages import add_lag, inflow_of, since_change
from optimizer.history.draft.sourced_values import (
    Draft,
    below,
    half_width,
    in_words,
    joined,
    label,
    said,
    short,
    work_label,
)
from optimizer.history.estimate.rates import Rate

HANDED, KEPT = "handed_lead", "kept_customer"


def add_closing(draft: Draft) -> None:
    """Sales work what was handed over to them; nothing where they answer leads themselves."""
    hours = draft.assume.work.close
    if draft.answers == "sales" or hours is None:
        return
    study, step = draft.study, draft.leads_to[1]
    handed = study.latest(study.mature.filter(pl.col(step) | pl.col("won")))
    rate = study.share_won(int(handed["won"].sum()), handed)
    draft.tree["stages"][HANDED] = {"label": label(HANDED), "owner": "sales"}
    text = joined(said("closed", where=draft.where, rate=in_words(rate)), *since_change(draft, handed))
    _add_work(draft, "close", ("sales", HANDED, "customer"), rate, hours)
    draft.source("activities.close_handed_lead.yields", text, half_width(rate) + study.unsettled(handed))
    add_lag(draft, "activities.close_handed_lead", draft.tree["activities"]["close_handed_lead"])


def add_keeping(draft: Draft) -> None:
    """Customer success work for customers who stay; nothing where the map names no such step."""
    step, hours = draft.study.given.deals.kept, draft.assume.work.keep
    if step is None or hours is None:
        return
    customers = draft.study.mature.filter("won")
    rate = Rate(int(customers[f"step_{step}"].sum()), customers.height)
    draft.tree["stages"]["customer"]["owner"] = "success"
    value = draft.tree["stages"]["customer"]["value"]
    draft.tree["stages"][KEPT] = {"label": label(KEPT), "value": value}
    draft.assumed(f"stages.{KEPT}.value", said("worth_again"), 0.5)
    _add_work(draft, "keep", ("success", "customer", KEPT), rate, hours)
    text = said("kept", where=draft.where, rate=in_words(rate))
    draft.source("activities.keep_customer.yields", text, half_width(rate))


def _add_work(draft: Draft, kind: str, way: tuple[str, str, str], rate: Rate, hours: float) -> None:
    """One way of working all that a stage receives."""
    team, stage, to = way
    name = f"{kind}_{stage}"
    draft.tree["activities"][name] = {
        "label": work_label(kind, stage),
        "team": team,
        "from": stage,
        "yields": {to: short(rate.rate)},
        "hours": hours,
        "baseline": below(inflow_of(draft, stage)),
    }
    draft.source(f"activities.{name}.baseline", said("every_one"))
    draft.assumed(f"activities.{name}.hours", said("hours_per_lead"))
