"""`incentives template`: a commented starter scenario, or the same as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb, write_new
from optimizer.cli.convert import refuse_options, workbook_content, workbook_options
from optimizer.cli.parameters import json_option
from optimizer.cli.reader import echo


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--xlsx", is_flag=True, help="A workbook, with lists to choose from.")
@workbook_options
@json_option
@verb
def template(target: Path, xlsx: bool, full: bool, language: str | None, as_json: bool) -> None:
    """A commented starter scenario that solves in seconds.

    TARGET is a folder, which gets a scenario.yaml (or scenario.xlsx), or the file itself. A workbook has
    four sheets with comments in the words of people; with --full a sheet per section.
    """
    from optimizer.scenario.files import WORKBOOK
    from optimizer.scenario.template import STARTER, starter

    suffix = WORKBOOK if xlsx or target.suffix == WORKBOOK else ".yaml"
    file = target if target.suffix == suffix else target / f"scenario{suffix}"
    refuse_options(file, full, language)
    if suffix == WORKBOOK:
        content = workbook_content(starter(), full=full, language=language or "en")
    else:
        content = STARTER.read_bytes()
    write_new(file, content)
    if as_json:
        print_json({"file": str(file)})
    else:
        echo(f"wrote {file}; next: incentives check {file}")
