"""The first year of a plan as tables: what is earned by period against limits, what the switch brings.

The plan is the recommended one, or the current one where there is none. Without `phasing` people stay as they
are and periods are alike: what moves then is what people learn, and what is under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from optimizer.arrays import Floats, half_up, rounded
from optimizer.explanation.build import Explanation
from optimizer.response.booking import Booked
from optimizer.risk.cvar import percentile
from optimizer.rollout.year.cash import cash_of
from optimizer.rollout.year.earned import Year, first_year
from optimizer.tables.marks import COMPANY, WHOLE_YEAR
from optimizer.tables.table import Column, Row, Table
from optimizer.tables.team_charges import TEAM_CHARGES, team_charges_rows

LEVEL = 0.9
"""Of the percentile beside what is expected: one case in ten is above."""

_PERIOD = Column(int, "order", "period of the year, from 1; 0: the whole year")
_TEAM = Column(str, "name", "name of the team; empty for the company", "team")

YEAR = Table(
    "year",
    period=_PERIOD,
    team=_TEAM,
    present=Column(float, "1", "people present and paid, year: on average; empty where not given"),
    new=Column(float, "1", "of them more than the period before; year: in all"),
    gone=Column(float, "1", "fewer than the period before; year: in all"),
    counted=Column(
        float, "1", "people present as parts of the team's people, new ones by their ramp; empty: the company"
    ),
    left_out=Column(
        float, "1", "people that the ramp leaves out: present less those that count; empty likewise"
    ),
    guarantee=Column(float, "share", "share of the pay left out that is paid whatever the result"),
    leave=Column(float, "share", "leave pay per unit of variable pay"),
    target=Column(float, "money", "pay at 100 % of the people counted, in this season"),
    guaranteed=Column(float, "money", "paid whatever the result during the ramp, before leave pay; in gross"),
    gross=Column(
        float,
        "money",
        "expected payout before charges, guaranteed and leave pay in it, rounded once per team and period; "
        "sums else",
    ),
    charges=Column(float, "money", "gross × rate, rounded once per team and period; sums else"),
    loaded=Column(float, "money", "gross + charges"),
    standard_error=Column(float, "money", "of loaded, from the number of draws"),
    p90=Column(float, "money", "loaded payout that one case in ten exceeds, over draws of the whole year"),
    reserve=Column(float, "money", "set aside by the budget of the company; 0 for teams"),
    limit=Column(float, "money", "loaded; year: of all its periods; empty without one"),
    slack=Column(float, "money", "limit − reserve − loaded"),
    over=Column(float, "share", "probability that loaded and reserve exceed the limit; empty without one"),
)
YEAR_LINES = Table(
    "year_lines",
    period=Column(int, "order", "period of the year, from 1"),
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    euros=Column(float, "money/period", "weight × target pay of the team's people, in an average period"),
    season=Column(float, "share", "of the year's objective and pay that falls in the period"),
    level=Column(float, "share", "expected pay per unit of pay at 100 %, from the simulated switch"),
    counted=Column(float, "1", "people as parts of the team's people, new ones by their ramp"),
    pay=Column(
        float,
        "money",
        "euros × periods × season × level × counted, before charges; rounded to be shown, never added up",
    ),
)
YEAR_GAIN = Table(
    "year_gain",
    period=_PERIOD,
    revenue_change=Column(float, "money", "revenue after direct costs over today's plan, same luck, mean"),
    loaded_change=Column(float, "money", "the same of loaded payouts, people and seasons as today"),
    net_change=Column(float, "money", "revenue_change − loaded_change"),
    net_error=Column(float, "money", "standard error of net_change, from the number of draws"),
    noise=Column(float, "money", "standard deviation of net under today's plan, by luck and regimes alone"),
    draws=Column(int, "count", "years drawn"),
)
CASH = Table(
    "cash",
    period=Column(int, "order", "period, from 1; those of the next year go on counting"),
    next_year=Column(
        bool, "flag", "whether the period is after the year: what is paid then was earned in it"
    ),
    team=_TEAM,
    opening=Column(float, "money", "earned and not yet paid at its beginning, charges included"),
    gross=Column(float, "money", "earned in it before charges, as booked"),
    charges=Column(float, "money", "on what is earned, as booked"),
    earned=Column(float, "money", "gross + charges"),
    before=Column(float, "money", "paid in it of what was earned before the year, charges included"),
    paid=Column(float, "money", "paid in it, before included: pay dates and vesting say when"),
    true_up=Column(
        float,
        "money",
        "last period: charges by a head's pay in the year beyond those booked at one rate",
    ),
    closing=Column(float, "money", "opening + earned − paid + true_up"),
)


@lru_cache(maxsize=1)  # five tables are made of one explanation
def year_of(explanation: Explanation) -> Year:
    """Of the recommended plan, or of the current one where there is none."""
    paid = explanation.in_force if explanation.chosen is None else explanation.chosen.paid
    return first_year(explanation.cal, *paid)


Rows = dict[str, list[Row]]


def rows_of_year(year: Year) -> Rows:
    """YEAR, YEAR_LINES, CASH and TEAM_CHARGES of a plan that nothing else is asked of: `budget`."""
    every = {
        YEAR: year_rows(year),
        YEAR_LINES: year_lines_rows(year),
        CASH: cash_rows(year),
        TEAM_CHARGES: team_charges_rows(year.cal.scenario),
    }
    return {table.name: list(rows) for table, rows in every.items()}


def exceeded(rows: Iterable[Row]) -> list[Row]:
    """Rows of YEAR in which what is expected is above its limit."""
    return [row for row in rows if row["slack"] < 0]


def year_rows(year: Year) -> Iterator[Row]:
    """Every period, then the year: teams, then the company."""
    for t in range(year.periods):
        yield from _block(year, t + 1, slice(t, t + 1), _at(year.booked, t))
    yield from _block(year, WHOLE_YEAR, slice(None), year.whole)


def _at(booked: Booked, t: int) -> Booked:
    return Booked(booked.pay[t], booked.charges[t], booked.decimals)


def _block(year: Year, period: int, some: slice, booked: Booked) -> Iterator[Row]:
    """Rows of some periods together."""
    budget = year.cal.scenario.rules.budget
    drawn, foreseen = (paid[some].sum(axis=0) for paid in (year.loaded, year.loaded_foreseen))
    count = len(range(year.periods)[some])
    for i, team in enumerate(year.cal.network.teams):
        people = _people(year, some, i) | _amounts(year, some, slice(i, i + 1), booked.decimals)
        error = _error(foreseen[:, i])
        row = _against(booked.of(i), drawn[:, i], budget.teams.get(team), 0.0, count)
        yield {"period": period, "team": team, **people, **error, **row}
    whole = _company_people(year, some) | _amounts(year, some, slice(None), booked.decimals)
    row = _against(booked.company, drawn.sum(axis=1), budget.expected, budget.reserve, count)
    error = _error(foreseen.sum(axis=1))
    yield {"period": period, "team": COMPANY, **whole, **error, **row}


def _error(drawn: Floats) -> Row:
    return {"standard_error": float(drawn.std() / np.sqrt(len(drawn)))}


def _people(year: Year, some: slice, i: int) -> Row:
    of = year.staffing
    return {
        "present": float(of.present[some, i].mean()),
        "new": float(of.new[some, i].sum()),
        "gone": float(of.gone[some, i].sum()),
        "counted": float(of.counted[some, i].mean()),
        "left_out": float((of.ramping * of.heads)[some, i].mean()),
        "guarantee": year.phasing.guaranteed.get(year.cal.network.teams[i], 0.0),
    }


def _company_people(year: Year, some: slice) -> Row:
    of = year.staffing
    unknown = dict.fromkeys(("counted", "left_out", "guarantee"), np.nan)
    moved = {"new": float(of.new[some].sum()), "gone": float(of.gone[some].sum())}
    return {"present": float(of.present[some].mean(axis=0).sum()), **moved, **unknown}


def _amounts(year: Year, some: slice, teams: slice, decimals: int) -> Row:
    target = (year.at_target.sum(axis=2) * year.staffing.counted)[some, teams].sum()
    return {
        "leave": year.leave,
        "target": rounded(float(target), decimals),
        "guaranteed": rounded(float(year.guaranteed[some, teams].sum()), decimals),
    }


def _against(booked: Booked, drawn: Floats, most: float | None, kept: float, count: int) -> Row:
    """What is booked for `count` periods, beside draws of it (S,) and their limit."""
    pay, charges, loaded = (float(v) for v in (booked.pay, booked.charges, booked.loaded))
    reserve = rounded(count * kept, booked.decimals)
    limit = np.nan if most is None else rounded(count * most, booked.decimals)
    with_reserve = half_up(drawn + reserve, booked.decimals)
    odds = np.full(len(drawn), 1 / len(drawn))
    return {
        "gross": pay,
        "charges": charges,
        "loaded": loaded,
        "p90": rounded(float(percentile(drawn[None], odds, LEVEL)[0]), booked.decimals),
        "reserve": reserve,
        "limit": limit,
        "slack": rounded(limit - reserve - loaded, booked.decimals),
        "over": np.nan if most is None else float((with_reserve > limit).mean()),
    }


def year_lines_rows(year: Year) -> Iterator[Row]:
    """Every KPI that a team is paid on, in every period."""
    network, count = year.cal.network, year.periods
    for t in range(count):
        for i, k in np.argwhere(year.euros > 0):
            euros, level = float(year.euros[i, k]), float(year.level[t, i, k])
            season, counted = float(year.season[t, k]), float(year.staffing.counted[t, i])
            yield {
                "period": t + 1,
                "team": network.teams[i],
                "kpi": network.kpis[k],
                "euros": euros,
                "season": season / count,
                "level": level,
                "counted": counted,
                "pay": rounded(euros * season * level * counted, year.booked.decimals),
            }


def year_gain_rows(year: Year) -> Iterator[Row]:
    """Every period, then the year."""
    for t in range(year.periods):
        yield _gain(year, t + 1, slice(t, t + 1))
    yield _gain(year, WHOLE_YEAR, slice(None))


def _gain(year: Year, period: int, some: slice) -> Row:
    change, stay = year.transition.change, year.transition.stay
    net = (change.net[some] - stay.net[some]).sum(axis=0)
    return {
        "period": period,
        "revenue_change": float((change.revenue[some] - stay.revenue[some]).sum(axis=0).mean()),
        "loaded_change": float((change.loaded_pay[some] - stay.loaded_pay[some]).sum(axis=0).mean()),
        "net_change": float(net.mean()),
        "net_error": float(net.std() / np.sqrt(net.size)),
        "noise": float(stay.net[some].sum(axis=0).std()),
        "draws": net.size,
    }


PAY_DATES = Table(
    "pay_dates",
    team=Column(str, "name", "name of the team", "team"),
    period=Column(int, "order", "period of the year in which pay is earned, from 1"),
    paid_in=Column(int, "order", "period in which it is paid; those of the next year go on counting"),
    share=Column(float, "share", "of what is earned; the first of several has what rounding leaves"),
)


def pay_dates_rows(year: Year) -> Iterator[Row]:
    """When what each period of the year earns is paid."""
    shares = cash_of(year).shares
    for i, team in enumerate(year.cal.network.teams):
        for t, d in np.argwhere(shares[:, :, i] > 0):
            share = float(shares[t, d, i])
            yield {"team": team, "period": int(t) + 1, "paid_in": int(t + d) + 1, "share": share}


def cash_rows(year: Year) -> Iterator[Row]:
    """Every period, also those of the next year until all is paid: teams, then the company."""
    cash, booked = cash_of(year), year.booked
    for t in range(len(cash.paid)):
        parts = np.stack([booked.pay[t], booked.charges[t]]) if t < year.periods else 0 * cash.paid[:2]
        rows = np.stack(
            [
                cash.opening[t],
                *parts,
                cash.earned[t],
                cash.before[t],
                cash.paid[t],
                cash.true_up[t],
                cash.closing[t],
            ]
        )
        whole = half_up(rows.sum(axis=1), cash.decimals)
        for team, of in zip((*year.cal.network.teams, COMPANY), (*rows.T, whole), strict=True):
            start: Row = {"period": t + 1, "next_year": t >= year.periods, "team": team}
            yield start | dict(zip(_FLOWS, map(float, of), strict=True))


_FLOWS = ("opening", "gross", "charges", "earned", "before", "paid", "true_up", "closing")
