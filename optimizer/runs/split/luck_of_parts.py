"""How luck is shared among the parts of a team.

Attainment of a KPI has luck of standard deviation σ, of which a share ρ of the variance
(`noise_correlation`) is common to all. What the parts have of their own is independent, and adds up to what
the team had: a part with share s has

    σ_s² = σ² (ρ + (1 − ρ) / s)

because fewer events are less certain. With R the correlation of the luck of the team's KPIs, the covariances
over σ_k σ_l are

    ρ + (R_kl − ρ) / s  within a part,   ρ  between parts,   R_kl  of a part's KPI and one of the whole

So the luck of the company does not change, and that of each part is larger. `shared` is the other end: one
luck for all parts, as that of a market which hits every region alike. It is what a split does unless asked
otherwise: pay curves are not linear in luck, so that only then a split by itself changes no total and breaks
no rule.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.scenario_network import build_network
from optimizer.response.shared_luck import luck_correlation
from optimizer.runs.split.divided import Divided
from optimizer.scenario.types import Scenario

Luck = Literal["own", "shared"]
Tree = dict[str, Any]
SAME = 1e-9
"""Correlations that differ by less are one."""


def with_luck(tree: Tree, split: Divided, luck: Luck, copied: Scenario) -> Tree:
    """The KPIs of `tree` with the luck of parts; `copied` is the company without what it states of that."""
    made: Tree = {}
    names = list(copied.kpis)
    origins = _origins(split, names)
    asked = _correlation(split, origins, luck)
    itself = luck_correlation(copied, build_network(copied))
    for i, (one, (_, part)) in enumerate(zip(names, origins, strict=True)):
        told = {other: float(asked[i, j]) for j, other in enumerate(names[:i]) if _apart(asked, itself, i, j)}
        made[one] = {**tree[one], "noise_with": told}
        if luck == "own" and part:
            made[one]["noise"] = tree[one].get("noise", 0.0) * growth(split, part)
    return made


def growth(split: Divided, part: str) -> float:
    """σ_s / σ."""
    common, share = split.scenario.noise_correlation, split.parts.shares[part]
    return math.sqrt(common + (1 - common) / share)


def _apart(asked: Floats, itself: Floats, i: int, j: int) -> bool:
    return bool(abs(asked[i, j] - itself[i, j]) > SAME)


def _correlation(split: Divided, origins: list[tuple[str, str]], luck: Luck) -> Floats:
    """(K, K), of the luck of the new company's KPIs."""
    before, common = list(split.scenario.kpis), split.scenario.noise_correlation
    at = [before.index(name) for name, _ in origins]
    whole = luck_correlation(split.scenario, build_network(split.scenario))[np.ix_(at, at)]
    if luck == "shared":
        return np.asarray(whole)
    size = np.array([growth(split, part) if part else 1.0 for _, part in origins])
    share = np.array([split.parts.shares[part] if part else 1.0 for _, part in origins])
    parts = np.array([part for _, part in origins])
    within = common + (whole - common) / share[:, None]
    alike = np.where(parts[:, None] == parts[None, :], within, common)
    alike = np.where((parts[:, None] == "") | (parts[None, :] == ""), whole, alike)
    return np.asarray(alike / np.outer(size, size))


def _origins(split: Divided, names: list[str]) -> list[tuple[str, str]]:
    """The KPI of the whole company that each of the new company is, and the part that it is of."""
    own = {split.kpi(kpi, part): (kpi, part) for kpi in split.kpis for part in split.parts.shares}
    return [own.get(name, (name, "")) for name in names]
