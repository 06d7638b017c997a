"""How much of each KPI a team decides itself, at baseline beliefs (model.md §8), and how well it sees that
its work moves it (§13.5)."""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.beliefs import Beliefs, credit, marginal_score
from optimizer.response.best_moves import Moves, largest_gains
from optimizer.response.network import NEGLIGIBLE, Network, TeamBlock
from optimizer.scenario.types import Scenario

RHO = 0.5
"""How far a team's activities can be moved, as a share of baseline (or reach); hours worked are not."""


def controllability(
    scenario: Scenario, network: Network, targets: Floats, beliefs: Beliefs
) -> tuple[Floats, Floats]:
    """c_ik, overrides included, and the swing of every score over every team's reachable set, (I, K) each.

    `targets` (K,) or (1, K); the variance that a team causes is that of an even spread over its swing.
    """
    swing = swings(network, targets, beliefs)
    caused = swing**2 / 12
    total = caused.sum(axis=0) + np.array([kpi.noise for kpi in scenario.kpis.values()]) ** 2
    control = caused / np.where(total > 0, total, 1.0)
    for team, kpis in scenario.rules.controllability.override.items():
        for kpi, measured in kpis.items():
            control[network.teams.index(team), network.kpis.index(kpi)] = measured.value
    return control, swing


def line_of_sight(scenario: Scenario, network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """v_ik = c_ik^ψ_i, (I, K): what is left of the reward of a KPI that a team discounts for luck and
    others."""
    discount = np.array([team.luck_discount for team in scenario.teams.values()])[:, None]
    if not discount.any():
        return np.ones((len(network.teams), len(network.kpis)))
    control, _ = controllability(scenario, network, targets, beliefs)
    return np.asarray(control**discount)


def swings(network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """Range of each score over each team's reachable set, (I, K), undiscounted and without θ.

    One that rounding alone leaves is none: raised to a small power it would look like influence.
    """
    gained = undiscounted_credit(network, targets, beliefs)[0]
    swing = np.zeros((len(network.teams), len(network.kpis)))
    for i, block in enumerate(network.blocks):
        mine = gained[:, block.activities]
        moved = np.abs(mine).max(axis=1, initial=0.0) > 0
        swing[i, moved] = _ranges(network, block, mine[moved])
    return np.where(swing > NEGLIGIBLE, swing, 0.0)


def movable_share(network: Network, block: TeamBlock) -> Floats:
    """ρ by which each activity of a team can be moved, (A_i,): hours worked stay as they are."""
    return np.where(network.is_effort[block.activities], 0.0, RHO)


def undiscounted_credit(network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """C_ka with δ = 1, (S, K, A)."""
    marginal = marginal_score(network, targets, beliefs)
    return credit(network, beliefs.routing, marginal, np.ones_like(network.delay))


def _ranges(network: Network, block: TeamBlock, gained: Floats) -> Floats:
    """Most less least that a team's moves bring each row of `gained` (R, A_i), (R,)."""
    x, rho = network.baseline[block.activities], movable_share(network, block)
    reach = rho * np.where(x > 0, x, network.scale[block.activities])
    both = np.concatenate([gained, -gained])
    moves = Moves(block.balance, *(np.broadcast_to(end, both.shape) for end in (-rho * x, reach)))
    return np.asarray(largest_gains(moves, both).reshape(2, -1).sum(axis=0))
