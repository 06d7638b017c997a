"""The calibration report: what a reader finds in it, in both languages, with nobody's name."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path

import pypdf
import pytest
import twin
from test_history import COMPANY, TODAY, given

from optimizer.history.estimate import side_metrics
from optimizer.history.estimate.history_study import study_of
from optimizer.history.estimate.rates import Rate
from optimizer.history.read.deals import read_history
from optimizer.tables.history import TABLES, calibration_tables
from reports.studies.calibration import calibration_pdfs


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Text of the report of a synthetic company whose calls hold one odd person, by language."""
    from dataclasses import replace

    folder = tmp_path_factory.mktemp("report")
    history = read_history(twin.write(twin.simulate(COMPANY, 1), folder), given(), today=TODAY)
    calls = {f"person_{i:02}": Rate(20, 1000) for i in range(2, 12)} | {"person_01": Rate(190, 1000)}
    compared = side_metrics.compared(calls)
    assert compared is not None
    study = replace(study_of(history, given()), sides={"short_calls": compared})
    tables = calibration_tables(study)
    assert {name: list(frame.columns) for name, frame in tables.items()} == {
        table.name: list(table.columns) for table in TABLES
    }
    texts = {}
    for document in calibration_pdfs(tables):
        assert not document.warnings
        reader = pypdf.PdfReader(io.BytesIO(document.content))
        texts[Path(document.name).suffixes[0][1:]] = " ".join(
            " ".join(page.extract_text() for page in reader.pages).split()
        )
    return texts


@pytest.mark.slow
def test_the_report_says_what_was_found_and_what_to_measure_next(pages: dict[str, str]) -> None:
    assert set(pages) == {"en", "fr"}
    assert "What is weak" in pages["en"]
    assert "is a prior" in pages["en"]
    assert "Points faibles" in pages["fr"]
    assert "Search ads" in pages["en"]


def test_leads_that_are_old_enough_are_more_than_those_that_were_won(pages: dict[str, str]) -> None:
    said = re.search(r"([\d,]+) leads created before .+? judged; ([\d,]+) of them were won", pages["en"])
    assert said is not None
    mature, won = (int(number.replace(",", "")) for number in said.groups())
    assert mature > won > 0


def test_the_report_names_nobody(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert "Seller" not in text
        assert "person 01" in text


def test_only_persons_who_stand_out_are_listed_for_short_calls(pages: dict[str, str]) -> None:
    after = pages["en"].split("look like gaming")[1].split("What was left out")[0]
    assert "person 01" in after
    assert "person 05" not in after


@pytest.mark.slow
def test_a_history_without_persons_or_calls_still_has_a_report(tmp_path: Path) -> None:
    from dataclasses import replace

    history = read_history(twin.write(twin.simulate(COMPANY, 2), tmp_path), given(), today=TODAY)
    bare = replace(
        study_of(history, given()),
        people=None,
        sides={},
        controlled={},
        slopes=(),
        rushes={},
        noise={},
        costs={},
    )
    tables = calibration_tables(bare)
    assert {"no_people", "no_calls", "no_touches", "no_costs", "no_waiting"} <= set(tables["weak"]["kind"])
    assert math.isnan(tables["weak"].set_index("kind").loc["no_people", "value"])
    assert len(list(calibration_pdfs(tables))) == 2
