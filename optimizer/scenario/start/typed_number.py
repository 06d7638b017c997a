"""Numbers as people type them: `1 250,5`, `12 %`, `14k€`; none of two readings by chance."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Literal, NamedTuple

from optimizer.scenario.value_types import MONTHS

Wrong = Literal["no_number", "several", "two_ways", "negative", "other_unit", "other_money", "other_time"]
"""Why a text is no answer."""


class Unreadable(NamedTuple):
    """A text that is no answer."""

    why: Wrong
    meant: tuple[float, ...] = ()
    """Numbers that it may have meant, in the unit asked."""


class _Sort(NamedTuple):
    """What the number of a question is."""

    kind: str
    """share, money, people, days, years or count."""
    per: str
    """The period that it is per; empty where it is per none."""


_WORDS = {
    "share": "% pct pourcent percent pour cent per cent",
    "money": "€ eur euro euros brut brute bruts gross ht k€",
    "people": "etp fte ftes personne personnes pers people person tete tetes head heads salaries",
    "days": "j jour jours d day days",
    "years": "an ans annee annees y year years",
    "count": "lead leads contact contacts rdv meeting meetings contrat contrats contract contracts client "
    "clients customer customers visite visites visit visits vente ventes sale sales dossier dossiers affaire "
    "affaires deal deals produit produits product products compte comptes account accounts",
}
_UNIT = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_TIME = {
    word: period
    for period, words in {
        "month": "mois month months mensuel mensuels monthly",
        "quarter": "trimestre trimestres trim quarter quarters quarterly trimestriel",
        "half_year": "semestre semestres half-year half",
        "year": "an ans annee annees year years yearly annual annuel annuels",
    }.items()
    for word in words.split()
}
_LINKS = frozenset(
    {
        "/",
        "par",
        "per",
        "a",
        "each",
        "chaque",
        "et",
        "and",
        "of",
        "de",
        "d",
        "du",
        "des",
        "le",
        "la",
        "l",
        "the",
    }
)
_MONEY = re.compile(r"[$£¥]|\b(?:usd|gbp|chf|cad|dollars?|francs?|livres?|pounds?)\b|\bttc\b")
_ABOUT = re.compile(r"^(?:~|≈|±|env(?:iron)?\.?|about|approx\.?|ca\.?)\s*")
_BRACKETS = re.compile(r"^\(\s*([^()-]*\d[^()]*?)\s*\)(.*)$")
_NUMBER = re.compile(
    r"^(?P<money>€|eur\b)?\s*(?P<sign>[-+]?)\s*(?P<digits>\d(?:[\d.,'_ ]*\d)?|[.,]\d+)[.,]?"
    r"(?P<power>e[-+]?\d{1,2})?\s*(?P<rest>[^\d]*)$"
)
_TIMES = {word: 10**power for power, words in {
    3: "k mille thousand tsd", 6: "m mio million millions", 9: "md mrd bn milliard milliards billion",
}.items() for word in words.split()}  # fmt: skip
_FACTOR = re.compile(rf"^({'|'.join(sorted(_TIMES, key=len, reverse=True))})(?![a-z])\s*")
_GROUPS = re.compile(r"\d{1,3}(?:([ '_.,])\d{3})(?:\1\d{3})*")


def typed_number(text: str, unit: str, language: str, period: str) -> float | Unreadable:
    """The number of a text, in the unit of a question of the library. `1.250` is a thousand or a little more
    than one as English has it; elsewhere both are written, and that is asked."""
    plain = _ABOUT.sub("", _plain(text))
    found = _NUMBER.match(plain)
    if found is None:
        several = len(re.findall(r"\d+", plain)) > 1
        return Unreadable("several" if several else "no_number")
    values = [Decimal(digits) for digits in _readings(found["digits"], language)]
    if not values:
        return Unreadable("no_number")
    rest, factor = found["rest"], 1
    if times := _FACTOR.match(rest):
        rest, factor = rest[times.end() :], _TIMES[times[1]]
    scaled = [value * factor * Decimal(f"1{found['power'] or ''}") for value in values]
    refused = _unit_refused(f"{found['money'] or ''} {rest}", _sort(unit, period), scaled[0])
    if refused is not None:
        return refused
    if found["sign"] == "-":
        return Unreadable("negative", tuple(float(value) for value in scaled if value > 0))
    if len(scaled) > 1:
        return Unreadable("two_ways", tuple(float(value) for value in scaled))
    return float(scaled[0])


def _plain(text: str) -> str:
    """Small letters without accents, one kind of space, of minus and of apostrophe; what accountants put into
    brackets is below zero."""
    joined = unicodedata.normalize("NFKD", text.strip().lower())
    bare = "".join(c for c in joined if not unicodedata.combining(c))
    bare = re.sub(r"[\u2212\u2012-\u2015]", "-", bare)
    bare = re.sub(r"[\u2018\u2019\u02bc\u00b4`]", "'", bare)
    spaced = re.sub(r"\s+", " ", bare).strip()
    return _BRACKETS.sub(r"-\1\2", spaced)


def _readings(digits: str, language: str) -> list[str]:
    """The numbers that digits with separators may be, as Python writes them."""
    spaced = bool(re.search(r"[ '_]", digits))
    marks = re.findall(r"[.,]", digits)
    whole, mark, part = digits.rpartition(marks[-1]) if marks else (digits, "", "")
    if not marks:
        return [_joined(digits)] if _grouped(digits) else []
    if len(marks) > 1 and len(set(marks)) == 1:
        return [_joined(digits)] if _grouped(digits) else []
    if len(marks) > 1 or spaced or not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        good = _grouped(whole) and part.isdigit() and marks.count(mark) == 1
        return [f"{_joined(whole) or 0}.{part}"] if good else []
    thousand, decimal = whole + part, f"{whole}.{part}"
    if language == "en":
        return [thousand] if mark == "," else [decimal]
    return [thousand, decimal]


def _grouped(digits: str) -> bool:
    """Whether separators stand where thousands end, or there are none."""
    return bool(re.fullmatch(r"\d*", digits) or _GROUPS.fullmatch(digits))


def _joined(digits: str) -> str:
    return re.sub(r"\D", "", digits)


def _sort(unit: str, period: str) -> _Sort:
    if unit.startswith("%"):
        return _Sort("share", "")
    if unit.startswith("EUR"):
        per = "year" if unit.endswith("year") else period if unit.endswith("period") else ""
        return _Sort("money", per)
    named = {"FTE": _Sort("people", ""), "days": _Sort("days", ""), "years": _Sort("years", "")}
    return named.get(unit, _Sort("count", period))


def _unit_refused(said: str, sort: _Sort, value: Decimal) -> Unreadable | None:
    """Why the words behind a number speak of something else than what is asked."""
    if _MONEY.search(said):
        return Unreadable("other_money")
    for word in re.findall(r"[a-z€%-]+|/", said.replace("pour cent", "%").replace("per cent", "%")):
        if word in _LINKS or _UNIT.get(word) == sort.kind:
            continue
        if _UNIT.get(word) == "people" and sort == _Sort("money", "year"):
            continue  # per head
        if word not in _TIME:
            return Unreadable("other_unit")
        if _TIME[word] != sort.per:
            if not sort.per:
                return Unreadable("other_unit")
            return Unreadable("other_time", (float(value * MONTHS[sort.per] / MONTHS[_TIME[word]]),))
    return None
