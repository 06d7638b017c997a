"""`incentives calibrate`: from CRM exports to estimates with intervals, and to a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import EXIT, main, print_json, verb
from optimizer.cli.parameters import Destination, json_option
from optimizer.cli.reader import echo

if TYPE_CHECKING:
    from optimizer.history.draft.measured_answers import MeasuredAnswers
    from optimizer.history.suggest.suggestion import Suggestion
    from optimizer.runs.api.making import Calibration


@main.command()
@click.argument("exports", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--map", type=click.Path(path_type=Path), help="What the columns mean.")
@click.option("--out", type=Destination(new=True), help="The scenario to write; never an existing file.")
@click.option(
    "--answers-out",
    type=Destination(new=True),
    help="Answers to questions of `incentives start`, as far as exports have them; a new file.",
)
@click.option("--suggest-map", is_flag=True, help="Print a map to start from, and do nothing else.")
@click.option("--report", type=Destination(file_okay=False), help="Folder for the PDF report.")
@click.option("--names", is_flag=True, help="Names of persons instead of pseudonyms.")
@json_option
@verb
def calibrate(
    exports: tuple[Path, ...],
    map: Path | None,
    out: Path | None,
    answers_out: Path | None,
    suggest_map: bool,
    report: Path | None,
    names: bool,
    as_json: bool,
) -> None:
    """Estimate rates, lags, noise and persons from CRM exports, and write them as a scenario.

    EXPORTS are CSV (also gzipped) or XLSX files.
    """
    from optimizer.runs.api import making

    if suggest_map:
        _suggest(making.calibrate(exports, suggest_map=True), as_json)
        return
    if map is None:
        raise click.UsageError("name a map with --map MAP.yaml; --suggest-map prints one to start from")
    found = making.calibrate(exports, map, out, answers_out, report=report, names=names, listener=_tell)
    answered = found.answers if answers_out is not None else None
    if as_json:
        _print_json(found, answered)
        return
    from optimizer.cli.show.calibration import answers_said, in_words

    echo(in_words(found.study))
    if out is not None:
        echo(f"wrote {out}; next: incentives check {out}")
    if answered is not None:
        for line in answers_said(answered):
            echo(line)
        echo(f"wrote {answers_out}; next: incentives start --answers {answers_out} --ask --out FOLDER")


def _print_json(found: Calibration, answered: MeasuredAnswers | None) -> None:
    from optimizer.cli.show.calibration import changes_said

    told = {**found.as_json, "said": list(changes_said(found.study))}
    print_json(told if answered is None else {**told, "answers": answered.as_json()})


def _suggest(found: Suggestion, as_json: bool) -> None:
    """Print a map; exit code 3 where it does not run yet, and why on stderr."""
    if as_json:
        print_json(
            {
                "map": found.text,
                "runs": found.runs,
                "problem": found.problem or None,
                "files": dict(found.files),
                "not_found": list(found.not_found),
                "checks": list(found.checks),
            }
        )
    else:
        click.echo(found.text, nl=False)
    if not found.runs:
        echo(f"the map does not run yet: {found.problem}", err=True)
        raise SystemExit(EXIT["not_found"])


def _tell(text: str) -> None:
    echo(text, err=True)
