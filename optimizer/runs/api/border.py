"""The border of the package: whatever comes in from Python is checked as the verbs check their files.

Everything behind it takes what it is given as sound, and inner loops calibrate unchecked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optimizer.plans.evaluation import CURRENT
from optimizer.response.calibration import CalibrationError
from optimizer.runs.api.reading import shown_type
from optimizer.runs.folder import refuse_changed
from optimizer.scenario.checks import curves, pay_problems
from optimizer.scenario.plan import Plan, PlanWeights, plan_of, stated_of
from optimizer.scenario.plan_types import StatedPlan
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError, did_you_mean
from optimizer.scenario.read import plan_in_value, read_plan, read_recommended, read_scenario
from optimizer.scenario.seed import LARGEST
from optimizer.scenario.types import Scenario

GivenPlan = PlanWeights | StatedPlan | Plan | str | os.PathLike[str]
"""A plan: its name in the scenario, what a plan file says, a `Plan`, a plan file or a run folder."""


def checked_plan(scenario: Scenario, given: GivenPlan | None) -> Plan:
    """The plan that is meant, checked as a plan file is; None is the current one. Raises ScenarioError."""
    if given is None:
        return plan_of(scenario, scenario.current_plan)
    if isinstance(given, str | os.PathLike):
        return plan_named(scenario, given)
    if isinstance(given, StatedPlan):
        given = plan_of(scenario, given)
    plan = given if isinstance(given, Plan) else None
    stated, findings = plan_in_value(scenario, plain(plan.weights if plan else given), ("plan",))
    if plan is not None:
        findings += pay_problems(scenario, plan.target_pay, stated_of(plan))
        findings += curves.problems_of_plan(scenario, plan, ("plan",))
    raise_findings(findings)
    return plan or plan_of(scenario, stated)


def plan_named(scenario: Scenario, name: str | os.PathLike[str]) -> Plan:
    """A named plan, `current`, that of a plan file, or what a run folder recommends.

    Raises ScenarioError; NotARunFolderError or ChangedRunError where a folder is not what a solve wrote.
    """
    if name == CURRENT:
        return plan_of(scenario, scenario.current_plan)
    if isinstance(name, str) and name in scenario.plans:
        return plan_of(scenario, scenario.plans[name])
    if not Path(name).exists():
        raise UnknownPlanError(_no_plan(scenario, os.fspath(name)))
    if (Path(name) / "result.json").is_file():
        refuse_changed(Path(name))
        _refuse_other_money(Path(name), scenario)
        return read_recommended(Path(name), scenario)
    return plan_of(scenario, read_plan(name, scenario))


def _refuse_other_money(run: Path, scenario: Scenario) -> None:
    """Target pay of a run is money per period: in another currency or period it means something else."""
    told, here = ((s.currency, s.period) for s in (read_scenario(run / "scenario.yaml"), scenario))
    if told != here:
        of, this = (f"{currency} per {period.replace('_', '-')}" for currency, period in (told, here))
        message = f"the plan of {run} is in {of}, and the scenario in {this}"
        hint = "name a run of this company, or write the weights as a plan file"
        raise ScenarioError([InputProblem("plan", "", message, hint)])


class UnknownPlanError(ScenarioError):
    """A name that is no plan's."""


def _no_plan(scenario: Scenario, name: str) -> list[InputProblem]:
    known = [CURRENT, *scenario.plans]
    message = f"{name!r} is neither a plan of the scenario ({', '.join(known)}) nor a file or run"
    return [InputProblem("plan", "", message, did_you_mean(name, known))]


def checked_seed(seed: int) -> int:
    """The seed. Raises ScenarioError where it is none."""
    if type(seed) is not int or not 0 <= seed <= LARGEST:
        hint = f"write a whole number from 0 to {LARGEST}"
        raise refusal([Finding(("seed",), shown_type(seed), "is no seed", hint)])
    return seed


@contextmanager
def calibrating() -> Iterator[None]:
    """A baseline that cannot be calibrated is a problem of the scenario, where the verbs say that it is."""
    try:
        yield
    except CalibrationError as error:
        raise ScenarioError([InputProblem("activities", "", str(error), "")]) from error


def raise_findings(findings: Iterable[Finding]) -> None:
    """Raise ScenarioError if there are any."""
    listed = list(findings)
    if listed:
        raise refusal(listed)


def refusal(findings: Iterable[Finding]) -> ScenarioError:
    """Findings without a file to point into, as an error."""
    return ScenarioError(finding.problem() for finding in findings)


def plain(value: Any) -> Any:
    """Mappings of any kind as dictionaries, which is what a file has."""
    return {key: plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value
