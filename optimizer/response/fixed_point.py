"""Fixed points of maps from beliefs to what they bring about, many at once.

Relaxation, z + step (f(z) − z), leads: slow, but hard to mislead, and it ends where learning in small steps
would. Anderson acceleration, the step that would undo f(z) − z if that changed as over the last rounds
(Walker & Ni 2011, doi:10.1137/10078356X), is tried from where relaxation stands; it is kept while the
residual falls well, else forgotten, and the next try comes later. What still swings after that, around a
kink or because f answers more than inversely, is given to Newton's method with differences, one at a time;
a point that learning would leave again is no answer. Where nothing is found, there may still be one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimizer.arrays import Floats, Ints

Image = Callable[[Ints, Floats], tuple[Floats, Floats]]
"""Of some searches, by number (R,), and points z (R, D): f(z) (R, D), and how far from a fixed point (R,)."""

TURNS = (0.05, 0.05, 0.01)
"""Smallest step of relaxation in each turn of ROUNDS rounds, which Newton's method ends for the rest."""
ROUNDS = 80
MEMORY = 6
"""Rounds that acceleration looks back."""
WELL = 0.8
"""Of the residual before a round of acceleration: at most that must be left after it."""
WAIT = 3
"""Rounds of relaxation before the first try."""
LATER = 1.5
"""Factor by which the wait grows after a try that failed."""
NEWTON = 25
"""Steps of Newton's method."""
HALVINGS = 12
"""Of a Newton step; the best is taken."""
NUDGE = 1e-6
"""Difference that stands for a derivative, in units of beliefs."""


def fixed_points(image: Image, start: Floats, least: Floats, target: float) -> tuple[Floats, int]:
    """Points (S, D) whose residual is at most `target`, and rounds of relaxation.

    They stay at or above `least` (D,) or (S, D). Where none is found, the point of the smallest residual that
    relaxation left.
    """
    search, rounds = _Search(start, least), 0
    for floor in TURNS:
        for _ in range(ROUNDS):
            if not len(search.open):
                return search.at, rounds
            search.advance(*image(search.open, search.at[search.open]), floor, target)
            rounds += 1
        search.finish(image, target)
    return np.where(search.is_open[:, None], search.best, search.at), rounds


class _Search:
    """Where S searches stand, each at a point (D,)."""

    def __init__(self, start: Floats, least: Floats) -> None:
        count, size = start.shape
        self.least = np.broadcast_to(least, start.shape)
        self.at = start.copy()
        self.open: Ints = np.arange(count)
        self.base, self.miss = start.copy(), np.zeros_like(start)
        """Last point that relaxation or a good try reached, and f(z) − z there."""
        self.residual = np.full(count, np.inf)
        self.best, self.smallest = start.copy(), np.full(count, np.inf)
        self.step = np.full(count, 0.5)
        self.trying = np.zeros(count, dtype=bool)
        self.wait, self.pause = np.full(count, float(WAIT)), np.full(count, float(WAIT))
        self.past, self.past_miss = (np.zeros((count, MEMORY, size)) for _ in range(2))
        """The last rounds, one written over another in turn."""
        self.rounds = 0

    @property
    def is_open(self) -> NDArray[np.bool_]:
        return np.isin(np.arange(len(self.at)), self.open)

    def advance(self, seen: Floats, residual: Floats, floor: float, target: float) -> None:
        """One round, given f and residuals at the open points: those found stay, the others move on."""
        still = ~(residual <= target)
        rows, miss, residual = self.open[still], (seen - self.at[self.open])[still], residual[still]
        self.open = rows
        self._remember(rows, miss, residual)
        failed = self.trying[rows] & ~(residual <= WELL * self.residual[rows])
        self._relax(rows, residual, floor)
        good = rows[~failed]
        self.base[good], self.miss[good] = self.at[good], miss[~failed]
        self.residual[good] = residual[~failed]
        self.pause[rows] *= np.where(failed, LATER, 1.0)
        self.wait[rows] = np.where(failed, self.pause[rows], self.wait[rows] - 1)
        self.trying[rows] = ~failed & (self.trying[rows] | (self.wait[rows] <= 0))
        self.at[rows] = self.base[rows] + self.step[rows, None] * self.miss[rows]
        tried = rows[self.trying[rows]]
        self.at[tried] = np.maximum(self._accelerated(tried), self.least[tried])

    def _remember(self, rows: Ints, miss: Floats, residual: Floats) -> None:
        slot = self.rounds % MEMORY
        self.past[rows, slot], self.past_miss[rows, slot] = self.at[rows], miss
        self.rounds += 1
        better = rows[residual < self.smallest[rows]]
        self.best[better] = self.at[better]
        self.smallest[rows] = np.minimum(residual, self.smallest[rows])

    def _relax(self, rows: Ints, residual: Floats, floor: float) -> None:
        """The step: 0.5 at first, halved (to a floor) when the residual grows, else grown by a tenth."""
        grew = residual > self.residual[rows]
        step = np.where(
            grew, np.maximum(0.5 * self.step[rows], floor), np.minimum(1.1 * self.step[rows], 1.0)
        )
        self.step[rows] = np.where(self.trying[rows], self.step[rows], step)

    def _accelerated(self, rows: Ints) -> Floats:
        """Anderson's next point, from differences with the rounds before."""
        slot = (self.rounds - 1) % MEMORY
        before = [past for past in range(min(self.rounds, MEMORY)) if past != slot]
        z, miss = self.past[rows, slot], self.past_miss[rows, slot]
        dz = z[:, None] - self.past[rows[:, None], before]
        dr = miss[:, None] - self.past_miss[rows[:, None], before]
        size = np.linalg.norm(dr, axis=2, keepdims=True) + 1e-300
        dz, dr = dz / size, dr / size
        gram = dr @ dr.mT + 1e-10 * np.eye(len(before))
        share = np.linalg.solve(gram, dr @ miss[:, :, None])
        return np.asarray(z + miss - ((dz + dr).mT @ share)[:, :, 0])

    def finish(self, image: Image, target: float) -> None:
        """Newton's method from where relaxation stands; what it does not finish relaxation goes on with."""
        points = [
            newton(partial(_alone, image, row), self.at[row], self.least[row], target) for row in self.open
        ]
        for row, point in zip(self.open, points, strict=True):
            self.at[row] = self.at[row] if point is None else point
        self.open = self.open[[point is None for point in points]]


def _alone(image: Image, row: int, z: Floats) -> tuple[Floats, Floats]:
    return image(np.full(len(z), row), z)


def settles(change: Floats) -> bool:
    """Learning in small steps, dz/dt = f(z) − z with this derivative (D, D), leads back to the point."""
    return bool(np.linalg.eigvals(change).real.max() <= 1e-3)


def newton(
    image: Callable[[Floats], tuple[Floats, Floats]], start: Floats, least: Floats, target: float
) -> Floats | None:
    """Where one map meets itself and learning stays (D,), or None; f and residuals are for points (R, D)."""
    z, lengths = start[None], 0.5 ** np.arange(HALVINGS)[:, None]
    seen, residual = image(z)
    change = np.zeros((z.shape[1],) * 2)
    for _ in range(NEWTON):
        if residual[0] <= target:
            return np.asarray(z[0]) if settles(change) else None
        nudge = NUDGE * np.maximum(1.0, np.abs(z[0]))
        beside = z + np.diag(nudge)
        change = (image(beside)[0] - beside - (seen - z)) / nudge[:, None]
        if not np.isfinite(change).all():
            return None
        step = np.linalg.lstsq(change.T, (z - seen)[0], rcond=1e-12)[0]
        tried = np.maximum(z + lengths * step, least)
        all_seen, all_residual = image(tried)
        missed = np.abs(all_seen - tried).max(axis=1)
        k = int(np.argmin(missed))
        if missed[k] >= np.abs(seen - z).max():
            return None
        z, seen, residual = tried[k : k + 1], all_seen[k : k + 1], all_residual[k : k + 1]
    return None
