"""What needs no search: a scenario checked, plans evaluated, compared and held against budgets, measures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from optimizer.plans import evaluation
from optimizer.plans.evaluation import CURRENT, Evaluation, Influence
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.runs.api.border import GivenPlan, calibrating, checked_plan, checked_seed
from optimizer.runs.api.reading import GivenScenario, Sound, path_of, placed, sound
from optimizer.runs.api.shown import Shown, frame_of, matrix, money, plan_line
from optimizer.scenario.problems import InputProblem, ScenarioError
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.plans.budget_lines import BudgetLine
    from optimizer.scenario.start.answer_types import Answers
    from optimizer.tables.year import Rows

ANSWERS = "answers.yaml"
"""What `start` made a scenario of, beside it."""
AMOUNTS = ("gross", "direct_costs", "revenue", "loaded_pay", "net")
"""Of an outcome [currency/period]."""


# --- check ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Findings(Shown):
    """What `check` finds: problems that refuse a scenario, warnings that do not, the calibrated baseline."""

    problems: tuple[InputProblem, ...]
    warnings: tuple[InputProblem, ...]
    cal: Calibrated | None = None
    """The calibrated company; None where there are problems."""
    answers: Answers | None = None
    """What the scenario was made of, where that lies beside it."""
    first_table = "findings"

    @property
    def ok(self) -> bool:
        """Whether the scenario can be used."""
        return not self.problems

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        name = "a scenario" if self.cal is None else self.cal.scenario.name
        counts = [("problems", str(len(self.problems))), ("warnings", str(len(self.warnings)))]
        told = [(p.where or "file", p.message) for p in (*self.problems, *self.warnings)]
        return f"Check of {name}: {'sound' if self.ok else 'refused'}", [*counts, *told]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        kinds = {"problem": self.problems, "warning": self.warnings}
        rows = [{"kind": kind, **one.as_json()} for kind, listed in kinds.items() for one in listed]
        from pandas import DataFrame

        return {"findings": DataFrame(rows, columns=["kind", "where", "value", "message", "hint"])}


def check(
    scenario: GivenScenario,
    answers: str | os.PathLike[str] | None = None,
    changes: Sequence[str] = (),
) -> Findings:
    """All problems and warnings of a scenario; unlike every other call it returns what is wrong.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    answers : path, optional
        What `start` made it of; without it `answers.yaml` beside the file, where it is of this company.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    Findings
        `ok`, `problems`, `warnings`; each with place, value, message and remedy.

    Raises
    ------
    ScenarioError
        Where the answers that are named cannot be read, or are of another company.

    Examples
    --------
    >>> import optimizer as io
    >>> io.check("scenarios/alignment").ok
    True
    """
    from optimizer.plans.warnings import measured_warnings
    from optimizer.scenario.checks import warnings_of

    try:
        given = sound(scenario, changes)
        with calibrating():
            cal = calibrate(given.scenario)
    except ScenarioError as error:
        return Findings(error.problems, ())
    warnings = placed(given, [*warnings_of(given.scenario), *measured_warnings(cal)])
    return Findings((), warnings, cal, _answers(given, answers))


def _answers(given: Sound, named: str | os.PathLike[str] | None) -> Answers | None:
    """The answers that are named, or those beside a scenario of the same company; None where there are none.
    Raises ScenarioError where they cannot be read, or are of another company."""
    from optimizer.scenario.files import refuse, scenario_file
    from optimizer.scenario.problems import as_name

    beside = None if given.file is None else scenario_file(given.file).with_name(ANSWERS)
    file = beside if named is None else path_of("answers", named)
    if file is None or (named is None and not file.is_file()):
        return None
    from optimizer.scenario.start.answers import read_answers

    answers = read_answers(file)
    if as_name(answers.company) == given.scenario.name and set(answers.teams) == set(given.scenario.teams):
        return answers
    if named is not None:
        refuse(file, "these are answers of another company", f"name those of {given.scenario.name}")
    return None


# --- evaluate and compare -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class EvaluatedPlan(Shown, Evaluation):
    """An `Evaluation` that shows itself: `consistent` is what a plan brings once people have learnt."""

    first_table = "money"

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """What `incentives evaluate --json` prints."""
        from optimizer.tables.json_values import evaluation_json

        return evaluation_json(self)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        scenario, at = self.cal.scenario, self.as_json
        per = f"{scenario.currency} per {scenario.period.replace('_', '-')}"
        plan = [(team, plan_line(weights)) for team, weights in self.plan.weights.items()]
        sums = [
            (name, f"{money(at['consistent'][name])} ({money(at['against_today'][name], signed=True)})")
            for name in ("revenue", "loaded_pay", "net")
        ]
        return f"A plan of {scenario.name}, {per} once learnt (against today)", [*sums, *plan]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        stages = {name: self.as_json[name] for name in ("first_response", "consistent")}
        paid = self.as_json["payouts"]
        spreads = {"company": paid["company"], **paid["teams"]}
        against = self.as_json["against_today"]
        return {
            "money": frame_of(
                {
                    "amount": name,
                    **{s: at[name] for s, at in stages.items()},
                    "against_today": against.get(name),
                }
                for name in AMOUNTS
            ),
            "activities": _sides("activity", "activities", stages),
            "kpis": _sides("kpi", "score", stages),
            "pay": _sides("team", "pay", stages),
            "payouts": frame_of({"who": who, **spread} for who, spread in spreads.items()),
        }


def _sides(name: str, part: str, sides: Mapping[str, Any]) -> pd.DataFrame:
    """A part of several outcomes, a column each."""
    first = next(iter(sides.values()))
    return frame_of({name: key, **{side: at[part][key] for side, at in sides.items()}} for key in first[part])


def evaluate(
    scenario: GivenScenario,
    plan: GivenPlan | None = None,
    seed: int = SEED,
    changes: Sequence[str] = (),
) -> EvaluatedPlan:
    """What people do under a plan, next period and once they have learnt.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    plan : str, mapping, Plan or path, optional
        A name in the scenario, `{team: {kpi: weight}}`, a plan file or a run folder; None is today's.
    seed : int
        Of everything that is drawn.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    EvaluatedPlan
        `consistent` and `first_response` are outcomes with activities `x` (A,) [units/period], `score` (K,)
        [attainment], `pay` (I,) [currency/period]. Tables: money, activities, kpis, pay, payouts.

    Raises
    ------
    ScenarioError
        With what `incentives evaluate` prints: place, value, remedy.

    Notes
    -----
    The response is that of docs/model.md §5 to §7.

    Examples
    --------
    >>> import optimizer as io
    >>> list(io.evaluate("scenarios/alignment").table("money")["amount"])
    ['gross', 'direct_costs', 'revenue', 'loaded_pay', 'net']
    """
    checked = sound(scenario, changes).scenario
    chosen = checked_plan(checked, plan)
    with calibrating():
        found = evaluation.evaluate(checked, chosen, checked_seed(seed))
    return EvaluatedPlan(found.batch, found.place)


@dataclass(frozen=True, repr=False)
class ComparedPlans(Shown, Mapping[str, Evaluation]):
    """Evaluations by the name of their plan, in the order asked for."""

    scenario: Scenario
    evaluations: Mapping[str, Evaluation]
    first_table = "plans"

    def __getitem__(self, name: str) -> Evaluation:
        return self.evaluations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.evaluations)

    def __len__(self) -> int:
        return len(self.evaluations)

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """What `incentives compare --json` prints."""
        from optimizer.tables.json_values import compare_json

        return compare_json(calibrate(self.scenario), self.evaluations)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        facts = []
        for name, plan in self.as_json["plans"].items():
            broken = len(plan["broken_rules"])
            against = money(plan["against_today"]["net"], self.scenario.currency, signed=True)
            facts.append((name, f"net {against} against today, {broken} rules broken"))
        return f"{len(facts)} plans of {self.scenario.name}", facts

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        plans = self.as_json["plans"]
        learnt = {name: plan["consistent"] for name, plan in plans.items()}
        return {
            "plans": frame_of(
                {
                    "plan": name,
                    **{amount: plan["consistent"][amount] for amount in AMOUNTS},
                    **{f"{key}_change": value for key, value in plan["against_today"].items()},
                    "broken_rules": len(plan["broken_rules"]),
                }
                for name, plan in plans.items()
            ),
            "broken_rules": frame_of(
                {"plan": name, **rule} for name, plan in plans.items() for rule in plan["broken_rules"]
            ),
            "activities": _sides("activity", "activities", learnt),
            "kpis": _sides("kpi", "score", learnt),
            "pay": _sides("team", "pay", learnt),
        }


def compare(
    scenario: GivenScenario,
    plans: Mapping[str, GivenPlan] | Iterable[str | PathLike[str]] | None = None,
    seed: int = SEED,
    changes: Sequence[str] = (),
) -> ComparedPlans:
    """Plans side by side, and the rules each breaks.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    plans : mapping or iterable, optional
        Plans by a name of your own, or names, files and run folders; without them the current plan and every
        named one.
    seed : int
        Rules on bad cases hold on its sample.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    ComparedPlans
        A mapping of names to evaluations. Tables: plans, broken_rules, activities, kpis, pay.

    Raises
    ------
    ScenarioError
        With what `incentives compare` prints: place, value, remedy.

    Examples
    --------
    >>> import optimizer as io
    >>> sorted(io.compare("scenarios/alignment", ["current"]))
    ['current']
    """
    checked = sound(scenario, changes).scenario
    plans = plans or every_plan(checked)
    given = plans if isinstance(plans, Mapping) else {fspath(name): name for name in plans}
    chosen = {name: checked_plan(checked, plan) for name, plan in given.items()}
    with calibrating():
        return ComparedPlans(checked, evaluation.compare(checked, chosen, checked_seed(seed)))


def every_plan(scenario: Scenario) -> tuple[str, ...]:
    """The current plan and every named one: what is compared where nobody says."""
    return (CURRENT, *scenario.plans)


# --- budget ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Budget(Shown):
    """Finance's check of a plan: every budget line, and its first year by period."""

    evaluation: Evaluation
    lines: tuple[BudgetLine, ...]
    year: Rows
    """Rows of the tables `year`, `year_lines`, `cash` and `team_charges`."""
    first_table = "lines"

    @property
    def exceeded(self) -> tuple[str, ...]:
        """Lines above their limit; where the scenario says how the year goes, also `year`."""
        from optimizer.scenario.phasing_types import Phasing
        from optimizer.tables.year import exceeded

        stated = self.evaluation.cal.scenario.phasing != Phasing()
        over = tuple(line.name for line in self.lines if not line.kept)
        return (*over, *(("year",) if stated and exceeded(self.year["year"]) else ()))

    @property
    def kept(self) -> bool:
        """Whether no limit is exceeded."""
        return not self.exceeded

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        scenario = self.evaluation.cal.scenario
        facts = [
            (
                line.name if not line.team else f"{line.name} {line.team}",
                f"{money(line.booked)} of {money(line.limit)}{'' if line.kept else ', exceeded'}",
            )
            for line in self.lines
            if line.limit is not None
        ]
        return f"Budget of a plan of {scenario.name}: {'kept' if self.kept else 'exceeded'}", facts

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        return {"lines": frame_of(vars(line) for line in self.lines)} | {
            name: frame_of(rows) for name, rows in self.year.items()
        }


def budget(scenario: GivenScenario, plan: GivenPlan, seed: int = SEED, changes: Sequence[str] = ()) -> Budget:
    """Every budget line of a plan once people have learnt, and the first year by period.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    plan : str, mapping, Plan or path
        As `evaluate` takes it.
    seed : int
        Lines about bad cases hold on its sample.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    Budget
        `lines` [currency/period], a slack below 0 is an excess; `kept`, `exceeded`. Tables: lines, year,
        year_lines, cash, team_charges.

    Raises
    ------
    ScenarioError
        With what `incentives budget` prints: place, value, remedy.

    Examples
    --------
    >>> import optimizer as io
    >>> io.budget("scenarios/alignment", "current").lines[0].team
    ''
    """
    from optimizer.plans.budget_lines import budget_lines
    from optimizer.rollout.year.earned import first_year
    from optimizer.tables.year import rows_of_year

    at = evaluate(scenario, plan, seed, changes)
    return Budget(at, budget_lines(at), rows_of_year(first_year(at.cal, at.euros, at.terms)))


# --- measures -------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Measures(Shown, Influence):
    """What each team can move, and what the others can do to it, at the current plan."""

    first_table = "controllability"

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """What `incentives measures --json` prints."""
        from optimizer.tables.json_values import influence_json

        return influence_json(self)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        facts = []
        for team, shares in self.as_json["controllability"].items():
            best = max(shares, key=lambda kpi: shares[kpi] or 0.0)
            facts.append((team, f"moves {best} most: controllability {shares[best]:.2f}"))
        return f"Measures of {self.cal.scenario.name}", facts

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        told = self.as_json
        by_team = {name: matrix(told[name], "team") for name in ("controllability", "swing", "lag")}
        return by_team | {
            "exposure": matrix(told["exposure"], "kpi"),
            "congruence": frame_of({"team": t, "congruence": v} for t, v in told["congruence"].items()),
            "ten_percent_more_pay": matrix(told["ten_percent_more_pay"], "team"),
        }


def measures(scenario: GivenScenario, changes: Sequence[str] = ()) -> Measures:
    """What each team can move: controllability, swing, lag, exposure, congruence.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    Measures
        `controllability` [share], `swing` [attainment] and `lag` [periods] are (I, K), `exposure` [share] is
        (K, I), `congruence` (I,). Tables of the same names.

    Raises
    ------
    ScenarioError
        With what `incentives measures` prints: place, value, remedy.

    Notes
    -----
    Defined in docs/model.md §13.5 and §13.6.

    Examples
    --------
    >>> import optimizer as io
    >>> io.measures("scenarios/alignment").table("controllability")["team"].iloc[0]
    'marketing'
    """
    checked = sound(scenario, changes).scenario
    with calibrating():
        return Measures(**vars(evaluation.influence(checked)))
