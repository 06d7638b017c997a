"""What plans leave undone and whose pay they leave at whose mercy, beside their money."""

from __future__ import annotations

import json

import pytest
from solved import ROOT, tables_for, unequal

from optimizer.plans.evaluation import compare
from optimizer.tables.side_effects import left_unworked, side_effects_json
from tests.verbs import incentives


def test_what_is_left_and_what_is_worked_is_what_arrives() -> None:
    scenario = unequal()
    at = compare(scenario, {"today": scenario.current_plan})["today"]
    network, x = at.cal.network, at.consistent.x
    found = {stage: (arriving, left) for stage, arriving, left in left_unworked(at)}
    assert set(found) == {s for s, owner in zip(network.stages, network.owner, strict=True) if owner >= 0}
    inflow = network.stage_inflow(x)
    for stage, (arriving, left) in found.items():
        assert arriving == pytest.approx(inflow[network.stages.index(stage)], rel=1e-6)
        assert 0 <= left <= arriving


def test_pay_at_mercy_is_weight_times_pay_times_how_far_the_kpi_falls() -> None:
    scenario = unequal()
    at = compare(scenario, {"today": scenario.current_plan})["today"]
    answer = incentives("measures", str(ROOT / "scenarios" / "alignment"), "--json")
    measured = json.loads(answer.stdout)
    pay, fall = measured["pay_at_mercy"], measured["exposure"]
    assert pay["sales"]["bookings"]["marketing"] == pytest.approx(51000 * fall["bookings"]["marketing"])
    assert pay["marketing"] == {}
    assert "sales" not in pay["sales"]["bookings"]
    shown = side_effects_json(at)
    assert set(shown) == {"left_unworked", "gaming_hours", "pay_at_mercy"}


@pytest.mark.slow
def test_tables_and_compare_say_the_same_of_a_plan() -> None:
    scenario = unequal()
    tables, at = tables_for(scenario), compare(scenario, {"today": scenario.current_plan})["today"]
    said = side_effects_json(at)
    mercy = tables["pay_at_mercy"].query("kind == 'current'")
    rows = {(r["team"], r["kpi"], r["other"]): r["euros"] for _, r in mercy.iterrows()}
    flat = {
        (team, kpi, other): euros
        for team, kpis in said["pay_at_mercy"].items()
        for kpi, others in kpis.items()
        for other, euros in others.items()
    }
    assert rows == pytest.approx(flat)
    left = tables["left_unworked"].query("kind == 'current'").set_index("stage")["left"]
    assert left.to_dict() == pytest.approx({s: v["left"] for s, v in said["left_unworked"].items()})


def test_the_terminal_says_whose_pay_is_at_whose_mercy() -> None:
    company = str(ROOT / "scenarios" / "alignment")
    compared = incentives("compare", company, "closing_rate").output
    assert "marketing by sales 1,412 EUR (18%)" in compared
    assert "broad_lead 360 (69%)" in compared
    measured = incentives("measures", company).output
    assert "at the mercy" in measured
    assert "7,308" in measured
