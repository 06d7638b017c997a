"""Companies on which documents, tables, workbooks and pages are tested: no team can be taken for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import solved
import test_whatif
import test_workbook
from solved import FIELDS, PLANS, ROOT, unequal

from optimizer import Scenario, read_scenario

SOLVED = (solved.moved, solved.stuck, solved.infeasible, solved.hostile, solved.short_sighted, solved.crowd)
"""Others (`failed`, `unproven`) are `moved` with another certificate."""
ALIKE = {"curves_quota_alike"}
"""Companies with several equilibria, which unequal teams would take away."""
RANDOM = ("headcount", "skill_spread")
"""Random companies have neither, and differ in all the rest."""


Companies = list[tuple[str, Scenario]]


@pytest.fixture(scope="module")
def companies() -> Companies:
    return list(_companies())


def _companies() -> Iterator[tuple[str, Scenario]]:
    yield from ((make.__name__, _unsolved(make)) for make in SOLVED)
    yield from ((name, _unsolved(solution)) for name, solution in test_workbook.SOLUTIONS.items())
    yield from ((name, make()) for name, make in test_whatif.COMPANIES.items() if name not in ALIKE)
    yield "small", read_scenario(ROOT / "tests" / "cases" / "small.yaml")
    yield "studies", unequal(plans=PLANS)


def _unsolved(make: Any) -> Scenario:
    """The company that a cached solve is of, without the solve."""

    def asked(scenario: Scenario, *_: object) -> SimpleNamespace:
        return SimpleNamespace(problem=SimpleNamespace(scenario=scenario))

    bare: Callable[[], Any] = (
        partial(make.func.__wrapped__, *make.args, **make.keywords)
        if isinstance(make, partial)
        else make.__wrapped__
    )
    with patch.object(solved, "solve", asked), patch.object(test_workbook, "solve", asked):
        scenario = bare().problem.scenario
    assert isinstance(scenario, Scenario)
    return scenario


@pytest.mark.parametrize("field", FIELDS)
def test_teams_differ_in_whatever_could_be_taken_from_another(field: str, companies: Companies) -> None:
    alike = []
    for name, scenario in companies:
        values = {team: getattr(part, field) for team, part in scenario.teams.items()}
        if not (field in RANDOM and scenario.name == "random"):
            alike += [(name, *pair) for pair in combinations(values, 2) if values[pair[0]] == values[pair[1]]]
    assert alike == []


def test_not_everybody_is_paid_in_euros(companies: Companies) -> None:
    assert {scenario.currency for _, scenario in companies} >= {"EUR", solved.CURRENCY}
