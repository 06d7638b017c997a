"""Rows of sheets to the tree that a text gives: the same keys and values, with cells as their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile

from optimizer.scenario.nodes import DUPLICATE, NOT_A_NAME, Node
from optimizer.scenario.problems import Mark, as_name, did_you_mean, shown
from optimizer.scenario.problems import Path as TreePath
from optimizer.scenario.xlsx.layout import Form, Key, SheetColumn, SheetTable, Template
from optimizer.scenario.xlsx.rows import Report, Row

Step = tuple[str | None, Mark]
"""A part of a path, None for a list's next place, with the cell that says it."""

FILL = "fill this cell"


def as_text(value: object) -> str:
    """The remedy for a number where text is wanted."""
    return f"type '{value} with the apostrophe, which makes it text"


class TreeBuilder:
    """Puts the rows of one sheet after the other into the root."""

    def __init__(self, report: Report) -> None:
        self.root = Node({}, ())
        self._report = report

    def take(self, layout: Form | SheetTable, rows: Iterable[Row], mark: Mark) -> None:
        """The rows of a sheet, or of what stands for one; `mark` is where it stands."""
        if isinstance(layout, Form):
            self._form(layout, rows)
            return
        top = str(layout.path[0])
        if len(layout.path) == 2 or top == "plans":
            empty: Node = Node([] if layout.path[-1] is None else {}, mark)
            below(self.root, (top, mark), empty)
        for row in rows:
            self._table_row(layout, row)

    # --- forms: a value per row

    def _form(self, form: Form, rows: Iterable[Row]) -> None:
        """All rows together are one thing; a key without a value is only there to be seen."""
        cells: dict[str, Node] = {}
        places: dict[str, Mark] = {}
        named = {column.header: column for column in form.named}
        for row in rows:
            key = self._form_key(form, row)
            if key in named:
                self._named(form, named[key], row)
            elif key is not None:
                self._refuse_second(places.get(key), row.places["key"], (*form.at, key))
                places[key] = row.places.get("value", row.places["key"])
                cells |= _valued(form, key, row)
        at: list[Step] = [(part, min(places.values(), default=())) for part in form.at]
        node = self._container(at) if cells else self.root
        _fill(node, form.fields, cells, places)

    def _form_key(self, form: Form, row: Row) -> str | None:
        """The key of a row that says something, if it is one."""
        key, known = row.cells.get("key"), [column.header for column in (*form.fields, *form.named)]
        if "key" not in row.places:
            return None
        if key is None:
            self._report.add(row.places["key"], "is missing", FILL)
            return None
        if key.value not in known:
            self._report.add(key.mark, "unknown key", did_you_mean(str(key.value), known), shown(key.value))
            return None
        if "for" in row.cells and key.value not in [column.header for column in form.named]:
            seen = row.cells["for"]
            self._report.add(seen.mark, "this key takes no name", "empty this cell", shown(seen.value))
        return str(key.value)

    def _named(self, form: Form, column: SheetColumn, row: Row) -> None:
        if set(row.cells) == {"key"}:
            return
        key = Key("for", "")
        start = row.places["key"]
        path: list[Step] = [(part, start) for part in (*form.at, *column.path)]
        step = self._key_step(key, row, [part for part, _ in path])
        if step is not None:
            self._put([*path, step], self._leaf(row, "value"))

    # --- tables: a thing per row

    def _table_row(self, table: SheetTable, row: Row) -> None:
        """Names alone, without what belongs to them, say that there is nothing below."""
        named = max((i for i, key in enumerate(table.keys) if key.header in row.cells), default=-1)
        template = table.path
        if not any(column.header in row.cells for column in table.columns):
            template = tuple(takewhile(lambda part: isinstance(part, str) or _reached(part, named), template))
        steps = self._steps(table, row, template)
        if steps is None:
            return
        if len(steps) == len(table.path):
            self._thing(table, row, steps)
        else:
            self._container(steps, is_list=table.path[len(steps)] is None)

    def _steps(self, table: SheetTable, row: Row, template: Template) -> list[Step] | None:
        """The path of a row, unless a name in it is none."""
        start = next(iter(row.places.values()))
        steps: list[Step] = []
        for part in template:
            step: Step | None = (part, start) if not isinstance(part, int) else None
            if isinstance(part, int):
                step = self._key_step(table.keys[part], row, [name for name, _ in steps])
            if step is None or (part == 0 and self._is_orphan(table, step)):
                return None
            steps.append(step)
        return steps

    def _key_step(self, key: Key, row: Row, path: list[str | None]) -> Step | None:
        """The name in a key column, unless it is none."""
        if key.header not in row.places or key.header in row.refused:
            return None
        where = tuple(part for part in path if part is not None)
        cell = row.cells.get(key.header)
        if cell is None:
            self._report.add(row.places[key.header], "is missing", FILL, path=where)
        elif not isinstance(cell.value, str):
            hint = f"start it with a letter, e.g. {as_name(str(cell.value))}"
            self._report.add(cell.mark, NOT_A_NAME, hint, shown(cell.value), where)
        elif key.choices and cell.value not in key.choices:
            hint = did_you_mean(cell.value, key.choices)
            self._report.add(cell.mark, f"unknown {key.header}", hint, shown(cell.value), where)
        else:
            return cell.value, cell.mark
        return None

    def _is_orphan(self, table: SheetTable, step: Step) -> bool:
        """Nothing on the owner's sheet has this name."""
        name, mark = step
        owners = self.root.child(table.owner) if table.owner else None
        known = owners.value if owners is not None else {}
        if table.owner is None or name in known:
            return False
        kind = "KPI" if table.keys[0].header == "kpi" else table.keys[0].header
        self._report.add(mark, f"unknown {kind}", did_you_mean(str(name), known), shown(name))
        return True

    def _thing(self, table: SheetTable, row: Row, path: list[Step]) -> None:
        if table.pair:
            self._put(path, Node([self._leaf(row, c.header) for c in table.columns], path[-1][1]))
            return
        if table.columns[0].path == ():
            self._put(path, self._leaf(row, table.columns[0].header))
            return
        node = Node({}, path[-1][1])
        self._put(path, node)
        _fill(node, table.columns, row.cells, row.places)

    # --- into the tree

    def _leaf(self, row: Row, header: str) -> Node:
        cell = row.cells.get(header)
        if cell is not None:
            return cell
        mark = row.places.get(header, next(iter(row.places.values())))
        self._report.add(mark, "is missing", FILL if header in row.places else f"add a column {header}")
        return Node(None, mark)

    def _put(self, path: list[Step], leaf: Node) -> None:
        node = self._container(path[:-1], is_list=path[-1][0] is None)
        part, mark = path[-1]
        if part is None:
            node.value.append(leaf)
            return
        self._refuse_second(node.keys.get(part), mark, tuple(p for p, _ in path if p is not None))
        node.value[part] = leaf
        node.keys[part] = mark

    def _container(self, path: list[Step], *, is_list: bool = False) -> Node:
        """The mapping, or list, at a path; made where it is not there yet."""
        node = self.root
        for depth, (part, mark) in enumerate(path, 1):
            empty = Node([], mark) if is_list and depth == len(path) else Node({}, mark)
            node = below(node, (str(part), mark), empty)
        return node

    def _refuse_second(self, first: Mark | None, mark: Mark, path: TreePath) -> None:
        if first is not None:
            hint = f"it is already in row {first[1] + 1}; keep one of the two"
            self._report.add(mark, DUPLICATE, hint, path=path)


def _valued(form: Form, key: str, row: Row) -> dict[str, Node]:
    """The value of a key, if it has one, or says that there is none."""
    if "value" in row.cells:
        return {key: row.cells["value"]}
    return {key: Node(None, row.places["key"])} if key in form.nullable else {}


def below(node: Node, step: tuple[str, Mark], empty: Node) -> Node:
    """What a key leads to; `empty`, put there, where there is nothing yet."""
    part, mark = step
    node.keys.setdefault(part, mark)
    child: Node = node.value.setdefault(part, empty)
    return child


def _fill(
    node: Node, columns: Iterable[SheetColumn], cells: Mapping[str, Node], places: Mapping[str, Mark]
) -> None:
    """The values of one thing; blank cells leave their places, for what is missing there."""
    present = [column for column in columns if column.header in places]
    filled = [column for column in present if column.header in cells]
    for column in filled:
        mark = places[column.header]
        *above, key = _path_among(column, filled)
        holder = node
        for part in above:
            holder = below(holder, (part, mark), Node({}, mark))
        holder.value[key] = cells[column.header]
        holder.keys[key] = mark
    for column in present:
        *above, key = _path_among(column, filled)
        place: Node | None = node
        for part in above:
            place = place.child(part) if place is not None else None
        if place is not None and isinstance(place.value, dict):
            place.keys.setdefault(key, places[column.header])


def _path_among(column: SheetColumn, filled: Iterable[SheetColumn]) -> tuple[str, ...]:
    """Where a value goes: one level deeper where its parts are filled beside it."""
    size = len(column.path)
    deeper = column.head and any(o.path[:size] == column.path and len(o.path) > size for o in filled)
    return (*column.path, column.head) if deeper else column.path


def _reached(part: int | None, named: int) -> bool:
    return part is not None and part <= named
