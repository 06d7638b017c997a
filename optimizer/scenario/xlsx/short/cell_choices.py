"""Lists to choose from and limits of numbers, which a spreadsheet keeps while people type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optimizer.scenario.xlsx.short.company import Company
from optimizer.scenario.xlsx.short.computed import cell_of, range_of
from optimizer.scenario.xlsx.short.pages import PlacedBlock
from optimizer.scenario.xlsx.short.sheet_blocks import LABELLED, WORDS, Field, column_of
from optimizer.scenario.xlsx.validation import limits_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet


def define_lists(book: Workbook, blocks: Mapping[str, PlacedBlock]) -> None:
    """Names for the cells that hold the names of things, so that lists grow with inserted rows."""
    for section in LABELLED:
        book.define_name(f"list_{section}", f"={range_of(blocks[section], 'label')}")


def validate(
    sheet: Worksheet, company: Company, placed: PlacedBlock, code: str, rows: tuple[int, int], column: int
) -> None:
    """What the cells of a column may hold."""
    field = placed.field(code)
    rule = _rule(company, placed, field, rows[0])
    if rule is not None:
        title = placed.filled.headings[placed.filled.codes.index(code)][:32]
        sheet.data_validation(rows[0], column, rows[1], column, {"error_title": title, **rule})


def _rule(company: Company, placed: PlacedBlock, field: Field, row: int) -> dict[str, Any] | None:
    say = company.words.say
    match field.style:
        case "word" | "yes":
            group = field.of or "yes"
            codes = WORDS[group] if field.code != "used" else ("yes",)
            words = [company.words.word(group, code) for code in codes]
            return {"validate": "list", "source": words, "error_message": say("sheets.wrong.list")}
        case "name":
            return _listed(f"=list_{field.of}", say)
        case "counted":
            return _listed(_counted(company, placed, row), say)
        case "number" | "money" | "share" | "count":
            return _number(placed, field, say)
    return None


def _listed(source: str, say: Any) -> dict[str, Any]:
    """Others are questioned, not refused: what they name may be filled in later."""
    message = say("sheets.wrong.name")
    return {"validate": "list", "source": source, "error_type": "warning", "error_message": message}


def _counted(company: Company, placed: PlacedBlock, row: int) -> str:
    """Stages, activities or KPIs, by how they are counted in the same row."""
    side = cell_of(placed, "side", row)
    shared, *arrivals = (
        company.words.word("side", code) for code in ("noise_with", "entering", "entering_denominator")
    )
    stages = ",".join(f'{side}="{word}"' for word in arrivals)
    return f'=IF(OR({stages}),list_stages,IF({side}="{shared}",list_kpis,list_activities))'


def _number(placed: PlacedBlock, field: Field, say: Any) -> dict[str, Any] | None:
    column = column_of(placed.filled.block, field)
    limits = limits_of(column.annotation) if column is not None else None
    if limits is None or limits.rule is None:
        return None
    allowed = ", ".join(limits.bounds) or "0, 1.5, -2"
    return {**limits.rule, "error_message": say("sheets.wrong.number", allowed=allowed)}
