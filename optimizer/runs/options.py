"""What a run folder is asked for: a solve, what is explained of it, and its documents."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as strict

from optimizer.runs.deadlines import searched_by
from optimizer.scenario.problems import Finding
from optimizer.scenario.types import Scenario
from optimizer.solver.options import STRICT, Options
from reports.words.locales import languages

Depth = Literal["board", "full"]
Documents = Literal["pdf", "plans", "xlsx", "html"]
if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[languages()]


@strict(frozen=True, config=STRICT)
class RunOptions(Options):
    """Raises pydantic's ValidationError, a ValueError, for a value that cannot be."""

    explain: Depth = "board"
    """full: also solve again for the price of every rule and for frontiers."""
    robust: Literal["mean", "cvar", "regret"] | None = None
    """By what the best of the candidate plans is taken when numbers are off."""
    draws: Annotated[int, Field(ge=1)] | None = None
    """Companies drawn from the sources' ranges in which candidate plans are compared."""
    outputs: tuple[Documents, ...] = ()
    """Documents to make; all where empty."""
    languages: tuple[Language, ...] = ()
    """Each document's own where empty."""

    @property
    def limit(self) -> float:
        """Seconds for search, explanation and documents; infinite where none are given."""
        return math.inf if self.time_limit is None else self.time_limit

    @property
    def for_search(self) -> RunOptions:
        """The same, with the part of the time limit that is the search's."""
        limit = None if self.time_limit is None else searched_by(self.time_limit)
        return replace(self, time_limit=limit)

    @property
    def record(self) -> dict[str, Any]:
        """As `inputs.json` has it, always in one order; documents where some were chosen."""
        given = asdict(self)
        chosen = {name: list(given.pop(name)) for name in ("outputs", "languages")}
        return given | {name: values for name, values in chosen.items() if values}


def options_problems(scenario: Scenario, options: Options) -> list[Finding]:
    """What cannot be asked of this scenario, or not together."""
    findings = []
    if options.alternatives and not scenario.rules.weights.step:
        message = "alternatives are plans that differ by steps, and rules.weights.step is 0"
        hint = "write 0.05 there"
        findings.append(Finding(("options", "alternatives"), str(options.alternatives), message, hint))
    compared = isinstance(options, RunOptions) and (options.robust or options.draws)
    if compared and options.beliefs == "baseline":
        message = "plans are compared in draws at consistent beliefs, not at those of today"
        findings.append(Finding(("options", "beliefs"), "baseline", message, "leave robust and draws out"))
    return findings
