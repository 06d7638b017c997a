"""Dates as people write them, in English, French, German and Spanish, to digits.

`mardi 1er mars 2024 à 14h30` is `2024-3-1 14:30`: weekdays, ordinals and words between go; month names and
their abbreviations, with or without accents, become numbers.

Works on unique texts, by regular expressions of polars; accents go by Unicode's decomposition.
"""

from __future__ import annotations

import polars as pl

from optimizer.history.vocabulary import unaccented

_MONTHS = (
    "january janvier januar jänner jaenner enero",
    "february février februar feber febrero",
    "march mars märz maerz mrz marzo",
    "april avril abril",
    "may mai mayo",
    "june juin juni junio",
    "july juillet juli julio",
    "august août agosto",
    "september septembre septiembre setiembre",
    "october octobre oktober octubre",
    "november novembre noviembre",
    "december décembre dezember diciembre",
)
_WEEKDAYS = """
    monday mon tuesday tues tue wednesday weds wed thursday thurs thur thu friday fri saturday sat sunday sun
    lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim
    montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sa sonnabend sonntag so
    lunes martes miercoles mie jueves jue viernes vie sabado sab domingo dom
"""


def _month_words() -> dict[str, int]:
    """Every beginning of a month's name of three letters or more that means one month only."""
    meant: dict[str, set[int]] = {}
    for number, names in enumerate(_MONTHS, 1):
        for name in map(unaccented, names.split()):
            for end in range(3, len(name) + 1):
                meant.setdefault(name[:end], set()).add(number)
    return {word: min(numbers) for word, numbers in meant.items() if len(numbers) == 1}


_NUMBERS = _month_words()
_DAYS = "|".join(sorted(_WEEKDAYS.split(), key=len, reverse=True))
_LEADING = r"^(?:am|le|el|den|on|the) "
_TIDY = (
    (r'^[=\'"]+|["\']+$', ""),
    (r"[\u2010-\u2015\u2212]", "-"),
    (r"\s+", " "),
    (r" ?\([^)]*\)$", ""),
    (_LEADING, ""),
    (rf"^(?:{_DAYS})\b\.?,? ?", ""),
    # `mar` is a Tuesday where the day and another month's name, or a date in digits, follow.
    (r"^mar\b\.?,? (\d{1,2}(?:er|o|\.)? ?(?:de )?[a-z]{3,}|\d{1,2}[/.-]\d)", "$1"),
    (_LEADING, ""),
    (r"\bgmt ?([+-]\d)", "$1"),
    (r"\bgmt\b", "utc"),
    (r"([ap])\. ?m\b\.?", "${1}m"),
    (r"([ ,])(\d{1,2}) ?([ap]m)\b", "$1$2:00 $3"),
    (r"[, ]+(?:at|a las|a la|a|um|kl|-) (\d{1,2} ?[:h.])", " $1"),
    (r"\b(\d{1,2}) ?h ?(\d{2})(?: ?m(?:in)?)? ?(\d{2}) ?s?\b", "$1:$2:$3"),
    (r"\b(\d{1,2}) ?h ?(\d{2})(?: ?m(?:in)?)?\b", "$1:$2"),
    (r"\b(\d{1,2}) ?(?:h|uhr)$", "$1:00"),
    (r"\b(\d{1,2})\.(\d{2}) ?uhr$", "$1:$2"),
    (r"(:\d{2}) ?(?:uhr|hrs?|h)\b\.?", "$1"),
    (r"\b(\d{1,2})\.?(?:st|nd|rd|th|er|ere|eme|ero|ro|ra|e|o|a)\b", "$1"),
    (r"\b(?:de|del|of|the)\b", " "),
    (r"(\d) ?([/-]) ?(\d)", "$1$2$3"),
    (r"\s+", " "),
)
"""Replaced in order, in small letters without accents."""


def in_digits(unique: pl.Series) -> pl.Series:
    """Texts as the readers of digits take them; texts that hold nothing but digits and their signs stay."""
    odd = unique.str.contains(r"[^\d\s:./+\-TZ,]").fill_null(False)
    if not odd.any():
        return unique
    small = [unaccented(text.casefold()) for text in unique.filter(odd)]
    plain = pl.Series(unique.name, small, dtype=pl.String)
    for pattern, put in _TIDY:
        plain = plain.str.replace_all(pattern, put)
    plain = _numbered(plain.str.strip_chars())
    whole = pl.Series(unique.name, unique.to_list(), dtype=pl.String)
    return whole.scatter(odd.arg_true(), plain)


def _numbered(texts: pl.Series) -> pl.Series:
    """Day, month and year with slashes, where the month has a name; the year first is ISO's order."""
    day_first = texts.str.extract_groups(
        r"^(\d{1,2})[ .\-/,]*([a-z]{3,10})\.?[ .\-/,']*(\d{4}|\d{2})(?:[, ]+(.*))?$"
    )
    month_first = texts.str.extract_groups(
        r"^([a-z]{3,10})\.?[ \-/]*(\d{1,2})\.?[, \-/]+(\d{4}|\d{2})(?:[, ]+(.*))?$"
    )
    year_first = texts.str.extract_groups(r"^(\d{4})[ .\-/]*([a-z]{3,10})\.?[ .\-/]*(\d{1,2})(?:[, ]+(.*))?$")
    read = texts
    for groups, (year, month, day) in ((day_first, "321"), (month_first, "312"), (year_first, "123")):
        part = groups.struct.field
        number = month_of(part(month))
        years = pl.select(full_year(pl.lit(part(year)))).to_series()
        date = years + "-" + number.cast(pl.String) + "-" + part(day)
        clock = part("4").fill_null("")
        clock = clock.zip_with(clock == "", " " + clock)
        read = (date + clock).fill_null(read)
    return read


def month_of(words: pl.Series) -> pl.Series:
    """Numbers of months from their names or the beginnings of these; null where a word is none."""
    return words.replace_strict(_NUMBERS, default=None, return_dtype=pl.Int32)


def full_year(year: pl.Expr) -> pl.Expr:
    """Of two digits, 70 to 99 are of the last century."""
    century = pl.when(year >= "70").then(pl.lit("19")).otherwise(pl.lit("20"))
    return pl.when(year.str.len_chars() == 2).then(century + year).otherwise(year)
