"""The funnel as arrays: explicit activities, then `leave:<stage>`, then `other:<team>` (model.md §2, §3)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.arrays import Bools, Floats, Ints, product, stacked
from optimizer.scenario.types import Regime, Scenario

LEAVE = "leave:"
OTHER = "other:"
REACH_OF_IMPLICIT = 0.05
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class TeamBlock:
    """What one team decides: its activities, and the equalities (1), (2) that bind them.

    Rows of `balance` are the team's own stages, then its hours if it has any:
    `balance @ x[activities] = inflow of own stages from outside the team, hours`.
    """

    activities: Ints
    stages: Ints
    balance: Floats
    has_hours: bool


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
    """H_i, (I,) hours per period; NaN where the team's hours are not limited."""
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
    """h_a, (A,)."""
    cash: Floats
    """m_a, (A,)."""
    unit_value: Floats
    """v_a, (A,)."""
    lag: Floats
    """ℓ_a, (A,) periods."""
    baseline: Floats
    """x⁰_a, (A,) units per period; 0 where negligible against the stage's inflow."""
    scale: Floats
    """X_a, (A,): x⁰_a, or the reach where that is larger or alone (model.md §6)."""
    gaming: Bools
    explicit: Bools
    numerator: Floats
    """N_ka, (K, A)."""
    denominator: Floats
    """D_ka, (K, A)."""
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


@dataclass(frozen=True)
class _Frame:
    """Names and memberships, the same in every regime."""

    stages: tuple[str, ...]
    activities: tuple[str, ...]
    team: Ints
    source: Ints
    implicit: int
    """How many activities at the end are implicit."""

    def padded(self, explicit: Iterable[float], implicit: float = 0.0) -> Floats:
        """Values per activity, with one value for all implicit ones."""
        return np.array([*explicit, *([implicit] * self.implicit)], dtype=float)


def _frame(scenario: Scenario) -> _Frame:
    teams, stages = tuple(scenario.teams), tuple(scenario.stages)
    owned = [(s, str(v.owner)) for s, v in scenario.stages.items() if v.owner is not None]
    timed = [t for t, v in scenario.teams.items() if v.hours is not None]
    work = scenario.activities.values()
    team = [*(a.team for a in work), *(owner for _, owner in owned), *timed]
    source = [stages.index(a.from_) if a.from_ else -1 for a in work]
    return _Frame(
        stages=stages,
        activities=(*scenario.activities, *(LEAVE + s for s, _ in owned), *(OTHER + t for t in timed)),
        team=np.array([teams.index(t) for t in team], dtype=np.intp),
        source=np.array([*source, *(stages.index(s) for s, _ in owned), *(-1 for _ in timed)], dtype=np.intp),
        implicit=len(owned) + len(timed),
    )


def build_network(scenario: Scenario, regime: Regime | None = None) -> Network:
    """Arrays of a checked scenario; a regime multiplies yields, inflow and values, never the baseline."""
    frame, teams = _frame(scenario), tuple(scenario.teams)
    times = regime or Regime(probability=1.0)
    work, stages, kpis = scenario.activities, scenario.stages, scenario.kpis.values()
    yields = _yields(scenario, times.yields, frame.implicit)
    baseline, scale = _baseline_and_scale(scenario, frame)
    spare = [a.startswith(OTHER) for a in frame.activities[len(work) :]]
    return Network(
        teams=teams,
        stages=frame.stages,
        activities=frame.activities,
        kpis=tuple(scenario.kpis),
        hours=np.array([t.hours or np.nan for t in scenario.teams.values()]),
        discount=np.array([t.discount for t in scenario.teams.values()]),
        owner=np.array([teams.index(v.owner) if v.owner else -1 for v in stages.values()], dtype=np.intp),
        inflow=np.array([v.inflow * times.inflow.get(s, 1.0) for s, v in stages.items()], dtype=float),
        stage_value=np.array([v.value * times.value.get(s, 1.0) for s, v in stages.items()], dtype=float),
        team=frame.team,
        source=frame.source,
        yields=yields,
        unit_hours=np.array([*(a.hours for a in work.values()), *map(float, spare)]),
        cash=frame.padded(a.cash for a in work.values()),
        unit_value=frame.padded(a.value * times.value.get(n, 1.0) for n, a in work.items()),
        lag=frame.padded(a.lag for a in work.values()),
        baseline=baseline,
        scale=scale,
        gaming=frame.padded(a.gaming for a in work.values()) > 0,
        explicit=np.arange(len(frame.activities)) < len(work),
        numerator=_credit(frame, yields, ((k.numerator, k.entering) for k in kpis)),
        denominator=_credit(frame, yields, ((k.denominator, k.entering_denominator) for k in kpis)),
        is_rate=np.array([k.is_rate for k in kpis]),
    )


def funnel_of(scenario: Scenario) -> tuple[Floats, Floats]:
    """F_n (N,) and P_na of explicit activities (N, A), regimes aside."""
    return np.array([s.inflow for s in scenario.stages.values()]), _yields(scenario, {}, 0)


def _yields(scenario: Scenario, multiplier: Mapping[str, float], pad: int) -> Floats:
    yields = np.zeros((len(scenario.stages), len(scenario.activities) + pad))
    row = {name: n for n, name in enumerate(scenario.stages)}
    for column, (name, activity) in enumerate(scenario.activities.items()):
        for stage, amount in activity.yields.items():
            yields[row[stage], column] = amount * multiplier.get(name, 1.0)
    return yields


def _credit(
    frame: _Frame, yields: Floats, parts: Iterable[tuple[Mapping[str, float], Mapping[str, float]]]
) -> Floats:
    """KPI coefficients stated per activity, and per stage entered (these follow the yields)."""
    activities, stages = ({name: at for at, name in enumerate(n)} for n in (frame.activities, frame.stages))
    return np.array(
        [_placed(direct, activities) + _placed(entered, stages) @ yields for direct, entered in parts]
    )


def _placed(numbers: Mapping[str, float], place: Mapping[str, int]) -> Floats:
    """Numbers by name where they belong; 0 where there is none."""
    row = np.zeros(len(place))
    for name, number in numbers.items():
        row[place[name]] = number
    return row


def _baseline_and_scale(scenario: Scenario, frame: _Frame) -> tuple[Floats, Floats]:
    """x⁰ with the implicit activities' share of inflow and hours, and X of model.md §6."""
    count = len(scenario.activities)
    source, team = frame.source[:count], frame.team[:count]
    stated = np.array([a.baseline for a in scenario.activities.values()])
    arriving, yields = funnel_of(scenario)
    inflow = arriving + yields @ stated
    taken = np.append(inflow, 0.0)[source]
    seen = np.where((source >= 0) & (stated < NEGLIGIBLE * taken), 0.0, stated)
    reach = np.array([a.reach or 0.0 for a in scenario.activities.values()])
    left, left_reach = [], []
    for n, stage in enumerate(scenario.stages.values()):
        if stage.owner is not None:
            left.append(_no_less_than_zero(inflow[n] - seen[source == n].sum(), inflow[n]))
            left_reach.append(REACH_OF_IMPLICIT * inflow[n] if inflow[n] > 0 else reach[source == n].sum())
    spare, spare_scale = _spare_hours(scenario, team, seen)
    left_scale = np.maximum(left, left_reach)
    return np.array([*seen, *left, *spare]), np.array(
        [*np.where(seen > 0, seen, reach), *left_scale, *spare_scale]
    )


def _spare_hours(scenario: Scenario, team: Ints, seen: Floats) -> tuple[list[float], list[float]]:
    unit_hours = np.array([a.hours for a in scenario.activities.values()])
    spare, scale = [], []
    for i, t in enumerate(scenario.teams.values()):
        if t.hours is not None:
            rest = _no_less_than_zero(t.hours - float((unit_hours * seen)[team == i].sum()), t.hours)
            spare.append(rest)
            scale.append(max(rest, REACH_OF_IMPLICIT * t.hours))
    return spare, scale


def _no_less_than_zero(rest: float, whole: float) -> float:
    """A rest that is negative or tiny only by rounding is none; real overdrafts are refused by the checks."""
    return 0.0 if rest < NEGLIGIBLE * whole else float(rest)


def _block(network: Network, i: int) -> TeamBlock:
    activities = np.flatnonzero(network.team == i)
    stages = np.flatnonzero(network.owner == i)
    takes = network.source[activities] == stages[:, None]
    balance = takes - network.yields[..., stages[:, None], activities]
    has_hours = bool(np.isfinite(network.hours[..., i]).all())
    if has_hours:
        balance = np.concatenate([balance, network.unit_hours[..., None, activities]], axis=-2)
    return TeamBlock(activities, stages, balance, has_hours)


def _reverse_topological(count: int, source: Ints, leads_to: Bools) -> tuple[int, ...]:
    below = [set(np.flatnonzero(leads_to[:, source == n].any(axis=1))) for n in range(count)]
    done: list[int] = []
    while len(done) < count:
        ready = [n for n in range(count) if n not in done and below[n] <= set(done)]
        if not ready:
            raise ValueError("stages form a cycle")
        done += ready
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
