"""Tables of plans when numbers are off, and of guarantees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.plans.plan_changes import ALIKE
from optimizer.plans.robustness import MEASURED, Robustness
from optimizer.scenario.plan import (
    Plan,
    PlanWeights,
    curves_in_words,
    pay_decided,
    pay_in_words,
    plan_from_euros,
    plan_in_words,
)
from optimizer.tables.table import Column, Row, Table, number

if TYPE_CHECKING:
    from optimizer.response.calibration import Calibrated
    from optimizer.solver.solution import Solution


ROBUSTNESS = Table(
    "robustness",
    rank=Column(
        int,
        "order",
        "order: the current plan, the best at the numbers of the file unless it is that, then others",
    ),
    kind=Column(
        str,
        "code",
        "current, nominal, alternative or neighbour (one shift of weight away from the nominal plan)",
        "xlsx.robust",
    ),
    plan=Column(str, "text", "team: KPI weight", "weights"),
    apart=Column(
        str,
        "text",
        "of teams that it pays otherwise than the nominal plan; empty for the current and the nominal one",
        "weights",
    ),
    curves=Column(str, "text", "chosen for it, team: curve; empty where it follows those in force"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
    pay_apart=Column(str, "text", "of those, the teams that it pays another amount than the nominal plan"),
    nominal=Column(
        bool, "flag", "whether it is the best at the numbers of the file; the current plan may be"
    ),
    recommended=Column(bool, "flag", "whether it is the recommended plan"),
    keeps_rules=Column(
        bool, "flag", "whether it keeps all rules at the numbers of the file and may be recommended"
    ),
    value=Column(float, "money/period", "objective at the numbers of the file"),
    given_up=Column(float, "money/period", "the nominal plan's value less this one's"),
    mean=Column(float, "money/period", "objective, mean over draws from the ranges of the sources"),
    cvar=Column(float, "money/period", "objective, mean of the plan's own worst 10 % of draws"),
    regret=Column(float, "money/period", "how far behind the best plan of the table in each draw, mean"),
    best=Column(float, "share", "share of draws in which none of the table is better"),
    beats_current=Column(float, "share", "share of draws in which it brings more than the current plan"),
    breaks_budget=Column(float, "share", "share of draws in which it breaks a budget; empty without one"),
    behind=Column(
        float,
        "money/period",
        "by how much the recommended plan is ahead, by the criterion (by the mean without one)",
    ),
    behind_error=Column(float, "money/period", "standard error of that, from differences in the same draws"),
    next_best=Column(
        bool, "flag", "whether it is the next best by the criterion of those that keep all rules"
    ),
    best_when_bad=Column(bool, "flag", "whether no plan of the table has a higher cvar"),
    criterion=Column(
        str, "code", "mean, cvar or regret by which plans were compared; empty: by value", "criterion"
    ),
    draws=Column(int, "count", "draws that count"),
    seed=Column(int, "id", "of the draws"),
)


def robustness_rows(solution: Solution) -> Iterator[Row]:
    robustness, scenario = solution.asked.robustness, solution.problem.scenario
    if robustness is None:
        return
    plans = [plan_from_euros(scenario, c.euros) for c in robustness.candidates]
    for c, (candidate, plan) in enumerate(zip(robustness.candidates, plans, strict=True)):
        decided = pay_decided(scenario, plan)
        yield {
            "rank": c + 1,
            "kind": candidate.kind,
            "plan": plan_in_words(plan.weights),
            "apart": plan_in_words(_apart(plans, robustness, c)),
            "curves": curves_in_words(candidate.terms.curves),
            "target_pay": pay_in_words(decided),
            "pay_apart": pay_in_words(
                {t: b for t, b in decided.items() if _paid_apart(plans, robustness, c, t)}
            ),
            "nominal": c == robustness.nominal,
            "recommended": c == robustness.picked,
            "keeps_rules": candidate.kept,
            "value": candidate.value,
            "given_up": robustness.candidates[robustness.nominal].value - candidate.value,
            **{name: float(getattr(robustness, name)[c]) for name in MEASURED},
            "next_best": c == robustness.runner_up,
            "best_when_bad": c == robustness.best_when_bad,
            "criterion": robustness.criterion or "",
            "draws": len(robustness.values),
            "seed": robustness.seed,
        }


def _apart(plans: Sequence[Plan], robustness: Robustness, c: int) -> PlanWeights:
    """Weights of the teams that a candidate pays otherwise than the nominal plan: on other KPIs, or more."""
    if robustness.candidates[c].kind in ("current", "nominal"):
        return {}
    nominal, other = plans[robustness.nominal].weights, plans[c].weights
    paid = {team for team in other if _paid_apart(plans, robustness, c, team)}
    return {team: w for team, w in other.items() if w != nominal[team] or team in paid} or other


def _paid_apart(plans: Sequence[Plan], robustness: Robustness, c: int, team: str) -> bool:
    """Whether a candidate pays a team another amount at target than the nominal plan does."""
    if robustness.candidates[c].kind in ("current", "nominal"):
        return False
    nominal, other = (plans[at].target_pay[team] for at in (robustness.nominal, c))
    return abs(nominal - other) > ALIKE * max(nominal, other)


GUARANTEES = Table(
    "guarantees",
    team=Column(str, "name", "name of the team", "team"),
    share=Column(
        float,
        "share",
        "share of what the company gets that the team is paid; empty where pay is no such share",
    ),
    amount=Column(
        float,
        "money/period",
        "what the company keeps at least, whatever else the team may find to do; empty: none",
    ),
    reason=Column(str, "code", "why nothing is guaranteed; empty where something is", "no_guarantee"),
)


def guarantees_rows(solution: Solution) -> Iterator[Row]:
    """One row per team of the recommended plan."""
    for g in solution.guarantees:
        yield {
            "team": g.team,
            "share": np.nan if g.share is None else g.share,
            "amount": np.nan if g.amount is None else g.amount,
            "reason": g.reason,
        }


def robustness_json(cal: Calibrated, robustness: Robustness) -> Row:
    """Candidate plans in draws from the ranges of the sources."""
    return {
        "draws": len(robustness.values),
        "rejected": robustness.rejected,
        "unsettled": robustness.unsettled,
        "seed": robustness.seed,
        "criterion": robustness.criterion,
        "nominal": robustness.nominal,
        "picked": robustness.picked,
        "cost": number(robustness.cost),
        "best_when_bad": robustness.best_when_bad,
        "runner_up": robustness.runner_up,
        "candidates": [_candidate_json(cal, robustness, c) for c in range(len(robustness.candidates))],
    }


def _candidate_json(cal: Calibrated, robustness: Robustness, c: int) -> Row:
    candidate = robustness.candidates[c]
    plan = plan_from_euros(cal.scenario, candidate.euros)
    return {
        "kind": candidate.kind,
        "plan": plan.weights,
        "target_pay": plan.target_pay,
        "curves": dict(candidate.terms.curves),
        "value": number(candidate.value),
        "keeps_rules": candidate.kept,
        **{name: number(getattr(robustness, name)[c]) for name in MEASURED},
    }
