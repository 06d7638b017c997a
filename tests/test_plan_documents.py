"""Plan documents: the sections, words and amounts of the specification, alike in PDF and .docx."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from copy import deepcopy
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pikepdf
import pypdf
import pytest
from click.testing import CliRunner
from solved import unequal_tree
from test_documents import Document, RunContent, Tables, documents, plain, tables_of, text_of
from test_workbook import tables_for
from wording import catalogue

from optimizer import Scenario, Solution, read_scenario
from optimizer.cli import main
from optimizer.runs.given import solution_given
from optimizer.scenario.plan import plan_of

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "fr")
PERIODS = ("month", "quarter", "half_year", "year")
Tree = dict[str, Any]

TEXTS: Tree = {
    "unit": {"en": "contracts", "fr": "contrats"},
    "definition": {"en": "Contracts signed by both parties.", "fr": "Contrats signés par les deux parties."},
    "counted_on": {"en": "signature", "fr": "la signature"},
    "data_source": "Salesforce Sales Cloud",
    "excluded": {"en": "pilots", "fr": "les pilotes"},
    "measured_by": {"en": "sales operations", "fr": "les opérations commerciales"},
}
SAID: Tree = {
    "legal_form": "objectives_letter",
    "purpose": {"en": "customers that stay", "fr": "les clients qui restent"},
    "start": "2027-01-01",
    "end": "2027-12-31",
    "delivered": "2026-12-15",
    "earned_when": {"en": "the contract is signed", "fr": "le contrat est signé"},
    "acquired_if": {"en": "the customer is still there", "fr": "le client est toujours là"},
    "payroll_month": {"en": "April", "fr": "avril"},
    "paid_after_days": 45,
    "leaving": "last_day",
    "agreement": "Syntec",
    "rules_reference": {"en": "sales handbook", "fr": "manuel commercial"},
    "results_in": {"en": "the dashboard", "fr": "le tableau de bord"},
    "results_updated": {"en": "every Monday", "fr": "chaque lundi"},
    "questions_to": {"en": "sales operations", "fr": "les opérations commerciales"},
    "answered_within_days": 15,
}


def company(period: str = "quarter", **changes: Any) -> Scenario:
    """Two KPIs of sales, each person's own, with a bent scale; everything that documents print is given."""
    tree = unequal_tree() | {"name": "firm", "label": {"en": "Firm", "fr": "Entreprise"}, "period": period}
    tree["plan_document"] = deepcopy(SAID)
    for kpi in tree["kpis"].values():
        kpi |= deepcopy(TEXTS)
    tree["kpis"]["bookings"]["target"] = 60.0
    tree["kpis"]["retention"]["unit"] = {"en": "of customers", "fr": "des clients"}
    tree["teams"]["success"]["paid_on"] = "team"
    tree["teams"]["sales"] |= {"base_pay": 140000.0, "paid_on": "person"}
    tree["teams"]["sales"]["curve"] = {"points": [[0.5, 0.25], [0.8, 0.8], [1.0, 1.0], [1.5, 2.0]]}
    tree["current_plan"]["sales"] = {"bookings": 0.7, "retention": 0.3}
    for path, value in changes.items():
        *keys, last = path.split("__")
        place: Any = tree
        for key in keys:
            place = place[key]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return Scenario.model_validate(tree)


def today(scenario: Scenario) -> Solution:
    return solution_given(scenario, plan_of(scenario, scenario.current_plan), "today", 1)


def written(solution: Solution, *languages: str) -> dict[str, Document]:
    """Plan documents in some languages; both where none is named."""
    return written_from(tables_of(solution), *languages)


def written_from(tables: Tables, *languages: str) -> dict[str, Document]:
    every = documents(RunContent(tables), ("plans",), languages or LANGUAGES)
    return {document.name: document for document in every}


@cache
def todays_tables(period: str = "quarter") -> Tables:
    return tables_of(today(company(period)))


@cache
def letters(period: str = "quarter") -> dict[str, Document]:
    return written_from(todays_tables(period))


def opened(document: Document) -> Any:
    return docx.Document(BytesIO(document.content))


def blocks_of(document: Document) -> list[str]:
    """Texts of a .docx in reading order, a cell a text."""
    file = opened(document)
    texts = []
    for block in file.iter_inner_content():
        cells = [block] if not hasattr(block, "rows") else [c for row in block.rows for c in row.cells]
        texts += [cell.text for cell in cells]
    return [text for text in texts if text.strip()]


def close(text: str) -> str:
    """Without the spaces and hyphens that ends of lines add and take."""
    return re.sub(r"[\s\u00ad\u200b-]", "", plain(text))


def said(document: Document) -> str:
    """Its whole text, of either format."""
    return text_of(document) if document.name.endswith(".pdf") else plain(" ".join(blocks_of(document)))


def phrase(language: str, key: str) -> str:
    text = catalogue(language)[f"letter.{key}"]
    assert isinstance(text, str)
    return text


# --- one content, two formats ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", PERIODS)
def test_the_pdf_has_every_text_of_the_docx_in_the_same_order(period: str, language: str) -> None:
    pdf = close(text_of(letters(period)[f"plan_sales.{language}.pdf"]))
    place = 0
    for text in blocks_of(letters(period)[f"plan_sales.{language}.docx"]):
        found = pdf.find(close(text), place)
        assert found >= 0, (text, pdf[place : place + 300])
        place = found + len(close(text))


def test_the_pdf_says_nothing_that_the_docx_does_not() -> None:
    """Beside the running foot and the letters of the drawing."""
    pdf = close(text_of(letters()["plan_sales.fr.pdf"]))
    rest = pdf
    for text in sorted(blocks_of(letters()["plan_sales.fr.docx"]), key=len, reverse=True):
        rest = rest.replace(close(text), "|", 1)
    assert len(rest.replace("|", "")) < 0.1 * len(pdf), rest


def test_the_same_run_gives_the_same_bytes_and_the_docx_knows_no_clock() -> None:
    first = {name: document for name, document in letters().items() if ".fr." in name}
    again = written(today(company()), "fr")
    assert {name: d.content for name, d in first.items()} == {name: d.content for name, d in again.items()}
    with zipfile.ZipFile(BytesIO(first["plan_sales.fr.docx"].content)) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = [part.filename for part in file.infolist()]
        assert names[0] == "[Content_Types].xml"
        assert names[1:] == sorted(names[1:])
        assert b"2000-01-01T00:00:00Z" in file.read("docProps/core.xml")


def test_the_docx_has_styles_tables_heads_that_repeat_and_its_language() -> None:
    file = opened(letters()["plan_sales.fr.docx"])
    styles = {paragraph.style.name for paragraph in file.paragraphs}
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "Normal", "Plan amount"} <= styles
    heads = [p.text for p in file.paragraphs if p.style.name == "Heading 2"]
    assert [int(head.split(" ")[0]) for head in heads] == list(range(1, 17))
    assert len(file.tables) == 8
    xml = file.element.xml
    assert xml.count("w:tblHeader") == 7  # the person's own fields have no head
    assert "txbxContent" not in xml
    assert xml.count("<pic:pic") == 1
    assert 'w:val="fr-FR"' in file.styles.element.xml
    assert xml.count("w:bookmarkStart") == xml.count("w:bookmarkEnd") > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdfs_are_pdf_a_and_tagged_in_their_language(language: str) -> None:
    """What veraPDF asks first and a library can see; whether tags name what they should, nobody checks."""
    with pikepdf.open(BytesIO(letters()[f"plan_sales.{language}.pdf"].content)) as file:
        with file.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfuaid:part"]) == ("3", "1")
            assert metadata["dc:title"]
        root = file.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == language
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert "/DestOutputProfile" in root.OutputIntents[0]
        assert not file.is_encrypted
        assert "/JavaScript" not in root.get("/Names", {})
        fonts = [
            o
            for o in file.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)
        tags = [
            str(o.S)
            for o in file.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/StructElem"
        ]
        assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure"} <= set(tags)
        assert "/StructTreeRoot" in root


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("lowriter") is None, reason="LibreOffice Writer (lowriter) is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_prints_the_docx_on_as_many_pages_as_the_pdf(language: str, tmp_path: Path) -> None:
    name = f"plan_sales.{language}"
    (tmp_path / f"{name}.docx").write_bytes(letters()[f"{name}.docx"].content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", f"{name}.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    pages = [
        len(pypdf.PdfReader(source).pages)
        for source in (tmp_path / f"{name}.pdf", BytesIO(letters()[f"{name}.pdf"].content))
    ]
    assert pages == [4, 4]


# --- what it says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_has_sections_one_to_five(language: str) -> None:
    first = pypdf.PdfReader(BytesIO(letters()[f"plan_sales.{language}.pdf"].content)).pages[0].extract_text()
    for key in ("purpose", "who", "earn", "measures", "scale"):
        assert plain(phrase(language, f"head.{key}")) in plain(first)


SPOKEN = {
    ("month", "en"): ("gross a month,", "during the month,", "after the end of the month"),
    ("quarter", "en"): ("gross a quarter,", "during the quarter,", "after the end of the quarter"),
    ("half_year", "en"): ("gross a halfyear,", "during the halfyear,", "after the end of the halfyear"),
    ("year", "en"): ("gross for a full year", "during the year,", "after the end of the year"),
    ("month", "fr"): ("brut par mois,", "au cours du mois,", "après la fin du mois"),
    ("quarter", "fr"): ("brut par trimestre,", "au cours du trimestre,", "après la fin du trimestre"),
    ("half_year", "fr"): ("brut par semestre,", "au cours du semestre,", "après la fin du semestre"),
    ("year", "fr"): ("brut pour une année complète", "au cours de l’année,", "après la fin de l’année"),
}


@pytest.mark.parametrize(("period", "language"), SPOKEN)
def test_periods_are_spoken_in_whole_forms(period: str, language: str) -> None:
    text = said(letters(period)[f"plan_sales.{language}.pdf"])
    for form in SPOKEN[period, language]:
        assert form in text, form
    assert not re.search(r"moiss|du an\b|de le\b|de l’an\b|à les\b|yearss|a half year", text)
    assert {"en": "April", "fr": "la paie d’avril"}[language] in text


@pytest.mark.parametrize(
    ("period", "periods"), [("month", 12), ("quarter", 4), ("half_year", 2), ("year", 1)]
)
def test_amounts_are_given_per_period_and_year_with_fixed_pay_and_total(period: str, periods: int) -> None:
    scenario = company(period)
    sales = scenario.teams["sales"]
    variable, fixed = round(sales.current_pay / 7, 2), round(sales.base_pay / 7, 2)
    text = said(letters(period)["plan_sales.en.docx"])
    for amount in (variable, periods * variable, periods * fixed, periods * (variable + fixed)):
        assert f"£{amount:,.2f}" in text


def test_a_document_without_open_fields_has_no_mark_and_one_with_some_counts_them() -> None:
    whole = letters()["plan_sales.fr.pdf"]
    assert "à compléter" not in said(whole)
    assert opened(letters()["plan_sales.fr.docx"]).sections[0].header.paragraphs[0].text == ""
    bare = company(kpis__bookings__definition=None, plan_document__purpose=None, plan_document__leaving=None)
    open_ones = written(today(bare))
    assert "3 champs à compléter" in said(open_ones["plan_sales.fr.pdf"])
    head = opened(open_ones["plan_sales.en.docx"]).sections[0].header.paragraphs[0].text
    assert head == "3 fields to complete"


@pytest.mark.parametrize(
    ("form", "signed"),
    [
        ("objectives_letter", "Remis le 15 décembre 2026, signature valant réception."),
        ("amendment", "Lu et approuvé le 15 décembre 2026."),
        ("contract", "Lu et approuvé le 15 décembre 2026."),
        ("collective_agreement", "Ce document applique l’accord collectif. Remis le 15 décembre 2026"),
    ],
)
def test_the_legal_form_selects_what_a_signature_means(form: str, signed: str) -> None:
    document = written(today(company(plan_document__legal_form=form)), "fr")["plan_sales.fr.docx"]
    assert signed in said(document)
    assert ("Lu et approuvé" in said(document)) == (form in ("amendment", "contract"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_model_is_in_it(language: str) -> None:
    scenario = company(
        rules={"gaming": {"tolerance": 0.1, "caps": {"wide_net_campaign": 31}}},
        sources={"kpis.bookings.target": {"text": "An English source of 2025"}},
    )
    made = written(today(scenario), language)
    assert len(made) == 6
    never = (
        "gaming",
        "guarantee",
        "garanti",
        "malus",
        "penalt",
        "fraud",
        "churn",
        "clawback",
        "□",
        "placeholder",
    )
    never += ("English source", "today", "aujourd’hui", "to be completed", "0.62", "conforme", "complies")
    for name, document in made.items():
        text = said(document).lower()
        assert not [word for word in never if word.lower() in text], name
        for activity, one in scenario.activities.items():
            if one.gaming:
                assert activity.replace("_", " ") not in text


# --- amounts, by hand from the printed scale -------------------------------------------------------------


def _number(text: str) -> float:
    shown = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    digits = re.search(r"[\d.,]+", shown)
    assert digits, text
    return float(digits.group().replace(",", "."))


def _euros(text: str) -> float:
    return _number(text)


def _paid(scale: list[tuple[bool, float, float]], attained: float) -> float:
    """Payment rate between two printed lines, and along the last two beyond them."""
    at = [place for _, place, _ in scale]
    above = next((n for n, place in enumerate(at) if place > attained), len(at) - 1)
    (_, x0, y0), (_, x1, y1) = scale[above - 1], scale[above]
    return y0 + (y1 - y0) * (attained - x0) / (x1 - x0)


def _table(document: Document, head: str) -> list[list[str]]:
    for table in opened(document).tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if any(head in cell for cell in rows[0]):
            return rows
    raise AssertionError(f"no table with {head}")


@pytest.mark.parametrize(
    "make",
    [todays_tables, partial(tables_for, "gated"), partial(tables_for, "listed")],
    ids=["points", "gated", "forms"],
)
def test_amounts_are_recomputed_by_hand_from_the_printed_scale(make: Any) -> None:
    """From the French .docx alone: objectives, amounts, scale and results give every amount, to the cent."""
    made = written_from(make(), "fr")
    checked = 0
    for name in [name for name in made if name.endswith(".fr.docx")]:
        document, pdf = made[name], close(text_of(made[name.replace(".docx", ".pdf")]))
        goals = {row[0]: row for row in _table(document, "Pondération")[1:]}
        scale = _table(document, "Atteinte de l’objectif")
        hanging = "Dû seulement si" in said(document)
        for row in _table(document, "Montant versé")[1:]:
            if row[0] not in goals or row[5] == "–":
                continue
            objective, amount, result = _number(goals[row[0]][2]), _euros(goals[row[0]][3]), _number(row[1])
            column = scale[0].index(row[0]) if row[0] in scale[0] else 1
            lines = [
                ("sous" in line[0], _number(line[0]) / 100, _number(line[column]) / 100) for line in scale[1:]
            ]
            by_hand = amount * _paid(lines, result / objective)
            assert close(row[5]) in pdf
            if not hanging or _euros(row[5]):
                assert _euros(row[5]) == pytest.approx(by_hand, abs=0.0051), (name, row)
                checked += 1
    assert checked >= 6


def test_amounts_are_recomputed_from_the_text_of_the_pdf() -> None:
    """One KPI, straight pay: objective, result and amount as a reader of the page sees them."""
    text = text_of(letters()["plan_success.en.pdf"])
    goal = re.search(r"Retention 100% ([\d.]+)% \(of customers\) £([\d,.]+) team", text)
    assert goal
    objective, amount = float(goal[1]), float(goal[2].replace(",", ""))
    lines = re.findall(r"Retention ([\d.]+)% [\d.]+% [\d.]+% £[\d,.]+ £([\d,.]+\d)", text)
    assert len(lines) == 3
    for result, paid in lines:
        by_hand = amount * float(result) / objective
        assert float(paid.replace(",", "")) == pytest.approx(by_hand, abs=0.0051)


def test_a_year_at_80_100_and_120_percent_is_the_scale_times_the_periods() -> None:
    year = _table(letters()["plan_sales.en.docx"], "80% of every")[1]
    amount = round(60000 / 7, 2)
    shares = (0.8, 1.0, 1.4)  # of the points: 80 % pays 80 %, 120 % pays 140 %
    assert [float(cell[1:].replace(",", "")) for cell in year[1:]] == pytest.approx(
        [4 * amount * share for share in shares], abs=0.05
    )


# --- objectives in whole units, of persons and of teams --------------------------------------------------


def test_objectives_are_whole_and_in_the_employees_favour() -> None:
    tables = todays_tables()["objectives"].set_index(["team", "kpi"])
    bookings = tables.loc[("sales", "bookings")]
    assert (bookings["people"], bookings["objective"]) == (7, 8)  # 60 over 7 persons is 8.57
    assert (tables["objective"] <= tables["exact"] + 1e-12).all()
    assert (tables["pay_printed"] >= tables["pay"] - 1e-9).all()
    text = said(letters()["plan_sales.en.docx"])
    assert "8 contracts" in text
    assert "8.57" not in text
    assert "the 7 individual objectives add up to 56 contracts, 93.3% of the team’s" in text


def test_a_step_of_ones_own_rounds_to_it_and_money_to_hundreds() -> None:
    own = tables_of(today(company(kpis__bookings__round=0.5)))["objectives"].set_index(["team", "kpi"])
    assert own.loc[("sales", "bookings"), "objective"] == 8.5
    money = company(kpis__bookings__unit="GBP", kpis__bookings__target=260000.0)
    tables = tables_of(today(money))
    goals = tables["objectives"].set_index(["team", "kpi"])
    assert goals.loc[("sales", "bookings"), "objective"] == 37100
    assert "£37,100" in said(written_from(tables, "en")["plan_sales.en.docx"])


def test_the_expected_payout_with_printed_objectives_is_that_of_a_plan_with_these_targets() -> None:
    """Straight pay of a team: a lower target pays in proportion."""
    row = todays_tables()["objectives"].set_index(["team", "kpi"]).loc[("success", "retention")]
    assert row["pay_printed"] == pytest.approx(row["pay"] * row["exact"] / row["objective"], rel=1e-6)


def test_individual_and_team_results_are_what_the_budget_used() -> None:
    persons, team = (said(letters()[f"plan_{name}.fr.docx"]) for name in ("sales", "success"))
    assert "vos résultats personnels" in persons
    assert "les résultats de l’équipe" not in persons
    assert "les résultats de l’équipe Suivi client (2 personnes au 1er janvier 2027)" in team
    assert "vos résultats personnels" not in team


def test_a_team_of_one_is_measured_on_its_own_results_whole() -> None:
    alone = tables_of(today(company(teams__sales__headcount=1)))
    goals = alone["objectives"].set_index(["team", "kpi"])
    assert goals.loc[("sales", "bookings"), "objective"] == 60
    made = written_from(alone)
    assert "vos résultats personnels" in said(made["plan_sales.fr.docx"])
    assert "£60,000.00" in said(made["plan_sales.en.docx"])


def test_a_team_of_unknown_size_has_amounts_of_the_team_and_says_so() -> None:
    text = said(written(today(company(teams__sales__headcount=None)), "en")["plan_sales.en.docx"])
    assert "the variable pay of the whole team is £60,000.00" in text
    assert "your total at objectives" in text


# --- refused, with the place ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "team"),
    [
        ("kpis__bookings__definition", "Contracts signed by the last day of the quarter.", "sales"),
        ("kpis__bookings__label", "Bookings", "sales"),
        ("kpis__bookings__label", None, "sales"),
        ("kpis__bookings__unit", {"en": "of the contracts", "fr": "of the contracts"}, "sales"),
        ("plan_document__purpose", "customers that stay with us", None),
        ("teams__sales__label", "Sales", "sales"),
    ],
)
def test_a_french_document_with_english_in_it_is_refused_with_its_place(
    path: str, value: Any, team: str | None
) -> None:
    scenario = company(**{path: value})
    tables = tables_of(today(scenario))
    made = written_from(tables)
    refused = {"sales"} if team else {"marketing", "sales", "success"}
    for name in ("marketing", "sales", "success"):
        assert (f"plan_{name}.fr.pdf" in made) == (name not in refused)
        assert (f"plan_{name}.fr.docx" in made) == (name not in refused)
        assert f"plan_{name}.en.pdf" in made
    assert path.replace("__", ".") in set(tables["mistold"]["path"])


def test_french_in_an_english_document_is_refused_too_and_names_of_systems_are_not() -> None:
    made = written(today(company(kpis__bookings__definition="Contrats signés au dernier jour du trimestre.")))
    assert "plan_sales.en.pdf" not in made
    assert "plan_sales.fr.pdf" in made
    assert todays_tables()["mistold"].empty  # Salesforce Sales Cloud


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A solved company with a named plan, an English label, and an objective below one contract a person."""
    folder = tmp_path_factory.mktemp("letters")
    file = folder / "firm.json"
    plans = {"silo": {"label": {"en": "Silo", "fr": "Cloisonné"}, "weights": {"sales": {"wins": 1.0}}}}
    scenario = company(
        plans=plans, kpis__wins__target=6.5, kpis__retention__label="Retention", rules={"change_limit": 0.0}
    )
    text = scenario.model_dump_json(by_alias=True, exclude_unset=True)
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["solve", str(file), "--out", str(folder / "run")])
    assert done.exit_code == 0, done.output
    assert "plan_success.fr.pdf and .docx are not written: kpis.retention.label is not French" in done.stderr
    return folder / "run"


@pytest.mark.slow
def test_report_makes_both_formats_for_any_plan_and_says_what_it_could_not(run: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(run), "--plan", "silo", "--only", "plans", "--json"])
    assert done.exit_code == 0, done.output
    assert '"where": "kpis.wins.target"' in done.stdout
    assert "pay the team on its own result, or write a smaller step as kpis.wins.round" in done.stdout
    made = {file.name for file in run.with_name("run-silo").glob("plan_*")}
    assert made == {
        *(f"plan_marketing.{language}.{kind}" for language in LANGUAGES for kind in ("pdf", "docx")),
        *(f"plan_success.en.{kind}" for kind in ("pdf", "docx")),
    }
    told = CliRunner().invoke(main, ["report", str(run), "--only", "plans", "--lang", "fr"])
    assert "plan_sales.fr.pdf and .docx are not written: kpis.retention.label" in told.stderr


@pytest.mark.slow
def test_verify_knows_the_docx_and_finds_a_changed_one(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    assert CliRunner().invoke(main, ["verify", str(copy)]).exit_code == 0
    with (copy / "plan_marketing.fr.docx").open("ab") as file:
        file.write(b" ")
    assert CliRunner().invoke(main, ["verify", str(copy)]).exit_code == 4


# --- other scales, odd names ----------------------------------------------------------------------------


def test_what_opens_and_multiplies_pay_is_said_and_what_comes_later_has_its_condition() -> None:
    texts = {name: said(document) for name, document in written_from(tables_for("gated")).items()}
    assert (
        "Due only if the result of “Retention” is at least 90% of its objective."
        in texts["plan_sales.en.docx"]
    )
    assert "Below 75% of the objective nothing is due for this indicator." in texts["plan_sales.en.pdf"]
    assert "It stops rising at 180%." in texts["plan_sales.en.pdf"]
    assert "à la condition de la section 12" in texts["plan_marketing.fr.docx"]
    assert "n’est acquis que si" in texts["plan_marketing.fr.docx"]
    multiplied = {name: said(document) for name, document in written_from(tables_for("linked")).items()}
    assert "Multiplied by 0.5 where the result of “Retention” is 80%" in multiplied["plan_sales.en.pdf"]
    assert "le coefficient multiplicateur évolue proportionnellement" in multiplied["plan_marketing.fr.pdf"]


def test_a_bent_scale_is_drawn_with_its_points_as_text_and_a_straight_one_is_not() -> None:
    drawn = {}
    for name, document in written_from(tables_for("gated"), "en").items():
        if name.endswith(".en.pdf"):
            with pikepdf.open(BytesIO(document.content)) as file:
                alts = [str(o.Alt) for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
            drawn[name] = " ".join(alts)
    assert "an attainment of 75% pays 0%; an attainment of 75% pays 50%" in drawn["plan_sales.en.pdf"]
    assert "an attainment of 160% pays 160%" in drawn["plan_marketing.en.pdf"]
    assert not drawn["plan_success.en.pdf"]


def test_long_names_and_letters_outside_the_type_still_print() -> None:
    odd = company(
        kpis__bookings__label={
            "en": "Contracts 会 \U0001f600 " + "long " * 30,
            "fr": "Contrats 会 " + "long " * 30,
        },
        teams__success__label={"en": "会社チーム", "fr": "会社チーム"},
    )
    made = written(today(odd))
    for document in made.values():
        assert "□" not in said(document)
        assert document.warnings == ()
    assert "Contracts long long" in said(made["plan_sales.en.docx"])
    assert "plan_success.en.docx" in made


def test_scales_are_the_curves_of_pay() -> None:
    """Between any two lines of the printed scale pay is what the curve pays, computed apart."""
    scales = todays_tables()["scales"]
    mine = scales[(scales["team"] == "sales") & (scales["kpi"] == "bookings")]
    for attained in (0.0, 0.49, 0.5, 0.65, 0.9, 1.0, 1.25, 1.5, 1.65):
        above = mine[(mine["attainment"] > attained)].iloc[0]
        below = mine[mine["attainment"] <= attained].iloc[-1]
        share = (attained - below["attainment"]) / (above["attainment"] - below["attainment"])
        printed = below["paid"] + share * (above["paid"] - below["paid"])
        right = np.interp(attained, [0.5, 0.8, 1.0, 1.5], [0.25, 0.8, 1.0, 2.0]) if attained >= 0.5 else 0.0
        assert printed == pytest.approx(right, abs=1e-12)


def test_the_reference_company_leaves_no_field_open() -> None:
    solution = today(read_scenario(ROOT / "scenarios" / "alignment"))
    made = written(solution)
    assert {name.split(".")[1] for name in made} == set(LANGUAGES)
    assert len(made) == 16
    for document in made.values():
        assert not re.search("to complete|à compléter", said(document))
