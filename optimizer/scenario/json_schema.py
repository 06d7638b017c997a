"""The JSON Schema of scenario files, for editors: keys, types, bounds, and what each means.

It says what a value alone may be. What takes more than one value to judge (names that must exist, sums,
hours that must suffice) only `incentives check` can say.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Frozen

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """The schema of scenario files, as one JSON value."""
    return schema_of(Scenario, "Scenario of the incentive optimizer")


def schema_of(model: type[Frozen], title: str) -> dict[str, Any]:
    """The schema of a kind of file."""
    schema = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": DIALECT, **schema, "title": title}


class _Generator(GenerateJsonSchema):
    """Names as rules of their own, so that any other key of a mapping is refused; no titles beside names."""

    def field_title_should_be_set(self, _schema: object) -> bool:
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        json_schema = super().dict_schema(schema)
        values = [*json_schema.pop("patternProperties", {}).values()]
        json_schema.pop("propertyNames", None)
        if values:
            json_schema["additionalProperties"] = values[0]
        return {**json_schema, "propertyNames": keys} if keys.keys() - {"type"} else json_schema
