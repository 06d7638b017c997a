"""Warnings that need the calibrated baseline: KPIs that nobody controls, and what today's plan breaks."""

from __future__ import annotations

from optimizer.plans.evaluation import CURRENT, compare
from optimizer.response.calibration import Calibrated
from optimizer.response.measures import measure
from optimizer.scenario.problems import Finding

BARELY = 0.05
"""A KPI that every team causes less than this share of is left to luck."""


def measured_warnings(cal: Calibrated) -> list[Finding]:
    """What a designer should look at before solving."""
    return [*_uncontrolled(cal), *_today_breaks(cal)]


def _uncontrolled(cal: Calibrated) -> list[Finding]:
    most = measure(cal).controllability.max(axis=0)
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


def _today_breaks(cal: Calibrated) -> list[Finding]:
    scenario = cal.scenario
    broken = compare(scenario, {CURRENT: scenario.current_plan})[CURRENT].broken_rules
    return [
        Finding(
            ("current_plan",),
            "",
            f"today's plan breaks the rule {rule.rule}: {rule.value:,.6g} against {rule.limit:,.6g}",
            "allowed; the solver then has to move",
            at_key=True,
        )
        for rule in broken
    ]
