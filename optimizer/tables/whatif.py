"""What the what-if page needs to answer any plan by itself: the calibrated company as plain values.

`whatif_data` is the page's whole input; SCHEMA says what every value means. Coefficients keep all their
digits (JSON writes the shortest text that reads back equal), so the page solves the problem of `response`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.plan_changes import same_terms
from optimizer.plans.rules import page_forms, unchecked_rules
from optimizer.plans.space import BOOKED, RELATIVE, TOLERANCE, PlanSpace
from optimizer.response.beliefs import DENOMINATOR_FLOOR, EMPTY
from optimizer.response.booking import booking_decimals
from optimizer.response.calibration import TARGET_FLOOR, Calibrated
from optimizer.response.controllability import RHO
from optimizer.response.equilibrium import CONSISTENT
from optimizer.response.exposure import EPSILON, NO_CREDIT
from optimizer.response.long_run import long_runs
from optimizer.response.network import Network
from optimizer.response.outcome import STARVED
from optimizer.response.pay_curves import PayCurves
from optimizer.scenario.charges import charge_rate, loading
from optimizer.scenario.plan import IN_FORCE, PlanTerms, plans_in, terms_json
from optimizer.scenario.types import Scenario, TargetPay
from optimizer.tables.changed_values import changed_rows
from optimizer.tables.labels import labels_of
from optimizer.tables.rounding import money_decimals

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

Json = dict[str, Any]
CHANGED_TOLD = ("path", "before", "after", "anew")

SCHEMA: dict[str, str] = {
    "schema": "version of this shape",
    "scenario": "name, label, currency, period, objective, status of the solve (null where nothing "
    "was solved), placeholders (numbers that nobody has given yet), changed (path, "
    "before, after of what was changed for this run, anew: whether "
    "costs are calibrated with it), decimals of money",
    "constants": "tolerances of rules (absolute, and relative to the limit) and of the equilibrium, decimals "
    "to which payouts are booked, floors and reach: those of the Python modules",
    "teams": "name, label, loading 1 + τ_i, charges τ_i, hours H_i (0: as `effort` says; null: no limit), "
    "discount δ_i, unit: "
    "currency per step, least and most steps of target pay, whether pay is decided, steps of weights (null: "
    "as pay), pay today, allowed and locked KPIs",
    "stages": "name, label, owner (index of a team; -1: terminal), price μ⁰_n at baseline",
    "activities": "name, label (null: units left unworked, remaining hours), team, "
    "source (index of a stage; -1: market), hours h_a, lag ℓ_a, linear c_a, "
    "quadratic q_a, scale X_a, baseline x⁰_a, routing φ⁰_a, gaming, explicit, effort (its units: hours more)",
    "kpis": "name, label, rate, target T_k in force, baseline numerator Num⁰_k and denominator Den⁰_k",
    "targets": "mode (fixed, reset), stretch, floor: the least share of those in force when issued anew",
    "curves": "sets of pay curves and targets: those in force, those chosen where there was a choice, those "
    "of named plans. Each: names of curves by team or team.kpi (empty: without a name); target T_k and "
    "targets as above; file: curves and targets as a plan file says them; moved results in the long run, per "
    "KPI whose results can be: kpi, maker "
    "(team), step (attainment between two scores, from 0), at each score what moving adds to pay per euro at "
    "target by team (one for all where it is the same) and the attainment lost; and of every team and KPI "
    "level and slope of pay before the first knot, "
    "knots [attainment, jump, change of slope], regard (what the team counts on of a euro), noise σ_ik "
    "of whose result is paid, gate (null, or what multiplies pay: the KPI whose attainment decides, its "
    "noise, level before the first knot, knots, and the correlation of the luck of the two)",
    "regimes": "per regime: probability, name and label (null: the only one), inflow F_n, and sparse rows "
    "[index, value]: yields P_na by activity, numerator N_ka and denominator D_ka by KPI; "
    "numeratorArriving N⁰_k and denominatorArriving D⁰_k, what of them arrives by itself; gross and cash per "
    "unit of activity; credited: activities that a KPI counts, by KPI",
    "order": "stages downstream first; teams upstream first; whether one pass over the teams is enough",
    "rules": "name, unit, atLeast (kept where value ≥ limit), quiet (speaks when broken), "
    "form and its numbers: see optimizer.plans.rules.family.FORMS",
    "unchecked": "names of rules that need simulated luck, which the page does not check",
    "plans": "name, kind (current, named, chosen), euros e_ik at target, index of its curves, label; the "
    "current plan first",
}
"""Keys of the page's data: meaning. Money is in the scenario's currency per period. Labels are the
company's own, by language; the page has the words for everything else."""


FINE = 100
"""Steps in which weights are dragged where the scenario has none."""


def whatif_data(solution: Solution) -> Json:
    """The page's data for a solved scenario; without a plan found, the page has no recommended one."""
    data = company_data(solution.problem.cal, solution.problem.space)
    data["scenario"]["status"] = solution.status
    if solution.chosen is not None:
        scenario, space = solution.problem.scenario, solution.problem.space
        place = _place(scenario, _offered(scenario, space), space.terms)
        given = solution.asked.given
        label = labels_of(given.name, given) if given is not None else None
        chosen = _plan("chosen", "chosen", solution.chosen.euros, place, label)
        data["plans"].insert(1, chosen)
    return data


def company_data(cal: Calibrated, space: PlanSpace) -> Json:
    """The page's data for a company, with the current plan and those that its file names."""
    return {
        "schema": 6,
        "scenario": _scenario(cal),
        "constants": {
            "tolerance": TOLERANCE,
            "relative": RELATIVE,
            "relativeBooked": BOOKED,
            "cents": booking_decimals(cal.scenario),
            "consistent": CONSISTENT,
            "empty": EMPTY,
            "denominatorFloor": DENOMINATOR_FLOOR,
            "starved": STARVED,
            "reach": RHO,
            "sacrifice": EPSILON,
            "noCredit": NO_CREDIT,
            "inPay": cal.scenario.rules.exposure_basis == "pay",
        },
        "teams": list(_teams(cal, space)),
        "stages": list(_stages(cal)),
        "activities": list(_activities(cal)),
        "kpis": list(_kpis(cal.paid_by(IN_FORCE))),
        "targets": _issued(cal.scenario, IN_FORCE),
        "curves": [_terms(cal.paid_by(terms), terms) for terms in _offered(cal.scenario, space)],
        "regimes": list(_regimes(cal)),
        "order": _order(cal.network),
        "rules": list(_rules(cal, space)),
        "unchecked": list(unchecked_rules(cal)),
        "plans": list(_plans(cal, space)),
    }


def _scenario(cal: Calibrated) -> Json:
    scenario = cal.scenario
    gross = float(cal.network.marginal_gross @ cal.network.baseline)
    return {
        "name": scenario.name,
        "label": labels_of(scenario.name, scenario),
        "currency": scenario.currency,
        "period": scenario.period,
        "objective": scenario.rules.objective,
        "status": None,
        "placeholders": len(scenario.placeholders),
        "changed": [{key: row[key] for key in CHANGED_TOLD} for row in changed_rows(scenario)],
        "decimals": money_decimals([gross]),
    }


def _teams(cal: Calibrated, space: PlanSpace) -> Iterator[Json]:
    load, network = loading(cal.scenario), cal.network
    finer = FINE if space.continuous else 1
    for i, (name, team) in enumerate(cal.scenario.teams.items()):
        yield {
            "name": name,
            "label": labels_of(name, team),
            "loading": float(load[i]),
            "charges": charge_rate(cal.scenario, team),
            "hours": float(network.fixed_hours[i]) if np.isfinite(network.hours[i]) else None,
            "discount": float(network.discount[i]),
            "unit": float(space.unit[i]) / finer,
            "least": int(np.ceil(space.least[i] * finer - TOLERANCE)),
            "most": int(space.most[i] * finer),
            "decides": isinstance(team.target_pay, TargetPay),
            "steps": FINE if space.continuous else None,
            "pay": float(team.current_pay),
            "allowed": _where(space.allowed[i]),
            "locked": _where(~np.isnan(space.locked[i])),
        }


def _stages(cal: Calibrated) -> Iterator[Json]:
    network = cal.network
    for n, name in enumerate(network.stages):
        yield {
            "name": name,
            "label": labels_of(name, cal.scenario.stages[name]),
            "owner": int(network.owner[n]),
            "price": float(cal.beliefs.price[0, n]),
        }


def _activities(cal: Calibrated) -> Iterator[Json]:
    network, named = cal.network, cal.scenario.activities
    for a, name in enumerate(network.activities):
        yield {
            "name": name,
            "label": labels_of(name, named[name]) if name in named else None,
            "team": int(network.team[a]),
            "source": int(network.source[a]),
            "hours": float(network.unit_hours[a]),
            "lag": float(network.lag[a]),
            "linear": float(cal.linear[a]),
            "quadratic": float(cal.quadratic[a]),
            "scale": float(network.scale[a]),
            "baseline": float(network.baseline[a]),
            "routing": float(cal.beliefs.routing[0, a]),
            "gaming": bool(network.gaming[a]),
            "explicit": bool(network.explicit[a]),
            "effort": bool(network.is_effort[a]),
        }


def _kpis(cal: Calibrated) -> Iterator[Json]:
    network = cal.network
    for k, name in enumerate(network.kpis):
        yield {
            "name": name,
            "label": labels_of(name, cal.scenario.kpis[name]),
            "rate": bool(network.is_rate[k]),
            "target": float(cal.targets[k]),
            "numerator": float(cal.beliefs.numerator[0, k]),
            "denominator": float(cal.beliefs.denominator[0, k]),
        }


def _offered(scenario: Scenario, space: PlanSpace) -> list[PlanTerms]:
    """Those in force, those of the solved plan, those of named plans: each once, where it pays otherwise."""
    found = [IN_FORCE]
    for terms in (space.terms, *(plan.terms for plan in plans_in(scenario).values())):
        if _place(scenario, found, terms) < 0:
            found.append(terms)
    return found


def _place(scenario: Scenario, among: list[PlanTerms], terms: PlanTerms) -> int:
    """Of the first that pay the same; -1 where none do."""
    return next((at for at, one in enumerate(among) if same_terms(scenario, one, terms)), -1)


def _issued(scenario: Scenario, terms: PlanTerms) -> Json:
    return {**(terms.issued or scenario.targets).model_dump(), "floor": TARGET_FLOOR}


def _terms(cal: Calibrated, terms: PlanTerms) -> Json:
    """One set: who follows which chosen curve, the curves of all pairs, (I, K), and the targets."""
    teams, kpis = range(len(cal.network.teams)), range(len(cal.network.kpis))
    pairs = [[_curve(cal.curves, i, k) for k in kpis] for i in teams]
    return {
        "chosen": {at: curve if isinstance(curve, str) else "" for at, curve in terms.curves.items()},
        "moved": list(_moved(cal)),
        "pairs": pairs,
        "target": cal.targets.tolist(),
        "targets": _issued(cal.scenario, terms),
        "file": terms_json(terms),
    }


def _moved(cal: Calibrated) -> Iterator[Json]:
    """What moved results add at every score of their grid (`long_run`)."""
    for run in long_runs(cal):
        at = run.at(run.step * np.arange(run.last + 1, dtype=np.float64))
        yield {
            "kpi": run.kpi,
            "maker": run.choice.team,
            "step": run.step,
            "pay": at.pay.T.tolist(),
            "lost": at.lost.tolist(),
        }


def _curve(curves: PayCurves, i: int, k: int) -> Json:
    c, gates = min(i, len(curves.knots) - 1), curves.gates
    gated = np.flatnonzero((gates.team == i) & (gates.kpi == k))
    return {
        "level": float(curves.first_level[c, k]),
        "slope": float(curves.first_slope[c, k]),
        "knots": _bends(curves.knots[c, k], curves.jumps[c, k], curves.changes[c, k]),
        "regard": float(curves.regard[i, k]),
        "noise": float(curves.spread[c, k]),
        "gate": _gate(curves, int(gated[0])) if len(gated) else None,
    }


def _bends(knots: Floats, jumps: Floats, changes: Floats) -> list[list[float]]:
    """[attainment, jump, change of slope] where there is one."""
    bends = np.stack([knots, jumps, changes], axis=1)
    return [list(map(float, bend)) for bend in bends if bend[1:].any()]


def _gate(curves: PayCurves, p: int) -> Json:
    gates = curves.gates
    return {
        "kpi": int(gates.on[p]),
        "level": float(gates.level[p]),
        "knots": _bends(gates.knots[p], gates.jumps[p], gates.changes[p]),
        "noise": float(curves.spread[min(gates.team[p], len(curves.spread) - 1), gates.on[p]]),
        "correlation": float(gates.correlation[p]),
    }


def _regimes(cal: Calibrated) -> Iterator[Json]:
    stated = cal.regimes
    for regime, probability, network in zip(stated.names, stated.odds, stated.networks, strict=True):
        yield {
            "probability": float(probability),
            "name": regime,
            "label": labels_of(regime, cal.scenario.regimes[regime]) if regime else None,
            "inflow": network.inflow.tolist(),
            "yields": _sparse(network.yields.T),
            "numerator": _sparse(network.numerator),
            "denominator": _sparse(network.denominator),
            "numeratorArriving": network.numerator_arriving.tolist(),
            "denominatorArriving": network.denominator_arriving.tolist(),
            "gross": network.marginal_gross.tolist(),
            "credited": [_where(row > 0) for row in network.numerator],
            "cash": network.cash.tolist(),
        }


def _order(network: Network) -> Json:
    teams, single = network.team_order
    return {
        "stages": [int(n) for n in network.downstream_first],
        "teams": [int(i) for i in teams],
        "single": single,
    }


def _rules(cal: Calibrated, space: PlanSpace) -> Iterator[Json]:
    """Every rule that the page can check, in the order of `rules.rule_values`."""
    for form in page_forms(cal, space):
        yield {
            "name": form.name,
            "unit": form.rule.unit,
            "atLeast": form.at_least,
            "quiet": form.quiet,
            "form": form.form,
            **form.numbers,
        }


def _plans(cal: Calibrated, space: PlanSpace) -> Iterator[Json]:
    """Today's plan and the named ones: what a file leaves out of them is as today."""
    yield _plan("current", "current", cal.current, 0)
    sets = _offered(cal.scenario, space)
    for name, plan in plans_in(cal.scenario).items():
        place, label = _place(cal.scenario, sets, plan.terms), labels_of(name, plan) if plan.label else None
        yield _plan("named", name, plan.euros(cal.scenario), place, label)


def _plan(kind: str, name: str, euros: Floats, curves: int, label: Json | None = None) -> Json:
    return {"name": name, "kind": kind, "euros": euros.tolist(), "curves": curves, "label": label}


def _where(flags: Any) -> list[int]:
    return [int(at) for at in np.flatnonzero(flags)]


def _sparse(matrix: Floats) -> list[list[list[float]]]:
    """Per row the non-zero entries, [column, value]."""
    return [[[int(at), float(row[at])] for at in np.flatnonzero(row)] for row in matrix]
