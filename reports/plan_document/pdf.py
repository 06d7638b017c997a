"""A plan document as PDF/A-3 and UA-1."""

from __future__ import annotations

import datetime as dt
from typing import Any

from reports.plan_document.letter_parts import (
    Block,
    Drawing,
    Grid,
    Heading,
    NewPage,
    Paragraph,
    PlanLetter,
    dotted_out,
)
from reports.typesetting.typeset import page_data, typeset


def pdf_of(letter: PlanLetter, mark: str, date: dt.date | None) -> tuple[bytes, tuple[str, ...]]:
    """The PDF and the compiler's warnings; `mark` stands across every page while fields are open."""
    payload = {
        **page_data(letter.language, letter.title, letter.footer, {}, draft=mark),
        "subtitle": letter.subtitle,
        "blocks": [_payload(block) for block in letter.blocks],
    }
    return typeset("plan.typ", payload, date)


def _payload(block: Block) -> dict[str, Any]:
    match block:
        case Heading(text, level):
            return {"kind": "heading", "text": text, "level": level}
        case Paragraph(text, tone):
            return {"kind": "paragraph", "text": dotted_out(text), "tone": tone}
        case Drawing(svg, alt):
            return {"kind": "drawing", "svg": svg, "alt": alt}
        case NewPage():
            return {"kind": "page"}
        case Grid():
            return {
                "kind": "grid",
                "headed": block.headed,
                "tall": block.tall,
                "columns": [{"head": c.head, "numbers": c.numbers, "share": c.share} for c in block.columns],
                "rows": [
                    {
                        "cells": [dotted_out(text) for text in row.cells],
                        "strong": row.strong,
                        "signed": row.signed,
                    }
                    for row in block.rows
                ],
            }
