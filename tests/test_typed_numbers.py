"""Numbers as people type them: what they are, and what is asked again rather than guessed."""

from __future__ import annotations

import pytest

from optimizer.scenario.start.typed_number import typed_number


def read(text: str, unit: str = "EUR", language: str = "fr") -> object:
    found = typed_number(text, unit, language, "quarter")
    return found if isinstance(found, float) else (found.why, *found.meant)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1 250,5", "per period", 1250.5),
        ("1\u00a0250,5", "per period", 1250.5),
        ("1\u202f250,5", "per period", 1250.5),
        ("1'250", "EUR", 1250.0),
        ("1\u2019250.50", "EUR", 1250.5),
        ("1.250,5", "EUR", 1250.5),
        ("1,250.5", "EUR", 1250.5),
        ("1.250.000", "EUR", 1250000.0),
        ("1,250,000", "EUR", 1250000.0),
        ("100 000", "EUR", 100000.0),
        ("12 %", "%", 12.0),
        ("12%", "% of price", 12.0),
        ("12,5 pour cent", "%", 12.5),
        ("0.07", "%", 0.07),
        ("14k€", "EUR", 14000.0),
        ("14 K€ HT", "EUR", 14000.0),
        ("1,5M€", "EUR", 1500000.0),
        ("2 millions", "EUR", 2000000.0),
        ("€14000", "EUR", 14000.0),
        ("38 000 € par t\u00eate et par an", "EUR/year", 38000.0),
        ("38 000 \u20ac brut / an", "EUR/year", 38000.0),
        ("360 / trimestre", "per period", 360.0),
        ("31 contrats", "per period", 31.0),
        ("4,5 ETP", "FTE", 4.5),
        ("75 jours", "days", 75.0),
        ("2 ans", "years", 2.0),
        ("~30", "per period", 30.0),
        ("env. 30", "per period", 30.0),
        (".5", "FTE", 0.5),
        ("1e5", "EUR", 100000.0),
        ("0", "%", 0.0),
    ],
)
def test_what_people_type_is_read(text: str, unit: str, value: float, language: str) -> None:
    assert read(text, unit, language) == value


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("text", "unit", "why"),
    [
        ("", "%", ("no_number",)),
        ("beaucoup", "%", ("no_number",)),
        ("nan", "EUR", ("no_number",)),
        ("1 25", "EUR", ("no_number",)),
        ("1.2.3", "EUR", ("no_number",)),
        ("10-12", "per period", ("several",)),
        ("10 \u00e0 12", "per period", ("several",)),
        ("1/3", "%", ("several",)),
        ("-5", "per period", ("negative", 5.0)),
        ("\u22125", "per period", ("negative", 5.0)),
        ("(540)", "EUR", ("negative", 540.0)),
        ("(1 250,5) €", "EUR", ("negative", 1250.5)),
        ("80 %", "FTE", ("other_unit",)),
        ("12 €", "%", ("other_unit",)),
        ("3 douzaines", "per period", ("other_unit",)),
        ("3 mois", "days", ("other_unit",)),
        ("12 $", "EUR", ("other_money",)),
        ("12 000 € TTC", "EUR", ("other_money",)),
        ("2 500 €/mois", "EUR/year", ("other_time", 30000.0)),
        ("120 par mois", "per period", ("other_time", 360.0)),
        ("1200 a year", "per period", ("other_time", 300.0)),
    ],
)
def test_what_is_no_answer_says_why(text: str, unit: str, why: tuple[object, ...], language: str) -> None:
    assert read(text, unit, language) == why


def test_a_mark_that_may_part_thousands_is_read_as_english_has_it_and_asked_elsewhere() -> None:
    assert read("1,250", language="en") == 1250.0
    assert read("1.250", language="en") == 1.25
    assert read("1,250") == read("1.250") == ("two_ways", 1250.0, 1.25)
    assert read("1,250k") == ("two_ways", 1250000.0, 1250.0)
    assert read("0,250") == 0.25  # no thousand begins with 0
    assert read("1,25") == 1.25
