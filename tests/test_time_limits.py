"""One time limit for all of a run, and points of a frontier that ran out of theirs."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from solved import CASES, MEASURES, mini
from test_frontiers import Optimum, at_limit, frontier, frontier_json, frontier_rows, show_frontier

from optimizer import RunOptions, Scenario, read_scenario, solve_to_folder
from optimizer.explanation.resolve import LONGEST
from optimizer.runs.deadlines import Deadlines, explained_by, searched_by
from optimizer.solver import pace
from tests.verbs import incentives

SMALL = CASES / "small.yaml"


def test_search_explanation_and_documents_share_the_limit() -> None:
    for limit in (0.5, 10.0, 1000.0):
        ends = Deadlines.of(100.0, limit)
        assert 100.0 < ends.search < ends.explanation < ends.documents == 100.0 + limit
    assert 1000.0 - searched_by(1000.0) == pytest.approx(10.0)
    assert searched_by(float("inf")) == explained_by(float("inf")) == float("inf")


@pytest.mark.slow
def test_what_was_found_is_written_and_report_makes_what_there_was_no_time_for(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = solve_to_folder(read_scenario(SMALL), folder, RunOptions(time_limit=1e-3))
    assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["status"] == run.solution.status
    assert (folder / "tables" / "plans.csv").is_file()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert "documents" in manifest["left_out"]
    assert not list(folder.glob("*.pdf"))
    assert "documents" in run.left_out
    assert incentives("verify", str(folder)).exit_code == 0
    assert incentives("report", str(folder)).exit_code == 0
    assert (folder / "report.en.pdf").is_file()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert "documents" not in manifest.get("left_out", [])


@pytest.mark.slow
def test_a_run_in_time_has_all_documents(tmp_path: Path) -> None:
    run = solve_to_folder(
        read_scenario(SMALL), tmp_path / "run", RunOptions(time_limit=500, outputs=("xlsx",))
    )
    assert run.left_out == ()
    assert (tmp_path / "run" / "budget.xlsx").is_file()


class _Told:
    """As much of a solve as its pace asks for: what is left of the time, in turn."""

    def __init__(self, *left: float | None) -> None:
        self.left = list(left)

    @property
    def out_of_time(self) -> bool:
        return self.left[0] == 0

    @property
    def limits(self) -> SimpleNamespace:
        return SimpleNamespace(seconds=self.left.pop(0) if len(self.left) > 1 else self.left[0])


def test_where_time_is_limited_a_single_plan_is_judged_first() -> None:
    blocks = [s.stop - s.start for s in pace.paced(_Told(1000.0), 5_000)]
    assert blocks[:4] == [1, 8, 64, 512]
    assert max(blocks) == pace.BLOCK
    assert sum(blocks) == 5_000
    assert [s.stop - s.start for s in pace.paced(_Told(None), 1_500)] == [pace.BLOCK, 1_500 - pace.BLOCK]


def test_no_plan_is_judged_after_the_time() -> None:
    assert [s.stop for s in pace.paced(_Told(1000.0, 1000.0, 0.0), 5_000)] == [1]


# --- frontiers ------------------------------------------------------------------------------------------


def hard() -> Scenario:
    """Many plans, and a least share near the budget: not impossible by amounts alone."""
    wide = {team: [*MEASURES["marketing"], *MEASURES["sales"]] for team in MEASURES}
    budget = {"expected": 60_000.0}
    return mini({"weights": {"step": 0.05}, "measures": wide, "budget": budget})


@pytest.mark.slow
def test_a_point_that_ran_out_of_time_says_so_and_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    points = frontier(hard(), "budget", points=2, options=RunOptions(time_limit=0.2))
    assert {p.optimum.status for p in points} == {"not_found"}
    assert {p.optimum.undecided_after for p in points} == {0.2}
    show_frontier(hard(), points)
    assert capsys.readouterr().out.count("not decided in 0.2 s") == len(points)
    assert frontier_json(points)["points"][0]["undecided_after"] == 0.2


def test_an_undecided_point_is_worth_no_more_than_a_looser_one() -> None:
    from optimizer.explanation.frontier import _looser

    points = [Optimum("not_found"), Optimum("feasible", {}, 80.0, 95.0), Optimum("optimal", {}, 90.0, 90.0)]
    assert _looser(points)[:2] == [90.0, 90.0]
    assert np.isnan(_looser(points)[2])


@pytest.mark.slow
def test_the_exit_code_of_an_undecided_point_is_3_and_help_names_the_default(tmp_path: Path) -> None:
    from optimizer.scenario.write import dump_scenario

    file = tmp_path / "hard.yaml"
    file.write_text(dump_scenario(hard()), encoding="utf-8")
    asked = ["frontier", str(file), "--over", "budget", "--points", "2", "--workers", "1", "--time-limit"]
    assert incentives(*asked, "0.2").exit_code == 3
    said = incentives("frontier", "--help").stdout
    assert f"[default: {LONGEST:g}" in " ".join(said.split())


@pytest.mark.slow
def test_a_budget_below_the_least_shares_is_infeasible_at_once() -> None:
    scenario = mini({"budget": {"expected": 135_000.0, "min_share_of_target": 0.9}})
    points = frontier(at_limit(scenario, "budget", 90_000.0), "budget", points=2, options=RunOptions())
    assert {p.optimum.status for p in points} == {"infeasible"}
    assert [line["status"] for line in frontier_rows(points)] == ["infeasible"] * 3
