"""An adjustment as a PDF: actuals in their fans, what they say about people, and what to change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

from reports.charts.fan import Fan, Moment, fan_chart
from reports.run import Document
from reports.studies.study import Study, study_pdfs
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words
from reports.words.periods import period_name
from reports.words.sentences import Tables

_MOST_FANS = 3
_CLEAR = 0.1
"""Less narrowing than this says next to nothing."""
_ANYTHING = 2.0


def adjust_pdfs(tables: Tables, date: dt.date | None = None) -> Iterator[Document]:
    """`adjustment.<language>.pdf` in every language."""
    return study_pdfs("adjustment", tables, _said, date)


def _said(words: Words, tables: Tables) -> Study:
    summary = tables["summary"].iloc[0]
    return Study(
        words.say("adjust.title", company=words.name("company", summary["scenario"])),
        words.say("adjust.subtitle", plan=words.user(str(summary["plan"]))),
        _findings(words, summary),
        [
            _fans(words, tables),
            _changes(words, tables),
            _responsiveness(words, tables),
            _actuals(words, tables),
            _attempts(words, tables),
            chapter(
                words.say("adjust.how.title"),
                lead=[words.say(f"adjust.how.{key}") for key in ("prior", "likelihood", "change")],
            ),
        ],
    )


def _findings(words: Words, s: Any) -> list[str]:
    measured = words.write.number(s["measured"])
    sentences = [words.count("adjust.found.surprises", int(s["surprises"]), of=measured)]
    if s["broken"]:
        sentences.append(words.say("adjust.found.broken", rules=words.name("rule_list", s["broken"], 200)))
    values = {
        "plan": words.user(str(s["plan"])),
        "objective": words.say(f"objective.{s['objective']}"),
        "period": period_name(words, str(s["period"])),
        "value": words.money(s["value"]),
        "attainable": words.money(s["attainable"], signed=True),
        "gain": words.money(s["gain"], signed=True),
        "limit": words.write.number(s["limit"], 2),
        "share": words.write.percent(s["recovered"], 0),
    }
    key = "mend" if s["verdict"] == "change" and not s["attainable"] > 0 else s["verdict"]
    sentences.append(words.say(f"adjust.found.{key}", **values))
    if not s["proven"]:
        sentences.append(words.say("adjust.found.unproven"))
    return sentences


def _fans(words: Words, tables: Tables) -> Block:
    """The KPIs measured first."""
    frame = tables["actuals"]
    fans, said = [], []
    for kpi in list(dict.fromkeys(frame["kpi"]))[:_MOST_FANS]:
        mine = frame[frame["kpi"] == kpi].sort_values("period")
        moments = [Moment(int(m["period"]), m["expected"], m["low"], m["high"]) for _, m in mine.iterrows()]
        seen = tuple((int(m["period"]), float(m["value"])) for _, m in mine.iterrows())
        write = partial(words.write.number, decimals=int(mine["digits"].iloc[0]))
        label = words.name("kpi", kpi)
        fans.append(Fan(label, moments, write, seen))
        said.append(f"{label}: {', '.join(write(v) for _, v in seen)}")
    alt = words.say("adjust.fan.alt", points=words.say("separator").join(said))
    chart = {"svg": fan_chart(fans, words, words.say("transition.fan.across")), "alt": alt}
    return chapter(words.say("adjust.fan.title"), lead=[words.say("adjust.fan.lead")], chart=chart)


def _column(words: Words, key: str, share: float = 0.0) -> PageColumn:
    return PageColumn(words.say(f"adjust.head.{key}"), "left" if share else "right", share)


def _part(words: Words, key: str, columns: list[PageColumn], rows: list[Block]) -> Block | None:
    if not rows:
        return None
    lead = [words.say(f"adjust.{key}.lead")]
    return chapter(words.say(f"adjust.{key}.title"), lead=lead, tables=[table(columns, rows)])


def _changes(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.label(line, "team"),
            words.label(line, "kpi"),
            words.write.weight(line["now"]),
            cell(words.write.weight(line["then"]), "bold"),
        )
        for _, line in tables["changes"].iterrows()
    ]
    columns = [_column(words, "team", 1.0), _column(words, "kpi", 1.4), _column(words, "now")]
    return _part(words, "changes", [*columns, _column(words, "then")], rows)


def _responsiveness(words: Words, tables: Tables) -> Block | None:
    rows = []
    for _, line in tables["responsiveness"].iterrows():
        before, low, high, after, least, most = (
            words.write.number(line[c], 2)
            for c in ("prior", "prior_low", "prior_high", "posterior", "low", "high")
        )
        said = words.say(
            "adjust.says.something" if line["narrower"] >= _CLEAR else "adjust.says.nothing",
            share=words.write.percent(line["narrower"], 0),
        )
        between = partial(words.say, "calibration.between")
        rows.append(
            row(
                words.label(line, "team"),
                before,
                between(lo=low, hi=high),
                cell(after, "bold"),
                between(lo=least, hi=most),
                said,
            )
        )
    heads = ("before", "interval", "after", "interval", "says")
    return _part(
        words,
        "responsiveness",
        [_column(words, "team", 1.0), *(_column(words, h) for h in heads)],
        rows,
    )


def _actuals(words: Words, tables: Tables) -> Block | None:
    rows = []
    for _, line in tables["actuals"].iterrows():
        values = (words.write.number(line[c], line["digits"]) for c in ("value", "expected", "low", "high"))
        outside = line["surprising"]
        rows.append(
            row(
                words.label(line, "kpi"),
                words.write.number(line["period"]),
                *values,
                cell(words.say(f"adjust.outside.{bool(outside)}"), "warn" if outside else "muted"),
            )
        )
    heads = ("period", "value", "expected", "low", "high", "verdict")
    return _part(words, "actuals", [_column(words, "kpi", 1.0), *(_column(words, h) for h in heads)], rows)


def _attempts(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.say("adjust.anything")
            if line["limit"] >= _ANYTHING
            else words.write.number(line["limit"], 2),
            words.money(line["gain"], signed=True),
            words.name("status", line["status"]),
        )
        for _, line in tables["attempts"].iterrows()
    ]
    columns = [_column(words, "limit", 1.0), _column(words, "gain"), _column(words, "status")]
    return _part(words, "attempts", columns, rows)


def _distance(words: Words, limit: float) -> str:
    return words.say("adjust.anything") if limit >= _ANYTHING else words.write.number(limit, 2)
