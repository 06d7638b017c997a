"""Rows of the fifth sheet, a path and a value each, put into the tree that the four others gave."""

from __future__ import annotations

import json
from typing import Any

from optimizer.scenario.nodes import DUPLICATE, Node
from optimizer.scenario.problems import Mark, shown
from optimizer.scenario.xlsx.rows import Report
from optimizer.scenario.xlsx.short.more import Parts, parts_of, path_of, value_of
from optimizer.scenario.xlsx.short.sheet_blocks import LABELLED
from optimizer.scenario.xlsx.short.sheet_parts import FoundBlock
from optimizer.scenario.xlsx.short.sheet_words import LABEL_LANGUAGES
from optimizer.scenario.xlsx.tree import FILL, below

_PATH = 'write keys with points between them, e.g. kpis.wins.curve.slope; one that has points itself in "..."'


def put_values(root: Node, found: FoundBlock, report: Report) -> None:
    """Every row of the block; one that contradicts another sheet is reported, not preferred."""
    for row, _ in found.rows:
        path, value = found.cell(row, "path"), found.cell(row, "value")
        if path is None and value is None:
            continue
        parts = None if path is None else path_of(str(path.value))
        if path is None:
            report.add(found.place(row, "path"), "is missing", FILL)
        elif parts is None:
            report.add(path.mark, "is no path", _PATH, shown(path.value))
        elif value is None:
            report.add(found.place(row, "value"), "is missing", FILL, path=parts)
        else:
            _put(root, parts, value, path.mark, report)


def _put(root: Node, parts: Parts, value: Node, mark: Mark, report: Report) -> None:
    if not _is_there(root, parts):
        hint = "delete this row, or name a thing of the sheets before by its short name"
        report.add(mark, "this is of nothing on the other sheets", hint, shown(parts[1]))
        return
    try:
        node = _node(value_of(value.value), value.mark)
    except json.JSONDecodeError as error:
        hint = "write it as JSON, e.g. [[0.8, 0.5], [1, 1]]; a text that starts so in quotes"
        report.add(value.mark, f"cannot be read: {error.msg}", hint, shown(value.value), parts)
        return
    holder = root
    for part in parts[:-1]:
        child = below(holder, (part, mark), Node({}, mark))
        if not isinstance(child.value, dict):
            _unfold(child, part)
        if not isinstance(child.value, dict):
            _refuse(report, mark, child, parts)
            return
        holder = child
    _leaf(holder, parts, node, mark, report)


def _leaf(holder: Node, parts: Parts, node: Node, mark: Mark, report: Report) -> None:
    key, known = parts[-1], holder.child(parts[-1])
    same = known is not None and known.value == {} == node.value
    if known is not None and not same and not (_is_language(parts) and known.plain):
        _refuse(report, mark, known, parts)
        return
    holder.value[key] = node
    holder.keys[key] = mark


def _refuse(report: Report, mark: Mark, first: Node, parts: Parts) -> None:
    hint = f"it is already at {report.file.spot(first.mark)}; keep one of the two"
    report.add(mark, DUPLICATE, hint, path=parts)


def _is_there(root: Node, parts: Parts) -> bool:
    """Things have their rows on the other sheets; here is only what else there is to say of them."""
    if parts[0] not in LABELLED or len(parts) < 2:
        return True
    section = root.child(parts[0])
    return section is not None and section.child(parts[1]) is not None


def _is_language(parts: Parts) -> bool:
    return parts[-1] in LABEL_LANGUAGES


def _unfold(node: Node, key: str) -> None:
    """A plain value as the parts that it stands for: a text in both languages until one is said apart."""
    parts = parts_of(key, node.value)
    if parts:
        node.value = {name: Node(value, node.mark, plain=True) for name, value in parts.items()}
        node.keys = dict.fromkeys(parts, node.mark)


def _node(value: Any, mark: Mark) -> Node:
    if isinstance(value, dict):
        return Node(
            {str(k): _node(v, mark) for k, v in value.items()},
            mark,
            keys=dict.fromkeys(map(str, value), mark),
        )
    if isinstance(value, list):
        return Node([_node(item, mark) for item in value], mark)
    return Node(value, mark)
