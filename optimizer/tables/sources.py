"""Where numbers come from, and which of them are others than their texts speak of."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.risk.ranges import numbers_at
from optimizer.scenario.checks.sources import stale
from optimizer.scenario.problems import within
from optimizer.scenario.types import Scenario
from optimizer.tables.table import Column, Row, Table

SPOKEN = {
    "of": Column(str, "text", "the number that the text speaks of; empty where that is not said"),
    "changed": Column(bool, "flag", "whether the number is another one since"),
}

SOURCES = Table(
    "sources",
    path=Column(str, "name", "the number in the scenario file", "path"),
    part=Column(str, "name", "which number, where the path holds several; empty otherwise", "part"),
    number=Column(float, "row", "the number itself; empty where the path holds none"),
    source=Column(str, "text", "where the number comes from"),
    range=Column(float, "share", "how far it may be off, 0.2 = ± 20 %; empty where the source does not say"),
    factor=Column(float, "1", "the same as a factor, 2 = half to double; empty where the source names none"),
    placeholder=Column(bool, "flag", "whether nobody has given the number yet"),
    **SPOKEN,
)


def sources_rows(scenario: Scenario) -> Iterator[Row]:
    """Every source, one row per number that it speaks of."""
    for path, source in scenario.sources.items():
        for part, number in numbers_at(scenario, path).items():
            whole = f"{path}.{part}" if part else path
            yield {
                "path": path,
                "part": part,
                "number": number,
                "source": source.text.en,
                "range": source.range,
                "factor": source.factor,
                "placeholder": whole in scenario.placeholders,
                **spoken_cells(scenario, path),
            }


def spoken_cells(scenario: Scenario, path: str) -> Row:
    """Cells of SPOKEN for the source at a path."""
    before = _before(scenario, path)
    return {"of": scenario.sources[path].of or before, "changed": stale(scenario, path) or bool(before)}


def _before(scenario: Scenario, path: str) -> str:
    """What stood there before a what-if, by parts where it holds several numbers; empty where it is the same.
    A text written for the number that holds now speaks of that."""
    of = scenario.sources[path].of
    if of is not None and not stale(scenario, path):
        return ""
    told = []
    for change in scenario.changed:
        if within(change.path, path):
            part = change.path.removeprefix(path).removeprefix(".")
            told.append(f"{part}: {change.before}" if part else change.before)
    return ", ".join(told)
