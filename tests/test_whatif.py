"""The what-if page computes what Python computes: equilibria, payouts, rules, numbers, plan files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields, replace
from functools import cache, cached_property, partial
from html.parser import HTMLParser
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import yaml
from companies import random_company, random_weights
from py_mini_racer import MiniRacer, mini_racer
from scipy.special import ndtr
from second_edition import FIELDS, all_of
from solved import MEASURES, RULES, moved, unequal, unequal_tree
from test_curved_plans import CASES, scenario_of, solved
from test_curves import UpperTail

from optimizer import Scenario, read_plan
from optimizer.arrays import Floats
from optimizer.plans.evaluator import consistent_facts
from optimizer.plans.rules import rule_values
from optimizer.plans.rules.family import FORMS
from optimizer.plans.space import TOLERANCE, PlanSpace, plan_space
from optimizer.response.beliefs import Beliefs
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import CONSISTENT, consistent_response
from optimizer.response.measures import measure
from optimizer.response.outcome import OutcomeBatch, evaluate_plans, outcome_of
from optimizer.response.separable_qp import solve_separable
from optimizer.scenario.plan import plan_of
from optimizer.tables.whatif import SCHEMA, company_data, whatif_data
from reports import write_whatif
from reports.browser import embedded
from reports.whatif import CORE, HERE, PAGE, core_script, page_of, page_words
from reports.whatif.page_labels import in_words
from reports.words.format import Formatter

ROOT = Path(__file__).parents[1]
AGREEMENT = 1e-6
"""Relative; of a volume that is a thousandth of the largest or less, relative to that thousandth."""
PLANS = 200
EVERY_RULE: dict[str, Any] = {
    "weights": {"step": 0.05, "min": 0.1, "max": 0.8, "max_measures": 2},
    "change_limit": 1.0,
    "budget": {"expected": 1e5, "min_share_of_target": 0.95},
    "controllability": {"floor": 0.1, "mean": 0.2},
    "gaming": {"tolerance": 0.1, "margin": 0.1},
}


def _random(seed: int, rules: dict[str, Any] | None = None, **shape: Any) -> Scenario:
    return random_company(np.random.default_rng(seed), rules=rules or EVERY_RULE, **shape)


def _exposed() -> dict[str, Any]:
    return EVERY_RULE | {"gaming": {**EVERY_RULE["gaming"], "exposure": 0.2}}


STEEP: dict[str, Any] = {
    "slope": 2.0,
    "threshold": 0.75,
    "accelerators": [{"from": 1.0, "slope": 2.5}],
    "cap": 1.8,
    "gate": {"kpi": "retention", "at": 0.9},
}


def _of_teams(**curves: str) -> dict[str, Any]:
    """The small company's teams, paid on their results, some of them with a curve of their own."""
    teams = unequal_tree()["teams"]
    for team in teams.values():
        team["paid_on"] = "team"
    for name, curve in curves.items():
        teams[name]["curve"] = curve
    return {"teams": teams}


def _arriving() -> Scenario:
    """KPIs over a stage with inflow and work, in two regimes with inflows of their own."""
    file = Path(__file__).parent / "cases" / "trust" / "inflow_and_work.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    for team, charges, discount, eta, spread in (
        ("desk", 0.31, 0.9, 0.35, 0.2),
        ("field", 0.44, 0.8, 0.5, 0.1),
    ):
        fields = {"charges": charges, "discount": discount, "responsiveness": eta, "skill_spread": spread}
        tree["teams"][team] |= fields
    weak = {"probability": 0.4, "inflow": {"offer": 0.5}}
    tree |= {"rules": {"weights": {"step": 0.25}}, "regimes": {"usual": {"probability": 0.6}, "weak": weak}}
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def _moving() -> Scenario:
    """Results that can be moved, with a threshold, by one of two teams paid on them."""
    file = Path(__file__).parent / "cases" / "trust" / "timing_budget.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    weak = {"probability": 0.3, "inflow": {"lead": 0.5}}
    tree["teams"]["closers"] |= {"charges": 0.31, "discount": 0.9, "responsiveness": 0.35}
    tree |= {"regimes": {"usual": {"probability": 0.7}, "weak": weak}}
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def _like_people() -> Scenario:
    """Effort, line of sight, persons' pay behind gates, gaming that can grow, an index, exposure in pay."""
    file = Path(__file__).parent / "cases" / "second_funnel" / "second_funnel.json"
    tree = json.loads(file.read_text(encoding="utf-8"))
    gated = {
        "threshold": 0.6,
        "accelerators": [{"from": 1.0, "slope": 2.0}],
        "gate": {"kpi": "mql", "at": 0.7},
    }
    tree["teams"]["ae"]["curve"] = gated
    tree["teams"]["csm"] |= {"hours": 2000.0, "headcount": 6}
    for team, spread in {"marketing": 0.1, "sdr": 0.05, "csm": 0.15}.items():
        tree["teams"][team] |= {"paid_on": "team", "skill_spread": spread}
    for kpi in tree["kpis"].values():
        kpi["individual_noise"] = 0.3
    tree["noise_correlation"] = 0.1
    weak = {"probability": 0.3, "inflow": {"hot": 0.5}, "yields": {"deep_fit": 0.8}}
    tree |= {"regimes": {"usual": {"probability": 0.7}, "weak": weak}, "rules": {"gaming": {"exposure": 0.2}}}
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def _everything(seed: int) -> Scenario:
    """Every field of the second edition at once, of which the company has room for all."""
    rng = np.random.default_rng(seed)
    tree = _random(seed, teams=3, activities=14, partners=False).model_dump(by_alias=True, exclude_unset=True)
    tree["rules"]["budget"]["expected"] = 2e6
    assert set(all_of(rng, tree)) == set(FIELDS)
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def _starving() -> Scenario:
    """A rate whose denominator its payee lets vanish."""
    file = Path(__file__).parent / "cases" / "trust" / "rate_to_zero.json"
    return Scenario.model_validate(json.loads(file.read_text(encoding="utf-8")), by_alias=True, by_name=False)


def _curves(name: str) -> Scenario:
    return scenario_of(name, unequal_tree())


COMPANIES: dict[str, Callable[[], Scenario]] = {
    "alignment": lambda: Scenario.model_validate(unequal_tree("alignment")),
    "mini_funnel": lambda: Scenario.model_validate(unequal_tree("mini_funnel")),
    "capped_funnel": lambda: Scenario.model_validate(unequal_tree("capped_funnel")),
    "six_teams": lambda: _random(3, teams=6, activities=20),
    "two_regimes": lambda: _random(2, teams=5, activities=18, regimes=2),
    "feeding_each_other": lambda: _random(7, teams=3, activities=12, two_way=True),
    "arriving_by_itself": _arriving,
    "starving_a_rate": _starving,
    "moving_results": _moving,
    "like_people": _like_people,
    "everything": lambda: _everything(4),
    "exposed": lambda: _random(9, _exposed(), teams=4, activities=20),
    **{f"curves_{name}": partial(_curves, name) for name in CASES},
    "curves_quota_alike": partial(scenario_of, "quota"),
    "curves_by_team": lambda: unequal(
        EVERY_RULE,
        curves={"steep": STEEP, "later": {"floor": 0.5, "vesting": [{"after": 2.0, "share": 0.5}]}},
        noise_correlation=0.6,
        **_of_teams(sales="steep", success="later"),
    ),
    "targets_reset": lambda: unequal(EVERY_RULE, targets={"mode": "reset", "stretch": 0.02}),
    "every_rule": lambda: unequal(
        {
            **EVERY_RULE,
            "measures": MEASURES,
            "locks": {"success": {"retention": 1.0}},
            "weights": EVERY_RULE["weights"]
            | {
                "limits": {"marketing": {"wins": {"max": 0.4}}, "sales": {"bookings": {"min": 0.2}}},
                "teams": {"sales": {"min_measures": 2}},
                "groups": [{"team": "sales", "kpis": ["bookings", "leads_touched"], "min": 0.3, "max": 0.7}],
            },
            "same": [["marketing", "sales"]],
            "budget": {
                "expected": 132000.0,
                "reserve": 2000.0,
                "teams": {"sales": 80000.0},
                "min_share_of_target": 0.97,
            },
            "gaming": {
                "tolerance": 0.05,
                "margin": 0.2,
                "exposure": 0.035,
                "pairs": [{"team": "marketing", "volume": "lead_volume", "quality": "meeting_rate"}],
            },
        }
    ),
}


class Case:
    """A company, what Python says about random plans, and the page's core with the same company."""

    def __init__(self, name: str, js: MiniRacer) -> None:
        self.cal: Calibrated = calibrate(COMPANIES[name]())
        self.space: PlanSpace = plan_space(self.cal, measure(self.cal).controllability)
        self.euros = random_euros(self.cal.scenario, PLANS)
        self.outcome: OutcomeBatch = evaluate_plans(self.cal, self.euros)
        self.js, self.answers = js, dict[tuple[int, str], Any]()
        js.eval(core_script())
        js.eval(f"const company = companyOf({embedded(company_data(self.cal, self.space))});")
        js.eval(ASK)

    def ask(self, plan: int, answer: str = "consistentResponse") -> dict[str, Any]:
        if (plan, answer) not in self.answers:
            reply = self.js.call(f"ask_{answer}", self.euros[plan].tolist())
            self.answers[plan, answer] = json.loads(str(reply))
        answered: dict[str, Any] = self.answers[plan, answer]
        return answered

    @cached_property
    def elsewhere(self) -> set[int]:
        """Plans for which both find an equilibrium, but not the same one."""
        known = self.outcome
        size = np.abs(known.x).max(axis=1)
        apart = [np.abs(np.array(self.ask(s)["x"]) - known.x[s]).max() / size[s] for s in range(PLANS)]
        return {s for s in range(PLANS) if known.residual[s] <= CONSISTENT and apart[s] > 1e-3}


ASK = """
const told = (euros, outcome) => JSON.stringify({...outcome, equilibria: null,
  rules: checkRules(company, euros, outcome).map((line) => ({...line, rule: line.rule.name}))});
const ask_consistentResponse = (euros) => told(euros, evaluatePlan(company, euros));
const ask_beliefs = (euros) => JSON.stringify(evaluatePlan(company, euros).equilibria[0].beliefs);
const ask_firstResponse = (euros) => told(euros, evaluatePlan(company, euros, firstResponse));
"""


def random_euros(scenario: Scenario, count: int) -> Floats:
    """Plans of one to three of each team's measures, or of all KPIs, in steps of 5 %, (S, I, K)."""
    measures = {team: tuple(scenario.rules.measures.get(team, scenario.kpis)) for team in scenario.teams}
    offered = scenario.model_copy(update={"rules": scenario.rules.model_copy(update={"measures": measures})})
    rng = np.random.default_rng(0)
    plans = [plan_of(scenario, random_weights(rng, offered)) for _ in range(count)]
    return np.stack([plan.euros(scenario) for plan in plans])


@pytest.fixture(scope="module")
def cases() -> Iterator[Callable[[str], Case]]:
    # Engines are closed one by one: left to the interpreter's end, V8 may not let go.
    with ExitStack() as engines:
        yield cache(lambda name: Case(name, engines.enter_context(mini_racer())))


@pytest.fixture(scope="module")
def core() -> Iterator[MiniRacer]:
    """The page's core alone."""
    with mini_racer() as js:
        js.eval(core_script())
        yield js


def call(js: MiniRacer, function: str, *arguments: Any) -> Any:
    """A function of the core on plain values."""
    given = ", ".join(embedded(argument) for argument in arguments)
    return json.loads(str(js.eval(f"JSON.stringify(({function})({given}))")))


# --- equilibria and rules -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPANIES)
def test_the_page_finds_the_equilibria_that_python_finds(name: str, cases: Callable[[str], Case]) -> None:
    case = cases(name)
    now = case.outcome
    converged = now.residual <= CONSISTENT
    assert converged.mean() > 0.95
    assert len(case.elsewhere) <= (0.05 * PLANS if name.startswith("curves_") else 0)
    for s in np.flatnonzero(converged):
        answer = case.ask(int(s))
        assert answer["settled"]
        if s in case.elsewhere:
            continue
        agree(answer["x"], now.x[s])
        agree(answer["score"], now.score[s])
        agree(answer["pay"], now.pay[s])
        for field, value in {
            "gross": now.gross,
            "directCosts": now.direct_costs,
            "revenue": now.revenue,
            "loadedPay": now.loaded_pay,
            "net": now.net,
        }.items():
            assert answer[field] == pytest.approx(value[s], rel=AGREEMENT)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["curves_quota_alike", "curves_by_team"])
def test_where_the_page_settles_elsewhere_python_stays_there_too(
    name: str, cases: Callable[[str], Case]
) -> None:
    """Under jumps and gates a plan may have several equilibria; two searches may end at different ones."""
    case = cases(name)
    assert case.elsewhere
    for s in case.elsewhere:
        told = json.loads(str(case.js.call("ask_beliefs", case.euros[s].tolist())))
        beliefs = Beliefs(*(np.array([told[field.name]]) for field in fields(Beliefs)))
        equilibrium = consistent_response(case.cal, case.cal.network, case.euros[s][None], beliefs)
        assert equilibrium.residual[0] <= CONSISTENT
        agree(case.ask(s)["x"], equilibrium.x[0])
        pay = outcome_of(case.cal, case.euros[s][None], (equilibrium,)).pay[0]
        agree(case.ask(s)["pay"], pay)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alignment", "two_regimes", "feeding_each_other"])
def test_the_page_finds_the_first_responses_too(name: str, cases: Callable[[str], Case]) -> None:
    case = cases(name)
    first = evaluate_plans(case.cal, case.euros[:20], "first_response")
    for s in range(20):
        agree(case.ask(s, "firstResponse")["x"], first.x[s])


def agree(values: list[float], known: Floats) -> None:
    least = AGREEMENT * 1e-3 * float(np.abs(known).max(initial=0.0))
    np.testing.assert_allclose(values, known, rtol=AGREEMENT, atol=least)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPANIES)
def test_the_page_judges_every_rule_as_python_does(name: str, cases: Callable[[str], Case]) -> None:
    case = cases(name)
    facts = consistent_facts(case.cal, case.euros, case.outcome.by_regime, case.outcome.pay)
    lines = list(rule_values(case.space, facts))
    for s in set(np.flatnonzero(case.outcome.residual <= CONSISTENT)) - case.elsewhere:
        rules = case.ask(int(s))["rules"]
        assert [line["rule"] for line in rules] == [line.name for line in lines]
        for mine, line in zip(rules, lines, strict=True):
            assert mine["value"] == pytest.approx(line.value[s], rel=AGREEMENT, abs=1e-9)
            assert mine["limit"] == pytest.approx(line.limit[s], rel=AGREEMENT, abs=1e-9)
            assert mine["told"] == pytest.approx(line.one(s).told, rel=AGREEMENT, abs=1e-9)
            if abs(line.slack[s] + TOLERANCE) > 1e-8:
                assert mine["broken"] == (not line.kept[s]), line.name


@pytest.mark.slow
def test_random_plans_break_and_keep_every_form_of_rule(cases: Callable[[str], Case]) -> None:
    """Otherwise the agreement above would show little. Random weights of two teams are never equal."""
    seen: dict[str, set[bool]] = {}
    for name in ("every_rule", "exposed", "alignment"):
        case = cases(name)
        form = {rule["name"]: rule["form"] for rule in company_data(case.cal, case.space)["rules"]}
        for s in range(PLANS):
            for line in case.ask(s)["rules"]:
                seen.setdefault(form[line["rule"]], set()).add(line["broken"])
    assert set(seen) == set(FORMS)
    assert {form for form, states in seen.items() if states != {True, False}} <= {"pay", "unlike"}


def test_a_plan_is_answered_within_a_tenth_of_a_second(
    cases: Callable[[str], Case], capsys: pytest.CaptureFixture[str]
) -> None:
    case = cases("alignment")
    seconds = []
    for euros in case.euros[:40].tolist():
        began = perf_counter()
        case.js.call("ask_consistentResponse", euros)
        seconds.append(perf_counter() - began)
    with capsys.disabled():
        print(f"\nalignment: median {1e3 * np.median(seconds):.1f} ms, worst {1e3 * max(seconds):.0f}")
    assert np.median(seconds) < 0.1


# --- numerics -------------------------------------------------------------------------------------------


def test_the_normal_distribution_is_exact_to_rounding(core: MiniRacer) -> None:
    z = np.concatenate([np.linspace(-9, 9, 361), [-3.0, 3.0, 0.0, -30.0, 30.0]])
    np.testing.assert_allclose(call(core, "(z) => z.map(cumulative)", z.tolist()), ndtr(z), rtol=1e-12)


def test_the_chance_of_two_kinds_of_good_luck_is_that_of_python(core: MiniRacer) -> None:
    where = np.linspace(-4, 4, 17)
    h, k = (v.ravel() for v in np.meshgrid(where, where))
    for rho in (0.0, 0.3, 0.7, 0.97, 0.9999, 1.0):
        chances = call(
            core, "(h, k, rho) => h.map((v, at) => bothAbove(v, k[at], rho))", h.tolist(), k.tolist(), rho
        )
        np.testing.assert_allclose(chances, UpperTail(h, k, rho).moment(0, 0), atol=1e-9)


def test_quadratic_programs_are_solved_as_in_python(core: MiniRacer) -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        n, m = int(rng.integers(2, 12)), int(rng.integers(0, 4))
        rows, q, g = rng.normal(size=(m, n)), rng.uniform(0.1, 5, n), 3 * rng.normal(size=n)
        inside = rng.uniform(0.1, 2, n)
        low, high = np.zeros(n), inside + rng.uniform(0.1, 3, n)
        known = solve_separable(g[None], q, rows, (rows @ inside)[None], low, high)
        program = {"g": g, "q": q, "b": rows @ inside, "lower": low, "upper": high}
        plain = {key: value.tolist() for key, value in program.items()} | {"rows": rows.tolist()}
        np.testing.assert_allclose(call(core, "solveSeparable", plain)["x"], known.x[0], atol=1e-9)


def test_what_rounding_leaves_where_nothing_flows_is_no_imbalance(core: MiniRacer) -> None:
    """An equality whose parts are all better left alone: rounding of prices may not look like a miss."""
    rng = np.random.default_rng(2)
    for _ in range(300):
        n = int(rng.integers(6, 14))
        rows = np.zeros((3, n))
        rows[0], rows[1, -3:], rows[2, : n - 3] = rng.uniform(0.1, 5, n), [1, 1, 1], rng.normal(size=n - 3)
        rows[0, -3:] = 0
        rows[0, -3] = float(rng.uniform(0.1, 3))
        g = np.concatenate([rng.normal(size=n - 3), [0.0, -0.03, -0.04]])
        q, low, high = rng.uniform(0.1, 5, n) * 10.0 ** rng.integers(-3, 3, n), -np.ones(n), np.ones(n)
        low[-2:] = 0
        plain = {"g": g, "q": q, "b": np.zeros(3), "lower": low, "upper": high}
        given = {name: values.tolist() for name, values in (plain | {"rows": rows}).items()}
        optimum = call(core, "solveSeparable", given)
        assert optimum["imbalance"] <= 1e-10
        known = solve_separable(g[None], q, rows, np.zeros((1, 3)), low, high)
        np.testing.assert_allclose(optimum["x"], known.x[0], atol=1e-9)


def test_a_team_without_room_loses_nothing_to_sabotage(core: MiniRacer) -> None:
    task = {"gain": [1.0, -1.0], "size": 1.0, "lost": [0.0, 0.0], "lower": [0.0, 0.0], "upper": [2.0, 2.0]}
    block = {"quadratic": [1.0, 1.0], "rows": [[1.0, 1.0]]}
    assert call(core, "spendPurse", task | {"block": block}, 5.0) == 0


def test_sabotage_spends_its_purse_or_meets_its_bounds(core: MiniRacer) -> None:
    """One hour moved between two activities: harm d, cost d² (q = 1 each), d at most 2."""
    task = {"gain": [1.0, 0.0], "size": 1.0, "lost": [0.0, 0.0], "lower": [-2.0, -2.0], "upper": [2.0, 2.0]}
    block = {"quadratic": [1.0, 1.0], "rows": [[1.0, 1.0]]}
    assert call(core, "spendPurse", task | {"block": block}, 0.25) == pytest.approx(0.5, rel=1e-9)
    assert call(core, "spendPurse", task | {"block": block}, 100.0) == pytest.approx(2.0, rel=1e-9)


# --- moving weights -------------------------------------------------------------------------------------

MOVE = "(given) => rescaled({...given, held: new Set(given.held)})"


def moved_to(js: MiniRacer, weights: list[float], k: int, wanted: float, **more: Any) -> list[float]:
    given = {
        "weights": weights,
        "start": weights,
        "moved": k,
        "wanted": wanted,
        "held": [],
        "heir": 0,
        "steps": 20,
    }
    weights_: list[float] = call(js, MOVE, given | more)
    return weights_


def test_weights_always_sum_to_one_on_the_grid_and_held_ones_stay(core: MiniRacer) -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        count = int(rng.integers(2, 7))
        weights = (rng.multinomial(20, np.full(count, 1 / count)) / 20).tolist()
        k, held = int(rng.integers(count)), [int(h) for h in range(count) if rng.random() < 0.3]
        heir = next((j for j in range(count) if j != k and j not in held), 0)
        after = moved_to(core, weights, k, float(rng.random()), held=held, heir=heir)
        assert sum(after) == pytest.approx(1, abs=1e-12)
        assert min(after) >= 0
        np.testing.assert_allclose(np.array(after) * 20, np.rint(np.array(after) * 20), atol=1e-9)
        assert all(after[h] == weights[h] for h in held if h != k)


def test_the_others_share_in_proportion_and_going_back_restores_them(core: MiniRacer) -> None:
    start = [0.2, 0.6, 0.2, 0.0]
    up = moved_to(core, start, 0, 0.6)
    assert up == [0.6, 0.3, 0.1, 0.0]
    assert moved_to(core, up, 0, 1.0, start=start) == [1.0, 0.0, 0.0, 0.0]
    assert moved_to(core, [1.0, 0.0, 0.0, 0.0], 0, 0.2, start=start) == start


def test_what_a_lone_kpi_gives_up_goes_to_the_first_on_offer(core: MiniRacer) -> None:
    assert moved_to(core, [0.0, 1.0, 0.0], 1, 0.7, heir=2) == [0.0, 0.7, 0.3]


def test_a_weight_cannot_move_when_all_others_are_held(core: MiniRacer) -> None:
    assert moved_to(core, [0.4, 0.6], 0, 0.9, held=[1]) == [0.4, 0.6]


def test_weights_between_steps_still_sum_to_one(core: MiniRacer) -> None:
    after = moved_to(core, [1 / 3, 1 / 3, 1 / 3], 0, 0.5, held=[2])
    assert after[0] == 0.5
    assert sum(after) == pytest.approx(1, abs=1e-12)


# --- words, numbers, files ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("currency", ["EUR", "USD", "CHF", "JPY"])
def test_numbers_are_written_as_in_the_pdf(language: str, currency: str, core: MiniRacer) -> None:
    write = Formatter(language, currency)
    core.eval(f"globalThis.words = wordsOf({embedded(page_words(language, currency))})")
    for value in (0, 0.4, -0.4, 7, -12.345, 999, 1000, -1234.56, 12345678.9, 0.123456):
        for decimals in (0, 1, 2):
            for signed in (False, True):
                given = (value, decimals, signed)
                assert call(core, "(...v) => words.number(...v)", *given) == write.number(*given)
                assert call(core, "(...v) => words.money(...v)", *given) == write.money(*given)
                assert call(core, "(...v) => words.percent(...v)", *given) == write.percent(*given)


def test_french_groups_digits_with_narrow_no_break_spaces() -> None:
    assert page_words("fr", "EUR")["numbers"]["group"] == "\u202f"


def test_both_languages_have_every_phrase_that_the_page_says() -> None:
    en, fr = (page_words(language, "EUR")["phrases"] for language in ("en", "fr"))
    assert list(en) == list(fr)
    assert {key: holes(text) for key, text in en.items()} == {key: holes(text) for key, text in fr.items()}
    script = "".join((HERE / "page" / f"{name}.js").read_text(encoding="utf-8") for name in PAGE)
    said = set(re.findall(r'\bsay\(\s*"([^"]+)"', script))
    counted = set(re.findall(r'\bcount\(\s*"([^"]+)"', script))
    starts = set(re.findall(r"\bsay\(`([^$`]+)\$\{", script))
    for key in said | {f"{c}.{form}" for c in counted for form in ("one", "other")}:
        assert key in en, key
    used = said | {f"{c}.{form}" for c in counted for form in ("one", "other")}
    indirect = {key for key in en if any(key.startswith(start) for start in starts)}
    quoted = {key for key in en if f'"{key}"' in script}
    assert set(en) == used | indirect | quoted


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("name", ["alignment", "capped_funnel", "every_rule"])
def test_a_copied_plan_reads_back_as_the_plan(
    name: str, cases: Callable[[str], Case], tmp_path: Path
) -> None:
    case, file = cases(name), tmp_path / "plan.yaml"
    for s in range(10):
        text = str(case.js.eval(f"planFile(company, {embedded(case.euros[s].tolist())})"))
        file.write_text(text, encoding="utf-8")
        again = plan_of(case.cal.scenario, read_plan(file, case.cal.scenario)).euros(case.cal.scenario)
        np.testing.assert_allclose(again, case.euros[s], rtol=1e-9)


def test_a_plan_file_quotes_names_that_yaml_would_not_read_as_text(core: MiniRacer) -> None:
    assert call(core, "(names) => names.map(yamlKey)", ["yes", "Null", "on", "sales"]) == [
        '"yes"',
        '"Null"',
        '"on"',
        "sales",
    ]


def test_another_target_pay_is_told_in_the_plan_file(core: MiniRacer) -> None:
    company = {"teams": [{"name": "sales", "pay": 90000}], "kpis": [{"name": "wins"}, {"name": "rate"}]}
    assert call(core, "planFile", company, [[60000, 40000]]) == (
        "weights:\n  sales:\n    wins: 0.6\n    rate: 0.4\ntarget_pay:\n  sales: 100000\n"
    )


# --- data and page --------------------------------------------------------------------------------------


def test_the_data_are_what_the_schema_says() -> None:
    data = whatif_data(moved())
    assert list(data) == list(SCHEMA)
    assert [plan["kind"] for plan in data["plans"]] == ["current", "chosen", "named", "named"]
    np.testing.assert_array_equal(data["plans"][1]["euros"], moved().chosen.euros)


def test_a_plan_follows_the_curves_chosen_for_it_and_todays_plan_its_own(core: MiniRacer) -> None:
    solution = solved("choice")
    data = whatif_data(solution)
    assert [plan["curves"] for plan in data["plans"]] == [0, 1]
    answer = """(data) => data.plans.map(({ curves, euros }) =>
      evaluatePlan(following(companyOf(data), curves), euros)).map(({ x, pay, net }) => ({ x, pay, net }))"""
    today, chosen = call(core, answer, data)
    agree(today["x"], solution.problem.cal.network.baseline)
    assert solution.chosen is not None
    agree(chosen["x"], solution.chosen.consistent.x)
    agree(chosen["pay"], solution.chosen.consistent.pay)
    assert chosen["net"] == pytest.approx(solution.certificate.objective, rel=AGREEMENT)


def test_rules_on_bad_cases_are_named_as_not_checked() -> None:
    cal = calibrate(unequal({"budget": {"percentile": {"level": 0.9, "limit": 150000.0}}}))
    data = company_data(cal, plan_space(cal, measure(cal).controllability))
    assert data["unchecked"] == ["budget.percentile"]
    assert [set(label) for label in in_words(data)["unchecked"]] == [{"en", "fr"}]
    assert not any(rule["name"] == "budget.percentile" for rule in data["rules"])


def test_without_a_plan_found_the_page_offers_the_others() -> None:
    nothing = replace(moved(), status="infeasible", chosen=None)
    assert [plan["kind"] for plan in whatif_data(nothing)["plans"]] == ["current", "named", "named"]


def test_without_steps_weights_are_dragged_by_a_hundredth() -> None:
    cal = calibrate(unequal({"weights": {"step": 0.0}}))
    team = company_data(cal, plan_space(cal, measure(cal).controllability))["teams"][0]
    assert (team["steps"], team["least"], team["most"]) == (100, 100, 100)
    assert team["unit"] * team["most"] == pytest.approx(team["pay"])


def test_the_page_reads_every_form_of_rule(core: MiniRacer) -> None:
    assert call(core, "() => Object.keys(RULE_FORMS)") == list(FORMS)


@cache
def page() -> str:
    return page_of(whatif_data(moved()))


def test_the_same_solution_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_whatif(moved(), tmp_path / "one").read_bytes()
    assert first == write_whatif(moved(), tmp_path / "two").read_bytes() == page().encode()


def test_the_page_of_the_reference_company_is_small(cases: Callable[[str], Case]) -> None:
    case = cases("alignment")
    assert len(page_of(company_data(case.cal, case.space)).encode()) <= 500 * 1024


class _Blocks(HTMLParser):
    """Elements of the page, and what stands in its style and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("style", "script") and data.strip():
            self.inside.append((self.tags[-1][0], data))


def test_the_policy_allows_this_style_and_script_and_nothing_else() -> None:
    blocks = _Blocks(page())
    policy = next(a["content"] for t, a in blocks.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    style, data, script = (text for _, text in blocks.inside)
    for kind, text in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert json.loads(data)["company"] == json.loads(embedded(in_words(whatif_data(moved()))))


def test_the_page_asks_nothing_of_anybody() -> None:
    assert not any({"src", "href", "srcset", "style", "onclick"} & set(a) for _, a in _Blocks(page()).tags)
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", page()))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_scripts_never_turn_text_into_markup_or_code() -> None:
    for folder, names in (("core", CORE), ("page", PAGE)):
        for name in names:
            script = (HERE / folder / f"{name}.js").read_text(encoding="utf-8")
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", script
            )


def test_embedded_texts_cannot_end_their_block() -> None:
    hostile = "</script><script>alert(1)</script><!-- \u2028 \u2029 &amp; ]]> שלום \U0001f600"
    text = embedded({"label": hostile})
    assert not re.search(r"[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"label": hostile}


def test_measures_of_the_small_company_are_offered() -> None:
    teams = {team["name"]: team for team in whatif_data(moved())["teams"]}
    kpis = [kpi["name"] for kpi in whatif_data(moved())["kpis"]]
    offered = [kpis[k] for k in teams["marketing"]["allowed"]]
    assert set(offered) <= set(RULES["measures"]["marketing"])
