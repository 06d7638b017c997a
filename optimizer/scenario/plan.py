"""Plans: who is paid how much on what.

A plan is handled as euros: `e_ik = B_i w_ik`, what team i earns on KPI k at target, so that weights and
target pay are one array (I, K).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.plan_types import StatedPlan, Targets
from optimizer.scenario.types import Scenario, TargetPay
from optimizer.scenario.value_types import Label

PlanWeights = Mapping[str, Mapping[str, float]]
ChosenCurves = Mapping[str, Curve | str]
"""Curves by team or by `team.kpi`, in place or by their names in the scenario."""


@dataclass(frozen=True)
class PlanTerms:
    """How a plan pays for results, whatever its weights: what it leaves out is as today."""

    curves: ChosenCurves = field(default_factory=dict)
    """Those that replace the scenario's."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """T_k of the KPIs that get another one, in the KPI's own unit."""
    issued: Targets | None = None
    """Whether targets stay or are issued anew; None: as the company does."""

    @property
    def as_today(self) -> bool:
        """Whether nothing is replaced."""
        return not self.curves and not self.targets and self.issued is None

    def curve(self, team: str, kpi: str) -> Curve | str | None:
        """The curve that replaces the scenario's for a pair, that of the team where the pair has none."""
        return self.curves.get(f"{team}.{kpi}", self.curves.get(team))

    def of_team(self, team: str) -> PlanTerms:
        """With the curves of one team only."""
        own = {at: curve for at, curve in self.curves.items() if at.partition(".")[0] == team}
        return PlanTerms(own, self.targets, self.issued)

    @property
    def key(self) -> Hashable:
        """Equal for equal terms."""
        return repr((sorted(self.curves.items(), key=str), sorted(self.targets.items()), self.issued))


IN_FORCE = PlanTerms()
"""Every team keeps the curves and targets of the scenario."""


@dataclass(frozen=True)
class Plan:
    """Weights per team and KPI, each team's target pay [currency/period], curves and targets."""

    weights: dict[str, dict[str, float]]
    target_pay: dict[str, float]
    curves: dict[str, Curve | str] = field(default_factory=dict)
    """By team or by `team.kpi`, where the plan replaces those in force."""
    targets: dict[str, float] = field(default_factory=dict)
    """T_k of KPIs whose target the plan replaces, in the KPI's own unit."""
    issued: Targets | None = None
    """Whether targets are issued anew; None: as the company does."""
    label: Label | None = None
    """How people read it."""

    @property
    def terms(self) -> PlanTerms:
        """How it pays for results."""
        return PlanTerms(self.curves, self.targets, self.issued)

    def euros(self, scenario: Scenario) -> Floats:
        """e_ik = B_i w_ik, (I, K) currency per period at target."""
        rows = [
            [self.target_pay[team] * self.weights.get(team, {}).get(kpi, 0.0) for kpi in scenario.kpis]
            for team in scenario.teams
        ]
        return np.array(rows, dtype=float)


def plan_of(scenario: Scenario, given: PlanWeights | StatedPlan | Plan) -> Plan:
    """A plan as it is; weights are a plan at today's target pay; what a file leaves out is as today."""
    if isinstance(given, Plan):
        return given
    pay = {name: float(team.current_pay) for name, team in scenario.teams.items()}
    if not isinstance(given, StatedPlan):
        return Plan({team: dict(w) for team, w in given.items()}, pay)
    issued = given.targets if isinstance(given.targets, Targets) else None
    return Plan(
        weights={**_copied(scenario.current_plan), **_copied(given.weights)},
        target_pay=pay | {team: float(amount) for team, amount in given.target_pay.items()},
        curves=dict(given.curves),
        targets={} if isinstance(given.targets, Targets) else dict(given.targets),
        issued=issued,
        label=given.label,
    )


def _copied(weights: PlanWeights) -> dict[str, dict[str, float]]:
    return {team: dict(own) for team, own in weights.items()}


def plans_in(scenario: Scenario) -> dict[str, Plan]:
    """Every named plan of a scenario."""
    return {name: plan_of(scenario, given) for name, given in scenario.plans.items()}


def weights_of(euros: Floats) -> Floats:
    """w_ik of euros at target (..., K), in the same shape; 0 where nothing is paid."""
    pay = euros.sum(axis=-1, keepdims=True)
    return np.asarray(euros / np.where(pay > 0, pay, 1.0))


def plan_in_words(weights: PlanWeights) -> str:
    """`team: KPI weight, KPI weight; team: ...`, in the names of the file."""
    return "; ".join(f"{t}: " + ", ".join(f"{k} {w:g}" for k, w in ws.items()) for t, ws in weights.items())


def pay_decided(scenario: Scenario, plan: Plan) -> dict[str, float]:
    """Target pay of the teams for which it is a decision."""
    free = [name for name, team in scenario.teams.items() if isinstance(team.target_pay, TargetPay)]
    return {team: plan.target_pay[team] for team in free}


def pay_in_words(pay: Mapping[str, float]) -> str:
    """`team: amount; team: amount`."""
    return "; ".join(f"{team}: {euros:.12g}" for team, euros in pay.items())


def curves_in_words(curves: ChosenCurves) -> str:
    """`team: curve; team.kpi: curve`; one that is written in place is `own`."""
    return "; ".join(f"{at}: {curve if isinstance(curve, str) else 'own'}" for at, curve in curves.items())


def plan_in_told_words(scenario: Scenario, weights: str, curves: str, target_pay: str) -> Plan:
    """What `plan_in_words`, `curves_in_words` and `pay_in_words` say of a plan, weights to six digits.

    Raises ValueError for anything else, and for curves written in place, which words do not tell.
    """
    own = {team: dict(map(_told_share, told.split(", "))) for team, told in _told(weights)}
    chosen = dict(_told(curves))
    if "own" in chosen.values():
        raise ValueError("a curve that is written in place has no name")
    pay = {name: float(team.current_pay) for name, team in scenario.teams.items()}
    return Plan(own, pay | {team: float(amount) for team, amount in _told(target_pay)}, dict(chosen))


def _told(words: str) -> list[tuple[str, str]]:
    """`place: what; place: what` taken apart."""
    pairs = (part.split(": ", 1) for part in words.split("; ") if part)
    return [(place, what) for place, what in pairs]


def _told_share(words: str) -> tuple[str, float]:
    kpi, share = words.rsplit(" ", 1)
    return kpi, float(share)


def stated_of(plan: Plan) -> StatedPlan:
    """A plan as a file would say it, every part of it, unchecked."""
    targets: Any = plan.issued if plan.issued is not None else plan.targets
    return StatedPlan.model_construct(
        label=plan.label,
        weights=plan.weights,
        target_pay=plan.target_pay,
        curves=plan.curves,
        targets=targets,
    )


def plan_in(result: Mapping[str, Any]) -> Plan:
    """What a run recommends in its `result.json`. Raises KeyError or TypeError where it recommends none,
    ValidationError where curves or targets are none."""
    parts = {name: result[name] for name in ("curves", "targets") if result.get(name)}
    stated = StatedPlan.model_validate(parts, by_alias=True, by_name=False)
    issued = stated.targets if isinstance(stated.targets, Targets) else None
    return Plan(
        dict(result["plan"]),
        dict(result["target_pay"]),
        dict(stated.curves),
        {} if isinstance(stated.targets, Targets) else dict(stated.targets),
        issued,
    )


def terms_json(terms: PlanTerms) -> dict[str, Any]:
    """Curves and targets as a plan file says them, without what is as today."""
    curves = {
        at: curve
        if isinstance(curve, str)
        else curve.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for at, curve in terms.curves.items()
    }
    targets = dict(terms.targets) if terms.issued is None else terms.issued.model_dump()
    return {name: part for name, part in (("curves", curves), ("targets", targets)) if part}


def plan_from_euros(scenario: Scenario, euros: Floats, terms: PlanTerms = IN_FORCE) -> Plan:
    """The plan with e_ik = euros; weights below rounding are dropped, a team without pay has none."""
    pay = {team: float(row.sum()) for team, row in zip(scenario.teams, euros, strict=True)}
    weights = {
        team: {
            k: _tidy(e / pay[team]) for k, e in zip(scenario.kpis, row, strict=True) if e > 1e-9 * pay[team]
        }
        for team, row in zip(scenario.teams, euros, strict=True)
    }
    tidy = {team: _tidy(value) for team, value in pay.items()}
    return Plan(weights, tidy, dict(terms.curves), dict(terms.targets), terms.issued)


def _tidy(value: float) -> float:
    return round(float(value), 10)
