"""Several units under one envelope at a terminal: the sentences of the document, and what each unit gets."""

from __future__ import annotations

from optimizer.cli.reader import language
from optimizer.cli.show.terminal import money, row, show, table
from optimizer.tables.table import Tables
from reports.studies.rollup import choice_said, rollup_findings
from reports.words.catalogue import Words, words_for


def show_rollup(tables: Tables) -> None:
    """What is decided, then every unit."""
    words = words_for(tables, language())
    show(*rollup_findings(words, tables), _units(words, tables))


def _units(words: Words, tables: Tables) -> object:
    found = tables["summary"].iloc[0]["outcome"] != "infeasible"
    heads = ("unit", "plan", "today", "loaded", "p90", "change")
    titles = [words.say(f"rollup.head.{name}").replace("\n", " ") for name in heads]
    rows = table(words.say("rollup.units.title" if found else "rollup.units.today"), titles, (titles[1],))
    for _, line in tables["units"].iterrows():
        amounts = [money(line[name]) for name in ("today_loaded", "loaded", "p90")]
        row(rows, str(line["unit"]), choice_said(words, line), *amounts, f"{line['change']:+,.2f}")
    return rows
