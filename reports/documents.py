"""Every document of a run, by kind: a pure function of what lies in the run folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from reports.board.report import report_pdf
from reports.plan_document.document import plan_documents
from reports.run import Document, RunContent
from reports.whatif import whatif_page
from reports.words.locales import languages as known
from reports.workbook import budget_workbook

Languages = Sequence[str]


class Kind(NamedTuple):
    """How a kind of document is made for a language, how its files end, and the languages that are made
    unasked (none: all).

    A `multilingual` one serves every language in one file: it is made once, and opens in the first.
    """

    make: Callable[[RunContent, str, dt.date | None], Iterator[Document]]
    suffixes: tuple[str, ...]
    languages: Languages
    multilingual: bool = False


KINDS: dict[str, Kind] = {
    "pdf": Kind(report_pdf, (".pdf",), ()),
    "plans": Kind(plan_documents, (".pdf", ".docx"), ()),
    "xlsx": Kind(budget_workbook, (".xlsx",), ("en",), multilingual=True),
    "html": Kind(whatif_page, (".html",), ("en",), multilingual=True),
}


SUFFIXES = tuple(dict.fromkeys(suffix for kind in KINDS.values() for suffix in kind.suffixes))
"""How names of documents end."""


class Documents:
    """Documents of a run; each kind is made once in each language, however often it is asked for."""

    def __init__(self, run: RunContent, date: dt.date | None = None) -> None:
        self._run, self._date = run, date
        self._made: dict[tuple[str, str], tuple[Document, ...]] = {}

    def asked(self, only: Sequence[str] = (), languages: Languages = ()) -> Iterator[Document]:
        """Those of some kinds (all where none is named) in some languages (each kind's own)."""
        for part in self.parts(only, languages):
            yield from part()

    def parts(
        self, only: Sequence[str] = (), languages: Languages = ()
    ) -> Iterator[Callable[[], tuple[Document, ...]]]:
        """The same, kind by kind and language by language, each made when it is called."""
        for name, kind in KINDS.items():
            if not only or name in only:
                spoken = languages or kind.languages or known()
                for language in spoken[:1] if kind.multilingual else spoken:
                    yield partial(self._in, name, language)

    def called(self, name: str, languages: Languages = ()) -> Iterator[Document]:
        """Every document of a name: one that serves all languages may open in any; those named come first."""
        for kind, of in KINDS.items():
            if not name.endswith(of.suffixes):
                continue
            for language in dict.fromkeys((*languages, *of.languages, *known())):
                if of.multilingual or name.endswith(tuple(f".{language}{end}" for end in of.suffixes)):
                    yield from (made for made in self._in(kind, language) if made.name == name)

    def _in(self, kind: str, language: str) -> tuple[Document, ...]:
        if (kind, language) not in self._made:
            self._made[kind, language] = tuple(KINDS[kind].make(self._run, language, self._date))
        return self._made[kind, language]


def documents(
    run: RunContent,
    only: Sequence[str] = (),
    languages: Languages = (),
    date: dt.date | None = None,
) -> Iterator[Document]:
    """The documents of some kinds (all where none is named) in some languages (each kind's own)."""
    return Documents(run, date).asked(only, languages)
