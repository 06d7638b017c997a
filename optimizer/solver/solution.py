"""What a solve returns: the plan, what people do under it, and the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, nan
from typing import Any

from optimizer.arrays import Floats
from optimizer.plans.evaluator import Linearised
from optimizer.plans.plan_changes import PaidPlan
from optimizer.plans.robustness import Robustness
from optimizer.plans.rules import rule_named
from optimizer.plans.space import PlanSpace
from optimizer.plans.statuses import Status
from optimizer.response.calibration import Calibrated
from optimizer.response.global_response import Deviation
from optimizer.response.long_run import unpriced
from optimizer.response.measures import Measures
from optimizer.response.outcome import Outcome
from optimizer.risk.guarantee import Guarantee, guarantees
from optimizer.risk.payouts import PayoutDistribution
from optimizer.scenario.plan import IN_FORCE, Plan
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Label


@dataclass(frozen=True)
class Check:
    """One line of the certificate: kept where `ok`; `value` against `limit` in the check's own unit."""

    name: str
    ok: bool
    value: float
    limit: float
    detail: str = ""
    """Why, in English."""
    why: str = ""
    """The same as a code (`check_words`) ..."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """... and what its words have figures of."""


@dataclass(frozen=True)
class Round:
    """One solve of the model: at whose beliefs, which plan, what it promised and what it brings."""

    beliefs: str
    plan: dict[str, dict[str, float]]
    objective: float
    bound: float
    value: float
    keeps_rules: bool


@dataclass(frozen=True)
class MovedLimit:
    """A rule whose limit must move for a plan to exist: its limit, and by how much, in its own unit."""

    rule: str
    limit: float
    by: float

    @property
    def relaxed(self) -> float:
        """The limit after the move; NaN for what must be equal, which may move either way."""
        rule = rule_named(self.rule)
        if rule.side == "equal":
            return nan
        by = ceil(self.by - 1e-9) if rule.unit == "count" else self.by
        return round(self.limit - by if rule.side == "at least" else self.limit + by, 10)


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together, and the cheapest way out.

    `exact`: every plan was judged, so that both are known; else the rules conflict at some beliefs, and the
    way out is one that suffices.
    """

    rules: tuple[str, ...]
    cheapest: tuple[MovedLimit, ...]
    exact: bool = False


@dataclass(frozen=True)
class Alternative:
    """One of the best plans that differ by more than one step somewhere, the recommended one first.

    `value` is the objective at the plan's own beliefs. `proven` means: of the plans that differ by more than
    one step in at least one weight from every plan listed before, none that the model at the final beliefs
    (those of the recommended plan) values above this value, beyond the gap, is worth more at its own beliefs.
    """

    plan: Plan
    value: float
    proven: bool


@dataclass(frozen=True)
class Combination:
    """One choice of curves, and what solving with it came to; NaN without a plan."""

    curves: dict[str, str]
    status: Status
    objective: float
    bound: float
    plan: Plan | None = None
    """The best under these curves."""


@dataclass(frozen=True)
class Rejected:
    """A plan that looked best, until the best work of each team was searched: people would not stay there."""

    plan: Plan
    value: float
    """Objective at the equilibrium that people would leave."""
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True)
class Problem:
    """What goes into a solve: the company calibrated, its plans for one choice of curves, what teams move."""

    cal: Calibrated
    space: PlanSpace
    measures: Measures

    @property
    def scenario(self) -> Scenario:
        """What the company told."""
        return self.cal.scenario


@dataclass(frozen=True)
class Certificate:
    """How well the answer is known; NaN where there is no plan."""

    objective: float
    bound: float
    """No plan is worth more at the beliefs of the plan, but those that the check `no_better_plan` counts:
    they were judged at their own beliefs and are not better. inf where none is known."""
    gap: float
    """(bound − objective) / |objective|, at the beliefs of the plan."""
    checks: tuple[Check, ...]
    rounds: tuple[Round, ...]
    rejected: tuple[Rejected, ...]
    """Plans that were passed over because a team would do something else, in the order they came up."""


@dataclass(frozen=True)
class Chosen:
    """The recommended plan and what people do under it."""

    plan: Plan
    euros: Floats
    """(I, K) currency per period at target."""
    first_response: Outcome
    consistent: Outcome
    payouts: tuple[PayoutDistribution, ...]
    """Under the current plan and under this one."""

    @property
    def paid(self) -> PaidPlan:
        """Euros at target and the curves that pay follows."""
        return self.euros, self.plan.terms


@dataclass(frozen=True)
class Given:
    """A plan that was asked about: what it is called, and for people where it has a label."""

    name: str
    label: Label | None = None


@dataclass(frozen=True)
class Asked:
    """What is there only where it was asked for."""

    alternatives: tuple[Alternative, ...] = ()
    """Best first, as many as were asked for and exist."""
    combinations: tuple[Combination, ...] = ()
    """Every choice of curves that was solved; empty where the rules offer none."""
    robustness: Robustness | None = None
    """How candidate plans do when numbers are off."""
    linearised: Linearised | None = None
    """What the model saw, with `beliefs="baseline"`."""
    given: Given | None = None
    """The plan was given, and nothing was searched."""


@dataclass(frozen=True)
class Solution:
    """Result of `solve`, built once, at its end; without `chosen` there is no plan (`conflict` says why)."""

    problem: Problem
    status: Status
    chosen: Chosen | None
    certificate: Certificate
    conflict: Conflict | None
    asked: Asked

    @cached_property
    def guarantees(self) -> tuple[Guarantee, ...]:
        """What the pay of each team guarantees the company; empty without a plan."""
        return () if self.chosen is None else guarantees(self.problem.cal, self.chosen.euros)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """KPIs whose results the plan, or today's where there is none, pays to move, without a price here."""
        paid = self.problem.cal.paid_by(IN_FORCE), self.problem.cal.current
        if self.chosen is not None:
            paid = self.problem.cal.paid_by(self.chosen.plan.terms), self.chosen.euros
        return tuple(self.problem.cal.network.kpis[k] for k in unpriced(*paid))

    @property
    def unproven(self) -> bool:
        """No plan was found that keeps the rules, but it is not proven that there is none."""
        return self.status == "not_found"
