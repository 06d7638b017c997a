"""Plans and rules of a split team: what was agreed for it holds for each of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from optimizer.runs.split.divided import Divided
from optimizer.runs.split.parts import heads_of
from optimizer.runs.split.shares import Tree, by_team, curve, for_parts, target_share
from optimizer.scenario.plan_types import plan_kind, targets_kind


def _own(values: Mapping[str, Any], split: Divided, part: str) -> Tree:
    """`{kpi: ...}` with the part's KPIs."""
    return {split.kpi(kpi, part): value for kpi, value in values.items()}


def weights(mapping: Mapping[str, Any], split: Divided) -> Tree:
    """`{team: {kpi: ...}}`: each part has the team's, on its own results."""
    return by_team(mapping, split, lambda own, part: _own(own, split, part))


def _scaled(mapping: Mapping[str, float], split: Divided) -> Tree:
    return by_team(mapping, split, lambda amount, part: amount * split.parts.shares[part])


def phasing(tree: Tree, split: Divided) -> Tree:
    """The year: who comes and goes is shared as people are; ramps and seasons are everybody's."""
    made = dict(tree.get("phasing", {}))
    for key, change in (("headcount", _heads), ("ramp", _alike), ("guaranteed", _alike), ("vacancy", _alike)):
        if key in made:
            made[key] = by_team(made[key], split, partial(change, split))
    if "seasonality" in made:
        known = made["seasonality"]
        whole = {kpi: known[kpi] for kpi in known if kpi not in split.kpis or kpi in split.kept}
        parts = {split.kpi(k, p): known[k] for k in known if k in split.kpis for p in split.parts.shares}
        made["seasonality"] = whole | parts
    return made


def _heads(split: Divided, people: Sequence[float], part: str) -> list[float]:
    whole = split.scenario.teams[split.parts.team].headcount or 1
    share = heads_of(whole, split.parts.shares)[part] / whole
    return [share * count for count in people]


def _alike(_split: Divided, value: Any, _part: str) -> Any:
    return value


# --- plans ----------------------------------------------------------------------------------------------


def plans(tree: Tree, split: Divided) -> Tree:
    """Every named plan."""
    return {name: _plan(plan, split) for name, plan in tree.get("plans", {}).items()}


def _plan(plan: Tree, split: Divided) -> Tree:
    if plan_kind(plan) == "weights":
        return weights(plan, split)
    made = dict(plan)
    if "weights" in plan:
        made["weights"] = weights(plan["weights"], split)
    if "target_pay" in plan:
        made["target_pay"] = _scaled(plan["target_pay"], split)
    if "curves" in plan:
        made["curves"] = _curves(plan["curves"], split)
    if "targets" in plan and targets_kind(plan["targets"]) == "stated":
        made["targets"] = _targets(plan["targets"], split)
    return made


def _curves(stated: Tree, split: Divided) -> Tree:
    """By team or by `team.kpi`."""
    found: Tree = {}
    for at, one in stated.items():
        team, point, kpi = at.partition(".")
        if team != split.parts.team:
            found[at] = one
            continue
        for part in split.parts.shares:
            found[f"{part}{point}{split.kpi(kpi, part)}"] = curve(split, one, part)
    return found


def _targets(stated: Tree, split: Divided) -> Tree:
    found: Tree = {}
    for kpi, value in stated.items():
        if kpi not in split.kpis or kpi in split.kept:
            found[kpi] = value
        if kpi in split.kpis:
            for part, share in split.parts.shares.items():
                found[split.kpi(kpi, part)] = value * target_share(split.scenario.kpis[kpi], share)
    return found


# --- rules ----------------------------------------------------------------------------------------------


def rules(tree: Tree, split: Divided) -> Tree:
    """What a plan must keep. Lists keep their places: copies for further parts stand at the end."""
    made: Tree = dict(tree.get("rules", {}))
    made["measures"] = _measures(made.get("measures", {}), split)
    for key, change in (
        ("weights", _weights),
        ("locks", weights),
        ("same", _same),
        ("budget", _budget),
        ("controllability", _controllability),
        ("gaming", _gaming),
        ("curves", _chosen_curves),
    ):
        if made.get(key):
            made[key] = change(made[key], split)
    return made


def _measures(stated: Mapping[str, Any], split: Divided) -> Tree:
    """Written out for all: who might use every KPI may not be paid on those of the parts."""
    scenario, team = split.scenario, split.parts.team
    before = [kpi for kpi in scenario.kpis if kpi not in split.kpis or kpi in split.kept]
    found: Tree = {}
    for name in scenario.teams:
        allowed = stated.get(name, scenario.kpis if name == team else before)
        if name == team:
            found |= {part: [split.kpi(k, part) for k in allowed] for part in split.parts.shares}
        elif name in stated or scenario.teams[name].current_pay > 0:
            found[name] = list(allowed)
    return found


def _weights(stated: Tree, split: Divided) -> Tree:
    made = dict(stated)
    if "limits" in stated:
        made["limits"] = weights(stated["limits"], split)
    if "teams" in stated:
        made["teams"] = by_team(stated["teams"], split, lambda own, _: own)
    if "groups" in stated:
        made["groups"] = _of_team(stated["groups"], split, _group)
    return made


def _group(group: Tree, split: Divided, part: str) -> Tree:
    return {**group, "team": part, "kpis": [split.kpi(kpi, part) for kpi in group["kpis"]]}


def _pair(pair: Tree, split: Divided, part: str) -> Tree:
    own = {key: split.kpi(pair[key], part) for key in ("volume", "quality")}
    return {**pair, "team": part, **own}


def _of_team(listed: Any, split: Divided, copy: Callable[[Tree, Divided, str], Tree]) -> list[Tree]:
    """Things that name a team: that of the first part in its place, those of the others behind."""
    first, *others = split.parts.shares
    own = [thing for thing in listed if thing["team"] == split.parts.team]
    stay = [copy(t, split, first) if t["team"] == split.parts.team else t for t in listed]
    return [*stay, *(copy(thing, split, part) for part in others for thing in own)]


def _same(stated: Any, split: Divided) -> list[list[str]]:
    """All parts have the plan that the team had to have."""
    parts = list(split.parts.shares)
    return [
        [name for team in names for name in (parts if team == split.parts.team else [team])]
        for names in stated
    ]


def _budget(stated: Tree, split: Divided) -> Tree:
    return {**stated, "teams": _scaled(stated.get("teams", {}), split)}


def _controllability(stated: Tree, split: Divided) -> Tree:
    return {**stated, "override": weights(stated.get("override", {}), split)}


def _gaming(stated: Tree, split: Divided) -> Tree:
    caps = stated.get("caps", {})

    def cap(name: str, part: str) -> float:
        return float(caps[name] * split.parts.shares[part])

    pairs = _of_team(stated.get("pairs", ()), split, _pair)
    return {**stated, "caps": for_parts(caps, split.activities, split, cap), "pairs": pairs}


def _chosen_curves(stated: Tree, split: Divided) -> Tree:
    return by_team(stated, split, lambda names, part: [curve(split, name, part) for name in names])
