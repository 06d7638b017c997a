"""The run folder: everything a solve produced, replaced in one step, with hashes (scenario.md)."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from optimizer.tables.approvals import (
    JOURNAL,
    SHORT,
    BrokenChainError,
    approvals_of,
    digest_of,
    run_version,
)

VERSIONED = (
    "incentive-optimizer", "pyomo", "highspy", "numpy", "scipy", "pandas", "matplotlib", "typst",
    "xlsxwriter", "babel", "python-docx",
)  # fmt: skip
"""Packages whose version can change a result or a document."""


def inputs_record(source: bytes, merged: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes of what went in, options and versions: what an auditor needs to run it again."""
    return {
        "scenario_sha256": hashlib.sha256(source).hexdigest(),
        "merged_sha256": hashlib.sha256(merged.encode()).hexdigest(),
        "options": dict(options),
        "python": platform.python_version(),
        "versions": versions(),
    }


@cache
def versions() -> dict[str, str]:
    """Those installed here, of VERSIONED."""
    return {name: version(name) for name in VERSIONED}


def write_json(path: Path, value: Any) -> None:
    """Readable, ordered as given, one newline at the end."""
    path.write_text(json_text(value), encoding="utf-8")


def json_text(value: Any) -> str:
    """As `write_json` writes it."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


class NotARunFolderError(ValueError):
    """The folder to write or to read holds something that is not a run; nothing was touched."""


class ChangedRunError(ValueError):
    """A run folder is not what was written; `changes` says where."""

    def __init__(self, folder: Path, changes: Sequence[str]) -> None:
        super().__init__(f"{folder} is not what was written: {'; '.join(changes)}")
        self.folder = folder
        self.changes = tuple(changes)


MANIFEST = "manifest.json"
SEAL = "seal"
"""Key of the manifest: the hash of the rest of it."""


def listing(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run, by its path in the folder: what makes the folder one.

    Raises NotARunFolderError where there is none.
    """
    try:
        recorded = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["sha256"]
        if not isinstance(recorded, dict) or not {"result.json", "scenario.yaml"} <= recorded.keys():
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise NotARunFolderError(f"{folder} is not a run folder: {MANIFEST} lists no run") from None
    return {str(name): str(digest) for name, digest in recorded.items()}


def refuse_foreign(target: Path, keeps: Sequence[str] = ()) -> None:
    """Raise NotARunFolderError unless the target is absent, empty, or an earlier run and nothing else but
    what the new one `keeps`. A run that somebody approved is not replaced."""
    place, working = target.resolve(), Path.cwd().resolve()
    if target.is_symlink():
        raise NotARunFolderError(f"{target} is a symbolic link; name the folder that it leads to")
    if place.is_file() or place == working or place in working.parents:
        raise NotARunFolderError(f"{target} cannot be a run folder; name a new folder")
    if not place.is_dir() or not any(place.iterdir()):
        return
    try:
        known = listing(place)
    except NotARunFolderError:
        raise NotARunFolderError(
            f"{target} exists and is not a run folder; name another or remove it yourself"
        ) from None
    foreign = [name for name in _contents(place) if name not in (*known, *keeps, MANIFEST)]
    if JOURNAL in foreign:
        raise NotARunFolderError(f"{target} is approved ({JOURNAL}) and is not replaced; name another folder")
    if foreign:
        raise NotARunFolderError(
            f"{target} holds {foreign[0]}, which is no file of the run; move it away, or name another folder"
        )


def _contents(folder: Path) -> dict[str, Path]:
    """All that is not a folder, links to folders and folders with nothing in them too, by its path in the
    folder."""
    entries = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir() or _empty(path))
    return {path.relative_to(folder).as_posix(): path for path in sorted(entries)}


def _empty(folder: Path) -> bool:
    return not any(folder.iterdir())


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
    """Raise NotARunFolderError unless the target is a run, whole by its names."""
    missing = [name for name in ("manifest.json", "result.json", "tables") if not (target / name).exists()]
    if missing:
        runs = target / "runs"
        remedy = f"name one of those in {runs}" if runs.is_dir() else "name one that solve wrote"
        raise NotARunFolderError(f"{target} is not a run folder: it has no {missing[0]}; {remedy}")


def replace_folder(target: Path, fill: Callable[[Path], None], keeps: Sequence[str] = ()) -> None:
    """Fill a new folder beside the target, then put it in the target's place.

    A reader sees the old folder or the new one, never a mixture; a failure leaves the old one.
    Raises NotARunFolderError where the target holds anything but an earlier run, and what `fill` takes over
    from it (`keeps`).
    """
    refuse_foreign(target, keeps)
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = _new_folder(target.parent, f".{target.name}.")
    try:
        with placed(target):
            fill(fresh)
        if target.exists():
            old = _new_folder(target.parent, f".{target.name}.old.")
            os.replace(target, old / target.name)
            os.replace(fresh, target)
            shutil.rmtree(old)
        else:
            os.replace(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def placed(place: Path) -> Iterator[None]:
    """An error of the system that names no file, as that of a full disk, names the place."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            raise OSError(error.errno, error.strerror, str(place)) from None
        raise


def _new_folder(parent: Path, prefix: str) -> Path:
    """A folder of a new name, with the rights that the user's umask leaves."""
    folder = parent / f"{prefix}{secrets.token_hex(6)}"
    folder.mkdir()
    return folder


def manifest_of(folder: Path, seconds: Mapping[str, float], left_out: Sequence[str] = ()) -> dict[str, Any]:
    """SHA-256 of every file in the folder, timings, and what there was no time for."""
    manifest: dict[str, Any] = {
        "sha256": {
            name: digest_of(path) for name, path in _contents(folder).items() if _is_listed(name, path)
        },
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }
    manifest |= {"left_out": list(left_out)} if left_out else {}
    return manifest | {SEAL: _seal(manifest)}


def _is_listed(name: str, path: Path) -> bool:
    return name not in (MANIFEST, JOURNAL) and not path.is_dir()


def _seal(manifest: Mapping[str, Any]) -> str:
    """Hash of what a manifest says, but for the seal itself."""
    rest = {name: value for name, value in manifest.items() if name != SEAL}
    return hashlib.sha256(json_text(rest).encode()).hexdigest()


def _sealed(folder: Path) -> bool:
    """Whether the manifest is, letter for letter, what was written. The folder has a listing."""
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    manifest = json.loads(text)
    try:
        return bool(manifest.get(SEAL) == _seal(manifest) and text == json_text(manifest))
    except ValueError:  # numbers that JSON does not know, letters that are none
        return False


def changed_files(folder: Path) -> list[str]:
    """What does not agree with the listing of a run folder: missing, changed and foreign files, and links,
    which are not followed."""
    try:
        recorded = listing(folder)
    except NotARunFolderError:
        return [f"{MANIFEST} is missing or cannot be read"]
    there = _contents(folder)
    unsealed = [] if _sealed(folder) else [f"{MANIFEST} has changed"]
    missing = [f"{name} is missing" for name in recorded if name not in there]
    beside = (*recorded, MANIFEST, JOURNAL)
    foreign = [f"{name} is not in the manifest" for name in there if name not in beside]
    links = [f"{name} is a symbolic link" for name, path in there.items() if path.is_symlink()]
    odd = [
        f"{name} is no file" for name, path in there.items() if not path.is_symlink() and not path.is_file()
    ]
    files = [name for name in recorded if name in there and there[name].is_file()]
    changed = [
        f"{n} has changed" for n in files if not there[n].is_symlink() and digest_of(there[n]) != recorded[n]
    ]
    apart = unsealed + missing + foreign + links + odd + changed
    return apart + _broken_approvals(folder, there, sound=not apart)


def _broken_approvals(folder: Path, there: Mapping[str, Path], sound: bool) -> list[str]:
    """The first entry of the journal that is not what was written; of a `sound` run also the first that
    approves another version than it is."""
    if JOURNAL not in there or there[JOURNAL].is_symlink() or not there[JOURNAL].is_file():
        return []
    try:
        approvals = approvals_of(folder)
    except BrokenChainError as error:
        return [str(error)]
    version = run_version(folder)
    others = [one for one in approvals if one.version != version] if sound else []
    return [
        f"{JOURNAL}, entry {one.number} ({one.by}, {one.date}) approves version {one.version[:SHORT]}, and "
        f"the folder holds {version[:SHORT]}"
        for one in others[:1]
    ]


def refuse_changed_run(place: Path) -> None:
    """`refuse_changed` of a place that holds a run; any other holds nothing that could have changed."""
    if all((place / name).is_file() for name in (MANIFEST, "result.json")):
        refuse_changed(place)


def refuse_changed(folder: Path) -> None:
    """Raise NotARunFolderError unless the folder is a run, and ChangedRunError unless it is as written."""
    if folder.is_symlink():
        raise NotARunFolderError(f"{folder} is a symbolic link; name the folder that it leads to")
    refuse_other(folder)
    links = [name for name, path in _contents(folder).items() if path.is_symlink()]
    if links:
        raise NotARunFolderError(f"{folder / links[0]} is a symbolic link, which is not followed; remove it")
    listing(folder)
    changes = [change for change in changed_files(folder) if change not in _missing_documents(folder)]
    if changes:
        raise ChangedRunError(folder, changes)


def _missing_documents(folder: Path) -> set[str]:
    """Documents are made from the rest: one that is missing can be made again, and falsifies nothing."""
    kinds = (".pdf", ".docx", ".xlsx", ".html")
    return {f"{name} is missing" for name in listing(folder) if Path(name).suffix in kinds}
