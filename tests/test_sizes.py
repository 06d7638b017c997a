"""Numbers of the wrong size in fields about people, luck and time: each is told, at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_statuses import incentives

CASE = Path(__file__).parent / "cases" / "trust" / "magnitudes.yaml"


def company() -> dict[str, Any]:
    """The sound company, with every field that is judged here at a plausible size."""
    tree: dict[str, Any] = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    people = {"skill_spread": 0.2, "effort": 0.3, "luck_discount": 0.15, "discount": 0.9}
    tree["teams"]["closers"] |= people
    tree["kpis"]["orders"]["individual_noise"] = 0.2
    tree["activities"]["wide"] |= {"gaming": True, "reach": 40}
    tree["rules"]["budget"] = {"expected": 42000, "reserve": 2000}
    return tree


def told(tree: dict[str, Any], tmp_path: Path) -> dict[str, str]:
    """Hints by place, of what `check` warns of."""
    file = tmp_path / "company.yaml"
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")
    done = incentives("check", file, "--json")
    assert done.exit_code == 0, done.stdout
    return {w["where"].split(" ")[-1]: w["hint"] for w in json.loads(done.stdout)["warnings"]}


def test_plausible_sizes_are_not_doubted(tmp_path: Path) -> None:
    assert told(company(), tmp_path) == {}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("teams.closers.responsiveness", 40),
        ("teams.closers.effort", 30),
        ("teams.closers.luck_discount", 1),
        ("teams.closers.discount", 0.1),
        ("teams.closers.skill_spread", 20),
        ("kpis.orders.individual_noise", 20),
        ("activities.careful.responsiveness", 40),
        ("activities.careful.lag", 90),
        ("activities.wide.reach", 5),
        ("activities.wide.reach", 100_000),
        ("targets.stretch", 5),
        ("teams.closers.curve.cap", 150),
        ("kpis.orders.curve.cap", 150),
        ("curves.steep.cap", 150),
        ("regimes.boom.yields.careful", 120),
        ("plans.other.targets.orders", 3000),
        ("plans.other.target_pay.closers", 2_000_000),
    ],
)
def test_a_number_of_the_wrong_size_is_told_at_its_place(place: str, value: float, tmp_path: Path) -> None:
    tree = company()
    if place.startswith("regimes"):
        tree["regimes"] = {"boom": {"probability": 0.5}, "bust": {"probability": 0.5}}
    if place.startswith("targets"):
        tree["targets"] = {"mode": "reset"}
    *above, last = place.split(".")
    at = tree
    for key in above:
        at = at.setdefault(key, {})
    at[last] = value
    assert told(tree, tmp_path).get(place)


def test_a_reserve_that_leaves_too_little_of_the_budget_is_told(tmp_path: Path) -> None:
    tree = company()
    tree["rules"]["budget"]["reserve"] = 20_000
    assert "rules.budget.expected" in told(tree, tmp_path)


def test_percents_of_targets_are_doubted_where_every_value_is_one(tmp_path: Path) -> None:
    actuals = tmp_path / "actuals.csv"
    for rows, doubted in (
        ("1,finders,leads,96\n1,closers,orders,89\n", 2),  # 300 and 30 are expected
        ("1,finders,leads,290\n1,closers,orders,89\n", 0),
    ):
        actuals.write_text(f"period,team,kpi,value\n{rows}", encoding="utf-8")
        done = incentives("adjust", CASE.parent / "timing_budget.yaml", actuals)
        assert done.stderr.count("looks like a percentage of the target") == doubted


def test_targets_and_pay_of_a_plan_file_are_doubted_where_it_is_used(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("targets: {orders: 3000}\ntarget_pay: {closers: 2000000}\n", encoding="utf-8")
    for verb in ("evaluate", "budget"):
        told = incentives(verb, CASE, "--plan", plan).stderr
        assert "warning: [plan.targets.orders]" in told
        assert "warning: [plan.target_pay.closers]" in told
    assert "warning" not in incentives("evaluate", CASE, "--plan", "current").stderr
