"""A run folder about a plan that was given: every document of it, and nothing searched."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from optimizer.explanation.build import explain
from optimizer.response.outcome import value_of
from optimizer.runs.folder import NotARunFolderError, refuse_changed, refuse_foreign, refuse_unwritable
from optimizer.runs.options import RunOptions
from optimizer.runs.rewrite import rewrite_documents
from optimizer.runs.write import write_run
from optimizer.scenario.plan import Plan, plan_in_told_words
from optimizer.scenario.problems import InputProblem, ScenarioError
from optimizer.scenario.types import Scenario
from optimizer.scenario.write import dump_scenario
from optimizer.solver.certificate import check_equilibrium, check_global, check_sample
from optimizer.solver.clock import Clock
from optimizer.solver.optimize import problem_of, under
from optimizer.solver.solution import Asked, Certificate, Given, Solution
from optimizer.solver.verdict import chosen_in
from optimizer.tables.approvals import JOURNAL, plan_id
from optimizer.tables.json_values import solution_json
from optimizer.tables.worth import SIMPLEST
from reports.documents import SUFFIXES


def solution_given(scenario: Scenario, plan: Plan, name: str, seed: int) -> Solution:
    """A plan as it is, at its own beliefs, with the checks that need no search.

    Raises ScenarioError where no beliefs under it agree with what happens: there is nothing to report.
    """
    problem = under(problem_of(scenario, seed), plan.terms)
    chosen = chosen_in(problem, plan.euros(scenario))
    if not chosen.consistent.converged:
        message = "under this plan what people believe never comes to agree with what happens"
        raise ScenarioError([InputProblem("plan", name, message, "`evaluate` shows the first answer")])
    cal, at, makers = problem.cal, chosen.consistent, (check_equilibrium, check_global, check_sample)
    checks = tuple(check for make in makers for check in make(cal, chosen.euros, at))
    certificate = Certificate(value_of(cal, at), math.inf, math.inf, checks, rounds=(), rejected=())
    return Solution(problem, "given", chosen, certificate, None, Asked(given=Given(name, plan.label)))


def report_given(
    scenario: Scenario, plan: Plan, name: str, folder: Path, source: bytes, options: RunOptions
) -> tuple[Path, ...]:
    """Write the run folder of a plan; returns its documents. Raises as `solution_given`, and
    NotARunFolderError or OSError for a place that cannot be written.

    A folder of the same plan that somebody approved stays, and has its documents made again.
    """
    refuse_foreign(folder, keeps=(JOURNAL,))
    refuse_unwritable(folder.resolve().parent)
    clock = Clock()
    with clock.timed("evaluate"):
        solution = solution_given(scenario, plan, name, options.seed)
    if (folder / JOURNAL).exists():
        return _of_approved(folder, solution, options)
    with clock.timed("explain"):
        explanation = explain(solution)
    write_run(folder, source, explanation, options, [f"documents of the plan {name}, which was given"], clock)
    return tuple(sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES))


SIMPLEST_PLAN = "simplest"
"""Names the simplest plan that keeps nearly all of a run's net gain (`tables/simplest.csv`)."""


def simplest_of(run: Path, scenario: Scenario) -> Plan:
    """The simplest plan of a run. Raises ScenarioError where it has none, TableError as `read_table`."""
    told = SIMPLEST.read(run / "tables" / "simplest.csv")
    if told.empty:
        message = "this run has no simplest plan: nothing was searched, or nothing is gained"
        raise ScenarioError(
            [InputProblem("plan", SIMPLEST_PLAN, message, "name another plan, or a plan file")]
        )
    words = (str(told.iloc[0][column]) for column in ("plan", "curves", "target_pay"))
    return plan_in_told_words(scenario, *words)


def folder_of(run: Path, name: str) -> Path:
    """Where the documents of a plan of this name go unless somebody says."""
    return run.with_name(f"{run.resolve().name}-{name}")


def _of_approved(folder: Path, solution: Solution, options: RunOptions) -> tuple[Path, ...]:
    """Documents of a folder that is approved, where it is about this plan of this scenario."""
    refuse_changed(folder)
    approved = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    scenario = (folder / "scenario.yaml").read_text(encoding="utf-8")
    if (plan_id(approved), scenario) != (
        plan_id(solution_json(solution)),
        dump_scenario(solution.problem.scenario),
    ):
        raise NotARunFolderError(f"{folder} is approved, and is about another plan; name another folder")
    return tuple(folder / name for name in rewrite_documents(folder, options.outputs, options.languages))


def options_of(run: Path) -> dict[str, Any]:
    """Those of a run folder's solve that a plan's documents hang on. Raises as `refuse_changed`."""
    refuse_changed(run)
    recorded = json.loads((run / "inputs.json").read_text(encoding="utf-8"))["options"]
    return {"seed": recorded["seed"]} if "seed" in recorded else {}
