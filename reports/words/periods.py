"""A period in the forms that sentences need: grammar that no plural `s` makes, such as "de l’année"."""

from __future__ import annotations

from reports.words.phrases import Phrases

FORMS = ("of", "the", "many", "some", "each")


class PeriodName(str):
    """A period after "per", `par an`; its other forms are attributes that phrases name: `{period.of}`."""

    of: str
    """In the genitive: `de l’année`."""
    many: str
    """Plural: `années`."""
    some: str
    """Plural in the genitive: `d’années`."""
    the: str
    """With its article: `l’année`."""
    each: str
    """Every one: `chaque année`."""


def period_name(words: Phrases, code: str) -> PeriodName:
    """The forms of month, quarter, half_year or year."""
    name = PeriodName(words.say(f"period.{code}"))
    for form in FORMS:
        setattr(name, form, words.say(f"period.{form}.{code}"))
    return name
