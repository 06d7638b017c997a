"""Where every value of a scenario stands in a workbook; reading and writing follow the same tables.

A *table* has a thing per row: key columns name it, the others hold its values. A *form* has a value per row.
Columns of values come from the types of `optimizer.scenario.types`, so that a new field is a new column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from optimizer.scenario.curve_types import Accelerator, Curve, Vesting
from optimizer.scenario.messages import options_of
from optimizer.scenario.problems import number
from optimizer.scenario.rule_types import Measured, Pair, Rules
from optimizer.scenario.types import Activity, Kpi, Regime, Scenario, Source, Stage, TargetPay, Team
from optimizer.scenario.value_types import Label

Template = tuple[str | int | None, ...]
"""A path in the tree: a key, the number of the key column that holds it, or None for a list's next place."""
Keys = tuple[str, ...]

COMMENT = "#"
"""Sheets and columns whose name starts with it are the reader's own and are not read."""
NOTES = "notes"
HEADS = {
    Label: ("en", "For people; in both languages, or in English where `label.fr` is filled."),
    TargetPay: ("current", "Today's where `min`, `max` and `step` make it a decision."),
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
class Table:
    name: str
    note: str
    path: Template
    keys: tuple[Key, ...]
    columns: tuple[SheetColumn, ...]

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


# --- columns from types ---------------------------------------------------------------------------------


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
    note = meaning if head == "en" else f"{info.description or ''} {meaning}".strip()
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


def _value(header: str, note: str, annotation: Any = float) -> tuple[SheetColumn, ...]:
    return (SheetColumn(header, (), annotation, note, required=True),)


# --- the sheets -----------------------------------------------------------------------------------------

_SIDES = ("numerator", "denominator", "entering", "entering_denominator")
_FACTORS = ("yields", "inflow", "value")
_TEAM = Key("team", "Name in `teams`.")
_KPI = Key("kpi", "Name in `kpis`.")
_WEIGHT = _value("weight", "Share of the team's target pay that hangs on this KPI; those of a team sum to 1.")


def _name(of: str) -> tuple[Key, ...]:
    return (Key("name", f"How the {of} is called everywhere else: a letter, then letters, digits and _."),)


def _of_curves(section: str, of: str, *inside: str) -> tuple[Table, Table]:
    """The lists of curves, which stand at the things of a section."""
    key = (Key(of, f"Name in `{section}`."),)
    prefix = "" if section == "curves" else f"{of}_"
    return (
        Table(
            f"{prefix}accelerators",
            f"Steeper or flatter parts of curves above target, by {of}.",
            (section, 0, *inside, "accelerators", None),
            key,
            columns_of(Accelerator),
        ),
        Table(
            f"{prefix}vesting",
            f"What curves pay later, by {of}.",
            (section, 0, *inside, "vesting", None),
            key,
            columns_of(Vesting),
        ),
    )


def _scenario() -> Form:
    own = tuple(
        replace(column, default="") if column.path == ("name",) else column
        for column in columns_of(Scenario)
        if column.path[0] != "rules"
    )
    return Form("scenario", "The company and its period.", (), own, nullable=("label",))


def _rules() -> Form:
    limit = "Limit on the expected loaded payout of one team [currency/period]."
    cap = "Most units of one activity [units/period]."
    named = (
        SheetColumn("budget.teams", ("budget", "teams"), float, limit, per="teams"),
        SheetColumn("gaming.caps", ("gaming", "caps"), float, cap, per="activities"),
    )
    note = "What a plan must keep. A rule without a value does not bind."
    return Form("rules", note, ("rules",), columns_of(Rules), named)


SECTIONS: Mapping[str, type[BaseModel]] = {
    "teams": Team,
    "stages": Stage,
    "activities": Activity,
    "kpis": Kpi,
    "curves": Curve,
    "regimes": Regime,
}

SHEETS: tuple[Form | Table, ...] = (
    _scenario(),
    Table("teams", "Who is paid.", ("teams", 0), _name("team"), columns_of(Team)),
    Table(
        "stages", "Pools of things waiting to be worked.", ("stages", 0), _name("stage"), columns_of(Stage)
    ),
    Table("activities", "Ways of working them.", ("activities", 0), _name("activity"), columns_of(Activity)),
    Table(
        "yields",
        "What a unit of an activity leads to.",
        ("activities", 0, "yields", 1),
        (Key("activity", "Name in `activities`."), Key("stage", "Name in `stages`.")),
        _value("units", "Expected units of this stage per unit of the activity."),
    ),
    Table("kpis", "What can be measured and paid.", ("kpis", 0), _name("KPI"), columns_of(Kpi)),
    Table(
        "credit",
        "What each KPI counts.",
        ("kpis", 0, 1, 2),
        (
            _KPI,
            Key("side", "Counted by activity above or below the line, or by stage entered.", _SIDES),
            Key("counted", "Activity (numerator, denominator; also leave:<stage>) or stage (entering)."),
        ),
        _value("coefficient", "Credit per unit."),
    ),
    Table("curves", "Pay curves by name.", ("curves", 0), _name("curve"), columns_of(Curve)),
    *_of_curves("curves", "curve"),
    *_of_curves("kpis", "kpi", "curve"),
    *_of_curves("teams", "team", "curve"),
    Table(
        "current_plan",
        "Weights in force when the volumes were counted.",
        ("current_plan", 0, 1),
        (_TEAM, _KPI),
        _WEIGHT,
    ),
    Table(
        "plans",
        "Named alternatives to compare.",
        ("plans", 0, 1, 2),
        (Key("plan", "How the plan is called."), _TEAM, _KPI),
        _WEIGHT,
    ),
    Table("regimes", "States of the market.", ("regimes", 0), _name("regime"), columns_of(Regime)),
    Table(
        "factors",
        "What a regime multiplies.",
        ("regimes", 0, 1, 2),
        (
            Key("regime", "Name in `regimes`."),
            Key("of", "What is multiplied.", _FACTORS),
            Key("name", "Activity (yields), stage (inflow), stage or activity (value)."),
        ),
        _value("factor", "1 changes nothing."),
    ),
    _rules(),
    Table(
        "measures",
        "KPIs that may be used for a team; a team not named may use every KPI.",
        ("rules", "measures", 0, None),
        (_TEAM,),
        _value("kpi", "Name in `kpis`.", str),
    ),
    Table("locks", "Weights that must not change.", ("rules", "locks", 0, 1), (_TEAM, _KPI), _WEIGHT),
    Table(
        "curve_choice",
        "Curves of which one is chosen for all of a team's pay; a team not named keeps its own.",
        ("rules", "curves", 0, None),
        (_TEAM,),
        _value("curve", "Name in `curves`.", str),
    ),
    Table(
        "controllability",
        "Controllability measured elsewhere.",
        ("rules", "controllability", "override", 0, 1),
        (_TEAM, _KPI),
        columns_of(Measured),
    ),
    Table(
        "pairs",
        "Volume kept in check by quality, for each team.",
        ("rules", "gaming", "pairs", None),
        (),
        columns_of(Pair),
    ),
    Table(
        "sources",
        "Where numbers come from.",
        ("sources", 0),
        (Key("number", "Path of the number, e.g. activities.call.hours."),),
        columns_of(Source),
    ),
)
REFERENCES = {
    "team": "teams",
    "owner": "teams",
    "stage": "stages",
    "from": "stages",
    "activity": "activities",
    "kpi": "kpis",
    "volume": "kpis",
    "quality": "kpis",
    "regime": "regimes",
    "curve": "curves",
}
"""Columns, by their header, that hold names of another sheet."""
