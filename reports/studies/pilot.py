"""Pilots as a PDF: which one to run, or why none will do."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from reports.charts.lines import Line, Panel, Scales, lines_chart
from reports.run import Document
from reports.studies.study import Study, study_pdfs
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables

MOST_TEAMS = 3
"""Charts side by side."""
HEIGHT = 52.0
"""Millimetres."""
LONGEST = 36


def pilot_pdfs(tables: Tables, date: dt.date | None = None) -> Iterator[Document]:
    """`pilot.<language>.pdf` in every language."""
    return study_pdfs("pilot", tables, _said, date)


def _said(words: Words, tables: Tables) -> Study:
    summary = tables["summary"].iloc[0]
    how = [words.say(f"pilot.how.{key}") for key in ("test", "luck", "effect")]
    return Study(
        words.say("pilot.title", company=words.name("company", summary["scenario"])),
        words.say("pilot.subtitle", plan=words.user(str(summary["plan"]))),
        _findings(words, tables),
        [
            _designs(words, tables, "teams"),
            _power(words, tables),
            _designs(words, tables, "designs"),
            chapter(words.say("pilot.how.title"), lead=how),
        ],
    )


def _findings(words: Words, tables: Tables) -> list[str]:
    s = tables["summary"].iloc[0]
    values = {
        "plan": words.user(str(s["plan"])),
        "enough": words.write.percent(s["enough"], 0),
        "alpha": words.write.percent(s["alpha"], 0),
    }
    left_out = [
        words.say(f"pilot.left_out.{line['reason']}", team=words.label(line, "team"))
        for _, line in tables["left_out"].iterrows()
    ]
    if s["team"]:
        return [words.say("pilot.found.run", **values, **_design(words, s)), *left_out]
    if len(tables["teams"]):
        return [words.say("pilot.found.none", **values), *left_out]
    return left_out or [words.say("pilot.found.nothing", **values)]


def _design(words: Words, s: Any) -> dict[str, str]:
    return {
        "team": words.label(s, "team"),
        "kpi": words.quoted(words.label(s, "kpi")),
        "people": words.write.number(s["people"]),
        "others": words.write.number(s["others"]),
        "duration": words.count(f"period.count.{s['period']}", int(s["periods"])),
        "effect": words.write.percent(s["effect"], 1, signed=True),
        "power": words.write.percent(s["power"], 0),
    }


def _power(words: Words, tables: Tables) -> Block | None:
    """Power by length of the pilot, for the fewest people, the most, and those of the design to take."""
    best = tables["teams"].set_index("team")["people"]
    teams = list(tables["designs"].groupby("team", sort=False))[:MOST_TEAMS]
    if not teams:
        return None
    panels, said = [], []
    for team, designs in teams:
        sizes = sorted({designs["people"].min(), best[team], designs["people"].max()})
        lines = [_power_line(words, designs[designs["people"] == n], int(n)) for n in sizes]
        panels.append(Panel(words.name("team", str(team), LONGEST), lines))
        said.append(_power_said(words, panels[-1]))
    percent = partial(words.write.percent, decimals=0)
    enough = words.say("pilot.power.enough")
    level = float(tables["summary"].iloc[0]["enough"])
    across = words.say("pilot.head.periods")
    scales = Scales(across, words.write.number, percent, level, enough, whole=True, room=0.3)
    chart = {"svg": lines_chart(panels, scales, HEIGHT), "alt": " ".join(said)}
    return chapter(words.say("pilot.power.title"), lead=[words.say("pilot.power.lead")], chart=chart)


def _power_line(words: Words, designs: pd.DataFrame, people: int) -> Line:
    points = designs.sort_values("periods")[["periods", "power"]].itertuples(index=False, name=None)
    return Line(words.count("pilot.power.people", people), list(points))


def _power_said(words: Words, panel: Panel) -> str:
    lines = [
        words.say(
            "pilot.power.line",
            people=line.label,
            points=words.write.listed([words.write.percent(power, 0) for _, power in line.points]),
        )
        for line in panel.lines
    ]
    return words.say("pilot.power.alt", team=panel.label, lines=words.say("separator").join(lines))


def _designs(words: Words, tables: Tables, name: str) -> Block | None:
    """The best design of each team, or all of them."""
    rows = []
    for _, line in tables[name].iterrows():
        numbers = (words.write.number(line[c]) for c in ("people", "others", "periods"))
        effect = words.write.percent(line["effect"], 1, signed=True)
        least = words.write.percent(line["detectable"], 1) if math.isfinite(line["detectable"]) else NOTHING
        power = cell(words.write.percent(line["power"], 0), "good" if line["will_do"] else "muted")
        last = (
            words.write.number(line["needed"])
            if name == "teams"
            else words.write.percent(line["textbook"], 0)
        )
        names = (words.label(line, kind) for kind in ("team", "kpi"))
        rows.append(row(*names, *numbers, effect, least, power, last))
    if not rows:
        return None
    heads = ("people", "others", "periods", "effect", "detectable", "power")
    columns = [
        PageColumn(words.say("pilot.head.team"), "left", 1.0),
        PageColumn(words.say("pilot.head.kpi"), "left", 1.2),
        *(PageColumn(words.say(f"pilot.head.{h}")) for h in heads),
        PageColumn(words.say("pilot.head.needed" if name == "teams" else "pilot.head.textbook")),
    ]
    lead = [words.say(f"pilot.{name}.lead")]
    return chapter(words.say(f"pilot.{name}.title"), lead=lead, tables=[table(columns, rows)])
