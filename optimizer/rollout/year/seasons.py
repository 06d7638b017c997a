"""Which share of a year falls in which period."""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import MONTHS


def periods_of_year(scenario: Scenario) -> int:
    """12, 4, 2 or 1."""
    return MONTHS["year"] // MONTHS[scenario.period]


def seasons(scenario: Scenario, periods: int) -> Floats:
    """What a period has of an average one, (T, K): 1 where a year is spread evenly."""
    shares, even = scenario.phasing.seasonality, np.full(periods, 1 / periods)
    return periods * np.stack([np.array(shares.get(kpi, even)) for kpi in scenario.kpis], axis=1)
