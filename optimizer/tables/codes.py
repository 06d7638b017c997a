"""Every code that a table may carry, by the group that `Column.of` names.

People read them in the words that the catalogue of a language has under `<group>.<code>` (`reports/locale`);
tests hold both against each other.
"""

from __future__ import annotations

from typing import Any, get_args

from optimizer.explanation.binding_rules import State
from optimizer.explanation.frontier import Over
from optimizer.explanation.waterfall import Cause
from optimizer.explanation.weight_shifts import Reason
from optimizer.plans.budget_lines import Basis
from optimizer.plans.robustness import Criterion, Kind
from optimizer.plans.rules import RULES
from optimizer.plans.rules.family import Change, Unit
from optimizer.plans.statuses import Status
from optimizer.rollout.adjust import Verdict
from optimizer.scenario.document_texts import KPI_TEXTS
from optimizer.scenario.document_types import Leaving, LegalForm
from optimizer.scenario.placeholders import Asked, AskedUnit
from optimizer.scenario.rule_types import Objective
from optimizer.scenario.types import Scenario
from optimizer.tables.controls import Block, Result, Side
from optimizer.tables.worth import Grade


def _of(literal: Any) -> tuple[str, ...]:
    return get_args(literal)


def _listed(codes: str) -> tuple[str, ...]:
    return tuple(codes.split())


CODES: dict[str, tuple[str, ...]] = {
    "thing": (
        *_listed("company team stage activity kpi"),
        *(f"kpi_{text}" for text in KPI_TEXTS),
        *_listed("plan_text regime plan pair source"),
    ),
    "measure": _listed("money percent number"),
    "worked": _listed("below at mixed"),
    "charges_basis": _listed("rate brackets preset"),
    "legal_form": _of(LegalForm),
    "leaving": _of(Leaving),
    "period": _of(Scenario.model_fields["period"].annotation),
    "objective": _of(Objective),
    "targets": _listed("fixed reset"),
    "beliefs": _listed("consistent baseline"),
    "status": _of(Status),
    "plan_kind": _listed("current named equal chosen"),
    "plan": _listed("current equal_weights chosen nominal"),
    "unit": _of(Unit),
    "rule": tuple(RULES),
    "rule_state": _of(State),
    "rule_change": _of(Change),
    "over": _of(Over),
    "cause": _of(Cause),
    "against": _of(Reason),
    "shift": _listed("more less none new"),
    "check": _listed(
        "gap no_better_plan rules model_accepts_plan model_value regret bounds equilibrium_residual "
        "one_equilibrium denominator_floor global_response every_curve enumeration robust "
        "every_plan_judged sample amounts model_cvar realised_cvar cvar_sample percentile_sample solver time"
    ),
    "doubt": _listed(
        "hours fixed variable per_hour share attainment budget base_pay curve volume timing unpriced"
    ),
    "placeholder_unit": _of(AskedUnit),
    "placeholder_asked": _of(Asked),
    "no_guarantee": _listed("unpaid risk curve rate targets later cost no_share others"),
    "grade": _of(Grade),
    "criterion": _of(Criterion),
    "xlsx.robust": _of(Kind),
    "xlsx.level": _listed("company team person"),
    "xlsx.amount": _listed("gross direct_costs revenue loaded_pay net"),
    "basis": _of(Basis),
    "control_block": _of(Block),
    "control": _listed(
        "pay charges loaded rounding net objective probabilities weights expected teams "
        "min_share_of_target cvar percentile measures least_measures year owed other_rules"
    ),
    "control_side": _of(Side),
    "verdict": _of(Result),
    "key": _listed(
        "numerator denominator slope floor threshold accelerator point between step rate cap gate factor "
        "factor_between vesting"
    ),
    "result": _listed("below at above"),
    "transition.path": _listed("change stay"),
    "pilot.left_out": _listed("no_headcount too_few_people nothing_moves"),
    "adjust.verdict": _of(Verdict),
    "rollup.choice": _listed("in_force recommended frontier"),
    "rollup.outcome": _listed("optimal feasible infeasible"),
    "rollup.side": _listed("in_force best"),
    "rollup.luck": _listed("common own added"),
    "left_out": _listed("tornado limits documents"),
    "batch.state": _listed("done failed waiting running"),
    "calibration.people": _listed("skill supply"),
    "calibration.responsiveness": _listed("plan_change experiment prior"),
    "calibration.loss_kind": _listed("row cell read"),
    "calibration.loss": _listed(
        "row_of_another_width empty_row empty_cells no_id id_again no_creation created_in_future "
        "created_before_1990 created_before_start closed_in_future closed_ahead closing_expected "
        "closed_before_created negative_value "
        "answered_before_created no_owner unknown_deal win_of_unknown_lead win_again incomplete_cost "
        "incomplete_call touch_of_nobody incomplete_person unreadable_creation unreadable_closing "
        "unreadable_value unreadable_response unreadable_win unreadable_cost unreadable_call_length "
        "unreadable_call_day unreadable_effort unreadable_pay total_row repeated_header line_of_deal "
        "earlier_state copy_under_new_id spelled_otherwise person_spelled_otherwise "
        "name_spelled_otherwise neither_won_nor_lost empty_word "
        "converted_currency tax_word factor_word alike_but_for_id earlier_stage_of_a_deal unknown_lead "
        "another_deal_of_a_lead"
    ),
    "calibration.part": _listed("funnel source segment"),
    "calibration.change": _listed("fell rose"),
    "calibration.lag": _listed("created_to_won created_to_lost"),
    "calibration.fit": _listed("lognormal weibull gamma"),
    "calibration.verdict": _listed("above below not_distinguishable"),
    "calibration.cause": _listed("supply person month rest chance"),
    "calibration.kpi": _listed("leads good_leads wins answered_in_time"),
    "calibration.metric": _listed("short_calls silent_touches"),
    "calibration.rush": _listed("month_end_won month_end_created quarter_end_won quarter_end_created"),
    "calibration.weak": _listed(
        "no_choice placeholders no_change experiment undated no_costs spend_observed control_unclear "
        "no_waiting waiting_unclear no_people no_calls no_touches short"
    ),
}
