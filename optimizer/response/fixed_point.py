"""Fixed points of maps from beliefs to what they bring about, many at once.

Relaxation, z + step (f(z) − z), leads: slow, but hard to mislead, and it ends where learning in small steps
would. Anderson acceleration, the step that would undo f(z) − z if that changed as over the last rounds
(Walker & Ni 2011, doi:10.1137/10078356X), is tried from where relaxation stands; it is kept while the
residual falls well, else forgotten, and the next try comes later. What still swings after that, around a
kink or because f answers more than inversely, is given to Newton's method with differences;
a point that learning would leave again is no answer. Where nothing is found, there may still be one.
"""

from __future__ import annotations

from collections.abc import Callable

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
        found, at = newton(image, self.open, self.at[self.open], self.least[self.open], target)
        self.at[self.open[found]] = at[found]
        self.open = self.open[~found]


def settles(change: Floats) -> NDArray[np.bool_]:
    """Learning in small steps, dz/dt = f(z) − z with derivatives (S, D, D), leads back to points (S,)."""
    return np.asarray(np.linalg.eigvals(change).real.max(axis=1) <= 1e-3)


def newton(
    image: Image, rows: Ints, start: Floats, least: Floats, target: float
) -> tuple[NDArray[np.bool_], Floats]:
    """Of searches `rows` (S,), from `start` (S, D): which end where learning stays, and where all stand."""
    z, change = start.copy(), np.zeros((*start.shape, start.shape[1]))
    seen, residual = image(rows, z)
    open_: Ints = np.arange(len(rows))
    for _ in range(NEWTON):
        open_ = open_[residual[open_] > target]
        if not len(open_):
            break
        change[open_] = _derivative(image, rows[open_], z[open_], seen[open_])
        open_ = open_[np.isfinite(change[open_]).all(axis=(1, 2))]
        step = _newton_steps(change[open_], (z - seen)[open_])
        tried, its_seen, its_residual = _shortened(image, rows[open_], z[open_], step, least[open_])
        nearer = np.abs(its_seen - tried).max(axis=1) < np.abs(seen - z)[open_].max(axis=1)
        open_ = open_[nearer]
        z[open_], seen[open_], residual[open_] = tried[nearer], its_seen[nearer], its_residual[nearer]
    found = residual <= target
    found[found] = settles(change[found])
    return found, z


def _derivative(image: Image, rows: Ints, z: Floats, seen: Floats) -> Floats:
    """Of f(z) − z by each coordinate, (S, coordinate, D), by differences."""
    count, size = z.shape
    nudge = NUDGE * np.maximum(1.0, np.abs(z))
    beside = z[:, None] + nudge[:, :, None] * np.eye(size)
    its = image(np.repeat(rows, size), beside.reshape(-1, size))[0].reshape(count, size, size)
    return np.asarray((its - beside - (seen - z)[:, None]) / nudge[:, :, None])


def _newton_steps(change: Floats, miss: Floats) -> Floats:
    """Least-squares solutions (S, D) of stepᵀ change = miss."""
    steps = [np.linalg.lstsq(its.T, m, rcond=1e-12)[0] for its, m in zip(change, miss, strict=True)]
    return np.array(steps).reshape(miss.shape)


def _shortened(
    image: Image, rows: Ints, z: Floats, step: Floats, least: Floats
) -> tuple[Floats, Floats, Floats]:
    """Each step or a half, a quarter, … of it, whatever misses least: points, f and residuals there."""
    (count, size), each = z.shape, np.arange(len(z))
    lengths = 0.5 ** np.arange(HALVINGS)
    tried = np.maximum(z[:, None] + lengths[:, None] * step[:, None], least[:, None])
    seen, residual = image(np.repeat(rows, HALVINGS), tried.reshape(-1, size))
    seen, residual = seen.reshape(tried.shape), residual.reshape(count, HALVINGS)
    best = np.abs(seen - tried).max(axis=2).argmin(axis=1)
    return tried[each, best], seen[each, best], residual[each, best]
