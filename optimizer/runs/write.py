"""A solved scenario becomes a run folder (scenario.md): result, inputs, tables, documents, hashes.

Documents are made from what lies in the folder, and from nothing else, so that they can be made again later
without solving, byte for byte.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from optimizer.explanation.build import Explanation
from optimizer.runs.folder import inputs_record, manifest_of, replace_folder, write_json
from optimizer.runs.options import RunOptions
from optimizer.scenario.write import dump_scenario
from optimizer.solver.clock import Clock
from optimizer.tables.build import RUN_TABLES, tables_of
from optimizer.tables.json_values import solution_json
from optimizer.tables.table import write_tables
from optimizer.tables.whatif import whatif_data

CUT, UNMADE, UNSOLVED = "tornado", "documents", "limits"
"""What a run leaves out where its time is up: what the gain is when a number is off, documents, prices of
rules and frontiers."""


def write_run(
    folder: Path,
    source: bytes,
    explanation: Explanation,
    options: RunOptions,
    log: list[str],
    clock: Clock,
    until: float = math.inf,
) -> tuple[str, ...]:
    """The run folder of scenario.md; what there was no time for is left out of it, and told.

    `source` is the scenario's file as it was found; the clock has the time of the phases before. After the
    moment `until` [s, time.monotonic] no document is begun; all else is written whatever the time.
    """
    left_out: list[str] = []

    def fill(fresh: Path) -> None:
        with clock.timed("tables"):
            write_data(fresh, explanation)
            merged = (fresh / "scenario.yaml").read_text(encoding="utf-8")
            write_json(fresh / "inputs.json", inputs_record(source, merged, options.record))
        (fresh / "run.log").write_text("\n".join(log) + "\n", encoding="utf-8")
        with clock.timed("report"):
            whole = _write_documents(fresh, options.outputs, options.languages, until)
        missing = {CUT: explanation.cut, UNSOLVED: explanation.unsolved, UNMADE: not whole}
        left_out.extend(what for what, is_missing in missing.items() if is_missing)
        write_json(fresh / "manifest.json", manifest_of(fresh, clock.seconds, left_out))

    replace_folder(folder, fill)
    return tuple(left_out)


def write_data(folder: Path, explanation: Explanation) -> None:
    """What follows from a solution: scenario, result, tables, and the company of the page."""
    from reports.words.labelled import with_labels

    solution = explanation.solution
    (folder / "scenario.yaml").write_text(dump_scenario(solution.problem.scenario), encoding="utf-8")
    write_json(folder / "result.json", solution_json(solution))
    write_tables(RUN_TABLES, with_labels(RUN_TABLES, tables_of(solution, explanation)), folder / "tables")
    write_json(folder / "company.json", whatif_data(solution))


def _write_documents(fresh: Path, only: Sequence[str], languages: Sequence[str], until: float) -> bool:
    """Documents from what lies in the folder; whether there was time for all."""
    from reports.documents import Documents
    from reports.run import read_run, write_document

    for part in Documents(read_run(fresh)).parts(only, languages):
        if monotonic() >= until:
            return False
        for made in part():
            write_document(made, fresh)
    return True
