"""An adjustment as tables: the only place where its numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from optimizer.rollout.adjust import Adjustment, Attempt
from optimizer.tables.columns import label_cells, named_cells
from optimizer.tables.labels import label_of, scenario_label
from optimizer.tables.rounding import digits_of, money_decimals
from optimizer.tables.table import Tables

_LABELS = {"label_en": "name for people, in English", "label_fr": "name for people, in French"}
_KPI = {"kpi_en": "the KPI's label in English", "kpi_fr": "the KPI's label in French"}

COLUMNS: dict[str, dict[str, str]] = {
    "summary": {
        "scenario": "name of the scenario",
        **_LABELS,
        "currency": "ISO code",
        "period": "month, quarter, half_year or year",
        "decimals": "decimals with which money is printed",
        "plan": "the plan in force",
        "objective": "what is maximized: revenue, net or surplus",
        "verdict": "change, keep (nothing better), or no_plan (the rules leave none)",
        "value": "objective of the plan in force, with responsiveness as learnt, per period",
        "attainable": "what the best plan brings above it",
        "limit": "the smallest change of weights of any team that recovers enough; empty without one",
        "gain": "what the best plan within that change brings above the plan in force",
        "recovered": "gain over attainable",
        "proven": "whether every plan looked for is proven best",
        "broken": "rules that the plan in force breaks",
        "surprises": "measured values outside their interval",
        "measured": "measured values",
    },
    "actuals": {
        "period": "from 1, the first under the plan",
        "team": "teams named for it in the file",
        "kpi": "name of the KPI",
        **_LABELS,
        "value": "measured, in the KPI's own unit",
        "expected": "mean of what was to be expected",
        "low": "luck alone gives less in 2.5 % of cases",
        "high": "luck alone gives more in 2.5 % of cases",
        "surprising": "whether the value lies outside",
        "digits": "decimals with which the values are printed",
    },
    "responsiveness": {
        "team": "name of the team",
        **_LABELS,
        "prior": "median before",
        "prior_low": "lower end of its 95 % interval",
        "prior_high": "upper end of its 95 % interval",
        "posterior": "median after",
        "low": "lower end of its 95 % interval",
        "high": "upper end of its 95 % interval",
        "narrower": "by how much the log interval has shrunk; near 0: the results say next to nothing",
    },
    "changes": {
        "team": "name of the team",
        **_LABELS,
        "kpi": "name of the KPI",
        **_KPI,
        "now": "weight in the plan in force",
        "then": "weight in the plan within the smallest change that recovers enough",
    },
    "attempts": {
        "limit": "largest change of weights of any team; 2 is anything",
        "gain": "what the best plan within it brings above the plan in force; empty: no plan",
        "status": "of the solve",
    },
}


def adjust_tables(found: Adjustment, plan: str) -> Tables:
    """Every table of COLUMNS; `plan` is how the plan in force is called."""
    attempts = sorted({a.limit: a for a in (*found.tried, found.best)}.values(), key=lambda a: a.limit)
    rows = {
        "summary": [_summary(found, plan, attempts)],
        "actuals": list(_actuals(found)),
        "responsiveness": list(_responsiveness(found)),
        "changes": list(_changes(found)),
        "attempts": [{"limit": a.limit, "gain": a.gain, "status": a.solution.status} for a in attempts],
    }
    return {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in COLUMNS.items()}


def _summary(found: Adjustment, plan: str, attempts: list[Attempt]) -> dict[str, Any]:
    scenario, chosen = found.scenario, found.chosen
    gain = chosen.gain if chosen else math.nan
    return {
        "scenario": scenario.name,
        **label_cells(scenario_label(scenario)),
        "currency": scenario.currency,
        "period": scenario.period,
        "decimals": money_decimals([found.value]),
        "plan": plan,
        "objective": scenario.rules.objective,
        "verdict": found.verdict,
        "value": found.value,
        "attainable": found.best.gain,
        "limit": chosen.limit if chosen else math.nan,
        "gain": gain,
        "recovered": gain / found.best.gain if found.best.gain > 0 else math.nan,
        "proven": all(a.solution.status in ("optimal", "infeasible") for a in attempts),
        "broken": ", ".join(found.broken),
        "surprises": sum(c.surprising for c in found.compared),
        "measured": len(found.compared),
    }


def _actuals(found: Adjustment) -> Iterator[dict[str, Any]]:
    for c in found.compared:
        yield {
            "period": c.period,
            "team": ", ".join(c.teams),
            "kpi": c.kpi,
            **label_cells(label_of(c.kpi, found.scenario.kpis)),
            "value": c.value,
            "expected": c.expected,
            "low": c.low,
            "high": c.high,
            "surprising": c.surprising,
            "digits": 3 if abs(c.expected) < 1 else digits_of(c.value, c.expected),
        }


def _responsiveness(found: Adjustment) -> Iterator[dict[str, Any]]:
    for learnt in found.learnt:
        before, after = learnt.prior, learnt.posterior
        yield {
            "team": learnt.team,
            **label_cells(label_of(learnt.team, found.scenario.teams)),
            "prior": before.median,
            "prior_low": before.low,
            "prior_high": before.high,
            "posterior": after.median,
            "low": after.low,
            "high": after.high,
            "narrower": learnt.narrower,
        }


def _changes(found: Adjustment) -> Iterator[dict[str, Any]]:
    """Weights of teams that change."""
    plan = found.chosen.solution.plan if found.chosen else None
    for team in found.scenario.teams if plan is not None else ():
        assert plan is not None
        now, then = found.plan.weights.get(team, {}), plan.weights.get(team, {})
        used = [k for k in found.scenario.kpis if now.get(k, 0) > 0 or then.get(k, 0) > 0]
        if any(abs(now.get(k, 0) - then.get(k, 0)) > 1e-9 for k in used):
            for kpi in used:
                labels = named_cells("kpi", label_of(kpi, found.scenario.kpis))
                weights = {"now": now.get(kpi, 0.0), "then": then.get(kpi, 0.0)}
                label = label_cells(label_of(team, found.scenario.teams))
                yield {"team": team, **label, "kpi": kpi, **labels, **weights}
