"""Plan documents of a run: what each team is paid on, to be signed, as PDF and as .docx."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from optimizer.tables.rounding import printable
from reports.plan_document.letter import letter_of
from reports.plan_document.pdf import pdf_of
from reports.plan_document.told import Told
from reports.plan_document.unwritten import refusals_of
from reports.plan_document.word import docx_of
from reports.run import Document, RunContent
from reports.words.catalogue import words_for
from reports.words.drafts import placeholders_in


def plan_documents(run: RunContent, language: str, date: dt.date | None) -> Iterator[Document]:
    """`plan_<team>.<language>.pdf` and `.docx` for every team that the plan pays.

    None if a check failed, or while a number is provisional: nobody is to sign an invented amount. None of a
    team with a text in another language, or an objective below one unit (`refusals`).
    """
    shown = printable(run.tables)
    words = words_for(shown, language)
    if shown["summary"].iloc[0]["status"] == "error" or placeholders_in(shown):
        return
    for _, team in shown["teams"].iterrows():
        if team["target_then"] > 0 and not any(refusals_of(shown, team, language)):
            letter = letter_of(Told(words, shown, team), run, date)
            open_fields = letter.open_fields
            mark = words.count("letter.open", open_fields) if open_fields else ""
            name = f"plan_{team['team']}.{language}"
            yield Document(f"{name}.pdf", *pdf_of(letter, mark, date))
            yield Document(f"{name}.docx", docx_of(letter, mark, date))
