"""Exports with the headings of a set and invented rows; and whether a suggested map is right.

Sets are in cases/history/heading_sets*.json: headings, the role of each, and the headings that are right for
every key of a map. `wrong` lists what a map gets wrong; it is empty where the map is wholly right.
"""

import csv
import datetime as dt
import unicodedata

ROWS = 72
PEOPLE = ("Ann Moss", "Bob Reed", "Cid Vale", "Dee Hart")
SOURCES = ("Web", "Fair", "Referral")
FIRST = dt.date(2024, 1, 9)
ACCEPTED = {
    "id": "id",
    "created": "created",
    "closed": "closed",
    "owner": "owner",
    "value": "value",
    "source": "source",
}
"""Roles that must be right, and their keys in a map's `deals.columns`."""


def rows_of(entry):
    """Rows of an entry as dicts by heading, and the state (won, lost, open) of each."""
    found, states = [], []
    for i in range(ROWS):
        state = ("won", "lost", "open", "lost")[i % 4]
        created = FIRST + dt.timedelta(days=4 * i)
        closed = created + dt.timedelta(days=15 + i % 9)
        cells = {c["heading"]: _cell(entry, c, i, state, created, closed) for c in entry["columns"]}
        found.append(cells)
        states.append(state)
    return found, states


def _cell(entry, column, i, state, created, closed):
    role, given = column["role"], column.get("values")
    if isinstance(given, list):
        return str(given[i % len(given)])
    if given in ("flag_won", "flag_closed", "flag_lost"):
        yes, no = column.get("flags", ["true", "false"])
        return yes if state == given[5:] or (given == "flag_closed" and state != "open") else no
    day = _dated(entry.get("dates", "iso"))
    plain = {
        "id": f"{entry.get('id_prefix', '')}{100234 + 17 * i}",
        "name": ("Renewal", "New business", "Upsell")[i % 3] + f" {i % 20}",
        "created": day(created),
        "closed": day(closed) if state != "open" or entry.get("forecast") else "",
        "closed_won": day(closed) if state == "won" else "",
        "closed_lost": day(closed) if state == "lost" else "",
        "expected_close": day(closed + dt.timedelta(days=40)),
        "modified": day(closed),
        "outcome": entry.get("states", {}).get(state, [state])[
            i // 4 % len(entry.get("states", {}).get(state, [state]))
        ],
        "value": entry.get("amount", "{:.2f}").format(1200.5 + 10 * i),
        "probability": {"won": "100", "lost": "0", "open": "40"}[state],
        "owner": PEOPLE[i // 4 % 4],
        "source": SOURCES[i % 3],
        "segment": ("Small", "Large")[i // 2 % 2],
        "product": ("Basic", "Plus", "Pro")[i // 5 % 3],
        "account": f"Company {i % 31}",
        "currency": entry.get("currency", "EUR"),
        "lead_id": f"L{5000 + i}",
        "reason": "Price" if state == "lost" else "",
        "creator": PEOPLE[i % 4],
        "other": f"note {i % 5}",
    }
    return plain[role]


def _dated(style):
    formats = {
        "iso": "%Y-%m-%d",
        "dmy": "%d/%m/%Y",
        "dotted": "%d.%m.%Y",
        "mdy": "%m/%d/%Y",
        "iso_time": "%Y-%m-%d 09:30:00",
        "utc": "%Y-%m-%d 09:30:00.000000 UTC",
        "offset": "%Y-%m-%dT09:30:00+03:00",
        "z": "%Y-%m-%dT09:30:00Z",
    }
    return lambda day: day.strftime(formats[style])


def write(entry, path):
    rows, _ = rows_of(entry)
    with open(path, "w", newline="", encoding=entry.get("encoding", "utf-8")) as file:
        writer = csv.writer(file, delimiter=entry.get("delimiter", ","), lineterminator="\n")
        writer.writerows([[c["heading"] for c in entry["columns"]], *[list(r.values()) for r in rows]])


def write_spend(entry, path):
    """A spend export of 60 days and the sources of the crm files."""
    with open(path, "w", newline="", encoding=entry.get("encoding", "utf-8")) as file:
        writer = csv.writer(file, delimiter=entry.get("delimiter", ","), lineterminator="\n")
        writer.writerow([c["heading"] for c in entry["columns"]])
        day = _dated(entry.get("dates", "iso"))
        for i in range(60):
            cells = {
                "date": day(FIRST + dt.timedelta(days=3 * (i // 3))),
                "end": day(FIRST + dt.timedelta(days=3 * (i // 3) + 2)),
                "source": SOURCES[i % 3],
                "cost": entry.get("amount", "{:.2f}").format(90 + 3 * i),
                "count": str(1000 + 7 * i),
                "currency": entry.get("currency", "EUR"),
                "other": f"Set {i % 4}",
            }
            writer.writerow([cells[c["role"]] for c in entry["columns"]])


# --- is a map right? -------------------------------------------------------------------------------------


def wrong(entry, rows, states, given):
    """What `given` (a parsed map) gets wrong about an entry of kind crm."""
    deals = given.get("deals") or {}
    columns, problems = deals.get("columns") or {}, []
    for role, key in ACCEPTED.items():
        right = entry["map"].get(role, [])
        got = columns.get(key)
        if not right and role in ("id", "source", "owner") and got is not None:
            problems.append(f"{key}: {got!r}, no column is one")
        if right and got not in right:
            problems.append(f"{key}: {got!r}, not {' or '.join(map(repr, right))}")
    for role in ("segment", "product"):
        may = [c["heading"] for c in entry["columns"] if c["role"] in ("segment", "product")] + entry[
            "map"
        ].get("may", [])
        if columns.get(role) is not None and columns[role] not in may:
            problems.append(f"{role}: {columns[role]!r}")
    for state in ("won", "lost"):
        got = [_any(deals.get(state), row) for row in rows]
        want = [s == state for s in states]
        if got != want:
            problems.append(
                f"{state}: {sum(got)} rows, not {sum(want)}"
                if sum(got) != sum(want)
                else f"{state}: other rows"
            )
    if any(c["role"] == "currency" for c in entry["columns"]) and given.get("currency", "EUR") != entry.get(
        "currency", "EUR"
    ):
        problems.append(f"currency: {given.get('currency', 'EUR')}, not {entry['currency']}")
    return problems


def wrong_spend(entry, given):
    """What `given` gets wrong about an entry of kind spend."""
    spend = given.get("spend") or {}
    return [
        f"spend.{role}: {spend.get(role)!r}, not {' or '.join(map(repr, right))}"
        for role, right in entry["map"].items()
        if spend.get(role) not in right
    ]


def _any(conditions, row):
    conditions = [conditions] if isinstance(conditions, dict) else conditions or []
    return any(all(_holds(row.get(heading, ""), cell) for heading, cell in c.items()) for c in conditions)


def _holds(cell, wanted):
    if wanted == "present":
        return cell != ""
    if isinstance(wanted, dict) and "not" in wanted:
        rest = wanted["not"] if isinstance(wanted["not"], list) else [wanted["not"]]
        return _plain(cell) not in map(_plain, rest)
    return _plain(cell) in [_plain(w) for w in (wanted if isinstance(wanted, list) else [wanted])]


def _plain(text):
    text = {True: "true", False: "false"}.get(text, text) if isinstance(text, bool) else text
    return unicodedata.normalize("NFC", str(text)).strip().casefold()
