"""The site of `docs/` has every page once, and commands of its pages do what they say.

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
from click.testing import Result

import optimizer
from docs.site.concept_pictures import CONCEPTS
from docs.site.gallery import COMPANY, GALLERY
from docs.site.notebooks import NOTEBOOKS, page_of
from tests.verbs import incentives

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SITE = yaml.safe_load((ROOT / ".mkdocs.yml").read_text(encoding="utf-8"))


SCRIPT = """# %% [markdown]
# Seven and **more**.

# %%
number = 7
print(number + 1)

# %%
import pandas
pandas.DataFrame({"seven": [number]})

# %%
import matplotlib.pyplot as plt
_, axes = plt.subplots()
axes

# %%
"gone"
"""


def places(nav: Any) -> Iterator[str]:
    """Files of a navigation, in its order."""
    if isinstance(nav, str):
        yield nav
    else:
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from places(part)


def test_the_navigation_has_every_page_once() -> None:
    inside = [place for place in places(SITE["nav"]) if not place.startswith("tree/")]
    pages = {file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md")}
    assert sorted(inside) == sorted(
        {*pages, *(f"notebooks/{file.stem}.md" for file in NOTEBOOKS.glob("*.py"))}
    )


def test_a_notebook_shows_what_its_cells_print_and_give(tmp_path: Path) -> None:
    script = tmp_path / "small.py"
    script.write_text(SCRIPT, encoding="utf-8")
    page = page_of(script)
    text = page.text
    assert "Seven and **more**." in text
    assert "```text\n8\n```" in text
    assert "```text\n'gone'\n```" in text
    assert "<table" in text
    assert re.findall(r"!\[chart\]\((.*?)\)", text) == ["small_1.png"] == list(page.charts)
    assert page.charts["small_1.png"].startswith(b"\x89PNG")
    assert "```python\nnumber = 7\nprint(number + 1)\n```" in text


def test_a_notebook_that_fails_ends_the_build(tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text("# %%\n1 / 0\n", encoding="utf-8")
    here = Path.cwd()
    with pytest.raises(ZeroDivisionError):
        page_of(script)
    assert Path.cwd() == here


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
    assert drawn == {*GALLERY, *CONCEPTS}
    assert max(file.stat().st_size for file in (DOCS / "pictures").glob("*.png")) < 100_000
    pages = "\n".join(file.read_text(encoding="utf-8") for file in DOCS.rglob("*.md"))
    assert drawn == set(re.findall(r"pictures/(\w+)\.png\)", pages))


PAGES = (
    "index.md",
    "commencer.md",
    "finance.md",
    "faq.md",
    "batches.md",
    *sorted(f"concepts/{idea}.md" for idea in CONCEPTS),
)
"""Pages whose commands are run here, one after the other in one folder: what one has made the next finds."""
TWICE = ("incentives batch grid.yaml --out runs/grid --workers 1",)
"""A command that a page shows twice, since it says something else then."""


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands(page: str) -> list[tuple[str, int]]:
    """Commands of a page's blocks in order, each with the exit code that a comment beside or before it says.

    What needs more than one machine is left out.
    """
    found, code = list[tuple[str, int]](), 0
    for line in (line for block in blocks(page, "sh") for line in block.splitlines()):
        said = re.search(r"# exit code (\d+)", line)
        code = int(said[1]) if said else code
        if line.startswith("incentives") and "--scheduler" not in line:
            found.append((line.partition(" #")[0].strip(), code))
            code = 0
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """What every command of these pages says, each run once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("reader"))
        Path("grid.yaml").write_text(blocks("batches.md", "yaml")[0], encoding="utf-8")
        done: dict[str, Result] = {}
        for line, _ in (command for page in PAGES for command in commands(page)):
            if line not in done or line in TWICE:
                words, _, target = line.partition(" > ")
                done[line] = incentives(*shlex.split(words)[1:])
                if target:
                    Path(target).write_text(done[line].stdout, encoding="utf-8")
        return done


@pytest.mark.slow
@pytest.mark.documents
@pytest.mark.batch
@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_do_what_they_say(page: str, said: dict[str, Result]) -> None:
    assert commands(page)
    for line, code in commands(page):
        assert said[line].exit_code == code, (line, said[line].output)


@pytest.mark.slow
@pytest.mark.documents
@pytest.mark.batch
def test_what_pages_quote_is_what_commands_say(said: dict[str, Result]) -> None:
    def words(line: str) -> str:
        return " ".join(said[next(other for other in said if other.startswith(line))].output.split())

    faq = " ".join((DOCS / "faq.md").read_text(encoding="utf-8").split())
    (quoted,) = re.findall(r"says \*(These rules conflict[^*]*)\*", faq)
    for sentence in quoted.split(". "):
        assert sentence.rstrip(".") in words("incentives solve my-company --set budget.expected=50000")
    assert "status: imposed" in words("incentives solve my-company --set change_limit=0")
    assert "2 of 2 were finished before" in words("incentives batch grid.yaml")
    assert "0 differences" in words("incentives verify runs/first")


@pytest.mark.slow
def test_numbers_of_the_concepts_are_those_of_the_companies(said: dict[str, Result]) -> None:
    measured = said["incentives measures my-company"].output
    page = (DOCS / "concepts" / "controllability.md").read_text(encoding="utf-8")
    for exact in ("81.8%", "32.5%", "6.3%"):
        assert exact in measured
        assert f"{float(exact[:-1]):.0f} %" in page
    plans = optimizer.compare(COMPANY, ["silo", "sla_48h"])
    today, rule = plans["silo"].consistent.revenue, plans["sla_48h"]
    page = (DOCS / "concepts" / "beliefs.md").read_text(encoding="utf-8")
    for outcome in (rule.first_response, rule.consistent):
        assert f"{today - outcome.revenue:,.0f} EUR" in page
