"""The network of a scenario: arrays of its stages, activities and KPIs, and of what is left unworked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.network import EFFORT, LEAVE, NEGLIGIBLE, OTHER, Network
from optimizer.scenario.types import Regime, Scenario

REACH_OF_IMPLICIT = 0.05


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
    trying = [t for t in timed if scenario.teams[t].effort > 0]
    work = scenario.activities.values()
    team = [*(a.team for a in work), *(owner for _, owner in owned), *timed, *trying]
    taken = [*(stages.index(a.from_) if a.from_ else -1 for a in work), *(stages.index(s) for s, _ in owned)]
    implicit = (*(LEAVE + s for s, _ in owned), *(OTHER + t for t in timed), *(EFFORT + t for t in trying))
    return _Frame(
        stages=stages,
        activities=(*scenario.activities, *implicit),
        team=np.array([teams.index(t) for t in team], dtype=np.intp),
        source=np.array([*taken, *(-1 for _ in (*timed, *trying))], dtype=np.intp),
        implicit=len(implicit),
    )


def build_network(scenario: Scenario, regime: Regime | None = None) -> Network:
    """Arrays of a checked scenario; a regime multiplies yields, inflow and values, never the baseline."""
    frame, teams = _frame(scenario), tuple(scenario.teams)
    times = regime or Regime(probability=1.0)
    work, stages, kpis = scenario.activities, scenario.stages, scenario.kpis.values()
    yields = _yields(scenario, times.yields, frame.implicit)
    inflow = np.array([v.inflow * times.inflow.get(s, 1.0) for s, v in stages.items()], dtype=float)
    baseline, scale = _baseline_and_scale(scenario, frame)
    spent = [float(a.startswith(OTHER)) - a.startswith(EFFORT) for a in frame.activities[len(work) :]]
    return Network(
        teams=teams,
        stages=frame.stages,
        activities=frame.activities,
        kpis=tuple(scenario.kpis),
        hours=np.array([t.hours or np.nan for t in scenario.teams.values()]),
        discount=np.array([t.discount for t in scenario.teams.values()]),
        owner=np.array([teams.index(v.owner) if v.owner else -1 for v in stages.values()], dtype=np.intp),
        inflow=inflow,
        stage_value=np.array([v.value * times.value.get(s, 1.0) for s, v in stages.items()], dtype=float),
        team=frame.team,
        source=frame.source,
        yields=yields,
        unit_hours=np.array([*(a.hours for a in work.values()), *spent]),
        cash=frame.padded(a.cash for a in work.values()),
        unit_value=frame.padded(a.value * times.value.get(n, 1.0) for n, a in work.items()),
        lag=frame.padded(a.lag for a in work.values()),
        baseline=baseline,
        scale=scale,
        gaming=frame.padded(a.gaming for a in work.values()) > 0,
        explicit=np.arange(len(frame.activities)) < len(work),
        numerator=_credit(frame, yields, ((k.numerator, k.entering) for k in kpis)),
        denominator=_credit(frame, yields, ((k.denominator, k.entering_denominator) for k in kpis)),
        numerator_arriving=_arriving(frame, inflow, (k.entering for k in kpis))
        + np.array([k.constant for k in kpis]),
        denominator_arriving=_arriving(frame, inflow, (k.entering_denominator for k in kpis)),
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


def _arriving(frame: _Frame, inflow: Floats, parts: Iterable[Mapping[str, float]]) -> Floats:
    """What enters by itself the stages that KPIs count, (K,)."""
    stages = {name: at for at, name in enumerate(frame.stages)}
    return np.array([_placed(entered, stages) @ inflow for entered in parts], dtype=float)


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
    tried = [float(t.hours) for t in scenario.teams.values() if t.hours is not None and t.effort > 0]
    scale = [*np.maximum(seen, reach), *left_scale, *spare_scale, *tried]
    return np.array([*seen, *left, *spare, *tried]), np.array(scale)


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
