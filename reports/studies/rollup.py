"""Several units under one envelope as a PDF: what they cost together, and which plan each gets."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reports.run import Document
from reports.studies.study import Study, study_pdfs
from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.periods import period_name
from reports.words.sentences import Tables

MOST_UNITS = 48
"""Units on a page."""
LONGEST_RUN = 60
TONES = {"optimal": "plain", "feasible": "warn", "infeasible": "bad"}


def rollup_pdfs(tables: Tables, date: dt.date | None = None) -> Iterator[Document]:
    """`rollup.<language>.pdf` in every language: two pages, whatever the number of units."""
    return study_pdfs("rollup", tables, _said, date)


def _said(words: Words, tables: Tables) -> Study:
    how = [words.say(f"rollup.how.{key}") for key in ("choices", "program", "luck")]
    summary = tables["summary"].iloc[0]
    counts = {name: words.write.number(summary[name]) for name in ("units", "choices")}
    period = period_name(words, str(summary["period"]))
    return Study(
        words.say("rollup.title"),
        words.say("rollup.subtitle", period=period, **counts),
        rollup_findings(words, tables),
        [
            _joint(words, tables),
            _envelopes(words, tables),
            chapter(words.say("rollup.how.title"), lead=how),
            _units(words, tables),
        ],
    )


def rollup_findings(words: Words, tables: Tables) -> list[str]:
    """What is decided, what luck does to it, and what to know of the units, in sentences."""
    summary = tables["summary"].iloc[0]
    names = ("budget", "loaded", "net", "least", "reserve", "left", "today_loaded", "today_net")
    values: dict[str, str] = {name: words.money(summary[name]) for name in names}
    values |= {
        "period": period_name(words, str(summary["period"])),
        "change": words.money(summary["change"], signed=True),
        "choices": words.write.number(summary["choices"]),
        "short": words.money(summary["least"] - summary["budget"]),
    }
    found = [words.say(f"rollup.found.{summary['outcome']}", **values)]
    if summary["reserve"]:
        found.append(words.say("rollup.found.reserve", **values))
    return [*found, *_luck(words, tables, values), *_counted(words, summary)]


def _luck(words: Words, tables: Tables, values: dict[str, str]) -> Iterator[str]:
    """What luck does to the sum: of the best combination where there is one, and of the plans in force."""
    name = period_name(words, str(tables["summary"].iloc[0]["period"]))
    of_period = {"many": name.many, "period": name}
    best = _drawn(tables, "best", "common")
    if best is not None:
        over = words.write.percent(best["over_budget"], 1)
        told = {key: words.money(best[key]) for key in ("p90", "cvar")}
        yield words.say("rollup.found.risk", left=values["left"], over=over, **told, **of_period)
    if best is not None and len(tables["units"]) > 1:
        sides = {luck: words.money(_drawn(tables, "best", luck)["p90"]) for luck in ("own", "added")}
        yield words.say("rollup.found.luck", **sides, **of_period)
    today = {"loaded": values["today_loaded"], "net": values["today_net"]}
    p90 = words.money(_drawn(tables, "in_force", "common")["p90"])
    yield words.say("rollup.found.today", **today, p90=p90, **of_period)


def _drawn(tables: Tables, combination: str, luck: str) -> Any:
    """A row of the table `joint`; None without such a combination."""
    joint = tables["joint"]
    rows = joint[(joint["combination"] == combination) & (joint["luck"] == luck)]
    return None if rows.empty else rows.iloc[0]


def _counted(words: Words, summary: Any) -> Iterator[str]:
    told = ("kept", "without", "breaking", *(("alone",) if summary["units"] > 1 else ()))
    for name in told:
        if math.isfinite(summary[name]) and summary[name]:
            yield words.count(f"rollup.found.{name}", int(summary[name]))


def _joint(words: Words, tables: Tables) -> Block:
    names = ("expected", "p50", "p90", "cvar")
    columns = [
        PageColumn(words.say("rollup.head.side"), "left", 1.0),
        PageColumn(words.say("rollup.head.luck"), "left", 1.0),
        *(PageColumn(words.say(f"rollup.head.{name}")) for name in (*names, "over")),
    ]
    rows = []
    for _, line in tables["joint"].iterrows():
        said = (words.say(f"rollup.side.{line['combination']}"), words.say(f"rollup.luck.{line['luck']}"))
        over = words.write.percent(line["over_budget"], 1) if math.isfinite(line["over_budget"]) else NOTHING
        rows.append(row(*said, *(_money(words, line[name]) for name in names), over))
    drawn = words.write.number(tables["joint"].iloc[0]["draws"])
    many = period_name(words, str(tables["summary"].iloc[0]["period"])).many
    lead = [words.say("rollup.joint.lead", draws=drawn, many=many)]
    return chapter(words.say("rollup.joint.title"), lead=lead, tables=[table(columns, rows)])


def _envelopes(words: Words, tables: Tables) -> Block:
    columns = [
        PageColumn(words.say("rollup.head.budget"), "left", 1.0),
        PageColumn(words.say("rollup.head.outcome"), "left", 1.0),
        *(PageColumn(words.say(f"rollup.head.{name}")) for name in ("loaded", "net", "change")),
    ]
    rows = [
        row(
            cell(words.money(line["budget"]), "bold" if line["here"] else "plain"),
            cell(words.say(f"rollup.outcome.{line['outcome']}"), TONES[line["outcome"]]),
            _money(words, line["loaded"]),
            _money(words, line["net"]),
            _change(words, line["change"]),
        )
        for _, line in tables["envelopes"].iterrows()
    ]
    lead = [words.say("rollup.envelopes.lead")]
    return chapter(words.say("rollup.envelopes.title"), lead=lead, tables=[table(columns, rows)])


def _units(words: Words, tables: Tables) -> Block:
    """Every unit, or as many as a page holds, by how much their net changes."""
    units = tables["units"]
    shown = units if len(units) <= MOST_UNITS else _most_changed(units)
    columns = [
        PageColumn(words.say("rollup.head.unit"), "left", 1.0),
        PageColumn(words.say("rollup.head.plan"), "left", 1.2),
        *(
            PageColumn(words.say(f"rollup.head.{name}"))
            for name in ("today", "loaded", "p90", "own", "change")
        ),
    ]
    amounts = ("today_loaded", "loaded", "p90", "own_budget")
    rows = [
        row(
            words.name("company", str(line["unit"])),
            choice_said(words, line),
            *(_money(words, line[name]) for name in amounts),
            _change(words, line["change"]),
        )
        for _, line in shown.iterrows()
    ]
    rest = len(units) - len(shown)
    found = tables["summary"].iloc[0]["outcome"] != "infeasible"
    many = period_name(words, str(tables["summary"].iloc[0]["period"])).many
    return chapter(
        words.say("rollup.units.title" if found else "rollup.units.today"),
        lead=[words.say("rollup.units.lead", many=many)],
        tables=[table(columns, rows, long=True)],
        notes=[words.count("rollup.units.more", rest)] if rest else [],
    )


def _most_changed(units: pd.DataFrame) -> pd.DataFrame:
    largest = units["change"].abs().sort_values(ascending=False, kind="stable").index[:MOST_UNITS]
    return units.loc[sorted(largest)]


def choice_said(words: Words, line: Any) -> str:
    """Which plan a unit gets."""
    run = words.user(str(line["run"]), LONGEST_RUN)
    limit = _money(words, line["limit"])
    return words.say(f"rollup.choice.{line['kind']}", run=run, limit=limit)


def _money(words: Words, amount: float) -> str:
    return words.money(amount) if math.isfinite(amount) else NOTHING


def _change(words: Words, amount: float) -> Cell:
    """A loss stands out."""
    if not math.isfinite(amount):
        return NOTHING
    return cell(words.money(amount, signed=True), "bad_text" if amount < 0 else "plain")
