"""What happens after a decision, from exports, and of many runs: studies as tables that are saved as one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.runs.api.allowed import checked_numbers
from optimizer.runs.api.border import GivenPlan, calibrating, checked_plan, checked_seed
from optimizer.runs.api.reading import GivenScenario, path_of, sound
from optimizer.runs.api.shown import Shown
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.rollout.adjust import Adjustment
    from optimizer.rollout.envelope import RolledUp
    from optimizer.runs.solve import Listener
    from optimizer.scenario.problems import InputProblem
    from optimizer.tables.table import Table, Tables
    from reports.run import Document

MOST_FACTS = 10
"""Of a summary, in a terminal."""


@dataclass(frozen=True, repr=False, eq=False)
class Study(Shown):
    """Tables of one question, its workbook and its PDF."""

    name: str
    """What its workbook is called."""
    title: str
    declared: Sequence[Table]
    frames: Tables
    documents: Callable[[Tables], Iterable[Document]]
    scenario: Scenario | None = None
    """None where it is about several."""
    first_table = "summary"

    def save(self, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
        """Write tables as CSV and in a workbook, with the meanings of their columns, and a PDF per language;
        files of the same names are replaced. Returns the documents. Raises OSError."""
        from itertools import chain

        from optimizer.tables.changed_values import changed_table
        from optimizer.tables.table import write_tables
        from reports.run import write_document
        from reports.words.labelled import with_labels
        from reports.workbook.study import study_workbook

        target = Path(folder)
        told = self.frames if self.scenario is None else {**self.frames, **changed_table(self.scenario)}
        write_tables(self.declared, with_labels(self.declared, self.frames), target)
        made = chain(self.documents(told), study_workbook(self.name, self.declared, self.frames))
        return tuple(write_document(document, target) for document in made)

    @property
    def as_json(self) -> dict[str, Any]:
        """What the verb prints with `--json`."""
        from optimizer.tables.table import records

        return records(self.frames)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        summary = self.as_json["summary"]
        facts = [
            (name, f"{value:,.6g}" if isinstance(value, float) else str(value))
            for name, value in summary.items()
            if value not in (None, "")
        ]
        return self.title, facts[:MOST_FACTS]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        return self.frames


def _named(plan: GivenPlan | None) -> str:
    """What tables call a plan."""
    if plan is None:
        return "current"
    return os.fspath(plan) if isinstance(plan, str | os.PathLike) else "given"


def _saved(study: Any, out: str | os.PathLike[str] | None) -> Any:
    if out is not None:
        study.save(out)
    return study


# --- simulate -------------------------------------------------------------------------------------------


def simulate(
    scenario: GivenScenario,
    plan: GivenPlan | None = None,
    periods: int = 8,
    draws: int = 1000,
    learning: float = 0.5,
    seed: int = SEED,
    out: str | os.PathLike[str] | None = None,
    changes: Sequence[str] = (),
) -> Study:
    """What happens after a switch of plan: work, KPIs, cash, when the gain shows, what to watch.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    plan : str, mapping, Plan or path, optional
        As `evaluate` takes it; None is today's.
    periods : int
        1 to 400.
    draws : int
        Of luck, at least 2.
    learning : float
        Share of the way from belief to what was seen that people go each period, above 0 to 1.
    seed : int
        Of everything that is drawn.
    out : path, optional
        Folder for tables and PDFs; `Study.save` does it later.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    Study
        Tables summary, money [currency/period], gains, activities [units/period], scores [attainment],
        payouts, budget, timing, and limits of early warning, by period.

    Raises
    ------
    ScenarioError
        With what `incentives simulate` prints: place, value, remedy.

    Notes
    -----
    docs/model.md §10.

    Examples
    --------
    >>> import optimizer as io
    >>> switch = io.simulate("scenarios/alignment", "sla_48h", periods=2, draws=10)
    >>> int(switch.table("summary")["periods"].iloc[0])
    2
    """
    from optimizer.response.calibration import calibrate
    from optimizer.rollout.early_warning import limits
    from optimizer.rollout.transition import transition
    from optimizer.tables.transition import TABLES, Simulated, transition_tables

    checked = sound(scenario, changes).scenario
    chosen, seed = checked_plan(checked, plan), checked_seed(seed)
    checked_numbers("simulate", periods=periods, draws=draws, learning=learning)
    with calibrating():
        cal, euros = calibrate(checked), chosen.euros(checked)
        run = transition(cal, euros, periods, draws, seed, learning, chosen.terms)
        alarms = limits(run.cal, euros, seed)
    tables = transition_tables(Simulated(_named(plan), seed, learning, euros, run, alarms))
    title = f"Switch of {checked.name} to {_named(plan)}"
    study = Study("simulation", title, TABLES, tables, _simulation_pdfs, checked)
    return _saved(study, out)  # type: ignore[no-any-return]


def _simulation_pdfs(tables: Tables) -> Iterable[Document]:
    from reports.studies.transition import transition_pdfs

    return transition_pdfs(tables)


# --- pilot ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class PilotStudy(Study):
    """Pilots by team, and which teams the plan changes."""

    changed: tuple[str, ...] = ()

    @property
    def would_see(self) -> bool:
        """Whether a pilot within the headcount would see the plan work; nothing to see is seen."""
        return bool(self.frames["summary"].iloc[0]["team"]) or not self.changed


def pilot(
    scenario: GivenScenario,
    plan: GivenPlan | None = None,
    periods: int = 4,
    seed: int = SEED,
    out: str | os.PathLike[str] | None = None,
    changes: Sequence[str] = (),
) -> PilotStudy:
    """Which people, for how long: the smallest pilot that would see the plan work (80 % power at 5 %).

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    plan : str, mapping, Plan or path, optional
        As `evaluate` takes it; None is today's.
    periods : int
        Longest pilot, 1 to 40.
    seed : int
        Of everything that is drawn.
    out : path, optional
        Folder for tables and PDFs; `Study.save` does it later.
    changes : sequence of str
        As `read` takes them.

    Returns
    -------
    PilotStudy
        `would_see`; tables summary, teams, designs, left_out. Effects are in attainment.

    Raises
    ------
    ScenarioError
        With what `incentives pilot` prints: place, value, remedy.

    Notes
    -----
    docs/model.md §10.

    Examples
    --------
    >>> import optimizer as io
    >>> io.pilot("scenarios/alignment", periods=1).changed
    ()
    """
    from optimizer.response.calibration import calibrate
    from optimizer.rollout.pilot import changed_teams, settings
    from optimizer.rollout.pilot import pilot as design
    from optimizer.tables.pilot import TABLES, pilot_tables

    checked = sound(scenario, changes).scenario
    chosen, seed = checked_plan(checked, plan), checked_seed(seed)
    checked_numbers("pilot", periods=periods)
    with calibrating():
        cal, euros = calibrate(checked), chosen.euros(checked)
        changed = tuple(cal.network.teams[i] for i in changed_teams(cal, euros, chosen.terms))
        pilots = [design(setting, seed) for setting in settings(cal, euros, periods, chosen.terms)]
    tables = pilot_tables(checked, _named(plan), seed, pilots, changed)
    title = f"Pilots of {_named(plan)} in {checked.name}"
    study = PilotStudy("pilot", title, TABLES, tables, _pilot_documents, checked, changed)
    return _saved(study, out)  # type: ignore[no-any-return]


def _pilot_documents(tables: Tables) -> Iterable[Document]:
    from reports.studies.pilot import pilot_pdfs

    return pilot_pdfs(tables)


# --- adjust ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class AdjustStudy(Study):
    """Actuals against expectations, and the smallest change worth making."""

    adjustment: Adjustment = field(kw_only=True)
    warnings: tuple[InputProblem, ...] = ()
    """What is doubtful in the actuals."""

    @property
    def status(self) -> str:
        """Of the solve behind it, as in `incentives adjust`: optimal where it is proven."""
        if self.adjustment.verdict == "no_plan":
            return self.adjustment.unlimited.solution.status
        return "optimal" if self.frames["summary"].iloc[0]["proven"] else "feasible"


def adjust(
    scenario: GivenScenario,
    actuals: str | os.PathLike[str],
    plan: GivenPlan | None = None,
    time_limit: float | None = None,
    gap: float = 1e-4,
    seed: int = SEED,
    out: str | os.PathLike[str] | None = None,
    changes: Sequence[str] = (),
    listener: Listener | None = None,
) -> AdjustStudy:
    """Actuals against expectations, responsiveness learnt from them, the smallest change worth making.

    Parameters
    ----------
    scenario : Scenario or path
        The company.
    actuals : path
        CSV with the columns period,team,kpi,value: period 1 is the first under the plan, the value is the
        KPI's own (leads, not attainment).
    plan : str, mapping, Plan or path, optional
        That was launched; None is today's.
    time_limit : float, optional
        Seconds for each solve.
    gap : float
        Relative, 0 to 1.
    seed : int
        Of everything that is drawn.
    out : path, optional
        Folder for tables and PDFs; `Study.save` does it later.
    changes : sequence of str
        As `read` takes them.
    listener : Listener, optional
        Who hears how it goes on.

    Returns
    -------
    AdjustStudy
        `status`, `adjustment`, `warnings`; tables summary, actuals, responsiveness, changes, attempts.

    Raises
    ------
    ScenarioError
        With what `incentives adjust` prints: place, value, remedy.
    """
    from optimizer.rollout.actuals import read_actuals
    from optimizer.rollout.adjust import adjust as find_adjustment
    from optimizer.runs.api.solving import run_options
    from optimizer.runs.solve import Nobody
    from optimizer.solver.options import Options
    from optimizer.tables.adjust import TABLES, adjust_tables

    checked = sound(scenario, changes).scenario
    chosen = checked_plan(checked, plan)
    checked_numbers("adjust", time_limit=time_limit, gap=gap)
    asked = run_options(time_limit=time_limit, gap=gap, seed=checked_seed(seed))
    options = Options(gap=asked.gap, time_limit=asked.time_limit, seed=asked.seed)
    told, warnings = read_actuals(path_of("actuals", actuals), checked)
    with calibrating():
        tell = (listener or Nobody()).say
        adjustment = find_adjustment(checked, chosen, told, options, seed=seed, tell=tell)
    tables = adjust_tables(adjustment, _named(plan))
    study = AdjustStudy(
        "adjustment",
        f"Adjustment of {_named(plan)} in {checked.name}",
        TABLES,
        tables,
        _adjust_pdfs,
        checked,
        warnings=tuple(warnings),
        adjustment=adjustment,
    )
    return _saved(study, out)  # type: ignore[no-any-return]


def _adjust_pdfs(tables: Tables) -> Iterable[Document]:
    from reports.studies.adjust import adjust_pdfs

    return adjust_pdfs(tables)


# --- rollup ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class RollupStudy(Study):
    """One solved plan for every unit, under one envelope."""

    rolled: RolledUp = field(kw_only=True)

    @property
    def feasible(self) -> bool:
        """Whether the cheapest plans keep the envelope."""
        return self.rolled.best is not None

    def save(self, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
        """As of every study, and in `plans` the plan of every unit that does not keep its own."""
        from optimizer.runs.rollup import plan_files

        return (*super().save(folder), *plan_files(self.rolled, Path(folder) / "plans"))


def rollup(
    runs: Sequence[str | os.PathLike[str]],
    budget: float,
    seed: int = SEED,
    out: str | os.PathLike[str] | None = None,
) -> RollupStudy:
    """One solved plan for every unit, so that all together keep one envelope.

    Parameters
    ----------
    runs : sequence of path
        Run folders, or folders of batches; runs of one scenario name are one unit.
    budget : float
        Limit on expected payouts of all units together, charges and reserves included [currency/period].
    seed : int
        Of everything that is drawn.
    out : path, optional
        Folder for tables, PDFs and plans; `save` does it later.

    Returns
    -------
    RollupStudy
        `feasible`; tables summary, units, choices, joint, envelopes [currency/period].

    Raises
    ------
    ScenarioError
        With what `incentives rollup` prints: place, value, remedy.
    NotARunFolderError, ChangedRunError
        For a place that holds no run as it was written.
    """
    from optimizer.rollout.envelope import roll_up
    from optimizer.runs.rollup import units_in
    from optimizer.tables.rollup import TABLES, rollup_tables

    given = list(runs) if isinstance(runs, Sequence) and not isinstance(runs, str) else [runs]
    checked_numbers("rollup", budget=budget)
    seed = checked_seed(seed)
    with calibrating():
        rolled = roll_up(units_in([path_of("runs", run) for run in given], seed), float(budget), seed)
    title = f"{len(rolled.units)} units under one envelope"
    study = RollupStudy("rollup", title, TABLES, rollup_tables(rolled), _rollup_pdfs, rolled=rolled)
    return _saved(study, out)  # type: ignore[no-any-return]


def _rollup_pdfs(tables: Tables) -> Iterable[Document]:
    from reports.studies.rollup import rollup_pdfs

    return rollup_pdfs(tables)
