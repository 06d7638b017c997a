"""One person, source, segment or product under several spellings: `Ann Lee`, `ann lee`, `ANN  LEE`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import polars as pl

from optimizer.history.read.account import NOBODY, Account
from optimizer.history.read.losses import ROW
from optimizer.history.read.typed.empty_words import canonical

NAMES = ("owner", "source", "segment", "product")
_MOST_TEXTS = 50_000
"""A column with more different texts holds no names of persons or groups."""
_CODE = re.compile(r"\S*\d\S*")
"""Codes may differ by case alone, as ids of some systems do."""


def spellings(texts: pl.Series, known: Collection[str] = ()) -> dict[str, str]:
    """The spelling that stands for each other one: one that is `known` elsewhere, else the commonest.

    Texts are alike that differ in case, accents, spaces, `_` and `-`.
    """
    counts = texts.drop_nulls().alias("text").value_counts(name="count")
    if len(counts) > _MOST_TEXTS:
        return {}
    rows = counts.select(pl.col("text").cast(pl.String), "count").sort(
        ["count", "text"], descending=[True, False]
    )
    chosen = {canonical(text): text for text in sorted(known, reverse=True) if not _CODE.fullmatch(text)}
    found: dict[str, str] = {}
    for text in rows["text"]:
        if text != NOBODY and not _CODE.fullmatch(text):
            first = chosen.setdefault(canonical(text), text)
            found |= {} if first == text or text in known else {text: first}
    return found


def respelled(texts: pl.Series, others: Mapping[str, str]) -> pl.Series:
    """With every spelling as the one that stands for it."""
    return texts.cast(pl.String).replace(dict(others)).cast(texts.dtype) if others else texts


def one_spelling(frame: pl.DataFrame, taken: Account) -> pl.DataFrame:
    """The deals with one spelling of each name; rows that had another are counted, those of persons without
    their names."""
    for role in NAMES:
        others = spellings(frame[role])
        if others:
            rows = frame.filter(pl.col(role).cast(pl.String).is_in(list(others)))
            if role == "owner":
                taken.read_otherwise("person_spelled_otherwise", rows[ROW])
            else:
                taken.read_otherwise("name_spelled_otherwise", rows[ROW], rows[role])
            frame = frame.with_columns(respelled(frame[role], others))
    return frame


def spelled_as(frame: pl.DataFrame, role: str, known: pl.Series) -> pl.DataFrame:
    """Another table with names as the deals spell them."""
    if role not in frame.columns or not frame.height:
        return frame
    there = known.drop_nulls().unique().cast(pl.String).to_list()
    return frame.with_columns(respelled(frame[role], spellings(frame[role], there)))
