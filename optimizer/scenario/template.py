"""The scenario that new ones start from."""

from __future__ import annotations

from pathlib import Path

from optimizer.scenario.read import read_scenario
from optimizer.scenario.types import Scenario

STARTER = Path(__file__).with_name("starter.yaml")


def starter() -> Scenario:
    """The starter as a scenario."""
    return read_scenario(STARTER)
