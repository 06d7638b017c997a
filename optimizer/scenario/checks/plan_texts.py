"""What plan documents would say: dates in order, and texts in the language of the document."""

from __future__ import annotations

from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.checks.curves import written_curves
from optimizer.scenario.document_texts import KPI_TEXTS, LANGUAGES, mistold
from optimizer.scenario.document_types import PlanDocument
from optimizer.scenario.problems import Finding, dotted, shown
from optimizer.scenario.types import Scenario

MOST_NAMED = 12
"""Places named in a warning."""


def problems(scenario: Scenario) -> Findings:
    """A plan that ends before it starts."""
    said = scenario.plan_document
    if said.start and said.end and said.end < said.start:
        message = f"is before its first day, {said.start}"
        yield Finding(("plan_document", "end"), said.end, message, "write a later day")


def warnings(scenario: Scenario) -> Findings:
    """Objectives handed over late, texts in the wrong language, and fields that print as dots."""
    said = scenario.plan_document
    if said.start and said.delivered and said.delivered > said.start:
        message = f"objectives are handed over after the first day, {said.start}"
        yield Finding(("plan_document", "delivered"), said.delivered, message, "hand them over before it")
    yield from _foreign(scenario)
    if said != PlanDocument():
        yield from _left_out(scenario)


def _foreign(scenario: Scenario) -> Findings:
    """One per language: which texts keep plan documents in it from being written."""
    found = list(mistold(scenario))
    for language, told in LANGUAGES.items():
        foreign = [text for text in found if text.language == language]
        if foreign:
            places = ", ".join(dotted(text.path) for text in foreign[:MOST_NAMED])
            places += " …" if len(foreign) > MOST_NAMED else ""
            message = f"no plan document in {told} is written with texts that are not {told}: {places}"
            value = shown(foreign[0].text[:40])
            yield Finding(foreign[0].path, value, message, "write {en: ..., fr: ...} there")


def _left_out(scenario: Scenario) -> Findings:
    """Said where somebody has begun to fill the section: without it all of it is dots."""
    said = scenario.plan_document
    missing = [f"plan_document.{key}" for key in type(said).model_fields if getattr(said, key) is None]
    if not any(curve.vesting for _, curve in written_curves(scenario)):
        missing = [path for path in missing if path != "plan_document.acquired_if"]
    missing += [
        f"kpis.{name}.{key}"
        for name, kpi in scenario.kpis.items()
        for key in ("label", *KPI_TEXTS)
        if getattr(kpi, key) is None
    ]
    if missing:
        message = (
            f"plan documents have {len(missing)} lines of dots to complete: {', '.join(missing[:MOST_NAMED])}"
        )
        message += " …" if len(missing) > MOST_NAMED else ""
        yield Finding(("plan_document",), "", message, "give them here, or in the .docx")
