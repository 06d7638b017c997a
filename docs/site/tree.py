"""What the site needs beside `docs/`: links to files of the tree lead somewhere; Python has each public name.

A file outside of `docs/` that a page links to is part of the site, under `tree/` and its place: a page where
it is Markdown, a file to open where it is not. On a folder stands its name alone.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

import optimizer
from docs.site.notebooks import NOTEBOOKS, page_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^)\s#:]+)(#[^)\s]*)?\)")
ALWAYS = ("CONTRIBUTING.md", "CHANGELOG.md", "README.md", "optimizer/model/FORMULATION.md")


def linked(page: Path) -> list[Path]:
    """Files outside of `docs/` to which a page links."""
    text = page.read_text(encoding="utf-8")
    targets = [(page.parent / found[2]).resolve() for found in LINK.finditer(text)]
    return [target for target in targets if target.is_file() and not target.is_relative_to(DOCS)]


def on_files(files: Files, config: Any) -> Files:
    """Notebooks, and the files of the tree that pages link to, with those that these link to."""
    for script in sorted(NOTEBOOKS.glob("*.py")):
        page = page_of(script)
        files.append(File.generated(config, f"notebooks/{page.name}.md", content=page.text))
        for name, chart in page.charts.items():
            files.append(File.generated(config, f"notebooks/{name}", content=chart))
    waiting = [
        *(ROOT / name for name in ALWAYS),
        *(file for page in DOCS.rglob("*.md") for file in linked(page)),
    ]
    while waiting:
        file = waiting.pop()
        place = f"tree/{file.relative_to(ROOT).as_posix()}"
        if files.get_file_from_path(place) is None:
            files.append(File.generated(config, place, abs_src_path=str(file)))
            waiting += linked(file) if file.suffix == ".md" else []
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links as the site has them: those of a page say where files lie in the tree."""
    here = page.file.src_uri
    inside = here.removeprefix("tree/")
    source = ROOT / inside if inside != here else DOCS / here
    markdown = markdown.replace("<!-- every public name -->", public_names())
    return LINK.sub(lambda found: placed(found, source, Path(here).parent), markdown)


def public_names() -> str:
    """A place for the docstring of every public name: calls first, then what they take and give."""
    calls = [name for name in optimizer.__all__ if name.islower()]
    classes = [name for name in optimizer.__all__ if name not in calls]
    parts = ["## Calls", *map(docstring_of, calls), "## What they take and give", *map(docstring_of, classes)]
    return "\n\n".join(parts)


def docstring_of(name: str) -> str:
    """What mkdocstrings fills in."""
    options = ["heading_level: 3", "show_root_heading: true", "show_root_toc_entry: true"]
    options += ["show_root_full_path: false"]
    if name == "Scenario":
        options.append("members: false")  # its keys have a page
    return "\n".join([f"::: optimizer.{name}", "    options:", *(f"      {line}" for line in options)])


def placed(found: re.Match[str], source: Path, folder: Path) -> str:
    """One link of a page, as the site has it."""
    target = (source.parent / found[2]).resolve()
    if target.is_dir():
        return found[1][1:-1]
    if not target.is_relative_to(ROOT):
        return found[0]
    to = target.relative_to(DOCS) if target.is_relative_to(DOCS) else "tree" / target.relative_to(ROOT)
    return f"{found[1]}({Path(os.path.relpath(to, folder)).as_posix()}{found[3] or ''})"
