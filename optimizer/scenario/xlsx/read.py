"""A workbook to the tree that a text gives: the same keys and values, with cells as their places."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from optimizer.scenario.messages import Medium
from optimizer.scenario.nodes import Tree
from optimizer.scenario.problems import Path as TreePath
from optimizer.scenario.xlsx.cells import grids_of
from optimizer.scenario.xlsx.plan_rows import short_where_weights
from optimizer.scenario.xlsx.rows import Report, WorkbookFile, known_sheets, rows_of
from optimizer.scenario.xlsx.short.read import is_short, language_of, short_tree
from optimizer.scenario.xlsx.tree import FILL, TreeBuilder, as_text


def _absent(path: TreePath) -> str:
    return f"add a sheet called {path[0]}" if len(path) == 1 else FILL


SHEET = Medium(_absent, as_text)


def tree_of_workbook(file: Path) -> Tree:
    """The tree of a workbook of either form. Raises ScenarioError where it cannot be opened."""
    grids = grids_of(file)
    report = Report(WorkbookFile(file, tuple(grid.name for grid in grids)))
    if is_short(grids):
        return short_tree(grids, report)
    builder = TreeBuilder(report)
    for sheet in known_sheets(grids, report):
        builder.take(sheet.layout, rows_of(sheet, report), (sheet.position,))
    short_where_weights(builder.root)
    return Tree(report.file, SHEET, builder.root, tuple(report.problems), tuple(report.warnings))


def form_of(file: Path) -> tuple[Literal["short", "full"], str]:
    """Which form a workbook has, and its language. Raises ScenarioError where it cannot be opened."""
    grids = grids_of(file)
    return ("short", language_of(grids)) if is_short(grids) else ("full", "en")
