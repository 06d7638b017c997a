"""The first sheet (what was decided, and whether everything ties) and the last (what every column means)."""

from __future__ import annotations

import pandas as pd

from optimizer.tables.marks import COMPANY
from optimizer.tables.rounding import rounded
from reports.workbook.approval_sheet import APPROVAL
from reports.workbook.book import CHANGED, LANGUAGE, Book, Sheet
from reports.workbook.budget import LINE, TOTAL, Paid
from reports.workbook.cases import CASE
from reports.workbook.cash import DATE_HEADS, FLOW_HEADS
from reports.workbook.controls import HEADS, State
from reports.workbook.curves import FIXED as CURVE
from reports.workbook.factors import FIXED as FACTOR
from reports.workbook.factors import HEADS as KNOTS
from reports.workbook.money_limits import LIMITS
from reports.workbook.ratios import HEADS as RATIO
from reports.workbook.ratios import MOST
from reports.workbook.recorded import Amounts
from reports.workbook.year import COMPANY_HEADS, LINE_HEADS, TEAM_HEADS

LANGUAGE_CELL = (2, 1)
STATIC = ((3, 0), (999, 15))
"""Cells of a sheet without formulas."""


def open_summary(book: Book, language: str) -> Sheet:
    """The first sheet, with the cell that chooses the language of all."""
    sheet = book.sheet("Summary", (44, 24, 24, 24))
    sheet.say(0, 0, "xlsx.title", "title")
    sheet.say(2, 0, "xlsx.language")
    sheet.text(*LANGUAGE_CELL, language, "text", "input")
    spoken = [words.language for words in book.words]
    sheet.page.data_validation(*LANGUAGE_CELL, *LANGUAGE_CELL, {"validate": "list", "source": spoken})
    book.name(LANGUAGE, sheet.at(*LANGUAGE_CELL, outside=True))
    return sheet


def write_head(sheet: Sheet, summary: pd.Series) -> None:
    """Scenario, status, currency and period, and how many inputs are not what the run recorded."""
    sheet.say(3, 0, "xlsx.scenario")
    sheet.named(3, 1, "company", str(summary["scenario"]))
    sheet.say(4, 0, "xlsx.status")
    sheet.named(4, 1, "status", str(summary["status"]))
    sheet.say(5, 0, "xlsx.money")
    sheet.text(5, 1, str(summary["currency"]))
    sheet.say(5, 2, f"period.{summary['period']}")
    sheet.say(7, 0, "xlsx.recorded.changed")
    sheet.live(7, 1, CHANGED, 0.0, "whole")
    sheet.say(8, 0, "xlsx.draft")
    sheet.number(8, 1, float(summary["placeholders"]), "whole")
    drafted = {"type": "cell", "criteria": ">", "value": 0, "format": sheet.book.style("bad", "strong")}
    sheet.page.conditional_format(8, 1, 8, 1, drafted)
    changed = {"type": "cell", "criteria": ">", "value": 0, "format": sheet.book.style("bad")}
    sheet.page.conditional_format(7, 1, 7, 1, changed)


def write_changed(sheet: Sheet, changed: pd.DataFrame) -> None:
    """What of the scenario was changed for this run; nothing where nothing was."""
    if changed.empty:
        return
    sheet.say(1, 0, "xlsx.what_if")
    said = (f"{c['path']}: {c['before'] or '–'} → {c['after'] or '–'}" for _, c in changed.iterrows())
    sheet.text(1, 1, "; ".join(said), "text", "bad")
    if changed["anew"].astype(bool).any():
        sheet.say(2, 2, "xlsx.anew", "text", "bad")


def write_state(sheet: Sheet, state: State) -> None:
    """How the controls came out, in words."""
    sheet.say(6, 0, "xlsx.control.all")
    sheet.spoken(6, 1, state.formula, state.said(sheet.book.opens), "total")
    failed = {
        "type": "formula",
        "criteria": f"={state.failed}>0",
        "format": sheet.book.style("bad", "strong"),
    }
    sheet.page.conditional_format(6, 1, 6, 1, failed)


def write_summary(sheet: Sheet, tables: dict[str, pd.DataFrame], amounts: Amounts, paid: Paid) -> str:
    """Plans side by side, then limits; formulas only. Returns the address of net as this workbook has it."""
    plans = shown_plans(tables["plans"])
    sheet.say(9, 0, "xlsx.plans", "section")
    for offset, key in enumerate(SUMMED, 10):
        sheet.say(offset, 0, f"xlsx.amount.{key}")
    for column, (_, plan) in enumerate(plans.iterrows(), 1):
        sheet.label(9, column, plan, "plan", "head")
        _plan(sheet, column, plan, amounts, paid if column == len(plans) else None)
    _limits(sheet, 10 + len(SUMMED) + 1, tables["pay_totals"], paid)
    return sheet.at(10 + SUMMED.index("net"), len(plans), outside=True)


def shown_plans(plans: pd.DataFrame) -> pd.DataFrame:
    """The plan in force and, where there is one, the recommended: the last is the one recomputed."""
    return plans[plans["kind"].isin(["current", "chosen"])]


SUMMED = ("gross", "direct_costs", "revenue", "pay", "charges", "loaded_pay", "net")


def _plan(sheet: Sheet, column: int, plan: pd.Series, amounts: Amounts, paid: Paid | None) -> None:
    """Payouts of the plan that the workbook recomputes are its own; all else is what the run recorded."""
    live = {} if paid is None else {"pay": paid.pay, "charges": paid.charges, "loaded_pay": paid.loaded}
    row = {key: 10 + at for at, key in enumerate(SUMMED)}
    for key in SUMMED[:-1]:
        formula = live[key][COMPANY] if key in live else amounts[str(plan["kind"]), key]
        sheet.live(row[key], column, formula, float(plan[key]), "money")
    net = sheet.book.rounded(f"{sheet.at(row['revenue'], column)}-{sheet.at(row['loaded_pay'], column)}")
    sheet.live(row["net"], column, net, rounded(float(plan["net"]), sheet.book.cents), "money", "total")


def _limits(sheet: Sheet, row: int, totals: pd.DataFrame, paid: Paid) -> None:
    """Every budget of expected loaded payouts: paid, set aside, limit, left."""
    if not paid.limit:
        return
    sheet.say(row, 0, "xlsx.limits", "section")
    sheet.heads(row + 1, ("team", "loaded", "reserve", "limit", "slack"))
    for at, (_, total) in enumerate(totals[totals["limit"].notna()].iterrows(), row + 2):
        team = str(total["team"])
        sheet.who(at, 0, team)
        of = (
            (paid.loaded, "loaded"),
            (paid.reserve, "reserve"),
            (paid.limit, "limit"),
            (paid.slack, "slack"),
        )
        for column, (address, key) in enumerate(of, 1):
            sheet.live(at, column, address[team], float(total[key]), "money")


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
    "Curves": (*CURVE, "knot", "jump", "slope_change"),
    "Factors": (*FACTOR, *KNOTS, "point", "point_weight"),
    "Budget": tuple(dict.fromkeys((*LINE, *TOTAL))),
    "Year": tuple(dict.fromkeys((*COMPANY_HEADS, *TEAM_HEADS, *LINE_HEADS))),
    "Cash": tuple(dict.fromkeys((*FLOW_HEADS, *DATE_HEADS))),
    "Limits": tuple(head for head in LIMITS if head != "team"),
    "Ratios": tuple(dict.fromkeys(head for head in (*RATIO, *MOST) if head != "team")),
    "Attainment": ("attainment", *CASE, "rounding", "reserve", "limit", "slack"),
    "Payouts": PAYOUTS,
    "Robustness": (*ROBUSTNESS, *GUARANTEES),
    "Sensitivity": ("assumption", "source", "range", "factor", "gain", "gain_low", "gain_high"),
    "Approvals": APPROVAL,
    "Controls": tuple(head for head in HEADS if head != "team"),
}


def write_payouts(book: Book, spreads: pd.DataFrame, objectives: pd.DataFrame) -> None:
    """Payouts as distributions, loaded and gross apart, then how likely each objective is."""
    sheet = book.sheet("Payouts", (18, 14, 28, 10, *[14] * 11))
    sheet.say(0, 0, "xlsx.sheet.payouts", "title")
    sheet.say(1, 0, "xlsx.payouts.note", "muted")
    sheet.stale(2, 0)
    sheet.grey_when_changed(*STATIC)
    person, row = spreads["level"] == "person", 3
    for basis, mine in (("loaded", spreads[~person]), ("gross", spreads[person])):
        sheet.say(row, 0, f"xlsx.payouts.{basis}", "section")
        sheet.heads(row + 1, PAYOUTS)
        for at, (_, one) in enumerate(mine.iterrows(), row + 2):
            _spread(sheet, at, one)
        row += len(mine) + 3
    sheet.heads(row, ("plan", "kpi", "attainment", "noise", "reached"))
    for at, (_, one) in enumerate(objectives.iterrows(), row + 1):
        sheet.label(at, 0, one, "plan")
        sheet.label(at, 1, one, "kpi")
        for column, key in enumerate(("attainment", "noise", "reached"), 2):
            sheet.number(at, column, float(one[key]), "share")


def _spread(sheet: Sheet, row: int, one: pd.Series) -> None:
    sheet.label(row, 0, one, "plan")
    sheet.say(row, 1, f"xlsx.level.{one['level']}")
    everybody = "team.everybody" if one["level"] == "person" else "team.company"
    sheet.who(row, 2, str(one["team"]), everybody=everybody)
    sheet.number(row, 3, float(one["people"]), "whole")
    for column, key in enumerate((*PAYOUTS[4:12], "budget"), 4):
        sheet.number(row, column, float(one[key]), "money")
    for column, key in enumerate(("over_budget", "at_goal"), 13):
        sheet.number(row, column, float(one[key]), "share")


def write_robustness(book: Book, plans: pd.DataFrame, guarantees: pd.DataFrame) -> None:
    """Plans in draws from the ranges of the sources, then what is sure whatever people find to do."""
    sheet = book.sheet("Robustness", (60, 12, *[14] * 10))
    sheet.say(0, 0, "xlsx.sheet.robustness", "title")
    sheet.say(1, 0, "xlsx.robustness.note", "muted")
    sheet.stale(2, 0)
    sheet.grey_when_changed(*STATIC)
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
    sheet = book.sheet("Sensitivity", (52, 60, 10, 10, 16, 16, 16))
    sheet.say(0, 0, "xlsx.sheet.sensitivity", "title")
    sheet.say(1, 0, "xlsx.sensitivity.note", "muted")
    sheet.stale(2, 0)
    sheet.grey_when_changed(*STATIC)
    sheet.heads(3, COLUMNS["Sensitivity"])
    for row, (_, one) in enumerate(assumptions.iterrows(), 4):
        sheet.provisional(row, 0, one)
        sheet.source(row, 1, one)
        sheet.number(row, 2, float(one["range"]), "share")
        sheet.number(row, 3, float(one["factor"]), "number")
        for column, key in enumerate(("gain", "gain_low", "gain_high"), 4):
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
