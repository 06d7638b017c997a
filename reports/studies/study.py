"""Documents that stand alone: a title, some sentences, chapters; the same in every language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

from reports.run import Document
from reports.typesetting.blocks import Block
from reports.typesetting.typeset import page_data, typeset
from reports.words.catalogue import Words, footer, words_for
from reports.words.changed import what_if_said
from reports.words.drafts import draft_mark, draft_said
from reports.words.locales import languages
from reports.words.sentences import Tables


class Study(NamedTuple):
    """What such a document says."""

    title: str
    subtitle: str
    findings: list[str]
    parts: list[Block | None]


def study_pdfs(
    name: str, tables: Tables, said: Callable[[Words, Tables], Study], date: dt.date | None
) -> Iterator[Document]:
    """`<name>.<language>.pdf`; the table `summary` gives currency and decimals of money."""
    for language in languages():
        words = words_for(tables, language)
        study = said(words, tables)
        payload = {
            **page_data(
                language, study.title, footer(words, study.title, date), {}, draft_mark(words, tables)
            ),
            "heading": study.title,
            "subtitle": study.subtitle,
            "found": [*what_if_said(words, tables), *draft_said(words, tables), *study.findings],
            "parts": [part for part in study.parts if part is not None],
        }
        yield Document(f"{name}.{language}.pdf", *typeset("history.typ", payload, date))
