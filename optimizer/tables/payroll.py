"""What a plan pays, line by line and to the cent: the tables that finance recomputes.

Every line is rounded to the cent and totals are sums of lines, so that a
reader's sum is ours. The plan is the recommended one, or the current one where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.build import Explanation
from optimizer.response.calibration import Calibrated
from optimizer.response.long_run import moved_level
from optimizer.response.outcome import Outcome, loading, realised_pay
from optimizer.scenario.plan import IN_FORCE
from optimizer.scenario.types import Team
from optimizer.tables.rounding import money_decimals
from optimizer.tables.table import Column, Row, Table, ratio

CASES = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Attainments of every KPI at which finance looks at payouts."""
SUMMED = ["pay", "charges", "loaded"]


def cents(amount: float, decimals: int = 2) -> float:
    """Rounded half away from zero, as people and spreadsheets do."""
    scale = 10.0**decimals
    return float(np.copysign(np.floor(abs(amount) * scale * (1 + 1e-15) + 0.5), amount) / scale) + 0.0


PAY_LINES = Table(
    "pay_lines",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    regime=Column(str, "name", "name of the regime; empty where there is one only", "regime"),
    probability=Column(float, "share", "probability of the regime"),
    attainment=Column(float, "attainment", "expected attainment in the regime, once people have learnt"),
    gate_attainment=Column(
        float, "attainment", "the same of the KPI that is the gate; empty where there is none"
    ),
    weight=Column(float, "share", "share of the team's target pay"),
    euros=Column(float, "money/period", "weight × target pay: pay at target"),
    moved=Column(
        float,
        "share",
        "what results moved over the ends of periods add to expected pay, as a share of euros",
    ),
    level=Column(
        float, "share", "expected pay at this attainment and its noise, moved included, as a share of euros"
    ),
    pay=Column(float, "money/period", "probability × euros × level, rounded to the cent"),
    charges=Column(float, "money/period", "employer charges on pay, rounded to the cent"),
    loaded=Column(float, "money/period", "pay + charges"),
)
PAY_TOTALS = Table(
    "pay_totals",
    team=Column(str, "name", "name of the team; empty for the company", "team"),
    headcount=Column(float, "count", "people in the team; empty where not given"),
    charges_rate=Column(float, "share", "employer charges as a share of pay; empty for the company"),
    euros=Column(float, "money/period", "pay at target"),
    pay=Column(float, "money/period", "sum of pay_lines"),
    charges=Column(float, "money/period", "sum of pay_lines"),
    loaded=Column(float, "money/period", "pay + charges"),
    share=Column(float, "share", "pay over euros; empty without target pay"),
    exact=Column(float, "money/period", "loaded as the solver has it, lines not rounded"),
    lines=Column(int, "count", "number of lines summed"),
    limit=Column(float, "money/period", "budget, charges included; empty without one"),
    slack=Column(float, "money/period", "limit − loaded"),
    least_share=Column(float, "share", "guaranteed part of target pay; empty without one"),
)
PAY_CASES = Table(
    "pay_cases",
    case=Column(float, "attainment", "attainment of every KPI, realised"),
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    euros=Column(float, "money/period", "pay at target"),
    level=Column(float, "share", "pay at this attainment, as a share of euros"),
    pay=Column(float, "money/period", "euros × level, rounded to the cent"),
    charges=Column(float, "money/period", "employer charges on pay, rounded to the cent"),
    loaded=Column(float, "money/period", "pay + charges"),
)
CASE_TOTALS = Table(
    "case_totals",
    case=Column(float, "attainment", "attainment of every KPI, realised"),
    euros=Column(float, "money/period", "the company's pay at target"),
    pay=Column(float, "money/period", "sum of pay_cases"),
    charges=Column(float, "money/period", "sum of pay_cases"),
    loaded=Column(float, "money/period", "pay + charges"),
    share=Column(float, "share", "pay over euros; empty without target pay"),
    lines=Column(int, "count", "number of lines summed"),
    limit=Column(float, "money/period", "budget, charges included; empty without one"),
    slack=Column(float, "money/period", "limit − loaded"),
)
CURVES = Table(
    "curves",
    team=Column(str, "name", "name of the team; empty where all teams have the same curves", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    noise=Column(float, "attainment", "standard deviation of attainment that nobody here causes"),
    first_level=Column(
        float, "share", "pay at attainment 0 on the line before the first knot, as a share of pay at target"
    ),
    first_slope=Column(float, "1", "pay per attainment before the first knot, as a share of pay at target"),
    knot=Column(int, "order", "order of the knot, from 1; 0 where pay is a straight line"),
    at=Column(float, "attainment", "attainment of the knot"),
    jump=Column(
        float, "share", "what is paid more at once at and above the knot, as a share of pay at target"
    ),
    change=Column(float, "1", "change of slope at the knot"),
    gate=Column(
        str, "name", "KPI whose attainment decides whether anything is paid; empty where none does", "kpi"
    ),
    gate_at=Column(float, "attainment", "attainment of the gate at or above which it is"),
    correlation=Column(float, "1", "correlation of the luck of the KPI and of its gate"),
)


@dataclass(frozen=True)
class Payroll:
    """Payouts of one plan: euros (I, K) at target, currency per period."""

    cal: Calibrated
    euros: Floats
    outcome: Outcome

    @classmethod
    def of(cls, explanation: Explanation) -> Payroll:
        """Of the recommended plan, or of the current one where there is none."""
        if explanation.chosen is None:
            return cls(explanation.cal.paid_by(IN_FORCE), explanation.cal.current, explanation.current)
        return cls(explanation.cal, explanation.chosen.euros, explanation.chosen.consistent)

    @cached_property
    def decimals(self) -> int:
        """At least cents; more where pay is small."""
        return max(2, money_decimals(self.euros.ravel()))

    def lines(self) -> Iterator[Row]:
        """Expected pay by team, KPI and regime."""
        scores = [at.score for at in self.outcome.by_regime]
        moved = [moved_level(self.cal, self.euros[None], score[None])[0] for score in scores]
        levels = [self.cal.curves.expected(score) + more for score, more in zip(scores, moved, strict=True)]
        stated = list(zip(self.cal.regimes.names, self.cal.regimes.odds, strict=True))
        gated = self.cal.curves.gates
        gates = {(int(i), int(k)): int(on) for i, k, on in zip(gated.team, gated.kpi, gated.on, strict=True)}
        for i, k in self._paid():
            for s, (regime, probability) in enumerate(stated):
                yield {
                    "team": self.cal.network.teams[i],
                    "kpi": self.cal.network.kpis[k],
                    "regime": regime,
                    "probability": probability,
                    "attainment": float(scores[s][k]),
                    "gate_attainment": float(scores[s][gates[i, k]]) if (i, k) in gates else np.nan,
                    "weight": _tidy(self.euros[i, k] / self.euros[i].sum()),
                    "moved": float(moved[s][i, k]),
                    **self._amounts(i, k, float(levels[s][i, k]), probability),
                }

    def cases(self) -> Iterator[Row]:
        """Pay by team and KPI at certain attainments."""
        for case in CASES:
            levels = realised_pay(self.cal, np.full(len(self.cal.network.kpis), case))
            for i, k in self._paid():
                yield {
                    "case": case,
                    "team": self.cal.network.teams[i],
                    "kpi": self.cal.network.kpis[k],
                    **self._amounts(i, k, float(levels[i, k])),
                }

    def _paid(self) -> list[tuple[int, int]]:
        return [(int(i), int(k)) for i, k in np.argwhere(self.euros > 0)]

    def _amounts(self, i: int, k: int, level: float, probability: float = 1.0) -> Row:
        euros = float(self.euros[i, k])
        pay = cents(probability * euros * level, self.decimals)
        charges = cents(pay * self._teams[i].charges, self.decimals)
        loaded = cents(pay + charges, self.decimals)
        return {"euros": euros, "level": level, "pay": pay, "charges": charges, "loaded": loaded}

    @cached_property
    def _teams(self) -> list[Team]:
        return list(self.cal.scenario.teams.values())

    def totals(self) -> Iterator[Row]:
        """Sums of the lines by team, then the company, beside the budgets and the unrounded payouts."""
        lines = list(self.lines())
        budget, exact = self.cal.scenario.rules.budget, self.outcome.pay * loading(self.cal)
        for i, team in enumerate(self._teams):
            name = self.cal.network.teams[i]
            mine = [row for row in lines if row["team"] == name]
            yield {
                "team": self.cal.network.teams[i],
                "headcount": np.nan if team.headcount is None else team.headcount,
                "charges_rate": team.charges,
                **self._sums(mine, float(self.euros[i].sum())),
                "exact": float(exact[i]),
                **_against(mine, budget.teams.get(name)),
                "least_share": _or_nan(budget.min_share_of_target) if mine else np.nan,
            }
        yield {
            "team": "",
            "headcount": np.nan,
            "charges_rate": np.nan,
            **self._sums(lines, float(self.euros.sum())),
            "exact": float(exact.sum()),
            **_against(lines, budget.expected),
            "least_share": np.nan,
        }

    def case_totals(self) -> Iterator[Row]:
        """The company's sums of the cases, against its budget."""
        cases = list(self.cases())
        for case in CASES:
            lines = [row for row in cases if row["case"] == case]
            sums = self._sums(lines, float(self.euros.sum()))
            yield {"case": case, **sums, **_against(lines, self.cal.scenario.rules.budget.expected)}

    def _sums(self, lines: list[Row], euros: float) -> Row:
        sums = {c: cents(sum(row[c] for row in lines), self.decimals) for c in SUMMED}
        return {"euros": euros, **sums, "share": ratio(sums["pay"], euros)}

    def curves(self) -> Iterator[Row]:
        """Every KPI's pay curve, a row per knot; one row with knot 0 for a straight line.

        Per team where teams have their own curves, else of all teams at once.
        """
        curves = self.cal.curves
        for c, team in enumerate(self.cal.network.teams if curves.by_team else [""]):
            for k in range(len(self.cal.network.kpis)):
                bent = np.flatnonzero((curves.changes[c, k] != 0) | (curves.jumps[c, k] != 0))
                for number, j in enumerate(bent, 1) if len(bent) else [(0, 0)]:
                    yield {
                        "team": team,
                        "kpi": self.cal.network.kpis[k],
                        "noise": float(curves.noise[k]),
                        "first_level": float(curves.first_level[c, k]),
                        "first_slope": float(curves.first_slope[c, k]),
                        "knot": number,
                        "at": float(curves.knots[c, k, j]) if number else np.nan,
                        "jump": float(curves.jumps[c, k, j]) if number else np.nan,
                        "change": float(curves.changes[c, k, j]) if number else np.nan,
                        **self._gate(c, k),
                    }

    def _gate(self, c: int, k: int) -> Row:
        gates = self.cal.curves.gates
        matches = np.flatnonzero((gates.team == c) & (gates.kpi == k))
        on = self.cal.network.kpis[gates.on[matches[0]]] if len(matches) else ""
        at, correlation = (
            float(values[matches[0]]) if len(matches) else np.nan for values in (gates.at, gates.correlation)
        )
        return {"gate": on, "gate_at": at, "correlation": correlation}


def _tidy(weight: float) -> float:
    """Without what only arithmetic adds."""
    return round(float(weight), 10)


def _against(lines: list[Row], limit: float | None) -> Row:
    """How many lines, their budget, and what it leaves."""
    loaded = sum(row["loaded"] for row in lines)
    return {"lines": len(lines), "limit": _or_nan(limit), "slack": _or_nan(limit) - loaded}


def _or_nan(limit: float | None) -> float:
    return np.nan if limit is None else limit
