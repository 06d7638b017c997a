"""What goes wrong on a machine at night: memory, disks, rights, time, ledgers; each a row or a message."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from deadly import Deadly, Starving, Stuck
from nights import ROOT, broken, budgets, command, grid_file, run, run_here
from pypdf import PdfReader

from optimizer.runs.batch import Settings, processes, read_grid, run_batch, write_index
from optimizer.runs.batch.job import perform
from optimizer.tables.build import RUN_TABLES
from optimizer.tables.table import read_tables

pytestmark = pytest.mark.batch


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory from /proc")
def test_runs_whose_workers_die_or_have_no_memory_are_rows_and_the_others_are_done(tmp_path: Path) -> None:
    killed, starved, last = read_grid(grid_file(tmp_path, budgets(3)))
    jobs = (Deadly(**vars(killed)), Starving(**vars(starved)), last)
    batch_run = run_batch(jobs, tmp_path / "out", Settings(processes, 1), lambda _: None)
    rows = write_index(batch_run).set_index("run")
    assert list(rows["state"]) == ["failed", "failed", "done"]
    assert "the worker died twice on it" in rows.loc["shop-b0", "reason"]
    assert rows.loc["shop-b1", "reason"]
    assert rows.loc[["shop-b0", "shop-b1"], ["value", "bound", "net"]].isna().all(axis=None)
    assert [p.name for p in (tmp_path / "out" / "runs").iterdir()] == ["shop-b2"]


def on_a_full_disk(out: Path) -> list[str]:
    """Prefix of a command for which `out` has no room for a run, though for its ledger."""
    room = ["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs -o size=200k none "$0" && exec "$@"', str(out)]
    permitted = (
        shutil.which("unshare") and subprocess.run([*room, "true"], capture_output=True).returncode == 0
    )
    return room if permitted else ["prlimit", "--fsize=65536"]


def test_a_full_disk_is_the_reason_of_a_row(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    started = [
        *on_a_full_disk(out),
        *command(grid_file(tmp_path, budgets(1)), out, "--workers", "1", "--json"),
    ]
    done = subprocess.run(started, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 4, done.stderr
    (row,) = json.loads(done.stdout)["runs"]
    assert row["state"] == "failed"
    assert "no space is left" in row["reason"] or "the file grows too large" in row["reason"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    done = run(grid_file(tmp_path, budgets(1)), Path("/proc/self/fdinfo/night"))
    assert done.returncode == 2
    assert "/proc/self/fdinfo/night" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_scratch_folder_that_cannot_be_written_is_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = read_grid(grid_file(tmp_path, budgets(1)))
    monkeypatch.setattr(tempfile, "tempdir", "/proc/self/fdinfo")
    assert perform(job).reason.startswith("its worker cannot write: ")


def test_a_run_out_of_time_is_a_plan_without_proof_and_says_so(tmp_path: Path) -> None:
    (entry,) = run_here(grid_file(tmp_path, budgets(1), time_limit=0.001), tmp_path / "out").entries
    assert entry.status == "feasible"
    assert entry.reason.startswith("time_limit 0.001; checks ")


def test_an_explanation_that_takes_too_long_is_cut_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.runs.deadlines.explained_by", lambda _: -1e6)
    out = tmp_path / "out"
    (entry,) = run_here(grid_file(tmp_path, budgets(1), time_limit=1000), out).entries
    assert entry.status == "optimal"
    assert entry.reason == "left_out tornado"
    report = PdfReader(out / "runs" / "shop-b0" / "report.en.pdf")
    said = " ".join("".join(page.extract_text() for page in report.pages).split())
    assert "The time limit left no time to move the numbers over their ranges" in said
    assert list(read_tables(RUN_TABLES, out / "runs" / "shop-b0" / "tables")["tornado"].index) == []


def test_a_run_that_does_not_end_is_stopped_with_its_worker_and_the_night_goes_on(tmp_path: Path) -> None:
    endless, last = read_grid(grid_file(tmp_path, budgets(2)))
    jobs = (Stuck(**vars(replace(endless, options=replace(endless.options, time_limit=0.5)))), last)
    batch_run = run_batch(jobs, tmp_path / "out", Settings(processes, 1, grace=0.5), lambda _: None)
    stopped, done = batch_run.entries
    assert (stopped.state, done.status) == ("failed", "optimal")
    assert stopped.reason == "stopped with its worker 0.5 s after its time limit of 0.5 s"


def test_a_ledger_that_is_none_is_refused_with_a_remedy(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "ledger.sqlite").write_text("this is no database" * 100)
    done = run(grid_file(tmp_path, budgets(1)), out)
    assert done.returncode == 2
    assert "move the file away" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_run_folder_is_not_made_a_batch(tmp_path: Path) -> None:
    out = tmp_path / "out"
    grid = grid_file(tmp_path, budgets(1))
    run_here(grid, out)
    before = sorted((out / "runs" / "shop-b0").rglob("*"))
    done = run(grid, out / "runs" / "shop-b0")
    assert (done.returncode, "is a run; a batch needs a folder of its own" in done.stderr) == (2, True)
    assert sorted((out / "runs" / "shop-b0").rglob("*")) == before


def test_what_others_put_beside_the_runs_stays(tmp_path: Path) -> None:
    """Only what a killed batch left of these runs is cleared away."""
    runs = tmp_path / "out" / "runs"
    (runs / ".git").mkdir(parents=True)
    (runs / ".DS_Store").write_text("")
    (runs / ".shop-b0.x1").mkdir()
    (runs / ".shop-b0.x2").symlink_to(tmp_path)
    jobs = [broken(job) for job in read_grid(grid_file(tmp_path, budgets(1)))]
    run_batch(jobs, tmp_path / "out", Settings(processes, 1), lambda _: None)
    assert sorted(p.name for p in runs.iterdir()) == [".DS_Store", ".git", ".shop-b0.x2"]
    assert "ValueError" in (tmp_path / "out" / "failures.log").read_text()


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = run(grid_file(tmp_path, budgets(1)), tmp_path / "out", "--scheduler", "nowhere")
    assert done.returncode == 2
    assert "no Dask scheduler at nowhere" in " ".join(done.stderr.split())
