"""Exports as people have them: when data end, who differs, what changed; right values of the case book."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest
import yaml
from benchmarks import make_histories
from benchmarks.histories import ASSUMED, said_of

from optimizer.history.estimate import arrivals
from tests.verbs import run

CASES = Path(__file__).parent / "cases" / "history"
EXPECTED: dict[str, Any] = json.loads((CASES / "expected.json").read_text())
MAPS = dict.fromkeys(("forecast_3", "closed_ahead", "long_3", "long_60", "quarter_end", "few"), "map")
MAPS |= {"plain": "map_plain"}


def calibrated(case: str | Path, *more: str) -> str:
    """What `calibrate` prints of a case of the book, or of a file of the kind that `map.yaml` tells."""
    known = isinstance(case, str)
    path = CASES / f"{case}.csv" if known else case
    given = MAPS.get(str(case), "map_histories") if known else "map"
    code, said, stderr = run("calibrate", path, "--map", CASES / f"{given}.yaml", *more)
    assert code == 0, stderr
    return said


@cache
def found(case: str | Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(calibrated(case, "--json"))
    return content


@cache
def said(case: str) -> str:
    """What the terminal says."""
    return calibrated(case)


# --- when data end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["forecast_3", "closed_ahead", "forecast"])
def test_data_end_with_the_last_event_and_not_with_a_forecast(case: str) -> None:
    assert found(case)["observed"]["last"] == EXPECTED[case]["end"]
    assert found(case)["mature_before"] < EXPECTED[case]["end"]


def test_leads_are_old_enough_by_the_last_event() -> None:
    right = EXPECTED["forecast"]
    assert found("forecast")["mature_before"] == right["mature_before"]
    assert found("forecast")["rows"]["mature"] == right["mature"]
    assert (found("forecast")["rates"]["won"]["k"], found("forecast")["rates"]["won"]["n"]) == (257, 840)


def test_dates_that_are_no_event_are_counted() -> None:
    assert found("forecast")["unusable_cells"]["closing_expected"] == 140
    assert found("closed_ahead")["unusable_cells"]["closed_ahead"] == 1
    assert (
        found("closed_ahead")["lags"]["created_to_won"]["n"],
        found("closed_ahead")["rates"]["won_of_decided"]["n"],
    ) == (1, 3)


AHEAD = [
    "Id,Created,Closed,Owner,Amount,Stage",
    *(f"{i},2024-01-{i:02},2024-03-{i:02},A,1,Won" for i in range(1, 29)),
]


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ("90,2024-03-27,2024-12-24,A,1,Won", "2024-03-28"),
        ("90,2024-03-27,2024-04-10,A,1,Won", "2024-04-10"),
        ("90,2024-02-01,2024-12-24,A,1,Open", "2024-03-28"),
    ],
    ids=["a closing far ahead", "a closing soon after the last creation", "a forecast"],
)
def test_without_dates_of_change_a_closing_after_a_long_silence_is_no_event(
    tmp_path: Path, more: str, end: str
) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([*AHEAD, "89,2024-03-26,2024-03-26,A,1,Lost", more]))
    assert found(path)["observed"]["last"] == end


def test_leads_of_one_month_that_were_followed_for_long_end_with_their_last_closing() -> None:
    """An export of one time's leads: closings after the last creation are the rule there."""
    assert found("long_3")["observed"]["last"] == "2021-06-30"


@pytest.mark.parametrize(
    "heading", ["Last Modified Date", "hs_lastmodifieddate", "Modified On", "Date de dernière modification",
                "Geändert am", "Última modificación", "Update time"]
)  # fmt: skip
def test_a_date_of_change_is_used_without_being_named(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "deals.csv"
    text = (CASES / "closed_ahead.csv").read_text(encoding="utf-8").replace("Last Modified Date", heading)
    path.write_text(text, encoding="utf-8")
    assert found(path)["observed"]["last"] == "2024-09-02"


@pytest.mark.parametrize("case", ["long_3", "long_60"])
def test_no_lag_is_cut_for_being_long(case: str) -> None:
    right, lag = EXPECTED[case], found(case)["lags"]["created_to_won"]
    assert lag["n"] == (right.get("n") or len(right["lags"]))
    assert lag["p50"] == right["median"]
    if case == "long_60":
        assert (lag["mean"], lag["p90"]) == (pytest.approx(right["mean"]), pytest.approx(right["p90"]))
    assert f"n = {lag['n']}, median {right['median']:.0f} days" in said(case)


def test_of_few_wins_no_more_is_said_than_they_tell() -> None:
    right, lag = EXPECTED["few"], found("few")["lags"]["created_to_won"]
    assert (lag["n"], lag["p50"], lag["p90"]) == (1, None, None)
    assert found("few")["outcomes"] == {name: right[name] for name in ("won", "lost", "open")}
    assert "n = 1: too few" in said("few")
    assert "nine of ten" not in said("few")
    assert "won 1, lost 1, open 8" in said("few")


def test_won_lost_open_values_and_persons_are_told_in_full() -> None:
    right, plain = EXPECTED["plain"], found("plain")
    assert plain["outcomes"] == {name: right[name] for name in ("won", "lost", "open")}
    assert plain["rates"]["won_of_decided"]["rate"] == pytest.approx(right["won_of_decided"], abs=1e-4)
    assert plain["value"]["mean"] == pytest.approx(right["mean_value_of_wins"], abs=0.005)
    assert plain["value"]["error"] == pytest.approx(right["standard_error"], abs=0.005)
    assert "won 417, lost 873, open 210" in said("plain")
    assert "mean 3,639 ± 123" in said("plain")
    assert "persons compared: 10" in said("plain")
    assert sum(c["won"] for c in plain["cohorts"]) == right["won"]


# --- who is compared, on what ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["undecided", "segments", "products"])
def test_nobody_is_named_where_all_are_alike(case: str) -> None:
    content, right = found(case), EXPECTED[case]
    assert content["persons_together"]["explained_by"] == right["explained_by"]
    assert {p["verdict"] for p in content["people"]} == {"not_distinguishable"}
    assert {p["reliability"] for p in content["people"]} == {0.0}
    assert content["persons_together"]["skill_spread"] == 0
    assert content["persons_together"]["spread"]["owner"] == 0


def test_persons_are_compared_on_decided_deals_with_the_open_share_beside() -> None:
    content, right = found("undecided"), EXPECTED["undecided"]
    decided = content["rates"]["won_of_decided"]
    assert [decided["k"], decided["n"]] == right["win_rate_of_decided"][:2]
    shares = [p["open_share"] for p in content["people"]]
    assert min(shares) == pytest.approx(right["open_share_least"], abs=5e-5)
    assert max(shares) == pytest.approx(right["open_share_most"], abs=5e-5)
    readings = content["persons_together"]["p_by_reading"]
    assert readings["open_as_lost"] < 0.01 < readings["decided"]
    assert "4% to 36% of their leads open" in said("undecided")


# --- times change ---------------------------------------------------------------------------------------


def test_a_win_rate_that_fell_is_told_with_both_rates_and_the_day() -> None:
    (change,) = found("regime")["changes"]
    assert change["earliest"] <= EXPECTED["regime"]["change_on"] <= change["latest"]
    for side, right in (("before", "decided_before"), ("since", "decided_since")):
        assert change[side]["rate"] == pytest.approx(EXPECTED["regime"][right][2], abs=0.02)
    (sentence,) = found("regime")["said"]
    assert sentence in said("regime")
    assert "The win rate fell from 34.8%" in sentence
    assert f"start: {change['start']}" in sentence
    assert found("regime")["rates"]["won_since_change"]["lo"] < EXPECTED["regime"]["truth_today"]
    assert found("regime")["rates"]["won_since_change"]["hi"] > EXPECTED["regime"]["truth_today"]
    assert "Of those created since the win rate last changed, " in said("regime")
    assert "since the win rate last changed" not in said("segments")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "rests_on_since"),
    [({}, True), ({"mature_before": "2024-12-01"}, False)],
    ids=["enough is won since", "too little of what is old enough is won since"],
)
def test_a_scenario_rests_on_the_time_since_the_win_rate_changed(
    more: dict[str, str], rests_on_since: bool, tmp_path: Path
) -> None:
    """With few wins since the change the whole history is taken, and the range holds both rates."""
    given, out = tmp_path / "map.yaml", tmp_path / "draft.yaml"
    told = yaml.safe_load((CASES / "map_histories.yaml").read_text(encoding="utf-8"))
    given.write_text(yaml.safe_dump(told | {"assume": ASSUMED} | more), encoding="utf-8")
    code, _, stderr = run("calibrate", CASES / "regime.csv", "--map", given, "--out", out)
    assert code == 0, stderr
    scenario = yaml.safe_load(out.read_text(encoding="utf-8"))
    sold = scenario["activities"]["work_lead"]["yields"]["customer"]
    source, today = scenario["sources"]["activities.work_lead.yields"], EXPECTED["regime"]["truth_today"]
    assert abs(sold - today) <= source["range"] * sold
    assert (sold == pytest.approx(today, abs=0.03)) == rests_on_since
    assert ("only leads created from 2024-1" in source["text"]["en"]) == rests_on_since
    assert ("uniquement les leads créés à partir du 2024-1" in source["text"]["fr"]) == rests_on_since
    assert ("too few leads created since" in source["text"]["en"]) != rests_on_since


@pytest.mark.parametrize("case", ["undecided", "segments", "products", "forecast", "plain", "quarter_end"])
def test_no_change_is_told_where_there_was_none(case: str) -> None:
    assert found(case)["changes"] == []
    assert found(case)["said"] == []


def test_a_rush_at_the_end_of_quarters_is_seen_in_the_time_in_which_closings_are() -> None:
    right = EXPECTED["quarter_end"]
    rush = found("quarter_end")["seasonality"]["quarter_end_won"]
    events, ratio, z = right["wins_last_10_days_of_quarters_2_to_4"]
    assert rush["events"] == events
    assert rush["ratio"] == pytest.approx(ratio, abs=5e-4)
    assert rush["z"] == pytest.approx(z, abs=0.01)
    assert rush["real"]
    for month, (k, n, rate) in right["win_rate_by_month_of_quarter"].items():
        mine = found("quarter_end")["win_rate_by_month_of_quarter"][month]
        assert (mine["k"], mine["n"], round(mine["rate"], 4)) == (k, n, rate)
    assert "50.5% (278 of 550), 58.6% (336 of 573), 78.1% (607 of 777)" in said("quarter_end")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("regime", {"en": ["win rate fell from 34.8%", "are won, 1,226 lost", "By the time they came"],
                    "fr": ["taux de signature a baissé de 34,8", "Selon leur arrivée", "du 1er janvier 2024",
                           "De ceux créés depuis le dernier changement"]}),
        ("quarter_end", {"en": ["Wins by month of the quarter", "78.1%"], "fr": ["Gains selon le mois"]}),
        ("plain", {"en": ["3,639 ± 123", "a win takes 31.8 days"], 
                   "fr": ["873 perdus", "prend 31,8 jours"]}),
    ],
)  # fmt: skip
def test_the_report_says_so_in_both_languages(tmp_path: Path, case: str, words: dict[str, list[str]]) -> None:
    calibrated(case, "--report", str(tmp_path))
    for language, sentences in words.items():
        reader = pypdf.PdfReader(tmp_path / f"calibration.{language}.pdf")
        text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
        for sentence in sentences:
            assert sentence in text, (language, sentence)


def test_the_mean_lag_of_fast_and_slow_persons_together_is_that_of_leads_watched_for_long() -> None:
    """No distribution is that of lags of several persons; the likeliest can have far too long a tail."""
    rng, inside = np.random.default_rng(1), 0
    for _ in range(8):
        mean = np.repeat(60 * np.linspace(1, 8, 8) * 2 / 9, 375)
        lag, age = np.round(rng.gamma(1.5, mean / 1.5)), rng.integers(0, 547, len(mean))
        arrival = arrivals.arrival_of(lag[lag <= age], age[lag <= age])
        assert arrival is not None
        assert arrival.mean == pytest.approx(60, rel=0.25)
        inside += arrival.lo <= 60 <= arrival.hi
    assert inside >= 6


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["undecided", "speeds", "regime", "duplicates", "skill"])
def test_synthetic_histories_are_told_as_they_were_made(kind: str) -> None:
    """One of each kind that fails in its own way; the benchmark runs many of all twelve."""
    said = said_of(kind, 3)
    assert said.skill == (kind == "skill")
    assert (said.named > 0) == (kind == "skill")
    assert said.change == (kind == "regime")
    assert said.duplicates


@pytest.mark.slow
def test_wins_that_come_later_than_leads_were_watched_are_not_told(tmp_path: Path) -> None:
    """Nothing bounds their mean, and a mean of 600,000 years was said of this history."""
    rows, _ = make_histories.history("long_lags", 7003, leads=600, days=365)
    make_histories.write(tmp_path / "history.csv", rows)
    told = yaml.safe_load((CASES / "map_histories.yaml").read_text(encoding="utf-8"))
    given, out = tmp_path / "map.yaml", tmp_path / "draft.yaml"
    given.write_text(yaml.safe_dump(told | {"assume": ASSUMED}), encoding="utf-8")
    code, text, stderr = run("calibrate", tmp_path / "history.csv", "--map", given, "--out", out)
    assert code == 0, stderr
    assert "created to won: cannot be told" in text
    _, text, _ = run("calibrate", tmp_path / "history.csv", "--map", given, "--json")
    assert json.loads(text)["created_to_won_allowing_for_young_leads"]["mean"] is None
    scenario = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert scenario["activities"]["work_lead"]["lag"] < 4
    assert scenario["activities"]["work_lead"]["yields"]["customer"] < 0.5
    assert "not watched for long enough" in scenario["sources"]["activities.work_lead.yields"]["text"]["en"]
    assert scenario["sources"]["activities.work_lead.yields"]["range"] == pytest.approx(0.95)


@pytest.mark.slow
def test_the_same_export_gives_the_same_numbers_to_the_last_digit() -> None:
    command = ("calibrate", CASES / "segments.csv", "--map", CASES / "map_histories.yaml", "--json")
    first, *others = (run(*command)[1] for _ in range(3))
    assert others == [first, first]
