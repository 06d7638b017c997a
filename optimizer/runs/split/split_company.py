"""A scenario with one of its teams split, and what had to be decided on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from optimizer.runs.split import agreed, shares, traced
from optimizer.runs.split.divided import Divided, divided
from optimizer.runs.split.luck_of_parts import Luck, growth, with_luck
from optimizer.runs.split.parts import heads_of, parts_of
from optimizer.scenario.completed import validated
from optimizer.scenario.problems import LONGEST_NAME, InputProblem, ScenarioError, listed, number
from optimizer.scenario.types import Scenario

Tree = dict[str, Any]


@dataclass(frozen=True)
class SplitCompany:
    """The new scenario, and what its reader should know, a sentence each."""

    scenario: Scenario
    said: tuple[str, ...]


def split_company(scenario: Scenario, team: str, into: str, luck: Luck, file: str) -> SplitCompany:
    """Split a team into parts, `north:0.6,south:0.4`: at equal plans people do in sum what they did.

    Raises ScenarioError for shares and names that cannot be, and where the result would be no scenario.
    """
    parts = parts_of(scenario, team, into)
    split = divided(scenario, parts)
    _refuse_clashes(split)
    tree: Tree = scenario.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    made = tree | {
        "teams": shares.teams(tree, split),
        "stages": shares.stages(tree, split),
        "activities": shares.activities(tree, split),
        "kpis": _without_stated_luck(shares.kpis(tree, split)),
        "curves": shares.curves(tree, split),
        "regimes": shares.regimes(tree, split),
        "current_plan": agreed.weights(tree["current_plan"], split),
        "plans": agreed.plans(tree, split),
        "rules": agreed.rules(tree, split),
        "phasing": agreed.phasing(tree, split),
        "sources": {},
        "placeholders": (),
    }
    made["kpis"] = with_luck(made["kpis"], split, luck, validated(made, file, {}))
    lucky = validated(made, file, {})
    made |= {"sources": traced.sources(split, lucky), "placeholders": traced.placeholders(split, lucky)}
    return SplitCompany(validated(made, file, {}), tuple(_said(split, luck)))


def _without_stated_luck(kpis: Tree) -> Tree:
    return {name: {**kpi, "noise_with": {}} for name, kpi in kpis.items()}


def _refuse_clashes(split: Divided) -> None:
    """Raise ScenarioError where a part's name of something is taken."""
    divided_names = (
        ("stages", split.stages),
        ("activities", split.activities),
        ("kpis", split.kpis),
        ("curves", shares.hanging(split.scenario, split)),
    )
    of_section = ((section, name) for section, names in divided_names for name in sorted(names))
    problems = [problem for at in of_section for problem in _clashes(split, *at)]
    if problems:
        raise ScenarioError(problems)


def _clashes(split: Divided, section: str, name: str) -> Iterator[InputProblem]:
    """Names of one thing that cannot be those of its parts."""
    for part in split.parts.shares:
        new = split.parts.of(name, part)
        hint = f"name the part otherwise, or rename {section}.{name} or {new}"
        if new in getattr(split.scenario, section):
            yield InputProblem("--into", part, f"{section}.{new} is there already", hint)
        elif len(new) > LONGEST_NAME:
            message = f"{section}.{new} would be longer than {LONGEST_NAME} characters"
            yield InputProblem("--into", part, message, hint)


# --- what is said ---------------------------------------------------------------------------------------


def _said(split: Divided, luck: Luck) -> Iterator[str]:
    yield from _heads(split)
    yield from _others_work(split)
    yield from _kpis(split)
    yield from _luck(split, luck)
    yield from _sight(split)
    shares = ", ".join(f"{name} {number(100 * s)} %" for name, s in split.parts.shares.items())
    yield (
        f"volumes, hours, pay and budgets are split {shares}, and everybody works alike: where the parts "
        "differ, change their numbers"
    )


def _heads(split: Divided) -> Iterator[str]:
    heads, shares = split.scenario.teams[split.parts.team].headcount, split.parts.shares
    if heads is None:
        return
    whole = heads_of(heads, shares)
    if any(abs(heads * share - whole[name]) > 1e-9 for name, share in shares.items()):
        exact = ", ".join(f"{name} {number(round(heads * s, 2))}" for name, s in shares.items())
        given = ", ".join(f"{name} {n}" for name, n in whole.items())
        yield (
            f"{heads} people do not split so ({exact}): written are {given}; hours and pay keep the shares, "
            "so hours and pay per person differ a little"
        )
    lonely = [name for name, people in whole.items() if people == 1]
    if lonely and split.scenario.teams[split.parts.team].pays_persons:
        yield f"one person each: {listed(lonely)}; how persons differ in a team plays no part there"


def _others_work(split: Divided) -> Iterator[str]:
    scenario, team = split.scenario, split.parts.team
    others = [
        s for s in scenario.stages if s in split.stages and scenario.stages[s].owner not in (team, None)
    ]
    if others:
        owners = dict.fromkeys(str(scenario.stages[s].owner) for s in others)
        yield (
            f"told apart too, because {team} is measured on what becomes of them: {listed(others)}, and what "
            f"{listed(owners)} does with them"
        )


def _kpis(split: Divided) -> Iterator[str]:
    measures = [k for k in split.scenario.kpis if k in split.kpis]
    if measures:
        first, part = measures[0], next(iter(split.parts.shares))
        yield f"each part is paid on its own {listed(measures)}: {split.kpi(first, part)} is a KPI now"
    kept = [k for k in measures if k in split.kept]
    if kept:
        yield f"kept for the whole company, as others may be paid on it: {listed(kept)}"


def _luck(split: Divided, luck: Luck) -> Iterator[str]:
    noisy = [k for k in split.scenario.kpis if k in split.kpis and split.scenario.kpis[k].noise > 0]
    if not noisy:
        return
    grown = ", ".join(f"{p} {number(round(growth(split, p), 3))}" for p in split.parts.shares)
    if luck == "shared":
        yield (
            "the parts have one luck, of the size that it had, so that pay, plain or bent, is in sum as "
            f"before; luck of their own would be larger, {grown} times, as fewer results are less certain: "
            "--luck own"
        )
        return
    yield (
        f"luck of a part is larger, noise is {grown} times the team's, and independent beyond what all "
        "share, so that the company's stays; pay that bends, controllability and luck_discount see it, and "
        "with them rules and totals"
    )


def _sight(split: Divided) -> Iterator[str]:
    """Parts decide apart, and vary less together than one team did."""
    discounting = [name for name, team in split.scenario.teams.items() if team.luck_discount > 0]
    if discounting:
        yield (
            f"{listed(discounting)} discount what others decide (luck_discount): parts that decide apart "
            "vary less together than one team, so under plans other than today's totals move a little"
        )
