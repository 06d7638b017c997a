"""Notebooks of the site: scripts of `docs/notebooks`, run when the site is built, each with what it gives.

A script has cells between lines that begin with `# %%`, those of text with `# %% [markdown]`. Of a cell of
code the site shows what it prints and what its last line is: a table, a chart, or its words.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "docs" / "notebooks"
CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)
DOTS = 110
"""Per inch of a chart."""


@dataclass
class Page:
    """The text of a page, and its charts by file name."""

    name: str
    parts: list[str] = field(default_factory=list)
    charts: dict[str, bytes] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n\n".join(self.parts) + "\n"

    def show(self, value: Any) -> None:
        """What the last line of a cell gives, as a notebook shows it."""
        drawn = getattr(value, "figure", None)
        if value is None:
            return
        if drawn is not None and hasattr(drawn, "savefig"):
            file = f"{self.name}_{len(self.charts) + 1}.png"
            content = io.BytesIO()
            drawn.savefig(content, format="png", dpi=DOTS, bbox_inches="tight")
            self.charts[file] = content.getvalue()
            self.parts.append(f"![chart]({file})")
        elif hasattr(value, "_repr_html_"):
            self.parts.append(value._repr_html_())
        else:
            self.parts.append(f"```text\n{value!r}\n```")


def page_of(script: Path) -> Page:
    """A script, run in a folder of its own beside `scenarios/`. What it raises ends the build."""
    page = Page(script.stem, [f"<!-- made from docs/notebooks/{script.name} -->"])
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scenarios").symlink_to(ROOT / "scenarios")
        os.chdir(folder)
        try:
            names: dict[str, Any] = {"__name__": "notebook"}
            for kind, text in cells(script.read_text(encoding="utf-8")):
                if "[markdown]" in kind:
                    page.parts.append(re.sub(r"^# ?", "", text, flags=re.MULTILINE))
                else:
                    run(text, names, page)
        finally:
            os.chdir(before)
    return page


def cells(text: str) -> Iterator[tuple[str, str]]:
    """What stands after `# %%`, and the lines up to the next."""
    _, *parts = CELL.split(text)
    for kind, content in zip(parts[::2], parts[1::2], strict=True):
        yield kind, content.strip()


def run(code: str, names: dict[str, Any], page: Page) -> None:
    """A cell of code: shown, run, and what it prints and gives."""
    page.parts.append(f"```python\n{code}\n```")
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, page.name, "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), page.name, "eval"), names)
    if printed.getvalue():
        page.parts.append(f"```text\n{printed.getvalue().rstrip()}\n```")
    page.show(value)
