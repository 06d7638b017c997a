"""What rows are: won, lost, junk, at a step; by their cells, in whatever letters these are spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.losses import ROW
from optimizer.history.read.maps.conditions import Condition, Conditions, Is, any_of
from optimizer.history.read.typed.csv_column import empty_cells
from optimizer.history.read.typed.empty_words import canonical, empty_words

OPEN_AS = "open_as"
"""Column of a frame with what the cells that tell outcomes say of rows that are neither won nor lost."""
_MOST_TEXTS = 50_000
"""A column with more different texts holds no outcomes: its texts are compared letter by letter."""


def flags_of(raw: pl.DataFrame, flags: Mapping[str, Conditions], taken: Account) -> pl.DataFrame:
    """Whether each row fulfils the conditions of each name.

    A cell that no condition spells as it stands is the text that it equals but for case, accents, spaces, `_`
    and `-`; which cells these are is counted.
    """
    written = _as_written(raw, flags, taken)
    return raw.select(any_of(conditions).alias(name) for name, conditions in written.items())


def _as_written(raw: pl.DataFrame, flags: Mapping[str, Conditions], taken: Account) -> dict[str, Conditions]:
    """The conditions with every spelling that their columns have."""
    every = [condition for conditions in flags.values() for condition in conditions]
    spellings = {
        heading: _spellings(raw[heading], every) for heading in sorted({h for c in every for h in c})
    }
    for heading, spelled in spellings.items():
        others = [text for texts in spelled.values() for text in texts]
        rows = raw.filter(pl.col(heading).is_in(others)) if others else raw.clear()
        taken.read_otherwise("spelled_otherwise", rows[ROW], rows[heading])
    nothing = {h: empty_words(raw[h]) for c in every for h, cell in c.items() if cell.present}

    def written(condition: Condition) -> Condition:
        return {h: _with(cell, spellings[h], nothing.get(h, [])) for h, cell in condition.items()}

    return {name: tuple(written(c) for c in conditions) for name, conditions in flags.items()}


def _spellings(column: pl.Series, conditions: Iterable[Condition]) -> dict[str, list[str]]:
    """Texts of a column that no condition names, by the text of a condition that they spell otherwise."""
    cells = [condition[column.name] for condition in conditions if column.name in condition]
    named = {text for cell in cells for text in (*(cell.any_of or ()), *(cell.none_of or ()))}
    there = column.drop_nulls().unique()
    if not named or len(there) > _MOST_TEXTS:
        return {}
    plain = {text: canonical(text) for text in sorted(map(str, there)) if text not in named}
    return {text: found for text in named if (found := [t for t, p in plain.items() if p == canonical(text)])}


def _with(cell: Is, spellings: Mapping[str, list[str]], nothing: list[str]) -> Is:
    def all_of(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(other for text in texts for other in (text, *spellings.get(text, ())))

    excluded = nothing if cell.present else []
    any_of, none_of = all_of(cell.any_of or ()), (*all_of(cell.none_of or ()), *excluded)
    return cell.model_copy(update={"any_of": any_of or None, "none_of": none_of or None})


def undecided(raw: pl.DataFrame, flags: pl.DataFrame, conditions: Conditions) -> pl.Series:
    """What cells of the columns that tell won and lost say where a row is neither; null elsewhere."""
    headings = sorted({heading for condition in conditions for heading in condition})
    if not headings:
        return empty_cells(raw.height, pl.Categorical, OPEN_AS)
    alone = len(headings) == 1
    texts = [pl.col(h) if alone else pl.format("{}: {}", pl.lit(h), pl.col(h)) for h in headings]
    said = pl.concat_str([text.fill_null("") for text in texts], separator=", ").cast(pl.Categorical)
    still = flags.select(~(pl.col("won") | pl.col("lost") | pl.col("junk"))).to_series()
    return raw.select(pl.when(pl.lit(still)).then(said).alias(OPEN_AS)).to_series()
