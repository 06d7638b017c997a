"""How long each phase takes on the reference company, and how many plans are judged per second.

    uv run pytest tests/benchmarks --benchmark-only

Ratios within one run count; seconds differ between machines. `uv run python -m tests.benchmarks.phases`
prints the phases of one whole solve.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer import read_scenario
from optimizer.plans.evaluator import judge_at
from optimizer.plans.space import plan_space
from optimizer.response.best_response import respond
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plans
from optimizer.solver import Options
from optimizer.solver.belief_rounds import starts
from optimizer.solver.program.at_beliefs import model_at
from optimizer.solver.state import Run, baseline_beliefs

ROOT = Path(__file__).parent.parent.parent
ALIGNMENT = ROOT / "scenarios" / "alignment"
MINI = ROOT / "tests" / "cases" / "mini_funnel" / "mini_funnel.json"
PLANS = 2000


@pytest.fixture(scope="module")
def run() -> Run:
    cal = calibrate(read_scenario(ALIGNMENT))
    return Run(cal, plan_space(cal, measure(cal).controllability), Options(), lambda _: None, 0.0)


def test_read(benchmark):
    benchmark(read_scenario, ALIGNMENT)


def test_calibrate(benchmark):
    benchmark(calibrate, read_scenario(ALIGNMENT))


def test_measures(benchmark, run):
    benchmark(measure, run.cal)


def test_build_with_bounds_and_cuts(benchmark, run):
    benchmark(model_at, baseline_beliefs(run).data(run))


def test_judge_plans_at_baseline_beliefs(benchmark, run):
    benchmark(judge_at(run.cal, run.space, baseline_beliefs(run).beliefs), starts(run))


def test_one_consistent_equilibrium(benchmark, run):
    plan = run.cal.scenario.plans["cross_weights"]
    from optimizer.scenario.plan import plan_of

    benchmark(evaluate_plans, run.cal, plan_of(run.cal.scenario, plan).euros(run.cal.scenario)[None])


def test_responses_per_second_on_mini_funnel(benchmark):
    cal = calibrate(read_scenario(MINI))
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(len(cal.network.kpis)), (PLANS, len(cal.network.teams)))
    euros = shares * cal.current.sum(axis=1)[None, :, None]
    benchmark(respond, cal, cal.network, cal.beliefs, euros)
    if benchmark.stats is not None:
        benchmark.extra_info["plans_per_second"] = round(PLANS / benchmark.stats.stats.median)
