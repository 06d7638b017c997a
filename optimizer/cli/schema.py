"""`incentives schema`: the JSON Schema of scenario and map files, for editors."""

from __future__ import annotations

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option


@main.command()
@click.option("--map", "of_maps", is_flag=True, help="Of the maps that `calibrate` reads exports by.")
@json_option
@verb
def schema(of_maps: bool, as_json: bool) -> None:  # noqa: ARG001 - it is JSON either way
    """The JSON Schema of scenario files, for completion and checks while you type.

    Save it as scenario.schema.json beside the scenario, whose first line then is

    # yaml-language-server: $schema=scenario.schema.json
    """
    if of_maps:
        from optimizer.history.read.maps.mapping import map_schema

        print_json(map_schema())
        return
    from optimizer.scenario.json_schema import scenario_schema

    print_json(scenario_schema())
