"""What the company itself calls its things: the only words that travel with its tables.

Everything else that people read about codes is in `reports/locale`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from optimizer.scenario.document_texts import KPI_TEXTS, plan_texts
from optimizer.scenario.plan import plans_in
from optimizer.scenario.printed_letters import is_readable
from optimizer.scenario.value_types import Label
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.solver.solution import Given

LANGUAGES = tuple(Label.model_fields)
"""Those in which a scenario may label its things."""

LABELS = Table(
    "labels",
    thing=Column(
        str,
        "code",
        "company, team, stage, activity, kpi, kpi_unit and other texts of KPIs (those that are written), "
        "plan_text: what `plan_document` says, regime, plan (those with a label), pair: a rule of the list "
        "`rules.gaming.pairs`, or source: where a number comes from, if the languages differ",
        "thing",
    ),
    name=Column(str, "name", "of the thing in the scenario file; of a pair, its place from 0"),
    language=Column(str, "iso", "of ISO 639"),
    label=Column(
        str,
        "text",
        "what the company calls it, its name in plain words where it has no label; of a source, its text",
    ),
)


class Labelled(Protocol):
    @property
    def label(self) -> Label | None: ...


def labels_of(name: str, thing: Labelled | None) -> dict[str, str]:
    """The label in every language; the name in plain words, `lead_volume` as "Lead volume", where there is no
    label or documents could mostly not print it."""
    words = name.replace("_", " ")
    plain = words[:1].upper() + words[1:]
    if thing is None or thing.label is None:
        return dict.fromkeys(LANGUAGES, plain)
    texts = thing.label.model_dump().items()
    return {language: text if is_readable(text) else plain for language, text in texts}


def labels_rows(scenario: Scenario) -> Iterator[Row]:
    """Every thing of a scenario that may have a label, in every language."""
    yield from company_rows(scenario.name, scenario)
    named: dict[str, Mapping[str, Labelled]] = {
        "team": scenario.teams,
        "stage": scenario.stages,
        "activity": scenario.activities,
        "kpi": scenario.kpis,
        "regime": scenario.regimes,
    }
    for kind, things in named.items():
        for name, thing in things.items():
            yield from _rows(kind, name, labels_of(name, thing))
    for name, kpi in scenario.kpis.items():
        for part in KPI_TEXTS:
            yield from _rows(f"kpi_{part}", name, _readable(getattr(kpi, part)))
    for name, text in plan_texts(scenario).items():
        yield from _rows("plan_text", name, _readable(text))
    for name, plan in plans_in(scenario).items():
        if plan.label is not None:
            yield from _rows("plan", name, labels_of(name, plan))
    for place, pair in enumerate(scenario.rules.gaming.pairs if scenario.rules.gaming else ()):
        team = labels_of(pair.team, scenario.teams[pair.team])
        volume = labels_of(pair.volume, scenario.kpis[pair.volume])
        yield from _rows("pair", str(place), {la: f"{team[la]}, {volume[la]}" for la in LANGUAGES})
    for path, source in scenario.sources.items():
        if source.text.en != source.text.fr:
            yield from _rows("source", path, source.text.model_dump())


def _readable(text: Label | None) -> dict[str, str]:
    """A text of the file in the languages in which documents can mostly print it."""
    texts = text.model_dump() if text is not None else {}
    return {language: said for language, said in texts.items() if is_readable(said)}


def given_rows(given: Given | None) -> Iterator[Row]:
    """What a plan is called that was asked about; nothing where the plan was searched for."""
    if given is not None:
        yield from _rows("plan", "chosen", labels_of(given.name, given))


def company_rows(name: str, company: Labelled) -> Iterator[Row]:
    """What a company is called."""
    yield from _rows("company", name, labels_of(name, company))


def _rows(kind: str, name: str, labels: Mapping[str, str]) -> Iterator[Row]:
    for language, label in labels.items():
        yield {"thing": kind, "name": name, "language": language, "label": label}
