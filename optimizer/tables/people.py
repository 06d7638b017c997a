"""Tables of what people do, are paid for, and could do to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.build import Explanation, by_size_of_change
from optimizer.plans.plan_changes import curve_named
from optimizer.response.booking import book
from optimizer.response.outcome import Outcome
from optimizer.response.pay_knots import curve_of
from optimizer.scenario.plan import IN_FORCE
from optimizer.tables.rounding import digits_of
from optimizer.tables.table import Column, Row, Table, ratio

if TYPE_CHECKING:
    pass


ACTIVITIES = Table(
    "activities",
    team=Column(str, "name", "name of the team", "team"),
    activity=Column(
        str,
        "name",
        "name; leave:<stage> are units left unworked, other:<team> remaining hours, effort:<team> "
        "all hours worked",
        "activity",
    ),
    gaming=Column(bool, "flag", "whether it earns credit and little or no value"),
    now=Column(float, "units/period", "units per period under the current plan"),
    next=Column(
        float, "units/period", "units under the recommended plan at first: on today's beliefs, without delays"
    ),
    then=Column(float, "units/period", "units per period under the recommended plan"),
    change=Column(float, "units/period", "then − now"),
    hours_now=Column(float, "hours/period", "hours per period under the current plan"),
    hours_then=Column(float, "hours/period", "hours per period under the recommended plan"),
    hours_change=Column(float, "hours/period", "hours_then − hours_now"),
    size=Column(
        float, "money/period", "|change| valued at what a unit of this work is worth to its team today"
    ),
    rank=Column(int, "order", "1 is the team's largest size"),
    digits=Column(int, "count", "decimals with which units are printed"),
)


def activities_rows(explanation: Explanation) -> Iterator[Row]:
    cal, network = explanation.cal, explanation.cal.network
    current, recommended = explanation.current.x, _row_of(explanation.recommended, len(network.activities))
    first = _row_of(explanation.first, len(network.activities))
    order = by_size_of_change(cal, np.nan_to_num(recommended - current))
    for i, team in enumerate(network.teams):
        mine = [a for a in order if network.team[a] == i]
        for rank, a in enumerate(mine, 1):
            name, hours = network.activities[a], max(0.0, float(network.unit_hours[a]))
            yield {
                "team": team,
                "activity": name,
                "gaming": bool(network.gaming[a]),
                "now": float(current[a]),
                "next": float(first[a]),
                "then": float(recommended[a]),
                "change": float(recommended[a] - current[a]),
                "hours_now": float(current[a]) * hours,
                "hours_then": float(recommended[a]) * hours,
                "hours_change": float(recommended[a] - current[a]) * hours,
                "size": abs(float(recommended[a] - current[a])) * float(cal.unit_worth[a]),
                "rank": rank,
                "digits": digits_of(current[a], recommended[a]),
            }


def _row_of(outcome: Outcome | None, count: int) -> Floats:
    return outcome.x if outcome is not None else np.full(count, np.nan)


TEAMS = Table(
    "teams",
    team=Column(str, "name", "name of the team", "team"),
    headcount=Column(float, "count", "people in the team; empty where the scenario does not say"),
    persons=Column(
        bool, "flag", "whether pay curves are applied to the results of each person, not the team"
    ),
    target_now=Column(float, "money/period", "variable pay at target under the current plan"),
    target_then=Column(float, "money/period", "variable pay at target under the recommended plan"),
    pay_now=Column(float, "money/period", "expected payout under the current plan, before charges, booked"),
    pay_then=Column(float, "money/period", "the same under the recommended plan"),
    charges_now=Column(float, "money/period", "employer charges on pay_now, booked"),
    charges_then=Column(float, "money/period", "employer charges on pay_then, booked"),
    loaded_now=Column(float, "money/period", "pay_now + charges_now"),
    loaded_then=Column(float, "money/period", "pay_then + charges_then"),
    share_now=Column(float, "share", "pay_now over target_now"),
    share_then=Column(float, "share", "pay_then over target_then"),
    controllability_now=Column(float, "share", "mean controllability of what is paid"),
    controllability_then=Column(float, "share", "mean controllability of what is paid"),
    lag_now=Column(float, "periods", "mean periods between work and credit, weighted by euros at target"),
    lag_then=Column(float, "periods", "mean periods between work and credit, weighted by euros at target"),
    moved=Column(bool, "flag", "whether the team's weights, target pay or pay curve change"),
    weights_moved=Column(bool, "flag", "whether its weights change"),
    pay_moved=Column(bool, "flag", "whether its target pay changes"),
    curve_moved=Column(bool, "flag", "whether the curve changes that pays a KPI of the recommended plan"),
    goals_moved=Column(
        bool, "flag", "whether the target of such a KPI changes, or whether it is issued anew"
    ),
    curve_now=Column(
        str, "name", "the curve in force for those KPIs, or one in `curves` that pays the same; else empty"
    ),
    curve_then=Column(str, "name", "the curve that the recommended plan chooses for them; else as in force"),
)


_MOVED = ("weights_moved", "pay_moved", "curve_moved", "goals_moved")


def teams_rows(explanation: Explanation) -> Iterator[Row]:
    cal, solution = explanation.cal, explanation.solution
    count = len(cal.network.teams)
    euros = np.full_like(cal.current, np.nan) if explanation.chosen is None else explanation.chosen.euros
    pay_then = explanation.recommended.pay if explanation.recommended is not None else np.full(count, np.nan)
    sides = (("now", cal.current, explanation.current.pay), ("then", euros, pay_then))
    lag = np.nan_to_num(solution.problem.measures.lag)
    booked = {when: book(cal.scenario, pay) for when, _, pay in sides}
    control = solution.problem.space.controllability
    for i, team in enumerate(cal.network.teams):
        of_file = cal.scenario.teams[team]
        row: Row = {"team": team, "headcount": of_file.headcount, "persons": of_file.pays_persons}
        for when, paid, pay in sides:
            target = float(paid[i].sum())
            mine, row[f"target_{when}"] = booked[when].of(i), target
            parts = {"pay": mine.pay, "charges": mine.charges, "loaded": mine.loaded}
            row |= {f"{name}_{when}": float(part) for name, part in parts.items()}
            row[f"share_{when}"] = ratio(float(pay[i]), target)
            row[f"controllability_{when}"] = ratio(float(paid[i] @ control[i]), target)
            row[f"lag_{when}"] = ratio(float(paid[i] @ lag[i]), target)
        yield row | _changes_of(explanation, i)


def _changes_of(explanation: Explanation, i: int) -> Row:
    """What the recommended plan changes for a team, and by which curves it pays before and after."""
    chosen, scenario, team = explanation.chosen, explanation.cal.scenario, explanation.cal.network.teams[i]
    if chosen is None:
        return {**dict.fromkeys(("moved", *_MOVED), False), "curve_now": "", "curve_then": ""}
    change = explanation.changes[i]
    kpis = [kpi for kpi, euros in zip(scenario.kpis, chosen.euros[i], strict=True) if euros > 0]
    curves = (curve_named(scenario, team, kpis, names) for names in (IN_FORCE, chosen.plan.terms))
    flags = (change.any, change.weights, change.pay, change.curve, change.target)
    return dict(zip(("moved", *_MOVED, "curve_now", "curve_then"), (*flags, *curves), strict=True))


KPIS = Table(
    "kpis",
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    rate=Column(bool, "flag", "whether it has a denominator"),
    constant=Column(float, "kpi", "what it counts whatever anybody does; 0 but for an index"),
    target=Column(float, "kpi", "value at which it pays 100 % under the recommended plan, in its own unit"),
    target_now=Column(float, "kpi", "the same under the current plan"),
    noise=Column(float, "attainment", "standard deviation of attainment that nobody here causes"),
    cap=Column(
        float,
        "attainment",
        "attainment above which nobody is paid more for it under the recommended plan (the current one, "
        "without); empty where somebody is, or where nobody is paid on it",
    ),
    now=Column(float, "attainment", "attainment under the current plan"),
    next=Column(
        float,
        "attainment",
        "attainment under the recommended plan at first: on today's beliefs, without delays",
    ),
    then=Column(float, "attainment", "attainment under the recommended plan"),
)


def kpis_rows(explanation: Explanation) -> Iterator[Row]:
    cal, today = explanation.cal, explanation.cal.paid_by(IN_FORCE)
    first, recommended = explanation.first, explanation.recommended
    for k, (name, kpi) in enumerate(cal.scenario.kpis.items()):
        yield {
            "kpi": name,
            "rate": kpi.is_rate,
            "constant": kpi.constant,
            "target": float(cal.targets[k]),
            "target_now": float(today.targets[k]),
            "noise": kpi.noise,
            "cap": _cap(explanation, name, k),
            "now": float(explanation.current.score[k]),
            "next": float(first.score[k]) if first is not None else np.nan,
            "then": float(recommended.score[k]) if recommended is not None else np.nan,
        }


def _cap(explanation: Explanation, kpi: str, k: int) -> float:
    """Attainment above which the curve is level of every team that is paid on a KPI."""
    cal, chosen = explanation.cal, explanation.chosen
    euros, names = explanation.in_force if chosen is None else chosen.paid
    paid = [team for i, team in enumerate(cal.network.teams) if euros[i, k] > 0]
    curves = (curve_of(cal.scenario, team, kpi, names) for team in paid)
    caps = [curve.level_from if curve else None for curve in curves]
    stated = [cap for cap in caps if cap is not None]
    return max(stated) if stated and len(stated) == len(caps) else np.nan


GAMING = Table(
    "gaming",
    activity=Column(str, "name", "name of the gaming activity", "activity"),
    team=Column(str, "name", "the team that gains", "team"),
    now=Column(float, "units/period", "units per period under the current plan"),
    then=Column(float, "units/period", "units per period under the recommended plan"),
    cap=Column(float, "units/period", "units per period that the rules allow; empty without a cap"),
    hours_now=Column(float, "hours/period", "hours per period under the current plan"),
    hours_then=Column(float, "hours/period", "hours per period under the recommended plan"),
    team_reward=Column(
        float, "money/unit", "what a unit brings its team at the plan's prices, before hours and effort"
    ),
    company_cost=Column(
        float,
        "money/unit",
        "revenue lost per unit, against the plan where nobody can do it; negative: a benefit",
    ),
    team_stake=Column(
        float, "money/period", "what its team would lose if it stopped, hours and effort counted"
    ),
    company_loss=Column(
        float, "money/period", "what revenue would win if nobody could do it, and all did as they then like"
    ),
    net_loss=Column(float, "money/period", "the same, of net: payouts change too"),
    margin=Column(
        float,
        "share",
        "how far credit may rise before the cap breaks, 0.5 = half; inf: no credit; empty: no cap",
    ),
    digits=Column(int, "count", "decimals with which units are printed"),
)


def gaming_rows(explanation: Explanation) -> Iterator[Row]:
    network = explanation.cal.network
    for line in explanation.gaming:
        name, team = network.activities[line.activity], network.teams[network.team[line.activity]]
        hours = float(network.unit_hours[line.activity])
        recommended = line.recommended if explanation.recommended is not None else np.nan
        yield {
            "activity": name,
            "team": team,
            "now": line.current,
            "then": recommended,
            "cap": line.cap,
            "hours_now": line.current * hours,
            "hours_then": recommended * hours,
            "team_reward": line.team_reward,
            "company_cost": line.company_cost,
            "team_stake": line.team_stake,
            "company_loss": line.company_loss,
            "net_loss": line.net_loss,
            "margin": line.margin,
            "digits": digits_of(line.current, recommended, line.cap),
        }


STAGES = Table(
    "stages",
    stage=Column(str, "name", "name of the stage", "stage"),
    team=Column(str, "name", "the team that works it; empty for a last stage, labelled nobody", "team"),
    unit_value=Column(float, "money/unit", "contribution per unit entering"),
    now=Column(float, "units/period", "units entering per period under the current plan"),
    then=Column(float, "units/period", "units entering per period under the recommended plan"),
    change=Column(float, "units/period", "then − now"),
    change_share=Column(float, "share", "change over now"),
    digits=Column(int, "count", "decimals with which units are printed"),
)


def stages_rows(explanation: Explanation) -> Iterator[Row]:
    """The funnel: what enters every stage, expected over regimes."""
    cal, scenario = explanation.cal, explanation.solution.problem.scenario
    current = _entering(explanation, explanation.current)
    recommended = (
        _entering(explanation, explanation.recommended)
        if explanation.recommended is not None
        else np.full_like(current, np.nan)
    )
    for n, (name, stage) in enumerate(scenario.stages.items()):
        owner = stage.owner or ""
        yield {
            "stage": name,
            "team": owner,
            "unit_value": float(cal.network.stage_value[n]),
            "now": float(current[n]),
            "then": float(recommended[n]),
            "change": float(recommended[n] - current[n]),
            "change_share": ratio(float(recommended[n] - current[n]), float(current[n])),
            "digits": digits_of(current[n], recommended[n]),
        }


def _entering(explanation: Explanation, outcome: Outcome) -> Floats:
    """Units entering each stage per period, (N,)."""
    expect = explanation.cal.regimes.expect
    return expect(at.network.stage_inflow(at.x) for at in outcome.by_regime)
