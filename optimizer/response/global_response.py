"""Is what people do at an equilibrium really best for them? (model.md §9)

An equilibrium satisfies each team's first-order conditions at what it believes. Where pay has thresholds,
accelerators or gates, or a rate's denominator can be starved, another plan of work far away may pay better: a
quota out of reach makes people give up. Here each team's best action under the true curves and true ratios
is searched from many starts, independently of those conditions.

The search climbs by proximal steps (Parikh & Boyd 2014, doi:10.1561/2400000003): where costs are quadratic
and pay is linearised at the point at hand, the best response is exact; the longest stride towards it that
brings most is taken. It finds a deviation or none; it is no proof that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import DENOMINATOR_FLOOR, Signals, credit, signals_of
from optimizer.response.best_response import outside_supply, waiting
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.network import Network
from optimizer.response.outcome import Outcome
from optimizer.response.separable_qp import solve_separable

PROFIT = 1e-6
"""Share of target pay by which another action must pay better to count."""
ROUNDS = 200
STRIDES = 0.5 ** np.arange(12)
STILL = 1e-13
"""Relative gain of a round below which a climb has ended."""
LEVELS = 6
"""Strengths of incentive per KPI from which best responses start the search, from none to the largest."""
MOST_STARTS = 2000
CLIMBS = 24
"""Starts that are followed to the top, far from each other."""
APART = 0.05
"""Distance between them, relative to the scale of the activities."""
SCORES = np.linspace(0.0, 3.0, 61)
"""Attainments at which the strength of an incentive is looked up."""
UNBALANCED = 1e-9


@dataclass(frozen=True)
class Task:
    """A smooth utility of an action x (n,) with balance · x = supply and low ≤ x ≤ high, to be maximized.

    `utility` (R, n) → (R,) and `gradient` (R, n) → (R, n). `curvature` (n,) > 0 sets the length of a step:
    exact where utility is quadratic in x with that curvature beside what is nearly linear.
    """

    utility: Callable[[Floats], Floats]
    gradient: Callable[[Floats], Floats]
    curvature: Floats
    low: Floats
    high: Floats
    balance: Floats
    supply: Floats

    def towards(self, gain: Floats) -> tuple[Floats, Floats]:
        """argmax gain·x − ½ x'curvature x over the actions, (R, n), and how far it misses the balance."""
        supply = np.broadcast_to(self.supply, (len(gain), len(self.supply)))
        optimum = solve_separable(gain, self.curvature, self.balance, supply, self.low, self.high)
        return optimum.x, optimum.imbalance


def best_action(task: Task, starts: Floats) -> tuple[Floats, float]:
    """The best action (n,) that climbing from feasible starts (R, n) finds, and its utility."""
    at, value = starts.copy(), task.utility(starts)
    open_ = np.arange(len(starts))
    for _ in range(ROUNDS):
        start = at[open_]
        goal, missed = task.towards(task.gradient(start) + task.curvature * start)
        step = np.where(missed[:, None] <= UNBALANCED, goal - start, 0.0)
        tried = start[None] + STRIDES[:, None, None] * step[None]
        worth = task.utility(tried.reshape(-1, tried.shape[-1])).reshape(len(STRIDES), -1)
        stride = worth.argmax(axis=0)
        reached = worth[stride, np.arange(len(open_))]
        gained = reached > value[open_]
        at[open_[gained]] = tried[stride[gained], np.flatnonzero(gained)]
        going = gained & (reached - value[open_] > STILL * (1 + np.abs(reached)))
        value[open_] = np.maximum(value[open_], reached)
        open_ = open_[going]
        if not len(open_):
            break
    top = int(value.argmax())
    return np.asarray(at[top]), float(value[top])


# --- teams at an equilibrium ----------------------------------------------------------------------------

Kind = Literal["give_up", "push_on", "shift"]
"""People would let scores fall; or reach for higher ones; or swap work at much the same pay."""


@dataclass(frozen=True)
class Deviation:
    """A team that would gain by doing something else than the equilibrium says."""

    team: str
    regime: str
    """Empty where the scenario has none."""
    gain: float
    """What it would gain, costs of effort included [currency/period]."""
    share: float
    """The same as a share of its target pay."""
    kind: Kind
    scores: dict[str, tuple[float, float]]
    """Attainment of each paid KPI at the equilibrium and after."""
    x: dict[str, tuple[float, float]]
    """Units of each of its activities, likewise."""

    @property
    def words(self) -> str:
        """Who would do what, and why."""
        why = {
            "give_up": "would give up: quota out of reach",
            "push_on": "would push on: more pays better than the plan assumes",
            "shift": "would work on other things",
        }[self.kind]
        where = f" in {self.regime}" if self.regime else ""
        return f"{self.team}{where} {why} (gains {self.gain:,.2f}, {self.share:.2%} of target pay)"


def deviations(cal: Calibrated, euros: Floats, outcome: Outcome) -> Iterator[Deviation]:
    """Teams that would gain more than PROFIT under one plan (I, K), at its equilibrium in each regime."""
    for regime, at in zip(cal.regimes.names, outcome.equilibria, strict=True):
        signals = signals_of(at.network, cal.curves, cal.targets_at(at.beliefs), at.beliefs)
        for i in _searched(cal, at.network, euros):
            deviation = _Team(cal, at, signals, euros, i).deviation(regime)
            if deviation.share > PROFIT:
                yield deviation


def is_searched(cal: Calibrated, euros: Floats) -> bool:
    """Whether any team's pay under a plan (I, K) is not linear in what it does."""
    return any(_searched(cal, network, euros) for network in cal.regimes.networks)


def _searched(cal: Calibrated, network: Network, euros: Floats) -> list[int]:
    """Teams whose pay is not linear in what they do: a straight line of counts is concave with costs."""
    bent = (euros > 0) & (cal.curves.bent | network.is_rate)
    paid = np.flatnonzero(np.asarray(bent).any(axis=1))
    return [int(i) for i in paid if len(network.blocks[i].activities)]


class _Team:
    """Team i's true problem at an equilibrium: routing and flows of others as they are there."""

    def __init__(self, cal: Calibrated, at: Equilibrium, signals: Signals, euros: Floats, i: int) -> None:
        network = at.network
        self._cal, self._network, self._i = cal, network, i
        block = network.blocks[i]
        self._mine, self._x = block.activities, at.x[0, block.activities]
        self._euros = np.where(np.arange(len(network.teams)) == i, euros.T, 0.0).T
        self._numerator, self._above = self._counted(network.numerator, network.numerator_arriving, at)
        self._denominator, self._below = self._counted(network.denominator, network.denominator_arriving, at)
        self._floor = DENOMINATOR_FLOOR * cal.beliefs.denominator[0]
        self._targets = np.broadcast_to(cal.targets_at(at.beliefs), (1, len(network.kpis)))[0]
        late = waiting(network, at.beliefs.price)
        self._linear = (signals.onward - cal.linear - late)[0, self._mine]
        self._credit = signals.credit[0][:, self._mine]
        self.task = Task(
            utility=self._utility,
            gradient=self._gradient,
            curvature=cal.quadratic[self._mine],
            low=np.array(0.0),
            high=np.array(np.inf),
            balance=block.balance,
            supply=outside_supply(network, block, i, at.x)[0],
        )

    def deviation(self, regime: str) -> Deviation:
        """The best action found, against the equilibrium's."""
        action, value = best_action(self.task, self._starts())
        gain = value - float(self.task.utility(self._x[None])[0])
        pay = max(float(self._euros.sum()), 1e-9)
        before, after = (self._scores(x[None])[0] for x in (self._x, action))
        used = np.flatnonzero(self._pulls(np.atleast_2d(before))[0] > 0)
        names, kpis = self._network.activities, self._network.kpis
        return Deviation(
            team=self._network.teams[self._i],
            regime=regime,
            gain=gain,
            share=gain / pay,
            kind=self._kind(before, after, pay),
            scores={kpis[k]: (float(before[k]), float(after[k])) for k in used},
            x={names[a]: (float(x), float(y)) for a, x, y in zip(self._mine, self._x, action, strict=True)},
        )

    def _kind(self, before: Floats, after: Floats, pay: float) -> Kind:
        change = float(self._pay(after[None])[0] - self._pay(before[None])[0]) / pay
        return "shift" if abs(change) < 0.01 else "push_on" if change > 0 else "give_up"

    # --- the true utility

    def _counted(self, coefficients: Floats, arriving: Floats, at: Equilibrium) -> tuple[Floats, Floats]:
        """What the team's work adds to KPIs' counts, also by way of others, (K, A_i), and the counts."""
        network = self._network
        gained = credit(network, at.beliefs.routing, coefficients[None], network.delay)[0]
        return gained[:, self._mine], arriving + coefficients @ at.x[0]

    def _ratios(self, x: Floats) -> tuple[Floats, Floats]:
        """Counts over their denominators, and the denominators (1 for counts), (R, K)."""
        moved = x - self._x
        above, rate = self._above + moved @ self._numerator.T, self._network.is_rate
        below = np.maximum(self._below + moved @ self._denominator.T, self._floor)
        per = np.where(rate, below, 1.0)
        return above / per, per

    def _scores(self, x: Floats) -> Floats:
        return np.asarray(self._ratios(x)[0] / self._targets)

    def _pay(self, scores: Floats) -> Floats:
        """Σ_k e_ik E pay, as far as the team counts on it (later, or luck, counts less), (R,)."""
        level = self._cal.curves.expected(scores)[:, self._i]
        return np.asarray(level @ (self._euros * self._cal.curves.regard)[self._i])

    def _pulls(self, scores: Floats) -> Floats:
        """What a unit of each score adds to that, (R, K)."""
        known = self._cal.curves.perceived(scores)
        return known.pull(np.broadcast_to(self._euros, known.own.shape))[:, self._i]

    def _utility(self, x: Floats) -> Floats:
        costs = x @ self._linear - 0.5 * x**2 @ self.task.curvature
        return np.asarray(self._pay(self._scores(x)) + costs)

    def _gradient(self, x: Floats) -> Floats:
        ratio, per = self._ratios(x)
        pull = self._pulls(ratio / self._targets) / (per * self._targets)
        open_ = self._network.is_rate & (per > self._floor)
        earned = pull @ self._numerator - np.where(open_, pull * ratio, 0.0) @ self._denominator
        return np.asarray(earned + self._linear - self.task.curvature * x)

    # --- where to start

    def _starts(self) -> Floats:
        """The equilibrium, and best responses to incentives of every strength that the curves have."""
        goals, missed = self.task.towards(self._strengths() @ self._credit + self._linear)
        feasible = np.vstack([self._x[None], goals[missed <= UNBALANCED]])
        order = np.argsort(-self.task.utility(feasible), kind="stable")
        return _far_apart(feasible, order, self._network.scale[self._mine])

    def _strengths(self) -> Floats:
        """Euros per unit of each score that can matter, (R, K): products of levels, or a sample of them."""
        pulls = self._pulls(self._scores(self._x[None]))[0]
        grid = np.repeat(SCORES[:, None], len(pulls), axis=1)
        most = np.maximum(self._pulls(grid).max(axis=0), pulls)
        used = np.flatnonzero(most > 0)
        levels = [np.append(np.linspace(0.0, most[k], LEVELS), pulls[k]) for k in used]
        every = _sampled(levels)
        strengths = np.zeros((len(every), len(pulls)))
        strengths[:, used] = every
        return strengths


def _sampled(levels: list[Floats]) -> Floats:
    """All products of levels, or MOST_STARTS of them drawn evenly, seeded."""
    if np.prod([float(len(v)) for v in levels]) <= MOST_STARTS:
        return np.array(list(product(*levels)))
    rng = np.random.default_rng(0)
    return np.array([[rng.choice(v) for v in levels] for _ in range(MOST_STARTS)])


def _far_apart(points: Floats, order: Ints, scale: Floats) -> Floats:
    """The first point, and the best of the others that are not close to a better one."""
    chosen = [points[0]]
    for at in order:
        if len(chosen) > CLIMBS:
            break
        if min(float((np.abs(points[at] - c) / scale).max()) for c in chosen) > APART:
            chosen.append(points[at])
    return np.array(chosen)
