"""Rows that mean something else than a lead, and cells as people write them: right, or refused saying why.

Right values of the cases are those of `tests/cases/history/expected.json`, worked out with pandas.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from test_history import CASES
from test_history_exports import (
    HEAD,
    MAP,
    ROWS,
    TODAY,
    History,
    Map,
    history,
    lost,
    parse_cells,
    read_history,
    read_map,
    text,
)

from optimizer import ScenarioError
from tests.verbs import run

EXPECTED = json.loads((CASES / "expected.json").read_text())
MAPS = {
    "names_as_id": "map_report",
    "product_lines": "map_lines",
    "duplicates": "map_histories",
    "currency_mixed": "map_sf",
    "currency_one": "map_sf",
    **dict.fromkeys(("utf16le", "mac_roman", "nfd"), "map_fr"),
}


def phrases(texts: str) -> list[str]:
    return [text for line in texts.strip().splitlines() for text in line.strip().split(" | ")]


def case(name: str, **settings: object) -> History:
    """A case of the book as it is read, persons by name."""
    table, kind = name.removesuffix("_xlsx"), ".xlsx" if name.endswith("_xlsx") else ".csv"
    map_file = CASES / f"{MAPS.get(table, 'map_xlsx' if kind == '.xlsx' else 'map')}.yaml"
    given = read_map(map_file).model_copy(update=settings)
    return read_history([CASES / f"{table}{kind}"], given, names=True, today=dt.date(2025, 12, 31))


def counts(read: History) -> dict[str, object]:
    """What the book says of a case, as it was read."""
    deals = read.deals.filter(~pl.col("junk"))
    wins = deals.filter("won")
    still = deals.filter(~pl.col("won") & ~pl.col("lost"))
    return {
        "rows": deals.height,
        "deals": deals.height,
        "won": wins.height,
        "lost": int(deals["lost"].sum()),
        "open": still.height,
        "mean_value_of_wins": wins["value"].mean(),
        "wins_with_value": wins["value"].count(),
        "wins_without": wins["value"].null_count(),
        "persons": sorted(set(deals["owner"].cast(pl.String)) - {"nobody"}),
        "rows_without_owner": lost(read).get("no_owner", 0),
        "dropped": sum(loss.rows for loss in read.dropped),
        "copies": lost(read).get("copy_under_new_id", 0),
        "different": deals.height,
        "open_values": dict(otherwise(read).get("neither_won_nor_lost", ())),
        "lag_won_median": wins["lag"].median(),
        "first": str(deals["created"].dt.date().min()),
        "last_created": str(deals["created"].dt.date().max()),
        "created": str(deals["created"].dt.date().min()),
    }


def otherwise(read: History) -> dict[str, tuple[tuple[str, int], ...]]:
    return {loss.reason: loss.values for loss in read.otherwise}


READ = """
    amounts dates_de dates_es dates_fr dates_h duplicates mac_roman nfd no_owner nul product_lines
    repeated_header repeated_ids same_heading stage_case totals totals_xlsx trailing utf16le
"""


@pytest.mark.parametrize("name", READ.split())
def test_a_case_of_the_book_is_read_as_pandas_read_it(name: str) -> None:
    expected = EXPECTED[name]
    read = case(name)
    said = counts(read)
    if name == "duplicates":
        expected = {**expected, "rows": expected["different"]}
    if name == "march":
        expected = {**expected, "created": "2024-03-03"}
    for key in expected.keys() & said.keys():
        right = sorted(expected[key]) if key == "persons" else expected[key]
        assert said[key] == (pytest.approx(right) if isinstance(right, float) else right), key
    assert read.deals.height + sum(loss.rows for loss in read.dropped) == read.read["deals"]


def test_what_was_done_to_rows_is_told_with_counts_in_json_and_at_the_terminal() -> None:
    arguments = ("calibrate", CASES / "no_owner.csv", "--map", CASES / "map.yaml")
    code, said, stderr = run(*arguments, "--json")
    assert code == 0, stderr
    content = json.loads(said)
    assert content["unusable_cells"]["no_owner"] == 480
    assert content["cell_texts"]["empty_word"]["Non attribué"] == 60
    assert content["open_values"] == {"Open": 200}
    code, said, _ = run(*arguments)
    assert "480 rows read otherwise: Word that says that the cell is empty: #N/A 60" in said
    assert "Neither won nor lost: counted as open: Open 200" in said


REFUSED_CASES = {
    "won_only": ("map", "every row is won (720 of 720)", "lost and open deals too"),
    "plain": ("map_empty", "must not be empty", "add at least one"),
    "names_as_id": ("map_report", "is no id: 48 of 60 rows", "leave `id` out"),
    "currency_mixed": ("map_sf", "mixes currencies", "rates: {PEN: ...}"),
}


@pytest.mark.parametrize("name", REFUSED_CASES)
def test_a_case_that_has_no_right_answer_is_refused_with_a_remedy(name: str) -> None:
    map_file, message, hint = REFUSED_CASES[name]
    code, said, _ = run("calibrate", CASES / f"{name}.csv", "--map", CASES / f"{map_file}.yaml", "--json")
    (problem,) = json.loads(said)["problems"]
    assert code == 2
    assert message in problem["message"]
    assert hint in problem["hint"]


# --- currencies -----------------------------------------------------------------------------------------


def test_currencies_of_a_column_are_refused_with_their_counts_or_converted_by_rates() -> None:
    with pytest.raises(ScenarioError, match="EUR 2, PEN 1"):
        case("currency_mixed")
    read = case("currency_mixed", rates={"PEN": 0.25})
    assert read.deals.filter("won")["value"].mean() == 98.75
    assert otherwise(read)["converted_currency"] == (("PEN", 1),)
    with pytest.raises(ScenarioError, match="has no rate for PEN 1"):
        case("currency_mixed", rates={"GBP": 1.2})


def test_a_column_of_one_other_currency_contradicts_the_map() -> None:
    (note,) = (note for note in case("currency_one").notes if "CHF" in note)
    assert "60 amounts are marked CHF, the map says EUR" in note


@pytest.mark.parametrize("heading", ["Devise", "Währung", "Moneda", "Currency", "Deal Currency Code", "Ccy"])
def test_a_column_of_currencies_is_found_by_its_heading_in_four_languages(
    heading: str, tmp_path: Path
) -> None:
    rows = [f"{row},{code}" for row, code in zip(ROWS, ("Euro", "", "USD"), strict=True)]
    with pytest.raises(ScenarioError, match="EUR 1, USD 1"):
        history(tmp_path, text(*rows, head=f"{HEAD},{heading}"))
    read = history(tmp_path, text(*rows, head=f"{HEAD},{heading}"), rates={"USD": 0.9})
    assert read.deals["value"].to_list() == [1000.5, None, 180]


def test_a_currency_column_of_other_amounts_is_not_that_of_the_deals(tmp_path: Path) -> None:
    head = f"{HEAD},Amount Currency,Revenue,Revenue Currency"
    rows = [f"{row},EUR,5,{code}" for row, code in zip(ROWS, ("EUR", "USD", "GBP"), strict=True)]
    assert not any("currenc" in note for note in history(tmp_path, text(*rows, head=head)).notes)


def test_marks_in_cells_are_currencies_only_where_their_code_is_one(tmp_path: Path) -> None:
    read = history(tmp_path, text(*ROWS, "4,2024-01-05,,Ann,Won,TBD", "5,2024-01-05,,Ann,Won,€5"))
    assert lost(read)["unreadable_value"] == 1
    mixed = text(*ROWS, "4,2024-01-05,,Ann,Won,US$5", "5,2024-01-05,,Ann,Won,€5")
    with pytest.raises(ScenarioError, match="EUR 1, USD 1"):
        history(tmp_path, mixed)
    assert history(tmp_path, mixed, rates={"USD": 0.5}).deals["value"].to_list()[-2:] == [2.5, 5]


def test_costs_in_a_currency_of_their_own_are_converted_too(tmp_path: Path) -> None:
    (tmp_path / "spend.csv").write_text(
        "Day,Channel,Cost,Currency\n2024-01-02,Web,5,EUR\n2024-01-03,Web,6,USD\nTotal,,11,\n"
    )
    (tmp_path / "deals.csv").write_text(text())
    settings = {**MAP, "spend": {"date": "Day", "source": "Channel", "cost": "Cost"}, "rates": {"USD": 0.5}}
    paths = [tmp_path / "deals.csv", tmp_path / "spend.csv"]
    read = read_history(paths, Map.model_validate(settings), today=TODAY)
    assert read.spend["cost"].to_list() == [5, 3]
    assert lost(read)["total_row"] == 1


# --- ids ------------------------------------------------------------------------------------------------


def test_the_decided_state_of_a_repeated_id_counts_wherever_it_stands(tmp_path: Path) -> None:
    states = (
        "4,2024-01-05,2024-02-01,Bob,Won,300",
        "4,2024-01-05,,Ann,Open,200",
        "6,2024-01-05,,Ann,Open,200",
        "6,2024-01-05,2024-02-01,Bob,Lost,",
    )
    read = history(tmp_path, text(*ROWS, *states))
    deal = read.deals.filter(pl.col("id") == "4").row(0, named=True)
    assert (deal["won"], deal["value"], deal["lag"]) == (True, 300, 27)
    assert read.deals.filter(pl.col("id") == "6")["lost"].all()
    assert lost(read)["earlier_state"] == 2


def test_an_id_of_deals_that_were_decided_apart_is_no_id(tmp_path: Path) -> None:
    company = ("9,2024-01-05,2024-02-01,Ann,Won,300", "9,2024-01-05,2024-03-01,Ann,Won,200")
    with pytest.raises(ScenarioError, match="'Id' is no id: 1 of 5 rows"):
        history(tmp_path, text(*ROWS, *company))


def test_few_ids_of_two_deals_are_told_and_many_refused(tmp_path: Path) -> None:
    rows = [f"{i},2024-01-{1 + i % 28:02},,Ann,{('Won', 'Lost', 'Open')[i % 3]},{i}.5" for i in range(100)]
    again = [f"{i},2024-03-05,,Bob,Lost,7.25" for i in range(3)]
    assert lost(history(tmp_path, text(*rows, *again[:2])))["id_again"] == 2
    with pytest.raises(ScenarioError, match="is no id: 3 of 103"):
        history(tmp_path, text(*rows, *again))


def test_without_an_id_every_row_is_a_lead(tmp_path: Path) -> None:
    columns = {k: v for k, v in MAP["deals"]["columns"].items() if k != "id"}  # type: ignore[attr-defined, index]
    path = CASES / "names_as_id.csv"
    given = read_map(CASES / "map_report.yaml")
    unnamed = given.deals.columns.model_copy(update={"id": None})
    given = given.model_copy(update={"deals": given.deals.model_copy(update={"columns": unnamed})})
    read = read_history([path], given, today=dt.date(2025, 12, 31))
    assert {k: counts(read)[k] for k in ("rows", "won", "lost")} == {"rows": 60, "won": 20, "lost": 20}
    joined = {"deals": {**MAP["deals"], "columns": columns}, "closed": {"id": "Id", "closed": "Closed"}}  # type: ignore[dict-item]
    (tmp_path / "map.yaml").write_text(json.dumps(joined))
    with pytest.raises(ScenarioError, match="has no `id`, by which `closed` is joined"):
        read_map(tmp_path / "map.yaml")


LINES = [f"{i},2024-01-{1 + i % 28:02},,Ann,{('Won', 'Lost')[i % 2]}" for i in range(20)]


def test_lines_of_a_deal_are_added_up_where_they_differ_and_taken_once_where_they_do_not(
    tmp_path: Path,
) -> None:
    columns = {**MAP["deals"]["columns"], "product": "Product"}  # type: ignore[dict-item]
    head = f"{HEAD},Product"

    def values(prices: tuple[int, int], **deals: object) -> set[float]:
        rows = [f"{row},{price},{name}" for row in LINES for price, name in zip(prices, "AB", strict=True)]
        read = history(tmp_path, text(*rows, head=head), deals={**MAP["deals"], "columns": columns, **deals})  # type: ignore[dict-item]
        assert lost(read) == {"line_of_deal": 20}
        return set(read.deals["value"])

    assert values((10, 5)) == {15}
    assert values((10, 10)) == {10}
    assert values((10, 10), lines="add") == {20}
    assert values((10, 5), lines="once") == {10}


def test_lines_that_only_other_columns_tell_apart_are_asked_about(tmp_path: Path) -> None:
    rows = [f"{row},10,{name}" for row in LINES for name in "AB"]
    with pytest.raises(ScenarioError, match="20 rows have the id of a row before") as caught:
        history(tmp_path, text(*rows, head=f"{HEAD},Item"))
    assert "(got: Item)" in str(caught.value)
    for lines, value in (("add", 20), ("once", 10)):
        read = history(tmp_path, text(*rows, head=f"{HEAD},Item"), deals={**MAP["deals"], "lines": lines})  # type: ignore[dict-item]
        assert set(read.deals["value"]) == {value}
    copies = [row.rpartition(",")[0] for row in rows]
    assert lost(history(tmp_path, text(*copies))) == {"id_again": 20}


def test_the_newest_state_counts_where_files_list_it_first(tmp_path: Path) -> None:
    states = [
        "4,2024-01-05,2024-02-01,Ann,Won,300",
        "4,2024-01-05,,Ann,Open,200",
        "5,2024-01-06,,Ann,Negotiation,20",
        "5,2024-01-06,,Ann,Open,10",
    ]
    for rows in (states, states[::-1]):
        read = history(tmp_path, text(*ROWS, *rows))
        assert read.deals.filter(pl.col("id") == "5")["value"].to_list() == [20]


def test_a_copy_under_a_new_id_needs_more_than_chance_and_no_column_that_differs(tmp_path: Path) -> None:
    at = [f"2024-01-{1 + i % 28:02} 10:{i % 60:02}" for i in range(200)]
    rows = [f"{i},{at[i]},,Ann,{('Won', 'Lost')[i % 2]},{100 + i}.25" for i in range(200)]
    copies = [f"X{row}" for row in rows[:20]]
    assert lost(history(tmp_path, text(*rows, *copies)))["copy_under_new_id"] == 20
    other = [f"{row},{i}" for i, row in enumerate([*rows, *copies])]
    read = history(tmp_path, text(*other, head=f"{HEAD},Mail"))
    assert "copy_under_new_id" not in lost(read)
    assert otherwise(read)["alike_but_for_id"] == ()
    flat = [f"{i},2024-01-{1 + i % 5:02},,Ann,{('Won', 'Lost')[i % 2]},100" for i in range(200)]
    assert lost(history(tmp_path, text(*flat))).get("copy_under_new_id") is None


# --- rows that are no leads -----------------------------------------------------------------------------


TOTALS = phrases(
    """
    Total | TOTAL | Grand Total | Grand Totals (60 records) | Subtotal | Total général | Sous-total | Somme
    Totaux | Gesamt | Gesamtsumme | Summe: | Gesamtergebnis | Zwischensumme | Insgesamt | Total general
    Suma | Suma total | Total: 590 | Moyenne | Durchschnitt | Count: 6
    """
)


@pytest.mark.parametrize("word", TOTALS)
def test_a_row_of_totals_is_no_lead_in_four_languages(word: str, tmp_path: Path) -> None:
    read = history(tmp_path, text(*ROWS, f"{word},2024-05-10,2024-05-20,,Won,590"))
    (loss,) = (loss for loss in read.dropped if loss.reason == "total_row")
    assert loss.values == ((word, 1),)
    assert read.deals.height == 3


@pytest.mark.parametrize(
    "name", ["Total Energies", "Summit", "Totalsa 12", "Sumas y mas", "Gesamtschule Köln"]
)
def test_a_name_that_begins_like_a_total_is_a_lead(name: str, tmp_path: Path) -> None:
    assert history(tmp_path, text(*ROWS, f"{name},2024-05-10,,Ann,Won,5")).deals.height == 4


# --- outcomes -------------------------------------------------------------------------------------------


def test_outcomes_are_those_of_the_map_in_whatever_letters(tmp_path: Path) -> None:
    rows = [
        f"{i},2024-01-05,,Ann,{stage},5"
        for i, stage in enumerate(
            ("CLOSED WON", "closed_won", "Closed  Won", "Closed-Won ", "Not won", "Perdue", "Démo")
        )
    ]
    deals = {**MAP["deals"], "won": {"Stage": "Closed Won"}, "lost": {"Stage": ["perdué"]}}  # type: ignore[dict-item]
    read = history(tmp_path, text(*rows), deals=deals)
    assert read.deals["won"].sum() == 4
    assert read.deals["lost"].sum() == 1
    assert otherwise(read)["neither_won_nor_lost"] == (("Démo", 1), ("Not won", 1))
    assert dict(otherwise(read)["spelled_otherwise"]).keys() >= {"CLOSED WON", "closed_won", "Perdue"}


def test_one_person_or_source_in_several_spellings_is_one_and_counted(tmp_path: Path) -> None:
    """Codes may differ by case alone. Names of persons are not repeated in what is told."""
    owners = ("Zoë Noé", "Zoë Noé", "zoe  noe", "ZOË NOÉ", "Bo Lind", "005aB", "005Ab")
    sources = ("Web", "Web", "web", "WEB", "Référral", "Web", "Web")
    rows = [
        f"{i},2024-01-05,,{owner},{source},{'Won' if i else 'Lost'},5"
        for i, (owner, source) in enumerate(zip(owners, sources, strict=True))
    ]
    head = "Id,Created,Closed,Owner,Source,Stage,Amount"
    file, spend = tmp_path / "d.csv", tmp_path / "s.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    spend.write_text("Day,Channel,Cost\n2024-01-02,web,10\n2024-01-03,referral,5\n", encoding="utf-8")
    columns = {name.lower(): name for name in head.split(",") if name not in ("Stage", "Amount")}
    given = Map.model_validate(
        {
            "deals": {
                "columns": columns | {"value": "Amount"},
                "won": {"Stage": "Won"},
                "lost": {"Stage": "Lost"},
            },
            "spend": {"date": "Day", "source": "Channel", "cost": "Cost"},
            "change": {"on": "2024-01-06", "concerned": ["zoe noe"], "reward": 1.2},
        }
    )
    read = read_history([file, spend], given, names=True, today=dt.date(2026, 1, 1))
    assert set(read.deals["owner"].cast(pl.String)) == {"Zoë Noé", "Bo Lind", "005aB", "005Ab"}
    assert set(read.deals["source"].cast(pl.String)) == {"Web", "Référral"}
    assert read.spend["source"].cast(pl.String).to_list() == ["Web", "Référral"]
    assert read.concerned == ("Zoë Noé",)
    told = {loss.reason: loss for loss in read.otherwise}
    assert (told["person_spelled_otherwise"].rows, told["person_spelled_otherwise"].values) == (2, ())
    assert dict(told["name_spelled_otherwise"].values) == {"web": 1, "WEB": 1}


def test_two_spellings_that_a_map_tells_apart_stay_apart(tmp_path: Path) -> None:
    deals = {**MAP["deals"], "won": {"Stage": "A"}, "lost": {"Stage": "a"}}  # type: ignore[dict-item]
    read = history(tmp_path, text("1,2024-01-05,,Ann,A,5", "2,2024-01-05,,Ann,a,5"), deals=deals)
    assert read.deals["won"].to_list() == [True, False]


def test_a_word_for_nothing_is_not_there(tmp_path: Path) -> None:
    deals = {**MAP["deals"], "won": {"Closed": "present"}}  # type: ignore[dict-item]
    rows = (
        "1,2024-01-05,NULL,Ann,Won,5",
        "2,2024-01-05,2024-02-01,Ann,x,-",
        r"3,2024-01-05,\N,(leer),x,k.A.",
    )
    read = history(tmp_path, text(*rows), deals=deals)
    assert read.deals["won"].to_list() == [False, True, False]
    assert "unreadable_closing" not in lost(read)
    assert lost(read)["no_owner"] == 1


NOBODIES = phrases(
    r"""
    NULL | N/A | #N/A | None | - | -- | Unassigned | Not assigned | \N | nan | (blank) | NA
    Non attribué | Non attribuée | (vide) | Aucun | Sans propriétaire | Nicht zugewiesen | (Leer)
    k. A. | Kein Besitzer | Sin asignar | (vacío) | Ninguno | no asignado
    """
)


@pytest.mark.parametrize("word", NOBODIES)
def test_a_word_for_nobody_is_no_person_in_four_languages(word: str, tmp_path: Path) -> None:
    read = history(tmp_path, text(*ROWS, f"4,2024-01-05,,{word},Won,5"))
    assert lost(read)["no_owner"] == 1
    assert dict(otherwise(read)["empty_word"]) == {word: 1}


def test_where_wins_were_left_out_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="of 1 that are; rows were left out") as caught:
        history(tmp_path, text(*ROWS), start=dt.date(2024, 1, 3))
    assert "created before start: 1" in str(caught.value)
    assert counts(case("march"))["won"] == 1


# --- cells ----------------------------------------------------------------------------------------------

TWELFTH = phrases(
    """
    12. Mär 2024 | 12. März 2024 | 12 mars 2024 | 12 mar 2024 | 12 de marzo de 2024 | 12th of March 2024
    March 12th, 2024 | Mar 12, 2024 | 12-Mar-24 | mar. 12 mars 2024 | Di., 12.03.2024 | 12/03/24
    45363 | martes, 12 de marzo de 2024 | Tue Mar 12 2024 | le 12 mars 2024 | 20240312 | 2024-Mar-12
    12 mrz 2024 | 12 MÄRZ 2024 | 12\u00a0mars\u00a02024 | '12/03/2024 | 12.3.2024 | 12/mars/2024
    12-mar.-2024 | 12-03-2024
    """
)
HALF_PAST_TWO = phrases(
    """
    12/03/2024 14h30 | 12 mars 2024 à 14h30 | 12/03/2024 14 h 30 | 12. März 2024 um 14:30 Uhr
    12.03.2024 14.30 | 12 de marzo de 2024 a las 14:30 | 12/03/2024 2:30 p. m.
    12-MAR-24 02.30.00.000000 PM | 20240312T143000 | 2024-03-12T15:30:00+01:00
    12 Mar 2024 2:30\u202fPM | 1710253800 | 45363,604166667
    """
)


def read_dates(*cells: str) -> list[dt.datetime | None]:
    return parse_cells.dates(pl.Series("Created", cells), day_first=True).values.to_list()


@pytest.mark.parametrize("cell", TWELFTH)
def test_a_day_is_read_however_it_is_written(cell: str) -> None:
    assert read_dates(cell) == [dt.datetime(2024, 3, 12)]


@pytest.mark.parametrize("cell", HALF_PAST_TWO)
def test_a_time_is_read_however_it_is_written(cell: str) -> None:
    (moment,) = read_dates(cell)
    assert moment is not None
    assert abs(moment - dt.datetime(2024, 3, 12, 14, 30)) < dt.timedelta(seconds=1)


MONTHS = {
    1: "January janv. janvier Jän. Januar enero ene. 1er-janv",
    2: "Feb févr. février Feber Februar febrero",
    4: "Apr avr. avril abril abr.",
    5: "May mai Mai mayo",
    6: "June juin Juni junio",
    7: "July juil. juillet Juli julio",
    8: "Aug août aout agosto ago.",
    9: "Sept. septembre September septiembre setiembre",
    10: "Oct octobre Okt. Oktober octubre",
    11: "Nov novembre November noviembre",
    12: "Dec déc. décembre Dez. Dezember diciembre dic.",
}


@pytest.mark.parametrize("month", MONTHS)
def test_months_are_read_by_name_in_four_languages(month: int) -> None:
    names = [name for name in MONTHS[month].split() if "-" not in name]
    assert read_dates(*(f"1 {name} 2024" for name in names)) == [dt.datetime(2024, month, 1)] * len(names)
    assert read_dates(f"1er {names[0]} 2023") == [dt.datetime(2023, month, 1)]


def test_no_day_is_made_up() -> None:
    assert read_dates("31 février 2024", "12 foo 2024", "Q1 2024", "mars 2024", "soon") == [None] * 5


AMOUNTS = {
    "€500": 500,
    "1,5 k€": 1500,
    "250,50 € HT": 250.5,
    "1 250,00 €": 1250,
    "CHF 1'250.–": 1250,
    "1’250.50": 1250.5,
    "500,-": 500,
    "(500)": -500,
    "500-": -500,
    "−500": -500,
    "1.5M USD": 1500000.0,
    "12 T€": 12000,
    "12 Tsd. €": 12000,
    "1\u2009250\u202f000": 1250000.0,
    "EUR500": 500,
    "US$ 5": 5,
    "3 TTC": 3,
    "1,2 Mio. €": 1200000.0,
    "10 € + TVA": 10,
    "10 € zzgl. MwSt.": 10,
    "10 € sin IVA": 10,
    "R$ 5,5": 5.5,
    "500 kr.": 500,
    "1,00,000": 100000,
    "€ (500)": -500,
    "TBD": None,
    "about 3": None,
    "5 USD/month": None,
    "10 %": None,
    "ALL": None,
}


@pytest.mark.parametrize("cell", AMOUNTS)
def test_an_amount_is_read_however_it_is_written(cell: str) -> None:
    assert parse_cells.numbers(pl.Series("Amount", [cell])).values.to_list() == [AMOUNTS[cell]]


def test_dates_that_cannot_be_read_are_shown_where_they_are_more_than_few(tmp_path: Path) -> None:
    rows = [f"{i},2024-01-{1 + i % 28:02},,Ann,{('Won', 'Lost')[i % 2]},{i}" for i in range(95)]
    few = [
        f"A{i},{day},,Ann,Won,{500 + i}" for i, day in enumerate(("soon", "later", "32/01/2024", "Q1", "?!x"))
    ]
    assert lost(history(tmp_path, text(*rows, *few)))["unreadable_creation"] == 5
    with pytest.raises(
        ScenarioError, match="6 of 101 dates of the column 'Created' cannot be read"
    ) as caught:
        history(tmp_path, text(*rows, *few, "B,someday,,Ann,Won,900"))
    assert "'soon', 'later'" in str(caught.value)
    closed = [row.replace(",,Ann", ",tomorrow,Ann", 1) for row in rows[:6]]
    with pytest.raises(ScenarioError, match="no cell of the column 'Closed'"):
        history(tmp_path, text(*rows[6:], *closed))


# --- files ----------------------------------------------------------------------------------------------

ACCENTS = text("1,2024-01-02,,Zoé Müñoz,Won,5", "2,2024-01-03,,Ana Gagnée,Lost,6")
UMLAUTS = text("1,2024-01-02,,Jörg Bär,Won,5", "2,2024-01-03,,Ann,Lost,6")
ENCODED = {
    "Mac Roman, two umlauts": ("mac_roman", UMLAUTS),
    "code page 850, two umlauts": ("cp850", UMLAUTS),
    "Windows-1252, two umlauts": ("cp1252", UMLAUTS),
    "Windows-1252": ("cp1252", ACCENTS),
    "Mac Roman": ("mac_roman", ACCENTS),
    "code page 850": ("cp850", ACCENTS),
    "UTF-16 without its mark": ("utf-16-le", ACCENTS),
    "UTF-16 without its mark, the other way": ("utf-16-be", ACCENTS),
    "UTF-32": ("utf-32", ACCENTS),
}


@pytest.mark.parametrize("name", ENCODED)
def test_names_arrive_whole_from_every_encoding_of_spreadsheets(name: str, tmp_path: Path) -> None:
    encoding, content = ENCODED[name]
    (tmp_path / "deals.csv").write_bytes(content.encode(encoding))
    read = read_history([tmp_path / "deals.csv"], Map.model_validate(MAP), names=True, today=TODAY)
    persons = {"Zoé Müñoz", "Ana Gagnée"} if content is ACCENTS else {"Jörg Bär", "Ann"}
    assert set(read.deals["owner"].cast(pl.String)) == persons
    assert any(name.partition(",")[0] in note for note in read.notes)


def test_text_that_was_encoded_twice_is_mended(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(ACCENTS.encode().decode("cp1252"))
    read = read_history([tmp_path / "deals.csv"], Map.model_validate(MAP), names=True, today=TODAY)
    assert "Zoé Müñoz" in set(read.deals["owner"].cast(pl.String))


def test_ends_of_rows_beyond_the_header_are_cut_where_they_are_empty(tmp_path: Path) -> None:
    some = [ROWS[0] + ",,", ROWS[1], ROWS[2] + ","]
    assert history(tmp_path, text(*some)).deals["value"].to_list() == [1000.5, None, 200]
    assert history(tmp_path, text(*some).replace("\n", "\r\n")).deals.height == 3
    assert history(tmp_path, text(head=HEAD + ",,")).deals.height == 3
    with pytest.raises(ScenarioError, match="3 rows have 7 cells, the header 6"):
        history(tmp_path, text(*(f"{row},x" for row in ROWS)))


def test_a_heading_twice_is_one_column_where_both_agree(tmp_path: Path) -> None:
    head = f"{HEAD},Owner"
    agreeing = [f"{row},{owner}" for row, owner in zip(ROWS, ("Ann", "", "Ann"), strict=True)]
    assert history(tmp_path, text(*agreeing, head=head)).deals.height == 3
    with pytest.raises(ScenarioError, match="the same heading") as caught:
        history(tmp_path, text(*(f"{row},Zoe" for row in ROWS), head=head))
    assert "`Owner (7)`" in str(caught.value)


def test_the_same_names_typed_in_two_ways_are_the_same(tmp_path: Path) -> None:
    apart = text(*ROWS, "4,2024-01-05,,Zoé,Gagnée,5", head=HEAD.replace("Owner", "Propriétaire"))
    content = unicodedata.normalize("NFD", apart)
    columns = {**MAP["deals"]["columns"], "owner": "Propriétaire"}  # type: ignore[dict-item]
    deals = {**MAP["deals"], "columns": columns, "won": {"Stage": ["Won", "Gagnée"]}}  # type: ignore[dict-item]
    (tmp_path / "map.yaml").write_text(
        unicodedata.normalize("NFD", json.dumps({"deals": deals}, ensure_ascii=False))
    )
    (tmp_path / "deals.csv").write_text(content)
    read = read_history([tmp_path / "deals.csv"], read_map(tmp_path / "map.yaml"), names=True, today=TODAY)
    assert read.deals["won"].to_list() == [True, False, False, True]
    assert "Zoé" in set(read.deals["owner"].cast(pl.String))


def test_dates_of_zeros_are_no_dates(tmp_path: Path) -> None:
    rows = [row.replace(",,", ",0000-00-00 00:00:00,") for row in ROWS]
    read = history(tmp_path, text(*rows))
    assert "unreadable_closing" not in lost(read)


def test_a_rate_of_the_maps_own_currency_is_a_slip(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(json.dumps({**MAP, "rates": {"EUR": 2.0}}))
    with pytest.raises(ScenarioError, match="is the currency of the map itself"):
        read_map(tmp_path / "map.yaml")


def test_amounts_that_name_no_currency_among_others_are_told(tmp_path: Path) -> None:
    rows = [f"{row},{code}" for row, code in zip(ROWS, ("USD", "", ""), strict=True)]
    read = history(tmp_path, text(*rows, head=f"{HEAD},Currency"), rates={"USD": 0.5})
    assert any("1 amounts name no currency and are taken as EUR" in note for note in read.notes)


def test_small_sources_are_no_dead_end(tmp_path: Path) -> None:
    out = tmp_path / "scenario.yaml"
    arguments = ("calibrate", CASES / "least.csv", "--map", CASES / "map_least.yaml", "--out", out)
    code, said, stderr = run(*arguments)
    assert code == 0, said + stderr
    assert run("check", out)[0] == 0


@pytest.mark.parametrize(("name", "won"), [("product_lines", 20), ("repeated_ids", 2), ("names_as_id", 20)])
def test_a_suggested_map_reads_repeated_ids_as_deals_and_repeated_names_as_rows(
    name: str, won: int, tmp_path: Path
) -> None:
    code, said, stderr = run("calibrate", CASES / f"{name}.csv", "--suggest-map")
    assert code == 0, stderr
    (tmp_path / "map.yaml").write_text(said)
    read = read_history([CASES / f"{name}.csv"], read_map(tmp_path / "map.yaml"), today=TODAY)
    assert read.deals["won"].sum() == won
