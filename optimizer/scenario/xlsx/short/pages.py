"""Where everything of a short workbook stands: blocks one below the other, each with a title, a line of help,
a hidden row of codes and its headings. Column A, hidden too, says of each row that is no data what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.short.company import Company
from optimizer.scenario.xlsx.short.content import FilledBlock
from optimizer.scenario.xlsx.short.sheet_blocks import LABELLED, PAGES, Field
from optimizer.scenario.xlsx.short.sheet_words import CODES

SPARE = 5
"""Rows to fill in below those of a block."""
FIRST = 4
"""Rows of a block above its data: title, help, codes, headings; of a form all but the last."""
TOP = 2
"""Rows of a sheet above its blocks: its name, and how it is filled in."""
COMPUTED = "~"
"""Before the code of a column that is computed and not read."""
Kind = Literal["name", "how", "title", "help", "codes", "heads", "row", "setting", "total", "blank"]


@dataclass(frozen=True)
class PageLine:
    """A row of a sheet: what column A says, and the values from column B on."""

    kind: Kind
    marker: str = ""
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class PlacedBlock:
    """A block and where it stands; rows and columns from 0."""

    filled: FilledBlock
    page: str
    top: int

    @property
    def first(self) -> int:
        """Row of its first data."""
        return self.top + FIRST - self.filled.block.form

    @property
    def last(self) -> int:
        """Row of its last data, rows to fill in included."""
        rows = len(self.filled.codes) if self.filled.block.form else len(self.filled.rows) + SPARE
        return self.first + rows - 1

    def column(self, code: str) -> int:
        return 1 + self.filled.codes.index(code)

    def field(self, code: str) -> Field:
        return self.filled.field(code)


@dataclass(frozen=True)
class Page:
    code: str
    title: str
    lines: tuple[PageLine, ...]
    blocks: tuple[PlacedBlock, ...]

    @property
    def grid(self) -> SheetGrid:
        """As it is read."""
        width = 1 + max(len(line.values) for line in self.lines)
        rows = tuple(
            (line.marker or None, *line.values, *[None] * (width - 1 - len(line.values)))
            for line in self.lines
        )
        return grid_of(self.title, rows)


def grid_of(name: str, rows: Sequence[tuple[Any, ...]]) -> SheetGrid:
    return SheetGrid(name, tuple(rows), {}, {}, False, frozenset(), frozenset())


def pages_of(company: Company, blocks: Sequence[FilledBlock]) -> tuple[Page, ...]:
    """The sheets with their blocks; the fifth only where it has rows."""
    return tuple(
        _page(company, code, own)
        for code in PAGES
        if (own := [b for b in blocks if b.block.page == code and (code != "more" or b.rows)])
    )


def codes_grid(company: Company, pages: Sequence[Page]) -> SheetGrid:
    """The hidden sheet: words, headings, and labels as they are written."""
    rows = [*company.words.rows(), *_headings(pages), *_labels(company)]
    width = max(len(row) for row in rows)
    return grid_of(CODES, [(*row, *[None] * (width - len(row))) for row in rows])


def _headings(pages: Sequence[Page]) -> Iterator[list[str]]:
    for page in pages:
        for placed in page.blocks:
            for code, heading in zip(placed.filled.codes, placed.filled.headings, strict=True):
                yield ["heading", f"{placed.filled.block.code}.{code}", heading]


def _labels(company: Company) -> Iterator[list[str]]:
    for section in LABELLED:
        for code, thing in getattr(company.scenario, section).items():
            yield ["was", f"{section}.{code}", company.label(thing.label) or code]


def _page(company: Company, code: str, blocks: Sequence[FilledBlock]) -> Page:
    say = company.words.say
    title, who = say(f"sheets.page.{code}"), company.label(company.scenario.label) or company.scenario.name
    lines = [
        PageLine("name", "page:name", (say("sheets.name", company=who, page=title),)),
        PageLine("how", "page:how", (say(f"sheets.how.{code}"),)),
    ]
    placed = []
    for filled in blocks:
        lines.append(PageLine("blank"))
        placed.append(PlacedBlock(filled, title, len(lines)))
        lines += _lines(company, filled)
        if filled.block.code == "weights":
            lines += _totals(company)
    return Page(code, title, tuple(lines), tuple(placed))


def _lines(company: Company, filled: FilledBlock) -> Iterator[PageLine]:
    name, say = filled.block.code, company.words.say
    yield PageLine("title", f"{name}:title", (say(f"sheets.{name}"),))
    yield PageLine("help", f"{name}:help", (say(f"sheets.{name}.help"),))
    if filled.block.form:
        yield PageLine("codes", f"{name}:codes", ("label", "value", "note"))
        yield from _settings(filled)
        return
    codes = [COMPUTED * (filled.field(code).style == "sum") + code for code in filled.codes]
    yield PageLine("codes", f"{name}:codes", tuple(codes))
    yield PageLine("heads", f"{name}:heads", filled.headings)
    for row in filled.rows:
        yield PageLine("row", "", tuple(row.get(code) for code in filled.codes))
    for _ in range(SPARE):
        yield PageLine("row", "", tuple(None for _ in filled.codes))


def _totals(company: Company) -> Iterator[PageLine]:
    """The sum of each team's weights, to be seen while they are changed."""
    yield PageLine("help", "sum:help", (company.words.say("sheets.weights.sum"),))
    for team in company.scenario.teams:
        yield PageLine("total", "sum:total", (company.name("teams", team),))


def _settings(filled: FilledBlock) -> Iterator[PageLine]:
    """What settings are called, and their values; what each means is for people alone."""
    for code, heading in zip(filled.codes, filled.headings, strict=True):
        yield PageLine("setting", f"{filled.block.code}:{code}", (heading, filled.rows[0].get(code)))


def blocks_on(pages: Sequence[Page]) -> Mapping[str, PlacedBlock]:
    """Every block by its code."""
    return {placed.filled.block.code: placed for page in pages for placed in page.blocks}
