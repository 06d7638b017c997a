"""`incentives evaluate`: what people do under one plan."""

from __future__ import annotations

from pathlib import Path

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import plan_named, read_and_warn, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, plan_option, seed_option, set_option


@main.command()
@file_argument
@plan_option
@seed_option
@set_option
@json_option
@verb
def evaluate(file: Path, plan_name: str | None, seed: int, changes: tuple[str, ...], as_json: bool) -> None:
    """What people do under any plan, at first and once they have learnt."""
    from optimizer.cli.show import results
    from optimizer.plans.evaluation import evaluate as evaluate_plan
    from optimizer.tables import json_values

    scenario = read_and_warn(file, changes)
    evaluation = evaluate_plan(scenario, plan_named(scenario, plan_name), seed)
    if as_json:
        print_json(with_changed(scenario, json_values.evaluation_json(evaluation)))
    else:
        tell_changed(scenario)
        results.show_evaluation(evaluation)
