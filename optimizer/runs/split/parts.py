"""Into what a team is split: names and shares, as they are written for `incentives split`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from optimizer.scenario.own_measures import own_name
from optimizer.scenario.problems import (
    InputProblem,
    ScenarioError,
    as_name,
    did_you_mean,
    is_name,
    number,
    shown,
)
from optimizer.scenario.types import Scenario

TOLERANCE = 1e-6
"""By how much shares may miss 1, as weights of a plan may: they are scaled to it."""
EXAMPLE = "write north:0.6,south:0.4"


@dataclass(frozen=True)
class Parts:
    """The team that is split, and the share of each part; shares sum to 1."""

    team: str
    shares: Mapping[str, float]

    def of(self, name: str, part: str) -> str:
        """What a stage, an activity, a KPI or a curve of one part is called."""
        return own_name(name, part)


def parts_of(scenario: Scenario, team: str, into: str) -> Parts:
    """Raises ScenarioError with all that is wrong with the team, the names and the shares."""
    problems = list(_wrong_team(scenario, team))
    pairs = [pair.strip() for pair in into.split(",")]
    shares: dict[str, float] = {}
    for pair in pairs:
        name, share = _read(pair)
        problems += _wrong_pair(scenario, pair, name, share, shares)
        shares[name] = share
    if not problems:
        problems += _wrong_whole(scenario, team, into, shares)
    if problems:
        raise ScenarioError(problems)
    whole = math.fsum(shares.values())
    return Parts(team, {name: share / whole for name, share in shares.items()})


def _wrong_team(scenario: Scenario, team: str) -> Iterator[InputProblem]:
    if team not in scenario.teams:
        hint = did_you_mean(team, scenario.teams)
        yield InputProblem("--team", shown(team), "the scenario has no such team", hint)


def _read(pair: str) -> tuple[str, float]:
    """`north:0.6`, `north:60%` or `north:3/5`; NaN where the share is none."""
    name, _, text = pair.partition(":")
    plain = re.sub(r"\s", "", text)
    try:
        share = float(Fraction(plain.removesuffix("%"))) / (100 if plain.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        share = math.nan
    return name.strip(), share


def _wrong_pair(
    scenario: Scenario, pair: str, name: str, share: float, before: Mapping[str, float]
) -> Iterator[InputProblem]:
    if ":" not in pair:
        yield InputProblem("--into", shown(pair), "is no name with its share", EXAMPLE)
        return
    if not is_name(name):
        hint = f"write {as_name(name)}:... (a letter, then letters, digits and _); labels carry the rest"
        yield InputProblem("--into", shown(name), "is not a valid name", hint)
    elif name in before:
        yield InputProblem("--into", shown(name), "is named twice", "give every part a name of its own")
    elif name in scenario.teams:
        message = "is the name of a team already"
        yield InputProblem("--into", shown(name), message, f"write {name}_1, for instance")
    if not 0 < share < 1:
        percent = f"write {name}:{number(share)}% if you mean that" if 1 < share < 100 else ""
        hint = percent or f"{EXAMPLE}, a share above 0 and below 1, with a point"
        yield InputProblem("--into", shown(pair), "has no share of the team", hint)


def _wrong_whole(
    scenario: Scenario, team: str, into: str, shares: Mapping[str, float]
) -> Iterator[InputProblem]:
    whole = math.fsum(shares.values())
    if abs(whole - 1) > TOLERANCE:
        scaled = ",".join(f"{name}:{number(round(s / whole, 4))}" for name, s in shares.items())
        message = f"the shares add up to {number(whole)}, and must add up to 1"
        yield InputProblem("--into", shown(into), message, f"in these proportions: {scaled}")
    heads = scenario.teams[team].headcount
    if heads is not None and heads < len(shares):
        people = "person" if heads == 1 else "people"
        message = f"{team} has {heads} {people}, too few for {len(shares)} teams"
        yield InputProblem("--into", shown(into), message, "name fewer parts")


def heads_of(heads: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Whole people per part, at least one each: as near to the shares as whole people can be (largest
    remainders)."""
    exact = {name: heads * share for name, share in shares.items()}
    given = {name: max(1, math.floor(value + TOLERANCE)) for name, value in exact.items()}
    while sum(given.values()) != heads:
        short = sum(given.values()) < heads
        gaps = {name: exact[name] - given[name] for name in given if short or given[name] > 1}
        name = (max if short else min)(gaps, key=lambda part: gaps[part])
        given[name] += 1 if short else -1
    return given
