"""What finance divides: fixed pay beside pay at target, and what a plan pays at most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.arrays import Bools, Floats, rounded
from optimizer.explanation.build import Explanation
from optimizer.response.booking import book
from optimizer.response.outcome import realised_pay
from optimizer.scenario.charges import charge_rates
from optimizer.tables.marks import COMPANY
from optimizer.tables.payroll import Payroll
from optimizer.tables.table import Column, Row, Table

DOUBLE = 2.0
"""Attainment of every KPI at which pay without a maximum is looked at."""
FAR = 1e6
"""Attainment beyond every corner of a pay curve."""

RATIOS = Table(
    "ratios",
    team=Column(str, "name", "name of the team; empty for the company", "team"),
    headcount=Column(float, "count", "people in the team; empty where not given"),
    base_pay=Column(float, "money/period", "fixed pay, before charges"),
    euros=Column(float, "money/period", "pay at target, before charges"),
    charges_rate=Column(float, "share", "employer charges as a share of pay; empty for the company"),
    loaded_now=Column(float, "money/period", "expected payouts of the plan in force, charges included"),
    double=Column(
        float, "money/period", "payout before charges if every result is twice its objective, as booked"
    ),
    most=Column(
        float,
        "money/period",
        "payout before charges that no result exceeds, as booked; empty where a KPI has no cap",
    ),
    uncapped=Column(
        str, "name", "of the KPIs without a cap the one most is paid on; empty where every one has one", "kpi"
    ),
)


def ratios_rows(explanation: Explanation) -> Iterator[Row]:
    """Every team, then the company; of the recommended plan, or of the current one where there is none."""
    paid = Payroll.of(explanation)
    cal, scenario = paid.cal, paid.cal.scenario
    now, double = book(scenario, explanation.current.pay), book(scenario, _at(paid, DOUBLE))
    levels, capped = _highest(paid)
    most = book(scenario, np.where(paid.euros > 0, paid.euros * levels, 0.0).sum(axis=1))
    heaviest = [_heaviest_open(paid.euros[i], capped[i], cal.network.kpis) for i in range(len(capped))]
    rates, teams = charge_rates(scenario), scenario.teams.values()
    rows: list[Row] = [
        {
            "team": name,
            "headcount": float(np.nan if team.headcount is None else team.headcount),
            "base_pay": float(team.base_pay),
            "euros": float(paid.euros[i].sum()),
            "charges_rate": float(rates[i]),
            "loaded_now": float(now.of(i).loaded),
            "double": float(double.of(i).pay),
            "most": np.nan if heaviest[i] else float(most.of(i).pay),
            "uncapped": heaviest[i],
        }
        for i, (name, team) in enumerate(zip(cal.network.teams, teams, strict=True))
    ]
    everywhere = np.asarray((capped | (paid.euros <= 0)).all(axis=0))
    yield from rows
    yield {
        "team": COMPANY,
        "charges_rate": np.nan,
        **{key: rounded(sum(row[key] for row in rows), paid.decimals) for key in SUMMED},
        "headcount": float(sum(row["headcount"] for row in rows)),
        "uncapped": _heaviest_open(paid.euros.sum(axis=0), everywhere, cal.network.kpis),
    }


SUMMED = ("base_pay", "euros", "loaded_now", "double", "most")


def _at(paid: Payroll, attainment: float) -> Floats:
    """Pay of every team where each result comes in so, before charges, (I,)."""
    level = realised_pay(paid.cal, np.full(len(paid.cal.network.kpis), attainment))
    return np.asarray((paid.euros * level).sum(axis=1))


def _heaviest_open(euros: Floats, capped: Bools, kpis: Sequence[str]) -> str:
    """Of the KPIs without a cap the one with most pay at target, (K,) each; of equals the first by name."""
    open_ = [int(k) for k in np.flatnonzero(euros > 0) if not capped[k]]
    return min((kpis[k] for k in open_), key=lambda name: (-euros[kpis.index(name)], name), default="")


def _highest(paid: Payroll) -> tuple[Floats, Bools]:
    """The highest pay per euro at target over all attainments, and whether it stays there beyond every
    corner, (I, K) each."""
    kpis = len(paid.cal.network.kpis)
    corners = np.unique(paid.cal.curves.knots[np.isfinite(paid.cal.curves.knots)])
    at = np.concatenate([[0.0, 1.0], corners, [FAR, 10 * FAR]])
    paid_at = realised_pay(paid.cal, np.repeat(at[:, None], kpis, axis=1))
    return paid_at.max(axis=0), np.asarray(paid_at[-1] <= paid_at[-2] * (1 + 1e-12) + 1e-9)
