"""Scenarios with other numbers: one source scaled, or every sourced number drawn from its range.

When a yield or an inflow changes, the stages below receive other volumes. What stays is the share of a stage
that each activity takes, which is how a CRM reads ("half of the hot leads are called within the hour"): the
baselines of activities that take from a stage follow its inflow. So a stage can never be overdrawn. Hours
can: such a scenario is refused by `scaled`, and drawn again by `draw`, which counts how often.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from optimizer.arrays import Floats
from optimizer.response.scenario_network import funnel_of
from optimizer.scenario.checks import problems_of_numbers
from optimizer.scenario.problems import dotted
from optimizer.scenario.types import Scenario

ATTEMPTS = 1000
"""Draws in a row that may be refused before the ranges themselves are the error."""

Tree = dict[str, Any]


class RangeError(ValueError):
    """A scaled scenario is none; the message names the number and what it breaks."""


@dataclass(frozen=True)
class Draw:
    """A valid scenario, and how many draws before it were refused."""

    scenario: Scenario
    rejected: int


def scaled(scenario: Scenario, path: str, factor: float) -> Scenario:
    """The scenario with every number under a dotted path multiplied by `factor`.

    Shares stop at 1. Whole numbers (headcount, number of measures) are counts and stay. Raises RangeError
    where there is no such path or the result is no valid scenario.
    """
    return _with_factors(scenario, {path: factor})


def draw(scenario: Scenario, rng: np.random.Generator) -> Draw:
    """One factor per source with a range, until the scenario is valid: uniform in [1 − range, 1 + range], its
    logarithm uniform where the range is a factor."""
    uncertain = {path: source for path, source in scenario.sources.items() if source.ends}
    in_logs = np.array([source.factor is not None for source in uncertain.values()], dtype=bool)
    ends = np.array([source.ends for source in uncertain.values()]).reshape(-1, 2)
    low, high = np.where(in_logs[:, None], np.log(ends), ends).T
    for rejected in range(ATTEMPTS):
        at = rng.uniform(low, high)
        factors = np.where(in_logs, np.exp(np.minimum(at, high)), at).tolist()
        try:
            return Draw(_with_factors(scenario, dict(zip(uncertain, factors, strict=True))), rejected)
        except RangeError as error:
            last = error
    raise RangeError(f"{ATTEMPTS} draws in a row give no valid scenario, the last one because {last}")


def drawn(scenario: Scenario, rng: np.random.Generator) -> Scenario:
    """`draw` without the count."""
    return draw(scenario, rng).scenario


def pay_ratio(before: Scenario, after: Scenario) -> Floats:
    """New over old target pay, (I,): what plans in euros are multiplied by to keep their weights."""
    pairs = zip(after.teams.values(), before.teams.values(), strict=True)
    return np.array([new.current_pay / old.current_pay if old.current_pay > 0 else 1.0 for new, old in pairs])


def numbers_at(scenario: Scenario, path: str) -> dict[str, float]:
    """The numbers under a dotted path, by what follows it: "" where the path is the number itself.

    A path without any (a whole section, a list) has one entry "" with NaN.
    """
    place: Any = scenario.model_dump(by_alias=True)
    for name in path.split("."):
        place = place.get(name) if isinstance(place, dict) else None
    return dict(_numbers(place, "")) or {"": math.nan}


def _numbers(value: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for part, inside in value.items():
            yield from _numbers(inside, f"{name}.{part}".lstrip("."))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, float(value)


def _with_factors(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    tree: Tree = scenario.model_dump(by_alias=True)
    for path, factor in factors.items():
        _scale_at(tree, path, factor)
    moved = _validated(tree)
    followed = _following(scenario, moved)
    for problem in problems_of_numbers(followed):
        raise RangeError(f"{dotted(problem.path)}: {problem.message}")
    return followed


def _scale_at(tree: Tree, path: str, factor: float) -> None:
    *parents, last = path.split(".")
    place: Any = tree
    for name in parents:
        place = place.get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict) or place.get(last) is None:
        raise RangeError(f"{path}: the scenario has no such number")
    place[last] = _each_number(place[last], lambda number: number * factor)


def _each_number(value: Any, change: Callable[[float], float]) -> Any:
    if isinstance(value, float):
        return change(value)
    if isinstance(value, dict):
        return {name: _each_number(part, change) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_each_number(part, change) for part in value)
    return value


def _validated(tree: Tree) -> Scenario:
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        remaining = [e for e in error.errors() if not _clipped(tree, e["type"], e["loc"], e.get("ctx", {}))]
        if remaining:
            where = ".".join(str(part) for part in remaining[0]["loc"])
            raise RangeError(f"{where}: {remaining[0]['msg'].lower()}") from None
    return Scenario.model_validate(tree)


def _clipped(tree: Tree, kind: str, place: tuple[str | int, ...], bound: Mapping[str, Any]) -> bool:
    """Whether a value was too large only for its upper bound, which it now has."""
    if kind != "less_than_equal":
        return False
    *parents, last = place
    inside: Any = tree
    for part in parents:
        inside = inside[part]
    inside[last] = float(bound["le"])
    return True


def _following(before: Scenario, after: Scenario) -> Scenario:
    """`after` with the shares that activities took of their stages' inflow in `before`.

    A scaled baseline is a scaled share: both are read against the inflow before.
    """
    baseline = _followed_baselines(before, after)
    activities = {
        name: activity if activity.from_ is None else activity.model_copy(update={"baseline": float(units)})
        for (name, activity), units in zip(after.activities.items(), baseline, strict=True)
    }
    return after.model_copy(update={"activities": activities})


def _followed_baselines(before: Scenario, after: Scenario) -> Floats:
    """What is stated, times by how much the inflow of its stage has grown, (A,).

    Each pass carries growth one stage further down; no way through the funnel has more stages than there are.
    """
    stages = list(after.stages)
    source = [stages.index(a.from_) if a.from_ else -1 for a in after.activities.values()]
    was, (inflow, yields) = _inflow(before), funnel_of(after)
    stated = _baselines(after)
    growth = np.ones(len(stages) + 1)  # the last is the market's
    for _ in stages:
        filled = inflow + yields @ (stated * growth[source])
        growth[:-1] = np.where(was > 0, filled / np.where(was > 0, was, 1.0), 1.0)
    return stated * growth[source]


def _inflow(scenario: Scenario) -> Floats:
    inflow, yields = funnel_of(scenario)
    return np.asarray(inflow + yields @ _baselines(scenario))


def _baselines(scenario: Scenario) -> Floats:
    return np.array([a.baseline for a in scenario.activities.values()])
