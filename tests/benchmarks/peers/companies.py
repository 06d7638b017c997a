"""Random companies: valid scenarios of any size from a seeded generator, for properties and benchmarks.

The first team works the market, the others stages in the order of the funnel, the last stage yields `won`.
With `two_way`, the last team also finds expansions that the second one sells, so that they feed each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimizer import Scenario

Tree = dict[str, Any]

WON, EXPANSION, EXPANDED = "won", "expansion", "expanded"
TERMINAL = (WON, EXPANDED)
PARTNERS = "partners"
"""A team without a limit of hours, in some companies: reward alone scales what it does."""
STEPS = 20
"""Weights are in steps of 5 %."""


def random_company(
    rng: np.random.Generator,
    *,
    teams: int = 3,
    activities: int = 12,
    two_way: bool = False,
    partners: bool = True,
    regimes: int = 0,
    rules: Tree | None = None,
) -> Scenario:
    """A valid company with about that many explicit activities; `rules` join the measures of each team;
    `partners` allows a team without a limit of hours.

    At least two teams, three for `two_way`. It has leave and other slack, gaming and unseen activities,
    counts and rates, some of them capped, base pay, teams without target pay or without a limit of hours,
    lags, discounts and charges.
    """
    draft = _Draft(rng, [f"t{i}" for i in range(teams)])
    _funnel(draft, activities, two_way, partners)
    _volumes(draft)
    _teams(draft)
    _money(draft)
    _kpis(draft)
    tree: Tree = {
        "name": "random",
        "teams": draft.teams,
        "stages": draft.stages,
        "activities": draft.activities,
        "kpis": draft.kpis,
        "current_plan": _current_plan(draft),
        "regimes": _regimes(draft, regimes),
        "rules": {"measures": draft.measures, **(rules or {})},
    }
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def random_weights(rng: np.random.Generator, scenario: Scenario) -> dict[str, dict[str, float]]:
    """A random plan: one to three of each paid team's measures, in steps of 5 %."""
    paid = [name for name, team in scenario.teams.items() if team.current_pay > 0]
    return {name: _weights(rng, list(scenario.rules.measures[name])) for name in paid}


@dataclass
class _Draft:
    """Sections of a scenario file on their way, and the dice."""

    rng: np.random.Generator
    names: list[str]
    teams: Tree = field(default_factory=dict)
    stages: Tree = field(default_factory=dict)
    activities: Tree = field(default_factory=dict)
    kpis: Tree = field(default_factory=dict)
    measures: dict[str, list[str]] = field(default_factory=dict)

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def around(self, middle: float, factor: float = 2.0) -> float:
        return float(middle * factor ** self.rng.uniform(-1, 1))

    def shares(self, count: int) -> list[float]:
        return [float(share) for share in self.rng.dirichlet(np.full(count, 3.0))]

    def worked(self, team: str | None = None) -> list[str]:
        """Stages that somebody, or one team, works, upstream first."""
        owners = {name: stage.get("owner") for name, stage in self.stages.items() if name not in TERMINAL}
        return [name for name, owner in owners.items() if team in (None, owner)]

    def taking(self, stage: str | None) -> Tree:
        """Activities from a stage, or from the market."""
        return {name: a for name, a in self.activities.items() if a.get("from") == stage}

    def inflow(self, stage: str) -> float:
        produced = [
            a["yields"].get(stage, 0.0) * a["baseline"] for a in self.activities.values() if "baseline" in a
        ]
        return float(self.stages[stage].get("inflow", 0.0) + sum(produced))


# --- stages and ways of working them --------------------------------------------------------------------


def _funnel(draft: _Draft, activities: int, two_way: bool, partners: bool) -> None:
    """A chain of stages with short cuts; a thorough and a quick way to work each, then more at random."""
    workers = draft.names[1:]
    count = max(len(workers), (activities - 2) // 3)
    extra = draft.rng.integers(0, len(workers), count - len(workers))
    for n, owner in enumerate(sorted([*range(len(workers)), *extra])):
        draft.stages[f"s{n}"] = {"owner": workers[owner]}
    chain = draft.worked()
    _market(draft, "campaign", draft.names[0], chain[0])
    _market(draft, "wide_net", draft.names[0], chain[0], gaming=True)
    for n, stage in enumerate(chain):
        _ways(draft, stage, [*chain[n + 1 : n + 4], WON][:3])
    for n in range(activities - len(draft.activities)):
        _extra(draft, f"extra{n}", str(draft.rng.choice(chain)))
    draft.stages[WON] = {}
    if two_way:
        _expansions(draft, chain[-1])
    if partners and draft.chance(0.2):
        draft.names.append(PARTNERS)
        _market(draft, "referral", PARTNERS, chain[0])


def _market(draft: _Draft, name: str, team: str, stage: str, **more: Any) -> None:
    work = {"team": team, "yields": {stage: draft.between(1, 8)}, "hours": draft.around(8)}
    draft.activities[name] = {**work, **_lag(draft), **more}


def _ways(draft: _Draft, stage: str, into: list[str]) -> None:
    total = draft.between(0.15, 0.9)
    some = [n for n in into if n == into[0] or draft.chance(0.5)]
    yields = {n: total * share for n, share in zip(some, draft.shares(len(some)), strict=True)}
    worse = {n: units * draft.between(0.1, 0.7) for n, units in yields.items()}
    common, hours = {"team": draft.stages[stage]["owner"], "from": stage}, draft.around(2)
    draft.activities[f"deep_{stage}"] = {**common, "yields": yields, "hours": hours, **_lag(draft)}
    quick = {"yields": worse, "hours": hours * draft.between(0.1, 0.5), "gaming": draft.chance(0.4)}
    draft.activities[f"quick_{stage}"] = {**common, **quick, **_lag(draft)}


def _extra(draft: _Draft, name: str, stage: str) -> None:
    """Work from the market, gaming that leads nowhere, or another good way; some not seen so far."""
    team, like = draft.stages[stage]["owner"], draft.activities[f"deep_{stage}"]
    kind = draft.rng.choice(["market", "gaming", "good"], p=[0.2, 0.35, 0.45])
    if kind == "market":
        _market(draft, name, team, stage)
        return
    way: Tree = {"team": team, "from": stage, "yields": {}, "hours": draft.between(0.02, 0.3), "gaming": True}
    if kind == "good":
        yields = {n: units * draft.between(0.4, 1.0) for n, units in like["yields"].items()}
        way |= {"yields": yields, "hours": draft.around(like["hours"]), "gaming": False, **_lag(draft)}
    if draft.chance(0.5):
        way["entry"] = draft.between(0, 0.5) if draft.chance(0.8) else 0.0
    draft.activities[name] = way


def _lag(draft: _Draft) -> Tree:
    return {"lag": draft.between(0, 2)} if draft.chance(0.5) else {}


def _expansions(draft: _Draft, last: str) -> None:
    """Found by the last team in its own last stage, sold by the second one."""
    draft.stages |= {EXPANSION: {"owner": draft.names[1]}, EXPANDED: {}}
    find = {"team": draft.names[-1], "from": last, "yields": {EXPANSION: draft.between(0.2, 0.8)}}
    draft.activities["find"] = {**find, "hours": draft.around(2), **_lag(draft)}
    _ways(draft, EXPANSION, [EXPANDED])


# --- volumes, hours, money ------------------------------------------------------------------------------


def _volumes(draft: _Draft) -> None:
    """From the market down: what enters a stage is shared by its ways of working and what is left."""
    for activity in draft.taking(None).values():
        activity["baseline"] = draft.around(40)
    for stage in draft.worked():
        if draft.chance(0.3):
            draft.stages[stage]["inflow"] = draft.around(60)
        inflow, ways = draft.inflow(stage), draft.taking(stage)
        nothing_left = draft.chance(0.15)
        for way, share in zip(ways.values(), draft.shares(len(ways) + 1), strict=False):
            volume = (
                {"baseline": 0.0, "reach": inflow * share} if "entry" in way else {"baseline": inflow * share}
            )
            way.update(volume)
        if nothing_left:
            rest = inflow - sum(way["baseline"] for way in ways.values())
            ways[f"deep_{stage}"]["baseline"] += rest


def _teams(draft: _Draft) -> None:
    """About a thousand hours each, some to spare, at some hourly cost, part of which is variable pay."""
    for name in draft.names:
        work = [a for a in draft.activities.values() if a["team"] == name]
        worked = sum(a["hours"] * a["baseline"] for a in work)
        size = draft.around(1000) / worked
        for activity in work:
            activity["hours"] *= size
        hours = size * worked * (1.0 if draft.chance(0.1) else draft.between(1.05, 1.6))
        cost, share = hours * draft.around(40), draft.between(0.05, 0.6)
        if name not in (draft.names[0], PARTNERS) and draft.chance(0.15):
            share = 0.0
        draft.teams[name] = {
            **({} if name == PARTNERS else {"hours": hours}),
            **({"hour_value": draft.around(40)} if draft.chance(0.3) else {}),
            "base_pay": cost * (1 - share),
            "target_pay": cost * share,
            "charges": draft.between(0, 0.5),
            "discount": draft.between(0.6, 1.0),
            "responsiveness": draft.between(0.2, 0.8),
        }


def _money(draft: _Draft) -> None:
    """What ends in a terminal stage is worth two to six times what people cost."""
    cost = sum(team["base_pay"] + team["target_pay"] for team in draft.teams.values())
    for stage in (name for name in TERMINAL if name in draft.stages):
        draft.stages[stage]["value"] = cost * draft.between(2, 6) / draft.inflow(stage)
    for activity in draft.taking(None).values():
        if draft.chance(0.5):
            activity["cash"] = cost * draft.between(0, 0.1) / activity["baseline"]


# --- measures and plans ---------------------------------------------------------------------------------


def _kpis(draft: _Draft) -> None:
    """Counts of what enters, rates of what is worked and of what comes of it; each team gets near ones."""
    near: dict[str, list[str]] = {name: [] for name in draft.names}
    for stage in draft.worked():
        of_stage = _kpis_of(draft, stage)
        draft.kpis |= of_stage
        feeding = {a["team"] for a in draft.activities.values() if stage in a["yields"]}
        for team in sorted({draft.stages[stage]["owner"], *feeding}):
            near[team] += [name for name in of_stage if team != PARTNERS or name.startswith("in_")]
    draft.kpis["wins"] = _measured(draft, {"entering": {WON: 1.0}})
    for team, kpis in near.items():
        draft.measures[team] = [*sorted(str(k) for k in draft.rng.permutation(kpis)[:3]), "wins"]


def _current_plan(draft: _Draft) -> Tree:
    paid = [name for name, team in draft.teams.items() if team["target_pay"] > 0]
    plan: Tree = {name: _weights(draft.rng, draft.measures[name]) for name in paid}
    if PARTNERS in plan:
        plan[PARTNERS] = dict.fromkeys(draft.measures[PARTNERS], 0.5)
    return plan


def _kpis_of(draft: _Draft, stage: str) -> Tree:
    ways = draft.taking(stage)
    worked = dict.fromkeys(ways, 1.0)
    if draft.chance(0.2):
        worked = {name: draft.between(0.5, 1.0) for name in ways}
    into = next(iter(ways[f"deep_{stage}"]["yields"]))
    good = {name: way["yields"].get(into, 0.0) for name, way in ways.items()}
    everything = {**dict.fromkeys(ways, 1.0), f"leave:{stage}": 1.0}
    kpis = {f"in_{stage}": {"entering": {stage: 1.0}}}
    if draft.chance(0.6):
        kpis[f"worked_{stage}"] = {"numerator": worked, "denominator": everything}
    if draft.chance(0.6):
        kpis[f"good_{stage}"] = {
            "numerator": good,
            "denominator": everything if draft.chance(0.5) else worked,
        }
    return {name: _measured(draft, kpi) for name, kpi in kpis.items()}


def _measured(draft: _Draft, kpi: Tree) -> Tree:
    """With noise, often capped, most of all rates: uncapped, people starve their denominators."""
    kpi["noise"] = draft.between(0.05, 0.3)
    if draft.chance(0.9 if "denominator" in kpi else 0.4):
        kpi["curve"] = {"cap": draft.between(1.1, 2.0)}
    for stage in kpi.get("entering", ()):
        if draft.chance(0.3) and draft.inflow(stage) > 0:
            kpi["target"] = draft.inflow(stage) * draft.between(0.8, 1.3)
    return kpi


def _weights(rng: np.random.Generator, measures: list[str]) -> dict[str, float]:
    some = rng.permutation(measures)[: rng.integers(1, 4)]
    cuts = np.sort(rng.choice(np.arange(1, STEPS), len(some) - 1, replace=False))
    return {str(k): int(step) / STEPS for k, step in zip(some, np.diff([0, *cuts, STEPS]), strict=True)}


def _regimes(draft: _Draft, count: int) -> Tree:
    return {
        f"r{n}": {
            "probability": share,
            "yields": {name: draft.around(1, 1.3) for name in draft.activities if draft.chance(0.3)},
            "inflow": {name: draft.around(1, 1.3) for name in draft.worked() if draft.chance(0.3)},
            "value": {WON: draft.around(1, 1.3)},
        }
        for n, share in enumerate(draft.shares(count) if count else [])
    }
