"""How many fields of maps that are suggested for unseen exports are right.

    uv run python -m tests.benchmarks.headings [--part development] [--list]

Prints a row for each part of cases/headings; `--list` names every field that is not right.
"""

from __future__ import annotations

import argparse

from tests.heading_exports import RIGHT, Field, Share, judged, map_of, names, share

HEAD = ("part", "exports", "fields", "right", "maps wholly right", "wrong with CHECK", "missing",
        "wrong without CHECK")  # fmt: skip
PARTS = ("development", "held_out", "reserve", "public", "public_2")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--part", choices=PARTS, action="append")
    options.add_argument("--list", action="store_true")
    given = options.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    listed: list[str] = []
    for part in given.part or PARTS:
        maps = {name: judged(name, map_of(name)) for name in names(part)}
        print(_row(part, share(maps.values())))
        listed += [
            _told(name, field) for name, those in maps.items() for field in those if field.verdict != RIGHT
        ]
    if given.list:
        print("\n".join(listed))


def _row(part: str, found: Share) -> str:
    percent = f"{found.right} ({found.right / found.fields:.1%})"
    cells = (
        part,
        found.exports,
        found.fields,
        percent,
        found.whole,
        found.asked,
        found.missing,
        found.silent,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _told(name: str, field: Field) -> str:
    return f"{name}.{field.name}: {field.verdict}, {field.given!r}"


if __name__ == "__main__":
    main()
