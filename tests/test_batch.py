"""Batches: grids refused or merged, runs done once, resumed after anything, the same bytes everywhere."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import nights
import pandas as pd
import polars as pl
import pytest
import yaml
from click.testing import CliRunner
from nights import ROOT, broken, budgets, command, counts, disturbed, grid_file, outcome_bytes, run, run_here
from pypdf import PdfReader
from wording import labels_rows

from optimizer import ScenarioError, read_scenario
from optimizer.cli import main
from optimizer.cli.batch import exit_code
from optimizer.runs.batch import BatchRun, Progress, read_grid, write_index
from optimizer.runs.batch.batch_run import _put_away
from optimizer.runs.batch.index import INDEX
from optimizer.runs.batch.job import Done, perform
from optimizer.runs.batch.lock import locked
from optimizer.runs.batch.progress import ProgressView, show_batch_run
from optimizer.runs.batch.standing import Entry
from optimizer.runs.batch.verify import verify_batch
from optimizer.runs.diff import differences
from optimizer.runs.folder import manifest_of, write_json
from optimizer.runs.verify import run_folders, verify_run
from reports.batch_summary import summaries
from reports.words.format import Formatter

pytestmark = pytest.mark.batch


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch that nobody disturbed: three optimal runs, one of them with curves, and an infeasible one."""
    folder = tmp_path_factory.mktemp("calm")
    grid = grid_file(folder, {"tight": 1000.0, **budgets(2), "lucky": nights.LUCKY})
    done = run(grid, folder / "out", "--workers", "2", "--json")
    assert counts(done) == {"infeasible": 1, "optimal": 3}, done.stderr
    assert done.returncode == 1
    return folder


# --- grids ----------------------------------------------------------------------------------------------


def refused(folder: Path, text: str) -> str:
    (folder / "grid.yaml").write_text(text.replace("SHOP", os.path.relpath(nights.SHOP, folder)))
    with pytest.raises(ScenarioError) as error:
        read_grid(folder / "grid.yaml")
    return str(error.value)


def test_a_product_runs_every_base_with_every_override_and_seed(tmp_path: Path) -> None:
    jobs = read_grid(grid_file(tmp_path, budgets(3), seeds=[1, 2]))
    assert [job.name for job in jobs] == [f"shop-b{n}-s{s}" for n in range(3) for s in (1, 2)]
    budget = [yaml.safe_load(job.text)["rules"]["budget"]["expected"] for job in jobs]
    assert budget == [30000.0, 30000.0, 30100.0, 30100.0, 30200.0, 30200.0]


def test_a_list_pairs_bases_with_overrides(tmp_path: Path) -> None:
    jobs = read_grid(grid_file(tmp_path, budgets(2), combine="list"))
    assert [job.name for job in jobs] == ["shop-b0", "shop-b1"]
    shop = os.path.relpath(nights.SHOP, tmp_path)
    text = f"base: [{shop}, {shop}]\noverrides: {{a: {{}}}}\ncombine: list"
    assert "2 bases and 1 overrides" in refused(tmp_path, text)


def test_null_takes_a_key_away(tmp_path: Path) -> None:
    (tmp_path / "grid.yaml").write_text(
        f"base: [{os.path.relpath(nights.SHOP, tmp_path)}]\noverrides: {{free: {{rules: {{gaming: null}}}}}}"
    )
    (job,) = read_grid(tmp_path / "grid.yaml")
    assert "gaming:" not in job.text.replace("gaming: true", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("overrides: {}", "[base] is missing"),
        ("base: [SHOP]\noverides: {}", "unknown key"),
        ("base: []", "base"),
        ("base: [nowhere.yaml]", "this scenario cannot be used"),
        ("base: [SHOP]\noverrides: {a: {teams: {markting: {hours: 1}}}}", 'did you mean "marketing"?'),
        ("base: [SHOP]\noverrides: {a: {teams: {marketing: {hour: 1}}}}", "overrides.a.teams.marketing.hour"),
        ("base: [SHOP]\noverrides: {a: {activities: {fly: {hours: 1}}}}", "the base has no such activity"),
        (
            "base: [SHOP]\noverrides: {a: {teams: {marketing: {hours: -1}}}}",
            "overrides.a.teams.marketing.hours",
        ),
        ("base: [SHOP]\noverrides: {a: {name: other}}", "cannot rename"),
        ("base: [SHOP]\noverrides: {../../etc: {}}", "overrides"),
        ("base: [SHOP]\noverrides: {'=cmd()': {}}", "overrides"),
        ('base: [SHOP]\noverrides: {"a\\e[2J": {}}', "overrides"),
        ("base: [SHOP]\noverrides: {\u0430_is: {}}", "overrides"),
        ("base: [SHOP]\noverrides: {'#panic()': {}}", "overrides"),
        (f"base: [SHOP]\noverrides: {{{'a' * 65}: {{}}}}", "overrides"),
        ("base: [SHOP]\noutputs: []", "outputs"),
        ("base: [SHOP, SHOP]", "two runs would have the same name"),
        ("base: [SHOP]\noverrides: {a: {}, A: {}}", "two runs would have the same name"),
        ("base: [SHOP]\nseeds: [-1]", "seeds"),
        (f"base: [SHOP]\nseeds: [{2**63}]", "seeds"),
        ("base: [SHOP]\noutputs: [exe]", "outputs"),
        ("base: [SHOP]\nlanguages: [de]", "languages"),
        ("base: [SHOP]\ntime_limit: 0", "time_limit"),
        ("[1, 2]", "a grid is a mapping"),
        ("", "write base: and overrides:"),
        ("base: [SHOP]\noverrides: {a: {teams: [1]}}", "[overrides.a.teams]"),
        ("base: [SHOP]\noverrides: {a: {kpis: shop}}", "[overrides.a.kpis]"),
        ("base: [SHOP]\nseeds: [1, 1]", "-s<seed>"),
    ],
)
def test_a_wrong_grid_is_refused_before_anything_runs(tmp_path: Path, text: str, said: str) -> None:
    message = refused(tmp_path, text)
    assert said in message
    assert "\x1b" not in message


def test_a_folder_is_no_grid_even_with_a_scenario_in_it(tmp_path: Path) -> None:
    shutil.copy(nights.SHOP, tmp_path / "scenario.yaml")
    with pytest.raises(ScenarioError, match="cannot be read: is a directory"):
        read_grid(tmp_path)


def test_a_reserved_name_is_refused(tmp_path: Path) -> None:
    scenario = nights.SHOP.read_text().replace("name: shop", "name: con")
    (tmp_path / "con.yaml").write_text(scenario)
    assert "reserve this name" in refused(tmp_path, "base: [con.yaml]")


# --- runs -----------------------------------------------------------------------------------------------


def test_every_run_is_a_row_with_its_reason(calm: Path) -> None:
    index = INDEX.read(calm / "out" / "index.csv").set_index("run")
    assert list(index.index) == ["shop-tight", "shop-b0", "shop-b1", "shop-lucky"]
    assert index.loc["shop-tight", "reason"] == "rules budget.expected"
    words = pd.read_csv(calm / "out" / "index.csv").set_index("run")
    told = words.loc["shop-tight", "reason_fr"]
    assert told == "règles incompatibles entre elles : Budget (charges comprises)"
    assert words.loc["shop-b0", "plan_fr"].startswith("Marketing : ")
    assert index.loc["shop-lucky", "curves"] in ("sales: flat", "sales: steep")
    assert " ; Ventes : barème " in words.loc["shop-lucky", "plan_fr"]
    result = json.loads((calm / "out" / "runs" / "shop-b0" / "result.json").read_text())
    assert index.loc["shop-b0", "value"] == result["objective"]
    plans = pd.read_csv(calm / "out" / "runs" / "shop-b0" / "tables" / "plans.csv").set_index("kind")
    for column in ("net", "net_change"):
        assert index.loc["shop-b0", column] == pytest.approx(plans.loc["chosen", column], abs=1e-9)
    assert index.loc["shop-b0", "net"] == pytest.approx(result["consistent"]["net"], abs=0.05)
    assert (calm / "out" / "summary.en.pdf").read_bytes().startswith(b"%PDF")


def test_the_index_in_parquet_is_the_one_in_csv_with_types(calm: Path) -> None:
    typed = pl.read_parquet(calm / "out" / "index.parquet")
    assert typed.schema == pl.Schema({name: column.type for name, column in INDEX.columns.items()})
    words = [f"{column}_{language}" for language in ("en", "fr") for column in ("reason", "plan")]
    assert list(pd.read_csv(calm / "out" / "index.csv").columns) == [*typed.columns, *words]
    plain = INDEX.read(calm / "out" / "index.csv")
    assert list(plain.columns) == typed.columns
    for name in typed.columns:
        expected = [None if pd.isna(value) or value == "" else value for value in plain[name]]
        assert [value if value != "" else None for value in typed[name]] == expected
    infeasible = typed.row(by_predicate=pl.col("status") == "infeasible", named=True)
    assert (infeasible["value"], infeasible["net"], infeasible["plan"]) == (None, None, "")


def test_a_night_on_which_everything_failed_has_the_same_types(tmp_path: Path) -> None:
    jobs = tuple(broken(job) for job in read_grid(grid_file(tmp_path, budgets(2))))
    entries = tuple(Entry(job.name, "failed", reason="=cmd()") for job in jobs)
    for _ in range(2):
        write_index(BatchRun(tmp_path, jobs, entries, 0))
        typed = pl.read_parquet(tmp_path / "index.parquet")
        assert typed.schema == pl.Schema({name: column.type for name, column in INDEX.columns.items()})
        assert typed["net"].to_list() == [None, None]
        assert typed["currency"].to_list() == [None, None]
        assert typed["reason"].to_list() == ["'=cmd()"] * 2


def test_a_reader_of_an_index_that_is_written_again_sees_the_old_one(calm: Path, tmp_path: Path) -> None:
    out = shutil.copytree(calm / "out", tmp_path / "out")
    names = ["index.csv", "index.parquet"]
    before = {name: (out / name).read_bytes() for name in names}
    with (out / names[0]).open("rb") as csv, (out / names[1]).open("rb") as parquet:
        write_index(run_here(grid_file(tmp_path, budgets(1)), out))
        assert [csv.read(), parquet.read()] == [before[name] for name in names]
    assert all((out / name).read_bytes() != before[name] for name in names)
    assert [p.name for p in out.iterdir() if p.name.startswith(".index")] == []


def test_where_workers_can_only_be_spawned_a_batch_gives_the_same_bytes(calm: Path, tmp_path: Path) -> None:
    asked = command(grid_file(tmp_path, budgets(2)), tmp_path / "out", "--workers", "2", "--json")
    spawned = [sys.executable, str(ROOT / "tests" / "spawned.py"), *asked[asked.index("batch") :]]
    done = subprocess.run(spawned, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert counts(done) == {"optimal": 2}, done.stderr
    expected = outcome_bytes(calm / "out")
    after = outcome_bytes(tmp_path / "out")
    assert after == {name: expected[name] for name in after}
    assert len(after) == 2 * len(nights.SAME_BYTES)


def test_a_second_command_does_nothing_again(calm: Path, tmp_path: Path) -> None:
    out = shutil.copytree(calm / "out", tmp_path / "out")
    before = {p: p.stat().st_mtime_ns for p in out.glob("runs/*/manifest.json")}
    again = run(calm / "grid.yaml", out, "--json")
    assert json.loads(again.stdout)["done_before"] == 4
    assert {p: p.stat().st_mtime_ns for p in out.glob("runs/*/manifest.json")} == before


def test_only_what_is_not_sound_is_done_again_whatever_the_ledger_says(calm: Path, tmp_path: Path) -> None:
    out = shutil.copytree(calm / "out", tmp_path / "out")
    with (out / "runs" / "shop-b0" / "result.json").open("a") as file:
        file.write(" ")
    (out / "ledger.sqlite").unlink()
    assert run_here(calm / "grid.yaml", out).done_before == 3
    assert outcome_bytes(out) == outcome_bytes(calm / "out")


def test_a_run_that_fails_is_a_row_and_is_tried_again_only_when_asked(tmp_path: Path) -> None:
    """A symbolic link lies where a run should go; the other run is done."""
    grid, out = grid_file(tmp_path, budgets(2)), tmp_path / "out"
    (out / "runs").mkdir(parents=True)
    (out / "runs" / "shop-b1").symlink_to(tmp_path / "elsewhere")
    night = run_here(grid, out)
    good, bad = night.entries
    assert (good.status, bad.state) == ("optimal", "failed")
    assert "symbolic link" in bad.reason
    assert exit_code(night.counts) == 4
    (out / "runs" / "shop-b1").unlink()
    assert [entry.attempts for entry in run_here(grid, out).entries] == [1, 1]
    again = run_here(grid, out, retry_failed=True)
    assert [(entry.attempts, entry.status) for entry in again.entries] == [(1, "optimal"), (2, "optimal")]


def test_a_folder_that_another_batch_holds_is_left_alone(tmp_path: Path) -> None:
    grid, out = grid_file(tmp_path, budgets(1)), tmp_path / "out"
    out.mkdir()
    with locked(out, wait=False):
        second = run(grid, out)
    assert second.returncode == 2
    assert f"process {os.getpid()}" in second.stderr
    assert run(grid, out).returncode == 0


def wait_for(holds) -> None:  # type: ignore[no-untyped-def]
    """However loaded the machine is: what is waited for needs seconds, and the limit two minutes."""
    for _ in range(2400):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("nothing happened for two minutes")


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_kill_at_a_random_moment_the_same_command_finishes_the_rest(
    seed: int, tmp_path: Path
) -> None:
    grid, dice = grid_file(tmp_path, budgets(2)), random.Random(seed)
    disturbed(grid, tmp_path / "out", dice, longest=12.0)
    resumed = run(grid, tmp_path / "out", "--workers", "2", "--json")
    assert counts(resumed) == {"optimal": 2}, resumed.stderr
    assert sorted(p.name for p in (tmp_path / "out" / "runs").iterdir()) == ["shop-b0", "shop-b1"]
    assert [verify_run(folder) for folder in run_folders(tmp_path / "out")] == [()] * 2
    assert verify_batch(tmp_path / "out") == []


def test_no_worker_outlives_a_killed_batch(tmp_path: Path) -> None:
    process = nights.start(grid_file(tmp_path, budgets(8)), tmp_path / "out", "--workers", "2")
    wait_for(lambda: len(nights.workers_of(process.pid)) == 3)  # two, and what they are copies of
    workers = nights.workers_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=300)
    wait_for(lambda: not any("forkserver" in nights._command_of(pid) for pid in workers))


def test_after_an_interrupt_the_same_command_goes_on_and_json_lines_tell_every_event(tmp_path: Path) -> None:
    """Ctrl-C at a terminal reaches every process of the batch."""
    grid, out = grid_file(tmp_path, budgets(2)), tmp_path / "out"
    process = nights.start(grid, out, "--workers", "1")
    wait_for((out / "runs" / "shop-b0" / "manifest.json").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130, said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    done = run(grid, out, "--workers", "1", "--json-lines")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(e["event"], e.get("run"), e.get("known")) for e in events] == [
        ("start", None, None),
        ("run", "shop-b0", True),
        ("run", "shop-b1", False),
        ("end", None, None),
    ]
    assert events[2]["status"] == "optimal"


def test_an_interrupt_while_workers_start_is_answered_without_noise(tmp_path: Path) -> None:
    process = nights.start(grid_file(tmp_path, budgets(2)), tmp_path / "out", "--workers", "2")
    wait_for(lambda: nights.workers_of(process.pid))
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130, said
    assert "Traceback" not in said


def test_the_seed_of_a_run_is_that_of_its_draws_and_of_its_audit(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_here(grid_file(tmp_path, budgets(1), seeds=[1, 2]), out)
    drawn = [(folder / "tables" / "payout_distribution.csv").read_text() for folder in run_folders(out)]
    assert drawn[0] != drawn[1]
    asked = [json.loads((folder / "inputs.json").read_text())["options"] for folder in run_folders(out)]
    assert [options["seed"] for options in asked] == [1, 2]
    assert [verify_run(folder) for folder in run_folders(out)] == [(), ()]


# --- other machines -------------------------------------------------------------------------------------


@contextmanager
def dask_cluster(folder: Path) -> Iterator[str]:
    """A scheduler and two workers on loopback, each in a folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, started = f"tcp://127.0.0.1:{port}", []
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    try:
        for number, arguments in enumerate((scheduler, worker, worker)):
            home = folder / f"machine{number}"
            home.mkdir()
            command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
            with (home / "log").open("w") as log:
                started.append(subprocess.Popen(command, cwd=home, stdout=log, stderr=log))
        yield address
    finally:
        for process in started:
            process.kill()
            process.wait(timeout=30)


def test_a_cluster_gives_the_same_bytes(calm: Path, tmp_path: Path) -> None:
    with dask_cluster(tmp_path) as address:
        command = ["batch", str(calm / "grid.yaml"), "--out", str(tmp_path / "out"), "--scheduler", address]
        done = CliRunner().invoke(main, command)
    assert done.exit_code == 1, done.output
    assert outcome_bytes(tmp_path / "out") == outcome_bytes(calm / "out")


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_said_to_and_the_same_command_goes_on(tmp_path: Path) -> None:
    import psutil

    out = tmp_path / "out"
    grid = grid_file(tmp_path / "grid", budgets(6))
    with dask_cluster(tmp_path) as address:
        process = nights.start(grid, out, "--scheduler", address)
        wait_for((out / "runs" / "shop-b0" / "manifest.json").exists)
        (scheduler,) = (p for p in psutil.Process().children() if "dask_scheduler" in " ".join(p.cmdline()))
        scheduler.kill()
        _, said = process.communicate(timeout=120)
    assert process.returncode == 2, said
    assert f"the Dask scheduler at {address} went away" in " ".join(said.split())
    assert "Traceback" not in said
    again = run_here(grid, out)
    assert again.done_before >= 1
    assert again.counts == {"optimal": 6}


# --- the summary ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "others"), [("en", "and 8 more"), ("fr", "et 8 autres")])
def test_the_summary_tells_runs_apart_and_says_how_many_it_does_not_list(
    calm: Path, language: str, others: str
) -> None:
    index = INDEX.read(calm / "out" / "index.csv")
    names = [f"shop-{'long_name' * 7}-s{seed}" for seed in range(101, 121)]
    alike = pd.concat([index[index["run"] == "shop-b0"].assign(run=name) for name in names])
    labels = list(labels_rows(read_scenario(nights.SHOP)))
    (made,) = summaries(alike, dict.fromkeys(alike["run"], labels), [language], None)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made.content)).pages)

    def compact(some: str) -> str:
        return re.sub(r"[\s\u00ad\u2010-]", "", some)  # lines break within names

    assert [compact(text).count(compact(name)) for name in names] == [2] * 12 + [1] * 8
    assert compact(others) in compact(text)


def test_the_summary_prints_what_every_run_came_to(calm: Path) -> None:
    index = INDEX.read(calm / "out" / "index.csv")
    labels = list(labels_rows(read_scenario(nights.SHOP)))
    (made,) = summaries(index, dict.fromkeys(index["run"], labels), ["en"], None)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made.content)).pages)
    write = Formatter("en", "EUR")
    planned = index[index["status"] == "optimal"]
    assert len(set(planned["revenue"])) > 1
    for _, run_ in planned.iterrows():
        for column in ("revenue", "loaded_pay", "net"):
            assert write.number(run_[column]) in text, (run_["run"], column)
        assert write.number(run_["gain"], signed=True) in text


# --- at a terminal --------------------------------------------------------------------------------------


def test_reasons_and_folders_are_never_broken_over_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    (job,) = read_grid(grid_file(tmp_path, budgets(1)))
    folder = tmp_path / "une nuit d'été, sortie n° 1"
    entry = Entry(job.name, "failed", reason="its folder cannot be written: no space left on device")
    with ProgressView(1, lines=False) as board:
        board.tell(Progress(entry, False, 1, 1))
    show_batch_run(BatchRun(folder, (job,), (entry,), 0))
    told, shown = capsys.readouterr()[::-1]
    assert told == f"{entry.name}: failed, {entry.reason}\n"
    assert f"Index and summary in {folder}\n" in shown


# --- untrusted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "C:evil", "a\\..\\evil"])
def test_a_worker_cannot_write_outside_the_run_folder(path: str, tmp_path: Path) -> None:
    (job,) = read_grid(grid_file(tmp_path, budgets(1)))
    done = Done({path: b"x", "manifest.json": b"{}"}, 0.0)
    (tmp_path / "runs").mkdir()
    assert "a worker sent a file with the path" in _put_away(job, done, tmp_path / "runs").failure
    assert list(tmp_path.rglob("*evil*")) == []


def test_a_symbolic_link_in_place_of_a_run_is_not_followed(calm: Path, tmp_path: Path) -> None:
    outside = shutil.copytree(calm / "out" / "runs" / "shop-b0", tmp_path / "outside")
    (outside / "result.json").write_text("{}")
    (tmp_path / "out" / "runs").mkdir(parents=True)
    (tmp_path / "out" / "runs" / "shop-b0").symlink_to(outside)
    (entry,) = run_here(grid_file(tmp_path, budgets(1)), tmp_path / "out").entries
    assert entry.state == "failed"
    assert (outside / "result.json").read_text() == "{}"


def test_reasons_cannot_command_a_terminal_or_start_a_formula() -> None:
    from optimizer.scenario.problems import printable

    assert printable("a\x1b[2Jb\nc") == "a [2Jb c"
    assert printable("=1+1") == "'=1+1"


def test_a_failing_job_comes_back_with_its_reason_and_where(tmp_path: Path) -> None:
    done = perform(broken(*read_grid(grid_file(tmp_path, budgets(1)))))
    assert done.files == {}
    assert re.match("ValueError: ", done.reason)
    assert "Traceback" in done.detail


# --- audit ----------------------------------------------------------------------------------------------


def test_a_sound_batch_verifies(calm: Path) -> None:
    assert [verify_run(folder) for folder in run_folders(calm / "out")] == [()] * 4


def tampered(calm: Path, tmp_path: Path, file: str, change) -> list[str]:  # type: ignore[no-untyped-def]
    """What the audit says of a run whose file was changed with its manifest made to agree."""

    folder = shutil.copytree(calm / "out" / "runs" / "shop-b0", tmp_path / "run")
    content = json.loads((folder / file).read_text())
    change(content)
    write_json(folder / file, content)
    write_json(folder / "manifest.json", manifest_of(folder, {}))
    return [str(difference) for difference in verify_run(folder)]


def test_a_changed_number_is_found_even_where_the_hashes_agree(calm: Path, tmp_path: Path) -> None:
    differing = tampered(calm, tmp_path, "result.json", lambda r: r["consistent"].update(net=1.0))
    assert any("consistent.net" in line for line in differing)


def test_a_changed_plan_is_found(calm: Path, tmp_path: Path) -> None:
    def change(result) -> None:  # type: ignore[no-untyped-def]
        result["plan"]["sales"] = {"leads": 1.0}

    differing = tampered(calm, tmp_path, "result.json", change)
    assert any("is not what the plan brings" in line for line in differing)


def copied(calm: Path, tmp_path: Path) -> Path:
    return shutil.copytree(calm / "out", tmp_path / "out")


def test_verify_counts_what_it_looked_at(calm: Path, tmp_path: Path) -> None:
    run = copied(calm, tmp_path) / "runs" / "shop-b0"
    sound = CliRunner().invoke(main, ["verify", str(run)])
    assert (sound.exit_code, sound.stdout) == (0, "1 run, 0 differences\n")
    (run / "report.en.pdf").unlink()
    changed = CliRunner().invoke(main, ["verify", str(run)])
    assert (changed.exit_code, changed.stdout.splitlines()[-1]) == (4, "1 run, 1 difference")


def test_ledger_and_index_of_a_sound_batch_agree_with_its_runs(calm: Path) -> None:
    before = sorted(p.name for p in (calm / "out").iterdir())
    assert verify_batch(calm / "out") == []
    assert sorted(p.name for p in (calm / "out").iterdir()) == before


def test_runs_that_were_exchanged_added_or_taken_away_are_found(calm: Path, tmp_path: Path) -> None:
    out = copied(calm, tmp_path)
    runs = out / "runs"
    (runs / "shop-b0").rename(runs / "shop-b2")
    (runs / "shop-b1").rename(runs / "shop-b0")
    differing = {(difference.run, difference.what) for difference in verify_batch(out)}
    assert ("shop-b1", "has no folder, and ledger.sqlite calls it done") in differing
    assert ("shop-b2", "is no run of ledger.sqlite: added, or renamed") in differing
    assert any(run == "shop-b0" and what.startswith("inputs.json is not") for run, what in differing)
    assert all(verify_run(run) == () for run in runs.iterdir())


def test_an_edited_ledger_is_found(calm: Path, tmp_path: Path) -> None:
    out = copied(calm, tmp_path)
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE attempt SET failure = 'out of memory' WHERE run = 'shop-tight'")
    ledger.close()
    assert [str(d) for d in verify_batch(out)] == [
        f"shop-tight: {index} has another state: recorded done, found failed"
        for index in ("index.csv", "index.parquet")
    ]


def test_what_a_run_came_to_is_in_its_folder_alone(calm: Path, tmp_path: Path) -> None:
    """Without ledger and index, the folders give the same index again, byte for byte."""
    out = copied(calm, tmp_path)
    before = (out / "index.csv").read_bytes()
    for name in ("ledger.sqlite", "index.csv", "index.parquet"):
        (out / name).unlink()
    again = run_here(calm / "grid.yaml", out)
    write_index(again)
    assert (again.done_before, [entry.attempts for entry in again.entries]) == (4, [1] * 4)
    assert (out / "index.csv").read_bytes() == before
    assert verify_batch(out) == []


def test_a_run_without_its_row_and_a_word_that_was_changed_are_found(calm: Path, tmp_path: Path) -> None:
    out = copied(calm, tmp_path)
    lines = (out / "index.csv").read_text().splitlines(keepends=True)
    (out / "index.csv").write_text("".join(line for line in lines if not line.startswith("shop-b1,")))
    assert ("shop-b1", "has no row in index.csv") in {(d.run, d.what) for d in verify_batch(out)}
    (out / "index.csv").write_text("".join(lines).replace("Marketing : ", "Ventes : ", 1))
    assert [(d.run, "other words" in d.what) for d in verify_batch(out)] == [("index.csv", True)]
    (out / "index.csv").write_text("".join(lines))
    with (out / "summary.en.pdf").open("ab") as file:
        file.write(b" ")
    differing = [(d.run, "not what the runs give" in d.what) for d in verify_batch(out)]
    assert differing == [("summary.en.pdf", True)]


def test_a_folder_that_only_looks_like_a_run_is_done_again(calm: Path, tmp_path: Path) -> None:
    """Its hashes agree, and there is no run in it."""

    out = copied(calm, tmp_path)
    for name, content in (("shop-b0", []), ("shop-b1", {"status": "optimal"})):
        folder = out / "runs" / name
        write_json(folder / "result.json", content)
        write_json(folder / "manifest.json", manifest_of(folder, {}))
    again = run_here(calm / "grid.yaml", out)
    assert (again.done_before, again.counts["optimal"]) == (2, 3)
    assert outcome_bytes(out) == outcome_bytes(calm / "out")


def test_an_edited_index_is_found(calm: Path, tmp_path: Path) -> None:
    out = copied(calm, tmp_path)
    index = pd.read_csv(out / "index.csv", dtype=str)
    index.loc[index["run"] == "shop-b0", "net"] = "1.0"
    index.to_csv(out / "index.csv", index=False)
    typed = pl.read_parquet(out / "index.parquet")
    raised = pl.when(pl.col("run") == "shop-b1").then(2.0).otherwise("net")
    typed.with_columns(net=raised).write_parquet(out / "index.parquet")
    assert [(d.run, d.what, d.recorded) for d in verify_batch(out)] == [
        ("shop-b0", "index.csv has another net", "1.0"),
        ("shop-b1", "index.parquet has another net", "2.0"),
    ]


@pytest.mark.parametrize("name", ["index.csv", "index.parquet"])
def test_a_damaged_index_is_found(calm: Path, tmp_path: Path, name: str) -> None:
    out = copied(calm, tmp_path)
    (out / name).write_bytes(b"PAR1\xff\xfe")
    assert [(d.run, "run the batch again" in d.what) for d in verify_batch(out)] == [(name, True)]


@pytest.mark.parametrize("change", ["append", "remove", "add"])
def test_a_file_that_was_changed_removed_or_added_is_found(calm: Path, tmp_path: Path, change: str) -> None:
    run = copied(calm, tmp_path) / "runs" / "shop-b0"
    if change == "append":
        with (run / "report.en.pdf").open("ab") as file:
            file.write(b" ")
        expected = "report.en.pdf has changed"
    elif change == "remove":
        (run / "report.en.pdf").unlink()
        expected = "report.en.pdf is missing"
    else:
        (run / "\x1b[2J.txt").write_text("")
        expected = "[2J.txt is not in the manifest"
    (difference,) = verify_run(run)
    assert str(difference).endswith(expected)
    assert "\x1b" not in str(difference)


def test_a_damaged_run_has_no_differences_but_a_message(calm: Path, tmp_path: Path) -> None:
    runs = copied(calm, tmp_path) / "runs"
    damaged = runs / "shop-b1"
    (damaged / "result.json").write_text("garbage")
    done = CliRunner().invoke(main, ["diff", str(runs / "shop-b0"), str(damaged)])
    assert (done.exit_code, done.stdout) == (4, "")
    assert f"{damaged}: result.json has changed" in done.stderr
    write_json(damaged / "manifest.json", manifest_of(damaged, {}))
    done = CliRunner().invoke(main, ["diff", str(runs / "shop-b0"), str(damaged)])
    assert done.exit_code == 2
    assert "a run folder is damaged" in done.stderr


def test_diff_names_what_changed(calm: Path) -> None:
    runs = calm / "out" / "runs"
    changes = differences(runs / "shop-b0", runs / "shop-b1")
    assert [(c.what, c.before, c.after) for c in changes if c.part == "inputs"] == [
        ("rules.budget.expected", 30000.0, 30100.0)
    ]
    assert differences(runs / "shop-b0", runs / "shop-b0") == ()


@pytest.mark.parametrize(("verb", "folders"), [("report", 1), ("diff", 2)])
def test_a_batch_in_place_of_a_run_is_told_where_its_runs_are(calm: Path, verb: str, folders: int) -> None:
    done = CliRunner().invoke(main, [verb, *[str(calm / "out")] * folders])
    assert done.exit_code == 2
    assert f"name one of those in {calm / 'out' / 'runs'}" in done.stderr


def test_diff_does_not_compare_values_of_different_objectives(calm: Path, tmp_path: Path) -> None:
    one, other = calm / "out" / "runs" / "shop-b0", copied(calm, tmp_path) / "runs" / "shop-lucky"
    assert {"objective", "bound", "net"} <= {change.what for change in differences(one, other)}
    scenario = other / "scenario.yaml"
    scenario.write_text(scenario.read_text().replace("rules:", "rules:\n  objective: net", 1))
    write_json(other / "manifest.json", manifest_of(other, {}))
    changes = {change.what for change in differences(one, other)}
    assert {"rules.objective", "revenue", "net"} <= changes
    assert not {"objective", "bound"} & changes


def test_the_ledger_is_a_database_that_anybody_can_read(calm: Path) -> None:
    ledger = sqlite3.connect(calm / "out" / "ledger.sqlite")
    rows = ledger.execute("SELECT run, failure FROM attempt").fetchall()
    assert sorted(rows) == [(f"shop-{name}", "") for name in ("b0", "b1", "lucky", "tight")]


def test_the_example_grid_has_twelve_runs() -> None:
    jobs = read_grid(nights.ROOT / "scenarios" / "grid.yaml")
    assert len(jobs) == 12
    assert len({job.name for job in jobs}) == 12


def test_an_override_is_recorded_as_a_what_if(tmp_path: Path) -> None:
    grid = grid_file(tmp_path, {"as_is": {}, "more": {"rules": {"budget": {"expected": 66000}}}})
    as_is, more = read_grid(grid)
    assert as_is.scenario.changed == ()
    (change,) = more.scenario.changed
    assert (change.path, change.after) == ("rules.budget.expected", "66000")
