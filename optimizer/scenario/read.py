"""Scenario files to frozen `Scenario`; every problem at once, with its place and its remedy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from optimizer.scenario.checks import curves, given_problems, pay_problems, problems_of
from optimizer.scenario.files import WORKBOOK, read_plain, read_text, refuse, scenario_file
from optimizer.scenario.messages import findings_of, keys_of
from optimizer.scenario.nodes import DUPLICATE, Tree
from optimizer.scenario.plan import Plan, plan_in, plan_of, stated_of
from optimizer.scenario.plan_types import StatedPlan, plan_kind
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError, as_name, dotted, listed, shown
from optimizer.scenario.problems import Path as Keys
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Weights
from optimizer.scenario.write import dump_scenario
from optimizer.scenario.yaml_nodes import tree_of

__all__ = [
    "dump_scenario",
    "located",
    "plan_in_value",
    "raise_any",
    "read_plan",
    "read_recommended",
    "read_scenario",
    "tree_in",
]

_OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".xltx", ".ods")
ANSWERS = {"archetype", "answers"}
"""Keys of the answers that a scenario can be made of, and of no scenario."""
_OF_ANSWERS = "make a scenario of them: incentives start --answers THIS_FILE --out FOLDER"
_WEIGHTS: TypeAdapter[Weights] = TypeAdapter(Weights, config=ConfigDict(strict=True, allow_inf_nan=False))
_WHOLE: TypeAdapter[StatedPlan] = TypeAdapter(StatedPlan)


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read and check a scenario: a YAML or JSON file, a workbook, or the `scenario.yaml` of a folder.

    Raises ScenarioError with everything that is wrong with it, in the order of the file.
    """
    tree = tree_in(path)
    scenario, findings = _validated(tree)
    if scenario is not None:
        findings += problems_of(scenario)
    raise_any(tree, findings)
    return cast(Scenario, scenario)


def read_plan(path: str | os.PathLike[str], scenario: Scenario) -> Weights | StatedPlan:
    """Read a plan file and check it against the scenario it is meant for: `{team: {kpi: weight}}`, or a plan
    with `weights`, `target_pay`, `curves`, `targets` and a `label`, of which what is left out is as today.

    Raises ScenarioError as `read_scenario` does.
    """
    file, form = Path(path), "write {team: {kpi: weight}}"
    if file.suffix.lower() == WORKBOOK:
        hint = f"{form}, or add it to the sheet `plans` of the scenario and name it"
        refuse(file, "a plan file is YAML or JSON", hint)
    tree = tree_of(read_plain(file), form)
    plan, findings = plan_in_value(scenario, tree.root.content(), ())
    raise_any(tree, findings)
    return plan


def plan_in_value(scenario: Scenario, value: Any, at: Keys) -> tuple[Weights | StatedPlan, list[Finding]]:
    """The plan that a value from outside says, and all that is wrong with it; no weights where it is none.
    `at` is the value's own path."""
    whole = plan_kind(value) == "whole"
    read: TypeAdapter[Any] = _WHOLE if whole else _WEIGHTS
    try:
        plan: Weights | StatedPlan = read.validate_python(value, by_alias=True, by_name=False)
    except ValidationError as error:
        found = findings_of(error, StatedPlan if whole else Weights)
        return {}, [f._replace(path=(*at, *f.path)) for f in found]
    findings = given_problems(scenario, plan, at)
    if not findings:
        findings += curves.problems_of_plan(scenario, plan_of(scenario, plan), at)
    return plan, findings


def read_recommended(run: Path, scenario: Scenario) -> Plan:
    """The plan that a run folder recommends, with its target pay and curves, checked against a scenario.

    Raises ScenarioError where it recommends none, or one that does not fit.
    """
    tree = tree_of(read_text(run / "result.json"))
    try:
        plan = plan_in(tree.root.content())
        findings = given_problems(scenario, _WEIGHTS.validate_python(plan.weights), ("plan",))
    except (KeyError, TypeError, AttributeError, ValidationError):
        refuse(run, "this run recommends no plan", "name a run whose solve found one, or a plan file")
    raise_any(tree, [*findings, *pay_problems(scenario, plan.target_pay, stated_of(plan))])
    return plan


def located(path: str | os.PathLike[str], findings: Iterable[Finding]) -> tuple[InputProblem, ...]:
    """Findings about a scenario joined to their places in its file, in the file's order.

    What the file itself makes doubtful (hidden rows of a workbook) comes with them. Raises ScenarioError if
    the file can no longer be read.
    """
    tree = tree_in(path)
    return _sorted([*_in_order(tree, findings), *tree.warnings])


def tree_in(path: str | os.PathLike[str]) -> Tree:
    """The values of a scenario file with their places. Raises ScenarioError if it cannot be read."""
    file = scenario_file(path)
    kind = file.suffix.lower()
    if kind in _OTHER_WORKBOOKS:
        refuse(file, "is a kind of workbook that is not read", f"save it as {WORKBOOK}, without macros", kind)
    if kind != WORKBOOK:
        return tree_of(read_text(file))
    from optimizer.scenario.xlsx.read import tree_of_workbook

    return tree_of_workbook(file)


# --- values to a scenario -------------------------------------------------------------------------------


def _validated(tree: Tree) -> tuple[Scenario | None, list[Finding]]:
    data = tree.root.content()
    if not isinstance(data, dict):
        hint = f"its keys: {listed(keys_of(Scenario))}"
        return None, [Finding((), shown(data), "a scenario is a mapping", hint)]
    if data.keys() >= ANSWERS and "activities" not in data:
        return None, [Finding((), "", "these are answers, not a scenario", _OF_ANSWERS)]
    findings = _version_is_a_number(data)
    data.setdefault("name", _default_name(tree.source.path))
    if isinstance(data["name"], str):
        data.setdefault("label", data["name"])
    try:
        return Scenario.model_validate(data, by_alias=True, by_name=False), findings
    except ValidationError as error:
        return None, findings + findings_of(error, Scenario, tree.medium)


def _version_is_a_number(data: dict[str, Any]) -> list[Finding]:
    # `true` equals 1 for Python, and so for a literal type.
    if type(data.get("version", 1)) is int or data["version"] != 1:
        return []
    return [Finding(("version",), shown(data["version"]), "must be the whole number 1", "write 1")]


def _default_name(file: Path) -> str:
    """The stem, or the folder's name where the file is a folder's `scenario.yaml`."""
    whole = Path(os.path.abspath(file))
    return as_name(whole.parent.name if file.name == "scenario.yaml" else file.stem)


# --- findings to places in the file ---------------------------------------------------------------------


def raise_any(tree: Tree, findings: Iterable[Finding]) -> None:
    """Raise ScenarioError with the findings, joined to their places, and what the file itself has wrong."""
    problems = _in_order(tree, findings)
    if problems:
        raise ScenarioError(problems)


def _in_order(tree: Tree, findings: Iterable[Finding]) -> tuple[InputProblem, ...]:
    """All problems by position; a value refused while reading is not judged a second time."""
    refused = {p.mark for p in tree.problems if p.line is not None and p.message != DUPLICATE}
    placed = [_placed(tree, finding) for finding in findings]
    return _sorted([*tree.problems, *(problem for problem in placed if problem.mark not in refused)])


def _sorted(problems: Iterable[InputProblem]) -> tuple[InputProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.mark))


def _placed(tree: Tree, finding: Finding) -> InputProblem:
    mark = tree.mark(finding.path, finding.at_key)
    return tree.source.problem(mark, dotted(finding.path), finding.message, finding.hint, finding.value)
