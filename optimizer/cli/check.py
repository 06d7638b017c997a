"""`incentives check`: is the scenario sound, and what does it say about today?"""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import file_argument, json_option, main, print_json, read, verb


@main.command()
@file_argument
@json_option
@verb
def check(file: Path, as_json: bool) -> None:
    """All problems and warnings of a scenario, and its calibrated baseline in words."""
    from optimizer.cli.show.results import baseline_in_words
    from optimizer.plans.warnings import measured_warnings
    from optimizer.response.calibration import calibrate
    from optimizer.scenario.checks import warnings_of
    from optimizer.scenario.read import located

    scenario = read(file)
    cal = calibrate(scenario)
    warnings = located(file, [*warnings_of(scenario), *measured_warnings(cal)])
    if as_json:
        print_json({"problems": [], "warnings": [w.as_json() for w in warnings]})
        return
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(baseline_in_words(cal))
