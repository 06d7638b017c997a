"""One way from a scenario to a run folder: the verb, a batch and Python write the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from nights import SHOP, budgets, grid_file, run_here

from optimizer import RunOptions, Scenario, ScenarioError, read_scenario, solve_to_folder
from optimizer.cli import main
from optimizer.runs.folder import NotARunFolderError, changed_files
from optimizer.runs.verify import verify_run
from optimizer.scenario.types import TargetPay

TIMED = ("manifest.json", "run.log")
"""Files that say how long a run took, and where it was written."""
ENGLISH = RunOptions(outputs=("pdf",), languages=("en",))


def contents(folder: Path, but: tuple[str, ...] = TIMED) -> Mapping[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(f.relative_to(folder)): f.read_bytes() for f in files if f.name not in but}


def result_of(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return result


@pytest.fixture(scope="module")
def by_verb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the verb without options."""
    return solved_by_verb(tmp_path_factory.mktemp("verb") / "run")


def solved_by_verb(folder: Path, *options: str) -> Path:
    done = CliRunner().invoke(main, ["solve", str(SHOP), "--out", str(folder), *options])
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.slow
def test_the_verb_and_python_write_the_same_bytes(by_verb: Path, tmp_path: Path) -> None:
    run = solve_to_folder(SHOP, tmp_path / "python")
    inputs = ("inputs.json",)  # has the hash of the file, which Python may never have seen
    # Print the version of the run, which that hash is part of.
    documents = ("report.en.pdf", "report.fr.pdf", "budget.xlsx", *(f.name for f in by_verb.glob("plan_*")))
    assert contents(by_verb, (*TIMED, *inputs, *documents)) == contents(
        run.folder, (*TIMED, *inputs, *documents)
    )
    verb, python = (json.loads((f / "inputs.json").read_text()) for f in (by_verb, run.folder))
    assert {**verb, "scenario_sha256": ""} == {**python, "scenario_sha256": ""}
    assert run.solution.status == "optimal"
    assert not changed_files(run.folder)


@pytest.mark.slow
def test_a_batch_and_python_write_the_same_bytes(tmp_path: Path) -> None:
    batch = run_here(grid_file(tmp_path, budgets(1), outputs=["pdf"]), tmp_path / "out")
    job = batch.jobs[0]
    run = solve_to_folder(job.scenario, tmp_path / "python", job.options)
    assert contents(batch.folder / "runs" / job.name) == contents(run.folder)


@pytest.mark.slow
def test_the_same_options_give_the_same_record_in_any_order(by_verb: Path, tmp_path: Path) -> None:
    orders = (["--gap", "1e-4", "--seed", "20240"], ["--seed", "20240", "--gap", "1e-4"])
    for number, options in enumerate(orders):
        solved_by_verb(tmp_path / str(number), *options)
        assert contents(tmp_path / str(number)) == contents(by_verb)


@pytest.mark.slow
def test_a_folder_can_be_about_a_plan_that_nobody_searched_for(tmp_path: Path) -> None:
    scenario = read_scenario(SHOP)
    run = solve_to_folder(scenario, tmp_path / "run", ENGLISH, plan="current")
    result = result_of(run.folder)
    assert result["plan"] == {team: dict(w) for team, w in scenario.current_plan.items()}
    assert verify_run(run.folder) == ()


def free_to_pay(scenario: Scenario) -> Scenario:
    free = TargetPay(current=8000.0, min=6000.0, max=10000.0, step=1000.0)
    marketing = scenario.teams["marketing"].model_copy(update={"target_pay": free})
    return scenario.model_copy(update={"teams": {**scenario.teams, "marketing": marketing}})


@pytest.mark.slow
def test_such_a_plan_keeps_todays_pay_where_pay_is_a_decision(tmp_path: Path) -> None:
    scenario = free_to_pay(read_scenario(SHOP))
    best = solve_to_folder(scenario, tmp_path / "best", ENGLISH)
    assert result_of(best.folder)["target_pay"]["marketing"] != 8000
    with pytest.raises(ScenarioError, match="target pay of marketing"):
        solve_to_folder(scenario, tmp_path / "again", ENGLISH, plan=best.folder)
    today = solve_to_folder(scenario, tmp_path / "today", ENGLISH, plan="current")
    assert result_of(today.folder)["target_pay"]["marketing"] == 8000


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"marketing": {"leads": 0.123, "wins": 0.877}, "sales": {"wins": 1.0}}, "rules.locks.marketing"),
        ({"marketing": {"laeds": 1.0}, "sales": {"wins": 1.0}}, 'did you mean "leads"?'),
        ("nothing", "neither a plan"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_before_anything_is_written(
    plan: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError) as error:
        solve_to_folder(SHOP, tmp_path / "run", plan=plan)
    assert words in str(error.value)
    assert not (tmp_path / "run").exists()


def test_robust_plans_and_todays_beliefs_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="consistent beliefs"):
        solve_to_folder(SHOP, tmp_path / "run", RunOptions(robust="mean", beliefs="baseline"))


def test_a_foreign_folder_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("Dear all", encoding="utf-8")
    with pytest.raises(NotARunFolderError):
        solve_to_folder(SHOP, tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text(encoding="utf-8") == "Dear all"


@pytest.mark.slow
def test_what_takes_long_to_explain_is_left_out_where_time_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.runs.deadlines.explained_by", lambda t: -1e6 if t < 1e3 else t)
    scenario = read_scenario(SHOP)
    cut = solve_to_folder(scenario, tmp_path / "cut", RunOptions(time_limit=100, outputs=("pdf",)))
    whole = solve_to_folder(scenario, tmp_path / "whole", ENGLISH)
    left_out = [json.loads((r.folder / "manifest.json").read_text()).get("left_out") for r in (cut, whole)]
    assert left_out[0]
    assert left_out[1] is None
