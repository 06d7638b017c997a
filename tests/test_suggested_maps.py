"""A map is suggested for anything: right, or marked where it is not sure, or saying what it lacks."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.heading_files import rows_of, write, write_spend, wrong, wrong_spend
from tests.verbs import run

CASES = Path(__file__).parent / "cases" / "history"
SEEN, MORE = (
    {name: entry for name, entry in json.loads((CASES / file).read_text("utf-8")).items() if name[0] != "_"}
    for file in ("heading_sets.json", "heading_sets_more.json")
)
DOES_NOT_RUN_YET = 3


class Answer(NamedTuple):
    code: int
    map: dict[str, Any]
    text: str
    said: dict[str, Any]

    @property
    def columns(self) -> dict[str, str]:
        return dict(self.map["deals"]["columns"])

    def marked(self, word: str) -> list[str]:
        return [line for line in self.text.splitlines() if word in line]


def suggest(*paths: Path) -> Answer:
    code, text, _ = run("calibrate", *paths, "--suggest-map", "--json")
    said = json.loads(text)
    return Answer(code, yaml.safe_load(said["map"]), said["map"], said)


def case(name: str) -> Path:
    return CASES / f"{name}.csv"


def calibrated(folder: Path, answer: Answer, *paths: Path) -> dict[str, Any]:
    (folder / "map.yaml").write_text(answer.text, encoding="utf-8")
    code, text, stderr = run("calibrate", *paths, "--map", folder / "map.yaml", "--json")
    assert code == 0, text + stderr
    content: dict[str, Any] = json.loads(text)
    return content


# --- headings of systems ---------------------------------------------------------------------------------


def mistakes(name: str, entry: Mapping[str, Any], folder: Path) -> tuple[list[str], Answer]:
    path = folder / f"{name}.csv"
    if entry["kind"] == "spend":
        deals = folder / "deals.csv"
        write(SEEN["monday"], deals)
        write_spend(entry, path)
        answer = suggest(deals, path)
        return wrong_spend(entry, answer.map), answer
    write(entry, path)
    answer = suggest(path)
    return wrong(entry, *rows_of(entry), answer.map), answer


@pytest.mark.parametrize("name", SEEN)
def test_headings_of_a_known_system_are_all_told(name: str, tmp_path: Path) -> None:
    found, answer = mistakes(name, SEEN[name], tmp_path)
    assert (found, answer.code) == ([], 0)


UNKNOWN_TO_BE_LOST = {"excel_fr": "Abandon", "saas_events": "expired"}
"""Whether these are lost depends on the company: they are asked for, not decided."""


@pytest.mark.parametrize("name", MORE)
def test_headings_of_other_systems_are_told_or_asked_for(name: str, tmp_path: Path) -> None:
    found, answer = mistakes(name, MORE[name], tmp_path)
    asked = UNKNOWN_TO_BE_LOST.get(name)
    assert answer.code == 0
    assert (found == []) == (asked is None), found
    assert asked is None or any(asked in line for line in answer.marked("CHECK"))


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda t: t.replace(" ", "_"), lambda t: f" {t}s"])
@pytest.mark.parametrize("name", ["freshsales", "attio", "sellsy_fr", "salesforce_report_de"])
def test_headings_are_told_however_they_are_spelt(name: str, change: Any, tmp_path: Path) -> None:
    """Capitals, underscores and plurals; ids are still ids when everything is in the plural."""
    entry = json.loads(json.dumps(SEEN[name]))
    new = {c["heading"]: change(c["heading"]).strip() for c in entry["columns"]}
    for column in entry["columns"]:
        column["heading"] = new[column["heading"]]
    entry["map"] = {role: [new[h] for h in those] for role, those in entry["map"].items()}
    assert mistakes(name, entry, tmp_path)[0] == []


STATES = (
    {"won": ["Signé"], "lost": ["Sans suite"], "open": ["Devis"]},
    {"won": ["Vendida"], "lost": ["Descartada"], "open": ["En curso"]},
)


@pytest.mark.parametrize("states", STATES)
@pytest.mark.parametrize("name", ["hubspot_internal", "copper", "warehouse_caps"])
def test_stages_in_one_language_are_told_under_headings_in_another(
    name: str, states: Mapping[str, list[str]], tmp_path: Path
) -> None:
    assert mistakes(name, {**SEEN[name], "states": states}, tmp_path)[0] == []


def test_two_closing_dates_that_nothing_tells_apart_are_both_named(tmp_path: Path) -> None:
    """Of open deals, too, both are filled: either may be the forecast."""
    _, answer = mistakes("copper", {**SEEN["copper"], "forecast": True}, tmp_path)
    (line,) = [line for line in answer.marked("CHECK") if "closed:" in line]
    assert {"Close Date", "Closed Date"} <= set(line.split('"'))


def test_accents_are_told_composed_and_decomposed(tmp_path: Path) -> None:
    entry = json.loads(unicodedata.normalize("NFD", json.dumps(SEEN["hubspot_fr"], ensure_ascii=False)))
    found, answer = mistakes("nfd", entry, tmp_path)
    assert (found, answer.code) == ([], 0)


# --- single cases ----------------------------------------------------------------------------------------

SIX = {
    "snake_case": ("opportunity_id", "created_date", "close_date", "owner", "amount", "stage", "Won", "Lost"),
    "french": (
        "ID de l'opportunité", "Date de création", "Date de clôture", "Propriétaire de l'opportunité",
        "Montant", "Étape", "Fermée gagnée", "Fermée perdue",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIX)
def test_six_columns_are_told_by_words(name: str, tmp_path: Path) -> None:
    *roles, stage, won, lost = SIX[name]
    answer = suggest(case(name))
    assert answer.columns == dict(zip(("id", "created", "closed", "owner", "value"), roles, strict=True))
    assert (answer.map["deals"]["won"], answer.map["deals"]["lost"]) == ({stage: [won]}, {stage: [lost]})
    assert calibrated(tmp_path, answer, case(name))["rows"]["deals"] == 60


def test_without_an_outcome_there_is_a_partial_map_that_says_what_it_lacks(tmp_path: Path) -> None:
    answer = suggest(case("no_outcome"))
    assert answer.code == DOES_NOT_RUN_YET
    assert answer.columns == {
        "id": "Ref", "created": "Opened", "closed": "Finished", "owner": "Handled by", "value": "Net",
    }  # fmt: skip
    (line,) = [line for line in answer.marked("NOT FOUND") if "won" in line]
    assert "choose one of: " in line
    assert (answer.said["runs"], "won" in answer.said["problem"]) == (False, True)
    code, _, stderr = run("calibrate", case("no_outcome"), "--suggest-map")
    assert (code, stderr) == (DOES_NOT_RUN_YET, f"the map does not run yet: {answer.said['problem']}\n")
    (tmp_path / "map.yaml").write_text(answer.text)
    code, _, stderr = run("calibrate", case("no_outcome"), "--map", tmp_path / "map.yaml")
    assert (code, "nothing makes a row won" in stderr) == (2, True)


WORDS = {
    "stage_words": (["Closed Won"], ["Closed Lost", "Deal lost - price"]),
    "stage_words_es": (["Ganado"], ["Perdido"]),
    "stage_words_fr": (["Signé"], ["Sans suite"]),
    "stage_words_dead": (["Won"], ["Dead"]),
}


@pytest.mark.parametrize("name", WORDS)
def test_outcomes_are_told_by_what_stages_mean_not_by_how_they_begin(name: str) -> None:
    answer, (won, lost) = suggest(case(name)), WORDS[name]
    (won_said,), (lost_said,) = answer.map["deals"]["won"].values(), answer.map["deals"]["lost"].values()
    assert (sorted(won_said), sorted(lost_said)) == (won, lost)
    asked = [line for line in answer.marked("CHECK") if "are they won or lost?" in line]
    assert [("Abandoned" in line) for line in asked] == ([True] if name == "stage_words" else [])


OPEN = (
    "Not won yet", "Almost won", "Customer discovery", "Paid pilot running", "Proposal sent to customer",
    "Pas encore gagné", "Noch nicht gewonnen", "Converted to trial", "Verbally won", "Aún no ganado",
    "Signature pending", "Negotiation", "Not lost",
    "At risk of being lost",
)  # fmt: skip
WON = (
    "Won",
    "closedwon",
    "Closed Won (Pipeline)",
    "Won 🎉",
    "6. Gewonnen",
    "GAGNÉE",
    "Ganada",
    "Conclue – Gagnée",
)
LOST = (
    "Lost",
    "closedlost",
    "Perdue",
    "Verloren",
    "No vendido",
    "Not interested",
    "Deal lost - price",
    "Sans suite",
)


def stages(values: tuple[str, ...], folder: Path, **columns: list[str]) -> Path:
    rows = [
        (
            *(f"D{i}", f"2024-{1 + i % 9:02}-03", f"Ann {'AB'[i % 2]}", values[i % len(values)]),
            *(cells[i % len(cells)] for cells in columns.values()),
        )
        for i in range(20 * len(values))
    ]
    head = ("Deal ID", "Created", "Owner", "Stage", *columns)
    path = folder / "stages.csv"
    path.write_text("\n".join(",".join(row) for row in [head, *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize("value", OPEN)
def test_a_stage_on_the_way_is_neither_won_nor_lost(value: str, tmp_path: Path) -> None:
    deals = suggest(stages((value, "Won", "Lost"), tmp_path)).map["deals"]
    assert (deals["won"], deals["lost"]) == ({"Stage": ["Won"]}, {"Stage": ["Lost"]})


@pytest.mark.parametrize(
    "value", ["Closed - not won", "Kein Auftrag", "Pas de suite", "Not sold", "Qualified out"]
)
def test_what_was_not_won_is_lost(value: str, tmp_path: Path) -> None:
    deals = suggest(stages((value, "Sold", "Demo"), tmp_path)).map["deals"]
    assert (deals["won"], deals["lost"]) == ({"Stage": ["Sold"]}, {"Stage": [value]})


@pytest.mark.parametrize(("won", "lost"), list(zip(WON, LOST, strict=True)))
def test_ends_are_told_in_four_languages_with_numbers_and_signs(won: str, lost: str, tmp_path: Path) -> None:
    deals = suggest(stages((won, lost, "Demo"), tmp_path)).map["deals"]
    assert (deals["won"], deals["lost"]) == ({"Stage": [won]}, {"Stage": [lost]})


def test_chances_of_all_and_nothing_tell_stages_that_no_word_does(tmp_path: Path) -> None:
    path = stages(("S7", "S9", "Demo"), tmp_path, Probability=["100", "0", "40"])
    answer = suggest(path)
    assert (answer.map["deals"]["won"], answer.map["deals"]["lost"]) == ({"Stage": ["S7"]}, {"Stage": ["S9"]})
    assert any("chances" in line for line in answer.marked("CHECK"))


def test_flags_tell_wins_where_stages_do_not(tmp_path: Path) -> None:
    path = stages(("S7", "S9", "Demo"), tmp_path, IsWon=["1", "0", "0"], IsClosed=["1", "1", "0"])
    deals = suggest(path).map["deals"]
    assert (deals["won"], deals["lost"]) == ({"IsWon": ["1"]}, {"IsClosed": ["1"], "IsWon": ["0"]})


def test_yes_and_no_are_ends_in_a_column_of_results(tmp_path: Path) -> None:
    path = stages(("Ja", "Nein", "Offen"), tmp_path)
    path.write_text(path.read_text().replace("Stage", "Ergebnis"))
    deals = suggest(path).map["deals"]
    assert (deals["won"], deals["lost"]) == ({"Ergebnis": ["Ja"]}, {"Ergebnis": ["Nein"]})


def test_a_closing_date_tells_the_stage_that_no_word_does(tmp_path: Path) -> None:
    path = stages(("Rivendell", "Lost", "Demo"), tmp_path, Closed=["2025-01-01", "2025-01-01", ""])
    answer = suggest(path)
    assert answer.map["deals"]["won"] == {"Stage": ["Rivendell"]}
    assert any("closing dates" in line and "Rivendell" in line for line in answer.marked("CHECK"))


def test_guesses_from_values_alone_are_marked(tmp_path: Path) -> None:
    """Persons, channels, money and codes under headings that say nothing."""
    path = tmp_path / "odd.csv"
    rows = [
        f"x{i:04},2024-{1 + i % 9:02}-03,{('Ann Moss', 'Bob de Vale')[i % 2]},{('Web', 'Referral')[i % 2]},"
        f"{('Won', 'Lost', 'Demo')[i % 3]},{100 + i % 40}.5"
        for i in range(60)
    ]
    path.write_text("\n".join(["Kolo,Vika,Sutu,Rona,Pemi,Zalo", *rows]))
    answer = suggest(path)
    assert answer.columns == {
        "id": "Kolo", "created": "Vika", "owner": "Sutu", "source": "Rona", "value": "Zalo",
    }  # fmt: skip
    assert len([line for line in answer.marked("CHECK") if "guessed from its values" in line]) >= 4


def test_reasons_are_no_outcome_even_where_they_say_won(tmp_path: Path) -> None:
    path = stages(("Rivendell", "Shire", "Demo"), tmp_path, Reason=["Won on price", "Lost on price"])
    answer = suggest(path)
    assert (answer.code, "won" in answer.map["deals"]) == (DOES_NOT_RUN_YET, False)


def test_names_that_repeat_are_no_ids(tmp_path: Path) -> None:
    answer = suggest(case("names_as_id"))
    assert "id" not in answer.columns
    assert calibrated(tmp_path, answer, case("names_as_id"))["rows"]["used"] == 60


@pytest.mark.parametrize(
    ("name", "currency", "asks"), [("currency_one", "CHF", False), ("dollars", "USD", True)]
)
def test_the_currency_is_that_of_the_cells(name: str, currency: str, asks: bool) -> None:
    answer = suggest(case(name))
    assert answer.map["currency"] == currency
    assert any(line.startswith("currency:") for line in answer.marked("CHECK")) == asks


def test_a_second_currency_asks_for_rates(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text(case("currency_one").read_text().replace(",CHF,", ",PEN,", 7))
    answer = suggest(path)
    assert (answer.map["currency"], answer.columns["currency"]) == ("CHF", "CurrencyIsoCode")
    assert any("PEN (7 rows)" in line and "rates" in line for line in answer.marked("CHECK"))
    assert (answer.code, "mixes currencies" in answer.said["problem"]) == (DOES_NOT_RUN_YET, True)


def test_a_file_of_five_rows_has_a_map(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_text("".join(case("snake_case").read_text().splitlines(keepends=True)[:6]))
    assert suggest(path).map["deals"]["won"] == {"stage": ["Won"]}


def test_an_export_of_wins_alone_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "won.csv"
    lines = case("snake_case").read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], *(line for line in lines if ",Won" in line)]))
    answer = suggest(path)
    assert (answer.code, answer.map["deals"]["won"]) == (DOES_NOT_RUN_YET, {"stage": ["Won"]})
    assert "every row is won" in answer.said["problem"]


def test_a_currency_that_nothing_says_is_asked_for() -> None:
    (line,) = [line for line in suggest(case("snake_case")).marked("CHECK") if line.startswith("currency:")]
    assert line == "currency: EUR   # CHECK: no cell says the currency"


# --- several files ---------------------------------------------------------------------------------------


def test_a_second_file_has_a_section_and_the_map_runs_with_both(tmp_path: Path) -> None:
    files = (case("two_deals"), case("two_contacts"))
    answer = suggest(*files)
    assert answer.said["files"] == {"two_deals.csv": "deals", "two_contacts.csv": "leads"}
    assert answer.map["leads"]["deal"] == "Associated Deal IDs"
    rows = calibrated(tmp_path, answer, *files)["rows"]
    assert (rows["deals"], rows["leads"]) == (60, 180)


def test_a_file_that_is_not_used_is_named_with_the_reason(tmp_path: Path) -> None:
    notes = tmp_path / "notes.csv"
    notes.write_text("Note,Colour\n" + "".join(f"n{i},{'rg'[i % 2]}\n" for i in range(30)))
    answer = suggest(case("snake_case"), notes)
    assert answer.said["files"]["notes.csv"].startswith("not used: ")
    assert "# notes.csv: not used: " in answer.text
    assert calibrated(tmp_path, answer, case("snake_case"))["rows"]["deals"] == 60


def test_files_of_the_same_headings_are_one_table(tmp_path: Path) -> None:
    lines = case("snake_case").read_text().splitlines()
    halves = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, part in zip(halves, (lines[1:31], lines[31:]), strict=True):
        path.write_text("\n".join([lines[0], *part]) + "\n")
    answer = suggest(*halves)
    assert answer.said["files"] == {"a.csv": "deals", "b.csv": "deals"}
    assert calibrated(tmp_path, answer, *halves)["rows"]["deals"] == 60


JOINED = ("joined_deals", "joined_leads")


def test_leads_join_through_the_id_that_deals_carry(tmp_path: Path) -> None:
    """15 won and 60 deals of 240 leads; the table of deals alone would say 15 of 60."""
    files = [case(name) for name in JOINED]
    answer = suggest(*files)
    assert (answer.columns["lead"], answer.map["leads"]["id"]) == ("lead_id", "lead_id")
    assert "deal" not in answer.map["leads"]
    content = calibrated(tmp_path, answer, *files)
    assert (content["rows"]["deals"], content["rows"]["leads"], content["rows"]["used"]) == (60, 240, 240)
    assert content["outcomes"]["won"] == 15
    assert content["reached"] == {"became_deal": 60}


def test_a_lead_with_two_deals_and_a_deal_without_lead_are_counted(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in JOINED]
    text = (
        case("joined_deals").read_text().replace("D003,L0012", "D003,L0008").replace("D001,L0004", "D001,X9")
    )
    files[0].write_text(text)
    files[1].write_text(case("joined_leads").read_text())
    content = calibrated(tmp_path, suggest(*[case(name) for name in JOINED]), *files)
    assert content["rows"]["used"] == 240 - 58 + 60
    assert content["unusable_cells"]["unknown_lead"] == 1
    assert content["unusable_cells"]["another_deal_of_a_lead"] == 1


@pytest.mark.parametrize(
    ("columns", "leads", "message"),
    [
        ("", "", "nothing joins leads and deals"),
        (", lead: lead_id", ", deal: deal_id", "is said twice"),
        (", lead: lead_id", None, "joins no leads"),
    ],
)
def test_how_leads_join_is_said_once(columns: str, leads: str | None, message: str, tmp_path: Path) -> None:
    text = f"deals: {{columns: {{id: deal_id, created: created_at{columns}}}, won: {{status: Closed Won}}}}\n"
    text += "" if leads is None else f"leads: {{id: lead_id, created: created_at{leads}}}\n"
    (tmp_path / "map.yaml").write_text(text)
    code, _, stderr = run("calibrate", *map(case, JOINED), "--map", tmp_path / "map.yaml")
    assert (code, message in stderr) == (2, True), stderr


def test_a_lead_may_list_several_deals(tmp_path: Path) -> None:
    deals, contacts = tmp_path / "deals.csv", tmp_path / "contacts.csv"
    deals.write_text(case("two_deals").read_text())
    lines = case("two_contacts").read_text().replace(",1003", ",").splitlines()
    contacts.write_text("\n".join([lines[0], lines[1] + ";1003", *lines[2:]]) + "\n")
    content = calibrated(tmp_path, suggest(deals, contacts), deals, contacts)
    assert content["reached"]["became_deal"] == 60
    assert content["rows"]["used"] == 180 - 59 + 60


def test_leads_without_outcome_are_won_by_an_export_of_wins(tmp_path: Path) -> None:
    leads, wins = tmp_path / "leads.csv", tmp_path / "wins.csv"
    rows = [
        f"{i * 7919 % 99991:x},2024-{1 + i // 28:02}-{1 + i % 28:02},{'ab'[i % 2]}_search" for i in range(280)
    ]
    leads.write_text("\n".join(["mql_id,first_contact_date,origin", *rows]))
    ids = [row.split(",")[0] for row in rows[::8]]
    won = [f"{id_},s{i},r{i % 3},2024-12-{1 + i % 28:02},{100 + i}" for i, id_ in enumerate(ids)]
    wins.write_text("\n".join(["mql_id,seller_id,sr_id,won_date,monthly_revenue", *won]))
    answer = suggest(wins, leads)
    assert answer.map["closed"] == {
        "id": "mql_id", "closed": "won_date", "owner": "sr_id", "value": "monthly_revenue",
    }  # fmt: skip
    assert not [line for line in answer.marked("NOT FOUND") if "owner" in line or "won" in line]
    assert calibrated(tmp_path, answer, wins, leads)["outcomes"]["won"] == 35


def test_contacts_that_are_taken_for_leads_are_asked_about() -> None:
    answer = suggest(case("two_deals"), case("two_contacts"))
    assert any("each row counts as a lead" in line for line in answer.marked("CHECK"))


def test_a_history_of_stages_beside_its_deals_is_not_used() -> None:
    answer = suggest(case("stage_history"), case("two_deals"))
    assert "stages that deals came to" in answer.said["files"]["stage_history.csv"]
    assert answer.columns["id"] == "Record ID"


# --- histories of stages ---------------------------------------------------------------------------------


def test_a_history_of_stages_is_recognised_and_read_as_deals(tmp_path: Path) -> None:
    answer = suggest(case("stage_history"))
    assert (answer.columns["id"], answer.map["deals"]["changes"]) == ("OpportunityId", True)
    content = calibrated(tmp_path, answer, case("stage_history"))
    assert (content["rows"]["deals"], content["rows"]["used"]) == (90, 30)
    assert content["dropped"]["earlier_stage_of_a_deal"] == 60
    assert content["rates"]["won"]["k"] == 10


def test_a_history_of_stages_that_passes_for_deals_is_refused() -> None:
    code, _, stderr = run("calibrate", case("stage_history"), "--map", CASES / "map_stages.yaml")
    assert code == 2
    assert "its 90 rows are stages that 30 deals came to" in stderr
    assert "write `id: OpportunityId` and, in `deals`, `changes: true`" in stderr


def test_changes_begin_with_the_first_row_and_close_with_the_deciding_one(tmp_path: Path) -> None:
    lines = ["Deal ID,Changed On,To Stage,Owner"]
    for i in range(20):
        end = "Won" if i % 2 else "Lost"
        lines += [
            f"D{i},2024-02-{1 + i:02},{end},Bob",
            f"D{i},2024-01-{1 + i:02},New,Ann",
            f"D{i},2024-01-{9 + i:02},Demo,Ann",
        ]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(lines) + "\n")
    answer = suggest(path)
    content = calibrated(tmp_path, answer, path)
    assert "closed" not in answer.columns
    lag = content["lags"]["created_to_won"]
    assert (content["rows"]["used"], lag["n"], lag["p50"]) == (20, 10, 31)


@pytest.mark.slow
def test_a_map_is_suggested_within_a_second_and_a_half_of_processor_time() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "optimizer.cli", "calibrate", str(case("two_deals")), "--suggest-map"]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime <= 1.5


# --- the format ------------------------------------------------------------------------------------------

MAPS = [path for path in sorted(CASES.glob("*.yaml")) if path.name != "map_empty.yaml"]
"""Those that are right; an empty list of outcomes is refused."""


def test_the_schema_of_maps_takes_maps_and_refuses_slips() -> None:
    code, text, _ = run("schema", "--map")
    judge = Draft202012Validator(json.loads(text))
    Draft202012Validator.check_schema(json.loads(text))
    assert code == 0
    for path in MAPS:
        assert not list(judge.iter_errors(_plain(path))), path.name
    slip = {"deals": {"columns": {"created": "Created", "colour": "x"}, "won": {"Stage": {"not": 3}}}}
    assert len(list(judge.iter_errors(slip))) == 2


def _plain(path: Path) -> Any:
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("name", ["snake_case", "stage_words", "stage_history"])
def test_a_suggested_map_fits_the_schema(name: str) -> None:
    judge = Draft202012Validator(json.loads(run("schema", "--map")[1]))
    assert not list(judge.iter_errors(suggest(case(name)).map))
