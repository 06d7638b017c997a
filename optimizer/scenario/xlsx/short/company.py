"""A scenario as rows of the full form, with its things by the names that people use in a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.plan_types import StatedPlan
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Label, Weights
from optimizer.scenario.xlsx.fill import rows_of
from optimizer.scenario.xlsx.sheets import BY_NAME
from optimizer.scenario.xlsx.short.sheet_blocks import LABELLED, Block
from optimizer.scenario.xlsx.short.sheet_words import SheetWords, other_language
from optimizer.scenario.xlsx.short.thing_names import Names

LEADS_TO = 2
"""Columns for what an activity leads to, at the least."""
TODAY = "plan"
"""Code of the column of today's weights."""
PLAN = "plan."
"""Start of the codes of other plans' columns."""
Values = dict[str, Any]
"""A row of a block: values by the code of a column."""


@dataclass(frozen=True)
class Company:
    """A scenario as rows of the full form, and how its things are called in a language."""

    scenario: Scenario
    words: SheetWords
    names: Mapping[str, Names]

    def rows(self, sheet: str) -> list[Values]:
        """Of a sheet of the full form, by heading."""
        layout = BY_NAME[sheet]
        return [dict(zip(layout.headers, row, strict=True)) for row in rows_of(layout, self.scenario)]

    def setting(self, sheet: str) -> Values:
        """The values of a form by their keys."""
        return {row["key"]: row["value"] for row in self.rows(sheet) if row.get("for") is None}

    def label(self, label: Label | None) -> str | None:
        return None if label is None else label.said_in(self.words.here)

    def other(self, label: Label | None, code: str) -> str | None:
        """What stands in the other language beside a label: nothing where that is the same text, unless the
        text is the code, which alone would say that there is no label."""
        if label is None:
            return None
        own, other = self.label(label), label.said_in(other_language(self.words.here))
        return other if other != own or own == code else None

    def name(self, section: str, code: Any) -> str | None:
        return None if code is None else self.names[section].text(str(code))

    def weights(self) -> dict[str, Weights]:
        """Of the plans that say some."""
        plans = self.scenario.plans.items()
        said = {n: plan.weights if isinstance(plan, StatedPlan) else plan for n, plan in plans}
        return {name: weights for name, weights in said.items() if any(weights.values())}

    def plans(self) -> dict[str, str]:
        """Headings of the plans that have weights."""
        labels = {n: self.label(getattr(self.scenario.plans[n], "label", None)) for n in self.weights()}
        return {name: label or name for name, label in labels.items()}


def company_of(scenario: Scenario, words: SheetWords) -> Company:
    names = {section: Names() for section in (*LABELLED, "curves")}
    company = Company(scenario, words, names)
    for section in LABELLED:
        for code, thing in getattr(scenario, section).items():
            names[section].add(code, company.label(thing.label))
    for code in scenario.curves:
        names["curves"].add(code, None)
    return company


def codes_of(company: Company, block: Block, rows: Sequence[Values]) -> Iterator[str]:
    """Columns: pairs of what an activity leads to, and plans, as many as there are."""
    pairs = max([LEADS_TO, *(sum(code.startswith("to.") for code in row) for row in rows)])
    for field in block.fields:
        if block.code == "activities" and field.code == "to":
            yield from (f"{code}.{number}" for number in range(1, pairs + 1) for code in ("to", "units"))
        elif block.code == "weights" and field.code == "plan":
            yield from (TODAY, *(f"{PLAN}{name}" for name in company.plans()))
        elif not (block.code == "activities" and field.code == "units"):
            yield field.code


def headings_of(company: Company, block: Block, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(_heading(company, block, code) for code in codes)


def _heading(company: Company, block: Block, code: str) -> str:
    say, scenario = company.words.say, company.scenario
    units = {"currency": scenario.currency, "period": say(f"period.{scenario.period}")}
    units |= {"periods": say(f"period.many.{scenario.period}")}
    language = say(f"sheets.language.{other_language(company.words.here)}")
    head, _, number = code.partition(".")
    if block.code == "weights" and code.startswith(PLAN):
        return company.plans()[number]
    if code in ("code", "other", "label") and not block.form:
        key = f"sheets.any.{code}" if code != "label" else f"sheets.{block.code}.label"
        return say(key, language=language, **units)
    if block.code == "activities" and head in ("to", "units"):
        return say(f"sheets.activities.{head}", number=number)
    return say(f"sheets.{block.code}.{code}", language=language, **units)
