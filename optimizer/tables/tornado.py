"""What becomes of the gain when numbers of the scenario are off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.scenario.placeholders import is_provisional
from optimizer.tables.explanation import plan_cells
from optimizer.tables.sources import SPOKEN, spoken_cells
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation, TornadoBar


TORNADO = Table(
    "tornado",
    path=Column(str, "name", "the number in the scenario file", "path"),
    source=Column(str, "text", "where the number comes from"),
    range=Column(float, "share", "how far it may be off, 0.2 = ± 20 %; empty where a factor says so"),
    factor=Column(float, "1", "how far it may be off, 2 = half to double; empty where a range says so"),
    placeholder=Column(bool, "flag", "whether nobody has given it yet: its range is a guess, too"),
    number=Column(float, "row", "the number as it is; empty where several move together"),
    gain=Column(float, "money/period", "gain over the current plan with the number as it is"),
    gain_low=Column(
        float,
        "money/period",
        "gain at the low end of the range; empty where that is no valid company",
    ),
    gain_high=Column(
        float,
        "money/period",
        "gain at the high end of the range; empty where that is no valid company",
    ),
    spread=Column(float, "money/period", "largest less smallest of the three gains; rows are ordered by it"),
    flips_current=Column(bool, "flag", "whether the current plan is better at one end of the range"),
    break_even=Column(
        float, "1", "factor on the number at which the gain is nothing; empty: none within the range"
    ),
    lead=Column(
        float,
        "money/period",
        "value over the best runner-up's with the number as it is; empty without runner-up",
    ),
    lead_low=Column(float, "money/period", "the same at the low end of the range"),
    lead_high=Column(float, "money/period", "the same at the high end of the range"),
    flips_runner_up=Column(bool, "flag", "whether a runner-up is better at one end of the range"),
    runner_up=Column(
        str, "text", "the runner-up that is better there, team: KPI weight; else empty", "weights"
    ),
    runner_up_known=Column(
        str, "name", "what it is called where it is one of the table `plans`; else empty", "plan"
    ),
    runner_up_shift=Column(
        str,
        "text",
        "what it has more, less, none or new of than the recommended plan, its pay and curve where these "
        "differ",
        "shift",
    ),
    break_even_runner_up=Column(
        float, "1", "factor on the number at which the lead is nothing; empty: none in range"
    ),
)


def tornado_rows(explanation: Explanation) -> Iterator[Row]:
    placeholders = explanation.cal.scenario.placeholders
    for swing in explanation.tornado:
        low, gain, high = map(float, swing.gains)
        lead_low, lead, lead_high = map(float, swing.leads)
        yield {
            "path": swing.path,
            "source": swing.source.text.en,
            "range": swing.source.range,
            "factor": swing.source.factor,
            "placeholder": is_provisional(swing.path, placeholders),
            "number": swing.number,
            "gain": gain,
            "gain_low": low,
            "gain_high": high,
            "spread": swing.spread,
            "flips_current": swing.flips_current,
            "break_even": swing.break_even,
            "lead": lead,
            "lead_low": lead_low,
            "lead_high": lead_high,
            "flips_runner_up": swing.flips_runner_up,
            **_runner_up_cells(explanation, swing),
            "break_even_runner_up": swing.break_even_runner_up,
        }


def _runner_up_cells(explanation: Explanation, swing: TornadoBar) -> Row:
    if swing.runner_up is None:
        return dict.fromkeys(("runner_up", "runner_up_known", "runner_up_shift"), "")
    cells = plan_cells(explanation, explanation.runners_up[swing.runner_up].paid)
    names = {"plan": "runner_up", "known": "runner_up_known", "shift": "runner_up_shift"}
    return {name: cells[cell] for cell, name in names.items()}


ASSUMPTIONS = Table(
    "assumptions",
    path=Column(str, "name", "the number in the scenario file", "path"),
    source=Column(str, "text", "where the number comes from"),
    range=Column(float, "share", "how far it may be off, 0.2 = ± 20 %; empty where a factor says so"),
    factor=Column(float, "1", "how far it may be off, 2 = half to double; empty where a range says so"),
    placeholder=Column(bool, "flag", "whether nobody has given it yet: its range is a guess, too"),
    **SPOKEN,
    gain=Column(float, "money/period", "gain over the current plan with the number as it is"),
    gain_low=Column(
        float,
        "money/period",
        "gain at the low end of the range; empty where that is no valid company",
    ),
    gain_high=Column(
        float,
        "money/period",
        "gain at the high end of the range; empty where that is no valid company",
    ),
    spread=Column(float, "money/period", "largest less smallest of the three gains"),
    elasticity=Column(float, "1", "relative change of the gain per relative change of the number"),
    changes_sign=Column(bool, "flag", "whether the gain becomes a loss within the range"),
)


def assumptions_rows(explanation: Explanation) -> Iterator[Row]:
    placeholders = explanation.cal.scenario.placeholders
    for swing in explanation.tornado:
        low, gain, high = map(float, swing.gains)
        yield {
            "path": swing.path,
            "source": swing.source.text.en,
            "range": swing.source.range,
            "factor": swing.source.factor,
            "placeholder": is_provisional(swing.path, placeholders),
            **spoken_cells(explanation.cal.scenario, swing.path),
            "gain": gain,
            "gain_low": low,
            "gain_high": high,
            "spread": swing.spread,
            "elasticity": swing.elasticity,
            "changes_sign": swing.flips_current,
        }
