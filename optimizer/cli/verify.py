"""`incentives verify`: are run folders what was written, and right?"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option
from optimizer.cli.reader import echo, said

if TYPE_CHECKING:
    from optimizer.runs.verify import Difference


class VersionHash(click.ParamType[str]):
    """A SHA-256 or its first digits."""

    name = "HASH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        digits = str(value).strip().lower()
        if not re.fullmatch("[0-9a-f]{8,64}", digits):
            self.fail(f"{value!r} is no hash; write 8 to 64 of its digits 0-9, a-f", param, ctx)
        return digits


@main.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="FOLDER...",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--again", is_flag=True, help="Also solve again, which proves what only a search can know.")
@click.option(
    "--against",
    type=VersionHash(),
    help="Whether each run is the version of this hash, as an approval or a document gives it: in full, or 8 "
    "digits and more; exit code 1 where one is not.",
)
@json_option
@verb
def verify(folders: tuple[Path, ...], again: bool, against: str | None, as_json: bool) -> None:
    """Compute runs or batches again, and make every file again; exit code 4 on a difference.

    Hashes, approvals, equilibria, payouts, rules and objective; tables, workbook, page and PDFs, byte for
    byte. A proof is made again where the plans are few; what is left open is said.
    """
    from optimizer.parallel.pool import cores
    from optimizer.runs.against import Standing, standing
    from optimizer.runs.batch.verify import verify_batch
    from optimizer.runs.verify import run_folders, verifications

    runs = [run for folder in folders for run in _runs_in(folder, run_folders(folder))]
    done = verifications(runs, cores(), again)
    differences = [difference for one in done for difference in one.differences]
    differences += [difference for folder in folders for difference in verify_batch(folder)]
    standings: list[Standing] = [] if against is None else [standing(run, against) for run in runs]
    left_open = Counter(one.words for run in done for one in run.open)
    trusted = Counter(what for run in done for what in {w: None for one in run.open for w in one.what})
    if as_json:
        found = {"differences": [vars(difference) for difference in differences], "open": dict(left_open)}
        told = {} if against is None else {"against": [one.as_json() for one in standings]}
        print_json({"runs": len(runs), **found, "not_recomputed": dict(trusted), **told})
    else:
        _show(differences, left_open)
        for one in standings:
            echo(str(one))
        echo(_last_line(len(runs), len(differences), tuple(trusted), again))
    sys.exit(4 if differences else int(not all(one.same for one in standings)))


def _runs_in(folder: Path, runs: Sequence[Path]) -> Sequence[Path]:
    if not runs:
        raise click.BadParameter(f"{folder} holds no run; name a run folder or a batch", param_hint="FOLDER")
    return runs


def _show(differences: Sequence[Difference], left_open: Mapping[str, int]) -> None:
    for difference in differences:
        echo(str(difference))
    for what, number in left_open.items():
        echo(f"open in {_counted(number, 'run')}: {what}")


def _last_line(runs: int, differences: int, trusted: Sequence[str], again: bool) -> str:
    """How many runs and differences, and what nobody computed again: it may be false."""
    found = f"{_counted(runs, 'run')}, {_counted(differences, 'difference')}"
    remedy = "" if again or set(trusted) <= {"documents"} else " (--again does)"
    return f"{found}; NOT computed again: {', '.join(map(said, trusted))}{remedy}" if trusted else found


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
