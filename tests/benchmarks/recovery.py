"""Known companies simulated, exported, calibrated and solved: are the numbers and the plan found again?

    uv run python -m tests.benchmarks.recovery --histories 60 --leads 250 2000

A history is eight quarters of leads. Half of the sellers were paid less for the same results in the first
four quarters, so that responsiveness can be found. Each history is calibrated from its export alone; the best
plan of what was found is then judged in the company that the history came from. Truth is computed from the
parameters by quadrature and by the model, never by the estimators.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[2] / "scenarios" / "school_crm_twin"))  # pytest has it already
import twin
from twin import Answers, Change, Source, Twin

from optimizer import Scenario, evaluate
from optimizer.history.behaviour import converged
from optimizer.history.draft.build import scenario_of
from optimizer.history.estimate.history_study import Study, study_of
from optimizer.history.read.deals import read_history
from optimizer.history.read.maps.mapping import WEEKS, Map
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.solver import solve

TODAY = dt.date(2027, 1, 1)
REWARD = 1.5
RESPONSIVENESS = {"marketing": 0.3, "sales": 0.6}
"""Not the prior's 0.4."""
SEGMENTS = {"good_lead": "good", "lead": "other"}
COMPANY = Twin(
    sources={
        "Search ads": Source(45.0, 0.14, 15.0),
        "Social ads": Source(60.0, 0.08, 8.0),
        "Partners": Source(12.0, 0.25, 40.0),
        "Organic": Source(36.3, 0.20),
    },
    win_good=0.30,
    win_other=0.04,
    value=7500.0,
    good=Answers(0.70, 0.20),
    other=Answers(0.55, 0.25),
    weeks=104,
    follow=0,
    swings=0.25,
    owners=12,
    skill=0.2,
    supply=0.3,
    waiting=-0.12,
)
"""About 2,000 leads a quarter. How leads are answered is that under the plan in force at the end."""
HOURS = {"campaign": 0.5, "prompt": 2.0, "late": 1.4, "touch": 0.2}
"""Of work per lead, in that company."""
CALM = {"effort": 0.0, "luck_discount": 0.0}
"""People of the known company work no more hours for pay, and do not mind luck."""
ASSUME = {
    "marketing": {"headcount": 3, "hours": 1380, "base_pay": 30000, "target_pay": 12000, **CALM},
    "sales": {"headcount": 12, "hours": 5520, "base_pay": 90000, "target_pay": 72000, **CALM},
    "margin": 0.5,
    "current_plan": {"marketing": {"leads": 1.0}, "sales": {"wins": 0.5, "answered_in_time": 0.5}},
    "rules": {
        "weights": {"step": 0.1, "min": 0.1, "max": 0.8},
        "gaming": {"tolerance": 0.1},
        "budget": {"expected": 135000},
    },
}
"""What no CRM knows is known to both; only what a CRM must tell has to be found."""
DEALS = {
    "columns": {
        "id": "Id", "created": "Created", "closed": "Closed", "owner": "Owner", "source": "Source",
        "value": "Amount", "response": "Waited hours",
    },
    "won": {"Status": "Won"},
    "lost": {"Status": "Lost"},
    "steps": {"promising": {"Grade": "A"}},
    "good": "promising",
}  # fmt: skip
SPEND = {"date": "Date", "source": "Source", "cost": "Cost"}


# --- the truth ------------------------------------------------------------------------------------------


def with_leads(per_quarter: float) -> Twin:
    """The company with other numbers of leads, each worth, costing and taking so many times more or less.

    To the model nothing changes but units, so gains can be compared; histories tell more or less.
    """
    factor = per_quarter / (sum(s.per_week for s in COMPANY.sources.values()) * WEEKS["quarter"])
    sources = {
        n: replace(s, per_week=s.per_week * factor, cost=s.cost / factor) for n, s in COMPANY.sources.items()
    }
    return replace(COMPANY, sources=sources, value=COMPANY.value / factor)


def hours_of(company: Twin) -> dict[str, float]:
    """Work per lead; dearer leads take longer."""
    return {name: hours * company.value / COMPANY.value for name, hours in HOURS.items()}


def known_scenario(company: Twin) -> Scenario:
    """The company of the parameters, in the form that histories are calibrated to."""
    period = WEEKS["quarter"]
    paid = {n: s for n, s in company.sources.items() if s.cost}
    own = {n: s for n, s in company.sources.items() if not s.cost}
    volume = {
        "good_lead": sum(s.per_week * s.good for s in company.sources.values()) * period,
        "lead": sum(s.per_week * (1 - s.good) for s in company.sources.values()) * period,
    }
    inflow = {
        "good_lead": sum(s.per_week * s.good for s in own.values()) * period,
        "lead": sum(s.per_week * (1 - s.good) for s in own.values()) * period,
    }
    activities: dict[str, object] = {
        name.lower().replace(" ", "_"): {
            "team": "marketing",
            "yields": {"good_lead": s.good, "lead": 1 - s.good},
            "hours": hours_of(company)["campaign"],
            "cash": s.cost,
            "baseline": s.per_week * period,
        }
        for name, s in paid.items()
    }
    for segment, kind in SEGMENTS.items():
        activities |= _selling(company, segment, getattr(company, kind), volume[segment])
    working = [n for n in activities if n.startswith(("prompt_", "late_", "touch_"))]
    credit = [n for n in working if not n.startswith("late_")]
    left = [f"leave:{segment}" for segment in SEGMENTS]
    noise = true_noise(company)
    kpis = {
        "leads": {"entering": {"good_lead": 1.0, "lead": 1.0}},
        "good_leads": {"entering": {"good_lead": 1.0}},
        "answered_in_time": {
            "numerator": dict.fromkeys(credit, 1.0),
            "denominator": dict.fromkeys([*working, *left], 1.0),
            "curve": {"cap": 1.5},
        },
        "wins": {"entering": {"customer": 1.0}},
    }
    teams = {
        name: {**ASSUME[name], "charges": 0.42, "discount": 0.9, "responsiveness": eta}  # type: ignore[dict-item]
        for name, eta in RESPONSIVENESS.items()
    }
    return Scenario.model_validate(
        {
            "name": "known",
            "teams": teams,
            "stages": {
                **{s: {"owner": "sales", "inflow": inflow[s]} for s in SEGMENTS},
                "customer": {"value": true_value(company) * 0.5},
            },
            "activities": activities,
            "kpis": {name: {**kpi, "noise": noise[name]} for name, kpi in kpis.items()},
            "current_plan": ASSUME["current_plan"],
            "rules": ASSUME["rules"],
        },
        by_alias=True,
        by_name=False,
    )


def _selling(company: Twin, segment: str, answers: Answers, volume: float) -> dict[str, object]:
    hours = hours_of(company)

    def way(prompt: bool, share: float) -> dict[str, object]:
        return {
            "team": "sales",
            "from": segment,
            "yields": {"customer": true_rate(company, segment == "good_lead", prompt)},
            "hours": hours["prompt" if prompt else "late"],
            "lag": true_lag(company) / 7 / WEEKS["quarter"],
            "baseline": share * volume,
        }

    touch = {
        "team": "sales",
        "from": segment,
        "hours": hours["touch"],
        "reach": 0.25 * volume,
        "entry": 0.2,
        "gaming": True,
    }
    return {
        f"prompt_{segment}": way(True, answers.prompt),
        f"late_{segment}": way(False, answers.late),
        f"touch_{segment}": touch,
    }


def true_rate(company: Twin, promising: bool, prompt: bool) -> float:
    """Share won of leads answered in time, or late, over waiting times and sellers."""
    level = (np.arange(400) + 0.5) / 400
    waits = twin.waits_at(level, prompt)[:, None]
    odds = stats.norm.ppf((np.arange(60) + 0.5) / 60)[None, :] * company.skill
    return float(twin.win_chance(company, np.array(promising), waits, odds).mean())


def true_lag(company: Twin) -> float:
    """Mean days from lead to win."""
    level = (np.arange(20_000) + 0.5) / 20_000
    return float(twin.lags_at(level, company.lag).mean())


def true_value(company: Twin) -> float:
    """Mean value of a won deal; the generator's log-normal has median value · e^−0.08 and sigma 0.4."""
    return company.value * math.exp(-0.08 + 0.4**2 / 2)


def true_noise(company: Twin) -> dict[str, float]:
    """Relative scatter of a quarter: independent events, and weekly swings averaged over thirteen weeks."""
    period = WEEKS["quarter"]
    per_week = {
        "leads": sum(s.per_week for s in company.sources.values()),
        "good_leads": sum(s.per_week * s.good for s in company.sources.values()),
    }
    per_week["wins"] = _wins_per_week(company)
    swing = math.expm1(company.swings**2)
    noise = {name: math.sqrt(1 / (n * period) + swing / period) for name, n in per_week.items()}
    noise["wins"] = math.sqrt(1 / (per_week["wins"] * period) + swing * _kept(company) / period)
    share = _share_in_time(company)
    noise["answered_in_time"] = math.sqrt((1 - share) / share / (per_week["leads"] * period))
    return noise


def _wins_per_week(company: Twin) -> float:
    wins = 0.0
    for promising, answers in ((True, company.good), (False, company.other)):
        leads = sum(s.per_week * (s.good if promising else 1 - s.good) for s in company.sources.values())
        rates = [true_rate(company, promising, prompt) for prompt in (True, False)]
        wins += leads * (answers.prompt * rates[0] + answers.late * rates[1])
    return wins


def _share_in_time(company: Twin) -> float:
    """Of all leads."""
    leads = [
        sum(s.per_week * (s.good if p else 1 - s.good) for s in company.sources.values()) for p in (1, 0)
    ]
    both = (company.good, company.other)
    return sum(n * a.prompt for n, a in zip(leads, both, strict=True)) / sum(leads)


def _kept(company: Twin) -> float:
    """Share of the weekly swings that a quarter's wins still show: lags spread them over quarters."""
    level = (np.arange(2000) + 0.5) / 2000
    lag = twin.lags_at(level, company.lag) / 7
    period = WEEKS["quarter"]
    weeks = np.arange(-80, 14)[:, None] + 0.5
    landed = ((weeks + lag > 0) & (weeks + lag <= period)).mean(axis=1)
    return float((landed**2).sum() / landed.sum())


# --- histories ------------------------------------------------------------------------------------------


def company_with_change(company: Twin, scenario: Scenario) -> Twin:
    """The company whose first half of sellers was paid less for the same results until half-time, and
    answered as the model says."""
    cal = calibrate(scenario)
    before = cal.current.copy()
    before[list(scenario.teams).index("sales")] /= REWARD
    x = dict(zip(cal.network.activities, evaluate_plans(cal, before[None]).x[0], strict=True))

    def answers(segment: str) -> Answers:
        names = [f"prompt_{segment}", f"late_{segment}", f"touch_{segment}", f"leave:{segment}"]
        prompt, late, touch, left = (float(x[name]) for name in names)
        total = prompt + late + touch + left
        return Answers(prompt / total, late / total)

    good, other = (answers(segment) for segment in SEGMENTS)
    half = company.weeks // 2
    return replace(company, change=Change(half, company.owners // 2, REWARD, good, other))


def map_of(company: Twin) -> Map:
    change = company.change
    assert change is not None
    return Map.model_validate(
        {
            "deals": DEALS,
            "spend": SPEND,
            "assume": {**ASSUME, "work": hours_of(company)},
            "change": {
                "on": company.start + dt.timedelta(weeks=change.week),
                "weeks": 52,
                "concerned": [f"Seller {i + 1}" for i in range(change.owners)],
                "reward": change.reward,
            },
        }
    )


def recovered(company: Twin, seed: int) -> tuple[Study, Scenario]:
    """A history of the company, and what its export tells."""
    given = map_of(company)
    with tempfile.TemporaryDirectory() as folder:
        paths = twin.write(twin.simulate(company, seed), Path(folder))
        history = read_history(paths, given, names=True, today=TODAY)
    study = converged(study_of(history, given))
    return study, scenario_of(study)


# --- comparison -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """One number of the scenario, true and found, with the interval that its source states."""

    kind: str
    path: str
    true: float
    estimate: float
    lo: float
    hi: float

    @property
    def inside(self) -> bool:
        return self.lo <= self.true <= self.hi


def numbers(truth: Scenario, study: Study, scenario: Scenario) -> Iterator[Number]:
    """Every number that a CRM has to tell, by kind."""
    eta = study.responsiveness
    yield Number("responsiveness", "sales", truth.teams["sales"].responsiveness, eta.value, eta.lo, eta.hi)
    for name, activity in truth.activities.items():
        mine, place = scenario.activities[name], f"activities.{name}"
        for stage, rate in activity.yields.items():
            here = (
                f"{place}.yields.{stage}"
                if f"{place}.yields.{stage}" in scenario.sources
                else f"{place}.yields"
            )
            yield _number("rates", here, rate, mine.yields[stage], scenario)
        if activity.lag:
            yield _number("lags", f"{place}.lag", activity.lag, mine.lag, scenario)
        if activity.baseline:
            yield _number("volumes", f"{place}.baseline", activity.baseline, mine.baseline, scenario)
    for name, kpi in truth.kpis.items():
        yield _number("noise", f"kpis.{name}.noise", kpi.noise, scenario.kpis[name].noise, scenario)
    value = truth.stages["customer"].value
    yield _number("value", "stages.customer.value", value, scenario.stages["customer"].value, scenario)


def _number(kind: str, path: str, true: float, estimate: float, scenario: Scenario) -> Number:
    width = scenario.sources[path].range or 0.0
    return Number(kind, path, true, estimate, estimate * (1 - width), estimate * (1 + width))


@dataclass(frozen=True)
class Trial:
    """One history: its numbers, and what its plan brings in the company it came from."""

    numbers: tuple[Number, ...]
    revenue: float
    """Of the plan found, in the true company."""
    broken: float
    """Largest excess over the true budget [currency/period]; 0 within it."""
    same_plan: bool


@dataclass(frozen=True)
class Truth:
    """The company, its revenue today and at its best plan."""

    company: Twin
    scenario: Scenario
    today: float
    best: float
    plan: dict[str, dict[str, float]]

    def lost(self, trial: Trial) -> float:
        """Share of the true optimum's gain."""
        return (self.best - trial.revenue) / (self.best - self.today)


def truth_of(company: Twin = COMPANY) -> Truth:
    scenario = known_scenario(company)
    best = solve(scenario)
    return Truth(
        company_with_change(company, scenario),
        scenario,
        float(evaluate(scenario).consistent.revenue),
        float(evaluate(scenario, best.chosen.plan.weights).consistent.revenue),
        best.chosen.plan.weights,
    )


def trial(truth: Truth, seed: int) -> Trial:
    study, scenario = recovered(truth.company, seed)
    chosen = solve(scenario).chosen
    assert chosen is not None
    plan = chosen.plan.weights
    there = evaluate(truth.scenario, plan).consistent
    limit = truth.scenario.rules.budget.expected or math.inf
    return Trial(
        tuple(numbers(truth.scenario, study, scenario)),
        there.revenue,
        max(0.0, there.loaded_pay - limit),
        plan == truth.plan,
    )


# --- the table ------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--histories", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the first history")
    parser.add_argument("--leads", type=float, nargs="+", default=[2000.0], help="per quarter")
    given = parser.parse_args()
    columns = {}
    for leads in given.leads:
        truth, trials = truth_of(with_leads(leads)), []
        print(f"true gain {truth.best - truth.today:,.0f} of {truth.today:,.0f} by {truth.plan}")
        for seed in range(given.seed, given.seed + given.histories):
            trials.append(trial(truth, seed))
            print(f"  history {seed}: loses {truth.lost(trials[-1]):.1%}", flush=True)
        columns[f"{leads:,.0f}"] = dict(cells(truth, trials))
    print(f"| leads a quarter | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for name in next(iter(columns.values())):
        print(f"| {name} | {' | '.join(column[name] for column in columns.values())} |")


def cells(truth: Truth, trials: list[Trial]) -> Iterator[tuple[str, str]]:
    """What the plans lose, and coverage with the mean error by kind of number."""
    lost = np.array([truth.lost(t) for t in trials])
    yield "plans found again exactly", f"{sum(t.same_plan for t in trials)} of {len(trials)}"
    yield (
        "share of the true optimum's gain that is lost, mean / worst",
        f"{lost.mean():.1%} / {lost.max():.1%}",
    )
    yield "the same in median", f"{np.median(lost):.1%}"
    yield "over the true budget", str(sum(t.broken > 0 for t in trials))
    every = [n for t in trials for n in t.numbers]
    for kind in dict.fromkeys(n.kind for n in every):
        mine = [n for n in every if n.kind == kind]
        error = np.array([n.estimate / n.true - 1 for n in mine]).mean()
        yield (
            f"{kind}: inside their intervals; mean error",
            f"{sum(n.inside for n in mine)} of {len(mine)}; {error:+.1%}",
        )


if __name__ == "__main__":
    main()
