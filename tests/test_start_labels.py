"""Each kind of company is asked for what its numbers do, and told what its values count."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from random_answers import KINDS, LIBRARY, attempt, example, run

LANGUAGES = ("en", "fr")
MEETINGS = {"en": "meeting", "fr": "RDV"}


def asked(kind: str, question: str, language: str) -> str:
    """The label in a kind of company."""
    form = LIBRARY["archetypes"][kind]
    here = form.get("asked", {}).get(question, {})
    return str({**LIBRARY["questions"][question], **here}["label"][language])


def rate_of(stage: dict[str, Any]) -> str | None:
    groups = {"lead": "r_lead", "meeting": "r_meeting", "retention": "retention"}
    return stage["rate"] or groups.get(str(stage["group"]))


def reached(kind: str, question: str) -> set[str]:
    """Stages that what a rate is asked of goes to, hand-overs left out."""
    worked = [s for s in LIBRARY["archetypes"][kind]["stages"] if rate_of(s) == question]
    return {to for stage in worked for way in stage["ways"] for to in way["to"]}


def started(folder: Path, content: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said, and the scenario."""
    done = attempt(content, folder)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), yaml.safe_load((folder / "made" / "scenario.yaml").read_text("utf-8"))


def test_pages_say_how_many_numbers_are_asked() -> None:
    counts = []
    for kind in KINDS:
        form = LIBRARY["archetypes"][kind]
        counts.append(len(form["questions"]) + len(form["teams"]) * len(LIBRARY["per_team_questions"]))
    for page in ("README.md", "docs/start.md", "docs/answering.md", "optimizer/cli/start.py"):
        text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
        said = re.findall(r"(\d+) to (\d+) (?:numbers|answers)", text)
        assert said, page
        assert {tuple(map(int, pair)) for pair in said} == {(min(counts), max(counts))}, page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_leads_are_said_to_become_a_meeting_only_where_they_do(kind: str, language: str) -> None:
    to_meeting = any("meeting" in stage for stage in reached(kind, "r_lead"))
    if "r_lead" not in LIBRARY["archetypes"][kind]["questions"]:
        return
    says = MEETINGS[language] in asked(kind, "r_lead", language)
    assert says == (to_meeting and kind != "marketplace"), "a marketplace calls its qualified shops `meeting`"


@pytest.mark.parametrize("kind", KINDS)
def test_an_offer_is_asked_about_only_where_there_is_one(kind: str) -> None:
    stages = {stage["id"] for stage in LIBRARY["archetypes"][kind]["stages"]}
    words = [asked(kind, q, "fr").lower() for q in LIBRARY["archetypes"][kind]["questions"]]
    assert {"offer", "quote"} & stages or not any("proposition" in text or "devis" in text for text in words)


@pytest.mark.parametrize("kind", KINDS)
def test_requests_that_share_a_rate_with_leads_are_named_with_it(kind: str) -> None:
    form = LIBRARY["archetypes"][kind]
    shared = any(s["inflow"] == "leads_hot" and rate_of(s) == "r_lead" for s in form["stages"])
    assert not shared or "emandes" in asked(kind, "r_lead", "fr")


def test_what_is_asked_otherwise_is_a_question_of_that_kind() -> None:
    for kind in KINDS:
        form = LIBRARY["archetypes"][kind]
        assert set(form.get("asked", {})) <= set(form["questions"]), kind


def test_a_school_counts_one_year_unless_it_says_otherwise(tmp_path: Path) -> None:
    content = example("training")
    del content["answers"]["horizon"]
    told, _ = started(tmp_path, content)
    assert next(a["found"] for a in told["answers"] if a["id"] == "horizon") == 1


@pytest.mark.parametrize("kind", ["training", "branch"])
def test_half_of_the_margin_is_said_where_half_is_taken(kind: str, tmp_path: Path) -> None:
    content = example(kind)
    _, scenario = started(tmp_path, content)
    margin = content["answers"]["price"] * content["answers"]["margin"] / 100
    halves = {n for n, s in scenario["stages"].items() if s.get("value") == pytest.approx(margin / 2)}
    assert halves >= set(LIBRARY["archetypes"][kind]["count_stages"])
    for stage in halves:
        texts = scenario["sources"][f"stages.{stage}.value"]["text"]
        assert "half" in texts["en"]
        assert "moitié" in texts["fr"]
        assert "discount" not in texts["en"]


@pytest.mark.parametrize("kind", ["services", "training"])
def test_no_later_years_are_named_at_a_horizon_of_one(kind: str, tmp_path: Path) -> None:
    content = example(kind)
    content["answers"]["horizon"] = 1
    _, scenario = started(tmp_path, content)
    stage = next(s["id"] for s in LIBRARY["archetypes"][kind]["stages"] if s["value"] == "later_years")
    assert "later years do not count" in scenario["sources"][f"stages.{stage}.value"]["text"]["en"]


@pytest.mark.parametrize(("pushed", "kept", "doubted"), [(30, 95, True), (8, 80, False), (20, 80, False)])
def test_more_sold_to_the_wrong_people_than_leave_is_asked_about(
    pushed: float, kept: float, doubted: bool, tmp_path: Path
) -> None:
    content = example("training")
    content["answers"] |= {"push_share": pushed, "retention": kept}
    told, _ = started(tmp_path, content)
    said = [one for one in told["said"] if one["code"] == "pushed_but_kept"]
    assert bool(said) == doubted
    assert all(one["doubt"] and "{" not in one["text"] for one in said)


def test_no_school_tutors_a_customer(tmp_path: Path) -> None:
    _, scenario = started(tmp_path, example("training"))
    labels = [activity["label"] for activity in scenario["activities"].values()]
    assert not any("client" in label["fr"] or "customer" in label["en"] for label in labels)
    names = [label["fr"] for label in labels]
    assert len(set(names)) == len(names)


def test_a_scenario_is_no_answers_and_answers_are_no_scenario(tmp_path: Path) -> None:
    started(tmp_path, example("training"))
    made = tmp_path / "made"
    swapped = (
        (("start", "--answers", str(made / "scenario.yaml"), "--out", str(tmp_path / "b")), "not answers"),
        (("check", str(made / "answers.yaml")), "not a scenario"),
    )
    for command, message in swapped:
        done = run(*command, "--json")
        assert done.exit_code == 2, done.output
        (problem,) = json.loads(done.stdout)["problems"]
        assert message in problem["message"]
        assert problem["hint"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_endless_numbers_are_refused_with_a_remedy_that_is_a_phrase(value: float, tmp_path: Path) -> None:
    content = example("training")
    content["answers"]["wins"] = value
    done = attempt(content, tmp_path)
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["hint"] == "write what was counted"
