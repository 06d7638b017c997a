"""Rule R6: hours. H = heads x 130 hours x months, of which 0.78 are booked by the listed work.

Hours per unit of a team are multiplied by one factor, within 0.5 to 2: the ratio of good to quick work, which
decides, is untouched. Work whose unit is an hour keeps its volume, unless it takes half of the booked hours:
then it is set to 0.35 H, and an hour brings more. Campaigns have no natural size: where the factor would be
outside of its bounds, they are made larger or smaller (number times k, leads and cash of one over k). Hours
of a delivery team are free: projects differ by two orders of magnitude.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.library import LIBRARY, TeamForm
from optimizer.scenario.start.work import Work

FACTOR = (0.5, 2.0)
FREE = ("delivery",)
"""Functions whose hours are free."""
HALF, SCALED = 0.5, 0.35
"""Share of booked hours above which hourly work is scaled, and the share of all hours it then has."""
SIZE = (0.1, 10.0)
"""How far the number of campaigns may be from the usual."""
FULL, IDLE = 0.95, 0.45
"""Booked shares beyond which the answers do not fit the team, or the team has other work."""


@dataclass(frozen=True)
class TeamHours:
    """What became of a team's hours."""

    team: str
    hours: float
    """H [hours/period]."""
    wanted: float
    """The factor on usual hours that would book 0.78 of H."""
    usual: float
    """Share of H that the listed work would take with usual hours."""
    factor: float
    """The one that was taken."""
    size: float
    """k: campaigns over their usual number."""
    by_hour: float
    """Share of H of work that is counted in hours, which the factor leaves as it is."""
    hourly: float | None
    """Hours of prospecting as they were set, where usual ones would have taken too much; else None."""
    booked: float
    """Share of H that the listed work takes now."""


def team_hours(company: Company, team: str) -> float:
    """H of a team [hours/period]."""
    per_head = LIBRARY.parameters["hours_per_head_month"].mid
    return company.answers.teams[team].heads * per_head * company.months


def with_hours(company: Company, works: tuple[Work, ...]) -> tuple[tuple[Work, ...], tuple[TeamHours, ...]]:
    """The work with hours that fit the teams, and what was done to them."""
    fitted = [_fitted(company, team, [w for w in works if w.team == team.id]) for team in company.form.teams]
    by_act = {work.act: work for team_works, _ in fitted for work in team_works}
    return tuple(by_act[work.act] for work in works), tuple(told for _, told in fitted)


def _fitted(company: Company, team: TeamForm, works: list[Work]) -> tuple[list[Work], TeamHours]:
    hours = team_hours(company, team.id)
    wanted_hours = LIBRARY.parameters["booked_share"].mid * hours
    works, hourly = _scaled_hourly(works, hours, wanted_hours)
    by_hour = _booked([w for w in works if w.hour_unit])
    usual = _booked([w for w in works if not w.hour_unit])
    wanted = (wanted_hours - by_hour) / usual if usual > 0 else 1.0
    low, high = (1e-6, float("inf")) if team.function in FREE else FACTOR
    factor = min(high, max(low, wanted))
    size = _size(works, wanted_hours - by_hour, factor) if factor != wanted else 1.0
    scaled = [_scaled(work, factor, size) for work in works]
    would = (by_hour + usual) / hours
    told = TeamHours(
        team=team.id,
        hours=hours,
        wanted=wanted,
        usual=would,
        factor=factor,
        size=size,
        by_hour=by_hour / hours,
        hourly=hourly,
        booked=_booked(scaled) / hours,
    )
    return scaled, told


def _booked(works: list[Work]) -> float:
    return sum(work.hours * work.volume for work in works)


def _scaled_hourly(works: list[Work], hours: float, wanted: float) -> tuple[list[Work], float | None]:
    """Prospecting that would take more than half of the booked hours is set to 0.35 H."""
    usual = _booked([w for w in works if w.hour_unit])
    if usual <= HALF * wanted:
        return works, None
    scale = SCALED * hours / usual
    return [_resized(work, scale) if work.hour_unit else work for work in works], SCALED * hours


def _resized(work: Work, scale: float) -> Work:
    """Another number of units that bring the same in all, and cost the same."""
    yields: Mapping[str, float] = {stage: units / scale for stage, units in work.yields.items()}
    return replace(work, volume=work.volume * scale, yields=yields, cash=work.cash / scale)


def _size(works: list[Work], wanted: float, factor: float) -> float:
    """k: the number of campaigns over the usual one that books what is wanted at the factor's bound."""
    campaigns = _booked([w for w in works if w.kind == "campaign"]) * factor
    others = _booked([w for w in works if w.kind != "campaign" and not w.hour_unit]) * factor
    if campaigns <= 0:
        return 1.0
    return min(SIZE[1], max(SIZE[0], (wanted - others) / campaigns))


def _scaled(work: Work, factor: float, size: float) -> Work:
    if work.hour_unit:
        return work
    sized = _resized(work, size) if work.kind == "campaign" and size != 1.0 else work
    return replace(sized, hours=sized.hours * factor)
