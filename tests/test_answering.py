"""docs/answering.md: its commands, in its order, do what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import openpyxl
import pytest
import yaml

from optimizer import read_scenario
from tests.verbs import incentives

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "answering.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    incentives (.+)$", PAGE, re.MULTILINE)
TEAM = ("6", "30000", "6000", "")
SELLS = ("", "420", "60", "380", "55", "20", "90", "42", "55", "38", "150", "35", "8", "40", "9000", "27")
SELLS += ("72", "700", "94", "1100", "30000", "")
CELLS: dict[str, object] = {"heads": 6, "fixed": "30 000 \u20ac", "variable": 6000, "leads_campaign": 420}
CELLS |= {"leads_hot": 380, "r_lead": "42 %", "r_meeting": 55, "r_offer": 38, "wins": 150, "margin": 27}
CELLS |= {"due": 700, "r_due": 94, "visits": 1100, "spend": 30000}


def words_of(command: str) -> list[str]:
    """As a shell has them."""
    words = ([str(p) for p in sorted(Path().glob(w))] if "*" in w else [w] for w in shlex.split(command))
    return [word for each in words for word in each]


def run(command: str, *lines: str, code: int = 0) -> str:
    done = incentives(*words_of(command), typed="".join(f"{line}\n" for line in lines))
    assert done.exit_code == code, (command, done.output)
    return done.output


def filled(file: Path, answers: dict[str, object]) -> None:
    """The workbook with answers by the last parts of their places."""
    book = openpyxl.load_workbook(file)
    for row in book.worksheets[0].iter_rows(min_row=5):
        name = str(row[0].value or "").rpartition(".")[2]
        if name in answers:
            row[2].value = answers[name]
    book.save(file)


@pytest.mark.slow
def test_the_page_is_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scenarios").symlink_to(ROOT / "scenarios")
    asked, empty, read, rest, measure, more = COMMANDS
    run(asked, "2", "Tarvenne", "", *TEAM * 3, *SELLS)
    assert str(read_scenario("our-company").label.fr) == "Tarvenne"
    Path("our-company").rename("by-hand")
    run(empty)
    filled(Path("to-fill/answers.xlsx"), CELLS)
    assert "answers.xlsx:R\u00e9ponses!C" in run(read, code=2)  # the price is missing
    before = [""] * (2 + 3 + 8)  # company, period, weights, questions with a default
    run(rest, *before, "9000", "", "")
    assert yaml.safe_load(Path("our-company/answers.yaml").read_text())["answers"]["price"] == 9000
    Path("our-company").rename("from-cells")
    run(measure)
    run(more, *TEAM * 3, *[""] * 4, "46", "", "")  # of numbers only the margin has no default
    sources = [source.text.en for source in read_scenario("our-company").sources.values()]
    assert [text for text in sources if "measured: 343 of 5670, 5.5 to 6.7 %" in text]
