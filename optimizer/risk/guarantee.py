"""What a team's pay guarantees the company, whatever else the team may find to do.

Carroll 2015 (American Economic Review 105:536–563): a risk-neutral team is paid a share α of output, never
less than 0, and knows actions a with expected output E_a at a cost c_a ≥ 0, and others that nobody knows of.
Whatever it does is worth at least U = max_a (α E_a − c_a) to it, so it is paid at least U, and output is at
least U / α. With charges τ on pay the company keeps at least (1 − (1 + τ) α) U / α.

It holds for one team with others' work as it is, so it is stated only where the team alone brings about what
it is paid on. U is taken at the work it does at its consistent beliefs, which is one of the actions it knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome, effort_cost, evaluate_plan, risk_aversion
from optimizer.scenario.charges import loading

SAME = 1e-9
"""Relative: pay per unit of work is the same share of what the company gets."""


@dataclass(frozen=True)
class Guarantee:
    """Of one team: share α and amount [currency/period], None with the `reason` why nothing is guaranteed."""

    team: str
    share: float | None = None
    amount: float | None = None
    reason: str = ""


def guaranteed(share: float, output: Floats | float, cost: Floats | float, charges: float = 0.0) -> float:
    """What the company keeps at least: actions' expected `output` (A,) and `cost` (A,), one 0 < share < 1."""
    known = max(0.0, float(np.max(share * output - cost)))
    return max(0.0, 1 - (1 + charges) * share) / share * known


def best_share(output: Floats, cost: Floats) -> float:
    """The share that guarantees most without charges, √(c_a / E_a) at the largest √E_a − √c_a; 0 for none."""
    worth = np.where(output > cost, np.sqrt(output) - np.sqrt(cost), 0.0)
    a = int(worth.argmax())
    return float(np.sqrt(cost[a] / output[a])) if worth[a] > 0 else 0.0


def guarantees(cal: Calibrated, euros: Floats) -> tuple[Guarantee, ...]:
    """Every team under a plan (I, K), once beliefs agree."""
    outcome = evaluate_plan(cal, euros)
    return tuple(_guarantee(cal, euros[i], i, outcome) for i in range(len(euros)))


def _guarantee(cal: Calibrated, paid: Floats, i: int, outcome: Outcome) -> Guarantee:
    name = cal.network.teams[i]
    if reason := _assumption_missed(cal, paid, i):
        return Guarantee(name, reason=reason)
    share = _share(cal, paid, i)
    if share is None:
        return Guarantee(name, reason="no_share")
    if (cal.network.team[_worth_something(cal)] != i).any():
        return Guarantee(name, share, reason="others")
    effort = _effort(cal, i, outcome)
    amount = guaranteed(share, outcome.revenue, effort, float(loading(cal.scenario)[i]) - 1)
    return Guarantee(name, share, amount)


def _assumption_missed(cal: Calibrated, paid: Floats, i: int) -> str:
    """The first assumption about the team or its pay that does not hold; empty where all do."""
    mine, used = cal.network.team == i, paid > 0
    c = i if cal.curves.by_team else 0
    straight = (cal.curves.first_level[c] == 0) & ~cal.curves.bent[i]
    waits = bool((cal.network.lag[mine] > 0).any()) and cal.network.discount[i] < 1
    missed = {
        "unpaid": not used.any(),
        "risk": risk_aversion(cal)[i] > 0,
        "curve": not straight[used].all(),
        "rate": bool(cal.network.is_rate[used].any()),
        "targets": cal.scenario.targets.mode != "fixed",
        "later": waits or bool((cal.curves.patience[i, used] < 1).any()),
        "cost": bool((cal.linear[mine] < 0).any()),
    }
    return next((reason for reason, true in missed.items() if true), "")


def _share(cal: Calibrated, paid: Floats, i: int) -> float | None:
    """The share of what each unit of work brings the company that it is paid; None if there is none."""
    c, shares = i if cal.curves.by_team else 0, []
    for network in cal.regimes.networks:
        pay = (paid * cal.curves.first_slope[c] / cal.targets) @ network.numerator
        worth = network.marginal_value
        if (network.numerator_arriving != 0)[paid > 0].any():
            return None
        if not worth.any():
            return None
        share = float(pay @ worth / (worth @ worth))
        if np.abs(pay - share * worth).max() > SAME * np.abs(pay).max():
            return None
        shares.append(share)
    same = np.ptp(shares) <= SAME and 0 < shares[0] < 1
    return shares[0] if same else None


def _worth_something(cal: Calibrated) -> Bools:
    """(A,): activities that bring or cost the company anything."""
    return np.asarray(np.any([network.marginal_value != 0 for network in cal.regimes.networks], axis=0))


def _effort(cal: Calibrated, i: int, outcome: Outcome) -> Floats:
    """What its work costs the team, expected over regimes, currency per period."""
    own = cal.network.team == i
    return cal.regimes.expect(effort_cost(cal, at.x * own) for at in outcome.by_regime)
