"""The part of an explanation that needs solving again, in as many processes as there are workers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from optimizer.explanation.build import Explanation, OnProgress, silent
from optimizer.explanation.frontier import OVERS, frontier
from optimizer.explanation.rule_prices import rule_prices
from optimizer.parallel.pool import ALONE, Workers
from optimizer.solver import Options


def explain_fully(
    explanation: Explanation,
    options: Options,
    workers: Workers = ALONE,
    on_progress: OnProgress | None = None,
) -> Explanation:
    """The explanation with prices of rules and frontiers; every solve has the gap, time and threads given.

    Without a plan there are no prices, but there are frontiers: they show where plans begin.
    """
    tell, scenario = on_progress or silent, explanation.solution.problem.scenario
    prices = rule_prices(explanation.solution, options, workers, partial(tell, "prices of rules"))
    points = [
        point
        for over in OVERS
        for point in frontier(
            scenario, over, options=options, workers=workers, on_done=partial(tell, f"frontier over {over}")
        )
    ]
    return replace(explanation, prices=prices, frontiers=tuple(points))
