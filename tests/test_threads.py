"""Same input, same seed, same bytes, however many threads the libraries below have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

SAMPLED = """
import hashlib, json, sys
from pathlib import Path

from optimizer import Options, PlanTerms, read_scenario
from optimizer.response.calibration import calibrate
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.payouts import payouts_under
from optimizer.scenario.plan import plan_of
from optimizer.tables.json_values import payouts_json
from optimizer.rollout.transition import transition
from optimizer.tables.table import records
from optimizer.tables.transition import Simulated, transition_tables

root = Path(sys.argv[1]).parent
for file, plan in (("scenarios/alignment", "sla_48h"), ("tests/cases/small.yaml", "quality")):
    scenario = read_scenario(root / file)
    cal, weights = calibrate(scenario), scenario.plans[plan]
    euros = plan_of(scenario, weights).euros(scenario)
    run = transition(cal, euros, 2, 60, 7)
    tables = transition_tables(Simulated(plan, 7, 0.5, euros, run, ()))
    payouts = [payouts_json(cal, paid) for paid in payouts_under(cal, PlanBatch.of([(euros, PlanTerms())]))]
    for rows in (payouts, records(tables)):
        print(hashlib.sha256(json.dumps(rows).encode()).hexdigest())
"""

SOLVED = """
import hashlib, json, sys
sys.path.insert(0, sys.argv[1])
from solved import SOURCES, mini
from optimizer.tables.json_values import solution_json
from optimizer.solver import Options, solve
from optimizer.solver.robust import robustly

options = Options(threads=int(sys.argv[2]), seed=5)
robust = robustly(solve(mini(sources=SOURCES), options), options, "regret", 3)
print(hashlib.sha256(json.dumps(solution_json(robust)).encode()).hexdigest())
"""


def said(program: str, threads: str) -> str:
    """What a fresh Python prints, with so many threads for BLAS and for the solver."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(TESTS), threads],
        env=os.environ | dict.fromkeys(BLAS, threads),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "threads_tried"),
    [(SAMPLED, ("1", "2", "4")), (SOLVED, ("1", "4"))],
    ids=["payouts_and_transition", "solve_robust"],
)
def test_the_number_of_threads_changes_no_byte(program: str, threads_tried: tuple[str, ...]) -> None:
    assert len({said(program, threads) for threads in threads_tried}) == 1
