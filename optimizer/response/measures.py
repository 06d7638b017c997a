"""What each team can influence (model.md §8): controllability, swing and mean lag at baseline beliefs, and
congruence at a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.beliefs import credit
from optimizer.response.calibration import Calibrated
from optimizer.response.controllability import controllability
from optimizer.response.network import Network


@dataclass(frozen=True)
class Measures:
    """(I, K) each: `controllability` c_ik, `swing`, `lag` in periods."""

    controllability: Floats
    swing: Floats
    lag: Floats


def measure(cal: Calibrated) -> Measures:
    """Controllability (overrides included), swing and mean lag of every KPI for every team."""
    targets = cal.targets_at(cal.beliefs)
    return Measures(*controllability(cal.scenario, cal.network, targets, cal.beliefs), mean_lags(cal))


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
