"""Every verb is a call of the same name with the same parameters and defaults, and its results are frames."""

from __future__ import annotations

import doctest
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from solved import mini

import optimizer as io
from optimizer.cli import main
from tests.verbs import incentives

ROOT = Path(__file__).parents[1]
RULES = {"objective": "revenue", "weights": {"step": 0.5}, "budget": {"expected": 150000}}
PRINTED = {"as_json", "json_lines"}
"""Parameters that say how a verb prints."""
ONLY_IN_PYTHON = {"listener", "view"}
"""Who hears how it goes on."""
ONLY_OF_SOLVE = {"workers"}
"""A script without a guard cannot start processes: it is asked for."""
CALLS = (
    *("check", "evaluate", "compare", "measures", "budget", "solve", "frontier"),
    *("simulate", "pilot", "adjust", "calibrate", "start", "batch", "rollup"),
)
AT_A_TERMINAL = {"ask", "resume", "lang", "page", "xlsx"}
"""Of `start`: how questions are asked, in what, and what a reader gets beside the company."""


def company() -> io.Scenario:
    rules = {**RULES, "measures": {"marketing": ["lead_volume", "wins"], "sales": ["bookings"]}}
    return mini({"objective": "revenue", "weights": {"step": 0.5}, "measures": rules["measures"]})


@pytest.fixture(scope="module")
def best() -> io.Result:
    return io.solve(company())


@pytest.fixture(scope="module")
def saved(best: io.Result, tmp_path_factory: pytest.TempPathFactory) -> io.Result:
    only_a_page = replace(best.known, options=replace(best.known.options, outputs=("html",)))
    return replace(best, known=only_a_page).save(tmp_path_factory.mktemp("saved") / "run")


# --- verbs and calls ------------------------------------------------------------------------------------


def asked(verb: str) -> Iterator[tuple[str, Any, bool]]:
    """Name, default and necessity of what a verb takes, as a call would have it."""
    for param in main.commands[verb].params:
        if param.name not in PRINTED and param.name is not None:
            missing = () if param.multiple or param.nargs == -1 else None
            given = param.to_info_dict()["default"]
            given = (
                missing if isinstance(given, type(click.Option(["--x"]).default)) or given is None else given
            )
            yield "scenario" if param.name == "file" else param.name, given, param.required


@pytest.mark.parametrize("verb", CALLS)
def test_a_call_has_the_parameters_of_its_verb(verb: str) -> None:
    signature = inspect.signature(getattr(io, verb)).parameters
    names = [name for name, _, _ in asked(verb)]
    if verb == "start":
        names = [name for name in names if name not in AT_A_TERMINAL]
    assert set(names) == set(signature) - ONLY_IN_PYTHON - (ONLY_OF_SOLVE if verb == "solve" else set())
    for name, default, required in asked(verb):
        if name not in names:
            continue
        has = signature[name].default
        assert (has is inspect.Parameter.empty) == required, name
        if not required:
            assert has == default or (has is None and default in ((), None)), name


def test_a_call_prints_what_its_verb_prints(tmp_path: Path) -> None:
    file = tmp_path / "company.yaml"
    file.write_text(yaml.safe_dump(company().model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    change = "teams.sales.hours=+3%"
    calls: dict[str, Any] = {"evaluate": io.evaluate, "compare": io.compare, "measures": io.measures}
    for verb, call in calls.items():
        printed = json.loads(incentives(verb, file, "--json", "--set", change).stdout)
        assert printed["changed"]
        told = json.loads(json.dumps(call(file, changes=[change]).as_json))
        assert told == {name: printed[name] for name in told}


# --- results --------------------------------------------------------------------------------------------


def test_a_solved_plan_is_frames(best: io.Result) -> None:
    weights = best.weights
    assert list(weights.columns[:4]) == ["team", "kpi", "now", "then"]
    assert weights.groupby("team")["then"].sum().round(9).eq(1).all()
    assert best.table("gaming").equals(best.tables["gaming"])
    assert best.gain == pytest.approx(best.table("plans")["gain"].iloc[-1])


def test_nobody_changes_what_was_found(best: io.Result) -> None:
    before = best.weights
    before.loc[:, "then"] = 7.0
    best.tables.clear()
    assert (best.weights["then"] <= 1).all()
    with pytest.raises(AttributeError):
        best.status = "infeasible"  # type: ignore[misc]


def results(best: io.Result) -> dict[str, Any]:
    scenario = best.scenario
    return {
        "solve": best,
        "check": io.check(scenario),
        "evaluate": io.evaluate(scenario),
        "compare": best.compare(),
        "measures": io.measures(scenario),
        "budget": io.budget(scenario, "current"),
    }


def test_results_are_short_in_a_terminal_and_tables_in_a_notebook(best: io.Result) -> None:
    for name, result in results(best).items():
        assert len(repr(result).splitlines()) <= 12, name
        assert max(map(len, repr(result).splitlines())) <= 110, name
        assert "<table" in result._repr_html_(), name
        assert result.tables, name
        assert all(len(frame.columns) for frame in result.tables.values() if len(frame)), name


def test_an_unknown_table_is_refused_with_the_nearest_name(best: io.Result) -> None:
    with pytest.raises(io.ScenarioError, match='did you mean "gaming"'):
        best.table("gamign")


def test_a_plan_beside_others(best: io.Result) -> None:
    beside = best.compare(["current"])
    assert list(beside) == ["current", "chosen"]
    assert beside["chosen"].value == pytest.approx(best.certificate.objective)
    gained = beside["chosen"].value - beside["current"].value
    assert gained == pytest.approx(best.gain)


# --- charts ---------------------------------------------------------------------------------------------


def test_charts_are_axes_that_show_the_tables(best: io.Result) -> None:
    bars = best.plot.weights().containers
    then = best.weights[(best.weights["now"] > 0) | (best.weights["then"] > 0)]["then"]
    assert [bar.get_width() for bar in bars[1]] == pytest.approx(list(then))
    stages = best.table("stages")
    assert [bar.get_width() for bar in best.plot.funnel().containers[0]] == pytest.approx(
        list(stages["now"]), rel=0.01
    )
    steps = [bar.get_height() for one in best.plot.waterfall().containers for bar in one]
    assert sum(steps[:-1]) == pytest.approx(steps[-1], abs=len(steps))
    assert steps[-1] == pytest.approx(best.table("plans")["net_change"].iloc[-1], abs=1)


def test_a_chart_speaks_french_and_is_written_as_a_picture(best: io.Result, tmp_path: Path) -> None:
    english, french = best.plot.funnel(), best.plot.funnel("fr")
    assert english.get_title(loc="left") != french.get_title(loc="left")
    french.figure.savefig(tmp_path / "funnel.png")
    assert (tmp_path / "funnel.png").read_bytes().startswith(b"\x89PNG")


def test_a_frontier_is_a_table_and_a_chart(best: io.Result, tmp_path: Path) -> None:
    traced = io.frontier(best.scenario, "budget", points=3, out=tmp_path / "frontier.csv")
    table = traced.table("frontier")
    assert len(table) >= 3
    assert table["here"].sum() == 1
    assert (tmp_path / "frontier.csv").read_text(encoding="utf-8").startswith("over,")
    known = replace(best.known, explanation=replace(best.explanation, frontiers=traced.points))
    drawn = replace(best, known=known).plot.frontier()
    values = table.loc[table["value"].notna(), "value"].round()
    assert list(drawn.lines[0].get_ydata()) == pytest.approx(list(values), rel=1e-3)


def test_a_chart_without_content_says_what_to_do(best: io.Result) -> None:
    with pytest.raises(io.ScenarioError, match="no frontier was traced"):
        best.plot.frontier()
    with pytest.raises(io.ScenarioError, match='did you mean "budget"'):
        best.plot.frontier("budgte")


# --- runs -----------------------------------------------------------------------------------------------


def test_a_saved_run_is_loaded_equal(best: io.Result, saved: io.Result) -> None:
    assert saved.folder is not None
    loaded = io.load(saved.folder)
    assert loaded == best
    assert loaded.status == best.status
    assert loaded.plan == best.plan
    assert repr(loaded) == repr(best)
    assert io.evaluate(best.scenario, saved.folder).value == pytest.approx(best.certificate.objective)


def test_a_saved_run_is_what_the_verb_verifies(saved: io.Result) -> None:
    assert incentives("verify", saved.folder).exit_code == 0


def test_a_loaded_run_is_saved_elsewhere(saved: io.Result, tmp_path: Path) -> None:
    assert saved.folder is not None
    again = io.save(io.load(saved.folder), tmp_path / "copy")
    assert again == saved
    assert {p.name for p in (tmp_path / "copy").iterdir()} == {p.name for p in saved.folder.iterdir()}


def test_a_changed_run_is_not_loaded(saved: io.Result, tmp_path: Path) -> None:
    assert saved.folder is not None
    folder = io.save(io.load(saved.folder), tmp_path / "run").folder
    assert folder is not None
    (folder / "result.json").write_text("{}")
    with pytest.raises(ValueError, match=r"result\.json has changed"):
        io.load(folder)


def test_a_folder_of_something_else_is_not_overwritten(best: io.Result, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="not a run folder"):
        best.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


# --- errors ---------------------------------------------------------------------------------------------

WRONG: dict[str, Any] = {
    "scenario": lambda: io.evaluate(3),  # type: ignore[arg-type]
    "changes": lambda: io.evaluate(company(), changes=7),  # type: ignore[arg-type]
    "plan": lambda: io.evaluate(company(), 3.5),  # type: ignore[arg-type]
    "seed": lambda: io.evaluate(company(), seed="1"),  # type: ignore[arg-type]
    "gap": lambda: io.solve(company(), gap="small"),  # type: ignore[arg-type]
    "explain": lambda: io.solve(company(), explain="all"),  # type: ignore[arg-type]
    "folder": lambda: io.load(3),  # type: ignore[arg-type]
    "exports": lambda: io.calibrate(3),  # type: ignore[call-overload]
    "runs": lambda: io.rollup(3, 5.0),  # type: ignore[arg-type]
    "actuals": lambda: io.adjust(company(), 3),  # type: ignore[arg-type]
    "grid": lambda: io.batch(3),  # type: ignore[arg-type]
    "answers": lambda: io.check(company(), answers=3),  # type: ignore[arg-type]
    "over": lambda: io.frontier(company(), "budgte"),  # type: ignore[arg-type]
    "points": lambda: io.frontier(company(), "budget", points=1.5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_types_are_refused_with_place_value_and_remedy(what: str) -> None:
    with pytest.raises(io.ScenarioError) as error:
        WRONG[what]()
    (problem,) = error.value.problems
    assert problem.where == ("" if what == "scenario" else what)
    assert problem.value or problem.message
    assert problem.hint


NUMBERS: dict[str, Any] = {
    "simulate periods 401": lambda: io.simulate(company(), periods=401),
    "simulate draws 1": lambda: io.simulate(company(), draws=1),
    "simulate learning 0": lambda: io.simulate(company(), learning=0),
    "pilot periods 0": lambda: io.pilot(company(), periods=0),
    "adjust time_limit 0": lambda: io.adjust(company(), "actuals.csv", time_limit=0),
    "frontier points 1": lambda: io.frontier(company(), "budget", points=1),
    "batch workers 0": lambda: io.batch("grid.yaml", workers=0),
    "rollup budget 0": lambda: io.rollup([], 0),
    "solve workers True": lambda: io.solve(company(), workers=True),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_have_the_limits_of_the_verb(case: str) -> None:
    verb, name, value = case.split()
    with pytest.raises(io.ScenarioError) as error:
        NUMBERS[case]()
    (problem,) = error.value.problems
    assert (problem.where, problem.value.capitalize()) == (name, value.capitalize())
    if verb != "solve":
        (param,) = (p for p in main.commands[verb].params if p.name == name)
        with pytest.raises(click.BadParameter):
            param.type.convert(value, param, click.Context(main.commands[verb]))


def test_check_returns_what_is_wrong() -> None:
    found = io.check(ROOT / "tests" / "nothing.yaml")
    assert not found.ok
    assert found.problems[0].message
    assert list(found.table("findings")["kind"]) == ["problem"]


# --- the package ----------------------------------------------------------------------------------------


def test_importing_and_completing_loads_no_library() -> None:
    heavy = ("numpy", "pandas", "pyomo", "highspy", "matplotlib", "pydantic", "scipy")
    code = f"import sys, optimizer as io; dir(io); print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert {*CALLS, "read", "load", "save", "explain"} <= set(dir(io))


def test_every_public_name_has_a_docstring_with_its_sections() -> None:
    for verb in (*CALLS, "read", "load", "save", "explain"):
        text = inspect.getdoc(getattr(io, verb)) or ""
        for section in ("Parameters\n---", "Returns\n---", "Raises\n---"):
            assert section in text, (verb, section)
        for name in inspect.signature(getattr(io, verb)).parameters:
            assert f"\n{name} : " in text, (verb, name)


@pytest.mark.parametrize("module", ["reading", "judging", "solving", "studies", "making"])
def test_examples_of_docstrings_run(module: str) -> None:
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        ran = doctest.testmod(
            import_module(f"optimizer.runs.api.{module}"),
            optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL,
        )
    finally:
        os.chdir(here)
    assert ran.attempted > 0
    assert ran.failed == 0


# --- the page -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.documents
def test_the_page_about_python_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    first, *others = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(first.strip().splitlines()) <= 10
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(first, "docs/python.md", "exec"), names)
    assert capsys.readouterr().out.startswith(shown)
    for block in others:
        exec(compile(block, "docs/python.md", "exec"), names)
    made = ("gaming.csv", "waterfall.png", "tornado.png", "poids.svg", "runs/alignment/report.fr.pdf")
    assert [name for name in made if not (tmp_path / name).exists()] == []


def test_the_page_about_python_names_every_call() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert [verb for verb in (*CALLS, "read", "load", "explain") if f"{verb}" not in page] == []
