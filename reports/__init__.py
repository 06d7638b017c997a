"""Reports: they format, they never compute."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.tables.build import Solution
    from optimizer.tables.table import Tables

__all__ = ["write_report", "write_whatif"]


def write_report(
    solution: Solution,
    out_dir: str | os.PathLike[str],
    languages: Sequence[str] = (),
    *,
    tables: Tables | None = None,
    date: dt.date | None = None,
    attachments: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write `report.<language>.pdf` per language (all unasked) into a folder; returns the files.

    `tables` are those of the solution where they are known already. `date` is printed and stamped; without
    one nothing is printed, and the same input gives the same bytes. `attachments` (name to text, e.g.
    scenario.yaml, inputs.json) travel inside the PDF. `reports.documents` makes the other documents of a run.
    """
    from optimizer.tables.build import tables_of
    from reports.documents import documents
    from reports.run import RunContent, write_document

    run = RunContent(tables if tables is not None else tables_of(solution), attachments or {})
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    return [write_document(made, Path(out_dir)) for made in documents(run, ("pdf",), languages, date)]


def write_whatif(solution: Solution, out_dir: str | os.PathLike[str], language: str = "en") -> Path:
    """Write `whatif.html` into a folder, made if need be: a page that answers any plan by itself, in every
    language, `language` first. The same solution gives the same bytes."""
    from optimizer.tables.whatif import whatif_data
    from reports.run import Document, write_document
    from reports.whatif import page_of

    Path(out_dir).mkdir(parents=True, exist_ok=True)
    page = page_of(whatif_data(solution), language).encode()
    return write_document(Document("whatif.html", page), Path(out_dir))
