"""Processor time of whole solves, from calibration to certificate: it says the same beside other work.

    python -m tests.benchmarks.own_times

prints the row of each company that the peers get, at a gap of 0.0001.
"""

from __future__ import annotations

from pathlib import Path
from time import process_time

from optimizer import Options, read_scenario
from optimizer.solver import solve
from tests.benchmarks.peers.instances import company, with_objective

ROOT = Path(__file__).parents[2]
GAP = 1e-4
TEAMS = (2, 5, 8)


def main() -> None:
    """One line per company and objective."""
    solve(read_scenario(ROOT / "tests" / "cases" / "small.yaml"))  # loads what is loaded once
    scenarios = [("alignment", read_scenario(ROOT / "scenarios" / "alignment"))]
    scenarios += [(f"{teams} teams", company(teams)) for teams in TEAMS]
    for name, scenario in scenarios:
        for objective in ("revenue", "net"):
            began = process_time()
            solution = solve(with_objective(name, scenario, objective).scenario, Options(gap=GAP))
            seconds = process_time() - began
            print(f"{name:10} {objective:8} {seconds:5.1f} s  {solution.status}", flush=True)


if __name__ == "__main__":
    main()
