"""`python -m tests.benchmarks.peers`: our times, and those of peers, in one run on one machine."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.common import print_json, verb
from optimizer.cli.given_scenario import read
from optimizer.cli.parameters import Destination, json_option

if TYPE_CHECKING:
    from tests.benchmarks.peers.instances import Instance
    from tests.benchmarks.peers.run import Line
    from tests.benchmarks.peers.solvers import PeerResult

REFERENCE = Path("scenarios/alignment")


@click.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1)
@click.option(
    "--teams", default="2,3,4,5,8", show_default=True, help="Generated companies, by teams (2 to 8)."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the companies.")
@click.option("--quick", is_flag=True, help="A smoke run: one small company, one gap.")
@click.option("--out", type=Destination(dir_okay=False), help="Write the table as Markdown.")
@json_option
@verb
def bench(
    files: tuple[Path, ...], teams: str, seed: int, quick: bool, out: Path | None, as_json: bool
) -> None:
    """Time to each gap, the same program in other solvers, and searches at equal time.

    FILES are scenarios; without any, scenarios/alignment where it exists.
    """
    from tests.benchmarks.peers.run import Budget, measure_lines

    budget = Budget(60.0, 2.0, (1e-4,)) if quick else Budget()
    instances = _instances(files, "2" if quick else teams, seed, quick)
    lines = list(measure_lines(instances, budget, lambda text: click.echo(text, err=True)))
    table = "\n".join(_markdown(lines))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(table + "\n", encoding="utf-8")
    if as_json:
        print_json({"machine": _machine(), "lines": [_plain(asdict(line)) for line in lines]})
    else:
        click.echo(table)
    statuses = {o.status for line in lines for o in line.ours}
    sys.exit(4 if "error" in statuses else 0 if all(line.proven for line in lines) else 3)


def _instances(files: tuple[Path, ...], teams: str, seed: int, quick: bool) -> list[Instance]:
    from tests.benchmarks.peers.instances import ACTIVITIES, company, with_objective

    try:
        sizes = [int(t) for t in teams.split(",") if t.strip()]
    except ValueError:
        sizes = [-1]
    if any(s not in ACTIVITIES for s in sizes):
        raise click.BadParameter(f"{teams!r} is not a list of numbers from 2 to 8", param_hint="--teams")
    known = files or ((REFERENCE,) if REFERENCE.exists() and not quick else ())
    scenarios = [(s.name, s) for s in map(read, known)]
    scenarios += [(f"{size} teams", company(size, seed)) for size in sizes]
    return [with_objective(n, s, o) for n, s in scenarios for o in ("revenue", "net")]


def _machine() -> dict[str, str]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": str(os.cpu_count()),
        "python": platform.python_version(),
        "highspy": version("highspy"),
    }


def _plain(value: Any) -> Any:
    """JSON has no infinities: they become null."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _markdown(lines: Iterable[Line]) -> Iterable[str]:
    lines = list(lines)
    gaps = [f"{o.gap_asked:g}" for o in lines[0].ours] if lines else []
    peers = list(lines[0].peers) if lines else []
    searches = list(lines[0].searches) if lines else []
    head = ["scenario", "objective", "teams / activities / pairs", *(f"ours, gap {g}" for g in gaps)]
    head += ["rounds", "rows × columns", "same program, ours", *(f"{p}, plain" for p in peers)]
    head += [f"{s} misses by" for s in searches]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for line in lines:
        size = f"{line.teams} / {line.activities} / {line.pairs}"
        cells = [line.name, line.objective, size]
        cells += [_time(o.seconds, o.gap if o.status != "optimal" else None) for o in line.ours]
        cells += [str(line.ours[-1].rounds), f"{line.size[0]} × {line.size[1]}"]
        cells += [_peer(p) for p in (line.same_program, *line.peers.values())]
        cells += [
            "no plan" if math.isinf(f.miss) else f"{100 * f.miss:.3f} %" for f in line.searches.values()
        ]
        yield "| " + " | ".join(cells) + " |"


def _time(seconds: float, gap: float | None) -> str:
    left = "" if gap is None else f" (gap {gap:.1e} left)"
    return f"{seconds:.1f} s{left}"


def _peer(result: PeerResult) -> str:
    if result.seconds is None or result.value is None:
        return result.note
    from tests.benchmarks.peers.run import EQUAL

    gap = result.gap or 0.0
    return _time(result.seconds, gap if gap > EQUAL * 1.001 else None)


if __name__ == "__main__":
    bench()
