"""Several units under one envelope as tables: the only place where their numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.arrays import CENT, rounded
from optimizer.risk.draws import PERIODS
from optimizer.risk.payouts import PERCENTILES, Spread
from optimizer.rollout.envelope import BusinessUnit, Choice, Combination, RolledUp, Side, total
from optimizer.scenario.plan import curves_in_words, pay_decided, pay_in_words, plan_in_words
from optimizer.tables.labels import LABELS, company_rows
from optimizer.tables.table import Column, Row, Table, Tables, frames_of

_PAID = {
    "gross": Column(float, "money/period", "expected payouts before charges, as booked"),
    "charges": Column(float, "money/period", "employer charges on them, as booked"),
    "loaded": Column(float, "money/period", "gross + charges"),
    "net": Column(float, "money/period", "revenue after direct costs − loaded"),
}
_PLAN = {
    "plan": Column(str, "text", "the plan, team: KPI weight"),
    "curves": Column(str, "text", "chosen for it, team: curve; empty without a choice"),
    "target_pay": Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
}
_FOUND = {
    "kind": Column(
        str,
        "code",
        "in_force: the plan paid today; recommended: by the run; frontier: best at another budget of the run",
        "rollup.choice",
    ),
    "run": Column(str, "name", "folder of the run that found it; empty of the plan in force"),
    "status": Column(str, "code", "of the solve that found it; empty of the plan in force", "status"),
    "limit": Column(
        float,
        "money/period",
        "budget on the frontier at which it is best; empty for other choices",
    ),
}

SUMMARY = Table(
    "summary",
    currency=Column(str, "iso", "of ISO 4217"),
    period=Column(str, "code", "month, quarter, half_year or year", "period"),
    placeholders=Column(int, "count", "numbers of all units that nobody has given yet; with any, a draft"),
    decimals=Column(int, "count", "decimals with which money is printed"),
    units=Column(int, "count", "units under the envelope"),
    choices=Column(int, "count", "plans that the units can be given, those in force included"),
    kept=Column(float, "count", "units that keep the plan in force; empty without a combination"),
    without=Column(int, "count", "units whose runs found no plan: only the plan in force can be given"),
    breaking=Column(
        int, "count", "units whose plan in force breaks rules of theirs and is given all the same"
    ),
    alone=Column(int, "count", "units whose KPIs share no common factor (`noise_correlation` 0)"),
    outcome=Column(
        str,
        "code",
        "optimal: no other combination of these plans has a larger net under the envelope; feasible: not "
        "proven; infeasible: not even the cheapest plans fit",
        "rollup.outcome",
    ),
    budget=Column(float, "money/period", "the envelope: limit on expected loaded payouts and reserves"),
    reserve=Column(float, "money/period", "what of it the units set aside"),
    least=Column(float, "money/period", "the smallest envelope under which every unit has a plan"),
    today_loaded=Column(float, "money/period", "expected loaded payouts of the plans in force, as booked"),
    today_net=Column(float, "money/period", "net of the plans in force"),
    **_PAID,
    left=Column(float, "money/period", "budget − reserve − loaded: an average, not money left over"),
    change=Column(float, "money/period", "net over that of the plans in force"),
    seed=Column(int, "id", "of the draws"),
)

UNITS = Table(
    "units",
    unit=Column(str, "name", "name of the unit's scenario", "company"),
    **_FOUND,
    choices=Column(int, "count", "plans that the unit can be given"),
    own_budget=Column(float, "money/period", "the unit's own limit on expected payouts; empty without one"),
    today_loaded=Column(float, "money/period", "expected loaded payouts of the plan in force, as booked"),
    **_PAID,
    change=Column(float, "money/period", "net over that of the plan in force"),
    p90=Column(float, "money/period", "loaded payout of the unit that is not exceeded with probability 90 %"),
    broken_rules=Column(int, "count", "rules of the unit that the plan breaks, its own budget left aside"),
    **_PLAN,
)
"""What each unit gets; its plan in force where no combination fits."""

CHOICES = Table(
    "choices",
    unit=Column(str, "name", "name of the unit's scenario", "company"),
    **_FOUND,
    chosen=Column(bool, "flag", "whether the best combination has it"),
    **_PAID,
    broken_rules=Column(int, "count", "rules of the unit that the plan breaks, its own budget left aside"),
    **_PLAN,
)

JOINT = Table(
    "joint",
    combination=Column(
        str, "code", "in_force: every unit's plan in force; best: the best combination", "rollup.side"
    ),
    luck=Column(
        str,
        "code",
        "common: the common factor and regimes are one for all units; own: every unit has its own luck; "
        "added: the units' own numbers added up, which is no percentile of their sum",
        "rollup.luck",
    ),
    expected=Column(float, "money/period", "expected loaded payouts, as booked"),
    mean=Column(float, "money/period", "mean over draws"),
    standard_error=Column(float, "money/period", "of mean"),
    p10=Column(float, "money/period", "payouts that are not exceeded with probability 10 %"),
    p50=Column(float, "money/period", "the same with 50 %"),
    p90=Column(float, "money/period", "the same with 90 %"),
    p95=Column(float, "money/period", "the same with 95 %"),
    cvar=Column(float, "money/period", "mean of the 5 % of draws in which most is paid"),
    budget=Column(float, "money/period", "the envelope"),
    over_budget=Column(float, "share", "probability that payouts and reserves exceed it"),
    draws=Column(int, "count", "periods drawn"),
)

ENVELOPES = Table(
    "envelopes",
    budget=Column(float, "money/period", "an envelope"),
    here=Column(bool, "flag", "whether it is the one given"),
    outcome=Column(str, "code", "as in summary", "rollup.outcome"),
    loaded=Column(float, "money/period", "expected loaded payouts of the best combination, as booked"),
    net=Column(float, "money/period", "its net"),
    change=Column(float, "money/period", "its net over that of the plans in force"),
)

TABLES = (SUMMARY, UNITS, CHOICES, JOINT, ENVELOPES, LABELS)


def rollup_tables(rolled: RolledUp) -> Tables:
    """Every table of TABLES."""
    rows = {
        "summary": [_summary(rolled)],
        "units": list(_units(rolled)),
        "choices": list(_choices(rolled)),
        "joint": list(_joint(rolled)),
        "envelopes": [_envelope(rolled, combination) for combination in rolled.envelopes],
        "labels": [row for unit in rolled.units for row in company_rows(unit.name, unit.scenario)],
    }
    return frames_of(TABLES, rows)


def _summary(rolled: RolledUp) -> Row:
    units, chosen = rolled.units, rolled.best.choices if rolled.best else ()
    today = rolled.in_force.choices
    paid = _sums(chosen)
    given = chosen or today
    return {
        "currency": units[0].scenario.currency,
        "period": units[0].scenario.period,
        "placeholders": sum(len(unit.scenario.placeholders) for unit in units),
        "decimals": 0,
        "units": len(units),
        "choices": sum(len(unit.choices) for unit in units),
        "kept": float(sum(_is_in_force(c) for c in chosen)) if chosen else math.nan,
        "without": sum(len(unit.choices) == 1 for unit in units),
        "breaking": sum(_is_in_force(c) and bool(c.broken) for c in given),
        "alone": sum(unit.scenario.noise_correlation == 0 for unit in units),
        "outcome": rolled.status,
        "budget": rolled.limit,
        "reserve": rolled.reserve,
        "least": rolled.least,
        "today_loaded": total(today, "loaded_pay"),
        "today_net": total(today, "net"),
        **paid,
        "left": _rest(rolled.limit - rolled.reserve, paid["loaded"]),
        "change": _rest(paid["net"], total(today, "net")),
        "seed": rolled.seed,
    }


def _is_in_force(choice: Choice) -> bool:
    return choice.found.kind == "in_force"


def _sums(choices: tuple[Choice, ...]) -> Row:
    fields = {"gross": "gross_pay", "charges": "charges", "loaded": "loaded_pay", "net": "net"}
    return {name: total(choices, field) if choices else math.nan for name, field in fields.items()}


def _rest(whole: float, part: float) -> float:
    """The difference of two booked amounts, to the cent."""
    return rounded(whole - part, CENT) if math.isfinite(whole - part) else math.nan


def _units(rolled: RolledUp) -> Iterator[Row]:
    side = rolled.best or rolled.in_force
    for unit, choice, paid in zip(rolled.units, side.choices, side.payouts.each, strict=True):
        today, own = unit.in_force.money, unit.scenario.rules.budget.expected
        yield {
            "unit": unit.name,
            **_found(choice),
            "choices": len(unit.choices),
            "own_budget": math.nan if own is None else float(own),
            "today_loaded": today.loaded_pay,
            **_sums((choice,)),
            "change": _rest(choice.money.net, today.net),
            "p90": paid.percentiles[PERCENTILES.index(0.9)],
            "broken_rules": len(choice.broken),
            **_plan(unit, choice),
        }


def _choices(rolled: RolledUp) -> Iterator[Row]:
    chosen = rolled.best.choices if rolled.best else ()
    for unit in rolled.units:
        for choice in unit.choices:
            taken = {"chosen": any(choice is one for one in chosen)}
            broken = {"broken_rules": len(choice.broken)}
            yield {"unit": unit.name, **_found(choice), **taken, **_sums((choice,)), **broken} | _plan(
                unit, choice
            )


def _found(choice: Choice) -> Row:
    return {name: getattr(choice.found, name) for name in _FOUND}


def _plan(unit: BusinessUnit, choice: Choice) -> Row:
    plan = choice.evaluation.plan
    return {
        "plan": plan_in_words(plan.weights),
        "curves": curves_in_words(plan.curves),
        "target_pay": pay_in_words(pay_decided(unit.scenario, plan)),
    }


def _joint(rolled: RolledUp) -> Iterator[Row]:
    sides = {"in_force": rolled.in_force, "best": rolled.best}
    for name, side in sides.items():
        if side is not None:
            paid = side.payouts
            for luck, drawn in (("common", paid.together), ("own", paid.own_luck)):
                yield {"combination": name, "luck": luck, **_spread(drawn), "draws": PERIODS}
            yield {"combination": name, "luck": "added", **_added(side), "draws": PERIODS}


def _spread(drawn: Spread) -> Row:
    names = ("expected", "mean", "standard_error", "cvar", "budget", "over_budget")
    return {name: getattr(drawn, name) for name in names} | _percentiles(drawn)


def _percentiles(drawn: Spread) -> Row:
    return {f"p{p * 100:g}": value for p, value in zip(PERCENTILES, drawn.percentiles, strict=True)}


def _added(side: Side) -> Row:
    each = side.payouts.each
    percentiles = {name: sum(_percentiles(one)[name] for one in each) for name in _percentiles(each[0])}
    none = dict.fromkeys(("mean", "standard_error", "cvar", "over_budget"), math.nan)
    return {
        **none,
        "expected": side.payouts.together.expected,
        "budget": side.payouts.together.budget,
    } | percentiles


def _envelope(rolled: RolledUp, combination: Combination) -> Row:
    return {
        "budget": combination.limit,
        "here": combination.limit == rolled.limit,
        "outcome": combination.status,
        "loaded": combination.spent,
        "net": combination.net,
        "change": _rest(combination.net, total(rolled.in_force.choices, "net")),
    }
