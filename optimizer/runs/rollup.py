"""Units from run folders: which runs are of one unit, and which plans each of them offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from optimizer.rollout.envelope import BusinessUnit, Found, RolledUp, unit_of
from optimizer.runs.batch.batch_run import RUNS
from optimizer.runs.batch.standing import read_json
from optimizer.runs.folder import MANIFEST, NotARunFolderError, refuse_changed
from optimizer.scenario.assigned.differences import changes_between
from optimizer.scenario.plan import plan_in, plan_in_told_words
from optimizer.scenario.problems import InputProblem, ScenarioError
from optimizer.scenario.read import read_scenario
from optimizer.scenario.types import Scenario
from optimizer.scenario.write import dump_plan
from optimizer.tables.frontier import FRONTIER

ALIKE = ("currency", "period")
"""Of scenarios under one envelope: amounts are added."""
FREE = ("rules", "plans", "curves", "label", "sources", "placeholders")
"""Where scenarios of one unit may differ: what is allowed and what is said, not how the company works."""


def units_in(places: Sequence[Path], seed: int) -> tuple[BusinessUnit, ...]:
    """The units whose runs the places hold: run folders, and folders of batches.

    Raises NotARunFolderError or ChangedRunError for a place that holds no run as it was written,
    ScenarioError where amounts cannot be added or runs of one name are of different companies, and
    CalibrationError.
    """
    runs = {folder.resolve(): _read(folder) for folder in chain.from_iterable(map(_runs_in, places))}
    named: dict[str, list[tuple[Path, Scenario]]] = {}
    for folder, scenario in runs.items():
        named.setdefault(scenario.name, []).append((folder, scenario))
    _refuse_mixtures(list(runs.items()))
    _refuse_namesakes(named)
    return tuple(
        unit_of(name, [(scenario, list(_found(folder, scenario))) for folder, scenario in of_unit], seed)
        for name, of_unit in named.items()
    )


def _runs_in(place: Path) -> list[Path]:
    inside = place / RUNS
    if (place / MANIFEST).exists() or not inside.is_dir():
        return [place]
    folders = sorted(path for path in inside.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not folders:
        raise NotARunFolderError(f"{inside} holds no runs: the batch has not come to any")
    return folders


def _read(folder: Path) -> Scenario:
    refuse_changed(folder)
    return read_scenario(folder / "scenario.yaml")


def _refuse_mixtures(runs: Sequence[tuple[Path, Scenario]]) -> None:
    (first, known), *others = runs
    for folder, scenario in others:
        for name in ALIKE:
            one, other = getattr(known, name), getattr(scenario, name)
            if one != other:
                message = f"{first} is in {one}: amounts of different ones cannot be added"
                _refuse(folder, name, str(other), message, "roll up units of one currency and period")


def _refuse_namesakes(named: dict[str, list[tuple[Path, Scenario]]]) -> None:
    for of_unit in named.values():
        (first, known), *others = of_unit
        for folder, scenario in others:
            changed = [c for c in changes_between(known, scenario) if c.path.split(".")[0] not in FREE]
            if changed:
                message = f"{first} is a unit of the same name, with {changed[0].before or 'nothing'} there"
                hint = "give one of the two, or rename a scenario: plans of one unit are of one company"
                _refuse(folder, changed[0].path, changed[0].after, message, hint)


def _refuse(folder: Path, where: str, value: str, message: str, hint: str) -> None:
    raise ScenarioError([InputProblem(where, value, message, hint, file=str(folder / "scenario.yaml"))])


def _found(folder: Path, scenario: Scenario) -> Iterator[Found]:
    """What a run recommends, then the plans of its frontier over budgets."""
    result: dict[str, Any] = read_json(folder / "result.json")
    if result["plan"] is not None:
        yield Found("recommended", folder.name, str(result["status"]), plan_in(result))
    points = FRONTIER.read(folder / "tables" / "frontier.csv")
    for _, point in points[(points["over"] == "budget") & (points["plan"] != "")].iterrows():
        plan = plan_in_told_words(scenario, point["plan"], point["curves"], point["target_pay"])
        yield Found("frontier", folder.name, str(point["status"]), plan, float(point["limit"]))


def plan_files(rolled: RolledUp, folder: Path) -> Iterator[Path]:
    """Write the plan of every unit that does not keep its own, `<unit>.yaml`: what `--plan` reads."""
    for unit, choice in zip(rolled.units, rolled.best.choices if rolled.best else (), strict=False):
        if choice.found.kind != "in_force":
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{unit.name}.yaml"
            file.write_text(dump_plan(choice.evaluation.plan), encoding="utf-8")
            yield file
