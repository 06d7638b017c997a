"""One HiGHS solver, its options and limits, and what it found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import highspy

MilpStatus = Literal["optimal", "feasible", "infeasible", "unknown"]
INTEGRALITY = 1e-9
SEED = 0


class InfeasibleError(Exception):
    """No plan keeps the rules at these beliefs."""


@dataclass(frozen=True)
class Progress:
    """What the solver knows now: best value, proven bound, relative gap, seconds in this solve."""

    incumbent: float
    bound: float
    gap: float
    seconds: float


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Limits:
    """`gap` relative, `seconds` per call, `threads` of HiGHS (None: those in use); `stop` ends it."""

    gap: float = 1e-4
    seconds: float | None = None
    threads: int | None = None
    stop: threading.Event | None = None

    @property
    def interrupted(self) -> bool:
        return self.stop is not None and self.stop.is_set()


@dataclass(frozen=True)
class MilpResult:
    """`feasible` means a limit stopped the proof; `bound` is proven either way, to within the gap asked for:
    HiGHS drops branches that promise no more than that, and forgets their bounds."""

    status: MilpStatus
    objective: float
    bound: float
    values: dict[int, float]
    """Column values by id of the Pyomo variable."""

    def value(self, variable: Any) -> float:
        """Value of a Pyomo variable (its own where the compiler dropped it as fixed)."""
        return self.values.get(id(variable), variable.value if variable.fixed else 0.0)


_threads = [1]
"""Threads of HiGHS' scheduler: one number for the whole process."""


def use_threads(threads: int) -> None:
    """From now on, in linear programs too: HiGHS refuses to run with another number than its scheduler has.

    The scheduler starts anew only where the number changes; doing so before every program has corrupted
    memory (1.15.1). Programs begun before are not to be run again after a change.
    """
    if _threads != [threads]:
        highspy.Highs.resetGlobalScheduler(True)
        _threads[:] = [threads]


def new_solver() -> Any:
    """A silent solver with our tolerances and seed, and the threads in use."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for name, value in {
        "threads": _threads[0],
        "random_seed": SEED,
        "mip_feasibility_tolerance": INTEGRALITY,
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
    }.items():
        solver.setOptionValue(name, value)
    return solver
