"""Scenario files to frozen `Scenario` and back; every problem at once, with its place and its remedy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from optimizer.check import plan_problems, problems_of
from optimizer.problems import Finding, Problem, ScenarioError, as_name, dotted, listed, shown
from optimizer.scalars import NOT_TEXT
from optimizer.scenario import Scenario, Weights
from optimizer.textfile import read_text
from optimizer.wording import findings_of, keys_of
from optimizer.yamltree import DUPLICATE, Tree, tree_of

_WEIGHTS: TypeAdapter[Weights] = TypeAdapter(Weights, config=ConfigDict(strict=True, allow_inf_nan=False))


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read and check a scenario file, or the `scenario.yaml` of a folder.

    Raises ScenarioError with everything that is wrong with it, in the order of the file.
    """
    tree = tree_of(read_text(path))
    scenario, findings = _validated(tree)
    if scenario is not None:
        findings += problems_of(scenario)
    _raise_any(tree, findings)
    return cast(Scenario, scenario)


def read_plan(path: str | os.PathLike[str], scenario: Scenario) -> Weights:
    """Read a plan file, `{team: {kpi: weight}}`, and check it against the scenario it is meant for.

    Raises ScenarioError as `read_scenario` does.
    """
    tree = tree_of(read_text(path))
    plan: Weights = {}
    try:
        plan = _WEIGHTS.validate_python(tree.root.content())
        findings = plan_problems(scenario, plan, ())
    except ValidationError as error:
        findings = findings_of(error, Weights)
    _raise_any(tree, findings)
    return plan


def located(path: str | os.PathLike[str], findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """Findings about a scenario (warnings, say) joined to their places in its file, in the file's order.

    Raises ScenarioError if the file can no longer be read.
    """
    return _in_order(tree_of(read_text(path)), findings)


# --- values to a scenario -------------------------------------------------------------------------------


def _validated(tree: Tree) -> tuple[Scenario | None, list[Finding]]:
    data = tree.root.content()
    if not isinstance(data, dict):
        hint = f"its keys: {listed(keys_of(Scenario))}"
        return None, [Finding((), shown(data), "a scenario is a mapping", hint)]
    findings = _version_is_a_number(data)
    data.setdefault("name", _default_name(tree.text.path))
    if isinstance(data["name"], str):
        data.setdefault("label", data["name"])
    try:
        return Scenario.model_validate(data, by_alias=True, by_name=False), findings
    except ValidationError as error:
        return None, findings + findings_of(error, Scenario)


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


def _raise_any(tree: Tree, findings: Iterable[Finding]) -> None:
    problems = _in_order(tree, findings)
    if problems:
        raise ScenarioError(problems)


def _in_order(tree: Tree, findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """All problems by position; a scalar refused while reading is not judged a second time."""
    refused = {(p.line, p.column) for p in tree.problems if p.message != DUPLICATE}
    placed = [_placed(tree, finding) for finding in findings]
    kept = [problem for problem in placed if (problem.line, problem.column) not in refused]
    return tuple(sorted([*tree.problems, *kept], key=lambda p: (p.line or 0, p.column or 0)))


def _placed(tree: Tree, finding: Finding) -> Problem:
    mark = tree.mark(finding.path, finding.at_key)
    return tree.text.problem(mark, dotted(finding.path), finding.message, finding.hint, finding.value)


# --- writing --------------------------------------------------------------------------------------------


def dump_scenario(scenario: Scenario) -> str:
    """The scenario as one YAML text: what equals its default is left out, what is left reads back equal."""
    content = scenario.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    content = {"version": scenario.version, "name": scenario.name, "label": None, **content}
    if content["label"] == {"en": scenario.name, "fr": scenario.name}:
        del content["label"]
    return yaml.dump(
        _writable(content),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None,
    )


def _writable(value: Any) -> Any:
    """Lists for tuples, one text for equal labels, and whole numbers without `.0`."""
    if isinstance(value, Mapping):
        if set(value) == {"en", "fr"} and value["en"] == value["fr"] and isinstance(value["en"], str):
            return value["en"]
        return {key: _writable(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_writable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


class _Dumper(yaml.SafeDumper):
    """Quotes exactly the text that would be read as something else."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Line and other separators would be folded away outside double quotes.
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)
for _tag, _pattern in NOT_TEXT.items():
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, None)
