"""Plan documents that a run has none of, with the place in the file that keeps each from being written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from optimizer.cli.reader import echo
from optimizer.scenario.document_texts import LANGUAGES
from optimizer.tables.build import RUN_TABLES
from optimizer.tables.table import read_tables
from reports.plan_document.unwritten import Refusal, refusals
from reports.words.locales import languages as known

NEEDED = ("teams", "objectives", "mistold")
"""Tables that decide."""


class Unwritten(NamedTuple):
    """A document that is not there, and why: as every problem, with its place, its value and a remedy."""

    document: str
    where: str
    value: str
    message: str
    hint: str


def unwritten_documents(folder: Path, languages: tuple[str, ...]) -> Iterator[Unwritten]:
    """One per document and place, in some languages (all where none is named); none of a draft, which says
    itself that it has no plan documents, or of a run without a plan."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if result.get("placeholders") or result["plan"] is None or result["status"] == "error":
        return
    tables = read_tables([t for t in RUN_TABLES if t.name in NEEDED], folder / "tables")
    for refusal in refusals(tables, languages or known()):
        yield _told(refusal)


def _told(refusal: Refusal) -> Unwritten:
    if refusal.reason == "language":
        spoken = LANGUAGES.get(refusal.language, refusal.language)
        said, hint = f"is not {spoken}", "write {en: ..., fr: ...} there"
    else:
        kpi = refusal.path.removesuffix(".target")
        said = "is less than one step of its objective"
        hint = f"pay the team on its own result, or write a smaller step as {kpi}.round"
    name = f"plan_{refusal.team}.{refusal.language}"
    return Unwritten(name, refusal.path, refusal.value, said, hint)


def tell_unwritten(unwritten: Iterable[Unwritten]) -> None:
    """On stderr, a line per document."""
    for document, whys in groupby(unwritten, key=lambda one: one.document):
        first, *more = whys
        also = f" (and {len(more)} more)" if more else ""
        said = f"{first.where} {first.message} (got: {first.value}){also}: {first.hint}"
        echo(f"{document}.pdf and .docx are not written: {said}", err=True)
