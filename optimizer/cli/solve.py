"""`incentives solve`: the best plan, its certificate, a run folder with reports."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.common import (
    EXIT,
    file_argument,
    json_option,
    main,
    print_json,
    read,
    refuse_unwritable,
    seed_option,
    verb,
)

if TYPE_CHECKING:
    from optimizer.cli.show.narrator import Narrator
    from optimizer.explanation.build import Explanation
    from optimizer.parallel.pool import Workers
    from optimizer.plans.robustness import Criterion
    from optimizer.solver import Options, Solution


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
@click.option(
    "--alternatives",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="List the N best plans that differ by more than one step somewhere.",
)
@click.option(
    "--explain",
    "depth",
    type=click.Choice(["board", "full"]),
    default="board",
    show_default=True,
    help="full: also solve again for the price of every rule and for frontiers (minutes).",
)
@click.option(
    "--robust",
    type=click.Choice(["mean", "cvar", "regret"]),
    help="Of candidate plans, take the best when the sources' numbers are off: on average, on the worst 10 % "
    "of draws, or by regret.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    metavar="N",
    help="Compare candidate plans in N draws from the sources' ranges; 2000 with --robust.",
)
@seed_option
@json_option
@verb
def solve(
    file: Path,
    out: Path | None,
    depth: str,
    robust: Criterion | None,
    draws: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """The best plan, its certificate, and a run folder with reports."""
    from optimizer.cli.show.narrator import Narrator
    from optimizer.cli.show.solution import show_solution
    from optimizer.parallel.interrupt import interruptible
    from optimizer.parallel.pool import Workers, cores
    from optimizer.runs.write import write_run
    from optimizer.scenario.files import scenario_file
    from optimizer.solver import Options
    from optimizer.solver import solve as solve_scenario
    from optimizer.tables.json_values import solution_json

    if (robust or draws) and options["beliefs"] == "baseline":
        raise click.UsageError(
            "--robust and --draws compare plans at consistent beliefs, not --beliefs baseline"
        )
    scenario, source = read(file), scenario_file(file).read_bytes()
    if options["alternatives"] and not scenario.rules.weights.step:
        raise click.UsageError(
            "--alternatives lists plans that differ by steps, and rules.weights.step is 0: write 0.05 there"
        )
    folder = out or Path("runs") / scenario.name
    _refuse_place(folder)
    with Narrator() as narrator:
        solution = solve_scenario(scenario, Options(**options), narrator.tell)
        with Workers(cores()) as workers:
            if robust or draws:
                solution = _compared(solution, Options(**options), robust, draws, workers, narrator)
            began = perf_counter()
            explanation = _explained(solution, Options(**options), depth, workers, narrator)
        seconds = {**solution.seconds, "explain": perf_counter() - began}
        settings = {**options, "explain": depth, "robust": robust, "draws": draws}
        narrator.say(f"writing {folder}")
        with interruptible():  # nothing is left to cut short
            seconds = write_run(folder, source, explanation, settings, narrator.lines, seconds)
    if as_json:
        print_json({**solution_json(solution), "seconds": {k: round(v, 3) for k, v in seconds.items()}})
    else:
        show_solution(solution, folder)
    sys.exit(EXIT[solution.status])


def _refuse_place(folder: Path) -> None:
    """Where no run can be written, before there is one."""
    from optimizer.runs.folder import NotARunFolderError, refuse_foreign

    try:
        refuse_foreign(folder.resolve())
    except NotARunFolderError as error:
        raise click.BadParameter(str(error), param_hint="--out") from error
    refuse_unwritable(folder.resolve().parent)


def _compared(
    solution: Solution,
    options: Options,
    robust: Criterion | None,
    draws: int | None,
    workers: Workers,
    narrator: Narrator,
) -> Solution:
    """The solution after candidate plans were compared in draws."""
    from optimizer.plans.robustness import DRAWS
    from optimizer.risk.ranges import RangeError
    from optimizer.solver.robust import robustly

    try:
        tell = partial(narrator.tell_share, "draws, in portions")
        return robustly(solution, options, robust, draws or DRAWS, workers, tell)
    except RangeError as error:
        raise click.UsageError(f"--robust, --draws: {error}") from error


def _explained(
    solution: Solution, options: Options, depth: str, workers: Workers, narrator: Narrator
) -> Explanation:
    """Ctrl-C leaves out what takes long: the plan is known."""
    from optimizer.explanation.build import explain
    from optimizer.explanation.full import explain_fully

    narrator.say("explaining the plan")
    try:
        explanation = explain(solution, workers, narrator.tell_share)
        return (
            explain_fully(explanation, options, workers, narrator.tell_share)
            if depth == "full"
            else explanation
        )
    except KeyboardInterrupt:
        narrator.say("interrupted: what takes long to explain is left out")
        return explain(solution, until=0.0)
