"""Tables that explain a plan: what a reader adds up adds up, and everything has words in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from solved import explained, moved_tables, stuck, stuck_explained
from wording import with_labels

from optimizer.tables.build import tables_of
from optimizer.tables.explanation import NEAR_TIES, WATERFALL, WHY_THIS_WEIGHT, WHY_UNMOVED
from optimizer.tables.frontier import FRONTIER
from optimizer.tables.rounding import printable
from optimizer.tables.rule_prices import RULE_PRICES
from optimizer.tables.table import Tables
from optimizer.tables.tornado import TORNADO

EXPLAINED = (WATERFALL, WHY_THIS_WEIGHT, NEAR_TIES, TORNADO, WHY_UNMOVED, RULE_PRICES, FRONTIER)


@pytest.fixture(scope="module", params=["moved", "stuck"])
def tables(request: pytest.FixtureRequest) -> Tables:
    return moved_tables() if request.param == "moved" else tables_of(stuck(), stuck_explained())


def test_the_waterfall_adds_up_to_the_table_of_plans(tables: Tables) -> None:
    half = 0.5 * len(tables["waterfall"]) + 0.5
    for shown, cent in ((tables, 1e-6), (printable(tables), half)):
        steps, plans = shown["waterfall"], shown["plans"].iloc[-1]
        assert abs(steps["revenue"].sum() - plans["revenue_change"]) <= cent
        assert abs(steps["net"].sum() - plans["net_change"]) <= cent
        paid = steps[steps["cause"] == "payout"]
        assert abs(paid["net"].sum() + plans["loaded_change"]) <= cent
        assert (paid["revenue"] == 0).all()


def test_everything_has_words_in_both_languages(tables: Tables) -> None:
    for name, frame in with_labels(EXPLAINED, tables).items():
        for column in frame.columns:
            if column.endswith(("_en", "_fr")):
                code = frame[column.rpartition("_")[0]]
                assert ((frame[column].str.len() > 0) == (code.str.len() > 0)).all(), (name, column)
        if "broken" in frame:
            words = frame[frame["broken_rules"] > 0]
            assert (words["broken_en"] != words["broken_fr"]).all()


def test_near_ties_say_what_differs() -> None:
    ties = with_labels([NEAR_TIES], moved_tables())["near_ties"]
    assert list(ties["rank"]) == list(range(1, len(ties) + 1))
    assert len(set(ties["plan"])) == len(ties)
    assert ((ties["known"] != "") | ties["shift_en"].str.contains("more|less|no |new", regex=True)).all()


def test_the_tornado_and_the_assumptions_tell_the_same_gains() -> None:
    tornado, rests_on = moved_tables()["tornado"], moved_tables()["assumptions"]
    for column in ("path", "gain", "gain_low", "gain_high", "spread"):
        assert tornado[column].equals(rests_on[column])
    assert (tornado["break_even"].notna() == tornado["flips_current"]).all()
    assert np.isfinite(tornado["lead"].astype(float)).all()


def test_the_cheapest_blocked_improvement_is_marked_once() -> None:
    table = tables_of(stuck(), stuck_explained())["why_unmoved"]
    assert table["cheapest"].sum() == 1
    best = table[table["cheapest"]].iloc[0]
    assert best["reason"] == "rule"
    assert best["value_change"] > 0


def test_what_needs_solving_again_is_empty_until_asked_for() -> None:
    assert explained().prices == ()
    assert moved_tables()["rule_prices"].empty
    assert moved_tables()["frontier"].empty
