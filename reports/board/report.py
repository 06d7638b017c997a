"""The report: two pages for those who decide, and an appendix for those who check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from optimizer.tables.rounding import printable
from reports.board.appendix import chapters
from reports.board.page_one import first_page, head
from reports.board.page_two import certificate, gaming, rules, work
from reports.board.sensitivity import sensitivity
from reports.run import Document, RunContent
from reports.typesetting.blocks import Block
from reports.typesetting.typeset import page_data, typeset
from reports.words.alerts import split_alerts
from reports.words.approved import version_line, version_said
from reports.words.catalogue import Words, footer, words_for
from reports.words.drafts import draft_mark
from reports.words.sentences import Tables, decision


def report_pdf(run: RunContent, language: str, date: dt.date | None) -> Iterator[Document]:
    """`report.<language>.pdf`."""
    shown = printable(run.tables)
    payload = payload_of(shown, words_for(shown, language), date, run.files, run)
    yield Document(f"report.{language}.pdf", *typeset("report.typ", payload, date))


def payload_of(
    tables: Tables,
    words: Words,
    date: dt.date | None,
    files: Mapping[str, str],
    run: RunContent | None = None,
) -> Block:
    """Everything that the template prints, as strings, for tables whose numbers are `printable`. Version and
    approvals are the `run`'s."""
    run = run or RunContent(tables, files)
    top, draft = head(words, tables, version_said(run), date), draft_mark(words, tables)
    planned = bool((tables["plans"]["kind"] == "chosen").any())
    foot = " · ".join(filter(None, (footer(words, top["title"], date), version_line(words, run))))
    return {
        **page_data(words.language, top["title"], foot, files, draft),
        "head": top,
        "first_page": first_page(words, tables, planned),
        "second_page": _second_page(words, tables) if planned else None,
        "appendix": {"title": words.say("appendix.title"), "chapters": chapters(words, tables, run)},
    }


def _second_page(words: Words, tables: Tables) -> Block:
    _, rest = split_alerts(words, tables)
    return {
        "alerts": rest,
        "decision": decision(words, tables) | {"title": words.say("decision.title")},
        "work": work(words, tables),
        "gaming": gaming(words, tables),
        "rules": rules(words, tables),
        "doubts": sensitivity(words, tables),
        "certificate": certificate(words, tables),
    }
