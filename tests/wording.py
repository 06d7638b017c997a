"""What tests ask of words: the catalogue of a language, what a company calls its things, tables in words."""

from __future__ import annotations

from optimizer.tables.codes import CODES
from optimizer.tables.labels import LABELS, LANGUAGES, labels_rows
from reports.words.catalogue import Words, labels_in, words_for
from reports.words.labelled import in_words, labelled, names_in, names_of, with_labels
from reports.words.locales import LOCALE, catalogue, languages, phrase
from reports.words.naming import THINGS, composed, pairs_of

__all__ = [
    "CODES",
    "LABELS",
    "LANGUAGES",
    "LOCALE",
    "THINGS",
    "Words",
    "catalogue",
    "composed",
    "in_words",
    "labelled",
    "labels_in",
    "labels_rows",
    "languages",
    "names_in",
    "names_of",
    "pairs_of",
    "phrase",
    "with_labels",
    "words_for",
]
