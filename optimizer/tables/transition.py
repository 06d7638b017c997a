"""A simulated switch as tables: the only place where its numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.rollout.budget_path import budget_path
from optimizer.rollout.early_warning import ENOUGH_POWER, WarningLimit
from optimizer.rollout.transition import Transition, TransitionPath
from optimizer.scenario.charges import loading
from optimizer.tables.labels import LABELS, labels_rows
from optimizer.tables.rounding import money_decimals
from optimizer.tables.table import Column, Row, Table, Tables, frames_of

MEASURES = ("revenue", "gross", "direct_costs", "loaded_pay", "net")


_FAN = {"mean": "mean over the draws", "p10": "one draw in ten is below", "p90": "one draw in ten is above"}


def _fan_columns(unit: str) -> dict[str, Column]:
    return {name: Column(float, unit, meaning) for name, meaning in _FAN.items()}


@dataclass(frozen=True)
class Simulated:
    """What `incentives simulate` found, and how it was asked."""

    plan: str
    seed: int
    learning: float
    euros: Floats
    """(I, K) of the plan changed to."""
    transition: Transition
    limits: tuple[WarningLimit, ...]

    @property
    def cal(self) -> Calibrated:
        return self.transition.cal


def transition_tables(simulation: Simulated) -> Tables:
    """Every table of TABLES."""
    rows = {
        "summary": [_summary(simulation)],
        "money": list(_money(simulation.transition)),
        "gains": list(_gains(simulation.transition)),
        "activities": list(_activities(simulation.transition)),
        "scores": list(_scores(simulation.transition)),
        "payouts": list(_payouts(simulation.transition)),
        "budget": list(_budget(simulation)),
        "timing": list(_timing(simulation.transition)),
        "limits": [_limit(simulation.cal, limit) for limit in simulation.limits],
        "labels": list(labels_rows(simulation.cal.scenario)),
    }
    return frames_of(TABLES, rows)


def _fan(values: Floats) -> dict[str, float]:
    """Mean, P10 and P90 over the draws (S,)."""
    p10, p90 = np.quantile(values, (0.1, 0.9))
    return {"mean": float(values.mean()), "p10": float(p10), "p90": float(p90)}


SUMMARY = Table(
    "summary",
    scenario=Column(str, "name", "name of the scenario", "company"),
    currency=Column(str, "iso", "of ISO 4217"),
    period=Column(str, "code", "month, quarter, half_year or year", "period"),
    placeholders=Column(
        int, "count", "numbers of the file that nobody has given yet; with any, this is a draft"
    ),
    decimals=Column(int, "count", "decimals with which money is printed"),
    plan=Column(str, "text", "the plan changed to"),
    goes_on=Column(bool, "flag", "whether it is the current plan: nothing changes"),
    periods=Column(int, "periods", "periods simulated"),
    draws=Column(int, "count", "draws of luck and regime, the same for both plans"),
    seed=Column(int, "id", "of the draws"),
    learning=Column(
        float, "share", "share of the way from belief to what was seen that people go each period"
    ),
    net_gain=Column(float, "money", "net over staying, all periods together, mean over the draws"),
    net_gain_p10=Column(float, "money", "one draw in ten is below"),
    net_gain_p90=Column(float, "money", "one draw in ten is above"),
    revenue_gain=Column(
        float, "money", "revenue after direct costs over staying, all periods together, mean over the draws"
    ),
    shown=Column(
        float,
        "periods",
        "first period in which net is ahead of staying for good in half of the draws; empty: none",
    ),
    shown_share=Column(float, "share", "share of the draws in which it is by the last period"),
    timing_cost=Column(
        float, "money", "lost by moving results over the ends of periods, all periods together, mean"
    ),
    timing_share=Column(float, "share", "the same over gross value"),
    timing_share_stay=Column(float, "share", "the same over gross value under the current plan"),
)


def _summary(simulation: Simulated) -> Row:
    transition, scenario = simulation.transition, simulation.cal.scenario
    gain, share = _fan(transition.net_gain[-1]), transition.shown_by
    return {
        "scenario": scenario.name,
        "currency": scenario.currency,
        "period": scenario.period,
        "placeholders": len(scenario.placeholders),
        "decimals": money_decimals(transition.stay.revenue.mean(axis=1)),
        "plan": simulation.plan,
        "goes_on": transition.goes_on,
        "periods": len(share),
        "draws": len(transition.shown),
        "seed": simulation.seed,
        "learning": simulation.learning,
        "net_gain": gain["mean"],
        "net_gain_p10": gain["p10"],
        "net_gain_p90": gain["p90"],
        "revenue_gain": float(transition.revenue_gain[-1].mean()),
        "shown": float(np.argmax(share >= 0.5) + 1) if share[-1] >= 0.5 else math.nan,
        "shown_share": float(share[-1]),
        "timing_cost": float(transition.change.timing_cost.sum(axis=0).mean()),
        "timing_share": _timing_share(transition.change),
        "timing_share_stay": _timing_share(transition.stay),
    }


def _timing_share(path: TransitionPath) -> float:
    return float(path.timing_cost.sum() / path.gross.sum())


def _paths(transition: Transition) -> tuple[tuple[str, TransitionPath], ...]:
    return ("change", transition.change), ("stay", transition.stay)


MONEY = Table(
    "money",
    period=Column(int, "order", "from 1"),
    plan=Column(str, "code", "change or stay", "transition.path"),
    measure=Column(
        str,
        "code",
        "revenue (after direct costs), gross, direct_costs, loaded_pay or net; cash of the period",
        "xlsx.amount",
    ),
    **_fan_columns("money/period"),
)


def _money(transition: Transition) -> Iterator[Row]:
    for name, path in _paths(transition):
        for measure in MEASURES:
            for t, values in enumerate(getattr(path, measure)):
                yield {"period": t + 1, "plan": name, "measure": measure, **_fan(values)}


GAINS = Table(
    "gains",
    period=Column(int, "order", "from 1"),
    measure=Column(str, "code", "revenue or net, over staying, cumulative", "xlsx.amount"),
    **_fan_columns("money"),
    shown=Column(
        float, "share", "share of the draws in which net is ahead of staying, same luck, for good by then"
    ),
)


def _gains(transition: Transition) -> Iterator[Row]:
    for measure, gain in (("revenue", transition.revenue_gain), ("net", transition.net_gain)):
        for t, values in enumerate(gain):
            shown = float(transition.shown_by[t])
            yield {"period": t + 1, "measure": measure, **_fan(values), "shown": shown}


ACTIVITIES = Table(
    "activities",
    period=Column(int, "order", "from 1"),
    activity=Column(str, "name", "name of the activity", "activity"),
    gaming=Column(bool, "flag", "whether it only looks good"),
    stay=Column(float, "units/period", "units per period under the current plan, mean over the draws"),
    **_fan_columns("units/period"),
    moved=Column(
        float,
        "share",
        "difference of the two means over today's units, or those in reach where there are none",
    ),
)


def _activities(transition: Transition) -> Iterator[Row]:
    cal = transition.cal
    for t, (change, stay) in enumerate(zip(transition.change.x, transition.stay.x, strict=True)):
        for a, name in enumerate(cal.network.activities):
            gaming = bool(cal.network.gaming[a])
            start = {"period": t + 1, "activity": name, "gaming": gaming}
            units = {"stay": float(stay[:, a].mean()), **_fan(change[:, a])}
            moved = abs(units["mean"] - units["stay"]) / float(cal.network.scale[a])
            yield {**start, **units, "moved": moved}


SCORES = Table(
    "scores",
    period=Column(int, "order", "from 1"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    stay=Column(float, "attainment", "attainment under the current plan, mean over the draws"),
    **_fan_columns("attainment"),
)


def _scores(transition: Transition) -> Iterator[Row]:
    kpis = transition.cal.scenario.kpis
    paths = zip(transition.change.attainment, transition.stay.attainment, strict=True)
    for t, (change, stay) in enumerate(paths):
        for k, name in enumerate(kpis):
            start = {"period": t + 1, "kpi": name}
            yield {**start, "stay": float(stay[:, k].mean()), **_fan(change[:, k])}


PAYOUTS = Table(
    "payouts",
    period=Column(int, "order", "from 1"),
    team=Column(str, "name", "name of the team", "team"),
    stay=Column(float, "money/period", "loaded payouts under the current plan, mean over the draws"),
    **_fan_columns("money/period"),
)


def _payouts(transition: Transition) -> Iterator[Row]:
    teams, loaded = transition.cal.scenario.teams, loading(transition.cal.scenario)
    for t, (change, stay) in enumerate(zip(transition.change.pay, transition.stay.pay, strict=True)):
        for i, name in enumerate(teams):
            start = {"period": t + 1, "team": name}
            yield {**start, "stay": float(stay[:, i].mean() * loaded[i]), **_fan(change[:, i] * loaded[i])}


BUDGET = Table(
    "budget",
    period=Column(int, "order", "from 1"),
    rule=Column(str, "name", "name of the rule", "rule"),
    value=Column(float, "money/period", "what it limits, over the draws"),
    standard_error=Column(float, "money/period", "of value"),
    limit=Column(float, "money/period", "of rules.budget"),
    slack=Column(float, "money/period", "how far the value is from breaking the limit"),
    exceeded=Column(bool, "flag", "whether it is broken by more than two standard errors"),
)


def _budget(simulation: Simulated) -> Iterator[Row]:
    for line in budget_path(simulation.transition, simulation.euros):
        for t, value in enumerate(line.value):
            numbers = {"value": float(value), "standard_error": float(line.error[t]), "limit": line.limit}
            left = {"slack": float(line.slack[t]), "exceeded": bool(line.exceeded[t])}
            yield {"period": t + 1, "rule": line.rule, **numbers, **left}


TIMING = Table(
    "timing",
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    plan=Column(str, "code", "change or stay", "transition.path"),
    pulled=Column(float, "attainment", "attainment pulled forward per period, mean"),
    held=Column(float, "attainment", "attainment held back per period, mean"),
)


def _timing(transition: Transition) -> Iterator[Row]:
    kpis = transition.cal.scenario.kpis
    for k, (name, kpi) in enumerate(kpis.items()):
        for plan, path in _paths(transition) if kpi.timing is not None else ():
            moved = {"pulled": float(path.pulled[..., k].mean()), "held": float(path.held[..., k].mean())}
            yield {"kpi": name, "plan": plan, **moved}


LIMITS = Table(
    "limits",
    activity=Column(str, "name", "name of the activity", "activity"),
    stage=Column(
        str, "name", "the stage whose inflow the share is of; empty: the limit is in units", "stage"
    ),
    week=Column(int, "weeks", "by which the alarm can tell; the last of the period where it never can"),
    usual=Column(float, "row", "expected by then as the plan was judged"),
    gamed=Column(float, "row", "expected by then if it pays more than believed"),
    misjudged=Column(
        float, "share", "how much more it then pays, as a share of what a unit of such work is worth"
    ),
    limit=Column(float, "row", "beyond it, people game the plan"),
    false_alarms=Column(float, "share", "probability that it is passed although nobody games"),
    power=Column(float, "share", "probability that it is passed if they do"),
    useful=Column(bool, "flag", "whether the power is 80 % or more"),
)


def _limit(cal: Calibrated, limit: WarningLimit) -> Row:
    network = cal.network
    name, source = network.activities[limit.activity], network.source[limit.activity]
    stage = network.stages[source] if source >= 0 else ""
    return {
        "activity": name,
        "stage": stage,
        "week": limit.week,
        "usual": limit.usual,
        "gamed": limit.gamed,
        "misjudged": limit.misjudged,
        "limit": limit.limit,
        "false_alarms": limit.false_alarms,
        "power": limit.power,
        "useful": limit.power >= ENOUGH_POWER,
    }


TABLES = (SUMMARY, MONEY, GAINS, ACTIVITIES, SCORES, PAYOUTS, BUDGET, TIMING, LIMITS, LABELS)
