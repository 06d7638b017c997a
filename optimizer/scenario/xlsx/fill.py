"""A scenario as the rows of each sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimizer.scenario.types import Scenario
from optimizer.scenario.write import content_of
from optimizer.scenario.xlsx.layout import Form, SheetColumn, Table, Template


def rows_of(layout: Form | Table, scenario: Scenario) -> list[list[Any]]:
    """The rows of a sheet below its headings; None where a cell stays blank.

    Defaults are blank in tables and written in forms, where they say that a rule is there.
    """
    if isinstance(layout, Form):
        return list(_form_rows(layout, scenario.model_dump(mode="python", by_alias=True)))
    found = _things(layout, layout.path, content_of(scenario), [])
    return [[*keys, *_values(layout.columns, thing)] for keys, thing in found]


def _form_rows(form: Form, content: Mapping[str, Any]) -> Iterator[list[Any]]:
    found = _at(content, form.at) or {}
    blank = [None] * bool(form.named)
    for column, value in zip(form.fields, _values(form.fields, found), strict=True):
        yield [column.header, *blank, value]
    for column in form.named:
        of_names = _at(found, column.path) or {}
        yield from ([column.header, name, value] for name, value in of_names.items())
        if not of_names:
            yield [column.header, None, None]


def _things(
    table: Table, template: Template, found: Any, keys: list[str]
) -> Iterator[tuple[list[str | None], Any]]:
    """Keys and content of each row; a thing without anything in it is a row of its keys alone."""
    if not template:
        yield list(keys), found
        return
    part, rest = template[0], template[1:]
    if isinstance(part, str):
        if isinstance(found, Mapping) and part in found:
            yield from _things(table, rest, found[part], keys)
        elif found == {} and keys:
            yield [*keys, *[None] * (len(table.keys) - len(keys))], None
        return
    if part is None:
        for item in found:
            yield from _things(table, rest, item, keys)
    else:
        choices = table.keys[part].choices or found
        for name in (name for name in found if name in choices):
            yield from _things(table, rest, found[name], [*keys, name])
    if not found and keys:
        yield [*keys, *[None] * (len(table.keys) - len(keys))], None


def _values(columns: Sequence[SheetColumn], found: Any) -> list[Any]:
    return [_value(column, found) for column in columns]


def _value(column: SheetColumn, found: Any) -> Any:
    value = _at(found, column.path)
    return value.get(column.head) if isinstance(value, Mapping) else value


def _at(found: Any, path: Sequence[str]) -> Any:
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
