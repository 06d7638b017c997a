"""`incentives convert`: a scenario as text or as a workbook, of four sheets or of every one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.common import main, print_json, verb, write_new
from optimizer.cli.given_scenario import read
from optimizer.cli.parameters import Destination, file_argument, json_option
from optimizer.cli.reader import echo
from reports.words.locales import languages

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario

Command = Callable[..., Any]

COMMENT = re.compile(r"\s*#")
"""A line of YAML that is a comment."""


def workbook_options(command: Command) -> Command:
    """Which workbook is written: four sheets for people, or a sheet per section of the file."""
    full = click.option(
        "--full", is_flag=True, help="A workbook with a sheet per section and the keys of the file."
    )
    lang = click.option(
        "--lang",
        "language",
        type=click.Choice(languages()),
        help="Of a short workbook; else that of FILE where it is one, or en.",
    )
    return full(lang(command))


@main.command()
@file_argument
@click.argument("out", type=Destination(new=True))
@workbook_options
@json_option
@verb
def convert(file: Path, out: Path, full: bool, language: str | None, as_json: bool) -> None:
    """Write a scenario as OUT, a .yaml text or an .xlsx workbook that reads back equal.

    A workbook has four sheets (teams, funnel, plan, rules) in the words of people, and a fifth for what has
    no place there; with --full a sheet per section. Defaults and, from text, comments are left out; the
    latter is said.
    """
    refuse_kind(out, "OUT")
    refuse_options(out, full, language)
    write_scenario(read(file), out, file, full=full, language=language)
    if as_json:
        print_json({"file": str(out)})
    else:
        echo(f"wrote {out}")


def refuse_kind(out: Path, param: str) -> None:
    """Raise BadParameter for a name that ends as no scenario file does."""
    from optimizer.scenario.files import WORKBOOK

    if out.suffix not in (WORKBOOK, ".yaml", ".yml"):
        raise click.BadParameter(f"{out} ends with neither .yaml nor {WORKBOOK}", param_hint=param)


def refuse_options(out: Path, full: bool, language: str | None) -> None:
    """Raise BadParameter for options of a workbook where none is written, or not one that they are of."""
    from optimizer.scenario.files import WORKBOOK

    if out.suffix != WORKBOOK and (full or language):
        raise click.BadParameter(f"{out} is no workbook", param_hint="--full" if full else "--lang")
    if full and language:
        raise click.BadParameter(
            "a full workbook has the keys of the file in every language", param_hint="--lang"
        )


def write_scenario(
    scenario: Scenario, out: Path, made_from: Path, *, full: bool | None = None, language: str | None = None
) -> None:
    """A new scenario file of the kind that its name says; on stderr, that comments did not come along.

    A workbook is full where `full`; where that is not said, it has the form of the file that it was made
    from.
    """
    from optimizer.scenario.files import WORKBOOK, read_text, scenario_file
    from optimizer.scenario.write import dump_scenario
    from optimizer.scenario.xlsx.read import form_of
    from optimizer.scenario.xlsx.texts import UnwritableError

    source = scenario_file(made_from)
    form, spoken = (
        form_of(source) if out.suffix == WORKBOOK and source.suffix == WORKBOOK else ("short", "en")
    )
    whole = full if full is not None else form == "full"
    try:
        if out.suffix == WORKBOOK:
            content = workbook_content(scenario, full=whole, language=language or spoken)
        else:
            content = dump_scenario(scenario).encode()
    except UnwritableError as error:
        raise click.BadParameter(str(error), param_hint="FILE") from error
    write_new(out, content)
    if source.suffix in (".yaml", ".yml") and any(COMMENT.match(line) for line in read_text(source).lines):
        echo(f"comments of {source} are not in {out}", err=True)


def workbook_content(scenario: Scenario, *, full: bool, language: str) -> bytes:
    """A scenario as a workbook. Raises UnwritableError."""
    from optimizer.scenario.xlsx.short.sheet_words import SheetWords
    from optimizer.scenario.xlsx.short.write import short_workbook_of
    from optimizer.scenario.xlsx.write import workbook_of
    from reports.words.format import Formatter
    from reports.words.phrases import Phrases

    if full:
        return workbook_of(scenario)
    known = language if language in languages() else "en"
    spoken = {name: Phrases(Formatter(name, scenario.currency)).say for name in languages()}
    return short_workbook_of(scenario, SheetWords(known, spoken))
