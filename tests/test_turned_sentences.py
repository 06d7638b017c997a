"""What is refused is told in the reader's language; what is not turned is known."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from optimizer.cli import main
from reports.words.turned import FOLDER, turned

ROOT = Path(__file__).parents[1]
TURNED = ("optimizer/scenario", "optimizer/plans", "optimizer/runs")
"""Rooms every sentence of which has a French one."""
KINDS = ("saas_sdr", "distribution", "services", "training", "marketplace", "branch", "partners")
SENTENCES = {"message", "hint", "said", "remedy", "why"}
CALLS = {"Finding", "InputProblem", "problem", "_negative", "refuse"}
ENGLISH = re.compile(
    r"\b(?:is|are|the|must|write|give|check|be|of|not|than|your|which|that|what|allowed|missing)\b"
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "160", "LANG": "C"})


def texts(node: ast.AST) -> Iterator[str]:
    """Sentences of an expression, `x` for every value in them."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            text = "".join(p.value if isinstance(p, ast.Constant) else "7" for p in parts)
            yield re.sub(r"(?<=[a-z]{3})7\b", "s", text)  # the ending of a plural
        case ast.IfExp(body=body, orelse=other):
            yield from (*texts(body), *texts(other))
        case ast.Tuple(elts=parts):
            for part in parts:
                yield from texts(part)


def sentences(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [*node.args, *(k.value for k in node.keywords)] if name in CALLS else []
        elif isinstance(node, ast.Assign):
            names = {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
            given = [node.value] if names & SENTENCES else []
        else:
            continue
        for one in given:
            yield from (text for text in texts(one) if " " in text.strip() and ENGLISH.search(text))


def files() -> list[Path]:
    found = (file for place in TURNED for file in sorted((ROOT / place).rglob("*.py")))
    return [file for file in found if any(sentences(file))]


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_every_sentence_of_these_rooms_has_a_french_one(file: Path) -> None:
    lacking = [text for text in sentences(file) if turned(text, "fr") == text]
    assert lacking == []


def test_sentences_have_the_values_that_they_are_made_of() -> None:
    told = json.loads((FOLDER / "fr.json").read_text(encoding="utf-8"))
    for english, french in told.items():
        values = len(re.findall(r"\{[wc]?\}", english))
        assert sorted(set(re.findall(r"\{(\d)\}", french))) == [str(n) for n in range(values)], english
        assert not re.search(r"\}(?:s\b|\(s\))", french), french  # "moiss"
        assert not re.search(r"\b(?:KPI|placeholder|revenu|piste)\b", french), french


def wrong_answers(kind: str) -> dict[str, object]:
    """Something wrong of every sort, told in French."""
    content = {**yaml.safe_load(run("start", "--example", kind).stdout), "lang": "fr", "weather": 3}
    first, second, *_ = content["teams"]
    content["teams"] = {
        **content["teams"],
        first: {"heads": 0.5, "fixed": -3, "variable": 2000},
        second: {**content["teams"][second], "weights": {"wins": 0.6, "other": 0.4}},
        "nobody": {"heads": 1},
    }
    asked = [q for q in content["answers"] if q not in ("price", "margin")]
    content["answers"] = {**content["answers"], "price": "lots", "margin": 460, "winz": 3}
    del content["answers"][asked[1]]
    return content


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_answers_of_a_french_file_are_refused_in_french(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(yaml.safe_dump(wrong_answers(kind), allow_unicode=True), encoding="utf-8")
    done = run("start", "--answers", file, "--out", tmp_path / "made")
    assert done.exit_code == 2
    said = [line for line in done.output.splitlines() if ": [" in line or "^ " in line]
    assert len(said) > 8
    for line in said:
        words = re.sub(r"\(lu : .*?\)|^.*?\^|\[[\w.]+\]|valeurs permises : .*|/\S+", "", line)
        assert not ENGLISH.search(words), line


def test_what_is_no_word_or_number_is_called_in_french(tmp_path: Path) -> None:
    content = {**yaml.safe_load(run("start", "--example", "branch").stdout), "lang": "fr"}
    first, second, third = list(content["answers"])[:3]
    content["answers"] = {**content["answers"], first: None, second: [7], third: {"a": 8}}
    file = tmp_path / "answers.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    said = run("start", "--answers", file, "--out", tmp_path / "made").output
    assert [f"(lu : {value})" in re.sub("[\u202f\u00a0]", " ", said) for value in ("rien", "une liste")] == [
        True,
        True,
    ]
    assert "nothing" not in said
    assert "a mapping" not in said


def test_english_readers_are_told_what_they_were(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(yaml.safe_dump({**wrong_answers("training"), "lang": "en"}), encoding="utf-8")
    assert "must be at least 1 (got: 0.5)" in run("start", "--answers", file).output
    french = run("start", "--answers", file, "--lang", "fr").output
    assert "doit valoir au moins 1 (lu : 0.5)" in re.sub("[\u202f\u00a0]", " ", french)
