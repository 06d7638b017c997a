"""Solves that several test files look at, each done once per session."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from optimizer import Options, Scenario, Solution, read_scenario
from optimizer.explanation.build import Explanation, explain
from optimizer.solver import solve
from optimizer.solver.robust import robustly
from optimizer.tables.build import tables_of
from optimizer.tables.table import Tables

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
CASE = CASES / "mini_funnel" / "mini_funnel.json"
MEASURES = {
    "marketing": ["lead_volume", "meeting_rate", "wins"],
    "sales": ["bookings", "leads_touched", "leads_qualified", "retention"],
    "success": ["retention"],
}
RULES: dict[str, Any] = {
    "objective": "revenue",
    "weights": {"step": 0.2, "max_measures": 3},
    "budget": {"expected": 135000.0},
    "measures": MEASURES,
}
SOURCES = {
    "activities.touch_fit.yields": {"text": "CRM", "range": 0.2},
    "stages.retained.value": {"text": "finance", "range": 0.5},
    "teams.marketing.responsiveness": {"text": "guess", "range": 0.5},
    "kpis.meeting_rate.noise": {"text": "CRM", "range": 0.3},
}
PLANS = {
    "by_hand": {
        "marketing": {"lead_volume": 0.6, "wins": 0.4},
        "sales": {"bookings": 1.0},
        "success": {"retention": 1.0},
    },
    "today_again": {
        "marketing": {"lead_volume": 1.0},
        "sales": {"bookings": 1.0},
        "success": {"retention": 1.0},
    },
}


def mini(rules: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """The small company with rules, some of them replaced."""
    tree = json.loads(CASE.read_text(encoding="utf-8"))
    tree |= {"name": "mini_funnel", "rules": deepcopy(RULES) | (rules or {}), **deepcopy(changes)}
    return Scenario.model_validate(tree)


FIELDS = ("headcount", "hours", "charges", "discount", "responsiveness", "skill_spread")
DIFFERING: dict[str, dict[str, tuple[float, ...]]] = {
    "mini_funnel": {
        "marketing": (3, 780, 0.31, 0.8, 0.5, 0.1),
        "sales": (7, 2750, 0.47, 0.9, 0.35, 0.25),
        "success": (2, 460, 0.22, 0.95, 0.3, 0.15),
    },
    "capped_funnel": {
        "marketing": (5, 1950, 0.42, 0.8, 0.5, 0.1),
        "sdr": (4, 1560, 0.31, 0.9, 0.45, 0.2),
        "ae": (8, 3120, 0.47, 0.85, 0.35, 0.25),
        "csm": (6, 1900, 0.25, 0.95, 0.3, 0.15),
    },
    "alignment": {
        "marketing": (4, 1950, 0.4, 0.8, 0.45, 0.1),
        "sdr": (5, 1980, 0.36, 0.85, 0.4, 0.2),
        "sales": (6, 2340, 0.46, 0.9, 0.35, 0.25),
        "success": (7, 2400, 0.3, 0.95, 0.3, 0.15),
    },
}
"""FIELDS of every team: what could be taken from another one. Published numbers hold for teams that are alike
in them; documents, tables, workbooks and pages are made of companies in which teams differ."""
FRENCH = {
    "teams": {"sales": "Ventes", "success": "Suivi client", "ae": "Commerciaux", "csm": "Suivi client"},
    "kpis": {
        "lead_volume": "Volume de leads",
        "meeting_rate": "Taux de prise de RDV",
        "wins": "Affaires signées",
        "bookings": "Montant signé",
        "leads_touched": "Leads traités",
        "leads_qualified": "Leads qualifiés",
        "retention": "Fidélisation",
    },
}
"""What English names are called in French, without which a plan document in French is not written."""
CURRENCY = "GBP"
"""Of unequal companies: a document that says euros on its own is found out."""


def unequal_tree(name: str = "mini_funnel") -> dict[str, Any]:
    """A reference company with teams that differ, as a file would say it."""
    if name == "alignment":
        tree = read_scenario(ROOT / "scenarios" / name).model_dump(by_alias=True, exclude_unset=True)
    else:
        tree = json.loads((CASES / name / f"{name}.json").read_text(encoding="utf-8"))
    for team, values in DIFFERING[name].items():
        tree["teams"][team] |= dict(zip(FIELDS, values, strict=True))
    for section, names in FRENCH.items():
        for thing in tree[section].keys() & names.keys():
            plain = thing.replace("_", " ").capitalize()
            tree[section][thing].setdefault("label", {"en": plain, "fr": names[thing]})
    return tree | {"name": name, "currency": CURRENCY}


def unequal(rules: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """As `mini`, with teams that differ in all that can be mistaken."""
    tree = unequal_tree() | {"rules": deepcopy(RULES) | (rules or {}), **deepcopy(changes)}
    return Scenario.model_validate(tree)


def tables_for(scenario: Scenario, draws: int = 0) -> Tables:
    """What a run folder would hold; with draws from the ranges of sources where some are asked for."""
    options = Options(gap=1e-6)
    solution = solve(scenario, options)
    solution = robustly(solution, options, draws=draws) if draws else solution
    return tables_of(solution, explain(solution))


@cache
def moved() -> Solution:
    """A plan that differs from today's, with gaming caps, sources and named plans."""
    return solve(unequal({"gaming": {"tolerance": 0.1}}, sources=SOURCES, plans=PLANS))


@cache
def explained() -> Explanation:
    return explain(moved())


@cache
def moved_tables() -> Tables:
    return tables_of(moved(), explained())


@cache
def stuck_explained() -> Explanation:
    return explain(stuck())


@cache
def stuck() -> Solution:
    """Nothing may change."""
    return solve(unequal({"change_limit": 0.0}))


@cache
def infeasible() -> Solution:
    return solve(unequal({"budget": {"expected": 100000.0, "min_share_of_target": 0.9}}))


@cache
def failed() -> Solution:
    """A solution whose model and response disagree."""
    checks = [
        replace(c, ok=False, value=3.2e-4) if c.name == "model_value" else c
        for c in moved().certificate.checks
    ]
    certificate = replace(moved().certificate, checks=tuple(checks))
    return replace(moved(), status="error", certificate=certificate)


@cache
def unproven() -> Solution:
    """Stopped before there was a bound."""
    checks = [
        replace(c, ok=False, value=float("inf") if c.name == "gap" else c.value)
        if c.name in ("gap", "no_better_plan")
        else c
        for c in moved().certificate.checks
    ]
    nothing = float("inf")
    certificate = replace(moved().certificate, bound=nothing, gap=nothing, checks=tuple(checks))
    return replace(moved(), status="feasible", certificate=certificate)


@cache
def short_sighted() -> Solution:
    """Solved at today's beliefs: the plan breaks the budget once people have learnt."""
    return solve(unequal(), Options(beliefs="baseline"))


HOSTILE = '#panic(1) $x^2$ *bold* _it_ <lbl> @ref \\ "q"'


@cache
def hostile() -> Solution:
    """Markup, very long words, and characters that no Latin type has, in every label."""
    tree = unequal_tree()
    tree["rules"], tree["label"] = deepcopy(RULES), HOSTILE + " \U0001f600 שלום " + "verylongword" * 6
    tree["teams"]["marketing"]["label"] = '#import "x" \u202e& co'
    tree["kpis"]["meeting_rate"]["label"] = "$\\sum_x$ " + "W" * 80
    tree["activities"]["touch_fit"]["label"] = "[]{}#let x = 1; `raw` " + "long words and more " * 8
    weights = {"sales": {"bookings": 1.0}, "success": {"retention": 1.0}}
    tree["plans"] = {
        f"plan_{i}": {"marketing": {"lead_volume": 1 - i / 20, "wins": i / 20}, **weights}
        for i in range(1, 12)
    }
    return solve(Scenario.model_validate(tree))


@cache
def crowd() -> Solution:
    """Twelve teams with long names, each selling in the same market, each paid on what it sells."""
    teams = {
        f"team_{n}": {
            "label": {"en": f"Sales team of region {n} north", "fr": f"Équipe commerciale région {n} nord"},
            "headcount": n + 1,
            "target_pay": 9000.0 + 1000 * n,
            "hours": 60.0 + 3 * n,
            "charges": 0.2 + 0.02 * n,
            "discount": 0.7 + 0.02 * n,
            "responsiveness": 0.25 + 0.02 * n,
            "skill_spread": 0.05 + 0.01 * n,
        }
        for n in range(12)
    }
    activities = {
        f"sell_{n}": {
            "team": f"team_{n}",
            "yields": {"customer": 0.1},
            "hours": 2.0 + n / 10,
            "baseline": 20.0,
        }
        for n in range(12)
    }
    kpis = {
        f"sold_{n}": {
            "numerator": {f"sell_{n}": 1.0},
            "noise": 0.1,
            "label": {"en": f"Sold in region {n}", "fr": f"Ventes en région {n}"},
        }
        for n in range(12)
    }
    tree = {
        "name": "crowd",
        "teams": teams,
        "stages": {"customer": {"value": 9000.0}},
        "activities": activities,
        "kpis": kpis,
        "current_plan": {f"team_{n}": {f"sold_{n}": 1.0} for n in range(12)},
        "rules": {
            "weights": {"step": 0.5},
            "change_limit": 0.0,
            "measures": {f"team_{n}": [f"sold_{n}"] for n in range(12)},
        },
    }
    return solve(Scenario.model_validate(tree))
