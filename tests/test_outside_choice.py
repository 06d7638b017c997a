"""The best of those to choose from is not the best that is known: every document and verb says so."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader
from test_statuses import incentives

CASE = Path(__file__).parent / "cases" / "trust" / "better_outside.yaml"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The run folder of a company whose named plan brings more than all that may be chosen; what was said."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    done = incentives("solve", CASE, "--out", folder)
    assert done.exit_code == 0
    return folder, " ".join(done.stdout.split())


def test_a_known_plan_outside_the_choice_that_brings_more_is_named(run: tuple[Path, str]) -> None:
    folder, said = run
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    plans = pd.read_csv(folder / "tables" / "plans.csv").set_index("plan")
    assert result["status"] == "optimal"
    (better,) = result["better_outside"]
    assert (better["plan"], better["value"] > result["objective"] + 1000) == ("own", True)
    assert "warning: own keeps every rule and brings more: net " in said
    assert plans.index[plans["better_outside"]].tolist() == ["own"]
    assert plans.loc["current", "broken_rules"] == 0  # today's steps cannot be chosen either, and bring less


@pytest.mark.parametrize(
    ("language", "claim", "alert"),
    [
        ("en", "Best of", "A known plan that keeps"),
        ("fr", "Meilleur de", "Un plan connu qui"),
    ],
)
def test_page_one_claims_the_best_of_the_choice_and_names_what_beats_it(
    run: tuple[Path, str], language: str, claim: str, alert: str
) -> None:
    page = " ".join(PdfReader(run[0] / f"report.{language}.pdf").pages[0].extract_text().split())
    assert claim in page
    assert alert in page


def test_a_plan_that_writes_a_default_of_its_curve_is_no_difference(run: tuple[Path, str]) -> None:
    """`floor: 0` of the named plan's curve is what a curve has without it."""
    again = incentives("verify", run[0])
    assert (again.exit_code, "0 differences" in again.stdout) == (0, True), again.stdout


def test_a_plan_that_was_given_is_not_said_to_have_been_chosen(run: tuple[Path, str]) -> None:
    folder = run[0].parent / "given"
    worse = run[0].parent / "worse.yaml"
    worse.write_text("desk: {orders: 0.1, touches: 0.9}\n", encoding="utf-8")
    assert incentives("report", run[0], "--plan", worse, "--out", folder, "--only", "pdf").exit_code == 0
    page = " ".join(PdfReader(folder / "report.en.pdf").pages[0].extract_text().split())
    assert "the net falls by" in page  # of contribution and payouts together; the decision is on page two
    assert "The plan is chosen for" not in page
