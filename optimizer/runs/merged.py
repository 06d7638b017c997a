"""An estimated history merged into an existing scenario: measured numbers in place of assumed ones.

Numbers are told by their paths; where the company calls its things otherwise, pairs of paths say what is
what. Work that takes from a stage whose inflow changed keeps its share of it, unless it was measured
itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.risk.ranges import numbers_at
from optimizer.scenario.completed import put, validated
from optimizer.scenario.problems import InputProblem, ScenarioError, within
from optimizer.scenario.spoken import part_of, spoken
from optimizer.scenario.types import Scenario, Source

Tree = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A number that was replaced, or that follows one."""

    path: str
    before: float
    after: float
    was: str
    """Where it came from before; empty where nothing said so."""
    source: str
    """Where it comes from now."""


@dataclass(frozen=True)
class Merged:
    """The scenario with what was measured, and what became of every measured number."""

    scenario: Scenario
    changed: tuple[Change, ...]
    followed: tuple[Change, ...]
    """Baselines that keep their share of a stage whose inflow changed."""
    kept: tuple[str, ...]
    """Numbers that had been measured before, and stay."""
    missing: tuple[str, ...]
    """Measured numbers for which the scenario has no place."""


def merged(
    scenario: Scenario,
    estimated: Scenario,
    renamed: Mapping[str, str],
    left_out: Collection[str],
    renew: bool,
    file: str,
) -> Merged:
    """`renamed` has beginnings of paths in the estimate by what they are called in the scenario; `left_out`
    beginnings of paths of the scenario that stay. With `renew` what had been measured is replaced too. Raises
    ScenarioError where the two do not go together, or what was measured does not fit into the scenario."""
    _refuse_other_units(scenario, estimated, file)
    measured = dict(_measured(estimated, renamed))
    there = {at: v for at, v in measured.items() if at in _numbers(scenario, at)}
    left = {at for at in there for start in left_out if within(at, start)}
    stays = [at for at in there if at in left or (not renew and _is_measured(scenario, at))]
    taken = {at: v for at, v in there.items() if at not in stays}
    tree: Tree = scenario.model_dump(mode="python", by_alias=True)
    changed = tuple(_change(scenario, at, *number) for at, number in taken.items())
    for at, (value, source) in taken.items():
        put(tree, at, value)
        _put_source(tree, scenario, at, value, source)
    tree["placeholders"] = [at for at in scenario.placeholders if at not in taken]
    followed = tuple(_followed(scenario, tree, taken))
    for change in followed:
        put(tree, change.path, change.after)
    whole = validated(tree, file, dict.fromkeys((*taken, *(c.path for c in followed)), "merged"))
    missing = tuple(at for at in measured if at not in there)
    return Merged(whole, changed, followed, tuple(stays), missing)


def _refuse_other_units(scenario: Scenario, estimated: Scenario, file: str) -> None:
    for key in ("currency", "period"):
        ours, theirs = getattr(scenario, key), getattr(estimated, key)
        if ours != theirs:
            hint = f"write `{key}: {ours}` into the map and calibrate again"
            message = f"is {theirs} in the estimate and {ours} in the scenario"
            raise ScenarioError([InputProblem(key, theirs, message, hint, file)])


def _measured(estimated: Scenario, renamed: Mapping[str, str]) -> Iterator[tuple[str, tuple[float, Source]]]:
    """Every single number that was measured, by its path in the scenario."""
    for path, source in estimated.sources.items():
        if source.kind != "measured":
            continue
        for part, number in numbers_at(estimated, path).items():
            yield _called(f"{path}.{part}" if part else path, renamed), (number, source)


def _called(path: str, renamed: Mapping[str, str]) -> str:
    """By the longest beginning that is called otherwise."""
    for start in sorted(renamed, key=len, reverse=True):
        if within(path, start):
            return renamed[start] + path.removeprefix(start)
    return path


def _numbers(scenario: Scenario, path: str) -> Collection[str]:
    """The path itself where the scenario has a number there."""
    numbers = numbers_at(scenario, path)
    return [path] if list(numbers) == [""] and numbers[""] == numbers[""] else []


def _source_of(scenario: Scenario, path: str) -> Source | None:
    """The nearest source at a path or above it."""
    parts = path.split(".")
    starts = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((scenario.sources[at] for at in starts if at in scenario.sources), None)


def _is_measured(scenario: Scenario, path: str) -> bool:
    found = _source_of(scenario, path)
    return found is not None and found.kind == "measured" and path not in scenario.placeholders


def _change(scenario: Scenario, path: str, value: float, source: Source) -> Change:
    return Change(path, numbers_at(scenario, path)[""], value, _text(scenario, path), source.text.en)


def _put_source(tree: Tree, scenario: Scenario, path: str, value: float, source: Source) -> None:
    """At the number itself; what stood above it is said of the other numbers there one by one, so that no
    range counts twice."""
    sources: Tree = tree["sources"]
    above = [at for at in sources if path.startswith(f"{at}.")]
    for at in above:
        old = sources.pop(at)
        for part in numbers_at(scenario, at):
            sources.setdefault(f"{at}.{part}", {**old, "of": part_of(old["of"], part)})
    sources[path] = {**source.model_dump(), "of": spoken(value)}


def _followed(scenario: Scenario, tree: Tree, taken: Collection[str]) -> Iterator[Change]:
    """Baselines that were not measured, by how much the inflow of their stage has grown."""
    for name, value in _volumes(scenario, tree, taken).items():
        activity, path = scenario.activities[name], f"activities.{name}.baseline"
        moved = abs(value - activity.baseline) > 1e-9 * max(1.0, activity.baseline)
        if moved and path not in taken:
            why = f"keeps its share of {activity.from_}"
            yield Change(path, activity.baseline, value, _text(scenario, path), why)


def _volumes(scenario: Scenario, tree: Tree, taken: Collection[str]) -> dict[str, float]:
    """Units of every activity [units/period]. Each pass carries growth one stage further down; no way through
    the funnel has more stages than there are."""
    after, fixed = tree["activities"], {at.split(".")[1] for at in taken if at.endswith(".baseline")}
    before = {name: activity.baseline for name, activity in scenario.activities.items()}
    old = scenario.model_dump(by_alias=True)
    was, growth = _inflows(old, before), dict.fromkeys(scenario.stages, 1.0)
    volumes = before
    for _ in scenario.stages:
        volumes = {
            name: float(after[name]["baseline"])
            if name in fixed
            else units * growth.get(str(after[name]["from"]), 1.0)
            for name, units in before.items()
        }
        now = _inflows(tree, volumes)
        growth = {stage: now[stage] / was[stage] if was[stage] > 0 else 1.0 for stage in growth}
    return volumes


def _inflows(tree: Tree, volumes: Mapping[str, float]) -> dict[str, float]:
    """What enters every stage [units/period]."""
    return {
        stage: content["inflow"]
        + sum(volumes[name] * a["yields"].get(stage, 0.0) for name, a in tree["activities"].items())
        for stage, content in tree["stages"].items()
    }


def _text(scenario: Scenario, path: str) -> str:
    found = _source_of(scenario, path)
    return found.text.en if found else ""


def pairs_of(said: Sequence[str]) -> dict[str, str]:
    """`THEIRS=OURS` as a mapping. Raises ScenarioError for what is none."""
    wrong = [pair for pair in said if pair.count("=") != 1 or not all(pair.split("="))]
    if wrong:
        hint = (
            "write activities.work_lead=activities.touch_fit: first the estimate's path, then the scenario's"
        )
        raise ScenarioError([InputProblem("--as", wrong[0], "is no pair of paths", hint)])
    return dict(pair.split("=") for pair in said)
