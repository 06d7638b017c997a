"""The rows of the full form that the blocks of a short workbook stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from optimizer.scenario.nodes import Node
from optimizer.scenario.problems import Mark
from optimizer.scenario.xlsx.rows import Row
from optimizer.scenario.xlsx.short.cell_reader import CellReader
from optimizer.scenario.xlsx.short.company import TODAY
from optimizer.scenario.xlsx.short.sheet_blocks import LABELLED
from optimizer.scenario.xlsx.short.sheet_parts import FoundBlock
from optimizer.scenario.xlsx.short.sheet_words import LABEL_LANGUAGES
from optimizer.scenario.xlsx.short.things import Things
from optimizer.scenario.xlsx.tree import FILL

Rows = Iterator[tuple[str, Row]]
"""Sheets of the full form, and rows of them."""
_APART = ("label", "other", "code", "to", "units")
"""Columns of things that are read otherwise than one by one."""


@dataclass
class ShortReader:
    """Blocks as rows of sheets of the full form; made once, block by block."""

    blocks: Mapping[str, FoundBlock]
    things: Things
    cells: CellReader
    _rows: dict[str, list[Row]] = field(default_factory=dict)
    _marks: dict[str, Mark] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, found in self.blocks.items():
            for sheet, row in _READERS[code](self, found) if code in _READERS else ():
                self._rows.setdefault(sheet, []).append(row)
                self._marks.setdefault(sheet, found.mark)

    def rows(self, sheet: str) -> list[Row]:
        return self._rows.get(sheet, [])

    def mark(self, sheet: str) -> Mark:
        """Where the first of its rows stands."""
        return self._marks[sheet]

    # --- teams, stages, activities, KPIs

    def _things(self, found: FoundBlock) -> Rows:
        section = found.block.code
        of = {f.key: f.code for f in found.block.fields if f.style != "sum" and f.code not in _APART}
        for row, _ in found.rows:
            code = self.things.by_row.get((section, row))
            if code is None and not self._is_filled(found, row):
                continue
            if code is None:
                self.cells.report.add(found.place(row, "label"), "is missing", FILL)
                continue
            label, other = found.cell(row, "label"), found.cell(row, "other")
            yield section, self.cells.row(found, row, of, {"name": code, **self._label(code, label, other)})
            if section == "activities":
                yield from self._yields(found, row, code)

    def _label(self, code: Node, label: Node | None, other: Node | None) -> dict[str, Node | None]:
        """A thing that is called like its code, and nothing else in the other language, has no label."""
        if other is None:
            return {} if label is None or label.value == code.value else {"label": label}
        here = self.cells.words.here
        both = dict.fromkeys(LABEL_LANGUAGES, other) | {here: label or other}
        first, *rest = LABEL_LANGUAGES
        return {"label": both[first], **{f"label.{language}": both[language] for language in rest}}

    def _yields(self, found: FoundBlock, row: int, code: Node) -> Rows:
        for column in found.columns:
            head, _, number = column.partition(".")
            units = f"units.{number}"
            if head == "to" and (found.cell(row, column) or found.cell(row, units)):
                yield (
                    "yields",
                    self.cells.row(found, row, {"stage": column, "units": units}, {"activity": code}),
                )

    def _is_filled(self, found: FoundBlock, row: int) -> bool:
        codes = (c for c in found.columns if found.field(c).style != "sum")
        return any(found.cell(row, code) is not None for code in codes)

    # --- plain rows, and what belongs to pairs

    def _plain(self, found: FoundBlock) -> Rows:
        of = {f.key: f.code for f in found.block.fields}
        for row, _ in found.rows:
            if self._is_filled(found, row):
                yield found.block.table, self.cells.row(found, row, of)

    def _credit(self, found: FoundBlock) -> Rows:
        of = {f.key: f.code for f in found.block.fields if f.code != "counted"}
        for row, _ in found.rows:
            if not self._is_filled(found, row):
                continue
            side = self.cells.node(found, row, "side")
            counted = self.cells.counted(found, row, "" if side is None else str(side.value))
            whole = self.cells.row(found, row, of, {"counted": counted})
            places = {"counted": found.place(row, "counted"), **whole.places}
            unknown = {key for key in ("kpi", "side") if self.cells.is_unknown(whole.cells.get(key))}
            yield "credit", Row(whole.cells, places, whole.refused | unknown)

    def _weights(self, found: FoundBlock) -> Rows:
        pair = {"team": "team", "kpi": "kpi"}
        for code, plan in self.things.plans.items():
            if self.things.headings[code] != plan.value:
                yield (
                    "plan_texts",
                    _row_of(plan.mark, plan=plan, label=Node(self.things.headings[code], plan.mark)),
                )
        for row, _ in found.rows:
            for code in found.columns:
                weight = None if code in pair else self.cells.node(found, row, code)
                if weight is not None:
                    sheet = "current_plan" if code == TODAY else "plans"
                    plan_of_it = {} if code == TODAY else {"plan": self.things.plans[code]}
                    yield sheet, self.cells.row(found, row, pair, {**plan_of_it, "weight": weight})

    def _points(self, found: FoundBlock) -> Rows:
        seen = set()
        for sheet, row in self._plain(found):
            curve = row.cells.get("curve")
            if curve is not None and curve.value not in seen:
                seen.add(curve.value)
                yield "curves", _row_of(curve.mark, name=curve)
            yield sheet, row

    def _pair_rules(self, found: FoundBlock) -> Rows:
        yield from self._measures(found)
        fields = [f for f in found.block.fields if f.table and f.table != "measures"]
        for sheet in dict.fromkeys(f.table for f in fields):
            own = {f.key: f.code for f in fields if f.table == sheet}
            for row, _ in found.rows:
                if any(found.cell(row, code) is not None for code in own.values()):
                    yield sheet, self.cells.row(found, row, {"team": "team", "kpi": "kpi", **own})

    def _measures(self, found: FoundBlock) -> Rows:
        """KPIs marked with yes; of a team that has none so, all but those marked with no."""
        said = [(row, self.cells.node(found, row, "used")) for row, _ in found.rows]
        marked = [
            (self.cells.row(found, row, {"team": "team", "kpi": "kpi"}), used)
            for row, used in said
            if used is not None
        ]
        allowing = {_value(pair, "team") for pair, used in marked if used.value is True}
        out: dict[object, dict[object, Node]] = {}
        for pair, used in marked:
            if used.value is True:
                yield "measures", pair
            elif _value(pair, "team") not in allowing and "team" in pair.cells:
                out.setdefault(_value(pair, "team"), {})[_value(pair, "kpi")] = pair.cells["team"]
        for kpis in out.values():
            team = next(iter(kpis.values()))
            for kpi in (code for code in self.things.names["kpis"].codes if code not in kpis):
                yield "measures", _row_of(team.mark, team=team, kpi=Node(kpi, team.mark))

    def _team_rules(self, found: FoundBlock) -> Rows:
        numbers = [f.code for f in found.block.fields if f.table == "team_weights"]
        for row, _ in found.rows:
            if any(found.cell(row, code) is not None for code in numbers):
                yield "team_weights", self.cells.row(found, row, {c: c for c in ("team", *numbers)})
            if found.cell(row, "budget") is not None:
                yield self._of_name(found, row, "budget.teams", "team", "budget")
            if self._is_filled(found, row) and found.cell(row, "team") is None:
                self.cells.report.add(found.place(row, "team"), "is missing", FILL)

    def _caps(self, found: FoundBlock) -> Rows:
        for row, _ in found.rows:
            if self._is_filled(found, row):
                yield self._of_name(found, row, "gaming.caps", "activity", "cap")

    def _of_name(self, found: FoundBlock, row: int, key: str, name: str, value: str) -> tuple[str, Row]:
        mark = found.place(row, name)
        return "rules", self.cells.row(found, row, {"for": name, "value": value}, {"key": Node(key, mark)})

    # --- forms

    def _form(self, found: FoundBlock) -> Rows:
        for row, code in found.rows:
            setting = found.block.field(code)
            cell = found.cell(row, "value")
            if cell is not None:
                cell = self.cells.typed(cell, setting)
            yield setting.table or found.block.table, _setting(found, row, setting.key, cell)

    def _company(self, found: FoundBlock) -> Rows:
        """The company is called as the file is where its label says the same; without one it has none."""
        rows = {code: row for row, code in found.rows}
        cells = {code: found.cell(row, "value") for code, row in rows.items()}
        label, other, name = (cells.get(code) for code in ("label", "other", "name"))
        if label is None and other is None and "label" in rows:
            yield "scenario", _setting(found, rows["label"], "label", None)
        for key, node in self._label(name or Node("", ()), label, other).items():
            if node is not None:
                yield "scenario", _row_of(node.mark, key=Node(key, node.mark), value=node)
        for row, code in found.rows:
            cell = cells[code]
            if code not in ("label", "other") and cell is not None:
                yield "scenario", _setting(found, row, code, self.cells.typed(cell, found.field(code)))


def _setting(found: FoundBlock, row: int, key: str, cell: Node | None) -> Row:
    mark = found.place(row, "value")
    cells = {"key": Node(key, mark)} | ({"value": cell} if cell is not None else {})
    return Row(cells, {"key": mark, "value": mark}, frozenset())


def _row_of(mark: Mark, **cells: Node) -> Row:
    """A row that stands in one cell."""
    return Row(cells, dict.fromkeys(cells, mark), frozenset())


def _value(row: Row, header: str) -> object:
    return row.cells[header].value if header in row.cells else None


_READERS: dict[str, Callable[[ShortReader, FoundBlock], Rows]] = {
    **dict.fromkeys(LABELLED, ShortReader._things),
    "company": ShortReader._company,
    "credit": ShortReader._credit,
    "weights": ShortReader._weights,
    "points": ShortReader._points,
    "rules": ShortReader._form,
    "team_rules": ShortReader._team_rules,
    "pair_rules": ShortReader._pair_rules,
    "caps": ShortReader._caps,
    **dict.fromkeys(("pairs", "sources", "placeholders"), ShortReader._plain),
}
