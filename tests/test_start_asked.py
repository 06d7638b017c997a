"""`incentives start` at a terminal: questions in both languages, answers kept after each, and resumed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from optimizer import read_scenario
from tests.verbs import incentives

TEAMS = (
    ("2", "38 000 \u20ac", "3,5k\u20ac", ""),
    ("6", "29k", "5000", "1 60, 2 40"),
    ("11", "36000", "16000", "1=70 2=30"),
)
NUMBERS = ("102 %", "420", "60", "380", "55%", "20", "90", "42", "55", "38", "150", "35", "8", "40", "9 000")
NUMBERS += ("27", "72", "700", "94", "1100", "30000", "")
"""A distributor, as somebody types it; weights of marketing and the horizon are left to their defaults."""


def typed(kind: str = "2", company: str = "Tarvenne", period: str = "") -> list[str]:
    return [kind, company, period, *(answer for team in TEAMS for answer in team), *NUMBERS]


def start(*arguments: object, lines: list[str] | None = None, lang: str = "en_GB.UTF-8") -> Result:
    """The verb with lines from a pipe, in a language of the environment."""
    text = None if lines is None else "".join(f"{line}\n" for line in lines)
    return incentives("start", *arguments, typed=text, env={"LANG": lang, "LC_ALL": "", "LC_MESSAGES": ""})


def answers_in(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))
    return content


# --- from a pipe ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "language"), [("en_GB.UTF-8", "en"), ("fr_FR.UTF-8", "fr"), ("C", "en")])
def test_answers_as_people_type_them_become_a_scenario(tmp_path: Path, lang: str, language: str) -> None:
    done = start("--out", tmp_path, lines=[*typed(), ""], lang=lang)
    assert done.exit_code == 0, done.output
    content = answers_in(tmp_path)
    assert content["lang"] == language
    assert content["teams"]["marketing"] == {"heads": 2, "fixed": 38000, "variable": 3500}
    assert content["teams"]["inside"]["weights"] == {"quotes": 60, "answered": 40}
    assert content["teams"]["field"]["weights"] == {"sales_new": 70, "visits": 30}
    assert content["answers"]["attainment"] == 102
    assert content["answers"]["price"] == 9000
    assert "horizon" not in content["answers"]
    scenario = read_scenario(tmp_path)
    assert scenario.teams["field"].headcount == 11
    assert scenario.current_plan["field"] == {"sales_new": 0.7, "visits": 0.3}
    assert "\x1b" not in done.output  # no colours where nobody looks


def test_french_is_spoken_throughout(tmp_path: Path) -> None:
    done = start("--lang", "fr", "--out", tmp_path, lines=[*typed(), ""])
    assert (
        "[21 sur 37] Demandes spontan\u00e9es" not in done.output
    )  # the label is that of this kind of company
    assert "Devis qui ouvrent un nouveau compte" in done.output
    assert "d\u2019ordinaire 8\u00a0% \u00e0 70\u00a0%" in done.output
    assert "qui le sait\u00a0: CRM, direction commerciale" in done.output
    english = ("usually", "who knows", "assumed:", "percent", "Saved in")
    assert not [word for word in english if word in done.output]


def test_back_skip_and_help_in_words_of_both_languages(tmp_path: Path) -> None:
    lines = ["saas_sdr", "Brivelac", "3", "?", "retour", "back", "Brivelac SA", "", "skip", "42000", "quit"]
    done = start("--lang", "fr", "--out", tmp_path, lines=lines)
    assert done.exit_code == 0
    content = answers_in(tmp_path)
    assert content["company"] == "Brivelac SA"
    assert content["period"] == "half_year"
    assert content["teams"] == {"marketing": {"fixed": 42000}}
    assert "deux mi-temps font 1" in done.output  # what the question means
    assert "laiss\u00e9 pour plus tard" in done.output


def test_the_same_command_goes_on_where_one_stopped(tmp_path: Path) -> None:
    whole = typed()
    first = start("--out", tmp_path, lines=[*whole[:9], "quit"])
    assert first.exit_code == 0
    assert f"incentives start --out {tmp_path}" in first.output
    kept = answers_in(tmp_path)
    assert kept["teams"]["inside"] == {"heads": 6, "fixed": 29000}
    assert not (tmp_path / "scenario.yaml").exists()
    second = start("--out", tmp_path, "--resume", lines=[*whole[9:], ""])
    assert second.exit_code == 0, second.output
    assert "5 of 34 questions answered" in second.output
    assert "Which kind of company" not in second.output
    assert answers_in(tmp_path)["teams"]["inside"]["variable"] == 5000
    read_scenario(tmp_path)


def test_what_was_left_for_later_is_asked_again_and_then_named(tmp_path: Path) -> None:
    lines = typed()
    price = lines.index("9 000")
    lines[price] = "skip"
    later = start("--out", tmp_path / "a", lines=[*lines, "9000", ""])
    assert later.exit_code == 0, later.output
    assert "One question was left for later." in later.output
    assert answers_in(tmp_path / "a")["answers"]["price"] == 9000
    never = start("--out", tmp_path / "b", lines=[*lines, "skip"])
    assert "One answer is missing for a scenario: What an account buys in a year, on average" in never.output
    assert f"To go on: incentives start --out {tmp_path / 'b'}" in never.output
    assert not (tmp_path / "b" / "scenario.yaml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("many", "That is no number."),
        ("10-12", "Those are several numbers"),
        ("-5", "below 0"),
        ("12 %", "asked is: number per quarter"),
        ("100 a month", "It would be 300."),
        ("", "This one has no default"),
    ],
)
def test_what_is_no_answer_is_asked_again(tmp_path: Path, text: str, said: str) -> None:
    lines = typed()
    at = lines.index("420")
    done = start("--out", tmp_path, lines=[*lines[:at], text, "420", "quit"])
    assert said in done.output
    assert answers_in(tmp_path)["answers"]["leads_campaign"] == 420


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.42", "is it 42 %?"),
        ("142", "More than 100% cannot be"),
        ("0", "above 0"),
        ("42 \u20ac", "asked is: percent"),
        ("nothing", "That is no number."),
    ],
)
def test_a_share_that_is_no_percentage_is_asked_again(tmp_path: Path, text: str, said: str) -> None:
    lines = typed()
    at = lines.index("42")
    done = start("--out", tmp_path, lines=[*lines[:at], text, "42", "quit"])
    assert said in done.output
    assert answers_in(tmp_path)["answers"]["r_lead"] == 42


def test_unusual_numbers_are_asked_about_and_may_be_right(tmp_path: Path) -> None:
    lines = typed()
    at = lines.index("94")
    unsure = start("--out", tmp_path / "a", lines=[*lines[:at], "35", "what", "no", "94", "quit"])
    assert "35% is unusual (40% to 99% would be usual). Is it right? yes or no" in unsure.output
    assert answers_in(tmp_path / "a")["answers"]["r_due"] == 94
    sure = start(
        "--out", tmp_path / "b", "--lang", "fr", lines=[*lines[:at], "35", "oui", *lines[at + 1 :], ""]
    )
    assert "35\u00a0% est inhabituel (d\u2019ordinaire 40\u00a0% \u00e0 99\u00a0%)" in sure.output
    assert answers_in(tmp_path / "b")["answers"]["r_due"] == 35


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 60, 2 30", "These add up to 90%, not to 100%"),
        ("1 60, 1 40", "Write numbers of the list with their percent"),
        ("9 100", "is none of the list"),
        ("leads; quotes", "is none of the list"),
    ],
)
def test_weights_that_are_none_are_asked_again(tmp_path: Path, text: str, said: str) -> None:
    lines = typed()
    at = lines.index("1 60, 2 40")
    done = start("--out", tmp_path, lines=[*lines[:at], text, "Quotes 60; answered 40", "quit"])
    assert said in done.output
    assert answers_in(tmp_path)["teams"]["inside"]["weights"] == {"quotes": 60, "answered": 40}


def test_counts_that_do_not_give_what_is_signed_are_told_at_once(tmp_path: Path) -> None:
    done = start("--out", tmp_path, lines=[*typed(), ""])
    found = re.search(
        r"your counts and rates give ([\d.]+), you sign 150: each count and rate moves by \+", done.output
    )
    assert found is not None
    assert float(found[1]) == pytest.approx(136.3, abs=0.1)
    assert done.output.index(found[0]) < done.output.index("Size of that discount")


def test_an_input_that_ends_says_what_is_saved(tmp_path: Path) -> None:
    done = start("--out", tmp_path, lines=typed()[:20])
    assert done.exit_code == 2
    assert f"The input ended. Saved in {tmp_path / 'answers.yaml'}: 16 of 34 questions." in done.stderr
    assert f"To go on: incentives start --out {tmp_path}" in done.stderr
    nothing = start("--out", tmp_path / "none", lines=[])
    assert nothing.exit_code == 2
    assert "Nothing was answered, nothing is saved." in nothing.stderr
    assert not (tmp_path / "none").exists()


def test_answers_of_which_no_scenario_comes_are_kept_and_may_be_changed(tmp_path: Path) -> None:
    lines = typed()
    lines[lines.index("11")] = "1"  # one person for the work of eleven
    done = start("--out", tmp_path, lines=[*lines, ""])
    assert done.exit_code == 2
    assert "[teams.field.heads] the work your counts say takes" in done.stderr
    assert f"To change one: incentives start --out {tmp_path}, then back." in done.stderr
    assert not (tmp_path / "scenario.yaml").exists()
    steps = len(NUMBERS) + len(TEAMS[2]) - 1  # from the last question, whose default was taken
    again = start("--out", tmp_path, lines=[*["back"] * steps, "11", *[""] * steps])
    assert again.exit_code == 0, again.output
    assert answers_in(tmp_path)["teams"]["field"]["heads"] == 11


def test_a_file_answers_and_only_the_rest_is_asked(tmp_path: Path) -> None:
    whole = start("--out", tmp_path / "whole", lines=[*typed(), ""])
    assert whole.exit_code == 0
    content = answers_in(tmp_path / "whole")
    for name in ("price", "margin"):
        del content["answers"][name]
    part = tmp_path / "part.yaml"
    part.write_text(yaml.safe_dump(content), encoding="utf-8")
    refused = start("--answers", part, "--out", tmp_path / "refused")
    assert refused.exit_code == 2
    assert "[answers.price] is missing" in refused.output
    done = start("--answers", part, "--ask", "--out", tmp_path / "rest", lines=["", "9000", "27", "", ""])
    assert done.exit_code == 0, done.output
    assert answers_in(tmp_path / "rest") == answers_in(tmp_path / "whole")
    (tmp_path / "resumed").mkdir()
    begun = {"archetype": "distribution", "company": "Other", "answers": {"price": 8000, "margin": 30}}
    (tmp_path / "resumed" / "answers.yaml").write_text(yaml.safe_dump(begun), encoding="utf-8")
    merged = start("--answers", part, "--resume", "--out", tmp_path / "resumed")
    assert merged.exit_code == 0, merged.output
    both = answers_in(tmp_path / "resumed")
    assert (both["company"], both["answers"]["price"], both["answers"]["wins"]) == ("Other", 8000, 150)


def test_a_number_that_is_typed_anew_comes_from_nowhere_else(tmp_path: Path) -> None:
    begun = {
        "archetype": "distribution",
        "answers": {"price": 8000, "margin": 30},
        "sources": {"answers.price": "measured: 120 wins", "answers.margin": "measured: 9 invoices"},
    }
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(begun), encoding="utf-8")
    start("--out", tmp_path, lines=["back", "27", "back", "back", "", "quit"])
    assert answers_in(tmp_path)["answers"] == {"price": 8000, "margin": 27}
    assert answers_in(tmp_path)["sources"] == {"answers.price": "measured: 120 wins"}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    assert start("--out", tmp_path, lines=[*typed(), ""]).exit_code == 0
    again = start("--out", tmp_path, lines=["", ""])
    assert again.exit_code == 2
    assert "scenario.yaml exists already" in again.output
    other = start("--archetype", "services", "--out", tmp_path / "b", lines=["", "quit"])
    assert other.exit_code == 0
    wrong = start("--archetype", "training", "--out", tmp_path / "b", lines=["quit"])
    assert wrong.exit_code in (0, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json"], "--json asks nothing"),
        (["--resume"], "there are no answers in"),
        (["--archetype", "saas"], "'saas' is not one of 'saas_sdr'"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = start(*arguments, "--out", tmp_path / "x", lines=[])
    assert done.exit_code == 2
    assert message in done.output


def test_a_damaged_file_of_answers_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("archetype: distribution\nanswers: {wins: many}\n", encoding="utf-8")
    done = start("--out", tmp_path, lines=["quit"])
    assert done.exit_code == 2
    assert "[answers.wins] must be a number" in done.output
    assert "many" in file.read_text(encoding="utf-8")


# --- at a terminal --------------------------------------------------------------------------------------


class Terminal:
    """The verb at a pseudo-terminal: what it shows, and what is typed once it waits."""

    def __init__(self, folder: Path, *arguments: str, lang: str) -> None:
        self.mine, theirs = pty.openpty()
        environment = {**os.environ, "LANG": lang, "LC_ALL": "", "LC_MESSAGES": "", "TERM": "xterm"}
        command = [sys.executable, "-m", "optimizer.cli", "start", "--out", str(folder), *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
        )
        os.close(theirs)
        self.seen = ""

    def wait(self, ending: str = "> ") -> str:
        """What was shown since, up to a prompt."""
        begun, shown = time.monotonic(), b""
        while not shown.decode(errors="ignore").endswith(ending):
            assert time.monotonic() < begun + 60, shown.decode(errors="replace")
            if select.select([self.mine], [], [], 0.2)[0]:
                try:
                    more = os.read(self.mine, 65536)
                except OSError:  # the other side is closed
                    break
                if not more:
                    break
                shown += more
        text = shown.decode()
        self.seen += text
        return text

    def type(self, line: str) -> None:
        os.write(self.mine, f"{line}\n".encode())

    def press(self, key: str) -> None:
        """A key, and once more where nothing is shown for long: Python loses an interrupt that comes between
        the showing of a prompt and the wait for a key, until the next key."""
        for _ in range(2):
            os.write(self.mine, key.encode())
            if select.select([self.mine], [], [], 20)[0]:
                return

    def end(self) -> int:
        """The exit code."""
        try:
            self.wait(ending="\0")
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.mine)


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "language"), [("en_GB.UTF-8", "en"), ("fr_FR.UTF-8", "fr")])
def test_a_designer_answers_at_a_terminal(tmp_path: Path, lang: str, language: str) -> None:
    terminal = Terminal(tmp_path, lang=lang)
    for line in [*typed(company="Tarvenne & Fils \u00e9t\u00e9"), ""]:
        terminal.wait()
        terminal.type(line)
    assert terminal.end() == 0, terminal.seen
    content = answers_in(tmp_path)
    assert (content["lang"], content["company"]) == (language, "Tarvenne & Fils \u00e9t\u00e9")
    assert content["answers"]["wins"] == 150
    assert ("Nouveaux comptes ouverts" in terminal.seen) == (language == "fr")
    questions = terminal.seen[: terminal.seen.index("1100")]
    assert not re.search(r"\x1b\[[0-9;]*m", questions)
    read_scenario(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["\x03", "\x04"])
def test_leaving_a_terminal_keeps_what_was_answered(tmp_path: Path, how: str) -> None:
    terminal = Terminal(tmp_path, lang="fr_FR.UTF-8")
    for line in typed()[:6]:
        terminal.wait()
        terminal.type(line)
    terminal.wait()
    terminal.press(how)
    code = terminal.end()
    assert code == (130 if how == "\x03" else 2)
    assert "Traceback" not in terminal.seen
    assert f"Enregistr\u00e9 dans {tmp_path / 'answers.yaml'}\u00a0: 3 questions sur 34" in terminal.seen
    assert answers_in(tmp_path)["teams"]["marketing"] == {"heads": 2, "fixed": 38000, "variable": 3500}
