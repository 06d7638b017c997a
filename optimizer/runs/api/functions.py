"""The public functions: a scenario and plans from outside are checked first, then answered as by the verbs.

Each takes a `Scenario` or the path of one, and raises ScenarioError with the problems that its verb prints.
A plan may be a name, `{team: {kpi: weight}}`, a `Plan`, a plan file or a run folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING

from optimizer.plans import evaluation
from optimizer.plans.evaluation import CURRENT, BudgetLine, Compared, Evaluation, Influence
from optimizer.runs.api.border import (
    GivenPlan,
    GivenScenario,
    calibrating,
    checked_plan,
    checked_scenario,
    checked_seed,
    raise_found,
)
from optimizer.scenario.problems import Finding
from optimizer.scenario.seed import SEED

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.solver import Options, Solution
    from optimizer.solver.state import OnEvent


def evaluate(scenario: GivenScenario, plan: GivenPlan | None = None, seed: int = SEED) -> Evaluation:
    """What people do under a plan, next period and once they have learnt; None is the current plan."""
    company = checked_scenario(scenario)
    chosen = checked_plan(company, plan)
    with calibrating():
        return evaluation.evaluate(company, chosen, checked_seed(seed))


def compare(
    scenario: GivenScenario,
    plans: Mapping[str, GivenPlan] | Iterable[str | PathLike[str]] | None = None,
    seed: int = SEED,
) -> dict[str, Compared]:
    """Plans side by side, and the rules each breaks; without plans, the current one and every named one."""
    company = checked_scenario(scenario)
    if plans is None:
        plans = [CURRENT, *company.plans]
    given = plans if isinstance(plans, Mapping) else {fspath(name): name for name in plans}
    chosen = {name: checked_plan(company, plan) for name, plan in given.items()}
    with calibrating():
        return evaluation.compare(company, chosen, checked_seed(seed))


def check_budget(scenario: GivenScenario, plan: GivenPlan, seed: int = SEED) -> tuple[BudgetLine, ...]:
    """Every budget line of a plan once people have learnt; a slack below 0 is an excess."""
    company = checked_scenario(scenario)
    chosen = checked_plan(company, plan)
    with calibrating():
        return evaluation.check_budget(company, chosen, checked_seed(seed))


def measures(scenario: GivenScenario) -> Influence:
    """What each team can move, and what the others can do to it."""
    company = checked_scenario(scenario)
    with calibrating():
        return evaluation.influence(company)


def solve(
    scenario: GivenScenario, options: Options | None = None, on_event: OnEvent | None = None
) -> Solution:
    """The plan that maximizes the scenario's objective under its rules, with its certificate.

    Every status is a value, not an exception. Ctrl-C ends the search and keeps the best plan found.
    """
    company = checked_scenario(scenario)
    raise_found(options_problems(company, options))
    from optimizer import solver

    with calibrating():
        return solver.solve(company, options, on_event)


def options_problems(scenario: Scenario, options: Options | None) -> list[Finding]:
    """What cannot be asked of this scenario."""
    if options is None or not options.alternatives or scenario.rules.weights.step:
        return []
    message = "alternatives are plans that differ by steps, and rules.weights.step is 0"
    return [Finding(("options", "alternatives"), str(options.alternatives), message, "write 0.05 there")]
