"""From a scenario to a run folder, once: solve, compare in draws, explain, tables, documents, hashes.

Behind `incentives solve`, every run of a batch, and `optimizer.solve_to_folder`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from optimizer.explanation.build import Explanation, better_plans, explain
from optimizer.explanation.full import explain_fully
from optimizer.parallel.interrupt import interruptible
from optimizer.parallel.pool import Workers
from optimizer.plans.robustness import DRAWS
from optimizer.runs.deadlines import Deadlines
from optimizer.runs.folder import refuse_foreign, refuse_unwritable
from optimizer.runs.options import RunOptions
from optimizer.runs.write import write_run
from optimizer.scenario.plan import Plan, pay_decided
from optimizer.scenario.problems import InputProblem, ScenarioError, listed
from optimizer.scenario.types import Scenario
from optimizer.scenario.write import dump_scenario
from optimizer.solver import Event, Solution, solve
from optimizer.solver.clock import Clock
from optimizer.solver.improve import improved
from optimizer.solver.robust import robustly

MOST_TURNS = 3
"""Times that a better plan met while explaining becomes the answer, and is explained again."""


class Listener(Protocol):
    """Who hears how a run goes on; `lines` become its log."""

    lines: list[str]

    def tell(self, event: Event) -> None:
        """An event of the solver."""

    def tell_share(self, what: str, done: int, of: int) -> None:
        """How many of the jobs of one kind are done."""

    def say(self, text: str) -> None:
        """A line that stays."""


class Nobody:
    """Hears nothing."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, event: Event) -> None:
        """Not heard."""

    def tell_share(self, what: str, done: int, of: int) -> None:
        """Not heard."""

    def say(self, text: str) -> None:
        """Not heard."""


@dataclass(frozen=True)
class Run:
    """A run folder, what it was written from, and the wall time [s] of every phase."""

    folder: Path
    explanation: Explanation
    seconds: dict[str, float]
    left_out: tuple[str, ...] = ()
    """What there was no time for, as the manifest says it."""

    @property
    def solution(self) -> Solution:
        return self.explanation.solution


def solve_to_folder(
    scenario: Scenario,
    folder: Path,
    options: RunOptions,
    plan: Plan | None = None,
    *,
    source: bytes | None = None,
    listener: Listener | None = None,
    workers: int = 1,
) -> Run:
    """Solve and report. With a `plan` it is the only one to choose from, and the folder is about it.

    `source` is the scenario's file as it was found. The time limit bounds search, explanation and documents
    together; what there was no time for is left out, as at Ctrl-C, and the manifest says so. Raises
    NotARunFolderError, or OSError for a place that cannot be written, before the work; RangeError where
    nothing can be drawn.
    """
    refuse_foreign(folder)
    refuse_unwritable(folder.resolve().parent)
    scenario = scenario if plan is None else imposed(scenario, plan)
    listener, clock, ends = listener or Nobody(), Clock(), Deadlines.of(time.monotonic(), options.limit)
    explanation = explained(scenario, options, listener, clock, workers)
    listener.say(f"writing {folder}")
    with interruptible():  # nothing is left to cut short
        source, lines = source or dump_scenario(scenario).encode(), listener.lines
        left_out = write_run(folder, source, explanation, options, lines, clock, ends.documents)
    return Run(folder, explanation, clock.seconds, left_out)


def explained(
    scenario: Scenario,
    options: RunOptions,
    listener: Listener,
    clock: Clock | None = None,
    workers: int = 1,
) -> Explanation:
    """What a run folder is written from: the solution, compared in draws where asked, and explained."""
    ends, search = Deadlines.of(time.monotonic(), options.limit), options.for_search
    clock = clock or Clock()
    solution = solve(scenario, search, listener.tell, clock)
    with Workers(workers) as crew:
        if options.robust or options.draws:
            tell = partial(listener.tell_share, "draws, in portions")
            solution = robustly(solution, search, options.robust, options.draws or DRAWS, crew, tell, clock)
        with clock.timed("explain"):
            explanation = _explained(solution, options, crew, listener, ends)
            for _ in range(MOST_TURNS):
                better = improved(solution, search, better_plans(explanation), listener.tell, clock)
                if better is None:
                    break
                listener.say("a better plan was met on the way: it is the answer now")
                solution, explanation = better, _explained(better, options, crew, listener, ends)
            return explanation


def imposed(scenario: Scenario, plan: Plan) -> Scenario:
    """The company in which this plan is the only one: its weights locked, its curves chosen, pay as today.

    Raises ScenarioError for a plan that pays a team something else at target: no file could fix that.
    """
    changed = [team for team, pay in pay_decided(scenario, plan).items() if pay != _paid(scenario, team)]
    if changed:
        message = f"changes the target pay of {listed(changed)}, and a folder about one plan keeps today's"
        raise ScenarioError(
            [InputProblem("plan.target_pay", "", message, "write it as target_pay in the scenario")]
        )
    _refuse_own_terms(scenario, plan)
    teams = {
        name: team.model_copy(update={"target_pay": team.current_pay})
        for name, team in scenario.teams.items()
    }
    curves = {team: (name,) for team, name in plan.curves.items()}
    rules = scenario.rules.model_copy(update={"locks": plan.weights, "curves": curves})
    return scenario.model_copy(update={"teams": teams, "rules": rules})


def _refuse_own_terms(scenario: Scenario, plan: Plan) -> None:
    """Rules can choose among named curves of teams, and nothing else of how a plan pays."""
    drawn = [
        at for at, curve in plan.curves.items() if not isinstance(curve, str) or at not in scenario.teams
    ]
    if drawn or plan.targets or plan.issued is not None:
        own = listed([*(f"curves.{at}" for at in drawn), *(["targets"] if not drawn else [])])
        message = f"brings {own} of its own, which no rule can impose"
        hint = "`incentives report RUN --plan PLAN` makes a folder about any plan"
        raise ScenarioError([InputProblem("plan", "", message, hint)])


def _paid(scenario: Scenario, team: str) -> float:
    return float(scenario.teams[team].current_pay)


def _explained(
    solution: Solution, options: RunOptions, workers: Workers, listener: Listener, ends: Deadlines
) -> Explanation:
    """Ctrl-C leaves out what takes long: the plan is known."""
    listener.say("explaining the plan")
    try:
        explanation = explain(solution, workers, listener.tell_share, ends.explanation)
        if options.explain == "board":
            return explanation
        return explain_fully(explanation, options, workers, listener.tell_share, ends.explanation)
    except KeyboardInterrupt:
        listener.say("interrupted: what takes long to explain is left out")
        return explain(solution, until=0.0)
