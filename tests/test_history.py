"""From exports to a scenario on synthetic histories, whose truth is known."""

from __future__ import annotations

import datetime as dt
import glob
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import twin
from real_data import real
from scipy import stats
from threadpoolctl import threadpool_limits

from optimizer import Scenario, read_scenario
from optimizer.history.draft.build import scenario_of
from optimizer.history.estimate import mixed_models, people, responsiveness, side_metrics, timing
from optimizer.history.estimate.arrivals import arrival_of
from optimizer.history.estimate.controllability import Controlled, controlled
from optimizer.history.estimate.history_study import Study, study_of
from optimizer.history.estimate.lags import fits_of, lag_of
from optimizer.history.estimate.rates import Rate, wilson
from optimizer.history.estimate.spending import costs_of
from optimizer.history.read.deals import History, read_history
from optimizer.history.read.maps.mapping import Map, read_map
from tests.verbs import run

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases" / "history"
TODAY = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small matrices on many threads only wait for each other."""
    with threadpool_limits(1):
        yield


COMPANY = twin.Twin(
    sources={
        "Search ads": twin.Source(60, 0.14, 15.0),
        "Social ads": twin.Source(80, 0.12, 8.0),
        "Partners": twin.Source(12, 0.20),
        "Organic": twin.Source(40, 0.20),
    },
    win_good=0.26,
    win_other=0.035,
    value=7500.0,
)


def given() -> Map:
    return read_map(CASES / "twin.yaml")


def studied(folder: Path, company: twin.Twin, seed: int) -> tuple[twin.Export, Study]:
    export = twin.simulate(company, seed)
    history = read_history(twin.write(export, folder), given(), names=True, today=TODAY)
    return export, study_of(history, given())


@cache
def small() -> twin.Export:
    return twin.simulate(COMPANY, 1)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study, Scenario]:
    """The exports of a synthetic company, its study and its scenario."""
    folder = tmp_path_factory.mktemp("company")
    history = read_history(twin.write(small(), folder), given(), today=TODAY)
    study = study_of(history, given())
    return folder, study, scenario_of(study)


# --- end to end -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_exports_become_a_scenario_that_check_accepts_and_solve_solves(
    company: tuple[Path, Study, Scenario], tmp_path: Path
) -> None:
    folder, _, _ = company
    out = tmp_path / "scenario.yaml"
    exports = (folder / "deals.csv", folder / "spend.csv")
    code, said, stderr = run("calibrate", *exports, "--map", CASES / "twin.yaml", "--out", out, "--json")
    assert code == 0, stderr
    content = json.loads(said)
    assert set(content) >= {"rows", "rates", "lags", "people", "seasonality", "dropped"}
    assert set(content["rates"]["won"]) == {"k", "n", "rate", "lo", "hi"}
    assert {"id", "metric", "estimate", "lo", "hi", "verdict"} <= set(content["people"][0])
    assert content["rows"]["deals"] == small().deals.height
    assert "Seller" not in said + stderr + out.read_text()
    code, _, stderr = run("check", out)
    assert (code, "behavioural" in stderr) == (0, False), stderr
    code, said, _ = run("solve", out, "--out", tmp_path / "run", "--json")
    assert code == 0
    assert json.loads(said)["status"] == "optimal"


@pytest.mark.slow
def test_a_scenario_is_never_overwritten(company: tuple[Path, Study, Scenario], tmp_path: Path) -> None:
    out = tmp_path / "scenario.yaml"
    out.write_text("mine")
    exports = (company[0] / "deals.csv", company[0] / "spend.csv")
    code, _, stderr = run("calibrate", *exports, "--map", CASES / "twin.yaml", "--out", out)
    assert code == 2
    assert "exists already" in stderr
    assert out.read_text() == "mine"


def test_a_suggested_map_runs_as_it_is(company: tuple[Path, Study, Scenario], tmp_path: Path) -> None:
    exports = (company[0] / "deals.csv", company[0] / "spend.csv")
    code, text, stderr = run("calibrate", *exports, "--suggest-map")
    assert code == 0, stderr
    suggested, out = tmp_path / "map.yaml", tmp_path / "scenario.yaml"
    suggested.write_text(text)
    code, _, stderr = run("calibrate", *exports, "--map", suggested, "--out", out)
    assert code == 0, stderr
    scenario = read_scenario(out)
    assert "PLACEHOLDER" in scenario.sources["teams.sales.hours"].text.en
    assert "PLACEHOLDER" in scenario.sources["activities.work_lead.hours"].text.en


def test_every_number_of_the_scenario_has_a_source(company: tuple[Path, Study, Scenario]) -> None:
    scenario = company[2]
    paths = set(scenario.sources)
    for name, activity in scenario.activities.items():
        for field in ("yields", "lag", "hours", "baseline", "cash", "reach", "entry"):
            value = getattr(activity, field)
            if value:
                around = {f"activities.{name}", f"activities.{name}.{field}"}
                assert around & paths, (name, field)
    for name, kpi in scenario.kpis.items():
        assert not kpi.noise or f"kpis.{name}.noise" in paths
    for name, stage in scenario.stages.items():
        for field in ("inflow", "value"):
            assert not getattr(stage, field) or f"stages.{name}.{field}" in paths


def test_the_baseline_of_the_scenario_wins_what_the_history_won(
    company: tuple[Path, Study, Scenario],
) -> None:
    _, study, scenario = company
    won = sum(a.baseline * a.yields.get("customer", 0.0) for a in scenario.activities.values())
    seen = study.per_period(study.rates["won"].k)
    assert won == pytest.approx(seen, rel=0.06)  # leads without a response time are left unworked


@pytest.mark.data
def test_a_school_becomes_a_plan_on_a_twin_of_its_estimates(tmp_path: Path) -> None:
    folder, school = real("school_crm"), read_map(CASES / "school.yaml")
    history = read_history([folder / "deals.csv.gz", folder / "spend.csv.gz"], school)
    study = study_of(history, school)
    like = twin.twin_of(study)
    _, again = studied(tmp_path, like, 7)
    ours, theirs = again.rates["won"], study.rates["won"]
    assert ours.lo < theirs.rate < ours.hi or ours.rate == pytest.approx(theirs.rate, rel=0.25)
    assert set(again.costs) == set(study.costs)
    out = tmp_path / "scenario.yaml"
    exports = (tmp_path / "deals.csv", tmp_path / "spend.csv")
    code, _, stderr = run("calibrate", *exports, "--map", CASES / "twin.yaml", "--out", out)
    assert code == 0, stderr
    assert run("check", out)[0] == 0


@pytest.mark.slow
def test_the_commands_at_the_head_of_the_shipped_twin_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exports, scenario, check, solve, report; seller's names come out nowhere."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    text = (ROOT / "scenarios" / "school_crm_twin" / "map.yaml").read_text()
    comment = "\n".join(line[1:].strip() for line in text.splitlines() if line.startswith("#"))
    commands = re.findall(r"^incentives (.+)$", comment.replace("\\\n", ""), re.MULTILINE)
    assert [c.split()[0] for c in commands] == ["calibrate", "check", "solve", "report"]
    for command in commands:
        words = [p for word in command.split() for p in (sorted(glob.glob(word)) if "*" in word else [word])]
        code, said, stderr = run(*words)
        assert code == 0, stderr
        assert "Seller" not in said + stderr
    assert "Seller" not in Path("school.yaml").read_text()
    assert Path("school/calibration.fr.pdf").exists()
    assert Path("runs/school/report.en.pdf").exists()


# --- no skill where there is none -----------------------------------------------------------------------


def person_frame(rng: np.random.Generator, skill: float, owners: int = 12) -> tuple[pl.DataFrame, np.ndarray]:
    """Leads of equal mix and unequal number; owners' log odds have the standard deviation `skill`."""
    share = np.exp(rng.normal(0, 0.7, owners))
    n = 6000
    owner = rng.choice(owners, n, p=share / share.sum())
    source = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    odds = rng.normal(0, skill, owners) if skill else np.zeros(owners)
    level = -2.0 + np.array([0.0, 0.4, -0.4, 0.2])[source] + odds[owner]
    won = rng.random(n) < 1 / (1 + np.exp(-level))
    days = rng.integers(0, 270, n)
    frame = pl.DataFrame(
        {
            "owner": [f"p{i:02}" for i in owner],
            "source": [f"s{i}" for i in source],
            "won": won,
            "created": [dt.datetime(2024, 1, 1) + dt.timedelta(days=int(d)) for d in days],
        }
    )
    base = -2.0 + np.array([0.0, 0.4, -0.4, 0.2])
    mix = np.array([0.4, 0.3, 0.2, 0.1])
    truth = (mix / (1 + np.exp(-(base[None, :] + odds[:, None])))).sum(axis=1)
    return frame, truth


@pytest.mark.slow
def test_no_skill_is_seen_where_there_is_none_and_intervals_keep_their_promise() -> None:
    """90 % intervals of twelve persons cover 85 to 95 %, and few histories are said to hold skill."""
    rng, inside, total, alarms = np.random.default_rng(3), 0, 0, 0
    for _ in range(24):
        frame, truth = person_frame(rng, 0.0)
        compared = people.persons(frame, "won", "win_rate", 100)
        assert compared is not None
        alarms += compared.explained_by == "skill"
        for person in compared.people:
            inside += person.lo <= truth[int(person.id[1:])] <= person.hi
            total += 1
    assert 0.85 <= inside / total <= 0.95
    assert alarms <= stats.binom.ppf(0.999, 24, 0.05)


@pytest.mark.slow
def test_skill_is_seen_where_it_is_and_intervals_keep_their_promise() -> None:
    rng, inside, total, seen, wrong = np.random.default_rng(4), 0, 0, 0, 0
    for _ in range(15):
        frame, truth = person_frame(rng, 0.4)
        compared = people.persons(frame, "won", "win_rate", 100)
        assert compared is not None
        seen += compared.explained_by == "skill"
        average = np.average(
            [truth[int(p.id[1:])] for p in compared.people], weights=[p.n for p in compared.people]
        )
        for person in compared.people:
            mine = truth[int(person.id[1:])]
            inside += person.lo <= mine <= person.hi
            total += 1
            wrong += person.verdict == "above" and mine < 0.95 * average
            wrong += person.verdict == "below" and mine > 1.05 * average
    assert 0.85 <= inside / total <= 0.95
    assert seen >= 12
    assert wrong / total < 0.03


def test_more_leads_make_more_wins_but_no_better_person() -> None:
    rng = np.random.default_rng(5)
    frame, _ = person_frame(rng, 0.0)
    compared = people.persons(frame, "won", "win_rate", 100)
    assert compared is not None
    assert compared.explained_by == "supply"
    assert compared.panel is not None
    assert compared.panel.supply > 0.5
    assert {p.verdict for p in compared.people} == {"not_distinguishable"}


# --- recovery -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_known_numbers_are_recovered_within_their_intervals(tmp_path: Path) -> None:
    """Two histories of eight quarters with about 2,000 leads each; lags are cut off at the end of all."""
    long = replace(
        COMPANY,
        weeks=104,
        sources={n: replace(s, per_week=0.8 * s.per_week) for n, s in COMPANY.sources.items()},
    )
    inside, total = 0, 0
    for seed in range(2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        _, study = studied(folder, long, seed)
        for name, source in long.sources.items():
            rate = study.rates[f"promising.{name}"]
            inside += rate.lo <= source.good <= rate.hi
            total += 1
        slope = study.slopes[3]
        inside += slope.lo <= long.waiting <= slope.hi
        total += 1
        lag = study.lags["created_to_won"]
        best = next(f for f in lag.fits if f.name == "lognormal")
        assert best.parameters["sigma"] == pytest.approx(long.lag[1], rel=0.1)
        noise = study.noise["leads"]
        expected = math.hypot(noise.chance, long.swings / math.sqrt(365.25 / 28))
        inside += noise.lo <= expected <= noise.hi
        total += 1
    assert inside >= stats.binom.ppf(0.001, total, 0.95)


def plan_change(rng: np.random.Generator, effect: float) -> pl.DataFrame:
    """Leads of 20 persons around a change that raises the log share of the first ten by `effect`."""
    on, rows = dt.datetime(2024, 7, 1), []
    for person in range(20):
        share, supply = 0.4 * math.exp(rng.normal(0, 0.2)), rng.integers(100, 400)
        for sign in (-1, 1):
            mine = share * 1.1 * math.exp(effect if person < 10 else 0.0) if sign > 0 else share
            rows += [
                (
                    f"p{person}",
                    on + sign * dt.timedelta(days=float(rng.uniform(0.1, 90))),
                    rng.random() < mine,
                )
                for _ in range(supply if sign > 0 else supply // 2)
            ]
    return pl.DataFrame(rows, schema=["owner", "created", "answered_in_time"], orient="row")


@pytest.mark.slow
def test_what_a_change_of_the_plan_did_is_told_from_what_happened_to_all_and_from_supply() -> None:
    """Everybody's share rises by a tenth and everybody's leads double; only the effect is left."""
    rng, inside, effect = np.random.default_rng(6), 0, math.log(1.2)
    concerned, values = [f"p{i}" for i in range(10)], []
    for _ in range(20):
        leads = plan_change(rng, effect)
        change = responsiveness.after_change(
            leads, "answered_in_time", dt.date(2024, 7, 1), 13, concerned, 1.5
        )
        assert change is not None
        inside += change.lo <= effect <= change.hi
        values.append(change.value)
    assert inside >= stats.binom.ppf(0.001, 20, 0.95)
    assert abs(np.mean(values) - effect) <= stats.norm.ppf(0.9995) * stats.sem(values)


def test_an_effect_of_the_wrong_sign_leaves_the_prior_and_says_why() -> None:
    effect = responsiveness.Effect("answered in time", -0.1, -0.2, 0.05, 20, dt.date(2024, 7, 1), 1.5)
    matched = responsiveness.matched(effect, lambda eta: 0.1 * eta)
    assert (matched.value, matched.kind) == (responsiveness.PRIOR.value, "prior")
    assert "cannot place" in matched.assumptions[1]


@pytest.mark.slow
def test_wins_that_had_no_time_to_come_are_allowed_for() -> None:
    """The mean lag of what was won by the end of a year is too short; its truncated fit is not."""
    rng, inside = np.random.default_rng(13), 0
    for _ in range(4):
        lag = np.exp(rng.normal(2.7, 1.4, 600))
        age = rng.uniform(0, 365, 600)
        arrival = arrival_of(lag[lag <= age], age[lag <= age])
        assert arrival is not None
        truth = math.exp(2.7 + 1.4**2 / 2)
        assert lag[lag <= age].mean() < 0.85 * truth
        inside += arrival.lo <= truth <= arrival.hi
        assert arrival.by(30)[()] == pytest.approx((lag <= 30).mean(), abs=0.06)
    assert inside >= stats.binom.ppf(0.001, 4, 0.95)


@pytest.mark.slow
def test_the_fit_of_arrivals_is_at_least_as_likely_as_the_truth() -> None:
    """A search that starts flat stops far from the maximum in one sample of five."""
    rng, truth = np.random.default_rng(5), stats.lognorm(1.4, 0, math.exp(2.7))
    for _ in range(6):
        age, lag = rng.uniform(0, 728, 1100), twin.lags_at(rng.random(1100), (2.7, 1.4))
        seen, oldest = lag[lag <= age], age[lag <= age]
        arrival = arrival_of(seen, oldest)
        assert arrival is not None
        limit, days = np.minimum(oldest + 1, 400), np.maximum(seen, 0.5)
        ours, known = (float((f.logpdf(days) - f.logcdf(limit)).sum()) for f in (arrival.frozen, truth))
        assert ours > known - 0.5


def test_the_bound_of_lags_is_not_the_longest_that_happened_to_be_seen() -> None:
    """The longest of a sample is shorter than the longest there is, and so were mean lags."""
    rng, bounds, longest = np.random.default_rng(8), [], []
    for _ in range(15):
        lag = 300 * rng.beta(0.8, 1.2, 60)
        arrival = arrival_of(lag, np.full(60, 900.0))
        assert arrival is not None
        bounds.append(arrival.laws[0][1].cap)
        longest.append(lag.max())
    error = np.std(bounds, ddof=1) / math.sqrt(15)
    assert abs(np.mean(bounds) - 300) < 2 * error
    assert 300 - np.mean(longest) > abs(300 - np.mean(bounds)) + error


def test_no_volume_is_said_to_be_surer_than_independent_leads_would_make_it(
    company: tuple[Path, Study, Scenario],
) -> None:
    _, study, scenario = company
    for name in ("search_ads", "social_ads"):
        width = scenario.sources[f"activities.{name}.baseline"].range
        seen = scenario.activities[name].baseline * study.weeks / study.per_period(study.weeks)
        assert width is not None
        assert width >= 0.999 * 1.96 / math.sqrt(seen)


def test_without_a_change_responsiveness_is_a_prior_that_says_so(
    company: tuple[Path, Study, Scenario],
) -> None:
    _, study, scenario = company
    assert study.responsiveness is responsiveness.PRIOR
    assert scenario.sources["teams.sales.responsiveness"].text.en.startswith("prior")


# --- controllability and spend --------------------------------------------------------------------------


def panel(rng: np.random.Generator, skill: float, supply: float) -> pl.DataFrame:
    """A year of leads of twelve persons who differ in skill and in how many leads they get."""
    share = np.exp(rng.normal(0, supply, 12))
    n = 9000
    owner = rng.choice(12, n, p=share / share.sum())
    odds = -2.0 + rng.normal(0, skill, 12)[owner] if skill else np.full(n, -2.0)
    days = rng.integers(0, 364, n)
    return pl.DataFrame(
        {
            "owner": [f"p{i:02}" for i in owner],
            "source": ["s"] * n,
            "won": rng.random(n) < 1 / (1 + np.exp(-odds)),
            "created": [dt.datetime(2024, 1, 1) + dt.timedelta(days=int(d)) for d in days],
        }
    )


def test_unequal_supply_is_not_mistaken_for_what_persons_control() -> None:
    share = controlled(panel(np.random.default_rng(14), 0.0, 0.7), "won", 3.0, apart=False)
    assert share is not None
    assert share.value < 0.05
    assert not share.tells


def test_skill_that_differs_under_equal_supply_is_what_persons_control() -> None:
    share = controlled(panel(np.random.default_rng(15), 0.6, 0.0), "won", 3.0, apart=True)
    assert share is not None
    assert share.tells
    assert share.value > 0.5


@pytest.mark.parametrize("attribute", ["source", "segment", "product"])
def test_easy_leads_are_supply_by_whatever_column_tells_them(attribute: str) -> None:
    """Half of the persons get mostly easy leads: what differs between persons is what they are given."""
    rng = np.random.default_rng(19)
    leads = panel(rng, 0.0, 0.1)
    first_half = leads["owner"].is_in([f"p{i:02}" for i in range(6)]).to_numpy()
    easy = rng.random(leads.height) < np.where(first_half, 0.8, 0.2)
    leads = leads.with_columns(
        pl.Series(attribute, np.where(easy, "easy", "hard")),
        pl.Series("won", rng.random(leads.height) < np.where(easy, 0.4, 0.1)),
    )
    share = controlled(leads, "won", 3.0, apart=False)
    assert share is not None
    assert share.value < 0.05
    assert share.others["supply"] > 0.5


def test_persons_supply_season_and_luck_make_up_all_of_a_kpi() -> None:
    share = controlled(panel(np.random.default_rng(17), 0.4, 0.5), "won", 3.0, apart=True)
    assert share is not None
    assert set(share.others) == {"supply", "season", "luck"}
    assert share.value + sum(share.others.values()) == pytest.approx(1)
    assert share.others["supply"] > 0.3


def test_a_rate_does_not_depend_on_how_many_leads_a_person_gets() -> None:
    leads = panel(np.random.default_rng(18), 0.0, 0.7)
    of_count = controlled(leads, "won", 3.0, apart=False)
    of_rate = controlled(leads, "won", 3.0, apart=False, rate=True)
    assert of_count is not None
    assert of_rate is not None
    assert of_count.others["supply"] > 0.5
    assert of_rate.others["supply"] < 0.1
    assert of_rate.value < 0.2


def test_measured_controllability_is_written_with_its_source_only_where_it_tells(
    company: tuple[Path, Study, Scenario],
) -> None:
    _, study, scenario = company
    assert not study.controlled["wins"].tells
    assert not scenario.rules.controllability or not scenario.rules.controllability.override
    sure = replace(study, controlled={"wins": Controlled(0.4, 0.3, 0.5, 10, 90, True)})
    rules = scenario_of(sure).rules.controllability
    assert rules is not None
    written = rules.override["sales"]["wins"]
    assert written.value == 0.4
    assert "deals.csv" in written.source
    assert "[0.30, 0.50], n = 90" in written.source


def test_what_kpis_and_persons_have_in_common_is_written_with_its_source(
    company: tuple[Path, Study, Scenario],
) -> None:
    _, study, _ = company
    assert study.people is not None
    apart = replace(study, common=0.5, people=replace(study.people, adjusted_p=0.001, spread=0.21))
    scenario = scenario_of(apart)
    assert scenario.teams["sales"].skill_spread == 0.21
    noise = study.noise
    shared = [noise[kpi].swings / noise[kpi].sd for kpi in ("leads", "wins")]
    assert scenario.noise_correlation == pytest.approx(0.5 * shared[0] * shared[1], rel=1e-3)
    for path in ("noise_correlation", "teams.sales.skill_spread"):
        assert "deals.csv" in scenario.sources[path].text.en
        assert scenario.sources[path].range
    alike = replace(study, common=0.0, people=replace(study.people, adjusted_p=0.5))
    assert scenario_of(alike).teams["sales"].skill_spread == 0
    assert scenario_of(alike).noise_correlation == 0


def test_the_elasticity_of_leads_to_spend_is_found_again_and_widens_the_cost() -> None:
    rng, rows, spend = np.random.default_rng(16), [], []
    for week in range(60):
        day, cost = dt.datetime(2024, 1, 1) + dt.timedelta(weeks=week), float(np.exp(rng.normal(6, 0.5)))
        spend.append((day, "ads", cost))
        rows += [(day, "ads", False)] * int(rng.poisson(2 * cost**0.6))
    leads = pl.DataFrame(rows, schema=["created", "source", "won"], orient="row")
    costs = costs_of(leads, pl.DataFrame(spend, schema=["date", "source", "cost"], orient="row"))
    elasticity = costs["ads"].elasticity
    assert elasticity is not None
    assert elasticity.lo < 0.6 < elasticity.hi
    assert costs["ads"].per_next_lead == pytest.approx(costs["ads"].per_lead / elasticity.value)


# --- single estimates -----------------------------------------------------------------------------------


def test_wilson_intervals_are_those_of_the_library() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for k, n in ((0, 3), (3, 3), (687, 12213), (1, 40)):
        assert wilson(k, n) == pytest.approx(proportion.proportion_confint(k, n, method="wilson"), abs=1e-12)
    assert math.isnan(Rate(0, 0).rate)


def test_the_mixed_model_agrees_with_the_library() -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(15), 20)
    y = 1 + rng.normal(0, 0.8, 15)[group] + rng.normal(0, 1, 300)
    model = mixed_models.linear(pl.DataFrame({"g": [f"g{i:02}" for i in group], "y": y}), "y", ["g"])
    theirs = MixedLM(y, np.ones(300), group).fit(reml=True)
    assert model.variance["g"] == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-3)
    assert model.variance["residual"] == pytest.approx(float(theirs.scale), rel=1e-3)


def test_the_gradient_of_the_logistic_model_is_that_of_its_value() -> None:
    frame, _ = person_frame(np.random.default_rng(9), 0.5)
    first = mixed_models.logistic(frame, "won", ["owner", "source"])
    assert first.sd("owner") == pytest.approx(0.5, abs=0.25)
    assert first.n == frame.height


def test_lags_still_running_are_not_mistaken_for_short_ones() -> None:
    rng = np.random.default_rng(10)
    lag = np.exp(rng.normal(3, 1, 4000))
    seen, cut = lag[lag <= 30], np.full((lag > 30).sum(), 30.0)
    best = fits_of(seen, cut)[0]
    assert best.name == "lognormal"
    assert best.parameters["mu"] == pytest.approx(3, abs=0.1)
    assert lag_of(seen).best.mean < 0.6 * best.mean


def test_a_naive_test_of_month_ends_raises_false_alarms_that_the_robust_one_does_not() -> None:
    rng, naive, robust = np.random.default_rng(11), 0, 0
    start, days = dt.date(2024, 1, 1), 366
    for _ in range(60):
        level = np.repeat(np.exp(rng.normal(0, 0.6, days // 6 + 1)), 6)[:days]
        counts = rng.poisson(3 * level)
        events = pl.Series([start + dt.timedelta(days=int(d)) for d in np.repeat(np.arange(days), counts)])
        rush = timing.rush(events.cast(pl.Datetime("us")), start, start + dt.timedelta(days=days - 1))
        naive += rush.z > 1.96
        robust += rush.real
    assert naive >= 10
    assert robust <= 5


def test_odd_persons_stand_out_on_side_metrics_and_others_do_not() -> None:
    rng = np.random.default_rng(12)
    rates = {f"p{i}": Rate(int(rng.binomial(1000, 0.02)), 1000) for i in range(20)}
    calm = side_metrics.compared(rates)
    assert calm is not None
    assert not any(p.outlier for p in calm.people)
    rates["odd"] = Rate(150, 1000)
    rates["few"] = Rate(2, 10)
    metric = side_metrics.compared(rates)
    assert metric is not None
    assert [p.id for p in metric.people if p.outlier] == ["odd"]


def test_touches_without_conversation_single_out_who_only_touches() -> None:
    """Most touches of everybody are silent; who talks less than half as often as the median stands out."""
    rng = np.random.default_rng(19)
    talks = {f"p{i}": 0.4 for i in range(12)} | {"mere": 0.1}
    owners = np.repeat(list(talks), 800)
    said = rng.random(len(owners)) < np.array([talks[o] for o in owners])
    metric = side_metrics.silent_touches(pl.DataFrame({"owner": owners, "conversation": said}))
    assert metric is not None
    assert [p.id for p in metric.people if p.outlier] == ["mere"]
    assert all(p.reliability > 0.9 for p in metric.people)
    luck = pl.DataFrame({"owner": owners, "conversation": rng.random(len(owners)) < 0.4})
    calm = side_metrics.silent_touches(luck)
    assert calm is not None
    assert not any(p.outlier for p in calm.people)


@pytest.mark.slow
def test_touches_come_from_their_own_export_or_from_the_step_that_takes_a_conversation(
    tmp_path: Path,
) -> None:
    deals, _ = twin.write(small(), tmp_path)
    sellers, lines = [f"Seller {i + 1}" for i in range(10)], ["Who,Outcome"]
    for i, seller in enumerate(sellers):
        lines += [
            f"{seller},{'Connected' if j % (10 if i == 3 else 2) == 0 else 'No answer'}" for j in range(400)
        ]
    (tmp_path / "touches.csv").write_text("\n".join([*lines, ",Connected"]))
    content = given().model_dump(by_alias=True, exclude_none=True, exclude={"spend"})
    content["deals"] |= {"conversation": "promising"}
    by_step = Map.model_validate(content)
    study = study_of(read_history([deals], by_step, today=TODAY), by_step)
    assert set(study.sides) == {"silent_touches"}
    by_export = Map.model_validate(
        {**content, "touches": {"owner": "Who", "conversation": {"Outcome": ["Connected"]}}}
    )
    history = read_history([deals, tmp_path / "touches.csv"], by_export, today=TODAY)
    assert "touch_of_nobody" in {loss.reason for loss in history.blanked}
    metric = study_of(history, by_export).sides["silent_touches"]
    (odd,) = (p for p in metric.people if p.outlier)
    assert odd.id.startswith("person_")
    assert odd.share.rate == pytest.approx(0.9)


@pytest.mark.slow
def test_what_persons_take_on_in_a_day_comes_from_dated_calls(tmp_path: Path) -> None:
    deals, _ = twin.write(small(), tmp_path)
    lines, rng = ["Who,Day,Length"], np.random.default_rng(20)
    for day in range(1, 29):
        for i in range(6):
            lines += [f"Seller {i + 1},2024-02-{day:02},180"] * int(20 + 4 * i + rng.integers(3))
    (tmp_path / "calls.csv").write_text("\n".join([*lines, "Seller 1,,60"]))
    content = given().model_dump(by_alias=True, exclude_none=True, exclude={"spend"})
    calls = {"owner": "Who", "date": "Day", "seconds": "Length"}
    dated = Map.model_validate({**content, "calls": calls})
    capacity = study_of(read_history([deals, tmp_path / "calls.csv"], dated, today=TODAY), dated).capacity
    assert capacity is not None
    assert (capacity.persons, capacity.days) == (6, 168)
    assert capacity.calls == pytest.approx(31, abs=0.2)
    assert capacity.hours == pytest.approx(capacity.calls * 180 / 3600)
    assert capacity.lo < 31 < capacity.hi
    assert capacity.share["owner"] > 0.9


def test_a_plan_without_hours_for_todays_work_is_refused_with_the_numbers(
    company: tuple[Path, Study, Scenario],
) -> None:
    from optimizer.scenario.problems import ScenarioError

    study = company[1]
    assume = study.given.assume
    assert assume is not None
    tired = assume.model_copy(update={"sales": assume.sales.model_copy(update={"hours": 10.0})})
    short = replace(study, given=study.given.model_copy(update={"assume": tired}))
    with pytest.raises(ScenarioError, match="more than the team has"):
        scenario_of(short)


def test_history_without_sources_or_costs_still_becomes_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    small().deals.select("Id", "Created", "Closed", "Status", "Amount").write_csv(path)
    bare = given().model_dump(by_alias=True, exclude_none=True, exclude={"spend"})
    columns = {"id": "Id", "created": "Created", "closed": "Closed", "value": "Amount"}
    bare["deals"] = {"columns": columns, "won": {"Status": "Won"}, "lost": {"Status": "Lost"}}
    plain = Map.model_validate(bare)
    history: History = read_history([path], plain, today=TODAY)
    scenario = scenario_of(study_of(history, plain))
    assert "work_lead" in scenario.activities
    assert set(scenario.kpis) == {"leads", "wins"}
