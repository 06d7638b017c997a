"""`--lang fr`, before or after a verb, or a French LANG: what verbs say is French, keys and codes stay."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import Result
from verbs import incentives

from optimizer.solver.check_words import WORDS
from reports.words.turned import turned

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests/cases/small.yaml"
ENGLISH = re.compile(
    r"\b(?:the|are|of|with|and|from|what|which|that|not|than|write|be|has|hours|people|"
    r"pay|gross|loaded|units|first response|weights|holds|yes|nothing|warning|error)\b"
)
"""Common words of English that no code or label of the small company has."""
VERBS = [
    ("evaluate",),
    ("budget", "--plan", "current"),
    ("compare",),
    ("measures",),
]


def run(*arguments: object, lang: str = "C.UTF-8") -> Result:
    return incentives(*arguments, env={"COLUMNS": "200", "LC_ALL": lang})


def english_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if ENGLISH.search(line)]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_a_verb_prints_nothing_english_on_stdout(verb: tuple[str, ...]) -> None:
    told = run("--lang", "fr", verb[0], SMALL, *verb[1:])
    assert told.exit_code in (0, 1)
    assert english_in(told.stdout) == []


def test_what_a_scenario_says_of_today_is_french() -> None:
    told = run("--lang", "fr", "check", SMALL)
    assert english_in(told.stdout) == []
    assert "activités de 3 équipes" in told.stdout


def test_the_language_may_stand_after_the_verb_and_come_from_the_environment() -> None:
    before = run("--lang", "fr", "measures", SMALL).stdout
    assert run("measures", SMALL, "--lang", "fr").stdout == before
    assert run("measures", SMALL, "--lang=fr").stdout == before
    assert run("measures", SMALL, lang="fr_FR.UTF-8").stdout == before
    assert run("--lang", "en", "measures", SMALL, lang="fr_FR.UTF-8").stdout != before
    assert run("measures", SMALL).stdout != before


def test_refusals_in_json_follow_the_language_only_where_it_was_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        SMALL.read_text(encoding="utf-8").replace("weights: {step", "weigts: {step", 1), encoding="utf-8"
    )
    asked, by_system = (
        run(*given, "check", file, "--json", lang=lang)
        for given, lang in (
            (("--lang", "fr"), "C.UTF-8"),
            ((), "fr_FR.UTF-8"),
        )
    )
    messages = [json.loads(told.stdout)["problems"][0]["message"] for told in (asked, by_system)]
    assert messages == ["clé inconnue", "unknown key"]


def test_json_has_the_same_keys_and_codes_in_both() -> None:
    english, french = (run("--lang", lang, "evaluate", SMALL, "--json").stdout for lang in ("en", "fr"))
    assert json.loads(english) == json.loads(french)


def test_help_is_french() -> None:
    listed = run("--lang", "fr", "--help").stdout
    assert english_in(listed) == []
    verbs = re.findall(r"(?m)^  ([a-z]+)  ", listed.partition("Verbes")[2])
    assert len(verbs) > 20
    for verb in set(verbs) - {"completion", "schema"}:  # commands to copy stand in their help
        said = run("--lang", "fr", verb, "--help").stdout
        assert "Emploi" in said
        assert [line for line in english_in(said) if "--" not in line] == [], verb


def test_a_usage_error_is_french() -> None:
    told = run("--lang", "fr", "solve")
    assert told.exit_code == 2
    assert "Il manque l’argument" in told.stderr
    told = run("--lang", "fr", "evaluate", SMALL, "--plan", "nobody")
    assert told.exit_code == 2
    assert "n’est ni un plan du scénario" in told.stderr


def test_a_language_that_verbs_do_not_speak_is_refused() -> None:
    told = run("--lang", "de", "check", SMALL)
    assert told.exit_code == 2
    assert "'de' is not one of 'en', 'fr'" in told.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Two runs of the small company, the first approved, and all that was said meanwhile."""
    folder = tmp_path_factory.mktemp("french")
    tight = ("--set", "rules.budget.expected=1")
    solved = [
        run("--lang", "fr", "solve", SMALL, "--out", folder / name, *more)
        for name, more in (("a", ()), ("b", tight))
    ]
    approved = run("--lang", "fr", "approve", folder / "a", "--by", "Anne", "--role", "finance")
    assert [done.exit_code for done in (*solved, approved)] == [0, 1, 0]
    return folder, "".join(done.stdout + done.stderr for done in (*solved, approved))


@pytest.mark.slow
def test_what_follows_a_solve_prints_nothing_english(runs: tuple[Path, str], tmp_path: Path) -> None:
    folder, solving = runs
    told = [
        run("--lang", "fr", *words)
        for words in (
            ("diff", folder / "a", folder / "b"),
            ("verify", folder / "a"),
            ("report", folder / "a", "--only", "html"),
            ("simulate", SMALL, "--draws", "20"),
            ("split", SMALL, "--team", "sales", "--into", "n:0.6,s:0.4", "--out", tmp_path / "s.yaml"),
        )
    ]
    assert [done.exit_code for done in told] == [0, 0, 0, 0, 0]
    said = solving + "".join(done.stdout + done.stderr for done in told)
    own = re.compile(r"^ *\d+ \| |\S*/french\d|\S*/test_what_follows")  # lines of the file, and paths
    assert [line for line in english_in(said) if not own.search(line)] == []


def test_published_cases_are_told_in_french() -> None:
    told = run("--lang", "fr", "published").stdout
    assert english_in(told) == []
    assert not re.search(r"\b(?:rises|falls|to|Sales|Revenue|Trees)\b", told)


def test_every_reason_of_a_check_has_a_french_one() -> None:
    """With figures in it as the solver has them."""
    numbers = set(re.findall(r"{(\w+)", " ".join(WORDS.values()))) - {"criterion"}
    figures = dict.fromkeys(numbers, 1234.5)
    english = [words.format(criterion="mean", **figures) for words in WORDS.values()]
    assert [words for words in english if turned(words, "fr") == words] == []
