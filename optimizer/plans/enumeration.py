"""Every plan of a space, listed or only counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.plans.rules import team_values
from optimizer.plans.space import PlanSpace, change_origin

WHOLE = 20_000
"""Plans up to which a space is judged whole (model.md §13.13)."""
BLOCK = 4096
"""Plans handed out at once, and rows judged at once."""
LONGEST = 50_000
"""Rows of one team that are listed on the way to those that keep its rules."""
ROOM = 1e-5
"""Share of pay by which a row may miss a bound while it is listed: the rules judge it at the end."""


@dataclass(frozen=True)
class Listing:
    """Every plan that keeps the rules on weights: rows (R, K) of step counts of each team, or of teams that
    must have equal weights, in any pairing."""

    rows: tuple[Ints, ...]
    together: tuple[tuple[int, ...], ...]
    """The teams that have a row of each, as in the space."""
    twins: Ints
    """As in the space: how the row reads for each team."""

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(r) for r in self.rows)

    @property
    def count(self) -> int:
        return prod(self.shape)

    def blocks(self, size: int = BLOCK) -> Iterator[Ints]:
        """All of them, (S, I, K) so many at once."""
        for start in range(0, self.count, size):
            yield self.part(slice(start, min(start + size, self.count)))

    def part(self, some: slice) -> Ints:
        """Some of them, by their places in a row, (S, I, K)."""
        return self.plans(np.unravel_index(np.arange(some.start, some.stop), self.shape))

    def plans(self, chosen: tuple[Ints, ...]) -> Ints:
        """Plans (S, I, K) by the place of each team's row (S,)."""
        rows = [r[c] for r, c in zip(self.rows, chosen, strict=True)]
        return plans_of_rows(rows, self.together, self.twins)


def plans_of_rows(rows: Sequence[Ints], together: tuple[tuple[int, ...], ...], twins: Ints) -> Ints:
    """Plans (S, I, K) of rows (S, K), one for the teams that go together each; the last two as in the
    space."""
    of_team = {i: r[:, twins[i]] for r, teams in zip(rows, together, strict=True) for i in teams}
    return np.stack([of_team[i] for i in sorted(of_team)], axis=1)


def listing(space: PlanSpace, most: int = WHOLE) -> Listing | None:
    """Every plan of a space with steps; None where there are more than `most`."""
    rows = []
    for teams in space.together:
        of_teams = joint_rows(space, teams, LONGEST)
        if of_teams is None:
            return None
        rows.append(of_teams)
    found = Listing(tuple(rows), space.together, space.twins)
    return found if found.count <= most else None


def every_plan(space: PlanSpace) -> Iterator[Ints]:
    """Every plan that keeps the rules on weights, in blocks (S, I, K) of step counts."""
    rows = (joint_rows(space, teams) for teams in space.together)
    return Listing(tuple(r for r in rows if r is not None), space.together, space.twins).blocks()


def count_plans(space: PlanSpace, listed: int = WHOLE) -> int:
    """How many plans keep the rules on weights; `listed` + 1 where there are more than that."""
    found = listing(space, listed)
    return listed + 1 if found is None else found.count


def is_single(space: PlanSpace) -> bool:
    """Whether rules on weights leave one plan only: it is imposed, and the best of nothing."""
    if not space.continuous:
        return count_plans(space, 1) == 1
    paid = space.most > 0
    free = (space.allowed & np.isnan(space.locked))[paid].sum(axis=1)
    return bool((space.least == space.most).all() and ((free <= 1) | space.fully_locked[paid]).all())


# --- rows of one team -----------------------------------------------------------------------------------


def joint_rows(space: PlanSpace, teams: tuple[int, ...], longest: int | None = None) -> Ints | None:
    """Rows of teams that must have equal weights, (R, K); their steps are the same. None as `team_rows`."""
    rows = team_rows(space, teams[0], longest)
    return None if rows is None else rows[keeps_rules_of(space, teams[1:], rows)]


def keeps_rules_of(space: PlanSpace, teams: tuple[int, ...], rows: Ints) -> Bools:
    """(R,): which rows (R, K), as of the first of those that go with these teams, keep the rules on weights
    of each."""
    kept = np.ones(len(rows), dtype=bool)
    for i in teams:
        kept &= keeps_own_rules(space, i, rows[:, space.twins[i]])
    return kept


def team_rows(space: PlanSpace, i: int, longest: int | None = None) -> Ints | None:
    """Every row of step counts of team i, (R, K), that keeps the rules on its own weights.

    None where more than `longest` would be listed on the way.
    """
    usable = np.flatnonzero(space.allowed[i])
    found = [np.zeros((0, len(usable)), dtype=np.intp)]
    for total in range(int(space.least[i]), int(space.most[i]) + 1):
        rows = _rows_of(space, i, usable, total, longest)
        if rows is None:
            return None
        found.append(rows)
    rows = np.concatenate(found)
    if longest is not None and len(rows) > longest:
        return None
    whole = np.zeros((len(rows), space.allowed.shape[1]), dtype=np.intp)
    whole[:, usable] = rows
    return whole[keeps_own_rules(space, i, whole)]


def keeps_own_rules(space: PlanSpace, i: int, rows: Ints) -> Bools:
    """(R,): which rows (R, K) keep the rules on the weights of team i."""
    kept = np.ones(len(rows), dtype=bool)
    for start in range(0, len(rows), BLOCK):
        some = slice(start, start + BLOCK)
        units = np.zeros((len(rows[some]), len(space.unit), rows.shape[1]), dtype=np.intp)
        units[:, i] = rows[some]
        for rule in team_values(space, i, space.euros(units)):
            kept[some] &= rule.kept
    return kept


def step_choices(space: PlanSpace, i: int, total: int) -> list[Ints]:
    """Step counts that each usable KPI of team i may have where `total` steps are paid, ascending."""
    usable = np.flatnonzero(space.allowed[i])
    locked = space.locked[i, usable] * total
    return [
        _free_choices(space, i, int(k), total) if np.isnan(steps) else np.array([round(steps)])
        for k, steps in zip(usable, locked, strict=True)
    ]


def _free_choices(space: PlanSpace, i: int, k: int, total: int) -> Ints:
    """Within the bounds of all weights and of this one; 0 unless it is obligatory and anything is paid."""
    rules, names = space.scenario.rules.weights, (list(space.scenario.teams)[i], list(space.scenario.kpis)[k])
    own = rules.limit_of(*names)
    low = max(1, int(np.ceil((max(rules.min, own.min) - ROOM) * total)))
    high = int(np.floor((min(rules.max, own.max) + ROOM) * total))
    left_out = [] if own.min > ROOM and total else [0]
    return np.array([*left_out, *range(low, high + 1)], dtype=np.intp)


def most_used(space: PlanSpace, i: int) -> int:
    """How many KPIs team i may be paid on."""
    most = space.scenario.rules.weights.most_measures(list(space.scenario.teams)[i])
    return space.allowed.shape[1] if most is None else most


def _rows_of(space: PlanSpace, i: int, usable: Ints, total: int, longest: int | None) -> Ints | None:
    """Rows of one total in lexicographic order, KPI by KPI; what can no longer keep the rules is dropped."""
    choices = step_choices(space, i, total)
    ahead = np.cumsum([0, *(int(c.max(initial=0)) for c in reversed(choices))])[::-1]
    away = _away(space, i, usable, total)
    rows, left = np.zeros((1, 0), dtype=np.intp), np.array([total])
    used, moved = np.zeros(1, dtype=np.intp), np.array([away[1]])
    for j, values in enumerate(choices):
        parent, value = (grid.ravel() for grid in np.meshgrid(np.arange(len(rows)), values, indexing="ij"))
        rest, count = left[parent] - value, used[parent] + (value > 0)
        far = moved[parent] + np.abs(value / max(total, 1) - away[0][j])
        open_ = (rest >= 0) & (rest <= ahead[j + 1]) & (count <= most_used(space, i)) & (far <= away[2])
        if longest is not None and open_.sum() > longest:
            return None
        parent, value = parent[open_], value[open_]
        rows = np.concatenate([rows[parent], value[:, None]], axis=1)
        left, used, moved = rest[open_], count[open_], far[open_]
    return np.asarray(rows[left == 0])


def _away(space: PlanSpace, i: int, usable: Ints, total: int) -> tuple[Floats, float, float]:
    """Weights from which change counts, what KPIs out of reach add to it, and the most it may be."""
    most = space.scenario.rules.change_limit
    if most is None or total == 0:
        return np.zeros(len(usable)), 0.0, np.inf
    today = change_origin(space.scenario)[i]
    return today[usable], float(today.sum() - today[usable].sum()), most + ROOM
