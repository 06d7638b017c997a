"""What the answer to a placeholder moves today: net of the plan in force, over the range of the number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.response.booking import booked_money
from optimizer.response.calibration import CalibrationError, calibrate
from optimizer.response.outcome import evaluate_plan
from optimizer.risk.ranges import RangeError, scaled
from optimizer.scenario.plan import IN_FORCE
from optimizer.scenario.rule_types import Rules
from optimizer.scenario.types import Scenario


def net_over_range(scenario: Scenario, path: str) -> tuple[float, int]:
    """Largest less smallest net [currency/period] with the number as it is and at both ends of its range, and
    how many ends are none, because today's work would not fit; NaN where its source states no range."""
    source = scenario.sources.get(path)
    if source is None or source.ends is None:
        return np.nan, 0
    rules = Rules(objective=scenario.rules.objective)
    bare = scenario.model_copy(update={"plans": {}, "rules": rules, "sources": {}, "placeholders": ()})
    nets = list(_nets(bare, path, source.ends))
    return max(nets) - min(nets), 3 - len(nets)


def _nets(scenario: Scenario, path: str, ends: tuple[float, float]) -> Iterator[float]:
    for factor in (1.0, *ends):
        try:
            cal = calibrate(scaled(scenario, path, factor))
        except (RangeError, CalibrationError):
            continue
        today = evaluate_plan(cal.paid_by(IN_FORCE), cal.current)
        yield float(vars(booked_money(cal.scenario, today))["net"])
