"""What each team can influence, and what it can do to others (model.md §8).

Controllability, swing and mean lag are taken at baseline beliefs; exposure at an equilibrium; congruence
at a plan. Linear programs go through scipy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import Beliefs, credit, marginal_score
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.network import Network, TeamBlock
from optimizer.response.outcome import true_scores
from optimizer.response.separable_qp import solve_separable

RHO = 0.5
"""How far a team's activities can be moved, as a share of baseline (or reach)."""
EPSILON = 0.005
"""Share of its own target pay that a team gives up to hurt another's KPI."""
_TRIALS = 90
_CLOSE = 1e-10
"""Distance from the worst fall at which the search for it ends, relative to the fall or to _NO_FALL."""
_NO_FALL = 1e-6


@dataclass(frozen=True)
class Measures:
    """(I, K) each: `controllability` c_ik, `swing`, `lag` in periods."""

    controllability: Floats
    swing: Floats
    lag: Floats


def measure(cal: Calibrated) -> Measures:
    """Controllability (overrides included), swing and mean lag of every KPI for every team."""
    swing = swings(cal)
    caused = swing**2 / 12
    total = caused.sum(axis=0) + cal.curves.noise**2
    control = caused / np.where(total > 0, total, 1.0)
    for team, kpis in cal.scenario.rules.controllability.override.items():
        for kpi, measured in kpis.items():
            control[cal.network.teams.index(team), cal.network.kpis.index(kpi)] = measured.value
    return Measures(control, swing, mean_lags(cal))


def swings(cal: Calibrated) -> Floats:
    """Range of each score over each team's reachable set, (I, K), undiscounted and without θ."""
    network = cal.network
    gained = undiscounted_credit(cal, network, cal.beliefs)[0]
    swing = np.zeros((len(network.teams), len(network.kpis)))
    for i, block in enumerate(network.blocks):
        for k in range(len(network.kpis)):
            objective = gained[k, block.activities]
            if np.abs(objective).max(initial=0.0) > 0:
                swing[i, k] = _range(network, block, objective)
    return swing


def undiscounted_credit(cal: Calibrated, network: Network, beliefs: Beliefs) -> Floats:
    """C_ka with δ = 1, (S, K, A)."""
    marginal = marginal_score(network, cal.targets_at(beliefs), beliefs)
    return credit(network, beliefs.routing, marginal, np.ones_like(network.delay))


def _range(network: Network, block: TeamBlock, objective: Floats) -> float:
    x = network.baseline[block.activities]
    reach = RHO * network.scale[block.activities]
    lower = np.where(x > 0, (1 - RHO) * x, 0.0)
    upper = np.where(x > 0, (1 + RHO) * x, reach)
    limits = {"A_eq": block.balance, "b_eq": block.balance @ x} if len(block.balance) else {}
    size = np.abs(objective).max()
    ends = []
    for sign in (1.0, -1.0):
        program = linprog(sign * objective / size, bounds=np.c_[lower, upper], method="highs-ds", **limits)
        if program.status != 0:
            raise RuntimeError(f"swing of a KPI could not be computed: {program.message}")
        ends.append(sign * program.fun)
    return float(size * (ends[1] - ends[0]))


def mean_lags(cal: Calibrated) -> Floats:
    """Periods between a team's work and the numerator credit it brings, weighted by that credit, (I, K).

    NaN where the team brings a KPI no credit. First moment of the credit's arrival time along the funnel:
    d ln C / d ln δ at δ = 1, with the numerator alone as credit.
    """
    network, step = cal.network, 1e-4
    absolute = np.abs(network.numerator)[None]
    slow = np.maximum(network.lag, 0.0)
    ends = []
    for delta in (1 + step, 1 - step):
        delay = np.broadcast_to(delta**slow, network.delay.shape)
        gained = credit(network, cal.beliefs.routing, absolute, delay)[0] * network.baseline
        ends.append(np.array([gained[:, network.team == i].sum(axis=1) for i in range(len(network.teams))]))
    middle = 0.5 * (ends[0] + ends[1])
    return np.where(middle > 0, (ends[0] - ends[1]) / (2 * step) / np.where(middle > 0, middle, 1.0), np.nan)


def exposures(cal: Calibrated, at: Equilibrium, target_pay: Floats) -> Floats:
    """d_kj, (S, K, J): largest relative fall of score k that team j causes for ε of its target pay.

    `target_pay` (S, J) currency per period. A KPI whose score is 0 has no exposure.
    """
    network = at.network
    gained = undiscounted_credit(cal, network, at.beliefs)
    score = true_scores(cal, at)
    fall = -gained / np.where(score > 0, score, np.inf)[:, :, None]
    exposure = np.zeros((len(at.x), len(network.kpis), len(network.teams)))
    for j, block in enumerate(network.blocks):
        if len(block.activities):
            exposure[:, :, j] = _worst_falls(cal, at, block, fall, EPSILON * target_pay[:, j])
    return exposure


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


def _worst_falls(cal: Calibrated, at: Equilibrium, block: TeamBlock, fall: Floats, purse: Floats) -> Floats:
    """(S, K): max fall·Δ with Δ balanced, bounded, and costing at most `purse` (S,)."""
    mine, (plans, kpis) = block.activities, fall.shape[:2]
    x = np.repeat(at.x[:, mine], kpis, axis=0)
    reach = RHO * np.maximum(x, at.network.scale[mine])
    task = _Sabotage(
        balance=block.balance,
        quadratic=cal.quadratic[mine],
        gain=fall[:, :, mine].reshape(plans * kpis, -1),
        lost=np.repeat(at.response.reduced_cost[:, mine], kpis, axis=0),
        lower=np.maximum(-x, -reach),
        upper=reach,
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


def congruence(cal: Calibrated, network: Network, reward: Floats) -> Floats:
    """Cosine between what a team's work pays it and what it is worth to the company, (S, I); NaN if unpaid.

    Baker (2002, doi:10.2307/3069673), in the space of moves that keep (1) and (2), measured in effort cost
    (units of √q): 1 means that every euro of reward pulls where value is, 0 that it pulls across it.
    """
    value = marginal_company_value(cal, network)
    cosine = np.full((len(reward), len(network.teams)), np.nan)
    for i, block in enumerate(network.blocks):
        mine = block.activities
        if not len(mine):
            continue
        root = np.sqrt(cal.quadratic[mine])
        project = _onto_moves(block.balance / root)
        paid, worth = (reward[:, mine] / root) @ project, project @ (value[mine] / root)
        size = np.linalg.norm(paid, axis=1) * np.linalg.norm(worth)
        cosine[:, i] = np.where(size > 1e-12, (paid @ worth) / np.where(size > 1e-12, size, 1.0), np.nan)
    return cosine


def _onto_moves(balance: Floats) -> Floats:
    """Projector on the moves that leave every balance unchanged."""
    return np.eye(balance.shape[1]) - np.linalg.pinv(balance) @ balance


def marginal_company_value(cal: Calibrated, network: Network) -> Floats:
    """R per unit of each activity, downstream included at baseline routing, undiscounted, (A,)."""
    worth = np.zeros(len(network.stages))
    for n in network.downstream_first:
        taking = network.from_stage[n]
        later = network.marginal_value[taking] + worth @ network.yields[:, taking]
        worth[n] = cal.beliefs.routing[0, taking] @ later
    return np.asarray(network.marginal_value + worth @ network.yields)
