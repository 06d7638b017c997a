"""Scenarios that calibrate drafts: what nobody gave is provisional, and nothing to choose is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer import Scenario, read_scenario
from tests.solved import CASES
from tests.verbs import incentives

HISTORY = CASES / "history"
ASSUME = {
    "placeholders": True,
    "marketing": {"headcount": 3, "hours": 1380, "base_pay": 33000, "target_pay": 6000},
    "sales": {"headcount": 10, "hours": 4600, "base_pay": 90000, "target_pay": 60000},
    "work": {"campaign": 2.7, "prompt": 13, "late": 10, "touch": 1.3},
    "margin": 0.5,
    "current_plan": {"marketing": {"leads": 1}, "sales": {"wins": 1}},
}


def drafted(tmp_path: Path, export: str, **changes: Any) -> tuple[Scenario, Path]:
    """The scenario of an export by the plain map, with `assume` changed."""
    tree = yaml.safe_load((HISTORY / "map_plain.yaml").read_text(encoding="utf-8"))
    map_file, out = tmp_path / "map.yaml", tmp_path / "draft.yaml"
    columns = changes.pop("columns", {})
    tree["deals"]["columns"] |= columns
    map_file.write_text(yaml.safe_dump(tree | {"assume": ASSUME | changes}), encoding="utf-8")
    done = incentives("calibrate", HISTORY / export, "--map", map_file, "--out", out)
    assert done.exit_code == 0, done.output
    return read_scenario(out), out


@pytest.mark.slow
def test_every_number_of_the_map_is_a_placeholder_until_somebody_gives_it(tmp_path: Path) -> None:
    scenario, out = drafted(tmp_path, "plain.csv")
    assert len(scenario.placeholders) == 25
    for path in (
        "teams.sales.hours",
        "teams.sales.headcount",
        "current_plan.sales.wins",
        "activities.fair.cash",
    ):
        assert path in scenario.placeholders
    done = incentives("check", out, "--json")
    assert done.exit_code == 0
    assert any("DRAFT: 25 numbers" in w["message"] for w in json.loads(done.stdout)["warnings"])


@pytest.mark.slow
def test_invented_numbers_have_wide_ranges_or_say_that_these_are_unknown(tmp_path: Path) -> None:
    scenario, _ = drafted(tmp_path, "plain.csv")
    for path in scenario.placeholders:
        source = scenario.sources[path]
        assert source.kind == "assumed"
        assert (source.range or 0) >= 0.5 or "is unknown" in source.text.en, path
        assert (source.range or 0) >= 0.5 or "est inconnue" in source.text.fr, path
    value = scenario.sources["stages.customer.value"]
    assert value.range == pytest.approx((0.5**2 + 0.0664**2) ** 0.5, abs=1e-3), "mean of 417 deals × margin"


@pytest.mark.slow
def test_sources_of_a_draft_are_in_both_languages(tmp_path: Path) -> None:
    scenario, _ = drafted(tmp_path, "plain.csv")
    for path, source in scenario.sources.items():
        assert source.text.fr != source.text.en, path
        assert not {"not in", "PLACEHOLDER", "created before"} & {source.text.fr}, path
    assert "VALEUR PROVISOIRE" in scenario.sources["teams.sales.hours"].text.fr
    assert "[0,2" in scenario.sources["activities.work_lead.yields"].text.fr, "decimal commas"


@pytest.mark.slow
def test_numbers_that_the_map_vouches_for_are_no_placeholders(tmp_path: Path) -> None:
    scenario, _ = drafted(tmp_path, "plain.csv", placeholders=False)
    assert scenario.placeholders == ()
    assert scenario.sources["teams.sales.hours"].text.en.startswith("assumed in the map")
    value = scenario.sources["stages.customer.value"]
    assert value.kind == "measured"
    assert value.range == pytest.approx((0.1**2 + 0.0664**2) ** 0.5, abs=1e-3), (
        "a stated margin is a number, too"
    )


@pytest.mark.slow
def test_a_history_that_leaves_nothing_to_choose_says_what_would() -> None:
    told = incentives("calibrate", HISTORY / "plain.csv", "--map", HISTORY / "map_plain.yaml")
    assert "nothing to choose yet" in told.stdout
    for where in ("deals.steps and deals.good", "deals.columns.response", "`spend`"):
        assert where in told.stdout
    found = incentives("calibrate", HISTORY / "plain.csv", "--map", HISTORY / "map_plain.yaml", "--json")
    choice = json.loads(found.stdout)["choice"]
    assert choice["nothing_to_choose"]
    assert [opening["what"] for opening in choice["would_open"]] == ["step", "response", "spend"]


@pytest.mark.slow
def test_leads_without_a_source_have_a_name_in_the_readers_language(tmp_path: Path) -> None:
    scenario, out = drafted(tmp_path, "no_source.csv", columns={"source": None})
    label = scenario.activities["all_sources"].label
    assert label is not None
    assert (label.en, label.fr) == ("All sources", "Toutes origines")
    assert "missing" not in out.read_text(encoding="utf-8").lower()


@pytest.mark.slow
def test_sources_too_small_to_be_told_apart_are_pooled(tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    done = incentives("calibrate", HISTORY / "least.csv", "--map", HISTORY / "map_least.yaml", "--out", out)
    assert done.exit_code == 0, done.output
    scenario = read_scenario(out)
    assert list(scenario.activities) == ["all_sources", "work_lead", "touch_lead"]
    assert incentives("check", out).exit_code == 0


@pytest.mark.slow
def test_a_history_is_merged_into_the_houses_own_scenario(tmp_path: Path) -> None:
    _, estimated = drafted(tmp_path, "plain.csv")
    tree = yaml.safe_load(estimated.read_text(encoding="utf-8"))
    tree["sources"], tree["placeholders"] = {}, []
    tree["activities"]["work_lead"]["yields"]["customer"] = 0.2
    tree["kpis"]["wins"]["noise"] = 0.3
    ours, out = tmp_path / "ours.yaml", tmp_path / "merged.yaml"
    ours.write_text(yaml.safe_dump(tree), encoding="utf-8")
    done = incentives("merge", ours, estimated, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    moved = {c["path"]: c["after"] for c in json.loads(done.stdout)["changed"] if c["before"] != c["after"]}
    assert moved.keys() == {"activities.work_lead.yields.customer", "kpis.wins.noise"}
    assert incentives("check", out).exit_code == 0
    merged = read_scenario(out)
    assert merged.activities["work_lead"].hours == tree["activities"]["work_lead"]["hours"]
    assert "teams.sales.hours" not in merged.sources, "what was assumed there says nothing here"
