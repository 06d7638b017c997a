"""What moved results pay and cost in the long run, expected over luck: part of what a plan brings.

Period after period the team that makes the results of a KPI moves some of them over its end, by the rule of
`moved_results`, and believes that the next period brings its score. After WARM periods what earlier ones left
is as likely as it will ever be; the mean over PATHS courses of luck and KEPT periods more is what is paid.
Luck is stratified within each period and drawn once for all, so that every verb, page and table has the same
figure: at scores that are multiples of σ / GRID, and in proportion between them.

Persons who are paid on their own results move together, as their team would: what counts is what it gets.
Only where pay on the KPI hangs on no other KPI, by a gate or a factor, and pay on no other hangs on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import ndtri

from optimizer.arrays import Floats, Ints
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.gates import Gates
from optimizer.response.moved_results import (
    Movable,
    Moved,
    Owed,
    best_amounts,
    end_of_period,
    every_movable,
    value_per_attainment,
)
from optimizer.response.pay_curves import PayCurves

PATHS = 500
WARM = 10
KEPT = 4
GRID = 10
"""Scores per σ at which the long run is followed."""
FAR = 5.0
"""Standard deviations beyond the last knot at which luck no longer reaches it."""
_STAYS = 0.25
"""At least this share of a result counts as staying where it is when the last score of interest is sought."""
_AT_ONCE = 16
"""Scores followed at once."""


@dataclass(frozen=True)
class AtScores:
    """At scores (S,): what moving adds to pay per euro at target by curve (S, C), and the attainment that it
    loses (S,)."""

    pay: Floats
    lost: Floats


@dataclass(frozen=True)
class LongRun:
    """One KPI moved by one team, by the curves (C, 1) of all who are paid on it."""

    choice: Movable
    curves: PayCurves
    known: dict[int, tuple[Floats, float]] = field(default_factory=dict)
    """What was followed, by place on the grid of scores."""

    @property
    def kpi(self) -> int:
        return self.choice.kpi

    @property
    def step(self) -> float:
        """Attainment between two scores of the grid."""
        return float(self.curves.noise[0]) / GRID

    @cached_property
    def last(self) -> int:
        """Place on the grid beyond which nothing changes any more."""
        top = float(self.curves.knots.max()) + FAR * float(self.curves.noise[0])
        return int(np.ceil(top / max(1 - self.choice.share, _STAYS) / self.step))

    def at(self, score: Floats) -> AtScores:
        """At scores (S,), in proportion between those of the grid."""
        place = np.clip(score / self.step, 0.0, self.last)
        low = np.minimum(place.astype(int), self.last - 1)
        self.follow(np.unique([low, low + 1]))
        part = (place - low)[:, None]
        pay = [np.array([self.known[n][0] for n in ends]) for ends in (low, low + 1)]
        lost = [np.array([self.known[n][1] for n in ends]) for ends in (low, low + 1)]
        between = (1 - part) * pay[0] + part * pay[1]
        return AtScores(between, (1 - part[:, 0]) * lost[0] + part[:, 0] * lost[1])

    def follow(self, places: Ints) -> None:
        """Make places of the grid known."""
        new = [int(n) for n in places if int(n) not in self.known]
        for at in range(0, len(new), _AT_ONCE):
            some = new[at : at + _AT_ONCE]
            periods = [self._pay(*period) for period in self._periods(np.array(some) * self.step)]
            pay, lost = (np.mean(parts, axis=0) for parts in zip(*periods, strict=True))
            self.known.update((n, (pay[row], float(lost[row]))) for row, n in enumerate(some))

    def owed(self, score: float) -> Floats:
        """What earlier periods have left for one, equally likely amounts of attainment, (KEPT · PATHS,)."""
        return np.concatenate([before.ravel() for before, _, _, _ in self._periods(np.array([score]))])

    def moved(self, attainment: Floats, expected: Floats) -> Moved:
        """What is moved at attainments and expected next ones, (S, 1) each."""
        curves, loss = self.curves.of_team_alone(self.row), self.choice.loss
        y, m = attainment[:, 0], expected[:, 0]

        def pay(p: Floats, h: Floats) -> Floats:
            now, later = y[:, None] + (1 - loss) * p - h, m[:, None] - p + h
            both = curves.of_team(now[..., None]) + curves.expected(later[..., None])
            return np.asarray(both[..., 0, 0])

        knots = np.unique(self.curves.knots)
        pulled, held = best_amounts(self.choice, knots, y, m, pay)
        return Moved(pulled[:, None], held[:, None])

    @property
    def row(self) -> int:
        """Of the curves, that of the team that moves."""
        return min(self.choice.team, len(self.curves.knots) - 1)

    def _periods(self, scores: Floats) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
        """The last periods at scores (N,): what was owed before, results, attainment, and what was pulled
        forward, (N, PATHS) each."""
        score = np.repeat(scores, PATHS)[:, None]
        owed, kept = Owed.nothing(score.shape), np.array([1 - self.choice.loss])
        for period, luck in enumerate(_luck()):
            results = score + float(self.curves.noise[0]) * np.tile(luck, len(scores))[:, None]
            end = end_of_period(owed, results, score, kept, self.moved)
            if period >= WARM:
                every = (owed.attainment, results, end.attainment, end.moved.pulled)
                before, own, paid, pulled = (part.reshape(len(scores), PATHS) for part in every)
                yield before, own, paid, pulled
            owed = end.later.after(end.moved)

    def _pay(self, _: Floats, results: Floats, attainment: Floats, pulled: Floats) -> tuple[Floats, Floats]:
        """Means over the paths: pay for what was moved (N, C), attainment lost (N,)."""
        more = self.curves.of_team(attainment[..., None]) - self.curves.of_team(results[..., None])
        return more[..., 0].mean(axis=1), self.choice.loss * pulled.mean(axis=1)


@lru_cache(maxsize=1)
def _luck() -> Floats:
    """Luck of every period and path, standard normal, (WARM + KEPT, PATHS): each period has all of it."""
    rng, strata = np.random.default_rng(0), ndtri((np.arange(PATHS) + 0.5) / PATHS)
    return np.stack([rng.permutation(strata) for _ in range(WARM + KEPT)])


_KNOWN: dict[tuple[object, ...], dict[int, tuple[Floats, float]]] = {}
"""What was followed, by all that it depends on: nothing is followed twice in a process."""


def long_runs(cal: Calibrated) -> tuple[LongRun, ...]:
    """Of KPIs whose results can be moved and whose pay bends, hanging on nothing else."""
    alone = (c for c in every_movable(cal) if not _hangs(cal.curves.gates, c.kpi))
    bent = cal.curves.bent
    return tuple(_long_run(cal, c) for c in alone if bent[c.team, c.kpi] and cal.curves.noise[c.kpi] > 0)


def unpriced(cal: Calibrated, euros: Floats) -> tuple[int, ...]:
    """KPIs whose results a plan (I, K) pays to move, on or behind a gate: that price is in no figure here."""
    hanging = (c for c in every_movable(cal) if _hangs(cal.curves.gates, c.kpi))
    return tuple(c.kpi for c in hanging if _felt(cal, euros, c))


def _felt(cal: Calibrated, euros: Floats, choice: Movable) -> bool:
    """Whether moving its results changes the pay of those who make them: on them, or behind their gate."""
    gates, i, k = cal.curves.gates, choice.team, choice.kpi
    behind = gates.kpi[(gates.team == i) & (gates.on == k)]
    return bool((euros[i, k] > 0 and cal.curves.bent[i, k]) or (euros[i, behind] > 0).any())


def _hangs(gates: Gates, kpi: int) -> bool:
    return kpi in gates.kpi or kpi in gates.on


def _long_run(cal: Calibrated, choice: Movable) -> LongRun:
    run = LongRun(choice, cal.curves.of_kpi(choice.kpi))
    parts = (a.tobytes() for name, a in run.curves.numbers.items() if name not in ("patience", "sight"))
    key = (run.row, choice.share, choice.loss, run.curves.knots.shape, *parts)
    return replace(run, known=_KNOWN.setdefault(key, run.known))


def moved_level(cal: Calibrated, euros: Floats, score: Floats) -> Floats:
    """What moving adds to pay per euro at target, (S, I, K), of plans (S, I, K) at scores (S, K)."""
    level = np.zeros(euros.shape)
    for run, paid in _at_work(cal, euros):
        level[paid, :, run.kpi] = np.broadcast_to(
            run.at(score[paid, run.kpi]).pay, (len(paid), len(level[0]))
        )
    return level


def moved_value(cal: Calibrated, euros: Floats, at: Equilibrium, score: Floats) -> Floats:
    """What moving adds to gross, by KPI, at most 0, (S, K) currency per period."""
    value, worth = np.zeros_like(score), value_per_attainment(at.network, at.x, score)
    for run, paid in _at_work(cal, euros):
        value[paid, run.kpi] = -worth[paid, run.kpi] * run.at(score[paid, run.kpi]).lost
    return value


def attained(cal: Calibrated, euros: Floats, score: Floats, noise: Floats, before: Floats) -> Floats:
    """Attainment in draws of luck (D, K) under a plan (I, K) at scores (K,), after what is moved.

    `before` (D, K), evenly spread over [0, 1), is which of what earlier periods may have left is there.
    """
    reached = score + cal.curves.noise * noise
    for run, _ in _at_work(cal, euros[None]):
        k = run.kpi
        left = np.sort(run.owed(float(score[k])))
        owed = left[(before[:, k] * len(left)).astype(int)][:, None]
        kept, expected = np.array([1 - run.choice.loss]), np.full_like(owed, score[k])
        due = Owed(owed, np.zeros_like(owed))
        reached[:, [k]] = end_of_period(due, reached[:, [k]], expected, kept, run.moved).attainment
    return np.asarray(reached)


def _at_work(cal: Calibrated, euros: Floats) -> Iterator[tuple[LongRun, Ints]]:
    """Long runs that matter to some of the plans, and to which: those that pay who makes the results."""
    for run in long_runs(cal):
        paid = np.flatnonzero(euros[:, run.choice.team, run.kpi] > 0)
        if len(paid):
            yield run, paid
