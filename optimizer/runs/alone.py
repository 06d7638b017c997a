"""Alone with a run folder for a moment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimizer.runs.folder import NotARunFolderError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone with a run folder: who approves, and who replaces it with new documents, wait for each other.

    The lock is on the folder itself, so that none is left behind; one that was replaced while waiting is
    locked anew.
    """
    while True:
        try:
            held = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            raise NotARunFolderError(f"{folder} is not a run folder: it is gone") from None
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            if _is_still(folder, held):
                yield
                return
        finally:
            os.close(held)


def _is_still(folder: Path, held: int) -> bool:
    """Whether the path leads to what is locked."""
    there, here = os.stat(folder), os.fstat(held)
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)
