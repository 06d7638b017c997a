"""All runs of a batch: what each what-if brings, and which runs did not come to a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reports.run import Document, write_document
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.typesetting.typeset import page_data, typeset
from reports.words.catalogue import Words
from reports.words.format import NOTHING, Formatter

MONEY = ("revenue", "loaded_pay", "net", "gain")
LONGEST_NAME = 160
"""A run is called by its base, its override and its seed: none of them may be cut off."""
MOST_RUNS = 12
"""Runs listed beside a plan before it says how many more there are."""
TONES = {"optimal": "good", "feasible": "warn", "infeasible": "bad"}


def write_summary(
    index: pd.DataFrame, folder: Path, languages: Sequence[str], date: dt.date | None = None
) -> list[Path]:
    """Write `summary.<language>.pdf` for the index of a batch (`optimizer.runs.batch.index.INDEX`)."""
    return [write_document(made, folder) for made in summaries(index, languages, date)]


def summaries(index: pd.DataFrame, languages: Sequence[str], date: dt.date | None) -> Iterator[Document]:
    for language in languages:
        yield Document(f"summary.{language}.pdf", *typeset("summary.typ", _payload(index, language), date))


def _payload(index: pd.DataFrame, language: str) -> Block:
    currencies = index["currency"].dropna().unique()
    words = Words(Formatter(language, str(currencies[0]) if len(currencies) == 1 else "XXX"), 0)
    title = words.say("batch.title")
    unit = str(currencies[0]) if len(currencies) == 1 else words.say("batch.own_currency")
    good = int((index["status"] == "optimal").sum())
    chapters = [_outcomes(words, index), _plans(words, index), _reasons(words, index)]
    return {
        **page_data(language, title, title, {}),
        "heading": title,
        "subtitle": words.count("batch.lead", len(index), good=str(good), unit=unit),
        "chapters": [part for part in chapters if part is not None],
    }


def _outcomes(words: Words, index: pd.DataFrame) -> Block:
    """A row per run: figures where it came to a plan."""
    columns = [
        PageColumn(words.say("batch.run"), "left", 1.0),
        PageColumn(words.say("batch.status"), "left"),
        *(PageColumn(words.say(f"batch.{name}")) for name in MONEY),
        PageColumn(words.say("batch.gap")),
    ]
    rows = [_run(words, r) for _, r in index.iterrows()]
    return chapter(words.say("batch.runs"), tables=[table(columns, rows)], notes=[words.say("batch.note")])


def _run(words: Words, run: Any) -> Block:
    status = str(run["status"]) or "failed"
    known = status in ("optimal", "feasible")
    figures = [words.write.number(float(run[name]), 0, signed=name == "gain") for name in MONEY]
    gap = words.write.percent(float(run["gap"]), 3)
    return row(
        words.user(str(run["run"]), LONGEST_NAME),
        cell(words.say(f"batch.is_{status}"), TONES.get(status, "bad")),
        *(figures if known else [NOTHING] * len(MONEY)),
        gap if known else NOTHING,
    )


def _plans(words: Words, index: pd.DataFrame) -> Block | None:
    """Every plan that some run recommends, with the runs that do, in the order of the runs."""
    planned = index[index["plan"].fillna("") != ""]
    if planned.empty:
        return None
    columns = [
        PageColumn(words.say("batch.plan"), "left", 1.0),
        PageColumn(words.say("batch.of_runs"), "left", 1.0),
    ]
    rows = [
        row(words.label(runs.iloc[0], "plan", longest=300), _some(words, list(runs["run"])))
        for _, runs in planned.groupby(["plan", "curves", "target_pay"], sort=False, dropna=False)
    ]
    return chapter(words.say("batch.plans"), tables=[table(columns, rows, long=True)])


def _some(words: Words, runs: list[str]) -> str:
    listed = ", ".join(words.user(run, LONGEST_NAME) for run in runs[:MOST_RUNS])
    rest = len(runs) - MOST_RUNS
    return words.count("batch.more", rest, runs=listed) if rest > 0 else listed


def _reasons(words: Words, index: pd.DataFrame) -> Block | None:
    """Why runs are not proven optimal."""
    others = index[index["reason"] != ""]
    if others.empty:
        return None
    columns = [
        PageColumn(words.say("batch.run"), "left", 0.6),
        PageColumn(words.say("batch.reason"), "left", 1.0),
    ]
    rows = [
        row(words.user(str(r["run"]), LONGEST_NAME), words.label(r, "reason", longest=300))
        for _, r in others.iterrows()
    ]
    return chapter(words.say("batch.reasons"), tables=[table(columns, rows, long=True)])
