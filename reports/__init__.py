"""Reports: they format, they never compute."""

from __future__ import annotations

import datetime as dt
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.tables import Solution, Tables

__all__ = ["write_report", "write_whatif"]


def write_report(
    solution: Solution,
    out_dir: str | os.PathLike[str],
    languages: Sequence[str] = ("en", "fr"),
    *,
    tables: Tables | None = None,
    date: dt.date | None = None,
    attachments: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write `report.<language>.pdf` per language into a folder, made if need be; returns the files.

    `tables` are those of the solution where they are known already. `date` is printed and stamped; without
    one nothing is printed, and the same input gives the same bytes. `attachments` (name to text, e.g.
    scenario.yaml, inputs.json) travel inside the PDF.
    """
    from optimizer.tables import printable, tables_of
    from reports.pdf import pdf_of

    shown = printable(tables if tables is not None else tables_of(solution))
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    written = []
    for language in languages:
        document, said = pdf_of(shown, language, date, attachments)
        for warning in said:
            warnings.warn(f"report.{language}.pdf: {warning}", stacklevel=2)
        written.append(_replace(Path(out_dir) / f"report.{language}.pdf", document))
    return written


def write_whatif(solution: Solution, out_dir: str | os.PathLike[str], language: str = "en") -> Path:
    """Write `whatif.html` into a folder, made if need be: a page that answers any plan by itself, in both
    languages, `language` first. The same solution gives the same bytes."""
    from optimizer.whatif import whatif_data
    from reports.whatif import page_of

    Path(out_dir).mkdir(parents=True, exist_ok=True)
    return _replace(Path(out_dir) / "whatif.html", page_of(whatif_data(solution), language).encode())


def _replace(target: Path, content: bytes) -> Path:
    """A reader sees the old file or the new one, never a part."""
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    os.replace(part, target)
    return target
