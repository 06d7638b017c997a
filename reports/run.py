"""What documents are made from, and what making them gives."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.tables.approvals import Approval, approvals_of, run_version
from optimizer.tables.build import RUN_TABLES
from optimizer.tables.table import read_tables

if TYPE_CHECKING:
    from optimizer.tables.table import Tables

ATTACHED = ("scenario.yaml", "inputs.json")
"""Files of a run folder that travel inside the PDFs."""
COMPANY = "company.json"


@dataclass(frozen=True)
class RunContent:
    """Tables as computed, files (name to text) that documents carry or quote, and the calibrated company."""

    tables: Tables
    files: Mapping[str, str] = field(default_factory=dict)
    company: Mapping[str, Any] | None = None
    """What the what-if page computes with (`optimizer.tables.whatif`)."""
    version: str = ""
    """SHA-256 of what the run says (`run_version`); empty for tables without a folder."""
    approvals: tuple[Approval, ...] = ()
    """Who approved it, oldest first: the one place where documents read that."""


class Document(NamedTuple):
    """A file to write, and what its maker warns of."""

    name: str
    content: bytes
    warnings: tuple[str, ...] = ()


def read_run(folder: Path) -> RunContent:
    """A run folder as it lies on the disk. Raises TableError where its tables are of another version,
    BrokenChainError where its approvals are not what was written."""
    files = {name: (folder / name).read_text(encoding="utf-8") for name in ATTACHED}
    company = json.loads((folder / COMPANY).read_text(encoding="utf-8"))
    tables = read_tables(RUN_TABLES, folder / "tables")
    return RunContent(tables, files, company, run_version(folder), approvals_of(folder))


def write_document(document: Document, folder: Path) -> Path:
    """A reader sees the old file or the new one, never a part. What its maker warns of becomes a warning."""
    for warning in document.warnings:
        warnings.warn(f"{document.name}: {warning}", stacklevel=2)
    target = folder / document.name
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(document.content)
    os.replace(part, target)
    return target
