"""What a run folder says, from its scenario and its plan alone, as the solve that wrote it would have had it.

What only a search can know is taken from the folder as it stands there, and named (`CLAIMS`): whoever wants
that proven solves again (`solved_again`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from optimizer.explanation.build import Explanation, explain
from optimizer.plans.enumeration import listing
from optimizer.plans.evaluator import linearised
from optimizer.plans.statuses import SETTLED
from optimizer.response.global_response import Deviation
from optimizer.runs.options import RunOptions
from optimizer.runs.solve import Nobody, explained
from optimizer.runs.write import CUT
from optimizer.scenario.plan import IN_FORCE, Plan, plan_in
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Label
from optimizer.solver.optimize import problem_of, solve, under
from optimizer.solver.solution import (
    Alternative,
    Asked,
    Certificate,
    Check,
    Combination,
    Conflict,
    Given,
    MovedLimit,
    Problem,
    Rejected,
    Round,
    Solution,
)
from optimizer.solver.verdict import chosen_in

Json = Mapping[str, Any]
SEARCHED = ("robustness",)
"""Keys of `result.json`, and tables, that are as much work again as the run was."""
SOLVED = ("rule_prices", "frontier")
"""Tables that take a solve for every row."""


@dataclass(frozen=True)
class Claim:
    """A run as it says it is."""

    scenario: Scenario
    options: RunOptions
    result: Json
    left_out: tuple[str, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        """Of SEARCHED and SOLVED, what is there."""
        full = SOLVED if self.options.explain == "full" else ()
        return (*(name for name in SEARCHED if name in self.result), *full)


def claim_of(scenario: Scenario, options: Json, result: Json, left_out: tuple[str, ...]) -> Claim:
    """Raises ValueError for options that cannot be, TypeError for such as there are none."""
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
    }
    return Claim(scenario, RunOptions(**given), result, left_out)


def rebuilt(claim: Claim) -> Explanation:
    """The explanation of the run, from scenario and plan. Raises CalibrationError, KeyError, ValueError or
    TypeError where these are none."""
    cut = CUT in claim.left_out
    return explain(solution_in(claim), until=0.0 if cut else math.inf)


def is_cheap(claim: Claim, few: int) -> bool:
    """Whether a proof is claimed over few plans, all of which were judged: solving again takes little."""
    space = problem_of(claim.scenario, claim.options.seed).space
    ways = math.prod(len(names) for names in claim.scenario.rules.curves.values())
    proven = claim.result["status"] in SETTLED
    plain = claim.options.robust is None and claim.options.draws is None
    if not proven or not plain or space.continuous:
        return False
    every = listing(space)
    return every is not None and every.count * ways <= few


def solved_again(claim: Claim) -> Explanation:
    """The explanation of a new solve with the same options, without limit of time."""
    return explained(claim.scenario, replace(claim.options, time_limit=None), Nobody())


def proof_again(claim: Claim) -> Solution:
    """A new solve with the same options, without limit of time, and nothing more."""
    return solve(claim.scenario, replace(claim.options, time_limit=None))


# --- the solution as it is claimed ----------------------------------------------------------------------


def solution_in(claim: Claim) -> Solution:
    """The solution that the run says it is. Raises as `rebuilt`."""
    result, scenario = claim.result, claim.scenario
    plan = None if result["plan"] is None else plan_in(result)
    problem = under(problem_of(scenario, claim.options.seed), plan.terms if plan else IN_FORCE)
    chosen = None
    if plan is not None:
        space, euros = problem.space, plan.euros(scenario)
        exact = euros if "given" in result else space.euros(space.units(euros))
        chosen = chosen_in(problem, exact)
    conflict = result.get("conflict")
    return Solution(
        problem=problem,
        status=result["status"],
        chosen=chosen,
        certificate=_certificate(result),
        conflict=None if conflict is None else _conflict(conflict),
        asked=_asked(claim, problem),
    )


def _certificate(result: Json) -> Certificate:
    there = result["objective"] is not None
    return Certificate(
        objective=_number(result["objective"], math.nan),
        bound=_number(result["bound"], math.inf if there else math.nan),
        gap=_number(result["gap"], math.inf if there else math.nan),
        checks=tuple(Check(**_finite(check, "value", "limit")) for check in result["checks"]),
        rounds=tuple(Round(**_finite(one, "objective", "bound", "value")) for one in result["rounds"]),
        rejected=tuple(_rejected(one) for one in result.get("rejected", ())),
    )


def _number(value: float | None, none: float) -> float:
    return none if value is None else float(value)


def _finite(record: Json, *numbers: str) -> dict[str, Any]:
    """JSON has no infinity: where a number is missing it was one."""
    return {**record, **{name: _number(record[name], math.inf) for name in numbers}}


def _rejected(record: Json) -> Rejected:
    deviations = ({key: value for key, value in d.items() if key != "words"} for d in record["deviations"])
    return Rejected(_plan(record), record["value"], tuple(Deviation(**d) for d in deviations))


def _plan(record: Json) -> Plan:
    return Plan(record["plan"], record["target_pay"])


def _conflict(record: Json) -> Conflict:
    moved = (MovedLimit(one["rule"], one["limit"], one["by"]) for one in record["cheapest"])
    return Conflict(tuple(record["rules"]), tuple(moved), record["exact"])


def _asked(claim: Claim, problem: Problem) -> Asked:
    result = claim.result
    seen = None
    if claim.options.beliefs == "baseline" and result["plan"] is not None:
        cal, euros = problem.cal, plan_in(result).euros(claim.scenario)
        exact = problem.space.euros(problem.space.units(euros))[None]
        seen = linearised(cal, exact, (cal.beliefs,) * len(cal.regimes)).one(0)
    return Asked(
        alternatives=tuple(
            Alternative(_plan(a), a["value"], a["proven"]) for a in result.get("alternatives", ())
        ),
        combinations=tuple(_combination(c) for c in result.get("combinations", ())),
        linearised=seen,
        given=_given(result["given"]) if "given" in result else None,
    )


def _given(record: Json) -> Given:
    return Given(record["name"], record["label"] and Label.model_validate(record["label"]))


def _combination(record: Json) -> Combination:
    there = record["objective"] is not None
    return Combination(
        record["curves"],
        record["status"],
        _number(record["objective"], math.nan),
        _number(record["bound"], math.inf if there else math.nan),
        None if record["plan"] is None else replace(_plan(record), curves=record["curves"]),
    )
