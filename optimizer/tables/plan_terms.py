"""What plan documents say of a plan besides its objectives: its dates, a person's pay in a year, and texts
that are not in the language of a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.response.outcome import realised_pay
from optimizer.scenario.document_texts import mistold
from optimizer.scenario.problems import dotted
from optimizer.scenario.value_types import MONTHS
from optimizer.tables.objectives import amounts_at_goal
from optimizer.tables.plan_document import CASES
from optimizer.tables.rounding import CENTS, rounded
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.solver.solution import Solution


PLAN_TERMS = Table(
    "plan_terms",
    legal_form=Column(str, "code", "what is signed; empty where the scenario does not say", "legal_form"),
    start=Column(str, "iso", "first day of the plan; empty where the scenario does not say"),
    end=Column(str, "iso", "its last day"),
    delivered=Column(str, "iso", "when it is handed over"),
    paid_after_days=Column(float, "days", "from the end of the period to the payment"),
    leaving=Column(str, "code", "on which results a leaver is paid: last_day or whole_period", "leaving"),
    answered_within_days=Column(float, "days", "working days to the answer to a claim"),
)


def plan_terms_rows(scenario: Scenario) -> Iterator[Row]:
    """One row."""
    said = scenario.plan_document
    texts = {key: getattr(said, key) or "" for key in ("legal_form", "start", "end", "delivered", "leaving")}
    days = {key: getattr(said, key) for key in ("paid_after_days", "answered_within_days")}
    yield texts | {key: np.nan if number is None else float(number) for key, number in days.items()}


PERSONAL_PAY = Table(
    "personal_pay",
    team=Column(str, "name", "name of the team", "team"),
    headcount=Column(
        float, "count", "people in it; empty where the scenario does not say: amounts are the team's"
    ),
    periods=Column(int, "count", "periods a year"),
    variable=Column(float, "money/period", "variable pay of a person with every objective reached, gross"),
    variable_year=Column(float, "money", "the same in a year"),
    fixed=Column(float, "money/period", "fixed pay of a person; empty where the scenario has none"),
    fixed_year=Column(float, "money", "the same in a year"),
    total_year=Column(float, "money", "fixed_year + variable_year"),
    **{
        f"{case}_year": Column(float, "money", f"variable pay at {share:.0%} of every objective, all year")
        for case, share in CASES.items()
    },
)


def personal_pay_rows(solution: Solution) -> Iterator[Row]:
    """Every paid team; none without a plan."""
    if solution.chosen is None:
        return
    scenario, cal = solution.problem.scenario, solution.problem.cal
    periods = MONTHS["year"] // MONTHS[scenario.period]
    for i in np.flatnonzero(solution.chosen.euros.sum(axis=1) > 0):
        team = scenario.teams[cal.network.teams[i]]
        amounts, many = amounts_at_goal(solution, int(i)), team.headcount or 1
        variable = rounded(float(amounts.sum()), CENTS)
        fixed = rounded(team.base_pay / many, CENTS) if team.base_pay else np.nan
        ways = np.array([[share] * len(amounts) for share in CASES.values()])
        pays = [rounded(float(amounts @ level), CENTS) for level in realised_pay(cal, ways)[:, i]]
        yield {
            "team": cal.network.teams[i],
            "headcount": float(team.headcount) if team.headcount else np.nan,
            "periods": periods,
            "variable": variable,
            "variable_year": rounded(periods * variable, CENTS),
            "fixed": fixed,
            "fixed_year": rounded(periods * fixed, CENTS) if team.base_pay else np.nan,
            "total_year": rounded(periods * (fixed + variable), CENTS) if team.base_pay else np.nan,
            **{f"{c}_year": rounded(periods * pay, CENTS) for c, pay in zip(CASES, pays, strict=True)},
        }


MISTOLD = Table(
    "mistold",
    path=Column(str, "name", "the text in the scenario file", "path"),
    language=Column(str, "iso", "of ISO 639: of the document that would print it"),
    text=Column(str, "text", "what it says, which is in another language"),
)


def mistold_rows(scenario: Scenario) -> Iterator[Row]:
    """In the order of the file; a plan document with one is not written."""
    for found in mistold(scenario):
        yield {"path": dotted(found.path), "language": found.language, "text": found.text}
