"""The fan: a mean over time, and the band that holds eight draws of ten."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.figure import Figure

from reports.drawing import drawn, dress, padded, ticks
from reports.style import COLOURS
from reports.wording import Words


class Moment(NamedTuple):
    """A period, and mean, lower and upper value in it."""

    period: int
    mean: float
    low: float
    high: float


def fan_chart(moments: list[Moment], words: Words, axes: dict[str, str]) -> str:
    """Mean as a line, the band around it, and the line of no difference."""

    def draw(figure: Figure) -> None:
        ax = figure.add_axes((0.085, 0.17, 0.9, 0.71))
        dress(ax, axes["y"])
        periods = [m.period for m in moments]
        ax.fill_between(periods, [m.low for m in moments], [m.high for m in moments], color=COLOURS["heat2"])
        ax.plot(periods, [m.mean for m in moments], color=COLOURS["accent"], linewidth=1.4, marker="o")
        ax.axhline(0.0, color=COLOURS["muted"], linewidth=0.8)
        ax.set_ylim(*padded([0.0, *(v for m in moments for v in (m.low, m.high))], 0.08))
        ax.set_xlim(min(periods) - 0.3, max(periods) + 0.3)
        ax.set_xlabel(axes["x"], labelpad=2)
        ticks(ax.xaxis, lambda v: words.write.number(v), min(len(periods), 12))
        ticks(ax.yaxis, lambda v: words.amount(v))

    return drawn(62.0, draw)
