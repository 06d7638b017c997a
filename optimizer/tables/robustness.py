"""Tables of plans when numbers are off, and of guarantees (columns in `columns.SCHEMA`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.plans.robustness import MEASURED, Robustness
from optimizer.scenario.plan import plan_from_euros, plan_in_words
from optimizer.tables.columns import Row, label_cells, named_cells
from optimizer.tables.labels import (
    CURRENT_IS_BEST,
    NO_GUARANTEE,
    NO_TEXT,
    Text,
    label_of,
    plan_label,
    plan_text,
)

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution


def robustness_rows(solution: Solution) -> Iterator[Row]:
    found, scenario = solution.robustness, solution.cal.scenario
    if found is None:
        return
    plans = [plan_from_euros(scenario, c.euros).weights for c in found.candidates]
    for c, (candidate, weights) in enumerate(zip(found.candidates, plans, strict=True)):
        yield {
            "rank": c + 1,
            "kind": candidate.kind,
            **label_cells(candidate_label(solution, found, c)),
            "plan": plan_in_words(weights),
            **named_cells("plan", plan_text(scenario, weights)),
            "nominal": c == found.nominal,
            "recommended": c == found.picked,
            "keeps_rules": candidate.kept,
            "value": candidate.value,
            "given_up": found.candidates[found.nominal].value - candidate.value,
            **{name: float(getattr(found, name)[c]) for name in MEASURED},
            "next_best": c == found.runner_up,
            "best_when_bad": c == found.best_when_bad,
            "criterion": found.criterion or "",
            "draws": len(found.values),
            "seed": found.seed,
        }


def candidate_label(solution: Solution, found: Robustness, c: int) -> Text:
    """What a candidate is, or the weights of the teams that it pays otherwise than the nominal plan."""
    kind, scenario = found.candidates[c].kind, solution.cal.scenario
    if c == found.nominal == 0:
        return CURRENT_IS_BEST
    if kind in ("current", "nominal"):
        return plan_label(kind, kind)
    both = (found.candidates[s].euros for s in (found.nominal, c))
    nominal, other = (plan_from_euros(scenario, euros).weights for euros in both)
    moved = {team: weights for team, weights in other.items() if weights != nominal[team]}
    return plan_text(scenario, moved or other)


def guarantees_rows(solution: Solution) -> Iterator[Row]:
    """One row per team of the recommended plan."""
    for g in solution.guarantees:
        yield {
            "team": g.team,
            **named_cells("team", label_of(g.team, solution.cal.scenario.teams)),
            "share": np.nan if g.share is None else g.share,
            "amount": np.nan if g.amount is None else g.amount,
            "reason": g.reason,
            **named_cells("reason", NO_GUARANTEE[g.reason] if g.reason else NO_TEXT),
        }
