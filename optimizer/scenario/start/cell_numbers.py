"""The number of a cell, typed or as text, in the unit of a question."""

from __future__ import annotations

from decimal import Decimal

from optimizer.scenario.problems import number
from optimizer.scenario.start.answer_values import plain
from optimizer.scenario.start.typed_number import Unreadable, Wrong, typed_number

_MESSAGES: dict[Wrong, tuple[str, str]] = {
    "no_number": ("must be a number", "write a number, e.g. 1250.5 or 12 %"),
    "several": ("holds several numbers", "write one"),
    "two_ways": ("may be read in two ways", "write it without a separator of thousands"),
    "negative": ("must be at least 0", "write it without the minus sign, if that is what is meant"),
    "other_unit": ("is in another unit than is asked", "write the number alone, in the unit beside it"),
    "other_money": ("is no amount in euros without tax", "write it in euros, without tax"),
    "other_time": ("is per another period than is asked", "write it per the period that is asked"),
}


def cell_number(
    value: object, percent: bool, unit: str, language: str, period: str
) -> float | tuple[str, str]:
    """The number; a message and a remedy where it is none. `percent`: the cell shows it as a percentage."""
    if isinstance(value, bool):
        return "must be a number", "write a number, e.g. 12.5"
    if isinstance(value, int | float):
        if not percent:
            return value
        if not unit.startswith("%"):
            return "is shown as a percentage", "write the number alone, and format the cell as a number"
        return plain(float(Decimal(repr(value)) * 100))
    found = typed_number(str(value), unit, language, period)
    if not isinstance(found, Unreadable):
        return plain(found)
    message, hint = _MESSAGES[found.why]
    meant = " or ".join(number(reading) for reading in found.meant)
    return message, f"{hint}: {meant}" if meant else hint
