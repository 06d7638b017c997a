"""What the sheets of a short workbook name: teams, stages, activities, KPIs, curves, plans; with codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.scenario.nodes import Node
from optimizer.scenario.problems import as_name
from optimizer.scenario.xlsx.short.company import PLAN
from optimizer.scenario.xlsx.short.more import path_of
from optimizer.scenario.xlsx.short.sheet_blocks import LABELLED
from optimizer.scenario.xlsx.short.sheet_parts import NEW, FoundBlock
from optimizer.scenario.xlsx.short.sheet_words import CarriedWords
from optimizer.scenario.xlsx.short.thing_names import Names


@dataclass
class Things:
    """Names by section; of the rows of a block, and of the columns of plans, the code with its cell."""

    names: dict[str, Names] = field(default_factory=dict)
    by_row: dict[tuple[str, int], Node] = field(default_factory=dict)
    plans: dict[str, Node] = field(default_factory=dict)
    """By the code of the column; the node's mark is the heading's."""
    headings: dict[str, str] = field(default_factory=dict)
    """What plans are called, by the code of the column."""


def things_in(blocks: Mapping[str, FoundBlock], words: CarriedWords) -> Things:
    things = Things()
    for section in LABELLED:
        names = things.names[section] = Names(words.former.get(section))
        if section in blocks:
            _take(things, names, blocks[section])
    things.names["curves"] = _curves(blocks)
    if "weights" in blocks:
        _take_plans(things, blocks["weights"])
    return things


def _take(things: Things, names: Names, found: FoundBlock) -> None:
    """Codes that are given first, for they are taken when those of other rows are made."""
    section = found.block.code
    labels = {row: found.cell(row, "label") for row, _ in found.rows}
    given = {row: found.cell(row, "code") for row, _ in found.rows}
    taken = {str(node.value) for node in given.values() if node is not None}
    for row, _ in found.rows:
        label, code = labels[row], given[row]
        if code is None and label is not None:
            code = Node(names.free(str(label.value), taken), label.mark)
        if code is not None:
            things.by_row[section, row] = code
            names.add(str(code.value), None if label is None else str(label.value))


def _curves(blocks: Mapping[str, FoundBlock]) -> Names:
    """Those with points, and those of which the fifth sheet says something."""
    names, known = Names(), dict[str, None]()
    if "points" in blocks:
        cells = (blocks["points"].cell(row, "curve") for row, _ in blocks["points"].rows)
        known |= dict.fromkeys(as_name(str(cell.value)) for cell in cells if cell is not None)
    if "values" in blocks:
        cells = (blocks["values"].cell(row, "path") for row, _ in blocks["values"].rows)
        paths = [path_of(str(cell.value)) or () for cell in cells if cell is not None]
        known |= dict.fromkeys(path[1] for path in paths if path[:1] == ("curves",) and len(path) > 1)
    for name in known:
        names.add(name, None)
    return names


def _take_plans(things: Things, found: FoundBlock) -> None:
    codes = [code for code in found.columns if code.startswith((PLAN, NEW))]
    names, taken = Names(), [code.removeprefix(PLAN) for code in codes if code.startswith(PLAN)]
    for code in codes:
        heading = str(found.grid.rows[found.heads][found.columns[code]]).strip()
        name = code.removeprefix(PLAN) if code.startswith(PLAN) else names.free(heading, taken)
        names.add(name, heading)
        things.plans[code] = Node(name, found.place(found.heads, code))
        things.headings[code] = heading
