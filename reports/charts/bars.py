"""Bars that lie: two sides of each thing, and ranges around a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from reports.charts.drawing import SIZE, Write, dress, padded, ticks
from reports.style import COLOURS, SHY

ROW = 7.0
"""Height of one thing [mm]."""
AROUND = 16.0
"""Height of title and scale [mm]."""


class Sides(NamedTuple):
    """A thing under the current and under the recommended plan."""

    label: str
    now: float
    then: float


class Range(NamedTuple):
    """A value as it is, and where it ends when a number is off; `turns`: it changes its sign."""

    label: str
    low: float
    middle: float
    high: float
    turns: bool


def height_of(things: int) -> float:
    """Of a drawing [mm]."""
    return AROUND + ROW * things


def sides_drawing(
    things: list[Sides], names: tuple[str, str], axis: str, write: Write
) -> Callable[[Figure], None]:
    """Two bars each, the current plan above the recommended one, as the legend says."""

    def draw(figure: Figure) -> None:
        ax = _axes(figure, len(things), axis)
        for name, at, tone in zip(names, (-0.19, 0.19), ("faint", "accent"), strict=True):
            values = [thing.now if at < 0 else thing.then for thing in things]
            places = [j + at for j in range(len(things))]
            ax.barh(places, values, height=0.36, color=COLOURS[tone], label=name)
        _named(ax, [thing.label for thing in things])
        ticks(ax.xaxis, write)
        ax.set_title(axis, loc="left", y=1.0, fontsize=SIZE, color=COLOURS["muted"], pad=15)
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderpad=0.0)

    return draw


def ranges_drawing(ranges: list[Range], axis: str, write: Write) -> Callable[[Figure], None]:
    """A bar from end to end, a mark at the value; those that change sign in the colour of loss."""

    def draw(figure: Figure) -> None:
        ax = _axes(figure, len(ranges), axis)
        for at, one in enumerate(ranges):
            colour = COLOURS["bad" if one.turns else "accent"]
            ax.barh(at, one.high - one.low, left=one.low, height=0.5, color=colour, alpha=0.45)
            ax.plot([one.middle] * 2, [at - 0.3, at + 0.3], color=colour, linewidth=1.6)
        ax.axvline(0.0, color=COLOURS["muted"], linewidth=0.6)
        _named(ax, [one.label for one in ranges])
        ax.set_xlim(*padded([0.0, *(v for one in ranges for v in (one.low, one.high))], 0.04))
        ticks(ax.xaxis, write)

    return draw


def _axes(figure: Figure, things: int, axis: str) -> Any:
    height = height_of(things)
    ax = figure.add_axes((0.42, 6.0 / height, 0.54, 1 - AROUND / height))
    dress(ax, axis)
    ax.grid(visible=False, axis="y")
    return ax


def _named(ax: Any, labels: list[str]) -> None:
    ax.set_yticks(range(len(labels)), [label.replace(SHY, "") for label in labels])
    ax.set_ylim(len(labels) - 0.4, -0.6)
