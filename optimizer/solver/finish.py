"""From a plan and its checks to a solution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.judge import Linearised, judge_consistent
from optimizer.network import Ints
from optimizer.outcome import evaluate_plans
from optimizer.plan import plan_from_euros
from optimizer.solver.certificate import relative_gap
from optimizer.solver.run import Event, Run
from optimizer.solver.solution import Check, Solution, Status
from optimizer.space import every_plan, plan_space

INTERNAL = {"model_accepts_plan", "model_value", "regret", "bounds", "rules", "equilibrium_residual"}
"""Checks whose failure means the software is wrong, not that the proof is missing."""


def status_of(checks: list[Check]) -> Status:
    """What the checks allow to say."""
    failed = {c.name for c in checks if not c.ok}
    if failed & INTERNAL:
        return "error"
    return "feasible" if failed - {"denominator_floor"} else "optimal"


def enumerated(run: Run, value: float) -> Iterator[Check]:
    """On request: every plan at a coarser step, judged at its own beliefs, against a plan's value."""
    step = run.options.enumerate_step
    if step is None:
        return
    coarse = plan_space(run.cal, run.space.controllability, step)
    judge, top, count = judge_consistent(run.cal, coarse), -np.inf, 0
    for block in every_plan(coarse):
        if run.out_of_time:
            break
        found = judge(block)
        count += len(block)
        top = max(top, float(found.value[found.kept].max(initial=-np.inf)))
        run.tell(Event("enumerate", f"{count:,} plans"))
    ahead = (top - value) / max(1.0, abs(value))
    ok = ahead <= run.options.gap and not run.out_of_time
    yield Check("enumeration", ok, ahead, run.options.gap, f"{count:,} plans at step {step:g}")


def finished(
    run: Run,
    blank: Solution,
    status: Status,
    units: Ints,
    value: float,
    bound: float,
    checks: list[Check],
    seen: Linearised | None,
) -> Solution:
    """The solution with what people do under its plan."""
    euros = run.space.euros(units)
    with run.timed("evaluate"):
        first = evaluate_plans(run.cal, euros[None], "first_response")
        consistent = evaluate_plans(run.cal, euros[None])
    return replace(
        blank,
        status=status,
        plan=plan_from_euros(run.cal.scenario, euros),
        euros=euros,
        objective=value,
        bound=bound,
        gap=relative_gap(value, bound),
        first_response=first,
        consistent=consistent,
        linearised=seen,
        rounds=tuple(run.rounds),
        checks=tuple(checks),
        seconds=dict(run.seconds),
    )
