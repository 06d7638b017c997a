"""The company's data as the page shows them: a label in every language for its things, rules and plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.words.labelled import names_of
from reports.words.locales import languages
from reports.words.naming import SECTIONS, Labels, Names

Json = dict[str, Any]
Spoken = dict[str, Names]


def in_words(company: Mapping[str, Any]) -> Json:
    """The data with labels in place of the company's own."""
    spoken = {language: names_of(own_labels(company, language), language) for language in languages()}
    kinds = {**SECTIONS, "rules": "rule"}
    said = {
        key: [{**row, "label": _said(spoken, kind, row["name"])} for row in company[key]]
        for key, kind in kinds.items()
    }
    scenario = company["scenario"]
    return {
        **company,
        **said,
        "scenario": {**scenario, "label": _said(spoken, "company", scenario["name"])},
        "plans": [{**plan, "label": _plan(spoken, plan)} for plan in company["plans"]],
        "unchecked": [_said(spoken, "rule", name) for name in company["unchecked"]],
    }


def own_labels(company: Mapping[str, Any], language: str) -> Labels:
    """What the company calls its things in a language, or in its first where it has none there."""
    kinds = {**SECTIONS, "regimes": "regime", "plans": "plan"}
    rows = [(kind, row) for key, kind in kinds.items() for row in company[key]]
    return {
        (kind, row["name"]): row["label"].get(language) or next(iter(row["label"].values()))
        for kind, row in [*rows, ("company", company["scenario"])]
        if row["label"] is not None
    }


def _said(spoken: Spoken, kind: str, name: str) -> dict[str, str]:
    return {language: names.of(kind, name) for language, names in spoken.items()}


def _plan(spoken: Spoken, plan: Json) -> dict[str, str]:
    if plan["kind"] == "named" or plan["label"] is not None:
        return {language: names.thing("plan", plan["name"]) for language, names in spoken.items()}
    return _said(spoken, "plan", plan["kind"])
