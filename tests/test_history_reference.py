"""The estimates on real exports against numbers computed elsewhere (pandas, scipy, own mixed models).

Tolerances are those agreed for the reference: counts, rates and quantiles exactly (to their printed
digits), shares of REML variance within 0.005, moments within 1 %, standard deviations of logistic models
within 10 %, parameters of fits within 2 %.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from real_data import real
from threadpoolctl import threadpool_limits

from optimizer.history.draft.build import scenario_of
from optimizer.history.estimate import experiment, mixed_models, side_metrics, speed_to_lead, timing
from optimizer.history.estimate.capacity import capacity_of
from optimizer.history.estimate.history_study import Study, study_of
from optimizer.history.estimate.lags import done_within, fits_of, lag_of
from optimizer.history.estimate.people import panel_of
from optimizer.history.estimate.rates import Rate, dispersion_of, quantiles, rate_of, rates_by, spread_of
from optimizer.history.read.deals import History, read_history
from optimizer.history.read.frames.exports import read_export
from optimizer.history.read.maps.mapping import read_map

CASES = Path(__file__).parent / "cases" / "history"
REFERENCE: dict[str, Any] = json.loads((CASES / "reference.json").read_text())
SCHOOL, OLIST = REFERENCE["school_crm"], REFERENCE["olist_funnel"]
NONE = np.array([])


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small matrices on many threads only wait for each other."""
    with threadpool_limits(1):
        yield


# --- how numbers are compared ---------------------------------------------------------------------------


def same_rate(rate: Rate, expected: Mapping[str, float]) -> None:
    assert (rate.k, rate.n) == (expected["k"], expected["n"])
    for name in ("rate", "lo", "hi"):
        assert getattr(rate, name) == pytest.approx(expected[name], abs=5.1e-5)


def same_rates(rates: Mapping[str, Rate], expected: Mapping[str, Any]) -> None:
    assert set(rates) == set(expected)
    for name, rate in rates.items():
        same_rate(rate, expected[name])


def same_quantiles(quantiles: Mapping[str, float], expected: Mapping[str, float]) -> None:
    for name, value in expected.items():
        assert quantiles[name] == pytest.approx(value, rel=1e-6, abs=5.1e-4), name


def same_spread(rates: Mapping[str, Rate], expected: Mapping[str, float]) -> None:
    spread = spread_of(rates)
    assert spread.groups == expected["groups"]
    assert spread.median_n == pytest.approx(expected["median_n"], abs=1)
    for value, name in ((spread.p, "p"), (spread.sd, "sd"), (spread.cv, "cv"), (spread.chi2, "chi2")):
        assert value == pytest.approx(expected[name], rel=0.01), name
    assert spread.reliability(spread.median_n) == pytest.approx(expected["reliability_at_median_n"], rel=0.01)


def same_shares(
    model: mixed_models.Mixed, expected: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> None:
    for theirs, value in expected["share"].items():
        assert model.share[(names or {}).get(theirs, theirs)] == pytest.approx(value, abs=0.005), theirs


def same_logit(model: mixed_models.Mixed, expected: Mapping[str, Any], names: Mapping[str, str]) -> None:
    assert model.fixed[0] == pytest.approx(expected["intercept"], rel=0.02)
    for theirs, value in expected["sd"].items():
        assert model.sd(names.get(theirs, theirs)) == pytest.approx(value, rel=0.10, abs=0.02), theirs


def same_fits(days: np.ndarray, expected: Mapping[str, Any]) -> None:
    fits = {fit.name: fit for fit in fits_of(days, NONE)}
    assert len(days) == expected["n"]
    for name, fit in fits.items():
        for parameter, value in fit.parameters.items():
            assert value == pytest.approx(expected[name][parameter], rel=0.02)
        assert fit.loglik == pytest.approx(expected[name]["loglik"], abs=1)
    assert max(fits.values(), key=lambda f: f.loglik).name == max(
        fits, key=lambda name: expected[name]["loglik"]
    )


def same_rush(rush: timing.Rush, expected: Mapping[str, float]) -> None:
    assert rush.events == expected["n"]
    assert rush.share_events == pytest.approx(expected["share_events"], abs=5.1e-5)
    assert rush.share_days == pytest.approx(expected["share_days"], abs=5.1e-5)
    assert rush.ratio == pytest.approx(expected["ratio"], abs=6e-4)
    assert rush.z == pytest.approx(expected["z"], abs=0.006)


def same_robust(rush: timing.Rush, expected: Mapping[str, Any]) -> None:
    assert rush.shifts == expected["shifts"]
    assert rush.p_shift == pytest.approx(expected["p_last"], abs=6e-4)
    assert rush.first_ratio == pytest.approx(expected["first_days_ratio"], abs=6e-4)
    assert np.array(rush.per_period) == pytest.approx(np.array(expected["per_month"]), abs=6e-3)
    assert rush.t == pytest.approx(expected["t_over_months"], abs=0.006)


def same_dispersion(counts: np.ndarray, expected: Mapping[str, float]) -> None:
    dispersion = dispersion_of(counts)
    assert dispersion.periods == expected["periods"]
    assert dispersion.mean == pytest.approx(expected["mean"], abs=6e-4)
    assert dispersion.fano == pytest.approx(expected["fano"], abs=6e-4)
    assert dispersion.extra_cv == pytest.approx(expected["extra_cv"], abs=6e-4)


# --- a school's CRM -------------------------------------------------------------------------------------


@cache
def school() -> tuple[History, Study]:
    folder, given = real("school_crm"), read_map(CASES / "school.yaml")
    history = read_history([folder / "deals.csv.gz", folder / "spend.csv.gz"], given)
    return history, study_of(history, given)


def closers() -> pl.DataFrame:
    """Leads of owners with at least 200 leads and 10 payments."""
    _, study = school()
    rates = rates_by(study.mature, "owner", "won", 200)
    chosen = [name for name, rate in rates.items() if rate.k >= 10]
    return study.mature.filter(pl.col("owner").cast(pl.String).is_in(chosen)).with_columns(
        pl.col("created").dt.strftime("%Y-%m").alias("month")
    )


@pytest.mark.data
def test_every_row_of_the_school_is_used_or_dropped_with_a_reason() -> None:
    history, study = school()
    assert history.deals.height == SCHOOL["rows"]["deals"]
    assert history.read["deals"] == history.deals.height + sum(loss.rows for loss in history.dropped)
    assert history.read["spend"] == SCHOOL["rows"]["spend"]
    assert history.spend["cost"].sum() == pytest.approx(SCHOOL["spend_total_eur"])
    blanked = {loss.reason: loss.rows for loss in history.blanked}
    negative = history.deals.filter(
        pl.col("won") & (pl.col("closed").dt.date() < pl.col("created").dt.date())
    )
    assert negative.height == SCHOOL["lag_days_created_to_paid"]["negative"]
    assert blanked["closed_before_created"] >= negative.height
    assert study.first == dt.date(2023, 7, 3)


@pytest.mark.data
def test_no_name_of_a_person_of_the_school_is_in_what_is_kept() -> None:
    history, _ = school()
    assert all(name.startswith("person_") or name == "nobody" for name in history.deals["owner"].unique())


@pytest.mark.data
def test_the_funnel_of_the_school_is_reproduced() -> None:
    history, study = school()
    expected = SCHOOL["funnel_mature_nonjunk"]
    assert study.mature.height == expected["leads"]
    pairs = {"reached": "reached", "graded_c": "quality_ABC", "graded_b": "quality_AB", "won": "paid"}
    pairs |= {"won_given_graded_c": "paid_given_ABC", "won_given_graded_b": "paid_given_AB"}
    for ours, theirs in pairs.items():
        same_rate(study.rates[ours], expected[theirs])
    same_rate(study.rates["won_of_all_rows"], SCHOOL["paid_all_deals"])
    months = history.deals.with_columns(pl.col("created").dt.strftime("%Y-%m").alias("month"))
    same_rates(rates_by(months, "month", "won"), SCHOOL["cohort_by_month"])


@pytest.mark.data
def test_sources_of_the_school_differ_as_they_should() -> None:
    _, study = school()
    expected = SCHOOL["by_source_mature_nonjunk"]
    for source, numbers in expected.items():
        same_rate(study.rates[f"won.{source}"], numbers)
        assert study.rates[f"graded_b.{source}"].rate == pytest.approx(numbers["share_AB"], abs=5.1e-5)
    costs = {name: study.costs[name].per_lead for name in SCHOOL["unit_costs_by_source"]}
    wanted = {name: c["cost_per_lead"] for name, c in SCHOOL["unit_costs_by_source"].items()}
    assert costs == pytest.approx(wanted, abs=0.006)


@pytest.mark.data
def test_owners_of_the_school_differ_as_they_should() -> None:
    _, study = school()
    same_spread(rates_by(study.mature, "owner", "won", 200), SCHOOL["owners_ge200"]["moments"])
    used = closers()
    same_spread(rates_by(used, "owner", "won"), SCHOOL["closers"]["moments"])
    known = used.filter(pl.col("source").is_not_null())
    same_spread(rates_by(known, "source", "won", 50), SCHOOL["closers"]["source_moments"])
    groups, names = ["owner", "source", "month"], {"Source": "source"}
    same_shares(mixed_models.linear(known, "won", groups), SCHOOL["variance_lpm_closers"], names)
    same_logit(mixed_models.logistic(known, "won", groups), SCHOOL["variance_logit_closers"], names)


@pytest.mark.data
def test_the_grade_halves_the_effect_of_the_source_and_leaves_that_of_the_closer() -> None:
    good = read_grades().filter(pl.col("source").is_not_null())
    model = mixed_models.logistic(good, "won", ["owner", "source", "month"], ["a", "b"])
    expected = SCHOOL["variance_logit_closers_given_quality_ABC"]
    same_logit(model, expected, {"Source": "source"})
    assert model.fixed[1:] == pytest.approx(expected["beta"], rel=0.02)


def read_grades() -> pl.DataFrame:
    """Closers' leads graded A, B or C, with the grade as two columns."""
    raw = read_export(real("school_crm") / "deals.csv.gz").frame
    grade = pl.col("Quality").str.slice(0, 1)
    grades = raw.select(id="Id", a=(grade == "A").cast(pl.Float64), b=(grade == "B").cast(pl.Float64))
    return closers().filter("step_graded_c").join(grades, on="id")


@pytest.mark.data
def test_supply_moves_wins_per_closer_more_than_the_closer() -> None:
    expected, panel = SCHOOL["panel_owner_month_wins"], panel_of(closers(), "won")
    assert panel is not None
    assert panel.cells == expected["cells"]
    assert panel.mean == pytest.approx(expected["mean"], abs=6e-4)
    assert panel.chance == pytest.approx(expected["poisson_floor_share"], abs=6e-4)
    assert panel.supply == pytest.approx(expected["r2_on_leads"], abs=6e-4)
    shares = (panel.person, panel.month, panel.rest)
    assert shares == pytest.approx(tuple(expected["reml"]["share"].values()), abs=0.005)
    assert panel.supply > 3 * panel.person


@pytest.mark.data
def test_lags_and_values_of_the_school_are_reproduced() -> None:
    history, study = school()
    lag = study.lags["created_to_won"]
    same_quantiles(quantiles(lag.observed), SCHOOL["lag_days_created_to_paid"]["quantiles"])
    same_fits(lag.observed, SCHOOL["lag_days_created_to_paid"]["fits"])
    assert lag.best.name == "weibull"
    same_quantiles(quantiles(study.lags["created_to_lost"].observed), SCHOOL["lag_days_created_to_lost"])
    same_quantiles(study.value, SCHOOL["value_paid_offer_total_eur"]["quantiles"])
    value = history.deals.filter(pl.col("won") & (pl.col("value") >= 500)).with_columns(
        pl.col("value").log().alias("log")
    )
    names = {"Product": "product", "Source": "source"}
    model = mixed_models.linear(value, "log", ["owner", "product", "source"])
    same_shares(model, SCHOOL["value_paid_offer_total_eur"]["reml_log"], names)


@pytest.mark.data
def test_what_waiting_costs_the_school_depends_on_what_is_held_equal() -> None:
    _, study = school()
    waits = study.mature.filter(pl.col("response") > 0)["response"]
    # The reference keeps three decimals of an hour; a few texts are read to the second.
    same_quantiles(quantiles(waits), SCHOOL["speed_to_lead_quantiles_h"])
    same_rates(study.waiting, SCHOOL["speed_to_lead_bins"])
    expected = SCHOOL["speed_to_lead_logit_paid_on_log_hours"]
    names = ("no_controls", "source", "source_month", "source_month_owner", "source_month_owner_hour_weekday")
    for name, slope in zip(names, study.slopes, strict=True):
        assert slope.n == expected["n"]["all"]
        assert slope.b == pytest.approx(expected[name]["b"], abs=2e-4)
        assert slope.se == pytest.approx(expected[name]["se"], abs=2e-4)
    assert study.slopes[-1].lo < 0 < study.slopes[-1].hi
    office = closers().filter(
        pl.col("created").dt.weekday().is_between(1, 5) & pl.col("created").dt.hour().is_between(9, 17)
    )
    fit = speed_to_lead.slope(office, "won", ("source", "month", "owner"))
    assert fit is not None
    assert fit.b == pytest.approx(expected["office_hours_only_source_month_owner"]["b"], abs=2e-3)
    reached = speed_to_lead.slope(read_reached(), "reached", ("source", "month", "owner"))
    assert reached is not None
    assert reached.b == pytest.approx(expected["reached_source_month_owner"]["b"], abs=2e-4)


def read_reached() -> pl.DataFrame:
    raw = read_export(real("school_crm") / "deals.csv.gz").frame
    lost = raw.select(id="Id", reached=pl.col("Lost Reason").fill_null("") != "Doesn't Answer")
    return closers().join(lost, on="id")


@pytest.mark.data
def test_a_rush_at_the_end_of_the_month_is_real_in_the_school() -> None:
    history, study = school()
    won = study.rushes["month_end_won"]
    same_rush(won, SCHOOL["month_end_paid"])
    same_robust(won, SCHOOL["month_end_paid_robust"])
    assert won.real
    same_rush(study.rushes["month_end_created"], SCHOOL["month_end_created"])
    assert not study.rushes["month_end_created"].real
    paid = history.deals.filter("won")["closed"]
    quarter = timing.rush(paid, dt.date(2023, 7, 1), dt.date(2024, 3, 31), 3)
    same_rush(quarter, SCHOOL["quarter_end_paid"])
    assert not quarter.real


@pytest.mark.data
def test_counts_of_the_school_scatter_more_than_chance() -> None:
    history, _ = school()
    span = dt.date(2023, 8, 1), dt.date(2024, 6, 21)
    same_dispersion(timing.weekly(history.deals["created"], *span), SCHOOL["weekly_leads_dispersion"])
    paid = history.deals.filter("won")["closed"]
    same_dispersion(timing.weekly(paid, *span), SCHOOL["weekly_paid_dispersion"])


@pytest.mark.data
def test_leads_of_the_school_follow_spend_as_they_should() -> None:
    costs = school()[1].costs
    for source, expected in SCHOOL["weekly_spend_to_leads_elasticity"].items():
        elasticity = costs[source].elasticity
        assert elasticity is not None
        assert elasticity.weeks == expected["weeks"]
        for value, name in ((elasticity.value, "elasticity"), (elasticity.se, "se"), (elasticity.r2, "r2")):
            assert value == pytest.approx(expected[name], abs=5.1e-5), name


@pytest.mark.data
def test_the_school_becomes_a_scenario_whose_every_source_names_its_rows() -> None:
    _, study = school()
    scenario = scenario_of(study)
    assert {a.team for a in scenario.activities.values()} == {"marketing", "sales"}
    text = scenario.sources["activities.google_ads.yields.good_lead"].text.en
    assert "deals.csv.gz" in text
    assert "2380" in text
    assert "PLACEHOLDER" in scenario.sources["teams.sales.hours"].text.en


# --- a marketplace's funnel -----------------------------------------------------------------------------


@cache
def olist() -> History:
    folder = real("olist_funnel")
    return read_history(sorted(folder.glob("*.csv")), read_map(CASES / "olist.yaml"))


def olist_2018() -> pl.DataFrame:
    """Wins are recorded only from December 2017: earlier cohorts look worse than they are."""
    return (
        olist()
        .deals.filter(pl.col("created") >= dt.date(2018, 1, 1))
        .with_columns(pl.col("created").dt.strftime("%Y-%m").alias("month"))
    )


@pytest.mark.data
def test_the_funnel_of_olist_is_reproduced() -> None:
    deals, late = olist().deals, olist_2018()
    same_rate(rate_of(deals, "won"), OLIST["won_of_mql"])
    same_rate(rate_of(late, "won"), OLIST["won_of_mql_first_contact_2018"])
    months = deals.with_columns(pl.col("created").dt.strftime("%Y-%m").alias("month"))
    same_rates(rates_by(months, "month", "won"), OLIST["cohort_month"])
    same_rates(rates_by(late, "source", "won"), OLIST["by_origin_2018"])
    same_spread(rates_by(late, "source", "won"), OLIST["origin_moments_2018"])
    same_spread(rates_by(late, "product", "won", 20), OLIST["landing_page_moments_2018_n>=20"])


@pytest.mark.data
def test_shares_won_within_days_allow_for_leads_that_are_too_young() -> None:
    late = olist_2018()
    age = (dt.datetime(2018, 11, 14) - late["created"]).dt.total_days()
    days = (7, 14, 30, 60, 90, 120, 150, 168)
    shares = done_within(days, late["lag"].fill_null(0), late["won"], age)  # one win came the day before
    expected = OLIST["km_2018"]
    for done in shares:
        assert done.share == pytest.approx(expected[f"F({done.days:.0f}d)"], abs=1.1e-4)
        assert done.lo < done.share < done.hi


@pytest.mark.data
def test_lags_of_olist_are_reproduced_and_log_normal() -> None:
    deals = olist().deals
    lag = lag_of(deals["lag"].drop_nulls())
    assert lag.best.name == "lognormal"
    same_fits(deals["lag"].drop_nulls().to_numpy().astype(float), OLIST["lag_days"]["fits_all"])
    late = olist_2018()["lag"].drop_nulls().to_numpy().astype(float)
    same_fits(late, OLIST["lag_days"]["fits_2018"])


@pytest.mark.data
def test_what_moves_olist_is_reproduced() -> None:
    late, names = olist_2018(), {"origin": "source", "landing_page": "product", "lp": "product"}
    groups = ["source", "product", "month"]
    same_shares(mixed_models.linear(late, "won", groups), OLIST["variance_lpm_2018"], names)
    same_logit(mixed_models.logistic(late, "won", groups), OLIST["variance_logit_2018"], names)


@pytest.mark.data
def test_who_decides_how_long_olist_takes() -> None:
    raw = read_export(next(real("olist_funnel").glob("*closed*"))).frame
    closed = raw.select("sdr_id", "business_segment", id="mql_id")
    won = (
        olist()
        .deals.filter(pl.col("lag").is_not_null())
        .join(closed, on="id")
        .with_columns(
            (pl.col("lag") + 1).log().alias("log"), pl.col("created").dt.strftime("%Y-%m").alias("month")
        )
    )
    names = {"sdr": "sdr_id", "sr": "owner", "origin": "source", "segment": "business_segment"}
    groups = ["sdr_id", "owner", "source", "business_segment", "month"]
    same_shares(mixed_models.linear(won, "log", groups), OLIST["reml_log_lag_plus1"], names)
    late = won.filter(pl.col("created") >= dt.date(2018, 1, 1))
    same_shares(
        mixed_models.linear(late, "log", groups), OLIST["reml_log_lag_plus1_first_contact_2018"], names
    )


@pytest.mark.data
def test_the_rush_of_olist_is_a_false_alarm_of_the_naive_test() -> None:
    won = olist().deals.filter("won")["closed"]
    rush = timing.rush(won, dt.date(2018, 1, 1), dt.date(2018, 8, 31))
    same_rush(rush, OLIST["month_end_won"])
    same_robust(rush, OLIST["month_end_won_robust"])
    assert rush.z > 2.9
    assert not rush.real
    same_rush(timing.rush(won, dt.date(2018, 1, 1), dt.date(2018, 6, 30), 3), OLIST["quarter_end_won"])


@pytest.mark.data
def test_counts_of_olist_scatter_more_than_chance() -> None:
    deals = olist().deals
    won = timing.weekly(deals.filter("won")["closed"], dt.date(2018, 1, 8), dt.date(2018, 7, 1))
    same_dispersion(won, OLIST["weekly_won_dispersion_2018H1"])
    leads = timing.weekly(deals["created"], dt.date(2018, 1, 1), dt.date(2018, 5, 31))
    same_dispersion(leads, OLIST["weekly_mql_dispersion_2018"])


# --- other exports --------------------------------------------------------------------------------------


@pytest.mark.data
def test_win_rates_of_a_wholesaler_are_reproduced() -> None:
    expected = REFERENCE["ibm_win_loss"]
    raw = read_export(next(real("ibm_win_loss").glob("*.gz"))).frame
    frame = raw.with_columns((pl.col("Opportunity Result") == "Won").alias("won"))
    same_rate(rate_of(frame, "won"), expected["won"])
    for column in ("Region", "Route To Market", "Competitor Type"):
        same_rates(rates_by(frame, column, "won"), expected[f"by_{column}"])
    amounts = frame.with_columns(pl.col("Opportunity Amount USD").cast(pl.Float64).alias("amount"))
    amounts = amounts.filter(pl.col("amount") > 0).with_columns(pl.col("amount").log().alias("log"))
    same_quantiles(quantiles(amounts["amount"]), expected["amount_usd"])
    groups = ["Region", "Route To Market", "Supplies Subgroup", "Client Size By Revenue"]
    same_shares(mixed_models.linear(frame, "won", groups), expected["variance_lpm"])
    same_logit(mixed_models.logistic(frame, "won", groups), expected["variance_logit"], {})
    same_shares(mixed_models.linear(amounts, "log", groups), expected["reml_log_amount"])


@pytest.mark.data
def test_sources_of_an_educator_are_reproduced() -> None:
    expected = REFERENCE["x_education_leads"]
    raw = read_export(real("x_education_leads") / "Leads.csv.gz").frame
    frame = raw.with_columns(
        (pl.col("Converted") == "1").alias("won"), pl.col("Lead Source").str.replace("^google$", "Google")
    )
    same_rate(rate_of(frame, "won"), expected["converted"])
    origin = rates_by(frame, "Lead Origin", "won", 2)
    same_rates(origin, {n: v for n, v in expected["by_origin"].items() if v["n"] >= 2})
    same_rates(rates_by(frame, "Lead Source", "won", 30), expected["by_source"])
    same_spread(rates_by(frame, "Lead Source", "won", 30), expected["source_moments"])
    names = {"orig": "Lead Origin", "src": "Lead Source", "spec": "Specialization", "city_": "City"}
    groups = list(names.values())
    same_shares(mixed_models.linear(frame, "won", groups), expected["variance_lpm"], names)


@pytest.mark.data
def test_each_further_call_of_a_bank_wins_less() -> None:
    expected = REFERENCE["bank_marketing"]
    raw = read_export(real("bank_marketing") / "bank-full.csv.gz").frame
    frame = raw.with_columns((pl.col("y") == "yes").alias("won"), pl.col("campaign").cast(pl.Int64))
    same_rate(rate_of(frame, "won"), expected["yes"])
    same_rates(rates_by(frame, "poutcome", "won"), expected["by_poutcome"])
    for call, numbers in expected["contact_attempt_hazard"].items():
        tried = frame.filter(pl.col("campaign") >= int(call))
        won = tried.filter(pl.col("won") & (pl.col("campaign") == int(call))).height
        assert (won, tried.height) == (numbers["success"], numbers["at_risk"])
    same_quantiles(quantiles(frame["duration"].cast(pl.Float64)), expected["call_seconds"]["all"])


@pytest.mark.data
def test_effort_answers_weakly_to_the_rate_and_strongly_to_its_presence() -> None:
    expected = REFERENCE["effort_vs_pay"]
    raw = read_export(real("effort_vs_pay") / "mturk_effort.csv").frame
    frame = raw.select("treatmentname", pl.col("buttonpresses").cast(pl.Float64).alias("presses"))
    means = dict(frame.group_by("treatmentname").agg(pl.col("presses").mean()).iter_rows())
    wanted = {name.split(" ", 1)[1]: v["mean"] for name, v in expected["by_treatment"].items()}
    assert means == pytest.approx(wanted, abs=0.06)
    cents = {
        0.0: "1.3 No Payment",
        0.01: "1.1 1c PieceRate",
        0.04: "1.4 4c PieceRate",
        0.1: "1.2 10c PieceRate",
    }
    cents = {
        rate: means[name] if name in means else means[name.split(" ", 1)[1]] for rate, name in cents.items()
    }
    paid = [rate for rate in cents if rate]
    elasticity = experiment.rate_elasticity(paid, [cents[r] for r in paid])
    assert elasticity == pytest.approx(0.0305, abs=6e-5)
    cost = experiment.power_cost({rate: cents[rate] for rate in (0.0, 0.01, 0.1)})
    assert cost.gamma == pytest.approx(33.326, rel=1e-4)
    assert cost.s == pytest.approx(6.652e-7, rel=1e-3)
    assert cost.effort(0.04) == pytest.approx(2115.6, abs=0.06)


@pytest.mark.data
def test_short_calls_of_a_call_centre_are_unevenly_shared() -> None:
    expected = REFERENCE["call_centre_feb1999"]
    calls = calls_of(real("call_centre_feb1999"))
    shares = rates_by(calls.with_columns(short=pl.col("seconds") <= 10), "owner", "short")
    wanted = expected["short_calls_le10s_share_by_agent"]
    assert {n: r.rate for n, r in shares.items()} == pytest.approx(
        {n: v["share_le10s"] for n, v in wanted.items()}, abs=5.1e-5
    )
    same_spread(shares, expected["short_calls_le10s_by_agent_moments"])
    same_quantiles(quantiles(calls["seconds"]), expected["service_seconds"])
    metric = side_metrics.short_calls(calls, 10)
    assert metric is not None
    odd = {p.id for p in metric.people if p.outlier}
    assert {"AGENT08", "AGENT09", "AGENT10"} <= odd
    assert all(shares[name].rate > 0.06 for name in odd)


@pytest.mark.data
def test_who_decides_how_long_a_call_takes() -> None:
    expected = REFERENCE["call_centre_feb1999"]
    calls = calls_of(real("call_centre_feb1999")).with_columns(pl.col("seconds").log().alias("log"))
    groups = ["owner", "type", "hour", "day"]
    names = {"agent": "owner"}
    same_shares(mixed_models.linear(calls, "log", groups), expected["reml_log_service_time"], names)
    longer = calls.filter(pl.col("seconds") > 10)
    same_shares(mixed_models.linear(longer, "log", groups), expected["reml_log_service_time_gt10s"], names)
    per_day = calls.group_by("owner", "day").agg(pl.len().cast(pl.Float64).alias("calls"))
    share = mixed_models.linear(per_day, "calls", ["owner", "day"]).share
    wanted = expected["panel_agent_day_calls"]["reml"]["share"]
    assert share["owner"] == pytest.approx(wanted["agent"], abs=0.005)
    capacity = capacity_of(calls)
    assert capacity is not None
    assert capacity.calls == pytest.approx(expected["panel_agent_day_calls"]["mean"], abs=0.006)
    assert dict(capacity.share) == share


def calls_of(folder: Path) -> pl.DataFrame:
    raw = read_export(folder / "calls.tsv.gz").frame
    named = raw.filter(pl.col("server").str.starts_with("AGENT")).select(
        pl.col("type"),
        owner="server",
        day="date",
        hour=pl.col("vru_entry").str.extract(r"^(\d+):"),
        seconds=pl.col("ser_time").cast(pl.Float64),
    )
    return named.filter(pl.col("seconds") > 0)


@pytest.mark.data
def test_patience_of_callers_is_reproduced() -> None:
    raw = read_export(real("call_centre_feb1999") / "calls.tsv.gz").frame
    waits = raw.with_columns(pl.col("q_time").cast(pl.Float64))
    waits = waits.filter((pl.col("q_time") > 0) & (pl.col("outcome") != "PHANTOM"))
    left = waits["outcome"] == "HANG"
    days = (15, 30, 60, 120, 240, 480)
    shares = done_within(days, waits["q_time"], left, waits["q_time"])
    expected = REFERENCE["call_centre_feb1999"]["patience_km_abandon_s"]
    for done in shares:
        assert done.share == pytest.approx(expected[f"F({done.days:.0f}s)"], abs=1e-3)
