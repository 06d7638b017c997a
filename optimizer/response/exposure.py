"""How far a team can sink a KPI at next to no cost to itself (model.md §8, §13.6), at an equilibrium.

Cost is what the team's own variable pay loses (basis `pay`, a linear program) or that and the effort of
working otherwise (basis `utility`, quadratic).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import believed_score
from optimizer.response.best_moves import Moves, largest_gains
from optimizer.response.calibration import Calibrated
from optimizer.response.controllability import movable_share, undiscounted_credit
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.network import Network, TeamBlock
from optimizer.response.outcome import true_scores
from optimizer.response.separable_qp import solve_separable

EPSILON = 0.005
"""Share of its own target pay that a team gives up to hurt another's KPI."""
NO_CREDIT = 1e-12
"""Of a KPI's largest credit: less is what rounding leaves of none."""
_TRIALS = 90
_CLOSE = 1e-10
"""Distance from the worst fall at which the search for it ends, relative to the fall or to _NO_FALL."""
_NO_FALL = 1e-6


def exposures(cal: Calibrated, at: Equilibrium, euros: Floats) -> Floats:
    """d_kj, (S, K, J): largest relative fall of score k that team j causes for ε of its target pay.

    `euros` (S, I, K) at target. A KPI whose score is 0 has no exposure.
    """
    network = at.network
    gained = undiscounted_credit(network, cal.targets_at(at.beliefs), at.beliefs)
    score = true_scores(cal, at)
    fall = -gained / np.where(score > 0, score, np.inf)[:, :, None]
    fall = np.where(np.abs(gained) > NO_CREDIT * np.abs(gained).max(axis=2, keepdims=True), fall, 0.0)
    in_pay = cal.scenario.rules.exposure_basis == "pay"
    lost = _pay_lost(cal, at, euros, gained) if in_pay else np.zeros((0, 0))
    exposure = np.zeros((len(at.x), len(network.kpis), len(network.teams)))
    for j, block in enumerate(network.blocks):
        if len(block.activities):
            purse = EPSILON * euros[:, j].sum(axis=1)
            mine = fall[:, :, block.activities]
            if in_pay:
                exposure[:, :, j] = _worst_falls(at, block, mine, lost[:, block.activities], purse)
            else:
                exposure[:, :, j] = _worst_falls_in_utility(cal, at, block, mine, purse)
    return exposure


def pay_at_mercy(cal: Calibrated, at: Equilibrium, euros: Floats, exposure: Floats) -> Floats:
    """B_i w_ik θ_ik s_k d_kj: pay of each team that hangs on another's goodwill, (S, I, K, J) currency."""
    score = true_scores(cal, at)
    pull = cal.curves.sensitivity(score).pull(euros) * score[:, None]
    return np.asarray(pull[..., None] * exposure[:, None])


def _pay_lost(cal: Calibrated, at: Equilibrium, euros: Floats, gained: Floats) -> Floats:
    """What a unit less of an activity takes from its team's pay, undiscounted, (S, A) currency per unit."""
    believed = believed_score(at.network, cal.targets_at(at.beliefs), at.beliefs)
    pull = cal.curves.sensitivity(believed).pull(euros)[:, at.network.team]
    return np.asarray((pull * gained.mT).sum(axis=2))


def _room(network: Network, block: TeamBlock, x: Floats) -> tuple[Floats, Floats]:
    """Least and largest change of own activities at x (S, A_j): by half, not below nothing, hours as they
    are."""
    reach = movable_share(network, block) * np.maximum(x, network.scale[block.activities])
    return np.maximum(-x, -reach), reach


# --- in pay: a linear program ---------------------------------------------------------------------------


def _worst_falls(at: Equilibrium, block: TeamBlock, fall: Floats, lost: Floats, purse: Floats) -> Floats:
    """(S, K): max fall·Δ with Δ balanced, bounded, and losing at most `purse` (S,) of pay.

    `fall` (S, K, A_j); `lost` (S, A_j), pay per unit less of each.
    """
    low, high = _room(at.network, block, at.x[:, block.activities])
    worst = np.zeros(fall.shape[:2])
    plan, kpi = np.nonzero(np.abs(fall).max(axis=2, initial=0.0) > 0)
    balance = np.broadcast_to(block.balance, (len(plan), *block.balance.shape))
    moves = Moves(balance, low[plan], high[plan], -lost[plan], purse[plan])
    worst[plan, kpi] = largest_gains(moves, fall[plan, kpi])
    return worst


# --- in utility: quadratic costs ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sabotage:
    """For each plan and KPI (R rows): the fall per unit of each activity, its cost, its bounds, the purse."""

    balance: Floats
    quadratic: Floats
    gain: Floats
    lost: Floats
    lower: Floats
    upper: Floats
    purse: Floats

    def at(self, rows: Ints, price: Floats) -> tuple[Floats, Floats, Floats]:
        """(fall, cost, bound) of the best move when a euro of own pay counts `price` (in relative gain).

        No move within the purse makes the score fall further than the bound (weak duality). The cost of a
        move that misses the balance is infinite.
        """
        size = np.abs(self.gain[rows]).max(axis=1)
        optimum = solve_separable(
            self.gain[rows] / size[:, None] - price[:, None] * self.lost[rows],
            price[:, None] * self.quadratic,
            self.balance,
            np.zeros((len(rows), len(self.balance))),
            self.lower[rows],
            self.upper[rows],
        )
        cost = (self.lost[rows] * optimum.x + 0.5 * self.quadratic * optimum.x**2).sum(axis=1)
        fall = (self.gain[rows] * optimum.x).sum(axis=1)
        bound = fall + size * price * (self.purse[rows] - cost)
        return fall, np.where(optimum.imbalance > _CLOSE, np.inf, cost), bound


def _worst_falls_in_utility(
    cal: Calibrated, at: Equilibrium, block: TeamBlock, fall: Floats, purse: Floats
) -> Floats:
    """(S, K): max fall·Δ with Δ balanced, bounded, and costing at most `purse` (S,); `fall` (S, K, A_j)."""
    mine, (plans, kpis) = block.activities, fall.shape[:2]
    low, high = _room(at.network, block, np.repeat(at.x[:, mine], kpis, axis=0))
    task = _Sabotage(
        balance=block.balance,
        quadratic=cal.quadratic[mine],
        gain=fall.reshape(plans * kpis, -1),
        lost=np.repeat(at.response.reduced_cost[:, mine], kpis, axis=0),
        lower=low,
        upper=high,
        purse=np.repeat(purse, kpis),
    )
    return _spend_purse(task).reshape(plans, kpis)


def _spend_purse(task: _Sabotage) -> Floats:
    """The largest fall for each row's purse: the price ν at which the best move costs just that, bracketed.

    While no bound binds, cost falls as 1/ν², so ν·√(cost/purse) hits the purse at once. Every second trial
    halves the bracket of log ν, so that it closes also where cost jumps. It ends where weak duality says so.
    """
    rows = len(task.gain)
    largest, aim, low, high = np.zeros(rows), np.zeros(rows), np.full(rows, -60.0), np.full(rows, 60.0)
    open_ = np.flatnonzero((np.abs(task.gain).max(axis=1, initial=0.0) > 0) & (task.purse > 0))
    for trial in range(_TRIALS):
        if not len(open_):
            break
        fall, cost, bound = task.at(open_, np.exp(aim[open_]))
        limit = task.purse[open_]
        dear = cost > limit
        largest[open_] = np.where(dear, largest[open_], np.maximum(largest[open_], fall))
        low[open_] = np.where(dear, aim[open_], low[open_])
        high[open_] = np.where(dear, high[open_], aim[open_])
        # Aim a hair inside the purse, so that the last trial counts.
        hit = aim[open_] + 0.5 * np.log(np.maximum(cost, 1e-300) / (limit * (1 - 1e-2 * _CLOSE)))
        guess = (hit > low[open_]) & (hit < high[open_]) & (trial % 2 == 0)
        aim[open_] = np.where(guess, hit, 0.5 * (low[open_] + high[open_]))
        exact = ~dear & (bound - largest[open_] <= _CLOSE * np.maximum(largest[open_], _NO_FALL))
        open_ = open_[~exact & (high[open_] - low[open_] > 1e-14)]
    return largest
