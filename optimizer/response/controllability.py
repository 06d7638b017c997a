"""How much of each KPI a team decides itself, at baseline beliefs (model.md §8), and how well it sees that
its work moves it (§13.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.beliefs import Beliefs, credit, marginal_score
from optimizer.response.best_moves import Moves, largest_gains_each
from optimizer.response.network import NEGLIGIBLE, Network, TeamBlock
from optimizer.scenario.types import Scenario


class Baseline(NamedTuple):
    """What swings follow from: targets (K,) or (1, K), beliefs S = 1."""

    network: Network
    targets: Floats
    beliefs: Beliefs


RHO = 0.5
"""How far a team's activities can be moved, as a share of baseline (or reach); hours worked are not."""


def controllability(
    scenario: Scenario, network: Network, targets: Floats, beliefs: Beliefs
) -> tuple[Floats, Floats]:
    """c_ik, overrides included, and the swing of every score over every team's reachable set, (I, K) each.

    `targets` (K,) or (1, K); the variance that a team causes is that of an even spread over its swing.
    """
    (swing,) = swings([Baseline(network, targets, beliefs)])
    return _control(scenario, network, swing), swing


def _control(scenario: Scenario, network: Network, swing: Floats) -> Floats:
    caused = swing**2 / 12
    total = caused.sum(axis=0) + np.array([kpi.noise for kpi in scenario.kpis.values()]) ** 2
    control = caused / np.where(total > 0, total, 1.0)
    for team, kpis in scenario.rules.controllability.override.items():
        for kpi, measured in kpis.items():
            control[network.teams.index(team), network.kpis.index(kpi)] = measured.value
    return control


def lines_of_sight(scenarios: Sequence[Scenario], baselines: Sequence[Baseline]) -> list[Floats]:
    """v_ik = c_ik^ψ_i of each company, (I, K): what is left of the reward of a KPI that a team discounts for
    luck and others."""
    discounts = [np.array([team.luck_discount for team in s.teams.values()])[:, None] for s in scenarios]
    seen = [n for n, discount in enumerate(discounts) if discount.any()]
    swing = dict(zip(seen, swings([baselines[n] for n in seen]), strict=True))
    return [
        np.asarray(_control(scenario, at.network, swing[n]) ** discounts[n])
        if n in swing
        else np.ones((len(at.network.teams), len(at.network.kpis)))
        for n, (scenario, at) in enumerate(zip(scenarios, baselines, strict=True))
    ]


def swings(baselines: Sequence[Baseline]) -> list[Floats]:
    """Range of each score over each team's reachable set in each company, (I, K), undiscounted and without θ.

    One that rounding alone leaves is none: raised to a small power it would look like influence.
    """
    swing = [np.zeros((len(at.network.teams), len(at.network.kpis))) for at in baselines]
    places, asked = [], []
    for n, at in enumerate(baselines):
        gained = undiscounted_credit(at.network, at.targets, at.beliefs)[0]
        for i, block in enumerate(at.network.blocks):
            mine = gained[:, block.activities]
            moved = np.abs(mine).max(axis=1, initial=0.0) > 0
            places.append((n, i, moved))
            asked.append(_both_ways(at.network, block, mine[moved]))
    for (n, i, moved), gains in zip(places, largest_gains_each(asked), strict=True):
        swing[n][i, moved] = gains.reshape(2, -1).sum(axis=0)
    return [np.where(each > NEGLIGIBLE, each, 0.0) for each in swing]


def movable_share(network: Network, block: TeamBlock) -> Floats:
    """ρ by which each activity of a team can be moved, (A_i,): hours worked stay as they are."""
    return np.where(network.is_effort[block.activities], 0.0, RHO)


def undiscounted_credit(network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """C_ka with δ = 1, (S, K, A)."""
    marginal = marginal_score(network, targets, beliefs)
    return credit(network, beliefs.routing, marginal, np.ones_like(network.delay))


def _both_ways(network: Network, block: TeamBlock, gained: Floats) -> tuple[Moves, Floats]:
    """What a team can do, asked for the most that each row of `gained` (R, A_i) rises, then falls: 2 R."""
    x, rho = network.baseline[block.activities], movable_share(network, block)
    reach = rho * np.where(x > 0, x, network.scale[block.activities])
    both = np.concatenate([gained, -gained])
    low, high = (np.broadcast_to(end, both.shape) for end in (-rho * x, reach))
    return Moves(np.broadcast_to(block.balance, (len(both), *block.balance.shape)), low, high), both
