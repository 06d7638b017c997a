"""What changed between two runs: what it costs, in bad cases and how likely; then plan, outcome, inputs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.plans.plan_changes import curve_named
from optimizer.response.pay_knots import curve_of, pay_terms
from optimizer.runs.folder import refuse_changed
from optimizer.scenario.plan import Plan, plan_in
from optimizer.scenario.problems import printable, shown
from optimizer.scenario.read import read_scenario
from optimizer.scenario.types import Scenario
from optimizer.tables.approvals import approvals_of, run_version
from optimizer.tables.build import RUN_TABLES
from optimizer.tables.table import read_tables

OF_THE_OBJECTIVE = (("outcome", "objective"), ("outcome", "bound"))
LINE = "a straight line"
"""What a pay curve without any term is called."""
MONEY = ("gross", "direct_costs", "revenue", "loaded_pay", "net")


@dataclass(frozen=True)
class Change:
    """One thing that differs: `part` is one of PARTS; None where it is absent."""

    part: str
    what: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return printable(f"{self.what}: {self._step()}")

    def _step(self) -> str:
        before, after = self.before, self.after
        if not (_is_number(before) and _is_number(after)):
            return f"{shown(before)} to {shown(after)}"
        share = f", {_signed((after - before) / abs(before), '.1%')}" if before else ""
        return f"{before:,.6g} to {after:,.6g} ({_signed(after - before, ',.4g')}{share})"

    def as_json(self) -> dict[str, Any]:
        return vars(self)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _signed(value: float, form: str) -> str:
    return f"{value:+{form}}".replace("-", "\u2212")


def differences(before: Path, after: Path) -> tuple[Change, ...]:
    """Everything that differs between two run folders, in the order of PARTS.

    Values of different objectives do not compare, and are left out; revenue and net are there. Raises
    NotARunFolderError or ChangedRunError where a folder is not what a solve wrote.
    """
    for folder in (before, after):
        refuse_changed(folder)
    changes = [
        Change(part, what, one, other)
        for part, read in PARTS.items()
        for what, one, other in _changes(read(before), read(after))
    ]
    if any(change.what == "rules.objective" for change in changes):
        changes = [change for change in changes if (change.part, change.what) not in OF_THE_OBJECTIVE]
    return tuple(changes)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _budget(folder: Path) -> dict[str, Any]:
    """Payouts of company and teams as booked, and the limit of each that has one."""
    totals = read_tables([t for t in RUN_TABLES if t.name == "pay_totals"], folder / "tables")["pay_totals"]
    lines: dict[str, Any] = {}
    for row in totals.to_dict("records"):
        who = row["team"] or "the company"
        amounts = {"payouts, gross": "pay", "charges": "charges", "payouts, loaded": "loaded"}
        amounts |= {"set aside": "reserve", "limit, loaded": "limit", "left under the limit": "slack"}
        lines |= {
            f"{words} of {who}": float(row[key]) for words, key in amounts.items() if math.isfinite(row[key])
        }
    return lines


def _payouts(folder: Path) -> dict[str, Any]:
    """Of the plan, by whom: the distribution of its payouts; nothing for a run without a plan."""
    paid = (_result(folder).get("payouts") or {}).get("chosen") or {}
    return {"the company": paid["company"], **paid["teams"]} if paid else {}


def _bad_cases(folder: Path) -> dict[str, Any]:
    paid = _payouts(folder)
    words = {"p90": "one case in ten costs more than (P90)", "cvar": "mean of the worst 5 %"}
    return {f"{said} of {who}": at[key] for key, said in words.items() for who, at in paid.items()}


def _probabilities(folder: Path) -> dict[str, Any]:
    """Of exceeding limits, and of reaching objectives."""
    over = {
        f"probability that {who} exceeds its limit": at["over_budget"]
        for who, at in _payouts(folder).items()
        if at["over_budget"] is not None
    }
    chosen = (_result(folder).get("payouts") or {}).get("chosen") or {}
    reached = chosen.get("objectives_reached", {})
    return over | {f"probability of reaching the objective of {kpi}": p for kpi, p in reached.items()}


def _inputs(folder: Path) -> dict[str, Any]:
    """Every number and text of the scenario by its path, options, and versions."""
    inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
    scenario = read_scenario(folder / "scenario.yaml").model_dump(
        mode="json", by_alias=True, exclude={"changed"}
    )
    asked = {"options": inputs["options"], "python": inputs["python"], "versions": inputs["versions"]}
    return dict(_flat("", {**scenario, **asked}))


def _flat(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every leaf by its path; a list of names or numbers is one leaf, in words."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(f"{place}.{key}" if place else key, inner)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for at, inner in enumerate(value):
            yield from _flat(f"{place}[{at}]", inner)
    else:
        yield place, ", ".join(map(str, value)) if isinstance(value, list) else value


def _plan(folder: Path) -> dict[str, Any]:
    """Weights, pay at target, what the curves promise and the targets: nothing for a run without a plan."""
    result = _result(folder)
    if result["plan"] is None:
        return {}
    plan = plan_in(result)
    weights = {f"{t} on {k}": w for t, ws in plan.weights.items() for k, w in ws.items()}
    pay = {f"target pay of {team}": pay for team, pay in plan.target_pay.items()}
    scenario = read_scenario(folder / "scenario.yaml")
    return weights | pay | dict(_curves(scenario, plan)) | _targets(folder, plan)


def _curves(scenario: Scenario, plan: Plan) -> Iterator[tuple[str, Any]]:
    """The pay curve of every team, by name and term by term; by KPI where its KPIs have several."""
    for team, weights in plan.weights.items():
        stated = {kpi: curve_of(scenario, team, kpi, plan.terms) for kpi in weights}
        alike = len({pay_terms(curve, kpi) for kpi, curve in stated.items()}) == 1
        for kpi, curve in list(stated.items())[:1] if alike else stated.items():
            what = f"curve of {team}" if alike else f"curve of {team} on {kpi}"
            line = pay_terms(curve, kpi) == pay_terms(None, kpi)
            yield what, LINE if line else curve_named(scenario, team, [kpi], plan.terms) or "without a name"
            if curve is not None and not line:
                terms = curve.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                yield from ((f"{what}, {place}", term) for place, term in _flat("", terms))


def _targets(folder: Path, plan: Plan) -> dict[str, Any]:
    """Targets of the KPIs that somebody is paid on, and whether they are issued anew."""
    company = json.loads((folder / "company.json").read_text(encoding="utf-8"))
    paid = {kpi for weights in plan.weights.values() for kpi in weights}
    today = {k["name"]: k["target"] for k in company["kpis"] if k["name"] in paid}
    targets = {f"target of {kpi}": plan.targets.get(kpi, target) for kpi, target in today.items()}
    issued = company["targets"] | ({} if plan.issued is None else plan.issued.model_dump())
    return targets | {"targets": issued["mode"], "stretch of targets": issued["stretch"]}


def _outcome(folder: Path) -> dict[str, Any]:
    result = _result(folder)
    consistent = result["consistent"] or {}
    values = {"status": result["status"], "objective": result["objective"], "bound": result["bound"]}
    values |= {name: consistent[name] for name in MONEY if name in consistent}
    values |= {f"attainment of {k}": s for k, s in consistent.get("score", {}).items()}
    values |= {f"payout of {team}": pay for team, pay in consistent.get("pay", {}).items()}
    return values | {f"volume of {a}": x for a, x in consistent.get("activities", {}).items()}


def _result(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return result


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "budget": _budget,
    "bad cases": _bad_cases,
    "probabilities": _probabilities,
    "plan": _plan,
    "outcome": _outcome,
    "inputs": _inputs,
}
"""What is compared, in the order in which who signs reads it."""


def standing_of(folder: Path) -> dict[str, Any]:
    """Which version a folder holds, who approved it, and which versions it replaces."""
    approvals = approvals_of(folder)
    return {
        "version": run_version(folder),
        "approved_by": [f"{one.by} ({one.role}, {one.date})" for one in approvals],
        "replaces": list(dict.fromkeys(one.replaces for one in approvals if one.replaces)),
    }
