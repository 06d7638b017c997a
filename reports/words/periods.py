"""A period in the forms that sentences need: grammar that no plural `s` makes, such as "de l’année"."""

from __future__ import annotations

from reports.words.phrases import Phrases

FORMS = ("next", "of", "many", "some", "each")


class PeriodName(str):
    """A period after "per", `par an`; its other forms are attributes that phrases name: `{period.next}`."""

    next: str
    """The coming one as an adverb: `l’an prochain`."""
    Next: str
    """The same at the start of a sentence."""
    of: str
    """In the genitive: `de l’année`."""
    many: str
    """Plural: `années`."""
    some: str
    """Plural in the genitive: `d’années`."""
    each: str
    """Every one: `chaque année`."""


def period_name(words: Phrases, code: str) -> PeriodName:
    """The forms of month, quarter, half_year or year."""
    name = PeriodName(words.say(f"period.{code}"))
    for form in FORMS:
        setattr(name, form, words.say(f"period.{form}.{code}"))
    name.Next = name.next[:1].upper() + name.next[1:]
    return name
