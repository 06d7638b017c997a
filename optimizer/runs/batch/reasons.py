"""What keeps a run that has ended from being optimal and whole: for logs by name, for people in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.types import Scenario
from optimizer.tables.labels import SWINGS, Text, check_label, rule_label

PROVEN = ("optimal", "infeasible")
"""Statuses of a solve that more time would not change."""
AFTER_SOLVE = ("explain", "tables", "report")
"""Phases of a run that its time limit does not count."""
LIMIT = Text("the time limit of {} s was reached", "la limite de {} s a été atteinte")
RULES = Text("rules that cannot hold together: {}", "règles incompatibles entre elles : {}")
CHECKS = Text("checks that failed: {}", "contrôles en échec : {}")
LEFT_OUT = Text("no time was left for: {}", "le temps a manqué pour : {}")
PARTS = {SWINGS.en: SWINGS}
"""What a manifest may say was left out."""


@dataclass(frozen=True)
class Incomplete:
    """`limit` is the time limit [s] where it was reached, `rules` are in conflict, `checks` failed, and there
    was no time for what is `left_out`."""

    limit: float | None
    rules: tuple[str, ...]
    checks: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, result: Mapping[str, Any], about: Mapping[str, Any], limit: float | None) -> Incomplete:
        """Of a run with this `result.json` and `manifest.json`."""
        status, rules = result["status"], (result.get("conflict") or {}).get("rules", ())
        failed = [c["name"] for c in result.get("checks", ()) if not c["ok"]]
        spent = sum(value for phase, value in about["seconds"].items() if phase not in AFTER_SOLVE)
        late = limit is not None and status not in PROVEN and spent >= limit
        return cls(
            limit=limit if late else None,
            rules=tuple(rules),
            checks=() if status == "optimal" or rules else tuple(failed),
            left_out=tuple(about.get("left_out", ())),
        )

    @property
    def reason(self) -> str:
        """In the names that files have; empty where nothing is missing."""
        return "; ".join(part.en for part in self._parts(as_it_is, as_it_is))

    def label(self, scenario: Scenario) -> Text:
        """In words, in both languages."""
        parts = list(self._parts(lambda rule: rule_label(scenario, rule), check_label))
        return Text("; ".join(p.en for p in parts), " ; ".join(p.fr for p in parts))

    def _parts(self, rule: Callable[[str], Text], check: Callable[[str], Text]) -> Iterator[Text]:
        if self.limit is not None:
            number = f"{self.limit:g}"
            yield Text(LIMIT.en.format(number), LIMIT.fr.format(number.replace(".", ",")))
        yield from _listed(RULES, [rule(name) for name in self.rules])
        yield from _listed(CHECKS, [check(name) for name in self.checks])
        yield from _listed(LEFT_OUT, [PARTS.get(part, as_it_is(part)) for part in self.left_out])


def as_it_is(name: str) -> Text:
    return Text(name, name)


def _listed(phrase: Text, named: list[Text]) -> Iterator[Text]:
    if named:
        en, fr = ", ".join(n.en for n in named), ", ".join(n.fr for n in named)
        yield Text(phrase.en.format(en), phrase.fr.format(fr))
