"""Pilots as tables: the only place where their numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from optimizer.rollout.pilot import ALPHA, ENOUGH, Design, Pilot
from optimizer.scenario.types import Scenario
from optimizer.tables.columns import label_cells, named_cells
from optimizer.tables.labels import label_of, scenario_label
from optimizer.tables.table import Tables

_LABELS = {"label_en": "name for people, in English", "label_fr": "name for people, in French"}
_KPI = {
    "kpi": "what the pilot is judged by",
    "kpi_en": "the KPI's label in English",
    "kpi_fr": "the KPI's label in French",
}
_DESIGN = {
    "people": "people on the new plan",
    "others": "people of the team who stay on the current one",
    "periods": "length of the pilot; as many periods before it are compared with",
    "effect": "mean change of attainment that the plan is simulated to make",
    "detectable": "smallest change seen with a probability of 80 %; empty: none",
    "power": "probability that the change is seen",
}

COLUMNS: dict[str, dict[str, str]] = {
    "summary": {
        "scenario": "name of the scenario",
        **_LABELS,
        "currency": "ISO code",
        "period": "month, quarter, half_year or year",
        "decimals": "decimals with which money is printed",
        "plan": "the plan to test",
        "seed": "of the draws",
        "alpha": "probability that a change is seen where there is none",
        "enough": "probability that a real change is seen, from which on a design will do",
        "team": "the team to test in; empty where no design will do",
        "team_en": "its label in English",
        "team_fr": "its label in French",
        **_KPI,
        **_DESIGN,
    },
    "teams": {
        "team": "name of the team",
        **_LABELS,
        **_KPI,
        "headcount": "people in the team",
        "luck": "standard deviation of one person's own luck in a period",
        "will_do": "whether a design within the headcount will do",
        **_DESIGN,
        "needed": "people, half of them in the longest pilot, that would do; empty: no number would",
    },
    "designs": {
        "team": "name of the team",
        "kpi": "what the pilot is judged by",
        **_DESIGN,
        "textbook": "power by the normal formula, which ignores that the spread is estimated",
        "will_do": "whether the power is enough",
    },
    "left_out": {
        "team": "name of the team",
        **_LABELS,
        "reason": "no_headcount, too_few_people or nothing_moves",
    },
}


def pilot_tables(
    scenario: Scenario, plan: str, seed: int, pilots: Sequence[Pilot], changed: Sequence[str]
) -> Tables:
    """Every table of COLUMNS; `changed` are the teams whose pay the plan changes."""
    rows = {
        "summary": [_summary(scenario, plan, seed, pilots)],
        "teams": [_team(scenario, p) for p in pilots],
        "designs": [row for p in pilots for row in _designs(scenario, p)],
        "left_out": list(_left_out(scenario, pilots, changed)),
    }
    return {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in COLUMNS.items()}


def _names(scenario: Scenario, pilot: Pilot) -> tuple[str, str]:
    return list(scenario.teams)[pilot.setting.team], list(scenario.kpis)[pilot.setting.kpi]


def _summary(scenario: Scenario, plan: str, seed: int, pilots: Sequence[Pilot]) -> dict[str, Any]:
    able = [p for p in pilots if p.smallest is not None]
    best = min(able, key=lambda p: p.smallest.size if p.smallest else (0, 0), default=None)
    start = {
        "scenario": scenario.name,
        **label_cells(scenario_label(scenario)),
        "currency": scenario.currency,
        "period": scenario.period,
        "decimals": 0,
        "plan": plan,
        "seed": seed,
        "alpha": ALPHA,
        "enough": ENOUGH,
    }
    if best is None or best.smallest is None:
        texts = ("team", "team_en", "team_fr", *_KPI)
        return {**start, **dict.fromkeys(texts, ""), **dict.fromkeys(_DESIGN, math.nan)}
    team, kpi = _names(scenario, best)
    return {
        **start,
        "team": team,
        **named_cells("team", label_of(team, scenario.teams)),
        "kpi": kpi,
        **named_cells("kpi", label_of(kpi, scenario.kpis)),
        **_design(best, best.smallest),
    }


def _team(scenario: Scenario, pilot: Pilot) -> dict[str, Any]:
    team, kpi = _names(scenario, pilot)
    return {
        "team": team,
        **label_cells(label_of(team, scenario.teams)),
        "kpi": kpi,
        **named_cells("kpi", label_of(kpi, scenario.kpis)),
        "headcount": pilot.setting.people,
        "luck": pilot.setting.own,
        "will_do": pilot.smallest is not None,
        **_design(pilot, pilot.smallest or pilot.strongest),
        "needed": pilot.needed,
    }


def _design(pilot: Pilot, design: Design) -> dict[str, Any]:
    return {
        "people": design.people,
        "others": pilot.setting.people - design.people,
        "periods": design.periods,
        "effect": design.effect,
        "detectable": design.detectable,
        "power": design.power,
    }


def _designs(scenario: Scenario, pilot: Pilot) -> Iterator[dict[str, Any]]:
    team, kpi = _names(scenario, pilot)
    for design in pilot.designs:
        power = {"textbook": design.textbook, "will_do": design.enough}
        yield {"team": team, "kpi": kpi, **_design(pilot, design), **power}


def _left_out(
    scenario: Scenario, pilots: Sequence[Pilot], changed: Sequence[str]
) -> Iterator[dict[str, Any]]:
    tested = {_names(scenario, p)[0] for p in pilots}
    for name in (n for n in changed if n not in tested):
        people = scenario.teams[name].headcount
        few = "too_few_people" if people is not None and people < 4 else "nothing_moves"
        reason = "no_headcount" if people is None else few
        yield {"team": name, **label_cells(label_of(name, scenario.teams)), "reason": reason}
