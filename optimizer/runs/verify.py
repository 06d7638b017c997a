"""Run folders verified: are they what was written, and does an independent evaluation say the same?

Nothing here asks the optimization model: hashes, equilibria, payouts and rules are computed again from
what lies in the folder.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.parallel.pool import each
from optimizer.plans.evaluation import evaluate
from optimizer.plans.statuses import WITH_PLAN
from optimizer.response.calibration import CalibrationError
from optimizer.runs.folder import changed_files
from optimizer.scenario.plan import plan_in
from optimizer.scenario.problems import ScenarioError, printable
from optimizer.scenario.read import read_scenario
from optimizer.scenario.seed import SEED
from optimizer.tables.json_values import outcome_json

SAME = 1e-6
"""Relative difference up to which a number is the recorded one: rounding in other versions of libraries."""
MANY = 40
"""Run folders from which on starting processes pays."""
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """Something in a run folder that is not as it should be."""

    run: str
    what: str
    recorded: str = ""
    found: str = ""

    def __str__(self) -> str:
        numbers = f": recorded {self.recorded}, found {self.found}" if self.recorded or self.found else ""
        return printable(f"{self.run}: {self.what}{numbers}")


def run_folders(folder: Path) -> list[Path]:
    """The run folder itself, or those of a batch."""
    if (folder / "manifest.json").is_file():
        return [folder]
    inside = folder / "runs" if (folder / "runs").is_dir() else folder
    return sorted(path for path in inside.iterdir() if path.is_dir() and not path.name.startswith("."))


def verify_run(folder: Path) -> tuple[Difference, ...]:
    """All that is wrong with one run folder; empty for a sound one."""
    name = folder.name
    changed = [Difference(name, what) for what in changed_files(folder)]
    try:
        return (*changed, *(Difference(name, *parts) for parts in _evaluated(folder)))
    except (OSError, ValueError, KeyError, TypeError, ScenarioError, CalibrationError) as error:
        return (*changed, Difference(name, f"cannot be evaluated: {type(error).__name__}: {error}"))


def verify_runs(folders: Sequence[Path], workers: int) -> list[tuple[Difference, ...]]:
    """`verify_run` of each, in their order; in several processes where there are many."""
    return each(verify_run, folders, workers if len(folders) >= MANY else 1)


def _evaluated(folder: Path) -> Iterator[tuple[str, ...]]:
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
    merged = hashlib.sha256((folder / "scenario.yaml").read_bytes()).hexdigest()
    if merged != inputs["merged_sha256"]:
        yield "scenario.yaml is not the scenario of inputs.json", inputs["merged_sha256"], merged
    yield from _bound(result)
    if result["plan"] is not None:
        yield from _plan(folder, result, inputs["options"].get("seed", SEED))


def _bound(result: Json) -> Iterator[tuple[str, ...]]:
    value, bound, gap = (result[name] for name in ("objective", "bound", "gap"))
    if value is None or bound is None:
        return
    if bound < value - SAME * max(1.0, abs(value)):
        yield "the bound is below the objective", str(bound), str(value)
    expected = max(0.0, bound - value) / max(abs(value), 1e-9)
    if gap is None or abs(expected - gap) > SAME:
        yield "the gap is not that of objective and bound", str(gap), str(expected)


def _plan(folder: Path, result: Json, seed: int) -> Iterator[tuple[str, ...]]:
    """Equilibria, payouts and rules of the plan, computed again."""
    scenario = read_scenario(folder / "scenario.yaml")
    plan = plan_in(result)
    at = evaluate(scenario, plan, seed)
    yield from _apart("consistent", result["consistent"], outcome_json(at.cal, at.consistent))
    yield from _apart("first_response", result["first_response"], outcome_json(at.cal, at.first_response))
    if result["status"] not in WITH_PLAN or "linearised" in result:
        return
    for rule in at.broken_rules:
        yield f"the plan breaks {rule.name}", f"limit {rule.limit:.6g}", f"{rule.value:.6g}"


def _apart(place: str, recorded: Any, recomputed: Any) -> Iterator[tuple[str, ...]]:
    """Numbers that differ, with their place in the result; residuals are rounding and are not compared."""
    if isinstance(recorded, dict) and isinstance(recomputed, dict) and recorded.keys() == recomputed.keys():
        for key in recorded:
            if key != "residual":
                yield from _apart(f"{place}.{key}", recorded[key], recomputed[key])
    elif not _same(recorded, recomputed):
        yield f"{place} is not what the plan brings", str(recorded), str(recomputed)


def _same(recorded: Any, recomputed: Any) -> bool:
    if isinstance(recorded, int | float) and isinstance(recomputed, int | float):
        return math.isclose(recorded, recomputed, rel_tol=SAME, abs_tol=SAME)
    return bool(recorded == recomputed)
