"""How long each phase takes on the reference company, and how many plans are judged per second.

    uv run pytest tests/benchmarks --benchmark-only

Ratios within one run count; seconds differ between machines. `uv run python -m tests.benchmarks.phases`
prints the phases of one whole solve.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer import Options, read_scenario
from optimizer.plans.evaluator import judge_at
from optimizer.response.best_response import respond
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.seed import SEED
from optimizer.solver.belief_rounds import starts
from optimizer.solver.optimize import problem_of
from optimizer.solver.program.at_beliefs import model_at
from optimizer.solver.state import SolveState, baseline_beliefs

ROOT = Path(__file__).parent.parent.parent
ALIGNMENT = ROOT / "scenarios" / "alignment"
MINI = ROOT / "tests" / "cases" / "mini_funnel" / "mini_funnel.json"
PLANS = 2000


@pytest.fixture(scope="module")
def state() -> SolveState:
    return SolveState(problem_of(read_scenario(ALIGNMENT), SEED), Options())


def test_read(benchmark):
    benchmark(read_scenario, ALIGNMENT)


def test_calibrate(benchmark):
    benchmark(calibrate, read_scenario(ALIGNMENT))


def test_measures(benchmark, state):
    benchmark(measure, state.cal)


def test_build_with_bounds_and_cuts(benchmark, state):
    benchmark(model_at, baseline_beliefs(state).data(state))


def test_judge_plans_at_baseline_beliefs(benchmark, state):
    benchmark(judge_at(state.cal, state.space, baseline_beliefs(state).beliefs), starts(state))


def test_one_consistent_equilibrium(benchmark, state):
    plan = state.cal.scenario.plans["cross_weights"]
    from optimizer.scenario.plan import plan_of

    benchmark(evaluate_plans, state.cal, plan_of(state.cal.scenario, plan).euros(state.cal.scenario)[None])


def test_responses_per_second_on_mini_funnel(benchmark):
    cal = calibrate(read_scenario(MINI))
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(len(cal.network.kpis)), (PLANS, len(cal.network.teams)))
    euros = shares * cal.current.sum(axis=1)[None, :, None]
    benchmark(respond, cal, cal.network, cal.beliefs, euros)
    if benchmark.stats is not None:
        benchmark.extra_info["plans_per_second"] = round(PLANS / benchmark.stats.stats.median)
