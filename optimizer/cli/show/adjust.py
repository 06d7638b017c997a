"""An adjustment at a terminal: what was measured, what it says about people, what to change."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from optimizer.cli.show.against_today import of_surplus
from optimizer.cli.show.terminal import row, show, table
from optimizer.scenario.types import Scenario
from optimizer.tables.table import Tables

_CLEAR = 0.1
"""Less narrowing than this says next to nothing."""


def show_adjustment(scenario: Scenario, tables: Tables) -> None:
    """Actuals, responsiveness, and the smallest change."""
    summary = tables["summary"].iloc[0]
    show(_actuals(tables["actuals"]), _responsiveness(tables["responsiveness"]))
    show(*_sentences(summary), *of_surplus(scenario))
    if len(tables["changes"]):
        show(_changes(tables["changes"]))


def _actuals(frame: pd.DataFrame) -> object:
    heads = ["KPI", "period", "measured", "expected", "95 % from", "to", ""]
    rows = table("Measured, and what luck alone leaves open", heads, ("",))
    for _, line in frame.iterrows():
        values = (f"{line[c]:,.{line['digits']}f}" for c in ("value", "expected", "low", "high"))
        row(rows, line["kpi"], str(line["period"]), *values, "outside" if line["surprising"] else "")
    return rows


def _responsiveness(frame: pd.DataFrame) -> object:
    heads = ["team", "before", "95 % from", "to", "after", "now from", "now to", "learnt"]
    rows = table("Responsiveness of volume to reward", heads, ("learnt",))
    for _, line in frame.iterrows():
        names = ("prior", "prior_low", "prior_high", "posterior", "low", "high")
        said = f"{line['narrower']:.0%} narrower" if line["narrower"] >= _CLEAR else "almost nothing"
        row(rows, line["team"], *(f"{line[c]:.2f}" for c in names), said)
    return rows


def _sentences(s: pd.Series) -> Iterator[str]:
    money = f"{s['currency']} of {s['objective']} a {s['period'].replace('_', '-')}"
    yield f"{s['surprises']} of {s['measured']} values lie outside their interval (1 in 20 does by luck)."
    if s["broken"]:
        yield f"The plan in force breaks rules once people have learnt: {s['broken']}."
    if s["verdict"] == "no_plan":
        yield (
            "With the pay and curves of the plan in force, no weights keep all rules with people as they now "
            "seem to be; `incentives solve` says why."
        )
    elif s["verdict"] == "keep":
        yield (
            f"Keep {s['plan']}: with its pay and curves, no other weights bring more than its "
            f"{s['value']:,.0f} {money}."
        )
    else:
        yield (
            f"With the same pay and curves, the best weights that keep the rules change the value by "
            f"{s['attainable']:+,.0f} {money}; changing no team's weights by more than {s['limit']:.2g} in "
            f"all, by {s['gain']:+,.0f}" + (f", {s['recovered']:.0%} of it." if s["attainable"] > 0 else ".")
        )
    if not s["proven"]:
        yield "Not every plan looked for is proven best: give more time with --time-limit."


def _changes(frame: pd.DataFrame) -> object:
    rows = table("Change", ["team", "KPI", "now", "then"], ("KPI",))
    for _, line in frame.iterrows():
        row(rows, line["team"], line["kpi"], f"{line['now']:.0%}", f"{line['then']:.0%}")
    return rows
