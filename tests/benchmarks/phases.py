"""Prints the phases of one solve of the reference company, and plans evaluated per second on mini_funnel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from optimizer import read_scenario
from optimizer.response.best_response import respond
from optimizer.response.calibration import calibrate
from optimizer.solver import solve
from optimizer.solver.clock import Clock
from optimizer.tables.build import tables_of
from reports import write_report

ROOT = Path(__file__).parent.parent.parent
PLANS = 20_000


def main() -> None:
    """One row per phase, in seconds."""
    seconds: dict[str, float] = {}
    began = perf_counter()
    scenario = read_scenario(ROOT / "scenarios" / "alignment")
    seconds["read"] = perf_counter() - began
    clock = Clock()
    solution = solve(scenario, clock=clock)
    seconds |= clock.seconds
    began = perf_counter()
    tables = tables_of(solution)
    seconds["tables"] = perf_counter() - began
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write_report(solution, Path(folder), tables=tables)
    seconds["report"] = perf_counter() - began
    known = solution.certificate
    print(f"alignment, revenue: {solution.status}, gap {known.gap:.1e}, {len(known.rounds)} rounds")
    for phase, value in seconds.items():
        print(f"  {phase:18} {value:8.2f} s")
    print(f"mini_funnel: {plans_per_second():,.0f} plans per second per core at baseline beliefs")


def plans_per_second() -> float:
    """Best responses of all teams to random plans, in one batch."""
    cal = calibrate(read_scenario(ROOT / "tests" / "cases" / "mini_funnel" / "mini_funnel.json"))
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(len(cal.network.kpis)), (PLANS, len(cal.network.teams)))
    euros = shares * cal.current.sum(axis=1)[None, :, None]
    respond(cal, cal.network, cal.beliefs, euros[:10])
    began = perf_counter()
    respond(cal, cal.network, cal.beliefs, euros)
    return PLANS / (perf_counter() - began)


if __name__ == "__main__":
    main()
