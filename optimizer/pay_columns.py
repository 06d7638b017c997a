"""Columns of the tables that finance recomputes (money per period; see `columns.SCHEMA`)."""

from __future__ import annotations

TEAM = {"team_en": "the team's label in English", "team_fr": "the team's label in French"}
KPI = {"kpi_en": "the KPI's label in English", "kpi_fr": "the KPI's label in French"}

PAID: dict[str, dict[str, str]] = {
    "pay_lines": {
        "team": "name of the team",
        **TEAM,
        "kpi": "name of the KPI",
        **KPI,
        "regime": "name of the regime; empty where there is one only",
        "regime_en": "the regime's label in English",
        "regime_fr": "the regime's label in French",
        "probability": "probability of the regime",
        "attainment": "expected attainment in the regime, once people have learnt",
        "weight": "share of the team's target pay",
        "euros": "weight × target pay: pay at target",
        "level": "expected pay at this attainment and its noise, as a share of euros",
        "pay": "probability × euros × level, rounded to the cent",
        "charges": "employer charges on pay, rounded to the cent",
        "loaded": "pay + charges",
    },
    "pay_totals": {
        "team": "name of the team; empty for the company",
        **TEAM,
        "headcount": "people in the team; empty where not given",
        "charges_rate": "employer charges as a share of pay; empty for the company",
        "euros": "pay at target",
        "pay": "sum of pay_lines",
        "charges": "sum of pay_lines",
        "loaded": "pay + charges",
        "share": "pay over euros; empty without target pay",
        "exact": "loaded as the solver has it, lines not rounded",
        "lines": "number of lines summed",
        "limit": "budget, charges included; empty without one",
        "slack": "limit − loaded",
        "least_share": "guaranteed part of target pay; empty without one",
    },
    "pay_cases": {
        "case": "attainment of every KPI, realised",
        "team": "name of the team",
        **TEAM,
        "kpi": "name of the KPI",
        **KPI,
        "euros": "pay at target",
        "level": "pay at this attainment, as a share of euros",
        "pay": "euros × level, rounded to the cent",
        "charges": "employer charges on pay, rounded to the cent",
        "loaded": "pay + charges",
    },
    "case_totals": {
        "case": "attainment of every KPI, realised",
        "euros": "the company's pay at target",
        "pay": "sum of pay_cases",
        "charges": "sum of pay_cases",
        "loaded": "pay + charges",
        "share": "pay over euros; empty without target pay",
        "lines": "number of lines summed",
        "limit": "budget, charges included; empty without one",
        "slack": "limit − loaded",
    },
    "curves": {
        "kpi": "name of the KPI",
        **KPI,
        "noise": "standard deviation of attainment that nobody here causes",
        "first_slope": "pay per attainment before the first knot, as a share of pay at target",
        "knot": "order of the knot, from 1; 0 where pay is a straight line",
        "at": "attainment of the knot",
        "change": "change of slope at the knot",
    },
}
