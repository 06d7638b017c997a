"""Is a plan still good if the numbers are off? Candidate plans in companies drawn from the sources' ranges.

Every draw is a company with other numbers (`ranges.draw`), calibrated again; all candidates are answered in
it at consistent beliefs, in every regime, so that they are compared on common random numbers. A draw in which
people's beliefs do not settle under every candidate counts for none of them, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.plans.evaluator import consistent_tail
from optimizer.plans.rules import payout_values
from optimizer.plans.rules.facts import Facts
from optimizer.response.batched import evaluate_companies
from optimizer.response.calibration import Calibrated, CalibrationError, calibrate, calibrate_each
from optimizer.response.outcome import OutcomeBatch, value_of
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.cvar import cvar
from optimizer.risk.draws import Stream, generator
from optimizer.risk.ranges import ATTEMPTS, RangeError, draw, pay_ratio
from optimizer.scenario.plan import IN_FORCE, PlanTerms
from optimizer.scenario.rule_types import Budget

Criterion = Literal["mean", "cvar", "regret"]
Kind = Literal["current", "nominal", "alternative", "neighbour"]
"""The plan in force; the best at the file's numbers, if another; one listed; one shift of weight away."""

MEASURED = (
    "mean", "cvar", "regret", "best", "beats_current", "breaks_budget", "behind", "behind_error",
)  # fmt: skip
"""What is known of each candidate after the draws."""
DRAWS = 2000
WORST = 0.1
"""Share of the draws that counts as the bad ones."""
PORTION = 40
"""Draws that a process takes at once, and answers together."""


@dataclass(frozen=True)
class Candidate:
    """A plan, (I, K) euros at target; its value and whether it keeps all rules at the numbers of the file."""

    kind: Kind
    euros: Floats
    value: float
    kept: bool
    terms: PlanTerms = IN_FORCE


def nominal_in(candidates: Sequence[Candidate]) -> int:
    """Position of the best at the file's numbers, which has no entry of its own where it is in force."""
    return next((c for c, candidate in enumerate(candidates) if candidate.kind == "nominal"), 0)


@dataclass(frozen=True)
class Robustness:
    """C candidates, the plan in force first and the best at the file's numbers next, in D draws that count.

    `values` (D, C) of the objective [currency/period] and `broken` (D, C), whether a budget is; `rejected`
    draws gave no valid company and were drawn again, in `unsettled` ones some candidate had no equilibrium.
    `picked` is the position of the recommended plan, `criterion` why it is that one, None where nothing but
    the numbers of the file decided.
    """

    candidates: tuple[Candidate, ...]
    values: Floats
    broken: Bools
    rejected: int
    unsettled: int
    seed: int
    limited: bool
    """Whether there is any budget to break."""
    picked: int
    criterion: Criterion | None = None

    @property
    def nominal(self) -> int:
        """Position of the best at the file's numbers; 0 where that is the plan in force."""
        return nominal_in(self.candidates)

    @cached_property
    def mean(self) -> Floats:
        """(C,) currency per period, as all that follow but shares."""
        return np.asarray(self.values.mean(axis=0))

    @cached_property
    def cvar(self) -> Floats:
        """Mean of each candidate's own worst draws."""
        losses = -self.values.T
        return -cvar(losses, np.full(len(self.values), 1 / len(self.values)), 1 - WORST)

    @cached_property
    def regret(self) -> Floats:
        """How far behind the best candidate of each draw, on average."""
        return np.asarray((self.values.max(axis=1, keepdims=True) - self.values).mean(axis=0))

    @cached_property
    def best(self) -> Floats:
        """Share of draws in which none is better; candidates that tie all count."""
        return np.asarray((self.values >= self.values.max(axis=1, keepdims=True)).mean(axis=0))

    @cached_property
    def beats_current(self) -> Floats:
        """Share of draws in which it brings more than the plan in force."""
        return np.asarray((self.values > self.values[:, :1]).mean(axis=0))

    @cached_property
    def breaks_budget(self) -> Floats:
        """Share of draws in which it breaks a budget; NaN without one."""
        return np.asarray(self.broken.mean(axis=0)) if self.limited else np.full(len(self.candidates), np.nan)

    @property
    def best_when_bad(self) -> int:
        """Position of the candidate that brings most on its worst draws."""
        return int(self.cvar.argmax())

    @property
    def cost(self) -> float:
        """What the recommended plan gives up at the numbers of the file."""
        return self.candidates[self.nominal].value - self.candidates[self.picked].value

    @cached_property
    def behind(self) -> Floats:
        """By how much the recommended plan is ahead of each, by the criterion (else the mean), (C,)."""
        score = self._score(self.criterion or "mean")
        return np.asarray(score[self.picked] - score)

    @cached_property
    def behind_error(self) -> Floats:
        """Standard errors of `behind`, (C,), from differences in the same draws.

        Of worst draws, that of the mean beyond a percentile taken as known: what its own error adds is of
        lower order (Rockafellar & Uryasev 2000, doi:10.21314/JOR.2000.038).
        """
        share = self._contributions(self.criterion or "mean")
        return np.asarray((share[:, [self.picked]] - share).std(axis=0) / np.sqrt(len(share)))

    @property
    def runner_up(self) -> int | None:
        """Position of the next best that keeps all rules; None where there is none."""
        others = (c for c in self.ranking(self.criterion or "mean") if c != self.picked)
        return next(others, None)

    def _score(self, criterion: Criterion) -> Floats:
        return {"mean": self.mean, "cvar": self.cvar, "regret": -self.regret}[criterion]

    def _contributions(self, criterion: Criterion) -> Floats:
        """(D, C), whose mean over the draws is the score; only differences of candidates count."""
        if criterion != "cvar":
            return self.values
        edge = np.quantile(self.values, WORST, axis=0, method="inverted_cdf")
        return np.asarray(edge - np.maximum(edge - self.values, 0.0) / WORST)

    def ranking(self, criterion: Criterion) -> list[int]:
        """Candidates that keep all rules, best first; among ties the best at the file's numbers."""
        score = self._score(criterion)
        kept = [c for c, candidate in enumerate(self.candidates) if candidate.kept]
        return sorted(kept, key=lambda c: (-score[c], -self.candidates[c].value))


def robustness(
    cal: Calibrated,
    candidates: Sequence[Candidate],
    draws: int = DRAWS,
    workers: Workers = ALONE,
    on_done: OnDone | None = None,
) -> Robustness:
    """Candidates in draws from the ranges of the sources; the same for any number of workers.

    Raises RangeError where the scenario states no range, no draw gives a valid company, or none settles.
    """
    if not any(source.ends for source in cal.scenario.sources.values()):
        raise RangeError("no source states a range: add `range` or `factor` to entries of `sources`")
    plans = PlanBatch.of((c.euros, c.terms) for c in candidates)
    portions = [range(n, min(n + PORTION, draws)) for n in range(0, draws, PORTION)]
    work = partial(_portion, cal, plans)
    answers = [a for portion in workers.each(work, portions, on_done) for a in portion]
    counted = [a for a in answers if a.converged]
    if not counted:
        raise RangeError(f"in none of {draws} draws do beliefs settle under every candidate plan")
    return Robustness(
        candidates=tuple(candidates),
        values=np.array([a.values for a in counted]),
        broken=np.array([a.broken for a in counted]),
        rejected=sum(a.rejected for a in answers),
        unsettled=len(answers) - len(counted),
        seed=cal.seed,
        limited=cal.scenario.rules.budget != Budget(reserve=cal.scenario.rules.budget.reserve),
        picked=nominal_in(candidates),
    )


@dataclass(frozen=True)
class _Answer:
    """Of one draw: (C,) values and broken budgets, whether all settled, how many were drawn in vain."""

    values: Floats
    broken: Bools
    converged: bool
    rejected: int


def _portion(cal: Calibrated, plans: PlanBatch, numbers: Sequence[int]) -> list[_Answer]:
    companies, rejected = zip(*_companies(cal, numbers), strict=True)
    euros = [plans.euros * pay_ratio(cal.scenario, company.scenario)[:, None] for company in companies]
    shape = len(companies), len(plans)
    values, broken, converged = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for terms, rows in plans.parts():
        paid = [company.paid_by(terms) for company in companies]
        outcomes = evaluate_companies(paid, [every[rows] for every in euros])
        for d, (company, outcome) in enumerate(zip(paid, outcomes, strict=True)):
            values[d, rows], converged[d, rows] = value_of(company, outcome), outcome.converged
            broken[d, rows] = _over_budget(company, euros[d][rows], outcome)
    settled = [bool(row.all()) for row in converged]
    return [_Answer(values[d], broken[d], settled[d], in_vain) for d, in_vain in enumerate(rejected)]


def _over_budget(cal: Calibrated, euros: Floats, outcome: OutcomeBatch) -> Bools:
    """(S,): whether a line of `rules.budget` is broken."""
    tail = consistent_tail(cal, euros, outcome.by_regime)
    facts = Facts(cal, euros, outcome.by_regime, outcome.pay, tail=tail)
    over = [~rule.kept for rule in payout_values(facts)]
    return np.asarray(np.any([np.zeros(len(euros), dtype=bool), *over], axis=0))


def _companies(cal: Calibrated, numbers: Sequence[int]) -> Iterator[tuple[Calibrated, int]]:
    """Draws by their numbers, calibrated; and how many of each gave no company that can be."""
    streams = [generator(cal.seed, Stream.RANGES, number) for number in numbers]
    first = [draw(cal.scenario, rng) for rng in streams]
    calibrated = calibrate_each([drawn.scenario for drawn in first], cal.seed)
    for rng, drawn, company in zip(streams, first, calibrated, strict=True):
        if isinstance(company, Calibrated):
            yield company, drawn.rejected
        else:
            yield _another(cal, rng, drawn.rejected + 1)


def _another(cal: Calibrated, rng: np.random.Generator, rejected: int) -> tuple[Calibrated, int]:
    """The next draw that can be calibrated, and how many were rejected before it."""
    while rejected < ATTEMPTS:
        drawn = draw(cal.scenario, rng)
        rejected += drawn.rejected
        try:
            return calibrate(drawn.scenario, cal.seed), rejected
        except CalibrationError:
            rejected += 1
    raise RangeError(f"{ATTEMPTS} draws in a row cannot be calibrated")
