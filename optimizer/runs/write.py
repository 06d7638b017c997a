"""A solved scenario becomes a run folder (scenario.md): result, inputs, tables, documents, hashes.

Documents are made from what lies in the folder, and from nothing else, so that they can be made again later
without solving, byte for byte.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from optimizer.explanation.build import Explanation
from optimizer.runs.folder import inputs_record, manifest_of, refuse_changed, replace_folder, write_json
from optimizer.runs.options import RunOptions
from optimizer.scenario.write import dump_scenario
from optimizer.solver.clock import Clock
from optimizer.tables.build import RUN_TABLES, tables_of
from optimizer.tables.json_values import solution_json
from optimizer.tables.table import write_tables
from optimizer.tables.whatif import whatif_data

CUT = "tornado"
"""What a run leaves out where its time is up: what the gain is when a number is off."""


def write_run(
    folder: Path,
    source: bytes,
    explanation: Explanation,
    options: RunOptions,
    log: list[str],
    clock: Clock,
) -> None:
    """The run folder of scenario.md.

    `source` is the scenario's file as it was found; the clock has the time of the phases before.
    """
    solution = explanation.solution

    def fill(fresh: Path) -> None:
        with clock.timed("tables"):
            data(fresh)
        (fresh / "run.log").write_text("\n".join(log) + "\n", encoding="utf-8")
        with clock.timed("report"):
            _write_documents(fresh, options.outputs, options.languages)
        left_out = [CUT] if explanation.cut else []
        write_json(fresh / "manifest.json", manifest_of(fresh, clock.seconds, left_out))

    def data(fresh: Path) -> None:
        merged = dump_scenario(solution.problem.scenario)
        (fresh / "scenario.yaml").write_text(merged, encoding="utf-8")
        write_json(fresh / "result.json", solution_json(solution))
        from reports.words.labelled import with_labels

        write_json(fresh / "inputs.json", inputs_record(source, merged, options.record))
        write_tables(RUN_TABLES, with_labels(RUN_TABLES, tables_of(solution, explanation)), fresh / "tables")
        write_json(fresh / "company.json", whatif_data(solution))

    replace_folder(folder, fill)


def rewrite_documents(folder: Path, only: Sequence[str] = (), languages: Sequence[str] = ()) -> list[str]:
    """Make the documents of a run folder again, of some kinds or all; returns their names.

    The folder is replaced in one step. Raises NotARunFolderError where it is none, ChangedRunError where it
    is no longer what was written (documents would seal what changed), TableError where its tables are not
    those of this version.
    """
    refuse_changed(folder)
    names: list[str] = []

    def fill(fresh: Path) -> None:
        shutil.copytree(folder, fresh, dirs_exist_ok=True)
        manifest = json.loads((fresh / "manifest.json").read_text(encoding="utf-8"))
        (fresh / "manifest.json").unlink()
        began = perf_counter()
        names.extend(_write_documents(fresh, only, languages))
        seconds = {**manifest["seconds"], "report": perf_counter() - began}
        write_json(fresh / "manifest.json", manifest_of(fresh, seconds, manifest.get("left_out", ())))

    replace_folder(folder, fill)
    return names


def _write_documents(fresh: Path, only: Sequence[str], languages: Sequence[str]) -> list[str]:
    """Documents from what lies in the folder; their names."""
    from reports.documents import documents
    from reports.run import read_run, write_document

    return [write_document(made, fresh).name for made in documents(read_run(fresh), only, languages)]
