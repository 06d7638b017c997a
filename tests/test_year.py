"""The first year of a plan: people, ramps, seasons, limits, pay dates; figures by hand and by other draws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from solved import CASES
from verbs import incentives, run

from optimizer import read_scenario

PHASING: dict[str, Any] = {
    "periods": 4,
    "headcount": {"sales": [4, 5, 6, 5.5], "marketing": [2, 2, 1, 2]},
    "ramp": {"sales": [0.25, 0.6]},
    "guaranteed": {"sales": 0.5},
    "seasonality": {"wins": [0.19, 0.245, 0.28, 0.285]},
    "paid_leave": 0.1,
    "paid": {"after_days": 45},
}
COUNTED = {
    "sales": [1, (4 + 0.25) / 4, (4 + 0.6 + 0.25) / 4, (3.5 + 1 + 0.6) / 4],
    "marketing": [1, 1, 0.5, 1],
    "success": [1, 1, 1, 1],
}
"""People as full objectives over the team's people: who goes has been there longest."""
CHARGES = {"marketing": 0.36, "sales": 0.45, "success": 0.25}


def tree(**phasing: Any) -> dict[str, Any]:
    """The small company with a year; keys without a value are taken out."""
    small = yaml.safe_load((CASES / "small.yaml").read_text(encoding="utf-8"))
    return small | {"phasing": {k: v for k, v in {**PHASING, **phasing}.items() if v is not None}}


def written(folder: Path, company: dict[str, Any]) -> Path:
    file = folder / "company.yaml"
    file.write_text(yaml.safe_dump(company, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def budget(folder: Path, company: dict[str, Any], plan: str = "quality") -> dict[str, pd.DataFrame]:
    """Tables of the year as `budget --json` gives them."""
    _, out, _ = run("budget", written(folder, company), "--plan", plan, "--json")
    told = json.loads(out)
    return {name: pd.DataFrame(told[name]) for name in ("year", "year_lines", "cash")}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return budget(tmp_path_factory.mktemp("year"), tree())


def at(frame: pd.DataFrame, team: str, *columns: str) -> Any:
    """Columns of a team by period, the year left out."""
    mine = frame[(frame["team"] == team) & (frame["period"] > 0)]
    return mine[list(columns)].to_numpy()


def half_up(amount: float) -> float:
    return float(np.floor(amount * 100 + 0.5 + 1e-6) / 100)


# --- what is earned -------------------------------------------------------------------------------------


@pytest.mark.parametrize("team", COUNTED)
def test_people_count_by_how_long_they_have_been_there(year: dict[str, pd.DataFrame], team: str) -> None:
    assert at(year["year"], team, "counted")[:, 0] == pytest.approx(COUNTED[team])


def test_who_comes_and_goes_is_told(year: dict[str, pd.DataFrame]) -> None:
    assert at(year["year"], "sales", "present", "new", "gone").tolist() == [
        [4, 0, 0],
        [5, 1, 0],
        [6, 1, 0],
        [5.5, 0, 0.5],
    ]


@pytest.mark.parametrize("team", COUNTED)
def test_a_payout_is_people_times_season_times_level_with_guarantee_and_leave(
    year: dict[str, pd.DataFrame], team: str
) -> None:
    lines, whole = year["year_lines"], {"sales": 24000 / 4, "marketing": 6000 / 2, "success": 3000 / 3}
    for t, row in enumerate(at(year["year"], team, "gross", "charges", "loaded", "guaranteed")):
        gross, charges, loaded, guaranteed = map(float, row)
        mine = lines[(lines["team"] == team) & (lines["period"] == t + 1)]
        earned = (mine["euros"] * mine["season"] * 4 * mine["level"]).sum() * COUNTED[team][t]
        missing = {"sales": [0, 0.75, 0.75 + 0.4, 0.4]}.get(team, [0] * 4)[t]
        season = (mine["euros"] * mine["season"] * 4).sum() / mine["euros"].sum()
        assert guaranteed == half_up(0.5 * missing * whole[team] * season)
        raw = 0.5 * missing * whole[team] * season
        assert gross == half_up(1.1 * (earned + raw))
        assert charges == half_up(gross * CHARGES[team])
        assert loaded == pytest.approx(gross + charges, abs=1e-9)


def test_the_year_is_the_sum_of_its_periods_and_the_company_that_of_its_teams(
    year: dict[str, pd.DataFrame],
) -> None:
    money, frame = ["gross", "charges", "loaded"], year["year"]
    for team in ("", *COUNTED):
        whole = frame[(frame["team"] == team) & (frame["period"] == 0)][money].to_numpy()[0]
        assert at(frame, team, *money).sum(axis=0) == pytest.approx(whole, abs=1e-6)
    for period in range(5):
        block = frame[frame["period"] == period].set_index("team")
        assert block.drop("")[money].sum().to_numpy() == pytest.approx(block.loc[""][money], abs=1e-6)


def test_limits_stand_beside_every_period_and_the_year(year: dict[str, pd.DataFrame]) -> None:
    company = year["year"][year["year"]["team"] == ""]
    assert company["limit"].tolist() == [60000.0] * 4 + [240000.0]
    assert (company["limit"] - company["reserve"] - company["loaded"]).to_numpy() == pytest.approx(
        company["slack"].to_numpy(), abs=1e-6
    )
    assert company["over"].between(0, 1).all()


def test_a_season_moves_pay_and_leaves_the_year(tmp_path: Path) -> None:
    even = budget(tmp_path, tree(seasonality=None, headcount=None, ramp=None, guaranteed=None))["year"]
    moved = budget(tmp_path, tree(headcount=None, ramp=None, guaranteed=None))["year"]
    targets = [
        frame[(frame["team"] == "") & (frame["period"] == 0)]["target"].item() for frame in (even, moved)
    ]
    assert targets[0] == targets[1] == 4 * 33000
    assert at(moved, "sales", "target")[:, 0] == pytest.approx([18240, 23520, 26880, 27360])


def test_objectives_that_stay_while_people_are_missing_lower_the_level(tmp_path: Path) -> None:
    people = {"headcount": {"sales": [4, 4, 2, 4]}, "ramp": None, "guaranteed": None}
    falls = budget(tmp_path, tree(**people))
    stays = budget(tmp_path, tree(**people, vacancy={"sales": "keeps_target"}))
    level = [at(tables["year_lines"], "sales", "level")[:, 0] for tables in (falls, stays)]
    assert level[1][2] == pytest.approx(level[0][2] / 2, rel=0.03)  # straight pay of a count, drawn
    assert level[1][[0, 1, 3]] == pytest.approx(level[0][[0, 1, 3]], rel=0.03)


def test_without_a_word_of_the_year_people_stay_and_today_s_plan_pays_the_same_in_every_period(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, tree() | {"phasing": {}})
    _, out, _ = run("budget", file, "--plan", "current", "--json")
    told = json.loads(out)
    by_team = {line["team"]: line["loaded"] for line in told["lines"] if line.get("loaded")}
    for row in told["year"]:
        if row["period"]:
            assert row["loaded"] == pytest.approx(by_team[row["team"]], rel=2e-3)


@pytest.mark.parametrize(("period", "count"), [("month", 12), ("half_year", 2), ("year", 1)])
def test_a_year_has_the_periods_of_the_scenario(tmp_path: Path, period: str, count: int) -> None:
    company = tree() | {"period": period, "phasing": {}}
    year = budget(tmp_path, company)["year"]
    assert sorted(set(year["period"])) == list(range(count + 1))
    whole = year[(year["team"] == "") & (year["period"] == 0)]
    assert whole["target"].item() == 33000 * count
    assert whole["limit"].item() == 60000 * count


# --- the year's risk, by other draws --------------------------------------------------------------------


def test_one_year_in_ten_is_that_of_whole_years_drawn_apart(tmp_path: Path) -> None:
    """People who hardly answer to pay: attainment is 1 and luck, pay stays level above 120 %."""
    company = tree(headcount=None, ramp=None, guaranteed=None, paid_leave=None)
    company["kpis"]["wins"] |= {"curve": {"cap": 1.2}}
    company["kpis"]["wins"].pop("target", None)
    for team in company["teams"].values():
        team["responsiveness"] = 0.0005
    only = {"marketing": {"wins": 1.0}, "sales": {"wins": 1.0}, "success": {"wins": 1.0}}
    company |= {"plans": {"wins": only}, "current_plan": only, "rules": {"budget": {"expected": 45000}}}
    company["regimes"] = {}
    for team in company["teams"].values():
        team["skill_spread"] = 0.0
        team.pop("paid_on", None)
    year = budget(tmp_path, company, "wins")["year"]
    told = year[(year["team"] == "") & (year["period"] == 0)].iloc[0]
    noise = company["kpis"]["wins"]["noise"]
    luck = np.random.default_rng(11).standard_normal((200_000, 4)) * noise
    level = np.clip(1 + luck, 0, 1.2)
    loaded = sum(
        pay * (1 + CHARGES[team]) for team, pay in (("marketing", 6000), ("sales", 24000), ("success", 3000))
    )
    season = 4 * np.array(PHASING["seasonality"]["wins"])
    years = (level * season * loaded).sum(axis=1)
    assert told["loaded"] == pytest.approx(years.mean(), rel=2e-3)
    assert told["p90"] == pytest.approx(np.quantile(years, 0.9), rel=0.012)
    assert told["over"] == pytest.approx((years > 180000).mean(), abs=0.05)
    periods = year[(year["team"] == "") & (year["period"] > 0)]
    assert told["p90"] < 0.97 * periods["p90"].sum(), "luck evens out within a year"


# --- when it is paid ------------------------------------------------------------------------------------


def test_what_is_owed_and_earned_is_paid_or_still_owed(year: dict[str, pd.DataFrame]) -> None:
    cash = year["cash"]
    assert (cash["opening"] + cash["earned"] - cash["paid"]).to_numpy() == pytest.approx(
        cash["closing"].to_numpy(), abs=1e-6
    )
    for team in ("", *COUNTED):
        mine = cash[cash["team"] == team]
        assert mine["opening"].to_numpy()[1:] == pytest.approx(mine["closing"].to_numpy()[:-1], abs=1e-6)
        assert mine["closing"].iloc[-1] == 0
        assert mine["opening"].iloc[0] + mine["earned"].sum() == pytest.approx(mine["paid"].sum(), abs=1e-6)
        assert mine["earned"].to_numpy()[:4] == pytest.approx(at(year["year"], team, "loaded")[:, 0])


@pytest.mark.parametrize(("days", "later"), [(0, 0), (1, 1), (91, 1), (92, 2), (183, 3)])
def test_a_pay_date_says_in_which_period_is_paid(tmp_path: Path, days: int, later: int) -> None:
    cash = budget(tmp_path, tree(paid={"after_days": days}))["cash"]
    mine = cash[cash["team"] == "success"]
    assert len(mine) == 4 + later
    assert mine["paid"].to_numpy()[later:] == pytest.approx(mine["earned"].to_numpy()[:4])
    assert mine["next_year"].tolist() == [False] * 4 + [True] * later


def test_what_a_curve_pays_later_is_owed_until_then(tmp_path: Path) -> None:
    company = tree(headcount=None, ramp=None, guaranteed=None, paid={"after_days": 0})
    company["kpis"]["retention"]["curve"] = {"vesting": [{"after": 2, "share": 0.25}]}
    cash = budget(tmp_path, company)["cash"]
    mine = cash[cash["team"] == "success"].reset_index()
    earned, paid = mine["earned"].to_numpy(), mine["paid"].to_numpy()
    assert len(mine) == 6
    assert paid[2:4] == pytest.approx(0.75 * earned[2:4] + 0.25 * earned[:2], abs=0.011)
    assert paid[4:] == pytest.approx(0.25 * earned[2:4], abs=0.011)
    assert mine["opening"][0] == pytest.approx(2 * 0.25 * earned[0], rel=0.02)


# --- what a scenario may say ----------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"periods": 12}, "phasing.periods", "write 4, or leave it out"),
    ({"headcount": {"sales": [4, 5]}}, "phasing.headcount.sales", "has 2 numbers; a year has 4 quarters"),
    ({"headcount": {"sails": [4, 4, 4, 4]}}, "phasing.headcount.sails", 'did you mean "sales"'),
    ({"headcount": {"sales": [4, -1, 4, 4]}}, "phasing.headcount.sales[1]", "must be at least 0"),
    ({"ramp": {"sale": [0.5]}}, "phasing.ramp.sale", "unknown team"),
    ({"ramp": {"sales": [25, 50]}}, "phasing.ramp.sales[0]", "write 0.25 if you mean 25 %"),
    ({"guaranteed": {"nobody": 0.5}}, "phasing.guaranteed.nobody", "unknown team"),
    ({"vacancy": {"sales": "keeps"}}, "phasing.vacancy.sales", "keeps_target"),
    ({"seasonality": {"win": [0.25] * 4}}, "phasing.seasonality.win", "unknown KPI"),
    ({"seasonality": {"wins": [0.25] * 3}}, "phasing.seasonality.wins", "has 3 numbers"),
    ({"seasonality": {"wins": [0.2, 0.2, 0.3, 0.4]}}, "phasing.seasonality.wins", "these to 1.1"),
    ({"paid_leave": 10}, "phasing.paid_leave", "write 0.1 if you mean 10 %"),
    ({"paid": {"after_days": -3}}, "phasing.paid.after_days", "must be at least 0"),
    ({"season": {}}, "phasing.season", 'did you mean "seasonality"'),
]


@pytest.mark.parametrize(("phasing", "place", "said"), WRONG, ids=[place for _, place, _ in WRONG])
def test_a_year_that_cannot_be_is_refused_with_place_and_remedy(
    tmp_path: Path, phasing: dict[str, Any], place: str, said: str
) -> None:
    code, out, _ = run("check", written(tmp_path, tree(**phasing)), "--json")
    problems = json.loads(out)["problems"]
    assert code == 2
    found = [p for p in problems if p["where"].endswith(place)]
    assert found, problems
    assert any(said in f"{p['message']}; {p['hint']}" for p in found), found


def test_people_who_come_need_a_team_that_says_how_many_it_has(tmp_path: Path) -> None:
    company = tree()
    del company["teams"]["sales"]["headcount"]
    code, out, _ = run("check", written(tmp_path, company), "--json")
    assert code == 2
    assert "teams.sales.headcount" in out


def test_two_pay_dates_are_refused_and_one_of_the_plan_documents_holds(tmp_path: Path) -> None:
    both = tree() | {"plan_document": {"paid_after_days": 30}}
    code, out, _ = run("check", written(tmp_path, both), "--json")
    assert code == 2
    assert "plan_document.paid_after_days" in out
    theirs = tree(paid=None) | {"plan_document": {"paid_after_days": 100}}
    assert int(budget(tmp_path, theirs)["cash"]["period"].max()) == 6


@pytest.mark.parametrize(
    ("phasing", "place"),
    [
        ({"headcount": {"sales": [6, 6, 6, 6]}}, "phasing.headcount.sales"),
        ({"headcount": None}, "phasing.ramp.sales"),
        ({"ramp": None}, "phasing.guaranteed.sales"),
    ],
)
def test_what_changes_nothing_or_surprises_is_warned_of(
    tmp_path: Path, phasing: dict[str, Any], place: str
) -> None:
    code, out, _ = run("check", written(tmp_path, tree(**phasing)), "--json")
    assert code == 0
    assert place in " ".join(w["where"] for w in json.loads(out)["warnings"])


def test_a_year_above_its_limits_fails_the_budget(tmp_path: Path) -> None:
    file = written(tmp_path, tree())
    code, out, _ = run("budget", file, "--plan", "quality")
    assert code == 1
    assert "Q4: the expected payout is" in out
    small = written(tmp_path, tree(headcount=None, seasonality=None))
    assert run("budget", small, "--plan", "quality")[0] == 0


@pytest.mark.parametrize("options", [[], ["--full"]], ids=["short", "full"])
def test_a_year_comes_back_from_a_workbook(tmp_path: Path, options: list[str]) -> None:
    company = tree(vacancy={"marketing": "keeps_target"})
    file, book = written(tmp_path, company), tmp_path / "company.xlsx"
    assert incentives("convert", file, book, *options).exit_code == 0
    assert read_scenario(book) == read_scenario(file)


def test_a_split_team_shares_who_comes_and_keeps_ramp_and_season(tmp_path: Path) -> None:
    file, out = written(tmp_path, tree()), tmp_path / "split.yaml"
    done = incentives("split", file, "--team", "sales", "--into", "north:0.5,south:0.5", "--out", out)
    assert done.exit_code == 0, done.output
    parts = read_scenario(out).phasing
    assert parts.headcount["north"] == parts.headcount["south"] == (2, 2.5, 3, 2.75)
    assert parts.ramp["north"] == (0.25, 0.6)
    assert set(parts.seasonality) >= {"wins"} or len(parts.seasonality) >= 2
