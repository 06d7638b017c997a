"""`incentives fill`: a form of the numbers that nobody has given yet, and the form read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import main, print_json, verb, write_new
from optimizer.cli.convert import refuse_kind, write_scenario
from optimizer.cli.given_scenario import read
from optimizer.cli.parameters import Destination, file_argument, json_option
from optimizer.cli.reader import echo
from optimizer.scenario.files import WORKBOOK
from reports.words.locales import languages

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.tables.table import Tables

LIMIT = 60.0
"""Seconds for the solve that says what the answers move."""


@main.command("fill")
@file_argument
@click.option(
    "--form", type=Destination(new=True), help=f"The form to write, a {WORKBOOK} file of one sheet."
)
@click.option("--lang", "language", type=click.Choice(languages()), default="en", show_default=True)
@click.option("--answers", type=click.Path(path_type=Path), help="A form that was filled in.")
@click.option("--out", type=Destination(new=True), help="The completed scenario, .yaml or .xlsx.")
@click.option("--time-limit", type=click.FloatRange(min=0), default=LIMIT, show_default=True, help="Seconds.")
@json_option
@verb
def fill(
    file: Path,
    form: Path | None,
    language: str,
    answers: Path | None,
    out: Path | None,
    time_limit: float,
    as_json: bool,
) -> None:
    """Write a form of the placeholders of FILE with --form, or read it back with --answers and --out.

    The form says of each number who knows it, in which unit, its invented value, and what the answer moves:
    FILE is solved for that, unless it is a run folder, which knows it. Answered numbers are no placeholders
    any more. Comments of FILE are not kept.
    """
    if (form is None) == (answers is None):
        raise click.UsageError("name either a --form to write, or --answers to read and --out to write")
    scenario = read(file)
    if form is not None:
        _write_form(file, scenario, form, language, time_limit, as_json)
    else:
        assert answers is not None
        _read_back(file, scenario, answers, out, as_json)


def _write_form(
    file: Path, scenario: Scenario, form: Path, language: str, time_limit: float, as_json: bool
) -> None:
    from reports.workbook.form import form_of

    if form.suffix != WORKBOOK:
        raise click.BadParameter(f"{form} does not end with {WORKBOOK}", param_hint="--form")
    if not scenario.placeholders:
        raise click.BadParameter(f"{file} has no placeholder: nothing is to be asked", param_hint="FILE")
    write_new(form, form_of(_tables(file, scenario, time_limit), language))
    if as_json:
        print_json({"file": str(form), "placeholders": list(scenario.placeholders)})
    else:
        echo(f"wrote {form}: {_counted(len(scenario.placeholders))} to ask for")
        echo(f"then: incentives fill {file} --answers {form} --out NEW_FILE")


def _tables(file: Path, scenario: Scenario, time_limit: float) -> Tables:
    """Of the run folder, or of a solve of its own."""
    from optimizer.runs.options import RunOptions
    from optimizer.runs.solve import Nobody, explained
    from optimizer.tables.build import tables_of
    from reports.run import read_run

    if file.is_dir() and (file / "tables").is_dir():
        return read_run(file).tables
    echo("solving, for what the answers move", err=True)
    explanation = explained(scenario, RunOptions(time_limit=time_limit or None), Nobody())
    return tables_of(explanation.solution, explanation)


def _read_back(file: Path, scenario: Scenario, answers: Path, out: Path | None, as_json: bool) -> None:
    from optimizer.scenario.completed import completed
    from optimizer.scenario.xlsx.filled_form import read_answers

    if out is None:
        raise click.UsageError("name the file to write with --out")
    refuse_kind(out, "--out")
    given = read_answers(answers)
    whole = completed(scenario, given, answers)
    write_scenario(whole, out, file)
    left = list(whole.placeholders)
    if as_json:
        answered = [{"path": a.path, "before": _before(scenario, a.path), "value": a.value} for a in given]
        print_json({"file": str(out), "answered": answered, "placeholders": left})
        return
    for answer in given:
        echo(f"{answer.path}: {_before(scenario, answer.path):,.6g} to {answer.value:,.6g}")
    still = (
        f"{_counted(len(left))} still to be given: {', '.join(left)}" if left else "no placeholder is left"
    )
    echo(f"wrote {out}; {still}")


def _before(scenario: Scenario, path: str) -> float:
    from optimizer.risk.ranges import numbers_at

    return next(iter(numbers_at(scenario, path).values()))


def _counted(count: int) -> str:
    return f"{count} number{'s' if count != 1 else ''}"
