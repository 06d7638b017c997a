"""What-ifs of `docs/what_ifs.md`: every command is run, and does what its heading says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from pypdf import PdfReader

from optimizer import read_scenario
from tests.solved import CASES
from tests.verbs import incentives

PAGE = Path(__file__).parents[1] / "docs" / "what_ifs.md"
ALIGNMENT = Path(__file__).parents[1] / "scenarios" / "alignment"
SMALL = CASES / "small.yaml"
Json = dict[str, Any]


# --- the page -------------------------------------------------------------------------------------------


@cache
def commands() -> dict[str, list[str]]:
    """Lines of the page's blocks by heading."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^#+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading = section.splitlines()[0]
        blocks = re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)
        found[heading] = [line for block in blocks for line in block.splitlines()]
    return found


def ran(line: str) -> Json:
    """A command of the page with `--json`, and what it says."""
    name, *arguments = shlex.split(line)
    assert name == "incentives"
    json_too = [] if arguments[0] == "template" else ["--json"]
    done = incentives(*arguments, *json_too)
    assert done.exit_code == 0, (line, done.stderr)
    return json.loads(done.stdout) if json_too else {}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Json]]:
    """What every command of the page says, run in its order in one folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("designer"))
        found = {heading: [ran(line) for line in lines] for heading, lines in commands().items()}
        found["where"] = [{"folder": str(Path.cwd())}]
        return found


def section(told: Mapping[str, list[Json]], number: int) -> list[Json]:
    return next(said for heading, said in told.items() if heading.startswith(f"{number}. "))


def score(outcome: Json, kpi: str) -> float:
    return float(outcome["consistent"]["score"][kpi])


pytestmark = pytest.mark.filterwarnings("error")


def test_the_page_has_the_ten_what_ifs() -> None:
    numbered = [heading for heading in commands() if re.match(r"\d+\. ", heading)]
    assert [int(heading.split(".")[0]) for heading in numbered] == list(range(1, 11))
    assert all(commands()[heading] for heading in numbered)


@pytest.mark.slow
def test_a_weight_is_at_least_and_at_most_what_was_asked(told: dict[str, list[Json]]) -> None:
    (solved,) = section(told, 1)
    assert solved["status"] == "optimal"
    assert solved["plan"]["marketing"]["leads"] >= 0.3 - 1e-9
    assert solved["plan"]["sales"].get("leads_touched", 0.0) <= 0.2 + 1e-9
    assert solved["changed"][0]["after"] == "{leads: {min: 0.3}}"


@pytest.mark.slow
def test_two_teams_have_the_same_plan(told: dict[str, list[Json]]) -> None:
    _, solved = section(told, 2)
    north, south = (solved["plan"][team] for team in ("north", "south"))
    assert {k.removesuffix("_north"): w for k, w in north.items()} == {
        k.removesuffix("_south"): w for k, w in south.items()
    }
    assert solved["changed"] == [{"path": "rules.same[0]", "before": "", "after": "[north, south]"}]


@pytest.mark.slow
def test_two_regions_do_in_sum_what_the_team_did(told: dict[str, list[Json]]) -> None:
    _, regions, three = section(told, 3)
    whole = json.loads(
        incentives("compare", Path(told["where"][0]["folder"]) / "my-company", "--json").stdout
    )
    assert regions["plans"].keys() == whole["plans"].keys()
    before, after = whole["plans"]["current"]["consistent"], regions["plans"]["current"]["consistent"]
    for amount in ("gross", "revenue", "loaded_pay", "net"):
        assert after[amount] == pytest.approx(before[amount], rel=1e-9)
    assert three["teams"] == ["north", "south", "west"]


@pytest.mark.slow
def test_an_accelerator_pays_more_for_more(told: dict[str, list[Json]]) -> None:
    (compared,) = section(told, 4)
    today, steeper = (compared["plans"][name]["consistent"] for name in ("current", "steeper"))
    assert steeper["pay"]["sales"] > today["pay"]["sales"]
    assert steeper["score"]["wins"] > today["score"]["wins"]


@pytest.mark.slow
def test_more_budget_is_worth_more_and_is_kept(told: dict[str, list[Json]]) -> None:
    plus, minus, differing, frontier = section(told, 5)
    assert [run["changed"][0]["after"] for run in (plus, minus)] == ["67200", "60800"]
    assert minus["consistent"]["loaded_pay"] <= 60800 < plus["consistent"]["loaded_pay"] <= 67200
    assert plus["objective"] > minus["objective"]
    moved = {change["what"]: change for change in differing["changes"]}
    assert (moved["rules.budget.expected"]["before"], moved["rules.budget.expected"]["after"]) == (
        60800,
        67200,
    )
    assert not any(what.startswith("changed") for what in moved)
    assert "changed" not in frontier
    assert len(frontier["points"]) == 3


@pytest.mark.slow
def test_a_locked_team_keeps_its_plan(told: dict[str, list[Json]]) -> None:
    (solved,) = section(told, 6)
    assert solved["plan"]["sales"] == {"wins": 1.0}
    assert solved["plan"]["marketing"] != {"leads": 1.0}


@pytest.mark.slow
def test_nobody_has_more_kpis_than_asked(told: dict[str, list[Json]]) -> None:
    _, solved = section(told, 7)
    assert len(solved["plan"]["sales"]) == 1


@pytest.mark.slow
def test_last_years_plan_stands_beside_this_years(told: dict[str, list[Json]]) -> None:
    written, folders = section(told, 8)
    assert list(written["plans"]) == ["last_year", "current"]
    assert written["plans"]["last_year"]["consistent"]["score"]["leads_touched"] > 1
    assert list(folders["plans"]) == ["runs/minus_5", "runs/plus_5"]


@pytest.mark.slow
def test_an_index_is_measured_and_can_be_paid(told: dict[str, list[Json]]) -> None:
    happy, solved = section(told, 9)
    work = happy["consistent"]["activities"]["full_onboarding"]
    assert score(happy, "satisfaction") == pytest.approx((42 + 0.5 * work) / (42 + 0.5 * 16))
    assert work != pytest.approx(16, abs=1e-3)
    assert "rules.measures.success[1]" in [change["path"] for change in solved["changed"]]


@pytest.mark.slow
def test_product_works_more_on_what_it_is_paid_more_for(told: dict[str, list[Json]]) -> None:
    (compared,) = section(told, 10)
    today, more = (compared["plans"][name]["consistent"] for name in ("current", "more"))
    assert today["activities"]["fix_defects"] == pytest.approx(60)
    assert more["activities"]["fix_defects"] > 60.5
    assert more["gross"] > today["gross"]


# --- paths and values -----------------------------------------------------------------------------------


def changed(*texts: str, file: Path = ALIGNMENT) -> list[tuple[str, str, str]]:
    """Path, before and after of what `check --set` says was changed."""
    done = incentives("check", file, *(part for text in texts for part in ("--set", text)), "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 0, said
    return [(c["path"], c["before"], c["after"]) for c in said.get("changed", ())]


@pytest.mark.parametrize(
    ("text", "path", "before", "after"),
    [
        ("rules.budget.expected=126000", "rules.budget.expected", "145000", "126000"),
        ("budget.expected=-5 %", "rules.budget.expected", "145000", "137750"),
        ("budget.expected=null", "rules.budget.expected", "145000", ""),
        ("sales.headcount=7", "teams.sales.headcount", "6", "7"),
        ("bookings.noise=25%", "kpis.bookings.noise", "0.23", "0.25"),
        ("marketing={effort: 0.2}", "teams.marketing.effort", "0.15", "0.2"),
        ("locks.sales=@current_plan.sales", "rules.locks.sales", "", "{bookings: 1}"),
        ("gaming.pairs[5].ratio=0.3", "rules.gaming.pairs[5].ratio", "0.43", "0.3"),
        ("gaming.pairs.5.ratio=0.3", "rules.gaming.pairs[5].ratio", "0.43", "0.3"),
        ("plans.today.sales=@current_plan.sales", "plans.today", "", "{weights: {sales: {bookings: 1}}}"),
        ("measures.marketing+=touched_leads", "rules.measures.marketing[4]", "", "touched_leads"),
        (
            "plans.silo.sales={bookings: 0.5, vested_wins: 0.5}",
            "plans.silo.weights.sales.bookings",
            "1",
            "0.5",
        ),
        (
            "plans.fast.curves.sales.bookings.slope=2",
            "plans.fast",
            "",
            "{curves: {sales.bookings: {slope: 2}}}",
        ),
        ("activities.touch_fit.yields=+10%", "activities.touch_fit.yields.good_meeting", "0.048", "0.0528"),
    ],
)
def test_paths_and_values_are_those_of_the_file(text: str, path: str, before: str, after: str) -> None:
    assert (path, before, after) in changed(text)


@pytest.mark.parametrize(
    ("text", "words", "remedy"),
    [
        ("budgt.expected=3", "nothing called budgt", 'did you mean "budget"?'),
        ("budget.expectd=3", "unknown key", 'did you mean "expected"?'),
        ("max_measures=2", "nothing called max_measures", "write rules.weights.max_measures"),
        ("Commerciaux.headcount=7", "nothing called Commerciaux", "write teams.sales"),
        ("kpis.bookngs.noise=0.1", "no kpi bookngs", 'did you mean "bookings"?'),
        ("weights.limits.sals.bookings.max=0.5", "unknown team", 'did you mean "sales"?'),
        ("weights.limits.sales.bookings.max=50", "must be at most 1", "write 0.5 if you mean 50 %"),
        ("budget.expected=152,250", "must be a number", "write 152250"),
        ("budget.min_share_of_target=0,8", "must be a number", "write 0.8 (decimal point)"),
        ("budget=+5%", "there is no number to change by a share", "rules.budget.expected"),
        ("budget.expected=", "is given no value", "budget.expected=null"),
        ("budget.expected", "is no assignment", "rules.budget.expected=126000"),
        ("=5", "is no assignment", "rules.budget.expected=126000"),
        ("gaming.pairs[9].ratio=1", "has no such place", "[0] to [5]"),
        ("objective+=net", "is no list to add to", "rules.objective=..."),
        ("sales.hours={a", "not valid YAML", "quotes around the whole"),
        ("name=other", "is not changed by a what-if", "change it in the file"),
        ("sales.headcount=+10%", "must be a whole number", "write 7"),
        ("plans.silo.sales.bookings=0.8", "sum to 0.8, not to 1", "0.2 is missing"),
        ("locks.sales=@curent_plan.sales", "nothing called curent_plan", 'did you mean "current_plan"?'),
        ("budget.expected=5%", "145000 is no share", "budget.expected=+5%"),
        ("budget.expected=+5", "or so much more than there is", "budget.expected=+5%"),
        ("budget.expected=126.000", "is read as 126", "budget.expected=126000"),
        ("sales.bookings.max=50%", "a team has no weights of its own", "weights.limits.sales.bookings"),
        ("locks.sales=current", "is no weights to lock", "@current_plan.sales"),
        ("plans.fast.curve.sales.slope=2", "a plan says nothing called curve", 'did you mean "curves"?'),
        ("kpis.satisfaction.constant=42", "no kpi satisfaction", "a new one is a mapping"),
        ("satisfaction={constant: 42}", "nothing called satisfaction", "kpis.satisfaction={...}"),
        ("same=sdr,sales", "the measures of sdr and sales differ", "write the same KPIs for both"),
    ],
)
def test_what_cannot_be_set_says_why_and_what_to_write(text: str, words: str, remedy: str) -> None:
    done = incentives("check", ALIGNMENT, "--set", text, "--json")
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["problems"]
    assert any(words in p["message"] and remedy in p["hint"] for p in problems), problems
    assert any(text in p["where"] for p in problems)


def test_all_that_is_wrong_is_said_at_once_and_two_values_for_one_place_are_refused() -> None:
    done = incentives("check", ALIGNMENT, "--set", "budget.expected=", "--set", "sales", "--json")
    assert len(json.loads(done.stdout)["problems"]) == 2
    done = incentives(
        "check", ALIGNMENT, "--set", "budget.expected=1e5", "--set", "rules.budget.expected=2e5", "--json"
    )
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["message"] == "is set twice"


def test_two_values_for_one_weight_are_refused_also_where_the_plan_says_more_between_them() -> None:
    """Weights alone become a part of the plan once it has curves too: the two are at one place then."""
    texts = ("plans.quality.sales={wins: 1}", "plans.quality.curves.sales.slope=2")
    said = [*texts, "plans.quality.sales={wins: 0.5, retention: 0.5}"]
    done = incentives("check", SMALL, *(part for text in said for part in ("--set", text)), "--json")
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["message"] == "is set twice"


def test_what_is_inside_of_one_value_is_refused() -> None:
    done = incentives("check", SMALL, "--set", "plans=5", "--set", "plans.quality.sales.wins=1", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["message"] == "is one value, with nothing inside"


def test_a_team_may_be_called_as_a_rule_is(tmp_path: Path) -> None:
    """`rules.same` holds lists of teams; the measures of a team called so are one list."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL.read_text(encoding="utf-8").replace("marketing", "same"), encoding="utf-8")
    assert changed("measures.same=leads,meeting_rate", file=file) == [
        ("rules.measures.same", "[leads, meeting_rate, wins]", "[leads, meeting_rate]")
    ]


def test_what_is_so_already_changes_nothing_and_says_so() -> None:
    done = incentives("evaluate", ALIGNMENT, "--set", "weights.max_measures=3")
    assert done.exit_code == 0
    assert "nothing was changed" in done.stderr
    assert "changed for this run" not in done.stdout


def test_contradictions_and_impossible_numbers_have_the_words_of_a_file() -> None:
    done = incentives("check", ALIGNMENT, "--set", "locks.sales={bookings: 0.7}", "--set", "weights.step=0.2")
    assert done.exit_code == 2
    done = incentives("check", ALIGNMENT, "--set", "fit_lead.inflow=-3")
    assert "must be at least 0" in done.stderr
    done = incentives("check", ALIGNMENT, "--set", "deep_fit.baseline=5000")
    assert done.exit_code == 2
    assert "--set deep_fit.baseline=5000" in done.stderr


@pytest.mark.slow
def test_what_leaves_no_choice_or_no_plan_is_said_in_the_words_of_the_house(tmp_path: Path) -> None:
    company = tmp_path / "my-company"
    incentives("template", company)
    locks = [f"locks.{team}=@current_plan.{team}" for team in ("marketing", "sales", "success")]
    given = [part for lock in locks for part in ("--set", lock)]
    done = incentives("solve", company, *given, "--out", tmp_path / "locked", "--json")
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "imposed")
    little = ("--set", "budget.expected=40000", "--set", "budget.min_share_of_target=0.9")
    done = incentives("solve", company, *little, "--out", tmp_path / "little", "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["status"]) == (1, "infeasible")
    assert "budget.expected" in said["conflict"]["rules"]
    assert [change["path"] for change in said["changed"]] == [
        "rules.budget.expected",
        "rules.budget.min_share_of_target",
    ]
    assert incentives("budget", company, "--plan", "current", *little).exit_code == 1


# --- where it is told -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", [("check",), ("evaluate",), ("compare",), ("measures",), ("budget", "--plan", "current")]
)
def test_every_verb_tells_first_what_was_changed(verb: tuple[str, ...]) -> None:
    done = incentives(verb[0], SMALL, *verb[1:], "--set", "budget.expected=+5%")
    assert done.stdout.startswith("changed for this run: rules.budget.expected: 60,000 to 63,000\n")
    said = json.loads(incentives(verb[0], SMALL, *verb[1:], "--set", "budget.expected=+5%", "--json").stdout)
    assert said["changed"] == [{"path": "rules.budget.expected", "before": "60000", "after": "63000"}]
    assert "changed" not in json.loads(incentives(verb[0], SMALL, *verb[1:], "--json").stdout)


def test_workbooks_take_what_ifs_and_carry_their_record(tmp_path: Path) -> None:
    book, back = tmp_path / "small.xlsx", tmp_path / "back.yaml"
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    tree["changed"] = [{"path": "rules.budget.expected", "before": "58000", "after": "60000"}]
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    assert incentives("convert", file, book).exit_code == 0
    assert incentives("convert", book, back).exit_code == 0
    assert read_scenario(back) == read_scenario(file)
    assert changed("budget.expected=61000", file=book) == [("rules.budget.expected", "58000", "61000")]
    assert changed("budget.expected=58000", file=book) == []


@pytest.fixture(scope="module")
def what_if(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the starter company with more budget and a weight at least."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("run"))
        incentives("template", "my-company")
        done = incentives("solve", "my-company", "--set", "budget.expected=+5%", "--set", "wins.target=40")
        assert done.exit_code == 0, done.stderr
        return Path.cwd() / "runs" / "starter-what-if"


def first_page(file: Path) -> str:
    return " ".join(PdfReader(file).pages[0].extract_text().replace("\xad", "").split())


@pytest.mark.documents
def test_a_run_with_what_ifs_has_a_folder_of_its_own_and_every_document_says_so(what_if: Path) -> None:
    expected = {
        "en": (
            "Changed for this run",
            "rules.budget.expected: 64,000 → 67,200",
            "kpis.wins.target: nothing → 40",
            "calibrated anew: by construction nobody reacts",
            "plans.PLAN.targets.wins",
        ),
        "fr": (
            "Modifié pour ce calcul",
            "rules.budget.expected : 64 000 → 67 200",
            "kpis.wins.target : rien → 40",
            "personne ne réagit à la modification",
            "plans.PLAN.targets.wins",
        ),
    }
    for language, words in expected.items():
        page = first_page(what_if / f"report.{language}.pdf")
        assert all(said in page for said in words), page
    paper = first_page(what_if / "plan_sales.fr.pdf")
    assert "Plan à l’essai, avec ces modifications" in paper
    assert "64 000 → 67 200" in paper
    summary = openpyxl.load_workbook(what_if / "budget.xlsx")["Summary"]
    assert summary["B2"].value == "kpis.wins.target: – → 40; rules.budget.expected: 64000 → 67200"
    company = json.loads((what_if / "company.json").read_text(encoding="utf-8"))
    assert company["scenario"]["changed"][-1]["after"] == "67200"


@pytest.mark.documents
def test_a_run_with_what_ifs_verifies_and_whoever_reads_it_is_told(what_if: Path) -> None:
    done = incentives("verify", what_if)
    assert done.exit_code == 0, done.stdout
    assert "changed for this run" in incentives("evaluate", what_if).stdout
    assert (
        incentives("report", what_if, "--plan", "current", "--out", what_if.parent / "given").exit_code == 0
    )
    assert "Changed for this run" in first_page(what_if.parent / "given" / "report.en.pdf")


@pytest.mark.documents
def test_simulations_and_pilots_of_a_what_if_say_so(what_if: Path, tmp_path: Path) -> None:
    done = incentives("simulate", what_if, "--plan", what_if, "--draws", 20, "--out", tmp_path)
    assert done.stdout.startswith("changed for this run: kpis.wins.target: nothing to 40\n")
    assert "Plan à l’essai, avec ces modifications" in first_page(tmp_path / "simulation.fr.pdf")
    company = what_if.parents[1] / "my-company"
    done = incentives("pilot", company, "--plan", "quality", "--set", "sales.headcount=6", "--json")
    assert json.loads(done.stdout)["changed"][0]["after"] == "6"


@pytest.mark.documents
def test_a_record_that_was_taken_out_is_found(what_if: Path, tmp_path: Path) -> None:
    from shutil import copytree

    forged = copytree(what_if, tmp_path / "forged")
    file = forged / "scenario.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    del tree["changed"]
    file.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert incentives("verify", forged).exit_code == 4


# --- another company, or the same -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("sales.target_pay=+10%", "plans.PLAN.target_pay.sales"),
        ("bookings.target=60", "plans.PLAN.targets.bookings"),
        ("sales.curve={slope: 2}", "plans.PLAN.curves.sales"),
        ("current_plan.sales={bookings: 0.5, vested_wins: 0.5}", "plans.PLAN.sales"),
        ("sales.hours=+5%", ""),
        ("activities.touch_fit.baseline=-5%", ""),
    ],
)
def test_today_is_the_changed_companys_where_costs_are_calibrated_anew(text: str, instead: str) -> None:
    told = incentives("evaluate", ALIGNMENT, "--set", text, "--json")
    assert told.exit_code == 0, told.stdout
    assert {one["instead"] for one in json.loads(told.stdout)["calibrated_anew"]} == {instead}
    shown = incentives("check", ALIGNMENT, "--set", text).stdout
    assert "nobody reacts to the change itself" in shown
    assert (f"--set {instead}=" in shown) == bool(instead)


@pytest.mark.parametrize(
    "text",
    [
        "budget.expected=+5%",
        "plans.more.target_pay.sales=90000",
        "sales.label=Vente",
        "curves.fast={slope: 2}",
    ],
)
def test_a_rule_a_plan_or_a_label_is_the_same_company(text: str) -> None:
    done = incentives("check", ALIGNMENT, "--set", text, "--json")
    assert done.exit_code == 0
    assert "calibrated_anew" not in json.loads(done.stdout)
    assert "nobody reacts" not in incentives("check", ALIGNMENT, "--set", text).stdout


@pytest.mark.parametrize("verb", ["check", "evaluate", "budget --plan current", "measures"])
def test_charges_above_all_pay_are_warned_of_by_every_verb(verb: str) -> None:
    done = incentives(*verb.split(), SMALL, "--set", "sales.charges=45")
    told = done.stdout + done.stderr
    assert "employer charges above 100 % of variable pay" in told
    assert told.count("write 0.45 if you mean 45 %") == 1


def test_a_warning_about_another_thing_of_a_like_name_keeps_its_place_in_the_file() -> None:
    """What is new is `teams.succ`; hours and pay of `teams.success` stand in the file."""
    told = incentives("evaluate", SMALL, "--set", "teams.succ={headcount: 1}").stderr
    assert "small.yaml:28:3: [teams.success]" in told


def test_a_value_of_a_what_if_that_is_read_again_has_its_place_in_the_file(tmp_path: Path) -> None:
    """As in the folder of a run: the file says what was changed, and nobody wrote --set."""
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    tree["teams"]["sales"]["charges"] = 45
    tree["changed"] = [{"path": "teams.sales.charges", "before": "0.45", "after": "45"}]
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    for verb in ("evaluate", "check"):
        told = incentives(verb, file).stderr
        assert re.search(r"small\.yaml:\d+:\d+: \[teams\.sales\.charges\]", told)
        assert "--set" not in told


def test_what_a_what_if_changed_before_is_not_said_to_be_of_this_command(tmp_path: Path) -> None:
    """A run that is a what-if, and one more change: each warning names where its value stands."""
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    tree["teams"]["sales"]["charges"] = 45
    tree["changed"] = [{"path": "teams.sales.charges", "before": "0.45", "after": "45"}]
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    told = incentives("evaluate", file, "--set", "marketing.charges=36").stderr
    assert re.search(r"small\.yaml:\d+:\d+: \[teams\.sales\.charges\]", told)
    assert "warning: --set: [teams.marketing.charges]" in told
    again = incentives("evaluate", file, "--set", "sales.charges=46").stderr
    assert "warning: --set: [teams.sales.charges]" in again


@pytest.mark.parametrize("verb", ["evaluate", "compare"])
def test_verbs_that_print_a_surplus_say_what_it_is(verb: str) -> None:
    told = " ".join(incentives(*verb.split(), SMALL, "--set", "rules.objective=surplus").stdout.split())
    assert told.count("only differences between plans mean something") == 1
    assert "only differences" not in incentives("evaluate", SMALL).stdout
