"""After the launch: actuals read strictly, responsiveness recovered, and the smallest change found."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from solved import PLANS, mini

from optimizer import Scenario, ScenarioError
from optimizer.arrays import Floats
from optimizer.plans.evaluation import compare
from optimizer.plans.space import change_origin
from optimizer.response.calibration import calibrate
from optimizer.risk.draws import draw_luck
from optimizer.rollout.actuals import Actual, read_actuals
from optimizer.rollout.adjust import LAUNCHED, RECOVERED, Adjustment, adjust, compare_actuals
from optimizer.rollout.posterior import expected_attainment, learn_responsiveness, with_responsiveness
from optimizer.rollout.transition import LEARNING, follow
from optimizer.scenario.plan import plan_of


@cache
def company() -> Scenario:
    rules = {"weights": {"step": 0.2, "max_measures": 3}, "budget": {"expected": 140000.0}}
    return mini(rules, plans=PLANS)


def launched() -> Floats:
    return plan_of(company(), company().plans["by_hand"]).euros(company())


def lived(eta: dict[str, float], periods: int, seed: int) -> Floats:
    """Attainment (T, K) of a company with this responsiveness, with luck."""
    cal = calibrate(with_responsiveness(company(), eta))
    return follow(cal, launched(), draw_luck(cal.scenario, seed, periods, 1)).attainment[:, 0]


def measured(attained: Floats, *kpis: str) -> list[Actual]:
    cal, names = calibrate(company()), list(company().kpis)
    return [
        Actual(t + 1, "marketing", kpi, float(row[names.index(kpi)] * cal.targets[names.index(kpi)]))
        for t, row in enumerate(attained)
        for kpi in kpis
    ]


# --- responsiveness -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_known_responsiveness_lies_in_the_interval_of_most_runs() -> None:
    held = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        true = float(0.4 * np.exp(0.5 * rng.standard_normal()))
        learnt = learn_responsiveness(calibrate(company()), launched(), lived({"marketing": true}, 4, seed))
        posterior = next(f.posterior for f in learnt if f.team == "marketing")
        held += posterior.low <= true <= posterior.high
    # 95 % intervals: 16 or fewer of 20 happens less than once in 60 even where all is exact.
    assert held >= 17


def test_much_data_finds_it_and_no_luck_finds_it_exactly() -> None:
    true = {"marketing": 0.7, "sales": 0.4, "success": 0.4}
    exact = expected_attainment(calibrate(company()), [true], launched(), 12, LEARNING)[0, 0]
    learnt = learn_responsiveness(calibrate(company()), launched(), exact)
    marketing = next(f for f in learnt if f.team == "marketing")
    assert marketing.narrower > 0.4
    assert 0.5 < marketing.posterior.median < 0.75  # the prior's median 0.4 still pulls


def test_a_plan_that_changes_nothing_for_a_team_says_nothing_about_it() -> None:
    learnt = learn_responsiveness(calibrate(company()), launched(), lived({}, 4, 1))
    success = next(f for f in learnt if f.team == "success")
    assert abs(success.narrower) < 0.02
    assert success.posterior.median == pytest.approx(success.prior.median, rel=0.02)


def test_the_range_of_a_source_is_the_prior() -> None:
    source = {"teams.marketing.responsiveness": {"text": "guess", "range": 0.5}}
    scenario = mini(sources=source, plans=PLANS)
    learnt = learn_responsiveness(calibrate(scenario), launched(), np.full((1, len(scenario.kpis)), np.nan))
    prior = learnt[0].prior
    assert prior.high / prior.low == pytest.approx(1.5 / 0.5)  # as wide on the log scale as ± 50 %
    assert learnt[0].posterior.median == pytest.approx(0.4, rel=0.01)
    assert learnt[1].prior.high / learnt[1].prior.low == pytest.approx(8, rel=1e-6)  # 0.1 to 0.8


def test_a_factor_of_a_source_is_the_prior_as_it_is() -> None:
    source = {"teams.marketing.responsiveness": {"text": "guess", "factor": 3}}
    scenario = mini(sources=source, plans=PLANS)
    prior = learn_responsiveness(calibrate(scenario), launched(), np.full((1, len(scenario.kpis)), np.nan))[
        0
    ].prior
    assert (prior.low / prior.median, prior.high / prior.median) == pytest.approx((1 / 3, 3))


def test_several_responsivenesses_at_once_give_what_each_gives_alone() -> None:
    etas = [{"marketing": 0.2}, {"marketing": 0.9, "sales": 0.3}]
    together = expected_attainment(calibrate(company()), etas, launched(), 3, LEARNING)
    for eta, attained in zip(etas, together, strict=True):
        alone = expected_attainment(calibrate(company()), [eta], launched(), 3, LEARNING)[0]
        assert attained == pytest.approx(alone, rel=1e-9)


# --- actuals --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ninety_five_of_a_hundred_values_lie_in_their_interval() -> None:
    cal = calibrate(company())
    inside = []
    for seed in range(15):
        actuals = measured(lived({}, 2, 100 + seed), "lead_volume", "wins")
        compared = compare_actuals(cal, launched(), actuals, seed=1, draws=1000)
        inside += [not c.surprising for c in compared]
    # 60 values: 5 % are outside; four standard errors.
    assert abs(np.mean(inside) - 0.95) < 4 * np.sqrt(0.05 * 0.95 / 60)


def test_where_targets_are_issued_anew_results_are_still_compared_in_their_own_unit() -> None:
    targets = {"mode": "reset", "stretch": 0.05}
    tree = company().model_dump(by_alias=True, exclude_none=True)
    scenario = Scenario.model_validate(tree | {"targets": targets})
    cal, k = calibrate(scenario), list(scenario.kpis).index("lead_volume")
    path = follow(cal, launched(), draw_luck(scenario, 1, 4, 1000))
    leads = path.x @ cal.network.numerator[k]
    # The plan brings fewer leads: attainment comes back as targets follow them, leads do not.
    assert path.score[-1, :, k].mean() > path.score[0, :, k].mean() + 0.04
    assert leads[-1].mean() < leads[0].mean() * 1.01
    actuals = [Actual(t + 1, "marketing", "lead_volume", float(leads[t].mean())) for t in range(4)]
    comparison = compare_actuals(cal, launched(), actuals, seed=1, draws=1000)
    spread = cal.curves.noise[k] * cal.targets[k] * 1.2
    for compared in comparison:
        assert compared.expected == pytest.approx(compared.value, abs=4 * spread / np.sqrt(1000))
    exact = expected_attainment(calibrate(scenario), [{}], launched(), 4, LEARNING)[0, 0, :, k]
    assert exact * cal.targets[k] == pytest.approx(leads.mean(axis=1), rel=0.01)


def written(folder: Path, text: str) -> Path:
    file = folder / "actuals.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_actuals_are_read_in_any_order_of_columns(tmp_path: Path) -> None:
    file = written(tmp_path, "kpi,period,team,value\nwins,2,marketing, 31.5\n\nwins,1,sales,30\n")
    assert read_actuals(file, company())[0] == (
        Actual(2, "marketing", "wins", 31.5),
        Actual(1, "sales", "wins", 30.0),
    )


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "is empty"),
        ("period;team;kpi;value\n", "1:1", "commas, not by semicolons"),
        ("period,team,kpi\n", "1:1", "must name the columns"),
        ("period,team,kpi,value\n", "1:1", "has no rows"),
        ("period,team,kpi,value\n1,marketing,wins\n", "2:1", "has 3 cells instead of 4"),
        ("period,team,kpi,value\n1,marketng,wins,3\n", "2:3", 'did you mean "marketing"?'),
        ("period,team,kpi,value\n1,marketing,win,3\n", "2:13", 'did you mean "wins"?'),
        ("period,team,kpi,value\n0,marketing,wins,3\n", "2:1", "whole number from 1"),
        ("period,team,kpi,value\n1.5,marketing,wins,3\n", "2:1", "whole number from 1"),
        ("period,team,kpi,value\n1,marketing,wins,n/a\n", "2:18", "must be a finite number"),
        ("period,team,kpi,value\n1,marketing,wins,nan\n", "2:18", "must be a finite number"),
        ("period,team,kpi,value\n1,marketing,wins,-3\n", "2:18", "cannot be negative"),
        ("period,team,kpi,value\n1,sales,wins,3\n1,sales,wins,3\n", "3:1", "stands in line 2 already"),
        ("period,team,kpi,value\n1,sales,wins,3\n1,marketing,wins,4\n", "3:18", "has another value"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_actuals(written(tmp_path, text), company())
    problem = refused.value.problems[0]
    assert problem.spot == place
    assert said in str(problem)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,success,retention,{percent}", "looks like a percentage"),
        ("1,sales,wins,{many}", "looks like another unit or period"),
    ],
)
def test_a_value_of_another_size_is_doubted(tmp_path: Path, row: str, said: str) -> None:
    numbers = {"percent": 80, "many": 5_000}
    rows = f"period,team,kpi,value\n{row.format(**numbers)}\n"
    _, (doubt,) = read_actuals(written(tmp_path, rows), company())
    assert said in doubt.message


# --- the change -----------------------------------------------------------------------------------------


@cache
def adjusted() -> Adjustment:
    actuals = measured(lived({"marketing": 0.7}, 4, 7), "lead_volume", "wins")
    return adjust(company(), company().plans["by_hand"], actuals, draws=200)


@pytest.mark.slow
def test_the_change_recovers_most_and_no_smaller_one_that_was_tried_does() -> None:
    adjustment = adjusted()
    assert adjustment.verdict == "change"
    assert adjustment.chosen is not None
    assert adjustment.chosen.gain >= RECOVERED * adjustment.unlimited.gain
    smaller = [a for a in adjustment.tried if a.limit < adjustment.chosen.limit]
    assert all(not a.gain >= RECOVERED * adjustment.unlimited.gain for a in smaller)
    step = 2 * company().rules.weights.step
    assert adjustment.chosen.limit <= step * 1.001 or any(
        a.limit == pytest.approx(adjustment.chosen.limit - step) for a in smaller
    )


@pytest.mark.slow
def test_the_change_is_counted_from_the_plan_in_force_and_gains_what_it_says() -> None:
    adjustment = adjusted()
    assert adjustment.chosen is not None
    plan = adjustment.chosen.solution.chosen.plan
    assert plan is not None
    for team, now in adjustment.plan.weights.items():
        then = plan.weights.get(team, {})
        moved = sum(abs(now.get(k, 0) - then.get(k, 0)) for k in company().kpis)
        assert moved <= adjustment.chosen.limit + 1e-9
    both = compare(adjustment.scenario, {"then": plan.weights, "now": adjustment.plan})
    gain = both["then"].consistent.revenue - both["now"].consistent.revenue
    assert gain == pytest.approx(adjustment.chosen.gain, abs=1e-6)


def test_changes_are_counted_from_the_plan_that_the_rules_name() -> None:
    named = mini({"change_limit": 0.4, "change_from": "by_hand"}, plans=PLANS)
    assert change_origin(named)[0].tolist() == [0.6, *change_origin(named)[0].tolist()[1:]]
    broken = compare(named, {"current": named.current_plan})["current"].broken_rules
    assert "change_limit.marketing" in {r.name for r in broken}
    assert LAUNCHED not in named.plans
