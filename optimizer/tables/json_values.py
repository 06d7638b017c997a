"""Results as plain values, in the JSON shapes of scenario.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.arrays import Floats
from optimizer.explanation.comparison import better_outside, compare
from optimizer.plans.budget_lines import BudgetLine
from optimizer.plans.evaluation import Evaluation, Influence
from optimizer.plans.evaluator import Linearised
from optimizer.plans.rules.family import RuleOfPlan
from optimizer.response.booking import Booked, book, booked_money
from optimizer.response.calibration import Calibrated
from optimizer.response.global_response import Deviation
from optimizer.response.outcome import Outcome, evaluate_plan
from optimizer.response.pay_response import pay_responses
from optimizer.risk.payouts import PERCENTILES, PayoutDistribution, Spread
from optimizer.scenario.plan import IN_FORCE, Plan, terms_json
from optimizer.tables.changed_values import changed_json
from optimizer.tables.robustness import robustness_json
from optimizer.tables.side_effects import at_mercy_json, side_effects_json
from optimizer.tables.table import number

if TYPE_CHECKING:
    from optimizer.explanation.frontier import FrontierPoint
    from optimizer.solver.solution import Combination, Solution

Json = dict[str, Any]


def outcome_json(cal: Calibrated, outcome: Outcome) -> Json:
    """`E` of scenario.md, for one plan."""
    network = cal.network
    return {
        "activities": _named(network.activities, outcome.x),
        "score": _named(network.kpis, outcome.score),
        "pay": _named(network.teams, outcome.pay),
        "gross": number(outcome.gross),
        "direct_costs": number(outcome.direct_costs),
        "revenue": number(outcome.revenue),
        "loaded_pay": number(outcome.loaded_pay),
        "net": number(outcome.net),
        "booked": booked_json(cal, outcome),
        "residual": number(outcome.residual),
        **_starved_json(cal, outcome),
        **_moved_json(outcome),
        **(_surplus_json(outcome) if cal.scenario.rules.objective == "surplus" else {}),
    }


def _starved_json(cal: Calibrated, outcome: Outcome) -> Json:
    """Paid rates whose denominator has all but vanished, where there are any."""
    names = [name for name, dry in zip(cal.network.kpis, outcome.starved, strict=True) if dry]
    return {"starved": names} if names else {}


def _unpriced_json(kpis: Sequence[str]) -> Json:
    """KPIs whose results it pays to move, without a price in the figures, where there are any."""
    return {"unpriced": list(kpis)} if kpis else {}


def _moved_json(outcome: Outcome) -> Json:
    """Of loaded_pay and gross, what moved results add; only where any are moved."""
    amounts = {"moved_pay": number(outcome.moved_pay), "moved_value": number(outcome.moved_value)}
    return amounts if any(amounts.values()) else {}


def booked_json(cal: Calibrated, outcome: Outcome) -> Json:
    """Payouts to the cent (docs/money.md): gross, charges and loaded, of every team and in all."""
    booked = book(cal.scenario, outcome.pay)
    teams = {name: _amounts(booked.of(i)) for i, name in enumerate(cal.network.teams)}
    return {"teams": teams, "company": _amounts(booked.company)}


def _amounts(booked: Booked) -> Json:
    return {"gross": float(booked.pay), "charges": float(booked.charges), "loaded": float(booked.loaded)}


def _surplus_json(outcome: Outcome) -> Json:
    """What objective surplus is made of, beside revenue."""
    return {
        "effort_cost": number(outcome.effort_cost),
        "risk_premium": number(outcome.risk_premium),
        "surplus": number(outcome.surplus),
    }


def evaluation_json(evaluation: Evaluation) -> Json:
    result: Json = {
        "first_response": outcome_json(evaluation.cal, evaluation.first_response),
        "consistent": outcome_json(evaluation.cal, evaluation.consistent),
        "against_today": against_today(evaluation.cal, evaluation.consistent),
        "payouts": payouts_json(evaluation.cal, evaluation.payouts),
    }
    result |= _unpriced_json(evaluation.unpriced)
    if evaluation.deviations:
        result["deviations"] = _deviations_json(evaluation.deviations)
    if evaluation.fixed_targets is not None:
        result["fixed_targets"] = outcome_json(evaluation.cal, evaluation.fixed_targets)
    return result


def _deviations_json(deviations: Iterable[Deviation]) -> list[Json]:
    return [{**_fields(d), "words": d.words} for d in deviations]


def payouts_json(cal: Calibrated, paid: PayoutDistribution) -> Json:
    """A payout distribution: company and teams with charges, one person of each team without."""
    teams = cal.network.teams
    return {
        "draws": paid.draws,
        "seed": cal.seed,
        "company": _spread_json(paid.company),
        "teams": {t: _spread_json(s) for t, s in zip(teams, paid.teams, strict=True)},
        "person": {t: s and _spread_json(s) for t, s in zip(teams, paid.people, strict=True)},
        "people_at_goal": number(paid.people_at_goal),
        "objectives_reached": _named(cal.network.kpis, paid.reached),
    }


def _spread_json(spread: Spread) -> Json:
    fields = {name: number(v) for name, v in vars(spread).items() if name != "percentiles"}
    at = {f"p{p * 100:g}": v for p, v in zip(PERCENTILES, spread.percentiles, strict=True)}
    return {**fields, **at}


def against_today(cal: Calibrated, learnt: Outcome) -> Json:
    """What a plan changes once people have learnt, as booked: net beside revenue, so that neither hides the
    other."""
    today = evaluate_plan(cal.paid_by(IN_FORCE), cal.current)
    before, after = (vars(booked_money(cal.scenario, at)) for at in (today, learnt))
    return {name: number(after[name] - before[name]) for name in ("revenue", "loaded_pay", "net")}


def compare_json(cal: Calibrated, plans: Mapping[str, Evaluation]) -> Json:
    return {
        "plans": {
            name: {
                "consistent": outcome_json(cal, plan.consistent),
                "against_today": against_today(cal, plan.consistent),
                "broken_rules": [_broken_json(rule) for rule in plan.broken_rules],
                **side_effects_json(plan),
                **_unpriced_json(plan.unpriced),
            }
            for name, plan in plans.items()
        }
    }


def _broken_json(rule: RuleOfPlan) -> Json:
    return {"rule": rule.name, "value": rule.told, "limit": rule.told_limit, "excess": -rule.slack}


def budget_json(at: Evaluation, lines: tuple[BudgetLine, ...]) -> Json:
    """Only lines about bad cases say what they come to on another sample."""
    return {
        "lines": [_budget_line(line) for line in lines],
        **_starved_json(at.cal, at.consistent),
        **_moved_json(at.consistent),
        **_unpriced_json(at.unpriced),
    }


def _budget_line(line: BudgetLine) -> Json:
    return {k: v for k, v in vars(line).items() if v is not None or k not in _APART}


_APART = ("elsewhere", "standard_error")


def influence_json(influence: Influence) -> Json:
    teams, kpis = influence.cal.network.teams, influence.cal.network.kpis
    return {
        "controllability": _matrix(teams, kpis, influence.controllability),
        "swing": _matrix(teams, kpis, influence.swing),
        "lag": _matrix(teams, kpis, influence.lag),
        "exposure": _matrix(kpis, teams, influence.exposure),
        "pay_at_mercy": at_mercy_json(influence.cal, influence.at_mercy),
        "congruence": _named(teams, influence.congruence),
        "ten_percent_more_pay": {
            answer.team: {
                "booked_hours": number(answer.booked_hours),
                "kpi": answer.kpi or None,
                "score": number(answer.score),
                "unbooked": number(answer.unbooked),
            }
            for answer in pay_responses(influence.cal)
        },
    }


def solution_json(solution: Solution) -> Json:
    """Result of `solve` without timings."""
    cal, chosen, known = solution.problem.cal, solution.chosen, solution.certificate
    return {
        "status": solution.status,
        "objective": number(known.objective),
        "bound": number(known.bound),
        "gap": number(known.gap),
        "plan": chosen.plan.weights if chosen else None,
        "target_pay": chosen.plan.target_pay if chosen else None,
        "first_response": outcome_json(cal, chosen.first_response) if chosen else None,
        "consistent": outcome_json(cal, chosen.consistent) if chosen else None,
        "rounds": [_fields(r) for r in known.rounds],
        "checks": [_fields(c) for c in known.checks],
        "against_today": against_today(cal, chosen.consistent) if chosen else None,
        **_unpriced_json(solution.unpriced),
        **_outside_json(solution),
        **_draft_json(solution),
        **changed_json(solution.problem.scenario),
        **_others_json(solution),
        **_known_json(solution),
    }


def _outside_json(solution: Solution) -> Json:
    """Known plans that keep the rules and bring more, but could not be chosen; nothing where none does."""
    better = better_outside(solution, compare(solution)) if solution.chosen is not None else []
    told = [{"plan": plan.name, "value": number(plan.evaluation.value)} for plan in better]
    return {"better_outside": told} if told else {}


def _draft_json(solution: Solution) -> Json:
    """Numbers that nobody has given yet, where there are any: nothing here is to be decided on."""
    placeholders = solution.problem.scenario.placeholders
    return {"placeholders": list(placeholders)} if placeholders else {}


def _others_json(solution: Solution) -> Json:
    """Plans beside the one recommended: by choice of curves, passed over, next best."""
    result: Json = {}
    if not solution.problem.space.terms.as_today or solution.asked.combinations:
        stated = terms_json(solution.chosen.plan.terms) if solution.chosen else {"curves": None}
        result |= {"curves": {}} | stated
    if solution.asked.combinations:
        result["combinations"] = [_combination_json(c) for c in solution.asked.combinations]
    if solution.certificate.rejected:
        result["rejected"] = [
            {**_plan_json(r.plan, r.value), "deviations": _deviations_json(r.deviations)}
            for r in solution.certificate.rejected
        ]
    if solution.chosen is not None:
        current, recommended = (payouts_json(solution.problem.cal, paid) for paid in solution.chosen.payouts)
        result["payouts"] = {"current": current, "chosen": recommended}
    if solution.asked.given is not None:
        given = solution.asked.given
        result["given"] = {"name": given.name, "label": given.label and given.label.model_dump()}
    if solution.asked.alternatives:
        result["alternatives"] = [
            {**_plan_json(a.plan, a.value), "proven": a.proven} for a in solution.asked.alternatives
        ]
    return result


def _combination_json(combination: Combination) -> Json:
    plan = combination.plan
    parts = (plan.weights, plan.target_pay) if plan else (None, None)
    return {**_fields(combination), **dict(zip(("plan", "target_pay"), parts, strict=True))}


def _plan_json(plan: Plan, value: float) -> Json:
    return {"plan": plan.weights, "target_pay": plan.target_pay, "value": number(value)}


def _known_json(solution: Solution) -> Json:
    """How well it is known: guarantees, draws from ranges, today's beliefs; or why there is no plan."""
    result: Json = {}
    if solution.chosen is not None:
        result["guarantees"] = [_fields(g) for g in solution.guarantees]
    if solution.asked.robustness is not None:
        result["robustness"] = robustness_json(solution.problem.cal, solution.asked.robustness)
    if solution.asked.linearised is not None:
        result["linearised"] = _linearised_json(solution.problem.cal, solution.asked.linearised)
    if solution.conflict is not None:
        cheapest = [{**_fields(r), "relaxed": number(r.relaxed)} for r in solution.conflict.cheapest]
        exact = solution.conflict.exact
        result["conflict"] = {"rules": list(solution.conflict.rules), "cheapest": cheapest, "exact": exact}
    return result


def _fields(record: object) -> Json:
    """A frozen value as JSON."""
    return {key: number(v) if isinstance(v, float) else v for key, v in vars(record).items()}


def _linearised_json(cal: Calibrated, seen: Linearised) -> Json:
    return {
        "score": _named(cal.network.kpis, seen.score),
        "pay": _named(cal.network.teams, seen.pay),
        "loaded_pay": number(seen.loaded_pay),
        "net": number(seen.net),
    }


def frontier_json(points: tuple[FrontierPoint, ...]) -> Json:
    """Points of a frontier, loosest limit last."""
    paid = ("gross_pay", "charges", "loaded_pay")
    money = ("value", "bound", "revenue", *paid, "net", "gaming_hours", "controllability")
    return {
        "over": points[0].over,
        "points": [
            {
                "limit": number(p.limit),
                "here": p.is_own,
                "status": p.optimum.status,
                **{name: number(getattr(p.optimum, name)) for name in money},
                "undecided_after": number(p.optimum.undecided_after),
                "gain": number(p.gain),
                "net_change": number(p.net_change),
                "plan": p.optimum.weights,
                "target_pay": p.optimum.target_pay,
                "curves": terms_json(p.optimum.terms).get("curves", {}),
            }
            for p in points
        ],
    }


def _named(names: tuple[str, ...], values: Floats) -> dict[str, float | None]:
    return {name: number(value) for name, value in zip(names, values, strict=True)}


def _matrix(rows: tuple[str, ...], columns: tuple[str, ...], values: Floats) -> dict[str, Json]:
    return {name: _named(columns, row) for name, row in zip(rows, values, strict=True)}
