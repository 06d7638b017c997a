"""The sheet of controls: every tie-out and every rule, whatever its result, with a verdict in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from optimizer.tables.marks import COMPANY
from reports.words.catalogue import Words
from reports.words.control_words import control_name
from reports.workbook.book import CHANGED, Book, Sheet, literal
from reports.workbook.budget import Paid
from reports.workbook.plan import Agreed

Cells = dict[tuple[str, str], str]
"""Formulas by control and team."""
Balances = dict[str, tuple[str, str]]
"""Formulas of what must be equal, by control of the year."""
HEADS = ("control", "team", "live", "recorded", "allowed", "difference", "verdict")
LIVE, RECORDED, ALLOWED, DIFFERENCE, VERDICT, FLAG, NAMES = range(2, 9)
MEASURES = ("measures", "least_measures")
"""Controls on the number of KPIs."""
UNITS = {"money": "money", "share": "level", "count": "whole"}
SIDES = {"equal": "ABS({0}-{1})", "at_most": "MAX(0,{0}-{1})", "at_least": "MAX(0,{1}-{0})"}


_SAID = ("hold", "count", "failed")


@dataclass(frozen=True)
class State:
    """How all controls came out: the formula of the sentence in a language and the sentence now, the address
    of the number that failed, and how many did."""

    rows: int
    failed: str
    names: str
    now: tuple[str, ...]
    cells: Mapping[tuple[str, str], tuple[str, str, str]]
    """Addresses of value, limit and verdict by control and team."""

    def formula(self, words: Words) -> str:
        """`"27 controls, all hold"`, or how many failed and which."""
        number = words.write.number(self.rows)
        hold, count, named = (literal(words.say(f"xlsx.controls.{k}", n=number)) for k in _SAID)
        return f"IF({self.failed}=0,{hold},{count}&{self.failed}&{named}&{self.names})"

    def said(self, words: Words) -> str:
        number = words.write.number(self.rows)
        if not self.now:
            return words.say("xlsx.controls.hold", n=number)
        count, named = (words.say(f"xlsx.controls.{k}", n=number) for k in ("count", "failed"))
        return f"{count}{len(self.now)}{named}{', '.join(self.now)}"


def write_controls(
    book: Book, controls: pd.DataFrame, agreed: Agreed, paid: Paid, net: str, balances: Balances
) -> State:
    """Both blocks; `net` is the address of what the summary recomputes, `balances` those of the year."""
    sheet = book.sheet("Controls", (52, 28, 17, 17, 13, 15, 18, 4, 4))
    sheet.say(0, 0, "xlsx.sheet.controls", "title")
    sheet.say(1, 0, "xlsx.controls.note", "muted")
    sheet.stale(2, 0)
    formulas = _formulas(book, agreed, paid, net) | {
        (name, COMPANY): of for name, (of, _) in balances.items()
    }
    limits, names = _limits(paid) | {(name, COMPANY): to for name, (_, to) in balances.items()}, '""'
    first = row = 3
    failed: list[str] = []
    cells: dict[tuple[str, str], tuple[str, str, str]] = {}
    for block in ("ties", "holds"):
        sheet.named(row, 0, "control_block", block, "section")
        sheet.heads(row + 1, HEADS)
        row += 2
        for _, control in controls[controls["block"] == block].iterrows():
            _control(sheet, row, control, formulas, limits)
            value, limit, verdict = (sheet.at(row, c, outside=True) for c in (LIVE, RECORDED, VERDICT))
            cells[str(control["control"]), str(control["team"])] = value, limit, verdict
            failed += [control_name(book.opens, control)] if control["verdict"] == "failed" else []
            names = _failed_names(sheet, row, control, names, ", ".join(failed))
            row += 1
        row += 1
    count = f"SUM({sheet.span((first, FLAG), (row, FLAG))})"
    sheet.live(1, FLAG, count, float(len(failed)), "muted")
    sheet.page.set_column(FLAG, NAMES, None, None, {"hidden": True})
    _paint(sheet, first, row)
    flag = sheet.at(1, FLAG, outside=True)
    return State(len(controls), flag, f"{sheet.name}!{names}", tuple(failed), cells)


def _paint(sheet: Sheet, first: int, last: int) -> None:
    flag = sheet.at(first, FLAG).replace(f"${first + 1}", str(first + 1))
    bad = {"type": "formula", "criteria": f"={flag}=1", "format": sheet.book.style("bad")}
    sheet.page.conditional_format(first, 0, last, VERDICT, bad)


def _formulas(book: Book, agreed: Agreed, paid: Paid, net: str) -> Cells:
    """What the workbook recomputes, by control and team; others are values of the run."""
    found = {("rounding", COMPANY): paid.loaded[COMPANY], ("net", COMPANY): net}
    for name, of in (("pay", paid.pay), ("charges", paid.charges), ("loaded", paid.loaded)):
        found |= {(name, team): address for team, address in of.items()}
    found |= {("teams", team): at for team, at in paid.loaded.items() if team != COMPANY}
    found["expected", COMPANY] = book.rounded(f"{paid.loaded[COMPANY]}+{paid.reserve[COMPANY]}")
    found |= {("min_share_of_target", team): paid.pay[team] for team in paid.least}
    found |= {("weights", team): at for team, at in agreed.weight_sum.items() if team in agreed.measures}
    counts = {team: f'COUNTIF({span},">0")' for team, span in agreed.measures.items()}
    found |= {(name, team): count for name in MEASURES for team, count in counts.items()}
    if paid.probability:
        sums = "+".join(paid.probability[: agreed.regimes])
        found["probabilities", COMPANY] = sums
    return found


def _limits(paid: Paid) -> Cells:
    limits = {("expected" if team == COMPANY else "teams", team): at for team, at in paid.limit.items()}
    return limits | {("min_share_of_target", team): at for team, at in paid.least.items()}


def _control(sheet: Sheet, row: int, control: pd.Series, formulas: Cells, limits: Cells) -> None:
    key, style = (str(control["control"]), str(control["team"])), UNITS[str(control["unit"])]
    sheet.named(row, 0, "control", key[0])
    sheet.who(row, 1, key[1])
    if control["verdict"] == "not_applicable":
        sheet.live(row, FLAG, "0", 0.0, "muted")
        sheet.named(row, VERDICT, "verdict", "not_applicable", "muted")
        return
    value, limit = float(control["value"]), float(control["limit"])
    if key in formulas:
        sheet.live(row, LIVE, formulas[key], value, style)
    else:
        sheet.number(row, LIVE, value, style)
    if key in limits:
        sheet.live(row, RECORDED, limits[key], limit, style)
    else:
        sheet.number(row, RECORDED, limit, style)
    sheet.number(row, ALLOWED, float(control["tolerance"]), "number")
    off = SIDES[str(control["side"])].format(sheet.at(row, LIVE), sheet.at(row, RECORDED))
    sheet.live(row, DIFFERENCE, f"ROUND({off},9)", float(control["difference"]), style)
    _verdict(sheet, row, control, key in formulas)


def _verdict(sheet: Sheet, row: int, control: pd.Series, live: bool) -> None:
    """In words; where inputs were changed, what was recorded no longer compares."""
    failed = f"{sheet.at(row, DIFFERENCE)}>{sheet.at(row, ALLOWED)}"
    stale = f"{CHANGED}>0" if control["block"] == "ties" or not live else ""
    flag = f"IF({stale},0,IF({failed},1,0))" if stale else f"IF({failed},1,0)"
    is_failed = control["verdict"] == "failed"
    sheet.live(row, FLAG, flag, float(is_failed), "muted")

    def formula(words: Words) -> str:
        ok, bad, old = (literal(words.say(f"verdict.{v}")) for v in ("ok", "failed", "changed"))
        known = f"IF({sheet.at(row, FLAG)}=1,{bad},{ok})"
        return f"IF({stale},{old},{known})" if stale else known

    said = sheet.book.opens.say(f"verdict.{control['verdict']}")
    sheet.spoken(row, VERDICT, formula, said, "text")


def _failed_names(sheet: Sheet, row: int, control: pd.Series, before: str, now: str) -> str:
    """The address of the names of all controls that failed up to this one."""
    name = sheet.at(row, 0)
    if control["team"]:
        joint = sheet.by_language(lambda words: literal(words.say("name.of", thing="", part="")))
        name = f"{name}&{joint}&{sheet.at(row, 1)}"
    more = f'{before}&IF({before}="","",", ")&{name}'
    sheet.live(row, NAMES, f"IF({sheet.at(row, FLAG)}=1,{more},{before})", now, "muted")
    return sheet.at(row, NAMES)
