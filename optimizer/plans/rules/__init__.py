"""The rules that a plan must keep, one module a family, stated without the optimization model.

Conflicts, prices, the what-if page, certificate, tables and documentation go over `FAMILIES`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.plans.rules import (
    bad_cases,
    budget,
    caps,
    change,
    controllability,
    exposure,
    locks,
    margin,
    pairs,
    same,
    weight_limits,
    weights,
)
from optimizer.plans.rules.facts import Facts, TeamPlans
from optimizer.plans.rules.family import (
    Family,
    JointFamily,
    PageForm,
    Relaxation,
    Rule,
    RuleValue,
    Unchecked,
    WeightFamily,
    WorkFamily,
)
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Rules

ON_WEIGHTS: tuple[WeightFamily, ...] = (weights, weight_limits, locks, change, controllability, pairs)
ON_TEAMS: tuple[JointFamily, ...] = (same,)
ON_WORK: tuple[WorkFamily, ...] = (budget, bad_cases, caps, margin, exposure)
FAMILIES: tuple[Family, ...] = (
    weights,
    weight_limits,
    locks,
    same,
    change,
    controllability,
    budget,
    bad_cases,
    caps,
    margin,
    pairs,
    exposure,
)
RULES = {rule.name: rule for family in FAMILIES for rule in family.RULES}
"""Every kind of rule by the start of its names."""


def rule_named(name: str) -> Rule:
    """The kind of a rule: the longest start of its name that is one. KeyError where none is."""
    parts = name.split(".")
    starts = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    try:
        return next(RULES[start] for start in starts if start in RULES)
    except StopIteration:
        raise KeyError(name) from None


def family_of(name: str) -> Family:
    """The family of a rule by its name. KeyError where none is."""
    rule = rule_named(name)
    return next(family for family in FAMILIES if rule in family.RULES)


def rule_values(space: PlanSpace, facts: Facts) -> Iterator[RuleValue]:
    """All rules of the scenario at S plans: those on weights team by team, then those on what people do."""
    yield from weight_values(space, facts.euros)
    for family in ON_WORK:
        yield from family.lines(facts)


def weight_values(space: PlanSpace, euros: Floats) -> Iterator[RuleValue]:
    """Every rule that weights alone decide, for plans (S, I, K)."""
    for i in range(len(space.unit)):
        yield from team_values(space, i, euros)
    for family in ON_TEAMS:
        yield from family.lines(space, euros)


def team_values(space: PlanSpace, i: int, euros: Floats) -> Iterator[RuleValue]:
    """Those of one team; none where it has no variable pay."""
    if space.most[i] > 0:
        at = TeamPlans.of(space, i, euros)
        for family in ON_WEIGHTS:
            yield from family.lines(at)


def keeps_weight_rules(space: PlanSpace, euros: Floats) -> Bools:
    """(S,): every rule on weights holds."""
    kept = np.ones(len(euros), dtype=bool)
    for rule in weight_values(space, euros):
        kept &= rule.kept
    return kept


def payout_values(facts: Facts) -> Iterator[RuleValue]:
    """Rules on what is paid: expected, and in bad cases."""
    yield from budget.lines(facts)
    yield from bad_cases.lines(facts)


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    """Every rule of the scenario that could bind, relaxed and removed, in the order of the file."""
    sections = list(Rules.model_fields)
    for family in sorted(FAMILIES, key=lambda f: sections.index(f.FIELDS[0].partition(".")[0])):
        yield from family.relaxations(cal)


def page_forms(cal: Calibrated, space: PlanSpace) -> Iterator[PageForm]:
    """Every rule that the what-if page can check, in the order of `rule_values`."""
    for i in np.flatnonzero(space.most > 0):
        for on_weights in ON_WEIGHTS:
            yield from on_weights.page_form(space, int(i))
    for on_teams in ON_TEAMS:
        yield from on_teams.page_form(space)
    for on_work in ON_WORK:
        forms = on_work.page_form(cal)
        if not isinstance(forms, Unchecked):
            yield from forms


def unchecked_rules(cal: Calibrated) -> Iterator[str]:
    """Names of rules that the what-if page cannot check."""
    for family in ON_WORK:
        forms = family.page_form(cal)
        if isinstance(forms, Unchecked):
            yield from forms.names
