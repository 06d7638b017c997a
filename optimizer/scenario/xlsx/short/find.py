"""The blocks of a short workbook that somebody may have changed: where each stands, which column is which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from optimizer.scenario.problems import did_you_mean, listed, shown
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.layout import COMMENT
from optimizer.scenario.xlsx.rows import Report, column_letters
from optimizer.scenario.xlsx.short.pages import COMPUTED
from optimizer.scenario.xlsx.short.sheet_blocks import BY_CODE, NEEDED
from optimizer.scenario.xlsx.short.sheet_parts import (
    NEW,
    NOT_READ,
    FoundBlock,
    Part,
    judge_hidden,
    judge_strays,
    starts_of,
)
from optimizer.scenario.xlsx.short.sheet_words import CODES, CarriedWords, folded


def found_blocks(grids: Sequence[SheetGrid], words: CarriedWords, report: Report) -> Iterator[FoundBlock]:
    """Every block of every sheet; columns and rows that are none are reported."""
    seen: dict[str, str] = {}
    for position, grid in enumerate(grids):
        if grid.name == CODES or grid.name.startswith(COMMENT):
            continue
        starts = list(starts_of(grid))
        if not starts:
            hint = (
                f"delete it, or start its name with {COMMENT}: sheets of your own do; one of ours that lost "
                "its hidden column A has to be written anew"
            )
            report.add((position,), "unknown sheet", hint, shown(grid.name))
        judge_hidden(position, grid, report)
        judge_strays(position, grid, report)
        for column, row, code, end in starts:
            if code in seen:
                hint = f"it is already on sheet {seen[code]}; delete one of the two"
                report.add((position, row, column), "the same part twice", hint, shown(grid.name))
                continue
            seen[code] = grid.name
            finder = _form if BY_CODE[code].form else _table
            found = finder(Part(BY_CODE[code], position, grid, column, row, end), words, report)
            if found is not None:
                yield found


# --- tables ---------------------------------------------------------------------------------------------


def _table(part: Part, words: CarriedWords, report: Report) -> FoundBlock | None:
    marked = {part.marker(row).partition(":")[2]: row for row in range(part.start, part.end)}
    codes = marked.get("codes")
    heads = marked.get("heads", codes)
    if heads is None:
        report.add((part.position, part.start, part.column), "a part without its headings",
                   "write the workbook anew with `incentives convert`", shown(part.block.code))  # fmt: skip
        return None
    columns = _columns(part, codes, heads, words, report)
    for code in NEEDED.get(part.block.code, ("label",) if "code" not in columns else ()):
        if code not in columns:
            hint = f"add it; the columns of this part: {listed(words.columns.get(part.block.code, []))}"
            report.add((part.position, heads, part.column), "a column is missing", hint, shown(code))
    rows = [(row, "") for row in range(heads + 1, part.end) if not part.marker(row)]
    _judge_cells(part, columns, [row for row, _ in rows], heads, report)
    return FoundBlock(part.block, part.position, part.grid, columns, tuple(rows), heads)


def _columns(
    part: Part, codes: int | None, heads: int, words: CarriedWords, report: Report
) -> dict[str, int]:
    """Columns by what their headings say, or else by the hidden codes above them: headings may be changed."""
    texts = part.grid.rows[heads]
    said = {column: _said(part, text, words) for column, text in enumerate(texts) if column != part.column}
    columns: dict[str, int] = {}
    for column, code in said.items():
        if code is not None and code in columns:
            hint = f"it is already in column {column_letters(columns[code])}; keep one of the two"
            report.add((part.position, heads, column), "duplicate column", hint, shown(texts[column]))
        elif code is not None:
            columns[code] = column
    for column, code in said.items():
        if code is None and texts[column] is not None:
            hidden = str(part.grid.rows[codes][column] or "") if codes is not None else ""
            own = hidden.removeprefix(COMPUTED)
            if part.block.has(own) and own not in columns:
                columns[own] = column
            else:
                _unknown(part, heads, column, columns, words, report)
    return dict(sorted(columns.items(), key=lambda item: item[1]))


def _said(part: Part, text: Any, words: CarriedWords) -> str | None:
    """The column of a heading, unless several were called so when it was written."""
    codes = [] if text is None else words.headings.get((part.block.code, folded(text)), [])
    return codes[0] if len(codes) == 1 else None


def _unknown(
    part: Part, heads: int, column: int, columns: dict[str, int], words: CarriedWords, report: Report
) -> None:
    """A column that somebody added: of the reader's own, a new plan, or a mistake."""
    text = str(part.grid.rows[heads][column]).strip()
    if not text or text.startswith(COMMENT):
        return
    if part.block.code == "weights":
        columns[f"{NEW}{text}"] = column
        return
    known = words.columns.get(part.block.code, [])
    hint = f"{did_you_mean(text, known)}; columns of your own start with {COMMENT}"
    report.add((part.position, heads, column), "unknown column", hint, shown(text))


def _judge_cells(
    part: Part, columns: Mapping[str, int], rows: Sequence[int], heads: int, report: Report
) -> None:
    """Values that cannot be used, and values of no column."""
    read = {column: code for code, column in columns.items()}
    texts = part.grid.rows[heads]
    for row in rows:
        for column, value in enumerate(part.grid.rows[row]):
            if value in (None, "") or column == part.column:
                continue
            code = read.get(column, "")
            if code in part.block.by_code and part.block.by_code[code].style == "sum":
                continue
            heading = texts[column] if column < len(texts) else None
            doubt = part.grid.refused.get((row, column))
            if heading in (None, "") and str(value).strip():
                hint = f"delete it, or write a heading above it; columns of your own start with {COMMENT}"
                report.add(
                    (part.position, row, column), "a value in a column without a heading", hint, shown(value)
                )
            elif doubt is not None and not str(heading).startswith(COMMENT):
                report.add((part.position, row, column), doubt.message, doubt.hint, shown(value))


# --- forms ----------------------------------------------------------------------------------------------


def _form(part: Part, words: CarriedWords, report: Report) -> FoundBlock | None:
    """Settings by what stands beside them, or else by the hidden code of their row."""
    label, value, _ = _sides(part)
    rows: dict[str, int] = {}
    late: list[int] = []
    for row in range(part.start, part.end):
        if part.marker(row).endswith((":title", ":help", ":codes")):
            continue
        values = part.grid.rows[row]
        text = values[label] if label < len(values) else None
        code = _said(part, text, words)
        if code is None:
            late.append(row)
        elif code in rows:
            hint = f"it is already in row {rows[code] + 1}; keep one of the two"
            report.add((part.position, row, label), "duplicate key", hint, shown(text))
        else:
            rows[code] = row
    for row in late:
        code = part.marker(row).partition(":")[2]
        if code in part.block.by_code and code not in rows:
            rows[code] = row
        elif any(str(v or "").strip() for c, v in enumerate(part.grid.rows[row]) if c != part.column):
            report.add((part.position, row, label), "a line that is not read", NOT_READ)
    _judge_beside(part, rows.values(), report)
    for row in rows.values():
        doubt = part.grid.refused.get((row, value))
        if doubt is not None:
            report.add(
                (part.position, row, value), doubt.message, doubt.hint, shown(part.grid.rows[row][value])
            )
    ordered = sorted(rows.items(), key=lambda item: item[1])
    return FoundBlock(
        part.block, part.position, part.grid, {"value": value}, tuple((r, c) for c, r in ordered), part.start
    )


def _judge_beside(part: Part, rows: Iterable[int], report: Report) -> None:
    """Values that somebody wrote beside the column of values and what explains it."""
    known = (part.column, *_sides(part))
    for row in rows:
        for column, seen in enumerate(part.grid.rows[row]):
            if column not in known and str(seen or "").strip():
                hint = f"write it into column {column_letters(known[2])}, or delete it"
                report.add((part.position, row, column), "a value that is not read", hint, shown(seen))


def _sides(part: Part) -> tuple[int, int, int]:
    """Columns of what settings are called, of their values and of what explains them."""
    for row in range(part.start, part.end):
        codes = list(part.grid.rows[row])
        if part.marker(row).endswith(":codes") and {"label", "value", "note"} <= set(codes):
            return codes.index("label"), codes.index("value"), codes.index("note")
    return part.column + 1, part.column + 2, part.column + 3
