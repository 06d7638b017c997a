"""The canvas of every chart: SVG with selectable text; same input, same bytes, no date, no global state."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import FuncFormatter, MaxNLocator

from reports.style import COLOURS, FAMILY, font_files

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
Write = Callable[[float], str]


@cache
def _register() -> None:
    for file in font_files():
        font_manager.fontManager.addfont(str(file))


def drawn(height: float, draw: Callable[[Figure], None]) -> str:
    """What `draw` puts on a figure of the text width and a height [mm], as SVG."""
    with mpl.rc_context(LOOK):
        figure = figure_of(height, draw)
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
        return out.getvalue()


def figure_of(height: float, draw: Callable[[Figure], None]) -> Figure:
    """The same as a figure, which nothing else holds."""
    _register()
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(WIDTH * MILLIMETRE, height * MILLIMETRE))
        FigureCanvasSVG(figure)
        draw(figure)
        return figure


def ticks(axis: Any, write: Write, most: int = 5) -> None:
    """Few ticks, written as the report writes numbers."""
    axis.set_major_formatter(FuncFormatter(lambda v, _: write(v)))
    axis.set_major_locator(MaxNLocator(most))


def dress(ax: Any, title: str) -> None:
    """A light grid, no frame above and at the right, the upright axis named over the chart."""
    # Said where it stands: left to itself, matplotlib lays out all labels once more to find the same place.
    ax.set_title(title, loc="left", y=1.0, fontsize=SIZE, color=COLOURS["muted"], pad=3)
    ax.grid(color=COLOURS["line"], linewidth=0.4)
    ax.set_axisbelow(True)
    ax.tick_params(length=0, pad=3)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def padded(values: list[float], share: float) -> tuple[float, float]:
    """Limits of an axis that leave room around the values."""
    low, high = min(values), max(values)
    width = (high - low) or abs(high) * 0.02 or 1.0
    return low - share * width, high + share * width


# --- labels that meet nothing ---------------------------------------------------------------------------

Box = tuple[float, float, float, float]


@cache
def text_size(text: str, scale: float) -> tuple[float, float]:
    """Width and height of a label in bold, in pixels."""
    font = FT2Font(str(next(f for f in font_files() if "Bold" in f.name)))
    font.set_size(SIZE, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64 * scale, SIZE * 1.15 * scale


def free_place(
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
