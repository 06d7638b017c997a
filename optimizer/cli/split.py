"""`incentives split`: two regions from one team."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.convert import refuse_kind, write_scenario
from optimizer.cli.given_scenario import read
from optimizer.cli.parameters import Destination, file_argument, json_option
from optimizer.cli.reader import echo

if TYPE_CHECKING:
    from optimizer.runs.split.luck_of_parts import Luck
    from optimizer.scenario.types import Scenario


@main.command()
@file_argument
@click.option("--team", required=True, metavar="TEAM", help="The team that becomes several.")
@click.option("--into", required=True, metavar="NAME:SHARE,...", help="The new teams: north:0.6,south:0.4.")
@click.option(
    "--luck",
    type=click.Choice(["shared", "own"]),
    default="shared",
    show_default=True,
    help="shared: all parts have the luck that the team had, so that totals stay; own: fewer results are "
    "less certain, so each part has more luck, apart from the others'.",
)
@click.option(
    "--out", type=Destination(new=True), help="The new scenario, .yaml or .xlsx; default: YAML on stdout."
)
@json_option
@verb
def split(file: Path, team: str, into: str, luck: Luck, out: Path | None, as_json: bool) -> None:
    """Split a TEAM of FILE into several, each with its share: two regions from one.

    Every part has its own stages, work, KPIs, budget and rules, and every named plan. At today's plan
    people do in sum what they did. Comments of FILE are not kept.
    """
    from optimizer.runs.split.split_company import split_company
    from optimizer.scenario.problems import LONGEST_NAME, as_name
    from optimizer.scenario.write import content_of, dump_scenario

    if out is not None:
        refuse_kind(out, "--out")
    scenario = read(file)
    made = split_company(scenario, team, into, luck, str(file))
    name = as_name(out.stem) if out is not None else f"{scenario.name}_split"[:LONGEST_NAME]
    company = made.scenario.model_copy(update={"name": name})
    if out is not None:
        write_scenario(company, out, file)
    if as_json:
        teams = [t for t in company.teams if t not in scenario.teams]
        placed = {"file": str(out)} if out is not None else {"scenario": content_of(company)}
        print_json({**placed, "teams": teams, "added": _added(scenario, company), "said": list(made.said)})
        return
    for sentence in made.said:
        echo(f"note: {sentence}", err=True)
    if out is None:
        click.echo(dump_scenario(company), nl=False)
    else:
        echo(f"wrote {out}; next: incentives compare {out}")


def _added(before: Scenario, after: Scenario) -> dict[str, list[str]]:
    """New names by section."""
    return {
        section: [name for name in getattr(after, section) if name not in getattr(before, section)]
        for section in ("stages", "activities", "kpis")
    }
