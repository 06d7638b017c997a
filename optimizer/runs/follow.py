"""Does every file of a run follow from its scenario and plan, and every document from these files?"""

from __future__ import annotations

import json
import platform
import re
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimizer.explanation.build import Explanation
from optimizer.plans.enumeration import WHOLE
from optimizer.runs.differing import SAME, Parts, differing
from optimizer.runs.folder import MANIFEST, json_text, listing, versions
from optimizer.runs.rebuild import Claim, claim_of, is_cheap, proof_again, rebuilt, solved_again
from optimizer.runs.write import UNMADE, write_data
from optimizer.scenario.read import read_scenario
from optimizer.solver.certificate import check_equilibrium, check_global, check_sample
from optimizer.solver.solution import Check
from optimizer.solver.verdict import status_of
from optimizer.tables.json_values import solution_json
from reports.documents import SUFFIXES, Documents
from reports.run import ATTACHED, read_run

Json = Mapping[str, Any]
ELSE = ("inputs.json", "run.log")
"""Files of a run that are neither computed nor documents."""


@dataclass(frozen=True)
class Open:
    """What of a run, `what`, was not computed again, and stands as the run says; why, in words."""

    words: str
    what: tuple[str, ...]


_OF_A_SEARCH = ("status", "bound", "gap", "rounds", "checks of the model")
SEARCH = Open(
    "bound, rounds and checks of the model are what the run says: only solving again proves them (--again)",
    _OF_A_SEARCH,
)
NONE_FOUND = Open(
    "that no plan was found, and why, is what the run says: only solving again proves it (--again)",
    ("status", "conflict"),
)
CUT = Open(
    "was stopped by its time limit: solving again takes another time, and need not find the same",
    _OF_A_SEARCH,
)


@dataclass(frozen=True)
class Followed:
    """What does not follow, and what is open."""

    apart: tuple[Parts, ...]
    open: tuple[Open, ...] = ()


def data_apart(folder: Path, again: bool = False, few: int = WHOLE) -> Followed:
    """Files against those that scenario and plan give. A proof over a `few` plans is made again; `again`: any
    that can be."""
    claim, inputs = _claim(folder), _json(folder / "inputs.json")
    unlike = [*_inputs(inputs)]
    if "given" in claim.result:
        explanation = rebuilt(claim)
        return Followed((*unlike, *_checks(claim, explanation), *_files(folder, explanation, ())))
    if again and claim.result["status"] == "feasible" and claim.options.time_limit is not None:
        return Followed((*unlike, *_files(folder, rebuilt(claim), claim.asked)), (CUT,))
    if again:
        return Followed((*unlike, *_files(folder, solved_again(claim), ())))
    cheap = is_cheap(claim, few)
    unlike += _proof(folder, claim) if cheap else ()
    explanation = rebuilt(claim)
    apart = tuple(unlike) or (*_checks(claim, explanation), *_files(folder, explanation, claim.asked))
    asked = tuple(
        Open(f"{name} is what the run says: only solving again proves it (--again)", (name,))
        for name in claim.asked
    )
    search = SEARCH if claim.result["plan"] is not None else NONE_FOUND
    return Followed(apart, asked if cheap else (search, *asked))


def _claim(folder: Path) -> Claim:
    inputs, about = _json(folder / "inputs.json"), _json(folder / MANIFEST)
    return claim_of(
        read_scenario(folder / "scenario.yaml"),
        inputs["options"],
        _json(folder / "result.json"),
        tuple(about.get("left_out", ())),
    )


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def outdated(folder: Path) -> tuple[str, ...]:
    """Versions that wrote the run and are not those here."""
    inputs = _json(folder / "inputs.json")
    recorded, here = inputs["versions"] | {"python": inputs["python"]}, _here()
    return tuple(
        f"{name} {recorded.get(name, 'unknown')} (here {version})"
        for name, version in here.items()
        if recorded.get(name) != version
    )


def _here() -> dict[str, str]:
    return {**versions(), "python": platform.python_version()}


def _inputs(inputs: Json) -> Iterator[Parts]:
    """That `inputs.json` has what is recorded, and nothing else."""
    keys = ["scenario_sha256", "merged_sha256", "options", "python", "versions"]
    if list(inputs) != keys or not re.fullmatch("[0-9a-f]{64}", inputs["scenario_sha256"]):
        yield ("inputs.json is not what a solve records",)


def _files(folder: Path, explanation: Explanation, asked: tuple[str, ...]) -> Iterator[Parts]:
    """Every file but documents; those `asked` for at the cost of a search are not looked at."""
    exact = not outdated(folder) and not explanation.solution.problem.space.continuous
    tables = {f"tables/{name}.csv" for name in asked}
    with tempfile.TemporaryDirectory(prefix="incentives-") as scratch:
        fresh = Path(scratch)
        write_data(fresh, explanation)
        names = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
        yield from _named(folder, names)
        for name in names:
            if name not in tables and (folder / name).is_file():
                contents = ((place / name).read_bytes() for place in (folder, fresh))
                yield from differing(name, *contents, exact=exact, skipped=asked)


def _named(folder: Path, computed: list[str]) -> Iterator[Parts]:
    """Files that are missing from a run, and such as it cannot have."""
    there = listing(folder)
    yield from ((f"{name} is missing",) for name in (*computed, *ELSE) if name not in there)
    for name in there:
        if name not in (*computed, *ELSE) and ("/" in name or Path(name).suffix not in SUFFIXES):
            yield (f"{name} is no file of a run",)


def _proof(folder: Path, claim: Claim) -> Iterator[Parts]:
    """What a new solve says otherwise."""
    found = json_text(solution_json(proof_again(claim))).encode()
    yield from differing(
        "result.json", (folder / "result.json").read_bytes(), found, exact=not outdated(folder)
    )


def _checks(claim: Claim, explanation: Explanation) -> Iterator[Parts]:
    """Checks of the certificate that need no model, made again."""
    chosen, recorded = explanation.chosen, {check["name"]: check for check in claim.result["checks"]}
    if chosen is None or claim.options.beliefs == "baseline":
        return
    yield from _status(claim.result["status"], explanation.solution.certificate.checks)
    cal = explanation.cal
    for make in (check_equilibrium, check_global, check_sample):
        for check in make(cal, chosen.euros, chosen.consistent):
            if check.name in recorded:
                yield from _check(recorded[check.name], check)


def _status(recorded: str, checks: tuple[Check, ...]) -> Iterator[Parts]:
    """That the word is the one that the recorded checks allow."""
    found = status_of(checks)
    if recorded != found and (recorded, found) != ("imposed", "optimal") and recorded != "given":
        yield "the status is not what the checks allow", recorded, found


def _check(recorded: Json, found: Check) -> Iterator[Parts]:
    value = recorded["value"]
    near = value is not None and abs(value - found.value) <= SAME * max(1.0, abs(found.value))
    if not near or recorded["ok"] is not found.ok:
        what = f"the check {found.name} does not come out as recorded"
        yield what, f"{recorded['ok']}, {value}", f"{found.ok}, {found.value}"


# --- documents ------------------------------------------------------------------------------------------


def documents_apart(folder: Path, made: Documents | None = None, missing: bool = True) -> Followed:
    """Documents of a run against those that its files give; whether one is `missing` is asked too."""
    there = tuple(name for name in listing(folder) if _is_document(folder / name))
    old = outdated(folder)
    if old:
        words = f"documents cannot be made again byte for byte: written with {', '.join(old)}"
        return Followed(tuple(_carried(folder, there)), (Open(words, ("documents",)),))
    claim = _claim(folder)
    run, options = read_run(folder), claim.options
    made = made or Documents(run)
    missing = missing and UNMADE not in claim.left_out
    asked = [one.name for one in made.asked(options.outputs, options.languages)] if missing else []
    absent = [(f"{name} is missing, and was asked for",) for name in asked if name not in there]
    apart = _unlike(folder, made, there, options.languages)
    earlier: tuple[str, ...] = ()
    for known in dict.fromkeys((0, *range(len(run.approvals) - 1, 0, -1)) if run.approvals else ()):
        if apart:
            before = Documents(replace(run, approvals=run.approvals[:known]))
            still = _unlike(folder, before, apart, options.languages)
            earlier, apart = (*earlier, *(name for name in apart if name not in still)), still
    unlike = tuple((f"{name} is not what the files of the run give",) for name in apart)
    return Followed((*absent, *unlike), _without_approvals(earlier))


def _without_approvals(earlier: tuple[str, ...]) -> tuple[Open, ...]:
    """Documents that are right, and were made before somebody approved the run."""
    if not earlier:
        return ()
    more = f" and {len(earlier) - 1} more" if len(earlier) > 1 else ""
    return (Open(f"{earlier[0]}{more}: made before the last approval; `report` prints it on them", ()),)


def _is_document(file: Path) -> bool:
    return file.suffix in SUFFIXES and file.is_file()


def _unlike(
    folder: Path, made: Documents, there: tuple[str, ...], languages: tuple[str, ...]
) -> tuple[str, ...]:
    """Documents of a folder that are not those that are made."""
    recorded = {name: (folder / name).read_bytes() for name in there}
    return tuple(
        name
        for name in there
        if not any(document.content == recorded[name] for document in made.called(name, languages))
    )


def _carried(folder: Path, there: tuple[str, ...]) -> Iterator[Parts]:
    """PDFs that do not carry the scenario and the inputs of their folder."""
    attached = {name: (folder / name).read_bytes() for name in ATTACHED}
    for name in there:
        if name.endswith(".pdf"):
            streams = set(_streams((folder / name).read_bytes()))
            for file, content in attached.items():
                if streams and content not in streams:
                    yield (f"{name} carries another {file}",)


def _streams(pdf: bytes) -> Iterator[bytes]:
    """What a PDF holds compressed."""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(packed)
        except zlib.error:
            continue
