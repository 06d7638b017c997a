"""What stands where in the short form of a workbook: blocks, one below the other, on five sheets.

A block is a part of one sheet of the full form, or of a few: `Field.header` is the heading there, so that
both forms are read by the same rules. Words of blocks and fields are phrases of the locale, by their codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from optimizer.scenario.value_types import Period
from optimizer.scenario.xlsx.layout import Form, SheetColumn
from optimizer.scenario.xlsx.sheets import BY_NAME

Style = Literal[
    "text", "number", "money", "share", "count", "yes", "word", "name", "things", "counted", "sum"
]
"""What a cell holds: `word` one of a list, `name` a thing of a section, `things` any of a section or a
new one, `counted` whatever a KPI can count, `sum` what is computed and not read."""

PAGES = ("teams", "funnel", "plan", "rules", "more")
"""The sheets, in order; the last only where something has no place on the others."""
LABELLED = ("teams", "stages", "activities", "kpis")
"""Sections whose things are called by their labels."""


REPEATED = ("to", "units", "plan")
"""Codes of columns that there are several of, with a number or a name."""


@dataclass(frozen=True)
class Field:
    """A column of a block, or a row of a form."""

    code: str
    style: Style = "text"
    of: str = ""
    """Section of a name; group of words."""
    header: str = ""
    """Heading on the sheet of the full form, where it is not the code."""
    table: str = ""
    """That sheet, where it is not the block's."""

    @property
    def key(self) -> str:
        return self.header or self.code


@dataclass(frozen=True)
class Block:
    code: str
    page: str
    fields: tuple[Field, ...]
    table: str = ""
    """The sheet of the full form that most of it belongs to."""
    form: bool = False
    """A value per row, rather than a thing per row."""

    @cached_property
    def by_code(self) -> dict[str, Field]:
        return {field.code: field for field in self.fields}

    def has(self, code: str) -> bool:
        """Whether a column may be called so."""
        head, _, rest = code.partition(".")
        return code in self.by_code or (head in REPEATED and head in self.by_code and rest != "")

    def field(self, code: str) -> Field:
        """By its code, of which repeated columns add a number or a name: `units.2`, `plan.quality`."""
        return self.by_code.get(code) or self.by_code[code.partition(".")[0]]


CODE, OTHER = Field("code"), Field("other")
"""How a thing is called in the file, and its label in the other language."""


def _things(section: str, page: str, *fields: Field) -> Block:
    return Block(section, page, (Field("label"), *fields, OTHER, CODE), section)


def _shares(*codes: str) -> tuple[Field, ...]:
    return tuple(Field(code, "share") for code in codes)


def _money(*codes: str) -> tuple[Field, ...]:
    return tuple(Field(code, "money") for code in codes)


_TEAM, _KPI = Field("team", "name", "teams"), Field("kpi", "name", "kpis")

BLOCKS: tuple[Block, ...] = (
    Block(
        "company",
        "teams",
        (
            Field("label"),
            Field("other"),
            Field("name"),
            Field("currency"),
            Field("period", "word", "period"),
        ),
        "scenario",
        form=True,
    ),
    _things(
        "teams",
        "teams",
        Field("headcount", "count"),
        Field("hours", "number"),
        Field("hours_today", "sum"),
        *_money("base_pay", "target_pay"),
        Field("variable_share", "sum"),
        *_money("target_pay.min", "target_pay.max", "target_pay.step"),
        *_shares("charges"),
        Field("paid_on", "word", "paid_on"),
        *_shares("skill_spread"),
        Field("responsiveness", "number"),
        Field("effort", "number"),
        *_shares("luck_discount", "discount"),
    ),
    _things(
        "stages",
        "funnel",
        Field("owner", "name", "teams"),
        Field("inflow", "number"),
        Field("value", "money"),
        Field("arrives", "sum"),
    ),
    _things(
        "activities",
        "funnel",
        _TEAM,
        Field("from", "name", "stages"),
        Field("to", "name", "stages"),
        Field("units", "number"),
        Field("hours", "number"),
        *_money("cash"),
        Field("lag", "number"),
        Field("baseline", "number"),
        Field("hours_today", "sum"),
        Field("gaming", "yes"),
        Field("reach", "number"),
        Field("entry", "share"),
        *_money("value"),
    ),
    Block("weights", "plan", (_TEAM, _KPI, Field("plan", "share", header="weight", table="plans"))),
    _things(
        "kpis",
        "plan",
        Field("unit"),
        Field("kind", "sum"),
        Field("target", "number"),
        *_shares("noise", "individual_noise", "curve.threshold", "curve.cap"),
        Field("curve", "things", "curves"),
        Field("constant", "number"),
        Field("definition"),
    ),
    Block(
        "points",
        "plan",
        (
            Field("curve", "things", "curves"),
            Field("form", "word", "form"),
            *_shares("attainment", "pays"),
        ),
        "points",
    ),
    Block(
        "credit",
        "plan",
        (_KPI, Field("counted", "counted"), Field("side", "word", "side"), Field("coefficient", "number")),
        "credit",
    ),
    Block(
        "rules",
        "rules",
        (
            Field("objective", "word", "objective"),
            *_money("budget.expected", "budget.reserve"),
            *_shares("budget.min_share_of_target", "budget.cvar.level"),
            *_money("budget.cvar.limit"),
            *_shares("budget.percentile.level"),
            *_money("budget.percentile.limit"),
            *_shares("weights.step", "weights.min", "weights.max"),
            Field("weights.max_measures", "count"),
            *_shares("change_limit", "controllability.floor", "controllability.mean"),
            *_shares("gaming.tolerance", "gaming.margin", "gaming.exposure"),
            Field("targets.mode", "word", "targets", table="scenario"),
            Field("targets.stretch", "share", table="scenario"),
        ),
        "rules",
        form=True,
    ),
    Block(
        "team_rules",
        "rules",
        (
            _TEAM,
            Field("min_measures", "count", table="team_weights"),
            Field("max_measures", "count", table="team_weights"),
            Field("step", "share", table="team_weights"),
            Field("budget", "money", header="budget.teams", table="rules"),
        ),
    ),
    Block(
        "pair_rules",
        "rules",
        (
            _TEAM,
            _KPI,
            Field("used", "yes", header="kpi", table="measures"),
            Field("lock", "share", header="weight", table="locks"),
            Field("min", "share", table="limits"),
            Field("max", "share", table="limits"),
            Field("value", "share", table="controllability"),
            Field("source", table="controllability"),
        ),
    ),
    Block(
        "caps",
        "rules",
        (
            Field("activity", "name", "activities"),
            Field("cap", "number", header="gaming.caps", table="rules"),
        ),
    ),
    Block(
        "pairs",
        "rules",
        (
            _TEAM,
            Field("volume", "name", "kpis"),
            Field("quality", "name", "kpis"),
            Field("ratio", "number"),
        ),
        "pairs",
    ),
    Block("values", "more", (Field("path"), Field("value"))),
    Block(
        "sources",
        "more",
        (
            Field("number"),
            Field("text"),
            *_shares("range"),
            Field("factor", "number"),
            Field("kind", "word", "kind"),
            Field("of"),
        ),
        "sources",
    ),
    Block("placeholders", "more", (Field("placeholder"),), "placeholders"),
)
BY_CODE = {block.code: block for block in BLOCKS}

NEEDED: dict[str, tuple[str, ...]] = {
    "credit": ("kpi", "counted", "side", "coefficient"),
    "weights": ("team", "kpi"),
    "points": ("curve", "form", "attainment", "pays"),
    "team_rules": ("team",),
    "pair_rules": ("team", "kpi"),
    "caps": ("activity", "cap"),
    "pairs": ("team", "volume", "quality"),
    "values": ("path", "value"),
    "sources": ("number", "text"),
    "placeholders": ("placeholder",),
}
"""Columns without which no row of a block can be placed; of things a label or a code."""

WORDS: dict[str, tuple[str, ...]] = {
    "period": get_args(Period),
    "paid_on": ("team", "person"),
    "side": ("entering", "numerator", "entering_denominator", "denominator", "noise_with"),
    "form": ("points", "steps", "rates"),
    "objective": ("revenue", "net", "surplus"),
    "targets": ("fixed", "reset"),
    "kind": ("measured", "assumed"),
    "yes": ("yes", "no"),
}
"""What the cells of a list may say."""

LEAVE = "leave:"
"""Start of what a KPI counts where units are left waiting at a stage."""


def column_of(block: Block, field: Field) -> SheetColumn | None:
    """The column, or row, of the full form that a field is of; None where it is none of values."""
    layout = BY_NAME.get(field.table or block.table)
    if layout is None:
        return None
    columns = (*layout.fields, *layout.named) if isinstance(layout, Form) else layout.columns
    return next((column for column in columns if column.header == field.key), None)
