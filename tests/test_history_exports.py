"""Exports as they arrive: broken ones are refused or accounted for, never silently misread."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest

from optimizer import ScenarioError
from optimizer.history.estimate.history_study import study_of
from optimizer.history.read.deals import History, read_history
from optimizer.history.read.frames import csv_records
from optimizer.history.read.frames.exports import read_export
from optimizer.history.read.maps.mapping import Map, read_map
from optimizer.history.read.maps.vendors import recognised
from optimizer.history.read.typed import parse_cells
from optimizer.history.suggest.suggestion import suggested

HEAD = "Id,Created,Closed,Owner,Stage,Amount"
ROWS = (
    "1,2024-01-02 10:00,2024-01-20,Ann,Won,1000.50",
    "2,2024-01-03 11:00,2024-02-20,Bob,Lost,",
    "3,2024-01-04 12:00,,Ann,Open,200",
)
TODAY = dt.date(2024, 6, 30)
MAP = {
    "deals": {
        "columns": {
            "id": "Id",
            "created": "Created",
            "closed": "Closed",
            "owner": "Owner",
            "value": "Amount",
        },
        "won": {"Stage": "Won"},
        "lost": {"Stage": "Lost"},
    }
}


def text(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *(rows or ROWS)]) + "\n"


def history(tmp_path: Path, content: bytes | str, name: str = "deals.csv", **settings: object) -> History:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_history([path], Map.model_validate({**MAP, **settings}), today=TODAY)


def lost(history: History) -> dict[str, int]:
    return {loss.reason: loss.rows for loss in (*history.dropped, *history.blanked)}


def workbook(rows: list[list[object]], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for _ in range(sheets - 1):
        book.create_sheet("notes", 0).append(["about this export"])
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


CELLS = [line.split(",") for line in text().splitlines()]


# --- read all the same ----------------------------------------------------------------------------------

READABLE: dict[str, tuple[str, bytes]] = {
    "semicolons": ("a.csv", text().replace(",", ";").encode()),
    "tabs": ("a.tsv", text().replace(",", "\t").encode()),
    "pipes": ("a.txt", text().replace(",", "|").encode()),
    "a separator line": ("a.csv", b"sep=;\n" + text().replace(",", ";").encode()),
    "a byte-order mark": ("a.csv", b"\xef\xbb\xbf" + text().encode()),
    "UTF-16": ("a.csv", text().encode("utf-16")),
    "UTF-16 without its mark": ("a.csv", text().encode("utf-16-le")),
    "zero bytes inside": ("a.csv", text().encode().replace(b"Ann", b"A\0nn")),
    "line ends of old Macs": ("a.csv", text().replace("\n", "\r").encode()),
    "Windows line ends": ("a.csv", text().replace("\n", "\r\n").encode()),
    "no last line end": ("a.csv", text().rstrip("\n").encode()),
    "gzip": ("a.csv.gz", gzip.compress(text().encode())),
    "quotes everywhere": ("a.csv", "\n".join(",".join(f'"{c}"' for c in row) for row in CELLS).encode()),
    "titles above the header": ("a.csv", b"Deals report\nPrinted 2024-06-01,,\n" + text().encode()),
    "a workbook": ("a.xlsx", workbook(CELLS)),  # type: ignore[arg-type]
    "a workbook called CSV": ("a.csv", workbook(CELLS)),  # type: ignore[arg-type]
    "the second sheet": ("a.xlsx", workbook(CELLS, sheets=2)),  # type: ignore[arg-type]
    "merged header rows": ("a.xlsx", workbook([["Deal", "", "", "Team", "", ""], *CELLS])),  # type: ignore[arg-type]
    "quotes inside a cell": ("a.csv", text().replace("Ann", 'A"n"n', 1).encode()),
    "spaces around cells": ("a.csv", text().replace(",", " , ").encode()),
}


@pytest.mark.parametrize("case", READABLE)
def test_the_same_rows_arrive_however_they_are_written(case: str, tmp_path: Path) -> None:
    name, content = READABLE[case]
    read = history(tmp_path, content, name)
    assert read.deals["id"].to_list() == ["1", "2", "3"]
    assert read.deals["won"].to_list() == [True, False, False]
    assert read.deals["value"].to_list() == [1000.5, None, 200]
    assert read.deals["created"][0] == dt.datetime(2024, 1, 2, 10)


# --- refused, saying why --------------------------------------------------------------------------------


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, text())
    return stream.getvalue()


def bomb() -> bytes:
    """An archive whose directory says that it unpacks to four gigabytes."""
    data = bytearray(zipped("xl/workbook.xml"))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (0xF0000000).to_bytes(4, "little")
    return bytes(data)


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "only blanks": (b" \n\n", "is empty"),
    "a header alone": (HEAD.encode() + b"\n", "has a header but no rows"),
    "one column": (b"Id\n1\n2\n", "has only one column"),
    "a cut gzip": (gzip.compress(text().encode() * 50)[:-20], "is cut off"),
    "a damaged gzip": (gzip.compress(text().encode())[:10] + b"\xff" * 60, "damaged gzip"),
    "a cut workbook": (workbook(CELLS)[:900], "is no readable workbook"),  # type: ignore[arg-type]
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old workbook"),
    "a login page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
    "a web table called a workbook": (b"<html><table><tr><td>Id</td></tr></table>", "is a web table"),
    "a zip archive": (zipped("deals.csv"), "is a zip archive and no workbook"),
    "an archive that unpacks to gigabytes": (bomb(), "unpacks to more than 800 MB"),
    "no header": ("\n".join(ROWS).encode(), "lacks columns that the map names"),
    "no text": (text().encode() + bytes(range(32)) * 20, "zero bytes"),
    "several currencies": (
        text("1,2024-01-02,,Ann,Won,€5", "2,2024-01-03,,Bob,Won,$5").encode(),
        "mixes currencies",
    ),
    "ids that a spreadsheet shortened": (
        text("1.23E+15,2024-01-02,,Ann,Won,5", "1.23E+15,2024-01-03,,Bob,Lost,").encode(),
        "shortened ids",
    ),
    "wins called otherwise": (text("1,2024-01-02,,Ann,Signed,5").encode(), "no row is won"),
    "wins alone": (text("1,2024-01-02,,Ann,won,5").encode(), "every row is won"),
    "a PDF": (b"%PDF-1.7 ...", "is a PDF"),
    "JSON": (b'[{"Id": 1}]', "is JSON"),
    "a quote left open": (text().replace("Ann", '"Ann', 1).encode(), "never closed"),
    "other columns": (text(head="Id,Made,Closed,Owner,Stage,Amount").encode(), "Created"),
    "the same heading twice": (text(head="Id,Created,Closed,Owner,Stage,Id").encode(), "the same heading"),
    "formulas as text": (
        text(*[r.replace("1000.50", "=A1*2").replace("200", "=A2") for r in ROWS]).encode(),
        "=A1*2",
    ),
    "dates as words": (text("1,soon,,Ann,Won,5", "2,later,,Bob,Lost,6").encode(), "soon"),
    "days and months mixed up": (
        text("1,13/01/2024,,Ann,Won,5", "2,01/13/2024,,Bob,Lost,6").encode(),
        "mixes day-first and month-first",
    ),
    "days or months": (text("1,03/04/2024,,Ann,Won,5", "2,05/04/2024,,Bob,Lost,6").encode(), "day_first"),
    "points or thousands": (
        text("1,2024-01-01,,Ann,Won,1.500", "2,2024-01-01,,Bob,Lost,").encode(),
        "decimal",
    ),
    "commas and points mixed": (
        text('1,2024-01-01,,Ann,Won,"1,5"', "2,2024-01-01,,Bob,Lost,1.5").encode(),
        "mixes decimal commas",
    ),
    "no row with an id": (
        text(",2024-01-01,,Ann,Won,5", ",2024-01-02,,Ann,Won,5").encode(),
        "no row is left",
    ),
    "only future rows": (
        text("1,2199-01-01,,Ann,Won,5", "2,2199-01-02,,Ann,Won,5").encode(),
        "no row is left",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_export_is_refused_with_its_reason(case: str, tmp_path: Path) -> None:
    content, reason = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        history(tmp_path, content)
    assert reason in str(caught.value)
    assert all(problem.hint or problem.value for problem in caught.value.problems)


def test_a_file_that_is_not_there_is_named_with_its_nearest_neighbour_only(tmp_path: Path) -> None:
    for name in ("deals.csv", "letters.txt", "photo.jpg"):
        (tmp_path / name).write_text(text())
    for missing, hint in (("deal.csv", 'did you mean "deals.csv"?'), ("nosuch.csv", "check the path")):
        with pytest.raises(ScenarioError) as caught:
            read_export(tmp_path / missing)
        assert [problem.hint for problem in caught.value.problems] == [hint]


# --- read with an account -------------------------------------------------------------------------------

MORE = tuple(f"{i},2024-01-{i:02},,Ann,Lost,{i}" for i in range(5, 25))
"""So many rows that one unreadable date is less than 5 % of them: more are refused."""
COUNTED: dict[str, tuple[str, dict[str, int]]] = {
    "an id twice": (text(*ROWS, ROWS[0]), {"id_again": 1}),
    "a row with a cell too many": (
        text(*ROWS, "4,2024-01-05,,Ann,Won,3,5"),
        {"row_of_another_width": 1},
    ),
    "a row cut short": (text(*ROWS, "4,2024-01-05"), {"row_of_another_width": 1}),
    "an empty line": (text(ROWS[0], "", *ROWS[1:]), {"empty_row": 1}),
    "a row of commas": (text(*ROWS, ",,,,,"), {"empty_cells": 1}),
    "no id": (text(*ROWS, ",2024-01-05,,Ann,Won,3"), {"no_id": 1}),
    "no date of creation": (text(*ROWS, "4,,,Ann,Won,3"), {"no_creation": 1}),
    "an unreadable date": (
        text(*ROWS, *MORE, "4,#REF!,,Ann,Won,3"),
        {"no_creation": 1, "unreadable_creation": 1},
    ),
    "the 30th of February": (text(*ROWS, *MORE, "4,2024-02-30,,Ann,Won,3"), {"unreadable_creation": 1}),
    "a future row": (text(*ROWS, "4,2030-01-05,,Ann,Won,3"), {"created_in_future": 1}),
    "a future closing": (text(*ROWS, "4,2024-01-05,2030-01-01,Ann,Won,3"), {"closed_in_future": 1}),
    "a negative lag": (
        text(*ROWS, "4,2024-01-05,2024-01-01,Ann,Won,3"),
        {"closed_before_created": 1},
    ),
    "a row of totals": (text(*ROWS, "Total,,,,,1200.50"), {"total_row": 1}),
    "the header again": (text(*ROWS, HEAD), {"repeated_header": 1}),
    "a database's zero": (text(*ROWS, "4,1900-01-01,,Ann,Won,3"), {"created_before_1990": 1}),
    "a negative amount": (text(*ROWS, "4,2024-01-05,,Ann,Won,-3"), {"negative_value": 1}),
    "a cell that is an error": (text(*ROWS, "4,2024-01-05,,Ann,Won,#REF!"), {"unreadable_value": 1}),
    "no owner": (text(*ROWS, "4,2024-01-05,,,Won,3"), {"no_owner": 1}),
    "an unreadable amount": (text(*ROWS, "4,2024-01-05,,Ann,Won,about 3"), {"unreadable_value": 1}),
}


@pytest.mark.parametrize("case", COUNTED)
def test_every_row_or_cell_left_out_is_counted(case: str, tmp_path: Path) -> None:
    content, expected = COUNTED[case]
    read = history(tmp_path, content)
    assert expected.items() <= lost(read).items()
    kept = read.deals.height
    assert kept + sum(loss.rows for loss in read.dropped) == read.read["deals"]
    assert {"1", "2", "3"} <= set(read.deals["id"])


def test_a_missing_header_is_named_without_repeating_a_row(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="header seems to be missing") as caught:
        history(tmp_path, "\n".join(ROWS))
    assert "Ann" not in str(caught.value)


def test_at_least_thirty_kinds_of_broken_exports_are_covered() -> None:
    assert len(REFUSED) + len(COUNTED) >= 30


def test_amounts_of_another_currency_than_the_maps_are_noted(tmp_path: Path) -> None:
    read = history(tmp_path, text("1,2024-01-02,,Ann,Won,GBP 5", "2,2024-01-03,,Bob,Lost,"))
    assert any("marked GBP, the map says EUR" in note for note in read.notes)


def test_lines_in_another_encoding_are_read_and_noted(tmp_path: Path) -> None:
    mixed = text(*ROWS).encode() + "4,2024-01-05,,José,Won,3\n".encode("cp1252")
    read = history(tmp_path, mixed)
    assert read.deals.height == 4
    assert any("1 lines are not UTF-8" in note for note in read.notes)


def test_the_map_settles_what_no_cell_tells(tmp_path: Path) -> None:
    rows = text("1,03/04/2024,,Ann,Won,1.500", "2,05/04/2024,,Bob,Lost,")
    read = history(tmp_path, rows, day_first=True, decimal="comma")
    assert read.deals["created"][0] == dt.datetime(2024, 4, 3)
    assert read.deals["value"][0] == 1500
    assert history(tmp_path, rows, day_first=False, decimal="point").deals["value"][0] == 1.5


def test_clocks_of_another_zone_are_those_of_the_map(tmp_path: Path) -> None:
    rows = text("1,2024-01-31T23:30:00Z,,Ann,Won,1", "2,2024-01-31T23:30:00+01:00,,Bob,Lost,")
    read = history(tmp_path, rows, timezone="Europe/Paris")
    assert read.deals["created"].to_list() == [
        dt.datetime(2024, 2, 1, 0, 30),
        dt.datetime(2024, 1, 31, 23, 30),
    ]


def test_names_of_persons_are_kept_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(text())
    given = Map.model_validate(MAP)
    assert set(read_history([path], given, today=TODAY).deals["owner"]) == {"person_01", "person_02"}
    assert set(read_history([path], given, names=True, today=TODAY).deals["owner"]) == {"Ann", "Bob"}


# --- systems --------------------------------------------------------------------------------------------

SYSTEMS = {
    "Salesforce": "Id,Name,StageName,Amount,CloseDate,LeadSource,OwnerId,CreatedDate",
    "HubSpot": "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Deal owner,Pipeline",
    "Pipedrive": "Deal - ID,Deal - Value,Deal - Owner,Deal - Status,Deal - Deal created,Deal - Closed on",
    "Zoho": "Id,Deal Owner Name,Closing Date,Stage,Lost Reason,SLA,Created Time,Offer Total Amount",
    "Dynamics 365": "(Do Not Modify) Opportunity,Status,Actual Revenue,Actual Close Date,Created On,Owner",
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_export_of_a_known_system_is_recognised(system: str) -> None:
    match = recognised(SYSTEMS[system].split(","))
    assert match is not None
    assert match[0].name == system
    assert {"id", "created", "closed", "owner", "value", "outcome"} <= set(match[1])


@pytest.mark.parametrize(
    ("headings", "system"),
    [
        (
            "Deal - ID,Deal - Deal created,Deal - Closed on,Deal - Owner,Deal - Status,Deal - Value",
            "Pipedrive",
        ),
        (HEAD, "an unknown system"),
    ],
)
def test_a_suggested_map_says_in_words_where_its_export_is_from(
    headings: str, system: str, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text().replace(HEAD, headings))
    assert suggested([path]).text.startswith(f"# Map of an export from {system}, guessed from")


def test_a_suggested_map_of_an_unknown_table_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("Day,Rain\n2024-01-01,3\n2024-01-02,4\n")
    found = suggested([path])
    assert not found.runs
    assert 'created: "Day"' in found.text
    assert any(line.startswith("NOT FOUND: won") and "choose one of" in line for line in found.not_found)


# --- fast ways ------------------------------------------------------------------------------------------


def test_records_end_and_cells_begin_only_outside_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a walk letter by letter, with pieces so small that quotes reach over them."""
    rng = np.random.default_rng(23)
    for size in (5, 16, 1 << 24):
        monkeypatch.setattr(csv_records, "_CHUNK", size)
        for _ in range(300):
            data = "".join(rng.choice(list('ab,\n"'), rng.integers(1, 50)))
            data += '"' * (data.count('"') % 2) + "\n"
            records = csv_records.records_of(Path("x"), data.encode(), ",")
            assert list(zip(records.starts, records.ends, records.widths, strict=True)) == walked(data)


def walked(data: str) -> list[tuple[int, int, int]]:
    records, quoted, width, start = [], False, 1, 0
    for i, letter in enumerate(data):
        quoted ^= letter == '"'
        width += letter == "," and not quoted
        if letter == "\n" and not quoted:
            records.append((start, i, width))
            width, start = 1, i + 1
    return records


def test_numbers_read_in_one_pass_are_those_read_cell_by_cell() -> None:
    plain = pl.Series("a", ["1", "-2.5", "1234.125", None, "1e3", ".5"])
    odd = pl.Series("a", [*plain, "1,234.50"])
    assert parse_cells.numbers(plain).values.to_list() == parse_cells.numbers(odd).values.to_list()[:-1]
    infinite = parse_cells.numbers(pl.Series("a", ["1.5", "inf", "nan"]))
    assert infinite.unreadable.to_list() == [False, True, True]
    with pytest.raises(parse_cells.Ambiguous):
        parse_cells.numbers(pl.Series("a", ["1.234", "12"]))
    assert parse_cells.numbers(pl.Series("a", ["1.234"]), "comma").values.to_list() == [1234]


def test_what_is_left_out_of_costs_and_wins_is_told(tmp_path: Path) -> None:
    (tmp_path / "spend.csv").write_text("Day,Channel,Cost\n2024-01-02,Web,5\n2024-01-03,,6\n2024-01-04,Web\n")
    (tmp_path / "deals.csv").write_text(text())
    settings = {**MAP, "spend": {"date": "Day", "source": "Channel", "cost": "Cost"}}
    paths = [tmp_path / "deals.csv", tmp_path / "spend.csv"]
    read = read_history(paths, Map.model_validate(settings), today=TODAY)
    assert lost(read)["incomplete_cost"] == 1
    assert any("spend.csv: 1 left out: row of another width" in note for note in read.notes)


def test_win_rates_are_told_by_segment(tmp_path: Path) -> None:
    rows = [
        f"{i},2024-01-{1 + i % 28:02},,Ann,{'Won' if i % (3 + i % 2) == 0 else 'Lost'},5,{'NS'[i % 2]}"
        for i in range(240)
    ]
    deals = {**MAP["deals"], "columns": {**MAP["deals"]["columns"], "segment": "Region"}}  # type: ignore[dict-item]
    given = Map.model_validate({"deals": deals, "least": 20})
    path = tmp_path / "deals.csv"
    path.write_text(text(*rows, head=HEAD + ",Region"))
    rates = study_of(read_history([path], given, today=TODAY), given).rates
    assert {name for name in rates if "segment" in name} == {"won_by_segment.N", "won_by_segment.S"}
    assert rates["won_by_segment.N"].k + rates["won_by_segment.S"].k == rates["won"].k


def _edit(change: Callable[[dict], None]) -> dict:  # type: ignore[type-arg]
    content = json.loads(json.dumps(MAP))
    change(content)
    return content  # type: ignore[no-any-return]


def test_an_empty_map_is_told_how_to_begin(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("# nothing yet\n")
    with pytest.raises(ScenarioError, match=r"--suggest-map. writes one"):
        read_map(tmp_path / "map.yaml")


def test_every_mistake_of_a_map_is_named_with_its_place(tmp_path: Path) -> None:
    from optimizer.history.read.maps.mapping import read_map

    def spoil(content: dict) -> None:  # type: ignore[type-arg]
        content["deals"]["column"] = content["deals"]["columns"]
        content["deals"]["good"] = "hot"
        content["timezone"] = "Paris"
        content["period"] = "week"

    path = tmp_path / "map.yaml"
    path.write_text(json.dumps(_edit(spoil), indent=1))
    with pytest.raises(ScenarioError) as caught:
        read_map(path)
    said = str(caught.value)
    assert 'did you mean "columns"' in said
    assert "period" in said
    assert all(problem.line for problem in caught.value.problems)
