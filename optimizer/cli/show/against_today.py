"""What a plan changes against the one in force, in a line: a loss of net beside a gain of the objective."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from optimizer.arrays import rounded
from optimizer.response.booking import booked_money
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome, evaluate_plan
from optimizer.scenario.plan import IN_FORCE
from optimizer.scenario.types import Scenario


def today_of(cal: Calibrated) -> Outcome:
    """What people do under the plan in force."""
    return evaluate_plan(cal.paid_by(IN_FORCE), cal.current)


def against_today(scenario: Scenario, today: Outcome, learnt: Outcome) -> str:
    """What a plan changes against the one in force; a loss of net beside a gain of the objective is said."""
    name = scenario.rules.objective
    change = {n: _change(scenario, today, learnt, n) for n in dict.fromkeys((name, "loaded_pay", "net"))}
    told = ", ".join(f"{n} {change[n]:+,.2f}" for n in dict.fromkeys((name, "net")))
    falls = f"; the net falls: loaded payouts change by {change['loaded_pay']:+,.2f}"
    return f"against today: {told}{falls if net_falls(scenario, today, learnt) else ''}"


def net_falls(scenario: Scenario, today: Outcome, learnt: Outcome) -> bool:
    """Whether a plan brings more of what is maximized and leaves less, to the cent."""
    objective, net = (_change(scenario, today, learnt, name) for name in (scenario.rules.objective, "net"))
    return bool(objective > 0 > net)


def _change(scenario: Scenario, today: Outcome, learnt: Outcome, name: str) -> float:
    """Of an amount as it is told, to the cent; of the surplus as it is computed."""
    before, after = (amount(scenario, at, name) for at in (today, learnt))
    return rounded(after - before)


def amount(scenario: Scenario, at: Outcome, name: str) -> float:
    """An amount of what people do as it is told: payouts and net as booked, the surplus as computed."""
    return float({"surplus": at.surplus, **vars(booked_money(scenario, at))}[name])


def of_surplus(scenario: Scenario) -> Iterator[Text]:
    """What the amounts of a surplus are, of which no one is paid: beside all that prints one."""
    if scenario.rules.objective == "surplus":
        yield Text(
            "surplus: revenue less effort_cost and risk_premium; effort_cost: what work costs people "
            "themselves, up to an amount that is the same of all plans (often far below 0); of it and of "
            "surplus only differences between plans mean something"
        )
