"""One line per instance: our time to each gap, peers on the same program, searches at equal time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer import Options, Solution
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.local_search import ScoredPlan
from optimizer.solver import solve
from optimizer.solver.belief_rounds import solve_at
from optimizer.solver.highs import Limits
from optimizer.solver.state import BeliefPoint, SolveState, own_beliefs
from tests.benchmarks.peers.instances import Instance
from tests.benchmarks.peers.searches import Search, descend, evolve
from tests.benchmarks.peers.solvers import PeerResult, gurobi, plain_highs, scip, write_plain

GAPS = (1e-3, 1e-4, 1e-6)
EQUAL = 1e-4
"""The gap at which peers and searches are compared."""
SHORTEST = 1.0
"""Seconds that a search gets at least."""


@dataclass(frozen=True)
class Budget:
    """Seconds at most for one solve of ours, and for one of a peer's."""

    ours: float = 180.0
    peer: float = 120.0
    gaps: tuple[float, ...] = GAPS


@dataclass(frozen=True)
class Ours:
    """One of our solves: whole, from calibration to certificate."""

    gap_asked: float
    seconds: float
    status: str
    gap: float
    value: float
    bound: float
    rounds: int


@dataclass(frozen=True)
class Found:
    """What a search found in `seconds`, and by which share it misses our plan (negative: it is ahead)."""

    seconds: float
    plans: int
    value: float
    miss: float


@dataclass(frozen=True)
class Line:
    """Everything about one instance."""

    name: str
    objective: str
    teams: int
    activities: int
    pairs: int
    size: tuple[int, int]
    """Rows and columns of the plain program."""
    ours: tuple[Ours, ...]
    same_program: PeerResult
    """Ours on the program that the peers get."""
    peers: dict[str, PeerResult]
    searches: dict[str, Found]

    @property
    def proven(self) -> bool:
        """Every solve ended with its certificate."""
        return all(o.status == "optimal" for o in self.ours)


def measure_lines(instances: list[Instance], budget: Budget, tell: Callable[[str], None]) -> Iterator[Line]:
    """One line after the other."""
    for instance in instances:
        tell(f"{instance.name}, {instance.objective}")
        yield _line(instance, budget, tell)


def _line(instance: Instance, budget: Budget, tell: Callable[[str], None]) -> Line:
    solved = [_solved(instance, gap, budget, tell) for gap in budget.gaps]
    ours = tuple(o for o, _ in solved)
    nearest = min(range(len(ours)), key=lambda j: abs(np.log(ours[j].gap_asked / EQUAL)))
    solution = solved[nearest][1]
    state, at = _at_own_beliefs(solution)
    data = at.data(state)
    limits = Limits(EQUAL, budget.peer)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plain.mps"
        size = write_plain(data, file)
        tell("  peers")
        same = _same_program(state, at, limits)
        peers = {
            "HiGHS": plain_highs(data, limits),
            "SCIP": scip(file, limits),
            "Gurobi": gurobi(file, limits),
        }
    tell("  searches")
    seconds = max(SHORTEST, ours[nearest].seconds)
    judge = judge_consistent(solution.problem.cal, solution.problem.space)
    searches = {
        name: _found(search(solution.problem.space, judge, seconds), ours[nearest])
        for name, search in {"differential evolution": evolve, "Nelder-Mead": descend}.items()
    }
    explicit, pairs = len(instance.scenario.activities), len(solution.problem.space.pairs)
    teams = len(instance.scenario.teams)
    return Line(instance.name, instance.objective, teams, explicit, pairs, size, ours, same, peers, searches)


def _solved(
    instance: Instance, gap: float, budget: Budget, tell: Callable[[str], None]
) -> tuple[Ours, Solution]:
    began = time.perf_counter()
    solution = solve(instance.scenario, Options(gap=gap, time_limit=budget.ours))
    seconds = time.perf_counter() - began
    tell(f"  gap {gap:g}: {solution.status} in {seconds:.1f} s")
    rounds = len(solution.certificate.rounds)
    return Ours(
        gap,
        seconds,
        solution.status,
        solution.certificate.gap,
        solution.certificate.objective,
        solution.certificate.bound,
        rounds,
    ), solution


def _at_own_beliefs(solution: Solution) -> tuple[SolveState, BeliefPoint]:
    """The beliefs of the plan (today's where there is no plan)."""
    state = SolveState(solution.problem, Options())
    euros = solution.chosen.euros if solution.chosen else solution.problem.cal.current
    plan = ScoredPlan(solution.problem.space.units(euros), solution.certificate.objective, True, 0.0)
    return state, own_beliefs(state, plan, "final")


def _same_program(state: SolveState, at: BeliefPoint, limits: Limits) -> PeerResult:
    """From the setting to the proof: local search, regions, cells and HiGHS are all part of the time."""
    began = time.perf_counter()
    answer, _ = solve_at(state, at, limits)
    seconds = time.perf_counter() - began
    if answer.units is None:
        return PeerResult(seconds, None, None, "no plan found")
    gap = max(0.0, answer.bound - answer.objective) / max(1e-9, abs(answer.objective))
    return PeerResult(seconds, answer.objective, gap)


def _found(search: Search, ours: Ours) -> Found:
    miss = (ours.value - search.best) / max(1e-9, abs(ours.value))
    return Found(search.seconds, search.plans, search.best, float(miss))
