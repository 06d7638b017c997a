"""Which assumed numbers the gain rests on: each sourced number moved to both ends of its range.

The plans stay, the company changes: it is calibrated again with the other number, and both the chosen and the
current plan are answered in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.baseline import Calibrated, CalibrationError, calibrate
from optimizer.beliefs import Beliefs
from optimizer.network import Bools, Floats
from optimizer.outcome import Outcome, evaluate_plans, outcome_of, value_of
from optimizer.ranges import RangeError, scaled
from optimizer.response import consistent_response
from optimizer.scenario import Rules, Scenario


@dataclass(frozen=True)
class Assumption:
    """A number of the scenario with a range, and the gain over the current plan at the ends of the range.

    `gain`, `low`, `high` [currency/period] with the number as it is, times (1 − range), times (1 + range);
    NaN where that would be no valid scenario.
    """

    path: str
    text: str
    range: float
    gain: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Between the largest and the smallest of the three gains [currency/period]."""
        return float(np.nanmax(self._gains) - np.nanmin(self._gains))

    @property
    def elasticity(self) -> float:
        """Relative change of the gain per relative change of the number; NaN without a gain or an end."""
        return (self.high - self.low) / (2 * self.range * self.gain) if self.gain else np.nan

    @property
    def changes_sign(self) -> bool:
        """Whether the gain becomes a loss, or a loss a gain, within the range."""
        return bool(np.nanmin(self._gains) < 0 < np.nanmax(self._gains))

    @property
    def _gains(self) -> tuple[float, float, float]:
        return self.gain, self.low, self.high


def assumptions(cal: Calibrated, euros: Floats) -> tuple[Assumption, ...]:
    """Every source with a range, largest spread first, for the chosen plan (I, K)."""
    paid = (cal.current + euros).sum(axis=0) > 0
    gains = _Gains.of(calibrate(_bare(cal.scenario, paid)), euros[:, paid])
    found = [
        Assumption(
            path,
            source.text,
            source.range,
            gains.today,
            gains.at(path, 1 - source.range),
            gains.at(path, 1 + source.range),
        )
        for path, source in cal.scenario.sources.items()
        if source.range
    ]
    return tuple(sorted(found, key=lambda a: -a.spread))


def _bare(scenario: Scenario, paid: Bools) -> Scenario:
    """Without the KPIs that neither plan pays on, which move nobody, and without rules: only to save time."""
    kpis = {name: kpi for (name, kpi), used in zip(scenario.kpis.items(), paid, strict=True) if used}
    rules = Rules(objective=scenario.rules.objective)
    return scenario.model_copy(update={"kpis": kpis, "plans": {}, "rules": rules, "sources": {}})


@dataclass(frozen=True)
class _Gains:
    """Gains of a plan (I, K) in a company and in companies near it; beliefs start from those of the first."""

    scenario: Scenario
    euros: Floats
    beliefs: tuple[Beliefs, ...]
    today: float

    @classmethod
    def of(cls, cal: Calibrated, euros: Floats) -> _Gains:
        outcome = evaluate_plans(cal, np.array([cal.current, euros]))
        return cls(cal.scenario, euros, tuple(w.beliefs for w in outcome.worlds), _gain(cal, outcome))

    def at(self, path: str, factor: float) -> float:
        """The gain with the number times `factor`; target pay moves with the scenario's. NaN if invalid."""
        if path.startswith("kpis.") and path.split(".")[1] not in self.scenario.kpis:
            return self.today
        try:
            cal = calibrate(scaled(self.scenario, path, factor))
        except (RangeError, CalibrationError):
            return np.nan
        both = np.array([cal.current, self.euros * _pay_ratio(self.scenario, cal.scenario)[:, None]])
        pairs = zip(cal.worlds, self.beliefs, strict=True)
        worlds = tuple(consistent_response(cal, network, both, start) for (_, network), start in pairs)
        return _gain(cal, outcome_of(cal, both, worlds))


def _pay_ratio(before: Scenario, after: Scenario) -> Floats:
    """New over old target pay, (I,)."""
    pairs = zip(after.teams.values(), before.teams.values(), strict=True)
    return np.array([new.current_pay / old.current_pay if old.current_pay > 0 else 1.0 for new, old in pairs])


def _gain(cal: Calibrated, outcome: Outcome) -> float:
    """Of the second plan over the first."""
    value = value_of(cal.scenario.rules.objective, outcome)
    return float(value[1] - value[0])
