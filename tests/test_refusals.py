"""Files made to fill a memory, and what the system refuses: said at once, with its place and its remedy."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from optimizer import RunOptions
from optimizer.tables.table import Column, Table
from tests.verbs import incentives

FOLDER = Path(__file__).parent / "cases" / "trust" / "folder.yaml"
LARGE = 130_000_000
"""Bytes that a small file unpacks to."""
ROOM = 1 << 30
"""Bytes of memory that refusing may take, addresses included that are never used."""
NAMED = Table("named", team=Column(str, "name", "who", "team"))


def forged(place: Path) -> Path:
    """A workbook one sheet of which unpacks to a thousand times what it says."""
    book, packed = io.BytesIO(), io.BytesIO()
    Workbook().save(book)
    with zipfile.ZipFile(book) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            filling = b" " * LARGE if "sheet1" in name else b""
            archive.writestr(name, parts.read(name) + filling)
    data = bytearray(packed.getvalue())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        (local,) = struct.unpack("<I", data[at + 42 : at + 46])
        if struct.unpack("<I", data[at + 24 : at + 28])[0] > LARGE:
            data[at + 24 : at + 28] = data[local + 22 : local + 26] = struct.pack("<I", 1000)
        at = data.find(b"PK\x01\x02", at + 4)
    file = place / "forged.xlsx"
    file.write_bytes(data)
    return file


def bomb(place: Path) -> Path:
    file = place / "bomb.csv.gz"
    file.write_bytes(gzip.compress(b"id,name\n" + b"1,a\n" * (LARGE // 4)))
    return file


def long_cell(place: Path) -> Path:
    file = place / "cell.csv"
    file.write_text(f"id,name,amount\n1,{'x' * 200_000},2\n")
    return file


def deep(place: Path) -> Path:
    file = place / "deep.json"
    file.write_text("[" * 100_000 + "]" * 100_000)
    return file


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "words", "said"),
    [
        (forged, ("check", "FILE"), "unpacks to more than the 1000 bytes that it says"),
        (forged, ("calibrate", "FILE", "--suggest-map"), "unpacks to more than the 1000 bytes that it says"),
        (bomb, ("calibrate", "FILE", "--suggest-map"), "more than 100 times its size"),
        (long_cell, ("calibrate", "FILE", "--suggest-map"), "row 2 is longer than 131,072 bytes"),
        (long_cell, ("adjust", FOLDER, "FILE"), "columns"),
        (deep, ("check", "FILE"), "nested deeper than 20 levels"),
        (deep, ("batch", "FILE"), "nested deeper than 20 levels"),
        (deep, ("evaluate", FOLDER, "--plan", "FILE"), "nested deeper than 20 levels"),
        (deep, ("calibrate", "nothing.csv", "--map", "FILE"), "nested deeper than 20 levels"),
    ],
)
def test_a_file_made_to_fill_a_memory_is_refused(made, words, said: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = made(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = incentives(*(file if word == "FILE" else word for word in words), "--json")
    (problem,) = json.loads(done.stdout)["problems"]
    assert done.exit_code == 2
    assert said in f"{problem['message']} {problem['value']}"
    assert problem["hint"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KB


ERRORS = {
    errno.ENOSPC: ("no space is left", "make room"),
    errno.EACCES: ("permission denied", "ask for the right"),
    errno.EISDIR: ("is a directory", "name a file in it"),
    errno.ENOTDIR: ("a file stands where", "all of whose folders"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
    errno.EROFS: ("the disk can only be read", "that can be written to"),
    errno.EIO: ("input/output error", "try again"),
}


@pytest.mark.parametrize("number", ERRORS, ids=errno.errorcode.get)
def test_an_error_of_the_system_names_its_place_and_its_own_remedy(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that knows no file, as that of a full disk."""

    def broken(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("optimizer.runs.write.write_data", broken)
    done = incentives("solve", FOLDER, "--out", tmp_path / "run", "--json")
    (problem,) = json.loads(done.stdout)["problems"]
    reason, remedy = ERRORS[number]
    assert (done.exit_code, problem["where"]) == (2, str(tmp_path / "run"))
    assert reason in problem["message"]
    assert remedy in problem["hint"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [[], ["--json"]])
def test_standard_output_that_is_full_is_named(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "optimizer.cli", "check", str(FOLDER), *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("error: standard output: no space is left")
    assert "Traceback" not in done.stderr


def test_words_beside_names_start_no_formula_either(tmp_path: Path) -> None:
    frame = NAMED.frame([{"team": "desk"}]).assign(team_en=["=1+1"], team_fr=["@SUM(A1)"])
    NAMED.write(frame, tmp_path / "named.csv")
    cells = pd.read_csv(tmp_path / "named.csv", dtype=str).iloc[0]
    assert list(cells) == ["desk", "'=1+1", "'@SUM(A1)"]
    assert list(NAMED.read(tmp_path / "named.csv")["team"]) == ["desk"]


def test_options_are_recorded_in_one_order_from_the_command_line_python_and_grids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nights import grid_file

    from optimizer.runs.batch import read_grid

    one, other = RunOptions(gap=1e-3, seed=7), RunOptions(seed=7, gap=1e-3)
    assert json.dumps(one.record) == json.dumps(other.record)
    recorded: list[object] = []

    def kept(*given: object, **_: object) -> None:
        recorded.append(next(option.record for option in given if isinstance(option, RunOptions)))
        raise KeyboardInterrupt

    monkeypatch.setattr("optimizer.runs.solve.solve_to_folder", kept)
    for words in (("--gap", "1e-3", "--seed", "7"), ("--seed", "7", "--gap", "1e-3")):
        incentives("solve", FOLDER, *words, "--out", tmp_path / "run")
    assert [json.dumps(record) for record in recorded] == [json.dumps(one.record)] * 2
    grids = [
        grid_file(tmp_path / "one", {"b": 30000.0}, seeds=[7], time_limit=60),
        grid_file(tmp_path / "two", {"b": 30000.0}, time_limit=60, seeds=[7]),
    ]
    of_grids = [json.dumps(job.record["options"]) for grid in grids for job in read_grid(grid)]
    assert of_grids[0] == of_grids[1]
    assert list(json.loads(of_grids[0]))[: len(one.record)] == list(one.record)
