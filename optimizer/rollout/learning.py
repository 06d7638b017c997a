"""What people do in one period, and what they make of what they have seen (model.md §5, §7)."""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.beliefs import Beliefs, at_least_a_little, beliefs_from
from optimizer.response.best_response import Response, agree, work
from optimizer.response.calibration import Calibrated
from optimizer.response.network import Network


def act(
    cal: Calibrated, network: Network, now: Network, at_once: Floats, beliefs: Beliefs, euros: Floats
) -> Response:
    """Best responses at beliefs to what has arrived by now, S draws at once.

    `at_once` (A,) is the share of yields that comes within the period: those units may still be worked, the
    others are worth what beliefs say, later. In a steady state the conditions are those of model.md (4).
    """
    return agree(now, work(cal, network, beliefs, euros, at_once))


def learn(
    cal: Calibrated, now: Network, response: Response, before: Beliefs, luck: Floats, rate: float
) -> Beliefs:
    """Beliefs moved by `rate` towards what was seen, luck of the attainments (S, K) included.

    The numerator of a KPI is never seen below 0; an empty stage is seen to route as at baseline.
    """
    seen = beliefs_from(now, response.x, response.stage_price, before, cal.beliefs)
    lucky = seen.numerator + luck * cal.targets_at(before) * seen.denominator
    seen = Beliefs(seen.routing, np.maximum(lucky, 0.0), seen.denominator, seen.price)
    moved = before.stacked() + rate * (seen.stacked() - before.stacked())
    beliefs = before.unstacked(moved)
    kept = at_least_a_little(beliefs.denominator, cal.beliefs)
    return Beliefs(beliefs.routing, beliefs.numerator, kept, beliefs.price)
