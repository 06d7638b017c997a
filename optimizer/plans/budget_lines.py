"""Finance's check of a plan: every payout as booked, against its limit; behind `budget`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from optimizer.arrays import Floats, rounded
from optimizer.plans.evaluation import Evaluation
from optimizer.plans.evaluator import consistent_tail
from optimizer.plans.rules import payout_values
from optimizer.plans.rules.bad_cases import KEYS
from optimizer.plans.rules.budget import EXPECTED, SHARE, TEAM
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import RuleOfPlan
from optimizer.response.booking import book
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome
from optimizer.risk.cvar import has_tail_rule
from optimizer.risk.draws import draw
from optimizer.risk.payouts import tail_elsewhere
from optimizer.scenario.charges import loading

Basis = Literal["gross", "loaded"]


@dataclass(frozen=True)
class BudgetLine:
    """A limit on what is paid [currency/period], or a payout without one (limit and slack are None).

    `value` is computed, not rounded; `booked` is the same to the cent, and what the limit is tested on: gross
    or loaded by `basis`. Lines of expected payouts have them booked by gross, charges and loaded. Lines about
    bad cases hold on a sample; `elsewhere` is the value on a larger one, with `standard_error`.
    """

    name: str
    team: str
    basis: Basis
    value: float
    booked: float
    gross: float | None = None
    charges: float | None = None
    loaded: float | None = None
    reserve: float | None = None
    """Of lines of all teams together: what is set aside, and counted in `value` and `booked`."""
    limit: float | None = None
    slack: float | None = None
    kept: bool = True
    elsewhere: float | None = None
    standard_error: float | None = None


def budget_lines(at: Evaluation) -> tuple[BudgetLine, ...]:
    """Every budget line of an evaluated plan: the company, its teams, other limits."""
    cal, outcome = at.cal, at.consistent
    draws = draw(cal.scenario, cal.seed) if has_tail_rule(cal) else None
    apart = {} if draws is None else tail_elsewhere(cal, at.euros, outcome, draws)
    kept = cal.scenario.rules.budget.reserve
    known = {line: (apart[key][0] + kept, apart[key][1]) for line, key in KEYS.items() if key in apart}
    each = ((line, known.get(line.name)) for line in payout_lines(cal, at.euros, outcome))
    return tuple(
        replace(line, elsewhere=there[0], standard_error=there[1]) if there else line for line, there in each
    )


def payout_lines(cal: Calibrated, euros: Floats, outcome: Outcome) -> tuple[BudgetLine, ...]:
    """The same without what lines about bad cases come to on a larger sample."""
    limits = {rule.name: rule for rule in _payout_rules(cal, euros, outcome)}
    paid = [_paid(line, limits.pop(line.name, None)) for line in _payouts(cal, outcome)]
    return (*paid, *map(_limited, limits.values()))


def _payout_rules(cal: Calibrated, euros: Floats, outcome: Outcome) -> list[RuleOfPlan]:
    tail = consistent_tail(cal, euros[None], outcome.equilibria)
    facts = Facts(cal, euros[None], outcome.equilibria, outcome.pay[None], tail=tail)
    return [rule.one(0) for rule in payout_values(facts)]


def _payouts(cal: Calibrated, outcome: Outcome) -> Iterator[BudgetLine]:
    """Expected payouts of the company and of every team, without their limits."""
    booked, exact = book(cal.scenario, outcome.pay), outcome.pay * loading(cal.scenario)
    teams = list(cal.scenario.teams)
    every = [(EXPECTED.name, "", float(exact.sum()), booked.company)]
    every += [(TEAM.named(t), t, float(exact[i]), booked.of(i)) for i, t in enumerate(teams)]
    for name, team, value, of in every:
        parts = (float(of.loaded), float(of.pay), float(of.charges), float(of.loaded))
        kept = 0.0 if team else cal.scenario.rules.budget.reserve
        line = BudgetLine(name, team, "loaded", value, *parts)
        yield line if team else _set_aside(line, kept, booked.decimals)


def _set_aside(line: BudgetLine, kept: float, decimals: int) -> BudgetLine:
    """With the reserve in it."""
    reserve = rounded(kept, decimals)
    booked = rounded(line.booked + reserve, decimals)
    return replace(line, value=line.value + kept, booked=booked, reserve=reserve)


def _paid(line: BudgetLine, rule: RuleOfPlan | None) -> BudgetLine:
    if rule is None:
        return line
    return replace(line, limit=rule.told_limit, slack=rule.slack, kept=rule.kept)


def _limited(rule: RuleOfPlan) -> BudgetLine:
    """A limit that is not one on the expected loaded payout."""
    team = rule.name.removeprefix(f"{SHARE.name}.") if rule.name.startswith(SHARE.name) else ""
    line = BudgetLine(rule.name, team, "gross" if team else "loaded", rule.value, rule.told)
    return _paid(replace(line, gross=rule.told) if team else line, rule)
