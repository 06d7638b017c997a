"""An input file, limited in size and read once; as UTF-8 text that problems can point into."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from optimizer.scenario.problems import InputProblem, Mark, ScenarioError, listed, nearest

MAX_BYTES = 5_000_000

WORKBOOK = ".xlsx"
_SUFFIXES = (".yaml", ".yml", ".json", WORKBOOK)
_CHECK_PATH = "check the path and its permissions"


@dataclass(frozen=True)
class TextFile:
    """The decoded content of a file."""

    path: Path
    content: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.content.splitlines()

    def problem(self, mark: Mark, where: str, message: str, hint: str, value: str = "") -> InputProblem:
        """A problem at a place of the file, with its line quoted."""
        line, column = mark
        spot = f"{line + 1}:{column + 1}"
        return InputProblem(
            where, value, message, hint, str(self.path), mark, spot, self._excerpt(line, column)
        )

    def mark_at(self, position: int) -> Mark:
        """Line and column of a character."""
        return self.content.count("\n", 0, position), position - self.content.rfind("\n", 0, position) - 1

    def _excerpt(self, line: int, column: int) -> str:
        if line >= len(self.lines):
            return ""
        start = max(0, column - 60)
        source = self.lines[line][start : start + 100]
        source = "".join(character if character.isprintable() else " " for character in source)
        return f"{line + 1:>6} | {source}\n{'':>6} | {' ' * (column - start)}^"


def read_text(path: str | os.PathLike[str]) -> TextFile:
    """The text of a file, or of the `scenario.yaml` of a folder. Raises ScenarioError."""
    file = scenario_file(path)
    return TextFile(file, _decoded(file, read_bytes(file)))


def read_plain(path: Path) -> TextFile:
    """The text of this very file. Raises ScenarioError."""
    return TextFile(path, _decoded(path, read_bytes(path)))


def scenario_file(path: str | os.PathLike[str]) -> Path:
    """The file itself, or the `scenario.yaml` of a folder. Raises ScenarioError."""
    path = Path(path)
    try:
        if not path.is_dir():
            return path
        present = sorted(entry.name for entry in path.iterdir() if entry.suffix in _SUFFIXES)
    except (OSError, ValueError) as error:
        _refuse_unreadable(path, error)
    if "scenario.yaml" not in present:
        hint = f"files here: {listed(present)}" if present else "name the scenario file itself"
        refuse(path, "this folder has no scenario.yaml", hint)
    return path / "scenario.yaml"


def read_bytes(file: Path) -> bytes:
    """The bytes of a file of at most MAX_BYTES. Raises ScenarioError."""
    try:
        status = os.stat(file)
        if stat.S_ISREG(status.st_mode) and status.st_size > MAX_BYTES:
            _refuse_size(file, f"{status.st_size / 1e6:.1f} MB")
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        refuse(file, "there is no such file", like_it(file))
    except (OSError, ValueError) as error:
        _refuse_unreadable(file, error)
    if len(data) > MAX_BYTES:
        _refuse_size(file, f"over {MAX_BYTES / 1e6:.0f} MB")
    return data


def _refuse_unreadable(file: Path, error: OSError | ValueError) -> NoReturn:
    """A name that is none (ValueError: a zero byte in it), or a file that the system does not give."""
    hint = system_remedy(error) if isinstance(error, OSError) else _CHECK_PATH
    refuse(file, f"cannot be read: {system_reason(error)}", hint)


def _decoded(file: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = TextFile(file, data[: error.start].decode("utf-8-sig", "replace"))
        mark = before.mark_at(len(before.content))
        problem = TextFile(file, "").problem(
            mark, "", "is not UTF-8 text", "save the file as UTF-8", f"byte 0x{data[error.start]:02x}"
        )
    raise ScenarioError([problem])


_SYSTEM = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EISDIR: "is a directory",
    errno.ENOTDIR: "a file stands where a directory is needed",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOSPC: "no space is left",
    errno.EFBIG: "the file grows too large",
    errno.EROFS: "the disk can only be read",
}


_REMEDIES = {
    errno.EACCES: "ask for the right to read and write there, or name another place",
    errno.EPERM: "ask for the right to read and write there, or name another place",
    errno.EISDIR: "name a file in it, or another name",
    errno.ENOTDIR: "name a place all of whose folders are folders",
    errno.EEXIST: "name another place, or move it away",
    errno.ENOENT: "check the path: a folder on the way is missing, or somebody moved the file",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOSPC: "make room on that disk, or name a place on another",
    errno.EDQUOT: "delete what is not needed, or ask for more room there",
    errno.EFBIG: "name a place that takes larger files",
    errno.EROFS: "name a place on a disk that can be written to",
    errno.EIO: "the disk or the network failed: try again, or name another place",
    errno.EMFILE: "close other programs, or raise the limit of open files",
    errno.ENFILE: "close other programs, or raise the limit of open files",
    errno.ELOOP: "name the place itself: the links lead round in a circle",
    errno.ENOMEM: "close other programs, or give it fewer workers",
}


def system_remedy(error: OSError) -> str:
    """What to do where a file cannot be read or written."""
    return _REMEDIES.get(error.errno or 0, "check the path, the disk it is on and its permissions")


def system_reason(error: Exception) -> str:
    """Why a file cannot be read or written, in the same words on every system for what happens often."""
    known = _SYSTEM.get(getattr(error, "errno", None) or 0)
    return known or (getattr(error, "strerror", None) or str(error)).lower()


def like_it(file: Path) -> str:
    """What to say of a file that is not there: the name beside it that is most like it."""
    try:
        near = nearest(file.name, [entry.name for entry in file.parent.iterdir()])
    except (OSError, ValueError):
        near = None
    return f'did you mean "{near}"?' if near else "check the path"


def _refuse_size(file: Path, seen: str) -> NoReturn:
    hint = "aggregate it: a scenario lists kinds of work, not single deals"
    refuse(file, f"is too large for a scenario, more than {MAX_BYTES / 1e6:.0f} MB", hint, seen)


def refuse(file: Path, message: str, hint: str, value: str = "") -> NoReturn:
    """Raise ScenarioError about the file as a whole."""
    raise ScenarioError([InputProblem("", value, message, hint, str(file))]) from None
