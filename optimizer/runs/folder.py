"""The run folder: everything a solve produced, replaced in one step, with hashes (scenario.md)."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

VERSIONED = ("incentive-optimizer", "pyomo", "highspy", "numpy", "scipy", "pandas", "matplotlib", "typst")
"""Packages whose version can change a result or a document."""


def inputs_record(source: bytes, merged: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes of what went in, options and versions: what an auditor needs to run it again."""
    return {
        "scenario_sha256": hashlib.sha256(source).hexdigest(),
        "merged_sha256": hashlib.sha256(merged.encode()).hexdigest(),
        "options": dict(options),
        "python": platform.python_version(),
        "versions": _versions(),
    }


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in VERSIONED}


def write_json(path: Path, value: Any) -> None:
    """Readable, ordered as given, one newline at the end."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


class NotARunFolderError(ValueError):
    """The folder to write holds something that is not a run; nothing was touched."""


def refuse_foreign(target: Path) -> None:
    """Raise NotARunFolderError unless the target is absent, empty, or an earlier run."""
    working = Path.cwd().resolve()
    if target.is_file() or target == working or target in working.parents:
        raise NotARunFolderError(f"{target} cannot be a run folder; name a new folder")
    if target.is_dir() and any(target.iterdir()) and not (target / "manifest.json").is_file():
        raise NotARunFolderError(
            f"{target} exists and is not a run folder; name another or remove it yourself"
        )


def refuse_unwritable(path: Path) -> None:
    """Raise OSError unless files can be made in the path, or in the nearest folder above it that is there.

    Tried with a file that has no name: permissions say nothing to root, and nothing of system folders.
    """
    path = path.absolute()
    there = next(place for place in (path, *path.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def refuse_other(target: Path) -> None:
    """Raise NotARunFolderError unless the target is a complete run."""
    missing = [name for name in ("manifest.json", "result.json", "tables") if not (target / name).exists()]
    if missing:
        runs = target / "runs"
        remedy = f"name one of those in {runs}" if runs.is_dir() else "name one that solve wrote"
        raise NotARunFolderError(f"{target} is not a run folder: it has no {missing[0]}; {remedy}")


def replace_folder(target: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder beside the target, then put it in the target's place.

    A reader sees the old folder or the new one, never a mixture; a failure leaves the old one.
    Raises NotARunFolderError where the target holds anything but an earlier run.
    """
    target = target.resolve()
    refuse_foreign(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        fresh.chmod(0o755)
        fill(fresh)
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
            os.replace(target, old / target.name)
            os.replace(fresh, target)
            shutil.rmtree(old)
        else:
            os.replace(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def manifest_of(folder: Path, seconds: Mapping[str, float], left_out: Sequence[str] = ()) -> dict[str, Any]:
    """SHA-256 of every file in the folder, timings, and what there was no time for."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("manifest.json", "run.log"))
    manifest: dict[str, Any] = {
        "sha256": {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }
    return manifest | ({"left_out": list(left_out)} if left_out else {})


def changed_files(folder: Path) -> list[str]:
    """What does not agree with the manifest of a run folder: missing, changed and foreign files."""
    try:
        recorded = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return ["manifest.json is missing or cannot be read"]
    hashes = manifest_of(folder, {})["sha256"]
    missing = [f"{name} is missing" for name in recorded if name not in hashes]
    foreign = [f"{name} is not in the manifest" for name in hashes if name not in recorded]
    changed = [
        f"{name} has changed" for name in recorded if hashes.get(name, recorded[name]) != recorded[name]
    ]
    return missing + foreign + changed
