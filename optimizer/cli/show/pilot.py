"""Pilots at a terminal: which one to run, or why none will do."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from optimizer.cli.reader import language
from optimizer.cli.show.terminal import row, share, show, table
from optimizer.tables.table import Tables
from reports.words.catalogue import words_for

REASONS = {
    "no_headcount": "has no headcount in the file",
    "too_few_people": "has too few people for two groups of two",
    "nothing_moves": "has no KPI of its own that the plan moves and luck scatters",
}


def show_pilots(tables: Tables) -> None:
    """The recommendation, then every team."""
    summary = tables["summary"].iloc[0]
    show(*_sentences(summary, tables))
    if len(tables["teams"]):
        show(_teams(tables["teams"], summary["period"]))


def _sentences(s: pd.Series, tables: Tables) -> Iterator[str]:
    period, words = s["period"].replace("_", "-"), words_for(tables, language())
    if s["team"]:
        yield (
            f"Test {s['plan']} in {words.label(s, 'team')}: {s['people']:.0f} people on the new plan and "
            f"{s['others']:.0f} on the current one for {s['periods']:.0f} {period}(s), compared with as long "
            f"before. Judged by “{words.label(s, 'kpi')}”, which should move by {s['effect']:+.1%}: seen in "
            f"{s['power']:.0%} of cases, with {s['alpha']:.0%} false alarms."
        )
    elif len(tables["teams"]):
        yield (
            f"No pilot within today's headcount sees {s['plan']} work in {s['enough']:.0%} of cases with "
            f"{s['alpha']:.0%} false alarms. Launch it as a decision, not as an experiment, and watch it: "
            "`incentives simulate` gives limits, `incentives adjust` learns from results."
        )
    elif not len(tables["left_out"]):
        yield f"{s['plan']} changes nobody's pay: there is nothing to test."
    for _, line in tables["left_out"].iterrows():
        yield f"{words.label(line, 'team')} {REASONS[line['reason']]}: no pilot there."


def _teams(frame: pd.DataFrame, period: str) -> object:
    heads = ["team", "KPI", "who", f"{period}s", "effect", "seen at", "power", "needed"]
    rows = table("The smallest pilot that will do, else the strongest", heads, ("KPI",))
    for _, line in frame.iterrows():
        needed = f"{line['needed']:,.0f}" if math.isfinite(line["needed"]) else "–"
        row(
            rows,
            line["team"],
            line["kpi"],
            f"{line['people']} of {line['headcount']}",
            str(line["periods"]),
            f"{line['effect']:+.1%}",
            share(line["detectable"]),
            f"{line['power']:.0%}",
            needed,
        )
    return rows
