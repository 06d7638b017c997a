"""Rules that no plan of any company with these amounts can keep together: arithmetic, without beliefs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from optimizer.scenario.charges import charge_rate
from optimizer.scenario.most_paid import most_share
from optimizer.scenario.plan import plans_in
from optimizer.scenario.problems import Finding, listed, number
from optimizer.scenario.types import Scenario, TargetPay, Team

ROUNDING = 1e-9
"""Share of a limit that is rounding."""


@dataclass(frozen=True)
class Impossible:
    """Names of rules that contradict each other, as solutions name them, and words for whoever wrote them."""

    rules: tuple[str, ...]
    finding: Finding


def impossible(scenario: Scenario) -> list[Impossible]:
    """Least shares against budgets and caps, locks against the change limit and against pairs."""
    return [*_shares(scenario), *_caps(scenario), *_far_locks(scenario), *_locked_pairs(scenario)]


# --- least shares against budgets -----------------------------------------------------------------------


def least_payout(scenario: Scenario, team: Team, share: float) -> float:
    """What a team costs at least where it is promised a share of its target pay, charges included."""
    pay = team.target_pay.min if isinstance(team.target_pay, TargetPay) else team.target_pay
    return share * pay * (1 + charge_rate(scenario, team))


def _shares(scenario: Scenario) -> Iterator[Impossible]:
    budget, share = scenario.rules.budget, scenario.rules.budget.min_share_of_target
    if not share:
        return
    least = {name: least_payout(scenario, team, share) for name, team in scenario.teams.items()}
    limits = {"expected": (budget.expected, [name for name, pay in least.items() if pay > 0])}
    limits |= {f"teams.{name}": (most, [name]) for name, most in budget.teams.items() if name in least}
    for key, (most, teams) in limits.items():
        reserve = budget.reserve if key == "expected" else 0.0
        needed = sum(least[name] for name in teams)
        if most is not None and needed + reserve > most * (1 + ROUNDING):
            rules = (f"budget.{key}", *(f"budget.min_share_of_target.{name}" for name in teams))
            yield Impossible(rules, _too_much(share, needed, most, reserve, f"rules.budget.{key}", teams))


def _too_much(
    share: float, needed: float, most: float, reserve: float, other: str, teams: list[str]
) -> Finding:
    aside = f" and {reserve:,.2f} are its reserve" if reserve else ""
    message = (
        f"budget.min_share_of_target: {number(share)} of the target pay of {listed(teams)} is {needed:,.2f} "
        f"with charges{aside}, above the {most:,.2f} of {other}: no plan keeps both"
    )
    most_share = _at_most(share * (most - reserve) / needed)
    hint = f"write at most {most_share}, or a budget above {needed + reserve:,.2f}"
    return Finding(("rules", "budget", "min_share_of_target"), number(share), message, hint)


def _at_most(share: float) -> str:
    """A share to write, never above the one computed."""
    return f"{floor(share / 1e-4 + 1e-6) * 1e-4:.4f}".rstrip("0").rstrip(".")


def _caps(scenario: Scenario) -> Iterator[Impossible]:
    """A share of target pay that no work within its caps, and no pay curve, brings."""
    share = scenario.rules.budget.min_share_of_target or 0.0
    for name, team in scenario.teams.items() if share else ():
        most = most_share(scenario, name)
        if least_payout(scenario, team, share) > 0 and most.share < share - 1e-6:
            named = listed([f"rules.{rule}" for rule in most.rules]) if most.rules else "its pay curves"
            message = (
                f"budget.min_share_of_target: {name} is to expect {number(share)} of its target pay or more, "
                f"and {named} leave it {most.share:.4g} at most: no plan keeps both"
            )
            hint = f"write at most {_at_most(most.share)}, or raise what caps the pay of {name}"
            rules = (f"budget.min_share_of_target.{name}", *most.rules)
            at = ("rules", "budget", "min_share_of_target")
            yield Impossible(rules, Finding(at, number(share), message, hint))


# --- locks against other limits -------------------------------------------------------------------------


def _far_locks(scenario: Scenario) -> Iterator[Impossible]:
    """Locked weights that alone move a team further than it may be moved."""
    most, origin = scenario.rules.change_limit, scenario.rules.change_from
    named = plans_in(scenario).get(origin) if origin else None
    today = (named.weights if named else {}) if origin else scenario.current_plan
    for team, locks in scenario.rules.locks.items() if most is not None else ():
        moves = [weight - today.get(team, {}).get(kpi, 0.0) for kpi, weight in locks.items()]
        least = sum(map(abs, moves)) + abs(sum(moves))
        if most is not None and team in scenario.teams and least > most + 1e-6:
            message = (
                f"the locks of {team} move its weights by {number(least)} in all, and "
                f"rules.change_limit allows {number(most)}: no plan keeps both"
            )
            hint = f"write a change_limit of at least {number(least)}, or remove a lock"
            names = tuple(f"locks.{team}.{kpi}" for kpi in locks)
            at = ("rules", "locks", team)
            yield Impossible((f"change_limit.{team}", *names), Finding(at, "", message, hint))


def _locked_pairs(scenario: Scenario) -> Iterator[Impossible]:
    """A locked volume that no weight of its quality can hold in check."""
    gaming = scenario.rules.gaming
    for n, pair in enumerate(gaming.pairs if gaming else ()):
        locks = scenario.rules.locks.get(pair.team, {})
        volume = locks.get(pair.volume, 0.0)
        room = min(1 - sum(w for k, w in locks.items() if k != pair.quality), scenario.rules.weights.max)
        quality = locks.get(pair.quality, max(0.0, room))
        if volume > pair.ratio * quality + 1e-6:
            message = (
                f"{pair.volume} of {pair.team} is locked at {number(volume)}, and {pair.quality} can weigh "
                f"{number(quality)} at most: no plan keeps ratio {number(pair.ratio)}"
            )
            hint = "lower the lock, raise the ratio, or free the weight of the other KPI"
            names = (f"gaming.pairs.{pair.team}.{pair.volume}", f"locks.{pair.team}.{pair.volume}")
            at = ("rules", "gaming", "pairs", n)
            yield Impossible(names, Finding(at, "", message, hint))
