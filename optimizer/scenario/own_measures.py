"""A measure that several teams have each for itself: `bookings_north` of north is `bookings_south` of south.

Teams that must have equal weights (`rules.same`) may be paid each on its own results. The name says so: what
follows that of the measure is the team's, as `incentives split` writes it.
"""

from __future__ import annotations

from optimizer.scenario.types import Scenario


def own_name(name: str, team: str) -> str:
    """What a team's own of something that several have is called: `bookings_north`."""
    return f"{name}_{team}"


def common_name(team: str, kpi: str) -> str:
    """What a team's own measure is called without the team: `bookings` for `bookings_north` of north."""
    return kpi.removesuffix(own_name("", team))


def measures_of(scenario: Scenario, team: str) -> dict[str, str]:
    """The KPIs that may be used for a team, by their common names."""
    allowed = scenario.rules.measures.get(team, tuple(scenario.kpis))
    return {common_name(team, kpi): kpi for kpi in allowed}


def counterparts(scenario: Scenario, one: str, other: str) -> tuple[int, ...]:
    """For every KPI of the scenario, as a measure of `other`, the place of that of `one` which must weigh the
    same: itself, but for measures that each team has for itself."""
    kpis = list(scenario.kpis)
    found, theirs = list(range(len(kpis))), measures_of(scenario, other)
    for name, kpi in measures_of(scenario, one).items():
        twin = theirs.get(name, kpi)
        if twin in scenario.kpis and kpi in scenario.kpis and twin != kpi:
            mine, its = kpis.index(kpi), kpis.index(twin)
            found[its], found[mine] = mine, its
    return tuple(found)
