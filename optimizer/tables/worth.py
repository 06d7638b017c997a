"""What a decision is worth: the first year, a year at full effect, luck beside it, and who would see it;
what one team's change brings alone; the simplest plan that keeps nearly all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimizer.explanation.comparison import choosable
from optimizer.explanation.sign import Sign
from optimizer.explanation.simplest import net_of
from optimizer.plans.evaluation import evaluate_each
from optimizer.response.plan_batch import PlanBatch
from optimizer.rollout.pilot import ENOUGH
from optimizer.rollout.visible import Seen, seen_between_years, seen_in_a_year
from optimizer.rollout.year.seasons import periods_of_year
from optimizer.scenario.plan_types import Targets
from optimizer.tables.comparison import broken_cells, paid_cells
from optimizer.tables.explanation import plan_cells
from optimizer.tables.marks import ABOVE_TARGET, WHOLE_YEAR
from optimizer.tables.table import Column, Row, Table, ratio, records
from optimizer.tables.year import year_gain_rows, year_of

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation
    from optimizer.explanation.simplest import SimplePlan, SingleChange
    from optimizer.rollout.year.earned import Year

DUST = 1e-9
"""Of a gain: a spread so much smaller is what sums leave, and no luck."""
Grade = Literal["visible", "likely", "noise"]
SOLID = 0.9
"""Share of drawn companies with a net gain from which its sign is solid."""
CARRIES = 0.9
"""Share of the net gain from which one team alone carries it."""

WORTH = Table(
    "worth",
    periods=Column(int, "periods", "in a year"),
    year_revenue=Column(float, "money", "contribution over today's plan in the first year, switch simulated"),
    year_loaded=Column(float, "money", "the same of loaded payouts"),
    year_net=Column(float, "money", "year_revenue − year_loaded"),
    full_revenue=Column(float, "money", "contribution over today's plan in a year once people have learnt"),
    full_loaded=Column(float, "money", "the same of loaded payouts, as booked"),
    full_net=Column(float, "money", "full_revenue − full_loaded"),
    noise=Column(float, "money", "standard deviation of one year's net under today's plan, by luck alone"),
    of_noise=Column(float, "share", "|year_net| over noise; empty without luck"),
    grade=Column(
        str,
        "code",
        "visible: a pilot within a year, or two years compared, would see the change with probability 80 %; "
        "likely: not that, and a net gain in at least 90 % of companies drawn; noise: neither",
        "grade",
    ),
    pilot_team=Column(str, "name", "team of the smallest pilot that would see it; empty: none would", "team"),
    pilot_kpi=Column(str, "name", "what that is judged by", "kpi"),
    pilot_people=Column(float, "count", "people in it"),
    pilot_periods=Column(float, "periods", "its length"),
    pilot_power=Column(float, "share", "probability that it sees the change, false alarms in 5 %"),
    pilots=Column(int, "count", "teams in which a pilot is possible at all"),
    between_years=Column(float, "share", "probability that two years compared show the change"),
    sign_share=Column(
        float, "share", "companies drawn from the ranges of the sources in which net rises; empty: no ranges"
    ),
    sign_draws=Column(int, "count", "companies drawn"),
    reset_net=Column(
        float,
        "money",
        "full_net of the same plan where objectives are issued anew at what was seen before; empty unless a "
        "team is expected above 110 % of its target pay with objectives as they are",
    ),
    carrier=Column(
        str,
        "name",
        "the one team whose change alone brings at least 90 % of the net gain, keeps every rule and may be "
        "chosen; empty: none",
        "team",
    ),
)


def worth_rows(explanation: Explanation) -> Iterator[Row]:
    """One row where there is a plan."""
    if explanation.chosen is None:
        return
    year, cal = year_of(explanation), explanation.cal
    first = _first(year)
    seen = seen_in_a_year(cal, explanation.chosen.paid) if explanation.moved else Seen(None, 0)
    power = seen_between_years(first["year_net"], first["noise"])
    yield {
        "periods": year.periods,
        **first,
        **_full(explanation, year.periods),
        **_pilot(explanation, seen),
        "between_years": power,
        "sign_share": explanation.sign.share,
        "sign_draws": explanation.sign.draws,
        "grade": grade_of(seen, power, explanation.sign),
        "reset_net": _reset(explanation),
        "carrier": _carrier(explanation),
    }


def _first(year: Year) -> Row:
    """The first year, from the table of the year."""
    whole = next(row for row in year_gain_rows(year) if row["period"] == WHOLE_YEAR)
    amounts = {f"year_{name}": whole[f"{name}_change"] for name in ("revenue", "loaded", "net")}
    gain = abs(whole["net_change"])
    noise = whole["noise"] if whole["noise"] > DUST * gain else 0.0
    return {**amounts, "noise": noise, "of_noise": ratio(gain, noise)}


def _full(explanation: Explanation, periods: int) -> Row:
    """A year of the settled plan, payouts as booked."""
    sides = (explanation.plans[place].evaluation for place in (0, -1))
    before, after = ({"revenue": at.consistent.revenue, **paid_cells(at.cal, at.consistent)} for at in sides)
    names = {"revenue": "revenue", "loaded": "loaded_pay", "net": "net"}
    moved = explanation.moved
    return {f"full_{n}": periods * (after[c] - before[c]) if moved else 0.0 for n, c in names.items()}


def _pilot(explanation: Explanation, seen: Seen) -> Row:
    row: Row = dict.fromkeys(("pilot_people", "pilot_periods", "pilot_power"), np.nan)
    row |= {"pilot_team": "", "pilot_kpi": "", "pilots": seen.tried}
    if seen.pilot is None or seen.design is None:
        return row
    network, design = explanation.cal.network, seen.design
    return row | {
        "pilot_team": network.teams[seen.pilot.setting.team],
        "pilot_kpi": network.kpis[seen.pilot.setting.kpi],
        "pilot_people": float(design.people),
        "pilot_periods": float(design.periods),
        "pilot_power": design.power,
    }


def grade_of(seen: Seen, between_years: float, sign: Sign) -> Grade:
    """From pilot, two years compared, and draws of the numbers."""
    if seen.pilot is not None or between_years >= ENOUGH:
        return "visible"
    return "likely" if sign.share >= SOLID else "noise"


def _reset(explanation: Explanation) -> float:
    """Net over today's plan in a year, with objectives that follow what people do."""
    chosen, cal = explanation.chosen, explanation.cal
    if chosen is None or cal.scenario.targets.mode == "reset" or not explanation.moved:
        return np.nan
    target = chosen.euros.sum(axis=1)
    if not (chosen.consistent.pay > ABOVE_TARGET * target)[target > 0].any():
        return np.nan
    plan = (chosen.euros, replace(chosen.plan.terms, targets={}, issued=Targets(mode="reset")))
    at = evaluate_each(cal, explanation.solution.problem.space, PlanBatch.of([plan]))[0]
    if not at.consistent.converged:
        return np.nan
    return float(_periods(explanation) * (net_of(at) - net_of(explanation.plans[0].evaluation)))


def _carrier(explanation: Explanation) -> str:
    """Nobody where only one team changes at all, or nothing is gained."""
    changes, gain = explanation.single_changes, _net_gain(explanation)
    if gain <= 0 or explanation.solution.asked.given is not None:
        return ""
    able = [one for one in changes if one.net_gain >= CARRIES * gain and may_be_chosen(explanation, one)]
    best = max(able, key=lambda one: one.net_gain, default=None)
    return "" if best is None else explanation.cal.network.teams[best.team]


def may_be_chosen(explanation: Explanation, one: SingleChange) -> bool:
    """Whether a change of one team keeps every rule and is among the plans to choose from."""
    paid = (one.at.euros, one.at.terms)
    return one.at.kept and not one.at.starved and choosable(explanation.solution.problem.space, paid)


def _net_gain(explanation: Explanation) -> float:
    """Per period, of payouts as booked."""
    return float(_full(explanation, 1)["full_net"])


SINGLE_CHANGES = Table(
    "single_changes",
    team=Column(str, "name", "the only team that changes to the recommended plan", "team"),
    revenue_year=Column(float, "money", "contribution over today's plan in a year at full effect"),
    loaded_year=Column(float, "money", "the same of loaded payouts"),
    net_year=Column(float, "money", "the same of net"),
    share=Column(float, "share", "net_year over that of the recommended plan; empty without a gain"),
    broken_rules=Column(int, "count", "number of rules that this change alone breaks"),
    broken=Column(str, "text", "names of the rules broken", "rule_list"),
)


def single_changes_rows(explanation: Explanation) -> Iterator[Row]:
    gain, periods = _net_gain(explanation) if explanation.chosen else 0.0, _periods(explanation)
    current = explanation.plans[0].evaluation
    before = {"revenue": current.consistent.revenue, **paid_cells(current.cal, current.consistent)}
    for one in explanation.single_changes:
        after = {"revenue": one.at.consistent.revenue, **paid_cells(one.at.cal, one.at.consistent)}
        year = {name: periods * (after[name] - before[name]) for name in ("revenue", "loaded_pay", "net")}
        yield {
            "team": explanation.cal.network.teams[one.team],
            "revenue_year": year["revenue"],
            "loaded_year": year["loaded_pay"],
            "net_year": year["net"],
            "share": ratio(year["net"], periods * gain) if gain > 0 else np.nan,
            **broken_cells(rule.name for rule in one.at.broken_rules),
        }


SIMPLEST = Table(
    "simplest",
    plan=Column(str, "text", "the plan, team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for it, team: curve; empty where it follows those in force"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
    known=Column(str, "name", "what it is called where it is one of the table `plans`; else empty", "plan"),
    shift=Column(str, "text", "what it has more, less, none or new of than the recommended plan", "shift"),
    recommended=Column(bool, "flag", "whether it is the recommended plan itself"),
    measures=Column(int, "count", "paid team × KPI pairs"),
    measures_then=Column(int, "count", "those of the recommended plan"),
    teams=Column(int, "count", "teams whose pay it changes"),
    teams_then=Column(int, "count", "those of the recommended plan"),
    distance=Column(float, "share", "of pay at target that moves against today's, added over teams"),
    revenue=Column(float, "money/period", "contribution"),
    loaded_pay=Column(float, "money/period", "expected payouts with charges, as booked"),
    net=Column(float, "money/period", "revenue − loaded_pay"),
    net_change=Column(float, "money/period", "net over today's plan"),
    net_year=Column(float, "money", "the same in a year at full effect"),
    share=Column(float, "share", "net_change over that of the recommended plan; at least 0.99"),
)


def simplest_rows(explanation: Explanation) -> Iterator[Row]:
    """One row where a search found a plan that brings net."""
    found, gain = explanation.simplest, _net_gain(explanation) if explanation.chosen else 0.0
    if found is None:
        return
    chosen = explanation.changes
    yield {
        **plan_cells(explanation, (found.at.euros, found.at.terms)),
        "recommended": found.at is explanation.plans[-1].evaluation,
        "measures_then": int((explanation.plans[-1].evaluation.euros > 0).sum()),
        "teams_then": sum(change.any for change in chosen),
        **_of_simplest(found, _periods(explanation)),
        "share": ratio(found.net_gain, gain),
    }


def _of_simplest(found: SimplePlan, periods: int) -> Row:
    paid = paid_cells(found.at.cal, found.at.consistent)
    return {
        "measures": found.measures,
        "teams": found.teams,
        "distance": found.distance,
        "revenue": found.at.consistent.revenue,
        "loaded_pay": paid["loaded_pay"],
        "net": paid["net"],
        "net_change": found.net_gain,
        "net_year": periods * found.net_gain,
    }


def _periods(explanation: Explanation) -> int:
    return periods_of_year(explanation.cal.scenario)


def worth_json(explanation: Explanation) -> Row:
    """What a decision is worth, of single teams, and the simplest plan; nothing without a plan."""
    filled = (
        (WORTH, worth_rows(explanation)),
        (SINGLE_CHANGES, single_changes_rows(explanation)),
        (SIMPLEST, simplest_rows(explanation)),
    )
    told = records({table.name: table.frame(rows) for table, rows in filled})
    if not told["worth"]:
        return {}
    return {**told, "worth": told["worth"][0], "simplest": next(iter(told["simplest"]), None)}
