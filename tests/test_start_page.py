"""The page of `incentives start --page` in a browser: from empty to saved files, as Python generates them."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright
from py_mini_racer import MiniRacer

from optimizer import Scenario, read_scenario
from optimizer.cli import main

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
KINDS = ("saas_sdr", "distribution", "services", "training", "marketplace", "branch", "partners")
AGREEMENT = 1e-9
"""Relative, between the page's numbers and Python's."""
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: the page is not driven")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    made = CliRunner().invoke(main, ["start", "--page", "--out", str(folder), "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout) == {"files": [str(folder / "start.html")]}
    return folder / "start.html"


# --- the generator in JavaScript ------------------------------------------------------------------------


Content = dict[str, Any]
"""Answers as a file holds them."""


@pytest.fixture(scope="module")
def data(file: Path) -> Content:
    """What the page carries: the library and an example of each kind."""
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', file.read_text(encoding="utf-8"), re.S
    )
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.fixture(scope="module")
def js(file: Path, data: Content) -> Iterator[MiniRacer]:
    """The page's own script without its last line, which draws."""
    html = file.read_text(encoding="utf-8")
    script = re.search(r'<script>"use strict";\(\(\) => \{(.*)\}\)\(\);\n</script>', html, re.S)
    assert script is not None
    engine = MiniRacer()
    engine.eval(script[1].rsplit("\nstart();", 1)[0])
    engine.eval(f"globalThis.library = libraryOf({json.dumps(data['library'])});")
    engine.eval(
        """globalThis.generated = (answers) => {
          const made = workedOut(library, answers);
          const refused = refusalsOf(made);
          return JSON.stringify(refused.length ? { refused } : sourcedTree(made));
        };
        globalThis.remarked = (answers) => {
          const made = workedOut(library, answers);
          const said = remarksOf(made, sourcedTree(made).tree).map(({ code, numbers }) => [code, numbers]);
          return JSON.stringify(Object.fromEntries(said));
        };
        globalThis.reread = (text) => JSON.stringify(readAnswersText(text));"""
    )
    yield engine
    engine.close()


def generated(js: MiniRacer, answers: Content) -> Scenario | None:
    """The page's scenario; None where it refuses the answers."""
    tree = json.loads(str(js.call("generated", answers))).get("tree")
    return tree and Scenario.model_validate(tree, by_alias=True, by_name=False)


def by_verb(answers: Content, folder: Path) -> Scenario | None:
    """The scenario of `incentives start --answers`; None where it refuses them."""
    file = folder / "answers.json"
    file.write_text(json.dumps(answers), encoding="utf-8")
    made = CliRunner().invoke(
        main, ["start", "--answers", str(file), "--out", str(folder / "made"), "--json"]
    )
    if made.exit_code == 2:
        assert json.loads(made.stdout)["problems"]
        return None
    assert made.exit_code == 0, made.output
    scenario = read_scenario(folder / "made" / "scenario.yaml")
    shutil.rmtree(folder / "made")
    return scenario


def apart(one: Scenario | None, other: Scenario | None) -> list[tuple[str, Any, Any]]:
    """Where two scenarios differ, sources and placeholders included."""
    assert one is not None
    assert other is not None
    return list(differences(*(scenario.model_dump(mode="json", by_alias=True) for scenario in (one, other))))


def differences(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Places where values differ, numbers by more than `AGREEMENT`."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{at}.{place}")
    elif isinstance(one, float) and isinstance(other, float):
        if one != pytest.approx(other, rel=AGREEMENT, abs=0):
            yield at, one, other
    elif one != other:
        yield at, one, other


def varied(data: Content, kind: str, rng: random.Random) -> Content:
    """An example with other numbers, some of them skipped or nil."""
    content, library = deepcopy(data["examples"][kind]), data["library"]
    for team in content["teams"].values():
        team["heads"] = max(1, round(team["heads"] * rng.uniform(0.6, 1.6), 1))
        team["fixed"] = round(team["fixed"] * rng.uniform(0.8, 1.4))
        team["variable"] = round(team["variable"] * rng.uniform(0.4, 1.5)) if rng.random() > 0.05 else 0
        if rng.random() < 0.3:
            team.pop("weights", None)
    for name in list(content["answers"]):
        question = library["questions"][name]
        value = content["answers"][name] * rng.lognormvariate(0, 0.12)
        if question["unit"].startswith("%") and name != "attainment":
            value = min(value, 98)
        content["answers"][name] = rng.randint(1, 5) if name == "horizon" else round(value, 2)
        if name in library["defaults"] and rng.random() < 0.25:
            del content["answers"][name]
        elif question["low"] == 0 and rng.random() < 0.05:
            content["answers"][name] = 0
    if rng.random() < 0.3:
        content["period"] = rng.choice(["month", "quarter", "half_year", "year"])
    return content


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_generates_what_the_verb_does(
    kind: str, data: Content, js: MiniRacer, tmp_path: Path
) -> None:
    """An example of each kind, and seeded sets around it; both refuse the same."""
    rng, compared = random.Random(f"page {kind}"), 0
    for answers in (data["examples"][kind], *(varied(data, kind, rng) for _ in range(4))):
        expected, found = by_verb(answers, tmp_path), generated(js, answers)
        assert (expected is None) == (found is None), answers
        if expected is not None:
            compared += 1
            assert apart(expected, found) == [], answers
    assert compared >= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("saas_sdr", {"unworked": 100}),
        ("saas_sdr", {"discount_share": 100}),
        ("saas_sdr", {"margin": 5, "discount_depth": 40}),
        ("distribution", {"wins": 600}),
        ("training", {"unworked": 100}),
    ],
)
def test_what_no_company_can_be_made_of_is_refused_by_both(
    kind: str, changed: Content, data: Content, js: MiniRacer, tmp_path: Path
) -> None:
    """Nobody to work a lead, no margin: numbers that would divide by nothing, or pay for a loss."""
    answers = deepcopy(data["examples"][kind])
    answers["answers"] |= changed
    assert by_verb(answers, tmp_path) is None
    assert generated(js, answers) is None


HOSTILE = {
    "archetype": "saas_sdr",
    "company": 'L\'Atelier: "é" #1, {a} \u2028 \U0001f600',
    "lang": "fr",
    "teams": {"sdr": {"heads": 4, "fixed": 1.5, "weights": {"meetings": 60, "no": 40}}},
    "answers": {"price": 1e-07, "wins": 31, "spend": 1250000.25},
    "sources": {"answers.wins": "invoices: 2025, it's so"},
}


def test_files_of_answers_are_read_as_yaml_reads_them(js: MiniRacer) -> None:
    texts = [
        json.dumps(HOSTILE),
        yaml.safe_dump(HOSTILE),
        yaml.safe_dump(HOSTILE, sort_keys=False, allow_unicode=True, default_flow_style=None, width=60),
        "# a remark\n"
        + yaml.safe_dump(HOSTILE, allow_unicode=True).replace("lang: fr", "lang: fr   # French"),
        written := str(js.eval(f"yamlText({json.dumps(HOSTILE)})")),
    ]
    for text in texts:
        assert json.loads(str(js.call("reread", text))) == HOSTILE, text
    assert yaml.safe_load(written) == HOSTILE


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1 250,5", ",", 1250.5),
        ("1\u202f250", ",", 1250),
        ("1,250.5", ".", 1250.5),
        ("1,250", ".", 1250),
        ("45 %", ".", 45),
        ("80k", ".", 80000),
        ("0,45", ".", 0.45),
        ("1.250", ",", None),
        ("a dozen", ".", None),
    ],
)
def test_numbers_are_read_as_people_type_them(
    text: str, decimal: str, value: float | None, js: MiniRacer
) -> None:
    read = json.loads(str(js.eval(f"JSON.stringify(readNumber({json.dumps(text)}, {json.dumps(decimal)}))")))
    assert read == value


# --- in a browser ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The page on screen; it may say nothing in the console and ask for nothing but itself."""
    shown = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(file.as_uri())
    yield shown
    assert said == []
    assert {url for url in asked if not url.startswith("blob:")} == {file.as_uri()}
    shown.close()


def typed_values(content: dict[str, Any]) -> dict[str, float]:
    """Values by the id of their field."""
    values: dict[str, float] = {}
    for team, given in content["teams"].items():
        for name in ("heads", "fixed", "variable"):
            values[f"field-{team}.{name}"] = given[name]
        for kpi, weight in given["weights"].items():
            values[f"field-{team}.weights-{kpi}"] = weight
    return values | {f"field-{name}": value for name, value in content["answers"].items()}


def active(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(200):
        if active(page) == wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def saved(page: Page, button: str, folder: Path) -> Path:
    """What a button saves, pressed by keyboard."""
    tab_to(page, button)
    with page.expect_download() as waited:
        page.keyboard.press("Enter")
    target = folder / waited.value.suggested_filename
    waited.value.save_as(target)
    return target


def load(page: Page, kind: str) -> None:
    page.check(f"#kind-{kind}")
    page.click("#example")


@in_browser
@pytest.mark.browser
@pytest.mark.slow
def test_from_empty_to_saved_files_by_keyboard_alone(page: Page, data: Content, tmp_path: Path) -> None:
    content = data["examples"]["distribution"]
    tab_to(page, "kind-saas_sdr")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert active(page) == "kind-distribution"
    assert page.locator("#progress").inner_text().startswith("0 of 34 answered")
    tab_to(page, "company")
    page.keyboard.insert_text(content["company"])
    values = typed_values(content)
    while values:
        page.keyboard.press("Tab")
        focused = active(page)
        if focused in values:
            page.keyboard.insert_text(str(values.pop(focused)))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
    assert page.locator("#progress").inner_text() == "34 of 34 answered, 0 assumed"
    answers = yaml.safe_load(saved(page, "save-answers", tmp_path).read_text(encoding="utf-8"))
    assert answers == content | {"lang": "en"}
    scenario = read_scenario(saved(page, "save-scenario", tmp_path))
    assert apart(by_verb(answers, tmp_path), scenario) == []


@in_browser
@pytest.mark.browser
@pytest.mark.slow
def test_saved_answers_are_opened_again_in_either_language(page: Page, tmp_path: Path) -> None:
    load(page, "partners")
    first = saved(page, "save-answers", tmp_path).read_text(encoding="utf-8")
    page.reload()
    page.click("#language-fr")
    page.set_input_files("#open", {"name": "answers.yaml", "mimeType": "text/yaml", "buffer": first.encode()})
    page.wait_for_selector("#field-price")
    assert page.locator("#kind-partners").is_checked()
    again = saved(page, "save-answers", tmp_path).read_text(encoding="utf-8")
    assert yaml.safe_load(again) == yaml.safe_load(first) | {"lang": "fr"}


@in_browser
@pytest.mark.browser
def test_a_file_that_is_no_answers_is_told(page: Page) -> None:
    for name, text, said in (
        ("x.yaml", "archetype: shop\n", "shop"),
        ("x.yaml", "a: [\nb", "cannot be read"),
        ("x.yaml", "PK\x03\x04", "read"),
        ("answers.xlsx", "PK\x03\x04", "--answers answers.xlsx --ask"),
    ):
        page.set_input_files("#open", {"name": name, "mimeType": "text/yaml", "buffer": text.encode()})
        page.wait_for_function(
            "(said) => document.getElementById('open-doubt').textContent.includes(said)", arg=said
        )


@in_browser
@pytest.mark.browser
@pytest.mark.slow
def test_the_funnel_grows_with_the_answers(page: Page) -> None:
    page.check("#kind-saas_sdr")
    given = page.locator(".flows path.given")
    assert given.count() == 0
    assert page.locator(".flows path.assumed").count() > 10
    page.fill("#field-leads_campaign", "900")
    some = given.count()
    assert some > 0
    page.fill("#field-r_lead", "12")
    assert given.count() > some
    page.click("#example")
    assert page.locator(".flows path.assumed").count() == 0
    rows = {
        cells[0]: cells
        for cells in (row.inner_text().split("\t") for row in page.locator(".funnel tbody tr").all())
    }
    page.locator(".funnel summary").click()
    rows = {
        row.inner_text().split("\t")[0]: row.inner_text().split("\t")
        for row in page.locator(".funnel tbody tr").all()
    }
    assert rows["Contract due"][1:4] == ["170", "150", "88.0%"]
    signed = [float(rows[name][1]) for name in ("New customer", "Customer won by a discount")]
    assert sum(signed) == pytest.approx(31)
    assert "Contract due 170" in str(page.locator(".sankey").get_attribute("aria-label"))


@in_browser
@pytest.mark.browser
def test_what_does_not_add_up_is_told_beside_the_field(page: Page) -> None:
    load(page, "saas_sdr")
    moved = page.locator("#field-wins-doubt").inner_text()
    assert re.search(r"give 30(\.\d)? signatures, you sign 31: .* was moved by \+0\.\d%", moved), moved
    page.fill("#field-margin", "0.75")
    assert "write 75" in page.locator("#field-margin-doubt").inner_text()
    assert page.locator("#field-margin").get_attribute("aria-invalid") == "true"
    assert page.locator("#save-scenario").get_attribute("aria-disabled") == "true"
    page.fill("#field-margin", "75")
    page.fill("#field-sdr\\.weights-meetings", "90")
    assert "10.0% are missing" in page.locator("#field-sdr\\.weights-doubt").inner_text()
    page.fill("#field-sdr\\.weights-meetings", "100")
    page.fill("#field-wins", "60")
    assert "too far apart" in page.locator("#field-wins-doubt").inner_text()
    assert "was moved by" not in page.locator("#field-wins-doubt").inner_text()
    page.fill("#field-wins", "31")
    page.fill("#field-unworked", "100")
    assert "write less than 100" in page.locator("#field-unworked-doubt").inner_text()
    assert page.locator("#save-scenario").get_attribute("aria-disabled") == "true"


@in_browser
@pytest.mark.browser
def test_french_is_complete_and_rewrites_numbers(page: Page) -> None:
    load(page, "services")
    english = set(page.locator("body").inner_text().split("\n"))
    page.click("#language-fr")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert active(page) == "language-fr"
    assert "\u202f" in page.locator("#field-price").input_value()
    french = set(page.locator("body").inner_text().split("\n"))
    same = {line for line in english & french if re.search(r"[A-Za-zÀ-ÿ]{3}", line)}
    assert same <= {"English", "Français", "Marketing", "Leads", "Campaigns"}, same


@in_browser
@pytest.mark.browser
def test_every_control_has_a_label(page: Page) -> None:
    load(page, "marketplace")
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea")]
          .filter((node) => !node.labels?.length).map((node) => node.outerHTML)"""
    )
    assert unnamed == []
    assert page.locator("label[for]").count() == page.evaluate(
        "[...document.querySelectorAll('label[for]')].filter((label) => label.control).length"
    )


@in_browser
@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_sticks_out_of_the_window(width: int, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for kind in ("saas_sdr", "branch"):
        load(page, kind)
        for language in ("en", "fr"):
            page.click(f"#language-{language}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


# --- words ----------------------------------------------------------------------------------------------


def test_the_file_asks_nothing_of_anybody_and_keeps_nothing(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert not re.search(r"localStorage|sessionStorage|indexedDB|fetch\(|XMLHttpRequest", html)
    assert set(re.findall(r"https?://[^\s\"'`)]+", html)) <= {"http://www.w3.org/2000/svg"}


@in_browser
@pytest.mark.browser
def test_it_opens_at_a_kind_and_in_a_language(browser: Browser, tmp_path: Path) -> None:
    words = ["start", "--page", "--archetype", "branch", "--lang", "fr", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, words).exit_code == 0
    shown = browser.new_page()
    shown.goto((tmp_path / "start.html").as_uri())
    assert shown.locator("#kind-branch").is_checked()
    assert shown.locator("#progress").inner_text().startswith("0 réponses sur 23")
    shown.close()


def test_options_that_a_page_has_no_use_for_are_refused(file: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["start", "--page", "--answers", str(file), "--out", str(tmp_path)])
    assert told.exit_code == 2
    assert "answers are opened in the page" in told.output


def test_another_file_is_not_overwritten(file: Path) -> None:
    again = CliRunner().invoke(main, ["start", "--page", "--out", str(file.parent)])
    assert again.exit_code == 2
    assert "exists already" in again.output


def test_every_phrase_is_said_and_there_in_both_languages(file: Path, data: Content) -> None:
    script = file.read_text(encoding="utf-8").rsplit("<script>", 1)[1]
    english, french = (data["catalogues"][code]["phrases"] for code in ("en", "fr"))
    assert list(english) == list(french)
    assert {key: holes(text) for key, text in english.items()} == {k: holes(t) for k, t in french.items()}
    said = set(re.findall(r'(?:say|count)\(\s*"([^"]+)"', script)) - {"start.said.horizon"}
    begun = re.findall(r"`([a-z_.]+)\$\{", script)
    quoted = {key for key in english if f'"{key}"' in script}
    assert said <= set(english)
    assert {k for k in english if k not in said | quoted and not k.startswith(tuple(begun))} == set()


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
