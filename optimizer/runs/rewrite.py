"""The documents of a run folder again, without solving: only of one whose figures hold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from optimizer.runs.alone import locked
from optimizer.runs.folder import ChangedRunError, manifest_of, refuse_changed, replace_folder, write_json
from optimizer.runs.follow import data_apart, documents_apart
from optimizer.runs.recompute import recomputed
from optimizer.runs.verify import NOT_READ, described
from optimizer.runs.write import UNMADE
from optimizer.tables.approvals import JOURNAL
from optimizer.tables.table import TableError
from reports.documents import Documents
from reports.run import read_run, write_document

FEW = 2_000
"""Plans that are judged within seconds."""


def rewrite_documents(folder: Path, only: Sequence[str] = (), languages: Sequence[str] = ()) -> list[str]:
    """Make the documents of a run folder again, of some kinds or all; returns their names.

    The folder is replaced in one step. Raises NotARunFolderError where it is none, TableError where its
    tables are not those of this version, ChangedRunError where it is no longer what was written, or says what
    does not follow from its scenario and plan: documents would seal it. A proof over FEW plans is made again.
    """
    refuse_changed(folder)
    names: list[str] = []
    with locked(folder):
        made = _makers(folder)

        def fill(fresh: Path) -> None:
            shutil.copytree(folder, fresh, dirs_exist_ok=True)
            manifest = json.loads((fresh / "manifest.json").read_text(encoding="utf-8"))
            (fresh / "manifest.json").unlink()
            began = perf_counter()
            names.extend(write_document(one, fresh).name for one in made.asked(only, languages))
            seconds = {**manifest["seconds"], "report": perf_counter() - began}
            left_out = [what for what in manifest.get("left_out", ()) if only or what != UNMADE]
            write_json(fresh / "manifest.json", manifest_of(fresh, seconds, left_out))

        replace_folder(folder, fill, keeps=(JOURNAL,))
    return names


def refuse_unfounded(folder: Path) -> None:
    """Raises ChangedRunError where a figure does not follow from scenario and plan, or a proof over FEW plans
    does not come out again; TableError where tables are not those of this version."""
    with _evaluated(folder):
        _refuse(folder, tuple(recomputed(folder)) or data_apart(folder, few=FEW).apart)


def _makers(folder: Path) -> Documents:
    """What its documents are made by. Raises as `refuse_unfounded`, also where a document that is there does
    not follow from the rest."""
    with _evaluated(folder):
        made = Documents(read_run(folder))
    refuse_unfounded(folder)
    with _evaluated(folder):
        _refuse(folder, documents_apart(folder, made, missing=False).apart)
    return made


@contextmanager
def _evaluated(folder: Path) -> Iterator[None]:
    """What cannot be read is no longer what was written."""
    try:
        yield
    except (TableError, ChangedRunError):
        raise
    except NOT_READ as error:
        raise ChangedRunError(folder, [f"cannot be evaluated: {type(error).__name__}: {error}"]) from error


def _refuse(folder: Path, apart: Sequence[tuple[str, ...]]) -> None:
    if apart:
        raise ChangedRunError(folder, [described(part) for part in apart])
