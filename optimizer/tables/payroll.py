"""What a plan pays, line by line and to the cent: the tables that finance recomputes.

The payee is the team (docs/money.md): its payout is rounded once, its charges once, and totals add these.
Lines of a KPI or regime are rounded to be shown and never added up; `rounding` carries the difference. The
plan is the recommended one, or the current one where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.arrays import Floats, rounded
from optimizer.explanation.build import Explanation
from optimizer.response.booking import Booked, book, booking_decimals
from optimizer.response.calibration import Calibrated
from optimizer.response.long_run import moved_level
from optimizer.response.outcome import Outcome, realised_pay
from optimizer.scenario.charges import charge_rates, loading
from optimizer.scenario.plan import IN_FORCE
from optimizer.tables.marks import COMPANY
from optimizer.tables.table import Column, Row, Table, ratio

CASES = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Attainments of every KPI at which finance looks at payouts."""

PAY_LINES = Table(
    "pay_lines",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    regime=Column(str, "name", "name of the regime; empty where there is one only", "regime"),
    probability=Column(float, "share", "probability of the regime"),
    attainment=Column(float, "attainment", "expected attainment in the regime, once people have learnt"),
    gate_attainment=Column(
        float, "attainment", "the same of the KPI that pay hangs on; empty where there is none"
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
    pay=Column(
        float,
        "money/period",
        "probability × euros × level, before charges; rounded to be shown, never added up",
    ),
)
_BOOKED = {
    "pay": Column(float, "money/period", "payout before charges, rounded once per team; company: the sum"),
    "charges": Column(float, "money/period", "pay × rate, rounded once per team; company: the sum"),
    "loaded": Column(float, "money/period", "pay + charges"),
    "share": Column(float, "share", "pay over euros; empty without target pay"),
    "rounding": Column(float, "money/period", "pay − the sum of the lines as they are shown"),
    "lines": Column(int, "count", "number of lines below"),
    "reserve": Column(float, "money/period", "set aside by the budget of the company; 0 for teams"),
    "limit": Column(float, "money/period", "budget, charges included; empty without one"),
    "slack": Column(float, "money/period", "limit − reserve − loaded"),
}
PAY_TOTALS = Table(
    "pay_totals",
    team=Column(str, "name", "name of the team; empty for the company", "team"),
    headcount=Column(float, "count", "people in the team; empty where not given"),
    charges_rate=Column(float, "share", "employer charges as a share of pay; empty for the company"),
    euros=Column(float, "money/period", "pay at target"),
    **_BOOKED,
    exact=Column(float, "money/period", "loaded as computed, not rounded"),
    least_share=Column(float, "share", "least share of target pay that the rules ask for; empty without one"),
    least=Column(float, "money/period", "least_share × euros, the least that pay may be; empty without one"),
    least_slack=Column(float, "money/period", "pay − least"),
)
PAY_CASES = Table(
    "pay_cases",
    case=Column(float, "attainment", "attainment of every KPI, realised"),
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    euros=Column(float, "money/period", "pay at target"),
    level=Column(float, "share", "pay at this attainment, as a share of euros"),
    pay=Column(float, "money/period", "euros × level, before charges; rounded to be shown, never added up"),
)
CASE_TOTALS = Table(
    "case_totals",
    case=Column(float, "attainment", "attainment of every KPI, realised"),
    team=Column(str, "name", "name of the team; empty for the company", "team"),
    euros=Column(float, "money/period", "pay at target"),
    **_BOOKED,
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
        """To which payouts are booked."""
        return booking_decimals(self.cal.scenario)

    @cached_property
    def booked(self) -> Booked:
        """Expected payouts of every team."""
        return book(self.cal.scenario, self.outcome.pay)

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
                    **self._line(i, k, float(levels[s][i, k]), probability),
                }

    def cases(self) -> Iterator[Row]:
        """Pay by team and KPI at certain attainments."""
        for case in CASES:
            levels = self._certain(case)
            for i, k in self._paid():
                yield {
                    "case": case,
                    "team": self.cal.network.teams[i],
                    "kpi": self.cal.network.kpis[k],
                    **self._line(i, k, float(levels[i, k])),
                }

    def _certain(self, case: float) -> Floats:
        """Pay per euro at target where every KPI comes in at one attainment, (I, K)."""
        return realised_pay(self.cal, np.full(len(self.cal.network.kpis), case))

    def _paid(self) -> list[tuple[int, int]]:
        return [(int(i), int(k)) for i, k in np.argwhere(self.euros > 0)]

    def _line(self, i: int, k: int, level: float, probability: float = 1.0) -> Row:
        euros = float(self.euros[i, k])
        return {"euros": euros, "level": level, "pay": rounded(probability * euros * level, self.decimals)}

    def totals(self) -> Iterator[Row]:
        """Booked payouts by team, then of the company, beside budgets and what is not rounded."""
        exact, budget = self.outcome.pay * loading(self.cal.scenario), self.cal.scenario.rules.budget
        people = [team.headcount for team in self.cal.scenario.teams.values()]
        rates = charge_rates(self.cal.scenario)
        for row in self._totals(self.booked, list(self.lines())):
            i = None if row["team"] == COMPANY else self.cal.network.teams.index(row["team"])
            paid = i is not None and row["lines"] > 0
            share = _or_nan(budget.min_share_of_target) if paid else np.nan
            least = rounded(share * row["euros"], self.decimals)
            yield {
                **row,
                "headcount": np.nan if i is None or people[i] is None else people[i],
                "charges_rate": np.nan if i is None else float(rates[i]),
                "exact": float(exact.sum() if i is None else exact[i]),
                "least_share": share,
                "least": least,
                "least_slack": rounded(row["pay"] - least, self.decimals),
            }

    def case_totals(self) -> Iterator[Row]:
        """The same of the cases."""
        cases = list(self.cases())
        for case in CASES:
            paid = book(self.cal.scenario, (self.euros * self._certain(case)).sum(axis=1))
            for row in self._totals(paid, [row for row in cases if row["case"] == case]):
                yield {"case": case, **row}

    def _totals(self, booked: Booked, lines: list[Row]) -> Iterator[Row]:
        """Every team, then the company."""
        budget = self.cal.scenario.rules.budget
        for i, team in enumerate(self.cal.network.teams):
            mine = [row for row in lines if row["team"] == team]
            yield self._total(
                team, float(self.euros[i].sum()), booked.of(i), mine, budget.teams.get(team), 0.0
            )
        whole = float(self.euros.sum())
        yield self._total(COMPANY, whole, booked.company, lines, budget.expected, budget.reserve)

    def _total(
        self, team: str, euros: float, booked: Booked, lines: list[Row], most: float | None, reserve: float
    ) -> Row:
        pay, charges, loaded = (float(v) for v in (booked.pay, booked.charges, booked.loaded))
        limit, kept = rounded(_or_nan(most), self.decimals), rounded(reserve, self.decimals)
        return {
            "team": team,
            "euros": euros,
            "pay": pay,
            "charges": charges,
            "loaded": loaded,
            "share": ratio(pay, euros),
            "rounding": rounded(pay - sum(row["pay"] for row in lines), self.decimals),
            "lines": len(lines),
            "reserve": kept,
            "limit": limit,
            "slack": rounded(limit - kept - loaded, self.decimals),
        }


def _tidy(weight: float) -> float:
    """Without what only arithmetic adds."""
    return round(float(weight), 10)


def _or_nan(limit: float | None) -> float:
    return np.nan if limit is None else limit
