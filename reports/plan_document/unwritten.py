"""Plan documents that are not written, and why: with the place in the file, what it says, and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from reports.words.sentences import Tables


class Refusal(NamedTuple):
    """A document, and the first reasons why it is not written."""

    team: str
    language: str
    path: str
    value: str
    reason: str
    """`language`: a text is in another one; `unit`: an objective is less than one."""


def refusals(tables: Tables, languages: tuple[str, ...]) -> Iterator[Refusal]:
    """One per document and place."""
    for _, team in tables["teams"].iterrows():
        if team["target_then"] > 0:
            for language in languages:
                yield from refusals_of(tables, team, language)


def refusals_of(tables: Tables, team: Any, language: str) -> Iterator[Refusal]:
    """Why a team's document is not written in a language; nothing where it is."""
    name, objectives = str(team["team"]), tables["objectives"]
    mine = objectives[objectives["team"] == name]
    for _, text in _mistold(tables, name, set(mine["kpi"]), language).iterrows():
        yield Refusal(name, language, text["path"], text["text"], "language")
    for _, line in mine[mine["objective"] <= 0].iterrows():
        yield Refusal(name, language, f"kpis.{line['kpi']}.target", f"{line['exact']:.4g}", "unit")


def _mistold(tables: Tables, team: str, kpis: set[str], language: str) -> pd.DataFrame:
    """Texts that the document would print, in another language."""
    frame = tables["mistold"]
    foreign = frame[frame["language"] == language]
    parts = foreign["path"].str.split(".")
    section, owner = parts.str[0], parts.str[1]
    others = (section == "teams") & (owner != team) | (section == "kpis") & ~owner.isin(kpis)
    return foreign[~others.astype(bool)]
