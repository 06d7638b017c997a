"""What a short workbook computes beside what is filled in: formulas, and their values as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from optimizer.scenario.types import Scenario
from optimizer.scenario.xlsx.rows import column_letters
from optimizer.scenario.xlsx.short.company import Company
from optimizer.scenario.xlsx.short.pages import PlacedBlock


class Computed(NamedTuple):
    formula: str
    value: Any


Blocks = Mapping[str, PlacedBlock]


def computed(company: Company, blocks: Blocks, block: str, code: str, number: int) -> Computed:
    """A computed cell of a row of a block, counted from 0; rows to fill in are computed too."""
    row = blocks[block].first + number
    names = list(getattr(company.scenario, block))
    name = names[number] if number < len(names) else None
    return _FORMULAS[block, code](company, blocks, row, name)


def range_of(placed: PlacedBlock, code: str, page: str = "") -> str:
    """The cells of a column of a block, named from another sheet."""
    letters = column_letters(placed.column(code))
    where = "" if placed.page == page else f"{quoted(placed.page)}!"
    return f"{where}${letters}${placed.first + 1}:${letters}${placed.last + 1}"


def quoted(page: str) -> str:
    return "'" + page.replace("'", "''") + "'"


def cell_of(placed: PlacedBlock, code: str, row: int) -> str:
    """The cell of a column of a block in a row, named from the same sheet."""
    return f"${column_letters(placed.column(code))}{row + 1}"


def _hours_of_activity(company: Company, blocks: Blocks, row: int, name: str | None) -> Computed:
    own, activity = blocks["activities"], company.scenario.activities.get(name or "")
    formula = f"=N({cell_of(own, 'hours', row)})*N({cell_of(own, 'baseline', row)})"
    return Computed(formula, activity.hours * activity.baseline if activity else 0)


def _hours_of_team(company: Company, blocks: Blocks, row: int, name: str | None) -> Computed:
    own, work = blocks["teams"], blocks["activities"]
    spent = f"{range_of(work, 'hours', own.page)}*{range_of(work, 'baseline', own.page)}"
    formula = f"=SUMPRODUCT({_is(own, row, range_of(work, 'team', own.page))}*{spent})"
    done = [a.hours * a.baseline for a in company.scenario.activities.values() if a.team == name]
    return Computed(formula, sum(done))


def _is(own: PlacedBlock, row: int, cells: str) -> str:
    """Whether cells name the thing of a row, by its label or its code."""
    return f"(({cells}={cell_of(own, 'label', row)})+({cells}={cell_of(own, 'code', row)})>0)"


def _variable_share(company: Company, blocks: Blocks, row: int, name: str | None) -> Computed:
    own, team = blocks["teams"], company.scenario.teams.get(name or "")
    base, target = (cell_of(own, code, row) for code in ("base_pay", "target_pay"))
    whole = team.base_pay + team.current_pay if team else 0
    share = team.current_pay / whole if team and whole else 0
    return Computed(f"=IF(N({base})+N({target})>0,N({target})/(N({base})+N({target})),0)", share)


def _arrives(company: Company, blocks: Blocks, row: int, name: str | None) -> Computed:
    own, work = blocks["stages"], blocks["activities"]
    baseline = range_of(work, "baseline", own.page)
    pairs = [code for code in work.filled.codes if code.startswith("to.")]
    terms = [
        f"SUMPRODUCT({_is(own, row, range_of(work, code, own.page))}*{baseline}"
        f"*{range_of(work, code.replace('to.', 'units.'), own.page)})"
        for code in pairs
    ]
    return Computed(
        "=" + "+".join([f"N({cell_of(own, 'inflow', row)})", *terms]), _arriving(company.scenario, name)
    )


def _arriving(scenario: Scenario, stage: str | None) -> float:
    if stage is None:
        return 0
    brought = (a.baseline * a.yields.get(stage, 0) for a in scenario.activities.values())
    return scenario.stages[stage].inflow + sum(brought)


def _kind(company: Company, blocks: Blocks, row: int, name: str | None) -> Computed:
    own, credit, say = blocks["kpis"], blocks["credit"], company.words.say
    label, sides = cell_of(own, "label", row), range_of(credit, "side", own.page)
    below = "+".join(
        f'COUNTIFS({range_of(credit, "kpi", own.page)},{label},{sides},"{company.words.word("side", side)}")'
        for side in ("denominator", "entering_denominator")
    )
    rate, index, count = (say(f"sheets.kind.{kind}") for kind in ("rate", "index", "count"))
    constant = cell_of(own, "constant", row)
    formula = f'=IF({label}="","",IF({below}>0,"{rate}",IF(N({constant})<>0,"{index}","{count}")))'
    kpi = company.scenario.kpis.get(name or "")
    if kpi is None:
        return Computed(formula, "")
    return Computed(formula, rate if kpi.is_rate else index if kpi.constant else count)


_FORMULAS = {
    ("activities", "hours_today"): _hours_of_activity,
    ("teams", "hours_today"): _hours_of_team,
    ("teams", "variable_share"): _variable_share,
    ("stages", "arrives"): _arrives,
    ("kpis", "kind"): _kind,
}
