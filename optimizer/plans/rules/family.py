"""What every family of rules has in one place: kinds, values, a step wider, the number that moves, a form.

A family is a module of this package; `FAMILIES` lists them. Its rows stay in `optimizer.model`, which states
every rule a second time: here they are only named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from optimizer.arrays import Bools, Floats, half_up
from optimizer.plans.rules.facts import Facts, TeamPlans
from optimizer.plans.space import BOOKED, RELATIVE, TOLERANCE, PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Rules

Unit = Literal["money", "share", "count", "units", "money_per_unit"]
Side = Literal["at most", "at least", "equal", "between"]
Change = Literal["relaxed", "removed"]


@dataclass(frozen=True)
class Rule:
    """A kind of rule. Names of its rules start with `name`; teams, KPIs, activities, regimes follow.

    The key of its label is `rule.` and `name`.
    """

    name: str
    unit: Unit
    """Of value and limit."""
    side: Side
    rows: tuple[str, ...] = ()
    """Constraints of the model that state it; none where it shrinks the plan space."""
    through: tuple[str, ...] = ()
    """Other constraints that it works through."""
    stated: Unit | None = None
    """Where the number in the scenario has another unit."""
    moved: Unit | None = None
    """Where the number that a conflict would move has another unit."""

    @property
    def stated_unit(self) -> Unit:
        """Of its number in the scenario."""
        return self.stated or self.unit

    @property
    def moved_unit(self) -> Unit:
        """Of the number that a conflict would move."""
        return self.moved or self.unit

    @property
    def label(self) -> str:
        """Key of its words in every locale."""
        return f"rule.{self.name}"

    def named(self, *where: str) -> str:
        """Name of the rule for a team, a KPI, an activity in a regime."""
        return ".".join((self.name, *where))

    def at(self, value: Floats, limit: Floats | float, *where: str, **details: Any) -> RuleValue:
        """The rule at S plans."""
        sided = {"at_least": self.side == "at least"} | details
        return RuleValue(self.named(*where), value, np.ones(len(value)) * limit, **sided)

    def form(self, form: str, *where: str, **numbers: Any) -> PageForm:
        """The rule as the what-if page reads it."""
        at_least = numbers.pop("at_least", self.side == "at least")
        quiet = numbers.pop("quiet", False)
        return PageForm(self, self.named(*where), form, numbers, at_least, quiet)


def allowed(limit: Floats | float, size: float = 1.0) -> Any:
    """By how much a value may miss its limit: the noise of doubles, which grows with the limit."""
    return np.maximum(TOLERANCE * size, RELATIVE * np.abs(limit))


def allowed_booked(limit: Floats | float) -> Any:
    """The same of booked money, which is whole cents: less than one up to ten billion."""
    return BOOKED * np.abs(limit)


@dataclass(frozen=True)
class BookedValue:
    """Payouts as booked, and their limit to the same decimals, (S,): what a limit on pay is tested on."""

    value: Floats
    limit: Floats
    decimals: int

    @classmethod
    def of(cls, booked: Floats, limit: Floats | float, decimals: int) -> BookedValue:
        """Of booked amounts (S,) against a limit as it is stated."""
        return cls(booked, np.ones(len(booked)) * half_up(limit, decimals), decimals)

    def slack(self, at_least: bool) -> Floats:
        """Whole cents: without a doubt about the last one."""
        slack = self.value - self.limit if at_least else self.limit - self.value
        return half_up(slack, self.decimals)


@dataclass(frozen=True)
class RuleValue:
    """A rule at S plans: value and limit (S,), kept where value ≤ limit, or ≥ if `at_least`.

    Money in currency per period, caps in units per period.
    """

    name: str
    value: Floats
    limit: Floats
    at_least: bool = False
    size: float = 1.0
    """What TOLERANCE is a share of: at most 1, less where the value itself is counted in less."""
    quiet: bool = False
    """It says something only when broken, e.g. a weight of at most 1."""
    booked: BookedValue | None = None
    """Of limits on pay, which hold or break to the cent (docs/money.md)."""

    @property
    def slack(self) -> Floats:
        """How far the rule is from breaking, in its own unit; of limits on pay, in booked amounts."""
        if self.booked is not None:
            return self.booked.slack(self.at_least)
        return self.value - self.limit if self.at_least else self.limit - self.value

    @property
    def kept(self) -> Bools:
        """(S,): the rule holds, but for rounding."""
        return np.asarray(self.slack >= -self.margin)

    @property
    def margin(self) -> Floats:
        """(S,): by how much the limit may be missed."""
        return np.asarray(allowed_booked(self.limit) if self.booked else allowed(self.limit, self.size))

    @property
    def excess(self) -> Floats:
        """(S,): by how much it is broken, as a share of the limit."""
        return np.asarray(np.maximum(-self.slack, 0.0) / np.maximum(np.abs(self.limit), self.size))

    def one(self, plan: int) -> RuleOfPlan:
        """The rule at one of the plans."""
        value, limit = float(self.value[plan]), float(self.limit[plan])
        shown, slack = self.booked or self, float(self.slack[plan])
        told = float(shown.value[plan]), float(shown.limit[plan])
        margin = float(self.margin[plan])
        return RuleOfPlan(self.name, value, limit, self.at_least, self.size, self.quiet, *told, slack, margin)

    def where(self, applies: Bools) -> RuleValue:
        """At its limit for plans to which it does not apply."""
        return replace(self, value=np.where(applies, self.value, self.limit))


@dataclass(frozen=True)
class RuleOfPlan:
    """A rule at one plan: as `RuleValue`, in numbers; `told` as they are tested, payouts as booked."""

    name: str
    value: float
    limit: float
    at_least: bool
    size: float
    quiet: bool
    told: float
    told_limit: float
    slack: float
    margin: float
    """By how much the limit may be missed."""

    @property
    def kept(self) -> bool:
        return self.slack >= -self.margin

    @property
    def excess(self) -> float:
        """By how much it is broken, as a share of the limit."""
        return max(-self.slack, 0.0) / max(abs(self.limit), self.size)


@dataclass(frozen=True)
class Relaxation:
    """A rule a step wider, or removed, and the rules then; limits as in the file, NaN where there is none."""

    rule: str
    change: Change
    limit: float
    new_limit: float
    rules: Rules


@dataclass(frozen=True)
class Limit:
    """The number that would have to move where rules conflict; 1 of it is `per_unit` in the model's row."""

    value: float
    per_unit: float = 1.0


def own_limit(_cal: Calibrated, rule: RuleOfPlan) -> Limit:
    """A rule whose limit is the number that would move."""
    return Limit(rule.limit)


@dataclass(frozen=True)
class PageForm:
    """A rule as plain values: one of `FORMS`, and the numbers it asks for."""

    rule: Rule
    name: str
    form: str
    numbers: dict[str, Any]
    at_least: bool
    quiet: bool


@dataclass(frozen=True)
class Unchecked:
    """Rules of the scenario that the what-if page cannot check, by name, and why."""

    names: tuple[str, ...]
    why: str


FORMS: dict[str, str] = {
    "pay": "Σ_k e_ik of `team`",
    "largest": "largest weight among `kpis`",
    "smallest": "smallest weight in use among `kpis`; 1 where none is used",
    "count": "number of KPIs in use",
    "linear": "Σ c_k w_ik over `terms` [k, c_k]",
    "least": "smallest c_k in use among `terms` [k, c_k]; 1 where none is used",
    "distance": "Σ |w_ik − v_k| over `terms` [k, v_k]",
    "unlike": "Σ_k |w_il − w_jk| of `team` i and `other` j, l the place of k in `kpis`",
    "loaded": "`reserve` and Σ over `teams` of (1 + τ_i) times the expected payout",
    "guaranteed": "expected payout of `team`; the limit is `share` of its target pay; without pay no rule",
    "cap": "x of `activity` in `regime`; the limit is `constant` + `share` times the inflow of its stage",
    "exposure": "Σ_k w_ik d_kj of `team` i to `other` j; without pay no rule",
    "margin": "gain of the first unit of `activity` in `regime` with its direct credit (1 + `margin`) times; "
    "the limit is q_a times its cap `constant` + `share` times inflow",
}
"""Value of a rule by form, at consistent beliefs. `limit` where it is a number; kept where value ≤ limit, or
≥ where `at_least`."""


class Family(Protocol):
    """A module of this package."""

    @property
    def NAME(self) -> str: ...

    @property
    def FIELDS(self) -> tuple[str, ...]:
        """Of the scenario's `rules`, all that it reads."""

    @property
    def RULES(self) -> tuple[Rule, ...]: ...

    def relaxations(self, cal: Calibrated) -> Iterator[Relaxation]:
        """Every rule that is stated, one step wider where it has a number that can move, and removed."""

    def limit(self, cal: Calibrated, space: PlanSpace, row: str, index: tuple[Any, ...], /) -> Limit:
        """The number behind a row of the model, at an index of it."""

    def behind(self, cal: Calibrated, rule: RuleOfPlan, /) -> Limit:
        """The number behind a rule at a plan: the rule's own limit where nothing else is stated."""


class WeightFamily(Family, Protocol):
    """Rules that weights alone decide, team by team."""

    def lines(self, at: TeamPlans) -> Iterator[RuleValue]: ...

    def page_form(self, space: PlanSpace, i: int) -> Iterator[PageForm]: ...


class JointFamily(Family, Protocol):
    """Rules that weights of several teams decide together."""

    def lines(self, space: PlanSpace, euros: Floats, /) -> Iterator[RuleValue]: ...

    def page_form(self, space: PlanSpace, /) -> Iterator[PageForm]: ...


class WorkFamily(Family, Protocol):
    """Rules that depend on what people believe and do."""

    def lines(self, at: Facts) -> Iterator[RuleValue]: ...

    def page_form(self, cal: Calibrated) -> Iterator[PageForm] | Unchecked: ...
