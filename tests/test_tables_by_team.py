"""Every team's own charges, people, discount and reach stand in its rows: no team is taken for another."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from solved import explained, moved, moved_tables, unequal, unequal_tree

from optimizer.cli import main
from optimizer.scenario.write import dump_scenario
from optimizer.solver import solve
from optimizer.tables.build import tables_of

CENT = 0.01


PEOPLE = {"marketing": 9, "sales": 7, "success": 2}
HALVES = {
    "marketing": {"lead_volume": 0.5, "wins": 0.5},
    "sales": {"bookings": 0.5, "leads_touched": 0.5},
    "success": {"retention": 1.0},
}


def of_teams(frame: pd.DataFrame, field: str) -> pd.Series:
    """A field of the scenario's team of every row."""
    return frame["team"].map(lambda name: getattr(moved().problem.scenario.teams[name], field)).astype(float)


def told(folder: Path, verb: str, *arguments: str) -> dict[str, pd.DataFrame]:
    """Tables of a verb for a company that changes to HALVES; in it, people abound."""
    teams = {name: {**team, "headcount": PEOPLE[name]} for name, team in unequal_tree()["teams"].items()}
    file = folder / "company.yaml"
    file.write_text(dump_scenario(unequal(teams=teams, plans={"halves": HALVES})), encoding="utf-8")
    result = CliRunner().invoke(main, [verb, str(file), "--plan", "halves", *arguments, "--json"])
    return {name: pd.DataFrame(rows) for name, rows in json.loads(result.stdout).items() if name != "summary"}


def test_the_company_can_tell_its_teams_apart() -> None:
    for field in ("charges", "discount", "responsiveness", "headcount", "skill_spread", "hours"):
        values = [getattr(t, field) for t in moved().problem.scenario.teams.values()]
        assert len(set(values)) == len(values), field
    assert len(set(moved_tables()["weights"].query("then > 0")["team"])) == 3


@pytest.mark.parametrize("name", ["pay_totals", "case_totals"])
def test_every_payee_of_a_payroll_has_the_charges_of_its_team(name: str) -> None:
    lines = moved_tables()[name].query("team != ''")
    assert (lines["charges"] - lines["pay"] * of_teams(lines, "charges")).abs().max() <= CENT / 2 + 1e-9
    assert (lines["pay"] + lines["charges"] - lines["loaded"]).abs().max() < 1e-9
    assert set(lines["team"]) == set(moved().problem.scenario.teams)


def test_totals_of_a_payroll_have_the_charges_people_and_budget_of_their_team() -> None:
    totals = moved_tables()["pay_totals"].query("team != ''")
    assert np.array_equal(totals["charges_rate"], of_teams(totals, "charges"))
    assert np.array_equal(totals["headcount"], of_teams(totals, "headcount"))
    assert ((totals["loaded"] - totals["exact"]).abs() <= CENT / 2 * (2 + totals["charges_rate"])).all()


def test_loaded_pay_of_a_team_has_its_own_charges() -> None:
    teams = moved_tables()["teams"]
    for when in ("now", "then"):
        loaded = teams[f"pay_{when}"] * (1 + of_teams(teams, "charges"))
        assert ((teams[f"loaded_{when}"] - loaded).abs() <= CENT / 2 + 1e-9).all()
    assert np.array_equal(teams["headcount"], of_teams(teams, "headcount"))


@pytest.mark.parametrize("name", ["examples", "earnings"])
def test_pay_each_is_that_of_the_people_of_the_team(name: str) -> None:
    cases = moved_tables()[name]
    assert np.allclose(cases["pay_each"] * of_teams(cases, "headcount"), cases["pay"])


def test_a_distribution_of_payouts_is_loaded_with_the_charges_of_the_team() -> None:
    spreads = moved_tables()["payout_distribution"].query("level == 'team'")
    assert np.array_equal(spreads["people"], of_teams(spreads, "headcount"))
    pay = moved_tables()["teams"].set_index("team")
    for plan, when in (("current", "now"), ("chosen", "then")):
        mine = spreads[spreads["plan"] == plan].set_index("team")
        assert np.allclose(mine["expected"], pay.loc[mine.index, f"loaded_{when}"])
        assert ((mine["mean"] - mine["expected"]).abs() < 5 * mine["standard_error"]).all()
    people = moved_tables()["payout_distribution"].query("level == 'person' and team != ''")
    targets = (
        people["team"]
        .map(pay["target_now"])
        .where(people["plan"] == "current", people["team"].map(pay["target_then"]))
    )
    assert np.allclose(people["target"] * of_teams(people, "headcount"), targets)


def test_payouts_of_the_teams_add_up_to_those_of_the_company_after_a_change(tmp_path: Path) -> None:
    tables = told(tmp_path, "simulate", "--periods", "3", "--draws", "40")
    paid = tables["payouts"].groupby("period")[["stay", "mean"]].sum()
    money = tables["money"].query("measure == 'loaded_pay'").set_index(["plan", "period"])["mean"]
    assert np.allclose(paid["mean"], money["change"])
    assert np.allclose(paid["stay"], money["stay"])
    assert (tables["payouts"]["p10"] <= tables["payouts"]["mean"]).all()
    assert (tables["payouts"]["mean"] <= tables["payouts"]["p90"]).all()


def test_designs_of_a_pilot_are_within_the_people_of_the_team(tmp_path: Path) -> None:
    tables = told(tmp_path, "pilot", "--periods", "2")
    teams, designs = tables["teams"], tables["designs"]
    assert set(teams["team"]) == set(designs["team"]) == {"marketing", "sales"}
    assert (teams["headcount"] == teams["team"].map(PEOPLE)).all()
    assert (designs["people"] + designs["others"] == designs["team"].map(PEOPLE)).all()
    assert tables["left_out"].empty


@pytest.mark.parametrize("measure", ["lag", "controllability"])
def test_what_a_team_is_paid_on_has_the_lag_and_control_of_that_team(measure: str) -> None:
    measures, teams = moved_tables()["measures"], moved_tables()["teams"].set_index("team")
    weights = moved_tables()["weights"].drop(columns="controllability").merge(measures, on=["team", "kpi"])
    for when in ("now", "then"):
        euros = weights[f"euros_{when}"]
        mean = (euros * weights[measure].fillna(0)).groupby(weights["team"]).sum() / euros.groupby(
            weights["team"]
        ).sum()
        assert np.allclose(mean, teams[f"{measure}_{when}"][mean.index])


def test_measures_of_a_team_are_those_that_the_solver_has_of_it() -> None:
    cal, known = moved().problem.cal, moved().problem.measures
    rows = moved_tables()["measures"].set_index(["team", "kpi"])
    for i, name in enumerate(cal.network.teams):
        for k, kpi in enumerate(cal.network.kpis):
            row = rows.loc[(name, kpi)]
            assert (row["controllability"], row["swing"]) == (known.controllability[i, k], known.swing[i, k])


def test_weights_and_measures_tell_the_same_control() -> None:
    both = moved_tables()["weights"].merge(moved_tables()["measures"], on=["team", "kpi"])
    assert len(both) == len(moved_tables()["weights"])
    assert np.array_equal(both["controllability_x"], both["controllability_y"])


def test_exposure_is_to_the_team_that_is_named() -> None:
    rows, falls = moved_tables()["exposure"].set_index(["kpi", "team"]), explained().exposure
    network = moved().problem.cal.network
    for k, kpi in enumerate(network.kpis):
        for j, name in enumerate(network.teams):
            assert tuple(rows.loc[(kpi, name), ["now", "then"]]) == (falls[0, k, j], falls[1, k, j])


def test_a_total_is_held_against_the_budget_of_its_team() -> None:
    budget = {"expected": 135000.0, "teams": {"marketing": 30000.0, "success": 14000.0}}
    totals = tables_of(solve(unequal({"budget": budget, "change_limit": 0.0})))["pay_totals"]
    limits = totals.set_index("team")["limit"].dropna().to_dict()
    assert limits == {**budget["teams"], "": 135000.0}
