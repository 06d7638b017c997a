"""`incentives schema`: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

from optimizer.cli.common import json_option, main, print_json, verb


@main.command()
@json_option
@verb
def schema(as_json: bool) -> None:  # noqa: ARG001 - it is JSON either way
    """The JSON Schema of scenario files, for completion and checks while you type.

    Save it as scenario.schema.json beside the scenario, whose first line then is

    # yaml-language-server: $schema=scenario.schema.json
    """
    from optimizer.scenario.json_schema import scenario_schema

    print_json(scenario_schema())
