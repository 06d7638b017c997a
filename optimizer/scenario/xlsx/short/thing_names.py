"""What things are called on the sheets: by their labels, or codes where labels do not tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, count

from optimizer.scenario.problems import as_name
from optimizer.scenario.xlsx.short.sheet_words import folded


class Names:
    """Labels and codes of a section, and the labels that its things had when the workbook was written."""

    def __init__(self, former: Mapping[str, str] | None = None) -> None:
        self._labels: dict[str, str] = {}
        self._exact: dict[str, list[str]] = {}
        self._alike: dict[str, list[str]] = {}
        self._former = former or {}

    def add(self, code: str, label: str | None) -> None:
        self._labels[code] = label or code
        self._exact.setdefault(label or code, []).append(code)
        self._alike.setdefault(folded(label or code), []).append(code)

    @property
    def labels(self) -> list[str]:
        return list(self._labels.values())

    @property
    def codes(self) -> list[str]:
        return list(self._labels)

    def __contains__(self, code: str) -> bool:
        return code in self._labels

    def code(self, text: str) -> str | None:
        """The thing that a text means: by its label, its code, or the label that it had."""
        wanted = folded(text)
        for codes in (self._exact.get(text, []), self._alike.get(wanted, [])):
            if len(codes) == 1:
                return codes[0]
        if text in self._labels:
            return text
        former = self._former.get(wanted)
        return former if former in self._labels else None

    def text(self, code: str) -> str:
        """How to write a thing so that it is read back: the label, or the code."""
        label = self._labels.get(code, code)
        return label if self.code(label) == code else code

    def free(self, label: str, taken: Iterable[str]) -> str:
        """A code for a thing that has none: the one that it had, or one like its label."""
        used = {*taken, *self._labels}
        former = self._former.get(folded(label))
        if former is not None and former not in used:
            return former
        base = as_name(label)
        others = (f"{base[:60]}_{number}" for number in count(2))
        return next(name for name in chain([base], others) if name not in used)
