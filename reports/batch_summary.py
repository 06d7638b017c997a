"""All runs of a batch: what each what-if brings, and which runs did not come to a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reports.run import Document, write_document
from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.typesetting.typeset import page_data, typeset
from reports.words.catalogue import Words, labels_in
from reports.words.format import NOTHING, Formatter
from reports.words.labelled import names_of, row_plan, row_reason
from reports.words.naming import Names

MONEY = ("revenue", "loaded_pay", "net", "gain", "net_change")
CHANGES = ("gain", "net_change")
LONGEST_NAME = 160
"""A run is called by its base, its override and its seed: none of them may be cut off."""
LONGEST_TEXT = 300
MOST_RUNS = 12
"""Runs listed beside a plan before it says how many more there are."""
TONES = {"optimal": "good", "imposed": "good", "feasible": "warn", "infeasible": "bad", "not_found": "warn"}


Labels = Mapping[str, Sequence[Mapping[Any, Any]]]
"""What the company of every run calls its things: rows of its table `labels`, by the name of the run."""


def write_summary(
    index: pd.DataFrame, labels: Labels, folder: Path, languages: Sequence[str], date: dt.date | None = None
) -> list[Path]:
    """Write `summary.<language>.pdf` for the index of a batch (`optimizer.runs.batch.index.INDEX`)."""
    return [write_document(made, folder) for made in summaries(index, labels, languages, date)]


def summaries(
    index: pd.DataFrame, labels: Labels, languages: Sequence[str], date: dt.date | None
) -> Iterator[Document]:
    for language in languages:
        payload = _payload(index, labels, language)
        yield Document(f"summary.{language}.pdf", *typeset("summary.typ", payload, date))


def _payload(index: pd.DataFrame, labels: Labels, language: str) -> Block:
    currencies = index["currency"].dropna().unique()
    words = Words(Formatter(language, str(currencies[0]) if len(currencies) == 1 else "XXX"), 0)
    title = words.say("batch.title")
    unit = str(currencies[0]) if len(currencies) == 1 else words.say("batch.own_currency")
    good = int((index["status"] == "optimal").sum())
    drafts = int((index["placeholders"] > 0).sum())
    told = f" {words.count('batch.drafts', drafts)}" if drafts else ""
    chapters = [_outcomes(words, index), _plans(words, index, labels), _reasons(words, index, labels)]
    return {
        **page_data(language, title, title, {}, words.say("draft.mark") if drafts else ""),
        "heading": title,
        "subtitle": words.count("batch.lead", len(index), good=str(good), unit=unit) + told,
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
    known = status in ("optimal", "imposed", "feasible")
    figures = [_figure(words, name, float(run[name])) for name in MONEY]
    gap = words.write.percent(float(run["gap"]), 3)
    return row(
        words.user(str(run["run"]), LONGEST_NAME),
        cell(words.say(f"batch.is_{status}"), TONES.get(status, "bad")),
        *(figures if known else [NOTHING] * len(MONEY)),
        gap if known else NOTHING,
    )


def _figure(words: Words, name: str, value: float) -> Cell:
    """A change with its sign; a loss stands out."""
    text = words.write.number(value, 0, signed=name in CHANGES)
    return cell(text, "bad_text" if name in CHANGES and value < 0 else "plain")


def _plans(words: Words, index: pd.DataFrame, labels: Labels) -> Block | None:
    """Every plan that some run recommends, with the runs that do, in the order of the runs."""
    planned = index[index["plan"].fillna("") != ""]
    if planned.empty:
        return None
    columns = [
        PageColumn(words.say("batch.plan"), "left", 1.0),
        PageColumn(words.say("batch.of_runs"), "left", 1.0),
    ]
    rows = [
        row(_told(words, labels, row_plan, runs.iloc[0]), _some(words, list(runs["run"])))
        for _, runs in planned.groupby(["plan", "curves", "target_pay"], sort=False, dropna=False)
    ]
    return chapter(words.say("batch.plans"), tables=[table(columns, rows, long=True)])


def _told(words: Words, labels: Labels, of: Callable[[Names, Any], str], run: Any) -> str:
    """What a run says, in the words of its company."""
    own = names_of(labels_in(labels[str(run["run"])], words.language), words.language)
    return words.user(of(own, run), LONGEST_TEXT)


def _some(words: Words, runs: list[str]) -> str:
    listed = ", ".join(words.user(run, LONGEST_NAME) for run in runs[:MOST_RUNS])
    rest = len(runs) - MOST_RUNS
    return words.count("batch.more", rest, runs=listed) if rest > 0 else listed


def _reasons(words: Words, index: pd.DataFrame, labels: Labels) -> Block | None:
    """Why runs are not proven optimal."""
    others = index[index["reason"] != ""]
    if others.empty:
        return None
    columns = [
        PageColumn(words.say("batch.run"), "left", 0.6),
        PageColumn(words.say("batch.reason"), "left", 1.0),
    ]
    rows = [
        row(words.user(str(r["run"]), LONGEST_NAME), _told(words, labels, row_reason, r))
        for _, r in others.iterrows()
    ]
    return chapter(words.say("batch.reasons"), tables=[table(columns, rows, long=True)])
