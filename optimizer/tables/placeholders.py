"""The table of numbers that nobody has given yet: what to ask, whom, and what the answer moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.explanation.answers import net_over_range
from optimizer.risk.ranges import numbers_at
from optimizer.scenario.placeholders import asked_of, question
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation
    from optimizer.scenario.types import Scenario

PLACEHOLDERS = Table(
    "placeholders",
    path=Column(str, "name", "the number in the scenario file that nobody has given yet", "path"),
    unit=Column(str, "code", "what it is counted in", "placeholder_unit"),
    asked=Column(str, "code", "who in a company knows it", "placeholder_asked"),
    team=Column(str, "name", "whom it is about: a team; empty where that is no one team", "team"),
    number=Column(float, "row", "the provisional value"),
    range=Column(
        float, "share", "how far it may be off, 0.5 = ± 50 %; empty where a factor says so, or nobody knows"
    ),
    factor=Column(
        float, "1", "how far it may be off, 2 = half to double; empty where a range says so, or nobody knows"
    ),
    moves_net=Column(
        float,
        "money/period",
        "largest less smallest net of the current plan over the range; empty where that is unknown",
    ),
    moves_gain=Column(
        float,
        "money/period",
        "the same of the recommended plan's gain over the current plan; empty where there was no plan or "
        "no time",
    ),
    impossible=Column(
        int, "count", "ends of the range at which today's work would not fit: they are left out of the above"
    ),
)


def placeholders_rows(explanation: Explanation) -> Iterator[Row]:
    """In the order of the file."""
    scenario = explanation.solution.problem.scenario
    gains = {bar.path: bar.spread for bar in explanation.tornado}
    stays = explanation.chosen is not None and not explanation.moved
    for path in scenario.placeholders:
        unit, asked = question(path)
        source = scenario.sources.get(path)
        known = source is not None and source.ends is not None
        moved, impossible = net_over_range(scenario, path)
        yield {
            "path": path,
            "unit": unit,
            "asked": asked,
            "team": asked_of(path) or _team(scenario, path),
            "number": next(iter(numbers_at(scenario, path).values())),
            "range": source.range if source else None,
            "factor": source.factor if source else None,
            "moves_net": moved,
            "moves_gain": 0.0 if stays and known else gains.get(path, np.nan),
            "impossible": impossible,
        }


def _team(scenario: Scenario, path: str) -> str:
    """Whose work an activity is."""
    section, name, *_ = (*path.split("."), "")
    return scenario.activities[name].team if section == "activities" else ""
