"""Charts of a run as figures to work with in Python: those of the report, and tables as bars.

Each takes the tables of a run and a language, and returns the axes it drew on, None where there is nothing to
draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.tables.rounding import printable
from reports.board.gain import MOST_ASSUMPTIONS, waterfall_bars
from reports.board.limits import frontier_traces
from reports.board.sensitivity import range_label
from reports.charts.bars import Range, Sides, height_of, ranges_drawing, sides_drawing
from reports.charts.charts import FRONTIERS, WATERFALL, frontier_drawing, waterfall_drawing
from reports.charts.drawing import figure_of
from reports.words.catalogue import Words, words_for
from reports.words.sentences import Tables, objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def waterfall(tables: Tables, language: str) -> Axes | None:
    """The change of net by cause."""
    words, shown = _said(tables, language)
    if shown["waterfall"].empty or not shown["summary"].iloc[0]["moved"]:
        return None
    whole = float(shown["plans"].iloc[-1]["net_change"])
    bars = waterfall_bars(words, shown["waterfall_causes"], whole)
    steps, last, axis = bars
    return figure_of(WATERFALL, waterfall_drawing(steps, last, words, axis)).axes[0]


def frontier(tables: Tables, language: str, over: str) -> Axes | None:
    """The best value as one limit varies."""
    words, shown = _said(tables, language)
    frame = shown["frontier"]
    solved = frame[frame["value"].notna() & (frame["over"] == over)]
    if solved.empty:
        return None
    traces, axis = frontier_traces(words, solved, objective(words, shown["summary"].iloc[0]))
    return figure_of(FRONTIERS, frontier_drawing(traces, words, axis)).axes[0]


def tornado(tables: Tables, language: str) -> Axes | None:
    """The gain over the ranges of the numbers that move it most."""
    words, shown = _said(tables, language)
    frame = shown["tornado"].head(MOST_ASSUMPTIONS)
    if frame.empty or not shown["summary"].iloc[0]["moved"]:
        return None
    ranges = [_range(words, line) for _, line in frame.iterrows()]
    axis = f"{words.say('doubt.gain')}, {words.write.symbol}"
    return figure_of(height_of(len(ranges)), ranges_drawing(ranges, axis, words.amount)).axes[0]


def _range(words: Words, line: Any) -> Range:
    low, high = sorted((float(line["gain_low"]), float(line["gain_high"])))
    turns = bool(line["flips_current"])
    return Range(range_label(words, line), low, float(line["gain"]), high, turns)


def weights(tables: Tables, language: str) -> Axes | None:
    """Who is paid on what, now and then."""
    words, shown = _said(tables, language)
    frame = shown["weights"]
    paid = frame[(frame["now"] > 0) | (frame["then"] > 0)]
    sides = [
        Sides(
            f"{words.label(line, 'team')}: {words.label(line, 'kpi')}",
            float(line["now"]),
            float(line["then"]) if line["then"] == line["then"] else 0.0,
        )
        for _, line in paid.iterrows()
    ]
    return _sides(words, sides, words.say("weights.title"), lambda v: words.write.percent(v, 0))


def funnel(tables: Tables, language: str) -> Axes | None:
    """What enters every stage, now and then."""
    words, shown = _said(tables, language)
    sides = [
        Sides(words.label(line, "stage"), float(line["now"]), float(line["then"]))
        for _, line in shown["stages"].iterrows()
    ]
    return _sides(words, sides, words.say("funnel.title"), words.write.number)


def _sides(words: Words, sides: list[Sides], title: str, write: Any) -> Axes | None:
    if not sides:
        return None
    names = (words.say("reached.now"), words.say("reached.then"))
    return figure_of(height_of(len(sides)), sides_drawing(sides, names, title, write)).axes[0]


def _said(tables: Tables, language: str) -> tuple[Words, Tables]:
    shown = printable(tables)
    return words_for(shown, language), shown
