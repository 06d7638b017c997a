"""How strongly work follows reward: from a plan change, else a prior that says so."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl
from scipy import optimize, stats


@dataclass(frozen=True)
class Responsiveness:
    """η with its interval, where it comes from, and what it rests on."""

    value: float
    lo: float
    hi: float
    kind: str
    """`plan_change`, `experiment` or `prior`."""
    n: int
    """Persons; 0 for the prior."""
    assumptions: tuple[str, ...]

    @property
    def range(self) -> float:
        """Half the interval over the value, below 1."""
        return min(0.95, (self.hi - self.lo) / 2 / self.value)


PRIOR = Responsiveness(
    0.4,
    0.1,
    0.8,
    "prior",
    0,
    (
        "default of the model; field evidence on sales pay lies between 0.1 and 0.8",
        "nothing in these exports identifies it: no change of the plan and no experiment was named",
    ),
)


# --- plan changes ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """What a change of the plan did to a share of leads: the change of its log, persons concerned against
    the others."""

    outcome: str
    """`answered in time`, or `won` where nobody noted when leads were answered."""
    value: float
    lo: float
    hi: float
    persons: int
    on: dt.date
    reward: float
    """New pay for the same results over old pay."""


_LEADS_NEEDED = 20
_PERSONS_NEEDED = 3
LEAST, MOST = 0.01, 5.0
"""Responsiveness searched."""


def after_change(
    leads: pl.DataFrame, outcome: str, on: dt.date, weeks: int, concerned: Sequence[str], reward: float
) -> Effect | None:
    """Difference in differences per person of the log share of leads with an outcome.

    `leads` has owner, created and a column named `outcome`. Shares, not counts: who receives more leads is no
    harder working. None where either group has fewer than three persons with leads enough and results before
    and after.
    """
    span, start = dt.timedelta(weeks=weeks), dt.datetime.combine(on, dt.time())
    near = leads.filter(pl.col("created").is_between(start - span, start + span, closed="left"))
    old = pl.col("created") < start
    cells = near.group_by("owner").agg(
        *(part.sum().alias(f"n_{name}") for name, part in (("before", old), ("after", ~old))),
        *((part & pl.col(outcome)).sum().alias(name) for name, part in (("before", old), ("after", ~old))),
    )
    enough = pl.min_horizontal("n_before", "n_after") >= _LEADS_NEEDED
    both = cells.filter(enough & (pl.min_horizontal("before", "after") > 0)).sort("owner")
    change = (both["after"] / both["n_after"] * both["n_before"] / both["before"]).log().to_numpy()
    inside = both["owner"].cast(pl.String).is_in(list(concerned)).to_numpy()
    if min(inside.sum(), (~inside).sum()) < _PERSONS_NEEDED or reward == 1:
        return None
    test = stats.ttest_ind(change[inside], change[~inside], equal_var=False)
    lo, hi = test.confidence_interval(0.95)
    value = float(change[inside].mean() - change[~inside].mean())
    return Effect(outcome.replace("_", " "), value, float(lo), float(hi), len(change), on, reward)


def unplaced(what: str, seen: str) -> Responsiveness:
    """The prior, which says what was seen instead."""
    why = f"the model cannot place what the {what} did: {seen}"
    return replace(PRIOR, assumptions=(PRIOR.assumptions[0], why))


def matched(effect: Effect, predicted: Callable[[float], float]) -> Responsiveness:
    """The responsiveness at which the model answers the change as people did.

    `predicted` gives the model's change of the log share at a responsiveness. Where the effect is none, or
    has the other sign, the prior stays and says so.
    """
    rising = predicted(MOST) > predicted(LEAST)

    def at(change: float) -> float:
        low, high = predicted(LEAST), predicted(MOST)
        if (change <= low) if rising else (change >= low):
            return 0.0
        if (change >= high) if rising else (change <= high):
            return MOST
        return float(optimize.brentq(lambda eta: predicted(eta) - change, LEAST, MOST, xtol=1e-4))

    value, lo, hi = at(effect.value), *sorted((at(effect.lo), at(effect.hi)))
    seen = (
        f"share {effect.outcome} changed by {math.expm1(effect.value):+.1%} "
        f"[{math.expm1(effect.lo):+.1%}, {math.expm1(effect.hi):+.1%}] when pay for the same results became "
        f"{effect.reward:g} times as much on {effect.on}"
    )
    if not 0 < value < MOST:
        return unplaced("plan change", seen)
    rests = (
        "without the change both groups had moved alike",
        "nothing else changed for one group only",
        "people had got used to it within the time compared",
    )
    return Responsiveness(value, lo, hi, "plan_change", effect.persons, (seen, *rests))
