"""What README shows is what happens."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_opens_with_the_three_commands():
    first = README.split("```")[1]
    assert first.strip().splitlines()[-1].startswith("pip install uv && uv run incentives start ")
    assert "pip install uv && uv run incentives solve scenarios/alignment" in first
    assert "pip install uv && uv run pytest" in first


def test_readme_is_a_page_with_two_pictures():
    assert len(README.splitlines()) <= 150
    assert re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README) == [
        "docs/pictures/page_one.png",
        "docs/pictures/whatif.png",
    ]


def test_ci_calls_the_test_command_of_the_readme():
    assert "pip install uv && uv run pytest" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL), ids=lambda b: b[:30])
def test_python_examples_run(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "out" / "report.fr.pdf").exists()


def test_every_verb_that_is_shown_by_example_exists_and_every_verb_is_shown():
    from optimizer.cli import main

    text = (ROOT / "docs" / "verbs.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^incentives (?:--lang fr )?(\w+)", text, re.MULTILINE))
    assert shown == set(main.commands)
    assert set(re.findall(r"^incentives (?:--lang fr )?(\w+)", README, re.MULTILINE)) < shown


def commands(starting: str) -> list[tuple[str, list[str]]]:
    """Commands of README, CONTRIBUTING and docs, each with its page: words after `starting`."""
    lines = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(
            rf"(?:^|`|&& |uv run )(?:[\w=,. -]*?)\b{starting} ([^`\n#&]*)", text, re.MULTILINE
        ):
            lines.append((page.name, shlex.split(line)))
    return lines


def test_every_module_that_a_page_runs_exists_and_knows_its_options():
    runs = commands("python -m")
    assert len(runs) > 5
    for page, (module, *words) in runs:
        home = ROOT / module.replace(".", "/")
        sources = (
            [home.with_suffix(".py")] if home.with_suffix(".py").is_file() else sorted(home.glob("*.py"))
        )
        assert sources, f"{page}: {module}"
        text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
        assert [word for word in words if word.startswith("--") and f'"{word}"' not in text] == [], page


def test_every_verb_that_a_page_shows_knows_its_options():
    from optimizer.cli import main

    shown = [(page, words) for page, words in commands("incentives") if words and words[0] in main.commands]
    assert len(shown) > 20
    for page, (name, *words) in shown:
        known = {option for parameter in main.commands[name].params for option in parameter.opts}
        assert {word for word in words if re.match(r"--\w", word)} <= known | {"--help"}, (page, name)


def test_the_marks_that_a_page_chooses_tests_by_exist():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    marks = {mark.partition(":")[0] for mark in settings["tool"]["pytest"]["ini_options"]["markers"]}
    chosen = [words[words.index("-m") + 1] for _, words in commands("pytest") if "-m" in words]
    assert chosen
    assert {word for text in chosen for word in re.findall(r"\w+", text)} - {"not", "and", "or"} <= marks
