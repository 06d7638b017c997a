"""The company of a split team: its things once per part, each with its share, and what leads to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from optimizer.runs.split.divided import Divided, behind_curve
from optimizer.runs.split.parts import heads_of
from optimizer.scenario.types import Kpi, Scenario

Tree = dict[str, Any]


def for_parts(
    mapping: Mapping[str, Any], names: frozenset[str], split: Divided, copy: Callable[[str, str], Any]
) -> Tree:
    """The mapping in its order, some names replaced by those of every part: `copy(name, part)`."""
    tree: Tree = {}
    for name, value in mapping.items():
        if name in names:
            tree |= {split.parts.of(name, part): copy(name, part) for part in split.parts.shares}
        else:
            tree[name] = value
    return tree


def by_team(mapping: Mapping[str, Any], split: Divided, change: Callable[[Any, str], Any]) -> Tree:
    """`{team: ...}` with the parts in place of the team: `change(its, part)`."""
    found: Tree = {}
    for team, value in mapping.items():
        if team == split.parts.team:
            found |= {part: change(value, part) for part in split.parts.shares}
        else:
            found[team] = value
    return found


def labelled(label: Mapping[str, str] | None, name: str, part: str) -> Tree:
    """`Offer made (north)`, in both languages."""
    return {lang: f"{(label or {}).get(lang, name)} ({part})" for lang in ("en", "fr")}


# --- teams and stages -----------------------------------------------------------------------------------


def teams(tree: Tree, split: Divided) -> Tree:
    """Money, hours and people by share; how people are stays."""
    return by_team(tree["teams"], split, lambda team, part: _team(team, split, part))


def _team(team: Tree, split: Divided, part: str) -> Tree:
    share = split.parts.shares[part]
    made = {**team, "label": labelled(team.get("label"), split.parts.team, part)}
    for key in ("hours", "base_pay"):
        if made.get(key) is not None:
            made[key] = team[key] * share
    pay = team.get("target_pay")
    if pay is not None:
        made["target_pay"] = _each(pay, share) if isinstance(pay, dict) else pay * share
    if team.get("headcount") is not None:
        made["headcount"] = heads_of(team["headcount"], split.parts.shares)[part]
    if team.get("risk_aversion"):
        made["risk_aversion"] = team["risk_aversion"] / share
    if team.get("curve") is not None:
        made["curve"] = curve(split, team["curve"], part)
    return made


def _each(values: Mapping[str, float], share: float) -> Tree:
    return {key: value * share for key, value in values.items()}


def stages(tree: Tree, split: Divided) -> Tree:
    """Every part has its own of the stages that are told apart, with its share of what arrives by itself."""
    found: Mapping[str, Any] = tree.get("stages", {})

    def copy(name: str, part: str) -> Tree:
        stage = found[name]
        made = {**stage, "label": labelled(stage.get("label"), name, part)}
        made["owner"] = part if stage.get("owner") == split.parts.team else stage.get("owner")
        return made | {"inflow": stage.get("inflow", 0.0) * split.parts.shares[part]}

    return for_parts(found, split.stages, split, copy)


# --- work -----------------------------------------------------------------------------------------------


def activities(tree: Tree, split: Divided) -> Tree:
    """Work of a part, and work of others whose yield is shared among parts."""
    found: Mapping[str, Any] = tree["activities"]

    def copy(name: str, part: str) -> Tree:
        return _activity(found[name], split, name, part)

    handed = {name: _handing_on(a, split) for name, a in found.items()}
    return for_parts(handed, split.activities, split, copy)


def _activity(activity: Tree, split: Divided, name: str, part: str) -> Tree:
    share = split.parts.shares[part]
    made = {**activity, "label": labelled(activity.get("label"), name, part)}
    made["team"] = part if activity["team"] == split.parts.team else activity["team"]
    if activity.get("from") is not None:
        made["from"] = split.stage(activity["from"], part)
    if "yields" in activity:
        made["yields"] = {split.stage(stage, part): units for stage, units in activity["yields"].items()}
    for key in ("baseline", "reach"):
        if activity.get(key) is not None:
            made[key] = activity[key] * share
    if activity.get("cost") is not None:
        made["cost"] = {**activity["cost"], "quadratic": activity["cost"]["quadratic"] / share}
    return made


def _handing_on(activity: Tree, split: Divided) -> Tree:
    """To each part by its share."""
    if "yields" not in activity:
        return activity
    yields: Tree = {}
    for stage, units in activity["yields"].items():
        if stage in split.stages:
            yields |= {split.stage(stage, part): units * s for part, s in split.parts.shares.items()}
        else:
            yields[stage] = units
    return {**activity, "yields": yields}


# --- measures -------------------------------------------------------------------------------------------


def kpis(tree: Tree, split: Divided) -> Tree:
    """Those of parts in place of those of the team, beside these where others are paid on them too."""
    found: Tree = {}
    for name, kpi in tree["kpis"].items():
        if name not in split.kpis or name in split.kept:
            found[name] = _whole(kpi, split)
        if name in split.kpis:
            found |= {split.kpi(name, part): _of_part(kpi, split, name, part) for part in split.parts.shares}
    return found


def _whole(kpi: Tree, split: Divided) -> Tree:
    """The company's KPI counts what every part does."""
    made = dict(kpi)
    for key, called, divided in (
        ("numerator", split.work, split.is_divided),
        ("denominator", split.work, split.is_divided),
        ("entering", split.stage, split.stages.__contains__),
        ("entering_denominator", split.stage, split.stages.__contains__),
    ):
        if key in kpi:
            made[key] = {}
            for of, credit in kpi[key].items():
                names = [called(of, part) for part in split.parts.shares] if divided(of) else [of]
                made[key] |= dict.fromkeys(names, credit)
    return made


def _of_part(kpi: Tree, split: Divided, name: str, part: str) -> Tree:
    """What the part does counts in full, what is not told apart by its share. An index stays at its level."""
    share, index = split.parts.shares[part], is_index(split.scenario.kpis[name])
    own, common = (1 / share, 1.0) if index else (1.0, share)
    made = {**kpi, "label": labelled(kpi.get("label"), name, part)}
    for key in ("numerator", "denominator"):
        if key in kpi:
            made[key] = {
                split.work(of, part): credit * (own if split.is_divided(of) else common)
                for of, credit in kpi[key].items()
            }
    for key in ("entering", "entering_denominator"):
        if key in kpi:
            made[key] = {
                split.stage(of, part): credit * (own if of in split.stages else common)
                for of, credit in kpi[key].items()
            }
    if kpi.get("constant") and not index:
        made["constant"] = kpi["constant"] * share
    if kpi.get("target") is not None:
        made["target"] = kpi["target"] * target_share(split.scenario.kpis[name], share)
    if kpi.get("curve") is not None:
        made["curve"] = curve(split, kpi["curve"], part)
    return made


def is_index(kpi: Kpi) -> bool:
    """A level that is not counted, as satisfaction: two halves of a company have it both."""
    return kpi.constant != 0 and not kpi.is_rate


def target_share(kpi: Kpi, share: float) -> float:
    """What of the target is the part's: a count's share, and all of a rate's or an index's."""
    return 1.0 if kpi.is_rate or is_index(kpi) else share


# --- pay curves -----------------------------------------------------------------------------------------


def hanging(scenario: Scenario, split: Divided) -> frozenset[str]:
    """Named curves that hang on a KPI of which each part has its own."""
    return frozenset(name for name, c in scenario.curves.items() if split.kpis.intersection(behind_curve(c)))


def curve(split: Divided, stated: Any, part: str) -> Any:
    """A curve, or its name, as it is for a part: it hangs on the part's own KPI."""
    if isinstance(stated, str):
        return split.parts.of(stated, part) if stated in hanging(split.scenario, split) else stated
    made = dict(stated)
    for key in ("gate", "times"):
        if stated.get(key) is not None:
            made[key] = {**stated[key], "kpi": split.kpi(stated[key]["kpi"], part)}
    return made


def curves(tree: Tree, split: Divided) -> Tree:
    """Named curves, with those of parts."""
    bound, found = hanging(split.scenario, split), Tree()
    for name, stated in tree.get("curves", {}).items():
        behind = behind_curve(split.scenario.curves[name])
        if name not in bound or split.kept.issuperset(split.kpis.intersection(behind)):
            found[name] = stated
        if name in bound:
            found |= {split.parts.of(name, part): curve(split, stated, part) for part in split.parts.shares}
    return found


def regimes(tree: Tree, split: Divided) -> Tree:
    """A multiplier holds for every part."""
    found: Tree = {}
    for name, regime in tree.get("regimes", {}).items():
        made = dict(regime)
        for key, names in (
            ("yields", split.activities),
            ("inflow", split.stages),
            ("value", split.stages | split.activities),
        ):
            if key in regime:
                made[key] = _alike(regime[key], names, split)
        found[name] = made
    return found


def _alike(mapping: Mapping[str, float], names: frozenset[str], split: Divided) -> Tree:
    return for_parts(mapping, names, split, lambda name, _part: mapping[name])
