"""An approval appended to the journal of a run folder; nothing else in the folder changes."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from optimizer.runs.alone import locked
from optimizer.runs.folder import refuse_changed
from optimizer.runs.rewrite import refuse_unfounded
from optimizer.scenario.problems import InputProblem, ScenarioError
from optimizer.tables.approvals import (
    FIRST,
    JOURNAL,
    Approval,
    approvals_of,
    line_of,
    plan_id,
    run_version,
    sealed,
)

LONGEST = {"by": 80, "role": 80, "comment": 200}
"""Letters that documents have room for."""


def approve(
    folder: Path, by: str, role: str, date: dt.date, comment: str = "", replaces: Path | None = None
) -> Approval:
    """Append one person's approval of what a run folder holds.

    Raises ScenarioError for an empty name or role, a draft, a failed check or a run without a plan;
    NotARunFolderError, ChangedRunError where it is not what was written or does not follow from its scenario
    and plan. `replaces` is the folder of the approved version whose place it takes.
    """
    said = {"by": _said("by", by), "role": _said("role", role), "comment": _said("comment", comment)}
    old = "" if replaces is None else _approved(replaces)
    _refuse(folder)
    with locked(folder):
        refuse_changed(folder)
        before = approvals_of(folder)
        approval = sealed(
            number=len(before) + 1,
            version=run_version(folder),
            plan=plan_id(_result(folder)),
            **said,
            date=date.isoformat(),
            replaces=old,
            previous=before[-1].hash if before else FIRST,
        )
        if approval.version == old:
            message = "is the run that is approved: a version does not replace itself"
            raise _problem("replaces", str(replaces), message, "name the folder of the version before")
        _append(folder / JOURNAL, line_of(approval))
    return approval


def _said(name: str, text: str) -> str:
    """A text in one line, without blanks around it."""
    told = " ".join(text.split())
    if name != "comment" and not any(letter.isalnum() for letter in told):
        hint = "write who approves" if name == "by" else "write in which function: finance, HR, management"
        raise _problem(name, text, "is empty", hint)
    if not told.isprintable():
        raise _problem(name, text, "holds signs that cannot be printed", "write letters")
    if len(told) > LONGEST[name]:
        raise _problem(name, text, f"is longer than {LONGEST[name]} letters", "shorten it")
    return told


def _problem(where: str, value: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError([InputProblem(where, value, message, hint)])


def _approved(folder: Path) -> str:
    """The version of a folder that somebody approved."""
    refuse_changed(folder)
    if not approvals_of(folder):
        raise _problem("replaces", str(folder), "has no approval", "name the folder of an approved version")
    return run_version(folder)


def _result(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return result


def _refuse(folder: Path) -> None:
    """What nobody can approve."""
    refuse_changed(folder)
    result = _result(folder)
    if result["plan"] is None:
        raise _problem("run", str(folder), f"has no plan ({result['status']})", "approve one that has")
    if drafted := len(result.get("placeholders", ())):
        message = f"is a draft: {drafted} value{'s are' if drafted > 1 else ' is'} provisional"
        raise _problem("run", str(folder), message, "`incentives fill` asks for them; then solve again")
    failed = [check["name"] for check in result["checks"] if not check["ok"]]
    if failed or result["status"] in ("error", "no_equilibrium"):
        message = f"has a failed check ({', '.join(failed) or result['status']}): do not use"
        raise _problem("run", str(folder), message, "solve again; `verify` says where it fails")
    refuse_unfounded(folder)


def _append(journal: Path, line: str) -> None:
    """One write at the end, kept on the disk before anybody is told."""
    with journal.open("ab", buffering=0) as file:
        file.write(line.encode())
        os.fsync(file.fileno())
