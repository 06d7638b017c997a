"""One map for several exports of a system: deals, leads, calls and costs, joined through either side's id."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.heading_exports import EXPORTS, rows_of
from tests.verbs import incentives

SYSTEMS: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    "hubspot": {
        "deals": ("deals.csv", {"id": "Record ID", "created": "Create Date", "closed": "Close Date"}),
        "leads": ("contacts.csv", {"deal": "Associated Deal IDs", "source": "Original Source"}),
        "calls": ("calls.csv", {"owner": "Activity assigned to", "seconds": "Call duration (seconds)"}),
        "spend": ("google_ads.csv", {"date": "Day", "source": "Campaign", "cost": "Cost"}),
    },
    "salesforce": {
        "deals": ("Opportunity.csv", {"id": "Id", "created": "CreatedDate", "value": "Amount"}),
        "leads": ("Lead.csv", {"id": "Id", "deal": "ConvertedOpportunityId", "source": "LeadSource"}),
        "calls": ("Task.csv", {"owner": "OwnerId", "seconds": "CallDurationInSeconds"}),
        "spend": ("Campaign.csv", {"date": "StartDate", "source": "Name", "cost": "ActualCost"}),
    },
    "zoho_de": {
        "deals": ("Geschaefte.csv", {"id": "Datensatz-ID", "lead": "Lead-ID", "closed": "Abschlussdatum"}),
        "leads": ("Leads.csv", {"id": "Datensatz-ID", "source": "Lead-Quelle", "owner": "Lead-Besitzer"}),
        "calls": ("Anrufe.csv", {"owner": "Anrufbesitzer", "seconds": "Anrufdauer (Sekunden)"}),
        "spend": ("Kosten.csv", {"date": "Monat", "source": "Kanal", "cost": "Kosten netto"}),
    },
    "maison_fr": {
        "deals": ("affaires.csv", {"id": "ref_affaire", "lead": "ref_prospect", "value": "montant_ht"}),
        "leads": ("prospects.csv", {"id": "ref_prospect", "created": "date_premier_contact"}),
        "calls": ("appels.csv", {"owner": "commercial", "seconds": "duree_secondes", "date": "date_appel"}),
        "spend": ("depenses.csv", {"date": "mois", "source": "canal", "cost": "depense_ht"}),
    },
}  # fmt: skip
WON = ("Closed Won", "Abgeschlossen – Gewonnen", "Signée")


def files_of(system: str) -> list[Path]:
    return sorted((EXPORTS / system).glob("*.csv"))


def suggested(*files: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the verb says, and its map."""
    said = json.loads(incentives("calibrate", *files, "--suggest-map", "--json").stdout)
    return said, yaml.safe_load(said["map"])


def calibrated(folder: Path, said: dict[str, Any], *files: Path) -> dict[str, Any]:
    path = folder / "map.yaml"
    path.write_text(said["map"], encoding="utf-8")
    answer = incentives("calibrate", *files, "--map", path, "--json")
    assert answer.exit_code == 0, answer.output
    content: dict[str, Any] = json.loads(answer.stdout)
    return content


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_file_has_its_section_and_they_join(system: str) -> None:
    said, given = suggested(*files_of(system))
    assert said["files"] == {file: section for section, (file, _) in SYSTEMS[system].items()}
    for section, (_, right) in SYSTEMS[system].items():
        got = given["deals"]["columns"] if section == "deals" else given[section]
        assert {key: got.get(key) for key in right} == right
    assert (said["runs"], [line for line in said["checks"] if "source of the deals" in line]) == (True, [])


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_leads_deals_and_calls_are_counted_as_the_files_have_them(system: str, tmp_path: Path) -> None:
    said, _ = suggested(*files_of(system))
    found = calibrated(tmp_path, said, *files_of(system))
    rows = {section: rows_of(EXPORTS / system / file) for section, (file, _) in SYSTEMS[system].items()}
    assert {name: found["rows"][name] for name in rows} == {name: len(those) for name, those in rows.items()}
    assert found["rows"]["used"] == len(rows["leads"])
    assert found["outcomes"]["won"] == sum(not set(WON).isdisjoint(row.values()) for row in rows["deals"])


@pytest.mark.parametrize("seed", range(3))
def test_files_may_be_given_in_any_order(seed: int) -> None:
    files = files_of("salesforce")
    random.Random(seed).shuffle(files)
    said, given = suggested(*files)
    assert (said["runs"], {*given} >= {"deals", "leads", "calls", "spend"}) == (True, True)


def without(source: Path, heading: str, folder: Path) -> Path:
    """A copy of an export without one of its columns."""
    rows, path = rows_of(source), folder / source.name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name != heading], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_leads_join_through_the_ids_that_deals_have_where_they_name_no_deal(tmp_path: Path) -> None:
    deals, contacts = EXPORTS / "hubspot" / "deals.csv", EXPORTS / "hubspot" / "contacts.csv"
    said, given = suggested(deals, contacts)
    other, joined = suggested(deals, without(contacts, "Associated Deal IDs", tmp_path))
    assert (given["leads"]["deal"], "lead" in given["deals"]["columns"]) == ("Associated Deal IDs", False)
    assert ("deal" in joined["leads"], joined["deals"]["columns"]["lead"]) == (
        False,
        "Associated Contact IDs",
    )
    one = calibrated(tmp_path, said, deals, contacts)
    two = calibrated(tmp_path, other, deals, tmp_path / "contacts.csv")
    assert one["outcomes"] == two["outcomes"]


def test_lengths_in_another_unit_are_no_seconds(tmp_path: Path) -> None:
    calls = tmp_path / "calls.csv"
    text = (EXPORTS / "hubspot" / "calls.csv").read_text("utf-8")
    calls.write_text(text.replace("(seconds)", "(minutes)"), encoding="utf-8")
    said, given = suggested(EXPORTS / "hubspot" / "deals.csv", calls)
    assert ("calls" in given, said["files"]["calls.csv"].startswith("not used")) == (False, True)


def test_lengths_without_a_unit_are_asked_about(tmp_path: Path) -> None:
    calls = tmp_path / "calls.csv"
    text = (EXPORTS / "hubspot" / "calls.csv").read_text("utf-8")
    calls.write_text(text.replace(" (seconds)", ""), encoding="utf-8")
    said, given = suggested(EXPORTS / "hubspot" / "deals.csv", calls)
    assert given["calls"]["seconds"] == "Call duration"
    assert any("in seconds?" in line for line in said["checks"])


@pytest.mark.parametrize(("file", "section"), [("google_ads.csv", "spend"), ("calls.csv", "calls")])
def test_costs_or_calls_alone_are_told_and_deals_asked_for(file: str, section: str) -> None:
    said, given = suggested(EXPORTS / "hubspot" / file)
    right = SYSTEMS["hubspot"][section][1]
    assert {key: given[section].get(key) for key in right} == right
    assert (said["runs"], said["files"], "deals, too" in said["problem"]) == (False, {file: section}, True)
    assert [line.split(":")[1].split(";")[0].strip() for line in said["not_found"]] == ["created", "won"]
