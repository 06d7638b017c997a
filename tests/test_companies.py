"""Companies on which documents, tables, workbooks and pages are tested: no team can be taken for another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
import solved
import test_whatif
import test_workbook
from solved import FIELDS, PLANS, ROOT, unequal

from optimizer import Scenario, read_scenario

pytestmark = pytest.mark.slow

SOLVED = (
    solved.moved,
    solved.stuck,
    solved.infeasible,
    solved.failed,
    solved.hostile,
    solved.unproven,
    solved.short_sighted,
    solved.crowd,
)
ALIKE = {"curves_quota_alike"}
"""Companies with several equilibria, which unequal teams would take away."""
RANDOM = ("headcount", "skill_spread")
"""Random companies have neither, and differ in all the rest."""


def companies() -> Iterator[tuple[str, Scenario]]:
    yield from ((make.__name__, make().problem.scenario) for make in SOLVED)
    yield from ((name, solution().problem.scenario) for name, solution in test_workbook.SOLUTIONS.items())
    yield from ((name, make()) for name, make in test_whatif.COMPANIES.items() if name not in ALIKE)
    yield "small", read_scenario(ROOT / "tests" / "cases" / "small.yaml")
    yield "studies", unequal(plans=PLANS)


@pytest.mark.parametrize("field", FIELDS)
def test_teams_differ_in_whatever_could_be_taken_from_another(field: str) -> None:
    alike = []
    for name, scenario in companies():
        values = {team: getattr(part, field) for team, part in scenario.teams.items()}
        if not (field in RANDOM and scenario.name == "random"):
            alike += [(name, *pair) for pair in combinations(values, 2) if values[pair[0]] == values[pair[1]]]
    assert alike == []


def test_not_everybody_is_paid_in_euros() -> None:
    assert {scenario.currency for _, scenario in companies()} >= {"EUR", solved.CURRENCY}
