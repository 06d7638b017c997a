"""What the model says of each measure: with the parameters of all cases, and over their ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.outcome import Mode, Outcome, evaluate_plan
from optimizer.rollout.published.case import Measure, Parameters, Quantity, parameters_of
from optimizer.rollout.published.collection import CaseFolder, Collection
from optimizer.rollout.published.misses import MISSES, Fit, verdict_of
from optimizer.scenario.plan import plans_in
from optimizer.scenario.types import Scenario

MODES: tuple[Mode, Mode] = ("first_response", "consistent")


@dataclass(frozen=True)
class Prediction:
    """One measure of a case: what was found, and what the model says.

    Changes are in the unit of the measure, 0.2 = 20 % or 20 points.
    """

    case: CaseFolder
    name: str
    first_response: float
    """While people act on beliefs of before."""
    consistent: float
    """Once they have learnt: what is judged."""
    low: float
    high: float
    """Least and most of `consistent` with every parameter at an end of its range."""
    verdict: Fit

    @property
    def measure(self) -> Measure:
        return self.case.case.measures[self.name]

    @property
    def ratio(self) -> float | None:
        """Model over study; None where no size was published."""
        value = self.measure.published.value
        return None if value is None else self.consistent / value

    @property
    def missed(self) -> bool:
        return self.verdict in MISSES


def predictions_of(collection: Collection) -> tuple[Prediction, ...]:
    """Every measure of every case, in their order."""
    parameters = collection.defaults.parameters
    return tuple(p for case in collection.cases for p in _of_case(case, parameters))


def _of_case(case: CaseFolder, parameters: Parameters) -> Iterator[Prediction]:
    first, consistent = (_changes(case, case.scenario, mode) for mode in MODES)
    corners = [_changes(case, _with(case.scenario, corner), "consistent") for corner in _corners(parameters)]
    for name, measure in case.case.measures.items():
        spread = [corner[name] for corner in corners]
        larger = measure.published.smaller_than
        verdict = verdict_of(measure.published, consistent[name], consistent[larger] if larger else None)
        yield Prediction(case, name, first[name], consistent[name], min(spread), max(spread), verdict)


def _changes(case: CaseFolder, scenario: Scenario, mode: Mode) -> dict[str, float]:
    """Change of every measure of a case, in its company or one whose people answer otherwise."""
    cal = calibrate(scenario)
    outcomes: dict[str | None, Outcome] = {None: evaluate_plan(cal, cal.current, mode)}
    for name, plan in plans_in(scenario).items():
        outcomes[name] = evaluate_plan(cal.paid_by(plan.terms), plan.euros(scenario), mode)
    return {
        name: _change(measure, cal, outcomes[measure.against], outcomes[measure.plan])
        for name, measure in case.case.measures.items()
    }


def _change(measure: Measure, cal: Calibrated, before: Outcome, after: Outcome) -> float:
    was, now = (_value(measure, cal, outcome) for outcome in (before, after))
    return now / was - 1 if measure.as_ == "relative" else now - was


def _value(measure: Measure, cal: Calibrated, outcome: Outcome) -> float:
    number = _number(measure.of, cal, outcome)
    return number if measure.per is None else number / _number(measure.per, cal, outcome)


def _number(quantity: Quantity, cal: Calibrated, outcome: Outcome) -> float:
    """One declared number of an outcome."""
    network = cal.network
    if quantity.kpi is not None:
        return float(outcome.score[network.kpis.index(quantity.kpi)])
    if quantity.pay is not None:
        return float(outcome.pay[network.teams.index(quantity.pay)])
    if quantity.gross:
        return outcome.gross
    some = [network.activities.index(name) for name in (quantity.activity or quantity.hours or ())]
    units = outcome.x[some]
    return float(units.sum() if quantity.activity else units @ network.unit_hours[some])


def _corners(parameters: Parameters) -> Iterator[dict[str, float]]:
    """Every parameter at the one or the other end of its range."""
    ranges = parameters_of(parameters)
    for corner in product(*((known.low, known.high) for known in ranges.values())):
        yield dict(zip(ranges, corner, strict=True))


def _with(scenario: Scenario, parameters: Mapping[str, float]) -> Scenario:
    """The same company, its people answering otherwise."""
    teams = {name: team.model_copy(update=dict(parameters)) for name, team in scenario.teams.items()}
    return scenario.model_copy(update={"teams": teams})
