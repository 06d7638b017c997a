"""The blocks of a short workbook that somebody may have changed: where each stands, which column is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.nodes import Node
from optimizer.scenario.problems import Mark, did_you_mean, listed, shown
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.layout import COMMENT
from optimizer.scenario.xlsx.rows import Report, column_letters
from optimizer.scenario.xlsx.short.pages import COMPUTED
from optimizer.scenario.xlsx.short.sheet_blocks import BY_CODE, NEEDED, Block, Field
from optimizer.scenario.xlsx.short.sheet_words import CODES, CarriedWords, folded

NEW = "new:"
"""Start of the code of a column that somebody added for a plan; its heading follows."""


@dataclass(frozen=True)
class FoundBlock:
    """A block of the file, and the rows that hold its data."""

    block: Block
    position: int
    grid: SheetGrid
    columns: Mapping[str, int]
    """By code, in the order of the sheet; of a form `value` alone."""
    rows: tuple[tuple[int, str], ...]
    """Rows of data; of a form with the code of what stands in each."""
    heads: int
    """Row of the headings."""

    @property
    def mark(self) -> Mark:
        return (self.position, self.heads, min(self.columns.values(), default=1))

    def place(self, row: int, code: str) -> Mark:
        """A cell; the first of its row where its column is not there."""
        return self.position, row, self.columns.get(code, min(self.columns.values(), default=1))

    def field(self, code: str) -> Field:
        """What a column holds; one that somebody added holds a plan."""
        return self.block.field("plan" if code.startswith(NEW) else code)

    def value(self, row: int, column: int) -> Any:
        values = self.grid.rows[row]
        value = values[column] if column < len(values) else None
        return None if isinstance(value, str) and not value.strip() else value

    def cell(self, row: int, code: str) -> Node | None:
        """What a cell says; None where it is blank, or where its column is not there."""
        if code not in self.columns:
            return None
        value = self.value(row, self.columns[code])
        return None if value is None else Node(value, self.place(row, code))


def found_blocks(grids: Sequence[SheetGrid], words: CarriedWords, report: Report) -> Iterator[FoundBlock]:
    """Every block of every sheet; columns and rows that are none are reported."""
    seen: dict[str, str] = {}
    for position, grid in enumerate(grids):
        if grid.name == CODES or grid.name.startswith(COMMENT):
            continue
        starts = list(_starts(grid))
        if not starts:
            hint = (
                f"delete it, or start its name with {COMMENT}: sheets of your own do; one of ours that lost "
                "its hidden column A has to be written anew"
            )
            report.add((position,), "unknown sheet", hint, shown(grid.name))
        _judge_look(position, grid, report)
        for column, row, code, end in starts:
            if code in seen:
                hint = f"it is already on sheet {seen[code]}; delete one of the two"
                report.add((position, row, column), "the same part twice", hint, shown(grid.name))
                continue
            seen[code] = grid.name
            finder = _form if BY_CODE[code].form else _table
            found = finder(_Part(BY_CODE[code], position, grid, column, row, end), words, report)
            if found is not None:
                yield found


@dataclass(frozen=True)
class _Part:
    """Rows of a sheet from the title of a block to the next one."""

    block: Block
    position: int
    grid: SheetGrid
    column: int
    """Of the markers."""
    start: int
    end: int

    def marker(self, row: int) -> str:
        return _marker(self.grid, row, self.column)


def _marker(grid: SheetGrid, row: int, column: int) -> str:
    values = grid.rows[row]
    value = values[column] if column < len(values) else None
    return value if isinstance(value, str) and ":" in value else ""


def _starts(grid: SheetGrid) -> Iterator[tuple[int, int, str, int]]:
    """Column of the markers, first row, code and end of each block."""
    column = marker_column(grid)
    if column is None:
        return
    starts: list[tuple[int, str]] = []
    for row in range(len(grid.rows)):
        name = _marker(grid, row, column).partition(":")[0]
        if name and (not starts or starts[-1][1] != name):
            starts.append((row, name))
    ends = [row for row, _ in starts[1:]] + [len(grid.rows)]
    for (start, name), end in zip(starts, ends, strict=True):
        if name in BY_CODE:
            yield column, start, name, end


def marker_column(grid: SheetGrid) -> int | None:
    """The column that says what rows are."""
    for values in grid.rows:
        for column, value in enumerate(values):
            if isinstance(value, str) and value == "page:name":
                return column
    for values in grid.rows:
        for column, value in enumerate(values):
            if isinstance(value, str) and value.partition(":")[0] in BY_CODE and value.endswith(":codes"):
                return column
    return None


# --- tables ---------------------------------------------------------------------------------------------


def _table(part: _Part, words: CarriedWords, report: Report) -> FoundBlock | None:
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
    part: _Part, codes: int | None, heads: int, words: CarriedWords, report: Report
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
            if own and own not in columns:
                columns[own] = column
            else:
                _unknown(part, heads, column, columns, words, report)
    return dict(sorted(columns.items(), key=lambda item: item[1]))


def _said(part: _Part, text: Any, words: CarriedWords) -> str | None:
    """The column of a heading, unless several were called so when it was written."""
    codes = [] if text is None else words.headings.get((part.block.code, folded(text)), [])
    return codes[0] if len(codes) == 1 else None


def _unknown(
    part: _Part, heads: int, column: int, columns: dict[str, int], words: CarriedWords, report: Report
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
    part: _Part, columns: Mapping[str, int], rows: Sequence[int], heads: int, report: Report
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


def _form(part: _Part, words: CarriedWords, report: Report) -> FoundBlock | None:
    """Settings by what stands beside them, or else by the hidden code of their row."""
    label, value = _sides(part)
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
        elif any(v not in (None, "") for c, v in enumerate(part.grid.rows[row]) if c in (label, value)):
            hint = f"delete it; lines of your own go on a sheet whose name starts with {COMMENT}"
            report.add((part.position, row, label), "a line that is not read", hint)
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


def _sides(part: _Part) -> tuple[int, int]:
    """Columns of what settings are called, and of their values."""
    for row in range(part.start, part.end):
        if part.marker(row).endswith(":codes"):
            codes = list(part.grid.rows[row])
            if "label" in codes and "value" in codes:
                return codes.index("label"), codes.index("value")
    return part.column + 1, part.column + 2


def _judge_look(position: int, grid: SheetGrid, report: Report) -> None:
    """Merged cells are refused; hidden rows of data count, which is worth a warning."""
    for place, area in grid.merged.items():
        report.add((position, *place), "merged cells", "unmerge them and fill each cell", area)
    column = marker_column(grid)
    hint = "unhide it, or delete it if it should not count"
    if grid.hidden:
        report.warn((position,), "a hidden sheet, which counts", hint, grid.name)
    for row in sorted(grid.hidden_rows):
        values = grid.rows[row : row + 1]
        marked = column is not None and values and _marker(grid, row, column)
        if not marked and any(value is not None for cells in values for value in cells):
            report.warn((position, row, 1), "a hidden row, which counts", hint, f"row {row + 1}")
    for hidden in sorted(grid.hidden_columns - {column}):
        if any(row[hidden : hidden + 1] not in ((), (None,)) for row in grid.rows):
            letters = column_letters(hidden)
            report.warn((position, 0, hidden), "a hidden column, which counts", hint, f"column {letters}")
