"""Plans drawn at random, each as likely as any other that keeps the rules on weights.

A team's rows are drawn step by step, each count with the number of ways to go on from it (dynamic
programming over KPI, steps left and KPIs in use); what rules the count does not know is drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.enumeration import joint_rows, keeps_rules_of, most_used, plans_of_rows, step_choices
from optimizer.plans.space import PlanSpace

FEW = 20_000
"""Rows of a team that are listed and drawn from; above, they are drawn step by step."""
TURNS = 50
"""Draws of as many rows as are asked for, before too few of them keep the rules."""


@dataclass(frozen=True)
class Sampler:
    """Draws plans of a space; the same seed gives the same plans."""

    space: PlanSpace
    rng: np.random.Generator
    listed: tuple[Ints | None, ...]
    """Every row of each team, or of teams that must have equal weights; None where they are drawn step by
    step."""

    @classmethod
    def of(cls, space: PlanSpace, seed: int) -> Sampler:
        rows = tuple(joint_rows(space, teams, FEW) for teams in space.together)
        return cls(space, np.random.default_rng(seed), rows)

    def plans(self, count: int) -> Ints:
        """So many plans (S, I, K), with replacement; none where too few that keep the rules are met."""
        rows = [self._rows(group, count) for group in range(len(self.listed))]
        if any(len(r) < count for r in rows):
            return np.zeros((0, *self.space.allowed.shape), dtype=np.intp)
        return plans_of_rows(rows, self.space.together, self.space.twins)

    def _rows(self, group: int, count: int) -> Ints:
        listed, teams = self.listed[group], self.space.together[group]
        if listed is not None:
            return listed[self.rng.integers(len(listed), size=count)] if len(listed) else listed
        found: list[Ints] = []
        for _ in range(TURNS):
            drawn = self._drawn(teams[0], count)
            found.append(drawn[keeps_rules_of(self.space, teams, drawn)])
            if sum(map(len, found)) >= count:
                break
        return np.concatenate(found)[:count]

    def _drawn(self, i: int, count: int) -> Ints:
        """Rows that keep bounds, counts and locks of the team, each as likely as any other."""
        totals = np.arange(int(self.space.least[i]), int(self.space.most[i]) + 1)
        ways = [_ways(self.space, i, int(t)) for t in totals]
        weight = np.array([w[0][t, -1] for w, t in zip(ways, totals, strict=True)])
        if not weight.sum():
            return np.zeros((0, self.space.allowed.shape[1]), dtype=np.intp)
        of_total = np.sort(self.rng.choice(len(totals), size=count, p=weight / weight.sum()))
        some = [self._of_total(i, int(totals[t]), ways[t], int((of_total == t).sum())) for t in set(of_total)]
        return np.asarray(self.rng.permutation(np.concatenate(some)))

    def _of_total(self, i: int, total: int, ways: list[Floats], count: int) -> Ints:
        usable = np.flatnonzero(self.space.allowed[i])
        rows = np.zeros((count, self.space.allowed.shape[1]), dtype=np.intp)
        left, use = np.full(count, total), np.full(count, ways[0].shape[1] - 1)
        for j, values in enumerate(step_choices(self.space, i, total)):
            rest, unused = left[:, None] - values, use[:, None] - (values > 0)
            onward = ways[j + 1][np.maximum(rest, 0), np.maximum(unused, 0)]
            odds = np.cumsum(np.where((rest >= 0) & (unused >= 0), onward, 0.0), axis=1)
            at = (odds < self.rng.random(count)[:, None] * odds[:, -1:]).sum(axis=1)
            rows[:, usable[j]] = values[at]
            left, use = left - values[at], use - (values[at] > 0)
        return rows


def _ways(space: PlanSpace, i: int, total: int) -> list[Floats]:
    """Ways to pay the steps left on the KPIs from j on, using at most so many: (total + 1, most + 1) each."""
    choices, most = step_choices(space, i, total), min(most_used(space, i), int(space.allowed[i].sum()))
    last = np.zeros((total + 1, most + 1))
    last[0] = 1.0
    ways = [last]
    for values in reversed(choices):
        before, after = np.zeros_like(last), ways[0]
        for v in values[values <= total]:
            u = int(v > 0)
            before[v:, u:] += after[: total + 1 - v, : most + 1 - u]
        ways.insert(0, before)
    return ways
