"""The schema that editors use: it accepts every scenario, explains every key, and refuses what it can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from optimizer import ScenarioError, read_scenario
from optimizer.scenario.files import read_text
from optimizer.scenario.json_schema import scenario_schema
from optimizer.scenario.yaml_nodes import tree_of

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
GOOD = [
    CASES / "small.yaml",
    *sorted(CASES.glob("*/*_funnel.json")),
    *sorted((ROOT / "scenarios").glob("*/scenario.yaml")),
    ROOT / "optimizer" / "scenario" / "starter.yaml",
]
STRUCTURAL = {
    "is missing",
    "unknown key",
    "must be a number",
    "must be a whole number",
    "must be true or false",
    "must be text",
    "must be a list",
    "must be a mapping",
    "must not be empty",
    "is not a valid name",
    "is not one of the allowed values",
}
"""What is wrong with a value alone, whatever the rest of the file says."""
SCHEMA = scenario_schema()


def content(file: Path) -> Any:
    return tree_of(read_text(file)).root.content()


def structurally_wrong() -> Iterator[Path]:
    """Broken cases that parse without doubt and have a problem that a schema can express."""
    for file in sorted((CASES / "broken").glob("*.yaml")):
        try:
            tree = tree_of(read_text(file))
        except ScenarioError:
            continue
        with pytest.raises(ScenarioError) as caught:
            read_scenario(file)
        messages = [problem.message for problem in caught.value.problems]
        ranged = any(message.startswith(("must be at", "must be gr", "must be le")) for message in messages)
        if not tree.problems and (ranged or STRUCTURAL.intersection(messages)):
            yield file


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", GOOD, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_committed_scenario_is_valid(file: Path) -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(content(file))] == []


WRONG = list(structurally_wrong())


def test_there_are_enough_structurally_wrong_cases() -> None:
    assert len(WRONG) >= 30


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_a_structurally_wrong_scenario_is_refused(file: Path) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(content(file))


def objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "", schema
    yield from schema["$defs"].items()


def test_every_key_has_a_description() -> None:
    bare = [
        f"{name}.{key}"
        for name, node in objects(SCHEMA)
        for key, value in node["properties"].items()
        if not value.get("description")
    ]
    assert bare == []


def test_no_object_takes_keys_that_it_does_not_know() -> None:
    assert all(node["additionalProperties"] is False for _, node in objects(SCHEMA))


def test_units_bounds_and_names_are_in_the_schema() -> None:
    team = SCHEMA["$defs"]["Team"]["properties"]
    assert "[currency/period]" in team["base_pay"]["description"]
    assert (team["discount"]["minimum"], team["discount"]["maximum"]) == (0, 1)
    names = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$", "maxLength": 64}
    assert SCHEMA["properties"]["teams"]["propertyNames"] == names
    assert SCHEMA["properties"]["period"]["enum"] == ["month", "quarter", "half_year", "year"]


def test_the_schema_is_json() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
