"""What the verbs share: arguments, exit codes, refusals. Results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

if TYPE_CHECKING:
    from optimizer.plan import PlanWeights
    from optimizer.scenario import Scenario

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small: threads only wait for each other

EXIT = {"optimal": 0, "infeasible": 1, "feasible": 3, "no_equilibrium": 4, "error": 4}
"""Exit code by status; 2 is bad input."""
P = ParamSpec("P")

file_argument = click.argument("file", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="incentive-optimizer", prog_name="incentives")
def main() -> None:
    """Find the variable-pay weights that maximize revenue, knowing that teams answer in their interest."""


def verb(function: Callable[P, None]) -> Callable[P, None]:
    """Bad input ends with its problems and exit code 2, never with a traceback."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from optimizer.baseline import CalibrationError
        from optimizer.problems import ScenarioError

        try:
            function(*args, **kwargs)
        except ScenarioError as error:
            _refuse(kwargs.get("as_json") is True, [p.as_json() for p in error.problems], str(error))
        except CalibrationError as error:
            problem = {"where": "activities", "value": "", "message": str(error), "hint": ""}
            _refuse(kwargs.get("as_json") is True, [problem], f"error: {error}")

    return run


def _refuse(as_json: bool, problems: list[Any], text: str) -> None:
    if as_json:
        print_json({"problems": problems, "warnings": []})
    click.echo(text, err=True)
    sys.exit(2)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def read(file: Path) -> Scenario:
    from optimizer.read import read_scenario

    return read_scenario(file)


def plan_named(scenario: Scenario, name: str | None) -> PlanWeights:
    """A named plan, `current`, or a plan file."""
    from optimizer.evaluation import CURRENT
    from optimizer.read import read_plan

    if name is None or name == CURRENT:
        return scenario.current_plan
    if name in scenario.plans:
        return scenario.plans[name]
    if not Path(name).exists():
        known = ", ".join([CURRENT, *scenario.plans])
        raise click.BadParameter(f"{name!r} is neither a plan of the scenario ({known}) nor a file")
    return read_plan(name, scenario)
