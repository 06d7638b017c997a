"""`incentives solve`: the best plan, its certificate, a run folder with reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from optimizer.cli.common import EXIT, main, print_json, verb
from optimizer.cli.given_scenario import given_and_warned, tell_changed
from optimizer.cli.parameters import file_argument, json_option, seed_option, set_option
from optimizer.cli.reader import echo


@main.command()
@file_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Run folder; default runs/<name>, with --set runs/<name>-what-if.",
)
@click.option("--beliefs", type=click.Choice(["consistent", "baseline"]), default="consistent")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds for search, explanation and documents together; default: no limit.",
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
@set_option
@json_option
@verb
def solve(
    file: Path,
    out: Path | None,
    changes: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """The best plan, its certificate, and a run folder with reports."""
    from optimizer.cli.show.narrator import Narrator
    from optimizer.cli.show.plan_documents import tell_unwritten, unwritten_documents
    from optimizer.cli.show.solution import show_solution
    from optimizer.parallel.pool import cores
    from optimizer.risk.ranges import RangeError
    from optimizer.runs.api.solving import solve_as_asked
    from optimizer.runs.folder import NotARunFolderError
    from optimizer.runs.options import RunOptions
    from optimizer.tables.worth import worth_json

    asked = RunOptions(**options)
    if (asked.robust or asked.draws) and asked.beliefs == "baseline":
        raise click.UsageError(
            "--robust and --draws compare plans at consistent beliefs, not --beliefs baseline"
        )
    read = given_and_warned(file, changes)
    scenario = read.scenario
    if asked.alternatives and not scenario.rules.weights.step:
        raise click.UsageError(
            "--alternatives lists plans that differ by steps, and rules.weights.step is 0: write 0.05 there"
        )
    folder = out or Path("runs") / f"{scenario.name}{'-what-if' if scenario.changed else ''}"
    try:
        with Narrator() as narrator:
            best = solve_as_asked(read, folder, asked, listener=narrator, workers=cores())
    except NotARunFolderError as error:
        raise click.BadParameter(str(error), param_hint="--out") from error
    except RangeError as error:
        raise click.UsageError(f"--robust, --draws: {error}") from error
    left_out = best.known.left_out
    if left_out:
        echo(f"no time was left for: {', '.join(left_out)}{_remedy(left_out, folder)}", err=True)
    if not asked.outputs or "plans" in asked.outputs:
        tell_unwritten(unwritten_documents(folder, asked.languages))
    if as_json:
        seconds = {phase: round(value, 3) for phase, value in best.known.clock.seconds.items()}
        print_json({**best.as_json, **worth_json(best.explanation), "seconds": seconds})
    else:
        tell_changed(scenario)
        show_solution(best.explanation, folder)
    sys.exit(EXIT[best.status])


def _remedy(left_out: tuple[str, ...], folder: Path) -> str:
    return f"; `incentives report {folder}` makes documents" if "documents" in left_out else ""
