"""An adjustment as tables: the only place where its numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.plans.statuses import SETTLED
from optimizer.rollout.adjust import Adjustment, Attempt
from optimizer.tables.labels import LABELS, labels_rows
from optimizer.tables.rounding import digits_of, money_decimals
from optimizer.tables.table import Column, Row, Table, Tables, frames_of


def adjust_tables(adjustment: Adjustment, plan: str) -> Tables:
    """Every table of TABLES; `plan` is how the plan in force is called."""
    attempts = sorted(
        {a.limit: a for a in (*adjustment.tried, adjustment.unlimited)}.values(), key=lambda a: a.limit
    )
    rows = {
        "summary": [_summary(adjustment, plan, attempts)],
        "actuals": list(_actuals(adjustment)),
        "responsiveness": list(_responsiveness(adjustment)),
        "changes": list(_changes(adjustment)),
        "attempts": [{"limit": a.limit, "gain": a.gain, "status": a.solution.status} for a in attempts],
        "labels": list(labels_rows(adjustment.scenario)),
    }
    return frames_of(TABLES, rows)


SUMMARY = Table(
    "summary",
    scenario=Column(str, "name", "name of the scenario", "company"),
    currency=Column(str, "iso", "of ISO 4217"),
    period=Column(str, "code", "month, quarter, half_year or year", "period"),
    placeholders=Column(
        int, "count", "numbers of the file that nobody has given yet; with any, this is a draft"
    ),
    decimals=Column(int, "count", "decimals with which money is printed"),
    plan=Column(str, "text", "the plan in force"),
    objective=Column(str, "code", "what is maximized: revenue, net or surplus", "objective"),
    verdict=Column(
        str, "code", "change, keep (nothing better), or no_plan (the rules leave none)", "adjust.verdict"
    ),
    value=Column(
        float, "money/period", "objective of the plan in force, with responsiveness as learnt, per period"
    ),
    attainable=Column(float, "money/period", "what the best plan brings above it"),
    limit=Column(
        float, "share", "the smallest change of weights of any team that recovers enough; empty without one"
    ),
    gain=Column(
        float, "money/period", "what the best plan within that change brings above the plan in force"
    ),
    recovered=Column(float, "share", "gain over attainable"),
    proven=Column(bool, "flag", "whether every plan looked for is proven best"),
    broken=Column(str, "text", "rules that the plan in force breaks", "rule_list"),
    surprises=Column(int, "count", "measured values outside their interval"),
    measured=Column(int, "count", "measured values"),
)


def _summary(adjustment: Adjustment, plan: str, attempts: list[Attempt]) -> Row:
    scenario, chosen = adjustment.scenario, adjustment.chosen
    gain = chosen.gain if chosen else math.nan
    return {
        "scenario": scenario.name,
        "currency": scenario.currency,
        "period": scenario.period,
        "placeholders": len(scenario.placeholders),
        "decimals": money_decimals([adjustment.value]),
        "plan": plan,
        "objective": scenario.rules.objective,
        "verdict": adjustment.verdict,
        "value": adjustment.value,
        "attainable": adjustment.unlimited.gain,
        "limit": chosen.limit if chosen else math.nan,
        "gain": gain,
        "recovered": gain / adjustment.unlimited.gain if adjustment.unlimited.gain > 0 else math.nan,
        "proven": all(a.solution.status in SETTLED for a in attempts),
        "broken": "; ".join(adjustment.broken),
        "surprises": sum(c.surprising for c in adjustment.compared),
        "measured": len(adjustment.compared),
    }


ACTUALS = Table(
    "actuals",
    period=Column(int, "order", "from 1, the first under the plan"),
    team=Column(str, "text", "teams named for it in the file"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    value=Column(float, "kpi", "measured, in the KPI's own unit"),
    expected=Column(float, "kpi", "mean of what was to be expected"),
    low=Column(float, "kpi", "luck alone gives less in 2.5 % of cases"),
    high=Column(float, "kpi", "luck alone gives more in 2.5 % of cases"),
    surprising=Column(bool, "flag", "whether the value lies outside"),
    digits=Column(int, "count", "decimals with which the values are printed"),
)


def _actuals(adjustment: Adjustment) -> Iterator[Row]:
    for c in adjustment.compared:
        yield {
            "period": c.period,
            "team": ", ".join(c.teams),
            "kpi": c.kpi,
            "value": c.value,
            "expected": c.expected,
            "low": c.low,
            "high": c.high,
            "surprising": c.surprising,
            "digits": _digits(c.value, c.expected),
        }


def _digits(value: float, expected: float) -> int:
    """As many as both need: 0.89 beside 280 stays 0.89."""
    if abs(expected) < 1:
        return 3
    own = 0 if value == round(value) else digits_of(value)
    return max(own, digits_of(value, expected))


RESPONSIVENESS = Table(
    "responsiveness",
    team=Column(str, "name", "name of the team", "team"),
    prior=Column(float, "1", "median before"),
    prior_low=Column(float, "1", "lower end of its 95 % interval"),
    prior_high=Column(float, "1", "upper end of its 95 % interval"),
    posterior=Column(float, "1", "median after"),
    low=Column(float, "1", "lower end of its 95 % interval"),
    high=Column(float, "1", "upper end of its 95 % interval"),
    narrower=Column(
        float, "share", "by how much the log interval has shrunk; near 0: the results say next to nothing"
    ),
)


def _responsiveness(adjustment: Adjustment) -> Iterator[Row]:
    for learnt in adjustment.learnt:
        before, after = learnt.prior, learnt.posterior
        yield {
            "team": learnt.team,
            "prior": before.median,
            "prior_low": before.low,
            "prior_high": before.high,
            "posterior": after.median,
            "low": after.low,
            "high": after.high,
            "narrower": learnt.narrower,
        }


CHANGES = Table(
    "changes",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    now=Column(float, "share", "weight in the plan in force"),
    then=Column(float, "share", "weight in the plan within the smallest change that recovers enough"),
)


def _changes(adjustment: Adjustment) -> Iterator[Row]:
    """Weights of teams that change."""
    chosen = adjustment.chosen.solution.chosen if adjustment.chosen else None
    plan = chosen.plan if chosen else None
    for team in adjustment.scenario.teams if plan is not None else ():
        assert plan is not None
        current, recommended = adjustment.plan.weights.get(team, {}), plan.weights.get(team, {})
        used = [k for k in adjustment.scenario.kpis if current.get(k, 0) > 0 or recommended.get(k, 0) > 0]
        if any(abs(current.get(k, 0) - recommended.get(k, 0)) > 1e-9 for k in used):
            for kpi in used:
                weights = {"now": current.get(kpi, 0.0), "then": recommended.get(kpi, 0.0)}
                yield {"team": team, "kpi": kpi, **weights}


ATTEMPTS = Table(
    "attempts",
    limit=Column(float, "share", "largest change of weights of any team; 2 is anything"),
    gain=Column(
        float, "money/period", "what the best plan within it brings above the plan in force; empty: no plan"
    ),
    status=Column(str, "code", "of the solve", "status"),
)

TABLES = (SUMMARY, ACTUALS, RESPONSIVENESS, CHANGES, ATTEMPTS, LABELS)
