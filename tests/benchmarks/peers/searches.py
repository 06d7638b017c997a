"""Searches without a model, on our own evaluator: what can be had without a proof, at equal time."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import differential_evolution, minimize

from optimizer.arrays import Floats, Ints
from optimizer.plans.evaluator import Judge
from optimizer.plans.space import PlanSpace

POPULATION = 10
"""Plans per weight in differential evolution."""
ENDLESS = 1_000_000


class _OutOfTimeError(Exception):
    pass


@dataclass
class Search:
    """Weights in [0, 1]^P to plans in whole steps, each judged at its own beliefs."""

    space: PlanSpace
    judge: Judge
    seconds: float
    began: float = field(default_factory=time.perf_counter)
    best: float = -np.inf
    plans: int = 0

    def cost(self, points: Floats) -> Floats:
        """What is minimized, of points (P, S) or (P,): minus value, or a penalty above all values."""
        if time.perf_counter() - self.began > self.seconds:
            raise _OutOfTimeError
        scores = self.judge(self.plans_of(np.atleast_2d(points.T)))
        self.plans += len(scores.value)
        self.best = max(self.best, float(scores.value[scores.kept].max(initial=-np.inf)))
        worst = 10 * np.abs(scores.value).max() * (1 + np.minimum(scores.violation, 1e3))
        cost = np.where(scores.kept, -scores.value, worst)
        return cost if points.ndim == 2 else cost[0]

    def plans_of(self, points: Floats) -> Ints:
        """Nearest whole steps that add up: largest remainders first, (S, I, K)."""
        space = self.space
        units = np.zeros((len(points), *space.allowed.shape), dtype=np.intp)
        team = np.array([i for i, _ in space.pairs])
        kpi = np.array([k for _, k in space.pairs])
        for i in np.unique(team):
            mine = team == i
            part = np.maximum(points[:, mine], 1e-9)
            exact = part / part.sum(axis=1, keepdims=True) * space.most[i]
            whole = np.floor(exact).astype(np.intp)
            rank = np.argsort(np.argsort(-(exact - whole), axis=1), axis=1)
            whole += rank < (space.most[i] - whole.sum(axis=1))[:, None]
            units[:, i, kpi[mine]] = whole
        return units


def evolve(space: PlanSpace, judge: Judge, seconds: float) -> Search:
    """scipy's differential evolution, one generation judged at once."""
    search = Search(space, judge, seconds)
    with suppress(_OutOfTimeError):
        differential_evolution(
            search.cost,
            [(0.0, 1.0)] * len(space.pairs),
            vectorized=True,
            updating="deferred",
            popsize=POPULATION,
            maxiter=ENDLESS,
            tol=0.0,
            polish=False,
            rng=0,
        )
    return search


def descend(space: PlanSpace, judge: Judge, seconds: float) -> Search:
    """Nelder-Mead from random starts."""
    search, rng = Search(space, judge, seconds), np.random.default_rng(0)
    try:
        while True:
            minimize(
                search.cost, rng.random(len(space.pairs)), method="Nelder-Mead", options={"maxiter": ENDLESS}
            )
    except _OutOfTimeError:
        return search
