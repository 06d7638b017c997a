"""The site of `docs/` has every page once, and its first page does what it says.

`.ci/run` builds it, with every warning an error: a link or a heading that is not there, a page that is not in
the navigation.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.site.gallery import GALLERY
from tests.verbs import incentives

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SITE = yaml.safe_load((ROOT / ".mkdocs.yml").read_text(encoding="utf-8"))


def places(nav: Any) -> Iterator[str]:
    """Files of a navigation, in its order."""
    if isinstance(nav, str):
        yield nav
    else:
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from places(part)


def test_the_navigation_has_every_page_once() -> None:
    inside = [place for place in places(SITE["nav"]) if not place.startswith("tree/")]
    assert sorted(inside) == sorted(file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md"))


def test_the_site_asks_the_network_for_nothing() -> None:
    assert SITE["theme"]["font"] is False
    assert "offline" not in SITE["plugins"]  # its search loads a script from elsewhere
    text = "\n".join(file.read_text(encoding="utf-8") for file in DOCS.rglob("*.css"))
    assert "url(" not in text
    assert "@import" not in text


def test_a_link_that_leads_nowhere_is_an_error() -> None:
    assert set(SITE["validation"]["links"].values()) == {"warn"}
    assert "mkdocs build --strict" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_picture_is_made_by_a_script_is_small_and_is_shown() -> None:
    drawn = {file.stem for file in (DOCS / "pictures").glob("*.png")}
    assert drawn == {*GALLERY}
    assert max(file.stat().st_size for file in (DOCS / "pictures").glob("*.png")) < 100_000
    pages = "\n".join(file.read_text(encoding="utf-8") for file in DOCS.rglob("*.md"))
    assert drawn == set(re.findall(r"pictures/(\w+)\.png\)", pages))


def lines_of(page: str) -> list[str]:
    """Commands of a page's blocks, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


@pytest.mark.slow
@pytest.mark.documents
@pytest.mark.parametrize("page", ["index.md"])
def test_commands_of_a_page_do_what_they_say(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lines_of(page)
    for line in lines_of(page):
        done = incentives(*shlex.split(line)[1:])
        assert done.exit_code == 0, (line, done.output)
    assert Path("runs/first/report.fr.pdf").exists()
