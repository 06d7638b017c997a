"""Numbers as they will be printed: rounded so that what a reader adds up adds up.

Revenue, direct costs and loaded payouts are rounded to the nearest printable amount; gross and net follow
from them, and so does every difference. So a printed gross or net may be one unit off its own rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from optimizer.tables.codes import CODES
from optimizer.tables.table import Tables

SHARE_DECIMALS = 3
"""Shares are printed to a tenth of a percent."""
MONEY_PER_UNIT = 2


def money_decimals(amounts: Iterable[float]) -> int:
    """Whole amounts from 1000 up; below, enough decimals for four digits of the largest, at most 6."""
    largest = max((abs(float(a)) for a in amounts if np.isfinite(a)), default=0.0)
    return 0 if largest <= 0 else int(np.clip(3 - np.floor(np.log10(largest)), 0, 6))


def digits_of(*units: float) -> int:
    """Decimals for volumes that are read side by side: none from 100, one from 10, two below."""
    largest = max((abs(float(u)) for u in units if np.isfinite(u)), default=0.0)
    return 0 if largest >= 100 or largest == 0 else 1 if largest >= 10 else 2


def printable(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The same tables with numbers that readers may add up rounded as they are printed."""
    summary = tables["summary"].iloc[0]
    decimals, objective = int(summary["decimals"]), str(summary["objective"])
    tied = {
        "plans": _plans(tables["plans"], decimals, objective),
        "activities": _changes(tables["activities"]),
        "rules": _rules(tables["rules"], decimals),
        "stages": _stages(tables["stages"]),
        "examples": _pay(tables["examples"]),
    }
    printed = {**tables, **tied}
    printed["summary"] = _summary(tables["summary"], tied["plans"], decimals)
    printed["teams"] = _teams(tables["teams"], tied["plans"], decimals)
    printed["earnings"] = _earnings(tables["earnings"], tied["examples"])
    printed["waterfall"] = _waterfall(tables["waterfall"], tied["plans"], decimals)
    printed |= _sums(printed["waterfall"])
    return printed


def _plans(frame: pd.DataFrame, decimals: int, objective: str) -> pd.DataFrame:
    revenue, direct, loaded = (
        frame[c].astype(float).round(decimals) for c in ("revenue", "direct_costs", "loaded_pay")
    )
    net = (revenue - loaded).round(decimals)
    columns = {
        "gross": (revenue + direct).round(decimals),
        "direct_costs": direct,
        "revenue": revenue,
        "loaded_pay": loaded,
        "net": net,
        "revenue_change": (revenue - revenue.iloc[0]).round(decimals),
        "loaded_change": (loaded - loaded.iloc[0]).round(decimals),
        "net_change": (net - net.iloc[0]).round(decimals),
    }
    hours = frame["gaming_hours"].astype(float).round(0)
    columns |= {"gaming_hours": hours, "gaming_change": hours - hours.iloc[0]}
    surplus = frame["surplus"].astype(float).round(decimals)
    changes = {**columns, "surplus_change": (surplus - surplus.iloc[0]).round(decimals)}
    columns["gain"] = changes[f"{objective}_change"]
    return frame.assign(**columns)


def _summary(frame: pd.DataFrame, plans: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Gain and unused budget as differences of what the table of plans prints."""
    chosen = plans[plans["kind"] == "chosen"]
    if chosen.empty:
        return frame
    row = chosen.iloc[0]
    revenue, loaded = (frame[c].round(decimals) for c in ("first_revenue", "first_loaded_pay"))
    return frame.assign(
        gain=row["gain"],
        budget=frame["budget"].round(decimals),
        budget_unused=(frame["budget"].round(decimals) - row["loaded_pay"]).round(decimals),
        first_revenue=revenue,
        first_loaded_pay=loaded,
        first_net=(revenue - loaded).round(decimals),
    )


def _changes(frame: pd.DataFrame) -> pd.DataFrame:
    digits = [int(d) for d in frame["digits"]]
    columns: dict[str, list[float]] = {}
    for name in ("now", "next", "then"):
        columns[name] = [round(v, d) for v, d in zip(frame[name], digits, strict=True)]
    for name in ("hours_now", "hours_then"):
        columns[name] = [round(v, 0) for v in frame[name]]
    triples = zip(columns["then"], columns["now"], digits, strict=True)
    columns["change"] = [round(recommended - current, d) for recommended, current, d in triples]
    pairs = zip(columns["hours_then"], columns["hours_now"], strict=True)
    columns["hours_change"] = [recommended - current for recommended, current in pairs]
    return frame.assign(**columns)


def _stages(frame: pd.DataFrame) -> pd.DataFrame:
    current, recommended = (_rounded(frame[c], frame["digits"]) for c in ("now", "then"))
    change = [round(b - a, int(d)) for a, b, d in zip(current, recommended, frame["digits"], strict=True)]
    return frame.assign(now=current, then=recommended, change=change)


def _rounded(values: Iterable[float], digits: Iterable[int]) -> list[float]:
    return [round(v, int(d)) for v, d in zip(values, digits, strict=True)]


def _teams(frame: pd.DataFrame, plans: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Loaded payouts of the teams add up to those of the plans."""
    columns: dict[str, pd.Series[float]] = {
        f"{what}_{when}": frame[f"{what}_{when}"].round(decimals)
        for what in ("target", "pay")
        for when in ("now", "then")
    }
    for when, kind in (("now", "current"), ("then", "chosen")):
        total = plans.loc[plans["kind"] == kind, "loaded_pay"]
        if len(total):
            columns[f"loaded_{when}"] = _adding_up(frame[f"loaded_{when}"], float(total.iloc[0]), decimals)
    return frame.assign(**columns)


def _waterfall(frame: pd.DataFrame, plans: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Parts of which the printed changes of revenue and of net are the sums; payouts change the net alone."""
    chosen = plans[plans["kind"] == "chosen"]
    if frame.empty or chosen.empty:
        return frame
    row, paid = chosen.iloc[0], frame["cause"] == "payout"
    revenue, net = frame["revenue"].astype(float), frame["net"].astype(float)
    revenue[~paid] = _adding_up(revenue[~paid], float(row["revenue_change"]), decimals)
    net[paid] = _adding_up(net[paid], -float(row["loaded_change"]), decimals)
    net[~paid] = revenue[~paid]
    return frame.assign(revenue=revenue, net=net)


def _sums(waterfall: pd.DataFrame) -> Tables:
    """Parts of the waterfall added over teams (`waterfall_causes`) and over causes (`waterfall_teams`)."""
    keys = {
        "waterfall_causes": ["cause"],
        "waterfall_teams": ["team"],
    }
    amounts = ["revenue", "net"]
    order = waterfall["cause"].map({cause: n for n, cause in enumerate(CODES["cause"])})
    ordered = {
        "waterfall_causes": waterfall.assign(order=order).sort_values("order", kind="stable"),
        "waterfall_teams": waterfall,
    }
    return {
        name: ordered[name].groupby(by, sort=False)[amounts].sum().reset_index() for name, by in keys.items()
    }


def _adding_up(values: pd.Series[float], total: float, decimals: int) -> pd.Series[float]:
    """Values rounded to a whole number of the last decimal, those nearest to the next one moved to it, so
    that they add up to `total`."""
    units = values.astype(float) * 10.0**decimals
    rounded = units.round()
    missing = round(total * 10.0**decimals - rounded.sum())
    step = int(np.sign(missing))
    nearest = ((units - rounded) * step).sort_values(ascending=False, kind="stable").index
    rounded[nearest[: abs(missing)]] += step
    return (rounded / 10.0**decimals).round(decimals)


CENTS = 2


def _pay(frame: pd.DataFrame) -> pd.DataFrame:
    """What people are promised, to the cent."""
    return frame.assign(**{c: frame[c].round(CENTS) for c in ("euros", "pay", "pay_each")})


def _earnings(frame: pd.DataFrame, examples: pd.DataFrame) -> pd.DataFrame:
    """The sums of the examples as printed."""
    if frame.empty:
        return frame
    sums = examples.groupby(["team", "case"])[["pay", "pay_each"]].sum(min_count=1).round(CENTS)
    return frame.drop(columns=["pay", "pay_each"]).join(sums, on=["team", "case"])[list(frame.columns)]


def _places(units: Iterable[str], decimals: int) -> list[int]:
    """Decimals of a number of a rule, by its unit."""
    places = {"money": decimals, "money_per_unit": MONEY_PER_UNIT, "count": 0, "units": 1}
    return [places.get(unit, SHARE_DECIMALS) for unit in units]


def _rules(frame: pd.DataFrame, decimals: int) -> pd.DataFrame:
    digits = _places(frame["unit"], decimals)
    value = [round(v, d) for v, d in zip(frame["value"], digits, strict=True)]
    limit = [round(v, d) for v, d in zip(frame["limit"], digits, strict=True)]
    rows = zip(value, limit, frame["at_least"], digits, strict=True)
    slack = [round(v - m if least else m - v, d) for v, m, least, d in rows]
    return frame.assign(value=value, limit=limit, slack=slack)
