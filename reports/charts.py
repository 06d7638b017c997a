"""Charts as SVG with selectable text: same input, same bytes, no date, no global state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import FuncFormatter, MaxNLocator

from reports.style import COLOURS, FAMILY, SHY, font_files
from reports.wording import Words

MILLIMETRE = 1 / 25.4
WIDTH = 178.0
"""Text width of the page [mm]."""
SIZE = 7.5
"""Points."""
LOOK: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "incentives",
    "font.family": FAMILY,
    "font.size": SIZE,
    "text.parse_math": False,
    "axes.edgecolor": COLOURS["line"],
    "axes.labelcolor": COLOURS["muted"],
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "text.color": COLOURS["ink"],
}
MARKERS = {"current": "s", "named": "o", "equal": "o", "chosen": "D"}
INKS = {"current": "ink", "named": "rival", "equal": "rival", "chosen": "accent"}


@dataclass(frozen=True)
class Point:
    """A plan on the chart: loaded payouts and revenue [currency/period]."""

    label: str
    paid: float
    brought: float
    kind: str


@cache
def _register() -> None:
    for file in font_files():
        font_manager.fontManager.addfont(str(file))


def plans_chart(points: list[Point], budget: float, words: Words, axes: dict[str, str], height: float) -> str:
    """Loaded payouts (across) against revenue (up), every plan labelled, the budget as a line."""
    _register()
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(WIDTH * MILLIMETRE, height * MILLIMETRE))
        FigureCanvasSVG(figure)
        ax = figure.add_axes((0.085, 9.5 / height, 0.905, 1 - 14.5 / height))
        _limits(ax, points, budget)
        _dress(ax, words, axes)
        if math.isfinite(budget):
            _budget_line(ax, budget, words)
        for point in points:
            _mark(ax, point)
        _label_points(ax, points, budget)
        return _svg(figure)


def _limits(ax: Any, points: list[Point], budget: float) -> None:
    across = [p.paid for p in points] + ([budget] if math.isfinite(budget) else [])
    ax.set_xlim(*_padded(across, 0.16))
    ax.set_ylim(*_padded([p.brought for p in points], 0.22))


def _padded(values: list[float], share: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    width = (high - low) or abs(high) * 0.02 or 1.0
    return low - share * width, high + share * width


def _dress(ax: Any, words: Words, axes: dict[str, str]) -> None:
    decimals = words.decimals
    plain = FuncFormatter(lambda v, _: words.write.number(v, decimals))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plain)
        axis.set_major_locator(MaxNLocator(5))
    ax.set_xlabel(axes["x"], labelpad=2)
    ax.set_title(axes["y"], loc="left", fontsize=SIZE, color=COLOURS["muted"], pad=3)
    ax.grid(color=COLOURS["line"], linewidth=0.4)
    ax.set_axisbelow(True)
    ax.tick_params(length=0, pad=3)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _budget_line(ax: Any, budget: float, words: Words) -> None:
    ax.axvline(budget, color=COLOURS["bad"], linewidth=0.8, linestyle=(0, (4, 2)))
    top = ax.get_ylim()[1]
    ax.annotate(
        words.say("chart.budget"), (budget, top), (3, -8), textcoords="offset points", color=COLOURS["bad"]
    )


def _mark(ax: Any, point: Point) -> None:
    colour = COLOURS[INKS[point.kind]]
    filled = point.kind in ("chosen", "current")
    ax.plot(
        [point.paid],
        [point.brought],
        marker=MARKERS[point.kind],
        markersize=6.5 if point.kind == "chosen" else 5,
        markerfacecolor=colour if filled else COLOURS["paper"],
        markeredgecolor=colour,
        linestyle="none",
        zorder=3,
    )


Box = tuple[float, float, float, float]


def _label_points(ax: Any, points: list[Point], budget: float) -> None:
    """Each label beside its point, where it meets no other label or point; the chosen plan first."""
    figure = ax.figure
    places = [ax.transData.transform((p.paid, p.brought)) for p in points]
    scale = figure.dpi / 72
    taken: list[Box] = [(x - 5 * scale, y - 5 * scale, x + 5 * scale, y + 5 * scale) for x, y in places]
    if math.isfinite(budget):
        line = float(ax.transData.transform((budget, 0.0))[0])
        taken.append((line - 2 * scale, ax.bbox.y0, line + 2 * scale, ax.bbox.y1))
    for j in sorted(range(len(points)), key=lambda j: (points[j].kind != "chosen", j)):
        text = points[j].label.replace(SHY, "")
        box, offset, align = _free_place(places[j], _size(text, scale), taken, ax.bbox.extents, scale)
        taken.append(box)
        ax.annotate(
            text,
            (points[j].paid, points[j].brought),
            offset,
            textcoords="offset points",
            ha=align,
            va="center",
            color=COLOURS[INKS[points[j].kind]],
            fontweight="bold" if points[j].kind == "chosen" else "normal",
            bbox={"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
        )


@cache
def _size(text: str, scale: float) -> tuple[float, float]:
    """Width and height of a label in bold, in pixels."""
    font = FT2Font(str(next(f for f in font_files() if "Bold" in f.name)))
    font.set_size(SIZE, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64 * scale, SIZE * 1.15 * scale


def _free_place(
    at: Any, size: tuple[float, float], taken: list[Box], frame: Any, scale: float
) -> tuple[Box, tuple[float, float], str]:
    """The first of the places around a point that is free, else the one that overlaps least."""
    tried = []
    for dx, dy, align in _places():
        x, y = at[0] + dx * scale, at[1] + dy * scale
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * size[0]
        box = (left, y - size[1] / 2, left + size[0], y + size[1] / 2)
        clash = sum(_overlap(box, other) for other in taken) + _outside(box, frame)
        tried.append((clash, box, (dx, dy), align))
        if clash == 0:
            break
    _, box, offset, align = min(tried, key=lambda t: t[0])
    return box, offset, align


def _places() -> list[tuple[float, float, str]]:
    near = [(7, 0, "left"), (-7, 0, "right"), (0, 9, "center"), (0, -9, "center")]
    corners = [(dx, dy, "left" if dx > 0 else "right") for dy in (8, -8, 16, -16) for dx in (6, -6)]
    return [(float(x), float(y), a) for x, y, a in near + corners]


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def _outside(box: Box, frame: Any) -> float:
    beyond = (frame[0] - box[0], frame[1] - box[1], box[2] - frame[2], box[3] - frame[3])
    return sum(100.0 * max(float(b), 0.0) for b in beyond)


def _svg(figure: Figure) -> str:
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return out.getvalue()
