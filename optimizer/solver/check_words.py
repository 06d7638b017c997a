"""Why a check of the certificate came out as it did: a code with its figures, and the same in English.

Programs and translations read code and figures; the words are for a terminal and for whoever reads JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from optimizer.response.global_response import Deviation

WORDS = {
    "best_of_all": "the best of all plans",
    "own_beliefs": "at the plan's own beliefs",
    "baseline_beliefs": "at baseline beliefs",
    "bound_without_draws": "to the bound at the beliefs of the plan best without draws",
    "every_plan": "plans, each at its own beliefs",
    "weights_alone": "plans keep the rules on weights",
    "likely_plans": "plans or more; only likely ones were judged, so that one may exist",
    "none_better": "plans are better, of all",
    "looked_better": "plans that looked better at these beliefs, each judged at its own",
    "patterns": "patterns of who works on what, each solved exactly",
    "continuum": "weights without steps: a continuum of plans cannot be listed where beliefs move with "
    "the plan",
    "no_random_plan": "random plans, each at its own beliefs: none was judged",
    "random_plans": "random plans, each at its own beliefs, none better: fewer than {share:.2%} of all "
    "plans are better, with 95 % confidence",
    "coarse_plans": "{plans:,} plans at step {step:g}",
    "gave_up": "the solver gave up without an answer",
    "no_plan_yet": "no plan yet",
    "contradictions": "contradictions that no plan of any space can solve",
    "rejected_by_model": "the model rejects the plan it is asked to certify",
    "model_value": "model against independent response",
    "model_worst_cases": "model's worst cases {model:,.2f}, independent response {response:,.2f}",
    "largest_regret": "largest, as a share of target pay",
    "within_bounds": "response against the proven bounds",
    "beliefs_and_facts": "beliefs against facts",
    "two_starts": "volumes from two starting beliefs",
    "above_floor": "believed denominators above {floor:.0%} of today's",
    "no_better_work": "no team found better work, as a share of its target pay",
    "other_draws": "{paid:,.2f} on {draws:,} other draws, standard error {error:,.2f}",
    "worst_cases": "worst cases of payouts {paid:,.2f}, as judged {judged:,.2f}",
    "excess_of_rules": "relative excess over all rules",
    "open_combinations": "of {combinations} combinations of curves might hold a better plan",
    "best_of_candidates": "best by {criterion} of {candidates} candidates in {draws:,} draws; value given up "
    "at the numbers of the file",
    "ahead_of_candidates": "best by {criterion} of {candidates} candidates in {draws:,} draws, by "
    "{ahead:,.6g} ± {error:,.3g} (standard error); value given up at the numbers of the file",
}
"""English by code; `better_work` has the words of its deviations."""


def because(why: str, **figures: Any) -> dict[str, Any]:
    """Code, figures and words, as fields of a check."""
    return {"detail": WORDS[why].format(**figures), "why": why, "figures": figures}


def because_of(better: Iterable[Deviation]) -> dict[str, Any]:
    """Teams that would rather do other work; where there are none, that."""
    found = list(better)
    if not found:
        return because("no_better_work")
    keys = ("team", "regime", "kind", "gain", "share")
    figures = {"deviations": [{key: getattr(one, key) for key in keys} for one in found]}
    return {"detail": "; ".join(one.words for one in found), "why": "better_work", "figures": figures}
