"""Two regions from one: at the same plan a split company does and pays in sum what the whole one did."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from optimizer import Scenario, compare, evaluate, read_scenario
from optimizer.runs.split.split_company import split_company
from optimizer.solver import solve
from optimizer.solver.state import SolveState
from tests.companies import random_company, random_weights
from tests.solved import CASES
from tests.verbs import incentives

ROOT = Path(__file__).parents[1]
SCENARIOS = [*sorted((ROOT / "scenarios").rglob("scenario.yaml")), CASES / "small.yaml"]
ARCHETYPES = ("saas_sdr", "distribution", "services", "training", "marketplace", "branch", "partners")
SAME = 1e-9
TWO, THREE = "north:0.6,south:0.4", "a:1/2,b:30%,c:0.2"


def blind(scenario: Scenario) -> Scenario:
    """The same where nobody discounts what others decide: to whom two teams that decide apart are not one."""
    seeing = {n: t.model_copy(update={"luck_discount": 0.0}) for n, t in scenario.teams.items()}
    return scenario.model_copy(update={"teams": seeing})


def teams_for(scenario: Scenario, parts: int) -> list[str]:
    """Teams of people enough for so many parts. Of one person the result is the team's: where persons differ
    and are paid on their own, no part may come to that."""
    least = {name: parts * (2 if team.pays_persons else 1) for name, team in scenario.teams.items()}
    return [
        n for n, team in scenario.teams.items() if team.headcount is None or team.headcount >= least[n] + 1
    ]


MONEY = ("gross", "revenue", "direct_costs", "loaded_pay")


def totals(scenario: Scenario, plan: str | None, amounts: tuple[str, ...] = MONEY) -> dict[str, float]:
    """What the company gets and pays at first and once people have learnt, whoever does it."""
    at = evaluate(scenario, plan)
    found: dict[str, float] = {}
    for when, outcome in (("first", at.first_response), ("consistent", at.consistent)):
        for name in amounts:
            found[f"{when} {name}"] = getattr(outcome, name)
    return found


def assert_alike(before: Mapping[str, float], after: Mapping[str, float]) -> None:
    for name, value in before.items():
        assert math.isclose(value, after[name], rel_tol=SAME, abs_tol=SAME), name


def origin(name: str, before: Scenario, parts: list[str], section: str) -> str:
    """What a thing of a part was called in the whole company."""
    ends = (name.removesuffix(f"_{part}") for part in parts if name.endswith(f"_{part}"))
    return next((end for end in ends if end in getattr(before, section)), name)


@pytest.mark.slow
@pytest.mark.parametrize("into", [TWO, THREE])
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: str(file.relative_to(ROOT)))
def test_split_scenarios_have_the_totals_of_the_whole_under_every_plan(file: Path, into: str) -> None:
    whole = read_scenario(file)
    for team in teams_for(whole, into.count(":")):
        made = split_company(whole, team, into, "shared", str(file)).scenario
        assert_alike(totals(whole, None), totals(made, None))
        apart = blind(whole)
        made = split_company(apart, team, into, "shared", str(file)).scenario
        for plan in whole.plans:
            assert_alike(totals(apart, plan), totals(made, plan))


@pytest.mark.slow
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_companies_that_start_makes_split_without_changing_a_total(tmp_path: Path, archetype: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(incentives("start", "--example", archetype).stdout, encoding="utf-8")
    assert incentives("start", "--answers", file, "--out", tmp_path / "company").exit_code == 0
    whole = read_scenario(tmp_path / "company")
    for team in teams_for(whole, 2):
        made = split_company(whole, team, TWO, "shared", archetype).scenario
        assert_alike(totals(whole, None), totals(made, None))
        assert len(made.placeholders) >= len(whole.placeholders)
        assert len(made.sources) > len(whole.sources)


@pytest.mark.parametrize("seed", range(12))
def test_any_team_of_random_companies_splits_without_changing_a_total(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = random_company(rng, teams=2 + seed % 3, activities=9 + seed, two_way=seed % 2 == 1)
    whole = whole.model_copy(update={"plans": {"other": random_weights(rng, whole)}})
    for team in whole.teams:
        made = split_company(whole, team, THREE if seed % 3 else TWO, "shared", "random").scenario
        for plan in (None, "other"):
            amounts = (*MONEY, "effort_cost")
            assert_alike(totals(whole, plan, amounts), totals(made, plan, amounts))


def test_work_and_results_of_the_parts_add_up_to_those_of_the_team() -> None:
    whole = blind(read_scenario(ROOT / "scenarios/alignment"))
    made = split_company(whole, "sales", TWO, "shared", "f").scenario
    one, two = (evaluate(s, "cross_weights") for s in (whole, made))
    work = dict.fromkeys(one.cal.network.activities, 0.0)
    for name, units in zip(two.cal.network.activities, two.consistent.x, strict=True):
        kind, colon, of = name.rpartition(":")
        plain = {"north": "sales", "south": "sales"}.get(of) or origin(
            of, whole, ["north", "south"], "stages"
        )
        work[kind + colon + plain if colon else origin(name, whole, ["north", "south"], "activities")] += (
            units
        )
    assert np.allclose(list(work.values()), one.consistent.x, rtol=SAME, atol=SAME)
    scores = dict(zip(made.kpis, two.consistent.score, strict=True))
    for name, score in zip(whole.kpis, one.consistent.score, strict=True):
        own = [scores[f"{name}_{part}"] for part in ("north", "south") if f"{name}_{part}" in scores]
        both = [*own, *([scores[name]] if name in scores else [])]
        assert both
        assert np.allclose(both, score, rtol=SAME)
    pay = dict(zip(made.teams, two.consistent.pay, strict=True))
    assert math.isclose(pay["north"] + pay["south"], one.consistent.pay[2], rel_tol=SAME)


def test_each_part_is_paid_on_its_own_results_and_others_on_the_whole() -> None:
    whole = read_scenario(ROOT / "scenarios/alignment")
    made = split_company(whole, "sales", TWO, "shared", "f").scenario
    assert made.kpis["bookings_north"].entering == {"customer_north": 1.0, "fragile_customer_north": 0.8}
    assert made.rules.measures["north"] == tuple(f"{k}_north" for k in whole.rules.measures["sales"])
    assert made.rules.measures["success"] == whole.rules.measures["success"]
    assert made.kpis["early_retention"].entering == {"retained_north": 1.0, "retained_south": 1.0}
    assert "bookings" not in made.kpis
    assert made.activities["call_within_hour"].yields["good_meeting_south"] == pytest.approx(0.46 * 0.4)
    assert made.activities["onboard_deep_north"].team == "success"


def test_rules_budgets_plans_and_curves_go_with_the_team() -> None:
    whole = read_scenario(CASES / "small.yaml")
    made = split_company(whole, "sales", TWO, "shared", "f").scenario
    assert made.teams["north"].target_pay.current == pytest.approx(14400)  # type: ignore[union-attr]
    assert made.rules.gaming is not None
    assert made.rules.gaming.caps == {"fake_touch_north": 3.0, "fake_touch_south": 2.0}
    assert made.regimes["weak"].inflow == {"lead_north": 0.7, "lead_south": 0.7}
    assert made.plans["quality"]["north"] == {"wins_north": 1.0}  # type: ignore[index]
    assert made.curves["steep_south"].gate.kpi == "wins_south"  # type: ignore[union-attr]
    assert made.kpis["wins_north"].target == pytest.approx(15)
    assert made.kpis["meeting_rate_north"].curve == whole.kpis["meeting_rate"].curve
    made = split_company(whole, "marketing", TWO, "shared", "f").scenario
    assert made.rules.budget.teams == {"north": 6600.0, "south": 4400.0}
    pairs = [(p.team, p.volume, p.quality) for p in made.rules.gaming.pairs]  # type: ignore[union-attr]
    assert pairs == [
        ("north", "leads_north", "meeting_rate_north"),
        ("south", "leads_south", "meeting_rate_south"),
    ]


def test_an_index_stays_at_its_level_in_every_part() -> None:
    whole = read_scenario(CASES / "small.yaml")
    kpi = whole.kpis["wins"].model_copy(
        update={"constant": 42.0, "numerator": {"onboard": 0.5}, "target": None, "entering": {}}
    )
    measures = {**whole.rules.measures, "success": ("retention", "satisfaction")}
    six = whole.teams["success"].model_copy(update={"headcount": 6})
    company = whole.model_copy(
        update={
            "teams": {**whole.teams, "success": six},
            "kpis": {**whole.kpis, "satisfaction": kpi},
            "rules": whole.rules.model_copy(update={"measures": measures}),
        }
    )
    made = split_company(company, "success", "a:2/3,b:1/3", "shared", "f").scenario
    assert made.kpis["satisfaction_a"].constant == 42
    assert made.kpis["satisfaction_a"].numerator["onboard_a"] == pytest.approx(0.75)
    before = dict(zip(company.kpis, evaluate(company).consistent.score, strict=True))
    scores = dict(zip(made.kpis, evaluate(made).consistent.score, strict=True))
    assert scores["satisfaction_a"] == pytest.approx(before["satisfaction"], rel=SAME)
    assert scores["satisfaction_b"] == pytest.approx(before["satisfaction"], rel=SAME)


# --- luck -----------------------------------------------------------------------------------------------


def variance(scenario: Scenario, shares: Mapping[str, float]) -> float:
    """Of the sum of two attainments, by their shares; their luck is apart, but for what is stated of it."""
    (one, mine), (other, its) = shares.items()
    a, b = scenario.kpis[one], scenario.kpis[other]
    together = {**a.noise_with, **b.noise_with}
    r = together.get(one, together.get(other, scenario.noise_correlation))
    return (mine * a.noise) ** 2 + (its * b.noise) ** 2 + 2 * r * mine * its * a.noise * b.noise


@pytest.mark.parametrize("luck", ["own", "shared"])
@pytest.mark.parametrize(
    ("case", "kpi"), [("scenarios/alignment", "bookings"), ("tests/cases/small.yaml", "wins")]
)
def test_luck_of_the_company_is_what_it_was_however_parts_share_it(case: str, kpi: str, luck: Any) -> None:
    whole = read_scenario(ROOT / case)
    made = split_company(whole, "sales", TWO, luck, "f").scenario
    both = variance(made, {f"{kpi}_north": 0.6, f"{kpi}_south": 0.4})
    assert both == pytest.approx(whole.kpis[kpi].noise ** 2, rel=1e-6)
    larger = made.kpis[f"{kpi}_south"].noise > made.kpis[f"{kpi}_north"].noise > whole.kpis[kpi].noise
    assert larger == (luck == "own")


def test_own_luck_of_parts_leaves_today_as_it_is_where_pay_is_a_straight_line() -> None:
    whole = read_scenario(ROOT / "scenarios/alignment")
    made = split_company(whole, "sales", TWO, "own", "f").scenario
    assert made.kpis["bookings_north"].noise == pytest.approx(0.23 / math.sqrt(0.6))
    assert_alike(totals(whole, None), totals(made, None))


# --- where numbers come from ----------------------------------------------------------------------------


def test_sources_ranges_and_placeholders_go_with_the_numbers(tmp_path: Path) -> None:
    tree = yaml.safe_load((CASES / "small.yaml").read_text(encoding="utf-8"))
    tree["placeholders"] = ["teams.sales.hours", "activities.deep.yields.deal", "stages.lead.inflow"]
    tree["sources"]["teams.sales.hours"] = {"text": "Time sheets", "range": 0.1, "kind": "measured"}
    tree["sources"]["activities.campaign.yields.lead"] = {"text": "CRM", "factor": 2}
    file = tmp_path / "company.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    made = split_company(read_scenario(file), "sales", TWO, "shared", "f").scenario
    assert made.placeholders == (
        "teams.north.hours", "teams.south.hours", "activities.deep_north.yields.deal_north",
        "activities.deep_south.yields.deal_south", "stages.lead_north.inflow", "stages.lead_south.inflow",
    )  # fmt: skip
    hours = made.sources["teams.south.hours"]
    assert (hours.range, hours.kind) == (0.1, "assumed")
    assert hours.text.en == "Time sheets — 40 % of Sales, the share assumed"
    assert hours.text.fr == "Time sheets — 40 % de Ventes, part supposée"
    assert made.sources["activities.touch_north.yields"].text.en == "CRM 2025, 2,140 leads"
    assert made.sources["activities.campaign.yields.lead_south"].factor == 2
    assert not [path for path in made.sources if "sales" in path]


# --- the verb -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [".yaml", ".xlsx"])
def test_the_verb_writes_what_reads_back_and_takes_workbooks(tmp_path: Path, kind: str) -> None:
    book = tmp_path / f"in{kind}"
    assert incentives("convert", CASES / "small.yaml", book).exit_code == 0
    out = tmp_path / f"two{kind}"
    result = incentives("split", book, "--team", "sales", "--into", TWO, "--out", out)
    assert result.exit_code == 0
    assert "next: incentives compare" in result.stdout
    expected = split_company(read_scenario(book), "sales", TWO, "shared", "f").scenario
    assert read_scenario(out) == expected.model_copy(update={"name": "two"})
    assert incentives("check", out).exit_code == 0


def test_without_out_the_company_is_printed_and_json_says_what_was_made(tmp_path: Path) -> None:
    result = incentives("split", CASES / "small.yaml", "--team", "sales", "--into", TWO)
    file = tmp_path / "printed.yaml"
    file.write_text(result.stdout, encoding="utf-8")
    assert read_scenario(file).name == "small_split"
    said = json.loads(
        incentives("split", CASES / "small.yaml", "--team", "sales", "--into", TWO, "--json").stdout
    )
    assert said["teams"] == ["north", "south"]
    assert "lead_north" in said["added"]["stages"]
    assert said["scenario"]["teams"]["north"]["hours"] == 540
    assert any("4 people do not split so" in sentence for sentence in said["said"])


def test_heads_are_whole_people_and_none_is_lost() -> None:
    whole = read_scenario(ROOT / "scenarios/alignment")
    made = split_company(whole, "sales", "a:0.55,b:0.25,c:0.2", "shared", "f")
    assert [made.scenario.teams[t].headcount for t in "abc"] == [3, 2, 1]
    assert any("6 people do not split so (a 3.3, b 1.5, c 1.2)" in s for s in made.said)
    even = split_company(whole, "sales", "a:0.5,b:0.5", "shared", "f")
    assert not any("do not split" in s for s in even.said)
    small = split_company(read_scenario(CASES / "small.yaml"), "success", TWO, "shared", "f")
    assert any(s.startswith("one person each: south") for s in small.said)


@pytest.mark.parametrize(
    ("team", "into", "words"),
    [
        ("sale", TWO, 'the scenario has no such team (got: "sale")\n    did you mean "sales"?'),
        ("sales", "north:0.6,south:0.3", "the shares add up to 0.9, and must add up to 1"),
        ("sales", "north:0.6,south:0.3", "north:0.6667,south:0.3333"),
        ("sales", "north:0.6", "the shares add up to 0.6"),
        ("sales", "north:60,south:40", "write north:60% if you mean that"),
        ("sales", "north:0,6,south:0,4", "with a point"),
        ("sales", "north:1", "has no share of the team"),
        ("sales", "north:0.6,south", "is no name with its share"),
        ("sales", "north:0.6,south:", "has no share of the team"),
        ("sales", "north:-0.6,south:1.6", "has no share of the team"),
        ("sales", "north:0.5,north:0.5", "is named twice"),
        ("sales", "marketing:0.5,south:0.5", "is the name of a team already"),
        ("sales", "Nord-Est:0.5,south:0.5", "write Nord_Est:..."),
        ("sales", ",".join(f"p{n}:1/8" for n in range(8)), "sales has 4 people, too few for 8 teams"),
        ("sales", "touch:0.5,south:0.5", "stages.lead_touch is there already"),
    ],
)
def test_what_cannot_be_split_says_why_and_what_to_write(
    tmp_path: Path, team: str, into: str, words: str
) -> None:
    tree = yaml.safe_load((CASES / "small.yaml").read_text(encoding="utf-8"))
    tree["stages"]["lead_touch"] = {"value": 1}
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    result = incentives("split", file, "--team", team, "--into", into)
    assert result.exit_code == 2
    assert words in result.stderr
    said = json.loads(incentives("split", file, "--team", team, "--into", into, "--json").stdout)
    assert {"where", "value", "message", "hint"} == set(said["problems"][0])


def test_parts_split_again_and_every_share_is_of_the_whole(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    incentives("split", ROOT / "scenarios/alignment", "--team", "sales", "--into", TWO, "--out", first)
    result = incentives("split", first, "--team", "north", "--into", "east:0.5,west:0.5", "--out", second)
    assert result.exit_code == 0
    whole, made = read_scenario(ROOT / "scenarios/alignment"), read_scenario(second)
    assert made.teams["east"].hours == pytest.approx(whole.teams["sales"].hours * 0.3)  # type: ignore[operator]
    assert_alike(totals(whole, None), totals(made, None))


# --- the same plan for both -----------------------------------------------------------------------------


def starter_regions(tmp_path: Path) -> Path:
    """The starter company with two regions that must have one plan."""
    incentives("template", tmp_path / "whole")
    out = tmp_path / "regions.yaml"
    incentives("split", tmp_path / "whole", "--team", "sales", "--into", TWO, "--out", out)
    tree = yaml.safe_load(out.read_text(encoding="utf-8"))
    tree["rules"]["same"] = [["north", "south"]]
    out.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return out


@pytest.mark.slow
@pytest.mark.parametrize("listed", [True, False])
def test_two_regions_with_one_plan_have_the_plan_of_the_whole_team(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: bool
) -> None:
    """Their measures have other names; plans are listed, or searched as if they were too many for that."""
    regions = starter_regions(tmp_path)
    before = solve(read_scenario(tmp_path / "whole"))
    if not listed:
        monkeypatch.setattr(SolveState, "every", None)
    after = solve(read_scenario(regions))
    assert before.status == after.status == "optimal"
    assert before.chosen is not None
    assert after.chosen is not None
    weights, whole = after.chosen.plan.weights, before.chosen.plan.weights["sales"]
    for part in ("north", "south"):
        assert weights[part] == {f"{kpi}_{part}": weight for kpi, weight in whole.items()}
    assert after.certificate.objective == pytest.approx(before.certificate.objective, rel=1e-3)


def broken(company: Scenario, plan: dict[str, dict[str, float]]) -> list[str]:
    """Names of the rules that a plan breaks."""
    return [rule.name for rule in compare(company, {"plan": plan})["plan"].broken_rules]


def test_regions_whose_plans_differ_break_the_rule_that_asks_for_one(tmp_path: Path) -> None:
    company = read_scenario(starter_regions(tmp_path))
    apart = {**company.current_plan, "north": {"wins_north": 0.8, "retention_north": 0.2}}
    alike = {**apart, "south": {"wins_south": 0.8, "retention_south": 0.2}}
    assert "same.north.south" in broken(company, apart)
    assert "same.north.south" not in broken(company, alike)


def test_regions_with_other_measures_cannot_have_one_plan(tmp_path: Path) -> None:
    file = starter_regions(tmp_path)
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    tree["rules"]["measures"]["south"] = ["wins_south", "retention_south"]
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    result = incentives("check", file)
    assert result.exit_code == 2
    assert "the measures of north and south differ in leads_touched" in result.stderr
