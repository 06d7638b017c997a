"""`incentives template`: a commented starter scenario, or the same as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import json_option, main, print_json, verb, write_new


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--xlsx", is_flag=True, help="A workbook, with lists to choose from.")
@json_option
@verb
def template(target: Path, xlsx: bool, as_json: bool) -> None:
    """A commented starter scenario that solves in seconds.

    TARGET is a folder, which gets a scenario.yaml (or scenario.xlsx), or the file itself.
    """
    from optimizer.scenario.files import WORKBOOK
    from optimizer.scenario.template import STARTER, starter

    suffix = WORKBOOK if xlsx or target.suffix == WORKBOOK else ".yaml"
    file = target if target.suffix == suffix else target / f"scenario{suffix}"
    if suffix == WORKBOOK:
        from optimizer.scenario.xlsx.write import workbook_of

        content = workbook_of(starter())
    else:
        content = STARTER.read_bytes()
    write_new(file, content)
    if as_json:
        print_json({"file": str(file)})
    else:
        click.echo(f"wrote {file}; next: incentives check {file}")
