"""Fans: a mean over time and the band that holds most draws, side by side where there are several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports.charts.drawing import Write, drawn, dress, padded, ticks
from reports.style import COLOURS, SHY
from reports.words.catalogue import Words


class Moment(NamedTuple):
    """A period, and mean, lower and upper value in it."""

    period: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Fan:
    """One fan: what stands over it, what was expected, how values are written, what was seen by period."""

    label: str
    moments: list[Moment]
    write: Write
    seen: tuple[tuple[int, float], ...] = ()
    from_zero: bool = False
    """Show the line of nothing."""


def fan_chart(fans: list[Fan], words: Words, across: str) -> str:
    """Means as lines, bands around them, what was seen as points."""

    def draw(figure: Figure) -> None:
        width = 0.915 / len(fans)
        for j, fan in enumerate(fans):
            ax = figure.add_axes((0.085 + j * width, 0.17, width - (0.07 if len(fans) > 1 else 0), 0.71))
            dress(ax, fan.label.replace(SHY, ""))
            _fan(ax, fan)
            ax.set_xlabel(across, labelpad=2)
            ticks(ax.xaxis, words.write.number)
            ax.xaxis.set_major_locator(MaxNLocator(max(2, 12 // len(fans)), integer=True))
            ticks(ax.yaxis, fan.write)

    return drawn(62.0, draw)


def _fan(ax: Any, fan: Fan) -> None:
    periods = [m.period for m in fan.moments]
    low, high = [m.low for m in fan.moments], [m.high for m in fan.moments]
    style = {"color": COLOURS["accent"], "linewidth": 1.4, "marker": "o", "markersize": 3}
    if len(periods) > 1:
        ax.fill_between(periods, low, high, color=COLOURS["heat2"])
    else:
        ax.bar(periods, [high[0] - low[0]], bottom=low, width=0.3, color=COLOURS["heat2"])
    ax.plot(periods, [m.mean for m in fan.moments], **style)
    if fan.seen:
        at, values = zip(*fan.seen, strict=True)
        look = {"marker": "D", "markersize": 5, "linestyle": "none", "zorder": 3}
        ax.plot(at, values, markerfacecolor=COLOURS["rival"], markeredgecolor=COLOURS["paper"], **look)
    if fan.from_zero:
        ax.axhline(0.0, color=COLOURS["muted"], linewidth=0.8)
    shown = [*low, *high, *(v for _, v in fan.seen), *([0.0] if fan.from_zero else [])]
    ax.set_ylim(*padded(shown, 0.08))
    ax.set_xlim(min(periods) - 0.3, max(periods) + 0.3)
