"""The best plan, explained, as a result that shows itself and is saved and loaded; frontiers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from optimizer.explanation.build import Explanation
from optimizer.runs.api.allowed import checked_choice, checked_numbers
from optimizer.runs.api.border import GivenPlan, calibrating, checked_plan, raise_findings, refusal
from optimizer.runs.api.judging import ComparedPlans, compare
from optimizer.runs.api.plotting import Plots
from optimizer.runs.api.reading import GivenScenario, path_of, sound
from optimizer.runs.api.shown import Shown, money, plan_line
from optimizer.runs.options import RunOptions, options_problems
from optimizer.scenario.checks import problems_of
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario
from optimizer.solver.clock import Clock
from optimizer.solver.solution import Solution

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.explanation.frontier import FrontierPoint, Over
    from optimizer.runs.solve import Listener, Run
    from optimizer.scenario.plan import Plan


@dataclass(frozen=True)
class Known:
    """What a result was made of, beside its solution."""

    options: RunOptions
    explanation: Explanation | None = None
    """None of a loaded run: its tables are those of its folder."""
    folder: Path | None = None
    """Where it lies, where it was saved or loaded."""
    source: bytes | None = None
    """The scenario's file as it was found."""
    log: tuple[str, ...] = ()
    clock: Clock = field(default_factory=Clock)
    left_out: tuple[str, ...] = ()
    """What there was no time for."""


@dataclass(frozen=True, repr=False, eq=False)
class Result(Shown, Solution):
    """A `Solution`, explained: the plan, how well it is known, its tables and charts.

    Two results are equal where scenario, `result.json` and every table are.
    """

    known: Known = field(default_factory=lambda: Known(RunOptions()))
    first_table = "weights"

    @property
    def scenario(self) -> Scenario:
        """The company, with what was changed for this run."""
        return self.problem.scenario

    @property
    def plan(self) -> Plan | None:
        """The recommended plan; None where there is none."""
        return None if self.chosen is None else self.chosen.plan

    @property
    def gain(self) -> float:
        """Objective over the current plan's [currency/period]; NaN without a plan."""
        return float(self._known["summary"]["gain"].iloc[0])

    @property
    def weights(self) -> pd.DataFrame:
        """Weight of every KPI by team, now and then; more in `table("weights")`."""
        return self.table("weights")[["team", "kpi", "now", "then", "change", "euros_now", "euros_then"]]

    @property
    def folder(self) -> Path | None:
        """Where it lies; None of a result that was not saved."""
        return self.known.folder

    @property
    def plot(self) -> Plots:
        """The report's charts as matplotlib axes: waterfall, frontier, tornado, weights, funnel."""
        return Plots(self._known)  # type: ignore[arg-type]

    @property
    def explanation(self) -> Explanation:
        """Why this plan; of a loaded run it is worked out again (seconds)."""
        from optimizer.explanation.build import explain as explained_again

        return self.known.explanation or explained_again(_bare(self))

    @property
    def as_json(self) -> dict[str, Any]:
        """What `result.json` has."""
        from optimizer.tables.json_values import solution_json

        return json.loads(json.dumps(solution_json(_bare(self))))  # type: ignore[no-any-return]

    def compare(
        self, plans: Mapping[str, GivenPlan] | Iterable[str | os.PathLike[str]] | None = None
    ) -> ComparedPlans:
        """The recommended plan (`chosen`) beside others, as `optimizer.compare` takes them.

        Raises ScenarioError, also where there is no plan.
        """
        if self.plan is None:
            message = f"no plan was found: the status is {self.status}"
            raise ScenarioError([InputProblem("plan", "", message, "`conflict` says which rules to move")])
        others = plans or ["current", *self.scenario.plans]
        given = dict(others) if isinstance(others, Mapping) else {os.fspath(name): name for name in others}
        return compare(self.scenario, {**given, "chosen": self.plan}, self.known.options.seed)

    def save(self, folder: str | os.PathLike[str]) -> Result:
        """Write the run folder that `incentives solve` writes; returns the result that lies there.

        Raises NotARunFolderError where the folder holds anything but an earlier run, OSError where it cannot
        be written.
        """
        from optimizer.runs.folder import replace_folder
        from optimizer.runs.write import write_run
        from optimizer.scenario.write import dump_scenario

        target, known = Path(folder), self.known
        if known.explanation is None:
            whence = known.folder
            assert whence is not None, "a loaded run has a folder"
            if whence.resolve() != target.resolve():
                replace_folder(target, lambda fresh: _copied(whence, fresh))
            return replace(self, known=replace(known, folder=target))
        source = known.source or dump_scenario(self.scenario).encode()
        left_out = write_run(target, source, known.explanation, known.options, list(known.log), known.clock)
        return replace(self, known=replace(known, folder=target, left_out=left_out))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        alike = self.scenario == other.scenario and self.as_json == other.as_json
        mine, theirs = self._known, other._known
        return (
            alike and mine.keys() == theirs.keys() and all(mine[name].equals(theirs[name]) for name in mine)
        )

    __hash__ = None  # type: ignore[assignment]

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        per = f"{self.scenario.currency} per {self.scenario.period.replace('_', '-')}"
        if self.plan is None:
            rules = "" if self.conflict is None else ", ".join(self.conflict.rules)
            return f"{self.scenario.name}: {self.status}", [("conflict", rules)] if rules else []
        plan = [(team, plan_line(weights)) for team, weights in self.plan.weights.items()]
        failed = ", ".join(check.name for check in self.certificate.checks if not check.ok)
        facts = [
            ("objective", f"{money(self.certificate.objective)} {per}, gap {self.certificate.gap:.2%}"),
            ("gain", f"{money(self.gain, signed=True)} over today"),
            *([("failed checks", failed)] if failed else []),
        ]
        return f"{self.scenario.name}: {self.status}", [*facts, *plan]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        if self.known.explanation is not None:
            from optimizer.tables.build import tables_of

            return tables_of(_bare(self), self.known.explanation)
        from optimizer.tables.build import RUN_TABLES
        from optimizer.tables.table import read_tables

        assert self.known.folder is not None, "a loaded run has a folder"
        return read_tables(RUN_TABLES, self.known.folder / "tables")


def _bare(result: Result) -> Solution:
    """The solution alone, whose equality and hash others rely on."""
    return Solution(**{one.name: getattr(result, one.name) for one in fields(Solution)})


def _copied(whence: Path, fresh: Path) -> None:
    shutil.copytree(whence, fresh, dirs_exist_ok=True)


def result_of(explanation: Explanation, known: Known) -> Result:
    """An explained solution as a result."""
    solution = explanation.solution
    parts = {one.name: getattr(solution, one.name) for one in fields(Solution)}
    return Result(**parts, known=replace(known, explanation=explanation))


# --- solve ----------------------------------------------------------------------------------------------


def solve(
    scenario: GivenScenario,
    out: str | os.PathLike[str] | None = None,
    *,
    beliefs: Literal["consistent", "baseline"] = "consistent",
    time_limit: float | None = None,
    gap: float = 1e-4,
    threads: int = 1,
    enumerate_step: float | None = None,
    alternatives: int = 0,
    explain: Literal["board", "full"] = "board",
    robust: Literal["mean", "cvar", "regret"] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    changes: Sequence[str] = (),
    listener: Listener | None = None,
    workers: int = 1,
) -> Result:
    """The plan that maximizes the scenario's objective under its rules, with its certificate, explained.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    out : path, optional
        Run folder to write; without it nothing is written (`Result.save` does it later).
    beliefs : {"consistent", "baseline"}
        At which beliefs the plan is judged.
    time_limit : float, optional
        Seconds for search, explanation and documents together.
    gap : float
        Relative, 0 to 1.
    threads : int
        Of HiGHS.
    enumerate_step : float, optional
        Step of weight, above 0 to 1, at which every plan is judged too.
    alternatives : int
        How many of the best plans to list that differ by more than one step somewhere.
    explain : {"board", "full"}
        full: also solve again for the price of every rule and for frontiers (minutes).
    robust : {"mean", "cvar", "regret"}, optional
        By what the best of the candidate plans is taken when the sources' numbers are off.
    draws : int, optional
        Companies drawn from the sources' ranges; 2000 with `robust`.
    seed : int
        Of everything that is drawn.
    changes : sequence of str
        As `read` takes them.
    listener : Listener, optional
        Who hears how the run goes on.
    workers : int
        Processes that explain; more than one wants `if __name__ == "__main__":` around a script.

    Returns
    -------
    Result
        Every status is a value, not an exception: optimal, feasible, infeasible, not_found, no_equilibrium.
        Ctrl-C ends the search and keeps the best plan found.

    Raises
    ------
    ScenarioError
        With what `incentives solve` prints: place, value, remedy.
    NotARunFolderError
        Where `out` holds anything but an earlier run; before the work.

    Notes
    -----
    Formulation and proof: docs/model.md §8 and §13.13, optimizer/model/FORMULATION.md.

    Examples
    --------
    >>> import optimizer as io
    >>> best = io.solve("scenarios/published/quantity_quality")
    >>> best.status
    'optimal'
    >>> best.gain >= 0
    True
    """
    asked = run_options(
        beliefs=beliefs,
        time_limit=time_limit,
        gap=gap,
        threads=threads,
        enumerate_step=enumerate_step,
        alternatives=alternatives,
        explain=explain,
        robust=robust,
        draws=draws,
        seed=seed,
    )
    checked_numbers("solve", workers=workers)
    return solve_as_asked(scenario, out, asked, changes, listener, workers)


def solve_as_asked(
    scenario: GivenScenario,
    out: str | os.PathLike[str] | None,
    asked: RunOptions,
    changes: Sequence[str] = (),
    listener: Listener | None = None,
    workers: int = 1,
) -> Result:
    """As `solve`, of options that are one value."""
    from optimizer.risk.ranges import RangeError
    from optimizer.runs.solve import Nobody, explained, solve_to_folder

    given = sound(scenario, changes)
    raise_findings(options_problems(given.scenario, asked))
    listener, clock, source = listener or Nobody(), Clock(), given.source
    try:
        with calibrating():
            if out is not None:
                run = solve_to_folder(
                    given.scenario, Path(out), asked, source=source, listener=listener, workers=workers
                )
                known = Known(asked, run.explanation, run.folder, source, tuple(listener.lines))
                spent = replace(known, clock=_spent(run.seconds), left_out=run.left_out)
                return result_of(run.explanation, spent)
            explanation = explained(given.scenario, asked, listener, clock, workers)
    except RangeError as error:
        raise refusal([Finding(("robust",), "", str(error), "leave robust and draws out")]) from error
    return result_of(explanation, Known(asked, None, None, source, tuple(listener.lines), clock))


def _spent(seconds: Mapping[str, float]) -> Clock:
    clock = Clock()
    for phase, value in seconds.items():
        clock.add(phase, value)
    return clock


def run_options(**given: Any) -> RunOptions:
    """The options of a run. Raises ScenarioError with every one that cannot be: name, value, remedy."""
    whole = {"time_limit", "gap", "enumerate_step"}
    typed: dict[str, Any] = {n: float(v) if n in whole and type(v) is int else v for n, v in given.items()}
    try:
        return RunOptions(**typed)
    except ValidationError as error:
        raise refusal([_finding(one) for one in error.errors()]) from None


def _finding(error: Any) -> Finding:
    from optimizer.runs.api.reading import shown_type

    name, reason = str(error["loc"][0]), str(error["msg"])
    hint = f"{reason.removeprefix('Input ')[:1].lower()}{reason.removeprefix('Input ')[1:]}"
    return Finding((name,), shown_type(error["input"]), "cannot be", hint)


def load(folder: str | os.PathLike[str]) -> Result:
    """What was solved, from its run folder, equal to what was saved.

    Parameters
    ----------
    folder : path
        A run folder of `solve`, `Result.save` or a batch.

    Returns
    -------
    Result
        Its tables are those of the folder.

    Raises
    ------
    NotARunFolderError
        Where the folder is none.
    ChangedRunError
        Where it is no longer what was written.
    TableError
        Where its tables are those of another version.

    Examples
    --------
    >>> import optimizer as io
    >>> io.load("scenarios")
    Traceback (most recent call last):
    optimizer.runs.folder.NotARunFolderError: scenarios is not a run folder: it has no manifest.json; ...
    """
    from optimizer.runs.folder import MANIFEST, refuse_changed
    from optimizer.runs.rebuild import claim_of, solution_in
    from optimizer.scenario.read import read_scenario

    place = path_of("folder", folder)
    refuse_changed(place)
    result, inputs, manifest = (
        json.loads((place / name).read_text(encoding="utf-8"))
        for name in ("result.json", "inputs.json", MANIFEST)
    )
    left_out = tuple(manifest.get("left_out", ()))
    claim = claim_of(read_scenario(place / "scenario.yaml"), inputs["options"], result, left_out)
    solution = solution_in(claim)
    parts = {one.name: getattr(solution, one.name) for one in fields(Solution)}
    loaded = Result(**parts, known=Known(claim.options, folder=place, left_out=left_out))
    loaded._known  # noqa: B018  tables of another version are refused here, not when one is asked for
    return loaded


def save(result: Result, folder: str | os.PathLike[str]) -> Result:
    """Write the run folder of a result: `result.save(folder)`.

    Parameters
    ----------
    result : Result
        Of `solve` or `load`.
    folder : path
        A new folder, or an earlier run, which is replaced.

    Returns
    -------
    Result
        The same, with its `folder`.

    Raises
    ------
    NotARunFolderError
        Where the folder holds anything but an earlier run.
    """
    return result.save(folder)


Tell = Callable[[str, int, int], None]


def explain(
    result: Result | str | os.PathLike[str], listener: Listener | None = None, workers: int = 1
) -> Result:
    """The same result, explained in full: prices of rules and frontiers too, which takes solving again.

    Parameters
    ----------
    result : Result or path
        Of `solve` or `load`, or a run folder.
    listener : Listener, optional
        Who hears how it goes on.
    workers : int
        Processes; more than one wants `if __name__ == "__main__":` around a script.

    Returns
    -------
    Result
        With the tables `rule_prices` and `frontier` [currency/period] filled.

    Raises
    ------
    NotARunFolderError, ChangedRunError, TableError
        As `load`.
    """
    from optimizer.explanation.full import explain_fully
    from optimizer.parallel.pool import Workers
    from optimizer.runs.solve import Nobody

    checked_numbers("solve", workers=workers)
    one = result if isinstance(result, Result) else load(result)
    options = replace(one.known.options, explain="full")
    with Workers(workers) as crew, one.known.clock.timed("explain"):
        full = explain_fully(one.explanation, options, crew, (listener or Nobody()).tell_share)
    return result_of(full, replace(one.known, options=options, folder=None))


def solve_to_folder(
    scenario: GivenScenario,
    folder: str | os.PathLike[str],
    options: RunOptions | None = None,
    plan: GivenPlan | None = None,
) -> Run:
    """Solve, and write the run folder that the verb writes: result, tables, documents, hashes.

    With a plan it is the only one to choose from, and the folder is about it. Raises ScenarioError.
    """
    from optimizer.runs import solve as runs

    checked, asked = sound(scenario).scenario, options or RunOptions()
    raise_findings(options_problems(checked, asked))
    chosen = None if plan is None else checked_plan(checked, plan)
    if chosen is not None:
        raise_findings(problems_of(runs.imposed(checked, chosen)))
    with calibrating():
        return runs.solve_to_folder(checked, Path(folder), asked, chosen)


# --- frontiers ------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Frontier(Shown):
    """The best plan at every limit of the budget, of gaming or of controllability, loosest limit last."""

    scenario: Scenario
    points: tuple[FrontierPoint, ...]
    first_table = "frontier"

    @property
    def statuses(self) -> frozenset[str]:
        """Of all points."""
        return frozenset(point.optimum.status for point in self.points)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        facts = [
            (f"{point.limit:,.6g}{' (own)' if point.is_own else ''}", f"{point.optimum.status}, "
             f"{money(point.optimum.value, self.scenario.currency)}")
            for point in self.points
        ]  # fmt: skip
        return f"Frontier of {self.scenario.name} over {self.points[0].over}", facts

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        from optimizer.tables.frontier import FRONTIER, frontier_rows

        return {"frontier": FRONTIER.frame(frontier_rows(self.points))}

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the table as CSV, with labels beside names. Raises OSError."""
        from optimizer.tables.frontier import FRONTIER
        from optimizer.tables.labels import LABELS, labels_rows
        from reports.words.labelled import labelled, names_in

        target = Path(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        labels = LABELS.frame(labels_rows(self.scenario))
        FRONTIER.write(labelled(FRONTIER, self._known["frontier"], names_in(labels)), target)
        return target


def frontier(
    scenario: GivenScenario,
    over: Over,
    points: int = 9,
    out: str | os.PathLike[str] | None = None,
    time_limit: float = 60.0,
    gap: float = 1e-4,
    workers: int | None = None,
    changes: Sequence[str] = (),
    listener: Listener | None = None,
) -> Frontier:
    """The best plan at every limit of the budget, of gaming or of controllability.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    over : {"budget", "gaming", "controllability"}
        Which limit moves.
    points : int
        Limits tried, at least 2; the scenario's own is always among them.
    out : path, optional
        CSV file to write the table to.
    time_limit : float
        Seconds for each point; one that is not decided in them says so.
    gap : float
        Relative, 0 to 1.
    workers : int, optional
        Processes; None is this one alone (the verb takes all processors). More than one wants
        `if __name__ == "__main__":` around a script.
    changes : sequence of str
        As `read` takes them.
    listener : Listener, optional
        Who hears how it goes on.

    Returns
    -------
    Frontier
        `points`; the table `frontier` with limits in their own unit and values [currency/period].

    Raises
    ------
    ScenarioError
        With what `incentives frontier` prints: place, value, remedy.
    """
    from optimizer.explanation.frontier import OVERS
    from optimizer.explanation.frontier import frontier as trace
    from optimizer.parallel.pool import Workers
    from optimizer.runs.solve import Nobody
    from optimizer.solver.options import Options

    checked = sound(scenario, changes).scenario
    checked_choice("over", over, OVERS)
    checked_numbers("frontier", points=points, time_limit=time_limit, gap=gap, workers=workers)
    options = Options(gap=float(gap), time_limit=float(time_limit))
    with calibrating(), Workers(workers or 1) as crew:
        tell = partial((listener or Nobody()).tell_share, f"frontier over {over}")
        traced = Frontier(checked, trace(checked, over, points, options, crew, tell))
    if out is not None:
        traced.save(out)
    return traced
