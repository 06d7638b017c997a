"""Companies with the fields of the second edition of model.md: each changes a scenario's tree by chance.

`some_of` writes a handful of fields, `all_of` every one. What was there stays, but for curves and targets.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

Tree = dict[str, Any]
Rng = np.random.Generator
FORMS: tuple[Tree, ...] = (
    {"points": [[0.5, 0.25], [0.8, 0.8], [1.0, 1.0], [1.5, 2.0]]},
    {"points": [[0.0, 0.3], [1.0, 1.0], [1.4, 1.2]]},
    {"steps": [[0.9, 0.6], [1.0, 1.0], [1.1, 1.5]]},
    {"rates": [[0.0, 0.8], [1.0, 1.0], [1.2, 1.3]], "cap": 1.8},
    {"threshold": 0.7, "cap": 1.5},
    {"accelerators": [{"from": 1.0, "slope": 2.0}], "cap": 1.6},
)
"""One of each form that a curve can have (scenario.md)."""
TIMES = [[0.8, 0.5], [1.0, 1.0], [1.1, 1.2]]


def some_of(rng: Rng, tree: Tree, share: float = 0.35) -> list[str]:
    """Names of the fields that were written."""
    return [name for name, write in FIELDS.items() if rng.random() < share and write(rng, tree)]


def all_of(rng: Rng, tree: Tree) -> list[str]:
    """The same of every field that the company has room for."""
    return [name for name, write in FIELDS.items() if write(rng, tree)]


# --- people ---------------------------------------------------------------------------------------------


def _effort(rng: Rng, tree: Tree) -> bool:
    timed = [team for team in tree["teams"].values() if team.get("hours")]
    for team in timed:
        team["effort"] = float(rng.uniform(0.05, 1.0))
    return bool(timed)


def _luck_discount(rng: Rng, tree: Tree) -> bool:
    for team in tree["teams"].values():
        team["luck_discount"] = float(rng.uniform(0.05, 0.5))
    return True


def _persons(rng: Rng, tree: Tree) -> bool:
    for team in tree["teams"].values():
        team |= {
            "headcount": int(rng.integers(2, 9)),
            "paid_on": str(rng.choice(["person", "person", "team"])),
            "skill_spread": float(rng.uniform(0, 0.4)),
        }
    for kpi in tree["kpis"].values():
        kpi["individual_noise"] = float(rng.uniform(0, 0.5))
    return True


def _gaming_reach(rng: Rng, tree: Tree) -> bool:
    seen = [a for a in tree["activities"].values() if a.get("gaming") and a["baseline"] > 0]
    for activity in seen:
        activity["reach"] = float(activity["baseline"] * rng.uniform(1.1, 4))
    return bool(seen)


# --- measures -------------------------------------------------------------------------------------------


def _constant(rng: Rng, tree: Tree) -> bool:
    kpi = tree["kpis"][_one(rng, list(tree["kpis"]))]
    kpi["constant"] = float(rng.uniform(0.1, 5))
    return True


def _shared_luck(rng: Rng, tree: Tree) -> bool:
    """A correlation of all, and others of single pairs: with three of them no luck need have them all."""
    names = list(tree["kpis"])
    if len(names) < 2:
        return False
    tree["noise_correlation"] = float(rng.uniform(0, 0.5))
    for one, other in pairwise(names[:4]):
        tree["kpis"][one]["noise_with"] = {other: float(rng.uniform(-0.9, 0.95))}
    return True


def _timing(rng: Rng, tree: Tree) -> bool:
    kpi = tree["kpis"]["wins"]
    kpi["timing"] = {"share": float(rng.uniform(0.02, 0.2)), "loss": float(rng.uniform(0.02, 0.3))}
    return True


def _words(_: Rng, tree: Tree) -> bool:
    tree["kpis"]["wins"] |= {
        "unit": {"en": "contracts", "fr": "contrats"},
        "definition": {"en": "Signed by the last day.", "fr": "Signés au dernier jour."},
    }
    return True


# --- pay ------------------------------------------------------------------------------------------------


def _curves(rng: Rng, tree: Tree) -> bool:
    """Half of the KPIs that have luck; a rate keeps a cap, else people starve its denominator."""
    noisy = [name for name, kpi in tree["kpis"].items() if kpi.get("noise", 0) > 0]
    for name in noisy:
        if rng.random() < 0.5:
            tree["kpis"][name]["curve"] = dict(FORMS[rng.integers(len(FORMS))])
    return bool(noisy)


def _times(rng: Rng, tree: Tree) -> bool:
    """Pay of a KPI multiplied by a function of another one."""
    noisy = [name for name, kpi in tree["kpis"].items() if kpi.get("noise", 0) > 0]
    if len(noisy) < 2:
        return False
    one, other = (str(name) for name in rng.permutation(noisy)[:2])
    base = tree["kpis"][one].get("curve")
    base = dict(base) if isinstance(base, dict) else {"cap": 1.8}
    tree["kpis"][one]["curve"] = {
        **{part: value for part, value in base.items() if part != "gate"},
        "times": {"kpi": other, "points": TIMES},
    }
    return True


def _reset(rng: Rng, tree: Tree) -> bool:
    if tree.get("regimes"):
        return False
    tree["targets"] = {"mode": "reset", "stretch": float(rng.choice([0.0, 0.05]))}
    return True


# --- limits of a designer -------------------------------------------------------------------------------


def _limits(rng: Rng, tree: Tree) -> bool:
    weights, step = _weights(tree), _step(tree)
    for team in _paid(tree):
        kpis = _measures(tree, team)
        low, high = sorted(float(end) for end in rng.choice([0.0, step, 0.5, 1.0], 2))
        weights.setdefault("limits", {})[team] = {_one(rng, kpis): {"min": low, "max": max(high, step)}}
    return True


def _counts(rng: Rng, tree: Tree) -> bool:
    for team in _paid(tree):
        own = {"min_measures": int(rng.integers(1, 3)), "max_measures": int(rng.integers(2, 4))}
        _weights(tree).setdefault("teams", {})[team] = own
    return True


def _groups(rng: Rng, tree: Tree) -> bool:
    roomy = [team for team in _paid(tree) if len(_measures(tree, team)) > 1]
    for team in roomy:
        pair = [str(k) for k in rng.permutation(_measures(tree, team))[:2]]
        bound = {"min": 0.5} if rng.random() < 0.5 else {"max": 0.5}
        _weights(tree).setdefault("groups", []).append({"team": team, "kpis": pair, **bound})
    return bool(roomy)


def _same(_: Rng, tree: Tree) -> bool:
    """Two teams of one list of measures; what single weights of the second must be goes."""
    given = [team for team in _paid(tree) if not isinstance(tree["teams"][team]["target_pay"], dict)][:2]
    if len(given) < 2:
        return False
    rules = tree["rules"]
    rules["same"] = [given]
    rules["measures"] = {**rules.get("measures", {}), given[1]: list(_measures(tree, given[0]))}
    rules.get("locks", {}).pop(given[1], None)
    for part in ("limits", "teams"):
        _weights(tree).get(part, {}).pop(given[1], None)
    groups = [group for group in _weights(tree).get("groups", ()) if group["team"] != given[1]]
    _weights(tree)["groups"] = groups
    return True


def _reserve(rng: Rng, tree: Tree) -> bool:
    budget = tree["rules"].get("budget", {})
    if not budget.get("expected"):
        return False
    budget["reserve"] = budget["expected"] * float(rng.uniform(0, 0.2))
    return True


def _exposure(rng: Rng, tree: Tree) -> bool:
    gaming = tree["rules"].setdefault("gaming", {"tolerance": 0.3})
    basis = str(rng.choice(["pay", "utility"]))
    gaming["exposure"] = {"limit": float(rng.uniform(0.05, 0.6)), "basis": basis}
    return True


def _plans(rng: Rng, tree: Tree) -> bool:
    """Plans that bring pay, curves and targets of their own; today's pay is not theirs."""
    noisy = {name for name, kpi in tree["kpis"].items() if kpi.get("noise", 0) > 0}
    whole = [
        team for team, paid in tree["current_plan"].items() if {k for k, w in paid.items() if w} <= noisy
    ]
    if not whole:
        return False
    team = _one(rng, whole)
    curved = {team: dict(FORMS[rng.integers(len(FORMS))])}
    issued = {"mode": "reset", "stretch": 0.05} if not tree.get("regimes") else {}
    tree["plans"] = {
        "again": tree["current_plan"],
        "curved": {"curves": curved, "label": "Curved"},
        "reissued": {"targets": issued or {"wins": 1.0}, "target_pay": {team: 1000.0}},
    }
    return True


FIELDS: dict[str, Callable[[Rng, Tree], bool]] = {
    "effort": _effort,
    "luck_discount": _luck_discount,
    "persons": _persons,
    "gaming_reach": _gaming_reach,
    "constant": _constant,
    "shared_luck": _shared_luck,
    "timing": _timing,
    "words": _words,
    "curves": _curves,
    "times": _times,
    "reset": _reset,
    "limits": _limits,
    "counts": _counts,
    "groups": _groups,
    "same": _same,
    "reserve": _reserve,
    "exposure": _exposure,
    "plans": _plans,
}


# --- what a tree has ------------------------------------------------------------------------------------


def _one(rng: Rng, names: list[str]) -> str:
    return str(rng.choice(names))


def _paid(tree: Tree) -> list[str]:
    return [name for name, team in tree["teams"].items() if team["target_pay"]]


def _measures(tree: Tree, team: str) -> list[str]:
    return list(tree["rules"].get("measures", {}).get(team, tree["kpis"]))


def _weights(tree: Tree) -> Tree:
    weights: Tree = tree["rules"].setdefault("weights", {})
    return weights


def _step(tree: Tree) -> float:
    return float(_weights(tree).get("step", 0.05))
