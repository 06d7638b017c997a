"""One batch at a time in a folder: a lock that the system releases when its holder dies."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK, HOLDER = ".lock", ".holder.json"


class LockedError(RuntimeError):
    """Another batch works in the folder; the message says who."""


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[None]:
    """The folder for this process alone. Raises LockedError at once unless told to wait."""
    lock = FileLock(folder / LOCK, timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(f"{folder} is in use by {_holder(folder)}; wait for it, or add --wait") from None
    try:
        me = {"pid": os.getpid(), "host": platform.node()}
        (folder / HOLDER).write_text(json.dumps(me), encoding="utf-8")
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
