"""Plans when numbers are off: draws that repeat, shares recomputed, the robust choice, and guarantees."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from solved import mini, moved
from wording import words_for

from optimizer import Options, Scenario, Solution
from optimizer.arrays import Floats
from optimizer.cli.show.robust import show_robustness
from optimizer.parallel.pool import Workers
from optimizer.plans.robustness import Candidate, Criterion, Robustness, robustness
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.risk.guarantee import best_share, guaranteed, guarantees
from optimizer.risk.ranges import RangeError, draw
from optimizer.solver import solve
from optimizer.solver.robust import robustly
from optimizer.tables.build import tables_of
from optimizer.tables.json_values import solution_json
from reports.board.robustness import guarantees as guarantee_chapter
from reports.board.robustness import robustness as robust_chapter
from reports.documents import documents
from reports.run import RunContent

DRAWS = 20
FILE = json.loads((Path(__file__).parent / "cases" / "academic_instances.json").read_text(encoding="utf-8"))


@cache
def drawn() -> Solution:
    return robustly(moved(), Options(), draws=DRAWS)


def in_draws() -> Robustness:
    result = drawn().asked.robustness
    assert result is not None
    return result


# --- draws ----------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    again = robustly(moved(), Options(), draws=DRAWS)
    assert json.dumps(solution_json(again)) == json.dumps(solution_json(drawn()))
    cal = replace(moved().problem.cal, seed=moved().problem.cal.seed + 1)
    other = robustness(cal, in_draws().candidates[:2], 3)
    assert not np.array_equal(other.values, in_draws().values[:3, :2])


def test_the_number_of_processes_changes_nothing() -> None:
    with Workers(2) as workers:
        both = robustness(moved().problem.cal, in_draws().candidates, DRAWS, workers)
    assert np.array_equal(both.values, in_draws().values)


@pytest.mark.slow
def test_every_draw_is_a_company_calibrated_again_and_shares_are_those_of_its_values() -> None:
    scenario, candidates = moved().problem.scenario, in_draws().candidates
    values = np.array([values_in(scenario, number) for number in range(10)])
    assert in_draws().values[:10] == pytest.approx(values, rel=1e-9)
    assert in_draws().unsettled == 0
    wins = [row[1] > row[0] for row in in_draws().values]
    assert in_draws().beats_current[1] == pytest.approx(np.mean(wins))
    behind = [max(row) - row[1] for row in in_draws().values]
    assert in_draws().regret[1] == pytest.approx(np.mean(behind))
    worst = sorted(in_draws().values[:, 1])[: DRAWS // 10]
    assert in_draws().cvar[1] == pytest.approx(np.mean(worst))
    assert len(candidates) == in_draws().values.shape[1]


def values_in(scenario: Scenario, number: int) -> Floats:
    """Revenue of every candidate in one draw, evaluated one by one."""
    rng = np.random.default_rng(np.random.SeedSequence(moved().problem.cal.seed, spawn_key=(3, number)))
    company = calibrate(draw(scenario, rng).scenario)
    return np.array([float(evaluate_plans(company, c.euros[None]).revenue[0]) for c in in_draws().candidates])


def test_a_budget_is_broken_in_the_draws_where_payouts_exceed_it() -> None:
    limit = moved().problem.scenario.rules.budget.expected
    assert limit is not None
    over = 0
    for number in range(10):
        rng = np.random.default_rng(np.random.SeedSequence(moved().problem.cal.seed, spawn_key=(3, number)))
        company = calibrate(draw(moved().problem.scenario, rng).scenario)
        over += evaluate_plans(company, in_draws().candidates[1].euros[None]).loaded_pay[0] > limit
    assert in_draws().broken[:10, 1].sum() == over > 0


def test_without_ranges_nothing_can_be_drawn() -> None:
    cal = calibrate(mini())
    with pytest.raises(RangeError, match="add `range`"):
        robustness(cal, [Candidate("current", cal.current, 0.0, True)], 1)


# --- the choice -----------------------------------------------------------------------------------------


def test_draws_alone_leave_plan_and_certificate_as_they_are() -> None:
    assert drawn().chosen.plan == moved().chosen.plan
    assert (drawn().status, drawn().certificate.checks) == (moved().status, moved().certificate.checks)


def test_where_the_best_plan_is_also_the_most_robust_it_stays_proven() -> None:
    kept = robustly(moved(), Options(), "mean", DRAWS)
    assert kept.chosen.plan == moved().chosen.plan
    assert kept.status == "optimal"
    assert next(c for c in kept.certificate.checks if c.name == "robust").value == 0


TREE = {
    "name": "two_markets",
    "teams": {"sales": {"target_pay": 20000.0}},
    "stages": {"sure": {"value": 9000.0}, "doubtful": {"value": 9500.0}},
    "activities": {
        "sell_sure": {"team": "sales", "yields": {"sure": 0.1}, "hours": 2.0, "baseline": 100.0},
        "sell_doubtful": {"team": "sales", "yields": {"doubtful": 0.1}, "hours": 2.0, "baseline": 100.0},
    },
    "kpis": {
        "sure_wins": {"numerator": {"sell_sure": 1.0}},
        "doubtful_wins": {"numerator": {"sell_doubtful": 1.0}},
    },
    "current_plan": {"sales": {"sure_wins": 0.5, "doubtful_wins": 0.5}},
    "rules": {"objective": "revenue", "weights": {"step": 0.1}},
    "sources": {"stages.doubtful.value": {"text": "a guess", "range": 0.9}},
}


def test_a_more_robust_plan_is_recommended_with_its_cost_and_without_a_claim_to_be_optimal() -> None:
    """A market that pays 6 % more, but is worth between nothing and double: best, but not on bad draws."""
    nominal = solve(Scenario.model_validate(TREE))
    robust = robustly(nominal, Options(), "cvar", DRAWS)
    assert nominal.status == "optimal"
    assert robust.status == "feasible"
    assert robust.chosen is not None
    assert nominal.chosen is not None
    assert robust.chosen.plan.weights["sales"]["sure_wins"] > nominal.chosen.plan.weights["sales"].get(
        "sure_wins", 0.0
    )
    result = robust.asked.robustness
    assert result is not None
    assert result.cost == pytest.approx(nominal.certificate.objective - robust.certificate.objective)
    assert result.cost > 0
    assert result.cvar[result.picked] > result.cvar[1]
    assert {c.name for c in robust.certificate.checks if not c.ok} == {"robust", "gap"}
    rows = tables_of(robust)["robustness"]
    assert rows["recommended"].sum() == 1
    assert rows.loc[rows["recommended"], "given_up"].item() == pytest.approx(result.cost)
    assert solution_json(robust)["robustness"]["criterion"] == "cvar"


BEST_IN_FORCE = TREE | {
    "teams": {"sales": {"target_pay": 20000.0, "base_pay": 20000.0, "hours": 400.0}},
    "current_plan": {"sales": {"sure_wins": 0.1, "doubtful_wins": 0.9}},
    "rules": {"objective": "revenue", "weights": {"step": 0.1, "max": 0.9}},
}
"""Two markets again, with as much of the better one as a weight may be."""


def in_force(criterion: Criterion | None) -> tuple[Solution, Robustness]:
    solution = robustly(solve(Scenario.model_validate(BEST_IN_FORCE)), Options(), criterion, DRAWS)
    assert solution.asked.robustness is not None
    return solution, solution.asked.robustness


def test_the_plan_in_force_is_one_candidate_also_where_it_is_the_best(
    capsys: pytest.CaptureFixture[str],
) -> None:
    solution, result = in_force("mean")
    assert solution.chosen is not None
    assert solution.chosen.plan.weights == BEST_IN_FORCE["current_plan"]
    assert [c.kind for c in result.candidates] == ["current", "neighbour", "neighbour"]
    plans = {c.euros.round(6).tobytes() for c in result.candidates}
    assert len(plans) == len(result.candidates)
    assert (result.nominal, result.picked, result.cost) == (0, 0, 0.0)
    assert result.runner_up != 0
    assert result.behind[result.runner_up] > 0
    assert (solution_json(solution)["robustness"]["nominal"], solution.status) == (0, "optimal")
    show_robustness(solution)
    assert "1 Current plan, also the best at the stated numbers (recommended)" in capsys.readouterr().out


@pytest.mark.slow
def test_reports_say_once_that_the_plan_in_force_is_also_the_best() -> None:
    tables = tables_of(in_force("mean")[0])
    said = {
        "en": ("Current plan, also the best at the stated numbers", "Robustness costs nothing"),
        "fr": ("Plan actuel, aussi le meilleur aux chiffres indiqués", "La robustesse ne coûte rien"),
    }
    for language, (label, free) in said.items():
        words = words_for(tables, language)
        chapter = robust_chapter(words, tables)
        assert chapter is not None
        assert free in " ".join(chapter["lead"])
        names = [row["cells"][0]["t"] for row in chapter["tables"][0]["rows"]]
        assert [label in name for name in names] == [True, False, False]
    (book,) = documents(RunContent(tables), ("xlsx",), ("en",))
    sheet = openpyxl.load_workbook(BytesIO(book.content), data_only=True)["Robustness"]
    assert [row[0] for row in sheet.iter_rows(min_row=5, values_only=True)].count(said["en"][0]) == 1


def test_what_a_more_robust_plan_gives_up_is_counted_from_the_best_plan_also_where_that_is_in_force() -> None:
    solution, result = in_force("cvar")
    assert result.nominal == 0 < result.picked
    assert solution.status == "feasible"
    assert result.cost == pytest.approx(result.candidates[0].value - solution.certificate.objective)
    assert result.cost > 0


def test_the_same_weights_under_another_curve_are_another_plan() -> None:
    """Nothing but the curve of pay may change, and it does."""
    tree = deepcopy(BEST_IN_FORCE)
    for kpi in tree["kpis"].values():
        kpi["noise"] = 0.1
    tree["curves"] = {"flat": {"cap": 1.5}, "steep": {"slope": 2.0, "cap": 1.5}}
    tree["rules"] |= {"change_limit": 0.0, "curves": {"sales": ["flat", "steep"]}}
    result = robustly(solve(Scenario.model_validate(tree)), Options(), None, DRAWS).asked.robustness
    assert result is not None
    assert [c.kind for c in result.candidates] == ["current", "nominal"]
    assert result.candidates[0].euros == pytest.approx(result.candidates[1].euros)
    assert (result.nominal, result.picked) == (1, 1)
    assert (result.values[:, 1] != result.values[:, 0]).all()


@pytest.mark.parametrize("criterion", ["mean", "regret", "cvar"])
def test_the_standard_error_is_that_of_differences_in_the_same_draws(criterion: Criterion) -> None:
    """Against the spread of the difference over 400 samples of 1,000 draws each."""
    rng = np.random.default_rng(8)
    luck = rng.normal(0, 1000, (400, 1000, 1))  # common to all candidates: it must not count
    values = luck * [1.0, 1.0, 1.1] + rng.normal([0, 50, 60], [30, 40, 50], (400, 1000, 3))
    ahead, error = [], []
    for draws in values:
        given = Robustness(in_draws().candidates[:3], draws, draws < -1e9, 0, 0, 1, True, 1, criterion)
        ahead.append(given.behind)
        error.append(given.behind_error)
    seen, said = np.std(ahead, axis=0), np.mean(error, axis=0)
    assert seen[1] == said[1] == 0
    # The spread of 400 samples is known to 3.5 %; four standard errors of it.
    assert said[[0, 2]] == pytest.approx(seen[[0, 2]], rel=0.15)
    if criterion != "cvar":
        assert said[0] < 0.1 * np.std(values[0][:, 0]) / np.sqrt(1000)


@pytest.mark.slow
def test_the_next_best_is_said_with_how_far_behind_it_is() -> None:
    kept = robustly(moved(), Options(), "mean", DRAWS)
    result = kept.asked.robustness
    assert result is not None
    second = result.ranking("mean")[1]
    assert result.runner_up == second
    assert result.behind[second] == pytest.approx(result.mean[1] - result.mean[second])
    rows = tables_of(kept)["robustness"]
    assert rows.loc[rows["next_best"], "rank"].tolist() == [second + 1]
    assert solution_json(kept)["robustness"]["runner_up"] == second
    assert "± " in next(c for c in kept.certificate.checks if c.name == "robust").detail


@pytest.mark.slow
def test_report_and_workbook_say_how_far_ahead_the_plan_is_and_what_is_sure() -> None:
    tables = tables_of(robustly(moved(), Options(), "mean", DRAWS))
    (book,) = documents(RunContent(tables), ("xlsx",), ("en",))
    sheet = openpyxl.load_workbook(BytesIO(book.content), data_only=True)["Robustness"]
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    candidates = tables["robustness"]
    for row, (_, one) in zip(rows, candidates.iterrows(), strict=False):
        assert row[2:4] == pytest.approx((one["value"], one["mean"]), abs=1.0)
        assert row[11] == DRAWS
    assert [row[1] for row in rows].count("Recommended") == 1
    assert {row[0] for row in rows[len(candidates) :]} >= {
        words_for(tables, "en").name("team", team) for team in tables["guarantees"]["team"]
    }
    for language in ("en", "fr"):
        words = words_for(tables, language)
        second = candidates[candidates["next_best"]].iloc[0]
        said = robust_chapter(words, tables)
        assert said is not None
        assert words.money(second["behind"]) in " ".join(said["lead"])
        assert words.money(second["behind_error"]) in " ".join(said["lead"])
        sure = guarantee_chapter(words, tables)
        assert sure is not None
        assert len(sure["tables"][0]["rows"]) == len(tables["guarantees"])


# --- guarantees -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", FILE["robust_carroll"], ids=lambda case: str(case["id"]))
def test_published_guarantees_of_linear_shares(case: dict[str, Any]) -> None:
    output, cost = np.array(case["inputs"]["actions"]).T
    expected = case["expected"]
    share = best_share(output, cost)
    assert share == pytest.approx(expected["alpha"], rel=1e-9)
    towards = max(share, 1e-9)  # a free action is best left to a share that goes to 0
    assert guaranteed(towards, output, cost) == pytest.approx(expected["guarantee"], rel=1e-8)
    for other in expected["guarantee_at_alpha"]:
        assert guaranteed(other["alpha"], output, cost) == pytest.approx(other["value"], abs=1e-8)


def owner(**team: Any) -> Scenario:
    """One team that alone brings about what it is paid a fifth of."""
    tree = {
        "name": "shop",
        "teams": {"shop": {"target_pay": 2000.0, "charges": 0.25, **team}},
        "stages": {"sold": {"value": 100.0}},
        "activities": {
            "sell": {"team": "shop", "yields": {"sold": 1.0}, "baseline": 100.0, "responsiveness": 2.0}
        },
        "kpis": {"sales": {"numerator": {"sell": 1.0}}},
        "current_plan": {"shop": {"sales": 1.0}},
    }
    return Scenario.model_validate(tree)


def test_a_team_paid_a_share_of_what_the_company_gets_guarantees_what_its_pay_is_worth_to_it() -> None:
    cal = calibrate(owner())
    (guarantee,) = guarantees(cal, cal.current)
    outcome = evaluate_plans(cal, cal.current[None])
    worth = outcome.pay[0, 0] - outcome.effort_cost[0]
    assert guarantee.share == pytest.approx(0.2)
    assert guarantee.amount == pytest.approx((1 - 1.25 * 0.2) / 0.2 * worth)
    assert 0 < guarantee.amount < outcome.net[0]


def test_no_guarantee_without_its_assumptions() -> None:
    averse = calibrate(owner(risk_aversion=1e-4))
    assert [g.reason for g in guarantees(averse, averse.current)] == ["risk"]
    capped = calibrate(owner(curve={"cap": 1.5}))
    assert [g.reason for g in guarantees(capped, capped.current)] == ["curve"]
    assert all(
        g.amount is None and g.reason for g in guarantees(moved().problem.cal, moved().problem.cal.current)
    )
