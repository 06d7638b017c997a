"""Weights as people type them: `1 70, 2 30`, `1=70 2=30`, `Amount signed 70; Visits 30`, `2`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from optimizer.scenario.start.answer_checks import TOLERANCE
from optimizer.scenario.start.answer_values import plain
from reports.words.asking import Asking

_PERCENT = r"\d+(?:[.,]\d+)?"
_PAIR = re.compile(rf"^(?P<name>.*?\S)(?:(?:\s*[:=]\s*|\s+)(?P<percent>{_PERCENT})\s*%?)?$")
_NUMBERS = re.compile(rf"(\d+)(?:\s*[:=]\s*|\s+)({_PERCENT})(?:\s*%)?(?:\s+|$)")


def read_weights(
    text: str, names: Sequence[str], labels: Mapping[str, str], words: Asking
) -> dict[str, float] | str:
    """Percent by KPI, by numbers of the list or by names; why not, where it is no answer."""
    weights: dict[str, float] = {}
    for name, percent in _pairs(text):
        kpi = _kpi(name, names, labels)
        if kpi is None:
            return words.say("ask.wrong.kpi", text=words.quoted(name))
        if percent is None or kpi in weights:
            return words.say("ask.wrong.pairs")
        weights[kpi] = percent
    total = sum(weights.values())
    if abs(total - 100) > TOLERANCE:
        return words.say("ask.wrong.sum", sum=words.amount(total, "%"))
    return {kpi: plain(percent) for kpi, percent in weights.items() if percent}


def _pairs(text: str) -> Iterator[tuple[str, float | None]]:
    spaced = text.strip()
    if re.fullmatch(rf"(?:{_NUMBERS.pattern})+", spaced) and not re.search(r",\s", spaced):
        yield from ((name, _number(percent)) for name, percent in _NUMBERS.findall(spaced))
        return
    parts = [part for part in re.split(r"\s*;\s*|,\s+|\s*/\s*|\s*\+\s*", spaced) if part]
    for part in parts:
        found = _PAIR.match(part)
        if found is None:
            yield part, None
        elif found["percent"] is None:
            yield part, 100.0 if len(parts) == 1 else None
        else:
            yield found["name"], _number(found["percent"])


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _kpi(name: str, names: Sequence[str], labels: Mapping[str, str]) -> str | None:
    """By number of the list, by id, or by what it is called."""
    typed = name.strip().casefold()
    if typed.isdecimal():
        return names[int(typed) - 1] if 0 < int(typed) <= len(names) else None
    return next((kpi for kpi, label in labels.items() if typed in (kpi.casefold(), label.casefold())), None)
