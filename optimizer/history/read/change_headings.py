"""Headings that say when a record was last changed."""

from __future__ import annotations

import re
import unicodedata

_HEADING = re.compile(
    r"(hs |record |deal |opportunity |lead )?"
    r"(last )?(modified|modification|updated?|lastmodified|lastmodifieddate|modifiedon)"
    r"( date| time| datetime| on| at)?"
    r"|date modified|date updated|system ?modstamp|update time|updated time"
    r"|(date de )?(la )?(derniere )?(modification|mise a jour)|modifiee? le|mise? a jour le"
    r"|(letzte|zuletzt) (anderung|geandert)( am)?|geandert am|anderungsdatum"
    r"|(fecha de )?(la )?(ultima )?(modificacion|actualizacion)|modificado el"
)


def says_changed(heading: str) -> bool:
    """Whether a heading is that of the last change of a record, in four languages."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return _HEADING.fullmatch(re.sub(r"[^a-z]+", " ", plain).strip()) is not None
