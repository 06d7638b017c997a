"""A short workbook to the tree that a text gives: its blocks as rows of the full form."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.scenario.messages import Medium
from optimizer.scenario.nodes import Node, Tree
from optimizer.scenario.problems import Path as TreePath
from optimizer.scenario.problems import ScenarioError, listed
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.plan_rows import short_where_weights
from optimizer.scenario.xlsx.rows import Report
from optimizer.scenario.xlsx.sheets import SHEETS
from optimizer.scenario.xlsx.short.cell_reader import CellReader
from optimizer.scenario.xlsx.short.find import found_blocks
from optimizer.scenario.xlsx.short.full_rows import ShortReader
from optimizer.scenario.xlsx.short.sheet_parts import marker_column
from optimizer.scenario.xlsx.short.sheet_words import CODES, CarriedWords, carried_words
from optimizer.scenario.xlsx.short.things import things_in
from optimizer.scenario.xlsx.short.values import put_values
from optimizer.scenario.xlsx.tree import FILL, TreeBuilder, as_text

_NEEDED = ("teams", "activities", "kpis", "weights")
"""Parts without which there is no scenario."""


def _absent(path: TreePath) -> str:
    return "fill in at least one row of it" if len(path) == 1 else FILL


SHORT = Medium(_absent, as_text)


def is_short(grids: Sequence[SheetGrid]) -> bool:
    """Whether a workbook has the short form: it carries its words, or says which of its rows are what."""
    return any(_carries(grid) or marker_column(grid) is not None for grid in grids)


def _carries(grid: SheetGrid) -> bool:
    return grid.name == CODES and any(row[:1] == ("language",) for row in grid.rows)


def language_of(grids: Sequence[SheetGrid]) -> str:
    """The language of a short workbook."""
    return _words(grids).language


def _words(grids: Sequence[SheetGrid]) -> CarriedWords:
    return carried_words(next((grid.rows for grid in grids if _carries(grid)), ()))


def short_tree(grids: Sequence[SheetGrid], report: Report) -> Tree:
    """The tree of a short workbook, with its problems."""
    root = short_root(grids, report)
    short_where_weights(root)
    return Tree(report.file, SHORT, root, tuple(report.problems), tuple(report.warnings))


def short_root(grids: Sequence[SheetGrid], report: Report) -> Node:
    """The same before plans that have nothing but weights are written as those."""
    words = _words(grids)
    if not any(_carries(grid) for grid in grids):
        hint = "write the workbook anew with `incentives convert`; leave that sheet in it"
        report.add((), f"the hidden sheet {CODES} is not there, without which words cannot be read", hint)
        raise ScenarioError(report.problems)
    blocks = {found.block.code: found for found in found_blocks(grids, words, report)}
    if lost := [code for code in _NEEDED if code not in blocks]:
        hint = f"write the workbook anew with `incentives convert`; it has lost {listed(lost)}"
        report.add((), "a part is not there, or the hidden column A beside it", hint)
        raise ScenarioError(report.problems)
    things = things_in(blocks, words)
    reader = ShortReader(blocks, things, CellReader(words, things, report))
    builder = TreeBuilder(report)
    for layout in SHEETS:
        rows = reader.rows(layout.name)
        if rows:
            builder.take(layout, rows, reader.mark(layout.name))
    if "values" in blocks:
        put_values(builder.root, blocks["values"], report)
    return builder.root
