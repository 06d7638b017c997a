"""Stages and activities as the file holds them.

How far gaming could go (`reach`): the family's share of what arrives at its stage, and at least that share
more than is seen today; of campaigns, that share more than today. `entry` stands only where nobody does it
yet.
"""

from __future__ import annotations

from typing import Any

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.funnel_today import FunnelToday
from optimizer.scenario.start.library import LIBRARY, StageForm
from optimizer.scenario.start.numbers import exactly, short
from optimizer.scenario.start.work import Work

REACH_UNSEEN = 0.1
"""Of what arrives, for work that nobody does today and that is no gaming."""


def reach_of(work: Work) -> float | None:
    """Units per period it could come to; None for honest work that is done today."""
    if work.family.reach_share is not None or work.family.gaming:
        share = work.family.reach_share.mid if work.family.reach_share else REACH_UNSEEN
        return short(max(share * work.arriving, (1 + share) * work.written)) or 1.0
    return None if work.written > 0 else short(REACH_UNSEEN * work.arriving) or 1.0


def entry_of(work: Work) -> float | None:
    """How much better gaming must become before people start; None where it is done, or honest."""
    if work.written > 0 or not work.family.gaming:
        return None
    return LIBRARY.parameters["entry"].mid if work.family.entry is None else work.family.entry.mid


def stage_trees(company: Company, funnel: FunnelToday, values: dict[str, float]) -> dict[str, Any]:
    """The section `stages`."""
    return {stage.id: _stage(stage, funnel, values) for stage in company.stages}


def _stage(stage: StageForm, funnel: FunnelToday, values: dict[str, float]) -> dict[str, Any]:
    tree: dict[str, Any] = {"label": stage.label.model_dump()}
    if stage.owner is not None:
        tree["owner"] = stage.owner
    if funnel.inflow.get(stage.id, 0.0) > 0:
        tree["inflow"] = exactly(funnel.inflow[stage.id])
    if stage.id in values:
        tree["value"] = values[stage.id]
    return tree


def activity_trees(company: Company, works: tuple[Work, ...], lags: dict[str, float]) -> dict[str, Any]:
    """The section `activities`."""
    return {work.act: _activity(company, work, works, lags[work.act]) for work in works}


def _activity(company: Company, work: Work, works: tuple[Work, ...], lag: float) -> dict[str, Any]:
    optional = {"from": work.from_, "reach": reach_of(work), "entry": entry_of(work)}
    tree: dict[str, Any] = {"label": label_of(company, work, works), "team": work.team}
    tree |= {name: value for name, value in optional.items() if value is not None}
    tree |= {"yields": work.written_yields, "hours": short(work.hours), "cash": work.written_cash}
    tree |= {"lag": lag, "baseline": work.written, "gaming": work.family.gaming}
    return {name: value for name, value in tree.items() if value or name == "baseline"}


def label_of(company: Company, work: Work, works: tuple[Work, ...]) -> dict[str, str]:
    """The way's own name, else the family's, with the stage where several activities are of that family."""
    own = work.way.label if work.way is not None else None
    name = (own or work.family.label).model_dump()
    alike = [other for other in works if other.family.id == work.family.id and own is None]
    if len(alike) <= 1 or work.from_ is None:
        return dict(name)
    stage = company.form.stage[work.from_].label
    return {"en": f"{name['en']} ({stage.en})", "fr": f"{name['fr']} ({stage.fr})"}
