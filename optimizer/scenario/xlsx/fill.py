"""A scenario as the rows of each sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimizer.scenario.types import Scenario
from optimizer.scenario.write import content_of
from optimizer.scenario.xlsx.layout import Form, SheetColumn, SheetTable, Template
from optimizer.scenario.xlsx.plan_rows import whole_plans


def rows_of(layout: Form | SheetTable, scenario: Scenario) -> list[list[Any]]:
    """The rows of a sheet below its headings; None where a cell stays blank.

    Defaults are blank in tables and written in forms, where they say that a rule is there.
    """
    if isinstance(layout, Form):
        return list(_form_rows(layout, scenario.model_dump(mode="python", by_alias=True)))
    content = whole_plans(scenario, content_of(scenario), layout.name)
    things = _things(layout, layout.path, content, [])
    if layout.pair:  # a list of pairs that is there has some
        return [[*keys, *pair] for keys, pair in things if pair is not None]
    return [[*keys, *_values(layout.columns, thing)] for keys, thing in things]


def _form_rows(form: Form, content: Mapping[str, Any]) -> Iterator[list[Any]]:
    values = _at(content, form.at) or {}
    blank = [None] * bool(form.named)
    for column, value in zip(form.fields, _values(form.fields, values), strict=True):
        yield [column.header, *blank, value]
    for column in form.named:
        of_names = _at(values, column.path) or {}
        yield from ([column.header, name, value] for name, value in of_names.items())
        if not of_names:
            yield [column.header, None, None]


def _things(
    table: SheetTable, template: Template, content: Any, keys: list[str]
) -> Iterator[tuple[list[str | None], Any]]:
    """Keys and content of each row; a thing without anything in it is a row of its keys alone."""
    if not template:
        yield list(keys), content
        return
    part, rest = template[0], template[1:]
    if isinstance(part, str):
        if isinstance(content, Mapping) and part in content:
            yield from _things(table, rest, content[part], keys)
        elif content == {} and keys:
            yield [*keys, *[None] * (len(table.keys) - len(keys))], None
        return
    if part is None:
        for item in content:
            yield from _things(table, rest, item, keys)
    else:
        choices = table.keys[part].choices or content
        for name in (name for name in content if name in choices):
            yield from _things(table, rest, content[name], [*keys, name])
    if not content and keys:
        yield [*keys, *[None] * (len(table.keys) - len(keys))], None


def _values(columns: Sequence[SheetColumn], content: Any) -> list[Any]:
    return [_value(column, content) for column in columns]


def _value(column: SheetColumn, content: Any) -> Any:
    value = _at(content, column.path)
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return value.get(column.head) if isinstance(value, Mapping) else value


def _at(content: Any, path: Sequence[str]) -> Any:
    for part in path:
        content = content.get(part) if isinstance(content, Mapping) else None
    return content
