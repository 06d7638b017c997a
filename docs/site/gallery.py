"""Pictures of the documents of the reference company: `uv run python -m docs.site.gallery`.

Solves, simulates and calibrates as a reader would, and draws pages of it, small and in few colours.
Needs Chromium (pages for a browser), LibreOffice (the workbook) and pdftoppm; less than a minute.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
COMPANY = ROOT / "scenarios" / "alignment"
HISTORY = ROOT / "scenarios" / "school_crm_twin"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTH = 820
COLOURS = 48


@dataclass(frozen=True)
class Printed:
    """A page of a PDF: its number, from 1, or the first one that has these words."""

    file: str
    page: int | str


@dataclass(frozen=True)
class Shown:
    """A page for a browser, at a height in pixels, once something is pressed."""

    file: str
    height: int
    pressed: str = ""


EXPORTS = (HISTORY / "deals.csv.gz", HISTORY / "spend.csv.gz", "--map", HISTORY / "map.yaml")
COMMANDS: tuple[tuple[object, ...], ...] = (
    ("solve", COMPANY, "--out", "run"),
    ("simulate", COMPANY, "--plan", "run", "--out", "simulated"),
    ("pilot", COMPANY, "--plan", "run", "--out", "pilot"),
    ("calibrate", *EXPORTS, "--out", "history.yaml", "--report", "history"),
    ("start", "--page", "--archetype", "saas_sdr", "--out", "start"),
)
"""What is run, in a folder of its own."""

GALLERY: dict[str, Printed | Shown] = {
    "page_one": Printed("run/report.en.pdf", 1),
    "page_two": Printed("run/report.en.pdf", 2),
    "appendix": Printed("run/report.en.pdf", 6),
    "plan_document": Printed("run/plan_marketing.en.pdf", 1),
    "workbook": Printed("run/budget.pdf", "Ties to the run"),
    "whatif": Shown("run/whatif.html", 1000, "Recommended plan"),
    "simulation": Printed("simulated/simulation.en.pdf", 1),
    "pilot": Printed("pilot/pilot.en.pdf", 1),
    "history": Printed("history/calibration.en.pdf", 1),
    "start_page": Shown("start/start.html", 900),
}
"""Every picture of a document, and where it is from."""


def run(*words: object, within: Path) -> None:
    """A program that must answer; 1 is the answer of a pilot that would see nothing."""
    done = subprocess.run([str(word) for word in words], cwd=within, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{words}: {done.stderr}")


def run_verb(*words: object, within: Path) -> None:
    run(sys.executable, "-m", "optimizer.cli", *words, within=within)


def made(folder: Path) -> None:
    """Every document, in a folder."""
    for command in COMMANDS:
        run_verb(*command, within=folder)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run(
        "soffice",
        "--headless",
        profile,
        "--convert-to",
        "pdf",
        "--outdir",
        "run",
        "run/budget.xlsx",
        within=folder,
    )


def found(file: Path, words: str) -> int:
    """The first page of a PDF that has these words, from 1."""
    pages = enumerate(PdfReader(file).pages, 1)
    return next(number for number, page in pages if words in page.extract_text())


def printed(page: Printed, folder: Path, to: Path) -> None:
    number = page.page if isinstance(page.page, int) else found(folder / page.file, page.page)
    where = ("-f", number, "-l", number, "-scale-to-x", WIDTH, "-scale-to-y", -1)
    run("pdftoppm", "-png", "-singlefile", *where, page.file, to.with_suffix(""), within=folder)


def shown(page: Shown, folder: Path, to: Path) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        window = browser.new_page(viewport={"width": 1180, "height": page.height})
        window.goto((folder / page.file).as_uri())
        if page.pressed:
            window.get_by_role("button", name=page.pressed, exact=True).click()
        window.wait_for_timeout(1500)
        window.screenshot(path=to)
        browser.close()


def small(file: Path) -> None:
    """In few colours and at most the width of a page of the site."""
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    if image.width > WIDTH:
        image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder)
        for picture, page in GALLERY.items():
            to = PICTURES / f"{picture}.png"
            printed(page, folder, to) if isinstance(page, Printed) else shown(page, folder, to)
            small(to)
            print(to.relative_to(ROOT), to.stat().st_size)


if __name__ == "__main__":
    main()
