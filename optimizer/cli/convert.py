"""`incentives convert`: a scenario as text or as a workbook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import (
    Destination,
    file_argument,
    json_option,
    main,
    print_json,
    read,
    verb,
    write_new,
)

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario

COMMENT = re.compile(r"\s*#")
"""A line of YAML that is a comment."""


@main.command()
@file_argument
@click.argument("out", type=Destination(new=True))
@json_option
@verb
def convert(file: Path, out: Path, as_json: bool) -> None:
    """Write a scenario as OUT, a .yaml text or an .xlsx workbook that reads back equal.

    Defaults and, from text, comments are left out; the latter is said.
    """
    refuse_kind(out, "OUT")
    write_scenario(read(file), out, file)
    if as_json:
        print_json({"file": str(out)})
    else:
        click.echo(f"wrote {out}")


def refuse_kind(out: Path, param: str) -> None:
    """Raise BadParameter for a name that ends as no scenario file does."""
    from optimizer.scenario.files import WORKBOOK

    if out.suffix not in (WORKBOOK, ".yaml", ".yml"):
        raise click.BadParameter(f"{out} ends with neither .yaml nor {WORKBOOK}", param_hint=param)


def write_scenario(scenario: Scenario, out: Path, made_from: Path) -> None:
    """A new scenario file of the kind that its name says; on stderr, that comments did not come along."""
    from optimizer.scenario.files import WORKBOOK, read_text, scenario_file
    from optimizer.scenario.write import dump_scenario
    from optimizer.scenario.xlsx.write import UnwritableError, workbook_of

    try:
        content = workbook_of(scenario) if out.suffix == WORKBOOK else dump_scenario(scenario).encode()
    except UnwritableError as error:
        raise click.BadParameter(str(error), param_hint="FILE") from error
    write_new(out, content)
    source = scenario_file(made_from)
    if source.suffix in (".yaml", ".yml") and any(COMMENT.match(line) for line in read_text(source).lines):
        click.echo(f"comments of {source} are not in {out}", err=True)
