"""A plan document as .docx for counsel and HR: real styles, real tables, the same bytes for the same text."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import cache
from itertools import count
from typing import Any

from docx import Document as new_document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as TextParagraph

from reports.plan_document.letter_parts import (
    BLANK,
    BY_HAND,
    DOTS,
    Drawing,
    Grid,
    Heading,
    NewPage,
    Paragraph,
    PlanLetter,
    Row,
)
from reports.style import COLOURS
from reports.typesetting.typeset import EPOCH, picture
from reports.words.locales import phrase

FONT = "Arial"
"""Present wherever Word is; LibreOffice has one of the same widths."""
WIDTH, MARGIN = Mm(178), Mm(16)
DATED = (1980, 1, 1, 0, 0, 0)
"""The date of every part of the file: the earliest that a zip can say."""
AMOUNT, NOTE, CELL, NUMBER = "Plan amount", "Plan note", "Plan cell", "Plan number"
"""Styles of our own, after Normal."""
SIZES = {
    "Title": 15.0,
    "Subtitle": 9.0,
    "Heading 1": 13.0,
    "Heading 2": 10.0,
    "Normal": 9.0,
    AMOUNT: 10.5,
    NOTE: 8.0,
    CELL: 8.0,
    NUMBER: 8.0,
}
SPACES = {
    "Title": (0, 2),
    "Heading 1": (0, 6),
    "Heading 2": (5, 1.5),
    "Normal": (0, 2.5),
    CELL: (0.6, 0.6),
    NUMBER: (0.6, 0.6),
}
"""Points before and after."""
SIGNED = 14
"""Millimetres for a signature."""
STYLES = {"plain": "Normal", "strong": AMOUNT, "note": NOTE}
PLAIN = ("Normal", "Subtitle", NOTE, CELL, NUMBER)
"""Styles that are not bold."""


def docx_of(letter: PlanLetter, mark: str, date: dt.date | None) -> bytes:
    """The file; `mark` stands at the head of every page while fields are open."""
    document: Any = new_document()
    _prepare(document, letter, mark, date)
    document.part.get_style_id = cache(document.part.get_style_id)  # the library reads all styles each time
    bookmarks = count(1)
    document.add_paragraph(letter.title, style="Title")
    document.add_paragraph(letter.subtitle, style="Subtitle")
    breaking = False
    for block in letter.blocks:
        if isinstance(block, NewPage):
            breaking = True
            continue
        made = _add(document, block, bookmarks)
        if breaking and made is not None:
            made.paragraph_format.page_break_before = True
        breaking = False
    return _repacked(document)


def _add(document: Any, block: Any, bookmarks: count[int]) -> Any:
    """The paragraph of a block; None for a table."""
    match block:
        case Heading(text, level):
            return document.add_paragraph(text, style=f"Heading {level}")
        case Paragraph(text, tone):
            paragraph = document.add_paragraph(style=STYLES[tone])
            _write(paragraph, text, bookmarks)
            return paragraph
        case Drawing(svg, alt):
            paragraph = document.add_paragraph()
            shape = paragraph.add_run().add_picture(io.BytesIO(picture(svg)), width=WIDTH)
            shape._inline.docPr.set("descr", alt)
            return paragraph
        case Grid():
            _add_grid(document, block, bookmarks)
    return None


def _write(paragraph: Any, text: str, bookmarks: count[int], *, bold: bool = False) -> None:
    """Text, and a line of dots with a bookmark where something is to be written."""
    for number, part in enumerate(text.replace(BY_HAND, BLANK).split(BLANK)):
        if number:
            _bookmarked(paragraph, next(bookmarks))
        if part:
            paragraph.add_run(part).bold = bold or None


def _bookmarked(paragraph: Any, number: int) -> None:
    for name, texts in (("w:bookmarkStart", {"w:name": f"field{number}"}), ("w:bookmarkEnd", {})):
        if name == "w:bookmarkEnd":
            paragraph.add_run(DOTS)
        mark = OxmlElement(name)
        for key, value in {"w:id": str(number), **texts}.items():
            mark.set(qn(key), value)
        paragraph._p.append(mark)


# --- tables ---------------------------------------------------------------------------------------------


def _add_grid(document: Any, grid: Grid, bookmarks: count[int]) -> None:
    rows = [Row(tuple(c.head for c in grid.columns), strong=True)] if grid.headed else []
    rows += grid.rows
    table = document.add_table(len(rows), len(grid.columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    widths = _widths(grid)
    for place, width in enumerate(widths):
        table.columns[place].width = width
    # Through rows, cells and styles by name the library looks each up anew: a second per document.
    cell, number = (document.styles[name].style_id for name in (CELL, NUMBER))
    for place, (made, row) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):
        made.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if grid.tall and place >= grid.headed:
            made.trHeight_val = Mm(SIGNED if row.signed else 8)
        for column, made_cell, text, width in zip(grid.columns, made.tc_lst, row.cells, widths, strict=True):
            made_cell.width = width
            paragraph = made_cell.p_lst[0]
            paragraph.style = number if column.numbers else cell
            begins = row.strong and not any(row.cells[1:])
            if (grid.tall and place < len(rows) - 1) or begins:
                paragraph.get_or_add_pPr().get_or_add_keepNext()
            _write(TextParagraph(paragraph, document), text, bookmarks, bold=row.strong)
    if grid.headed:
        table._tbl.tr_lst[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    after = document.add_paragraph(style=CELL)
    after.paragraph_format.space_before = after.paragraph_format.space_after = Pt(0)
    after.paragraph_format.line_spacing = Pt(4)


def _widths(grid: Grid) -> list[int]:
    """The free width by shares; a column without one has that of numbers."""
    shares = [column.share or 1.0 for column in grid.columns]
    return [int(WIDTH * share / sum(shares)) for share in shares]


# --- the file -------------------------------------------------------------------------------------------


def _prepare(document: Any, letter: PlanLetter, mark: str, date: dt.date | None) -> None:
    """Paper, styles, language, head and foot, and what the file says of itself."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = Mm(14)
    section.header_distance = section.footer_distance = Mm(6)
    _set_styles(document, letter.language)
    section.header.paragraphs[0].text = mark
    section.header.paragraphs[0].style = NOTE
    _foot(section.footer.paragraphs[0], letter.footer)
    about = document.core_properties
    stamp = EPOCH if date is None else dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    about.title, about.author, about.language = letter.title, "incentive-optimizer", letter.language
    about.created = about.modified = stamp.replace(tzinfo=None)
    about.last_modified_by, about.comments, about.keywords = "incentive-optimizer", "", ""


def _set_styles(document: Any, language: str) -> None:
    for name in (AMOUNT, NOTE, CELL, NUMBER):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
    document.styles[NUMBER].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.italic = False
        style.font.bold = name not in PLAIN
        named = name in ("Title", "Heading 1", "Heading 2")
        style.font.color.rgb = RGBColor.from_string(COLOURS["accent" if named else "ink"].lstrip("#"))
        before, after = SPACES.get(name, (2, 4))
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.0
        style.paragraph_format.left_indent = style.paragraph_format.right_indent = Pt(0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
    told = phrase(language, "language.locale").replace("_", "-")
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), told)


def _foot(paragraph: Any, text: str) -> None:
    paragraph.style = NOTE
    paragraph.add_run(f"{text}\u2003")
    for number, field in enumerate(("PAGE", "NUMPAGES")):
        if number:
            paragraph.add_run(" / ")
        simple = OxmlElement("w:fldSimple")
        simple.set(qn("w:instr"), field)
        run = OxmlElement("w:r")
        shown = OxmlElement("w:t")
        shown.text = "1"
        run.append(shown)
        simple.append(run)
        paragraph._p.append(simple)


def _repacked(document: Any) -> bytes:
    """The parts in the order of their names, with one date: nothing of the clock is in the file."""
    raw, packed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(parts.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            part = zipfile.ZipInfo(name, DATED)
            part.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(part, parts.read(name))
    return packed.getvalue()
