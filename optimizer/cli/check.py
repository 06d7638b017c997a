"""`incentives check`: is the scenario sound, and what does it say about today?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import given, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, set_option
from optimizer.cli.reader import echo, problem_json, warned
from optimizer.cli.start import ANSWERS
from optimizer.scenario.problems import ScenarioError

if TYPE_CHECKING:
    from optimizer.scenario.start.answer_types import Answers
    from optimizer.scenario.types import Scenario


@main.command()
@file_argument
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    help=f"What `start` made it of; default: {ANSWERS} beside it. Each answer is held against the scenario.",
)
@set_option
@json_option
@verb
def check(file: Path, answers: Path | None, changes: tuple[str, ...], as_json: bool) -> None:
    """All problems and warnings of a scenario, and its calibrated baseline in words."""
    from optimizer.cli.show.results import baseline_in_words
    from optimizer.runs.api import judging

    read = given(file, changes)
    found, scenario = judging.check(read, answers), read.scenario
    if found.problems or found.cal is None:
        raise ScenarioError(found.problems)
    kept = found.answers
    if as_json:
        told = with_changed(scenario, {"problems": [], "warnings": [problem_json(w) for w in found.warnings]})
        print_json(told if kept is None else {**told, "answers": _kept_json(kept, scenario)})
        return
    tell_changed(scenario)
    for warning in found.warnings:
        echo(warned(warning), err=True)
    echo(baseline_in_words(found.cal))
    if kept is not None:
        _show_kept(kept, scenario)


def _kept_json(answers: Answers, scenario: Scenario) -> Any:
    from optimizer.cli.show.started import kept_json
    from optimizer.scenario.start.kept_answers import kept_answers

    return kept_json(kept_answers(answers, scenario))


def _show_kept(answers: Answers, scenario: Scenario) -> None:
    from optimizer.cli.reader import language
    from optimizer.cli.show.started import answers_table, phrases
    from optimizer.cli.show.terminal import show
    from optimizer.scenario.start.kept_answers import kept_answers

    show(answers_table(answers, kept_answers(answers, scenario), phrases(language())))
