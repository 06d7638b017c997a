"""`incentives evaluate`: what people do under one plan."""

from __future__ import annotations

from pathlib import Path

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import given_and_warned, plan_named, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, plan_option, seed_option, set_option


@main.command()
@file_argument
@plan_option
@seed_option
@set_option
@json_option
@verb
def evaluate(file: Path, plan: str | None, seed: int, changes: tuple[str, ...], as_json: bool) -> None:
    """What people do under any plan, at first and once they have learnt."""
    from optimizer.cli.show import results
    from optimizer.runs.api import judging

    read = given_and_warned(file, changes)
    scenario = read.scenario
    evaluation = judging.evaluate(read, plan_named(scenario, plan), seed)
    if as_json:
        print_json(with_changed(scenario, evaluation.as_json))
    else:
        tell_changed(scenario)
        results.show_evaluation(evaluation)
