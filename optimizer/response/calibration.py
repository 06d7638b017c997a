"""Calibration: costs such that today's plan reproduces today's funnel exactly (model.md §6).

Positive mathematical programming (Howitt 1995, doi:10.2307/1243543): the linear cost makes the observed
volumes optimal, the quadratic one makes volumes respond with elasticity η.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.response.beliefs import Beliefs, perceived_rewards, worth_to_others
from optimizer.response.controllability import Baseline, lines_of_sight
from optimizer.response.network import NEGLIGIBLE, Network
from optimizer.response.pay_curves import PayCurves
from optimizer.response.pay_knots import pay_curves
from optimizer.response.regimes import Regimes
from optimizer.response.scenario_network import build_network
from optimizer.scenario.plan import PlanTerms, plan_of
from optimizer.scenario.plan_types import Targets
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario

TARGET_FLOOR = 0.05
"""Targets issued anew stay at or above this share of those in force, so that nothing is measured by 0."""


class CalibrationError(ValueError):
    """The observed baseline cannot be calibrated; the message names the place and the remedy."""


@dataclass(frozen=True)
class Behaviour:
    """What people's answers follow from, beside the funnel.

    Arrays have a leading axis S more where plans are answered by different companies (beliefs: S rows).
    """

    curves: PayCurves
    """That pay follows."""
    targets: Floats
    """T_k in force when the baseline was observed, (K,) in the KPI's own unit."""
    stretch: Floats | None
    """By how much targets issued anew exceed what is believed, (1,); None where targets stay."""
    beliefs: Beliefs
    """Baseline beliefs, S = 1."""
    linear: Floats
    """c_a, (A,) currency per unit."""
    quadratic: Floats
    """q_a, (A,) currency per unit²."""

    def targets_at(self, beliefs: Beliefs) -> Floats:
        """T_k (K,), or (S, K) where they are issued anew at what is believed (model.md §9)."""
        if self.stretch is None:
            return self.targets
        seen = beliefs.numerator / beliefs.denominator
        return np.asarray((1 + self.stretch) * np.maximum(seen, TARGET_FLOOR * self.targets))

    @property
    def structure(self) -> Hashable:
        """What must be the same in companies that are answered at once; all else are numbers."""
        return self.stretch is None, self.curves.structure

    @staticmethod
    def stack(companies: Sequence[Behaviour]) -> Behaviour:
        """Several of one structure as one, with a row of numbers for each."""
        stretched = [c.stretch for c in companies if c.stretch is not None]
        return Behaviour(
            curves=PayCurves.stack([c.curves for c in companies]),
            targets=np.stack([c.targets for c in companies]),
            stretch=np.stack(stretched) if stretched else None,
            beliefs=Beliefs.together([c.beliefs for c in companies]),
            linear=np.stack([c.linear for c in companies]),
            quadratic=np.stack([c.quadratic for c in companies]),
        )

    def select(self, rows: Ints) -> Behaviour:
        """Some rows of a stack, by position."""
        return Behaviour(
            curves=self.curves.select(rows),
            targets=self.targets[rows],
            stretch=None if self.stretch is None else self.stretch[rows],
            beliefs=self.beliefs.select(rows),
            linear=self.linear[rows],
            quadratic=self.quadratic[rows],
        )


@dataclass(frozen=True)
class Calibrated(Behaviour):
    """A scenario with the costs and beliefs that explain its baseline."""

    scenario: Scenario
    network: Network
    """Baseline coefficients (all regime multipliers 1)."""
    regimes: Regimes
    current: Floats
    """e⁰_ik = B_i w⁰_ik, (I, K) currency per period."""
    hour_price: Floats
    """λ⁰_i, (I,) currency per hour."""
    reward: Floats
    """r_a(w⁰), (A,) currency per unit."""
    curvature_value: Floats
    """κ_a, (A,) currency per unit; 0 for `effort:<team>`, whose cost follows from ε alone."""
    seed: int = SEED
    """Of the sample on which budget rules about bad cases hold (`optimizer.risk.draws`)."""

    @property
    def unit_worth(self) -> Floats:
        """What a unit of work is worth to its team today, (A,) currency: κ_a, of an hour more λ⁰_i."""
        hour = self.hour_price[self.network.team]
        return np.where(self.network.is_effort, hour, self.curvature_value)

    def paid_by(self, terms: PlanTerms) -> Calibrated:
        """The same company, where pay follows the curves and targets of a plan, else those in force."""
        targets = _targets(self.scenario, self.network)
        stated = [terms.targets.get(kpi, np.nan) for kpi in self.network.kpis]
        return replace(
            self,
            curves=pay_curves(self.scenario, terms, self.curves.sight),
            targets=np.where(np.isnan(stated), targets, stated),
            stretch=_stretch(terms.issued or self.scenario.targets),
        )


def pay_per_unit(cal: Calibrated) -> Floats:
    """What a unit entering each stage brings its owner in variable pay today, worked as today, (N,).

    Pay alone: what working it costs is not taken off.
    """
    network, priced = cal.network, cal.beliefs
    unpriced = Beliefs(priced.routing, priced.numerator, priced.denominator, np.zeros_like(priced.price))
    curves = pay_curves(cal.scenario, sight=cal.curves.sight)
    pay = perceived_rewards(network, curves, _targets(cal.scenario, network), unpriced, cal.current[None])[0]
    pay_by_stage = np.zeros(len(network.stages))
    for n in (n for n in network.downstream_first if network.owner[n] >= 0):
        taking = network.from_stage[n]
        later = np.where(network.owner == network.owner[n], pay_by_stage, 0.0) @ network.yields[:, taking]
        pay_by_stage[n] = priced.routing[0, taking] @ (pay[taking] + network.own_delay[taking] * later)
    return pay_by_stage


def calibrate(scenario: Scenario, seed: int = SEED) -> Calibrated:
    """Costs that reproduce the baseline under the current plan.

    Raises CalibrationError where κ_a = 0 (no hours, no reward: state `cost`).
    """
    return calibrate_on(build_network(scenario), scenario, seed)


def calibrate_on(network: Network, scenario: Scenario, seed: int = SEED) -> Calibrated:
    """As `calibrate`, on the network of this scenario or of one that pays otherwise: pay is no part of it."""
    observed = _observed(network, scenario)
    (sight,) = lines_of_sight([scenario], [observed])
    return _calibrated(scenario, observed, sight, seed)


def calibrate_each(scenarios: Sequence[Scenario], seed: int = SEED) -> list[Calibrated | CalibrationError]:
    """As `calibrate`, of many at once, which takes a fraction of the time; an error stands in its place."""
    observed = [_observed(build_network(scenario), scenario) for scenario in scenarios]
    found: list[Calibrated | CalibrationError] = []
    for company in zip(scenarios, observed, lines_of_sight(scenarios, observed), strict=True):
        try:
            found.append(_calibrated(*company, seed))
        except CalibrationError as error:
            found.append(error)
    return found


def _calibrated(scenario: Scenario, observed: Baseline, sight: Floats, seed: int) -> Calibrated:
    network, targets, unpriced = observed
    routing = unpriced.routing
    curves = pay_curves(scenario, sight=sight)
    current = plan_of(scenario, scenario.current_plan).euros(scenario)
    hour_price = _hour_prices(scenario)
    pay = perceived_rewards(network, curves, targets, unpriced, current[None])[0]
    price, onward = _prices(network, routing, pay, hour_price)
    own = network.own_delay * network.own_worth(price)
    kappa = _curvature_values(network, routing[0], pay + onward + own, hour_price)
    linear, quadratic = _costs(scenario, network, kappa, pay + onward + own, hour_price, price)
    return Calibrated(
        scenario=scenario,
        network=network,
        regimes=Regimes.of(scenario, network),
        curves=curves,
        targets=targets,
        stretch=_stretch(scenario.targets),
        current=current,
        beliefs=replace(unpriced, price=price[None, :]),
        hour_price=hour_price,
        reward=pay + onward,
        curvature_value=kappa,
        linear=linear,
        quadratic=quadratic,
        seed=seed,
    )


def _stretch(targets: Targets) -> Floats | None:
    return np.array([targets.stretch]) if targets.mode == "reset" else None


def _targets(scenario: Scenario, network: Network) -> Floats:
    baseline_counts, per = network.numerators(network.baseline), network.denominators(network.baseline)
    observed = baseline_counts / np.where(per > 0, per, 1.0)
    stated = [k.target for k in scenario.kpis.values()]
    return np.array([t if t is not None else (o or 1.0) for t, o in zip(stated, observed, strict=True)])


def _observed(network: Network, scenario: Scenario) -> Baseline:
    """T, and φ⁰, Num⁰, Den⁰ (a leading axis of 1), no prices; a stage without inflow routes by reach."""
    x, inflow = network.baseline, network.stage_inflow(network.baseline)
    routing = np.zeros(len(x))
    for n, taking in enumerate(network.from_stage):
        if len(taking):
            share = x[taking] if inflow[n] > 0 else network.scale[taking]
            routing[taking] = share / (inflow[n] if inflow[n] > 0 else share.sum())
    per = network.denominators(x)
    beliefs = Beliefs(
        routing=routing[None, :],
        numerator=network.numerators(x)[None, :],
        denominator=np.where(per > 0, per, 1.0)[None, :],
        price=np.zeros((1, len(network.stages))),
    )
    return Baseline(network, _targets(scenario, network), beliefs)


def _hour_prices(scenario: Scenario) -> Floats:
    def price(hours: float | None, pay: float, stated: float | None) -> float:
        return 0.0 if hours is None else (stated if stated is not None else pay / hours)

    teams = scenario.teams.values()
    return np.array([price(t.hours, t.base_pay + t.current_pay, t.hour_value) for t in teams])


def _prices(network: Network, routing: Floats, pay: Floats, hour_price: Floats) -> tuple[Floats, Floats]:
    """μ⁰ (N,) and what activities bring others (A,), stages downstream first."""
    price = np.zeros(len(network.stages))
    worth = np.zeros((1, len(network.teams), len(network.stages)))
    for n in network.downstream_first:
        if network.owner[n] < 0:
            continue
        taking = network.from_stage[n]
        gain = _gain(network, pay, worth, taking)
        price[n] = routing[0, taking] @ (gain - network.unit_hours[taking] * hour_price[network.owner[n]])
        worth[:, :, n] = worth_to_others(network, routing, worth, n)
        worth[:, network.owner[n], n] = price[n]
    every = np.arange(len(network.activities))
    own = network.own_delay * network.own_worth(price)
    return price, _gain(network, pay, worth, every) - pay - own


def _gain(network: Network, pay: Floats, worth: Floats, some: Ints) -> Floats:
    """g_a = r_a(w⁰) + δ Σ_{m own} P_ma μ⁰_m for some activities."""
    later = (worth[0][network.team[some]].T * network.yields[:, some]).sum(axis=0)
    return np.asarray(pay[some] + network.own_delay[some] * later)


def _curvature_values(network: Network, routing: Floats, gain: Floats, hour_price: Floats) -> Floats:
    hours_cost = network.unit_hours * hour_price[network.team]
    kappa = np.maximum(np.abs(gain), hours_cost)
    for taking in network.from_stage:
        if len(taking):
            phi = routing[taking]
            seen = max(phi @ np.abs(gain[taking]), phi @ hours_cost[taking])
            idle = seen == 0 and not phi[network.explicit[taking]].any()
            kappa[taking] = kappa[taking[network.explicit[taking]]].max(initial=0.0) if idle else seen
    return kappa


def _costs(
    scenario: Scenario,
    network: Network,
    kappa: Floats,
    gain: Floats,
    hour_price: Floats,
    price: Floats,
) -> tuple[Floats, Floats]:
    """c_a and q_a, (A,)."""
    stated = [a.cost for a in scenario.activities.values()]
    is_stated = np.array([c is not None for c in stated] + [False] * (len(kappa) - len(stated)))
    _refuse_costless(network, kappa, is_stated | network.is_effort)
    spent = network.unit_hours * hour_price[network.team]
    taken = network.at_source(price)
    quadratic = kappa / np.where(is_stated, 1.0, _responsiveness(scenario, network) * network.scale)
    quadratic = np.where(network.is_effort, _effort_curvature(scenario, network, hour_price), quadratic)
    at_work = -quadratic * network.baseline
    idle = _entry(scenario, network) * kappa
    linear = gain - spent - taken + np.where(network.baseline > 0, at_work, idle)
    for a, cost in enumerate(stated):
        if cost is not None:
            linear[a], quadratic[a] = cost.linear, cost.quadratic
    return linear, quadratic


def _effort_curvature(scenario: Scenario, network: Network, hour_price: Floats) -> Floats:
    """λ⁰_i / (ε_i H_i), (A,) currency per hour²: what an hour more costs a team rises by it (model.md
    §13.4)."""
    effort = np.array([t.effort if t.hours else 0.0 for t in scenario.teams.values()])
    unpriced = [t for t, e, p in zip(network.teams, effort, hour_price, strict=True) if e > 0 and p <= 0]
    if unpriced:
        raise CalibrationError(
            f"{', '.join(unpriced)}: `effort` without a price of an hour; state `base_pay` or `hour_value`"
        )
    per_hour = hour_price / np.where(effort > 0, effort * network.hours, 1.0)
    return np.asarray(per_hour[network.team])


def _refuse_costless(network: Network, kappa: Floats, is_stated: Bools) -> None:
    costless = [network.activities[a] for a in np.flatnonzero((kappa <= NEGLIGIBLE**2) & ~is_stated)]
    if costless:
        raise CalibrationError(
            f"{', '.join(costless)}: neither hours nor reward today, so nothing tells what a unit costs; "
            "state `cost: {linear, quadratic}`"
        )


def _responsiveness(scenario: Scenario, network: Network) -> Floats:
    of_team = np.array([t.responsiveness for t in scenario.teams.values()])[network.team]
    own = [a.responsiveness for a in scenario.activities.values()]
    return np.array(
        [*(o if o is not None else t for o, t in zip(own, of_team, strict=False)), *of_team[len(own) :]]
    )


def _entry(scenario: Scenario, network: Network) -> Floats:
    own = [a.entry for a in scenario.activities.values()]
    return np.array(own + [0.0] * (len(network.activities) - len(own)))
