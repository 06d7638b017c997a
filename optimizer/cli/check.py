"""`incentives check`: is the scenario sound, and what does it say about today?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import placed, read, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, set_option
from optimizer.cli.reader import echo, problem_json, warned
from optimizer.cli.start import ANSWERS

if TYPE_CHECKING:
    from optimizer.scenario.start.answer_types import Answers
    from optimizer.scenario.types import Scenario


@main.command()
@file_argument
@click.option(
    "--answers",
    "answers_file",
    type=click.Path(path_type=Path),
    help=f"What `start` made it of; default: {ANSWERS} beside it. Each answer is held against the scenario.",
)
@set_option
@json_option
@verb
def check(file: Path, answers_file: Path | None, changes: tuple[str, ...], as_json: bool) -> None:
    """All problems and warnings of a scenario, and its calibrated baseline in words."""
    from optimizer.cli.show.results import baseline_in_words
    from optimizer.plans.warnings import measured_warnings
    from optimizer.response.calibration import calibrate
    from optimizer.scenario.checks import warnings_of

    scenario = read(file, changes)
    cal = calibrate(scenario)
    warnings = placed(file, scenario, [*warnings_of(scenario), *measured_warnings(cal)], changes)
    answers = _answers(file, answers_file, scenario)
    if as_json:
        told = with_changed(scenario, {"problems": [], "warnings": [problem_json(w) for w in warnings]})
        print_json(told if answers is None else {**told, "answers": _kept_json(answers, scenario)})
        return
    tell_changed(scenario)
    for warning in warnings:
        echo(warned(warning), err=True)
    echo(baseline_in_words(cal))
    if answers is not None:
        _show_kept(answers, scenario)


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


def _answers(file: Path, named: Path | None, scenario: Scenario) -> Answers | None:
    """The answers that are named, or those beside a scenario of the same company; None where there are none.
    Raises ScenarioError where they cannot be read, or are of another company."""
    from optimizer.scenario.files import refuse, scenario_file
    from optimizer.scenario.problems import as_name

    beside = scenario_file(file).with_name(ANSWERS)
    if named is None and not beside.is_file():
        return None
    from optimizer.scenario.start.answers import read_answers

    answers = read_answers(named or beside)
    if as_name(answers.company) == scenario.name and set(answers.teams) == set(scenario.teams):
        return answers
    if named is not None:
        refuse(named, "these are answers of another company", f"name those of {scenario.name}")
    return None
