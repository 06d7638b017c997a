"""Every document of a run, by kind: a pure function of what lies in the run folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reports.board.report import report_pdf
from reports.plan_document.document import plan_pdfs
from reports.run import Document, RunContent
from reports.whatif import whatif_page
from reports.words.locales import languages as known
from reports.workbook import budget_workbook

Languages = Sequence[str]


class Kind(NamedTuple):
    """How a kind of document is made for a language, and the languages that are made unasked (none: all).

    A `multilingual` one serves every language in one file: it is made once, and opens in the first.
    """

    make: Callable[[RunContent, str, dt.date | None], Iterator[Document]]
    languages: Languages
    multilingual: bool = False


KINDS: dict[str, Kind] = {
    "pdf": Kind(report_pdf, ()),
    "plans": Kind(plan_pdfs, ("fr",)),
    "xlsx": Kind(budget_workbook, ("en",), multilingual=True),
    "html": Kind(whatif_page, ("en",), multilingual=True),
}


def documents(
    run: RunContent,
    only: Sequence[str] = (),
    languages: Languages = (),
    date: dt.date | None = None,
) -> Iterator[Document]:
    """The documents of some kinds (all where none is named) in some languages (each kind's own)."""
    for name, kind in KINDS.items():
        if not only or name in only:
            asked = languages or kind.languages or known()
            for language in asked[:1] if kind.multilingual else asked:
                yield from kind.make(run, language, date)
