"""Work of today before it is written down: who does how much of it, what it yields, how long it takes.

Three kinds: campaigns and events bring leads from the market (rule R4), hourly work brings what was asked
of a year's prospecting or training, and ways take units from a stage (rules R2 and R3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.funnel_today import FunnelToday
from optimizer.scenario.start.library import LIBRARY, Campaigns, Estimate, Family, Hourly, Way
from optimizer.scenario.start.numbers import below, exactly

Kind = Literal["campaign", "hourly", "way"]
SHARE_BOUNDS = (0.05, 0.95)
"""Of leads that come from targeted campaigns."""
ALL_OF_IT = 1 - 1e-5
"""Units of later stages per unit beyond which six digits of a volume are too few."""
TARGETED, WIDE, EVENT = "targeted_campaign", "wide_net", "event"


@dataclass(frozen=True)
class Work:
    """One activity."""

    act: str
    family: Family
    team: str
    kind: Kind
    volume: float
    """Units per period, unrounded."""
    yields: Mapping[str, float]
    """Units of each later stage per unit."""
    hours: float
    """Per unit."""
    from_: str | None = None
    """The stage it takes units from."""
    way: Way | None = None
    cash: float = 0.0
    """Per unit [EUR]."""
    arriving: float = 0.0
    """Units that arrive at its stage."""
    passes: bool = False
    """A hand-over: its units are written in full, as a rounded one would lose leads."""
    hour_unit: bool = False
    """One unit is one hour, and no team's hours scale it."""
    cut: float = 1.0
    """What the volume is multiplied by before it is written, where a stage would be overdrawn by a digit."""

    @property
    def written(self) -> float:
        """The volume as it is written: rounded down, so that nothing is overdrawn."""
        return below(self.volume * self.cut, 12 if self._in_full else 6)

    @property
    def written_yields(self) -> dict[str, float]:
        """Yields with which the written volume brings exactly what the unrounded one does."""
        return {stage: exactly(units * self._rounded) for stage, units in self.yields.items() if units > 0}

    @property
    def written_cash(self) -> float:
        """Money per unit with which the written volume costs exactly what was answered."""
        return exactly(self.cash * self._rounded)

    @property
    def _rounded(self) -> float:
        """The volume over what is written of it."""
        return self.volume / self.written if self.written > 0 and not self._in_full else 1.0

    @property
    def _in_full(self) -> bool:
        """A hand-over, and a way that loses nothing: for a rounded volume it would yield more than all."""
        return self.passes or (self.from_ is not None and sum(self.yields.values()) > ALL_OF_IT)


def work_of(company: Company, funnel: FunnelToday) -> tuple[Work, ...]:
    """All work, with the library's hours: campaigns, hourly work, then ways in the order of the funnel."""
    return (*_campaign_work(company), *_hourly_work(company), *_ways(company, funnel))


def nothing_overdrawn(company: Company, funnel: FunnelToday, works: tuple[Work, ...]) -> tuple[Work, ...]:
    """Rule R2, the walk with written numbers: ways of a stage that would take more than arrives are cut."""
    arriving = {stage: exactly(units) for stage, units in funnel.inflow.items()}
    cut = {work.act: work for work in works}
    for source in (None, *(stage.id for stage in company.stages)):
        mine = [work for work in works if work.from_ == source]
        taken, there = sum(work.written for work in mine), arriving.get(source or "", 0.0)
        if source is not None and taken > there:
            mine = [replace(work, cut=there / taken) for work in mine]
            cut |= {work.act: work for work in mine}
        for work in mine:
            for stage, units in work.written_yields.items():
                arriving[stage] = arriving.get(stage, 0.0) + work.written * units
    return tuple(cut.values())


# --- from the market ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mix:
    """Where campaign leads come from (rule R4)."""

    targeted: float
    """Share of leads that come from targeted campaigns."""
    fit_targeted: float
    fit_wide: float
    """Shares of their leads that are in the target."""


def mix_of(fit: float) -> Mix:
    """The mix of targeted and wide campaigns that has the stated share in the target exactly; beyond what
    usual campaigns can give, they are better or worse than usual: targeted ones first, up to all leads."""
    targeted, wide = _mid(TARGETED, "fit_share"), _mid(WIDE, "fit_share")
    low, high = SHARE_BOUNDS
    share = min(high, max(low, (fit - wide) / (targeted - wide)))
    reached = share * targeted + (1 - share) * wide
    if fit > reached:
        better = min(1.0, (fit - (1 - share) * wide) / share)
        return Mix(share, better, (fit - share * better) / (1 - share))
    return Mix(share, targeted * fit / reached, wide * fit / reached)


def _campaign_work(company: Company) -> Iterator[Work]:
    campaign = company.form.campaign
    if campaign is None:
        return
    mix, leads = mix_of(company.shares["fit_share"]), company.counts[campaign.answer]
    parts = (
        (TARGETED, leads * mix.targeted, _to_target(campaign, mix.fit_targeted)),
        (WIDE, leads * (1 - mix.targeted), _to_target(campaign, mix.fit_wide)),
        (EVENT, company.counts[campaign.event_answer], campaign.event_to),
    )
    numbers = {family: units / _mid(family, "units_per_unit") for family, units, _ in parts}
    usual = sum(_mid(family, "cash") * number for family, number in numbers.items())
    cash = company.money("spend") / usual
    for family, units, to in parts:
        if units > 0:
            yields = {stage: _mid(family, "units_per_unit") * share for stage, share in to.items()}
            spent = _mid(family, "cash") * cash
            yield _market(family, family, campaign.team, "campaign", numbers[family], yields, spent)


def _to_target(campaign: Campaigns, fit: float) -> dict[str, float]:
    return {campaign.fit: fit, campaign.broad: 1 - fit}


def _hourly_work(company: Company) -> Iterator[Work]:
    for work in company.hourly:
        each = _result(work)
        number = company.counts[work.answer] * work.share / each
        cash = _mid_or(work.family, "cash", 0.0)
        yield _market(
            work.act,
            work.family,
            work.team,
            "hourly",
            number,
            {work.to: each},
            cash,
            hour_unit=work.unit_hours,
        )


def _result(work: Hourly) -> float:
    """What a unit of it brings."""
    if work.y_from is None:
        return _mid(work.family, "units_per_unit")
    return _mid(work.y_from, "units_per_unit") * _mid(work.family, "yield_vs_good")


def _market(
    act: str,
    family: str,
    team: str,
    kind: Kind,
    volume: float,
    yields: Mapping[str, float],
    cash: float,
    hour_unit: bool = False,
) -> Work:
    hours = 1.0 if hour_unit else _mid(family, "hours")
    about = LIBRARY.families[family]
    return Work(act, about, team, kind, volume, yields, hours, cash=cash, hour_unit=hour_unit)


# --- from stages ----------------------------------------------------------------------------------------


def _ways(company: Company, funnel: FunnelToday) -> Iterator[Work]:
    """x_a = F (1 - u) g_a (rule R2), with the yields of rule R3."""
    for stage in company.stages:
        if stage.owner is None:
            continue
        worked, arriving = funnel.worked[stage.id], funnel.arriving.get(stage.id, 0.0)
        for used in worked.ways:
            way, family = used.way, LIBRARY.families[used.way.family]
            yield Work(
                way.act,
                family,
                stage.owner,
                "way",
                arriving * (1 - worked.leave) * used.share,
                {to: used.rate * share for to, share in way.to.items()},
                _mid(way.family, "hours") * way.hours_factor,
                stage.id,
                way,
                _mid_or(way.family, "cash", 0.0) + way.cash_of_price * company.money("price"),
                arriving,
                stage.passes,
            )


def _mid(family: str, name: str) -> float:
    estimate: Estimate = getattr(LIBRARY.families[family], name)
    return estimate.mid


def _mid_or(family: str, name: str, otherwise: float) -> float:
    estimate: Estimate | None = getattr(LIBRARY.families[family], name)
    return estimate.mid if estimate else otherwise
