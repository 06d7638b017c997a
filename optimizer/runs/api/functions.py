"""The public functions: a scenario and plans from outside are checked first, then answered as by the verbs.

Each takes a `Scenario` or the path of one, and raises ScenarioError with the problems that its verb prints.
A plan may be a name, `{team: {kpi: weight}}`, a `Plan`, a plan file or a run folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.plans import budget_lines, evaluation
from optimizer.plans.budget_lines import BudgetLine
from optimizer.plans.evaluation import CURRENT, Evaluation, Influence
from optimizer.runs.api.border import (
    GivenPlan,
    GivenScenario,
    calibrating,
    checked_plan,
    checked_scenario,
    checked_seed,
    raise_findings,
)
from optimizer.runs.options import RunOptions, options_problems
from optimizer.scenario.checks import problems_of
from optimizer.scenario.seed import SEED
from optimizer.solver.options import Options

if TYPE_CHECKING:
    from optimizer.runs.solve import Run
    from optimizer.solver import Solution
    from optimizer.solver.state import OnEvent


def evaluate(scenario: GivenScenario, plan: GivenPlan | None = None, seed: int = SEED) -> Evaluation:
    """What people do under a plan, next period and once they have learnt; None is the current plan."""
    checked = checked_scenario(scenario)
    chosen = checked_plan(checked, plan)
    with calibrating():
        return evaluation.evaluate(checked, chosen, checked_seed(seed))


def compare(
    scenario: GivenScenario,
    plans: Mapping[str, GivenPlan] | Iterable[str | PathLike[str]] | None = None,
    seed: int = SEED,
) -> dict[str, Evaluation]:
    """Plans side by side, and the rules each breaks; without plans, the current one and every named one."""
    checked = checked_scenario(scenario)
    if plans is None:
        plans = [CURRENT, *checked.plans]
    given = plans if isinstance(plans, Mapping) else {fspath(name): name for name in plans}
    chosen = {name: checked_plan(checked, plan) for name, plan in given.items()}
    with calibrating():
        return evaluation.compare(checked, chosen, checked_seed(seed))


def check_budget(scenario: GivenScenario, plan: GivenPlan, seed: int = SEED) -> tuple[BudgetLine, ...]:
    """Every budget line of a plan once people have learnt; a slack below 0 is an excess."""
    checked = checked_scenario(scenario)
    chosen = checked_plan(checked, plan)
    with calibrating():
        return budget_lines.check_budget(checked, chosen, checked_seed(seed))


def measures(scenario: GivenScenario) -> Influence:
    """What each team can move, and what the others can do to it."""
    checked = checked_scenario(scenario)
    with calibrating():
        return evaluation.influence(checked)


def solve(
    scenario: GivenScenario, options: Options | None = None, on_event: OnEvent | None = None
) -> Solution:
    """The plan that maximizes the scenario's objective under its rules, with its certificate.

    Every status is a value, not an exception. Ctrl-C ends the search and keeps the best plan found.
    """
    checked = checked_scenario(scenario)
    raise_findings(options_problems(checked, options or Options()))
    from optimizer import solver

    with calibrating():
        return solver.solve(checked, options, on_event)


def solve_to_folder(
    scenario: GivenScenario,
    folder: str | PathLike[str],
    options: RunOptions | None = None,
    plan: GivenPlan | None = None,
) -> Run:
    """Solve, and write the run folder that the verb writes: result, tables, documents, hashes.

    With a plan it is the only one to choose from, and the folder is about it.
    """
    checked, asked = checked_scenario(scenario), options or RunOptions()
    raise_findings(options_problems(checked, asked))
    from optimizer.runs import solve as runs

    chosen = None if plan is None else checked_plan(checked, plan)
    if chosen is not None:
        raise_findings(problems_of(runs.imposed(checked, chosen)))
    with calibrating():
        return runs.solve_to_folder(checked, Path(folder), asked, chosen)
