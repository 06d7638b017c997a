"""Approvals: who may approve what, a journal that tells tampering, documents that print it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer import RunOptions, read_scenario, solve_to_folder
from optimizer.runs import against, alone, approve, follow
from optimizer.runs import folder as run_folder
from optimizer.tables import approvals
from optimizer.tables.rounding import printable
from reports.board.report import payload_of
from reports.plan_document.letter import letter_of
from reports.plan_document.told import Told
from reports.run import read_run
from reports.words.approved import version_line
from reports.words.catalogue import words_for
from reports.workbook import budget_workbook
from tests.verbs import incentives, run

FOLDER = Path(__file__).parent / "cases" / "trust" / "folder.yaml"
DAY = "2026-11-30"
ANA = ("--by", "Ana Ruiz", "--role", "finance", "--date", DAY)
LANGUAGES = ("en", "fr")


def solved_with(limit: int, folder: Path) -> Path:
    """A run of a small company under a budget, with its workbook as the only document."""
    file = folder.with_suffix(".yaml")
    rules = f"rules: {{budget: {{expected: {limit}}}, "
    file.write_text(FOLDER.read_text().replace("rules: {", rules))
    scenario, options = read_scenario(file), RunOptions(outputs=("xlsx",))
    return solve_to_folder(scenario, folder, options).folder


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return solved_with(30_000, tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="module")
def signed(solved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Approved by three people."""
    folder = shutil.copytree(solved, tmp_path_factory.mktemp("signed") / "run")
    for by, role, comment in (
        ("Ana Ruiz", "finance", "within the limit"),
        ("Élodie Œuf", "DRH", ""),
        ("Bo Lind", "management", "=1+1"),
    ):
        said = ("approve", folder, "--by", by, "--role", role, "--comment", comment, "--date", DAY, "--json")
        assert incentives(*said).exit_code == 0
    return folder


@pytest.fixture
def folder(signed: Path, tmp_path: Path) -> Path:
    return shutil.copytree(signed, tmp_path / "run")


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_approval_is_one_line_more_and_nothing_else(solved: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(solved, tmp_path / "run")
    before = content(folder)
    code, out, _ = run("approve", folder, *ANA, "--comment", "within the limit", "--json")
    said = json.loads(out)["approval"]
    assert code == 0
    assert (said["by"], said["role"], said["date"]) == ("Ana Ruiz", "finance", DAY)
    after = content(folder)
    (line,) = after.pop(approvals.JOURNAL).decode().splitlines()
    assert after == before
    assert json.loads(line) == said
    assert run_folder.changed_files(folder) == []


def test_every_entry_holds_the_hash_of_the_one_before(signed: Path) -> None:
    lines = [json.loads(line) for line in (signed / approvals.JOURNAL).read_text().splitlines()]
    assert [line["by"] for line in lines] == ["Ana Ruiz", "Élodie Œuf", "Bo Lind"]
    assert [line["previous"] for line in lines] == ["0" * 64, lines[0]["hash"], lines[1]["hash"]]
    for line in lines:  # as docs/approval.md says how a hash is made
        rest = {key: value for key, value in line.items() if key != "hash"}
        text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert line["hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_version_is_the_hash_that_sha256sum_gives_of_scenario_result_and_tables(signed: Path) -> None:
    names = ["company.json", "inputs.json", "result.json", "scenario.yaml"]
    names += sorted(f"tables/{file.name}" for file in (signed / "tables").iterdir())
    listed = "".join(f"{hashlib.sha256((signed / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
    assert approvals.run_version(signed) == hashlib.sha256(listed.encode()).hexdigest()


def test_who_approves_without_a_date_does_so_today(solved: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(solved, tmp_path / "run")
    assert run("approve", folder, "--by", "Bo", "--role", "HR")[0] == 0
    assert approvals.approvals_of(folder)[0].date == dt.date.today().isoformat()


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (("--by", "  ", "--role", "finance"), "by"),
        (("--by", "…", "--role", "finance"), "by"),
        (("--by", "Ana", "--role", ""), "role"),
        (("--by", "A" * 81, "--role", "finance"), "by"),
        (("--by", "Ana\x1b[2J", "--role", "finance"), "by"),
        (("--by", "Ana", "--role", "finance", "--comment", "x" * 201), "comment"),
    ],
)
def test_what_is_no_name_is_refused_with_its_place(folder: Path, given: tuple[str, ...], where: str) -> None:
    before = content(folder)
    code, out, _ = run("approve", folder, *given, "--json")
    (problem,) = json.loads(out)["problems"]
    assert (code, problem["where"]) == (2, where)
    assert problem["hint"]
    assert content(folder) == before


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "30/11/2026", ""])
def test_a_date_that_is_none_is_refused(folder: Path, day: str) -> None:
    code, out, _ = run("approve", folder, "--by", "Ana", "--role", "finance", "--date", day, "--json")
    assert code == 2
    assert json.loads(out)["problems"]


def _edited(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        lines = [json.loads(line) for line in (folder / approvals.JOURNAL).read_text().splitlines()]
        change(lines[1])
        (folder / approvals.JOURNAL).write_text(
            "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
        )

    return edit


def _rehashed(folder: Path) -> None:
    """A past entry changed together with its own hash."""
    one, two, three = approvals.approvals_of(folder)
    said = {k: v for k, v in asdict(replace(two, by="Someone Else")).items() if k != "hash"}
    lines = (one, approvals.sealed(**said), three)
    (folder / approvals.JOURNAL).write_text("".join(map(approvals.line_of, lines)))


def _without(number: int) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        lines = (folder / approvals.JOURNAL).read_text().splitlines(keepends=True)
        del lines[number - 1]
        (folder / approvals.JOURNAL).write_text("".join(lines))

    return edit


def _cut(folder: Path) -> None:
    text = (folder / approvals.JOURNAL).read_bytes()
    (folder / approvals.JOURNAL).write_bytes(text[:-20])


@pytest.mark.parametrize(
    ("tamper", "entry"),
    [
        (_edited(lambda line: line.update(by="Someone Else")), 2),
        (_edited(lambda line: line.update(date="2026-11-29")), 2),
        (_edited(lambda line: line.update(more="x")), 2),
        (_edited(lambda line: line.pop("comment")), 2),
        (_rehashed, 3),
        (_without(1), 2),
        (_without(2), 3),
        (_cut, 3),
        (lambda folder: (folder / approvals.JOURNAL).write_text("null\n"), 1),
        (lambda folder: (folder / approvals.JOURNAL).write_text("\n"), 1),
    ],
)
def test_a_broken_chain_names_the_entry(folder: Path, tamper: Callable[[Path], None], entry: int) -> None:
    tamper(folder)
    (told,) = run_folder.changed_files(folder)
    assert told.startswith(f"{approvals.JOURNAL}, entry {entry} ")


@pytest.mark.parametrize("verb", ["verify", "approve", "report", "diff"])
def test_every_verb_refuses_a_broken_chain(folder: Path, solved: Path, verb: str) -> None:
    _rehashed(folder)
    before = content(folder)
    more: dict[str, tuple[object, ...]] = {"approve": ANA, "diff": (solved,)}
    code, out, _ = run(verb, folder, *more.get(verb, ()), "--json")
    assert code == 4
    assert f"{approvals.JOURNAL}, entry 3 (Bo Lind, {DAY})" in out
    assert content(folder) == before


def test_a_journal_of_another_run_is_told(signed: Path, solved: Path, tmp_path: Path) -> None:
    other = shutil.copytree(solved, tmp_path / "other")
    (one, *_) = approvals.approvals_of(signed)
    said = {k: v for k, v in asdict(replace(one, version="a" * 64)).items() if k != "hash"}
    (other / approvals.JOURNAL).write_text(approvals.line_of(approvals.sealed(**said)))
    (told,) = run_folder.changed_files(other)
    assert "entry 1 (Ana Ruiz, 2026-11-30) approves version aaaaaaaaaaaa" in told


def test_a_changed_run_a_draft_and_a_failed_check_are_not_approved(folder: Path) -> None:
    table = folder / "tables" / "plans.csv"
    kept = table.read_text()
    table.write_text(kept.replace("0", "1", 1))
    assert run("approve", folder, *ANA)[0] == 4
    table.write_text(kept)
    assert len(approvals.approvals_of(folder)) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"placeholders": ["teams.sales.hours"]}, "is a draft: 1 value is provisional"),
        ({"checks": [{"name": "regret", "ok": False}]}, "has a failed check (regret)"),
        ({"status": "error"}, "has a failed check"),
        ({"plan": None, "status": "infeasible"}, "has no plan (infeasible)"),
    ],
)
def test_what_nobody_can_approve_is_refused(
    folder: Path, change: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = json.loads((folder / "result.json").read_text()) | change
    monkeypatch.setattr(approve, "_result", lambda _: result)
    code, out, _ = run("approve", folder, *ANA, "--json")
    assert code == 2
    assert said in json.loads(out)["problems"][0]["message"]


def test_people_who_approve_at_once_follow_one_another(
    solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(solved, tmp_path / "run")
    monkeypatch.setattr(approve, "refuse_unfounded", lambda _: None)
    people = [f"Person {n}" for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda by: approve.approve(folder, by, "HR", dt.date(2026, 11, 30)), people))
    assert sorted(one.by for one in approvals.approvals_of(folder)) == sorted(people)
    assert run_folder.changed_files(folder) == []


def test_a_folder_that_is_replaced_meanwhile_is_locked_anew(tmp_path: Path) -> None:
    there = tmp_path / "run"
    there.mkdir()
    with alone.locked(there), ThreadPoolExecutor(1) as pool:
        there.rename(tmp_path / "old")
        there.mkdir()

        def inode() -> int:
            with alone.locked(there):
                return there.stat().st_ino

        assert pool.submit(inode).result(10) == there.stat().st_ino


def test_documents_made_before_an_approval_are_right_and_told(folder: Path) -> None:
    code, out, _ = run("verify", folder)
    assert code == 0
    assert "budget.xlsx: made before the last approval" in out
    assert run("report", folder, "--only", "xlsx")[0] == 0
    assert len(approvals.approvals_of(folder)) == 3
    assert follow.documents_apart(folder) == follow.Followed(())
    assert run("approve", folder, *ANA)[0] == 0
    assert "made before the last approval" in follow.documents_apart(folder).open[0].words


def test_a_folder_is_told_to_be_the_approved_version(signed: Path, solved: Path) -> None:
    version, last = approvals.run_version(signed), approvals.approvals_of(signed)[2]
    told = str(against.standing(signed, version[:8]))
    assert f"is the version {version[:12]}, approved by Ana Ruiz (finance, {DAY}), Élodie" in told
    assert against.standing(signed, last.short).same
    assert "the folder has no approval of it" in str(against.standing(solved, version))
    assert against.standing(solved, version).same
    assert not against.standing(solved, last.short).same
    other = against.standing(signed, "0" * 12)
    assert f"NOT the version 000000000000: it holds {version[:12]}" in str(other)


def test_verify_against_a_hash_ends_by_what_it_found(folder: Path, solved: Path) -> None:
    assert run("verify", folder, "--against", approvals.run_version(folder)[:8].upper())[0] == 0
    code, out, _ = run("verify", folder, solved, "--against", "0" * 12, "--json")
    assert (code, [one["same"] for one in json.loads(out)["against"]]) == (1, [False, False])
    version = approvals.run_version(folder)
    (folder / "tables" / "plans.csv").write_text("plan\n")
    code, out, _ = run("verify", folder, "--against", version)
    assert code == 4
    assert "NOT the version" in out


@pytest.mark.parametrize("hash_", ["1234567", "xyz12345", "", "a" * 65])
def test_what_is_no_hash_is_refused(solved: Path, hash_: str) -> None:
    code, out, _ = run("verify", solved, "--against", hash_, "--json")
    assert code == 2
    assert "is no hash" in json.loads(out)["problems"][0]["message"]


def test_an_approved_run_is_not_solved_over(folder: Path) -> None:
    before = content(folder)
    code, _, err = run("solve", FOLDER, "--out", folder)
    assert code == 2
    assert "is approved (approvals.jsonl) and is not replaced" in err
    assert content(folder) == before


def test_a_named_plan_is_approved_in_its_own_folder(solved: Path, tmp_path: Path) -> None:
    there = shutil.copytree(solved, tmp_path / "run")
    missing = run("approve", there, "--plan", "current", *ANA)
    assert missing[0] == 2
    assert f"incentives report {there} --plan current" in missing[2].replace("\n", " ")
    made = ("report", there, "--plan", "current", "--only", "xlsx")
    assert run(*made)[0] == 0
    code, out, _ = run("approve", there, "--plan", "current", *ANA, "--json")
    plan = Path(json.loads(out)["run"])
    assert (code, plan) == (0, tmp_path / "run-current")
    assert not (there / approvals.JOURNAL).exists()
    assert run(*made)[0] == 0  # the same plan once more keeps it, and prints it
    book = openpyxl.load_workbook(plan / "budget.xlsx")
    assert [cell.value for cell in book["Approvals"]["B"]].count("Ana Ruiz") == 1
    assert len(approvals.approvals_of(plan)) == 1
    other = run("report", there, "--plan", there, "--out", plan, "--only", "xlsx")
    assert other[0] == 2
    assert "is about another plan" in other[2]


def test_a_run_says_which_approved_version_it_replaces(folder: Path, solved: Path, tmp_path: Path) -> None:
    new = solved_with(31_500, tmp_path / "new")
    assert "has no approval" in run("approve", new, *ANA, "--replaces", solved)[2]
    assert "does not replace itself" in run("approve", folder, *ANA, "--replaces", folder)[2]
    assert run("approve", new, *ANA, "--replaces", folder)[0] == 0
    assert approvals.approvals_of(new)[0].replaces == approvals.run_version(folder)
    code, out, _ = run("diff", folder, new)
    lines = out.splitlines()
    assert code == 0
    assert "approved by Ana Ruiz" in lines[0]
    assert lines[1].endswith("it replaces the other")
    parts = [line.partition(":")[0] for line in lines[2:] if not line.startswith("  ")]
    assert parts == ["budget", "bad cases", "probabilities", "plan", "outcome", "inputs"]
    assert any(line.startswith("  limit, loaded of the company:") for line in lines)
    told = json.loads(run("diff", folder, new, "--json")[1])
    order = [change["part"] for change in told["changes"]]
    assert order == sorted(order, key=parts.index)
    assert told["after"]["replaces"] == [told["before"]["version"]]


# --- documents ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(signed: Path) -> Any:
    return read_run(signed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_prints_version_and_approvals(read: Any, language: str) -> None:
    shown = printable(read.tables)
    payload = payload_of(shown, words_for(shown, language), None, read.files, read)
    said = {"en": "3 approvals, the last on 30 November 2026", "fr": "3 validations, la dernière le 30"}
    assert f"version {read.version[:12]}" in payload["footer"]
    assert said[language] in payload["footer"].replace("\u00a0", " ")
    told = json.dumps(payload["appendix"], ensure_ascii=False).replace("\u00ad", "")
    assert all(text in told for text in ("Ana Ruiz", "Élodie Œuf", "within the limit", read.version))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_or_two_who_approve_are_named_on_every_page(read: Any, language: str) -> None:
    words = words_for(read.tables, language)
    line = version_line(words, replace(read, approvals=read.approvals[:2]))
    assert "Ana Ruiz (finance, 30" in line
    assert "Élodie Œuf (DRH" in line
    assert "validé" not in version_line(words, replace(read, approvals=()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_of_approvals_of_a_plan_document_prints_them(read: Any, language: str) -> None:
    shown = printable(read.tables)
    told = Told(words_for(shown, language), shown, shown["teams"].iloc[0])
    texts = list(letter_of(told, read, None).texts())
    assert {"Ana Ruiz", "Élodie Œuf", "Bo Lind"} <= set(texts)
    assert read.version[:12] in letter_of(told, read, None).footer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_a_line_per_approval(read: Any, language: str) -> None:
    (document,) = budget_workbook(read, language, None)
    sheet = openpyxl.load_workbook(io.BytesIO(document.content), data_only=True)["Approvals"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=7)]
    assert [row[1] for row in rows] == ["Ana Ruiz", "Élodie Œuf", "Bo Lind"]
    assert rows[2][3] == "=1+1"  # a text, not a formula
    assert rows[0][4] == read.approvals[0].short
