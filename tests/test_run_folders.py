"""Run folders under attack: what is no run is not replaced, what changed is not sealed, links stay links."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from optimizer.cli import main
from optimizer.runs.folder import changed_files, replace_folder, write_json
from optimizer.tables.table import Column, Table

SMALL = Path(__file__).parent / "cases" / "small.yaml"
TEXTS = Table("texts", text=Column(str, "text", "what somebody wrote"))


def incentives(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "small"
    assert incentives("solve", SMALL, "--out", folder, "--json").exit_code == 0
    return folder


@pytest.fixture
def run(solved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(solved, tmp_path / "run")


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_report_does_not_seal_a_figure_that_was_changed(run: Path) -> None:
    table = run / "tables" / "plans.csv"
    table.write_text(table.read_text().replace("0", "1", 1))
    before = content(run)
    refused = incentives("report", run, "--only", "pdf", "--json")
    assert refused.exit_code == 4
    (problem,) = json.loads(refused.stdout)["problems"]
    assert problem["message"].startswith("tables/plans.csv has changed")
    assert content(run) == before
    assert incentives("verify", run).exit_code == 4


def test_a_page_of_another_company_is_not_sealed_either(run: Path) -> None:
    (run / "company.json").write_text("{}")
    assert incentives("report", run, "--only", "pdf").exit_code == 4


@pytest.mark.parametrize("manifest", ["{", "[]", '{"sha256": []}', '{"sha256": {}}', "null", ""])
def test_a_folder_with_some_manifest_is_neither_reported_on_nor_replaced(
    manifest: str, tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "manifest.json").write_text(manifest)
    (folder / "letter.txt").write_text("mine")
    for name in ("result.json", "tables"):
        (folder / name).mkdir()
    for words in (["report", folder], ["solve", SMALL, "--out", folder]):
        done = incentives(*words)
        assert (done.exit_code, "Traceback" in done.output) == (2, False)
    assert (folder / "letter.txt").read_text() == "mine"


def test_a_file_that_is_no_part_of_a_run_keeps_it_from_being_replaced(run: Path) -> None:
    (run / "tables" / "notes.txt").write_text("mine")
    done = incentives("solve", SMALL, "--out", run)
    assert done.exit_code == 2
    assert "tables/notes.txt" in done.output.replace("\n", "")
    assert (run / "tables" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["tables/plans.csv", "scenario.yaml", "report.en.pdf", "tables/more"])
def test_a_link_in_a_run_is_not_followed(run: Path, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not to be attached")
    (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(secret)
    before = sorted(run.rglob("*"))
    done = incentives("report", run)
    assert done.exit_code == 2
    assert "symbolic link" in done.output
    assert sorted(run.rglob("*")) == before
    assert f"{name} is a symbolic link" in changed_files(run)
    assert incentives("solve", SMALL, "--out", run).exit_code == 2 or (run / name).is_symlink() is False


def test_a_link_is_no_place_for_a_run(run: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(run)
    for words in (["solve", SMALL, "--out", tmp_path / "link"], ["report", tmp_path / "link"]):
        assert incentives(*words).exit_code == 2
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o700), (0o022, 0o755), (0o027, 0o750)])
def test_a_run_folder_has_the_rights_that_the_umask_leaves(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        replace_folder(tmp_path / "run", lambda fresh: write_json(fresh / "result.json", {}))
    finally:
        os.umask(before)
    assert (tmp_path / "run").stat().st_mode & 0o777 == mode
    assert (tmp_path / "run" / "result.json").stat().st_mode & 0o777 == mode & 0o666


def test_no_corruption_of_a_run_stays_unseen(run: Path) -> None:
    """Bytes flipped, files cut, lengthened, emptied, renamed, exchanged, linked, added, removed."""
    rng, sound = np.random.default_rng(20241), content(run)
    names = [name for name in sound if name not in ("run.log", "manifest.json")]
    for turn in range(120):
        name = str(rng.choice(names))
        target = run / name
        match turn % 7:
            case 0:
                data = bytearray(sound[name])
                data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
                target.write_bytes(bytes(data))
            case 1:
                target.write_bytes(sound[name][: int(rng.integers(len(sound[name])))])
            case 2:
                target.write_bytes(sound[name] + b"\n")
            case 3:
                target.rename(target.with_name("other"))
            case 4:
                target.unlink()
                target.symlink_to(run / "run.log")
            case 5:
                (run / "added").write_bytes(b"")
            case 6:
                target.unlink()
        assert changed_files(run), (turn, name)
        only_missing = turn % 7 == 6 and Path(name).suffix in (".pdf", ".xlsx", ".html")
        allowed = (0,) if only_missing else (2, 4)
        assert incentives("report", run, "--only", "html").exit_code in allowed
        shutil.rmtree(run)
        for kept, data_of in sound.items():
            (run / kept).parent.mkdir(parents=True, exist_ok=True)
            (run / kept).write_bytes(data_of)
    assert not changed_files(run)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''-1", "plain", "'quoted'", ""]
)
def test_no_cell_of_a_table_starts_a_formula_and_reading_gives_the_text_back(
    text: str, tmp_path: Path
) -> None:
    file = tmp_path / "texts.csv"
    TEXTS.write(TEXTS.frame([{"text": text}]), file)
    cell = pd.read_csv(file, dtype=str, na_filter=False)["text"][0]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert list(TEXTS.read(file)["text"]) == [text]


def test_what_nobody_foresaw_ends_with_4_one_problem_and_where_to_report_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr("optimizer.response.calibration.calibrate", broken)
    done = incentives("check", SMALL, "--json")
    assert done.exit_code == 4
    (problem,) = json.loads(done.stdout)["problems"]
    assert "nobody thought of this" in problem["message"]
    assert "report it" in problem["hint"]
    assert "Traceback" not in done.stderr
