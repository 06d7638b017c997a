"""The switch from the current plan to another one, period by period, in many draws of luck.

Conventions: a KPI counts work in the period in which it is done, as the teams' incentives do (model.md §4).
The value of a stage is cash when a unit enters it, direct costs and payouts are cash at once. A regime lasts.
Luck moves attainment, so pay, what people believe, and what the company sells (`rollout.sales`). Before the
first period today's plan has gone on for long: luck of EARLIER periods has moved what people believe and what
they have moved over the ends of periods. Without luck people believe what the baseline says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.plan_changes import same_plan
from optimizer.response.beliefs import Beliefs
from optimizer.response.best_response import Response
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.moved_results import (
    Owed,
    PeriodEnd,
    end_of_period,
    losses,
    movables,
    move,
    value_per_attainment,
)
from optimizer.response.network import Network
from optimizer.response.outcome import team_pay, true_scores
from optimizer.risk.draws import Luck, draw_luck
from optimizer.rollout.learning import act, learn
from optimizer.rollout.pipeline import Pipeline, arrival_shares, in_transit, present
from optimizer.rollout.sales import worth_of_luck
from optimizer.scenario.charges import loading
from optimizer.scenario.plan import IN_FORCE, PlanTerms

LEARNING = 0.5
"""Share of the way from belief to what was seen that people go each period."""


@dataclass(frozen=True)
class TransitionPath:
    """What happens in T periods and S draws: leading axes (T, S).

    x (.., A) units; score (.., K) without luck and timing; attainment (.., K) with both, of a target (.., K)
    that moves where targets are issued anew; pay (.., I) before charges; gross, direct_costs, loaded_pay,
    timing_cost currency, and `lucky`, the part of gross that luck of results brought; pulled and held (.., K)
    attainment moved over the end of a period, owed (.., K) what earlier ones left for it, or took from it.
    """

    x: Floats
    score: Floats
    attainment: Floats
    target: Floats
    pay: Floats
    gross: Floats
    lucky: Floats
    direct_costs: Floats
    loaded_pay: Floats
    pulled: Floats
    held: Floats
    owed: Floats
    timing_cost: Floats

    @property
    def revenue(self) -> Floats:
        return self.gross - self.direct_costs

    @property
    def net(self) -> Floats:
        return self.revenue - self.loaded_pay


@dataclass(frozen=True)
class Transition:
    """Both plans in the same draws."""

    cal: Calibrated
    luck: Luck
    stay: TransitionPath
    change: TransitionPath

    @property
    def goes_on(self) -> bool:
        """The plan is the current one: nothing is switched."""
        return self.change is self.stay

    @cached_property
    def revenue_gain(self) -> Floats:
        """Revenue over staying, cumulative, (T, S) currency."""
        return np.cumsum(self.change.revenue - self.stay.revenue, axis=0)

    @cached_property
    def net_gain(self) -> Floats:
        """Net of payouts over staying, cumulative, (T, S) currency."""
        return np.cumsum(self.change.net - self.stay.net, axis=0)

    @cached_property
    def shown(self) -> Ints:
        """First period, from 1, from which the cumulative net gain stays positive, (S,); 0: none."""
        periods = len(self.net_gain)
        last_loss = periods - np.argmax(self.net_gain[::-1] <= 0, axis=0)
        never_lost = (self.net_gain > 0).all(axis=0)
        first = np.where(never_lost, 1, last_loss + 1)
        return np.asarray(np.where(first > periods, 0, first))

    @cached_property
    def shown_by(self) -> Floats:
        """Probability that the gain has shown by each period, (T,)."""
        periods = np.arange(1, len(self.net_gain) + 1)[:, None]
        return np.asarray(((self.shown > 0) & (self.shown <= periods)).mean(axis=1))


def transition(
    cal: Calibrated,
    euros: Floats,
    periods: int,
    draws: int,
    seed: int,
    learning: float = LEARNING,
    terms: PlanTerms = IN_FORCE,
) -> Transition:
    """Simulate staying and changing to the plan `euros` (I, K) on its terms, in the same draws."""
    luck = draw_luck(cal.scenario, seed, periods, draws)
    in_force, paid = cal.paid_by(IN_FORCE), cal.paid_by(terms)
    starts = _starts(in_force, luck, learning)
    stay = _follow(in_force, cal.current, luck, learning, starts)
    if same_plan(cal.scenario, (cal.current, IN_FORCE), (euros, terms)):
        return Transition(paid, luck, stay, stay)
    return Transition(paid, luck, stay, _follow(paid, euros, luck, learning, starts))


def follow(cal: Calibrated, euros: Floats, luck: Luck, learning: float = LEARNING) -> TransitionPath:
    """What happens from today on under a plan (I, K) that begins now, today's having gone on for long."""
    before = cal.paid_by(IN_FORCE) if len(luck.earlier) else cal
    return _follow(cal, euros, luck, learning, _starts(before, luck, learning))


def _starts(before: Calibrated, luck: Luck, learning: float) -> dict[int, _State]:
    """Where today's plan has led the draws of every regime, whatever begins then."""
    return {
        s: _Run(before, s, before.current, learning).after(luck.earlier[:, luck.regime == s])
        for s in map(int, np.unique(luck.regime))
    }


def _follow(
    cal: Calibrated, euros: Floats, luck: Luck, learning: float, starts: dict[int, _State]
) -> TransitionPath:
    """All draws, in their order."""
    parts = {
        s: _Run(cal, s, euros, learning).path(luck.noise[:, luck.regime == s], start)
        for s, start in starts.items()
    }
    return _together(parts, luck.regime)


def _together(parts: dict[int, TransitionPath], regime: Ints) -> TransitionPath:
    """Draws of all regimes in their order."""
    order = np.argsort(np.concatenate([np.flatnonzero(regime == s) for s in parts]))
    fields = {
        name: np.concatenate([getattr(p, name) for p in parts.values()], axis=1)[:, order]
        for name in TransitionPath.__dataclass_fields__
    }
    return TransitionPath(**fields)


@dataclass(frozen=True)
class _State:
    """Between two periods: units under way, what people believe, what they owe to periods to come."""

    pipeline: Pipeline
    beliefs: Beliefs
    owed: Owed


@dataclass(frozen=True)
class _Passed:
    """A period: work done, units that entered stages (S, N), scores without luck, luck (S, K), what was moved
    over its end, and the value of a point of attainment (S, K)."""

    done: Equilibrium
    entered: Floats
    score: Floats
    luck: Floats
    end: PeriodEnd
    value: Floats


class _Run:
    """One plan in one regime."""

    def __init__(self, cal: Calibrated, regime: int, euros: Floats, learning: float) -> None:
        self.cal = cal
        self.network: Network = cal.regimes.networks[regime]
        self.euros = euros
        self.learning = learning
        self.shares = arrival_shares(cal.network.lag)
        self.movable = movables(cal, euros)
        self.worth_of_luck = worth_of_luck(cal, self.network)

    def path(self, noise: Floats, start: _State) -> TransitionPath:
        """All periods for the draws of this regime, noise (T, S, K)."""
        state, rows = start, []
        for luck in noise:
            passed, state = self._step(state, luck)
            rows.append(self._account(passed))
        return TransitionPath(
            **{name: np.stack([r[name] for r in rows]) for name in TransitionPath.__dataclass_fields__}
        )

    def after(self, noise: Floats) -> _State:
        """Where periods with this luck (T, S, K) lead from the baseline."""
        count = noise.shape[1]
        pipeline = in_transit(self.cal.network, self.shares, count)
        state = _State(pipeline, self.cal.beliefs.repeated(count), Owed.nothing(noise.shape[1:]))
        for luck in noise:
            _, state = self._step(state, luck)
        return state

    def _step(self, state: _State, luck: Floats) -> tuple[_Passed, _State]:
        """What happens in a period with this luck (S, K), and what it leaves."""
        response, pipeline, learnt, entered = self._period(state.pipeline, state.beliefs, luck)
        done = Equilibrium(self.network, response, state.beliefs, response.imbalance, 0)
        score = true_scores(self.cal, done)
        choose = partial(move, self.cal, self.movable)
        believed, kept = _believed(self.cal, done.beliefs), 1 - losses(self.cal)
        end = end_of_period(state.owed, score + luck, believed, kept, choose)
        value = value_per_attainment(self.network, done.x, score)
        passed = _Passed(done, entered, score, luck, end, value)
        return passed, _State(pipeline, learnt, end.later.after(end.moved, value))

    def _period(
        self, pipeline: Pipeline, beliefs: Beliefs, luck: Floats
    ) -> tuple[Response, Pipeline, Beliefs, Floats]:
        """Work done, what is under way after it, what people then believe, and units that entered stages."""
        now = present(self.network, self.shares, pipeline.now)
        response = act(self.cal, self.network, now, self.shares[0], beliefs, self.euros[None])
        entered = pipeline.now + response.x @ now.yields.T
        learnt = learn(self.cal, now, response, beliefs, luck, self.learning)
        return response, pipeline.after(self.network, self.shares, response.x), learnt, entered

    def _account(self, period: _Passed) -> dict[str, Floats]:
        """KPIs and money of a period."""
        cal, x, score, end, value = self.cal, period.done.x, period.score, period.end, period.value
        moved, kept = end.moved, 1 - losses(cal)
        pay = np.einsum("ik,sik->si", self.euros, team_pay(cal, end.attainment))
        moved_value = (value * (kept * moved.pulled - moved.held)).sum(axis=1)
        lucky = period.luck @ self.worth_of_luck
        sold = period.entered @ self.network.stage_value + x @ self.network.unit_value + lucky
        return {
            "x": x,
            "score": score,
            "attainment": end.attainment,
            "target": np.broadcast_to(cal.targets_at(period.done.beliefs), score.shape),
            "pay": pay,
            "gross": sold + end.due.value.sum(axis=1) + moved_value,
            "lucky": lucky,
            "direct_costs": x @ self.network.cash,
            "loaded_pay": pay @ loading(cal.scenario),
            "pulled": moved.pulled,
            "held": moved.held,
            "owed": end.due.attainment,
            "timing_cost": (value * losses(cal) * moved.pulled).sum(axis=1),
        }


def _believed(cal: Calibrated, beliefs: Beliefs) -> Floats:
    """m_k, (S, K): what the teams expect of the next period."""
    per = np.where(cal.network.is_rate, beliefs.denominator, 1.0)
    return np.asarray(beliefs.numerator / per / cal.targets_at(beliefs))
