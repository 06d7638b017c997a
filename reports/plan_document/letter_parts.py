"""What a plan document is before it is a PDF or a .docx: one value, built once, rendered by two writers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BLANK = "\ue000"
"""In a text: a field that the scenario does not give, counted as one to complete; a line of dots in print."""
BY_HAND = "\ue001"
"""In a text: what is written by hand on every copy, a name, a signature; dots that are not counted."""
DOTS = "………………"
"""What both become."""


@dataclass(frozen=True)
class Heading:
    """`level` 1 begins a sheet, 2 a section."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    text: str
    tone: str = "plain"
    """plain, strong (what matters most), or note."""


@dataclass(frozen=True)
class Column:
    head: str
    numbers: bool = True
    """Whether cells stand at the right."""
    share: float = 0.0
    """Of the width; 0: as much as needed."""


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    strong: bool = False
    """A total, or the name of a case."""
    signed: bool = False
    """Whether there is room for a signature."""


@dataclass(frozen=True)
class Grid:
    """A table; without heads where the first column names what stands beside it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tall: bool = False
    """Whether rows have room for handwriting."""

    @property
    def headed(self) -> bool:
        return any(column.head for column in self.columns)


@dataclass(frozen=True)
class Drawing:
    """The curve of pay: the only picture."""

    svg: str
    alt: str


@dataclass(frozen=True)
class NewPage:
    """What follows begins a page."""


Block = Heading | Paragraph | Grid | Drawing | NewPage


@dataclass(frozen=True)
class PlanLetter:
    """Everything that is printed for one team, in its order."""

    language: str
    title: str
    subtitle: str
    footer: str
    blocks: tuple[Block, ...]

    @property
    def open_fields(self) -> int:
        """Fields to complete."""
        return sum(text.count(BLANK) for text in self.texts())

    def texts(self) -> Iterator[str]:
        """Every text, in reading order."""
        yield self.title
        yield self.subtitle
        for block in self.blocks:
            match block:
                case Heading(text=text) | Paragraph(text=text):
                    yield text
                case Grid():
                    yield from (column.head for column in block.columns if block.headed)
                    yield from (text for row in block.rows for text in row.cells)


def dotted_out(text: str) -> str:
    """With dots where something is to be written."""
    return text.replace(BLANK, DOTS).replace(BY_HAND, DOTS)
