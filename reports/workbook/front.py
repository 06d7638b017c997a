"""The first sheet (what was decided, and whether everything ties) and the last (what every column means)."""

from __future__ import annotations

import pandas as pd

from reports.workbook.book import Book, Sheet
from reports.workbook.budget import COMPANY, LINE, TOTAL, Paid
from reports.workbook.curves import FIXED as CURVE

LANGUAGE_CELL = (2, 1)


def open_summary(book: Book, language: str) -> Sheet:
    """The first sheet, with the cell that chooses the language of all."""
    sheet = book.sheet("Summary", (44, 24, 24, 24))
    sheet.say(0, 0, "xlsx.title", "title")
    sheet.say(2, 0, "xlsx.language")
    sheet.text(*LANGUAGE_CELL, language, "text", "input")
    spoken = [words.language for words in book.words]
    sheet.page.data_validation(*LANGUAGE_CELL, *LANGUAGE_CELL, {"validate": "list", "source": spoken})
    book.name_language(sheet.at(*LANGUAGE_CELL, outside=True))
    return sheet


def write_summary(sheet: Sheet, tables: dict[str, pd.DataFrame], paid: Paid, controls: str) -> None:
    """Scenario and status, plans side by side, payouts as this workbook recomputes them."""
    summary = tables["summary"].iloc[0]
    sheet.say(3, 0, "xlsx.scenario")
    sheet.named(3, 1, "company", str(summary["scenario"]))
    sheet.say(4, 0, "xlsx.status")
    sheet.named(4, 1, "status", str(summary["status"]))
    sheet.say(5, 0, "xlsx.money")
    sheet.text(5, 1, str(summary["currency"]))
    sheet.say(5, 2, f"period.{summary['period']}")
    sheet.say(6, 0, "xlsx.control.all")
    sheet.live(6, 1, controls, 0.0, "money", "total")
    bad = {"type": "cell", "criteria": ">", "value": 0, "format": sheet.book.style("bad")}
    sheet.page.conditional_format(6, 1, 6, 1, bad)
    _plans(sheet, 8, tables["plans"])
    _payouts(sheet, 16, tables["pay_totals"].iloc[-1], paid)


def _plans(sheet: Sheet, row: int, plans: pd.DataFrame) -> None:
    """Current and recommended plan, as on page one of the report."""
    shown = plans[plans["kind"].isin(["current", "chosen"])]
    sheet.say(row, 0, "xlsx.plans", "section")
    for column, (_, plan) in enumerate(shown.iterrows(), 1):
        sheet.label(row, column, plan, "plan", "head")
        for offset, key in enumerate(("gross", "direct_costs", "revenue", "loaded_pay", "net"), 1):
            sheet.number(row + offset, column, float(plan[key]), "amount")
    for offset, key in enumerate(("gross", "direct_costs", "revenue", "loaded_pay", "net"), 1):
        sheet.say(row + offset, 0, f"xlsx.amount.{key}")


def _payouts(sheet: Sheet, row: int, company: pd.Series, paid: Paid) -> None:
    sheet.say(row, 0, "xlsx.payouts", "section")
    live = [("pay", paid.pay[COMPANY], "pay"), ("loaded", paid.loaded[COMPANY], "loaded")]
    if COMPANY in paid.limit:
        live += [("limit", paid.limit[COMPANY], "limit"), ("slack", paid.slack[COMPANY], "slack")]
    for offset, (key, address, column) in enumerate(live, 1):
        sheet.say(row + offset, 0, f"xlsx.col.{key}")
        sheet.live(row + offset, 1, address, float(company[column]), "money")


PAYOUTS = (
    "plan", "who", "team", "headcount", "target", "expected", "mean",
    "p10", "p50", "p90", "p95", "cvar", "limit", "over_budget", "at_goal",
)  # fmt: skip
ROBUSTNESS = (
    "candidate", "role", "stated", "drawn_mean", "worst_draws", "regret", "behind", "behind_error",
    "best_share", "beats_current", "breaks_budget", "draws",
)  # fmt: skip
GUARANTEES = ("team", "paid_share", "kept", "reason")
COLUMNS = {
    "Plan": ("team", "headcount", "target_pay", "charges_rate", "weight_sum", "kpi", "weight", "euros"),
    "Curves": (*CURVE, "knot", "jump", "slope_change", "point", "point_weight"),
    "Budget": tuple(dict.fromkeys((*LINE, *TOTAL))),
    "Attainment": ("attainment", "pay", "loaded", "limit", "slack"),
    "Payouts": PAYOUTS,
    "Robustness": (*ROBUSTNESS, *GUARANTEES),
    "Sensitivity": ("assumption", "source", "range", "gain", "gain_low", "gain_high"),
    "Controls": ("control", "live", "recorded", "allowed", "difference"),
}


def write_payouts(book: Book, spreads: pd.DataFrame, objectives: pd.DataFrame) -> None:
    """Payouts as distributions, then how likely each objective is."""
    sheet = book.sheet("Payouts", (18, 14, 28, 10, *[14] * 11))
    sheet.say(0, 0, "xlsx.sheet.payouts", "title")
    sheet.say(1, 0, "xlsx.payouts.note", "muted")
    sheet.heads(3, PAYOUTS)
    amounts = (*PAYOUTS[4:12], "budget")
    row = 4
    for _, one in spreads.iterrows():
        sheet.label(row, 0, one, "plan")
        sheet.say(row, 1, f"xlsx.level.{one['level']}")
        everybody = "team.everybody" if one["level"] == "person" else "team.company"
        sheet.who(row, 2, str(one["team"]), everybody=everybody)
        sheet.number(row, 3, float(one["people"]), "whole")
        for column, key in enumerate(amounts, 4):
            sheet.number(row, column, float(one[key]), "money")
        for column, key in enumerate(("over_budget", "at_goal"), 13):
            sheet.number(row, column, float(one[key]), "share")
        row += 1
    sheet.heads(row + 1, ("plan", "kpi", "attainment", "noise", "reached"))
    for at, (_, one) in enumerate(objectives.iterrows(), row + 2):
        sheet.label(at, 0, one, "plan")
        sheet.label(at, 1, one, "kpi")
        for column, key in enumerate(("attainment", "noise", "reached"), 2):
            sheet.number(at, column, float(one[key]), "share")
    sheet.page.freeze_panes(4, 1)


def write_robustness(book: Book, plans: pd.DataFrame, guarantees: pd.DataFrame) -> None:
    """Plans in draws from the ranges of the sources, then what is sure whatever people find to do."""
    sheet = book.sheet("Robustness", (60, 12, *[14] * 10))
    sheet.say(0, 0, "xlsx.sheet.robustness", "title")
    sheet.say(1, 0, "xlsx.robustness.note", "muted")
    row = _write_candidates(sheet, 3, plans) if len(plans) else 3
    sheet.heads(row, GUARANTEES)
    for at, (_, one) in enumerate(guarantees.iterrows(), row + 1):
        sheet.label(at, 0, one, "team")
        sheet.number(at, 1, float(one["share"]), "level")
        sheet.number(at, 2, float(one["amount"]), "money")
        sheet.named(at, 3, "no_guarantee", str(one["reason"]))
    sheet.page.freeze_panes(4, 1)


def _write_candidates(sheet: Sheet, top: int, plans: pd.DataFrame) -> int:
    """Every plan that was compared; the row where the sheet goes on."""
    sheet.heads(top, ROBUSTNESS)
    for row, (_, one) in enumerate(plans.iterrows(), top + 1):
        sheet.candidate(row, 0, one, "wrap")
        sheet.say(row, 1, f"xlsx.robust.{'recommended' if one['recommended'] else one['kind']}")
        for column, key in enumerate(("value", "mean", "cvar", "regret", "behind", "behind_error"), 2):
            sheet.number(row, column, float(one[key]), "money")
        for column, key in enumerate(("best", "beats_current", "breaks_budget"), 8):
            sheet.number(row, column, float(one[key]), "share")
        sheet.number(row, 11, float(one["draws"]), "whole")
    return top + len(plans) + 2


def write_sensitivity(book: Book, assumptions: pd.DataFrame) -> None:
    """What the gain becomes when a number of the scenario is off by its range."""
    sheet = book.sheet("Sensitivity", (52, 60, 10, 16, 16, 16))
    sheet.say(0, 0, "xlsx.sheet.sensitivity", "title")
    sheet.say(1, 0, "xlsx.sensitivity.note", "muted")
    sheet.heads(3, COLUMNS["Sensitivity"])
    for row, (_, one) in enumerate(assumptions.iterrows(), 4):
        sheet.label(row, 0, one, "path")
        sheet.text(row, 1, str(one["source"]), "wrap")
        sheet.number(row, 2, float(one["range"]), "share")
        for column, key in enumerate(("gain", "gain_low", "gain_high"), 3):
            sheet.number(row, column, float(one[key]), "money")
    sheet.page.freeze_panes(4, 1)


def write_dictionary(book: Book) -> None:
    """Every column of every sheet: meaning and unit."""
    sheet = book.sheet("Dictionary", (16, 34, 100))
    sheet.say(0, 0, "xlsx.sheet.dictionary", "title")
    sheet.heads(2, ("sheet", "column", "meaning"))
    rows = [(name, key) for name, keys in COLUMNS.items() for key in keys]
    for row, (name, key) in enumerate(rows, 3):
        sheet.text(row, 0, name, "muted")
        sheet.say(row, 1, f"xlsx.col.{key}")
        sheet.say(row, 2, f"xlsx.def.{key}", "wrap")
    sheet.page.freeze_panes(3, 2)
