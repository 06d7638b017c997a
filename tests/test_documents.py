"""Documents of a run: made again from the folder, equal to the tables, plan documents, odd scenarios."""

from __future__ import annotations

import json
import re
import resource
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
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
from test_workbook import gated, linked, listed
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
from reports.plan_document.document import CENTS, plan_payload
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
    return {document.name: document for document in every}


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


def test_a_run_folder_has_the_report_in_both_languages_and_a_french_plan_document_per_team(
    folder: Path,
) -> None:
    plans = {f"plan_{team}.fr.pdf" for team in ("marketing", "sales", "success")}
    assert {p.name for p in folder.glob("*.pdf")} == {"report.en.pdf", "report.fr.pdf", *plans}


def test_report_makes_the_same_bytes_again_without_solving(folder: Path) -> None:
    before, hashes = contents(folder), json.loads((folder / "manifest.json").read_text())["sha256"]
    documented = {n for n in before if n.endswith((".pdf", ".xlsx", ".html"))}
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
    before = contents(run)
    result = CliRunner().invoke(main, ["report", str(run), "--lang", "en", "--only", "plans"])
    assert result.exit_code == 0, result.output
    after = contents(run)
    assert {n for n in after if n not in before} == {
        f"plan_{team}.en.pdf" for team in ("marketing", "sales", "success")
    }
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


# --- plan documents -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["moved", "crowd"])
def test_a_plan_document_says_what_its_team_can_earn_to_the_cent(name: str, language: str) -> None:
    solved = {"moved": moved, "crowd": crowd}[name]()
    tables, words = reading(tables_of(solved), language)
    for team, mine in tables["examples"].groupby("team"):
        text = text_of(made(name)[f"plan_{team}.{language}.pdf"])
        lines = [*mine.itertuples(), *tables["earnings"].query("team == @team").itertuples()]
        for line in lines:
            each = line.pay_each if np.isfinite(line.pay_each) else line.pay
            assert plain(words.write.money(each, CENTS)) in text
        for _, kpi in mine.iterrows():
            assert plain(words.label(kpi, "kpi", 48)) in text
            assert plain(words.write.weight(kpi["weight"])) in text
        for key in ("paper.not_listed", "paper.no_penalty", "sign.text", "field.dispute", "field.paid"):
            assert plain(words.say(key)) in text


def test_plan_documents_have_one_or_two_pages_and_no_warning() -> None:
    for name in ("moved", "crowd", "hostile"):
        for document in made(name).values():
            assert document.warnings == ()
            if document.name.startswith("plan_"):
                assert len(pypdf.PdfReader(BytesIO(document.content)).pages) <= 2, document.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_document_says_what_the_curve_of_its_own_team_pays(language: str) -> None:
    _, words = reading(tables_of(gated()), language)
    texts = {d.name: text_of(d) for d in documents(RunContent(tables_of(gated())), ("plans",), (language,))}
    retention = words.name("kpi", "retention")
    half, bar, top, cap = (words.write.percent(share, 0) for share in (0.5, 0.75, 1.8, 1.6))
    sales, marketing = texts[f"plan_sales.{language}.pdf"], texts[f"plan_marketing.{language}.pdf"]
    steep = {
        words.say("paper.term.threshold", at=bar),
        words.say("paper.term.accelerator", at=words.write.percent(1, 0), points=words.write.number(2.5, 1)),
        words.say("paper.term.cap", at=top),
        words.say("paper.term.gate", kpi=retention, at=words.write.percent(0.9, 0)),
    }
    later = {
        words.say("paper.term.floor", at=half, share=half),
        words.say("paper.term.cap", at=cap),
        words.say("paper.later"),
    }
    assert all(plain(text) in sales for text in steep)
    assert all(plain(text) in marketing for text in later)
    assert not any(plain(text) in marketing for text in steep)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_document_says_what_points_steps_and_rates_pay(language: str) -> None:
    _, words = reading(tables_of(listed()), language)
    made_of = documents(RunContent(tables_of(listed())), ("plans",), (language,))
    texts = {d.name.split("_")[1].split(".")[0]: text_of(d) for d in made_of}
    percent = partial(words.write.percent, decimals=0)
    said = {
        "marketing": [
            words.say("paper.term.threshold", at=percent(0.5)),
            words.say("paper.term.point", at=percent(0.5), share=percent(0.25)),
            words.say("paper.term.between"),
            words.say("paper.term.cap", at=percent(1.5)),
        ],
        "sales": [
            words.say("paper.term.threshold", at=percent(0.9)),
            words.say("paper.term.step", at=percent(1.1), share=percent(1.5)),
            words.say("paper.term.gate", kpi=words.name("kpi", "retention"), at=percent(0.9)),
        ],
        "success": [
            words.say("paper.term.rate", at=percent(1.2), points=words.write.number(1.3, 1)),
            words.say("paper.term.cap", at=percent(1.5)),
        ],
    }
    for team, sentences in said.items():
        assert all(plain(sentence) in texts[team] for sentence in sentences), team
    assert not any(plain(words.say("paper.term.between")) in texts[team] for team in ("sales", "success"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_document_says_what_multiplies_pay(language: str) -> None:
    _, words = reading(tables_of(linked()), language)
    made_of = documents(RunContent(tables_of(linked())), ("plans",), (language,))
    texts = {d.name.split("_")[1].split(".")[0]: text_of(d) for d in made_of}
    retention, bookings = (words.name("kpi", name) for name in ("retention", "bookings"))
    half = words.say(
        "paper.term.factor", at=words.write.percent(0.8, 0), points=words.write.number(0.5, 1), kpi=retention
    )
    assert plain(half) in texts["sales"]
    assert plain(half) not in texts["marketing"]
    assert plain(words.say("paper.term.factor_between", kpi=bookings)) in texts["marketing"]


def test_plan_documents_tabulate_the_curve_of_their_own_team_only() -> None:
    words = reading(tables_of(gated()), "en")[1]
    for team in tables_of(gated())["teams"].itertuples():
        if team.target_then > 0:
            payload = plan_payload(words, reading(tables_of(gated()), "en")[0], team._asdict(), None)
            curve = next(part for part in payload["parts"] if part["title"] == words.say("paper.curve"))
            names = [row["cells"][0]["t"] for row in curve["tables"][0]["rows"]]
            assert len(names) == len(set(names))


def test_the_drawn_curve_is_the_tabulated_one_and_straight_pay_is_not_drawn() -> None:
    tables = tables_of(gated())
    lines, points = tables["curve_lines"], tables["curve_points"]
    gates = tables["curve_terms"].query("term == 'gate'")
    behind = set(zip(gates["team"], gates["kpi"], strict=True))
    for (team, kpi), mine in lines.groupby(["team", "kpi"], sort=False):
        known = points[(points["team"] == team) & (points["kpi"] == kpi)]
        # At a jump `interp` takes the last of the two; behind a gate the table shows pay if it stays shut.
        drawn = np.interp(known["attainment"], mine["attainment"], mine["paid"])
        shown = known["paid"].to_numpy()
        same = np.isclose(drawn, shown)
        assert (same | (shown == 0)).all() if (team, kpi) in behind else same.all()
    assert (lines.groupby(["team", "kpi"])["attainment"].diff().dropna() >= 0).all()
    assert set(lines["team"]) == {"marketing", "sales"}
    assert moved_tables()["curve_lines"].empty


def test_a_bent_curve_is_drawn_for_the_team_that_it_pays() -> None:
    drawn = {}
    for document in documents(RunContent(tables_of(gated())), ("plans",), ("en",)):
        with pikepdf.open(BytesIO(document.content)) as file:
            alts = [str(o.Alt) for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
        drawn[document.name] = " ".join(alts)
    assert "a result of 75% pays 0%; a result of 75% pays 50%" in drawn["plan_sales.en.pdf"]
    assert "a result of 160% pays 160%" in drawn["plan_marketing.en.pdf"]
    assert not drawn["plan_success.en.pdf"]


def test_what_people_are_told_to_count_is_what_the_scenario_counts() -> None:
    tables = moved_tables()
    words, text = words_for(tables, "en"), text_of(made("moved")["plan_marketing.en.pdf"])
    paid = tables["examples"].query("team == 'marketing'")["kpi"].unique()
    for _, term in tables["definitions"][tables["definitions"]["kpi"].isin(paid)].iterrows():
        kind = "stage" if term["entering"] else "activity"
        assert plain(words.name(kind, term["counted"])) in text


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
        assert MISSING in shown
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
