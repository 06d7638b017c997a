"""The verbs of `incentives`: thin. Results on stdout, progress and problems on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

if TYPE_CHECKING:
    from optimizer.plan import PlanWeights
    from optimizer.scenario import Scenario
    from optimizer.solver import Solution

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
        _print_json({"problems": problems, "warnings": []})
    click.echo(text, err=True)
    sys.exit(2)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def _read(file: Path) -> Scenario:
    from optimizer.read import read_scenario

    return read_scenario(file)


def _plan(scenario: Scenario, name: str | None) -> PlanWeights:
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


@main.command()
@file_argument
@json_option
@verb
def check(file: Path, as_json: bool) -> None:
    """All problems and warnings of a scenario, and its calibrated baseline in words."""
    from optimizer.baseline import calibrate
    from optimizer.check import warnings_of
    from optimizer.doubts import measured_doubts
    from optimizer.read import located
    from optimizer.screen import baseline_in_words

    scenario = _read(file)
    cal = calibrate(scenario)
    warnings = located(file, [*warnings_of(scenario), *measured_doubts(cal)])
    if as_json:
        _print_json({"problems": [], "warnings": [w.as_json() for w in warnings]})
        return
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(baseline_in_words(cal))


@main.command()
@file_argument
@click.option("--plan", "plan_name", metavar="NAME|PLANFILE", help="Default: the current plan.")
@json_option
@verb
def evaluate(file: Path, plan_name: str | None, as_json: bool) -> None:
    """What people do under any plan, next quarter and once they have learnt."""
    from optimizer import evaluation, results, screen

    scenario = _read(file)
    found = evaluation.evaluate(scenario, _plan(scenario, plan_name))
    if as_json:
        _print_json(results.evaluation_json(found))
    else:
        screen.show_evaluation(found)


@main.command()
@file_argument
@click.argument("plans", nargs=-1, metavar="[PLAN]...")
@json_option
@verb
def compare(file: Path, plans: tuple[str, ...], as_json: bool) -> None:
    """Plans side by side; without names, every named plan and the current one."""
    from optimizer import evaluation, results, screen
    from optimizer.baseline import calibrate

    scenario = _read(file)
    names = plans or (evaluation.CURRENT, *scenario.plans)
    found = evaluation.compare(scenario, {name: _plan(scenario, name) for name in names})
    if as_json:
        _print_json(results.compare_json(calibrate(scenario), found))
    else:
        screen.show_comparison(scenario, found)


@main.command()
@file_argument
@json_option
@verb
def measures(file: Path, as_json: bool) -> None:
    """What each team can move: controllability, swing, lag, exposure, congruence."""
    from optimizer import evaluation, results, screen

    found = evaluation.influence(_read(file))
    if as_json:
        _print_json(results.influence_json(found))
    else:
        screen.show_influence(found)


@main.command()
@file_argument
@click.option("--plan", "plan_name", metavar="NAME|PLANFILE", required=True)
@json_option
@verb
def budget(file: Path, plan_name: str, as_json: bool) -> None:
    """Finance's check of any plan: every budget line; exit code 1 if one is exceeded."""
    from optimizer import evaluation, results, screen
    from optimizer.space import TOLERANCE

    scenario = _read(file)
    lines = evaluation.check_budget(scenario, _plan(scenario, plan_name))
    if as_json:
        _print_json(results.budget_json(lines))
    else:
        screen.show_budget(scenario, lines)
    if any(line.slack is not None and line.slack < -TOLERANCE for line in lines):
        sys.exit(1)


@main.command()
@file_argument
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; default runs/<name>.")
@click.option("--beliefs", type=click.Choice(["consistent", "baseline"]), default="consistent")
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds for the whole solve."
)
@click.option("--gap", type=click.FloatRange(0, 1), default=1e-4, show_default=True, help="Relative.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.option(
    "--enumerate",
    "enumerate_step",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="STEP",
    help="Also judge every plan at this coarser step.",
)
@json_option
@verb
def solve(file: Path, out: Path | None, as_json: bool, **options: Any) -> None:
    """The best plan, its certificate, and a run folder with reports."""
    from optimizer.results import solution_json
    from optimizer.runs import NotARunFolderError, refuse_foreign
    from optimizer.screen import Narrator, show_solution
    from optimizer.solver import Options
    from optimizer.solver import solve as find

    scenario = _read(file)
    folder = out or Path("runs") / scenario.name
    try:
        refuse_foreign(folder.resolve())
    except NotARunFolderError as error:
        raise click.BadParameter(str(error), param_hint="--out") from error
    with Narrator() as narrator:
        solution = find(scenario, Options(**options), narrator.tell)
        narrator.say(f"writing {folder}")
        seconds = _write_run(folder, file, solution, options, narrator.lines)
    if as_json:
        _print_json({**solution_json(solution), "seconds": {k: round(v, 3) for k, v in seconds.items()}})
    else:
        show_solution(solution, folder)
    sys.exit(EXIT[solution.status])


def _write_run(
    folder: Path, file: Path, solution: Solution, options: dict[str, Any], log: list[str]
) -> dict[str, float]:
    """The run folder of scenario.md; returns the seconds of every phase."""
    from time import perf_counter

    from optimizer.read import dump_scenario
    from optimizer.results import solution_json
    from optimizer.runs import inputs_record, manifest_of, replace_folder, write_json
    from optimizer.tables import tables_of
    from reports import write_report

    seconds = dict(solution.seconds)

    def fill(fresh: Path) -> None:
        began = perf_counter()
        merged = dump_scenario(solution.cal.scenario)
        (fresh / "scenario.yaml").write_text(merged, encoding="utf-8")
        write_json(fresh / "result.json", solution_json(solution))
        write_json(fresh / "inputs.json", inputs_record(file, merged, options))
        (fresh / "tables").mkdir()
        tables = tables_of(solution)
        for name, table in tables.items():
            table.to_csv(fresh / "tables" / f"{name}.csv", index=False)
        seconds["tables"] = perf_counter() - began
        began = perf_counter()
        attached = {
            name: (fresh / name).read_text(encoding="utf-8") for name in ("scenario.yaml", "inputs.json")
        }
        write_report(solution, fresh, tables=tables, attachments=attached)
        seconds["report"] = perf_counter() - began
        (fresh / "run.log").write_text("\n".join(log) + "\n", encoding="utf-8")
        write_json(fresh / "manifest.json", manifest_of(fresh, seconds))

    replace_folder(folder, fill)
    return seconds


if __name__ == "__main__":
    main()
