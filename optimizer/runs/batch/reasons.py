"""What keeps a run that has ended from being optimal and whole, in the names and codes of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.plans.statuses import SETTLED
from optimizer.runs.deadlines import searched_by

AFTER_SOLVE = ("explain", "tables", "report")
"""Phases of a run that are not its search."""


@dataclass(frozen=True)
class Incomplete:
    """`time_limit` [s] where it was reached, `rules` are in conflict, `checks` failed, and there was no time
    for what is `left_out`."""

    time_limit: float | None
    rules: tuple[str, ...]
    checks: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, result: Mapping[str, Any], about: Mapping[str, Any], limit: float | None) -> Incomplete:
        """Of a run with this `result.json` and `manifest.json`."""
        status = result["status"]
        rules = (result.get("conflict") or {}).get("rules", ()) if status == "infeasible" else ()
        failed = [c["name"] for c in result.get("checks", ()) if not c["ok"]]
        spent = sum(value for phase, value in about["seconds"].items() if phase not in AFTER_SOLVE)
        late = limit is not None and status not in SETTLED and spent >= searched_by(limit)
        return cls(
            time_limit=limit if late else None,
            rules=tuple(rules),
            checks=() if status in ("optimal", "imposed") or rules else tuple(failed),
            left_out=tuple(about.get("left_out", ())),
        )

    @property
    def reason(self) -> str:
        """`time_limit 5; rules budget.expected, gaming.spam; checks gap; left_out tornado`: what there is of
        it; empty where nothing is missing."""
        limit = () if self.time_limit is None else (f"{self.time_limit:g}",)
        parts = {"time_limit": limit, "rules": self.rules, "checks": self.checks, "left_out": self.left_out}
        return "; ".join(f"{part} {', '.join(named)}" for part, named in parts.items() if named)
