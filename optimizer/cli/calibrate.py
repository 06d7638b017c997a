"""`incentives calibrate`: from CRM exports to estimates with intervals, and to a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import EXIT, main, print_json, verb, write_new
from optimizer.cli.parameters import Destination, json_option
from optimizer.cli.reader import echo

if TYPE_CHECKING:
    from optimizer.history.draft.measured_answers import MeasuredAnswers
    from optimizer.history.estimate.history_study import Study


@main.command()
@click.argument("exports", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="What the columns mean.")
@click.option("--out", type=Destination(new=True), help="The scenario to write; never an existing file.")
@click.option(
    "--answers-out",
    type=Destination(new=True),
    help="Answers to questions of `incentives start`, as far as exports have them; a new file.",
)
@click.option("--suggest-map", is_flag=True, help="Print a map to start from, and do nothing else.")
@click.option("--report", "report_dir", type=Destination(file_okay=False), help="Folder for the PDF report.")
@click.option("--names", is_flag=True, help="Names of persons instead of pseudonyms.")
@json_option
@verb
def calibrate(
    exports: tuple[Path, ...],
    map_file: Path | None,
    out: Path | None,
    answers_out: Path | None,
    suggest_map: bool,
    report_dir: Path | None,
    names: bool,
    as_json: bool,
) -> None:
    """Estimate rates, lags, noise and persons from CRM exports, and write them as a scenario.

    EXPORTS are CSV (also gzipped) or XLSX files.
    """
    if suggest_map:
        _suggest(exports, as_json)
        return
    if map_file is None:
        raise click.UsageError("name a map with --map MAP.yaml; --suggest-map prints one to start from")
    from optimizer.history.behaviour import converged
    from optimizer.history.estimate.history_study import study_of
    from optimizer.history.read.deals import read_history
    from optimizer.history.read.maps.mapping import read_map

    given = read_map(map_file)
    history = read_history(exports, given, names=names, tell=_tell)
    study = converged(study_of(history, given, _tell))
    if out is not None:
        _write_scenario(study, out)
    answered = _write_answers(study, answers_out) if answers_out is not None else None
    if report_dir is not None:
        _write_report(study, report_dir)
    if as_json:
        _print_json(study, answered)
        return
    from optimizer.cli.show.calibration import answers_said, in_words

    echo(in_words(study))
    if out is not None:
        echo(f"wrote {out}; next: incentives check {out}")
    if answered is not None:
        for line in answers_said(answered):
            echo(line)
        echo(f"wrote {answers_out}; next: incentives start --answers {answers_out} --ask --out FOLDER")


def _write_scenario(study: Study, file: Path) -> None:
    from optimizer.history.draft.build import scenario_of
    from optimizer.scenario.write import dump_scenario

    write_new(file, dump_scenario(scenario_of(study)).encode())


def _write_answers(study: Study, file: Path) -> MeasuredAnswers:
    from optimizer.history.draft.measured_answers import measured_answers
    from optimizer.scenario.start.answer_values import content_text

    answered = measured_answers(study)
    write_new(file, content_text(answered.content).encode())
    return answered


def _write_report(study: Study, folder: Path) -> None:
    from optimizer.tables.history import calibration_tables
    from reports.studies.calibration import calibration_pdfs

    folder.mkdir(parents=True, exist_ok=True)
    for document in calibration_pdfs(calibration_tables(study)):
        (folder / document.name).write_bytes(document.content)


def _print_json(study: Study, answered: MeasuredAnswers | None) -> None:
    from optimizer.cli.show.calibration import changes_said
    from optimizer.history.findings import as_json

    found = {**as_json(study), "said": list(changes_said(study))}
    print_json(found if answered is None else {**found, "answers": answered.as_json()})


def _suggest(exports: tuple[Path, ...], as_json: bool) -> None:
    """Print a map; exit code 3 where it does not run yet, and why on stderr."""
    from optimizer.history.suggest.suggestion import suggested

    found = suggested(exports)
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
