"""Every known system's export, by its whole header and ways of writing, becomes a scenario as suggested."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import openpyxl
import pytest
from threadpoolctl import threadpool_limits

from optimizer import read_scenario
from optimizer.history.estimate.history_study import study_of
from optimizer.history.read.deals import History, read_history
from optimizer.history.read.maps.mapping import Map, read_map
from tests.verbs import run

HEADERS: Mapping[str, list[str]] = json.loads(
    (Path(__file__).parent / "cases" / "history" / "headers.json").read_text()
)
"""Column names of real exports; shared/data/crm_export_headers says where each was seen."""
START = dt.datetime(2024, 1, 1)
TODAY = dt.date(2025, 6, 30)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


class Deal(NamedTuple):
    """What a row tells, whatever the system calls it."""

    number: int
    created: dt.datetime
    closed: dt.datetime
    won: bool
    owner: str
    source: str
    amount: float


def deals(count: int = 400) -> list[Deal]:
    rng = np.random.default_rng(21)
    rows = []
    for i in range(count):
        created = START + dt.timedelta(days=float(rng.uniform(0, 360)))
        closed = created + dt.timedelta(days=float(rng.lognormal(2.5, 0.8)))
        owner, source = (
            f"Seller {rng.integers(4)}",
            ("Web", "Partner Referral", "Trade Show")[rng.integers(3)],
        )
        rows.append(
            Deal(
                i, created, closed, bool(rng.random() < 0.3), owner, source, float(rng.integers(1, 90) * 100)
            )
        )
    return rows


ISO = "%Y-%m-%d %H:%M:%S"


class System(NamedTuple):
    """How a system writes."""

    headers: str
    date: str = ISO
    won: str = "Closed Won"
    lost: str = "Closed Lost"
    amount: Callable[[float], str] = str


SYSTEMS = {
    "Salesforce data export": System("salesforce"),
    "Salesforce report": System("salesforce_report", "%d/%m/%Y"),
    "HubSpot labels": System("hubspot", "%Y-%m-%d %H:%M"),
    "HubSpot internal names": System("hubspot_internal", "%Y-%m-%dT%H:%M:%SZ", "closedwon", "closedlost"),
    "Pipedrive": System("pipedrive", ISO, "Won", "Lost"),
    "Zoho": System(
        "zoho", "%d.%m.%Y %H:%M", "Payment Done", "Lost", lambda a: f"€ {a:,.2f}".translate({44: 46, 46: 44})
    ),
    "Zoho connector": System("zoho_connector", "%d.%m.%Y"),
    "Dynamics 365": System("dynamics", "serial", "Won", "Lost"),
}
MEANS = {
    "number": {
        "id", "opportunity id", "opportunity name", "record id", "hs_object_id", "deal - id", "deal id",
        "(do not modify) opportunity",
    },
    "created": {
        "createddate", "created date", "create date", "createdate", "deal - deal created", "created time",
        "created on",
    },
    "closed": {
        "closedate", "close date", "deal - closed on", "closing date", "actual close date",
    },
    "outcome": {"stagename", "stage", "deal stage", "dealstage", "deal - status", "status"},
    "owner": {
        "ownerid", "opportunity owner", "deal owner", "hubspot_owner_id", "deal - owner", "deal owner name",
        "owner",
    },
    "source": {"leadsource", "lead source", "original traffic source", "hs_analytics_source", "source"},
    "amount": {"amount", "deal - value", "offer total amount", "actual revenue"},
}  # fmt: skip


def cell(system: System, heading: str, deal: Deal) -> object:
    meaning = next((role for role, names in MEANS.items() if heading.lower() in names), None)
    if meaning is None:
        return ""
    if meaning == "outcome":
        return system.won if deal.won else system.lost
    value = getattr(deal, meaning)
    if isinstance(value, dt.datetime):
        if system.date == "serial":
            return (value - dt.datetime(1899, 12, 30)).total_seconds() / 86400
        return value.strftime(system.date)
    if meaning == "amount":
        return system.amount(value) if deal.won else ""
    return f"D{value:05}" if meaning == "number" else value


def export(system: System, folder: Path) -> Path:
    """A workbook where dates are serial numbers, else a quoted CSV."""
    headings = HEADERS[system.headers]
    rows = [headings, *([cell(system, h, d) for h in headings] for d in deals())]
    if system.date == "serial":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(folder / "deals.xlsx")
        return folder / "deals.xlsx"
    with (folder / "deals.csv").open("w", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    return folder / "deals.csv"


def from_exports(exports: list[Path], folder: Path) -> Path:
    """By the suggested map, as it is, to a scenario that `check` accepts."""
    code, text, stderr = run("calibrate", *exports, "--suggest-map")
    assert code == 0, stderr
    suggested, out = folder / "map.yaml", folder / "scenario.yaml"
    suggested.write_text(text)
    code, said, stderr = run("calibrate", *exports, "--map", suggested, "--out", out)
    assert code == 0, stderr
    assert "Seller" not in said + stderr + out.read_text()
    code, _, stderr = run("check", out)
    assert code == 0, stderr
    return out


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_an_export_of_every_known_system_becomes_a_scenario_by_its_suggested_map(
    name: str, tmp_path: Path
) -> None:
    path = export(SYSTEMS[name], tmp_path)
    out = from_exports([path], tmp_path)
    history = read_history([path], read_map(tmp_path / "map.yaml"), today=TODAY)
    assert history.deals["won"].sum() == sum(d.won for d in deals())
    assert history.deals["lag"].null_count() == 0
    assert history.deals["value"].sum() == pytest.approx(sum(d.amount for d in deals() if d.won))
    assert len(history.deals["owner"].unique()) == 4
    assert "PLACEHOLDER" in read_scenario(out).sources["teams.sales.hours"].text.en


# --- leads and opportunities ----------------------------------------------------------------------------

BEFORE = dt.timedelta(days=9)
"""Leads come so long before the deals they become."""


def lead_rows(dropped: int = 600) -> list[dict[str, str]]:
    """A lead for each deal but every tenth, and leads that became none."""
    rng, rows = np.random.default_rng(22), []
    for deal in deals():
        if deal.number % 10:
            became = {"IsConverted": "1", "ConvertedOpportunityId": f"D{deal.number:05}"}
            rows.append(_lead(len(rows), deal.created - BEFORE, deal.source, "Closed - Converted") | became)
    for _ in range(dropped):
        created = START + dt.timedelta(days=float(rng.uniform(0, 360)))
        status = ("Open - Not Contacted", "Closed - Not Converted")[rng.integers(2)]
        none = {"IsConverted": "0", "ConvertedOpportunityId": "000000000000000AAA"}
        rows.append(_lead(len(rows), created, "Web", status) | none)
    return rows


def _lead(number: int, created: dt.datetime, source: str, status: str) -> dict[str, str]:
    owner, rating = f"Seller {number % 4}", "Hot" if number % 3 == 0 else "Cold"
    return {
        "Id": f"L{number:05}", "CreatedDate": created.strftime(ISO), "LeadSource": source, "Status": status,
        "OwnerId": owner, "Rating": rating, "IsDeleted": "0",
        "ConvertedDate": created.strftime(ISO) if "Not" not in status else "",
    }  # fmt: skip


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS["salesforce_leads"], quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(lead_rows())
    return path


def joined(leads: Path, opportunities: Path, folder: Path) -> tuple[Map, History]:
    given = read_map(folder / "map.yaml")
    return given, read_history([leads, opportunities], given, today=TODAY)


def test_leads_of_salesforce_alone_become_a_scenario_where_a_conversion_is_a_win(
    leads: Path, tmp_path: Path
) -> None:
    scenario = read_scenario(from_exports([leads], tmp_path))
    assert "no deal has a value" in scenario.sources["stages.customer.value"].text.en
    history = read_history([leads], read_map(tmp_path / "map.yaml"), today=TODAY)
    assert history.deals["won"].sum() == sum(r["IsConverted"] == "1" for r in lead_rows())


@pytest.mark.slow
def test_leads_without_a_deal_join_the_early_steps_of_the_funnel(leads: Path, tmp_path: Path) -> None:
    opportunities = export(SYSTEMS["Salesforce data export"], tmp_path)
    from_exports([leads, opportunities], tmp_path)
    given, history = joined(leads, opportunities, tmp_path)
    rows, became = lead_rows(), sum(d.number % 10 > 0 for d in deals())
    assert history.deals.height == len(deals()) + len(rows) - became
    assert history.deals["step_became_deal"].sum() == len(deals())
    assert history.deals["won"].sum() == sum(d.won for d in deals())
    assert history.deals["value"].sum() == pytest.approx(sum(d.amount for d in deals() if d.won))
    rates = study_of(history, given).rates
    assert rates["became_deal"].rate == pytest.approx(len(deals()) / history.deals.height, abs=0.03)
    assert rates["won_given_became_deal"].rate == pytest.approx(0.3, abs=0.07)
    assert rates["promising"].rate > 0


def test_a_deal_begins_when_its_lead_did(leads: Path, tmp_path: Path) -> None:
    opportunities = export(SYSTEMS["Salesforce data export"], tmp_path)
    from_exports([leads, opportunities], tmp_path)
    _, history = joined(leads, opportunities, tmp_path)
    created = dict(history.deals.select("id", "created").iter_rows())
    for deal in deals()[:40]:
        begun = deal.created - BEFORE if deal.number % 10 else deal.created
        assert created[f"D{deal.number:05}"] == begun.replace(microsecond=0)
