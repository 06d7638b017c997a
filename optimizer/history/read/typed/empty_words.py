"""Cells that say in words that they are empty: NULL, N/A, `-`, (vide), Unassigned, Non attribué.

Databases, spreadsheets and people write them; taken as they stand they would be a person, a source, a deal.
"""

from __future__ import annotations

import re

import polars as pl

from optimizer.history.read.typed.csv_column import only_where
from optimizer.history.vocabulary import unaccented

_NOTHING = """
    null nil none nan nat n/a n.a n/d n.d s/o k.a undefined void blank empty
    not set, not available, not applicable, no value
    vide aucun aucune neant, sans objet, non renseigne, non renseignee, non defini
    leer keine keiner kein nv, k. a, keine angabe, nicht gesetzt, nicht angegeben, nicht vorhanden
    nix, ohne angabe
    vacio vacia ninguno ninguna, en blanco, sin datos, sin valor, no disponible, no aplica
"""
_NOBODY = """
    nobody unassigned unowned unallocated unknown tbd tba vacant, not assigned, no owner, no one, no user
    unassigned, to be assigned, unassigned user, owner missing, no sales rep
    personne inconnu inconnue, non attribue, non attribuee, non assigne, non assignee, non affecte
    inconnu, non affectee, sans proprietaire, aucun proprietaire, pas de proprietaire, sans commercial
    inconnu, a attribuer, a affecter
    niemand unbekannt unzugewiesen unbesetzt vakant, nicht zugewiesen, nicht zugeordnet, nicht zugeteilt
    niemand, ohne besitzer, kein besitzer, kein eigentumer, ohne eigentumer, kein inhaber
    niemand, ohne zuordnung, nicht vergeben
    nadie desconocido desconocida vacante, sin asignar, no asignado, no asignada, sin propietario
    nadie, ningun propietario, por asignar, sin responsable, sin comercial
"""


def _words(text: str) -> frozenset[str]:
    """Phrases with a space stand between commas, single words between spaces."""
    phrases = [phrase.strip() for line in text.strip().splitlines() for phrase in line.split(",")]
    singles = [word for line in text.strip().splitlines() for word in line.split(",")[0].split()]
    return frozenset(singles) | {phrase for phrase in phrases if " " in phrase}


def canonical(text: str) -> str:
    """A text as it is compared: small letters without accents, one space where spaces, `_` or `-` stand."""
    return " ".join(re.split(r"[\s_\-\u2010-\u2015]+", unaccented(text.casefold()))).strip()


_EMPTY, _NO_PERSON = _words(_NOTHING), _words(_NOTHING) | _words(_NOBODY)
_ZERO_DATE = re.compile(r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}( 0{1,2}:00(:00(\.0+)?)?)?")
"""What databases write for no date."""
_AROUND = " ()[]<>{}#!.*'\"\\"


def says_nothing(text: str, person: bool = False) -> bool:
    """Whether a cell says that it is empty; that nobody is there, where it is a person's."""
    if not any(letter.isalnum() for letter in text):
        return text.isascii() or text in "–—…"
    if _ZERO_DATE.fullmatch(text):
        return True
    if text in ("\\N", "NA"):
        return person or text != "NA"  # NA is also North America
    return canonical(text).strip(_AROUND) in (_NO_PERSON if person else _EMPTY)


def empty_words(texts: pl.Series, person: bool = False) -> list[str]:
    """The different texts of a column that say that a cell is empty."""
    short = texts.filter((texts.str.len_chars() <= 24) & ~texts.str.contains(r"\d")).drop_nulls()
    return sorted(text for text in short.unique() if says_nothing(text, person))


def emptied(texts: pl.Series, words: list[str]) -> pl.Series:
    """The column without these texts."""
    if not words:
        return texts
    return only_where(texts, ~texts.is_in(words).fill_null(False))
