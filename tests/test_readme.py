"""What README shows is what happens."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_opens_with_the_two_commands():
    first = README.split("```")[1]
    assert "pip install uv && uv run incentives solve scenarios/alignment" in first
    assert "pip install uv && uv run pytest" in first


def test_ci_calls_the_test_command_of_the_readme():
    assert "pip install uv && uv run pytest" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL), ids=lambda b: b[:30])
def test_python_examples_run(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "out" / "report.fr.pdf").exists()


def test_every_verb_in_the_readme_exists():
    from optimizer.cli import main

    shown = set(re.findall(r"^(?:uv run )?incentives (\w+)", README, re.MULTILINE))
    assert shown
    assert shown <= set(main.commands)
