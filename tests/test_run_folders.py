"""Run folders under attack: what is no run is not replaced, what changed is not sealed, links stay links."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from corruptions import corruptions
from pypdf import PdfReader

from optimizer.runs.folder import changed_files, manifest_of, replace_folder, write_json
from optimizer.tables.table import Column, Table
from tests.verbs import incentives

FOLDER = Path(__file__).parent / "cases" / "trust" / "folder.yaml"
TEXTS = Table("texts", text=Column(str, "text", "what somebody wrote"))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "small"
    assert incentives("solve", FOLDER, "--out", folder, "--json").exit_code == 0
    return folder


@pytest.fixture
def run(solved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(solved, tmp_path / "run")


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.slow
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
    for words in (["report", folder], ["solve", FOLDER, "--out", folder]):
        done = incentives(*words)
        assert (done.exit_code, "Traceback" in done.output) == (2, False)
    assert (folder / "letter.txt").read_text() == "mine"


def test_a_file_that_is_no_part_of_a_run_keeps_it_from_being_replaced(run: Path) -> None:
    (run / "tables" / "notes.txt").write_text("mine")
    done = incentives("solve", FOLDER, "--out", run)
    assert done.exit_code == 2
    assert "tables/notes.txt" in done.output.replace("\n", "")
    assert (run / "tables" / "notes.txt").read_text() == "mine"


@pytest.mark.slow
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
    assert incentives("solve", FOLDER, "--out", run).exit_code == 2 or (run / name).is_symlink() is False


def test_a_link_is_no_place_for_a_run(run: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(run)
    for words in (["solve", FOLDER, "--out", tmp_path / "link"], ["report", tmp_path / "link"]):
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


@pytest.mark.slow
def test_no_corruption_of_a_run_stays_unseen_or_is_sealed(tmp_path: Path) -> None:
    """By accident and on purpose (`python -m tests.corruptions` makes a thousand)."""
    for corruption in corruptions(12, 20241, tmp_path):
        assert corruption.found, corruption
        assert not corruption.sealed, corruption


def resealed(run: Path) -> None:
    """The manifest as it would be, had the folder been written like this."""
    write_json(run / "manifest.json", manifest_of(run, {}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        (
            "result.json",
            lambda r: r.update(objective=r["objective"] * 1.001),
            "the objective is not what the plan brings",
        ),
        ("result.json", lambda r: r.update(bound=r["bound"] + 1), "gap"),
        ("result.json", lambda r: r["checks"][0].update(limit=0.5), "result.checks[0].limit"),
        ("result.json", lambda r: r["checks"][1].update(detail="none"), "result.checks[1].detail"),
        ("result.json", lambda r: r["payouts"]["chosen"].update(people_at_goal=0.5), "people_at_goal"),
        ("company.json", lambda c: c["teams"][0].update(pay=1.0), "company.teams[0].pay"),
        ("inputs.json", lambda i: i.update(scenario_sha256="0" * 64), "report.en.pdf"),
    ],
)
def test_a_figure_that_was_changed_with_its_hash_is_found_and_not_sealed(
    run: Path, file: str, change: Callable[[Any], None], said: str
) -> None:
    figures = json.loads((run / file).read_text())
    change(figures)
    write_json(run / file, figures)
    resealed(run)
    found = incentives("verify", run)
    assert (found.exit_code, said in found.stdout) == (4, True), found.stdout
    before = content(run)
    assert incentives("report", run, "--only", "html", "--json").exit_code == 4
    assert content(run) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tables/plans.csv", "tables/labels.csv", "tables/kpis.csv"])
def test_a_cell_that_was_changed_with_its_hash_is_found_at_its_place(run: Path, name: str) -> None:
    lines = (run / name).read_text().splitlines(keepends=True)
    (run / name).write_text(
        "".join([lines[0], lines[1].replace(lines[1].split(",")[0], "other", 1), *lines[2:]])
    )
    resealed(run)
    found = incentives("verify", run)
    assert found.exit_code == 4
    assert f"{name}, row 1, {lines[0].split(',')[0]} is not what scenario and plan give" in found.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plan_desk.fr.pdf", "budget.xlsx"])
def test_a_document_that_was_changed_with_its_hash_is_found_and_not_sealed(run: Path, name: str) -> None:
    with (run / name).open("ab") as file:
        file.write(b" ")
    resealed(run)
    found = incentives("verify", run, "--json")
    (difference,) = json.loads(found.stdout)["differences"]
    assert difference["what"] == f"{name} is not what the files of the run give"
    assert incentives("report", run, "--only", "pdf", "--lang", "en").exit_code == 4


@pytest.mark.slow
def test_documents_of_another_version_are_said_to_be_no_proof_and_no_falsification(run: Path) -> None:
    """What would be needed to make them again is named; the figures are computed all the same."""
    inputs = json.loads((run / "inputs.json").read_text())
    inputs["versions"]["typst"] = "0.14.9"
    write_json(run / "inputs.json", inputs)
    for document in run.glob("*.pdf"):
        document.unlink()
    resealed(run)
    found = incentives("verify", run)
    assert found.exit_code == 0, found.stdout
    assert "documents cannot be made again byte for byte: written with typst 0.14.9 (here" in found.stdout
    plans = run / "tables" / "plans.csv"
    plans.write_text(plans.read_text().replace("current", "currant", 1))
    resealed(run)
    assert incentives("verify", run).exit_code == 4


def test_inputs_that_call_themselves_another_versions_are_given_away_by_the_pdf(run: Path) -> None:
    inputs = json.loads((run / "inputs.json").read_text())
    inputs["versions"]["typst"] = "0.14.9"
    write_json(run / "inputs.json", inputs)
    resealed(run)
    found = incentives("verify", run)
    assert (found.exit_code, "report.en.pdf carries another inputs.json" in found.stdout) == (4, True)


@pytest.mark.slow
def test_a_proof_over_many_plans_is_left_open_in_words(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.runs.rebuild.listing", lambda _: None)
    found = incentives("verify", run, "--json")
    assert found.exit_code == 0
    (left_open,) = json.loads(found.stdout)["open"]
    assert left_open.startswith("bound, rounds and checks of the model are what the run says")
    assert json.loads(found.stdout)["not_recomputed"] == dict.fromkeys(
        ("status", "bound", "gap", "rounds", "checks of the model"), 1
    )
    last = incentives("verify", run).stdout.splitlines()[-1]
    trusted = "status, bound, gap, rounds, checks of the model"
    assert last == f"1 run, 0 differences; NOT computed again: {trusted} (--again does)"
    result = json.loads((run / "result.json").read_text())
    result["checks"][0]["detail"] = "by hearsay"
    write_json(run / "result.json", result)
    resealed(run)
    told = json.loads(incentives("verify", run, "--json").stdout)["differences"]
    assert told  # documents print the hash of the run: who changes a word of it must make them anew
    assert all(one["what"].endswith("is not what the files of the run give") for one in told)
    again = incentives("verify", run, "--again")
    assert (again.exit_code, "result.checks[0].detail" in again.stdout) == (4, True)


@pytest.mark.slow
def test_the_folder_of_the_full_explanation_says_which_tables_only_a_solve_proves(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert incentives("solve", FOLDER, "--explain", "full", "--out", run, "--json").exit_code == 0
    found = incentives("verify", run, "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["differences"]) == (0, [])
    assert sorted(what.split()[0] for what in told["open"]) == ["frontier", "rule_prices"]
    again = incentives("verify", run, "--again")
    assert (again.exit_code, again.stdout) == (0, "1 run, 0 differences\n")


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

    monkeypatch.setattr("optimizer.runs.api.judging.calibrate", broken)
    done = incentives("check", FOLDER, "--json")
    assert done.exit_code == 4
    (problem,) = json.loads(done.stdout)["problems"]
    assert "nobody thought of this" in problem["message"]
    assert "report it" in problem["hint"]
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["result.json", "tables/plans.csv", "scenario.yaml"])
@pytest.mark.parametrize("verb", ["evaluate", "budget", "simulate", "evaluate itself", "diff", "diff after"])
def test_no_verb_reads_a_run_folder_that_was_changed(run: Path, verb: str, name: str) -> None:
    before = run.with_name("before")
    shutil.copytree(run, before)
    (run / name).write_bytes((run / name).read_bytes() + b"\n")
    asked: dict[str, tuple[object, ...]] = {
        "evaluate itself": ("evaluate", run),
        "diff": ("diff", run, before),
        "diff after": ("diff", before, run),
    }
    found = incentives(*asked.get(verb, (verb, FOLDER, "--plan", run)))
    assert (found.exit_code, found.stdout) == (4, "")
    assert f"{run}: {name} has changed; solve again, or put the file back" in found.stderr
    told = json.loads(incentives(*asked.get(verb, (verb, FOLDER, "--plan", run)), "--json").stdout)
    assert [problem["where"] for problem in told["problems"]] == [str(run)]


@pytest.mark.slow
def test_a_plan_is_not_taken_from_a_result_without_its_run(run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(run / "result.json", alone)
    found = incentives("evaluate", FOLDER, "--plan", alone)
    assert (found.exit_code, "is not a run folder: it has no manifest.json" in found.stderr) == (2, True)


@pytest.mark.slow
def test_a_word_that_the_checks_do_not_allow_is_found(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.runs.rebuild.listing", lambda _: None)
    result = json.loads((run / "result.json").read_text())
    result["checks"][0]["ok"] = False
    write_json(run / "result.json", result)
    resealed(run)
    found = incentives("verify", run)
    assert (found.exit_code, "the status is not what the checks allow" in found.stdout) == (4, True)


@pytest.mark.slow
def test_why_a_check_came_out_so_is_a_code_with_figures_and_french_documents_show_no_english(
    run: Path,
) -> None:
    checks = json.loads((run / "result.json").read_text())["checks"]
    assert all(check["why"] and isinstance(check["figures"], dict) for check in checks)
    floor = next(check for check in checks if check["name"] == "denominator_floor")
    assert floor["figures"] == {"floor": 0.05}
    assert floor["detail"] == "believed denominators above 5% of today's"
    told = ""
    for file in run.glob("*.fr.pdf"):
        told += " ".join(page.extract_text() for page in PdfReader(file).pages)
    said = " ".join(told.split())
    assert said
    assert not [check["detail"] for check in checks if check["detail"] in said]
