"""Charts of the report: plans, waterfall, frontiers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from reports.charts.drawing import Box, drawn, dress, free_place, padded, text_size, ticks
from reports.style import COLOURS, SHY
from reports.words.catalogue import Words

MARKERS = {"current": "s", "named": "o", "equal": "o", "chosen": "D"}
INKS = {"current": "ink", "named": "rival", "equal": "rival", "chosen": "accent"}


@dataclass(frozen=True)
class Dot:
    """A plan on the chart: loaded payouts and revenue [currency/period]."""

    label: str
    paid: float
    revenue: float
    kind: str


def plans_chart(points: list[Dot], budget: float, words: Words, axes: dict[str, str], height: float) -> str:
    """Loaded payouts (across) against revenue (up), every plan labelled, the budget as a line."""

    def draw(figure: Figure) -> None:
        ax = figure.add_axes((0.085, 9.5 / height, 0.905, 1 - 14.5 / height))
        _limits(ax, points, budget)
        _name_axes(ax, words, axes)
        if math.isfinite(budget):
            _budget_line(ax, budget, words)
        for point in points:
            _mark(ax, point)
        _label_points(ax, points, budget)

    return drawn(height, draw)


def _limits(ax: Any, points: list[Dot], budget: float) -> None:
    across = [p.paid for p in points] + ([budget] if math.isfinite(budget) else [])
    ax.set_xlim(*padded(across, 0.16))
    ax.set_ylim(*padded([p.revenue for p in points], 0.22))


def _name_axes(ax: Any, words: Words, axes: dict[str, str]) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        ticks(axis, lambda v: words.write.number(v, words.decimals))
    dress(ax, axes["y"])
    ax.set_xlabel(axes["x"], labelpad=2)


def _budget_line(ax: Any, budget: float, words: Words) -> None:
    ax.axvline(budget, color=COLOURS["bad"], linewidth=0.8, linestyle=(0, (4, 2)))
    top = ax.get_ylim()[1]
    ax.annotate(
        words.say("chart.budget"), (budget, top), (3, -8), textcoords="offset points", color=COLOURS["bad"]
    )


def _mark(ax: Any, point: Dot) -> None:
    colour = COLOURS[INKS[point.kind]]
    filled = point.kind in ("chosen", "current")
    ax.plot(
        [point.paid],
        [point.revenue],
        marker=MARKERS[point.kind],
        markersize=6.5 if point.kind == "chosen" else 5,
        markerfacecolor=colour if filled else COLOURS["paper"],
        markeredgecolor=colour,
        linestyle="none",
        zorder=3,
    )


def _label_points(ax: Any, points: list[Dot], budget: float) -> None:
    """Each label beside its point, where it meets no other label or point; the chosen plan first."""
    figure = ax.figure
    places = [ax.transData.transform((p.paid, p.revenue)) for p in points]
    scale = figure.dpi / 72
    taken: list[Box] = [(x - 5 * scale, y - 5 * scale, x + 5 * scale, y + 5 * scale) for x, y in places]
    if math.isfinite(budget):
        line = float(ax.transData.transform((budget, 0.0))[0])
        taken.append((line - 2 * scale, ax.bbox.y0, line + 2 * scale, ax.bbox.y1))
    for j in sorted(range(len(points)), key=lambda j: (points[j].kind != "chosen", j)):
        text = points[j].label.replace(SHY, "")
        box, offset, align = free_place(places[j], text_size(text, scale), taken, ax.bbox.extents, scale)
        taken.append(box)
        ax.annotate(
            text,
            (points[j].paid, points[j].revenue),
            offset,
            textcoords="offset points",
            ha=align,
            va="center",
            color=COLOURS[INKS[points[j].kind]],
            fontweight="bold" if points[j].kind == "chosen" else "normal",
            bbox={"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
        )


# --- waterfall ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaterfallBar:
    """A change [currency/period] and how it is written."""

    label: str
    change: float
    text: str


WATERFALL = 58.0
"""Height of a waterfall [mm]."""


def waterfall_chart(steps: list[WaterfallBar], whole: WaterfallBar, words: Words, axis: str) -> str:
    """Changes one after the other, from nothing to their sum; text says the sign, colour only repeats it."""
    return drawn(WATERFALL, waterfall_drawing(steps, whole, words, axis))


def waterfall_drawing(
    steps: list[WaterfallBar], whole: WaterfallBar, words: Words, axis: str
) -> Callable[[Figure], None]:
    """What puts it on a figure."""

    def draw(figure: Figure) -> None:
        ax = figure.add_axes((0.085, 0.14, 0.905, 0.74))
        dress(ax, axis)
        ax.grid(visible=False, axis="x")
        at = 0.0
        for j, step in enumerate([*steps, whole]):
            start = at if step is not whole else 0.0
            _step(ax, j, start, step, "accent" if step is whole else "good" if step.change >= 0 else "bad")
            at = start + step.change
        ax.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
        low, high = ax.get_ylim()
        ax.set_ylim(low - 0.06 * (high - low), high + 0.1 * (high - low))
        ax.set_xlim(-0.6, len(steps) + 0.6)
        ax.set_xticks(range(len(steps) + 1), [s.label.replace(SHY, "") for s in [*steps, whole]])
        ticks(ax.yaxis, lambda v: words.write.number(v, words.decimals))

    return draw


def _step(ax: Any, j: int, start: float, step: WaterfallBar, tone: str) -> None:
    ax.bar(j, step.change, bottom=start, width=0.62, color=COLOURS[tone])
    top = max(start, start + step.change)
    ax.annotate(step.text, (j, top), (0, 3), textcoords="offset points", ha="center", va="bottom")
    ax.plot([j + 0.31, j + 0.69], [start + step.change] * 2, color=COLOURS["line"], linewidth=0.8)


# --- frontiers ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """The best value (limit, value, whether it is the scenario's own) as one limit varies."""

    label: str
    unit: str
    points: list[tuple[float, float, bool]]


FRONTIERS = 62.0
"""Height of frontiers [mm]."""


def frontier_chart(traces: list[Trace], words: Words, axis: str) -> str:
    """One small chart per limit, side by side, on the same upright scale; the scenario's own limit filled."""
    return drawn(FRONTIERS, frontier_drawing(traces, words, axis))


def frontier_drawing(traces: list[Trace], words: Words, axis: str) -> Callable[[Figure], None]:
    """What puts them on a figure."""
    values = [value for trace in traces for _, value, _ in trace.points]

    def draw(figure: Figure) -> None:
        width = 0.915 / len(traces)
        for j, trace in enumerate(traces):
            ax = figure.add_axes((0.085 + j * width, 0.16, width - 0.03, 0.7))
            dress(ax, axis if j == 0 else "")
            ax.set_ylim(*padded(values, 0.12))
            _trace(ax, trace, words)
            if j > 0:
                ax.yaxis.set_tick_params(labelleft=False)

    return draw


def _trace(ax: Any, trace: Trace, words: Words) -> None:
    points = sorted(trace.points)
    colour = COLOURS["accent"]
    ax.plot([p[0] for p in points], [p[1] for p in points], color=colour, linewidth=1.0)
    for limit, value, own in points:
        face = colour if own else COLOURS["paper"]
        look = {"markersize": 5, "markerfacecolor": face, "markeredgecolor": colour, "linestyle": "none"}
        ax.plot([limit], [value], marker="D" if own else "o", zorder=3, **look)
    ax.set_xlim(*padded([p[0] for p in points], 0.08))
    ax.set_xlabel(trace.label.replace(SHY, ""), labelpad=2)
    percent, digits = trace.unit == "share", 0 if points[-1][0] - points[0][0] > 0.05 else 1
    ticks(ax.xaxis, lambda v: words.write.percent(v, digits) if percent else words.amount(v), 4)
    ticks(ax.yaxis, lambda v: words.amount(v))


# --- payouts --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A payout [currency/period] under one plan: P10 to P90 with the median, CVaR, budget (or NaN)."""

    label: str
    plan: str
    kind: str
    low: float
    middle: float
    high: float
    worst: float
    budget: float


def spans_chart(spans: list[Span], words: Words, axis: str) -> str:
    """A bar from P10 to P90 per payout and plan, a thin line to the CVaR; the budget as a dashed line."""
    height = 14.0 + 5.2 * len(spans)

    def draw(figure: Figure) -> None:
        ax = figure.add_axes((0.21, 9.0 / height, 0.77, 1 - 13.0 / height))
        dress(ax, axis)
        ax.grid(visible=False, axis="y")
        for at, span in enumerate(spans):
            _span(ax, at, span)
        ax.set_ylim(len(spans) - 0.4, -0.6)
        firsts = [at for at, s in enumerate(spans) if s.kind == "current" or s.label != spans[at - 1].label]
        ax.set_yticks(firsts, [spans[at].label.replace(SHY, "") for at in firsts])
        ends = [v for s in spans for v in (s.low, s.worst, s.budget) if math.isfinite(v)]
        low, high = padded(ends, 0.04)
        ax.set_xlim(low, high + 0.12 * (high - low))
        ticks(ax.xaxis, lambda v: words.amount(v))
        _budgets(ax, spans, words)

    return drawn(height, draw)


def _span(ax: Any, at: int, span: Span) -> None:
    colour = COLOURS[INKS[span.kind]]
    ax.plot([span.low, span.worst], [at, at], color=colour, linewidth=0.8)
    ax.barh(at, span.high - span.low, left=span.low, height=0.5, color=colour, alpha=0.45)
    ax.plot([span.middle] * 2, [at - 0.25, at + 0.25], color=colour, linewidth=1.6)
    ax.plot([span.worst], [at], marker="|", markersize=6, color=colour)
    ax.annotate(
        span.plan, (span.worst, at), (4, 0), textcoords="offset points", va="center", color=COLOURS["muted"]
    )


def _budgets(ax: Any, spans: list[Span], words: Words) -> None:
    for at, span in enumerate(spans):
        if math.isfinite(span.budget):
            look = {"color": COLOURS["bad"], "linewidth": 0.9, "linestyle": (0, (3, 1.5))}
            ax.plot([span.budget] * 2, [at - 0.45, at + 0.45], **look)
    first = next((j for j, s in enumerate(spans) if math.isfinite(s.budget)), None)
    if first is not None:
        place = (spans[first].budget, first - 0.45)
        ax.annotate(
            words.say("chart.budget"),
            place,
            (0, 2),
            textcoords="offset points",
            ha="center",
            color=COLOURS["bad"],
        )
