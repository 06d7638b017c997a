"""Phrases of a language with values put in."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.words.format import Formatter
from reports.words.locales import as_given, catalogue, phrase


@dataclass(frozen=True)
class Phrases:
    """What the catalogue of one language says."""

    write: Formatter
    given: bool = field(default=False, kw_only=True)
    """Of a plan that was asked about: what is said of a recommended one is said of an imposed one."""

    @property
    def language(self) -> str:
        return self.write.language

    def plain(self, key: str, **values: str) -> str:
        """A phrase with its values put in, spaces as in the catalogue."""
        return self._told(phrase(self.language, key)).format(**values)

    def _told(self, text: str) -> str:
        return as_given(self.language, text) if self.given else text

    def say(self, key: str, **values: str) -> str:
        """A phrase with its values put in, as it is printed."""
        return self.write.text(self.plain(key, **values))

    def count(self, key: str, number: int, **values: str) -> str:
        """A phrase in the plural form that the number asks for; of nothing, `none` where there is that."""
        entry = catalogue(self.language)[key]
        assert isinstance(entry, dict), f"{key} has no plural forms"
        form = "none" if number == 0 and "none" in entry else self.write.plural(number)
        chosen = entry.get(form, entry["other"])
        return self.write.text(self._told(chosen).format(n=self.write.number(number), **values))

    def quoted(self, text: str) -> str:
        return self.say("quote", text=text)
