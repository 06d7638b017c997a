"""The benchmark runs, its companies are what they claim to be, and its searches keep the rules."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.rules import keeps_weight_rules
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.checks import problems_of
from tests.benchmarks.peers.__main__ import bench
from tests.benchmarks.peers.instances import ACTIVITIES, MOST_PAIRS, company
from tests.benchmarks.peers.searches import evolve
from tests.benchmarks.waiting import ROWS, table


@pytest.mark.parametrize("teams", ACTIVITIES)
def test_a_company_has_the_size_it_says_and_is_valid_and_the_same_each_time(teams):
    scenario = company(teams)
    assert problems_of(scenario) == []
    assert scenario == company(teams)
    assert len(scenario.teams) == teams
    assert abs(len(scenario.activities) - ACTIVITIES[teams]) <= 2
    paid = [t for t in scenario.teams if scenario.teams[t].current_pay > 0]
    assert sum(len(scenario.rules.measures[t]) for t in paid) <= MOST_PAIRS


@pytest.mark.slow
def test_a_search_only_proposes_plans_of_whole_steps_that_add_up():
    cal = calibrate(company(3))
    space = plan_space(cal, measure(cal).controllability)
    search = evolve(space, judge_consistent(cal, space), 0.2)
    points = np.random.default_rng(0).random((50, len(space.pairs)))
    units = search.plans_of(points)
    assert (units.sum(axis=2) == space.most).all()
    assert (units[:, ~space.allowed] == 0).all()
    assert keeps_weight_rules(space, space.euros(units)).shape == (50,)
    assert search.plans > 0


@pytest.mark.slow
def test_the_quick_benchmark_proves_its_small_companies_and_writes_the_table(tmp_path):
    table = tmp_path / "table.md"
    run = CliRunner().invoke(bench, ["--quick", "--json", "--out", str(table)])
    assert run.exit_code == 0, run.stderr
    lines = json.loads(run.stdout)["lines"]
    assert [line["objective"] for line in lines] == ["revenue", "net"]
    assert all(o["status"] == "optimal" for line in lines for o in line["ours"])
    rows = table.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2 + len(lines)
    assert len({row.count("|") for row in rows}) == 1


def test_a_size_that_cannot_be_generated_is_refused():
    run = CliRunner().invoke(bench, ["--teams", "2,9"])
    assert run.exit_code == 2
    assert "numbers from 2 to 8" in run.stderr


@pytest.mark.slow
def test_what_people_wait_for_is_told_in_seconds_and_beside_the_libraries():
    _, _, libraries, told = (line.split("|") for line in table(["help"], times=1))
    assert told[1].strip() == ROWS["help"].work
    seconds, multiple = float(told[2].split()[0]), float(told[3])
    assert 0 < seconds < float(libraries[2].split()[0])
    assert multiple < 1
