"""Random companies (tests/benchmarks/peers/companies.py) as a hypothesis strategy."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from optimizer import Scenario
from tests.benchmarks.peers.companies import Tree, random_company, random_weights

__all__ = ["Tree", "random_company", "random_weights", "small_companies"]


@st.composite
def small_companies(draw: st.DrawFn, max_teams: int = 8, regimes: int = 0) -> Scenario:
    """Companies of two teams or more; in some, teams feed each other."""
    two_way = draw(st.booleans())
    teams = draw(st.integers(3 if two_way else 2, max_teams))
    activities = draw(st.integers(2 * teams, 4 * teams))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return random_company(rng, teams=teams, activities=activities, two_way=two_way, regimes=regimes)
