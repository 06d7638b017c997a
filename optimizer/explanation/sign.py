"""How sure it is that a plan leaves more than today's: companies drawn from the ranges of the sources."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.plans.plan_changes import PaidPlan
from optimizer.plans.robustness import Candidate, robustness
from optimizer.response.calibration import Calibrated
from optimizer.risk.ranges import RangeError
from optimizer.scenario.plan import IN_FORCE

DRAWS = 10
"""Companies drawn: about 0.2 s for a company with 175 ranges."""


@dataclass(frozen=True)
class Sign:
    """In which share of so many drawn companies a plan leaves more net than today's."""

    share: float
    draws: int


UNKNOWN = Sign(np.nan, 0)
"""No source states a range, or no draw gives a company that settles."""


def sign_of(cal: Calibrated, chosen: PaidPlan) -> Sign:
    """From the first DRAWS companies of the seed, whatever is maximized."""
    rules = cal.scenario.rules.model_copy(update={"objective": "net"})
    asked = replace(cal, scenario=cal.scenario.model_copy(update={"rules": rules}))
    pair = (
        Candidate("current", cal.current, np.nan, True, IN_FORCE),
        Candidate("nominal", chosen[0], np.nan, True, chosen[1]),
    )
    try:
        found = robustness(asked, pair, DRAWS)
    except RangeError:
        return UNKNOWN
    return Sign(float(found.beats_current[1]), len(found.values))
