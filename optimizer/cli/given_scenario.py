"""The scenario that a verb is about: read, with what is changed for this run, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.reader import echo, warned

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.scenario.plan import Plan
    from optimizer.scenario.problems import Finding, InputProblem
    from optimizer.scenario.types import Scenario


def read(file: Path, changes: Sequence[str] = ()) -> Scenario:
    """The scenario of a file, or of a run folder that is what was written, with what is changed for this run
    (`set_option`)."""
    from optimizer.runs.folder import refuse_changed_run
    from optimizer.scenario.read import read_scenario

    refuse_changed_run(file)
    scenario = read_scenario(file)
    if not changes:
        return scenario
    from optimizer.scenario.assigned.changed_scenario import changed_scenario

    changed = changed_scenario(scenario, changes, str(file))
    if changed.changed == scenario.changed:
        echo(f"note: nothing was changed: {file} says so already", err=True)
    return changed


def read_and_warn(file: Path, changes: Sequence[str] = ()) -> Scenario:
    """The scenario; what a decision should not rest on unread is said on stderr."""
    scenario = read(file, changes)
    warn(file, scenario, changes)
    return scenario


def warn(file: Path, scenario: Scenario, changes: Sequence[str]) -> None:
    """Numbers of the wrong size, pay that is missing and labels that cannot be printed, on stderr."""
    from optimizer.scenario.checks import decisive_warnings_of

    findings = decisive_warnings_of(scenario)
    for warning in placed(file, scenario, findings, changes) if findings else ():
        echo(warned(warning), err=True)


def placed(
    file: Path, scenario: Scenario, findings: Sequence[Finding], changes: Sequence[str]
) -> Sequence[InputProblem]:
    """Findings with their places in the file; what `changes` brought stands nowhere in it."""
    from optimizer.scenario.problems import dotted, within
    from optimizer.scenario.read import located

    changed = _changed_now(file, scenario) if changes else []
    of_run = [f for f in findings if any(within(dotted(f.path), path) for path in changed)]
    here = [finding.problem("--set") for finding in of_run]
    return [*here, *located(file, [f for f in findings if f not in of_run])]


def _changed_now(file: Path, scenario: Scenario) -> list[str]:
    """Paths of what this command changed: a run folder that is itself a what-if has what was changed before
    in its file."""
    from optimizer.scenario.read import read_scenario

    before = {(change.path, change.after) for change in read_scenario(file).changed}
    return [change.path for change in scenario.changed if (change.path, change.after) not in before]


def tell_changed(scenario: Scenario) -> None:
    """First of all that is printed: what was changed for this run."""
    for change in scenario.changed:
        sides = (_told(text) for text in (change.before, change.after))
        echo(f"changed for this run: {change.path}: {' to '.join(sides)}")
    _tell_anew(scenario)


def _tell_anew(scenario: Scenario) -> None:
    """That today is the changed company's, and how to ask what people would do about the change."""
    from optimizer.scenario.assigned.anew import calibrated_anew

    anew = calibrated_anew(scenario)
    if not anew:
        return
    paths, places = ", ".join(one.path for one in anew), [one.instead for one in anew if one.instead]
    echo(
        f'note: "today" is the company after this change ({paths}), calibrated anew: by construction nobody '
        "reacts to the change itself"
    )
    for place in dict.fromkeys(places):
        echo(f"  what people would do about it is asked of a plan: --set {place}=...")


def _told(text: str) -> str:
    try:
        return f"{float(text):,.10g}"
    except ValueError:
        return text or "nothing"


def with_changed(scenario: Scenario, content: dict[str, Any]) -> dict[str, Any]:
    """A verb's JSON, and in it what was changed for this run, where anything was."""
    from optimizer.tables.changed_values import changed_json

    return {**content, **changed_json(scenario)}


def plan_named(scenario: Scenario, name: str | None) -> Plan:
    """A named plan, `current`, that of a plan file or run folder; any other name is a usage error."""
    from optimizer.runs.api.border import UnknownPlanError, checked_plan

    try:
        plan = checked_plan(scenario, name)
    except UnknownPlanError as error:
        raise click.BadParameter(error.problems[0].message) from None
    _warn_of_plan(scenario, plan)
    return plan


def _warn_of_plan(scenario: Scenario, plan: Plan) -> None:
    """Targets and pay of the wrong size that a plan brings, on stderr."""
    from optimizer.scenario.checks import sizes
    from optimizer.scenario.checks.baseline_counts import baseline_counts

    for finding in sizes.of_plan(scenario, baseline_counts(scenario), plan, ("plan",)):
        place = ".".join(map(str, finding.path))
        echo(f"warning: [{place}] {finding.message} (got: {finding.value})\n    {finding.hint}", err=True)
