"""The PDF: two pages, both languages, the numbers of the tables, nothing of the user's executed."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import re
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
from solved import HOSTILE, failed, hostile, infeasible, moved, moved_tables, short_sighted, stuck, unproven
from wording import CODES, LOCALE, catalogue, words_for

from optimizer.scenario.printed_letters import printed
from optimizer.tables.build import tables_of
from optimizer.tables.rounding import printable
from optimizer.tables.table import Tables
from reports import write_report
from reports.board.page_two import proof_lines
from reports.board.report import payload_of, report_pdf
from reports.charts.charts import MARKERS
from reports.run import Document, RunContent
from reports.style import (
    COLOURS,
    FONTS,
    LONG_WORD,
    MISSING,
    PAIRS,
    SHY,
    characters,
    contrast,
    font_files,
    printable_text,
)
from reports.words.format import MINUS, NARROW_NO_BREAK, NO_BREAK, Formatter, french_spaces
from reports.words.sentences import as_written

LANGUAGES = ("en", "fr")
BOUNDS = {"bound.min", "bound.max"}
"""Ends of the names of rules."""
ROOT = Path(__file__).parents[1]
SOLVED: dict[str, Callable[[], Any]] = {
    "moved": moved,
    "stuck": stuck,
    "infeasible": infeasible,
    "failed": failed,
    "hostile": hostile,
    "unproven": unproven,
    "short_sighted": short_sighted,
}


@cache
def shown(name: str) -> Tables:
    return printable(computed(name))


@cache
def payload(name: str, language: str) -> dict[str, Any]:
    return payload_of(shown(name), words_for(shown(name), language), None, {})


def computed(name: str) -> Tables:
    return moved_tables() if name == "moved" else tables_of(SOLVED[name]())


@cache
def document(name: str, language: str) -> bytes:
    return report(RunContent(computed(name)), language).content


def report(run: RunContent, language: str, date: dt.date | None = None) -> Document:
    (document,) = report_pdf(run, language, date)
    assert document.warnings == ()
    return document


@cache
def pages(name: str, language: str) -> list[str]:
    """Text per page, spaces of every kind made plain, without hyphens: some are of a line end, some soft."""
    reader = pypdf.PdfReader(BytesIO(document(name, language)))
    return [plain(page.extract_text()) for page in reader.pages]


def plain(text: str) -> str:
    words = text.replace(NO_BREAK, " ").replace(NARROW_NO_BREAK, " ").replace(SHY, "").split()
    return " ".join(words).replace("- ", "").replace("-", "")


def strings(value: Any) -> Iterator[str]:
    """Every string of a payload that is printed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in ("style", "font", "attachments", "svg"):
                yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


# --- pages ----------------------------------------------------------------------------------------------


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(set(SOLVED) - {"infeasible"}))
def test_a_plan_has_two_pages_and_an_appendix(name: str, language: str) -> None:
    text, title = pages(name, language), words_for(shown(name), language).say("appendix.title")
    assert [title in page.split()[:1] for page in text[:3]] == [False, False, True]
    assert f"1 / {len(text)}" in text[0]


def notes_of_plans(changes: dict[str, Any], language: str = "en") -> list[str]:
    """Under the plans side by side, where the table `plans` says other things of the plan by hand."""
    tables = shown("moved")
    plans = tables["plans"].copy()
    plans.loc[plans["plan"] == "by_hand", list(changes)] = list(changes.values())
    payload = payload_of({**tables, "plans": plans}, words_for(tables, language), None, {})
    return [plain(note) for note in payload["appendix"]["chapters"][0]["notes"]]


def test_the_plans_are_told_in_a_line_what_each_weak_one_does() -> None:
    falls = {"revenue_change": -5000.0, "revenue_change_share": -0.02}
    traps = notes_of_plans({**falls, "top_kpi": "bookings", "top_attainment": 1.3})
    assert "By hand: “Bookings” at 130% of target, and £5,000 less contribution." in traps
    assert "By hand: £5,000 less contribution." in notes_of_plans({**falls, "top_attainment": 1.0})
    still = notes_of_plans({})
    assert not any(note.startswith("By hand") for note in still)
    assert "Current plan: of 635 “Broad lead”, 325 are never worked." in still
    assert any(
        re.fullmatch(r"Recommended plan: 32% of the target pay of .* at the mercy of .*", n) for n in still
    )
    french = notes_of_plans({**falls, "top_attainment": 1.0}, "fr")
    assert "By hand : 5 000 £GB de contribution en moins." in french


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SOLVED))
def test_every_chapter_of_the_appendix_is_printed_and_in_its_contents(name: str, language: str) -> None:
    text = " ".join(pages(name, language))
    for part in payload(name, language)["appendix"]["chapters"]:
        assert part["tables"] or part["lead"] or part["notes"]
        assert text.count(plain(part["title"])) >= 2
        for line in [*part["notes"], *(p for p in part["lead"] if isinstance(p, str))]:
            assert plain(line) in text


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_plan_one_page_names_the_conflict_and_the_way_out(language: str) -> None:
    text = pages("infeasible", language)
    assert text[1].startswith(words_for(shown("infeasible"), language).say("appendix.title"))
    conflict = shown("infeasible")["conflict"].iloc[0]
    words = words_for(shown("infeasible"), language)
    assert plain(words_for(shown("infeasible"), language).label(conflict, "rule", 80)) in text[0]
    for column in ("limit", "by", "relaxed"):
        assert plain(as_written(words, conflict["unit"], conflict[column])) in text[0]


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_of_the_tables_are_in_the_text(language: str) -> None:
    first, second, *others = pages("moved", language)
    tables, words = shown("moved"), words_for(shown("moved"), language)
    for _, plan in tables["plans"].iterrows():
        if plan["kind"] == "named" and plan["same_as_current"]:
            continue
        for column in ("gross", "direct_costs", "revenue", "loaded_pay", "net"):
            assert plain(words.amount(plan[column])) in " ".join(others)  # side by side in the appendix
    worth = tables["worth"].iloc[0]
    for column in ("year_revenue", "year_loaded", "year_net", "full_revenue", "full_loaded", "full_net"):
        assert plain(words.money(worth[column], signed=True)) in first
    for _, plan in tables["plans"].iterrows():
        if plan["kind"] in ("named", "equal") and not plan["same_as_current"] and plan["net_year"] < 0:
            assert plain(words.amount(plan["net_year"], signed=True)) in first
    for _, period in tables["year"][tables["year"]["team"] == ""].iterrows():
        for column in ("gross", "charges", "loaded", "limit", "p90"):
            assert plain(words.amount(period[column])) in first
    paid = tables["payout_distribution"]
    company = paid[(paid["plan"] == "chosen") & (paid["level"] == "company")].iloc[0]
    for amount in (company["p90"], company["cvar"]):
        assert plain(words.amount(amount)) in first
    unused = abs(tables["summary"].iloc[0]["budget_unused"])
    assert plain(words.write.money(unused, 2)) in first
    assert plain(words.write.percent(company["over_budget"], 0)) in first
    for _, line in tables["gaming"].iterrows():
        assert plain(words.money(abs(line["company_loss"]))) in second
        assert plain(words.label(line, "activity")) in second
    for _, doubt in tables["assumptions"].iterrows():
        assert plain(words.label(doubt, "path")) in second
        assert plain(words.amount(doubt["gain_low"])) in second or doubt["spread"] == 0
    for sentence in proof_lines(words, tables):
        assert plain(sentence) in second


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_decision_says_who_is_paid_on_what(language: str) -> None:
    first = pages("moved", language)[0]
    words = words_for(shown("moved"), language)
    for _, weight in shown("moved")["weights"].iterrows():
        if weight["then"] > 0 and weight["change"] != 0:
            assert plain(words.label(weight, "kpi")) in first
            assert plain(words.write.weight(weight["then"])) in first
    for _, team in shown("moved")["teams"].iterrows():
        assert plain(words.money(team["target_then"])) in first


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failed_check_is_on_page_one(language: str) -> None:
    first, second, *_ = pages("failed", language)
    words = words_for(shown("failed"), language)
    assert plain(words.say("alert.failed")) in first
    assert plain(words.say("badge.error")) in first
    check = shown("failed")["checks"].set_index("check").loc["model_value"]
    assert plain(words_for(shown("failed"), language).name("check", str(check.name))) in first
    assert plain(words.say("proof.failed")) in second


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_bound_nothing_is_called_proven(language: str) -> None:
    text = " ".join(pages("unproven", language))
    words = words_for(shown("unproven"), language)
    for key in ("badge.feasible", "alert.unproven", "proof.unknown"):
        assert plain(words.say(key)) in text
    assert plain(words.say("badge.optimal")) not in text
    assert not re.search("optimal|optimum", " ".join(pages("unproven", language)[:2]), re.IGNORECASE)


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_will_break_rules_says_so_on_page_one(language: str) -> None:
    first = pages("short_sighted", language)[0]
    words = words_for(shown("short_sighted"), language)
    over = -shown("short_sighted")["summary"].iloc[0]["budget_unused"]
    assert over > 0
    assert plain(words.write.money(over, 2)) in first
    for key in ("badge.feasible", "asked.breaks", "alert.controls"):
        assert plain(words.say(key)) in first
    for key in ("alert.rules", "alert.beliefs"):  # page one has four alerts, those about money first
        assert plain(words.say(key)) in " ".join(pages("short_sighted", language)[:2])


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_moves_the_report_says_why(language: str) -> None:
    first = pages("stuck", language)[0]
    words = words_for(shown("stuck"), language)
    assert plain(words.say("alert.still")) in first
    assert plain(words.say("asked.imposed")) in first
    rules = shown("stuck")["rules"]
    binding = rules[rules["state"] == "binding"].iloc[0]
    assert plain(words.label(binding, "rule")) in first
    left = shown("stuck")["summary"].iloc[0]["budget_unused"]
    assert plain(words.write.money(left, 2)) in first


@pytest.mark.documents
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_print_literally_or_as_visible_boxes(language: str) -> None:
    first = pages("hostile", language)[0]
    assert plain(HOSTILE) in first
    assert MISSING in first
    assert "\u202e" not in first
    assert "\U0001f600" not in first
    rest = " ".join(pages("hostile", language))
    assert plain(words_for(shown("hostile"), language).count("plans.more", 6)) in rest


# --- page one: what is asked, and its words -------------------------------------------------------------

BADGES = {
    "moved": "Best of 1,092 plans",
    "stuck": "Imposed plan",
    "infeasible": "No plan keeps all rules",
    "failed": "Check failed: do not use",
    "unproven": "Best found, search not finished",
    "short_sighted": "Best found, search not finished",
}
FORBIDDEN = {
    "en": r"revenue|optimal|proven|unused|guaranteed|significant|confidence",
    "fr": r"\brevenu\b|optimum|optimal|prouvé|inutilisé|garanti|société",
}


def altered(name: str, table: str, language: str = "en", **values: Any) -> dict[str, Any]:
    """The payload where the last row of a table says something else."""
    tables = shown(name)
    frame = tables[table].copy()
    for column, value in values.items():
        frame.loc[frame.index[-1], column] = value
    return payload_of({**tables, table: frame}, words_for(tables, language), None, {})


def shapes(payload: dict[str, Any], shape: str) -> list[dict[str, Any]]:
    return [block for block in payload["first_page"] if block["shape"] == shape]


@pytest.mark.parametrize("name", sorted(BADGES))
def test_the_badge_says_what_the_calculation_is(name: str) -> None:
    badge = payload(name, "en")["head"]["badge"]
    assert badge["text"] == BADGES[name]
    amber = name in ("infeasible", "unproven", "short_sighted")
    assert badge["tone"] == ("bad" if name == "failed" else "warn" if amber else "neutral")


@pytest.mark.parametrize("name", ["moved", "infeasible", "stuck"])
def test_a_draft_comes_before_every_other_badge_and_asks_for_no_decision(name: str) -> None:
    draft = altered(name, "summary", placeholders=3)
    assert draft["head"]["badge"]["text"] == "Draft: 3 placeholders"
    assert draft["draft"] == "DRAFT"
    assert shapes(draft, "asked")[0]["text"].startswith("No decision can be based on this document yet")
    failed = altered("failed", "summary", placeholders=3)
    assert failed["head"]["badge"]["text"] == "Check failed: do not use"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SOLVED))
def test_the_decision_is_one_short_sentence_without_percentages(name: str, language: str) -> None:
    (asked,) = shapes(payload(name, language), "asked")
    assert len(asked["text"].split()) <= 30
    assert "%" not in asked["text"]


def test_the_decision_follows_the_net() -> None:
    adopt = shapes(altered("moved", "worth", carrier="", grade="visible"), "asked")[0]["text"]
    assert adopt == "Adopt the plan below for Marketing, from a date to be set."
    only = shapes(altered("moved", "worth", carrier="marketing", grade="visible"), "asked")[0]["text"]
    assert only == "Change Marketing only, from a date to be set."
    less = shapes(altered("moved", "plans", net_change=-1.0), "asked")[0]["text"]
    assert less.startswith("Keep the plan in force")
    dated = altered("moved", "plan_terms", start="2027-01-01")
    assert shapes(dated, "asked")[0]["text"].endswith("from 1 January 2027.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(set(SOLVED) - {"hostile"}))
def test_page_one_has_no_word_that_means_something_else_in_law_or_accounts(name: str, language: str) -> None:
    page = payload(name, language)
    said = " ".join(strings([page["first_page"], page["head"]]))
    assert re.search(FORBIDDEN[language], said, re.IGNORECASE) is None


@pytest.mark.parametrize("name", sorted(SOLVED))
def test_page_one_has_at_most_four_alerts_and_page_two_the_others(name: str) -> None:
    page = payload(name, "en")
    if page["second_page"] is None:
        return
    rest = page["second_page"]["alerts"]
    assert len(shapes(page, "alert")) <= 4
    notes = [block["text"] for block in shapes(page, "note")]
    assert notes == ([f"{len(rest)} more alert{'s' if len(rest) > 1 else ''} on page 2."] if rest else [])


def test_a_falling_net_is_the_first_alert_and_as_large_as_the_gain() -> None:
    falls = altered("moved", "worth", year_revenue=9000.0, year_net=-1234.0)
    first = shapes(falls, "alert")[0]
    said = "Contribution rises by £9,000 in year 1, but payouts rise by more: the net falls by £1,234."
    assert first["title"] == said
    assert first["large"]


def test_the_simplest_plan_keeps_the_net_gain_and_is_no_harder() -> None:
    simple, worth = (moved_tables()[name].iloc[0] for name in ("simplest", "worth"))
    assert simple["net_year"] >= 0.99 * worth["full_net"] - 0.01
    assert (simple["measures"], simple["teams"]) <= (simple["measures_then"], simple["teams_then"])
    plans = moved_tables()["plans"]
    assert worth["full_net"] == pytest.approx(4 * plans.iloc[-1]["net_change"], abs=1e-6)
    whole = moved_tables()["year_gain"].set_index("period").loc[0]
    assert (worth["year_net"], worth["noise"]) == (whole["net_change"], whole["noise"])


def test_a_change_of_the_only_team_that_changes_is_the_whole_change() -> None:
    singles = moved_tables()["single_changes"]
    moved_teams = moved_tables()["teams"].query("moved")["team"]
    assert list(singles["team"]) == list(moved_teams)
    if len(singles) == 1:
        assert singles.iloc[0]["share"] == pytest.approx(1.0)


# --- the file -------------------------------------------------------------------------------------------


@pytest.mark.documents
def test_the_files_are_pdf_a3b_and_ua1_tagged_with_attachments() -> None:
    attached = {"scenario.yaml": "name: mini_funnel\n", "inputs.json": "{}\n"}
    content = report(RunContent(computed("moved"), attached), "fr").content
    with pikepdf.open(BytesIO(content)) as file:
        with file.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "B"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Mini funnel"
        assert bool(file.Root.MarkInfo.Marked)
        assert str(file.Root.Lang) == "fr"
        assert {
            name: file.attachments[name].get_file().read_bytes().decode() for name in file.attachments
        } == attached


@pytest.mark.documents
def test_the_chart_has_a_text_for_those_who_do_not_see_it() -> None:
    with pikepdf.open(BytesIO(document("moved", "en"))) as file:
        alts = [str(o.Alt) for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
    words = words_for(shown("moved"), "en")
    assert any(words.money(shown("moved")["plans"].iloc[-1]["revenue"]) in alt for alt in alts)


@pytest.mark.documents
def test_the_same_input_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    store = tmp_path / "tables.pickle"
    store.write_bytes(pickle.dumps(moved_tables()))
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    here = write_report(moved(), tmp_path / "here", tables=moved_tables())
    script = (
        "import pickle, sys; from pathlib import Path; from reports import write_report;"
        "tables = pickle.loads(Path(sys.argv[1]).read_bytes());"
        "write_report(None, sys.argv[2], tables=tables)"
    )
    command = [sys.executable, "-c", script, str(store), str(tmp_path / "there")]
    subprocess.run(command, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"})
    assert [f.name for f in here] == ["report.en.pdf", "report.fr.pdf"]
    for file in here:
        assert file.read_bytes() == (tmp_path / "there" / file.name).read_bytes()
    assert sorted(p.name for p in (tmp_path / "here").iterdir()) == ["report.en.pdf", "report.fr.pdf"]


@pytest.mark.documents
def test_a_date_is_printed_and_stamped_only_where_it_is_given() -> None:
    dated = report(RunContent(computed("moved")), "fr", dt.date(2026, 11, 23)).content
    reader = pypdf.PdfReader(BytesIO(dated))
    assert "23 novembre 2026" in plain(reader.pages[0].extract_text())
    assert reader.metadata is not None
    assert reader.metadata.creation_date == dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert "novembre" not in pages("moved", "fr")[0]


@pytest.mark.documents
def test_the_report_is_small() -> None:
    assert len(document("moved", "fr")) < 600_000  # nine pages, tags for every cell


# --- words and numbers ----------------------------------------------------------------------------------


def _forms(entry: str | dict[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def _slots(text: str) -> set[str]:
    """Names of values; the form of one that grammar asks for (`period.of`) is the language's own."""
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_phrases_and_values() -> None:
    en, fr = catalogue("en"), catalogue("fr")
    assert list(en) == list(fr)
    for key in en:
        slots = [set().union(*map(_slots, _forms(c[key]))) for c in (en, fr)]
        assert slots[0] == slots[1], key
        assert isinstance(en[key], str) == isinstance(fr[key], str), key
        for entry in (en[key], fr[key]):
            assert isinstance(entry, str) or set(entry) - {"many", "none"} == {"one", "other"}, key


def test_no_phrase_is_left_untranslated() -> None:
    en, fr = catalogue("en"), catalogue("fr")
    same = {
        "approved.date",
        "approved.version",
        "batch.net",
        "batch.revenue",
        "calibration.head.leads",
        "calibration.kpi.leads",
        "rollup.head.net",
        "rollup.head.plan",
        "rollup.head.side",
        "sheets.word.objective.net",
        "sheets.word.objective.revenue",
        "transition.head.revenue",
        "whatif.card.revenue",
        "xlsx.col.approval_date",
        "year.col.charges",
        "objective.surplus",
        "objective.revenue",
        "chart.y",
        "cost.charges",
        "grade.visible",
        "head.version",
        "plans.revenue",
        "term.revenue",
        "xlsx.amount.revenue",
        "plans.plan",
        "plans.net",
        "plans.gain",
        "calibration.controls.1",
        "calibration.fit.gamma",
        "calibration.fit.weibull",
        "calibration.head.source",
        "calibration.head.segment",
        "calibration.head.verdict",
        "rules.value",
        "xlsx.plans",
        "xlsx.amount.net",
        "xlsx.col.source",
        "xlsx.col.gain",
        "xlsx.col.charges",
        "xlsx.col.verdict",
        "control.net",
        "verdict.ok",
        "pay.booked_now_charges",
        "pay.booked_then_charges",
        "split.all",
        "split.net",
        "split.step",
        "ties.plan",
        "luck.plan",
        "xlsx.col.plan",
        "frontier.gain",
        "source.text",
        "term.net",
        "made.options",
        "made.versions",
        "transition.head.net",
        "adjust.head.gain",
        "robust.plan",
        "robust.regret",
        "xlsx.col.point",
        "xlsx.col.candidate",
        "xlsx.col.regret",
        "cause.volume",
        "cause.conversion",
        "key.discount",
        "calibration.part.source",
        "calibration.part.segment",
        "key.point",
        "thing.plan",
        "thing.source",
        "key.effort",
        "whatif.plans",
        "whatif.points",
        "ask.sheet.question",
        "start_page.assumed.source",
        "sheets.page.plan",
        "sheets.word.objective.surplus",
        "sheets.values.path",
        "sheets.sources.text",
        "letter.version",
        "letter.head.absence",
        "letter.sign.date",
        "letter.sign.signature",
        "letter.approvals.date",
        "letter.approvals.finance",
        "whatif.rules.value",
    }
    alike = {
        k for k in en if en[k] == fr[k] and any(re.search("[a-z]{2}", plainly(f)) for f in _forms(en[k]))
    }
    assert alike <= same


def plainly(text: str) -> str:
    return re.sub(r"\{.*?\}", "", text)


def _literals(room: Path) -> set[str]:
    code = "\n".join(p.read_text(encoding="utf-8") for p in room.rglob("*.py"))
    return set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+|quote|first|measure|separator)"', code))


def test_every_phrase_is_used_and_every_used_phrase_is_there() -> None:
    sheets, letters = ROOT / "optimizer" / "scenario" / "xlsx" / "short", ROOT / "reports" / "plan_document"
    rooms = (ROOT / "reports", ROOT / "optimizer" / "cli")
    said = set().union(*map(_literals, rooms))
    code = "\n".join(p.read_text(encoding="utf-8") for room in (*rooms, sheets) for p in room.rglob("*.py"))
    built = {m.split("{")[0] for m in re.findall(r'f"([a-z_]+\.(?:[a-z_]+\.)*[a-z_]*\{)', code)}
    keys = {key for key in catalogue("en") if not key.startswith(("whatif.", "start_page."))}
    coded = {f"{group}.{code}" for group, codes in CODES.items() for code in codes} | BOUNDS
    used = {*said, *_literals(sheets), *(f"letter.{key}" for key in _literals(letters))}
    assert {k for k in keys - coded if k not in used and not k.startswith(tuple(built))} == set()
    files = (".typ", ".json", ".html")
    known = {k for k in said if k.split(".")[0] in {x.split(".")[0] for x in keys}}
    known -= {key for key in _literals(letters) if f"letter.{key}" in keys}
    assert {k for k in known - keys if not k.startswith("budget.") and not k.endswith(files)} == set()


def test_catalogues_are_plain_files_in_the_package() -> None:
    # Folders beside them hold the glossary and the sentences of the terminal, which have tests of their own.
    assert sorted(p.name for p in LOCALE.iterdir() if p.is_file()) == ["en.json", "fr.json"]
    for file in LOCALE.glob("*.json"):
        pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
        assert len(pairs) == len({key for key, _ in pairs})


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SOLVED))
def test_french_spaces_do_not_break(name: str) -> None:
    for text in strings(payload(name, "fr")):
        if not text.startswith("#") and "raw" not in text:
            assert not re.search(r" [:;!?%»€]|« |± ", text), text
            assert not re.search(r"\w[;!?»]", text.replace(SHY, "")), text


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SOLVED))
def test_every_character_is_in_the_type(name: str, language: str) -> None:
    used = set("".join(strings(payload(name, language)))) - {"\n", SHY}
    chart = payload(name, language)["appendix"]["chapters"][0]["chart"]
    if chart is not None:
        drawn = re.findall(r"<text[^>]*>([^<]*)</text>", chart["svg"])
        assert drawn
        used |= set("".join(drawn))
    assert used <= characters(), used - characters()


def test_numbers_are_written_as_the_language_wants() -> None:
    fr, en = Formatter("fr", "EUR"), Formatter("en", "EUR")
    assert fr.money(1234567.4) == f"1{NARROW_NO_BREAK}234{NARROW_NO_BREAK}567{NO_BREAK}€"
    assert en.money(1234567.4) == "€1,234,567"
    assert en.money(-12.346, 2) == f"{MINUS}€12.35"
    assert fr.percent(0.0675, 2, signed=True) == f"+6,75{NO_BREAK}%"
    assert en.percent(-0.0675) == f"{MINUS}6.8%"
    assert en.number(-0.0001, 2) == "0.00"
    assert en.money(float("nan")) == "–"
    assert fr.number(1234.5, 1, signed=True) == f"+1{NARROW_NO_BREAK}234,5"
    assert en.tiny(3.568e-15) == "3.6×10⁻¹⁵"
    assert fr.tiny(1e-6) == "10⁻⁶"
    assert en.weight(0.35) == "35%"
    assert en.weight(1 / 3) == "33.3%"


def test_french_spaces_are_put_where_they_belong() -> None:
    assert french_spaces("« a » : 5 % ; b !") == (
        f"«{NO_BREAK}a{NO_BREAK}»{NO_BREAK}: 5{NO_BREAK}%{NARROW_NO_BREAK}; b{NARROW_NO_BREAK}!"
    )


def test_a_french_zero_is_singular() -> None:
    words = words_for(shown("moved"), "fr")
    assert words.count("proof.rounds", 0).startswith("Le modèle a été résolu en 0 tour d")
    assert words.count("proof.rounds", 2).startswith("Le modèle a été résolu en 2 tours d")


# --- look -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_the_type_is_small_free_and_has_what_numbers_need() -> None:
    assert sum(f.stat().st_size for f in font_files()) <= 600_000
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name" in licence
    assert set(f"{NO_BREAK}{NARROW_NO_BREAK}{MINUS}0123456789€…–→≤≥±«»“”’†×⁻{MISSING}") <= characters()


def test_labels_are_checked_against_the_letters_that_the_type_has() -> None:
    assert printed() == characters()


def test_users_texts_become_one_line_of_known_characters() -> None:
    assert printable_text("a\n\tb\u202e\U0001f600") == f"a b{MISSING}{MISSING}"
    assert printable_text("e\u0301") == "é"
    assert printable_text("abcdef", 4) == "abc…"
    long = printable_text("x" * (LONG_WORD + 5))
    assert long.replace(SHY, "") == "x" * (LONG_WORD + 5)
    assert SHY in long


def test_every_kind_of_plan_has_a_mark_on_the_chart() -> None:
    assert set(shown("moved")["plans"]["kind"]) == set(MARKERS)
