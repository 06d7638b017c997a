"""Every table of a run: which there are, in their order, and how they are filled.

Order of rows is the scenario's, or by size where a column says so; the same solution gives the same frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from optimizer.explanation.build import Explanation, explain
from optimizer.tables import (
    certificate,
    changed_values,
    comparison,
    controls,
    explanation,
    frontier,
    labels,
    measures,
    objectives,
    paid_curves,
    payouts,
    payroll,
    people,
    placeholders,
    plan_document,
    plan_terms,
    ratios,
    robustness,
    rule_prices,
    scales,
    side_effects,
    solve_summary,
    sources,
    team_charges,
    tornado,
    warnings,
    worth,
    year,
)
from optimizer.tables.table import Row, Table, Tables

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

__all__ = ["RUN_TABLES", "Solution", "tables_of"]

Fill = Callable[[Explanation], Iterable[Row]]

_FILLED: tuple[tuple[Table, Fill], ...] = (
    (solve_summary.SUMMARY, solve_summary.summary_rows),
    (comparison.PLANS, comparison.plans_rows),
    (comparison.WEIGHTS, comparison.weights_rows),
    (people.ACTIVITIES, people.activities_rows),
    (payouts.PAYOUT_DISTRIBUTION, payouts.payout_distribution_rows),
    (payouts.OBJECTIVES_REACHED, payouts.objectives_reached_rows),
    (people.TEAMS, people.teams_rows),
    (people.KPIS, people.kpis_rows),
    (people.GAMING, people.gaming_rows),
    (certificate.RULES, certificate.rules_rows),
    (certificate.CHECKS, lambda e: certificate.checks_rows(e.solution)),
    (certificate.ROUNDS, lambda e: certificate.rounds_rows(e.solution)),
    (certificate.ALTERNATIVES, lambda e: certificate.alternatives_rows(e.solution)),
    (robustness.ROBUSTNESS, lambda e: robustness.robustness_rows(e.solution)),
    (robustness.GUARANTEES, lambda e: robustness.guarantees_rows(e.solution)),
    (tornado.ASSUMPTIONS, tornado.assumptions_rows),
    (certificate.CONFLICT, lambda e: certificate.conflict_rows(e.solution)),
    (measures.MEASURES, lambda e: measures.measures_rows(e.solution)),
    (measures.PAY_RESPONSES, lambda e: measures.pay_responses_rows(e.solution)),
    (measures.EXPOSURE, measures.exposure_rows),
    (side_effects.LEFT_UNWORKED, side_effects.left_unworked_rows),
    (side_effects.PAY_AT_MERCY, side_effects.pay_at_mercy_rows),
    (payroll.PAY_LINES, lambda e: payroll.Payroll.of(e).lines()),
    (payroll.PAY_TOTALS, lambda e: payroll.Payroll.of(e).totals()),
    (payroll.PAY_CASES, lambda e: payroll.Payroll.of(e).cases()),
    (payroll.CASE_TOTALS, lambda e: payroll.Payroll.of(e).case_totals()),
    (ratios.RATIOS, ratios.ratios_rows),
    (team_charges.TEAM_CHARGES, lambda e: team_charges.team_charges_rows(e.cal.scenario)),
    (team_charges.CHARGE_BRACKETS, lambda e: team_charges.charge_brackets_rows(e.cal.scenario)),
    (year.YEAR, lambda e: year.year_rows(year.year_of(e))),
    (year.YEAR_LINES, lambda e: year.year_lines_rows(year.year_of(e))),
    (year.CASH, lambda e: year.cash_rows(year.year_of(e))),
    (year.PAY_DATES, lambda e: year.pay_dates_rows(year.year_of(e))),
    (year.YEAR_GAIN, lambda e: year.year_gain_rows(year.year_of(e))),
    (worth.WORTH, worth.worth_rows),
    (worth.SINGLE_CHANGES, worth.single_changes_rows),
    (worth.SIMPLEST, worth.simplest_rows),
    (controls.CONTROLS, controls.controls_rows),
    (paid_curves.CURVES, lambda e: paid_curves.curves_rows(payroll.Payroll.of(e).cal)),
    (paid_curves.FACTORS, lambda e: paid_curves.factors_rows(payroll.Payroll.of(e).cal)),
    (explanation.WATERFALL, explanation.waterfall_rows),
    (explanation.WHY_THIS_WEIGHT, explanation.why_this_weight_rows),
    (explanation.NEAR_TIES, explanation.near_ties_rows),
    (tornado.TORNADO, tornado.tornado_rows),
    (explanation.WHY_UNMOVED, explanation.why_unmoved_rows),
    (rule_prices.RULE_PRICES, rule_prices.rule_prices_rows),
    (frontier.FRONTIER, lambda e: frontier.frontier_rows(e.frontiers)),
    (people.STAGES, people.stages_rows),
    (plan_document.DEFINITIONS, lambda e: plan_document.definitions_rows(e.solution)),
    (plan_document.CURVE_POINTS, lambda e: plan_document.curve_points_rows(e.solution)),
    (plan_document.CURVE_LINES, lambda e: plan_document.curve_lines_rows(e.solution)),
    (plan_document.CURVE_TERMS, lambda e: plan_document.curve_terms_rows(e.solution)),
    (plan_document.EXAMPLES, lambda e: plan_document.examples_rows(e.solution)),
    (plan_document.EARNINGS, lambda e: plan_document.earnings_rows(e.solution)),
    (objectives.OBJECTIVES, lambda e: objectives.objectives_rows(e.solution)),
    (objectives.WORKED_EXAMPLES, lambda e: objectives.worked_rows(e.solution)),
    (scales.SCALES, lambda e: scales.scales_rows(e.solution)),
    (scales.SCALE_ENDS, lambda e: scales.scale_ends_rows(e.solution)),
    (plan_terms.PLAN_TERMS, lambda e: plan_terms.plan_terms_rows(e.cal.scenario)),
    (plan_terms.PERSONAL_PAY, lambda e: plan_terms.personal_pay_rows(e.solution)),
    (plan_terms.MISTOLD, lambda e: plan_terms.mistold_rows(e.cal.scenario)),
    (placeholders.PLACEHOLDERS, placeholders.placeholders_rows),
    (changed_values.CHANGED, lambda e: changed_values.changed_rows(e.solution.problem.scenario)),
    (sources.SOURCES, lambda e: sources.sources_rows(e.solution.problem.scenario)),
    (warnings.WARNINGS, warnings.warnings_rows),
    (
        labels.LABELS,
        lambda e: [*labels.labels_rows(e.cal.scenario), *labels.given_rows(e.solution.asked.given)],
    ),
)

RUN_TABLES = tuple(table for table, _ in _FILLED)
"""What `solve` writes. `rule_prices` and `frontier` are filled by `--explain full` only, `why_unmoved` where
nothing moves, those that need a plan where there is one."""


def tables_of(solution: Solution, known: Explanation | None = None) -> Tables:
    """Every table of RUN_TABLES; `known` is what `explain` or `explain_fully` said of the solution."""
    said = known or explain(solution)
    return {table.name: table.frame(fill(said)) for table, fill in _FILLED}
