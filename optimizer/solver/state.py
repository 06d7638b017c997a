"""One solve in progress: options, time, beliefs, and what it tells people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from optimizer.arrays import Floats
from optimizer.model.data import ModelData, model_data
from optimizer.plans.evaluator import believed_exposure, judge_at
from optimizer.plans.local_search import ScoredPlan, ScoredPlans
from optimizer.plans.space import PlanSpace
from optimizer.response.beliefs import Beliefs
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium, consistent_response
from optimizer.response.outcome import evaluate_plans
from optimizer.solver.highs import Limits, Progress
from optimizer.solver.options import Options
from optimizer.solver.solution import Rejected, Round


@dataclass(frozen=True)
class Event:
    """Progress for people: the phase, and the solver's state where it runs."""

    phase: str
    text: str
    progress: Progress | None = None


OnEvent = Callable[[Event], None]


@dataclass
class Run:
    """What a solve knows so far, and where time went."""

    cal: Calibrated
    space: PlanSpace
    options: Options
    tell: OnEvent
    started: float
    stop: threading.Event = field(default_factory=threading.Event)
    """Set where somebody wants what was found so far."""
    rounds: list[Round] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    """Plans that people would not stay at."""

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

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the wall time of a block to a phase."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - began

    def progress(self, phase: str) -> Callable[[Progress], None]:
        """A listener for the solver that tells people."""
        return lambda p: self.tell(Event(phase, "", p))


@dataclass(frozen=True)
class BeliefPoint:
    """Beliefs the model is solved at: one (S = 1) per regime, and exposure (K, J) where a rule needs it."""

    name: str
    beliefs: tuple[Beliefs, ...]
    exposure: Floats | None

    def data(self, run: Run) -> ModelData:
        """The model's numbers at these beliefs."""
        return model_data(run.cal, run.space, self.beliefs, self.exposure)


def scored_at(run: Run, at: BeliefPoint) -> ScoredPlans:
    """Nothing judged yet; plans will be at these beliefs, as the model sees them."""
    judge = judge_at(run.cal, run.space, at.beliefs, at.exposure)
    return ScoredPlans(judge, run.space, lambda: run.out_of_time)


def baseline_beliefs(run: Run) -> BeliefPoint:
    """Today's beliefs in every regime, and exposure at the current plan."""
    return BeliefPoint(
        "baseline",
        (run.cal.beliefs,) * len(run.cal.regimes),
        _exposure(run, run.cal.current[None]),
    )


def own_beliefs(run: Run, plan: ScoredPlan, name: str) -> BeliefPoint:
    """The consistent beliefs of a plan."""
    euros = run.space.euros(plan.units)[None]
    regimes = tuple(consistent_response(run.cal, n, euros) for n in run.cal.regimes.networks)
    return BeliefPoint(name, tuple(w.beliefs for w in regimes), _exposure(run, euros, regimes))


def _exposure(run: Run, euros: Floats, regimes: tuple[Equilibrium, ...] | None = None) -> Floats | None:
    gaming = run.cal.scenario.rules.gaming
    if gaming is None or gaming.exposure is None:
        return None
    at = regimes or evaluate_plans(run.cal.today, euros).by_regime
    return np.asarray(believed_exposure(run.cal, euros, at)[0])
