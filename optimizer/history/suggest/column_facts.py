"""What the values of a column show: dates, numbers, yes and no, categories, ids."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from optimizer.history.read.frames.exports import ROW, Export
from optimizer.history.read.typed import parse_cells
from optimizer.history.read.typed.currency_codes import code_of, marked
from optimizer.history.read.typed.empty_words import emptied, empty_words
from optimizer.history.read.typed.months import are_months
from optimizer.history.vocabulary import ideas, is_no, is_yes, lexicon, words

_ENOUGH = 400
"""Different cells that are read to tell what kind they are."""
_MOST_VALUES = 300
"""A column with more different values holds no categories."""
_ROWS = 20_000
"""Rows whose marks of money are looked at."""
_MOSTLY = 0.9
SOME_ROWS = 2_000
"""First rows in which columns are compared with each other."""
_FEWEST_AMOUNTS = 6
"""Different numbers from which on their spread is looked at."""
_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w.'-]*( (?:[a-z]{1,3} )?[A-ZÀ-ÖØ-Þ][\w.'-]*){1,3}$")
_BARE = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True)
class Column:
    """A column and what it shows. Nothing is computed before it is asked for."""

    heading: str
    cells: pl.Series

    @property
    def ideas(self) -> frozenset[str]:
        return ideas(self.heading)

    @cached_property
    def filled(self) -> float:
        """Share of rows with a cell."""
        return 1 - self.cells.null_count() / max(1, len(self.cells))

    @cached_property
    def different(self) -> int:
        return int(self.cells.drop_nulls().n_unique())

    @cached_property
    def unique(self) -> float:
        """Different cells per filled one: 1 where none repeats."""
        return self.different / max(1, len(self.cells) - self.cells.null_count())

    @cached_property
    def values(self) -> list[str]:
        """Its categories, the commonest first; none where there are too many."""
        if self.different > _MOST_VALUES:
            return []
        counts = (
            self.cells.drop_nulls()
            .value_counts(sort=False)
            .sort(["count", self.cells.name], descending=[True, False])
        )
        return [str(v) for v in counts[self.cells.name]]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by category."""
        return Counter(self.cells.drop_nulls().to_list()) if self.values else {}

    @cached_property
    def sample(self) -> pl.Series:
        """Some of its different cells."""
        return self.cells.drop_nulls().unique(maintain_order=True).head(_ENOUGH)

    @cached_property
    def kind(self) -> str:
        """`empty`, `flag`, `month`, `date`, `number` or `text`."""
        if not len(self.sample):
            return "empty"
        if self._is_flag:
            return "flag"
        if are_months(self.sample):
            return "month"
        if self._bare:
            return "date" if self._counts_days else "number"
        if _share(_dates(self.sample)) >= _MOSTLY:
            return "date"
        return "number" if _share(_numbers(self.sample)) >= _MOSTLY else "text"

    @cached_property
    def moments(self) -> pl.Series:
        """Dates of every row; null where there is none."""
        return _dates(self.cells)

    @cached_property
    def amounts(self) -> pl.Series:
        """Numbers of every row; null where there is none."""
        return _numbers(self.cells)

    @cached_property
    def some_amounts(self) -> pl.Series:
        """Numbers of the first rows; null where there is none."""
        return _numbers(self.cells.head(SOME_ROWS))

    @cached_property
    def monetary(self) -> bool:
        """Numbers written as money is: two decimals, or round; far apart, and in no order."""
        if self.kind != "number" or self.different < _FEWEST_AMOUNTS:
            return False
        cells = self.sample.str.strip_chars(" €$£")
        numbers = _numbers(self.sample).drop_nulls()
        written = _true(cells.str.contains(r"[.,]\d{2}$")) or _true(numbers % 10 == 0)
        least, most = numbers.quantile(0.1), numbers.quantile(0.9)
        return written and least is not None and most is not None and most > 2 * max(0.0, least)

    @cached_property
    def small(self) -> bool:
        """Whole numbers below a hundred, which are seldom money."""
        numbers = _numbers(self.sample).drop_nulls()
        return len(numbers) > 0 and _true((numbers < 100) & (numbers % 1 == 0)) and not self.codes

    @cached_property
    def persons(self) -> float:
        """Share of its categories that look like names of persons."""
        return sum(bool(_NAME.match(v)) for v in self.values) / max(1, len(self.values))

    @cached_property
    def codes(self) -> Counter[str]:
        """Currencies that its cells name, with rows: codes, or signs such as $ that several share."""
        if self.kind == "text":
            return Counter({code: n for value, n in self.counts.items() if (code := code_of(value))})
        return Counter(marked(self.cells.head(_ROWS)).drop_nulls().to_list())

    @cached_property
    def _is_flag(self) -> bool:
        return 1 <= len(self.sample) <= 2 and all(is_yes(v) or is_no(v) for v in self.sample)

    @cached_property
    def _bare(self) -> bool:
        """Plain digits, which may also be days as spreadsheets and programs count them."""
        return all(_BARE.fullmatch(v) for v in self.sample)

    @cached_property
    def _counts_days(self) -> bool:
        told = self.ideas & {"date", "created", "closed", "end", "modified"} and "by" not in self.ideas
        return bool(told) and _share(_dates(self.sample)) >= _MOSTLY


def _dates(cells: pl.Series) -> pl.Series:
    """Where nothing tells days from months, days come first: which is asked later, here kinds are told."""
    try:
        return parse_cells.dates(cells).values
    except parse_cells.Ambiguous:
        return parse_cells.dates(cells, day_first=True).values


def _numbers(cells: pl.Series) -> pl.Series:
    try:
        return parse_cells.numbers(cells).values
    except parse_cells.Ambiguous:
        return parse_cells.numbers(cells, "point").values


def _true(which: pl.Series) -> bool:
    """Whether something holds of most."""
    return int(which.sum() or 0) >= _MOSTLY * len(which)


def _share(read: pl.Series) -> float:
    return 1 - read.null_count() / len(read)


def currency_in(heading: str) -> str:
    """The code of the currency that a heading names, such as `Amount spent (EUR)`; empty: none."""
    codes = lexicon()["currencies_in_headings"].split()
    return next((word.upper() for word in words(heading) if word in codes), "")


def columns_of(export: Export) -> list[Column]:
    """The columns that hold anything."""
    found = [Column(name, _filled(export.frame[name])) for name in export.frame.columns if name != ROW]
    return [column for column in found if column.kind != "empty"]


def _filled(cells: pl.Series) -> pl.Series:
    """A column without the words by which its cells say that they are empty, such as `-` and NULL."""
    return emptied(cells, empty_words(cells.drop_nulls().unique(maintain_order=True).head(_ENOUGH)))
