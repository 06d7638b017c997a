"""How results show themselves: a few lines in a terminal, a table in a notebook, named frames for pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from optimizer.scenario.problems import Finding, ScenarioError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 12
"""Of a result in a terminal."""
WIDEST = 110
"""Letters on one of them."""
MOST_ROWS = 40
"""Of a table in a notebook."""
NOTHING = "-"


class Shown:
    """A result that shows itself and hands out frames: copies, so that nobody can change what was found."""

    first_table = ""
    """Which one a notebook shows; empty for none."""

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        """A title, and at most eleven facts by name."""
        raise NotImplementedError

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        """Every table by its name."""
        raise NotImplementedError

    @cached_property
    def _known(self) -> Mapping[str, pd.DataFrame]:
        return self._frames()

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name; docs/reference/tables.md says what the columns of a run's tables mean."""
        return {name: frame.copy() for name, frame in self._known.items()}

    def table(self, name: str) -> pd.DataFrame:
        """One table. Raises ScenarioError where there is none of that name."""
        if name in self._known:
            return self._known[name].copy()
        hint = did_you_mean(str(name), list(self._known))
        raise ScenarioError([Finding(("table",), str(name), "is no table of this result", hint).problem()])

    def __repr__(self) -> str:
        title, facts = self._told()
        wide = max((len(name) for name, _ in facts), default=0)
        lines = [title, *(f"  {name:<{wide}}  {value}" for name, value in facts)]
        return "\n".join(shorten(line) for line in lines[:MOST_LINES])

    def _repr_html_(self) -> str:
        """For a notebook."""
        title, facts = self._told()
        rows = "".join(
            f'<tr><th style="text-align:left">{escape(name)}</th>'
            f'<td style="text-align:left">{escape(value)}</td></tr>'
            for name, value in facts
        )
        shown = ""
        if self.first_table:
            frame = self._known[self.first_table]
            shown = frame.head(MOST_ROWS).to_html(index=False, na_rep="", float_format="{:,.4g}".format)
        return f"<p><b>{escape(title)}</b></p><table>{rows}</table>{shown}"


def shorten(line: str) -> str:
    """Cut where it would be wider than a terminal."""
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 3]}..."


def frame_of(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame; what JSON has no number for is missing."""
    from pandas import DataFrame

    return DataFrame([dict(row) for row in rows])


def matrix(values: Mapping[str, Mapping[str, Any]], name: str) -> pd.DataFrame:
    """Rows and columns by name; the rows' names are the column `name`."""
    return frame_of({name: row, **cells} for row, cells in values.items())


def money(value: float | None, currency: str = "", *, signed: bool = False) -> str:
    """Whole units, for a line."""
    if value is None or value != value:
        return NOTHING
    text = f"{value:+,.0f}" if signed else f"{value:,.0f}"
    return f"{text} {currency}".rstrip()


def plan_line(weights: Mapping[str, float]) -> str:
    """`leads 60 %, wins 40 %`; what is not paid is left out."""
    paid = [f"{kpi} {weight:.0%}" for kpi, weight in weights.items() if weight > 0]
    return ", ".join(paid) or NOTHING
