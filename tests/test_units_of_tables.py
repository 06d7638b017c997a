"""Units are true: where money, volumes or hours grow by a factor, columns of that unit do, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from solved import PLANS, SOURCES, unequal

from optimizer import Scenario
from optimizer.cli import main
from optimizer.runs.reference import WRITTEN
from optimizer.scenario.write import dump_scenario
from optimizer.solver import solve
from optimizer.tables.build import tables_of
from optimizer.tables.table import Column, Table, Tables

Tree = dict[str, Any]
FACTOR = 4.0
"""A power of two: arithmetic is the same, digit by digit, up to what is rounded or added."""
MONEY = ("money", "money/period", "money/unit")
ALIKE = 1e-6
CENTS = 0.02
"""Lines of payrolls are rounded to the cent, and so are sums of theirs."""
PAYROLL = ("pay_lines", "pay_totals", "pay_cases", "case_totals")
BOOKED = {"loaded_change", "net_change"}
"""Differences of booked payouts of three teams, small beside the payouts, which are rounded themselves."""
OF_A_YEAR = {"full_loaded", "full_net", "loaded_year", "net_year"}
"""The same of four booked periods."""
SHARES_OF_BOOKED = {"simplest.share"}
"""Ratios of such differences, of some thousands here: a cent of them is a part in a hundred thousand."""
SPREAD_OF_PROOF = {"bound", "gap", "gap_of_gain"}
"""How far a proof went, which is the solver's affair."""
ROWS_OF_MONEY = {"rules": ("money", "money_per_unit"), "conflict": ("money",), "rule_prices": ("money",)}
RULES: Tree = {
    "weights": {"step": 0.25, "max_measures": 3},
    "gaming": {"tolerance": 0.1, "margin": 0.0},
    "budget": {"expected": 140000.0, "teams": {"sales": 96000.0}, "min_share_of_target": 0.5},
}
REGIMES = {
    "normal": {"probability": 0.75},
    "weak": {"probability": 0.25, "yields": {"targeted_campaign": 0.8}, "value": {"retained": 0.9}},
}


def company() -> Scenario:
    return unequal(RULES, sources=SOURCES, plans=PLANS, regimes=REGIMES)


def scaled(part: Tree, *names: str) -> None:
    part.update({name: part[name] * FACTOR for name in names if name in part})


def richer(tree: Tree) -> None:
    """Money is worth less: every amount is larger."""
    for team in tree["teams"].values():
        scaled(team, "base_pay", "target_pay", "hour_value")
    for part in (*tree["stages"].values(), *tree["activities"].values()):
        scaled(part, "value", "cash")
    budgets(tree)


def larger(tree: Tree) -> None:
    """More people: more of everything but what a unit is worth."""
    for team in tree["teams"].values():
        scaled(team, "hours", "base_pay", "target_pay")
    for stage in tree["stages"].values():
        scaled(stage, "inflow")
    for activity in tree["activities"].values():
        scaled(activity, "baseline", "reach")
    for kpi in tree["kpis"].values():
        if "denominator" not in kpi and "entering_denominator" not in kpi:
            scaled(kpi, "target")
    budgets(tree)


def slower(tree: Tree) -> None:
    """Work takes longer, and an hour costs less."""
    for team in tree["teams"].values():
        scaled(team, "hours")
        if "hour_value" in team:
            team["hour_value"] /= FACTOR
    for activity in tree["activities"].values():
        scaled(activity, "hours")


def budgets(tree: Tree) -> None:
    budget = tree["rules"]["budget"]
    scaled(budget, "expected")
    scaled(budget["teams"], *budget["teams"])


CHANGES: dict[str, tuple[Callable[[Tree], None], tuple[str, ...]]] = {
    "money": (richer, MONEY),
    "size": (larger, ("money", "money/period", "units/period", "hours/period")),
    "hours": (slower, ("hours/period",)),
}
"""What is changed, and the units of columns that change with it."""


def changed(change: str) -> Scenario:
    """The company after a change; without a name, as it is."""
    scenario = company()
    if not change:
        return scenario
    tree = scenario.model_dump(by_alias=True, exclude_defaults=True)
    CHANGES[change][0](tree)
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


@cache
def tables(change: str) -> Tables:
    return tables_of(solve(changed(change)))


def simulated(change: str, folder: Path) -> Tables:
    """Tables of `simulate`, from its JSON."""
    file = folder / f"{change}.yaml"
    file.write_text(dump_scenario(changed(change)), encoding="utf-8")
    asked = ["simulate", str(file), "--plan", "by_hand", "--periods", "3", "--draws", "50", "--json"]
    content = json.loads(CliRunner().invoke(main, asked).stdout)
    return {t.name: t.frame(np.atleast_1d(content[t.name])) for t in WRITTEN["simulate"]}


def factors(change: str, table: str, column: Column, frame: pd.DataFrame) -> np.ndarray:
    """By what the numbers of a column should be larger, row by row; a unit of other work is an hour."""
    units = CHANGES[change][1]
    if column.unit == "kpi":
        counts = ~frame["rate"] if table == "kpis" else pd.Series(False, frame.index)
        return np.where(counts & (change == "size"), FACTOR, 1.0)
    if column.unit == "row" and table in ROWS_OF_MONEY:
        per_unit = frame["unit"] == "money_per_unit"
        money = frame["unit"].isin(ROWS_OF_MONEY[table]) & ~(per_unit & (change == "size"))
        scales = money & (change in ("money", "size")) | (frame["unit"] == "units") & (change == "size")
        return np.where(scales, FACTOR, 1.0)
    if column.unit == "units/period" and change == "hours" and "activity" in frame:
        return np.where(frame["activity"].str.startswith("other:"), FACTOR, 1.0)
    return np.full(len(frame), FACTOR if column.unit in units else 1.0)


def compared(change: str, declared: tuple[Table, ...], before: Tables, after: Tables) -> list[str]:
    """Columns of numbers that did not change as their unit says."""
    odd = []
    for table in declared:
        one, other = before[table.name], after[table.name]
        assert len(one) == len(other), table.name
        for name, column in table.columns.items():
            if column.type is float and name not in SPREAD_OF_PROOF and not own_unit(table.name, column):
                expected = one[name].to_numpy() * factors(change, table.name, column, one)
                largest = np.nanmax(np.abs(expected), initial=0.0, where=np.isfinite(expected))
                least = FACTOR * CENTS if table.name in PAYROLL else ALIKE * max(largest, 1e-3)
                least = max(least, 3 * FACTOR * CENTS) if name in BOOKED else least
                least = max(least, 4 * 3 * FACTOR * CENTS) if name in OF_A_YEAR else least
                least = 1e-5 if f"{table.name}.{name}" in SHARES_OF_BOOKED else least
                if not np.allclose(other[name], expected, rtol=ALIKE, atol=least, equal_nan=True):
                    odd.append(f"{table.name}.{name}")
            elif column.type in (bool, str) and name != "target_pay" and list(one[name]) != list(other[name]):
                odd.append(f"{table.name}.{name}")
    return odd


WHOLE_UNITS = ("objectives", "worked_examples")
"""Printed objectives are of whole units, whatever the size: four times 2.6 is not four times 2."""
WARNINGS = "warnings"
"""What is plausible is a matter of absolute size: a company four times as large is warned of other things."""


def own_unit(table: str, column: Column) -> bool:
    """Numbers of the file or of a check, whose unit no column of the row says."""
    return column.unit == "row" and table not in ROWS_OF_MONEY


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_numbers_of_a_run_change_as_their_units_say(change: str) -> None:
    assert tables("")["summary"].iloc[0]["moved"]
    left_out = (WARNINGS, *WHOLE_UNITS) if change == "size" else (WARNINGS,)
    declared = tuple(table for table in WRITTEN["solve"] if table.name not in left_out)
    assert compared(change, declared, tables(""), tables(change)) == []


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_numbers_of_a_simulation_change_as_their_units_say(change: str, tmp_path: Path) -> None:
    before, after = (simulated(which, tmp_path) for which in ("", change))
    declared = tuple(t for t in WRITTEN["simulate"] if t.name != "limits" or change != "size")
    assert compared(change, declared, before, after) == []  # luck of arrivals is not larger with their number
