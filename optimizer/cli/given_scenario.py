"""The scenario that a verb is about: read, with what is changed for this run, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.reader import echo, warned

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.runs.api.reading import Sound
    from optimizer.scenario.plan import Plan
    from optimizer.scenario.types import Scenario


def given(file: Path, changes: Sequence[str] = ()) -> Sound:
    """The scenario of a file, or of a run folder that is what was written, with what is changed for this run
    (`set_option`)."""
    from optimizer.runs.api.reading import sound
    from optimizer.scenario.read import read_scenario

    found = sound(file, changes)
    if changes and found.scenario.changed == read_scenario(file).changed:
        echo(f"note: nothing was changed: {file} says so already", err=True)
    return found


def given_and_warned(file: Path, changes: Sequence[str] = ()) -> Sound:
    """The same; what a decision should not rest on unread is said on stderr."""
    from optimizer.runs.api.reading import placed
    from optimizer.scenario.checks import decisive_warnings_of

    found = given(file, changes)
    findings = decisive_warnings_of(found.scenario)
    for warning in placed(found, findings) if findings else ():
        echo(warned(warning), err=True)
    return found


def read(file: Path, changes: Sequence[str] = ()) -> Scenario:
    """The scenario alone, and nothing said of it."""
    return given(file, changes).scenario


def read_and_warn(file: Path, changes: Sequence[str] = ()) -> Scenario:
    """The scenario alone, of verbs that no call is behind."""
    return given_and_warned(file, changes).scenario


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
