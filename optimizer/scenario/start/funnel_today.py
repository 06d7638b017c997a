"""What flows through the funnel today, unrounded: arrivals of every stage, and how each is worked.

Order of the walk: what arrives by itself, from campaigns and from prospecting; then the stages in the order
of the archetype, each passing its successes on. Rules R3 (rates) and R4 (leads in the target) apply on the
way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.library import LIBRARY, StageForm
from optimizer.scenario.start.way_yields import PUSHED, Worked, class_rates, ways_of

MOST_PUSHED = 0.9
"""Largest share of a stage's successes that is pushed."""


@dataclass(frozen=True)
class FunnelToday:
    """Arrivals and work."""

    arriving: Mapping[str, float]
    """F: units per period by stage, what comes by itself included."""
    inflow: Mapping[str, float]
    """What comes by itself."""
    worked: Mapping[str, Worked]
    """By stage that has an owner."""
    rates: Mapping[str, float]
    """c of every worked stage, per unit arriving."""

    def count(self, stages: tuple[str, ...]) -> float:
        """Units that enter any of the stages."""
        return sum(self.arriving.get(stage, 0.0) for stage in stages)


def funnel_of(company: Company, only: Container[str] | None = None) -> FunnelToday:
    """The walk; through some of the stages only, where no more is asked."""
    inflow = inflows(company)
    arriving: dict[str, float] = defaultdict(float, inflow)
    for stage, units in _from_market(company):
        arriving[stage] += units
    worked: dict[str, Worked] = {}
    rates: dict[str, float] = {}
    for stage_form in company.stages:
        if stage_form.owner is None or (only is not None and stage_form.id not in only):
            continue
        rates.update(_rates(company, stage_form, arriving, rates))
        rate = rates[stage_form.id]
        pushed = _pushed(company, stage_form, arriving, rates)
        done = ways_of(stage_form, rate, company.leave(stage_form), pushed)
        worked[stage_form.id] = done
        for stage, units in passed_on(done, arriving[stage_form.id]):
            arriving[stage] += units
    return FunnelToday(dict(arriving), inflow, worked, rates)


def inflows(company: Company) -> dict[str, float]:
    """What arrives by itself; of a count that prospecting or training also bring, what they do not bring."""
    brought: dict[str, float] = defaultdict(float)
    for work in company.hourly:
        brought[work.answer] += work.share
    return {
        stage.id: company.counts[stage.inflow] * (1 - brought[stage.inflow])
        for stage in company.stages
        if stage.inflow is not None
    }


def _from_market(company: Company) -> list[tuple[str, float]]:
    """Leads of campaigns and events, results of prospecting."""
    found = [(work.to, company.counts[work.answer] * work.share) for work in company.hourly]
    campaign = company.form.campaign
    if campaign is None:
        return found
    leads, fit = company.counts[campaign.answer], company.shares["fit_share"]
    events = company.counts[campaign.event_answer]
    found += [(campaign.fit, leads * fit), (campaign.broad, leads * (1 - fit))]
    return found + [(stage, events * share) for stage, share in campaign.event_to.items()]


def _rates(
    company: Company, stage: StageForm, arriving: Mapping[str, float], known: Mapping[str, float]
) -> dict[str, float]:
    """The stage's rate, or those of its whole group when the first of it is met."""
    if stage.id in known:
        return {}
    if stage.passes:
        return {stage.id: 1 - company.leave(stage)}
    if stage.group is None:
        return {stage.id: company.rate(stage)}
    members = [s for s in company.stages if s.group == stage.group]
    factors = {s.id: _factor(s) for s in members}
    return class_rates(company.rate(stage), {s.id: arriving.get(s.id, 0.0) for s in members}, factors)


def _factor(stage: StageForm) -> float:
    """k: the stage's rate against its group's."""
    if not isinstance(stage.class_factor, str):
        return stage.class_factor
    estimate = LIBRARY.families[stage.class_factor].yield_vs_good
    assert estimate is not None
    return estimate.mid


def _pushed(
    company: Company, stage: StageForm, arriving: Mapping[str, float], rates: Mapping[str, float]
) -> float:
    """d: the share of the stage's successes that come by the way of which that was asked. Discounts are a
    share of what the stage signs; sales that lapse a share of all that is signed, spread evenly over the
    stages that can push."""
    way = next((way for way in stage.ways if way.share in PUSHED), None)
    if way is None:
        return 0.0
    if way.share == "discount_share_ways":
        return company.shares["discount_share"]
    wanted = company.shares["push_share"] * company.counts[company.form.count]
    mine = [s for s in company.stages if any(w.share == way.share for w in s.ways)]
    successes = sum(rates.get(s.id, company.rate(s)) * arriving.get(s.id, 0.0) for s in mine)
    return min(MOST_PUSHED, wanted / successes) if successes > 0 else 0.0


def passed_on(worked: Worked, arriving: float) -> list[tuple[str, float]]:
    """What a stage's ways yield, by stage."""
    taken = arriving * (1 - worked.leave)
    return [
        (stage, taken * way.share * way.rate * share)
        for way in worked.ways
        for stage, share in way.way.to.items()
    ]
