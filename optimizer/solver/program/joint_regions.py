"""All teams together: joint regions, over which every volume is affine in the plan's euros."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.model.data import ModelData, RegimeData
from optimizer.model.gaming import caps_in
from optimizer.solver.program.regions import Regions, volume_scale

MOST_JOINT = 600
"""Joint regions (all teams, all regimes) beyond which the relaxation is left as it is."""


class UnclearError(Exception):
    """Joint regions too many, or one where prices are not unique."""


def joint_patterns(regime: RegimeData, regions: Regions) -> list[Bools]:
    """Activities at work, (A,), for every choice of one region per team. Raises UnclearError."""
    per_team = [p for p in regions.patterns if p is not None]
    if len(per_team) < len(regions.patterns) or prod(len(p) for p in per_team) > MOST_JOINT:
        raise UnclearError
    joint = []
    for chosen in product(*per_team):
        working = np.zeros(len(regime.network.activities), dtype=bool)
        for block, own in zip(regime.network.blocks, chosen, strict=True):
            working[block.activities] = own
        joint.append(working)
    return joint


def joint_map(data: ModelData, regime: RegimeData, working: Bools) -> Floats:
    """Volumes and (negated, where resting) gains of all activities as affine maps of e, (A, P + 1).

    Rows of working activities are x_a, rows of resting ones s_a: all ≥ 0 is the region. Raises UnclearError.
    """
    network, pairs = regime.network, data.space.pairs
    net = np.zeros((len(working), len(pairs) + 1))
    for j, (i, k) in enumerate(pairs):
        net[:, j] = np.where(network.team == i, regime.reward[k], 0.0)
    net[:, -1] = regime.onward - data.cal.linear - regime.waiting
    whole, own, supply = _balances(regime)
    free = working / data.cal.quadratic
    system = (whole * free) @ own.T
    if not len(system):
        return np.where(working[:, None], net * free[:, None], -net)
    right = (whole * free) @ net
    right[:, -1] -= supply
    try:
        gain = net - own.T @ np.linalg.solve(system, right)
    except np.linalg.LinAlgError:
        raise UnclearError from None
    return np.where(working[:, None], gain * free[:, None], -gain)


def _balances(regime: RegimeData) -> tuple[Floats, Floats, Floats]:
    """Every team's balances: over all activities, over its own only, and the fixed supply."""
    network = regime.network
    whole, own, supply = [], [], []
    for i, block in enumerate(network.blocks):
        for row, n in zip(block.balance, block.stages, strict=False):
            whole.append((network.source == n) - network.yields[n])
            own.append(_spread(row, block.activities, len(network.activities)))
            supply.append(network.inflow[n])
        if block.has_hours:
            whole.append(np.where(network.team == i, network.unit_hours, 0.0))
            own.append(whole[-1])
            supply.append(network.fixed_hours[i])
    shape = (len(whole), len(network.activities))
    return np.reshape(whole, shape), np.reshape(own, shape), np.array(supply, dtype=float)


def _spread(values: Floats, at: Ints, size: int) -> Floats:
    out = np.zeros(size)
    out[at] = values
    return out


def room_for_gaming(data: ModelData, regime: RegimeData, x: Floats) -> Floats:
    """Cap less volume of each gaming activity, of its scale, as affine maps of e, (G, P + 1)."""
    rows = [np.zeros((0, x.shape[1]))]
    for a, constant, share in caps_in(data, regime.network):
        row = -x[a]
        row[-1] += constant
        if share:
            source = int(regime.network.source[a])
            row = row + share * (regime.network.yields[source] @ x)
            row[-1] += share * regime.network.inflow[source]
        rows.append(row[None] / volume_scale(regime, a))
    return np.vstack(rows)
