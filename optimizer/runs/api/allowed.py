"""What numbers the calls and the verbs take, once for both. Loads nothing: verbs read it for `--help`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.problems import Finding, ScenarioError, did_you_mean


@dataclass(frozen=True)
class Allowed:
    """A number: whole or not, its limits, and whether it may be left out."""

    whole: bool = True
    low: float | None = None
    high: float | None = None
    above: bool = False
    """The lower limit itself is none."""
    optional: bool = False

    def takes(self, value: Any) -> bool:
        """Whether a value can be it."""
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        low = self.low is None or (value > self.low if self.above else value >= self.low)
        return bool(low and (self.high is None or value <= self.high) and value == value)

    @property
    def words(self) -> str:
        """What to write."""
        kind = "a whole number" if self.whole else "a number"
        low = "" if self.low is None else f" {'above' if self.above else 'from'} {self.low:g}"
        return f"write {kind}{low}{'' if self.high is None else f' to {self.high:g}'}"


GAP = Allowed(False, 0, 1)
SECONDS = Allowed(False, 0, above=True)
WORKERS = Allowed(True, 1, optional=True)
ALLOWED: dict[str, dict[str, Allowed]] = {
    "solve": {"workers": Allowed(True, 1)},
    "frontier": {"points": Allowed(True, 2), "time_limit": SECONDS, "gap": GAP, "workers": WORKERS},
    "simulate": {
        "periods": Allowed(True, 1, 400),
        "draws": Allowed(True, 2),
        "learning": Allowed(False, 0, 1, above=True),
    },
    "pilot": {"periods": Allowed(True, 1, 40)},
    "adjust": {"time_limit": Allowed(False, 0, above=True, optional=True), "gap": GAP},
    "batch": {"workers": WORKERS},
    "rollup": {"budget": Allowed(False, 0.0, above=True)},
}
"""By verb and parameter."""


def checked_numbers(verb: str, **given: Any) -> None:
    """Raises ScenarioError with every number that cannot be: name, value, remedy."""
    from optimizer.runs.api.reading import shown_type

    wrong = [(name, value) for name, value in given.items() if not ALLOWED[verb][name].takes(value)]
    if wrong:
        raise ScenarioError(
            Finding((name,), shown_type(value), "cannot be", ALLOWED[verb][name].words).problem()
            for name, value in wrong
        )


def checked_choice(name: str, value: Any, names: Sequence[str]) -> None:
    """Raises ScenarioError for what is none of the names."""
    if value not in names:
        hint = did_you_mean(str(value), list(names))
        raise ScenarioError([Finding((name,), str(value), "cannot be", hint).problem()])
