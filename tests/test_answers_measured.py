"""Answers of `incentives start` that a history gives: counts, rates and prices, each with its count."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.verbs import incentives

SOURCES = ("Ads", "Ads", "Ads", "Newsletter", "Trade show", "Website", "Friends", "Cold call")
"""Of every eight leads of a week, in turn."""
DEALS: dict[str, Any] = {
    "columns": {"id": "Id", "created": "Created", "closed": "Closed", "source": "Source", "value": "Amount"},
    "won": {"Stage": "Won"},
    "lost": {"Stage": ["Lost", "Meeting", "Offer"]},
    "steps": {"met": {"Stage": ["Meeting", "Offer", "Won"]}, "offered": {"Stage": ["Offer", "Won"]}},
}
QUESTIONS: dict[str, Any] = {
    "archetype": "saas_sdr",
    "lang": "fr",
    "company": "Sondane",
    "meeting": "met",
    "offer": "offered",
    "sources": {
        "campaign": ["Ads", "Newsletter"],
        "event": ["Trade show"],
        "hot": ["Website"],
        "own": ["Cold call"],
    },
}
PER_QUARTER = 365.25 / 28
"""Weeks."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """40 leads a week in 60 weeks, 30 days from lead to end: a fifth meets, of these half get an offer, of
    these half sign; wins are worth 8,000 and 10,000 in turn, 100 a day is spent."""
    folder = tmp_path_factory.mktemp("exports")
    lines = ["Id,Created,Closed,Source,Stage,Amount"]
    for i in range(2400):
        created = dt.date(2024, 1, 1) + dt.timedelta(days=7 * (i // 40) + i % 5)
        stage = next(
            (s for every, s in ((20, "Won"), (10, "Offer"), (5, "Meeting")) if i % every == 0), "Lost"
        )
        amount = (8000, 10000)[i // 20 % 2] if stage == "Won" else ""
        lines.append(f"L{i},{created},{created + dt.timedelta(days=30)},{SOURCES[i % 8]},{stage},{amount}")
    deals, spend = folder / "deals.csv", folder / "spend.csv"
    deals.write_text("\n".join(lines), encoding="utf-8")
    days = (dt.date(2024, 1, 1) + dt.timedelta(days=d) for d in range(420))
    spend.write_text("\n".join(["Day,Channel,Cost", *(f"{day},Ads,100" for day in days)]), encoding="utf-8")
    return deals, spend


def mapped(folder: Path, questions: dict[str, Any] | None = QUESTIONS, **more: Any) -> Path:
    content = {"deals": DEALS, "spend": {"date": "Day", "source": "Channel", "cost": "Cost"}, **more}
    file = folder / "map.yaml"
    file.write_text(
        yaml.safe_dump(content | ({"questions": questions} if questions else {})), encoding="utf-8"
    )
    return file


def answered(exports: tuple[Path, Path], folder: Path, *more: object, **changed: Any) -> tuple[Any, str]:
    out = folder / "answers.yaml"
    questions = {**QUESTIONS, **changed}
    done = incentives("calibrate", *exports, "--map", mapped(folder, questions), "--answers-out", out, *more)
    assert done.exit_code == 0, done.output
    return yaml.safe_load(out.read_text(encoding="utf-8")), done.stdout


def test_counts_rates_and_prices_of_a_history_are_answers(exports: tuple[Path, Path], tmp_path: Path) -> None:
    content, said = answered(exports, tmp_path)
    assert [content[key] for key in ("archetype", "company", "lang", "period")] == [
        "saas_sdr", "Sondane", "fr", "quarter",
    ]  # fmt: skip
    close = {
        "leads_campaign": 20 * PER_QUARTER,
        "leads_event": 5 * PER_QUARTER,
        "leads_hot": 5 * PER_QUARTER,
        "r_meeting": 50,
        "r_offer": 50,
        "wins": 2 * PER_QUARTER,
        "price": 9000,
        "cycle_days": 30,
        "spend": 700 * PER_QUARTER,
    }
    for name, value in close.items():
        assert content["answers"][name] == pytest.approx(value, rel=0.015), name
    assert not {"margin", "due", "attainment"} & set(content["answers"])
    assert "still to be answered, without a default: teams.marketing.heads" in said
    assert "answers.margin" in said


def test_each_answer_says_what_it_was_counted_from(exports: tuple[Path, Path], tmp_path: Path) -> None:
    content, _ = answered(exports, tmp_path)
    assert set(content["sources"]) == {f"answers.{name}" for name in content["answers"]}
    assert content["sources"]["answers.r_offer"].startswith("mesuré : 120 sur 240, de 43,7 à 56,3 %")
    assert content["sources"]["answers.price"].startswith("mesuré : moyenne de 120 affaires gagnées")
    (tmp_path / "en").mkdir()
    english, _ = answered(exports, tmp_path / "en", lang="en")
    assert english["sources"]["answers.wins"].startswith("measured: 120 wins of leads of 60 weeks (deals.csv")


def test_json_has_the_answers_with_what_is_open(exports: tuple[Path, Path], tmp_path: Path) -> None:
    content, said = answered(exports, tmp_path, "--json")
    told = json.loads(said)["answers"]
    assert {m["question"]: m["value"] for m in told["measured"]} == content["answers"]
    assert {"answers.margin", "teams.sales.fixed"} <= set(told["open"])
    assert told["unplaced"] == {"Friends": 299}


def test_leads_of_sources_that_no_list_has_are_not_counted_and_said(
    exports: tuple[Path, Path], tmp_path: Path
) -> None:
    _, said = answered(exports, tmp_path)
    assert "not counted: 299 leads of source Friends; place it in `questions.sources`" in said


def test_without_lists_every_lead_is_one_of_a_campaign(exports: tuple[Path, Path], tmp_path: Path) -> None:
    content, said = answered(exports, tmp_path, sources={})
    assert content["answers"]["leads_campaign"] == pytest.approx(40 * PER_QUARTER, rel=0.015)
    assert content["answers"]["r_lead"] == pytest.approx(20, rel=0.015)
    assert "r_hot" not in content["answers"]
    assert "not counted" not in said


def test_a_kind_of_company_without_offers_takes_the_win_as_the_next_step(
    exports: tuple[Path, Path], tmp_path: Path
) -> None:
    content, _ = answered(exports, tmp_path, archetype="marketplace", offer=None, sources={})
    assert content["answers"]["r_meeting"] == pytest.approx(25, rel=0.015)
    (tmp_path / "training").mkdir()
    training, _ = answered(
        exports, tmp_path / "training", archetype="training", meeting=None, offer=None, sources={}
    )
    assert training["answers"]["r_lead"] == pytest.approx(5, rel=0.015)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"archetype": "saas"}, '[questions.archetype] is no known kind of company (got: "saas")'),
        ({"meeting": "demo"}, "[questions.meeting] is not one of the steps"),
        ({"sources": {"campaign": ["Ads"], "hot": ["Ads"]}}, "[questions.sources] is in two lists"),
        ({"source": {}}, "[questions.source] unknown key"),
    ],
)
def test_what_is_wrong_in_the_section_is_named(
    exports: tuple[Path, Path], tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    file = mapped(tmp_path, {**QUESTIONS, **changed})
    done = incentives("calibrate", *exports, "--map", file, "--answers-out", tmp_path / "a.yaml")
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "a.yaml").exists()


def test_without_the_section_it_is_asked_for(exports: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "a.yaml"
    done = incentives("calibrate", *exports, "--map", mapped(tmp_path, None), "--answers-out", out)
    assert done.exit_code == 2
    assert "[questions] is missing" in done.stderr
    assert not out.exists()
