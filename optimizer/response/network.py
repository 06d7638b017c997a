"""The funnel as arrays: explicit activities, then the implicit ones `leave:<stage>`, `other:<team>` (model.md
§2, §3) and `effort:<team>`, whose units are hours that a team works (§13.4)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.arrays import Bools, Floats, Ints, product, stacked

LEAVE = "leave:"
OTHER = "other:"
EFFORT = "effort:"
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class TeamBlock:
    """What one team decides: its activities, and the equalities (1), (2) that bind them.

    Rows of `balance` are the team's own stages, then its hours if it has any: `balance @ x[activities] =
    inflow of own stages from outside the team, hours`, these 0 where `effort`, an activity, brings them.
    """

    activities: Ints
    stages: Ints
    balance: Floats
    has_hours: bool
    effort: int | None
    """Place of `effort:<team>` among all activities; None where hours are fixed."""


@dataclass(frozen=True)
class Network:
    """Sets and coefficients of model.md §2. Shapes: I teams, N stages, A activities, K KPIs.

    Numbers have a leading axis S more where plans are answered by different companies (`stack`).
    """

    teams: tuple[str, ...]
    stages: tuple[str, ...]
    activities: tuple[str, ...]
    kpis: tuple[str, ...]
    hours: Floats
    """H_i, (I,) hours per period; NaN where the team's hours are not limited. What a team with effort works
    today."""
    discount: Floats
    """δ_i, (I,)."""
    owner: Ints
    """Team that works a stage, (N,); -1 where terminal."""
    inflow: Floats
    """F_n, (N,) units per period."""
    stage_value: Floats
    """V_n, (N,) currency per unit."""
    team: Ints
    """Team of an activity, (A,)."""
    source: Ints
    """Stage that an activity takes from, (A,); -1 for the market."""
    yields: Floats
    """P_na, (N, A)."""
    unit_hours: Floats
    """h_a, (A,); −1 for `effort:<team>`, a unit of which is an hour more."""
    cash: Floats
    """m_a, (A,)."""
    unit_value: Floats
    """v_a, (A,)."""
    lag: Floats
    """ℓ_a, (A,) periods."""
    baseline: Floats
    """x⁰_a, (A,) units per period; 0 where negligible against the stage's inflow."""
    scale: Floats
    """X_a, (A,): x⁰_a, or the reach where that is larger or alone (model.md §6, §13.3)."""
    gaming: Bools
    explicit: Bools
    numerator: Floats
    """N_ka, (K, A)."""
    denominator: Floats
    """D_ka, (K, A)."""
    numerator_arriving: Floats
    """N⁰_k = constant_k + Σ_n entering_kn F_n, (K,): what counts without anybody's work (model.md §13.1)."""
    denominator_arriving: Floats
    """D⁰_k, likewise, (K,)."""
    is_rate: Bools
    """(K,)."""

    @cached_property
    def leads_to(self) -> Bools:
        """(N, A): activity a yields units of stage n."""
        return np.asarray((self.yields != 0).any(axis=tuple(range(self.yields.ndim - 2))))

    @cached_property
    def downstream_first(self) -> tuple[int, ...]:
        """Stages ordered so that everything a stage yields into comes before it."""
        return _reverse_topological(len(self.stages), self.source, self.leads_to)

    @cached_property
    def from_stage(self) -> tuple[Ints, ...]:
        """Activities that take from each stage."""
        return tuple(np.flatnonzero(self.source == n) for n in range(len(self.stages)))

    def next_stages(self, activities: Ints) -> Ints:
        """Stages that any of some activities yields units of."""
        return np.flatnonzero(self.leads_to[:, activities].any(axis=1))

    @cached_property
    def own_yields(self) -> Floats:
        """P_na where stage n belongs to the activity's own team, else 0; (N, A)."""
        return np.where(self.owner[:, None] == self.team[None, :], self.yields, 0.0)

    @cached_property
    def delay(self) -> Floats:
        """δ_i^{ℓ_a}, (I, A): weight that team i gives to what activity a brings."""
        return self.discount[..., :, None] ** self.lag[..., None, :]

    @cached_property
    def own_delay(self) -> Floats:
        """δ_i^{ℓ_a} of the activity's own team, (A,)."""
        return self.delay[..., self.team, np.arange(len(self.activities))]

    @cached_property
    def blocks(self) -> tuple[TeamBlock, ...]:
        """Each team's decision, in the order of `teams`."""
        return tuple(_block(self, i) for i in range(len(self.teams)))

    @cached_property
    def fixed_hours(self) -> Floats:
        """Right-hand side of (2), (I,): H_i, or 0 where the team's hours are what `effort:<team>` brings."""
        tried = np.array([block.effort is not None for block in self.blocks])
        return np.where(tried, 0.0, self.hours)

    @cached_property
    def is_effort(self) -> Bools:
        """(A,): `effort:<team>`."""
        return np.array([name.startswith(EFFORT) for name in self.activities])

    @cached_property
    def feeds(self) -> Bools:
        """(I, I): team j's activities yield into a stage of another team i."""
        feeds = np.zeros((len(self.teams),) * 2, dtype=bool)
        for stage, activity in zip(*np.nonzero(self.leads_to), strict=True):
            if self.owner[stage] >= 0 and self.owner[stage] != self.team[activity]:
                feeds[self.team[activity], self.owner[stage]] = True
        return feeds

    @cached_property
    def team_order(self) -> tuple[tuple[int, ...], bool]:
        """Teams upstream first, and whether one pass is enough (nobody feeds back)."""
        return _topological_or_given(self.feeds)

    @cached_property
    def marginal_gross(self) -> Floats:
        """Σ_n V_n P_na + v_a, (A,) currency per unit."""
        return self.stage_value @ self.yields + self.unit_value

    @cached_property
    def marginal_value(self) -> Floats:
        """Value per unit after direct costs, R(x) = marginal_value · x (model.md §3)."""
        return self.marginal_gross - self.cash

    def stage_inflow(self, x: Floats) -> Floats:
        """F_n + Σ_a P_na x_a for x of shape (..., A); returns (..., N)."""
        return self.inflow + product(x, self.yields.mT)

    def at_source(self, values: Floats, market: float = 0.0) -> Floats:
        """Values of stages (..., N) at the stage that each activity takes from, (..., A)."""
        edge = np.full((*values.shape[:-1], 1), market)
        return np.asarray(np.concatenate([values, edge], axis=-1)[..., self.source])

    def source_inflow(self, x: Floats, market: float = 0.0) -> Floats:
        """Inflow of the stage that each activity takes from, `market` where none, (..., A), at x (..., A)."""
        return self.at_source(self.stage_inflow(x), market)

    def numerators(self, x: Floats) -> Floats:
        """N⁰_k + Σ_a N_ka x_a for x of shape (..., A); returns (..., K)."""
        return self.numerator_arriving + product(x, self.numerator.mT)

    def denominators(self, x: Floats) -> Floats:
        """D⁰_k + Σ_a D_ka x_a, likewise; 1 for counts."""
        return np.where(self.is_rate, self.denominator_arriving + product(x, self.denominator.mT), 1.0)

    def own_worth(self, price: Floats) -> Floats:
        """Σ_{m own} P_ma μ_m at stage prices (..., N), (..., A): what the team's own stages get."""
        return product(price, self.own_yields)

    # --- companies of one structure, answered at once

    @property
    def numbers(self) -> dict[str, Any]:
        """What may differ between companies that are answered at once: all arrays of numbers."""
        return {
            "hours": self.hours,
            "discount": self.discount,
            "inflow": self.inflow,
            "stage_value": self.stage_value,
            "yields": self.yields,
            "unit_hours": self.unit_hours,
            "cash": self.cash,
            "unit_value": self.unit_value,
            "lag": self.lag,
            "baseline": self.baseline,
            "scale": self.scale,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "numerator_arriving": self.numerator_arriving,
            "denominator_arriving": self.denominator_arriving,
        }

    @property
    def structure(self) -> Hashable:
        """What must be the same: names, who owns what, which work leads where."""
        names = (self.teams, self.stages, self.activities, self.kpis)
        places = (self.owner, self.team, self.source, self.gaming, self.explicit, self.is_rate)
        return names, tuple(place.tobytes() for place in places)

    @staticmethod
    def stack(networks: Sequence[Network]) -> Network:
        """Several of one structure as one, with a row of numbers for each."""
        return replace(networks[0], **stacked([network.numbers for network in networks]))

    def select(self, rows: Ints) -> Network:
        """Some rows of a stack, by position."""
        return replace(self, **{name: numbers[rows] for name, numbers in self.numbers.items()})


def _block(network: Network, i: int) -> TeamBlock:
    activities = np.flatnonzero(network.team == i)
    stages = np.flatnonzero(network.owner == i)
    takes = network.source[activities] == stages[:, None]
    balance = takes - network.yields[..., stages[:, None], activities]
    has_hours = bool(np.isfinite(network.hours[..., i]).all())
    if has_hours:
        balance = np.concatenate([balance, network.unit_hours[..., None, activities]], axis=-2)
    tried = activities[network.is_effort[activities]]
    return TeamBlock(activities, stages, balance, has_hours, int(tried[0]) if len(tried) else None)


def _reverse_topological(count: int, source: Ints, leads_to: Bools) -> tuple[int, ...]:
    below = [set(np.flatnonzero(leads_to[:, source == n].any(axis=1))) for n in range(count)]
    done: list[int] = []
    passed: set[int] = set()
    while len(done) < count:
        ready = [n for n in range(count) if n not in passed and below[n] <= passed]
        if not ready:
            raise ValueError("stages form a cycle")
        done += ready
        passed.update(ready)
    return tuple(done)


def _topological_or_given(feeds: Bools) -> tuple[tuple[int, ...], bool]:
    rest = list(range(len(feeds)))
    order: list[int] = []
    while rest:
        ready = [i for i in rest if not feeds[rest][:, i].any()]
        if not ready:
            return (*order, *rest), False
        order += ready
        rest = [i for i in rest if i not in ready]
    return tuple(order), True
