"""The part of an explanation that needs solving again, in as many processes as there are workers."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import partial

from optimizer.explanation.build import Explanation, OnProgress, silent
from optimizer.explanation.frontier import OVERS, POINTS, FrontierPoint, frontier
from optimizer.explanation.resolve import LONGEST
from optimizer.explanation.rule_prices import RulePrice, rule_prices
from optimizer.parallel.pool import ALONE, Workers
from optimizer.plans.rules import relaxations
from optimizer.solver import Options


def explain_fully(
    explanation: Explanation,
    options: Options,
    workers: Workers = ALONE,
    on_progress: OnProgress | None = None,
    until: float = math.inf,
) -> Explanation:
    """The explanation with prices of rules and frontiers; every solve has the gap and threads given.

    Without a plan there are no prices, but there are frontiers: they show where plans begin. All of it ends
    at about the moment `until` [s, time.monotonic]; what there is no time to begin is left out.
    """
    tell, scenario = on_progress or silent, explanation.solution.problem.scenario
    at_once, parts = max(1, workers.count), len(OVERS) + 1
    prices: tuple[RulePrice, ...] = ()
    points: list[FrontierPoint] = []
    each = _for_each(options, until, parts * max(1, _rules(explanation)) / at_once)
    if each is not None:
        prices = rule_prices(explanation.solution, each, workers, partial(tell, "prices of rules"))
    for done, over in enumerate(OVERS, 1):
        each = _for_each(options, until, (parts - done) * (POINTS + 1) / at_once)
        if each is not None:
            told = partial(tell, f"frontier over {over}")
            points += frontier(scenario, over, options=each, workers=workers, on_done=told)
    return replace(explanation, prices=prices, frontiers=tuple(points), unsolved=each is None)


def _rules(explanation: Explanation) -> int:
    return sum(1 for _ in relaxations(explanation.cal))


def _for_each(options: Options, until: float, solves: float) -> Options | None:
    """What each of so many solves, one after the other, may take; None where no time is left."""
    seconds = (until - time.monotonic()) / solves
    if seconds <= 0:
        return None
    return replace(options, time_limit=None if math.isinf(seconds) else min(seconds, LONGEST))
