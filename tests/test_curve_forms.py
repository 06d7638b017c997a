"""Curves written as points, steps and rates: what they pay, how it moves, what is refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.integrate import quad
from test_check import problems_of, small, the_problem, warned
from test_curves import paid
from test_sheets import SMALL, as_workbook
from test_whole_plans import same_plan

from optimizer import PlanTerms, Scenario, read_scenario
from optimizer.tables.plan_document import _terms

BENT: dict[str, Any] = {"points": [[0.5, 0.25], [0.8, 0.8], [1.0, 1.0], [1.5, 2.0]]}
GUARANTEED: dict[str, Any] = {"points": [[0, 0.3], [0.9, 0.3], [0.9, 0.8], [1.2, 1.4]]}
LADDER: dict[str, Any] = {"steps": [[0.9, 0.6], [1.0, 1.0], [1.1, 1.5]]}
BANDS: dict[str, Any] = {"rates": [[0, 0.8], [1.0, 1.0], [1.2, 1.3]]}
CAPPED: dict[str, Any] = {"rates": [[0.5, 0.8], [1.0, 1.0], [1.2, 1.3]], "cap": 1.5}
FORMS = {"bent": BENT, "guaranteed": GUARANTEED, "ladder": LADDER, "bands": BANDS, "capped": CAPPED}


def by_hand(form: dict[str, Any], y: float) -> float:
    """What a form pays at an attainment, from its words alone."""
    ((name, listed),) = ((name, form[name]) for name in ("points", "steps", "rates") if name in form)
    top = min(y, form.get("cap", np.inf))
    reached = [at for at, (start, _) in enumerate(listed) if start <= top]
    if not reached:
        return float(listed[0][1]) if name != "rates" and listed[0][0] == 0 else 0.0
    start, level = listed[reached[-1]]
    if name == "rates":
        return float(level * top)
    if name == "steps" or reached[-1] + 1 == len(listed):
        return float(level)
    end, next_level = listed[reached[-1] + 1]
    return float(level + (next_level - level) * (y - start) / (end - start))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_pays_what_its_words_say_and_never_less_than_nothing(form: dict[str, Any]) -> None:
    curves = paid(form)
    for y in [-0.4, 0.0, 0.49, *(at for at, _ in next(iter(form.values()))), 0.7, 0.95, 1.15, 1.3, 1.7, 2.5]:
        mine = float(curves.certain(np.array([y, 1.0]))[0, 0])
        assert mine == pytest.approx(by_hand(form, y), abs=1e-12), y
        assert mine >= -1e-12


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("score", [0.55, 0.97, 1.3])
def test_expected_pay_its_slope_and_its_spread_are_those_of_quadrature(
    form: dict[str, Any], score: float
) -> None:
    noise, step = 0.15, 1e-5
    curves = paid(form, noise)

    def mean(power: int) -> float:
        ends = sorted({-10.0, 10.0, *((at - score) / noise for at in curves.knots[0, 0])})
        density = lambda z: by_hand(form, score + noise * z) ** power * np.exp(-z * z / 2)  # noqa: E731
        parts = (quad(density, a, b, epsabs=1e-13)[0] for a, b in pairwise(ends))
        return float(sum(parts) / np.sqrt(2 * np.pi))

    at = np.array([score, 1.0])
    assert curves.expected(at)[0, 0] == pytest.approx(mean(1), abs=1e-10)
    assert curves.variance(at)[0, 0] == pytest.approx(mean(2) - mean(1) ** 2, abs=1e-10)
    up, down = (curves.expected(np.array([score + side * step, 1.0]))[0, 0] for side in (1, -1))
    assert curves.slope(at)[0, 0] == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_expected_pay_is_the_mean_of_what_a_hundred_thousand_draws_are_paid(form: dict[str, Any]) -> None:
    curves, score = paid(form, 0.2), np.array([0.98, 1.0])
    luck = np.random.default_rng(7).standard_normal((100_000, 2)) * curves.noise
    drawn = curves.certain(score + luck)[:, 0, 0]
    error = 4 * drawn.std() / np.sqrt(len(drawn))
    assert curves.expected(score)[0, 0] == pytest.approx(drawn.mean(), abs=error)
    assert curves.variance(score)[0, 0] == pytest.approx(drawn.var(), rel=0.03)


def paid_alike(scenario: Scenario, one: PlanTerms, other: PlanTerms) -> bool:
    """Whether two choices of curves pay everybody the same on every KPI."""
    every = np.ones((len(scenario.teams), len(scenario.kpis)))
    return same_plan(scenario, (every, one), (every, other))


@pytest.mark.parametrize(
    ("form", "same"),
    [
        ({"points": [[0, 0], [1, 1], [1.6, 1.6]]}, {"cap": 1.6}),
        ({"points": [[0.75, 0.75], [1.0, 1.0], [1.4, 1.5]]}, {
            "threshold": 0.75, "accelerators": [{"from": 1.0, "slope": 1.25}], "cap": 1.4
        }),
        ({"rates": [[0, 1.0]], "cap": 1.3}, {"cap": 1.3}),
        ({"steps": [[1.0, 1.0]]}, {"threshold": 1.0, "cap": 1.0}),
        ({"steps": [[0.9, 0.6], [1.0, 1.0]]}, {"points": [[0.9, 0.6], [1.0, 0.6], [1.0, 1.0]]}),
    ],
)  # fmt: skip
def test_the_same_pay_in_another_form_is_no_change(form: dict[str, Any], same: dict[str, Any]) -> None:
    tree = yaml.safe_load(SMALL.read_text()) | {"curves": {"one": form, "other": same}}
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    assert paid_alike(scenario, PlanTerms({"sales": "one"}), PlanTerms({"sales": "other"}))
    assert not paid_alike(scenario, PlanTerms({"sales": "one"}), PlanTerms())


def test_what_multiplies_pay_is_part_of_what_a_curve_promises() -> None:
    factors = {
        "gate": {"gate": {"kpi": "retention", "at": 0.9}},
        "step": {"times": {"kpi": "retention", "points": [[0.9, 0], [0.9, 1]]}},
        "other": {"times": {"kpi": "retention", "points": [[0.9, 0.1], [0.9, 1]]}},
        "one": {"times": {"kpi": "retention", "points": [[1, 1]]}},
        "none": {},
    }
    scenario = small(curves={name: {**LADDER, **more} for name, more in factors.items()})
    alike = {
        (a, b)
        for a in factors
        for b in factors
        if a < b and paid_alike(scenario, PlanTerms({"sales": a}), PlanTerms({"sales": b}))
    }
    assert alike == {("gate", "step"), ("none", "one")}


def test_a_gate_on_the_kpi_itself_ends_what_a_form_pays_below_it() -> None:
    curves = paid({**BENT, "gate": {"kpi": "k", "at": 0.9}})
    assert [curves.certain(np.array([y, 1.0]))[0, 0] for y in (0.89, 0.9, 1.25)] == pytest.approx(
        [0.0, 0.9, 1.5]
    )


# --- problems -------------------------------------------------------------------------------------------


def with_curve(curve: dict[str, Any]) -> Scenario:
    return small(curves={"new": curve})


def said(scenario: Scenario) -> tuple[str, str]:
    """Place and words of the only problem."""
    finding = the_problem(scenario)
    return ".".join(map(str, finding.path)), f"{finding.message} | {finding.hint}"


@pytest.mark.parametrize(
    ("curve", "where", "words"),
    [
        ({"points": [[1, 1], [0.8, 0.5]]}, "points.1.0", "does not rise: 1 comes before"),
        ({"points": [[1, 1], [1, 1.2], [1, 1.5]]}, "points.2.0", "1 is there already"),
        ({"steps": [[1, 1], [1, 1.2]]}, "steps.1.0", "1 is there already | remove one"),
        ({"rates": [[1, 1], [0.5, 0.5]]}, "rates.1.0", "does not rise"),
        ({**LADDER, **BENT}, "steps", "a curve has one form, and this one is written as points already"),
        ({**LADDER, "slope": 2.0}, "slope", "has no place in a curve written as steps"),
        ({**BANDS, "threshold": 0.5}, "threshold", "has no place in a curve written as rates"),
        ({**BENT, "floor": 0.5}, "floor", "has no place in a curve written as points"),
        ({**BENT, "accelerators": [{"from": 1, "slope": 2}]}, "accelerators", "has no place"),
        ({**LADDER, "cap": 1.2}, "cap", "pay is level from 1.1 on, the last of the steps, anyway"),
        ({"rates": [[0.9, 1]], "cap": 0.9}, "cap", "the cap is not above the first band"),
        ({"steps": [[1, 0]]}, "steps", "pays nothing at any attainment"),
    ],
)
def test_what_no_form_can_mean_is_refused_with_its_place(
    curve: dict[str, Any], where: str, words: str
) -> None:
    place, told = said(with_curve(curve))
    assert place == f"curves.new.{where}"
    assert words in told


LINK: dict[str, Any] = {"kpi": "wins", "points": [[0.8, 0.5], [1.0, 1.0], [1.1, 1.2]]}


def linked(times: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**more, "times": {**LINK, **times}}


@pytest.mark.parametrize(
    ("curve", "where", "words"),
    [
        (linked({"points": [[1, 1], [0.8, 0.5]]}), "times.points.1.0", "does not rise: 1 comes before"),
        (linked({"points": [[1, 0]]}), "times.points", "pays nothing at any attainment"),
        (linked({"kpi": "win"}), "times.kpi", 'unknown KPI | did you mean "wins"'),
        (
            linked({}, gate={"kpi": "leads", "at": 0.9}),
            "gate",
            "a curve hangs on one KPI: a gate and times are two | remove one; a gate is times: "
            "{kpi: leads, points: [[0.9, 0], [0.9, 1]]}",
        ),
    ],
)
def test_a_factor_that_cannot_be_is_refused_with_its_place(
    curve: dict[str, Any], where: str, words: str
) -> None:
    place, told = said(with_curve(curve))
    assert place == f"curves.new.{where}"
    assert words in told


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"kpis__wins__curve": "new"}, "kpis.wins.curve", "a KPI cannot multiply its own pay"),
        (
            {"kpis__leads__curve": linked({"kpi": "leads"})},
            "kpis.leads.curve.times.kpi",
            "a KPI cannot multiply its own pay | write what it pays as points",
        ),
        ({"teams__sales__curve": "new"}, "teams.sales.curve", "pay of sales on wins would be multiplied"),
        ({"teams__sales__curve": linked({})}, "teams.sales.curve.times.kpi", "a function of wins itself"),
        (
            {"rules__curves": {"sales": ["new"]}},
            "rules.curves.sales.0",
            "in rules.measures and in every",
        ),
        ({"kpis__wins__noise": 0.0}, "kpis.wins", "a KPI that multiplies pay needs noise > 0"),
    ],
)
def test_pay_is_not_multiplied_by_its_own_kpi_or_by_one_without_luck(
    changes: dict[str, Any], where: str, words: str
) -> None:
    place, told = said(small(curves={"new": linked({})}, **changes))
    assert place == where
    assert words in told


def test_a_plan_does_not_pay_a_kpi_by_a_curve_that_the_same_kpi_multiplies() -> None:
    paid = {"weights": {"sales": {"wins": 0.5, "meeting_rate": 0.5}}}
    place, told = said(small(plans__new={**paid, "curves": {"sales": linked({})}}))
    assert place == "plans.new.curves.sales"
    assert told == (
        "the plan pays sales on wins, by which this curve multiplies | "
        "give sales.wins a curve of its own, without times"
    )
    apart = {"sales": linked({}), "sales.wins": LADDER}
    assert problems_of(small(plans__new={**paid, "curves": apart})) == []


def test_a_team_that_is_not_paid_on_a_kpi_may_have_its_pay_multiplied_by_it() -> None:
    measures = [kpi for kpi in small().kpis if kpi != "wins"]
    own = {"teams__success__curve": linked({}), "rules__measures__success": measures}
    assert problems_of(small(**own)) == []


@pytest.mark.parametrize(
    ("curve", "where", "words"),
    [
        (linked({"points": [[0.8, 0.5], [1.2, 1.1]]}), "times.points", "multiplied by 0.8, not 1"),
        ({"points": [[0.8, 0.5], [1.2, 1.2]]}, "points", "at target 0.85 is paid, not 1"),
        ({"steps": [[0.9, 0.5], [1.1, 1.2]]}, "steps", "at target 0.5 is paid, not 1"),
        (BENT, "points[0]", "nothing is paid below 0.5, where 0.25 begins at once"),
        ({"rates": [[0, 1], [1.2, 0.8]]}, "rates[1]", "the rate falls from 1 to 0.8"),
        ({"points": [[0, 1.2], [1, 1], [2, 0]]}, "points[1]", "pay falls from 1.2 to 1"),
    ],
)
def test_what_a_form_leaves_to_be_guessed_is_said(curve: dict[str, Any], where: str, words: str) -> None:
    assert f"curves.new.{where}" in warned(with_curve(curve), words)


@pytest.mark.parametrize("form", [GUARANTEED | {"points": [[0, 0.3], [1, 1]]}, LADDER, BANDS])
def test_a_form_that_leaves_nothing_open_has_no_warning(form: dict[str, Any]) -> None:
    assert not [path for path in warned(with_curve(form), "") if path.startswith("curves.new")]


# --- files and documents --------------------------------------------------------------------------------


def test_forms_come_back_from_a_workbook_wherever_they_stand(tmp_path: Path) -> None:
    tree = yaml.safe_load(SMALL.read_text())
    tree["curves"] = {**FORMS, "plain": {}, "gated": {**LADDER, "gate": {"kpi": "wins", "at": 0.9}}}
    tree["curves"]["linked"] = linked({}, **BENT)
    tree["kpis"]["meeting_rate"]["curve"] = linked({"kpi": "leads"})
    tree["teams"]["success"]["curve"] = linked({}, cap=1.4)
    tree["rules"]["measures"]["success"] = ["retention"]
    tree["kpis"]["leads"]["curve"] = "ladder"
    tree["kpis"]["wins"]["curve"] = CAPPED
    tree["teams"]["sales"]["curve"] = {**BENT, "vesting": [{"after": 2.0, "share": 0.5}]}
    tree["rules"]["curves"] = {"sales": ["ladder", "bands"]}
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    assert read_scenario(as_workbook(scenario, tmp_path / "forms.xlsx")) == scenario


@pytest.mark.parametrize(
    ("curve", "terms"),
    [
        (LADDER, "threshold 0.9; step 0.9 0.6; step 1.0 1.0; step 1.1 1.5; cap 1.1"),
        (CAPPED, "threshold 0.5; rate 0.5 0.8; rate 1.0 1.0; rate 1.2 1.3; cap 1.5"),
        (BANDS, "rate 0.0 0.8; rate 1.0 1.0; rate 1.2 1.3"),
        (
            BENT,
            "threshold 0.5; point 0.5 0.25; point 0.8 0.8; point 1.0 1.0; point 1.5 2.0; between; cap 1.5",
        ),
        (
            {**BENT, "gate": {"kpi": "k", "at": 1.25}},
            "threshold 1.25; point 1.25 1.5; point 1.5 2.0; between; cap 1.5",
        ),
        ({**LADDER, "gate": {"kpi": "k", "at": 1.0}}, "threshold 1.0; step 1.0 1.0; step 1.1 1.5; cap 1.1"),
        (
            {**LADDER, "times": LINK},
            "threshold 0.9; step 0.9 0.6; step 1.0 1.0; step 1.1 1.5; cap 1.1; "
            "factor 0.8 0.5; factor 1.0 1.0; factor 1.1 1.2; factor_between",
        ),
        ({"points": [[0.8, 0], [1, 1]]}, "threshold 0.8; point 0.8 0.0; point 1.0 1.0; between; cap 1.0"),
    ],
)
def test_a_plan_document_has_the_terms_of_a_form(curve: dict[str, Any], terms: str) -> None:
    told = [
        " ".join([term, *(str(v) for v in numbers if np.isfinite(v))])
        for term, *numbers in _terms(with_curve(curve).curves["new"], "k")
    ]
    assert "; ".join(told) == terms
