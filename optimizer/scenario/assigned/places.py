"""Where a path leads: the names of the file, of which the obvious beginning may be left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.scenario.assigned.assignment import FROM, Assignment
from optimizer.scenario.messages import keys_of, type_at
from optimizer.scenario.plan_types import PARTS, plan_kind
from optimizer.scenario.problems import Path, did_you_mean, dotted
from optimizer.scenario.rule_types import Rules
from optimizer.scenario.types import Scenario, Team

NAMED = ("teams", "stages", "activities", "kpis", "plans", "regimes", "curves")
"""Sections of things with names, which a path may begin with."""
MADE = ("plans", "curves")
"""Of these, the ones in which a path through a new name makes the thing."""
FIXED = ("version", "name", "changed")
"""What no what-if changes."""


def one_of(section: str) -> str:
    """What a thing of a section is called: `activity` in `activities`."""
    return "activity" if section == "activities" else section.removesuffix("s")


def place_of(scenario: Scenario, tree: Mapping[str, Any], typed: Assignment) -> Path:
    """The keys of the file that the typed ones mean. Raises ScenarioError where that is nothing."""
    keys = _whole(scenario, typed)
    if keys[0] in FIXED:
        raise typed.wrong(str(keys[0]), "", "is not changed by a what-if", "change it in the file")
    if keys[0] == "plans" and len(keys) > 2:
        _refuse_no_part(scenario, typed, keys)
        keys = _in_plan(scenario, tree, keys)
    if keys[0] == "teams" and len(keys) > 2 and keys[1] in scenario.teams:
        _refuse_weight(scenario, typed, keys)
    if keys[0] in ("sources", "placeholders") and len(keys) > 1:
        raise typed.wrong(dotted(keys), "", "says where a number comes from", "change it in the file")
    _refuse_unknown(scenario, typed, keys)
    return keys


def _whole(scenario: Scenario, typed: Assignment) -> Path:
    """With the section in front: `budget.expected` is a rule, `sales.hours` a team's."""
    first, top = str(typed.keys[0]), keys_of(Scenario)
    if first in top:
        return typed.keys
    if first in keys_of(Rules):
        return ("rules", *typed.keys)
    sections = [section for section in NAMED if first in getattr(scenario, section)]
    if len(sections) == 1:
        return (sections[0], *typed.keys)
    rest = dotted(typed.keys)
    if sections:
        hint = f"write {' or '.join(f'{section}.{rest}' for section in sections)}"
        raise typed.wrong(rest, "", f"{first} is the name of several things", hint)
    known = [*top, *keys_of(Rules), *(name for s in NAMED for name in getattr(scenario, s))]
    raise typed.wrong(
        rest, "", f"the scenario has nothing called {first}", _nearest(scenario, first, typed.value, known)
    )


def _nearest(scenario: Scenario, typed: str, value: Any, known: list[str]) -> str:
    """The nearest name, also by what people call the thing, or of a rule's key; sections where there is
    none."""
    within = [f"rules.{key}.{typed}" for key in keys_of(Rules) if typed in keys_of(type_at(Rules, (key,)))]
    if within:
        return f"write {' or '.join(within)}"
    for section in NAMED:
        for name, thing in getattr(scenario, section).items():
            label = getattr(thing, "label", None)
            if label is not None and typed.casefold() in (label.en.casefold(), label.fr.casefold()):
                return f'write {section}.{name}, which is called "{typed}"'
    if isinstance(value, Mapping):
        return f"write the section of a new thing in front: kpis.{typed}={{...}}, for instance"
    hint, _, _ = did_you_mean(typed, known).partition("allowed:")
    return f"{hint}paths begin with {', '.join(NAMED)} or rules".strip()


def _in_plan(scenario: Scenario, tree: Mapping[str, Any], keys: Path) -> Path:
    """Weights may be named without `weights`; a curve of a team and a KPI is one key."""
    section, plan, part, *rest = keys
    there = plan_in(tree, str(plan))
    if part in scenario.teams and (there is None or plan_kind(there) == "whole"):
        return (section, plan, "weights", part, *rest)
    if part == "curves" and len(rest) > 1 and rest[1] in scenario.kpis:
        return (section, plan, part, f"{rest[0]}.{rest[1]}", *rest[2:])
    return keys


def _refuse_no_part(scenario: Scenario, typed: Assignment, keys: Path) -> None:
    if keys[2] not in PARTS and keys[2] not in scenario.teams:
        hint = did_you_mean(str(keys[2]), [*PARTS, *scenario.teams])
        raise typed.wrong(dotted(keys), "", f"a plan says nothing called {keys[2]}", hint)


def _refuse_weight(scenario: Scenario, typed: Assignment, keys: Path) -> None:
    """A weight is no number of the team: bounds are rules, weights are a plan's."""
    named = [key for key in keys[2:] if key in scenario.kpis]
    if keys[2] not in keys_of(Team) and (named or keys[2] == "weights"):
        at = f"{keys[1]}.{named[0] if named else 'KPI'}"
        hint = f"write weights.limits.{at}.min=... or .max=..., of a plan plans.PLAN.{at}=..."
        raise typed.wrong(dotted(keys), "", "a team has no weights of its own: rules and plans have", hint)


def plan_in(tree: Mapping[str, Any], plan: str) -> Any:
    """What a tree says of a named plan; None for nothing."""
    plans = tree.get("plans")
    return plans.get(plan) if isinstance(plans, Mapping) else None


def is_part(keys: Path) -> bool:
    """Whether a path leads to what a plan says beside its weights."""
    return keys[0] == "plans" and len(keys) > 2 and keys[2] in PARTS


def _refuse_unknown(scenario: Scenario, typed: Assignment, keys: Path) -> None:
    """A thing that is not there can be put there as a whole, and not part by part: that would be a slip."""
    section, *rest = keys
    if section not in NAMED or not rest or rest[0] in getattr(scenario, str(section)):
        return
    taken = isinstance(typed.value, str) and typed.value.startswith(FROM)
    whole = len(rest) == 1 and (isinstance(typed.value, Mapping) or taken)
    if whole or (section in MADE and len(rest) > 1):
        return
    name, kind = rest[0], one_of(str(section))
    near = did_you_mean(str(name), getattr(scenario, str(section)))
    made = "" if near.startswith("did") else f"; a new one is a mapping: {section}.{name}={{...}}"
    raise typed.wrong(dotted(keys), "", f"the scenario has no {kind} {name}", near + made)
