"""What the decision rests on: each sourced number moved to both ends of its range.

The plans stay, the company changes: it is calibrated again with the other number, and the current plan, the
chosen one and its runners-up are answered in it. Rules are not judged again. Where the gain, or the lead over
the runners-up, changes sign within the range, the number at which it is nothing is found by Chandrupatla's
method, for all numbers at once; a sign that changes twice between today and an end is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.optimize.elementwise import find_root

from optimizer.arrays import Bools, Floats, Ints
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.response.batched import evaluate_companies
from optimizer.response.beliefs import Beliefs
from optimizer.response.calibration import Calibrated, calibrate, calibrate_each
from optimizer.response.outcome import evaluate_plans, value_of
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.ranges import RangeError, pay_ratio, scaled
from optimizer.scenario.rule_types import Rules
from optimizer.scenario.types import Scenario, Source

PORTION = 24
"""Numbers that a process takes at once."""
SETTLED = 1e-5
"""Residual up to which an answer counts: five digits are enough."""
ALIKE = 6
"""Decimals of a spread [currency]: what differs by less, by rounding, stays in the order of the file."""
PRECISE = 1e-9
"""Of the factor at which a sign changes."""
_Ranged = tuple[str, Source, tuple[float, float]]
"""Dotted path of a number, its source, the factors on it at the ends of its range."""


@dataclass(frozen=True)
class TornadoBar:
    """A number of the scenario with a range, and what plans are worth at the ends of it.

    `number` as it is, NaN where several move together. `values` (3, S) of the objective [currency/period]
    with the number times the low end of its range, as it is, times the high end, for the current plan, the
    chosen one, and runners-up; NaN where that would be no valid scenario. `break_even` is the factor on the
    number at which the gain is nothing, `break_even_runner_up` the one at which the lead is; NaN where there
    is none within the range. `ends` are the factors on the number at both ends.
    """

    path: str
    source: Source
    ends: tuple[float, float]
    number: float
    values: Floats
    break_even: float
    break_even_runner_up: float

    @property
    def gains(self) -> Floats:
        """Of the chosen plan over the current one: low, as it is, high."""
        return _gain(self.values)

    @property
    def leads(self) -> Floats:
        """Of the chosen plan over the best runner-up; NaN without one."""
        return _lead(self.values)

    @property
    def spread(self) -> float:
        """Between the largest and the smallest of the three gains [currency/period]."""
        return float(np.nanmax(self.gains) - np.nanmin(self.gains))

    @property
    def elasticity(self) -> float:
        """Relative change of the gain per relative change of the number; NaN without a gain or an end."""
        low, gain, high = self.gains
        moved = self.ends[1] - self.ends[0]
        return float((high - low) / (moved * gain)) if gain else np.nan

    @property
    def flips_current(self) -> bool:
        """Whether the gain becomes a loss, or a loss a gain, within the range."""
        return _flips(self.gains)

    @property
    def flips_runner_up(self) -> bool:
        return _flips(self.leads)

    @property
    def runner_up(self) -> int | None:
        """Position among the runners-up of the one that is furthest ahead at an end; None if none is."""
        if not self.flips_runner_up:
            return None
        ahead = np.nan_to_num(self.values[:, 2:] - self.values[:, 1:2], nan=-np.inf)
        return int(ahead.max(axis=0).argmax())


def tornado(
    cal: Calibrated, plans: PlanBatch, workers: Workers = ALONE, on_done: OnDone | None = None
) -> tuple[TornadoBar, ...]:
    """Every source with a range, largest spread first; plans are the current one, the chosen, runners-up."""
    used = plans.euros.sum(axis=(0, 1)) > 0
    used[np.concatenate([cal.paid_by(terms).curves.gates.on for terms in plans.terms])] = True
    sources = [(path, s, s.ends) for path, s in cal.scenario.sources.items() if s.ends]
    company = _Company.of(_bare(cal.scenario, used), replace(plans, euros=plans.euros[:, :, used]))
    portions = [sources[n : n + PORTION] for n in range(0, len(sources), PORTION)]
    values = np.concatenate(
        list(workers.each(partial(_values, company), portions, on_done)) or [np.empty((0, 3, len(plans)))]
    )
    even, even_runner_up = (_crossings(company, sources, of, of(values)) for of in (_gain, _lead))
    bars = [
        TornadoBar(path, source, ends, _number_at(cal.scenario, path), *found)
        for (path, source, ends), *found in zip(sources, values, even, even_runner_up, strict=True)
    ]
    return tuple(sorted(bars, key=lambda s: -round(s.spread, ALIKE)))


def _bare(scenario: Scenario, kept: Bools) -> Scenario:
    """Without KPIs that no plan pays on and no gate asks for, and without rules: only to save time."""
    kpis = {name: kpi for (name, kpi), used in zip(scenario.kpis.items(), kept, strict=True) if used}
    rules = Rules(objective=scenario.rules.objective)
    return scenario.model_copy(update={"kpis": kpis, "plans": {}, "rules": rules, "sources": {}})


def _values(company: _Company, sources: Sequence[_Ranged]) -> Floats:
    """Of every plan with each number at the low end, as it is, and at the high end, (B, 3, S)."""
    moved = [(path, factor) for path, _, both in sources for factor in both]
    low, high = company.values(moved).reshape(len(sources), 2, -1).swapaxes(0, 1)
    return np.stack([low, np.broadcast_to(company.today, low.shape), high], axis=1)


def _gain(values: Floats) -> Floats:
    """Of the second plan over the first, for values (..., S)."""
    return np.asarray(values[..., 1] - values[..., 0])


def _lead(values: Floats) -> Floats:
    """Of the second plan over the best from the third on; NaN without those."""
    if values.shape[-1] < 3:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values[..., 1] - values[..., 2:].max(axis=-1))


def _flips(margins: Floats) -> bool:
    low, high = np.nanmin(margins, initial=np.inf), np.nanmax(margins, initial=-np.inf)
    return bool(low < 0 < high)


def _crossings(
    company: _Company, sources: Sequence[_Ranged], margin: Callable[[Floats], Floats], margins: Floats
) -> Floats:
    """The factor on each number nearest to 1 at which a margin of the plans is nothing, (B,); NaN where there
    is none, or where a factor on the way gives no valid company.

    `margins` (B, 3) are those at the low end, at 1, at the high end.
    """
    ends = np.array([both for _, _, both in sources]).reshape(-1, 2)
    at, side = np.nonzero(margins[:, [0, 2]] * margins[:, [1]] < 0)
    crossings = np.full((len(sources), 2), np.nan)
    if len(at):

        def margin_at(factors: Floats, numbers: Ints) -> Floats:
            moved = [(sources[n][0], float(factor)) for n, factor in zip(numbers, factors, strict=True)]
            return margin(company.values(moved))

        sides = np.sort(np.stack([ends[at, side], np.ones(len(at))]), axis=0)
        found = find_root(margin_at, tuple(sides), args=(at,), tolerances={"xatol": PRECISE})
        crossings[at, side] = np.where(found.success, found.x, np.nan)
    far = np.where(np.isfinite(crossings), np.abs(crossings - 1), np.inf)
    return np.asarray(crossings[np.arange(len(sources)), far.argmin(axis=1)])


def _number_at(scenario: Scenario, path: str) -> float:
    """The number under a dotted path; NaN where there are several."""
    place = scenario.model_dump(by_alias=True)
    for key in path.split("."):
        place = place[key]
    if isinstance(place, dict) and len(place) == 1:
        place = next(iter(place.values()))
    return float(place) if isinstance(place, float) else np.nan


@dataclass(frozen=True)
class _Company:
    """Values of S plans in a company and in companies near it.

    In these, `beliefs` start from what each plan brings in the first, by curves of the batch and by regime.
    """

    scenario: Scenario
    plans: PlanBatch
    beliefs: tuple[tuple[Beliefs, ...], ...]
    today: Floats

    @classmethod
    def of(cls, scenario: Scenario, plans: PlanBatch) -> _Company:
        cal, today, beliefs = calibrate(scenario), np.zeros(len(plans)), []
        for terms, rows in plans.parts():
            paid = cal.paid_by(terms)
            outcome = evaluate_plans(paid, plans.euros[rows])
            today[rows] = value_of(paid, outcome)
            beliefs.append(tuple(at.beliefs for at in outcome.by_regime))
        return cls(scenario, plans, tuple(beliefs), today)

    def values(self, moved: Sequence[tuple[str, float]]) -> Floats:
        """(M, S) with each number times its factor, NaN where invalid; target pay follows the scenario's."""
        values = np.full((len(moved), len(self.plans)), np.nan)
        others: dict[int, Scenario] = {}
        for m, (path, factor) in enumerate(moved):
            if path.startswith("kpis.") and path.split(".")[1] not in self.scenario.kpis:
                values[m] = self.today
                continue
            with suppress(RangeError):
                others[m] = scaled(self.scenario, path, factor)
        calibrated = dict(zip(others, calibrate_each(list(others.values())), strict=True))
        companies = {m: cal for m, cal in calibrated.items() if isinstance(cal, Calibrated)}
        values[list(companies)] = self._answered(list(companies.values()))
        return values

    def _answered(self, companies: list[Calibrated]) -> Floats:
        """(C, S): in each company, NaN where beliefs do not settle."""
        values = np.full((len(companies), len(self.plans)), np.nan)
        euros = [self.plans.euros * pay_ratio(self.scenario, cal.scenario)[:, None] for cal in companies]
        for (terms, rows), start in zip(self.plans.parts(), self.beliefs, strict=True):
            paid = [cal.paid_by(terms) for cal in companies]
            outcomes = evaluate_companies(paid, [every[rows] for every in euros], start)
            for c, (cal, outcome) in enumerate(zip(paid, outcomes, strict=True)):
                settled = outcome.residual <= SETTLED
                values[c, rows] = np.where(settled, value_of(cal, outcome), np.nan)
        return values
