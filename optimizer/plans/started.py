"""A generated scenario with its last rule: teams that no plan can steer keep the plan they have.

Whether a plan can steer a team is measured. Where no KPI that its pay may hang on (alone, and of a seller on
what is signed) reaches the controllability floor, no plan keeps the rules: the team's plan is locked, its
pairs and groups are dropped (the plan it has may break them), and the file says so.
"""

from __future__ import annotations

from typing import Any

from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.checks import problems_of
from optimizer.scenario.start.adjustments import Said
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.default_rules import FLOOR
from optimizer.scenario.start.evidence import said
from optimizer.scenario.start.generate import Started, start
from optimizer.scenario.types import Scenario
from optimizer.scenario.write import content_of

NOBODY = Said("nobody_steered", is_doubt=True)
"""Said where every team keeps its plan, so that nothing is left to choose."""


def started(answers: Answers) -> Started:
    """The scenario of an answered set, complete. Raises ScenarioError where the answers describe no
    company."""
    first = start(answers)
    most = _most_controlled(first.scenario)
    locked = {team: share for team, share in most.items() if share < FLOOR}
    told = tuple(Said("team_locked", team, {"controllability": share}) for team, share in locked.items())
    scenario = _locked(first.scenario, locked)
    nobody = () if scenario.teams.keys() - scenario.rules.locks.keys() else (NOBODY,)
    return Started(scenario, (*first.said, *told, *nobody), answers, first.company)


def _most_controlled(scenario: Scenario) -> dict[str, float]:
    """The largest controllability among the KPIs that a paid team's pay may hang on, by team."""
    shares = measure(calibrate(scenario)).controllability
    kpis = list(scenario.kpis)
    return {
        team: max(float(shares[i, kpis.index(kpi)]) for kpi in _may_lead(scenario, team))
        for i, team in enumerate(scenario.teams)
        if scenario.teams[team].current_pay > 0
    }


def _may_lead(scenario: Scenario, team: str) -> list[str]:
    """KPIs of which the rules want one: those that need no partner beside them, of a seller those that count
    what is signed."""
    rules = scenario.rules
    pairs = rules.gaming.pairs if rules.gaming is not None else ()
    held = {pair.volume for pair in pairs if pair.team == team}
    wanted = [group.kpis for group in rules.weights.groups if group.team == team]
    alone = [kpi for kpi in rules.measures[team] if kpi not in held]
    return (
        [kpi for kpi in alone if all(kpi in kpis for kpis in wanted)] or alone or list(rules.measures[team])
    )


def _locked(scenario: Scenario, locked: dict[str, float]) -> Scenario:
    if not locked:
        return scenario
    tree = content_of(scenario)
    rules: Any = tree["rules"]
    plan = {team: tree["current_plan"][team] for team in locked}
    rules["locks"] = {**rules.get("locks", {}), **plan}
    rules["gaming"]["pairs"] = [p for p in rules["gaming"].get("pairs", ()) if p["team"] not in locked]
    groups = [g for g in rules["weights"].get("groups", ()) if g["team"] not in locked]
    rules["weights"]["groups"] = groups
    tree["sources"] = _sources(tree["sources"], rules, locked)
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    assert not problems_of(scenario)
    return scenario


def _sources(sources: Any, rules: Any, locked: dict[str, float]) -> Any:
    """Reasons of the rules that are left, and of the locks."""
    left = {
        "rules.gaming.pairs": len(rules["gaming"]["pairs"]),
        "rules.weights.groups": len(rules["weights"]["groups"]),
    }
    kept = {path: source for path, source in sources.items() if not _gone(path, left)}
    for team, share in locked.items():
        en, fr = said("rule.locks.floor", found=f"{share:.3f}")
        kept[f"rules.locks.{team}"] = {"text": {"en": en, "fr": fr}}
    return kept


def _gone(path: str, left: dict[str, int]) -> bool:
    section, _, position = path.rpartition(".")
    return section in left and int(position) >= left[section]
