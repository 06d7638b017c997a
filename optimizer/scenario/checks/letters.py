"""Labels and sources with characters that documents cannot print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.document_texts import KPI_TEXTS, plan_texts
from optimizer.scenario.printed_letters import is_readable, missing
from optimizer.scenario.problems import Finding, Path, shown
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Label

_SECTIONS = ("teams", "stages", "activities", "kpis", "regimes", "plans")
_TEXTS = ("label", *KPI_TEXTS)


def warnings(scenario: Scenario) -> Findings:
    """One per label or source, with what is printed instead."""
    for path, label in _labels(scenario):
        texts = dict.fromkeys((label.en, label.fr))
        lacking = "".join(dict.fromkeys(c for text in texts for c in missing(text)))
        if lacking:
            mostly = all(map(is_readable, texts))
            yield _finding(
                path, lacking, "documents print □ for them" if mostly else _instead(scenario, path)
            )
    for at, source in scenario.sources.items():
        texts = dict.fromkeys((source.text.en, source.text.fr))
        lacking = "".join(dict.fromkeys(c for text in texts for c in missing(text)))
        if lacking:
            yield _finding(("sources", at, "text"), lacking, "documents print □ for them")


def _instead(scenario: Scenario, path: Path) -> str:
    """What stands where a text can mostly not be printed."""
    if path[-1] != "label":
        return "documents leave it out"
    return f"documents say {path[-2] if len(path) > 1 else scenario.name} instead"


def _labels(scenario: Scenario) -> Iterator[tuple[Path, Label]]:
    """Every text that is written per language, by its place."""
    if scenario.label is not None:
        yield ("label",), scenario.label
    for section in _SECTIONS:
        things: Mapping[str, object] = getattr(scenario, section)
        for name, thing in things.items():
            for key in _TEXTS:
                text = getattr(thing, key, None)
                if isinstance(text, Label):
                    yield (section, name, key), text
    yield from ((("plan_document", key), text) for key, text in plan_texts(scenario).items())


def _finding(path: Path, lacking: str, instead: str) -> Finding:
    count = len(lacking)
    message = f"has {count} character{'s' if count > 1 else ''} that the type of documents lacks: {instead}"
    return Finding(path, shown(lacking[:20]), message, "write it in Latin, Greek or Cyrillic letters", True)
