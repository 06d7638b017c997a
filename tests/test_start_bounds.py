"""Answers at the ends of what can be: 0 %, 100 %, half a head, nobody paid. The verb and the page agree on
each, every number is found again, and what cannot be is refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from py_mini_racer import MiniRacer
from random_answers import KINDS, attempt, example, run
from test_start_page import Content, apart, by_verb, data, file, generated, js

from optimizer import read_scenario

__all__ = ["data", "file", "js"]

CAMPAIGNS = tuple(kind for kind in KINDS if "fit_share" in example(kind)["answers"])


def changed(kind: str, **answers: float) -> Content:
    content = example(kind)
    content["answers"] |= answers
    return content


def accepted(content: Content, folder: Path) -> dict[str, Any]:
    result = attempt(content, folder)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def problems(content: Content, folder: Path) -> list[dict[str, str]]:
    result = attempt(content, folder)
    assert result.exit_code == 2, result.output
    found: list[dict[str, str]] = json.loads(result.stdout)["problems"]
    return found


def steps(told: dict[str, Any], *questions: str) -> list[float]:
    """By how much answers were moved, relatively."""
    return [next(a["difference"] for a in told["answers"] if a["id"] == name) for name in questions]


def alike(content: Content, js: MiniRacer, folder: Path) -> None:
    """The verb and the page generate the same, or both refuse."""
    expected, found = by_verb(content, folder), generated(js, content)
    assert (expected is None) == (found is None)
    if expected is not None:
        assert apart(expected, found) == []


@pytest.mark.parametrize("kind", CAMPAIGNS)
@pytest.mark.parametrize("fit", [96, 99.9, 100])
def test_leads_that_nearly_all_fit_change_no_other_answer(kind: str, fit: float, tmp_path: Path) -> None:
    told = accepted(changed(kind, fit_share=fit, wins=_signed(kind, fit, tmp_path)), tmp_path / "made")
    moved, step, fits = steps(told, "leads_campaign", "leads_hot", "fit_share")
    assert moved == pytest.approx(step, abs=1e-9)
    assert fits == pytest.approx(0, abs=1e-9)


def _signed(kind: str, fit: float, folder: Path) -> float:
    """What counts and rates of an example give where so many leads fit."""
    result = attempt(changed(kind, fit_share=fit), folder / "first")
    told = json.loads(result.stdout)
    if result.exit_code:
        return float(told["problems"][0]["message"].split("give ")[1].split()[0])
    moved = (said["numbers"]["found"] for said in told["said"] if said["code"] == "counts_moved")
    return float(next(moved, example(kind)["answers"]["wins"]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_way_never_yields_more_than_all(kind: str, tmp_path: Path) -> None:
    accepted(changed(kind, retention=100), tmp_path)
    ways = [a for a in read_scenario(tmp_path / "made").activities.values() if a.from_]
    assert max(sum(act.yields.values()) for act in ways) <= 1
    warned = json.loads(run("check", str(tmp_path / "made"), "--json").stdout)["warnings"]
    assert not [warning for warning in warned if warning["where"].split()[-1].startswith("activities")]


@pytest.mark.parametrize(("heads", "people"), [(1, 1), (1.4, 1), (1.5, 2), (2.5, 3), (3.5, 4), (3.49, 3)])
def test_half_a_head_is_one_more(heads: float, people: int, js: MiniRacer, tmp_path: Path) -> None:
    content = example("training")
    content["teams"]["marketing"]["heads"] = heads
    made = generated(js, content)
    assert made is not None
    assert made.teams["marketing"].headcount == people
    alike(content, js, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_company_that_pays_nobody_for_results_is_refused(kind: str, js: MiniRacer, tmp_path: Path) -> None:
    content = example(kind)
    for team in content["teams"].values():
        team["variable"] = 0
    assert "no team has variable pay" in problems(content, tmp_path)[0]["message"]
    assert generated(js, content) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("training", {"fit_share": 99.9}),
        ("services", {"fit_share": 100, "wins": 9}),
        ("branch", {"retention": 100}),
    ],
)
def test_the_page_agrees_at_the_ends(
    kind: str, answers: dict[str, float], js: MiniRacer, tmp_path: Path
) -> None:
    alike(changed(kind, **answers), js, tmp_path)


NIL = [
    ("saas_sdr", {"leads_hot": 0}),
    ("saas_sdr", {"leads_hot": 0, "leads_event": 0}),
    ("saas_sdr", {"leads_campaign": 0}),
    ("training", {"leads_hot": 0}),
    ("training", {"leads_campaign": 0, "leads_hot": 900}),
    ("services", {"leads_campaign": 0}),
    ("marketplace", {"leads_hot": 0}),
    ("distribution", {"leads_hot": 0, "visits": 0}),
    ("partners", {"leads_hot": 0}),
    ("branch", {"walkins": 0}),
]


@pytest.mark.parametrize(("kind", "answers"), NIL)
def test_a_source_of_which_there_is_none_needs_no_invented_one(
    kind: str, answers: dict[str, float], js: MiniRacer, tmp_path: Path
) -> None:
    content = changed(kind, **answers)
    for team in content["teams"].values():
        team.pop("weights")
    first = attempt(content, tmp_path / "first")
    if first.exit_code:
        (problem,) = json.loads(first.stdout)["problems"]
        assert "signatures" in problem["message"]
        content["answers"]["wins"] = float(problem["message"].split("give ")[1].split()[0])
    told = accepted(content, tmp_path / "made")
    gone = [
        a["found"] for a in told["answers"] if a["id"] in answers and not a["given"] and a["id"] != "visits"
    ]
    assert set(gone) <= {0, None}
    checked = run("check", str(tmp_path / "made" / "made"), "--json")
    assert checked.exit_code == 0, checked.output
    alike(content, js, tmp_path)


@pytest.mark.parametrize(
    ("kind", "answers", "message"),
    [
        ("training", {"leads_campaign": 0, "leads_event": 0}, "Marketing has no work"),
        ("services", {"leads_campaign": 0, "leads_event": 0}, "Marketing has no work"),
        ("partners", {"partner_opps": 0}, "Partner managers has no work"),
        ("branch", {"leads_hot": 0}, "Remote platform is paid on meetings"),
    ],
)
def test_a_team_without_work_or_without_a_kpi_is_named(
    kind: str, answers: dict[str, float], message: str, js: MiniRacer, tmp_path: Path
) -> None:
    content = changed(kind, **answers)
    assert any(message in problem["message"] and problem["hint"] for problem in problems(content, tmp_path))
    assert generated(js, content) is None


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("price", 1e12),
        ("price", 3e8),
        ("attainment", 2),
        ("attainment", 5000),
        ("wins", 1e9),
        ("spend", 9e11),
    ],
)
def test_what_is_far_from_plausible_is_refused(
    question: str, value: float, js: MiniRacer, tmp_path: Path
) -> None:
    content = changed("saas_sdr", **{question: value})
    problem = problems(content, tmp_path)[0]
    assert problem["message"] == "is far from anything plausible"
    assert "check the unit" in problem["hint"]
    assert (
        js.eval(f"doubtOf(questionsOf(library, 'saas_sdr').find(({{ id }}) => id === '{question}'), {value})")
        == "far"
    )


def test_pay_a_head_is_bounded_more_closely(tmp_path: Path) -> None:
    content = example("saas_sdr")
    content["teams"]["sales"]["variable"] = 900_000
    assert problems(content, tmp_path)[0]["message"] == "is far from anything plausible"


SAID = (
    ("distribution", {}, {}, {"visits_compared"}),
    ("services", {"attainment": 10}, {}, {"little_paid", "nobody_steered"}),
    ("training", {"price": 150}, {"advisers": {"variable": 9000}}, {"pay_over_margin"}),
    ("partners", {"horizon": 1}, {}, set()),
)
NEW = {"visits_compared", "little_paid", "nobody_steered", "pay_over_margin"}


@pytest.mark.parametrize(("kind", "answers", "teams", "expected"), SAID, ids=[kind for kind, *_ in SAID])
def test_what_a_designer_should_know_before_solving_is_said(
    kind: str,
    answers: dict[str, float],
    teams: dict[str, Any],
    expected: set[str],
    js: MiniRacer,
    tmp_path: Path,
) -> None:
    """Visits that only compare, a budget far above what was paid, pay that the work cannot carry, nobody to
    steer; on the page too, with the same numbers."""
    content = changed(kind, **answers)
    for team, pay in teams.items():
        content["teams"][team] |= pay
    told = {said["code"]: said for said in accepted(content, tmp_path)["said"]}
    assert NEW & told.keys() == expected
    page = json.loads(str(js.call("remarked", content)))
    for code in NEW - {"nobody_steered"}:
        assert page.get(code) == (pytest.approx(told[code]["numbers"]) if code in told else None)
    doubted = run("check", str(tmp_path / "made")).stderr
    assert ("what is brought" in doubted) == ("pay_over_margin" in expected)


def test_years_that_a_partners_customer_counts_for_are_asked(js: MiniRacer, tmp_path: Path) -> None:
    values = []
    for years in (1, 5):
        content = changed("partners", horizon=years)
        made, page = by_verb(content, tmp_path), generated(js, content)
        assert made is not None
        assert apart(made, page) == []
        values.append(made.stages["retained"].value)
    assert values[0] == 0
    assert values[1] > 20000


def test_a_team_paid_on_what_there_is_none_of_is_told_what_to_answer(tmp_path: Path) -> None:
    content = changed("branch", leads_hot=0)
    (problem,) = problems(content, tmp_path)
    assert "answer more than 0 for leads_hot" in problem["hint"]
    content["teams"]["platform"]["weights"] = {"kept_n": 100}
    assert "weights: {kept_n: 100}" in problem["hint"]
    content["answers"]["wins"] = 2300
    accepted(content, tmp_path / "again")
