"""Documents of a run: made again from the folder, equal to the tables, plan documents, odd scenarios."""

from __future__ import annotations

import json
import re
import resource
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pikepdf
import pypdf
import pytest
from click.testing import CliRunner
from solved import HOSTILE, crowd, failed, hostile, moved, moved_tables
from wording import CODES, Words, words_for

from optimizer import RunOptions
from optimizer.cli import main
from optimizer.cli.report import KINDS as OFFERED
from optimizer.explanation.build import explain
from optimizer.runs.write import write_run
from optimizer.solver.clock import Clock
from optimizer.tables.build import tables_of
from optimizer.tables.certificate import ALTERNATIVES
from optimizer.tables.frontier import FRONTIER
from optimizer.tables.rounding import printable
from optimizer.tables.rule_prices import RULE_PRICES
from optimizer.tables.table import Row, Table, Tables
from reports.board.report import payload_of
from reports.documents import KINDS, documents
from reports.run import Document, RunContent, read_run
from reports.style import MISSING, SHY
from reports.words.format import NARROW_NO_BREAK, NO_BREAK

pytestmark = pytest.mark.documents

LANGUAGES = ("en", "fr")


def plain(text: str) -> str:
    """Spaces of every kind made plain, no hyphens: some are of a line end, some are read as soft ones."""
    words = text.replace(NO_BREAK, " ").replace(NARROW_NO_BREAK, " ").replace(SHY, "").split()
    return " ".join(words).replace("- ", "").replace("-", "")


def text_of(document: Document) -> str:
    reader = pypdf.PdfReader(BytesIO(document.content))
    return plain(" ".join(page.extract_text() for page in reader.pages))


@cache
def made(name: str) -> dict[str, Document]:
    """Every document of a solved case, in both languages."""
    solved = {"moved": moved, "hostile": hostile, "crowd": crowd}[name]()
    every = documents(RunContent(tables_of(solved)), ("pdf", "plans"), LANGUAGES)
    return {document.name: document for document in every if not document.name.endswith(".docx")}


def reading(tables: Tables, language: str) -> tuple[Tables, Words]:
    shown = printable(tables)
    return shown, words_for(shown, language)


# --- the run folder -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "mini"
    case = Path(__file__).parent / "cases" / "mini_funnel" / "mini_funnel.json"
    write_run(path, case.read_bytes(), explain(moved()), RunOptions(), ["solved"], Clock())
    return path


def contents(path: Path) -> dict[str, bytes]:
    names = ("manifest.json",)
    files = (f for f in path.rglob("*") if f.is_file() and f.name not in names)
    return {str(f.relative_to(path)): f.read_bytes() for f in files}


def test_a_run_folder_has_report_and_plan_documents_in_both_languages(folder: Path) -> None:
    plans = {
        f"plan_{team}.{language}" for team in ("marketing", "sales", "success") for language in LANGUAGES
    }
    assert {p.stem for p in folder.glob("*.docx")} == plans
    assert {p.stem for p in folder.glob("*.pdf")} == {"report.en", "report.fr", *plans}


def test_report_makes_the_same_bytes_again_without_solving(folder: Path) -> None:
    before, hashes = contents(folder), json.loads((folder / "manifest.json").read_text())["sha256"]
    documented = {n for n in before if n.endswith((".pdf", ".docx", ".xlsx", ".html"))}
    for name in documented:
        (folder / name).unlink()
    result = CliRunner().invoke(main, ["report", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.stdout)["documents"]) == documented
    assert contents(folder) == before
    assert json.loads((folder / "manifest.json").read_text())["sha256"] == hashes


def test_report_makes_one_kind_in_one_language_and_leaves_the_rest(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    for made_already in run.glob("plan_*.en.*"):
        made_already.unlink()
    before = contents(run)
    result = CliRunner().invoke(main, ["report", str(run), "--lang", "en", "--only", "plans"])
    assert result.exit_code == 0, result.output
    after = contents(run)
    teams, kinds = ("marketing", "sales", "success"), ("pdf", "docx")
    assert {n for n in after if n not in before} == {f"plan_{t}.en.{kind}" for t in teams for kind in kinds}
    assert {n: after[n] for n in before} == before


def test_what_is_no_run_folder_is_refused_and_left_alone(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert result.exit_code == 2
    assert "it has no manifest.json; name one that solve wrote" in " ".join(result.output.split())
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    (run / "tables" / "kpis.csv").unlink()
    before = contents(run)
    result = CliRunner().invoke(main, ["report", str(run)])
    assert result.exit_code == 4
    assert "solve again" in " ".join(result.output.split())
    assert contents(run) == before
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_the_verb_offers_every_kind_of_document() -> None:
    assert tuple(KINDS) == OFFERED


def test_the_report_carries_scenario_and_inputs(folder: Path) -> None:
    with pikepdf.open(folder / "report.fr.pdf") as file:
        for name in ("scenario.yaml", "inputs.json"):
            assert file.attachments[name].get_file().read_bytes() == (folder / name).read_bytes()


def test_the_tables_of_the_folder_are_those_of_the_solution(folder: Path) -> None:
    read = read_run(folder)
    for name, frame in moved_tables().items():
        pd.testing.assert_frame_equal(read.tables[name], frame, check_exact=True)


# --- numbers on paper -----------------------------------------------------------------------------------


def row_of(table: Table, **cells: Any) -> Row:
    """A row with what a document prints; what else the table has is empty."""
    nothing = {str: "", float: np.nan, bool: False, int: 0}
    return {name: nothing[column.type] for name, column in table.columns.items()} | cells


def with_solved_again(tables: Tables) -> Tables:
    """The tables of `--explain full` filled by hand, as solving again takes minutes."""
    summary, chosen = tables["summary"].iloc[0], tables["plans"].iloc[-1]
    rule = tables["rules"].iloc[0]
    known = {"status": "optimal", **{c: chosen[c] for c in ("value", "loaded_pay", "plan")}}
    prices = [
        row_of(
            RULE_PRICES, rule=rule["rule"], unit="money", change="removed", limit=135000.0,
            bound=summary["bound"], price=1234.5, **known,
        ),
    ]  # fmt: skip
    brings = {c: chosen[c] for c in ("revenue", "net", "gaming_hours")}
    points = [
        row_of(
            FRONTIER, over=over, limit=limit, here=here, gain=10.0, net_change=-20.0, controllability=0.5,
            **brings, **known,
        )
        for over, limits in (("budget", (120000.0, 135000.0)), ("gaming", (0.1, 0.2)))
        for limit, here in zip(limits, (False, True), strict=True)
    ]  # fmt: skip
    rivals = [
        row_of(
            ALTERNATIVES, rank=n, plan=f"sales: bookings {n / 100}", value=chosen["value"] - 100 * n,
            behind=100.0 * n - 100, behind_share=0.01 * n, proven=n < 2,
        )
        for n in (1, 2)
    ]  # fmt: skip
    full = {
        "alternatives": ALTERNATIVES.frame(rivals),
        "rule_prices": RULE_PRICES.frame(prices),
        "frontier": FRONTIER.frame(points),
    }
    return {**tables, **full}


@cache
def full_report(language: str) -> str:
    run = RunContent(with_solved_again(moved_tables()))
    (document,) = documents(run, ("pdf",), (language,))
    assert document.warnings == ()
    return text_of(document)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_the_appendix_is_printed_as_it_was_written(language: str) -> None:
    tables = printable(with_solved_again(moved_tables()))
    words = words_for(tables, language)
    text = full_report(language).replace(" ", "")
    for part in payload_of(tables, words, None, {})["appendix"]["chapters"]:
        for table in part["tables"]:
            for row in table["rows"]:
                for cell in row["cells"]:
                    assert plain(cell["t"]).replace(" ", "") in text, cell


MONEY = {
    "why_this_weight": ("value_change", "loaded_change"),
    "near_ties": ("loss", "loaded_pay"),
    "rule_prices": ("price",),
    "alternatives": ("value", "behind"),
    "frontier": ("value", "gain", "loaded_pay"),
    "waterfall": ("net",),
    "waterfall_causes": ("net",),
    "waterfall_teams": ("net",),
}
SIGNED = ("value_change", "loaded_change", "price", "gain", "net")


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_the_appendix_are_those_of_the_tables(language: str) -> None:
    tables, words = reading(with_solved_again(moved_tables()), language)
    text = full_report(language)
    for name, columns in MONEY.items():
        assert len(tables[name]), name
        for column in columns:
            for value in tables[name][column]:
                assert plain(words.amount(value, signed=column in SIGNED)) in text, (name, column)
    shares = {"measures": ("controllability", 0), "exposure": ("then", 1)}
    for name, (column, decimals) in shares.items():
        for value in tables[name][column]:
            assert value < 0.0005 or plain(words.write.percent(value, decimals)) in text, name
    for _, stage in tables["stages"].iterrows():
        for column in ("now", "then"):
            assert plain(words.units(stage[column], stage["digits"])) in text
    for _, team in tables["teams"].iterrows():
        for column in ("target_then", "pay_now", "pay_then", "loaded_now", "loaded_then"):
            assert plain(words.money(team[column])) in text
    for _, line in tables["gaming"].iterrows():
        assert plain(words.money(line["team_stake"])) in text
    for text_of_source in tables["sources"]["source"]:
        assert plain(words.user(text_of_source, 400)) in text


def test_the_waterfall_adds_up_to_the_cards_of_page_one_and_a_line_carries_the_rounding() -> None:
    shown, exact = printable(moved_tables()), moved_tables()["waterfall"]
    chosen, parts = shown["plans"].iloc[-1], shown["waterfall"]
    assert exact["net"].sum() == pytest.approx(moved_tables()["plans"].iloc[-1]["net_change"], abs=1e-6)
    assert (parts["net"] == np.floor(exact["net"] + 0.5)).all()
    text, words = text_of(made("moved")["report.en.pdf"]), words_for(shown, "en")
    for by in ("waterfall_causes", "waterfall_teams"):
        sums = exact.groupby(by.removeprefix("waterfall_")[:-1], sort=False)["net"].sum()
        printed = shown[by].set_index(shown[by].columns[0])["net"]
        assert (printed == np.floor(sums + 0.5)[printed.index]).all()
    missing = chosen["net_change"] - shown["waterfall_teams"]["net"].sum()
    if missing:
        assert plain(words.amount(missing, signed=True)) in text
    order = [c for c in CODES["cause"] if c in set(parts["cause"])]
    assert list(shown["waterfall_causes"]["cause"]) == order


@pytest.mark.parametrize("language", LANGUAGES)
def test_drawings_have_texts_for_those_who_do_not_see_them(language: str) -> None:
    tables, words = reading(with_solved_again(moved_tables()), language)
    (document,) = documents(RunContent(with_solved_again(moved_tables())), ("pdf",), (language,))
    with pikepdf.open(BytesIO(document.content)) as file:
        alts = " ".join(str(o.Alt) for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o)
    for cause in tables["waterfall_causes"]["net"]:
        assert words.amount(cause, signed=True) in alts
    for value in tables["frontier"]["value"]:
        assert words.money(value) in alts


# --- plan documents (tests/test_plan_documents.py has what they say) -------------------------------------


def test_a_plan_with_a_failed_check_is_not_handed_out() -> None:
    assert list(documents(RunContent(tables_of(failed())), ("plans",))) == []


def test_plan_documents_are_pdf_a_and_tagged_in_their_language() -> None:
    document = made("moved")["plan_sales.fr.pdf"]
    with pikepdf.open(BytesIO(document.content)) as file:
        with file.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfuaid:part"] == "1"
        assert bool(file.Root.MarkInfo.Marked)
        assert str(file.Root.Lang) == "fr"


# --- odd scenarios --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_print_literally_everywhere(language: str) -> None:
    text = text_of(made("hostile")[f"report.{language}.pdf"])
    assert plain(HOSTILE) in text
    for document in made("hostile").values():
        shown = text_of(document)
        # A plan document leaves out what it cannot print: nobody signs a placeholder.
        assert (MISSING in shown) == document.name.startswith("report")
        assert "\u202e" not in shown
        assert "\U0001f600" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_twelve_teams_fit(language: str) -> None:
    text = text_of(made("crowd")[f"report.{language}.pdf"])
    shown, words = reading(tables_of(crowd()), language)
    assert len(shown["teams"]) == 12
    for _, team in shown["teams"].iterrows():
        assert plain(words.label(team, "team")) in text
        assert f"plan_{team['team']}.{language}.pdf" in made("crowd")


@pytest.mark.parametrize("name", ["moved", "hostile", "crowd"])
def test_no_text_begins_outside_the_margins(name: str) -> None:
    for document in made(name).values():
        for page in pypdf.PdfReader(BytesIO(document.content)).pages:
            places = _places(page)
            assert min(x for x, _ in places) >= 45, document.name
            assert max(x for x, _ in places) <= float(page.mediabox.width) - 45, document.name
            assert min(y for _, y in places) >= 14, document.name


def _places(page: Any) -> list[tuple[float, float]]:
    """Where pieces of text begin, in points from the lower left corner."""
    places: list[tuple[float, float]] = []

    def note(text: str, cm: Any, tm: Any, _font: Any, _size: float) -> None:
        if text.strip():
            places.append((cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5]))

    page.extract_text(visitor_text=note)
    return places


# --- speed and memory -----------------------------------------------------------------------------------


def _make(number: int) -> int:
    tables = dict(moved_tables_of_worker())
    tables["labels"] = renamed(tables["labels"], f"Company {number}")
    return sum(len(d.content) for d in documents(RunContent(tables), ("pdf",), ("fr",)))


def renamed(labels: pd.DataFrame, title: str) -> pd.DataFrame:
    """The company called otherwise."""
    return labels.assign(label=labels["label"].where(labels["thing"] != "company", title))


@cache
def moved_tables_of_worker() -> Tables:
    return read_run(Path(_FOLDER[0])).tables


_FOLDER: list[str] = []


def _start(folder: str) -> None:
    _FOLDER[:] = [folder]


def test_memory_stays_flat_over_reports_in_one_process(folder: Path) -> None:
    """In a process of its own, as the peak of this one is that of earlier tests."""
    with ProcessPoolExecutor(1, get_context("spawn"), _start, (str(folder),)) as pool:
        peaks = list(pool.map(_peak_after, [range(2), range(2, 8)]))
    assert peaks[1] <= 1.15 * peaks[0]


def _peak_after(numbers: range) -> int:
    for number in numbers:
        _make(number)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_reports_made_in_another_process_have_the_same_bytes(folder: Path) -> None:
    _start(str(folder))
    with ProcessPoolExecutor(1, get_context("spawn"), _start, (str(folder),)) as pool:
        there = pool.submit(_digest, 7).result()
    assert there == _digest(7)


def _digest(number: int) -> list[str]:
    import hashlib

    tables = dict(moved_tables_of_worker())
    tables["labels"] = renamed(tables["labels"], f"Company {number}")
    made = documents(RunContent(tables), ("pdf", "plans"), ("fr",))
    return [hashlib.sha256(d.content).hexdigest() for d in made]


def test_a_number_is_not_broken_in_two() -> None:
    """French thousands are kept together by narrow no-break spaces in every text that is printed."""
    tables, words = reading(moved_tables(), "fr")
    for part in payload_of(tables, words, None, {})["appendix"]["chapters"]:
        for table in part["tables"]:
            for row in table["rows"]:
                for cell in row["cells"]:
                    assert not re.search(r"\d \d{3}(?!\d)", cell["t"]), cell["t"]
