"""Pilots as tables: the only place where their numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from optimizer.rollout.pilot import ALPHA, ENOUGH, Design, Pilot
from optimizer.scenario.types import Scenario
from optimizer.tables.labels import LABELS, labels_rows
from optimizer.tables.table import Column, Row, Table, Tables, frames_of

_KPI = {"kpi": Column(str, "name", "what the pilot is judged by", "kpi")}
_DESIGN = {
    "people": Column(int, "count", "people on the new plan"),
    "others": Column(int, "count", "people of the team who stay on the current one"),
    "periods": Column(int, "periods", "length of the pilot; as many periods before it are compared with"),
    "effect": Column(float, "attainment", "mean change of attainment that the plan is simulated to make"),
    "detectable": Column(float, "attainment", "smallest change seen with a probability of 80 %; empty: none"),
    "power": Column(float, "share", "probability that the change is seen"),
}


def pilot_tables(
    scenario: Scenario, plan: str, seed: int, pilots: Sequence[Pilot], changed: Sequence[str]
) -> Tables:
    """Every table of TABLES; `changed` are the teams whose pay the plan changes."""
    rows = {
        "summary": [_summary(scenario, plan, seed, pilots)],
        "teams": [_team(scenario, p) for p in pilots],
        "designs": [row for p in pilots for row in _designs(scenario, p)],
        "left_out": list(_left_out(scenario, pilots, changed)),
        "labels": list(labels_rows(scenario)),
    }
    return frames_of(TABLES, rows)


def _names(scenario: Scenario, pilot: Pilot) -> tuple[str, str]:
    return list(scenario.teams)[pilot.setting.team], list(scenario.kpis)[pilot.setting.kpi]


SUMMARY = Table(
    "summary",
    scenario=Column(str, "name", "name of the scenario", "company"),
    currency=Column(str, "iso", "of ISO 4217"),
    period=Column(str, "code", "month, quarter, half_year or year", "period"),
    placeholders=Column(
        int, "count", "numbers of the file that nobody has given yet; with any, this is a draft"
    ),
    decimals=Column(int, "count", "decimals with which money is printed"),
    plan=Column(str, "text", "the plan to test"),
    seed=Column(int, "id", "of the draws"),
    alpha=Column(float, "share", "probability that a change is seen where there is none"),
    enough=Column(float, "share", "probability that a real change is seen, from which on a design will do"),
    team=Column(str, "name", "the team to test in; empty where no design will do", "team"),
    **_KPI,
    people=Column(float, "count", "people on the new plan"),
    others=Column(float, "count", "people of the team who stay on the current one"),
    periods=Column(float, "periods", "length of the pilot; as many periods before it are compared with"),
    effect=Column(float, "attainment", "mean change of attainment that the plan is simulated to make"),
    detectable=Column(float, "attainment", "smallest change seen with a probability of 80 %; empty: none"),
    power=Column(float, "share", "probability that the change is seen"),
)


def _summary(scenario: Scenario, plan: str, seed: int, pilots: Sequence[Pilot]) -> Row:
    able = [p for p in pilots if p.smallest is not None]
    smallest = min(able, key=lambda p: p.smallest.size if p.smallest else (0, 0), default=None)
    start = {
        "scenario": scenario.name,
        "currency": scenario.currency,
        "period": scenario.period,
        "placeholders": len(scenario.placeholders),
        "decimals": 0,
        "plan": plan,
        "seed": seed,
        "alpha": ALPHA,
        "enough": ENOUGH,
    }
    if smallest is None or smallest.smallest is None:
        texts = ("team", "kpi")
        return {**start, **dict.fromkeys(texts, ""), **dict.fromkeys(_DESIGN, math.nan)}
    team, kpi = _names(scenario, smallest)
    return {
        **start,
        "team": team,
        "kpi": kpi,
        **_design(smallest, smallest.smallest),
    }


TEAMS = Table(
    "teams",
    team=Column(str, "name", "name of the team", "team"),
    **_KPI,
    headcount=Column(int, "count", "people in the team"),
    luck=Column(float, "attainment", "standard deviation of one person's own luck in a period"),
    will_do=Column(bool, "flag", "whether a design within the headcount will do"),
    **_DESIGN,
    needed=Column(
        float, "count", "people, half of them in the longest pilot, that would do; empty: no number would"
    ),
)


def _team(scenario: Scenario, pilot: Pilot) -> Row:
    team, kpi = _names(scenario, pilot)
    return {
        "team": team,
        "kpi": kpi,
        "headcount": pilot.setting.people,
        "luck": pilot.setting.own,
        "will_do": pilot.smallest is not None,
        **_design(pilot, pilot.smallest or pilot.strongest),
        "needed": pilot.needed,
    }


def _design(pilot: Pilot, design: Design) -> Row:
    return {
        "people": design.people,
        "others": pilot.setting.people - design.people,
        "periods": design.periods,
        "effect": design.effect,
        "detectable": design.detectable,
        "power": design.power,
    }


DESIGNS = Table(
    "designs",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "what the pilot is judged by", "kpi"),
    **_DESIGN,
    textbook=Column(
        float, "share", "power by the normal formula, which ignores that the spread is estimated"
    ),
    will_do=Column(bool, "flag", "whether the power is enough"),
)


def _designs(scenario: Scenario, pilot: Pilot) -> Iterator[Row]:
    team, kpi = _names(scenario, pilot)
    for design in pilot.designs:
        power = {"textbook": design.textbook, "will_do": design.enough}
        yield {"team": team, "kpi": kpi, **_design(pilot, design), **power}


LEFT_OUT = Table(
    "left_out",
    team=Column(str, "name", "name of the team", "team"),
    reason=Column(str, "code", "no_headcount, too_few_people or nothing_moves", "pilot.left_out"),
)


def _left_out(scenario: Scenario, pilots: Sequence[Pilot], changed: Sequence[str]) -> Iterator[Row]:
    tested = {_names(scenario, p)[0] for p in pilots}
    for name in (n for n in changed if n not in tested):
        people = scenario.teams[name].headcount
        few = "too_few_people" if people is not None and people < 4 else "nothing_moves"
        reason = "no_headcount" if people is None else few
        yield {"team": name, "reason": reason}


TABLES = (SUMMARY, TEAMS, DESIGNS, LEFT_OUT, LABELS)
