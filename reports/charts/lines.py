"""Lines side by side: one small chart per thing, all on the same scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports.charts.drawing import Write, drawn, dress, padded, ticks
from reports.style import COLOURS, SHY

DASHES = ("solid", (0, (5, 2)), (0, (2, 1.5)))
"""Told apart without colour."""
_LABEL_HEIGHT = 0.09
"""Share of the upright scale that a label takes."""


class Line(NamedTuple):
    """What is written at its end, and points (across, up) in the order in which they are joined."""

    label: str
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """What stands over a chart, and at most as many lines as there are DASHES."""

    label: str
    lines: list[Line]


@dataclass(frozen=True)
class Scales:
    """How the two scales are named and written; `level` is marked across the chart, with its name."""

    across: str
    write_across: Write
    write_up: Write
    level: float
    level_label: str
    whole: bool = False
    """Only whole numbers stand across."""
    room: float = 0.0
    """Share of the width kept free for labels at the right."""


def lines_chart(panels: list[Panel], scales: Scales, height: float) -> str:
    """Panels from left to right; lines may jump upright."""
    points = [p for panel in panels for line in panel.lines for p in line.points]
    last = max(p[0] for p in points)
    low, high = padded([p[0] for p in points], 0.04)

    def draw(figure: Figure) -> None:
        width = 0.915 / len(panels)
        for j, panel in enumerate(panels):
            gap = 0.05 if len(panels) > 1 else 0.0
            box = (0.085 + j * width, 9.5 / height, width - gap, 1 - 15.0 / height)
            ax = figure.add_axes(box)
            dress(ax, panel.label.replace(SHY, ""))
            ax.set_xlabel(scales.across, labelpad=2)
            ax.set_xlim(low, high + scales.room * (high - low))
            ax.set_ylim(*padded([0.0, scales.level, *(p[1] for p in points)], 0.12))
            ticks(ax.xaxis, lambda v: scales.write_across(v) if v <= last else "")
            ticks(ax.yaxis, scales.write_up)
            ax.xaxis.set_major_locator(MaxNLocator(5, integer=scales.whole))
            _level(ax, scales.level, scales.level_label if j == 0 else "")
            _lines(ax, panel.lines)

    return drawn(height, draw)


def _level(ax: Any, level: float, label: str) -> None:
    ax.axhline(level, color=COLOURS["muted"], linewidth=0.8, linestyle=(0, (4, 2)))
    look = {"textcoords": "offset points", "color": COLOURS["muted"]}
    ax.annotate(label, (ax.get_xlim()[0], level), (3, 3), **look)


def _lines(ax: Any, lines: list[Line]) -> None:
    """Lines, and labels at their ends that do not cover each other."""
    low, high = ax.get_ylim()
    free = low
    look = {"textcoords": "offset points", "va": "center", "color": COLOURS["accent"]}
    for line, dash in sorted(zip(lines, DASHES, strict=False), key=lambda pair: pair[0].points[-1][1]):
        across, up = zip(*line.points, strict=True)
        marker = {"marker": "o", "markersize": 3} if line.label else {}
        ax.plot(across, up, color=COLOURS["accent"], linewidth=1.4, linestyle=dash, **marker)
        at = max(up[-1], free)
        ax.annotate(line.label, (across[-1], at), (5, 0), **look)
        free = at + _LABEL_HEIGHT * (high - low)
