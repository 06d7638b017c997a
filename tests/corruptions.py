"""Random corruptions of a run folder: does `verify` find each, and does `report` seal none?

    uv run python -m tests.corruptions --count 1000 --seed 1

Half of them as accidents happen: bytes, sizes, names, links. Half as somebody would who knows the format: a
figure, a word or a row is changed, a document is touched or exchanged, and the manifest is written anew, so
that every hash agrees. Left out is what nothing recomputes: the log, and the times in the manifest.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from optimizer import RunOptions, read_scenario
from optimizer.runs.folder import ChangedRunError, NotARunFolderError, manifest_of, write_json
from optimizer.runs.rewrite import rewrite_documents
from optimizer.runs.solve import solve_to_folder
from optimizer.runs.verify import verification
from optimizer.tables.table import TableError
from reports.documents import Documents

COMPANY = Path(__file__).parent / "cases" / "trust" / "folder.yaml"
Content = dict[str, bytes]
Dice = np.random.Generator
UNLISTED = ("manifest.json", "run.log")
REFUSED = (ChangedRunError, NotARunFolderError, TableError)


def content(folder: Path) -> Content:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def one_of(dice: Dice, things: Any) -> Any:
    things = list(things)
    return things[int(dice.integers(len(things)))]


# --- accidents ------------------------------------------------------------------------------------------


def flip(dice: Dice, folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[int(dice.integers(len(data)))] ^= 1 << int(dice.integers(8))
    (folder / name).write_bytes(bytes(data))


def cut(dice: Dice, folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: int(dice.integers(len(data)))])


def lengthen(dice: Dice, folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(one_of(dice, [b"\n", b" ", b"\x00" * 4096, dice.bytes(100)]))


def rename(dice: Dice, folder: Path, name: str) -> None:
    target = folder / one_of(dice, ["other", name.upper(), f"{name}.bak", f".{Path(name).name}"])
    target.parent.mkdir(exist_ok=True)
    (folder / name).rename(target)


def remove(_dice: Dice, folder: Path, name: str) -> None:
    (folder / name).unlink()


def exchange(dice: Dice, folder: Path, name: str) -> None:
    other = one_of(dice, [n for n, data in content(folder).items() if data != (folder / name).read_bytes()])
    one, two = (folder / name).read_bytes(), (folder / other).read_bytes()
    (folder / name).write_bytes(two)
    (folder / other).write_bytes(one)


def link(dice: Dice, folder: Path, name: str) -> None:
    outside = folder.parent / "outside"
    outside.write_bytes((folder / name).read_bytes())
    (folder / name).unlink()
    (folder / name).symlink_to(one_of(dice, [outside, folder / "run.log", folder / "nowhere", folder]))


def become_folder(_dice: Dice, folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()


def add(dice: Dice, folder: Path, name: str) -> None:
    new = folder / f"{name}.{int(dice.integers(1000))}"
    new.mkdir() if dice.random() < 0.3 else new.write_bytes(dice.bytes(int(dice.integers(50))))


ACCIDENTS = (flip, cut, lengthen, rename, remove, exchange, link, become_folder, add)


# --- on purpose -----------------------------------------------------------------------------------------


def change_json(dice: Dice, folder: Path, _name: str) -> None:
    """Any number, word or flag of a JSON file."""
    file = folder / one_of(dice, ["result.json", "company.json", "inputs.json"])
    value = json.loads(file.read_text())
    places = list(leaves(value))
    holder, key = one_of(dice, places)
    holder[key] = another(dice, holder[key])
    write_json(file, value)


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(inner, dict | list) and inner:
            yield from leaves(inner)
        else:
            yield value, key


def another(dice: Dice, value: Any) -> Any:
    """Another value of the same kind; numbers up to the last digit that is printed."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + int(one_of(dice, [-1, 1, 10]))
    if isinstance(value, float):
        return one_of(dice, [np.nextafter(value, np.inf).item(), value * 1.01, -value - 1, value + 1e-9])
    return f"{value}x" if isinstance(value, str) else 1


def change_cell(dice: Dice, folder: Path, _name: str) -> None:
    """A cell of a table, by a digit or a letter."""
    file, rows = table(dice, folder)
    row = rows[int(dice.integers(1, len(rows)))]
    place = int(dice.integers(len(row)))
    text = row[place]
    number = int(dice.integers(len(text))) if text else 0
    row[place] = (
        text[:number]
        + one_of(dice, set("0123456789x-") - set(text[number : number + 1]))
        + text[number + 1 :]
    )
    write(file, rows)


def change_rows(dice: Dice, folder: Path, _name: str) -> None:
    """A row fewer, twice, or first."""
    file, rows = table(dice, folder)
    place = int(dice.integers(1, len(rows)))
    match int(dice.integers(3)):
        case 0:
            del rows[place]
        case 1:
            rows.insert(place, rows[place])
        case _:
            rows[1], rows[-1] = rows[-1], rows[1]
    write(file, rows)


def table(dice: Dice, folder: Path) -> tuple[Path, list[list[str]]]:
    while True:
        file = one_of(dice, sorted((folder / "tables").glob("*.csv")))
        rows = list(csv.reader(io.StringIO(file.read_text(), newline="")))
        if len(rows) > 1:
            return file, rows


def write(file: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.write_text(text.getvalue())


def touch_document(dice: Dice, folder: Path, _name: str) -> None:
    document = one_of(dice, [n for n in content(folder) if n.endswith((".pdf", ".xlsx", ".html"))])
    one_of(dice, [flip, cut, lengthen])(dice, folder, document)


def change_company(dice: Dice, folder: Path, _name: str) -> None:
    """A digit of the scenario, and its hash in the inputs."""
    text = (folder / "scenario.yaml").read_text()
    place = one_of(dice, [i for i, letter in enumerate(text) if letter.isdigit()])
    (folder / "scenario.yaml").write_text(text[:place] + one_of(dice, "123456789") + text[place + 1 :])
    inputs = json.loads((folder / "inputs.json").read_text())
    inputs["merged_sha256"] = hashlib.sha256((folder / "scenario.yaml").read_bytes()).hexdigest()
    write_json(folder / "inputs.json", inputs)


PURPOSES = (
    change_json, change_cell, change_rows, touch_document, change_company,
    flip, cut, lengthen, rename, remove, exchange, add,
)  # fmt: skip
LIKELY = (4, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1)


# --- one by one -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Corruption:
    """What was done to a folder, and what came of it."""

    how: str
    name: str
    found: tuple[str, ...]
    """What `verify` says."""
    sealed: bool
    """Whether `report` wrote a manifest over something else than what was solved."""


def corruptions(count: int, seed: int, place: Path) -> Iterator[Corruption]:
    """One after another, each on a sound folder."""
    dice, sound_folder, folder = np.random.default_rng(seed), place / "sound", place / "run"
    solve_to_folder(read_scenario(COMPANY), sound_folder, RunOptions())
    sound = content(sound_folder)
    with remembered():
        assert not verification(sound_folder).differences
        for turn in range(count):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(sound_folder, folder)
            how, name = corrupted(dice, folder, sound, on_purpose=turn % 2 == 1)
            found = tuple(str(difference) for difference in verification(folder).differences)
            yield Corruption(how, name, found, is_sealed(dice, folder, sound))


def corrupted(dice: Dice, folder: Path, sound: Content, *, on_purpose: bool) -> tuple[str, str]:
    """Change something; says how and where it was to be."""
    kept = UNLISTED if on_purpose else ()
    before = shape(folder, kept)
    while shape(folder, kept) == before:
        likely = np.array(LIKELY) / sum(LIKELY)
        how = PURPOSES[int(dice.choice(len(PURPOSES), p=likely))] if on_purpose else one_of(dice, ACCIDENTS)
        name = one_of(dice, [name for name in sound if name not in kept])
        how(dice, folder, name)
    if on_purpose:
        seconds = json.loads(sound["manifest.json"])["seconds"]
        write_json(folder / "manifest.json", manifest_of(folder, seconds))
    return f"{how.__name__}{', hashes renewed' if on_purpose else ''}", name


def shape(folder: Path, kept: Collection[str]) -> dict[str, object]:
    """Every name in a folder, and what stands there."""
    return {
        name: path.is_symlink() or (path.read_bytes() if path.is_file() else path.is_dir())
        for path in sorted(folder.rglob("*"))
        if (name := str(path.relative_to(folder))) not in kept
    }


def is_sealed(dice: Dice, folder: Path, sound: Content) -> bool:
    """Whether `report` made of it a folder that passes for sound, and is not what was solved."""
    only = one_of(dice, [("html",), ("xlsx",), ()])
    try:
        rewrite_documents(folder, only)
    except (*REFUSED, OSError):
        return False
    now = content(folder)
    same = all(now.get(name) == data for name, data in sound.items() if name not in UNLISTED)
    return not same and not verification(folder).differences


def remembered() -> Any:
    """Documents are made once for the same content: the same bytes, sooner."""
    made: dict[str, Any] = {}

    class Remembered(Documents):
        def _in(self, kind: str, language: str) -> Any:
            key = f"{kind} {language} {_digest(self._run)}"
            if key not in made:
                made[key] = super()._in(kind, language)
            return made[key]

    return patch.multiple("optimizer.runs.follow", Documents=Remembered)


def _digest(run: Any) -> str:
    tables = {name: frame.to_csv() for name, frame in run.tables.items()}
    return hashlib.sha256(json.dumps([tables, dict(run.files), run.company]).encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tried, bad = Counter[str](), 0
    with tempfile.TemporaryDirectory() as scratch:
        for corruption in corruptions(asked.count, asked.seed, Path(scratch)):
            tried[corruption.how] += 1
            if corruption.sealed or not corruption.found:
                bad += 1
                what = "sealed by report" if corruption.sealed else "not found by verify"
                print(f"{what}: {corruption.how}, {corruption.name}", flush=True)
    for how, number in tried.most_common():
        print(f"{number:5} {how}")
    print(f"{sum(tried.values())} corruptions (seed {asked.seed}): {bad} not found or sealed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
