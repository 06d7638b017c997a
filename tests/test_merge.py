"""What a history measured in place of what a scenario assumed, with a list of what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer import read_scenario
from tests.solved import CASES
from tests.verbs import incentives

HISTORY = CASES / "history"


def company(tmp_path: Path, name: str = "ours", **changes: Any) -> Path:
    """A funnel of two stages with assumed numbers; 200 of 240 leads are worked."""
    tree: dict[str, Any] = {
        "version": 1,
        "name": "ours",
        "teams": {"sales": {"headcount": 4, "hours": 2000, "base_pay": 50000, "target_pay": 20000}},
        "stages": {"lead": {"owner": "sales", "inflow": 240}, "customer": {"value": 1000}},
        "activities": {
            "call": {
                "team": "sales",
                "from": "lead",
                "yields": {"customer": 0.2},
                "hours": 4,
                "baseline": 200,
            },
            "mail": {
                "team": "sales",
                "from": "lead",
                "yields": {"customer": 0.1},
                "hours": 1,
                "baseline": 30,
            },
        },
        "kpis": {"wins": {"entering": {"customer": 1}, "noise": 0.2}},
        "current_plan": {"sales": {"wins": 1}},
        "placeholders": ["stages.lead.inflow"],
        "sources": {"activities.call.yields": {"text": "a guess", "range": 0.5}},
    }
    for path, value in changes.items():
        place, *keys = tree, *path.split("__")
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    file = tmp_path / f"{name}.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return file


def estimate(tmp_path: Path, **changes: Any) -> Path:
    """The same company as its history has it: inflow and a rate were measured, hours assumed."""
    sources = {
        "stages.lead.inflow": {
            "text": {"en": "deals.csv: n = 900", "fr": "deals.csv : n = 900"},
            "kind": "measured",
            "range": 0.1,
        },
        "activities.call.yields": {"text": "deals.csv: 60/200", "kind": "measured", "range": 0.2},
        "activities.call.hours": {"text": "the map", "kind": "assumed"},
    }
    return company(
        tmp_path,
        "theirs",
        **{
            "stages__lead__inflow": 300,
            "activities__call__yields": {"customer": 0.3},
            "activities__call__hours": 5,
            "placeholders": [],
            "sources": sources,
        }
        | changes,
    )


def test_measured_numbers_replace_assumed_ones_and_are_listed(tmp_path: Path) -> None:
    ours, theirs, out = company(tmp_path), estimate(tmp_path), tmp_path / "new.yaml"
    done = incentives("merge", ours, theirs, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    changed = {change["path"]: change for change in told["changed"]}
    assert {path: (c["before"], c["after"]) for path, c in changed.items()} == {
        "stages.lead.inflow": (240, 300),
        "activities.call.yields.customer": (0.2, 0.3),
    }
    assert changed["activities.call.yields.customer"]["was"] == "a guess"
    scenario = read_scenario(out)
    assert scenario.activities["call"].hours == 4, "assumed there, too"
    assert scenario.placeholders == () == tuple(told["placeholders"])
    assert scenario.sources["stages.lead.inflow"].text.fr == "deals.csv : n = 900"
    assert scenario.sources["activities.call.yields.customer"].range == 0.2
    assert "activities.call.yields" not in scenario.sources, "no range counts twice"
    assert incentives("check", out).exit_code == 0


def test_work_keeps_its_share_of_a_stage_whose_inflow_changed(tmp_path: Path) -> None:
    ours, theirs, out = company(tmp_path), estimate(tmp_path), tmp_path / "new.yaml"
    told = json.loads(incentives("merge", ours, theirs, "--out", out, "--json").stdout)
    followed = {change["path"]: change["after"] for change in told["followed"]}
    assert followed == {"activities.call.baseline": 250, "activities.mail.baseline": 37.5}
    assert "keeps its share of lead" in incentives("merge", ours, theirs, "--out", tmp_path / "b.yaml").stdout


def test_what_does_not_fit_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    ours = company(tmp_path, teams__sales__hours=900)
    out = tmp_path / "new.yaml"
    done = incentives("merge", ours, estimate(tmp_path), "--out", out, "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert "hours" in problem["message"]
    assert not out.exists()
    kept = incentives("merge", ours, estimate(tmp_path), "--out", out, "--keep", "stages.lead")
    assert kept.exit_code == 0, kept.output
    assert "kept: stages.lead.inflow" in kept.stdout


def test_what_was_measured_before_stays_unless_asked(tmp_path: Path) -> None:
    before = {"activities.call.yields": {"text": "last year", "kind": "measured"}}
    ours, theirs = company(tmp_path, sources=before), estimate(tmp_path)
    told = json.loads(incentives("merge", ours, theirs, "--out", tmp_path / "a.yaml", "--json").stdout)
    assert told["kept"] == ["activities.call.yields.customer"]
    renewed = incentives("merge", ours, theirs, "--out", tmp_path / "b.yaml", "--json", "--renew")
    assert json.loads(renewed.stdout)["kept"] == []


def test_things_called_otherwise_are_matched_by_pairs_and_the_rest_is_listed(tmp_path: Path) -> None:
    theirs = estimate(tmp_path)
    tree = yaml.safe_load(theirs.read_text())
    tree["activities"]["work"] = tree["activities"].pop("call")
    tree["sources"] = {path.replace("call", "work"): s for path, s in tree["sources"].items()}
    theirs.write_text(yaml.safe_dump(tree, sort_keys=False))
    ours = company(tmp_path)
    told = json.loads(incentives("merge", ours, theirs, "--out", tmp_path / "a.yaml", "--json").stdout)
    assert told["missing"] == ["activities.work.yields.customer"]
    pair = ("--as", "activities.work=activities.call")
    told = json.loads(incentives("merge", ours, theirs, "--out", tmp_path / "b.yaml", *pair, "--json").stdout)
    assert told["missing"] == []
    assert len(told["changed"]) == 2
    wrong = incentives("merge", ours, theirs, "--out", tmp_path / "c.yaml", "--as", "work", "--json")
    assert json.loads(wrong.stdout)["problems"][0]["message"] == "is no pair of paths"


@pytest.mark.parametrize(("key", "value"), [("period", "month"), ("currency", "CHF")])
def test_estimates_in_other_units_are_refused(tmp_path: Path, key: str, value: str) -> None:
    theirs = estimate(tmp_path, **{key: value})
    done = incentives("merge", company(tmp_path), theirs, "--out", tmp_path / "a.yaml", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["message"].startswith(f"is {value} in the estimate")
    assert "calibrate again" in problem["hint"]


def test_a_scenario_without_measured_numbers_is_no_estimate(tmp_path: Path) -> None:
    ours = company(tmp_path)
    done = incentives("merge", ours, ours, "--out", tmp_path / "a.yaml")
    assert done.exit_code == 2
    assert "has no measured number" in done.output


def test_comments_that_do_not_come_along_are_told(tmp_path: Path) -> None:
    ours = tmp_path / "ours.yaml"
    ours.write_text((CASES / "small.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    told = incentives("convert", ours, tmp_path / "new.yaml").stderr
    assert f"comments of {ours} are not in {tmp_path / 'new.yaml'}" in told
    assert "comments" not in incentives("convert", tmp_path / "new.yaml", tmp_path / "again.yaml").stderr
