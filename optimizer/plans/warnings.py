"""Warnings that need the calibrated baseline: KPIs that nobody controls, and what today's plan breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.evaluation import CURRENT, compare_in
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.calibration import Calibrated, calibrate_on
from optimizer.response.measures import measure
from optimizer.response.moved_results import every_movable
from optimizer.response.outcome import evaluate_plan
from optimizer.response.pay_response import LITTLE, pay_responses
from optimizer.response.shared_luck import is_contradictory, overlap
from optimizer.scenario.charges import loading
from optimizer.scenario.plan import plan_of
from optimizer.scenario.problems import Finding, Path
from optimizer.scenario.types import Scenario

BARELY = 0.05
"""A KPI that every team causes less than this share of is left to luck."""
FELT = 0.005
"""A curve that moves a team's pay today by less than this share of it is not worth a word."""
SAME = 1 - 1e-9
"""Correlation of luck at or above which two counts are one number."""
FAR = 0.5
"""Volumes that move by more than this share of today's are beyond what was ever seen."""


class CurveOfToday(NamedTuple):
    """A curve that counts as in force today, and what it does to the pay of those whom it pays."""

    path: Path
    teams: tuple[str, ...]
    loaded: float
    """Today's loaded pay of these teams [currency/period]."""
    straight: float
    """The same without the curve."""


def curves_of_today(cal: Calibrated) -> Iterator[CurveOfToday]:
    """Curves written on teams and KPIs that change what today's plan pays, one after the other."""
    scenario = cal.scenario
    paths: list[Path] = [("teams", name) for name, team in scenario.teams.items() if team.curve is not None]
    paths += [("kpis", name) for name, kpi in scenario.kpis.items() if kpi.curve is not None]
    paths = [path for path in paths if _pays(scenario, *path)]
    loaded = _loaded_today(cal) if paths else None
    for section, name in paths:
        apart = _loaded_today(calibrate_on(cal.network, _straightened(scenario, str(section), str(name))))
        assert loaded is not None
        moved = [i for i, team in enumerate(scenario.teams) if abs(loaded[i] - apart[i]) > FELT * apart[i]]
        if moved:
            teams = tuple(team for i, team in enumerate(scenario.teams) if i in moved)
            path: Path = (section, name, "curve")
            yield CurveOfToday(path, teams, float(loaded[moved].sum()), float(apart[moved].sum()))


def _pays(scenario: Scenario, section: str | int, name: str | int) -> bool:
    """Whether today's plan pays anyone by the curve of a team or KPI: no other one moves pay or effort."""
    paid = plan_of(scenario, scenario.current_plan).weights
    return any(
        weight > 0
        for team, weights in paid.items()
        for kpi, weight in weights.items()
        if name == (team if section == "teams" else kpi)
    )


def _straightened(scenario: Scenario, section: str, name: str) -> Scenario:
    """The scenario without the curve of a team or KPI."""
    things = getattr(scenario, section)
    plain = things[name].model_copy(update={"curve": None})
    return scenario.model_copy(update={section: {**things, name: plain}})


def _loaded_today(cal: Calibrated) -> Floats:
    """Loaded pay of every team under today's plan [currency/period]."""
    return np.asarray(evaluate_plan(cal, cal.current).pay * loading(cal.scenario))


class Extrapolated(NamedTuple):
    """Work that a plan takes further from today's than anything that was seen."""

    activity: str
    current: float
    recommended: float
    """Units per period."""


def extrapolated(cal: Calibrated, volumes: Floats) -> Iterator[Extrapolated]:
    """Activities of the file done today whose volume moves by more than FAR; `volumes` is (A,)."""
    network = cal.network
    for a, name in enumerate(network.activities):
        current, recommended = float(network.baseline[a]), float(volumes[a])
        if network.explicit[a] and current > 0 and abs(recommended / current - 1) > FAR + 1e-9:
            yield Extrapolated(name, current, recommended)


def measured_warnings(cal: Calibrated) -> list[Finding]:
    """What a designer should look at before solving."""
    control = measure(cal).controllability
    return [
        *(_curve_of_today(cal.scenario, curve) for curve in curves_of_today(cal)),
        *_no_time_to_win(cal),
        *_contradictory_luck(cal),
        *_uncontrolled(cal, control),
        *_one_number_twice(cal),
        *_moved_behind_gates(cal),
        *_today_breaks(cal, plan_space(cal, control)),
    ]


def _contradictory_luck(cal: Calibrated) -> Iterator[Finding]:
    """Correlations that cannot all hold beside each other and beside what KPIs count together."""
    if is_contradictory(cal.scenario, cal.network):
        stated = next(name for name, kpi in cal.scenario.kpis.items() if kpi.noise_with)
        message = "correlations of luck that cannot all hold: the nearest ones that can are used"
        yield Finding(("kpis", stated, "noise_with"), "", message, "state fewer of them, or smaller ones")


def _no_time_to_win(cal: Calibrated) -> Iterator[Finding]:
    """Paid teams that are nearly booked out: what they do more of, they do less of something else."""
    for answer in pay_responses(cal):
        if answer.kpi and answer.unbooked < LITTLE:
            message = f"{answer.unbooked:.0%} of its hours are in no activity: pay can win next to no time"
            hint = "check hours and hours per unit; where people could work more, say so by `effort`"
            yield Finding(("teams", answer.team, "hours"), "", message, hint)


def _one_number_twice(cal: Calibrated) -> list[Finding]:
    """Counts whose credit is in one proportion: whoever is paid on both is paid twice for the same luck."""
    names, alike, rate = cal.network.kpis, overlap(cal.network), cal.network.is_rate
    same = [
        (k, next((j for j in range(k) if alike[k, j] >= SAME and not (rate[k] or rate[j])), None))
        for k in range(len(names))
    ]
    return [
        Finding(
            ("kpis", names[k]),
            "",
            f"counts the same as {names[j]}: the two have one luck, and pay on both spreads no risk",
            "keep one of them, or change what one counts",
            at_key=True,
        )
        for k, j in same
        if j is not None
    ]


def _moved_behind_gates(cal: Calibrated) -> list[Finding]:
    gates = cal.curves.gates
    hanging = {*map(int, gates.kpi), *map(int, gates.on)}
    return [
        Finding(
            ("kpis", cal.network.kpis[choice.kpi], "timing"),
            "",
            "pay on this KPI hangs on another, or another on it: what moving its results pays is left out of "
            "every figure but those of `simulate`",
            "compare `simulate` with `evaluate` before deciding, or take the gate or the factor away",
        )
        for choice in every_movable(cal)
        if choice.kpi in hanging
    ]


def _curve_of_today(scenario: Scenario, curve: CurveOfToday) -> Finding:
    message = (
        f"is taken as the curve in force today: today's loaded pay is {curve.loaded:,.2f} "
        f"{scenario.currency} with it, {curve.straight:,.2f} without"
    )
    hint = "for a change, name it under `curves` and let rules.curves choose; leave it if it is paid today"
    return Finding(curve.path, "", message, hint, at_key=True)


def _uncontrolled(cal: Calibrated, control: Floats) -> list[Finding]:
    most = control.max(axis=0)
    return [
        Finding(
            ("kpis", name),
            "",
            f"nobody controls this KPI: at most {share:.1%} of its variance is any team's doing",
            "raise what teams can do about it, lower `noise` if it was measured so, or do not pay on it",
            at_key=True,
        )
        for name, share in zip(cal.network.kpis, most, strict=True)
        if share < BARELY
    ]


def _today_breaks(cal: Calibrated, space: PlanSpace) -> list[Finding]:
    broken = compare_in(cal, space, {CURRENT: cal.scenario.current_plan})[CURRENT].broken_rules
    return [
        Finding(
            ("current_plan",),
            "",
            f"today's plan breaks the rule {rule.name}: {rule.value:,.6g} against {rule.limit:,.6g}",
            "allowed; the solver then has to move",
            at_key=True,
        )
        for rule in broken
    ]
