"""Tables of what plans pay as a distribution, and how likely objectives are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.build import Explanation
from optimizer.response.booking import Booked, book
from optimizer.risk.payouts import PERCENTILES, PayoutDistribution, Spread
from optimizer.tables.table import Column, Row, Table

PAYOUT_DISTRIBUTION = Table(
    "payout_distribution",
    plan=Column(str, "code", "current or chosen", "plan"),
    level=Column(
        str,
        "code",
        "company and team: charges included; person: one of the team, before charges",
        "xlsx.level",
    ),
    basis=Column(str, "code", "of the amounts of the row: loaded, charges included, or gross", "basis"),
    team=Column(str, "name", "name of the team; empty for the company, and for all people together", "team"),
    people=Column(float, "count", "people in the team; empty where the scenario does not say"),
    target=Column(float, "money/period", "pay at 100 % attainment"),
    expected=Column(float, "money/period", "expected payout in closed form, as booked; empty for a person"),
    mean=Column(float, "money/period", "mean over draws"),
    standard_error=Column(float, "money/period", "of mean"),
    p10=Column(float, "money/period", "payout that is not exceeded with probability 10 %"),
    p50=Column(float, "money/period", "the same with 50 %"),
    p90=Column(float, "money/period", "the same with 90 %"),
    p95=Column(float, "money/period", "the same with 95 %"),
    cvar=Column(float, "money/period", "mean of the 5 % of draws in which most is paid"),
    budget=Column(float, "money/period", "limit on the expected loaded payout; empty without one"),
    over_budget=Column(float, "share", "probability that the payout exceeds budget"),
    at_goal=Column(float, "share", "probability of at least target; person: share of people"),
    draws=Column(int, "count", "periods drawn"),
    seed=Column(int, "id", "of the draws"),
)


def payout_distribution_rows(explanation: Explanation) -> Iterator[Row]:
    """Company, teams, then a person of each team, of the current plan and of the chosen one."""
    scenario, seed = explanation.solution.problem.scenario, explanation.cal.seed
    for (kind, paid), booked in zip(_plans(explanation), _booked(explanation), strict=True):
        start: Row = {"plan": kind}
        last: Row = {"draws": paid.draws, "seed": seed}
        expected = {name: {"expected": float(booked.of(i).loaded)} for i, name in enumerate(scenario.teams)}
        whole = {"expected": float(booked.company.loaded)}
        yield start | _team("company", "", None) | _spread(paid.company) | whole | last
        for level, spreads in (("team", paid.teams), ("person", paid.people)):
            for (name, team), spread in zip(scenario.teams.items(), spreads, strict=True):
                if spread is not None and spread.target > 0:
                    closed = expected[name] if level == "team" else {}
                    yield start | _team(level, name, team.headcount) | _spread(spread) | closed | last
        if np.isfinite(paid.people_at_goal):
            every: Row = dict.fromkeys(_spread(paid.company), np.nan) | {"at_goal": paid.people_at_goal}
            yield start | _team("person", "", None) | every | last


def _plans(explanation: Explanation) -> Iterator[tuple[str, PayoutDistribution]]:
    return zip(("current", "chosen"), explanation.chosen.payouts if explanation.chosen else (), strict=False)


def _booked(explanation: Explanation) -> list[Booked]:
    """Expected payouts under the plans of `_plans`."""
    if explanation.chosen is None:
        return []
    outcomes = (explanation.current, explanation.chosen.consistent)
    return [book(explanation.cal.scenario, outcome.pay) for outcome in outcomes]


def _team(level: str, name: str, people: int | None) -> Row:
    count, basis = np.nan if people is None else people, "gross" if level == "person" else "loaded"
    return {"level": level, "basis": basis, "team": name, "people": count}


def _spread(spread: Spread) -> Row:
    fields = {name: value for name, value in vars(spread).items() if name != "percentiles"}
    at = zip(PERCENTILES, spread.percentiles, strict=True)
    return {**fields, **{f"p{p * 100:g}": value for p, value in at}}


OBJECTIVES_REACHED = Table(
    "objectives_reached",
    plan=Column(str, "code", "current or chosen", "plan"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    paid=Column(bool, "flag", "whether the plan pays on it"),
    attainment=Column(float, "attainment", "expected attainment"),
    noise=Column(float, "attainment", "standard deviation of attainment that nobody here causes"),
    reached=Column(float, "share", "probability that attainment is at least 100 %"),
)


def objectives_reached_rows(explanation: Explanation) -> Iterator[Row]:
    """Every KPI under the current plan and under the chosen one."""
    cal, chosen = explanation.cal, explanation.chosen
    if chosen is None:
        return
    sides: list[tuple[Floats, Floats]] = [
        (cal.current, explanation.current.score),
        (chosen.euros, chosen.consistent.score),
    ]
    for (kind, paid), (euros, score) in zip(_plans(explanation), sides, strict=True):
        for k, kpi in enumerate(cal.network.kpis):
            yield {
                "plan": kind,
                "kpi": kpi,
                "paid": bool(euros[:, k].any()),
                "attainment": float(score[k]),
                "noise": float(cal.curves.noise[k]),
                "reached": float(paid.reached[k]),
            }
