"""Forty answers become a company: every given number is found again, everything else says where it comes
from, and answers that describe no company are refused with their numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from random_answers import KINDS, LIBRARY, attempt, example, moved_in, not_found_again, random_answers, run

from optimizer import read_scenario
from optimizer.solver import solve


def started(folder: Path, content: dict[str, Any], *more: str) -> dict[str, Any]:
    """What `start --json` says of answers, which must be accepted."""
    result = attempt(content, folder, *more)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def refused(folder: Path, content: Any) -> list[dict[str, str]]:
    """Problems with answers."""
    result = attempt(content, folder)
    assert result.exit_code == 2, result.output
    assert not (folder / "made").exists()
    problems: list[dict[str, str]] = json.loads(result.stdout)["problems"]
    return problems


@pytest.mark.parametrize("kind", KINDS)
def test_every_given_number_is_found_again(kind: str, tmp_path: Path) -> None:
    told = started(tmp_path, example(kind))
    assert not_found_again(kind, told) == []
    steps = {a["difference"] for a in told["answers"] if a["id"] in moved_in(kind)}
    assert max(steps) - min(steps) <= 1e-9, "all counts of leads and all rates are moved by one factor"


def random_companies_hold(kind: str, seeds: range, tmp_path: Path) -> None:
    """Accepted by `start` and by `check`, with every number found again."""
    for seed in seeds:
        folder = tmp_path / str(seed)
        content = random_answers(kind, seed, folder)
        result = attempt(content, folder / "given")
        assert result.exit_code == 0, (seed, result.output)
        assert not_found_again(kind, json.loads(result.stdout)) == [], seed
        assert run("check", str(folder / "given" / "made")).exit_code == 0, seed


@pytest.mark.parametrize("kind", KINDS)
def test_random_answers_give_a_company_that_reproduces_them(kind: str, tmp_path: Path) -> None:
    random_companies_hold(kind, range(3), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_random_answers_give_companies_that_reproduce_them(kind: str, tmp_path: Path) -> None:
    random_companies_hold(kind, range(3, 40), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_generated_company_is_warned_of_for_its_assumptions_only(kind: str, tmp_path: Path) -> None:
    started(tmp_path, example(kind))
    result = run("check", str(tmp_path / "made"), "--json")
    warnings = json.loads(result.stdout)["warnings"]
    allowed = ("DRAFT", "today's plan breaks the rule", "nobody controls this KPI")
    assert result.exit_code == 0
    assert [w for w in warnings if not w["message"].startswith(allowed)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_has_a_source_in_both_languages_and_no_id_of_the_library(
    kind: str, tmp_path: Path
) -> None:
    started(tmp_path, example(kind))
    scenario = read_scenario(tmp_path / "made")
    unsourced = [path for path in numbers_in(scenario) if not covered(path, scenario.sources)]
    assert unsourced == []
    ids = {name for name in LIBRARY["sources"] if not name.isalpha()}
    for path, source in scenario.sources.items():
        for text in (source.text.en, source.text.fr):
            assert not ids & set(text.replace(",", " ").replace(":", " ").split()), (path, text)
        assert path.startswith("rules.") or source.text.en != source.text.fr, path
    for path in scenario.placeholders:
        assert scenario.sources[path].kind == "assumed" or path.rpartition(".")[0] in scenario.sources


def numbers_in(scenario: Any) -> list[str]:
    """Paths of all numbers of teams, stages, activities and KPIs that the file writes."""
    written = scenario.model_dump(by_alias=True, exclude_defaults=True)
    return [
        f"{section}.{name}.{part}"
        for section in ("teams", "stages", "activities", "kpis")
        for name, item in written[section].items()
        for part, value in item.items()
        if (isinstance(value, int | float) and not isinstance(value, bool)) or part == "yields"
    ]


def covered(path: str, sources: Any) -> bool:
    return path in sources or (path.endswith(".hours") and path.startswith("activities."))


def test_counts_that_disagree_are_closed_and_told_with_the_step(tmp_path: Path) -> None:
    told = started(tmp_path, example("saas_sdr"))
    moved = next(said for said in told["said"] if said["code"] == "counts_moved")
    assert round(moved["numbers"]["found"], 1) == 30.0
    assert round(100 * moved["numbers"]["step"], 1) == 0.9
    assert "30.0 signatures, you sign 31" in moved["text"]


def test_counts_far_apart_are_asked_about_and_beyond_refused(tmp_path: Path) -> None:
    told = started(tmp_path, example("distribution"))
    assert [said["code"] for said in told["said"]][:2] == ["counts_moved", "counts_apart"]
    assert round(100 * told["said"][0]["numbers"]["step"], 1) == 5.4
    content = example("saas_sdr")
    content["answers"]["wins"] = 60
    (tmp_path / "far").mkdir()
    problem = refused(tmp_path / "far", content)[0]
    assert problem["where"] == "answers.wins"
    assert "30.01 signatures a quarter, you sign 60" in problem["message"]


def test_hours_fit_the_team_and_what_was_scaled_is_said(tmp_path: Path) -> None:
    started(tmp_path, example("saas_sdr"))
    scenario = read_scenario(tmp_path / "made")
    for name, team in scenario.teams.items():
        mine = [a for a in scenario.activities.values() if a.team == name]
        assert team.hours is not None
        assert math.isclose(sum(a.hours * a.baseline for a in mine), 0.78 * team.hours, rel_tol=1e-4)


SCALED = [("training", "marketing", 5), ("services", "sales", 18), ("marketplace", "sdr", 6)]
"""Campaigns resized; prospecting beside scaled work, idle and full."""


@pytest.mark.parametrize(("kind", "team", "heads"), SCALED)
def test_what_is_said_of_scaled_hours_can_be_worked_out(
    tmp_path: Path, kind: str, team: str, heads: int
) -> None:
    """Shares are of all hours, and the sentences of a team lead to the share that check prints."""
    content = example(kind)
    content["teams"][team]["heads"] = heads
    told = started(tmp_path, content)["said"]
    scaled = [s for s in told if s["code"] in ("hours_scaled", "hours_scaled_beside")]
    resized = {s["about"]: s["numbers"]["booked"] for s in told if s["code"] == "campaigns_resized"}
    scenario = read_scenario(tmp_path / "made")
    assert team in {s["about"] for s in scaled}
    for about, n in ((s["about"], s["numbers"]) for s in scaled):
        assert math.isclose(n["by_hour"] + n["factor"] * (n["usual"] - n["by_hour"]), n["booked"])
        hours = sum(a.hours * a.baseline for a in scenario.activities.values() if a.team == about)
        all_of_it, share = scenario.teams[about].hours, resized.get(about, n["booked"])
        assert all_of_it is not None
        assert math.isclose(hours / all_of_it, share, rel_tol=1e-4)


def test_how_many_numbers_are_asked_is_said_as_it_is() -> None:
    """Numbers, and with kind, name and period the questions of the dialogue."""
    forms, of_team = LIBRARY["archetypes"], len(LIBRARY["per_team_questions"])
    counts = [of_team * len(forms[kind]["teams"]) + len(forms[kind]["questions"]) for kind in KINDS]
    numbers, asked = (f"{min(counts) + more} to {max(counts) + more}" for more in (0, 3))
    root = Path(__file__).parent.parent
    for file in ("README.md", "docs/start.md", "docs/answering.md", "optimizer/cli/start.py"):
        assert f"{numbers} " in (root / file).read_text("utf-8"), file
    assert f"{asked} questions" in (root / "docs/scenario.md").read_text("utf-8")


def test_today_signed_is_exact_and_no_stage_is_overdrawn(tmp_path: Path) -> None:
    for kind in KINDS:
        folder = tmp_path / kind
        folder.mkdir()
        started(folder, example(kind))
        scenario = read_scenario(folder / "made")
        for name, stage in scenario.stages.items():
            feeding = sum(a.baseline * a.yields.get(name, 0) for a in scenario.activities.values())
            taken = sum(a.baseline for a in scenario.activities.values() if a.from_ == name)
            assert taken <= stage.inflow + feeding


REFUSED: list[tuple[str, list[str], Any, str]] = [
    ("archetype", ["archetype"], "sas_sdr", "no known kind"),
    ("unknown question", ["answers", "r_meetng"], 40, "not asked"),
    ("share for percent", ["answers", "r_lead"], 0.12, "percentages are written as 45"),
    ("text", ["answers", "price"], "14 000 €", "must be a number"),
    ("more than all", ["answers", "r_offer"], 145, "more than all"),
    ("negative", ["answers", "due"], -3, "at least 0"),
    ("nothing", ["answers", "price"], 0, "above 0"),
    ("half a year", ["answers", "horizon"], 2.5, "whole number"),
    ("unknown team", ["teams", "saels"], {}, "no team"),
    ("unknown KPI", ["teams", "sales", "weights"], {"booking": 100}, "no KPI"),
    ("weights short", ["teams", "sales", "weights"], {"bookings": 60, "margin_signed": 30}, "add up to 90 %"),
    (
        "weights as shares",
        ["teams", "sales", "weights"],
        {"bookings": 0.6, "margin_signed": 0.4},
        "are shares",
    ),
    ("nobody", ["teams", "sales", "heads"], 0.4, "at least 1"),
    ("language", ["lang"], "de", "allowed values"),
    ("true", ["answers", "wins"], True, "must be a number"),
]


@pytest.mark.parametrize(("_name", "path", "value", "message"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_is_refused_with_its_place_and_a_remedy(
    _name: str, path: list[str], value: Any, message: str, tmp_path: Path
) -> None:
    content = example("saas_sdr")
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    problems = refused(tmp_path, content)
    found = [p for p in problems if message in p["message"]]
    assert found, problems
    assert all(p["where"] and p["hint"] for p in found)


@pytest.mark.parametrize("missing", [["teams", "sdr"], ["teams", "sdr", "fixed"], ["answers", "r_offer"]])
def test_what_is_missing_is_named_with_who_knows_it(missing: list[str], tmp_path: Path) -> None:
    content = example("saas_sdr")
    place = content
    for key in missing[:-1]:
        place = place[key]
    del place[missing[-1]]
    problem = refused(tmp_path, content)[0]
    assert problem["where"].endswith(".".join(missing))
    assert problem["message"] == "is missing"


def test_skipped_questions_take_their_default_and_are_placeholders(tmp_path: Path) -> None:
    content = example("saas_sdr")
    for question in ("retention", "cycle_days", "horizon", "unworked"):
        del content["answers"][question]
    told = started(tmp_path, content, "--lang", "fr")
    skipped = {said["about"]: said for said in told["said"] if said["code"] == "skipped"}
    assert set(skipped) == {"retention", "cycle_days", "horizon", "unworked"}
    assert "85\u00a0%" in skipped["retention"]["text"]
    assert "stages.retained.value" in read_scenario(tmp_path / "made").placeholders


@pytest.mark.parametrize(
    "changed", [("discount_share", 0), ("meetings_own", 0), ("expansions", 0), ("leads_event", 0)]
)
def test_what_does_not_exist_is_left_out(changed: tuple[str, float], tmp_path: Path) -> None:
    content = example("saas_sdr")
    content["answers"][changed[0]] = changed[1]
    content["answers"]["wins"] = 29
    started(tmp_path, content)
    assert run("check", str(tmp_path / "made")).exit_code == 0


def test_a_team_paid_on_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    content = example("saas_sdr")
    content["answers"]["due"] = 0
    problem = refused(tmp_path, content)[0]
    assert problem["where"] == "teams.success.weights.renewals"


def test_a_team_without_variable_pay_keeps_its_plan(tmp_path: Path) -> None:
    content = example("distribution")
    content["teams"]["marketing"]["variable"] = 0
    told = started(tmp_path, content)
    assert "unpaid_team" in {said["code"] for said in told["said"]}
    assert read_scenario(tmp_path / "made").rules.locks == {"marketing": {"requests": 1.0}}
    assert run("check", str(tmp_path / "made")).exit_code == 0


def test_teams_that_no_plan_can_steer_are_locked_with_the_reason(tmp_path: Path) -> None:
    told = started(tmp_path, example("services"))
    scenario = read_scenario(tmp_path / "made")
    assert set(scenario.rules.locks) == {"delivery"}
    assert "controllability floor" in scenario.sources["rules.locks.delivery"].text.en
    assert any(said["code"] == "team_locked" and said["about"] == "delivery" for said in told["said"])


@pytest.mark.parametrize(
    ("kind", "seed", "team", "rate"),
    [("marketplace", 6, "sales", "active_rate"), ("branch", 1, "advisers", "kept_rate")],
)
def test_gaming_has_room_where_the_plan_of_today_cannot_stay(
    kind: str, seed: int, team: str, rate: str, tmp_path: Path
) -> None:
    """Paid on a rate alone today: kept to a tenth above today's gaming, no plan would be left."""
    told = attempt(random_answers(kind, seed, tmp_path), tmp_path / "given")
    assert told.exit_code == 0, told.output
    scenario = read_scenario(tmp_path / "given" / "made")
    assert scenario.current_plan[team] == {rate: 1.0}
    gaming = {name: a for name, a in scenario.activities.items() if a.gaming and a.baseline > 0}
    freed = {name for name in gaming if name in scenario.rules.gaming.caps}
    assert {gaming[name].team for name in freed} == {team}
    for name in freed:
        a = gaming[name]
        assert scenario.rules.gaming.caps[name] == pytest.approx(max(0.2 * a.reach, 2 * a.baseline), rel=1e-3)
        assert "cannot stay" in scenario.sources[f"rules.gaming.caps.{name}"].text.en
    assert solve(scenario).status == "optimal"


def test_existing_files_are_never_overwritten(tmp_path: Path) -> None:
    started(tmp_path, example("branch"))
    before = (tmp_path / "made" / "scenario.yaml").read_bytes()
    again = run("start", "--answers", str(tmp_path / "given.yaml"), "--out", str(tmp_path / "made"))
    assert again.exit_code == 2
    assert "exists already" in again.output
    assert (tmp_path / "made" / "scenario.yaml").read_bytes() == before


def test_check_finds_every_given_number_again_in_words_and_json(tmp_path: Path) -> None:
    started(tmp_path, example("distribution"))
    words = run("check", str(tmp_path / "made")).stdout
    for number in ("420", "42%", "55%", "38%", "160", "40", "€9,000", "27%", "€36,000", "700", "94%"):
        assert f" {number} " in words, number
    told = json.loads(run("check", str(tmp_path / "made"), "--json").stdout)
    assert not_found_again("distribution", told | {"said": []}) == []


def test_check_says_what_became_of_an_answer_when_the_scenario_was_changed(tmp_path: Path) -> None:
    started(tmp_path, example("distribution"))
    file = tmp_path / "made" / "scenario.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    tree["activities"]["event"]["baseline"] *= 1.5
    tree["stages"]["due"]["inflow"] = 900
    tree["teams"]["field"]["hours"] += 100
    tree["sources"] = {}
    tree["placeholders"] = []
    file.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    told = json.loads(run("check", str(file), "--json").stdout)
    found = {(a["team"], a["id"]): a["found"] for a in told["answers"]}
    assert found[(None, "due")] == 900
    assert math.isclose(found[(None, "leads_event")], 1.5 * 63.219827, rel_tol=1e-6)
    assert found[("field", "heads")] == 11


def test_answers_of_another_company_are_no_measure_of_this_one(tmp_path: Path) -> None:
    started(tmp_path, example("distribution"))
    other = tmp_path / "other.yaml"
    other.write_text(run("start", "--example", "branch").stdout, encoding="utf-8")
    result = run("check", str(tmp_path / "made"), "--answers", str(other), "--json")
    assert result.exit_code == 2
    assert "another company" in json.loads(result.stdout)["problems"][0]["message"]


def test_a_seller_whose_contracts_are_too_few_to_pay_on_keeps_the_plan(tmp_path: Path) -> None:
    content = random_answers("saas_sdr", 8, tmp_path)
    result = attempt(content, tmp_path / "few")
    assert {s["about"] for s in json.loads(result.stdout)["said"] if s["code"] == "team_locked"} == {"sales"}


def test_a_generated_company_goes_to_a_workbook_and_back(tmp_path: Path) -> None:
    started(tmp_path, example("partners"))
    made, book, again = tmp_path / "made", tmp_path / "book.xlsx", tmp_path / "again.yaml"
    assert run("convert", str(made), str(book)).exit_code == 0
    assert run("convert", str(book), str(again)).exit_code == 0
    assert read_scenario(again) == read_scenario(made)
