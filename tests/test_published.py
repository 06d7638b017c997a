"""Published changes of pay: signs and sizes as they stand, misses listed, nothing tuned."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from optimizer.cli import main

ROOT = Path(__file__).parent.parent
ASKED = {
    "safelite",
    "caps_and_quotas",
    "shop_bonus",
    "gp_access",
    "accelerators_timing",
    "quantity_quality",
}
"""Cases that were asked for; two more were free."""
VERDICTS = {
    "accelerators_timing.price_per_contract": "size_off",
    "bonus_to_commission.sales": "wrong_sign",
    "caps_and_quotas.sales": "size_off",
    "gp_access.no_advance_booking": "size_off",
    "gp_access.within_48h": "sign_right",
    "quantity_quality.quantity_flat": "sign_right",
    "quantity_quality.quality_flat": "sign_right",
    "quantity_quality.quantity_piece": "smaller",
    "quantity_quality.quality_piece": "smaller",
    "safelite.output": "size_off",
    "safelite.output_without_guarantee": "within_2",
    "shop_bonus.sales": "size_off",
    "tree_planting.trees": "within_2",
    "typing_pay.presence": "size_off",
    "typing_pay.rate": "size_off",
}
"""What each measure comes to. A change of the model that moves one is said in the commit that changes it."""


MISSES = {"size_off", "wrong_sign", "not_smaller"}
CASES = ROOT / "scenarios" / "published"


@cache
def printed() -> str:
    result = CliRunner().invoke(main, ["published"], env={"COLUMNS": "400"})
    assert result.exit_code == 0, result.output
    return result.stdout


@cache
def as_json() -> dict[str, Any]:
    result = CliRunner().invoke(main, ["published", "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@cache
def measures() -> dict[str, dict[str, Any]]:
    """Every measure, by case and name."""
    cases = as_json()["cases"].items()
    return {f"{name}.{m}": said for name, case in cases for m, said in case["measures"].items()}


# --- what comes out -------------------------------------------------------------------------------------


def test_every_case_that_was_asked_for_is_there_and_two_more() -> None:
    assert set(as_json()["cases"]) >= ASKED
    assert len(as_json()["cases"]) >= len(ASKED) + 2


def test_verdicts_are_as_they_stand() -> None:
    assert {name: said["verdict"] for name, said in measures().items()} == VERDICTS


def test_signs_are_right_but_for_one() -> None:
    wrong = [name for name, said in measures().items() if said["verdict"] == "wrong_sign"]
    assert wrong == ["bonus_to_commission.sales"]
    assert len(measures()) >= 15


def test_sizes_are_within_a_factor_of_two_where_stakes_and_slack_are_published() -> None:
    """No study says how much time pay can still win, so that this binds whoever adds one that does."""
    known = [case for case in as_json()["cases"].values() if {case["stakes"], case["slack"]} == {"published"}]
    assert [c["title"] for c in known for m in c["measures"].values() if m["verdict"] == "size_off"] == []


def test_a_ratio_is_the_model_over_the_study_and_decides_the_verdict() -> None:
    sized = {name: said for name, said in measures().items() if said["published"]["value"] is not None}
    assert len(sized) >= 9
    for name, said in sized.items():
        assert said["ratio"] == pytest.approx(said["consistent"] / said["published"]["value"]), name
        assert (said["verdict"] == "within_2") == (0.5 <= said["ratio"] <= 2), name


def test_the_range_of_the_parameters_holds_the_prediction() -> None:
    for name, said in measures().items():
        assert said["low"] <= said["consistent"] <= said["high"], name
        assert math.isfinite(said["first_response"]), name


@pytest.mark.slow
def test_misses_are_listed_in_every_form() -> None:
    missed = [name for name, said in measures().items() if said["verdict"] in MISSES]
    assert missed
    assert as_json()["misses"] == missed
    line = next(line for line in printed().splitlines() if line.startswith("Missed, "))
    assert line == f"Missed, {len(missed)} of {len(measures())}: {', '.join(missed)}."
    text = (ROOT / "docs" / "published.md").read_text(encoding="utf-8")
    assert line in text
    assert all(f"- {as_json()['cases'][name.split('.')[0]]['title']}: " in text for name in missed)


@pytest.mark.slow
def test_the_page_is_what_the_cases_say() -> None:
    command = [sys.executable, "-m", "optimizer.cli.show.published_page"]
    written = subprocess.run(command, capture_output=True, cwd=ROOT, check=True).stdout.decode("utf-8")
    assert (ROOT / "docs" / "published.md").read_text(encoding="utf-8") == written


def test_readme_counts_signs_and_sizes_as_they_come_out() -> None:
    sized = [said for said in measures().values() if said["published"]["value"] is not None]
    signed = [said for said in measures().values() if said["published"]["smaller_than"] is None]
    right = sum(said["verdict"] != "wrong_sign" for said in signed)
    near = sum(said["verdict"] == "within_2" for said in sized)
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"the sign is right in {right} of {len(signed)} measures" in text
    assert f"within a factor of two in {near} of {len(sized)} " in text


# --- how it is judged -----------------------------------------------------------------------------------


def judged(tmp_path: Path, **found: dict[str, Any]) -> dict[str, str]:
    """The verdict on what the model says of trees planted, had it been published as each of these."""
    case = copied(tmp_path) / "tree_planting" / "case.yaml"
    trees = yaml.safe_load(case.read_text(encoding="utf-8"))["measures"]["trees"]
    published = {name: {"interval": "none", **what} for name, what in found.items()}
    edited(case, measures={name: {**trees, "published": what} for name, what in published.items()})
    result = CliRunner().invoke(main, ["published", "--json", "--cases", str(tmp_path)])
    measures = json.loads(result.stdout)["cases"]["tree_planting"]["measures"]
    return {name: said["verdict"] for name, said in measures.items()}


def test_a_size_is_right_within_a_factor_of_two(tmp_path: Path) -> None:
    rises = measures()["tree_planting.trees"]["consistent"]
    factors = {"half": 0.501, "twice": 1.999, "less": 0.499, "more": 2.001, "falls": -1}
    assert judged(tmp_path, **{name: {"value": rises * by} for name, by in factors.items()}) == {
        "half": "within_2",
        "twice": "within_2",
        "less": "size_off",
        "more": "size_off",
        "falls": "wrong_sign",
    }


def test_a_sign_alone_and_the_smaller_of_two_are_judged_as_such(tmp_path: Path) -> None:
    found = {"rises": {"sign": 1}, "falls": {"sign": -1}, "same": {"smaller_than": "rises"}}
    assert judged(tmp_path, **found) == {"rises": "sign_right", "falls": "wrong_sign", "same": "not_smaller"}


def test_no_change_has_no_sign(tmp_path: Path) -> None:
    case = copied(tmp_path) / "tree_planting" / "case.yaml"
    text = case.read_text(encoding="utf-8")
    case.write_text(
        text.replace("plan: piece_rate", "plan: piece_rate\n    against: piece_rate"), encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["published", "--json", "--cases", str(tmp_path)])
    assert json.loads(result.stdout)["misses"] == ["tree_planting.trees"]


# --- one set of parameters, facts with their source -----------------------------------------------------


def test_every_team_of_every_case_states_the_one_set_of_parameters() -> None:
    known = {name: d["value"] for name, d in as_json()["parameters"].items()}
    assert set(known) == {"responsiveness", "effort", "luck_discount"}
    for file in CASES.glob("*/scenario.yaml"):
        for team in yaml.safe_load(file.read_text(encoding="utf-8"))["teams"].values():
            assert {name: team[name] for name in known} == known, file


def copied(tmp_path: Path) -> Path:
    """A folder of cases with one of them."""
    shutil.copy(CASES / "defaults.yaml", tmp_path)
    shutil.copytree(CASES / "tree_planting", tmp_path / "tree_planting", dirs_exist_ok=True)
    return tmp_path


def edited(file: Path, **changes: Any) -> None:
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(tree | changes), encoding="utf-8")


def refusal(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["published", *arguments, "--cases", str(folder)])
    assert result.exit_code == 2, result.output
    return result.stderr


def test_a_tuned_case_is_refused(tmp_path: Path) -> None:
    scenario = copied(tmp_path) / "tree_planting" / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text.replace("responsiveness: 0.4", "responsiveness: 0.5"), encoding="utf-8")
    told = refusal(tmp_path)
    assert "teams.planters.responsiveness" in told
    assert "is 0.4 in every case (got: 0.5)" in told
    assert "no case is tuned" in told


def test_names_that_the_scenario_has_not_are_refused_with_those_it_has(tmp_path: Path) -> None:
    case = copied(tmp_path) / "tree_planting" / "case.yaml"
    text = case.read_text(encoding="utf-8")
    case.write_text(
        text.replace("kpi: trees", "kpi: tress").replace("plan: piece", "plan: pice"), encoding="utf-8"
    )
    told = refusal(tmp_path)
    assert "[measures.trees.of.kpi] is not there (got: tress)" in told
    assert "names: trees" in told
    assert "[measures.trees.plan] is not there (got: pice_rate)" in told


def test_a_measure_that_says_nothing_or_two_things_was_found_is_refused(tmp_path: Path) -> None:
    case = copied(tmp_path) / "tree_planting" / "case.yaml"
    measures = yaml.safe_load(case.read_text(encoding="utf-8"))["measures"]
    measures["trees"]["published"] = {"value": 0.2, "sign": 1, "interval": "none"}
    edited(case, measures=measures)
    assert "one of value, sign, smaller_than says what was found" in refusal(tmp_path)


def test_a_case_that_is_not_there_and_a_folder_without_cases_are_refused(tmp_path: Path) -> None:
    assert "cases: tree_planting" in refusal(copied(tmp_path), "safelight")
    (tmp_path / "empty").mkdir()
    assert "no published cases here" in refusal(tmp_path / "empty")


def test_one_case_is_told_whole() -> None:
    result = CliRunner().invoke(main, ["published", "tree_planting"], env={"COLUMNS": "400"})
    assert result.exit_code == 0
    assert "doi:10.1111/0034-6527.00294" in result.stdout
    assert "Whether planters tired" in result.stdout
    assert "safelite" not in result.stdout


def test_every_input_says_how_it_is_known() -> None:
    kinds = ("published: ", "recalled: ", "default", "assumption")
    for name, case in as_json()["cases"].items():
        assert case["inputs"]
        assert {path for path, text in case["inputs"].items() if not text.startswith(kinds)} == set(), name


def test_a_case_alone_says_what_it_says_among_all() -> None:
    result = CliRunner().invoke(main, ["published", "tree_planting", "--json"])
    assert json.loads(result.stdout)["cases"]["tree_planting"] == as_json()["cases"]["tree_planting"]


def test_a_plan_may_bring_variable_pay_where_there_is_none_but_some_plan_must(tmp_path: Path) -> None:
    scenario = copied(tmp_path) / "tree_planting" / "scenario.yaml"
    assert yaml.safe_load(scenario.read_text(encoding="utf-8"))["teams"]["planters"]["target_pay"] == 0
    assert measures()["tree_planting.trees"]["consistent"] > 0.1
    edited(scenario, plans={"piece_rate": {"target_pay": {"planters": 0}}})
    assert "no team has target_pay" in refusal(tmp_path)
