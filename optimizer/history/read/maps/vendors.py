"""Headings of the exports of five CRM systems, and what each means: hints beside words and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

Roles = Mapping[str, tuple[str, ...]]


class Vendor(NamedTuple):
    """A system's headings by role, the commonest spelling first."""

    name: str
    roles: Roles
    needed: tuple[str, ...] = ("created", "outcome")
    """Roles without which a table is none of this system's."""

    def roles_of(self, columns: Iterable[str]) -> dict[str, str]:
        """The headings of a file by role, whatever their capitals."""
        there = {c.lower(): c for c in columns}
        hits = (
            (role, [there[n.lower()] for n in names if n.lower() in there])
            for role, names in self.roles.items()
        )
        return {role: names[0] for role, names in hits if names}


VENDORS = (
    Vendor(
        "Salesforce",
        {
            "id": ("Id", "Opportunity ID"),
            "created": ("CreatedDate", "Created Date"),
            "closed": ("CloseDate", "Close Date"),
            "owner": ("OwnerId", "Opportunity Owner"),
            "source": ("LeadSource", "Lead Source"),
            "value": ("Amount",),
            "outcome": ("StageName", "Stage"),
            "product": ("Type",),
            "deleted": ("IsDeleted",),
        },
    ),
    Vendor(
        "Salesforce leads",
        {
            "id": ("Id", "Lead ID"),
            "created": ("CreatedDate", "Created Date", "Create Date"),
            "closed": ("ConvertedDate", "Converted Date"),
            "owner": ("OwnerId", "Lead Owner"),
            "source": ("LeadSource", "Lead Source"),
            "outcome": ("Status", "Lead Status"),
            "grade": ("Rating",),
            "deal": ("ConvertedOpportunityId", "Opportunity ID"),
            "deleted": ("IsDeleted",),
        },
        ("created", "outcome", "deal"),
    ),
    Vendor(
        "HubSpot",
        {
            "id": ("Record ID", "hs_object_id"),
            "created": ("Create Date", "createdate"),
            "closed": ("Close Date", "closedate"),
            "owner": ("Deal owner", "hubspot_owner_id"),
            "source": ("Original Traffic Source", "hs_analytics_source"),
            "value": ("Amount", "amount"),
            "outcome": ("Deal Stage", "dealstage"),
            "reason": ("Closed Lost Reason", "closed_lost_reason"),
            "product": ("Deal Type", "dealtype"),
        },
    ),
    Vendor(
        "Pipedrive",
        {
            "id": ("Deal - ID", "Deal - Pipedrive System ID"),
            "created": ("Deal - Deal created", "Deal - Creation date"),
            "closed": ("Deal - Closed on", "Deal - Won time"),
            "owner": ("Deal - Owner",),
            "source": ("Deal - Source channel", "Lead - Source channel", "Deal - Label"),
            "value": ("Deal - Value",),
            "outcome": ("Deal - Status",),
            "reason": ("Deal - Lost reason",),
        },
    ),
    Vendor(
        "Zoho",
        {
            "id": ("Id", "Deal ID", "Record Id"),
            "created": ("Created Time",),
            "closed": ("Closing Date",),
            "owner": ("Deal Owner Name", "Deal Owner"),
            "source": ("Source", "Lead source"),
            "value": ("Offer Total Amount", "Amount"),
            "outcome": ("Stage",),
            "reason": ("Lost Reason",),
            "response": ("SLA",),
            "product": ("Product",),
            "grade": ("Quality",),
        },
    ),
    Vendor(
        "Dynamics 365",
        {
            "id": ("(Do Not Modify) Opportunity", "Opportunity"),
            "created": ("Created On",),
            "closed": ("Actual Close Date",),
            "owner": ("Owner",),
            "source": ("Lead Source", "Source Campaign"),
            "value": ("Actual Revenue", "Est. revenue"),
            "outcome": ("Status",),
            "reason": ("Status Reason",),
            "grade": ("Rating",),
        },
    ),
    Vendor(
        "an unknown system",
        {
            "id": ("id", "deal id", "lead id", "opportunity id", "mql_id", "record id", "number"),
            "created": ("created", "created at", "created_at", "creation date", "date", "first_contact_date"),
            "closed": ("closed", "closed at", "closed_at", "close date", "won date", "won_date"),
            "owner": ("owner", "sales rep", "rep", "agent", "assigned to", "salesperson", "sr_id"),
            "source": ("source", "channel", "origin", "lead source", "lead_source"),
            "value": ("amount", "value", "revenue", "deal value"),
            "outcome": ("stage", "status", "result", "outcome"),
            "reason": ("lost reason", "reason"),
            "response": ("response time", "first response", "sla"),
            "product": ("product", "type"),
            "grade": ("quality", "rating", "grade", "score"),
        },
    ),
)  # fmt: skip


def recognised(columns: Iterable[str]) -> tuple[Vendor, dict[str, str]] | None:
    """The system whose headings fit best, and they by role; None where what is needed is not there."""
    names = list(columns)
    matches = [(vendor, vendor.roles_of(names)) for vendor in VENDORS]
    whole = [(v, roles) for v, roles in matches if all(role in roles for role in v.needed)]
    return max(whole, key=lambda pair: len(pair[1])) if whole else None
