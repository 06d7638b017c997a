"""A solved scenario becomes a run folder (scenario.md): result, inputs, tables, reports, hashes."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

from optimizer.explain import Explanation
from optimizer.read import dump_scenario
from optimizer.results import solution_json
from optimizer.runs import inputs_record, manifest_of, replace_folder, write_json
from optimizer.tables import tables_of


def write_run(
    folder: Path,
    file: Path,
    found: Explanation,
    options: dict[str, Any],
    log: list[str],
    seconds: dict[str, float],
) -> dict[str, float]:
    """The run folder of scenario.md; returns the seconds of every phase, those before included."""
    from reports import write_report

    solution = found.solution
    seconds = dict(seconds)

    def fill(fresh: Path) -> None:
        began = perf_counter()
        merged = dump_scenario(solution.cal.scenario)
        (fresh / "scenario.yaml").write_text(merged, encoding="utf-8")
        write_json(fresh / "result.json", solution_json(solution))
        write_json(fresh / "inputs.json", inputs_record(file, merged, options))
        (fresh / "tables").mkdir()
        tables = tables_of(solution, found)
        for name, table in tables.items():
            table.to_csv(fresh / "tables" / f"{name}.csv", index=False)
        seconds["tables"] = perf_counter() - began
        began = perf_counter()
        attached = {
            name: (fresh / name).read_text(encoding="utf-8") for name in ("scenario.yaml", "inputs.json")
        }
        write_report(solution, fresh, tables=tables, attachments=attached)
        seconds["report"] = perf_counter() - began
        (fresh / "run.log").write_text("\n".join(log) + "\n", encoding="utf-8")
        write_json(fresh / "manifest.json", manifest_of(fresh, seconds))

    replace_folder(folder, fill)
    return seconds
