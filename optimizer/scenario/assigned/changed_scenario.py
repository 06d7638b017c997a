"""A scenario with some values changed for one run, and a record of what they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import reduce
from typing import Any, get_origin

from optimizer.scenario.assigned.assignment import FROM, THOUSANDS, Assignment, assignment_of
from optimizer.scenario.assigned.differences import changes_between, child
from optimizer.scenario.assigned.places import is_part, place_of, plan_in
from optimizer.scenario.from_values import from_values
from optimizer.scenario.messages import keys_of, options_of, type_at
from optimizer.scenario.plan_types import StatedPlan, plan_kind
from optimizer.scenario.problems import Finding, InputProblem, Path, ScenarioError, dotted, listed, number
from optimizer.scenario.types import Scenario

Tree = dict[str, Any]
MOST_SHARE = 10.0
"""A number above it is no share, and what is written in percent instead of it a slip."""


def changed_scenario(scenario: Scenario, texts: Sequence[str], file: str) -> Scenario:
    """The scenario with `path=value` for each text; what changed is in its `changed`, after what had been.

    Raises ScenarioError with what is wrong with the assignments, or with the scenario that they make.
    """
    tree: Tree = scenario.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    typed = _all_of(texts)
    for one in typed:
        _put(scenario, tree, one)
    made = _validated(tree, _places(scenario, tree, typed), file)
    return made.model_copy(update={"changed": changes_between(scenario, made)})


def _all_of(texts: Sequence[str]) -> list[Assignment]:
    """Raises ScenarioError with all that cannot be read."""
    found: list[Assignment] = []
    problems: list[InputProblem] = []
    for text in texts:
        try:
            found.append(assignment_of(text))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _places(scenario: Scenario, tree: Tree, typed: Sequence[Assignment]) -> dict[Path, Assignment]:
    """Where each stands in the tree that they made. Raises ScenarioError where two are for one place."""
    places: dict[Path, Assignment] = {}
    for one in typed:
        place = place_of(scenario, tree, one)
        if place in places and not one.adds:
            raise one.wrong(dotted(place), "", "is set twice", "keep one of the two")
        places[place] = one
    return places


def _put(scenario: Scenario, tree: Tree, typed: Assignment) -> None:
    keys = place_of(scenario, tree, typed)
    if is_part(keys):
        _widen(tree, str(keys[1]))
    parent = _parent(tree, keys, typed)
    before = _there(scenario, keys)
    value = _meant(scenario, tree, typed, keys, before)
    last = keys[-1]
    if value is None:
        _take(parent, last)
    elif typed.adds:
        parent[last] = [
            *_list_at(typed, keys, parent, last),
            *(value if isinstance(value, list) else [value]),
        ]
    elif _is_record(keys) and isinstance(value, Mapping) and isinstance(parent.get(last), Mapping):
        parent[last] = {**parent[last], **value}
    else:
        parent[last] = value


def _widen(tree: Tree, plan: str) -> None:
    """A plan of weights alone becomes one that can say more."""
    there = plan_in(tree, plan)
    if there and plan_kind(there) == "weights":
        tree["plans"][plan] = {"weights": there}


def _parent(tree: Tree, keys: Path, typed: Assignment) -> Any:
    """The mapping or list that the last key is in; what is not written yet is made."""
    place: Any = tree
    for depth, key in enumerate(keys[:-1], 1):
        if isinstance(place, Mapping):
            fresh: Any = [] if isinstance(keys[depth], int) else {}
            if place.get(key) is None:
                place[key] = fresh  # type: ignore[index]
        inner = _step(place, key, keys[: depth - 1], typed)
        if isinstance(inner, tuple):
            inner = list(inner)
            place[key] = inner
        if not isinstance(inner, dict | list):
            at = dotted(keys[:depth])
            raise typed.wrong(at, inner, "is one value, with nothing inside", f"write {at}=...")
        place = inner
    if isinstance(place, list):
        _step(place, keys[-1], keys[:-1], typed)
    return place


def _step(place: Any, key: str | int, above: Path, typed: Assignment) -> Any:
    if isinstance(place, list):
        if not isinstance(key, int) or key >= len(place):
            last = f"[0] to [{len(place) - 1}]" if place else "none"
            at = dotted(above)
            raise typed.wrong(at, key, "has no such place", f"its places: {last}; {at}+=... adds one")
        return place[key]
    return place.get(key)


def _take(parent: Any, last: str | int) -> None:
    if isinstance(parent, list):
        del parent[int(last)]
    else:
        parent.pop(last, None)


def _list_at(typed: Assignment, keys: Path, parent: Any, last: str | int) -> list[Any]:
    there = parent.get(last, []) if isinstance(parent, Mapping) else parent[last]
    if not _is_list(keys):
        raise typed.wrong(dotted(keys), "", "is no list to add to", f"write {dotted(keys)}=...")
    return list(there)


def _is_record(keys: Path) -> bool:
    """Whether a path leads to a thing whose keys are given, not to names and their values."""
    return bool(keys_of(type_at(Scenario, keys)))


# --- what a value means ---------------------------------------------------------------------------------


def _there(scenario: Scenario, keys: Path) -> Any:
    """What stands at a path of the scenario, defaults included; None for nothing."""
    return reduce(child, keys, scenario.model_dump(mode="python", by_alias=True))


def _meant(scenario: Scenario, tree: Tree, typed: Assignment, keys: Path, before: Any) -> Any:
    value = typed.value
    if isinstance(value, str) and value.startswith(FROM):
        return _taken(scenario, tree, typed, value)
    if typed.share is not None and not _is_text(keys):
        changes, size = typed.share
        return _moved(typed, keys, before, 1 + size) if changes else _share(typed, keys, before, size)
    if _is_number(before) and THOUSANDS.fullmatch(typed.written) and before > 100 * float(typed.value):
        whole, at = typed.written.replace(".", ""), dotted(keys)
        hint = f"write {at}={whole}, or {at}={number(float(typed.value))}"
        raise typed.wrong(at, typed.written, f"is read as {number(float(typed.value))}", hint)
    if keys[:2] == ("rules", "locks") and isinstance(value, str):
        team = keys[2] if len(keys) > 2 else value if value in scenario.teams else "TEAM"
        hint = f"write locks.{team}=@current_plan.{team} for today's weights, or locks.{team}={{KPI: 1}}"
        raise typed.wrong(dotted(keys), value, "is no weights to lock", hint)
    if isinstance(value, str) and _is_list(keys):
        value = [name.strip() for name in value.strip("[]").split(",")]
    alone = isinstance(value, list) and not any(isinstance(inner, list) for inner in value)
    return [value] if alone and _is_lists_of_names(keys) else value


def _is_text(keys: Path) -> bool:
    return any(option is str for option in options_of(type_at(Scenario, keys)))


def _is_list(keys: Path) -> bool:
    return any(get_origin(option) is tuple for option in options_of(type_at(Scenario, keys)))


def _is_lists_of_names(keys: Path) -> bool:
    """Whether a path leads to lists of names, of which one may be written alone."""
    return _is_list(keys) and _is_text((*keys, 0, 0))


def _taken(scenario: Scenario, tree: Tree, typed: Assignment, value: str) -> Any:
    """What stands at another place of the scenario."""
    source = replace(assignment_of(f"{value.removeprefix(FROM)}=0"), text=typed.text)
    keys = place_of(scenario, tree, source)
    found = _there(scenario, keys)
    if found is None:
        raise typed.wrong(
            dotted(keys), "", "nothing stands there to take", "name a path of the scenario after @"
        )
    if keys[0] == "plans" and len(keys) == 2 and typed.keys[0] == "current_plan":
        plan = scenario.plans[str(keys[1])]
        found = plan.weights if isinstance(plan, StatedPlan) else plan
    return deepcopy(found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _share(typed: Assignment, keys: Path, before: Any, size: float) -> float:
    """Of what is a share, or may be one."""
    if _is_number(before) and abs(before) > MOST_SHARE:
        at, sign = dotted(keys), typed.written
        hint = f"write {at}=+{sign} or -{sign} for that much more or less, or the number"
        raise typed.wrong(at, typed.written, f"{number(before)} is no share", hint)
    return float(number(size))


def _moved(typed: Assignment, keys: Path, before: Any, factor: float) -> Any:
    """A number, or every number of a mapping of names, times a factor."""
    if _is_number(before):
        moved = float(number(before * factor))
        return int(moved) if isinstance(before, int) and moved.is_integer() else moved
    numbers = isinstance(before, Mapping) and before and not _is_record(keys)
    if numbers and all(isinstance(v, int | float) for v in before.values()):
        return {name: float(number(value * factor)) for name, value in before.items()}
    at, inside = dotted(keys), keys_of(type_at(Scenario, keys))
    hint = (
        f"name one number in it: {listed(f'{at}.{key}' for key in inside)}"
        if inside
        else f"write {at}=NUMBER"
    )
    raise typed.wrong(at, typed.value, "there is no number to change by a share", hint)


# --- what it makes --------------------------------------------------------------------------------------


def _validated(tree: Tree, places: Mapping[Path, Assignment], file: str) -> Scenario:
    """Raises ScenarioError with problems under the assignment that brought them, else under the file."""
    made, findings = from_values(tree)
    if made is None or findings:
        raise ScenarioError(_located(finding, places, file) for finding in findings)
    return made


def _located(finding: Finding, places: Mapping[Path, Assignment], file: str) -> InputProblem:
    near = [one for place, one in places.items() if _overlap(place, finding.path)]
    only = next(iter(places.values())) if len(places) == 1 else None
    said = near[0].said if near else only.said if only else file
    return finding.problem(said)


def _overlap(one: Path, other: Path) -> bool:
    size = min(len(one), len(other))
    return one[:size] == other[:size]
