"""A scenario as the values of the blocks of a short workbook; what has no place in them is left to `more`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.xlsx.short.company import PLAN, TODAY, Company, Values, codes_of, headings_of
from optimizer.scenario.xlsx.short.sheet_blocks import BLOCKS, BY_CODE, LEAVE, Block, Field


@dataclass(frozen=True)
class FilledBlock:
    """A block with its columns, repeated ones numbered, and its rows."""

    block: Block
    codes: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[Values, ...]

    def field(self, code: str) -> Field:
        return self.block.field(code)


def filled_blocks(company: Company) -> tuple[FilledBlock, ...]:
    """Every block of the four sheets, and those of the fifth that have rows."""
    return tuple(_filled(company, block) for block in BLOCKS if block.code != "values")


def filled(company: Company, code: str, rows: Sequence[Values]) -> FilledBlock:
    """A block with rows that are at hand."""
    block = BY_CODE[code]
    codes = tuple(field.code for field in block.fields)
    return FilledBlock(block, codes, headings_of(company, block, codes), tuple(rows))


def _filled(company: Company, block: Block) -> FilledBlock:
    rows = tuple(_ROWS[block.code](company)) if block.code in _ROWS else tuple(_plain_rows(company, block))
    codes = tuple(codes_of(company, block, rows))
    return FilledBlock(block, codes, headings_of(company, block, codes), rows)


# --- rows -----------------------------------------------------------------------------------------------


def _plain_rows(company: Company, block: Block) -> Iterator[Values]:
    """The rows of one sheet of the full form."""
    yield from (_told(company, block.code, row) for row in company.rows(block.table))


def _told(company: Company, code: str, row: Values) -> Values:
    """A row of the full form as one of a block, in words."""
    return {field.code: _shown(company, field, row.get(field.key)) for field in BY_CODE[code].fields}


def _shown(company: Company, field: Field, value: Any) -> Any:
    match field.style:
        case "name" | "things" if value is not None:
            return company.name(field.of, value)
        case "word" if value is not None:
            return company.words.word(field.of, str(value))
        case "yes" if value is not None:
            return company.words.word("yes", "yes" if value else "no")
    return value


def _things(section: str) -> Any:
    def rows(company: Company) -> Iterator[Values]:
        for row, (code, thing) in zip(
            company.rows(section), getattr(company.scenario, section).items(), strict=True
        ):
            told = {"label": company.label(thing.label) or code, "other": company.other(thing.label, code)}
            yield _told(company, section, row) | told | {"code": code}

    return rows


def _activities(company: Company) -> Iterator[Values]:
    for values in _things("activities")(company):
        yields = company.scenario.activities[values["code"]].yields
        pairs: Values = {}
        for number, (stage, units) in enumerate(yields.items(), 1):
            pairs |= {f"to.{number}": company.name("stages", stage), f"units.{number}": units}
        yield {code: value for code, value in values.items() if code not in ("to", "units")} | pairs


def _kpis(company: Company) -> Iterator[Values]:
    for values in _things("kpis")(company):
        kpi = company.scenario.kpis[values["code"]]
        yield values | {"unit": company.label(kpi.unit), "definition": company.label(kpi.definition)}


def _company(company: Company) -> Iterator[Values]:
    scenario = company.scenario
    told = {"label": company.label(scenario.label), "other": company.other(scenario.label, scenario.name)}
    yield _told(company, "company", company.setting("scenario")) | told


def _credit(company: Company) -> Iterator[Values]:
    for row in company.rows("credit"):
        if row["coefficient"] is not None:
            yield _told(company, "credit", row) | {
                "counted": counted_text(company, row["side"], row["counted"])
            }


def counted_text(company: Company, side: str, counted: str) -> str:
    """What a KPI counts, by its label."""
    if side.startswith("entering"):
        return str(company.name("stages", counted))
    if side == "noise_with":
        return str(company.name("kpis", counted))
    if counted.startswith(LEAVE):
        text = company.words.say("sheets.left", stage=str(company.name("stages", counted[len(LEAVE) :])))
        return counted if company.names["activities"].code(text) else text
    return str(company.name("activities", counted))


def _weights(company: Company) -> Iterator[Values]:
    """Teams in their order, KPIs as they come; a column per plan."""
    cells: dict[tuple[str, str], Values] = {}
    plans = {TODAY: company.scenario.current_plan}
    plans |= {f"{PLAN}{name}": weights for name, weights in company.weights().items()}
    for column, weights in plans.items():
        for team, kpis in weights.items():
            for kpi, weight in kpis.items():
                cells.setdefault((team, kpi), {})[column] = weight
    order = list(company.scenario.teams)
    for team, kpi in sorted(cells, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)):
        yield _pair(company, team, kpi) | cells[team, kpi]


def _pair(company: Company, team: str, kpi: str) -> Values:
    return {"team": company.name("teams", team), "kpi": company.name("kpis", kpi)}


def _rules(company: Company) -> Iterator[Values]:
    block, settings = BY_CODE["rules"], {name: company.setting(name) for name in ("rules", "scenario")}
    yield {
        field.code: _shown(company, field, settings[field.table or block.table].get(field.key))
        for field in block.fields
    }


def _team_rules(company: Company) -> Iterator[Values]:
    budgets = {row["for"]: row["value"] for row in company.rows("rules") if row["key"] == "budget.teams"}
    numbers = {row["team"]: row for row in company.rows("team_weights")}
    for team in [name for name in company.scenario.teams if name in budgets or name in numbers]:
        own = numbers.get(team, {})
        told = {code: own.get(code) for code in ("min_measures", "max_measures", "step")}
        yield {"team": company.name("teams", team), **told, "budget": budgets.get(team)}


def _pair_rules(company: Company) -> Iterator[Values]:
    cells: dict[tuple[str, str], Values] = {}
    yes = company.words.word("yes", "yes")
    for row in company.rows("measures"):
        if row["kpi"] is not None:
            cells.setdefault((row["team"], row["kpi"]), {})["used"] = yes
    for field in BY_CODE["pair_rules"].fields[3:]:
        for row in company.rows(field.table):
            if row["kpi"] is not None and row[field.key] is not None:
                cells.setdefault((row["team"], row["kpi"]), {})[field.code] = row[field.key]
    for (team, kpi), values in cells.items():
        yield _pair(company, team, kpi) | values


def _caps(company: Company) -> Iterator[Values]:
    for row in company.rows("rules"):
        if row["key"] == "gaming.caps" and row["for"] is not None:
            yield {"activity": company.name("activities", row["for"]), "cap": row["value"]}


def _sources(company: Company) -> Iterator[Values]:
    for row, source in zip(company.rows("sources"), company.scenario.sources.values(), strict=True):
        yield _told(company, "sources", row) | {"text": company.label(source.text)}


def _points(company: Company) -> Iterator[Values]:
    """Of curves that have a name; the full form gives one to those that plans draw in place."""
    for row in company.rows("points"):
        if row["curve"] in company.scenario.curves:
            yield _told(company, "points", row)


_ROWS: dict[str, Any] = {
    "company": _company,
    "teams": _things("teams"),
    "stages": _things("stages"),
    "activities": _activities,
    "kpis": _kpis,
    "credit": _credit,
    "weights": _weights,
    "points": _points,
    "rules": _rules,
    "team_rules": _team_rules,
    "pair_rules": _pair_rules,
    "caps": _caps,
    "sources": _sources,
}
