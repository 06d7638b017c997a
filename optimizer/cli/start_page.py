"""`incentives start --page`: the questions as one page for a browser."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from optimizer.cli.common import print_json, write_new
from optimizer.cli.reader import echo

PAGE = "start.html"


def write_page(archetype: str | None, language: str | None, out: Path | None, as_json: bool) -> None:
    """Write the page into a folder, this one by default; it opens at a kind of company where one is named."""
    from optimizer.scenario.start.answers import content_of, example_answers
    from optimizer.scenario.start.library import LIBRARY
    from reports.start_page import start_page

    examples = {name: content_of(example_answers(name)) for name in LIBRARY.archetypes}
    library, texts, french = (_data(name) for name in ("library.json", "said.json", "evidence.fr.json"))
    text = start_page(library, texts, french, examples, language or "en", archetype)
    file = (out or Path()) / PAGE
    write_new(file, text.encode())
    if as_json:
        print_json({"files": [str(file)]})
    else:
        echo(f"wrote {file}; open it in a browser: it needs no network and keeps nothing")


def _data(name: str) -> Any:
    return json.loads(files("optimizer.scenario.start").joinpath(name).read_text(encoding="utf-8"))
