"""The house stays as it is laid out: rooms, imports, one word per idea, tests against the public surface."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("optimizer", "reports")
MOST_ENTRIES = 16

SAME_THING: dict[str, str] = {
    "studies": "one question each, asked apart from a solve: made, as documents",
    "sources": "where numbers come from: checked, as table",
    "start": "from answers to a scenario: the room, and its verb",
    "start_page": "the page of start: written, as verb",
    "started": "a generated scenario: completed, on screen",
    "approve": "one person’s approval of a run: given, and its verb",
    "answers": "what was answered: to the questions of the explanation, by a designer",
    "adjust": "a correction of a plan: found, as tables, as documents, as verb, on screen",
    "best_response": "what people do at given beliefs: as equations of the model, and numerically",
    "batch": "a batch run: the package that makes it, and its verb",
    "budget": "limits on what is paid: the rule and its family, the verb, the sheet",
    "build": "puts together what a room hands out",
    "calibration": "the company calibrated, and its study",
    "certificate": "how well a solution is known, and its table",
    "charts": "drawings: the package, and in it those of plans and gains",
    "company": "one company: its answers as numbers, and as pages show it",
    "comparison": "plans side by side, and their table",
    "controls": "what must tie and hold: their table, their sheet",
    "controllability": "the measure, estimated from history, in the model, as a rule",
    "curves": "pay curves: their checks, their sheet",
    "cvar": "payout in bad cases, in the model and outside it",
    "diff": "what changed between two runs, and its verb",
    "explanation": "the room, and its tables",
    "exposure": "how far others can sink a KPI: computed, as a rule",
    "files": "an input file, read once",
    "form": "a form of placeholders: as a sheet, as verb",
    "frontier": "what more room would bring: computed, as table, as verb",
    "funnel": "the stages: drafted, checked, as equations",
    "history": "the room, and its tables",
    "kpis": "the KPIs: drafted, checked",
    "measures": "what a team moves: computed, as table, as verb",
    "payouts": "what is paid in good and bad luck: equations, draws, table",
    "people": "persons of a team: estimated, as tables",
    "options": "what is asked of a solve, and of a whole run",
    "pilot": "a test of a plan: designed, as tables, as documents, as verb, on screen",
    "placeholders": "numbers that nobody has given yet: what is asked, checked, as a table",
    "plan": "a plan: as written, as a sheet",
    "plan_document": "what a team signs: its tables, its pages",
    "plans": "the room of plans, and the checks of named ones",
    "published": "published changes of pay: read and judged, as plain values, as verb, on screen",
    "ratios": "what finance divides: their table, their sheet",
    "read": "reading an input",
    "report": "the report, and the verb that makes it again",
    "robust": "the plan that holds when numbers are off: chosen, on screen",
    "robustness": "plans when numbers are off: computed, as table, as chapter",
    "rollup": "several units under one envelope: read from runs, as tables, as documents, as verb, on screen",
    "rule_prices": "what a rule costs: computed, as table",
    "rules": "rules: their families, the checks of what a scenario says",
    "side_effects": "what plans leave undone and at whose mercy: their tables, their page, on screen",
    "solve": "the verb, and the way from a scenario to a run folder that it goes",
    "solution": "what a solve hands out, and on screen",
    "template": "a starter scenario, and the verb that writes it",
    "split": "several teams from one: made, as verb",
    "study": "documents that stand alone: pages, and the workbook beside them",
    "tornado": "what the ranges of sources do to the gain: computed, as table",
    "transition": "from one plan to the next: simulated, as tables, as documents, on screen",
    "verify": "recomputation of a run or a batch, and its verb",
    "warnings": "warnings that do not stop: of the scenario alone, of the calibrated company",
    "weight_limits": "limits that a designer writes: their checks, as a rule, in the model",
    "weights": "weights of a plan: equations, rule family",
    "whatif": "the what-if page and its data",
    "write": "writing what was read or made",
    "year": "the first year of a plan: computed, as tables, in words, on screen, as a sheet",
    "cash": "when a year is paid: computed, as a sheet",
}
"""Module names that occur more than once: always the same thing seen from another room."""

RETIRED: dict[str, str] = {
    "world": "regime",
    "worlds": "regimes",
    "World": "Regime",
    "Held": "BeliefPoint",
    "vetted": "verified",
    "rescue": "repair",
    "unfound": "no_plan",
    "Judged": "ScoredPlan",
    "Judgement": "ScoredPlan",
    "Memory": "ScoredPlans",
    "WeightRule": "RuleValue",
    "Setting": "ModelData, PilotSetting",
    "Swing": "TornadoBar",
    "Move": "WeightShift",
    "Tie": "NearTie",
    "obstacles": "binding_rules",
    "Point": "FrontierPoint",
    "Switch": "Transition",
    "Tail": "BadCases, UpperTail",
    "Night": "BatchRun",
    "HeldError": "LockedError",
    "Crew": "Workers",
    "drive": "schedule",
    "Board": "ProgressView",
    "Shortfall": "Incomplete",
    "audit": "verify",
    "audited": "verified",
    "misrecorded": "verify",
    "suspicions": "warnings",
    "Doubt": "AmbiguousScalar",
    "selling": "sales_stages",
    "Shape": "PayKnots",
    "Evaluated": "Evaluation",
    "Compared": "Evaluation",
    "Comparison": "Evaluation",
    "BrokenRule": "RuleOfPlan",
}
"""Words that left, and what is said instead (docs/glossary.md): as names in code they may not come back."""

INTERNAL_IMPORTS = 1008
"""Names that tests import from inside the packages. Each redesign pays for them: the number may only fall."""


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


@cache
def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["contracts"])


# --- rooms ----------------------------------------------------------------------------------------------


def test_the_first_look_at_the_code_shows_a_handful_of_rooms() -> None:
    entries = sorted(p.name for p in (ROOT / "optimizer").iterdir() if p.name != "__pycache__")
    assert len(entries) <= MOST_ENTRIES, entries


@pytest.mark.parametrize("package", PACKAGES)
def test_the_import_contract_has_a_place_for_every_module(package: str) -> None:
    (rooms,) = (c for c in contracts() if c.get("containers") == [package])
    assert rooms["type"] == "layers"
    assert rooms["exhaustive"]
    placed = {room.strip() for layer in rooms["layers"] for room in layer.split("|")}
    top = {module.removeprefix(f"{package}.") for module in graph().find_children(package)}
    assert placed == top


def test_no_module_imports_itself_through_others() -> None:
    imports = {module: graph().find_modules_directly_imported_by(module) for module in graph().modules}
    TopologicalSorter(imports).prepare()  # raises CycleError with the cycle


def test_a_module_name_has_one_meaning() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module in sorted(graph().modules):
        places[module.rsplit(".", 1)[-1]].append(module)
    twice = {name: modules for name, modules in places.items() if len(modules) > 1}
    new = {name: modules for name, modules in twice.items() if name not in SAME_THING}
    assert new == {}, "say in SAME_THING why they are the same thing, or call one of them otherwise"
    assert set(twice) == set(SAME_THING), "a name occurs once now: take it from SAME_THING"


# --- words ----------------------------------------------------------------------------------------------


def names_in(tree: ast.AST) -> Iterator[str]:
    """Every name that code binds, takes or looks up."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield from (name.rsplit(".", 1)[-1], *([other] if other else []))
            case ast.keyword(arg=str(name)):
                yield name


@pytest.mark.slow
def test_retired_words_do_not_come_back_as_names() -> None:
    back = []
    for file in (file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        names = {file.stem, *names_in(ast.parse(file.read_text(encoding="utf-8")))}
        back += [f"{file.relative_to(ROOT)}: {w}, say {RETIRED[w]}" for w in sorted(names & set(RETIRED))]
    for file in (ROOT / "reports").rglob("*.js"):
        names = set(re.findall(r"[A-Za-z_]\w*", file.read_text(encoding="utf-8")))
        back += [f"{file.relative_to(ROOT)}: {w}" for w in sorted(names & {"world", "worlds"})]
    assert back == []


# --- tests ----------------------------------------------------------------------------------------------


def test_tests_import_no_more_from_inside_than_they_did() -> None:
    count = sum(
        len(node.names)
        for file in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("optimizer.", "reports."))
    )
    assert count <= INTERNAL_IMPORTS, "go through optimizer, reports, the verbs or the tables"
