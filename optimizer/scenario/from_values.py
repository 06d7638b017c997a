"""A scenario of plain values, as a file would hold them, with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from optimizer.scenario.checks import problems_of
from optimizer.scenario.messages import findings_of
from optimizer.scenario.problems import Finding
from optimizer.scenario.types import Scenario


def from_values(tree: Mapping[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    """None where types are wrong; then nothing else can be said yet."""
    try:
        scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    except ValidationError as error:
        return None, findings_of(error, Scenario)
    return scenario, problems_of(scenario)
