"""Reading: what is accepted, what is refused, and how a refusal explains itself."""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import Scenario, ScenarioError, read_plan, read_scenario
from optimizer.scenario import files, yaml_nodes
from optimizer.scenario.problems import Finding, InputProblem
from optimizer.scenario.read import dump_scenario, located
from optimizer.scenario.types import TargetPay
from optimizer.scenario.value_types import Label

CASES = Path(__file__).parent / "cases"
SMALL = CASES / "small.yaml"
REFERENCE = [CASES / name / f"{name}.json" for name in ("mini_funnel", "capped_funnel")]
BROKEN = sorted((CASES / "broken").glob("*.yaml"))
EXPECT = re.compile(r"# expect: (\d+:\d+) \[(.*?)\] (.*)")

MINIMAL = """\
teams: {sales: {target_pay: 9000}}
activities: {call: {team: sales, hours: 1, baseline: 5, yields: {}, cost: {quadratic: 2}}}
kpis: {calls: {numerator: {call: 1}}}
current_plan: {sales: {calls: 1}}
"""


def written(folder: Path, content: str | bytes, name: str = "case.yaml") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def problems_in(path: Path) -> tuple[InputProblem, ...]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return caught.value.problems


def the_problem_in(folder: Path, content: str | bytes) -> InputProblem:
    (problem,) = problems_in(written(folder, content))
    return problem


def expected_in(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line.startswith("# expect")]


def as_expected(problem: InputProblem) -> str:
    seen = f" (got: {problem.value})" if problem.value else ""
    hint = f" | {problem.hint}" if problem.hint else ""
    return f"# expect: {problem.line}:{problem.column} [{problem.where}] {problem.message}{seen}{hint}"


# --- broken files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_broken_scenario_lists_exactly_its_problems_with_place_and_remedy(file: Path) -> None:
    assert [as_expected(problem) for problem in problems_in(file)] == expected_in(file)


def test_there_are_enough_broken_scenarios_and_each_says_what_it_expects() -> None:
    assert len(BROKEN) >= 45
    for file in BROKEN:
        assert expected_in(file)
        assert all(EXPECT.fullmatch(line) for line in expected_in(file)), file


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_the_caret_of_every_problem_stands_below_its_column(file: Path) -> None:
    lines = file.read_text().split("\n")
    for problem in problems_in(file):
        if not problem.excerpt:
            continue
        source, caret = problem.excerpt.split("\n")
        assert problem.line is not None
        assert problem.column is not None
        marked = lines[problem.line - 1][problem.column - 1 : problem.column]
        under = source[caret.index("^") : caret.index("^") + 1]
        assert under.strip() == (marked.strip() if marked.isprintable() else "")


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_the_pure_python_parser_finds_the_same_problems(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = problems_in(file)
    monkeypatch.setattr(yaml_nodes, "_LOADER", yaml.SafeLoader)
    assert problems_in(file) == fast


class Foreign(yaml.SafeLoader):
    """A parser that refuses in words that nobody has seen before."""

    def fetch_more_tokens(self) -> Any:
        try:
            return super().fetch_more_tokens()
        except yaml.MarkedYAMLError as error:
            raise yaml.scanner.ScannerError(None, None, "basta", error.problem_mark) from None

    def check_event(self, *choices: Any) -> Any:
        try:
            return super().check_event(*choices)
        except yaml.MarkedYAMLError as error:
            raise yaml.parser.ParserError(None, None, "basta", error.problem_mark) from None


NO_YAML = [
    ('a:\n  b: "x, y: 3\nc: 1\n', "2:6: not valid YAML: a quote is not closed"),
    ("a: 'it\nb: c\n", "1:4: not valid YAML: a quote is not closed"),
    ('a: "C:\\dir"\n', "1:7: not valid YAML: a backslash that stands for no character"),
    ('a: "\\ud8zz"\n', "1:5: not valid YAML: a backslash that stands for no character"),
    ('a: "x"\nb: "\\U00110000"\n', "2:5: not valid YAML: a backslash that stands for no character"),
    ("a:\n\tb: 1\n", "2:1: not valid YAML: a tab where only spaces are read"),
    ("a: b: c\n", "1:5: not valid YAML: a second colon, or a key where none can stand"),
    ("a: @x\n", "1:4: not valid YAML: text cannot start with @"),
    ("a: ]\n", "1:4: not valid YAML: a bracket closes that is not open"),
    ("a: {b: 1\nc: 2\n", "2:2: not valid YAML: a comma or a closing bracket is missing"),
    ("a: [b, {c: 1},, 2]\n", "1:15: not valid YAML: a comma after nothing"),
    ("a:\n    b: 1\n  c: 2\n", "3:3: not valid YAML: this does not continue what is above it"),
]


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader, Foreign])
@pytest.mark.parametrize(("content", "message"), NO_YAML)
def test_what_is_no_yaml_is_said_in_our_words_and_at_its_place_whatever_the_parser_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: Any, content: str, message: str
) -> None:
    monkeypatch.setattr(yaml_nodes, "_LOADER", loader)
    problem = the_problem_in(tmp_path, content)
    assert f"{problem.line}:{problem.column}: {problem.message}" == message
    assert problem.hint


def test_a_problem_prints_like_a_compiler_message() -> None:
    error = problems_in(CASES / "broken" / "unknown_key_in_a_team.yaml")[0]
    assert str(error).split("\n") == [
        f"{CASES / 'broken' / 'unknown_key_in_a_team.yaml'}:4:11: [teams.sales.hourz] unknown key",
        "     4 |   sales: {hourz: 300, target_pay: 9000, discount: 0.9}",
        '       |           ^ did you mean "hours"? allowed: label, headcount, hours, base_pay, target_pay, '
        "hour_value, charges, discount, risk_aversion, responsiveness, effort, luck_discount, "
        "paid_on, skill_spread, curve",
    ]


def test_a_problem_as_json_has_four_texts_and_its_place_in_where() -> None:
    file = CASES / "broken" / "percent_as_whole_number.yaml"
    assert problems_in(file)[0].as_json() == {
        "where": f"{file}:4:51 teams.sales.discount",
        "value": "90",
        "message": "must be at most 1",
        "hint": "write 0.9 if you mean 90 %",
    }


def test_the_text_of_an_error_holds_every_problem() -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(CASES / "broken" / "several_problems_at_once.yaml")
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)
    assert len(caught.value.problems) == 3


# --- YAML 1.2, core schema ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("+5", 5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("0", 0.0),
        ("0.25", 0.25),
        ("0o17", 15.0),
        ("0x1F", 31.0),
        ("-0.5e+2", -50.0),
    ],
)
def test_a_number_of_the_core_schema_is_read_as_that_number(tmp_path: Path, text: str, value: float) -> None:
    content = MINIMAL.replace("hours: 1,", f"hours: 1, cash: {text},")
    assert read_scenario(written(tmp_path, content)).activities["call"].cash == value


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "off", "y", "NO", "2025-01-31", "1.2.3", "=", "0b1", "60 %"]
)
def test_words_and_dates_are_text_and_never_booleans_or_dates(tmp_path: Path, word: str) -> None:
    label = read_scenario(written(tmp_path, f"{MINIMAL}label: {word}\n")).label
    assert label == Label(en=word, fr=word)


def test_a_team_may_be_called_no_or_on(tmp_path: Path) -> None:
    for name in ("no", "on", "yes", "y"):
        assert name in read_scenario(written(tmp_path, MINIMAL.replace("sales", name))).teams


@pytest.mark.parametrize("word", ["null", "~", ""])
def test_an_optional_value_left_empty_is_absent(tmp_path: Path, word: str) -> None:
    content = MINIMAL.replace("hours: 1,", f"hours: 1, reach: {word},")
    assert read_scenario(written(tmp_path, content)).activities["call"].reach is None


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("012", "write 12 for a number"),
        ("-007.5", "write -7.5 for a number"),
        ("1_000", "write 1000 for a number"),
        ("12:30", 'write "12:30" in quotes'),
        ("1:02:03", 'write "1:02:03" in quotes'),
        ("1e400", "below 1e300"),
        ("9" * 500, "below 1e300"),
    ],
)
def test_a_number_that_traditions_read_differently_is_refused_once(
    tmp_path: Path, text: str, remedy: str
) -> None:
    problem = the_problem_in(tmp_path, MINIMAL.replace("hours: 1,", f"hours: {text},"))
    assert (problem.line, problem.column, problem.where) == (2, 41, "activities.call.hours")
    assert remedy in problem.hint


def test_the_same_characters_in_quotes_are_text(tmp_path: Path) -> None:
    label = read_scenario(written(tmp_path, f'{MINIMAL}label: "12:30"\n')).label
    assert label == Label(en="12:30", fr="12:30")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2 500 000", "write 2500000"),
        ('"2 500"', "write 2500"),
        ("12,5", "write 12.5 (decimal point)"),
        ('"1,200"', "write 1200 (no thousands separator), or 1.2"),
        ("1,200,000", "write 1200000"),
        ("60 %", "write 0.6"),
        ("12,5 %", "write 0.125"),
        ("€500", "write 500"),
        ('"42"', "write 42"),
        ("about ten", "write a plain number"),
        ("[1]", "write a plain number"),
    ],
)
def test_text_where_a_number_belongs_gets_the_number_it_means(tmp_path: Path, text: str, hint: str) -> None:
    content = MINIMAL.replace("{sales: {target_pay: 9000}}", f"\n  sales:\n    target_pay: {text}")
    problem = the_problem_in(tmp_path, content)
    assert problem.where == "teams.sales.target_pay"
    assert hint in problem.hint


def test_anchors_and_aliases_are_read_where_they_stay_small(tmp_path: Path) -> None:
    content = MINIMAL + "plans: {same: &p {sales: {calls: 1}}, again: *p}\n"
    scenario = read_scenario(written(tmp_path, content))
    assert scenario.plans["again"] == scenario.plans["same"]


def test_a_problem_in_an_aliased_value_points_at_the_value(tmp_path: Path) -> None:
    content = MINIMAL + "plans:\n  same: &p\n    sales: {calls: 2}\n  again: *p\n"
    problems = problems_in(written(tmp_path, content))
    assert {(problem.line, problem.column) for problem in problems} == {(7, 20)}
    assert {problem.where for problem in problems} == {"plans.same.sales.calls", "plans.again.sales.calls"}


def test_json_is_a_scenario_even_indented_with_tabs(tmp_path: Path) -> None:
    data = yaml.safe_load(SMALL.read_text())
    file = written(tmp_path, json.dumps(data, indent="\t"), "small.json")
    assert read_scenario(file) == read_scenario(SMALL)


def test_a_byte_order_mark_and_windows_line_ends_do_not_shift_positions(tmp_path: Path) -> None:
    content = MINIMAL.replace("9000", "-1").replace("\n", "\r\n")
    problem = the_problem_in(tmp_path, b"\xef\xbb\xbf" + content.encode())
    assert (problem.line, problem.column) == (1, 29)


def test_columns_count_characters_not_bytes(tmp_path: Path) -> None:
    problem = the_problem_in(tmp_path, MINIMAL.replace("{target_pay: 9000", "{label: Été 🙂, target_pay: -1"))
    assert (
        MINIMAL.splitlines()[0].index("target_pay") + len("label: Été 🙂, target_pay: ") + 1 == problem.column
    )


# --- names and defaults ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("alignment.yaml", "alignment"),
        ("Été 2025.yaml", "Ete_2025"),
        ("2025-q1.yaml", "s_2025_q1"),
        ("---.yaml", "scenario"),
        ("a" * 90 + ".yaml", "a" * 64),
    ],
)
def test_a_scenario_without_a_name_takes_the_stem_of_its_file(tmp_path: Path, file: str, name: str) -> None:
    scenario = read_scenario(written(tmp_path, MINIMAL, file))
    assert scenario.name == name
    assert scenario.label == Label(en=name, fr=name)
    assert (scenario.version, scenario.currency, scenario.period) == (1, "EUR", "quarter")


def test_a_folder_means_its_scenario_file_and_gives_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    file = written(folder, MINIMAL, "scenario.yaml")
    monkeypatch.chdir(folder)
    for path in (folder, file, Path("."), "scenario.yaml", str(folder)):
        assert read_scenario(path).name == "acme"


# --- refused before anything is built -------------------------------------------------------------------


def alias_bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    return "\n".join(lines)


def deep_by_aliases() -> str:
    chain = [f"a{i}: &a{i} [[[[*a{i - 1}]]]]" for i in range(1, 30)]
    return "\n".join(["a0: &a0 [x]", *chain])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[" * 1_000_000, "nested deeper than 20 levels"),
        ("{a: " * 1_000_000, "nested deeper than 20 levels"),
        ("- " * 1_000_000, "nested deeper than 20 levels"),
        ("? " * 1_000_000, "nested deeper than 20 levels"),
        ("\n".join(" " * level + "a:" for level in range(2000)), "nested deeper than 20 levels"),
        (deep_by_aliases(), "nested deeper than 20 levels"),
        (alias_bomb(), "more than 200000 keys and values"),
        ("%TAG !a! x\n" * 400_000, "directives are not read"),
        ("a: " + "\0" * 1_000_000, "a control character"),
    ],
    ids=["lists", "maps", "dashes", "keys", "indent", "deep_aliases", "bomb", "directives", "nulls"],
)
def test_what_could_grow_without_bound_is_refused_within_a_second(
    tmp_path: Path, content: str, message: str
) -> None:
    file = written(tmp_path, content)
    started = time.process_time()
    (problem,) = problems_in(file)
    assert time.process_time() - started < 1
    assert message in problem.message
    assert len(str(problem)) < 1000


class Impatient(yaml.SafeLoader):
    """A parser with a limit of its own, in words of its own, that reads ahead of what it reports."""

    def fetch_flow_collection_start(self, token: Any) -> None:
        if self.flow_level == 30:
            raise yaml.scanner.ScannerError("basta", self.get_mark(), "troppo profondo", self.get_mark())
        super().fetch_flow_collection_start(token)


DEEPER = "[" * 25
TOO_DEEP = [
    ("a: " + DEEPER * 2, "1:23"),
    ('a:\n- "[[" # [\n- ' + DEEPER * 2, "3:21"),
    ("- [ '[', it's a, # [\n {b: " + DEEPER * 2, "2:23"),
    ("- &anchor " + DEEPER * 2, "1:30"),
]


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader, Impatient])
@pytest.mark.parametrize(("content", "place"), TOO_DEEP)
def test_depth_is_refused_in_our_words_and_at_its_place_whatever_the_parser_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: Any, content: str, place: str
) -> None:
    monkeypatch.setattr(yaml_nodes, "_LOADER", loader)
    problem = the_problem_in(tmp_path, content)
    assert problem.message == "nested deeper than 20 levels"
    assert f"{problem.line}:{problem.column}" == place


@pytest.mark.slow
def test_more_values_than_a_scenario_can_have_are_refused(tmp_path: Path) -> None:
    assert "more than 200000" in the_problem_in(tmp_path, "[" + "1," * 300_000 + "]").message


def test_a_file_of_50_mb_is_refused_by_its_size_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    started = time.perf_counter()
    (problem,) = problems_in(file)
    assert time.perf_counter() - started < 0.2
    assert "is too large" in problem.message
    assert problem.value == "50.0 MB"


def test_a_file_just_below_the_limit_is_read(tmp_path: Path) -> None:
    content = MINIMAL + "#" * (files.MAX_BYTES - len(MINIMAL))
    assert read_scenario(written(tmp_path, content)).teams
    assert "too large" in the_problem_in(tmp_path, content + "#").message


def test_nothing_in_a_file_is_ever_executed(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    content = f"teams: !!python/object/apply:os.mkdir ['{trap}']\n"
    assert "tags are not read" in the_problem_in(tmp_path, content).message
    assert not trap.exists()


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "---\n", "~\n", "null"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: str) -> None:
    assert the_problem_in(tmp_path, content).message == "the file is empty"


@pytest.mark.parametrize("content", [b"teams: \xe9t\xe9\n", "teams: été".encode("utf-16"), b"a: \xff"])
def test_a_file_that_is_not_utf_8_is_refused_with_the_byte(tmp_path: Path, content: bytes) -> None:
    problem = the_problem_in(tmp_path, content)
    assert problem.message == "is not UTF-8 text"
    assert problem.value.startswith("byte 0x")
    assert problem.line == 1


def test_a_missing_file_names_the_one_that_was_probably_meant(tmp_path: Path) -> None:
    written(tmp_path, MINIMAL, "alignment.yaml")
    (problem,) = problems_in(tmp_path / "alignement.yaml")
    assert problem.message == "there is no such file"
    assert problem.hint == 'did you mean "alignment.yaml"?'


def test_a_folder_without_a_scenario_lists_the_files_that_could_be_one(tmp_path: Path) -> None:
    (problem,) = problems_in(tmp_path)
    assert "no scenario.yaml" in problem.message
    written(tmp_path, MINIMAL, "b.yaml")
    assert problems_in(tmp_path)[0].hint == "files here: b.yaml"


def test_a_path_that_cannot_be_opened_is_a_problem_not_a_traceback(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL)
    for path in (file / "inside", tmp_path / ("x" * 5000), Path("a\0b")):
        (problem,) = problems_in(path)
        assert problem.message.startswith("cannot be read: ")


def test_a_file_without_permission_is_a_problem_not_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = written(tmp_path, MINIMAL)
    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(ScenarioError, match="cannot be read: permission denied"):
        read_scenario(file)


# --- plans ----------------------------------------------------------------------------------------------


def test_a_plan_file_is_read_as_weights_per_team(tmp_path: Path) -> None:
    scenario = read_scenario(SMALL)
    content = "marketing: {leads: 1}\nsales: {wins: 0.5, meeting_rate: 0.5}\nsuccess: {retention: 1}\n"
    plan = read_plan(written(tmp_path, content), scenario)
    assert plan == {
        "marketing": {"leads": 1.0},
        "sales": {"wins": 0.5, "meeting_rate": 0.5},
        "success": {"retention": 1.0},
    }
    assert read_plan(written(tmp_path, json.dumps(plan), "plan.json"), scenario) == plan


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("marketing: {leads: 1}\nsales: {win: 1}\nsuccess: {retention: 1}", (2, 9), "unknown KPI"),
        (
            "marketing: {leads: 1}\nsale: {wins: 1}\nsales: {wins: 1}\nsuccess: {retention: 1}",
            (2, 1),
            "unknown team",
        ),
        ("marketing: {leads: 1}\nsales: {wins: 0.9}\nsuccess: {retention: 1}", (2, 1), "sum to 0.9"),
        ("marketing: {leads: 1}\nsales: {wins: 60}\nsuccess: {retention: 1}", (2, 15), "at most 1"),
        ("marketing: {leads: 1}\nsales: {wins: 1}", (1, 1), "says nothing for success"),
        ("marketing: {leads: 1}\nsales: 3\nsuccess: {retention: 1}", (2, 8), "must be a mapping"),
        ("[marketing]", (1, 1), "must be a mapping"),
    ],
)
def test_a_plan_that_does_not_fit_the_scenario_is_refused_with_its_place(
    tmp_path: Path, content: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_plan(written(tmp_path, content), read_scenario(SMALL))
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == place
    assert message in problem.message


# --- reading, writing, reading --------------------------------------------------------------------------


@pytest.mark.parametrize("file", [SMALL, *REFERENCE], ids=lambda file: file.stem)
def test_a_scenario_written_and_read_again_is_the_same(tmp_path: Path, file: Path) -> None:
    scenario = read_scenario(file)
    text = dump_scenario(scenario)
    again = read_scenario(written(tmp_path, text, "another_name.yaml"))
    assert again == scenario
    assert dump_scenario(again) == text


def test_the_reference_scenarios_load_as_they_are() -> None:
    mini, capped = (read_scenario(file) for file in REFERENCE)
    assert (len(mini.teams), len(mini.activities), len(mini.kpis)) == (3, 17, 7)
    assert (len(capped.teams), len(capped.stages), len(capped.activities)) == (4, 11, 23)
    assert capped.stages["renewal"].inflow == 90.0
    assert mini.activities["touch_fit"].from_ == "fit_lead"
    assert all(kpi.curve is not None and kpi.curve.cap == 1.6 for kpi in capped.kpis.values())


def test_the_small_scenario_uses_every_section_and_means_what_it_says() -> None:
    scenario = read_scenario(SMALL)
    elsewhere = {"placeholders", "changed", "plan_document", "phasing"}  # by the program, or of documents
    assert scenario.model_fields_set == set(Scenario.model_fields) - elsewhere  # nothing is invented
    assert scenario.teams["sales"].target_pay == TargetPay(current=24000, min=18000, max=30000, step=2000)
    assert scenario.teams["success"].label == Label(en="Success", fr="Success")
    assert scenario.rules.measures["sales"] == ("wins", "meeting_rate")
    assert scenario.rules.gaming is not None
    assert scenario.rules.gaming.pairs[0].quality == "meeting_rate"


def test_a_written_scenario_leaves_defaults_out() -> None:
    text = dump_scenario(read_scenario(REFERENCE[0]))
    assert text.startswith("version: 1\nname: mini_funnel\nteams:\n")
    assert "label" not in text
    assert "null" not in text
    assert "baseline: 45\n" in text


LABELS = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=40),
    st.sampled_from(
        ["1e3", "012", "12:30", "1_000", "null", "~", "", "no", "true", "0x1F", ".inf", "- a", "a: b", "#"]
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    en=LABELS, fr=LABELS, hours=st.floats(min_value=1e-300, max_value=1e300), cash=st.floats(-1e300, 1e300)
)
def test_any_label_and_any_number_survive_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory, en: str, fr: str, hours: float, cash: float
) -> None:
    file = tmp_path_factory.getbasetemp() / "labels.yaml"
    file.write_text(MINIMAL)
    scenario = read_scenario(file)
    call = scenario.activities["call"].model_copy(update={"hours": hours, "cash": cash})
    update: dict[str, Any] = {"label": Label(en=en, fr=fr), "activities": {"call": call}}
    scenario = scenario.model_copy(update=update)
    file.write_bytes(dump_scenario(scenario).encode())
    assert read_scenario(file) == scenario


def test_a_scenario_built_without_a_label_keeps_none(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, MINIMAL)).model_copy(update={"label": None})
    assert read_scenario(written(tmp_path, dump_scenario(scenario))) == scenario


def test_findings_are_joined_to_places_in_the_order_of_the_file() -> None:
    findings = [
        Finding(("sources",), "", "late", ""),
        Finding(("rules", "measures", "sales", 1), "", "item", ""),
        Finding(("kpis", "wins", "noise"), "", "value", ""),
        Finding(("kpis", "wins", "noise"), "", "key", "", at_key=True),
        Finding(("kpis", "wins", "curve", "cap"), "", "absent", ""),
    ]
    lines = SMALL.read_text().splitlines()
    problems = located(SMALL, findings)
    assert [problem.message for problem in problems] == ["absent", "key", "value", "item", "late"]
    seen = [lines[(p.line or 0) - 1][(p.column or 0) - 1 :] for p in problems]
    starts = ["wins: {num", "noise: 0.3", "0.3, target", "meeting_rate]}", "sources:"]
    assert [text.startswith(start) for text, start in zip(seen, starts, strict=True)] == [True] * 5


# --- whatever is done to a file -------------------------------------------------------------------------

SMALL_TREE = yaml.safe_load(SMALL.read_text())

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=True),
    st.sampled_from([10**400, "", "x", "60 %", "2 500", "sales", "leave:lead", "12,5", "a" * 100]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["en", "a", "1", "lead"]), st.integers(), max_size=2),
)


def containers(tree: Any) -> list[Any]:
    inside = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    below = [inner for child in inside for inner in containers(child)]
    return [tree, *below] if isinstance(tree, dict | list) and tree else below


def mutated(tree: Any, draw: Callable[[Any], Any]) -> None:
    """Delete, replace, rename or copy one entry of one mapping or list, in place."""
    place = draw(st.sampled_from(containers(tree)))
    key = (
        draw(st.sampled_from(list(place)))
        if isinstance(place, dict)
        else draw(st.sampled_from(range(len(place))))
    )
    action = draw(st.sampled_from(["delete", "replace", "rename", "copy"]))
    if action == "delete":
        del place[key]
    elif action == "replace" or isinstance(place, list):
        place[key] = draw(JUNK)
    else:
        other = draw(st.sampled_from([*place, f"{key}s", "", "x y", "leave:lead", "kpis"]))
        place[other] = copy.deepcopy(place[key]) if action == "copy" else place.pop(key)


def survives(file: Path) -> None:
    """Reading gives a scenario that survives a round trip, or problems that explain themselves."""
    try:
        scenario = read_scenario(file)
    except ScenarioError as error:
        explained = error.problems
    else:
        file.write_bytes(dump_scenario(scenario).encode())
        assert read_scenario(file) == scenario
        return
    assert explained
    assert all(problem.message and problem.file and str(problem) for problem in explained)
    assert all(set(problem.as_json()) == {"where", "value", "message", "hint"} for problem in explained)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_scenario_with_random_changes_reads_or_explains_itself(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tree = copy.deepcopy(SMALL_TREE)
    for _ in range(data.draw(st.integers(1, 3))):
        mutated(tree, data.draw)
    file = tmp_path_factory.getbasetemp() / "mutated.yaml"
    file.write_text(json.dumps(tree, indent=1).replace("NaN", ".nan").replace("Infinity", ".inf"))
    survives(file)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_with_lines_repeated_cut_and_spliced_reads_or_explains_itself(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = SMALL.read_text().splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[at])))
        splice = data.draw(
            st.sampled_from(["", "{", "]", ": ", "*a", "&a ", "!!str ", '"', "#", "\t", "---", "012", "- "])
        )
        lines[at : at + 1] = data.draw(
            st.sampled_from(
                [[lines[at], lines[at]], [], [lines[at][:cut] + splice + lines[at][cut:]], [lines[at][:cut]]]
            )
        )
    file = tmp_path_factory.getbasetemp() / "spliced.yaml"
    file.write_text("\n".join(lines))
    survives(file)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_any_bytes_at_all_read_or_explain_themselves(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.yaml"
    file.write_bytes(content)
    survives(file)
