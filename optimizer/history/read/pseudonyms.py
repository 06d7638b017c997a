"""Persons by pseudonym, the same in every table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from optimizer.history.read.account import NOBODY
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.spellings import spellings
from optimizer.scenario.problems import InputProblem, ScenarioError


def pseudonyms(series: Iterable[pl.Series]) -> dict[str, str]:
    """`person_01` for whoever has most rows, and so on; the same persons in every table."""
    counts_by_table = [s.alias("owner").drop_nulls().value_counts() for s in series]
    every = pl.concat([c.with_columns(pl.col("owner").cast(pl.String)) for c in counts_by_table])
    counts = every.group_by("owner").agg(pl.col("count").sum())
    counts = counts.sort(["count", "owner"], descending=[True, False])
    people = [name for name in counts["owner"] if name != NOBODY]
    width = max(2, len(str(len(people))))
    return {NOBODY: NOBODY, **{name: f"person_{i:0{width}}" for i, name in enumerate(people, 1)}}


def coded(frame: pl.DataFrame, codes: Mapping[str, str]) -> pl.DataFrame:
    """The frame with each owner by code, or as it is where there are none."""
    if not codes:
        return frame
    return frame.with_columns(pl.col("owner").replace_strict(dict(codes), return_dtype=pl.Categorical))


def concerned(given: Map, owners: pl.Series, codes: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the map's change, by code. Raises ScenarioError for somebody who owns no row."""
    if given.change is None:
        return ()
    known = set(owners.unique().cast(pl.String))
    others = spellings(pl.Series(given.change.concerned, dtype=pl.String), known)
    named = [others.get(name, name) for name in given.change.concerned]
    unknown = [name for name in named if name not in known]
    if unknown:
        # Names of persons are not repeated from the export: only how many it has.
        hint = f"write names as in the column of owners, which has {len(known)}"
        raise ScenarioError([InputProblem("change.concerned", unknown[0], "owns no row", hint)])
    return tuple(codes.get(name, name) for name in named)
