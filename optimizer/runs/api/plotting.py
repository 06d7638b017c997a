"""`result.plot`: the report's charts as matplotlib axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.runs.api.allowed import checked_choice
from optimizer.scenario.problems import InputProblem, ScenarioError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from optimizer.tables.table import Tables


@dataclass(frozen=True)
class Plots:
    """Charts of one result; each call draws anew and returns its axes, `.figure` is what is around them.

    `language` is that of the words: en or fr. Raise ScenarioError where there is nothing to draw.
    """

    _tables: Tables

    def __repr__(self) -> str:
        return "Plots: waterfall(), frontier(over), tornado(), weights(), funnel()"

    def waterfall(self, language: str = "en") -> Axes:
        """The change of net by cause [currency/period]."""
        from reports import plots

        return _drawn(plots.waterfall(self._tables, _known(language)), "the plan changes nothing")

    def frontier(self, over: str = "budget", language: str = "en") -> Axes:
        """The best objective [currency/period] as one limit varies: budget, gaming or controllability.

        Only of a result that was explained in full (`optimizer.explain`).
        """
        from optimizer.explanation.frontier import OVERS
        from reports import plots

        checked_choice("over", over, OVERS)
        drawn = plots.frontier(self._tables, _known(language), over)
        return _drawn(drawn, "no frontier was traced", 'optimizer.explain(result), or explain="full"')

    def tornado(self, language: str = "en") -> Axes:
        """The gain [currency/period] over the ranges of the numbers that move it most."""
        from reports import plots

        return _drawn(plots.tornado(self._tables, _known(language)), "no range moves the gain")

    def weights(self, language: str = "en") -> Axes:
        """Who is paid on what, now and then [share of target pay]."""
        from reports import plots

        return _drawn(plots.weights(self._tables, _known(language)), "nobody is paid")

    def funnel(self, language: str = "en") -> Axes:
        """What enters every stage, now and then [units/period]."""
        from reports import plots

        return _drawn(plots.funnel(self._tables, _known(language)), "no plan was found")


def _known(language: str) -> str:
    from reports.words.locales import languages

    checked_choice("language", language, languages())
    return language


def _drawn(axes: Any, why: str, remedy: str = "tables has what there is") -> Axes:
    if axes is None:
        raise ScenarioError([InputProblem("plot", "", f"nothing to draw: {why}", remedy)])
    return axes  # type: ignore[no-any-return]
