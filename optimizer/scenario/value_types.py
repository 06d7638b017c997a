"""What the types of a scenario are made of: names, shares, amounts, weights, labels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from optimizer.scenario.problems import LONGEST_NAME, NAME

Name = Annotated[str, StringConstraints(pattern=NAME, max_length=LONGEST_NAME)]
"""A name in the file: a letter, then letters, digits and underscores. Labels carry everything else."""

Period = Literal["month", "quarter", "half_year", "year"]
"""What volumes, hours and money are per."""
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
"""Length of each period."""
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Weights = dict[Name, dict[Name, Share]]
"""`{team: {kpi: weight}}`; the weights of a team sum to 1."""


def _listed(value: Any) -> Any:
    return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


NameList = Annotated[tuple[Name, ...], Field(strict=False, min_length=1), BeforeValidator(_listed)]
"""Names in a list, or in one text with commas between them, as a cell of a workbook holds them."""


class Frozen(BaseModel):
    """Strict, closed and unchangeable: a typo is an error, a value never moves after reading."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )


class Label(Frozen):
    """How a name is written for people, per report language."""

    en: str
    """English."""
    fr: str
    """French."""

    def said_in(self, language: str) -> str:
        """The text of a language; English where there is no other."""
        return self.fr if language == "fr" else self.en


def _both_languages(value: Any) -> Any:
    return {"en": value, "fr": value} if isinstance(value, str) else value


LabelField = Annotated[
    Label | None, BeforeValidator(_both_languages, json_schema_input_type=str | Label | None)
]


def _said(value: Any) -> Any:
    if value == "" or (isinstance(value, dict) and "" in value.values()):
        raise PydanticCustomError("string_too_short", "is empty")
    return _both_languages(value)


SourceField = Annotated[Label, BeforeValidator(_said, json_schema_input_type=str | Label)]
"""A text that says something, or one per language."""
