"""All that a short workbook holds, put together and read once before it is written: nothing may be lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from optimizer.scenario.types import Scenario
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.plan_rows import short_where_weights
from optimizer.scenario.xlsx.rows import Report, WorkbookFile
from optimizer.scenario.xlsx.short.company import Company, company_of
from optimizer.scenario.xlsx.short.content import filled, filled_blocks
from optimizer.scenario.xlsx.short.more import left_over, path_text, value_text, whole_content
from optimizer.scenario.xlsx.short.pages import Page, codes_grid, pages_of
from optimizer.scenario.xlsx.short.read import short_root
from optimizer.scenario.xlsx.short.sheet_words import SheetWords
from optimizer.scenario.xlsx.texts import UnwritableError

_LOST = "the short workbook would not give this scenario back; write the full one with --full"


def assembled(scenario: Scenario, words: SheetWords) -> tuple[Company, tuple[Page, ...], SheetGrid]:
    """The company in words, its sheets and the hidden one. Raises UnwritableError where reading them again
    would give another scenario."""
    company = company_of(scenario, words)
    blocks = filled_blocks(company)
    pages = pages_of(company, blocks)
    codes = codes_grid(company, pages)
    root, _ = _read([*(page.grid for page in pages), codes])
    rows = [
        {"path": path_text(path), "value": value_text(value)}
        for path, value in left_over(whole_content(scenario), root.content())
    ]
    pages = pages_of(company, [filled(company, "values", rows), *blocks])
    codes = codes_grid(company, pages)
    _judge(scenario, [*(page.grid for page in pages), codes])
    return company, pages, codes


def _read(grids: Sequence[SheetGrid]) -> tuple[Any, Report]:
    report = Report(WorkbookFile(Path("short.xlsx"), tuple(grid.name for grid in grids)))
    return short_root(grids, report), report


def _judge(scenario: Scenario, grids: Sequence[SheetGrid]) -> None:
    root, report = _read(grids)
    short_where_weights(root)
    content = root.content()
    content.setdefault("label", content.get("name"))
    try:
        again = Scenario.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise UnwritableError(_LOST) from error
    if again != scenario or report.problems:
        raise UnwritableError(_LOST)
