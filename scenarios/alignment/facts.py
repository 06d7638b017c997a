"""What the reference company must show, at its own numbers and over draws from the ranges of its sources.

    python scenarios/alignment/facts.py [--plan PLANFILE] [--draws 1000] [--seed 1] [--workers 4]

Every fact is a sentence that is true or false of a scenario and of the weights recommended for it as
written. In a draw the company's numbers change and everything is calibrated again; the weights stay.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.rules import rule_values
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import RuleValue
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.exposure import exposures, pay_at_mercy
from optimizer.response.measures import measure
from optimizer.response.outcome import OutcomeBatch, evaluate_plans
from optimizer.risk.draws import calm
from optimizer.risk.ranges import draw
from optimizer.rollout.pilot import pilot, settings
from optimizer.rollout.transition import TransitionPath, follow
from optimizer.scenario.plan import PlanTerms, plan_of
from optimizer.scenario.plan_types import Targets
from optimizer.scenario.read import read_plan, read_scenario
from optimizer.scenario.types import Scenario

HERE = Path(__file__).parent
OPTIMUM = "optimum"
YEAR = 4
"""Quarters of a pilot and of a simulated switch."""
PILOT_DRAWS, PILOT_SEED = 500, 1
BEST = "call_within_hour"
TOUCHES = ("touch_hot", "touch_briefed", "touch_fit", "touch_broad")
Weights = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Company:
    """A scenario, calibrated, under each of its named plans and the recommended one."""

    scenario: Scenario
    optimum: Weights

    @cached_property
    def plans(self) -> dict[str, Weights]:
        """Weights of plans with today's targets: others are the optimum's variant."""
        stated = {name: plan_of(self.scenario, given) for name, given in self.scenario.plans.items()}
        return {
            **{name: plan.weights for name, plan in stated.items() if plan.terms.as_today},
            OPTIMUM: self.optimum,
        }

    @cached_property
    def cal(self) -> Calibrated:
        return calibrate(self.scenario)

    @cached_property
    def euros(self) -> Floats:
        return np.stack([plan_of(self.scenario, w).euros(self.scenario) for w in self.plans.values()])

    @cached_property
    def outcome(self) -> OutcomeBatch:
        return evaluate_plans(self.cal, self.euros)

    @cached_property
    def controllability(self) -> Floats:
        return measure(self.cal).controllability

    @cached_property
    def space(self) -> PlanSpace:
        return plan_space(self.cal, self.controllability)

    @cached_property
    def kept(self) -> dict[str, bool]:
        """Plans that keep all rules of the scenario."""
        judged = judge_consistent(self.cal, self.space)(self.space.units(self.euros))
        return dict(zip(self.plans, judged.kept.tolist(), strict=True))

    def row(self, plan: str) -> int:
        return list(self.plans).index(plan)

    def revenue(self, plan: str) -> float:
        return float(self.outcome.revenue[self.row(plan)])

    def gain(self, plan: str) -> float:
        """Revenue over today's, euros per quarter."""
        return self.revenue(plan) - self.revenue("silo")

    def net_gain(self, plan: str) -> float:
        """Revenue net of loaded payouts over today's, euros per quarter."""
        return self.gain(plan) - self.loaded_pay(plan) + self.loaded_pay("silo")

    def target_pay(self, team: str) -> float:
        return self.scenario.teams[team].current_pay

    def loaded_pay(self, plan: str) -> float:
        return float(self.outcome.loaded_pay[self.row(plan)])

    def score(self, plan: str, kpi: str) -> float:
        return float(self.outcome.score[self.row(plan), self.cal.network.kpis.index(kpi)])

    def hours(self, plan: str, activities: Sequence[str]) -> float:
        some = [self.cal.network.activities.index(a) for a in activities]
        return float(self.outcome.x[self.row(plan), some] @ self.cal.network.unit_hours[some])

    def units(self, plan: str, activity: str) -> float:
        return float(self.outcome.x[self.row(plan), self.cal.network.activities.index(activity)])

    def unworked(self) -> float:
        """Share of the leads that SDRs receive and never work, today."""
        network = self.cal.network
        stages = [n for n in range(len(network.stages)) if network.owner[n] == network.teams.index("sdr")]
        left = [network.activities.index(f"leave:{network.stages[n]}") for n in stages]
        return float(network.baseline[left].sum() / network.stage_inflow(network.baseline)[stages].sum())

    def control(self, team: str, kpi: str) -> float:
        network = self.cal.network
        return float(self.controllability[network.teams.index(team), network.kpis.index(kpi)])

    @cached_property
    def falls(self) -> Floats:
        """d_kj (plans, K, J): how far each team can sink a KPI at next to no cost to its own pay."""
        return exposures(self.cal, self.outcome.by_regime[0], self.euros)

    def exposed(self, plan: str) -> dict[str, float]:
        """Per KPI that marketing may be paid on: the most that another team can sink it."""
        teams, kpis = self.cal.network.teams, self.cal.network.kpis
        others = [j for j, team in enumerate(teams) if team != "marketing"]
        worst = self.falls[self.row(plan)][:, others].max(axis=1)
        return {k: float(worst[kpis.index(k)]) for k in self.scenario.rules.measures["marketing"]}

    def at_mercy(self, plan: str, team: str, other: str) -> float:
        """Pay of a team that another can sink at next to no cost to itself, euros a quarter."""
        teams, row = self.cal.network.teams, [self.row(plan)]
        at: Equilibrium = self.outcome.by_regime[0].select(np.array(row), self.cal.network)
        lost = pay_at_mercy(self.cal, at, self.euros[row], self.falls[row])[0]
        return float(lost[teams.index(team), :, teams.index(other)].sum())

    @cached_property
    def reissued(self) -> OutcomeBatch:
        """All plans with targets issued anew at what people do."""
        return evaluate_plans(self.cal.paid_by(PlanTerms(issued=Targets(mode="reset"))), self.euros)

    def reissued_pay(self, plan: str) -> float:
        return float(self.reissued.loaded_pay[self.row(plan)])

    def reissued_gain(self, plan: str) -> float:
        """Revenue over today's as it is, euros per quarter."""
        return float(self.reissued.revenue[self.row(plan)]) - self.revenue("silo")

    def simulated(self, plan: str) -> TransitionPath:
        """The switch from today's plan without luck, a year."""
        return follow(self.cal, self.euros[self.row(plan)], calm(self.scenario, YEAR))

    def simulated_net(self, plan: str) -> Floats:
        """Net of payouts over staying, cumulative by quarter, euros."""
        return np.cumsum((self.simulated(plan).net - self.simulated("silo").net)[:, 0])

    def simulated_touches(self, quarter: int) -> float:
        """Hours on mechanical touches under the 48 h rule in a quarter (from 1), against today's."""
        some = [self.cal.network.activities.index(a) for a in TOUCHES]
        hours = self.simulated("sla_48h").x[quarter - 1, 0, some] @ self.cal.network.unit_hours[some]
        return float(hours) / self.hours("silo", TOUCHES)

    def pilot_power(self, plan: str) -> dict[str, float]:
        """Per team whose pay changes: the probability that the best pilot of a year sees the effect."""
        found = settings(self.cal, self.euros[self.row(plan)], YEAR)
        teams = self.cal.network.teams
        return {teams[s.team]: pilot(s, PILOT_SEED, PILOT_DRAWS).strongest.power for s in found}

    @cached_property
    def crossing(self) -> dict[str, float]:
        """Per team, the optimum's weight on KPIs that are new to it and that another team moves too."""
        return {team: sum(self._crossing_weights(team)) for team in self.optimum}

    def _crossing_weights(self, team: str) -> Iterator[float]:
        others = [i for i, name in enumerate(self.cal.network.teams) if name != team]
        for kpi, weight in self.optimum[team].items():
            shared = self.controllability[others, self.cal.network.kpis.index(kpi)].max() > 0
            if shared and kpi not in self.scenario.current_plan[team]:
                yield weight

    def is_corner(self, team: str) -> bool:
        """Paid on one KPI alone that is not the team's own today."""
        alone = {k for k, w in self.optimum[team].items() if w > 1 - 1e-9}
        return bool(alone - self.scenario.current_plan[team].keys())

    def broken(self, plan: str) -> list[RuleValue]:
        row = self.row(plan)
        done = tuple(e.select(np.array([row]), e.network) for e in self.outcome.by_regime)
        facts = Facts(self.cal, self.euros[[row]], done, self.outcome.pay[[row]])
        return [rule for rule in rule_values(self.space, facts) if not rule.kept.all()]


@dataclass(frozen=True)
class Fact:
    """A sentence about a company, whether it is true there, and the number behind it."""

    number: str
    sentence: str
    holds: Callable[[Company], bool]
    shown: Callable[[Company], str]


def named(company: Company) -> list[str]:
    return [name for name in company.plans if name != OPTIMUM]


def best(company: Company, names: Sequence[str]) -> str:
    return max(names, key=company.net_gain)


def rivals(company: Company) -> list[str]:
    return [name for name in named(company) if company.kept[name]]


def euros(amount: float) -> str:
    return f"{amount:+,.0f} €"


def listed(numbers: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{name} {number:{form}}" for name, number in numbers.items()) or "none"


FACTS = (
    Fact(
        "1",
        "Silo: a third of the leads or more is never worked.",
        lambda c: c.unworked() >= 1 / 3,
        lambda c: f"{c.unworked():.0%}",
    ),
    Fact(
        "1",
        "Silo: earns less, net of payouts, than under the engineered plan.",
        lambda c: c.net_gain(OPTIMUM) > 0,
        lambda c: euros(c.net_gain(OPTIMUM)),
    ),
    Fact(
        "2",
        "Closing rate: marketing brings fewer leads.",
        lambda c: c.score("closing_rate", "lead_volume") < 1,
        lambda c: f"{c.score('closing_rate', 'lead_volume') - 1:+.0%}",
    ),
    Fact(
        "2",
        "Closing rate: revenue gains or loses little (less than 1 %).",
        lambda c: abs(c.gain("closing_rate")) < 0.01 * c.revenue("silo"),
        lambda c: f"{euros(c.gain('closing_rate'))}, {c.gain('closing_rate') / c.revenue('silo'):+.2%}",
    ),
    Fact(
        "2",
        "Closing rate: revenue falls.",
        lambda c: c.gain("closing_rate") < 0,
        lambda c: euros(c.gain("closing_rate")),
    ),
    Fact(
        "2",
        "Closing rate: marketing controls less than a quarter of it.",
        lambda c: c.control("marketing", "closing_rate") < 0.25,
        lambda c: f"{c.control('marketing', 'closing_rate'):.3f}",
    ),
    Fact(
        "2",
        "Closing rate: of what marketing may be paid on, the most exposed to others.",
        lambda c: max(c.exposed("closing_rate"), key=c.exposed("closing_rate").__getitem__) == "closing_rate",
        lambda c: listed(c.exposed("closing_rate"), ".3f"),
    ),
    Fact(
        "2",
        "Closing rate: sales can sink a tenth or more of marketing's target pay.",
        lambda c: c.at_mercy("closing_rate", "marketing", "sales") >= 0.1 * c.target_pay("marketing"),
        lambda c: (
            f"{c.at_mercy('closing_rate', 'marketing', 'sales'):,.0f} € of {c.target_pay('marketing'):,.0f} €"
        ),
    ),
    Fact(
        "2",
        "Closing rate: more of marketing's pay at the mercy of sales than under any other plan.",
        lambda c: max(named(c), key=lambda p: c.at_mercy(p, "marketing", "sales")) == "closing_rate",
        lambda c: listed({p: c.at_mercy(p, "marketing", "sales") for p in c.plans}, ",.0f"),
    ),
    Fact(
        "3",
        "48 h rule: the touch KPI is 15 % over target or more.",
        lambda c: c.score("sla_48h", "touched_48h") >= 1.15,
        lambda c: f"{c.score('sla_48h', 'touched_48h') - 1:+.0%}",
    ),
    Fact(
        "3",
        "48 h rule: payouts rise.",
        lambda c: c.loaded_pay("sla_48h") > c.loaded_pay("silo"),
        lambda c: euros(c.loaded_pay("sla_48h") - c.loaded_pay("silo")),
    ),
    Fact(
        "3",
        "48 h rule: revenue falls.",
        lambda c: c.gain("sla_48h") < 0,
        lambda c: euros(c.gain("sla_48h")),
    ),
    Fact(
        "3",
        "48 h rule: marketing keeps up volume (98 % of today's leads or more).",
        lambda c: c.score("sla_48h", "lead_volume") >= 0.98,
        lambda c: f"{c.score('sla_48h', 'lead_volume') - 1:+.1%}",
    ),
    Fact(
        "3",
        "48 h rule: half as many hours again go into mechanical touches, or more.",
        lambda c: c.hours("sla_48h", TOUCHES) >= 1.5 * c.hours("silo", TOUCHES),
        lambda c: f"{c.hours('silo', TOUCHES):.0f} -> {c.hours('sla_48h', TOUCHES):.0f} h",
    ),
    Fact(
        "3",
        "48 h rule: fewer of the best leads are called.",
        lambda c: c.units("sla_48h", BEST) < c.units("silo", BEST),
        lambda c: f"{c.units('silo', BEST):.0f} -> {c.units('sla_48h', BEST):.0f}",
    ),
    Fact(
        "4",
        "Engineered: two teams or more are paid on what another team moves as well.",
        lambda c: sum(w >= 0.1 - 1e-9 for w in c.crossing.values()) >= 2,
        lambda c: listed(c.crossing, ".0%"),
    ),
    Fact(
        "4",
        "Engineered: no team is paid on one new KPI alone.",
        lambda c: not any(c.is_corner(team) for team in c.optimum),
        lambda c: listed({team: max(w.values()) for team, w in c.optimum.items()}, ".0%"),
    ),
    Fact(
        "4",
        "Engineered: nets more than every named plan that keeps the rules.",
        lambda c: all(c.net_gain(OPTIMUM) > c.net_gain(name) for name in rivals(c)),
        lambda c: ", ".join(rivals(c)) or "none keeps them",
    ),
    Fact(
        "4",
        "Engineered: nets more than every named plan, rules or not.",
        lambda c: all(c.net_gain(OPTIMUM) > c.net_gain(name) for name in named(c)),
        lambda c: f"next is {best(c, named(c))}, {euros(c.net_gain(best(c, named(c))))}",
    ),
    Fact(
        "4",
        "Hand-glued: part of the engineered gain in net, or a loss.",
        lambda c: c.net_gain("cross_weights") < c.net_gain(OPTIMUM),
        lambda c: euros(c.net_gain("cross_weights")),
    ),
    Fact(
        "4",
        "Hand-glued: an outright loss of revenue.",
        lambda c: c.gain("cross_weights") < 0,
        lambda c: euros(c.gain("cross_weights")),
    ),
    Fact(
        "4",
        "Half and half: an outright loss of revenue.",
        lambda c: c.gain("equal_weights") < 0,
        lambda c: euros(c.gain("equal_weights")),
    ),
    Fact(
        "4",
        "Engineered, targets issued anew: payouts within 2 % of today's.",
        lambda c: abs(c.reissued_pay(OPTIMUM) / c.loaded_pay("silo") - 1) <= 0.02,
        lambda c: f"{c.loaded_pay(OPTIMUM):,.0f} -> {c.reissued_pay(OPTIMUM):,.0f} €",
    ),
    Fact(
        "4",
        "Engineered, targets issued anew: still earns more than today.",
        lambda c: c.reissued_gain(OPTIMUM) > 0,
        lambda c: euros(c.reissued_gain(OPTIMUM)),
    ),
    Fact(
        "5",
        "The engineered weights keep the rules.",
        lambda c: c.kept[OPTIMUM],
        lambda c: f"loaded payout {c.loaded_pay(OPTIMUM):,.0f} €",
    ),
    Fact(
        "5",
        "Simulation: the engineered plan has paid for itself within a year.",
        lambda c: c.simulated_net(OPTIMUM)[-1] > 0,
        lambda c: " ".join(euros(x) for x in c.simulated_net(OPTIMUM)),
    ),
    Fact(
        "5",
        "Simulation: the 48 h rule shows in touches in its first quarter (a quarter more or above).",
        lambda c: c.simulated_touches(1) >= 1.25,
        lambda c: f"{c.simulated_touches(1) - 1:+.0%}",
    ),
    Fact(
        "5",
        "Pilot: in some team a year of it sees the engineered plan work (80 %).",
        lambda c: max(c.pilot_power(OPTIMUM).values(), default=0.0) >= 0.8,
        lambda c: listed(c.pilot_power(OPTIMUM), ".0%"),
    ),
    Fact(
        "5",
        "Pilot: in some team a year of it sees what the 48 h rule does (80 %).",
        lambda c: max(c.pilot_power("sla_48h").values(), default=0.0) >= 0.8,
        lambda c: listed(c.pilot_power("sla_48h"), ".0%"),
    ),
)


def optimum_of(scenario: Scenario) -> Weights:
    """The weights that the solver recommends for the scenario as written."""
    # Imported here: the workers that judge draws need no solver.
    from optimizer.solver import solve

    found = solve(scenario)
    if found.chosen is None:
        raise SystemExit(f"no plan for {scenario.name}: {found.status}")
    return found.chosen.plan.weights


def truths(scenario: Scenario, optimum: Weights) -> list[bool]:
    """Which facts hold, in the order of FACTS."""
    company = Company(scenario, optimum)
    return [bool(fact.holds(company)) for fact in FACTS]


def truths_of_draw(
    scenario: Scenario, optimum: Weights, seed: np.random.SeedSequence
) -> tuple[list[bool], int]:
    """Which facts hold in one draw, and how many draws were refused before it."""
    found = draw(scenario, np.random.default_rng(seed))
    return truths(found.scenario, optimum), found.rejected


def truths_of_draws(
    scenario: Scenario, optimum: Weights, draws: int, seed: int, workers: int
) -> tuple[Bools, int]:
    """(draws, facts) truths and the number of refused draws; the same for any number of workers."""
    one = partial(truths_of_draw, scenario, optimum)
    seeds = np.random.SeedSequence(seed).spawn(draws)
    found = list(_spread(one, seeds, workers))
    return np.array([row for row, _ in found]).reshape(draws, len(FACTS)), sum(n for _, n in found)


def _spread(
    one: Callable[[np.random.SeedSequence], tuple[list[bool], int]],
    seeds: Sequence[np.random.SeedSequence],
    workers: int,
) -> Iterator[tuple[list[bool], int]]:
    if workers <= 1 or len(seeds) <= 1:
        yield from map(one, seeds)
        return
    # One thread each: the matrices are small, and workers would fight over the cores.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done, found in enumerate(pool.map(one, seeds, chunksize=4), 1):
            if done % 100 == 0:
                print(f"{done} draws", file=sys.stderr)
            yield found


def table_of_plans(company: Company) -> Iterator[str]:
    yield f"{'plan':14} {'revenue':>12} {'change':>10} {'loaded pay':>11} {'net change':>11}  rules broken"
    for name in company.plans:
        net = company.net_gain(name)
        broken = ", ".join(line.name for line in company.broken(name)) or "-"
        yield (
            f"{name:14} {company.revenue(name):12,.0f} {company.gain(name):+10,.0f} "
            f"{company.loaded_pay(name):11,.0f} {net:+11,.0f}  {broken}"
        )


def table_of_facts(company: Company, shares: Sequence[float] | None) -> Iterator[str]:
    yield f"{'':3}{'fact':88} {'holds':6} {'draws':7} value"
    for row, fact in enumerate(FACTS):
        share = "" if shares is None else f"{shares[row]:.1%}"
        holds = "yes" if fact.holds(company) else "no"
        yield f"{fact.number:3}{fact.sentence:88} {holds:6} {share:7} {fact.shown(company)}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Facts of the reference company and how robust they are.")
    parser.add_argument("--plan", type=Path, help="plan file with the optimum's weights (default: solve)")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    scenario = read_scenario(HERE)
    optimum = read_plan(asked.plan, scenario) if asked.plan else optimum_of(scenario)
    company = Company(scenario, optimum)
    shares = None
    print("\n".join(table_of_plans(company)), end="\n\n", flush=True)
    if asked.draws > 0:
        truth, rejected = truths_of_draws(scenario, optimum, asked.draws, asked.seed, asked.workers)
        shares = truth.mean(axis=0).tolist()
        print(
            f"{asked.draws} draws from the ranges of the sources, {rejected} more refused (hours overdrawn)"
        )
    print("\n".join(table_of_facts(company, shares)))


if __name__ == "__main__":
    main()
