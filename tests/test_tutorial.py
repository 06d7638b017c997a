"""The tutorial does what it says: from some thirty numbers to plan documents that people sign."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
import yaml
from random_answers import run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
HISTORY = (ROOT / "docs" / "tutorial_history.md").read_text(encoding="utf-8")


def commands(page: str) -> list[str]:
    """Lines of a page's blocks, in order."""
    return [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]


def carried_out(line: str) -> None:
    """One command, which must succeed; what it prints goes where it says."""
    words, _, target = line.partition(" > ")
    result = run(*shlex.split(words)[1:])
    assert result.exit_code == 0, (line, result.output)
    if target:
        Path(target).write_text(result.stdout, encoding="utf-8")


def answer_everything(form: Path) -> None:
    """Every value that was assumed is confirmed."""
    book = openpyxl.load_workbook(form)
    page: Any = book.active
    codes = next(row for row in page.iter_rows() if row[0].value == "path")
    column = {cell.value: cell.column for cell in codes}
    for row in page.iter_rows(min_row=codes[0].row + 1):
        today = page.cell(row[0].row, column["today"]).value
        if row[0].value and isinstance(today, int | float):
            page.cell(row[0].row, column["answer"]).value = today
    book.save(form)


@pytest.mark.slow
@pytest.mark.documents
def test_the_tutorial_goes_from_answers_to_plan_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line in commands(PAGE):
        if "--answers to-ask.xlsx" in line:
            answer_everything(Path("to-ask.xlsx"))
        carried_out(line)
    assert not list(Path("runs/draft").glob("plan_*.pdf"))
    signed = {file.name for file in Path("runs/plan").glob("plan_*.pdf")}
    teams = ("marketing", "advisers", "tutors")
    assert signed == {f"plan_{team}.{language}.pdf" for team in teams for language in ("en", "fr")}
    text = "".join(page.extract_text() for page in pypdf.PdfReader("runs/plan/plan_advisers.fr.pdf").pages)
    assert "Conseillers admission" in text
    assert "Signature" in text or "signature" in text


def test_the_tutorial_is_as_long_as_it_says() -> None:
    assert "nine commands" in PAGE
    assert len(commands(PAGE)) == 9
    assert "Seven commands" in HISTORY
    assert len(commands(HISTORY)) == 7


@pytest.mark.slow
@pytest.mark.documents
def test_a_crm_export_becomes_plan_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for line in commands(HISTORY):
        if "--answers form.xlsx" in line:
            said = re.search(r"The form has (\d+) lines", HISTORY)
            assert said
            drafted = yaml.safe_load(Path("school.yaml").read_text(encoding="utf-8"))
            assert len(drafted["placeholders"]) == int(said[1])
            answer_everything(Path("form.xlsx"))
        carried_out(line)
    assert "# CHECK" in Path("map.yaml").read_text(encoding="utf-8")
    assert Path("history/calibration.fr.pdf").exists()
    signed = {file.name for file in Path("runs/school").glob("plan_*.pdf")}
    assert signed == {f"plan_{team}.{lang}.pdf" for team in ("marketing", "sales") for lang in ("en", "fr")}
