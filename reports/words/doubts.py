"""What a reader should doubt before deciding, in sentences: numbers of the wrong size, volumes never seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from reports.words.catalogue import Words, plain_number

MOST_LINES = 2
MOST_NAMED = 3
"""Activities named in a sentence."""


def how_far(words: Words, line: Any) -> str:
    """How far a number may be off, by a share or by a factor; empty where its source does not say."""
    if line["factor"] > 1:
        return words.say("source.factor", factor=plain_number(words, float(line["factor"])))
    return words.say("source.off", range=words.write.percent(line["range"], 0)) if line["range"] > 0 else ""


def doubts(words: Words, warnings: pd.DataFrame) -> list[dict[str, Any]]:
    """A box with a line per warning, the first ones; none without warnings."""
    moved = warnings["warning"] == "volume"
    lines = [_line(words, row) for _, row in warnings[~moved].iterrows()]
    left_out = len(lines) - MOST_LINES
    lines = lines[:MOST_LINES] + ([words.count("doubt.more", left_out)] if left_out > 0 else [])
    if moved.any():
        lines.append(_volumes(words, warnings[moved]))
    return [{"title": words.say("alert.doubts"), "lines": lines, "tone": "warn"}] if lines else []


def _line(words: Words, row: Any) -> str:
    write = _writer(words, row["warning"])
    numbers = {column: write(row[column]) for column in ("value", "low", "high")}
    return words.say(f"doubt.{row['warning']}", label=_doubted(words, row), **numbers)


def _doubted(words: Words, row: Any) -> str:
    """The thing or the rule whose number is doubted; the number itself where it is a curve."""
    path = str(row["path"])
    if path.startswith("rules."):
        return words.name("rule", path.removeprefix("rules.").removesuffix(".limit"), 80)
    parts = path.split(".")[: 3 if row["warning"] == "curve" else 2]
    return words.name("path", ".".join(parts), 80)


def _writer(words: Words, code: str) -> Callable[[float], str]:
    if code == "hours":
        return lambda value: words.write.number(value, 0 if abs(value) >= 10 else 1)
    if code in ("share", "charges", "attainment", "budget", "margin"):
        return lambda value: words.write.percent(value, 0 if abs(value) >= 0.01 else 2)
    return lambda value: words.write.money(value, 0 if abs(value) >= 10 else 2)


def _volumes(words: Words, moved: pd.DataFrame) -> str:
    names = [
        words.say(
            "doubt.moved",
            label=words.name("activity", row["path"].split(".")[1]),
            change=words.write.percent(row["value"] / row["low"] - 1, 0, signed=True),
        )
        for _, row in moved.head(MOST_NAMED).iterrows()
    ]
    return words.say(
        "doubt.volume", names=words.write.listed(names + (["…"] if len(moved) > MOST_NAMED else []))
    )
