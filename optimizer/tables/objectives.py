"""Objectives as plan documents print them, in whole units, and examples worked in such units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.outcome import expected_pay, realised_pay
from optimizer.response.pay_knots import curve_of, hung
from optimizer.tables.rounding import CENTS, rounded
from optimizer.tables.table import Column, Row, Table, ratio

if TYPE_CHECKING:
    from optimizer.scenario.types import Kpi, Scenario
    from optimizer.solver.solution import Solution

LARGE, THOUSAND, HUNDRED = 100_000, 1_000.0, 100.0
"""Money from LARGE up is rounded to thousands, from a thousand to hundreds."""
TENTH_OF_A_POINT = 0.001
MONEY = {"EUR": ("€", "euro", "euros"), "USD": ("$", "dollar", "dollars"), "GBP": ("£", "pound", "pounds")}
"""What a currency is called as a unit, besides its code."""
SHARES = {"below": (0.8,), "at": (1.0,), "mixed": (1.2, 0.9, 1.1, 0.8)}
"""Results over objectives in worked examples, KPI by KPI in the order of weights, over and over."""


OBJECTIVES = Table(
    "objectives",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of a KPI that it is paid on, or that such pay hangs on", "kpi"),
    paid=Column(bool, "flag", "whether it is paid on it, rather than that pay hangs on it"),
    people=Column(float, "count", "people whom the objective is divided among; 1 where it is the team's"),
    measure=Column(str, "code", "what it is printed as: money, percent or number", "measure"),
    step=Column(float, "kpi", "what the printed objective is a multiple of"),
    exact=Column(float, "kpi", "target over people, before rounding"),
    objective=Column(float, "kpi", "as printed: rounded down; 0 where it is less than one step"),
    pay=Column(float, "money/period", "expected pay of the team on it, before charges; empty if unpaid"),
    pay_printed=Column(
        float,
        "money/period",
        "the same with the printed objective, people doing what they do; empty if unpaid",
    ),
)


def objectives_rows(solution: Solution) -> Iterator[Row]:
    """KPIs in the order of their weights, then those that pay hangs on; none without a plan."""
    if solution.chosen is None:
        return
    scenario, targets = solution.problem.scenario, solution.problem.cal.targets
    for i, team in enumerate(solution.problem.cal.network.teams):
        euros = solution.chosen.euros[i]
        for k in _concerned(solution, i):
            name = solution.problem.cal.network.kpis[k]
            kpi = scenario.kpis[name]
            people = _people(scenario, team, kpi)
            exact = float(targets[k]) / people
            measure = measure_of(scenario, kpi, exact)
            step = kpi.round or _step(measure, kpi, exact)
            objective = float(math.floor(exact / step + 1e-9) * step)
            share = ratio(exact, objective)
            pays = [_expected(solution, i, k, factor) if euros[k] > 0 else np.nan for factor in (1.0, share)]
            yield {
                "team": team,
                "kpi": name,
                "paid": bool(euros[k] > 0),
                "people": people,
                "measure": measure,
                "step": step,
                "exact": exact,
                "objective": rounded(objective, 9),
                "pay": pays[0],
                "pay_printed": pays[1],
            }


def measure_of(scenario: Scenario, kpi: Kpi, objective: float) -> str:
    """money, percent or number: by the unit, else of a rate by its size."""
    units = {text.strip().lower() for text in (kpi.unit.en, kpi.unit.fr)} if kpi.unit else set()
    if units & {scenario.currency.lower(), *MONEY.get(scenario.currency, ())}:
        return "money"
    return "percent" if "%" in units or (kpi.is_rate and objective <= 1) else "number"


def _step(measure: str, kpi: Kpi, exact: float) -> float:
    """Whole things; of a rate, three digits where a tenth of a point would leave nothing."""
    if measure == "money":
        return THOUSAND if exact >= LARGE else HUNDRED if exact >= THOUSAND else 1.0
    if not kpi.is_rate:
        return 1.0
    finest = 10.0 ** (math.floor(math.log10(exact)) - 2)
    return min(TENTH_OF_A_POINT, finest) if measure == "percent" else finest


def _people(scenario: Scenario, team: str, kpi: Kpi) -> float:
    """People whom a target is divided among: those of a team that pays persons on counts, not on an index."""
    who = scenario.teams[team]
    shared = who.pays_persons and who.headcount and not (kpi.is_rate or kpi.constant)
    return float(who.headcount) if shared and who.headcount else 1.0


def _concerned(solution: Solution, i: int) -> list[int]:
    """KPIs that a team is paid on, heaviest first, then those that open or multiply such pay."""
    assert solution.chosen is not None
    scenario, network = solution.problem.scenario, solution.problem.cal.network
    euros = solution.chosen.euros[i]
    paid = heaviest_first(euros)
    deciding: list[int] = []
    for k in paid:
        curve = curve_of(scenario, network.teams[i], network.kpis[k], solution.problem.space.terms)
        on = hung(curve, network.kpis[k]) if curve is not None else None
        if on is not None and on[0] and network.kpis.index(on[0]) not in (*paid, *deciding):
            deciding.append(network.kpis.index(on[0]))
    return [*paid, *deciding]


def heaviest_first(euros: Floats) -> list[int]:
    """KPIs that a team with such euros (K,) is paid on; of equal weights in the order of the file."""
    return [int(k) for k in np.argsort(-euros, kind="stable") if euros[k] > 0]


def _expected(solution: Solution, i: int, k: int, share: float) -> float:
    """Expected pay of a team on a KPI [currency/period] where attainments are `share` times those reached."""
    assert solution.chosen is not None
    cal, outcome = solution.problem.cal, solution.chosen.consistent
    scale = np.where(np.arange(len(cal.network.kpis)) == k, share, 1.0)
    levels = [expected_pay(cal, at.score * scale)[i, k] for at in outcome.by_regime]
    odds = np.asarray(cal.regimes.odds)
    return float(solution.chosen.euros[i, k] * (odds @ np.asarray(levels)))


WORKED_EXAMPLES = Table(
    "worked_examples",
    team=Column(str, "name", "name of the team", "team"),
    case=Column(str, "code", "below, at, or mixed: KPIs at different attainments", "worked"),
    kpi=Column(str, "name", "name of the KPI; empty for the sum of a case", "kpi"),
    objective=Column(float, "kpi", "as printed; empty for the sum"),
    result=Column(float, "kpi", "of a whole number of units; empty for the sum"),
    attainment=Column(float, "attainment", "result over objective; empty for the sum"),
    level=Column(float, "share", "share of the amount at 100 % that is paid; empty where it is not paid on"),
    amount=Column(
        float, "money/period", "amount at 100 % of a person, of the team where its size is unknown"
    ),
    pay=Column(float, "money/period", "what is paid, to the cent; of a sum, rounded once"),
)


def worked_rows(solution: Solution) -> Iterator[Row]:
    """Three cases a team; none for a team with an objective below one unit."""
    objectives = list(objectives_rows(solution))
    for i, team in enumerate(solution.problem.cal.network.teams):
        mine = [row for row in objectives if row["team"] == team]
        if mine and mine[0]["paid"] and all(row["objective"] > 0 for row in mine):
            for case, shares in SHARES.items():
                yield from _case(solution, i, mine, case, shares)


def _case(solution: Solution, i: int, mine: list[Row], case: str, shares: tuple[float, ...]) -> Iterator[Row]:
    cal, team = solution.problem.cal, mine[0]["team"]
    amounts = amounts_at_goal(solution, i)
    results = [_result(row, shares[n % len(shares)]) for n, row in enumerate(mine)]
    attained = np.ones(len(cal.network.kpis))
    for row, result in zip(mine, results, strict=True):
        attained[cal.network.kpis.index(row["kpi"])] = result / row["objective"]
    levels = realised_pay(cal, attained)[i]
    total = 0.0
    for row, result in zip(mine, results, strict=True):
        k = cal.network.kpis.index(row["kpi"])
        paid = bool(row["paid"])
        total += amounts[k] * levels[k] if paid else 0.0
        yield {
            "team": team,
            "case": case,
            "kpi": row["kpi"],
            "objective": row["objective"],
            "result": result,
            "attainment": result / row["objective"],
            "level": float(levels[k]) if paid else np.nan,
            "amount": amounts[k] if paid else np.nan,
            "pay": rounded(float(amounts[k] * levels[k]), CENTS) if paid else np.nan,
        }
    none = dict.fromkeys(("objective", "result", "attainment", "level"), np.nan)
    whole = {"amount": float(amounts.sum()), "pay": rounded(total, CENTS)}
    yield {"team": team, "case": case, "kpi": "", **none, **whole}


def _result(row: Row, share: float) -> float:
    """The nearest whole number of steps, on the side of the objective that the share is on."""
    step, objective = float(row["step"]), float(row["objective"])
    near = round(share * objective / step) * step
    if share < 1:
        near = max(0.0, min(near, objective - step))
    if share > 1:
        near = max(near, objective + step)
    return rounded(near, 9)


def amounts_at_goal(solution: Solution, i: int) -> Floats:
    """What one person of a team gets for each KPI at 100 % (of the team where its size is unknown), (K,)
    currency per period: to the cent, the odd one on the largest, so that they add up."""
    assert solution.chosen is not None
    headcount = solution.problem.scenario.teams[solution.problem.cal.network.teams[i]].headcount
    euros = solution.chosen.euros[i] / (headcount or 1)
    amounts = np.array([rounded(float(amount), CENTS) for amount in euros])
    odd = rounded(float(euros.sum()), CENTS) - amounts.sum()
    largest = int(np.argmax(amounts))
    amounts[largest] = rounded(float(amounts[largest] + odd), CENTS)
    return amounts
