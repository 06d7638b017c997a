"""`incentives start`: from what a designer knows to a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import Destination, json_option, main, print_json, verb, write_new

if TYPE_CHECKING:
    from optimizer.scenario.start.answer_types import Answers

ANSWERS, SCENARIO = "answers.yaml", "scenario.yaml"
"""Files of the folder that is written."""

KIND = click.Choice(["saas_sdr", "distribution", "services", "training", "marketplace", "branch", "partners"])
"""Kinds of company, as in the library."""


@main.command()
@click.option("--answers", "answers_file", type=click.Path(path_type=Path), help="YAML or JSON.")
@click.option("--example", type=KIND, help="Print the answers of an invented company, to change.")
@click.option(
    "--lang", type=click.Choice(["en", "fr"]), help="Of what is said; default: that of the answers."
)
@click.option("--page", is_flag=True, help="Write start.html: the questions as a page for a browser.")
@click.option("--out", type=Destination(file_okay=False), help="Folder; default: the company's name.")
@json_option
@verb
def start(
    answers_file: Path | None,
    example: str | None,
    lang: str | None,
    page: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """From about forty answers to a balanced scenario: every given number kept, everything else a usual value
    with its source and range.

    Writes scenario.yaml and answers.yaml into a new folder, or into one that has neither.
    """
    from optimizer.cli.start_page import write_page
    from optimizer.scenario.start.answers import (
        answers_text,
        content_of,
        doubts_of,
        example_answers,
        read_answers,
    )

    if page:
        write_page(None, lang, out, as_json)
        return
    if example is not None:
        answers = example_answers(example)
        print_json(content_of(answers)) if as_json else click.echo(answers_text(answers), nl=False)
        return
    if answers_file is None:
        raise click.UsageError("name the answers with --answers FILE; --example KIND prints some to change")
    answers = read_answers(answers_file)
    doubts = doubts_of(answers, str(answers_file))
    for doubt in () if as_json else doubts:
        click.echo(f"warning: {doubt}", err=True)
    _write(answers, lang or answers.lang, out, as_json, [doubt.as_json() for doubt in doubts])


def _write(
    answers: Answers, language: str, out: Path | None, as_json: bool, doubts: list[dict[str, str]]
) -> None:
    """Generate, write, and tell what was given, adjusted and assumed."""
    from optimizer.cli.show.started import kept_json, phrases, show_started, started_json
    from optimizer.plans.started import started
    from optimizer.scenario.start.answers import answers_text
    from optimizer.scenario.start.kept_answers import kept_answers
    from optimizer.scenario.write import dump_scenario

    made = started(answers)
    folder = out or Path(made.scenario.name)
    refuse_existing(folder)
    write_new(folder / SCENARIO, dump_scenario(made.scenario).encode())
    write_new(folder / ANSWERS, answers_text(answers).encode())
    words, kept = phrases(language), kept_answers(answers, made.scenario)
    if as_json:
        files = [str(folder / SCENARIO), str(folder / ANSWERS)]
        told = started_json(answers, made.said, words)
        print_json({"files": files, "said": told, "answers": kept_json(kept), "warnings": doubts})
        return
    show_started(answers, made.said, kept, words)
    click.echo(words.say("start.wrote", files=f"{folder / SCENARIO}, {folder / ANSWERS}"))
    click.echo(words.say("start.next", folder=str(folder)))


def refuse_existing(folder: Path) -> None:
    """Neither file is there yet: half a folder would mix two companies."""
    for name in (SCENARIO, ANSWERS):
        if (folder / name).exists():
            raise click.BadParameter(f"{folder / name} exists already; name another folder with --out")
