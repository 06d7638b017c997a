"""Starting a scenario: the starter, its workbook, conversion between the two, completion in a shell."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from optimizer import Options, cli, read_scenario
from optimizer.runs.folder import inputs_record
from optimizer.scenario.files import scenario_file
from optimizer.scenario.template import STARTER, starter
from optimizer.scenario.write import dump_scenario
from optimizer.solver import solve

SMALL = Path(__file__).parent / "cases" / "small.yaml"


def incentives(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


# --- template -------------------------------------------------------------------------------------------


def test_the_starter_has_neither_problems_nor_warnings() -> None:
    found = json.loads(incentives("check", STARTER, "--json").stdout)
    assert (found["problems"], found["warnings"]) == ([], [])


def test_the_starter_solves_and_its_best_plan_is_not_the_current_one() -> None:
    scenario = starter()
    solution = solve(scenario, Options())
    assert solution.status == "optimal"
    assert solution.chosen is not None
    assert solution.chosen.plan.weights["marketing"] != scenario.current_plan["marketing"]


def test_the_starter_explains_every_section_it_has() -> None:
    text = STARTER.read_text(encoding="utf-8")
    for section in ("teams", "stages", "activities", "kpis", "current_plan", "plans", "rules", "sources"):
        assert f"\n# {section.upper()}: " in text
        assert f"\n{section}:\n" in text


def test_template_writes_the_starter_into_a_folder(tmp_path: Path) -> None:
    done = incentives("template", tmp_path / "new" / "company")
    assert done.exit_code == 0
    assert (tmp_path / "new" / "company" / "scenario.yaml").read_bytes() == STARTER.read_bytes()
    assert incentives("check", tmp_path / "new" / "company").exit_code == 0


@pytest.mark.parametrize(
    "options",
    [["t", "--xlsx"], ["t/scenario.xlsx"], ["t/scenario.xlsx", "--xlsx"], ["t", "--xlsx", "--full"]],
)
def test_template_writes_the_starter_as_a_workbook(tmp_path: Path, options: list[str]) -> None:
    done = incentives("template", tmp_path / options[0], *options[1:], "--json")
    file = tmp_path / "t" / "scenario.xlsx"
    assert json.loads(done.stdout) == {"file": str(file)}
    assert read_scenario(file) == starter()


@pytest.mark.parametrize("options", [[], ["--xlsx"]])
def test_template_never_overwrites(tmp_path: Path, options: list[str]) -> None:
    assert incentives("template", tmp_path, *options).exit_code == 0
    (file,) = tmp_path.iterdir()
    file.write_text("mine")
    done = incentives("template", tmp_path, *options)
    assert done.exit_code == 2
    assert "exists already" in done.stderr
    assert file.read_text() == "mine"


# --- convert --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [[], ["--full"]])
def test_convert_goes_to_a_workbook_and_back(tmp_path: Path, form: list[str]) -> None:
    sheet, text = tmp_path / "small.xlsx", tmp_path / "small.yaml"
    assert incentives("convert", SMALL, sheet, *form).exit_code == 0
    assert incentives("convert", sheet, text).exit_code == 0
    assert text.read_text() == dump_scenario(read_scenario(SMALL))


def test_convert_refuses_other_kinds_of_files_and_existing_ones(tmp_path: Path) -> None:
    done = incentives("convert", SMALL, tmp_path / "small.csv")
    assert (done.exit_code, "ends with neither" in done.stderr) == (2, True)
    (tmp_path / "small.xlsx").write_text("mine")
    done = incentives("convert", SMALL, tmp_path / "small.xlsx")
    assert (done.exit_code, "exists already" in done.stderr) == (2, True)


def test_convert_says_which_text_a_cell_cannot_hold(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(SMALL.read_text().replace("{en: Small company, fr: Petite société}", '"a\\x01b"'))
    done = incentives("convert", file, tmp_path / "odd.xlsx")
    assert (done.exit_code, "a cell cannot hold the text" in done.stderr) == (2, True)
    assert not (tmp_path / "odd.xlsx").exists()


# --- verbs on workbooks ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("workbook") / "starter.xlsx"
    assert incentives("template", file, "--full").exit_code == 0
    return file


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["evaluate", "--plan", "quality"],
        ["compare"],
        ["measures"],
        ["budget", "--plan", "current"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_verb_says_the_same_of_a_workbook_as_of_its_text(workbook: Path, arguments: list[str]) -> None:
    verb, *options = arguments
    of_sheet = incentives(verb, workbook, *options, "--json")
    of_text = incentives(verb, STARTER, *options, "--json")
    assert of_sheet.exit_code == of_text.exit_code
    assert json.loads(of_sheet.stdout) == json.loads(of_text.stdout)


def test_a_broken_workbook_ends_with_code_2_and_a_cell(workbook: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(workbook)
    book["teams"]["E2"] = "many"
    book.save(tmp_path / "broken.xlsx")
    done = incentives("check", tmp_path / "broken.xlsx", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["where"] == f"{tmp_path / 'broken.xlsx'}:teams!E2 teams.marketing.hours"


def test_the_inputs_of_a_run_record_the_bytes_of_whatever_file_was_given(
    workbook: Path, tmp_path: Path
) -> None:
    folder, merged = tmp_path / "company", dump_scenario(starter())
    folder.mkdir()
    files = [folder / "scenario.yaml", tmp_path / "company.json", tmp_path / "company.xlsx"]
    contents = [merged.encode(), json.dumps({"teams": {}}).encode(), workbook.read_bytes()]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    for source, content in zip([folder, *files], [contents[0], *contents], strict=True):
        record = inputs_record(scenario_file(source).read_bytes(), merged, {})
        assert record["scenario_sha256"] == hashlib.sha256(content).hexdigest()
        assert record["merged_sha256"] == hashlib.sha256(merged.encode()).hexdigest()


# --- schema and completion ------------------------------------------------------------------------------


def test_schema_prints_json_either_way() -> None:
    plain, asked = incentives("schema"), incentives("schema", "--json")
    assert plain.stdout == asked.stdout
    assert json.loads(plain.stdout)["properties"]["teams"]["minProperties"] == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_the_shell_accepts(shell: str, tmp_path: Path) -> None:
    script = incentives("completion", shell).stdout
    assert "_INCENTIVES_COMPLETE" in script
    assert json.loads(incentives("completion", shell, "--json").stdout)["script"].strip() == script.strip()
    if shutil.which(shell) is None:
        return
    (tmp_path / "script").write_text(script)
    syntax_only = ["--no-execute"] if shell == "fish" else ["-n"]
    subprocess.run([shell, *syntax_only, tmp_path / "script"], check=True, timeout=30)


def completed(*words: object) -> list[str]:
    """What bash would be offered for the last word."""
    line = " ".join(map(str, ("incentives", *words)))
    env = {"COMP_WORDS": line, "COMP_CWORD": str(len(words)), "_INCENTIVES_COMPLETE": "bash_complete"}
    done = CliRunner().invoke(cli.main, prog_name="incentives", env={**os.environ, **env})
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


def test_plans_of_the_scenario_are_completed(workbook: Path) -> None:
    for file in (STARTER, workbook):
        assert completed("evaluate", file, "--plan", "''") == ["current", "shared_touch", "quality"]
        assert completed("budget", file, "--plan", "sh") == ["shared_touch"]
        assert completed("compare", file, "q") == ["quality"]


def test_verbs_are_completed_and_a_file_that_cannot_be_read_leaves_only_the_current_plan() -> None:
    assert completed("tem") == ["template"]
    assert completed("evaluate", "nowhere.yaml", "--plan", "''") == ["current"]
