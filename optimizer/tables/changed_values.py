"""The table of what was changed for this run only: no plan is to be signed by who forgot a what-if."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from optimizer.scenario.assigned.anew import calibrated_anew
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.tables.table import Tables

CHANGED = Table(
    "changed",
    path=Column(str, "name", "the value in the scenario file that was changed for this run", "path"),
    before=Column(str, "text", "what the scenario says; empty where it says nothing"),
    after=Column(str, "text", "what holds in this run; empty where it was taken out"),
    anew=Column(
        bool,
        "flag",
        "whether costs are calibrated anew with it: today is then the changed company's, and nobody reacts "
        "to the change",
    ),
    instead=Column(
        str,
        "text",
        "where a plan asks what people would do about the change, e.g. plans.PLAN.target_pay.sales; "
        "empty where no plan can",
    ),
)


def changed_rows(scenario: Scenario) -> Iterator[Row]:
    """In the order of the file."""
    anew = {one.path: one.instead for one in calibrated_anew(scenario)}
    for change in scenario.changed:
        path = change.path
        sides = {"before": change.before, "after": change.after}
        yield {"path": path, **sides, "anew": path in anew, "instead": anew.get(path, "")}


def changed_json(scenario: Scenario) -> dict[str, Any]:
    """`{"changed": [{"path", "before", "after"}]}` where anything was, and of those that costs are calibrated
    on `{"calibrated_anew": [{"path", "instead"}]}`; else nothing."""
    rows = list(changed_rows(scenario))
    told = [{key: row[key] for key in ("path", "before", "after")} for row in rows]
    anew = [{key: row[key] for key in ("path", "instead")} for row in rows if row["anew"]]
    return ({"changed": told} if told else {}) | ({"calibrated_anew": anew} if anew else {})


def changed_table(scenario: Scenario) -> Tables:
    """For documents that are about more than a run."""
    return {CHANGED.name: CHANGED.frame(changed_rows(scenario))}
