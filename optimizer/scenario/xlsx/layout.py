"""Where every value of a scenario stands in a workbook; reading and writing follow the same tables.

A *table* has a thing per row: key columns name it, the others hold its values. A *form* has a value per row.
Columns of values come from the types of `optimizer.scenario.types`, so that a new field is a new column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from optimizer.scenario.charge_types import Charges
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.messages import options_of
from optimizer.scenario.problems import number
from optimizer.scenario.rule_types import Exposure
from optimizer.scenario.types import Activity, Kpi, Regime, Stage, TargetPay, Team
from optimizer.scenario.value_types import Label

Template = tuple[str | int | None, ...]
"""A path in the tree: a key, the number of the key column that holds it, or None for a list's next place."""
Keys = tuple[str, ...]

SECTIONS: Mapping[str, type[BaseModel]] = {
    "teams": Team,
    "stages": Stage,
    "activities": Activity,
    "kpis": Kpi,
    "curves": Curve,
    "regimes": Regime,
}

COMMENT = "#"
"""Sheets and columns whose name starts with it are the reader's own and are not read."""
NOTES = "notes"
HEADS = {
    Label: ("en", "For people; in both languages, or in English where `label.fr` is filled."),
    TargetPay: ("current", "Today's where `min`, `max` and `step` make it a decision."),
    Exposure: ("limit", "In pay, where `basis` does not say otherwise."),
    Charges: ("rate", "One rate, where no brackets and no preset stand beside it."),
    Curve: ("name", "A name here, or the curve itself in the columns beside it."),
}
"""Types that may also be written as one plain value: the key that this value stands for, and its meaning."""


@dataclass(frozen=True)
class SheetColumn:
    """Values of one kind."""

    header: str
    path: Keys
    """From the place of the row on; empty where the row is the value."""
    annotation: Any
    note: str
    default: str = ""
    """As text; empty where leaving it out means that there is none."""
    required: bool = False
    head: str = ""
    """The key it stands for where columns of the same thing are filled beside it."""
    per: str = ""
    """The sheet whose names it is given for, in a form."""


@dataclass(frozen=True)
class Key:
    """A column that names things."""

    header: str
    note: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetTable:
    name: str
    note: str
    path: Template
    keys: tuple[Key, ...]
    columns: tuple[SheetColumn, ...]
    pair: bool = False
    """Whether a row is a list of its columns' values, rather than a mapping or one value."""

    @property
    def owner(self) -> str | None:
        """The sheet that must already name the first key: `activities` for `yields`."""
        nested = len(self.path) > 2 and self.path[0] in SECTIONS and self.path[1] == 0
        return str(self.path[0]) if nested else None

    @property
    def headers(self) -> tuple[str, ...]:
        return (*(key.header for key in self.keys), *(column.header for column in self.columns))

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which no row can be placed."""
        return tuple(key.header for key in self.keys)


@dataclass(frozen=True)
class Form:
    name: str
    note: str
    at: Keys
    fields: tuple[SheetColumn, ...]
    named: tuple[SheetColumn, ...] = ()
    """Values given per name, in the column `for`."""
    nullable: Keys = ()
    """Keys that stand for nothing where listed without a value, not for their default."""

    @property
    def headers(self) -> tuple[str, ...]:
        return ("key", *(("for",) if self.named else ()), "value")

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which no row can be placed."""
        return self.headers


def columns_of(model: type[BaseModel]) -> tuple[SheetColumn, ...]:
    """The single values of a type, those of nested types included, mappings and lists left out."""
    return tuple(_columns(model, ()))


def collections_of(model: type[BaseModel], path: Keys = ()) -> Iterator[Keys]:
    """Paths of the mappings and lists of a type: what needs a sheet of its own."""
    for key, info in _fields(model):
        if any(get_origin(option) in (dict, tuple) for option in options_of(info.annotation)):
            yield (*path, key)
        for nested in _models(info):
            yield from collections_of(nested, (*path, key))


def _columns(model: type[BaseModel], path: Keys) -> Iterator[SheetColumn]:
    for key, info in _fields(model):
        own = (*path, key)
        head, meaning = next((HEADS[nested] for nested in _models(info) if nested in HEADS), ("", ""))
        if head or _is_plain(info):
            yield _column(own, info, head, meaning)
        for nested in _models(info):
            yield from (column for column in _columns(nested, own) if not head or column.path[-1] != head)


def _column(path: Keys, info: FieldInfo, head: str, meaning: str) -> SheetColumn:
    plain = info.default is None or isinstance(info.default, BaseModel)
    default = "" if info.is_required() or plain else _written(info.default)
    required = info.is_required() and len(path) == 1
    # The constraints of a field stand beside its annotation, not in it.
    annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    own = info.description or ""
    note = (own if info.is_required() else meaning) if head == "en" else f"{own} {meaning}".strip()
    return SheetColumn(".".join(path), path, annotation, note, default, required, head)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return number(value) if isinstance(value, float) else str(value)


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    return ((info.alias or name, info) for name, info in model.model_fields.items())


def _models(info: FieldInfo) -> list[type[BaseModel]]:
    options = options_of(info.annotation)
    return [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]


def _is_plain(info: FieldInfo) -> bool:
    options = options_of(info.annotation)
    return not _models(info) and not any(get_origin(o) in (dict, tuple) for o in options)
