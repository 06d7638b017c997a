"""Every table and every column: meaning and unit. The only list; tables, CSV and documentation follow it.

Money is in the scenario's currency per period, shares are 0-1, times in periods. "Now" is the current plan,
"then" the recommended one, both at consistent beliefs (once people have learnt). `label_en`, `label_fr` are
how people call the thing. An empty cell means that the number does not exist. Types are
those of `type_of`.
"""

from __future__ import annotations

import math
from typing import Any

from optimizer.tables.explanation_columns import EXPLAINED
from optimizer.tables.labels import Text
from optimizer.tables.payroll_columns import PAID
from optimizer.tables.plan_document_columns import DOCUMENTED

_LABELS = {"label_en": "name for people, in English", "label_fr": "name for people, in French"}
_TEAM = {"team_en": "the team's label in English", "team_fr": "the team's label in French"}
_KPI = {"kpi_en": "the KPI's label in English", "kpi_fr": "the KPI's label in French"}

SCHEMA: dict[str, dict[str, str]] = {
    "summary": {
        "scenario": "name of the scenario",
        **_LABELS,
        "targets": "fixed, or reset: issued anew each period at what was seen before",
        "stretch": "how far above what was seen they are then issued, 0.05 = 5 %",
        "currency": "ISO code",
        "period": "month, quarter, half_year or year",
        "status": "optimal, feasible, infeasible, no_equilibrium or error",
        "status_en": "the status in words, English",
        "status_fr": "the status in words, French",
        "objective": "what is maximized: revenue, net or surplus",
        "beliefs": "consistent, or baseline where the plan was solved at today's beliefs only",
        "moved": "whether the recommended plan differs from the current one",
        "value": "objective of the recommended plan, at the beliefs of the bound",
        "bound": "no plan has a higher objective at those beliefs",
        "gap": "(bound − value) / |value|",
        "gain": "objective over the current plan's, at consistent beliefs",
        "gain_share": "gain over |objective of the current plan|",
        "gap_of_gain": "(bound − value) / gain; empty without a gain",
        "budget": "limit on expected loaded payouts; empty without one",
        "budget_unused": "budget less expected loaded payouts",
        "first_revenue": "revenue after direct costs next period, before people have learnt",
        "first_loaded_pay": "loaded payouts next period, before people have learnt",
        "first_net": "net next period, before people have learnt",
        "neighbours": "plans one shift of weight away that keep the rules on weights",
        "better_but_broken": "of these, plans that would bring more and break another rule",
        "near_ties": "of these, plans that keep all rules and bring at most 0.1 % less",
        "next_best": "what the best of these that keeps all rules brings above the recommended plan",
        "decimals": "decimals with which money is printed",
    },
    "plans": {
        "plan": "name in the file; current, equal_weights and chosen are the program's",
        "kind": "current, named, equal or chosen",
        **_LABELS,
        "gross": "stage values and activity values",
        "direct_costs": "cash spent on activities",
        "revenue": "gross − direct_costs: revenue after direct costs",
        "loaded_pay": "expected payouts, employer charges included",
        "net": "revenue − loaded_pay",
        "effort_cost": "what work costs the teams themselves",
        "risk_premium": "how much less uncertain pay is worth to the teams than its mean",
        "surplus": "revenue − effort_cost − risk_premium",
        "value": "objective of the plan",
        "gain": "objective over the current plan's",
        "gain_share": "gain over |objective of the current plan|",
        "revenue_change": "revenue over the current plan's",
        "loaded_change": "loaded payouts over the current plan's",
        "net_change": "net over the current plan's",
        "revenue_change_share": "revenue_change over |revenue of the current plan|",
        "loaded_change_share": "loaded_change over loaded payouts of the current plan",
        "net_change_share": "net_change over |net of the current plan|",
        "gaming_hours": "hours per period that go into gaming activities",
        "gaming_change": "gaming_hours over the current plan's",
        "gaming_change_share": "gaming_change over gaming_hours of the current plan",
        "gaming_excess": "largest excess of a gaming activity over its cap, as a share of its natural scale",
        "controllability": "mean controllability of what is paid, weighted by euros at target",
        "broken_rules": "number of rules broken",
        "broken": "names of the rules broken",
        "broken_en": "the rules broken in words, English",
        "broken_fr": "the rules broken in words, French",
        "settled": "whether beliefs came to agree with what happens",
        "same_as_current": "whether it is the current plan under another name",
    },
    "weights": {
        "team": "name of the team",
        **_TEAM,
        "kpi": "name of the KPI",
        **_KPI,
        "now": "weight under the current plan",
        "then": "weight under the recommended plan",
        "change": "then − now",
        "euros_now": "pay at target under the current plan",
        "euros_then": "pay at target under the recommended plan",
        "allowed": "whether the rules allow paying this KPI to this team",
        "locked": "weight fixed by a lock; empty without one",
        "controllability": "share of the KPI's variance that the team itself can cause",
    },
    "activities": {
        "team": "name of the team",
        **_TEAM,
        "activity": "name; leave:<stage> are units left unworked, other:<team> remaining hours",
        **_LABELS,
        "gaming": "whether it earns credit and little or no value",
        "now": "units per period under the current plan",
        "next": "units next period under the recommended plan, before people have learnt",
        "then": "units per period under the recommended plan",
        "change": "then − now",
        "hours_now": "hours per period under the current plan",
        "hours_then": "hours per period under the recommended plan",
        "hours_change": "hours_then − hours_now",
        "size": "|change| valued at what a unit of this work is worth to its team today",
        "rank": "1 is the team's largest size",
        "digits": "decimals with which units are printed",
    },
    "payout_distribution": {
        "plan": "current or chosen",
        **_LABELS,
        "level": "company and team: charges included; person: one of the team, before charges",
        "team": "name of the team; empty for the company, and for all people together",
        **_TEAM,
        "people": "people in the team; empty where the scenario does not say",
        "target": "pay at 100 % attainment",
        "expected": "expected payout in closed form; empty for a person",
        "mean": "mean over draws",
        "standard_error": "of mean",
        "p10": "payout that is not exceeded with probability 10 %",
        "p50": "the same with 50 %",
        "p90": "the same with 90 %",
        "p95": "the same with 95 %",
        "cvar": "mean of the 5 % of draws in which most is paid",
        "budget": "limit on the expected loaded payout; empty without one",
        "over_budget": "probability that the payout exceeds budget",
        "at_goal": "probability of at least target; person: share of people",
        "draws": "periods drawn",
        "seed": "of the draws",
    },
    "objectives_reached": {
        "plan": "current or chosen",
        **_LABELS,
        "kpi": "name of the KPI",
        **_KPI,
        "paid": "whether the plan pays on it",
        "attainment": "expected attainment",
        "noise": "standard deviation of attainment that nobody here causes",
        "reached": "probability that attainment is at least 100 %",
    },
    "teams": {
        "team": "name of the team",
        **_LABELS,
        "headcount": "people in the team; empty where the scenario does not say",
        "target_now": "variable pay at target under the current plan",
        "target_then": "variable pay at target under the recommended plan",
        "pay_now": "expected payout under the current plan, before charges",
        "pay_then": "expected payout under the recommended plan, before charges",
        "loaded_now": "pay_now with charges",
        "loaded_then": "pay_then with charges",
        "share_now": "pay_now over target_now",
        "share_then": "pay_then over target_then",
        "controllability_now": "mean controllability of what is paid",
        "controllability_then": "mean controllability of what is paid",
        "lag_now": "mean periods between work and credit, weighted by euros at target",
        "lag_then": "mean periods between work and credit, weighted by euros at target",
        "moved": "whether the team's weights or target pay change",
    },
    "kpis": {
        "kpi": "name of the KPI",
        **_LABELS,
        "rate": "whether it has a denominator",
        "target": "value at which it pays 100 %, in its own unit",
        "noise": "standard deviation of attainment that nobody here causes",
        "cap": "attainment above which nothing more is paid; empty without a cap",
        "now": "attainment under the current plan",
        "next": "attainment next period under the recommended plan, before people have learnt",
        "then": "attainment under the recommended plan",
    },
    "gaming": {
        "activity": "name of the gaming activity",
        **_LABELS,
        "team": "the team that gains",
        **_TEAM,
        "now": "units per period under the current plan",
        "then": "units per period under the recommended plan",
        "cap": "units per period that the rules allow; empty without a cap",
        "hours_now": "hours per period under the current plan",
        "hours_then": "hours per period under the recommended plan",
        "team_reward": "what a unit brings its team at the plan's prices, before hours and effort",
        "company_cost": "revenue lost per unit, against the plan where nobody can do it; negative: a benefit",
        "team_stake": "what its team would lose if it stopped, hours and effort counted",
        "company_loss": "what revenue would win if nobody could do it, and all did as they then like",
        "net_loss": "the same, of net: payouts change too",
        "margin": "how far credit may rise before the cap breaks, 0.5 = half; inf: no credit; empty: no cap",
        "digits": "decimals with which units are printed",
    },
    "rules": {
        "rule": "name as in the scenario file",
        **_LABELS,
        "unit": "money, share, count, units or money_per_unit",
        "value": "what the recommended plan reaches",
        "limit": "the limit",
        "at_least": "whether the limit is a least value",
        "slack": "how far the rule is from breaking, in its own unit",
        "closeness": "slack over the limit (over the natural scale for gaming caps)",
        "blocks": "plans one shift away that would bring more but break this rule",
        "state": "broken, binding (closeness ≤ 1 % or blocks > 0), near (≤ 10 %) or far",
    },
    "checks": {
        "check": "name of the check",
        **_LABELS,
        "ok": "whether it holds",
        "value": "what was found, in the check's own unit",
        "limit": "the most that is accepted",
        "detail": "what the number is, in English",
    },
    "rounds": {
        "round": "order, from 1",
        "beliefs": "whose beliefs the model was solved at",
        "plan": "the plan found, team: KPI weight",
        "plan_en": "the plan in words, English",
        "plan_fr": "the plan in words, French",
        "objective": "what the model promised at those beliefs",
        "bound": "bound at those beliefs",
        "value": "what the plan brings at its own beliefs",
        "keeps_rules": "whether it keeps all rules at its own beliefs",
    },
    "alternatives": {
        "rank": "order, from 1, the recommended plan; each differs from all before by more than one step",
        "plan": "team: KPI weight",
        "plan_en": "the plan in words, English",
        "plan_fr": "the plan in words, French",
        "target_pay": "team: variable pay at target, where it is a decision",
        "value": "objective of the plan at its own beliefs",
        "behind": "objective of the recommended plan less value",
        "behind_share": "behind over |objective of the recommended plan|",
        "proven": "none that the model at the final beliefs values higher, and so different, brings more",
    },
    "robustness": {
        "rank": "order: the current plan, the best at the numbers of the file unless it is that, then others",
        "kind": "current, nominal, alternative or neighbour (one shift of weight away from the nominal plan)",
        **_LABELS,
        "plan": "team: KPI weight",
        "plan_en": "the plan in words, English",
        "plan_fr": "the plan in words, French",
        "nominal": "whether it is the best at the numbers of the file; the current plan may be",
        "recommended": "whether it is the recommended plan",
        "keeps_rules": "whether it keeps all rules at the numbers of the file and may be recommended",
        "value": "objective at the numbers of the file",
        "given_up": "the nominal plan's value less this one's",
        "mean": "objective, mean over draws from the ranges of the sources",
        "cvar": "objective, mean of the plan's own worst 10 % of draws",
        "regret": "how far behind the best plan of the table in each draw, mean",
        "best": "share of draws in which none of the table is better",
        "beats_current": "share of draws in which it brings more than the current plan",
        "breaks_budget": "share of draws in which it breaks a budget; empty without one",
        "behind": "by how much the recommended plan is ahead, by the criterion (by the mean without one)",
        "behind_error": "standard error of that, from differences in the same draws",
        "next_best": "whether it is the next best by the criterion of those that keep all rules",
        "best_when_bad": "whether no plan of the table has a higher cvar",
        "criterion": "mean, cvar or regret by which plans were compared; empty: by value",
        "draws": "draws that count",
        "seed": "of the draws",
    },
    "guarantees": {
        "team": "name of the team",
        **_TEAM,
        "share": "share of what the company gets that the team is paid; empty where pay is no such share",
        "amount": "what the company keeps at least, whatever else the team may find to do; empty: none",
        "reason": "why nothing is guaranteed; empty where something is",
        "reason_en": "the reason in words, English",
        "reason_fr": "the reason in words, French",
    },
    "assumptions": {
        "path": "the number in the scenario file",
        **_LABELS,
        "source": "where the number comes from",
        "range": "how far it may be off, 0.2 = ± 20 %",
        "gain": "gain over the current plan with the number as it is",
        "gain_low": "gain with the number times 1 − range; empty where that is no valid company",
        "gain_high": "gain with the number times 1 + range; empty where that is no valid company",
        "spread": "largest less smallest of the three gains",
        "elasticity": "relative change of the gain per relative change of the number",
        "changes_sign": "whether the gain becomes a loss within the range",
    },
    "conflict": {
        "rule": "name as in the scenario file",
        **_LABELS,
        "unit": "money, share, count, units or money_per_unit",
        "conflicts": "whether it is among the rules that cannot hold together",
        "limit": "the limit; gaming caps at today's inflow; empty where the rule need not move",
        "by": "how far it must move, cheapest together; 0 where others may move instead",
        "relaxed": "the limit after the move; empty for a lock, which may move either way",
    },
    "measures": {
        "team": "name of the team",
        **_TEAM,
        "kpi": "name of the KPI",
        **_KPI,
        "controllability": "share of the KPI's variance that the team itself can cause",
        "swing": "range of attainment within the team's reach",
        "lag": "mean periods between the team's work and its credit; empty where it has none",
        "measured": "where an override comes from; empty without one",
    },
    "exposure": {
        "kpi": "name of the KPI",
        **_KPI,
        "team": "the other team",
        **_TEAM,
        "now": "largest relative fall that the team can cause for 0.5 % of its target pay, current plan",
        "then": "the same under the recommended plan",
    },
    **PAID,
    **EXPLAINED,
    **DOCUMENTED,
}

_TEXTS = (
    "scenario label team kpi to part activity stage plan rule check path currency period status "
    "summary.targets summary.objective beliefs kind broken unit state detail source measured counted cause "
    "reason over runner_up criterion rule_prices.change examples.case earnings.case regime "
    "alternatives.target_pay curves.gate payout_distribution.level "
    "curve_terms.term curve_terms.on"
)
_FLAGS = (
    "moved settled same_as_current allowed gaming rate at_least ok keeps_rules changes_sign conflicts "
    "entering near_tie simpler closer flips_current flips_runner_up cheapest here proven "
    "objectives_reached.paid recommended best_when_bad robustness.next_best"
)
_COUNTS = (
    "neighbours better_but_broken near_ties decimals broken_rules rank digits blocks round measures "
    "lines knot draws seed"
)
_SHARES_MOVED = "why_this_weight.moved why_unmoved.moved"
TYPES: dict[str, type] = {
    **dict.fromkeys(_TEXTS.split(), str),
    **dict.fromkeys(_FLAGS.split(), bool),
    **dict.fromkeys(_COUNTS.split(), int),
    **dict.fromkeys(_SHARES_MOVED.split(), float),
}
"""Type of a column by its name, or by table and name where one table differs; all others are floats."""


def type_of(table: str, column: str) -> type:
    """str, bool, int or float; `_en` and `_fr` are text."""
    if column.endswith(("_en", "_fr")):
        return str
    return TYPES.get(f"{table}.{column}") or TYPES.get(column, float)


# --- cells ----------------------------------------------------------------------------------------------

Row = dict[str, Any]


def label_cells(text: Text) -> Row:
    """`label_en` and `label_fr`."""
    return {"label_en": text.en, "label_fr": text.fr}


def named_cells(thing: str, text: Text) -> Row:
    """`team_en` and `team_fr`, or those of another thing."""
    return {f"{thing}_en": text.en, f"{thing}_fr": text.fr}


def ratio(part: float, whole: float) -> float:
    """NaN where there is nothing to divide by."""
    return part / whole if whole else math.nan
