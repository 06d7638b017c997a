"""Responsiveness from an experiment whose truth is known: read, estimated, written down, refused."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import twin
import yaml
from real_data import real
from scipy import stats
from test_history import CASES, TODAY, given, small
from threadpoolctl import threadpool_limits
from wording import Words

from optimizer import ScenarioError, read_scenario
from optimizer.history.behaviour import converged
from optimizer.history.estimate import responsiveness
from optimizer.history.estimate.experiment import carried_over, pay_elasticity
from optimizer.history.estimate.history_study import Study, study_of
from optimizer.history.read.deals import read_history
from optimizer.history.read.maps.mapping import read_map
from optimizer.tables.history import calibration_tables
from reports.studies.calibration import calibration_payload
from reports.words.format import Formatter
from tests.verbs import run

TRUTH = 0.3
PLAIN = {"pay": "Pay per call", "effort": "Calls"}
HEAD = "Pay per call,Calls"
SPOILT = "0,70\n0.5,-1\n1,about 3\nhalf,70\n"
"""Rows that are not used: no pay, an impossible effort, cells that cannot be read."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


def persons(
    seed: int, elasticity: float = TRUTH, each: int = 60, rates: tuple[float, ...] = (0.5, 1, 2)
) -> pl.DataFrame:
    """Persons at each rate whose mean effort follows pay by a known elasticity; they differ by a third."""
    rng = np.random.default_rng(seed)
    pay = np.repeat(rates, each)
    return pl.DataFrame({"pay": pay, "effort": 80 * pay**elasticity * rng.gamma(9, 1 / 9, len(pay))})


def written(folder: Path, rows: pl.DataFrame, head: str = HEAD) -> Path:
    path = folder / "experiment.csv"
    cells = [f"{pay:g},{effort:.2f}" for pay, effort in rows.select("pay", "effort").iter_rows()]
    path.write_text("\n".join([head, *cells]) + "\n")
    return path


def mapped(folder: Path, **section: object) -> Path:
    """The map of the synthetic exports, with an experiment."""
    content = yaml.safe_load((CASES / "twin.yaml").read_text())
    path = folder / "map.yaml"
    path.write_text(yaml.safe_dump({**content, "experiment": {**PLAIN, **section}}, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(twin.write(small(), tmp_path_factory.mktemp("company")))


# --- estimate -------------------------------------------------------------------------------------------


def test_a_known_elasticity_lies_within_its_interval_as_often_as_it_says() -> None:
    """400 experiments, of three rates with unequal numbers of persons and of two."""
    inside = 0
    for seed in range(400):
        rows = persons(seed, each=25, rates=(0.5, 1, 2) if seed % 2 else (1, 4))
        rows = rows.filter((pl.col("pay") != 1) | (pl.int_range(pl.len()) % 25 < 20)) if seed % 2 else rows
        elasticity = pay_elasticity(rows, "e.csv", ["sales"])
        inside += elasticity.lo <= TRUTH <= elasticity.hi
    assert stats.binom.ppf(0.001, 400, 0.95) <= inside <= stats.binom.ppf(0.999, 400, 0.95)


def test_the_model_answers_pay_by_the_elasticity_where_pay_is_all_that_a_unit_is_worth() -> None:
    """The formula of the conversion, by the model's own response: no hours, no later stage."""
    from optimizer.response.calibration import calibrate
    from optimizer.response.outcome import evaluate_plans
    from optimizer.scenario.types import Scenario

    scenario = Scenario.model_validate(
        {
            "teams": {"sales": {"target_pay": 1000.0, "responsiveness": TRUTH}},
            "activities": {"calls": {"team": "sales", "value": 100.0, "baseline": 50.0}},
            "kpis": {"calls": {"numerator": {"calls": 1.0}}},
            "current_plan": {"sales": {"calls": 1.0}},
        },
        by_alias=True,
    )
    cal = calibrate(scenario)
    step = 1e-3
    x = evaluate_plans(cal, np.stack([cal.current, cal.current * (1 + step)])).x[:, 0]
    assert math.log(x[1] / x[0]) / math.log1p(step) == pytest.approx(TRUTH, rel=2 * step)


def test_effort_that_does_not_rise_with_pay_leaves_the_prior_and_says_why() -> None:
    prior = carried_over(pay_elasticity(persons(1, -0.4), "e.csv", ["sales"]))
    assert (prior.value, prior.kind) == (responsiveness.PRIOR.value, "prior")
    assert "cannot place what the experiment did: e.csv" in prior.assumptions[1]


# --- end to end -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_experiment_becomes_the_responsiveness_of_a_scenario_that_check_accepts(
    exports: list[Path], tmp_path: Path
) -> None:
    file, out = written(tmp_path, persons(2)), tmp_path / "scenario.yaml"
    told_by = mapped(tmp_path)
    code, said, stderr = run("calibrate", *exports, file, "--map", told_by, "--out", out, "--json")
    assert code == 0, stderr
    content = json.loads(said)
    assert content["responsiveness"]["kind"] == "experiment"
    assert content["responsiveness"]["lo"] < TRUTH < content["responsiveness"]["hi"]
    assert content["experiment"]["value"] == content["responsiveness"]["value"]
    assert [(a["pay"], a["n"]) for a in content["experiment"]["arms"]] == [(0.5, 60), (1.0, 60), (2.0, 60)]
    assert content["rows"]["experiment"] == 180
    code, _, stderr = run("check", out)
    assert code == 0, stderr
    scenario = read_scenario(out)
    value = scenario.teams["sales"].responsiveness
    assert value == pytest.approx(content["responsiveness"]["value"], rel=1e-3)
    source = scenario.sources["teams.sales.responsiveness"]
    width = (content["responsiveness"]["hi"] - content["responsiveness"]["lo"]) / 2
    assert source.range == pytest.approx(width / value, rel=1e-3)
    assert source.text.en.startswith(f"experiment, n = 180: {value:.2f} [")
    assert "experiment.csv, persons paid 0.5 (n = 60), 1 (n = 60), 2 (n = 60)" in source.text.en
    assert "the elasticity carries over" in source.text.en
    assert scenario.sources["teams.marketing.responsiveness"].text.en.startswith("prior")


@pytest.fixture(scope="module")
def study(exports: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("experiment")
    mapping = read_map(mapped(folder, teams=["marketing", "sales"]))
    file = written(folder, persons(2))
    file.write_text(file.read_text() + SPOILT)
    return study_of(read_history([*exports, file], mapping, today=TODAY), mapping)


@pytest.mark.slow
def test_a_plan_change_that_tells_comes_before_the_experiment_and_one_that_does_not_after(
    study: Study,
) -> None:
    effect = responsiveness.Effect("answered in time", 0.02, 0.01, 0.03, 20, dt.date(2024, 7, 1), 1.25)
    assert converged(study).responsiveness.kind == "experiment"
    assert converged(replace(study, effect=effect)).responsiveness.kind == "plan_change"
    backwards = converged(replace(study, effect=replace(effect, value=-0.1, lo=-0.2, hi=0.0)))
    assert backwards.responsiveness.value == study.responsiveness.value
    assert "cannot place what the plan change did" in backwards.responsiveness.assumptions[-1]


def test_the_experiment_tells_only_of_the_teams_that_the_map_names(study: Study) -> None:
    from optimizer.history.draft.build import scenario_of

    scenario = scenario_of(study)
    assert scenario.teams["marketing"].responsiveness == scenario.teams["sales"].responsiveness
    assert scenario.sources["teams.marketing.responsiveness"].text.en.startswith("experiment")


@pytest.mark.parametrize(
    ("language", "sentence", "weak", "lost"),
    [
        ("en", "An experiment says", "Responsiveness is from an experiment", "Pay in the experiment"),
        ("fr", "Une expérience dit", "La réactivité vient d’une expérience", "Effort de l’expérience"),
    ],
)
def test_the_report_says_that_an_experiment_told_and_of_whom(
    study: Study, language: str, sentence: str, weak: str, lost: str
) -> None:
    words = Words(Formatter(language, "EUR"), 0)
    said = json.dumps(calibration_payload(words, calibration_tables(study), None), ensure_ascii=False)
    for text in (sentence, weak, lost):
        assert text in said


# --- refusals -------------------------------------------------------------------------------------------


def refusal(exports: list[Path], file: Path, told_by: Path) -> str:
    mapping = read_map(told_by)
    with pytest.raises(ScenarioError) as caught:
        study_of(read_history([*exports, file], mapping, today=TODAY), mapping)
    return str(caught.value).replace(f"{file.parent}/", "")


def test_a_heading_that_the_file_lacks_is_named_with_the_nearest(exports: list[Path], tmp_path: Path) -> None:
    said = refusal(exports, written(tmp_path, persons(3)), mapped(tmp_path, effort="Cals"))
    assert said == (
        "experiment.csv: [experiment] lacks columns that the map names for `experiment`: Cals\n"
        '    did you mean "Calls"? columns of the file: Pay per call, Calls'
    )


REFUSED: dict[str, tuple[pl.DataFrame, str]] = {
    "too few persons": (
        persons(4, each=19),
        "[experiment.pay] needs at least 20 persons at each rate of pay (got: 0.5 (19), 1 (19), 2 (19))\n"
        "    name the schemes that have as many in `rates`, or give the experiment more persons",
    ),
    "one rate": (
        persons(4, rates=(0.5,)),
        "[experiment.pay] needs at least two rates of pay above 0: one alone tells no difference "
        "(got: 0.5 (60))\n    name the column that differs between persons, or say by `rates` what each "
        "scheme paid",
    ),
    "averages": (
        persons(4, each=20).with_columns(effort=80.0),
        "[experiment.effort] is the same for everybody paid 0.5: chance cannot be told (got: 80)\n"
        "    give a row per person with what they did, not averages",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_experiment_that_cannot_tell_is_refused(case: str) -> None:
    rows, message = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        pay_elasticity(rows, "e.csv", ["sales"])
    assert str(caught.value) == message


def test_persons_without_pay_or_effort_are_counted_and_left_out(study: Study) -> None:
    lost = {loss.reason: loss.rows for loss in study.history.blanked}
    assert lost["incomplete_person"] == 4
    assert lost["unreadable_effort"] == 1
    assert lost["unreadable_pay"] == 1
    assert study.history.experiment.height == persons(2).height


def test_a_scheme_that_is_in_no_row_is_refused(exports: list[Path], tmp_path: Path) -> None:
    mapping = mapped(tmp_path, rates={"0.5": 0.5, "1 a call": 1.0})
    said = refusal(exports, written(tmp_path, persons(3)), mapping)
    assert said == (
        "[experiment.rates] is in no cell of the column 'Pay per call' (got: 1 a call)\n"
        "    allowed: 0.5, 1, 2"
    )


# --- real -----------------------------------------------------------------------------------------------


@pytest.mark.data
def test_the_published_experiment_is_read_by_its_schemes(exports: list[Path]) -> None:
    """Three piece rates of eighteen schemes; 0.0305 is that of the reference."""
    file = real("effort_vs_pay") / "mturk_effort.csv"
    rates = {"1c PieceRate": 1.0, "4c PieceRate": 4.0, "10c PieceRate": 10.0}
    section = {"pay": "treatmentname", "effort": "buttonpresses", "rates": rates}
    mapping = type(given()).model_validate({**given().model_dump(), "experiment": section})
    history = read_history([*exports, file], mapping, today=TODAY)
    elasticity = pay_elasticity(history.experiment, file.name, ["sales"])
    assert elasticity.value == pytest.approx(0.0305, abs=6e-5)
    assert elasticity.n == 558 + 562 + 566
    assert 0 < elasticity.lo < elasticity.hi < 0.05
