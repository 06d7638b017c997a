"""Scenarios from exports and from answers, and many runs at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from optimizer.runs.api.allowed import checked_choice, checked_numbers
from optimizer.runs.api.reading import path_of
from optimizer.runs.api.shown import Shown
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.history.draft.measured_answers import MeasuredAnswers
    from optimizer.history.estimate.history_study import Study as History
    from optimizer.history.suggest.suggestion import Suggestion
    from optimizer.runs.api.solving import Result
    from optimizer.runs.batch import BatchRun, Progress, Settings
    from optimizer.scenario.start.answer_types import Answers
    from optimizer.scenario.start.generate import Started
    from optimizer.scenario.types import Scenario

Place = str | os.PathLike[str]
Tell = Callable[[str], None]


def write_new(file: Path, content: bytes) -> Path:
    """Write a file that is not there yet. Raises FileExistsError for one that is, OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(content)
    return file


def _silent(text: str) -> None:
    """Not heard."""


def _paths(given: Sequence[Place] | Place) -> tuple[Path, ...]:
    listed = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    return tuple(path_of("exports", one) for one in listed)


# --- calibrate ------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class Calibration(Shown):
    """What exports tell: rates, lags, noise and persons, with intervals and sources."""

    study: History
    first_table = "rates"

    @property
    def scenario(self) -> Scenario:
        """What it makes of them."""
        from optimizer.history.draft.build import scenario_of

        return scenario_of(self.study)

    @property
    def answers(self) -> MeasuredAnswers:
        """Answers to questions of `start`, as far as exports have them."""
        from optimizer.history.draft.measured_answers import measured_answers

        return measured_answers(self.study)

    @property
    def as_json(self) -> dict[str, Any]:
        """What was found; `incentives calibrate --json` prints it, and a few sentences."""
        from optimizer.history.findings import as_json

        return as_json(self.study)

    def save(self, file: Place) -> Path:
        """Write the scenario. Raises FileExistsError, OSError."""
        from optimizer.scenario.write import dump_scenario

        return write_new(Path(file), dump_scenario(self.scenario).encode())

    def save_answers(self, file: Place) -> Path:
        """Write what `start --answers` reads. Raises FileExistsError, OSError."""
        from optimizer.scenario.start.answer_values import content_text

        return write_new(Path(file), content_text(self.answers.content).encode())

    def save_report(self, folder: Place) -> tuple[Path, ...]:
        """Write the PDF report, one a language. Raises OSError."""
        from optimizer.tables.history import calibration_tables
        from reports.run import write_document
        from reports.studies.calibration import calibration_pdfs

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        made = calibration_pdfs(calibration_tables(self.study))
        return tuple(write_document(document, target) for document in made)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        facts = [(name, str(len(frame))) for name, frame in self._known.items() if len(frame)]
        return f"Calibration of {self.study.given.name}, rows by table", facts[:10]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        from optimizer.tables.history import calibration_tables

        return calibration_tables(self.study)


@overload
def calibrate(
    exports: Sequence[Place] | Place,
    map: Place | None = None,
    out: Place | None = None,
    answers_out: Place | None = None,
    suggest_map: Literal[False] = False,
    report: Place | None = None,
    names: bool = False,
    listener: Tell | None = None,
) -> Calibration: ...
@overload
def calibrate(
    exports: Sequence[Place] | Place,
    map: Place | None = None,
    out: Place | None = None,
    answers_out: Place | None = None,
    *,
    suggest_map: Literal[True],
    report: Place | None = None,
    names: bool = False,
    listener: Tell | None = None,
) -> Suggestion: ...
def calibrate(
    exports: Sequence[Place] | Place,
    map: Place | None = None,
    out: Place | None = None,
    answers_out: Place | None = None,
    suggest_map: bool = False,
    report: Place | None = None,
    names: bool = False,
    listener: Tell | None = None,
) -> Calibration | Suggestion:
    """Estimate rates, lags, noise and persons from CRM exports, and write them as a scenario.

    Parameters
    ----------
    exports : path or sequence of path
        CSV (also gzipped) or XLSX files.
    map : path, optional
        What the columns mean; needed unless one is asked for.
    out : path, optional
        The scenario to write; never an existing file.
    answers_out : path, optional
        Answers to questions of `start`, as far as exports have them; a new file.
    suggest_map : bool
        Return a map to start from (`.text`), and do nothing else.
    report : path, optional
        Folder for the PDF report.
    names : bool
        Names of persons instead of pseudonyms.
    listener : callable, optional
        Told a line of text as it goes on.

    Returns
    -------
    Calibration
        `scenario`, `answers`; tables of rates [share], lags [days], noise, persons, each with its interval.

    Raises
    ------
    ScenarioError
        With what `incentives calibrate` prints: place, value, remedy.
    FileExistsError
        Where a file to write is there.

    Notes
    -----
    docs/model.md §11.
    """
    files, tell = _paths(exports), listener or _silent
    if suggest_map:
        from optimizer.history.suggest.suggestion import suggested

        return suggested(files)
    if map is None:
        hint = "name a file; suggest_map=True gives one to start from"
        raise ScenarioError([Finding(("map",), "", "is missing", hint).problem()])
    from optimizer.history.behaviour import converged
    from optimizer.history.estimate.history_study import study_of
    from optimizer.history.read.deals import read_history
    from optimizer.history.read.maps.mapping import read_map

    given = read_map(Path(map))
    found = Calibration(converged(study_of(read_history(files, given, names=names, tell=tell), given, tell)))
    if out is not None:
        found.save(out)
    if answers_out is not None:
        found.save_answers(answers_out)
    if report is not None:
        found.save_report(report)
    return found


# --- start ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class StartedCompany(Shown):
    """A scenario made of answers, and what was adjusted or assumed on the way."""

    started: Started
    warnings: tuple[InputProblem, ...]
    """Answers outside of what is plausible."""
    first_table = "said"

    @property
    def scenario(self) -> Scenario:
        """The company, every number with its source and range."""
        return self.started.scenario

    @property
    def answers(self) -> Answers:
        """What it was made of."""
        return self.started.answers

    def save(self, folder: Place | None = None) -> Path:
        """Write `scenario.yaml` and `answers.yaml` into a folder, by default the company's name. Raises
        FileExistsError where one is there, OSError."""
        from optimizer.scenario.start.answers import answers_text
        from optimizer.scenario.write import dump_scenario

        target = Path(folder or self.scenario.name)
        write_new(target / "scenario.yaml", dump_scenario(self.scenario).encode())
        write_new(target / "answers.yaml", answers_text(self.answers).encode())
        return target

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        counts = {"teams": len(self.scenario.teams), "KPIs": len(self.scenario.kpis)}
        counts |= {"remarks": len(self.started.said), "warnings": len(self.warnings)}
        return f"{self.scenario.name}, from answers", [(name, str(n)) for name, n in counts.items()]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        from pandas import DataFrame

        rows = [(one.code, one.about, dict(one.numbers), one.is_doubt) for one in self.started.said]
        return {"said": DataFrame(rows, columns=["code", "about", "numbers", "is_doubt"])}


def start(
    answers: Answers | Mapping[str, Any] | Place | None = None,
    archetype: str | None = None,
    example: str | None = None,
    out: Place | None = None,
) -> StartedCompany:
    """From 23 to 40 answers to a balanced scenario: every given number kept, everything else a usual value.

    Questions are asked at a terminal (`incentives start`) or on its page; here answers are given.

    Parameters
    ----------
    answers : path, mapping or Answers, optional
        YAML, JSON, a filled workbook, or what such a file has.
    archetype : str, optional
        Kind of company that the answers must be of.
    example : str, optional
        Kind of company whose invented answers are taken instead.
    out : path, optional
        Folder for scenario.yaml and answers.yaml; `save` writes it later.

    Returns
    -------
    StartedCompany
        `scenario`, `answers`, `warnings`; the table `said` has what was adjusted and assumed.

    Raises
    ------
    ScenarioError
        With what `incentives start` prints: place, value, remedy.
    FileExistsError
        Where a file to write is there.

    Examples
    --------
    >>> import optimizer as io
    >>> io.start(example="saas_sdr").scenario.currency
    'EUR'
    """
    from optimizer.plans.started import started
    from optimizer.scenario.start.answers import doubts_of

    given = _answers(answers, example)
    if archetype not in (None, given.archetype):
        message = f"these are answers of another kind of company, {given.archetype}"
        hint = "leave `archetype` out, or give answers of that kind"
        raise ScenarioError([Finding(("archetype",), str(archetype), message, hint).problem()])
    file = os.fspath(answers) if isinstance(answers, str | os.PathLike) else ""
    made = StartedCompany(started(given), doubts_of(given, file))
    if out is not None:
        made.save(out)
    return made


def _answers(given: Any, example: str | None) -> Answers:
    from optimizer.scenario.start.answer_types import Answers
    from optimizer.scenario.start.answers import answers_in, example_answers, read_answers
    from optimizer.scenario.start.library import LIBRARY

    if example is not None:
        checked_choice("example", example, tuple(LIBRARY.archetypes))
        return example_answers(example)
    if isinstance(given, Answers):
        return given
    if isinstance(given, str | os.PathLike):
        return read_answers(given)
    if not isinstance(given, Mapping):
        hint = "give a file of answers, or what it has; `example` takes those of an invented company"
        raise ScenarioError([Finding(("answers",), type(given).__name__, "are no answers", hint).problem()])
    answers, findings = answers_in(dict(given))
    if answers is None or findings:
        raise ScenarioError(finding.problem() for finding in findings)
    return answers


# --- batch ----------------------------------------------------------------------------------------------


class View(Protocol):
    """Who sees how a batch goes on."""

    def tell(self, ended: Progress) -> None:
        """A run that ended, or was finished before."""

    def end(self, run: BatchRun) -> None:
        """All is done."""


class _Nobody:
    def tell(self, ended: Progress) -> None:
        """Not seen."""

    def end(self, run: BatchRun) -> None:
        """Not seen."""


@dataclass(frozen=True, repr=False, eq=False)
class Batch(Shown):
    """Every run of a grid, and the index of them."""

    run: BatchRun
    index: pd.DataFrame
    first_table = "index"

    @property
    def folder(self) -> Path:
        """Where its runs lie."""
        return self.run.folder

    def load(self, name: str) -> Result:
        """One run by its name in the index. Raises as `optimizer.load`."""
        from optimizer.runs.api.solving import load
        from optimizer.runs.batch.batch_run import RUNS

        return load(self.folder / RUNS / name)

    def _told(self) -> tuple[str, Sequence[tuple[str, str]]]:
        counts = sorted(self.run.counts.items())
        return f"{len(self.index)} runs in {self.folder}", [(name, str(n)) for name, n in counts]

    def _frames(self) -> Mapping[str, pd.DataFrame]:
        return {"index": self.index}


def batch(
    grid: Place,
    out: Place | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    retry: Literal["failed"] | None = None,
    wait: bool = False,
    view: Callable[[int], AbstractContextManager[View]] | None = None,
) -> Batch:
    """Solve and report every run of a grid; only what is not finished is done.

    Parameters
    ----------
    grid : path
        A grid file (docs/scenario.md).
    out : path, optional
        Folder of the batch; None is runs/<name of the grid file>.
    workers : int, optional
        Processes; None is one per core. A script wants `if __name__ == "__main__":` around it.
    scheduler : str, optional
        `tcp://HOST:PORT` of a Dask scheduler instead of processes.
    retry : {"failed"}, optional
        Also do failed runs again.
    wait : bool
        Wait while another batch works in the folder.
    view : callable, optional
        Makes, of the number of runs, who sees how it goes on.

    Returns
    -------
    Batch
        The table `index` has a row per run; `load(name)` gives one.

    Raises
    ------
    ScenarioError
        With what is wrong with the grid: place, value, remedy.
    NotARunFolderError
        Where the folder is a run.
    LockedError, AttemptsError, UnreachableError
        Where another batch works in the folder, attempts cannot be kept, no scheduler answers.
    """
    from optimizer.runs.batch import labels_of, read_grid, run_batch, write_index
    from optimizer.runs.folder import MANIFEST, NotARunFolderError, placed
    from reports.batch_summary import write_summary

    checked_numbers("batch", workers=workers)
    if retry is not None:
        checked_choice("retry", retry, ("failed",))
    jobs = read_grid(path_of("grid", grid))
    folder = Path("runs") / Path(grid).stem if out is None else Path(out)
    if (folder / MANIFEST).exists():
        raise NotARunFolderError(f"{folder} is a run; a batch needs a folder of its own")
    seen: AbstractContextManager[View] = nullcontext(_Nobody()) if view is None else view(len(jobs))
    with placed(folder), seen as board:
        run = run_batch(jobs, folder, _settings(workers, scheduler, retry, wait), board.tell)
        index = write_index(run)
        write_summary(index, labels_of(run), folder, jobs[0].options.languages)
        board.end(run)
    return Batch(run, index)


def _settings(workers: int | None, scheduler: str | None, retry: str | None, wait: bool) -> Settings:
    from optimizer.runs.batch import Settings, cluster, cores, processes

    count = workers or cores()
    common: dict[str, Any] = {"retry_failed": retry == "failed", "wait": wait}
    if scheduler is None:
        return Settings(processes, count, **common)
    return Settings(lambda _: cluster(scheduler), count, **common)
