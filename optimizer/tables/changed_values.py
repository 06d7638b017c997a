"""The table of what was changed for this run only: no plan is to be signed by who forgot a what-if."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.tables.table import Tables

CHANGED = Table(
    "changed",
    path=Column(str, "name", "the value in the scenario file that was changed for this run", "path"),
    before=Column(str, "text", "what the scenario says; empty where it says nothing"),
    after=Column(str, "text", "what holds in this run; empty where it was taken out"),
)


def changed_rows(scenario: Scenario) -> Iterator[Row]:
    """In the order of the file."""
    for change in scenario.changed:
        yield {"path": change.path, "before": change.before, "after": change.after}


def changed_json(scenario: Scenario) -> dict[str, list[dict[str, str]]]:
    """`{"changed": [{"path", "before", "after"}]}` where anything was; else nothing."""
    told = list(changed_rows(scenario))
    return {"changed": told} if told else {}


def changed_table(scenario: Scenario) -> Tables:
    """For documents that are about more than a run."""
    return {CHANGED.name: CHANGED.frame(changed_rows(scenario))}
