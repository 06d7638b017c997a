"""The report's words in docs/glossary.md: `uv run python -m tests.glossary_page` writes them."""

from __future__ import annotations

import re
from pathlib import Path

from wording import phrase

from reports.board.trust import GLOSSARY

PAGE = Path(__file__).parent.parent / "docs" / "glossary.md"
HEAD = "| English | French | meaning |\n|---|---|---|\n"


def terms() -> str:
    """Rows of the table, in the order of the report's list."""
    cells = [
        (phrase("en", f"term.{name}"), phrase("fr", f"term.{name}"), phrase("en", f"meaning.{name}"))
        for name in GLOSSARY
    ]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in cells)


def written(page: str) -> str:
    """The page with the table of today."""
    return re.sub(re.escape(HEAD) + r"(?:\|.*\n|TERMS\n)*", lambda _: terms(), page)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
