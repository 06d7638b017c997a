"""What docs say is so: sections that are cited exist, links lead somewhere, blocks are those of the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from optimizer.cli import main
from optimizer.cli.common import EXIT, INTERRUPTED
from optimizer.scenario.json_schema import scenario_schema
from tests import glossary_page, reference_pages
from tests.test_house import RETIRED

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TEXTS = (".py", ".md", ".js", ".json", ".yaml", ".toml", ".typ", ".html", ".css")
FOLDERS = ("optimizer", "reports", "scenarios", "tests", "docs")


@cache
def texts() -> dict[Path, str]:
    """Every text of the tree that people write."""
    inside = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*"))]
    files = [file for file in [*sorted(ROOT.glob("*.*")), *inside] if file.suffix in TEXTS and file.is_file()]
    return {file: file.read_text(encoding="utf-8") for file in files if file.name != Path(__file__).name}


@cache
def pages() -> dict[Path, str]:
    """Pages in Markdown."""
    return {file: text for file, text in texts().items() if file.suffix == ".md"}


def where(file: Path) -> str:
    return str(file.relative_to(ROOT))


# --- what is cited exists -------------------------------------------------------------------------------


def sections(page: str) -> set[str]:
    """Numbers of a page's headings: 8, 13.1."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return set(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE))


def cited(page: str) -> Iterator[tuple[str, str]]:
    """File and number of every section of a page that is cited: `model.md §5, §6`."""
    for file, text in texts().items():
        for numbers in re.findall(rf"{page}`?\)?((?:,? §\d+(?:\.\d+)?)+)", text):
            yield from ((where(file), number) for number in re.findall(r"\d+(?:\.\d+)?", numbers))


def test_every_section_of_the_model_that_is_cited_exists() -> None:
    citations = list(cited(r"model\.md"))
    assert len(citations) > 40
    assert {(file, number) for file, number in citations if number not in sections("model.md")} == set()


def test_code_cites_of_the_second_edition_only_what_holds() -> None:
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    holds = set(re.findall(r"^### (13\.\d+) .*\n\n\*Holds\*", text, re.MULTILINE))
    assert holds
    code = {
        (file, n) for file, n in cited(r"model\.md") if n.startswith("13") and not file.startswith("docs/")
    }
    assert {(file, n) for file, n in code if n not in holds} == set()


def test_every_equation_of_the_model_that_is_cited_exists() -> None:
    known = set(re.findall(r"^ +\((\d+)\) ", (DOCS / "model.md").read_text(encoding="utf-8"), re.MULTILINE))
    for file, text in texts().items():
        assert set(re.findall(r"(?<!I)model\.md \((\d+)\)|\((\d+)\) of model\.md", text)) <= {
            pair for n in known for pair in ((n, ""), ("", n))
        }, where(file)


def test_every_equation_of_the_formulation_that_is_cited_exists() -> None:
    formulation = (ROOT / "optimizer" / "model" / "FORMULATION.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| \((\d+)[a-d]?\) \|", formulation, re.MULTILINE))
    for file, text in texts().items():
        for run in re.findall(r"FORMULATION\.md \(?(\d+(?:(?:, | and | to )\d+)*)", text):
            assert set(re.findall(r"\d+", run)) <= known, where(file)


def test_every_page_that_is_named_is_in_the_tree() -> None:
    names = {file.name for file in pages()}
    for file, text in texts().items():
        named = set(re.findall(r"[\w-]+\.md\b", text)) - {"table.md"}  # what a test writes
        assert named <= names, (where(file), named - names)


def test_sources_name_publications_and_data_sets_never_notes() -> None:
    for file, text in texts().items():
        assert not re.findall(r"\b(?:conventions|data|findings?) (?:§|[A-Z]\d)", text), where(file)


@pytest.mark.parametrize("file", pages(), ids=where)
def test_every_link_leads_to_a_file(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", pages()[file]):
        assert (file.parent / target).exists(), target


# --- architecture.md ------------------------------------------------------------------------------------

LEFT_OUT = {"__init__.py", "__pycache__", "py.typed"}


def test_the_contract_in_architecture_is_that_of_pyproject() -> None:
    (block,) = re.findall(
        r"```toml\n(.*?)```", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.DOTALL
    )
    enforced = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert block.strip() in enforced
    assert block.count("[[") == enforced.count("[[tool.importlinter.contracts]]")


@pytest.mark.parametrize("package", ["optimizer", "reports"])
def test_architecture_lists_every_room(package: str) -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    part = page[page.index(f"`{package}/`, ") :]
    table = part[part.index("|---") : part.index("\n\n", part.index("|---"))]
    listed = {
        name.rstrip("/")
        for row in table.splitlines()[1:]
        for name in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    assert listed == {entry.name for entry in (ROOT / package).iterdir()} - LEFT_OUT


@pytest.mark.parametrize("file", pages(), ids=where)
def test_every_place_that_a_page_names_is_in_the_tree(file: Path) -> None:
    for place in re.findall(r"`((?:optimizer|reports|tests|scenarios|docs|\.ci)/[\w./-]*)`", pages()[file]):
        assert (ROOT / place).exists(), place


# --- glossary.md ----------------------------------------------------------------------------------------


def words() -> list[list[str]]:
    """Rows of the words of the code: idea, word, instead of."""
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    part = page[page.index("## Words of the code") : page.index("## Words of the report")]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_every_class_that_the_glossary_names_is_in_the_code() -> None:
    code = "\n".join(text for file, text in texts().items() if file.suffix == ".py")
    named = {name for _, word, _ in words() for name in re.findall(r"`([A-Z][A-Za-z]+)`", word)}
    assert len(named) > 20
    assert {name for name in named if f"class {name}" not in code} == set()


def test_every_word_that_left_the_code_is_in_the_glossary() -> None:
    instead = {name for _, _, old in words() for name in re.findall(r"`(\w+)`", old)}
    assert set(RETIRED) <= instead


def test_the_words_of_the_report_are_those_of_its_catalogues() -> None:
    page = glossary_page.PAGE.read_text(encoding="utf-8")
    assert glossary_page.terms() in page
    assert glossary_page.written(page) == page


# --- reference, scenario.md, verbs.md, README ----------------------------------------------------------


@pytest.mark.parametrize("name", reference_pages.PAGES)
def test_the_reference_is_what_the_code_declares(name: str) -> None:
    page = (reference_pages.REFERENCE / name).read_text(encoding="utf-8")
    assert page == reference_pages.PAGES[name](), "run `uv run python -m tests.reference_pages`"


@pytest.mark.parametrize("page", [DOCS / "scenario.md", DOCS / "verbs.md"], ids=where)
def test_exit_codes_are_those_of_the_verbs(page: Path) -> None:
    text = page.read_text(encoding="utf-8").partition("# Second edition")[0]
    sentence = text[text.index("Exit codes:") :].split("\n\n")[0]
    codes = {*EXIT.values(), reference_pages.BAD_INPUT, INTERRUPTED}
    assert codes == {*reference_pages.MEANINGS}
    assert {int(code) for code in re.findall(r"(?:: |[;,] )(\d+) ", sentence)} == codes


def optional(node: Any) -> Any:
    """A schema that asks for nothing."""
    if isinstance(node, dict):
        return {key: optional(value) for key, value in node.items() if key != "required"}
    return [optional(part) for part in node] if isinstance(node, list) else node


def examples() -> list[Any]:
    """YAML blocks of scenario.md."""
    text = (DOCS / "scenario.md").read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def test_the_example_of_a_scenario_has_only_keys_that_are_read() -> None:
    (first,) = examples()
    schema = Draft202012Validator(optional(scenario_schema()))
    assert [error.json_path for error in schema.iter_errors(first)] == []


def test_verbs_of_the_second_edition_are_not_there_yet() -> None:
    second = (DOCS / "scenario.md").read_text(encoding="utf-8").partition("# Second edition")[2]
    known = {name: str([p.opts for p in verb.params]) for name, verb in main.commands.items()}
    for name, options in re.findall(r"^\| `(\w+) ?([^|]*)\|", second, re.MULTILINE):
        asked = re.findall(r"--[a-z-]+", options)
        assert name not in known or not all(f"'{option}'" in known[name] for option in asked), name


SHOWN = ("check", "evaluate", "compare", "measures", "budget", "template", "schema", "completion")


def cheap() -> list[str]:
    """Verbs of verbs.md that take no longer than a second or two."""
    lines = re.findall(
        r"^incentives ([^#\n]*)", (DOCS / "verbs.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return [line.strip() for line in lines if line.split()[0] in SHOWN]


def test_cheap_verbs_by_example_are_among_those_run() -> None:
    assert {line.split()[0] for line in cheap()} == set(SHOWN)


@pytest.mark.parametrize("line", cheap())
def test_verbs_by_example_do_what_they_show(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    words, _, file = line.partition(" > ")
    result = CliRunner().invoke(main, words.split())
    assert result.exit_code == 0, result.output
    assert result.stdout or not file


def test_shapes_of_json_are_those_of_scenario_md() -> None:
    text = (DOCS / "scenario.md").read_text(encoding="utf-8")
    shape = re.search(r"`E = (\{.*?\})`", text)
    assert shape
    result = CliRunner().invoke(main, ["evaluate", str(ROOT / "tests" / "cases" / "small.yaml"), "--json"])
    answer = json.loads(result.stdout)
    assert {"first_response", "consistent", "payouts"} <= set(answer)
    assert set(answer["consistent"]) == set(re.findall(r'[{,] ?"(\w+)": ', shape[1]))
    drawn = text[text.index("`D` has") : text.index("\n", text.index("`D` has"))]
    assert set(re.findall(r"`(\w+)`", drawn)) - {"D"} == set(answer["payouts"])


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "reference_company.md"], ids=where)
def test_pages_count_the_assumptions_of_the_reference_company(page: Path) -> None:
    company = yaml.safe_load((ROOT / "scenarios" / "alignment" / "scenario.yaml").read_text(encoding="utf-8"))
    sources = [source["text"] for source in company["sources"].values()]
    assumed = sum("assumption" in text for text in sources)
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert f"{assumed} of the {len(sources)} sources are assumptions" in text
