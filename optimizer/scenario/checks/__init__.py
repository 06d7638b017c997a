"""What can be judged from a scenario alone: errors that stop, warnings that do not.

Bounds of single values are the types' business (`optimizer.scenario.types`); here names meet definitions,
numbers meet each other, and the baseline is counted (model.md §2, §6). Each check is a generator of findings
and tolerates what another check reports, so that all problems come out at once.
"""

from __future__ import annotations

from optimizer.scenario.checks import (
    charge_bases,
    curves,
    funnel,
    kpis,
    letters,
    names,
    phasing,
    placeholders,
    plan_texts,
    plans,
    plausible,
    rules,
    sizes,
    sources,
    warnings,
)
from optimizer.scenario.checks.baseline_counts import BaselineCounts, baseline_counts
from optimizer.scenario.checks.plans import given_problems, pay_problems
from optimizer.scenario.impossible import impossible
from optimizer.scenario.problems import Finding
from optimizer.scenario.types import Scenario

__all__ = [
    "decisive_warnings_of",
    "given_problems",
    "pay_problems",
    "problems_of",
    "problems_of_numbers",
    "warnings_of",
]


def problems_of(scenario: Scenario) -> list[Finding]:
    """Everything that makes the scenario unusable, section by section."""
    return [
        *names.problems(scenario),
        *problems_of_numbers(scenario),
        *sources.problems(scenario),
        *placeholders.problems(scenario),
        *plan_texts.problems(scenario),
        *phasing.problems(scenario),
        *charge_bases.problems(scenario),
    ]


def problems_of_numbers(scenario: Scenario) -> list[Finding]:
    """What other numbers could have brought into a scenario that had no problem."""
    baseline = baseline_counts(scenario)
    return [
        *funnel.problems(scenario, baseline),
        *kpis.problems(scenario, baseline),
        *curves.problems(scenario),
        *plans.problems(scenario),
        *rules.problems(scenario),
    ]


def warnings_of(scenario: Scenario) -> list[Finding]:
    """What is allowed but probably not meant, or dangerous: read before launching a plan."""
    baseline = baseline_counts(scenario)
    return [
        *warnings.warnings(scenario),
        *decisive_warnings_of(scenario, baseline),
        *sizes.warnings(scenario, baseline),
        *kpis.warnings(scenario, baseline),
        *curves.warnings(scenario),
        *plans.warnings(scenario),
        *(contradiction.finding for contradiction in impossible(scenario)),
        *plan_texts.warnings(scenario),
        *phasing.warnings(scenario),
        *charge_bases.warnings(scenario),
        *sources.warnings(scenario),
    ]


def decisive_warnings_of(scenario: Scenario, baseline: BaselineCounts | None = None) -> list[Finding]:
    """Those that every verb says, because what it prints rests on them: drafts, sizes, missing
    pay, labels."""
    return [
        *placeholders.warnings(scenario),
        *plausible.findings(scenario, baseline or baseline_counts(scenario)),
        *letters.warnings(scenario),
    ]
