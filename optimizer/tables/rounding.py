"""Numbers as they will be printed: each amount rounded once, half up, the same wherever it stands.

Payouts come booked to the cent (docs/money.md); whole amounts are those rounded half up. Nothing is shifted
so that printed numbers add up: where lines stand above their total, a line `rounding` carries the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import half_up, rounded
from optimizer.explanation.waterfall import CAUSES
from optimizer.tables.table import Tables

if TYPE_CHECKING:
    import pandas as pd

CENTS = 2
SHARE_DECIMALS = 3
"""Shares are printed to a tenth of a percent."""
MONEY_PER_UNIT = 2
__all__ = ["CENTS", "digits_of", "half_up", "money_decimals", "printable", "rounded"]


def money_decimals(amounts: Iterable[float]) -> int:
    """Whole amounts from 1000 up; below, enough decimals for four digits of the largest, at most 6."""
    largest = max((abs(float(a)) for a in amounts if np.isfinite(a)), default=0.0)
    return 0 if largest <= 0 else int(np.clip(3 - np.floor(np.log10(largest)), 0, 6))


def digits_of(*units: float) -> int:
    """Decimals for volumes that are read side by side: none from 100, one from 10, two below."""
    largest = max((abs(float(u)) for u in units if np.isfinite(u)), default=0.0)
    return 0 if largest >= 100 or largest == 0 else 1 if largest >= 10 else 2


def printable(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The same tables with numbers that readers may compare rounded as they are printed; payouts and budgets
    stay as booked, since they are printed to the cent in some places and whole in others."""
    summary = tables["summary"].iloc[0]
    decimals, cents = int(summary["decimals"]), max(int(summary["cents"]), int(summary["decimals"]))
    printed = {
        **tables,
        "summary": _half_up(tables["summary"], decimals, *_OF_SUMMARY),
        "plans": _plans(tables["plans"], decimals, str(summary["objective"])),
        "teams": _half_up(tables["teams"], decimals, "target_now", "target_then"),
        "activities": _changes(tables["activities"]),
        "rules": _rules(tables["rules"], min(cents, MOST_CENTS)),
        "stages": _stages(tables["stages"]),
        "earnings": _half_up(tables["earnings"], CENTS, "pay", "pay_each"),
        "waterfall": _half_up(tables["waterfall"], decimals, "revenue", "net"),
    }
    printed["examples"] = _examples(tables["examples"], printed["earnings"])
    return printed | {
        name: _half_up(sums, decimals, "revenue", "net") for name, sums in _sums(tables["waterfall"]).items()
    }


_OF_SUMMARY = ("gain", "first_revenue", "first_net")
_OF_PLANS = (
    "gross", "direct_costs", "revenue", "net", "revenue_change", "loaded_change", "net_change"
)  # fmt: skip
MOST_CENTS = 6
"""Decimals of payouts that are printed."""


def _half_up(frame: pd.DataFrame, decimals: int, *columns: str) -> pd.DataFrame:
    return frame.assign(**{c: half_up(frame[c].astype(float), decimals) for c in columns})


def _plans(frame: pd.DataFrame, decimals: int, objective: str) -> pd.DataFrame:
    """Money and its changes, each from what is not rounded; hours of gaming, and the difference of these."""
    surplus = frame["surplus"].astype(float)
    shown = _half_up(frame, decimals, *_OF_PLANS)
    hours = half_up(frame["gaming_hours"].astype(float), 0)
    change = half_up(surplus - surplus.iloc[0], decimals)
    gain = change if objective == "surplus" else shown[f"{objective}_change"].to_numpy()
    return shown.assign(gaming_hours=hours, gaming_change=hours - hours[0], gain=gain)


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


def _sums(waterfall: pd.DataFrame) -> Tables:
    """Parts of the waterfall added over teams (`waterfall_causes`) and over causes (`waterfall_teams`)."""
    keys = {
        "waterfall_causes": ["cause"],
        "waterfall_teams": ["team"],
    }
    amounts = ["revenue", "net"]
    order = waterfall["cause"].map({cause: n for n, cause in enumerate(CAUSES)})
    ordered = {
        "waterfall_causes": waterfall.assign(order=order).sort_values("order", kind="stable"),
        "waterfall_teams": waterfall,
    }
    return {
        name: ordered[name].groupby(by, sort=False)[amounts].sum().reset_index() for name, by in keys.items()
    }


def _examples(frame: pd.DataFrame, earnings: pd.DataFrame) -> pd.DataFrame:
    """Lines as they are shown. Amounts at target are terms: the odd cent is on the largest, so that they add
    up to the team's pay at target."""
    shown = _half_up(frame, CENTS, "euros", "pay", "pay_each")
    for column in ("pay", "pay_each"):
        for key, mine in shown[shown["case"] == "at"].groupby("team", sort=False):
            whole = earnings[(earnings["team"] == key) & (earnings["case"] == "at")][column]
            odd = rounded(float(whole.iloc[0]) - float(mine[column].sum()), CENTS)
            if abs(odd) <= MOST_ODD * len(mine):
                largest = mine[column].astype(float).idxmax()
                shown.loc[largest, column] = rounded(float(mine[column].max()) + odd, CENTS)
    return shown


MOST_ODD = 0.01
"""Of a line: more is no rounding."""


def _places(units: Iterable[str], decimals: int) -> list[int]:
    """Decimals of a number of a rule, by its unit."""
    places = {"money": decimals, "money_per_unit": MONEY_PER_UNIT, "count": 0, "units": 1}
    return [places.get(unit, SHARE_DECIMALS) for unit in units]


def _rules(frame: pd.DataFrame, decimals: int) -> pd.DataFrame:
    digits = _places(frame["unit"], decimals)
    value = [rounded(v, d) for v, d in zip(frame["value"], digits, strict=True)]
    limit = [rounded(v, d) for v, d in zip(frame["limit"], digits, strict=True)]
    rows = zip(value, limit, frame["at_least"], digits, strict=True)
    slack = [rounded(v - m if least else m - v, d) for v, m, least, d in rows]
    return frame.assign(value=value, limit=limit, slack=slack)
