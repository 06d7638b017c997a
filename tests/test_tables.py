"""Tables: complete, in order, and adding up, as numbers and as printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from solved import failed, infeasible, moved, moved_tables, stuck
from wording import LABELS, with_labels

from optimizer.plans.rules import rule_named
from optimizer.solver import Conflict, MovedLimit
from optimizer.tables.build import RUN_TABLES, tables_of
from optimizer.tables.certificate import conflict_rows
from optimizer.tables.comparison import PLANS
from optimizer.tables.rounding import digits_of, money_decimals, printable
from optimizer.tables.table import TableError, Tables, read_tables, write_tables

KINDS = {"moved": moved, "stuck": stuck, "infeasible": infeasible, "failed": failed}


@pytest.fixture(scope="module", params=sorted(KINDS))
def tables(request: pytest.FixtureRequest) -> Tables:
    return moved_tables() if request.param == "moved" else tables_of(KINDS[request.param]())


@pytest.mark.slow
def test_every_table_has_the_documented_columns_in_order(tables: Tables) -> None:
    assert {name: list(frame.columns) for name, frame in tables.items()} == {
        table.name: list(table.columns) for table in RUN_TABLES
    }


def test_gross_less_direct_costs_less_payouts_is_net(tables: Tables) -> None:
    plans = tables["plans"]
    assert (plans["gross"] - plans["direct_costs"] - plans["revenue"]).abs().max() <= 1e-6
    assert (plans["revenue"] - plans["loaded_pay"] - plans["net"]).abs().max() <= 1e-6


def test_what_is_printed_is_each_amount_rounded_once(tables: Tables) -> None:
    plans, exact = printable(tables)["plans"], tables["plans"]
    assert (plans["gain"] == plans["revenue_change"]).all()
    changes = ("revenue_change", "loaded_change", "net_change")
    for column in ("gross", "direct_costs", "net", "revenue", *changes):
        assert (plans[column] == np.floor(exact[column] + 0.5)).all(), column
    for column in ("pay", "charges", "loaded_pay"):
        assert (plans[column] == exact[column]).all(), "payouts stay as booked"


@pytest.mark.slow
def test_printed_rules_and_volumes_add_up(tables: Tables) -> None:
    shown = printable(tables)
    rules = shown["rules"]
    sign = np.where(rules["at_least"].astype(bool), 1, -1)
    assert np.allclose(sign * (rules["value"] - rules["limit"]).astype(float), rules["slack"].astype(float))
    work = shown["activities"].dropna(subset=["then"])
    assert np.allclose(work["then"] - work["now"], work["change"])
    assert (work["hours_then"] - work["hours_now"] == work["hours_change"]).all()


def test_teams_add_up_to_the_plan() -> None:
    tables = moved_tables()
    chosen = tables["plans"].iloc[-1]
    assert tables["teams"]["loaded_then"].sum() == pytest.approx(chosen["loaded_pay"], abs=1e-6)
    weights = tables["weights"].groupby("team")[["now", "then"]].sum()
    assert np.allclose(weights, 1.0)
    hours = tables["activities"].groupby("team")["hours_change"].sum()
    assert np.allclose(hours, 0.0, atol=1e-6)


def test_the_gain_and_the_unused_budget_are_differences_of_the_table_of_plans() -> None:
    shown = printable(moved_tables())
    summary, chosen = shown["summary"].iloc[0], shown["plans"].iloc[-1]
    assert summary["gain"] == chosen["gain"] > 0
    assert summary["budget_unused"] == 135000 - chosen["loaded_pay"] >= 0
    assert summary["gap_of_gain"] == pytest.approx(
        (summary["bound"] - summary["value"]) / moved_tables()["summary"].iloc[0]["gain"]
    )


def test_nothing_is_missing_that_the_solution_has() -> None:
    tables, solution = moved_tables(), moved()
    network = solution.problem.cal.network
    assert len(tables["activities"]) == len(network.activities)
    assert len(tables["measures"]) == len(network.teams) * len(network.kpis) == len(tables["exposure"])
    assert list(tables["kpis"]["kpi"]) == list(network.kpis)
    assert len(tables["gaming"]) == int(network.gaming.sum())
    assert list(tables["checks"]["check"]) == [c.name for c in solution.certificate.checks]
    assert len(tables["rounds"]) == len(solution.certificate.rounds)
    numbers = tables["activities"][["now", "next", "then", "change"]]
    assert np.isfinite(numbers.to_numpy(dtype=float)).all()


def test_without_a_plan_there_is_no_then() -> None:
    tables = tables_of(infeasible())
    assert tables["activities"]["then"].isna().all()
    assert set(tables["plans"]["kind"]) == {"current", "equal"}
    assert tables["rules"].empty
    conflict = tables["conflict"].iloc[0]
    assert conflict["unit"] == "money"
    assert conflict["relaxed"] == pytest.approx(conflict["limit"] + conflict["by"])


def test_a_printed_way_out_is_enough() -> None:
    exact, shown = (
        tables_of(infeasible())["conflict"].iloc[0],
        printable(tables_of(infeasible()))["conflict"].iloc[0],
    )
    assert exact["by"] <= shown["by"] < exact["by"] + 1
    assert shown["limit"] + shown["by"] == shown["relaxed"] >= exact["relaxed"]


def test_labels_are_there_in_both_languages(tables: Tables) -> None:
    for name, frame in with_labels(RUN_TABLES, tables).items():
        assert not [column for column in tables[name] if column.endswith(("_en", "_fr"))]
        for column in frame.columns:
            if column.endswith(("_en", "_fr")):
                code = frame[column.rpartition("_")[0]]
                assert ((frame[column].str.len() > 0) == (code.str.len() > 0)).all(), column


@pytest.mark.slow
def test_the_same_solution_gives_the_same_tables() -> None:
    again = tables_of(moved())
    for name, frame in moved_tables().items():
        pd.testing.assert_frame_equal(frame, again[name])


def test_tables_survive_a_csv_file() -> None:
    plans = moved_tables()["plans"]
    lines = plans.to_csv(index=False).splitlines()
    assert lines[0] == ",".join(PLANS.columns)
    assert len(lines) == len(plans) + 1


@pytest.mark.parametrize(
    ("rule", "unit"),
    [
        ("budget.expected", "money"),
        ("budget.teams.sales", "money"),
        ("budget.min_share_of_target.sales", "money"),
        ("target_pay.sales.max", "money"),
        ("weights.max_measures.sales", "count"),
        ("weights.min.sales", "share"),
        ("controllability.mean.sales", "share"),
        ("gaming.touch_fit", "units"),
        ("gaming.touch_fit.weak", "units"),
        ("gaming.margin.touch_fit", "money_per_unit"),
        ("gaming.pairs.marketing.lead_volume", "share"),
        ("gaming.exposure.sales.marketing", "share"),
    ],
)
def test_a_rule_has_the_unit_of_its_limit(rule: str, unit: str) -> None:
    assert rule_named(rule).unit == unit


@pytest.mark.parametrize(
    ("rule", "limit", "by", "relaxed", "unit"),
    [
        ("budget.expected", 1000.0, 50.0, 1050.0, "money"),
        ("budget.min_share_of_target.sales", 0.9, 0.1, 0.8, "share"),
        ("weights.min.sales.bookings", 0.2, 0.05, 0.15, "share"),
        ("weights.max_measures.sales", 2.0, 0.4, 3.0, "count"),
        ("gaming.touch_fit", 60.0, 5.0, 65.0, "units"),
        ("gaming.margin.touch_fit", 60.0, 5.0, 65.0, "units"),
        ("locks.sales.bookings", 0.5, 0.1, float("nan"), "share"),
    ],
)
def test_a_rule_is_relaxed_in_its_own_unit(
    rule: str, limit: float, by: float, relaxed: float, unit: str
) -> None:
    solution = replace(infeasible(), conflict=Conflict((rule,), (MovedLimit(rule, limit, by),)))
    row = next(iter(conflict_rows(solution)))
    assert (row["unit"], row["conflicts"]) == (unit, True)
    assert row["relaxed"] == pytest.approx(relaxed, nan_ok=True)


@pytest.mark.parametrize(
    ("largest", "decimals"), [(2_842_170.0, 0), (1000.0, 0), (999.0, 1), (1.2, 3), (0.0112, 5), (0.0, 0)]
)
def test_small_amounts_get_decimals(largest: float, decimals: int) -> None:
    assert money_decimals([largest, -largest / 3, float("nan")]) == decimals


def test_volumes_read_side_by_side_have_the_same_decimals() -> None:
    assert [digits_of(330.0, 8.0), digits_of(45.0, 8.0), digits_of(4.5, 0.0), digits_of(0.0)] == [0, 1, 2, 0]


@pytest.mark.slow
def test_tables_are_the_same_after_they_were_files(tables: Tables, tmp_path: Path) -> None:
    write_tables(RUN_TABLES, with_labels(RUN_TABLES, tables), tmp_path)
    again = read_tables(RUN_TABLES, tmp_path)
    assert list(again) == [table.name for table in RUN_TABLES]
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, again[name], check_exact=True)


def test_texts_of_users_survive_a_file(tmp_path: Path) -> None:
    odd = ["NA", "", "null", ' "a", b ', "1e5", "True", "two\nlines\r\nhere", "=1+1", "\u202e\U0001f600"]
    tables = dict(moved_tables())
    row = tables["labels"].iloc[0].to_dict()
    tables["labels"] = LABELS.frame([{**row, "label": text} for text in odd])
    write_tables(RUN_TABLES, with_labels(RUN_TABLES, tables), tmp_path)
    assert list(read_tables(RUN_TABLES, tmp_path)["labels"]["label"]) == odd


def test_a_missing_or_edited_table_is_refused_with_its_name(tmp_path: Path) -> None:
    write_tables(RUN_TABLES, moved_tables(), tmp_path)
    (tmp_path / "kpis.csv").write_text("kpi,target\na,1\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"kpis\.csv has other columns.*solve again"):
        read_tables(RUN_TABLES, tmp_path)
    (tmp_path / "kpis.csv").unlink()
    with pytest.raises(TableError, match=r"kpis\.csv is missing: solve again"):
        read_tables(RUN_TABLES, tmp_path)


def test_examples_pay_what_the_curve_says_and_add_up_to_the_earnings() -> None:
    tables = moved_tables()
    examples, caps = tables["examples"], tables["kpis"].set_index("kpi")["cap"]
    paid = examples["attainment"].clip(upper=examples["kpi"].map(caps).fillna(np.inf))
    assert np.allclose(examples["pay"], examples["euros"] * paid)
    at = examples[examples["case"] == "at"].groupby("team")["pay"].sum()
    targets = tables["teams"].set_index("team")["target_then"]
    assert np.allclose(at, targets[at.index])
    shown = printable(tables)
    sums, lines = (shown["examples"].groupby(["team", "case"])["pay"].agg(how) for how in ("sum", "size"))
    for _, line in shown["earnings"].iterrows():
        key = line["team"], line["case"]
        apart = abs(round(sums[key] - line["pay"], 2))
        assert apart <= (0 if line["case"] == "at" else 0.005 * (lines[key] + 1)), "terms at target add up"
    exact = tables["earnings"]["pay"]
    assert ((shown["earnings"]["pay"] - exact).abs() <= 0.005 + 1e-9).all()


def test_the_curve_table_is_the_expected_pay_without_luck() -> None:
    cal = moved().problem.cal
    sure = replace(cal.curves, noise=np.full(len(cal.network.kpis), 1e-9))
    for kpi, mine in moved_tables()["curve_points"].groupby("kpi"):
        k = cal.network.kpis.index(str(kpi))
        grid = np.repeat(mine["attainment"].to_numpy()[:, None], len(cal.network.kpis), axis=1)
        assert np.allclose(sure.expected(grid)[:, 0, k], mine["paid"], atol=1e-6)


def test_the_funnel_is_that_of_todays_crm_and_of_the_plan() -> None:
    network, stages = moved().problem.cal.network, moved_tables()["stages"].set_index("stage")
    then = network.stage_inflow(moved().chosen.consistent.x)
    assert np.allclose(stages["now"], network.stage_inflow(network.baseline))
    assert np.allclose(stages["then"], then)


def test_every_source_is_listed_with_its_numbers() -> None:
    sources = moved_tables()["sources"]
    assert list(dict.fromkeys(sources["path"])) == list(moved().problem.scenario.sources)
    assert list(sources[sources["path"] == "stages.retained.value"]["number"]) == [26000.0]
    touch = sources[sources["path"] == "activities.touch_fit.yields"]
    assert dict(zip(touch["part"], touch["number"], strict=True)) == (
        moved().problem.scenario.activities["touch_fit"].yields
    )


def test_payouts_of_the_teams_add_up_to_the_cent(tables: Tables) -> None:
    for when, kind in (("now", "current"), ("then", "chosen")):
        plan = tables["plans"][tables["plans"]["kind"] == kind]
        for team, whole in (("pay", "pay"), ("charges", "charges"), ("loaded", "loaded_pay")):
            if len(plan):
                cents = tables["teams"][f"{team}_{when}"] * 100
                assert np.allclose(cents, cents.round(), atol=1e-6)
                assert round(cents.sum()) == round(100 * plan.iloc[0][whole])
