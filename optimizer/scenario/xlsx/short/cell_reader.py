"""Cells of a short workbook as values of the file: words of lists, names, numbers, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.scenario.nodes import Node
from optimizer.scenario.problems import Mark, as_name, did_you_mean, shown
from optimizer.scenario.xlsx.rows import Report, Row
from optimizer.scenario.xlsx.short.sheet_blocks import LEAVE, Field
from optimizer.scenario.xlsx.short.sheet_parts import FoundBlock
from optimizer.scenario.xlsx.short.sheet_words import LEFT, CarriedWords, folded
from optimizer.scenario.xlsx.short.things import Things

_ONE = {"teams": "team", "stages": "stage", "activities": "activity", "kpis": "KPI", "curves": "curve"}
_NUMBER = (
    "delete the cell, format it as a number, and type it again with the decimal sign of your spreadsheet"
)


@dataclass(frozen=True)
class CellReader:
    words: CarriedWords
    things: Things
    report: Report
    _said: set[Mark] = field(default_factory=set)

    def _refuse(self, cell: Node, message: str, hint: str) -> None:
        """Report a cell, once however often it is read."""
        if cell.mark not in self._said:
            self._said.add(cell.mark)
            self.report.add(cell.mark, message, hint, shown(cell.value))

    def node(self, found: FoundBlock, row: int, code: str) -> Node | None:
        """What a cell says, as a file would; None where it is blank."""
        cell = found.cell(row, code)
        if cell is None or self._is_refused(found, row, code):
            return cell
        return self.typed(cell, found.field(code))

    def typed(self, cell: Node, field: Field) -> Node:
        """The value of a cell of a kind."""
        match field.style:
            case "number" | "money" | "share" | "count" if isinstance(cell.value, str):
                self._refuse(cell, "must be a number", _NUMBER)
            case "yes" if not isinstance(cell.value, bool):
                return Node(self._word(cell, "yes") == "yes", cell.mark)
            case "word":
                return Node(self._word(cell, field.of), cell.mark)
            case "name":
                return Node(self._name(cell, field.of), cell.mark)
            case "things":
                code = self.things.names[field.of].code(str(cell.value))
                return Node(code or as_name(str(cell.value)), cell.mark)
        return cell

    def _word(self, cell: Node, group: str) -> str:
        text = str(cell.value)
        code = self.words.words.get(group, {}).get(folded(text))
        if code is not None or text in self.words.words.get(group, {}).values():
            return code or text
        hint = did_you_mean(text, self.words.listed.get(group, []))
        self._refuse(cell, "is not one of the allowed values", hint)
        return text

    def _name(self, cell: Node, section: str) -> str:
        names, text = self.things.names[section], str(cell.value)
        code = names.code(text)
        if code is None:
            hint = did_you_mean(text, names.labels)
            self._refuse(cell, f"unknown {_ONE[section]}", hint)
        return code or as_name(text)

    def is_unknown(self, node: Node | None) -> bool:
        """Whether a cell was refused as naming nothing."""
        return node is not None and node.mark in self._said

    def counted(self, found: FoundBlock, row: int, side: str) -> Node | None:
        """What a KPI counts: a stage, another KPI, an activity, or what is left waiting at a stage."""
        cell = found.cell(row, "counted")
        if cell is None or self._is_refused(found, row, "counted"):
            return cell
        if side.startswith("entering"):
            return Node(self._name(cell, "stages"), cell.mark)
        if side == "noise_with":
            return Node(self._name(cell, "kpis"), cell.mark)
        text = str(cell.value).strip()
        for start in (*self.words.words.get(LEFT, {}), LEAVE):
            if (
                start
                and self.things.names["activities"].code(text) is None
                and folded(text).startswith(start)
            ):
                stage = " ".join(text.split())[len(start) :].strip()
                return Node(f"{LEAVE}{self._name(Node(stage, cell.mark), 'stages')}", cell.mark)
        return Node(self._name(cell, "activities"), cell.mark)

    def row(
        self,
        found: FoundBlock,
        row: int,
        of: Mapping[str, str],
        given: Mapping[str, Node | None] | None = None,
    ) -> Row:
        """A row of the full form: by its heading the code of the column here, or what is given."""
        cells = {header: self.node(found, row, code) for header, code in of.items()} | dict(given or {})
        places = {header: found.place(row, code) for header, code in of.items() if code in found.columns}
        places |= {header: node.mark for header, node in (given or {}).items() if node is not None}
        refused = frozenset(h for h, code in of.items() if self._is_refused(found, row, code))
        return Row({h: node for h, node in cells.items() if node is not None}, places, refused)

    def _is_refused(self, found: FoundBlock, row: int, code: str) -> bool:
        return (row, found.columns.get(code, -1)) in found.grid.refused
