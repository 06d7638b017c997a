"""One solve in progress: options, time, beliefs, and what it tells people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from optimizer.arrays import Floats
from optimizer.model.data import ModelData, model_data
from optimizer.plans.enumeration import Listing, is_single, listing
from optimizer.plans.evaluator import believed_exposure, judge_at, judge_consistent
from optimizer.plans.local_search import ScoredPlan, ScoredPlans
from optimizer.plans.space import PlanSpace
from optimizer.response.beliefs import Beliefs
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import Equilibrium, consistent_response
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.money_unit import in_unit
from optimizer.scenario.plan import IN_FORCE
from optimizer.solver.clock import Clock
from optimizer.solver.highs import Limits, Progress
from optimizer.solver.options import Options
from optimizer.solver.solution import Problem, Rejected, Round


@dataclass(frozen=True)
class Event:
    """Progress for people: the phase, and the solver's state where it runs."""

    phase: str
    text: str
    progress: Progress | None = None


OnEvent = Callable[[Event], None]
NEAR = 1e5
"""What a company's revenue today is near in the model's unit of money."""


@dataclass
class SolveState:
    """What a solve knows so far."""

    problem: Problem
    options: Options
    tell: OnEvent = lambda _: None
    started: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    """Set where somebody wants what was found so far."""
    clock: Clock = field(default_factory=Clock)
    rounds: list[Round] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    """Plans that people would not stay at."""
    choices: int = 1
    """Combinations of curves that are solved, this one included."""
    whole: bool = False
    """Every plan was judged at its own beliefs."""

    @property
    def cal(self) -> Calibrated:
        return self.problem.cal

    @property
    def space(self) -> PlanSpace:
        return self.problem.space

    @cached_property
    def every(self) -> Listing | None:
        """Every plan, where they are few enough to be judged whole."""
        return None if self.space.continuous else listing(self.space)

    @cached_property
    def imposed(self) -> bool:
        """Rules leave one plan: there is nothing to choose."""
        return self.choices == 1 and is_single(self.space)

    @cached_property
    def money(self) -> float:
        """Units of money in the model per unit of the scenario, a power of two: tolerances of the solver mean
        the same whether a company counts in euros or in rupiahs (model.md §13.13). Quadratic programs, where
        there are no steps, lose digits when amounts near 1, as in textbooks, are blown up."""
        network = self.cal.network
        size = max(abs(float(network.baseline @ network.marginal_value)), float(self.cal.current.sum()))
        unit = float(2.0 ** np.round(np.log2(NEAR / size))) if size > 0 else 1.0
        return min(unit, 1.0) if self.space.continuous else unit

    @cached_property
    def in_model(self) -> Problem:
        """The company and its plans, in the model's unit of money."""
        scenario = in_unit(self.cal.scenario, self.money)
        cal = calibrate(scenario, self.cal.seed).paid_by(self.space.terms)
        space = replace(self.space, scenario=scenario, unit=self.space.unit * self.money)
        return replace(self.problem, cal=cal, space=space)

    @cached_property
    def scored(self) -> ScoredPlans:
        """Every plan scored at its own beliefs."""
        judge = judge_consistent(self.cal, self.space)
        return ScoredPlans(judge, self.space, lambda: self.out_of_time)

    @property
    def incumbent(self) -> ScoredPlan | None:
        """The best plan scored so far; of those that break rules the one that breaks them least."""
        return self.scored.best()

    @property
    def limits(self) -> Limits:
        """What is left of the time; at least a moment, so that a result can be built."""
        left = None
        if self.options.time_limit is not None:
            left = max(0.1, self.options.time_limit - (time.monotonic() - self.started))
        return Limits(self.options.gap, left, self.options.threads, self.stop)

    @property
    def out_of_time(self) -> bool:
        limit = self.options.time_limit
        return self.stop.is_set() or (limit is not None and time.monotonic() - self.started >= limit)

    def timed(self, phase: str) -> AbstractContextManager[None]:
        """Add the wall time of a block to a phase."""
        return self.clock.timed(phase)

    def progress(self, phase: str) -> Callable[[Progress], None]:
        """A listener for the solver that tells people."""
        return lambda p: self.tell(Event(phase, "", p))


@dataclass(frozen=True)
class BeliefPoint:
    """Beliefs the model is solved at: one (S = 1) per regime, and exposure (K, J) where a rule needs it."""

    name: str
    beliefs: tuple[Beliefs, ...]
    exposure: Floats | None

    def data(self, state: SolveState) -> ModelData:
        """The model's numbers at these beliefs, in its own unit of money."""
        money = state.money
        beliefs = tuple(b.with_money(money) for b in self.beliefs)
        return model_data(state.in_model.cal, state.in_model.space, beliefs, self.exposure, money)


def scored_at(state: SolveState, at: BeliefPoint) -> ScoredPlans:
    """Nothing judged yet; plans will be at these beliefs, as the model sees them."""
    judge = judge_at(state.cal, state.space, at.beliefs, at.exposure)
    return ScoredPlans(judge, state.space, lambda: state.out_of_time)


def baseline_beliefs(state: SolveState) -> BeliefPoint:
    """Today's beliefs in every regime, and exposure at the current plan."""
    return BeliefPoint(
        "baseline",
        (state.cal.beliefs,) * len(state.cal.regimes),
        _exposure(state, state.cal.current[None]),
    )


def own_beliefs(state: SolveState, plan: ScoredPlan, name: str) -> BeliefPoint:
    """The consistent beliefs of a plan."""
    euros = state.space.euros(plan.units)[None]
    regimes = tuple(consistent_response(state.cal, n, euros) for n in state.cal.regimes.networks)
    return BeliefPoint(name, tuple(w.beliefs for w in regimes), _exposure(state, euros, regimes))


def _exposure(
    state: SolveState, euros: Floats, regimes: tuple[Equilibrium, ...] | None = None
) -> Floats | None:
    if state.cal.scenario.rules.exposure_limit is None:
        return None
    at = regimes or evaluate_plans(state.cal.paid_by(IN_FORCE), euros).by_regime
    return np.asarray(believed_exposure(state.cal, euros, at)[0])
