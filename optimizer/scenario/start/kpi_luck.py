"""Rules R8, R9 and R11: what KPIs count, their targets, and their luck.

KPIs count what enters stages, also what arrives by itself (model.md section 13.1). Target = today's value
over the attainment that was paid last year, fixed. Luck, with n the units counted a period, Fano factor F =
2, spread of a contract's amount 0.5, of conversion between months 0.24, M months a period:

    count            sqrt(F / n)                       amount    sqrt((F + 0.5^2) / n)
    rate k of N      sqrt((1 - p)/(N p) + 0.24^2 (1 - p)^2 / M),  p = k/N
    kept k of N due  sqrt((1 - p)/(N p) + (0.12 (1 - p))^2 / M)
    share worked     sqrt((1 - p)/(N p))

all within 0.03 to 0.60. Of n_p persons paid on their own results each has the luck of a count times
sqrt(n_p).
"""

from __future__ import annotations

import math
from typing import Any

from optimizer.scenario.checks.baseline_counts import BaselineCounts
from optimizer.scenario.start.company import Company
from optimizer.scenario.start.library import LIBRARY, KpiForm
from optimizer.scenario.start.numbers import exactly, short
from optimizer.scenario.start.stage_values import amounts
from optimizer.scenario.start.team_terms import SKILLED, heads
from optimizer.scenario.start.work import Work
from optimizer.scenario.types import Scenario

NOISE = (0.03, 0.60)
MOST_OF_ONE = 3.0
"""Largest luck of one person: a person who signs one contract in ten periods."""
FEW = 0.35
"""Luck from which on a KPI counts too few units to pay on alone."""


def kpi_trees(company: Company, works: tuple[Work, ...]) -> dict[str, dict[str, Any]]:
    """The section `kpis` without targets and luck."""
    return {kpi.id: _tree(company, kpi, works) for kpi in company.kpis}


def _tree(company: Company, kpi: KpiForm, works: tuple[Work, ...]) -> dict[str, Any]:
    stages = {stage.id for stage in company.stages}
    money = amounts(company)
    entering = {s: money[c] if isinstance(c, str) else c for s, c in kpi.num.enter.items() if s in stages}
    done = {work.act: 1.0 for work in works if work.from_ in kpi.num.work}
    known = {work.act for work in works}
    done |= {act: credit for act, credit in kpi.num.acts.items() if act in known}
    tree: dict[str, Any] = {"label": kpi.label.model_dump()}
    if entering:
        tree["entering"] = entering
    if done:
        tree["numerator"] = done
    if kpi.den is not None:
        tree["entering_denominator"] = dict.fromkeys(kpi.den, 1.0)
    if kpi.cap is not None:
        tree["curve"] = {"cap": kpi.cap}
    return tree


def target(company: Company, value: float) -> float:
    """What would have been 100 %."""
    return exactly(value / company.shares["attainment"])


def noise(company: Company, kpi: KpiForm, scenario: Scenario, today: BaselineCounts) -> float:
    """Standard deviation of attainment that nobody causes."""
    low, high = NOISE
    return short(min(high, max(low, _noise(company, kpi, scenario, today))))


def _noise(company: Company, kpi: KpiForm, scenario: Scenario, today: BaselineCounts) -> float:
    written = scenario.kpis[kpi.id]
    fano, months = LIBRARY.parameters["fano"].mid, company.months
    if kpi.kind == "count":
        return math.sqrt(fano / today.counted(written))
    if kpi.kind == "amount":
        units = sum(today.inflow[stage] for stage in written.entering)
        return math.sqrt((fano + LIBRARY.parameters["value_cv"].mid ** 2) / units)
    base = today.inflow[str(kpi.of)] if kpi.kind == "kept" else today.divided_by(written)
    share = min(1.0, today.counted(written) / base)
    counting = (1 - share) / (base * share)
    if kpi.num.work:
        return math.sqrt(counting)
    between = LIBRARY.parameters["conversion_cv_month"].mid * (0.5 if kpi.kind == "kept" else 1.0)
    return math.sqrt(counting + (between * (1 - share)) ** 2 / months)


def individual_noise(company: Company, kpi: str, luck: float) -> float | None:
    """The luck of one person beyond the team's; None where nobody is paid on an own result."""
    paid = [team for team in company.form.teams if kpi in company.answers.weights(team.id)]
    allowed = [team for team in company.form.teams if kpi in company.form.measures[team.id]]
    team = next((team for team in (*paid, *allowed) if team.function in SKILLED), None)
    if team is None or (number := heads(company, team.id)) == 1:
        return None
    return short(min(MOST_OF_ONE, luck * math.sqrt(number - 1)))
