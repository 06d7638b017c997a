"""A scenario as the values and the text of a file; what equals its default is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from optimizer.scenario.plan import Plan, terms_json
from optimizer.scenario.types import Scenario
from optimizer.scenario.yaml_scalars import NOT_TEXT


def content_of(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain values by their keys in a file: enough to read it back equal."""
    content = scenario.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    content = {"version": scenario.version, "name": scenario.name, "label": None, **content}
    if content["label"] == {"en": scenario.name, "fr": scenario.name}:
        del content["label"]
    writable: dict[str, Any] = _writable(content)
    return writable


def dump_scenario(scenario: Scenario) -> str:
    """The scenario as one YAML text that reads back equal."""
    return _dumped(content_of(scenario))


def dump_plan(plan: Plan) -> str:
    """A plan as the YAML text of a plan file: weights, target pay, curves and targets."""
    return _dumped(
        _writable({"weights": plan.weights, "target_pay": plan.target_pay, **terms_json(plan.terms)})
    )


def _dumped(content: Mapping[str, Any]) -> str:
    return yaml.dump(
        content,
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
