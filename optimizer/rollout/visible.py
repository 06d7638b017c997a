"""Whether anybody would see a plan work within its first year: by a pilot, or by comparing two years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.plans.plan_changes import PaidPlan
from optimizer.response.calibration import Calibrated
from optimizer.rollout.pilot import ALPHA, Design, Pilot, pilot, settings
from optimizer.rollout.year.seasons import periods_of_year
from optimizer.scenario.problems import ScenarioError


@dataclass(frozen=True)
class Seen:
    """The smallest pilot within a year and today's headcount that would see the plan; None where none would.

    `tried`: teams in which a pilot is possible at all.
    """

    pilot: Pilot | None
    tried: int

    @property
    def design(self) -> Design | None:
        return None if self.pilot is None else self.pilot.smallest


def seen_in_a_year(cal: Calibrated, plan: PaidPlan) -> Seen:
    """The same designs as `incentives pilot` at the same seed. A plan that no pilot of one team can have
    (targets that teams share) is tried in none."""
    try:
        found = [
            pilot(one, cal.seed) for one in settings(cal, plan[0], periods_of_year(cal.scenario), plan[1])
        ]
    except ScenarioError:
        return Seen(None, 0)
    sizes = {id(one): one.smallest.size for one in found if one.smallest is not None}
    able = [one for one in found if id(one) in sizes]
    return Seen(min(able, key=lambda one: sizes[id(one)], default=None), len(found))


def seen_between_years(gain: float, noise: float) -> float:
    """Probability that a gain [currency a year] is seen by comparing the year before with the year after,
    where net has the standard deviation `noise` in each: a two-sided test at ALPHA, normal."""
    if noise <= 0:
        return float(gain != 0)
    return float(ndtr(abs(gain) / (noise * np.sqrt(2)) - ndtri(1 - ALPHA / 2)))
