"""Columns of the tables behind plan documents and appendix; part of `columns.SCHEMA`."""

from __future__ import annotations

_LABELS = {"label_en": "name for people, in English", "label_fr": "name for people, in French"}
_TEAM = {"team_en": "the team's label in English", "team_fr": "the team's label in French"}
_KPI = {"kpi_en": "the KPI's label in English", "kpi_fr": "the KPI's label in French"}

DOCUMENTED: dict[str, dict[str, str]] = {
    "stages": {
        "stage": "name of the stage",
        **_LABELS,
        "team": "the team that works it; empty for a last stage, labelled nobody",
        **_TEAM,
        "unit_value": "contribution per unit entering",
        "now": "units entering per period under the current plan",
        "then": "units entering per period under the recommended plan",
        "change": "then − now",
        "change_share": "change over now",
        "digits": "decimals with which units are printed",
    },
    "definitions": {
        "kpi": "name of the KPI",
        **_KPI,
        "part": "numerator or denominator",
        "counted": "activity done, or stage entered, that counts",
        **_LABELS,
        "entering": "whether units entering a stage count, rather than an activity done",
        "credit": "how much one unit counts",
    },
    "curve_points": {
        "team": "name of the team; empty where all teams have the same curves",
        "kpi": "name of the KPI",
        **_KPI,
        "attainment": "result over target",
        "paid": "share of the pay at target that is then paid, where a gate is met by the same attainment",
    },
    "curve_lines": {
        "team": "name of the team; empty where all teams have the same curves",
        "kpi": "name of the KPI; without rows, its pay is one straight line",
        **_KPI,
        "attainment": "result over target at a corner of the curve; a jump has two rows at the same one",
        "paid": "share of the pay at target that is then paid, gates being met",
    },
    "curve_terms": {
        "team": "name of the team",
        "kpi": "name of the KPI; without rows, its pay is linear and unbounded",
        "term": "slope, floor, threshold, accelerator, cap, gate or vesting",
        "at": "attainment from or below which it holds; for vesting, periods of delay; empty for a slope",
        "value": "points of pay per point of attainment (slope, accelerator), share of pay (floor, vesting)",
        "on": "KPI that the gate is on; empty for other terms",
        "on_en": "its label in English",
        "on_fr": "its label in French",
    },
    "examples": {
        "team": "name of the team",
        **_TEAM,
        "case": "below, at or above target",
        "attainment": "result over target, the same for every KPI of the example",
        "kpi": "name of the KPI",
        **_KPI,
        "weight": "weight under the recommended plan",
        "euros": "pay of the team at target on this KPI",
        "pay": "pay of the team on this KPI in this case, before charges",
        "pay_each": "pay over headcount; empty where the scenario does not say how many people there are",
    },
    "earnings": {
        "team": "name of the team",
        **_TEAM,
        "case": "below, at or above target",
        "attainment": "result over target, the same for every KPI",
        "pay": "variable pay of the team in this case, before charges: the sum of its examples",
        "pay_each": "pay over headcount; empty where the scenario does not say how many people there are",
    },
    "sources": {
        "path": "the number in the scenario file",
        **_LABELS,
        "part": "which number, where the path holds several; empty otherwise",
        "part_en": "the part's label in English",
        "part_fr": "the part's label in French",
        "number": "the number itself; empty where the path holds none",
        "source": "where the number comes from",
        "range": "how far it may be off, 0.2 = ± 20 %; empty where the source does not say",
    },
}
