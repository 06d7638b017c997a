"""The verbs as a person or a scheduler runs them: real files, and real processes where one is asked about
(start, exit codes, signals, bytes); elsewhere in this process, since loading takes longer than most verbs."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import verbs
import yaml
from click.testing import CliRunner, Result

from optimizer.cli import main
from optimizer.cli.show.terminal import row, show, table

ROOT = Path(__file__).parent.parent
MINI = ROOT / "tests" / "cases" / "mini_funnel" / "mini_funnel.json"
CAPPED = ROOT / "tests" / "cases" / "capped_funnel" / "capped_funnel.json"
RULES = {
    "objective": "revenue",
    "weights": {"step": 0.25},
    "measures": {
        "marketing": ["lead_volume", "meeting_rate", "wins"],
        "sales": ["bookings", "leads_touched"],
        "success": ["retention"],
    },
    "budget": {"expected": 135000},
}


def incentives(*arguments: object) -> Result:
    """A verb in this process, which has loaded what it needs; never one that ends in an error of its own."""
    done = verbs.incentives(*arguments, env={"COLUMNS": "100"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def started(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A verb as a person starts it."""
    command = [sys.executable, "-m", "optimizer.cli", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd or ROOT, env=env, timeout=240)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return written(tmp_path, RULES)


def written(folder: Path, rules: dict) -> Path:
    file = folder / "company.yaml"
    file.write_text(yaml.safe_dump({**json.loads(MINI.read_text()), "rules": rules}, sort_keys=False))
    return file


def test_help_loads_neither_pyomo_nor_pandas_nor_matplotlib():
    heavy = ("pyomo", "pandas", "matplotlib", "numpy", "pydantic", "babel")
    code = (
        "import sys; from optimizer.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "Commands:" in result.stdout
    assert result.stdout.splitlines()[-1] == "[]"


def test_verbs_that_only_look_load_neither_pyomo_nor_pandas_nor_matplotlib():
    """Loading them takes longer than all that these verbs do."""
    heavy = ("pyomo", "highspy", "pandas", "matplotlib", "polars", "scipy.stats", "openpyxl", "typst")
    asked = (["check"], ["evaluate"], ["budget", "--plan", "current"], ["measures"], ["compare"])
    code = (
        "import sys; from optimizer.cli import main\n"
        f"for verb, *options in {asked}:\n"
        f"    main([verb, {str(MINI)!r}, *options], standalone_mode=False)\n"
        f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert result.stderr.splitlines()[-1] == "[]"
    assert all(title in result.stdout for title in ("Money (", "Budget (", "Congruence", "Plans ("))


@pytest.mark.slow
def test_check_says_the_baseline_in_words_and_warns_on_stderr():
    result = incentives("check", MINI)
    assert result.exit_code == 0
    assert "marketing: 75% of 800 hours are booked" in result.stdout
    assert "uncapped rate" in result.stderr


@pytest.mark.slow
def test_check_as_json_is_one_object_with_problems_and_warnings():
    result = incentives("check", MINI, "--json")
    answer = json.loads(result.stdout)
    assert answer["problems"] == []
    assert {"where", "value", "message", "hint"} <= set(answer["warnings"][0])


@pytest.mark.slow
def test_bad_input_ends_with_code_2_a_place_and_no_traceback(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(MINI.read_text().replace('"noise": 0.35', '"nois": 0.35'))
    result = started("check", file, "--json")
    assert result.returncode == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert "kpis.wins.nois" in problem["where"]
    assert "noise" in problem["hint"]
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_plan_that_does_not_exist_is_refused_with_the_known_ones():
    result = incentives("evaluate", MINI, "--plan", "nowhere")
    assert result.exit_code == 2
    assert "current" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solve", MINI, "--gap", "much", "--json"], "--gap"),
        (["evaluate", MINI, "--json", "--seed", 2**63], str(2**63)),
        (["solve", "--json"], "FILE"),
        (["evaluate", "--json", MINI, "--plann", "current"], "--plann"),
        (["frontier", MINI, "--json"], "--over"),
        (["evaluate", MINI, "--plan", "nowhere", "--json"], "neither a plan of the scenario"),
        (["report", MINI, "--json"], "is a file"),
        (["slove", MINI, "--json"], "slove"),
        (["--verbose", "check", MINI, "--json"], "--verbose"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_usage_error_is_json_where_json_is_asked_for_and_words_on_stderr_always(arguments, said):
    def refused(given: list[str]) -> Result:
        done = CliRunner().invoke(main, given)
        assert done.exit_code == 2
        return done

    given = [str(argument) for argument in arguments]
    done = refused(given)
    answer = json.loads(done.stdout)
    assert answer["warnings"] == []
    (problem,) = answer["problems"]
    assert set(problem) == {"where", "value", "message", "hint"}
    assert said in problem["message"]
    assert problem["message"] in done.stderr
    known = given[0] in main.commands and said != "--plann"
    assert problem["where"].endswith(given[0]) or not known
    assert refused([argument for argument in given if argument != "--json"]).stdout == ""


def test_a_batch_answers_with_one_object_or_with_lines_not_with_both():
    done = CliRunner().invoke(main, ["batch", "grid.yaml", "--json", "--json-lines"])
    assert done.exit_code == 2
    assert "choose one" in json.loads(done.stdout)["problems"][0]["message"]


@pytest.mark.slow
def test_evaluate_reproduces_the_baseline_under_the_current_plan():
    answer = json.loads(incentives("evaluate", MINI, "--json").stdout)
    assert set(answer) == {"first_response", "consistent", "against_today", "payouts"}
    assert answer["payouts"]["company"]["expected"] == pytest.approx(127800, abs=1e-3)
    then = answer["consistent"]
    assert then["activities"]["deep_fit"] == pytest.approx(170, rel=1e-9)
    assert then["gross"] - then["direct_costs"] == pytest.approx(then["revenue"], abs=1e-6)
    assert then["revenue"] - then["loaded_pay"] == pytest.approx(then["net"], abs=1e-6)


@pytest.mark.slow
def test_the_seed_decides_what_is_drawn_and_nothing_else():
    one, again, other = (
        json.loads(incentives("evaluate", MINI, "--seed", seed, "--json").stdout) for seed in ("1", "1", "2")
    )
    assert one == again
    assert one["payouts"]["company"]["mean"] != other["payouts"]["company"]["mean"]
    assert one["consistent"] == other["consistent"]


@pytest.mark.slow
def test_a_budget_on_bad_cases_says_what_they_come_to_on_another_sample(scenario):
    tree = yaml.safe_load(scenario.read_text())
    tree["rules"]["budget"] = {"cvar": {"level": 0.95, "limit": 150000}}
    scenario.write_text(yaml.safe_dump(tree))
    result = incentives("budget", scenario, "--plan", "current", "--json")
    assert result.exit_code == 1
    line = json.loads(result.stdout)["lines"][-1]
    assert line["name"] == "budget.cvar"
    assert line["slack"] == pytest.approx(line["limit"] - line["value"])
    assert line["elsewhere"] == pytest.approx(line["value"], rel=0.03)
    assert 0 < line["standard_error"] < 0.01 * line["value"]
    shown = incentives("budget", scenario, "--plan", "current").stdout
    assert "on a larger sample" in shown


@pytest.mark.slow
def test_evaluate_takes_a_plan_file(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("marketing: {wins: 1.0}\nsales: {bookings: 1.0}\nsuccess: {retention: 1.0}\n")
    answer = json.loads(incentives("evaluate", MINI, "--plan", plan, "--json").stdout)
    assert answer["consistent"]["net"] == pytest.approx(307421.96013077, rel=1e-6)


def test_an_empty_plan_file_is_told_how_to_begin(tmp_path):
    (tmp_path / "plan.yaml").touch()
    result = CliRunner().invoke(
        main, ["evaluate", str(MINI), "--plan", str(tmp_path / "plan.yaml"), "--json"]
    )
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["message"], problem["hint"]) == ("the file is empty", "write {team: {kpi: weight}}")


@pytest.mark.slow
def test_compare_names_the_rules_that_a_plan_breaks(scenario):
    tight = yaml.safe_load(scenario.read_text())
    tight["rules"]["budget"]["expected"] = 120000
    scenario.write_text(yaml.safe_dump(tight))
    answer = json.loads(incentives("compare", scenario, "--json").stdout)
    (broken,) = answer["plans"]["current"]["broken_rules"]
    assert broken["rule"] == "budget.expected"
    assert broken["excess"] == pytest.approx(7800, abs=1e-3)


@pytest.mark.slow
def test_measures_has_every_team_kpi_and_pair():
    answer = json.loads(incentives("measures", CAPPED, "--json").stdout)
    measures = {"controllability", "swing", "lag", "exposure", "congruence"}
    assert set(answer) == measures | {"pay_at_mercy", "ten_percent_more_pay"}
    assert answer["controllability"]["marketing"]["mql"] == pytest.approx(0.9148569080690351, rel=1e-6)
    assert answer["lag"]["csm"]["mql"] is None


@pytest.mark.slow
def test_budget_exits_with_1_when_a_line_is_exceeded(scenario):
    ok = incentives("budget", scenario, "--plan", "current", "--json")
    assert ok.exit_code == 0
    lines = {line["name"]: line for line in json.loads(ok.stdout)["lines"]}
    assert lines["budget.expected"]["value"] == pytest.approx(127800, abs=1e-3)
    assert lines["budget.expected"]["slack"] == pytest.approx(7200, abs=1e-3)
    assert lines["budget.teams.sales"]["limit"] is None
    tight = yaml.safe_load(scenario.read_text())
    tight["rules"]["budget"]["expected"] = 127000
    scenario.write_text(yaml.safe_dump(tight))
    assert incentives("budget", scenario, "--plan", "current").exit_code == 1


@pytest.fixture(scope="module")
def solved(tmp_path_factory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("solve")
    file = written(folder, RULES)
    return started("solve", file, "--json", cwd=folder), folder


@pytest.mark.slow
def test_solve_prints_one_json_object_and_writes_the_run_folder(solved):
    done, folder = solved
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["status"] == "optimal"
    assert all(check["ok"] for check in answer["checks"])
    run = folder / "runs" / "company"
    expected = {"result.json", "scenario.yaml", "tables", "report.en.pdf", "report.fr.pdf", "inputs.json"}
    expected |= {"whatif.html", "company.json", "budget.xlsx"}
    for team, paid in answer["plan"].items():
        # Names without a label are English: of sales itself, or of what a team is paid on.
        english = team == "sales" or any(weight and kpi != "lead_volume" for kpi, weight in paid.items())
        written = [language for language in ("en", "fr") if language == "en" or not english]
        expected |= {f"plan_{team}.{language}.{kind}" for language in written for kind in ("pdf", "docx")}
        assert (f"plan_{team}.fr.pdf and .docx are not written: " in done.stderr) == english
    assert expected | {"manifest.json", "run.log"} == {p.name for p in run.iterdir()}
    stored = json.loads((run / "result.json").read_text())
    assert "seconds" not in stored
    # What a decision is worth is in the tables of the folder, so that result.json stays what search found.
    assert stored == {k: v for k, v in answer.items() if k not in ("seconds", *worth_of(run, answer))}


def rows_of(run: Path, table: str) -> list[dict[str, str]]:
    with (run / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def worth_of(run: Path, answer: dict[str, Any]) -> tuple[str, ...]:
    """The parts of the answer that the tables of the run have too, held against them."""
    parts = ("worth", "single_changes", "simplest")
    worth, singles, simple = (rows_of(run, name) for name in parts)
    assert answer["worth"]["full_net"] == float(worth[0]["full_net"])
    assert answer["worth"]["grade"] == worth[0]["grade"]
    assert [one["net_year"] for one in answer["single_changes"]] == [float(r["net_year"]) for r in singles]
    assert [answer["simplest"]["plan"]] == [one["plan"] for one in simple]
    return parts


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(solved, tmp_path):
    _, folder = solved
    first = folder / "runs" / "company"
    again = tmp_path / "again"
    assert incentives("solve", folder / "company.yaml", "--out", again).exit_code == 0
    differing = [
        p.relative_to(first)
        for p in sorted(first.rglob("*"))
        if p.is_file()
        and p.name not in ("manifest.json", "run.log")
        and p.read_bytes() != (again / p.relative_to(first)).read_bytes()
    ]
    assert differing == []


@pytest.mark.slow
def test_baseline_beliefs_add_what_the_model_saw(scenario, tmp_path):
    done = incentives("solve", scenario, "--beliefs", "baseline", "--json", "--out", tmp_path / "run")
    answer = json.loads(done.stdout)
    assert set(answer["linearised"]) == {"score", "pay", "loaded_pay", "net"}
    assert answer["linearised"]["loaded_pay"] <= 135000 + 1e-6


@pytest.mark.slow
def test_an_infeasible_scenario_exits_with_1_and_still_writes_a_report(tmp_path):
    file = written(tmp_path, {**RULES, "budget": {"expected": 60000}})
    done = incentives("solve", file, "--json", "--out", tmp_path / "run")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["status"] == "infeasible"
    assert answer["plan"] is None
    assert answer["conflict"]["rules"] == ["budget.expected"]
    assert (tmp_path / "run" / "report.en.pdf").exists()


@pytest.mark.slow
def test_enumeration_at_a_coarser_step_is_part_of_the_certificate(scenario, tmp_path):
    done = incentives("solve", scenario, "--enumerate", "0.5", "--json", "--out", tmp_path / "run")
    check = next(c for c in json.loads(done.stdout)["checks"] if c["name"] == "enumeration")
    assert check["ok"]
    assert "18 plans" in check["detail"]


@pytest.mark.slow
def test_ctrl_c_keeps_the_incumbent_and_never_says_optimal(tmp_path):
    rules = {
        "objective": "net",
        "weights": {"step": 0.05},
        "budget": {"expected": 250000},
        "measures": {
            "marketing": ["mql", "good_meeting_rate", "closing_rate"],
            "sdr": ["meetings", "touched_48h", "good_meeting_rate", "closing_rate"],
            "ae": ["bookings", "retention", "closing_rate"],
            "csm": ["renewals", "retention", "bookings"],
        },
    }
    file = tmp_path / "big.yaml"
    file.write_text(yaml.safe_dump({**json.loads(CAPPED.read_text()), "rules": rules}))
    command = [
        sys.executable,
        "-m",
        "optimizer.cli",
        "solve",
        str(file),
        "--gap",
        "0",
        "--json",
        "--out",
        str(tmp_path / "run"),
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    for line in process.stderr:
        if line.startswith("round"):
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    answer = json.loads(out)
    assert process.returncode == 3
    assert answer["status"] == "feasible"
    assert answer["plan"]["ae"]
    assert next(c for c in answer["checks"] if c["name"] == "rules")["ok"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file that is never read to its end")
def test_ctrl_c_is_no_answer_about_a_plan(tmp_path):
    file = tmp_path / "endless.yaml"
    os.mkfifo(file)
    command = [sys.executable, "-m", "optimizer.cli", "budget", str(file), "--plan", "current", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    writer = None
    while writer is None and process.poll() is None:
        with suppress(OSError):  # until the verb reads
            writer = os.open(file, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "stopped\n")
    assert process.returncode == 130
    os.close(writer)


@pytest.mark.slow
def test_a_folder_that_is_not_a_run_is_never_replaced(scenario, tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "thesis.txt").write_text("years of work")
    done = incentives("solve", scenario, "--out", victim)
    assert done.exit_code == 2
    assert "not a run folder" in done.stderr
    assert (victim / "thesis.txt").read_text() == "years of work"


@pytest.mark.slow
def test_alternatives_are_in_json_in_tables_and_on_the_screen(scenario, tmp_path):
    done = incentives("solve", scenario, "--alternatives", 2, "--json", "--out", tmp_path / "run")
    answer = json.loads(done.stdout)
    assert len(answer["alternatives"]) == 2
    assert answer["alternatives"][0]["plan"] == answer["plan"]
    assert answer["alternatives"][1]["value"] <= answer["objective"]
    assert "True" in (tmp_path / "run" / "tables" / "alternatives.csv").read_text()


def test_numbers_are_never_cut_however_narrow_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    numbers = [f"-{n},{n}00,{n}00.50" for n in range(10, 19)]
    wide = table("amounts", ["quarter", *(f"net of payouts {n}" for n in range(9))])
    row(wide, "1", *numbers)
    show(wide)
    assert set(numbers) <= set(capsys.readouterr().out.split())


@pytest.mark.slow
def test_plans_without_steps_are_not_listed_but_refused_with_the_remedy(tmp_path):
    company = written(tmp_path, {"objective": "surplus", "weights": {"step": 0}})
    result = incentives("solve", company, "--alternatives", 3)
    assert result.exit_code == 2
    assert "rules.weights.step is 0: write 0.05 there" in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.stderr


WRITING = {
    "adjust": ["adjust", "nowhere.yaml", "nowhere.csv", "--out"],
    "batch": ["batch", "nowhere.yaml", "--out"],
    "calibrate": ["calibrate", "nowhere.csv", "--map", "nowhere.yaml", "--out"],
    "calibrate, its report": ["calibrate", "nowhere.csv", "--map", "nowhere.yaml", "--report"],
    "convert": ["convert", "nowhere.yaml"],
    "frontier": ["frontier", "nowhere.yaml", "--over", "budget", "--out"],
    "pilot": ["pilot", "nowhere.yaml", "--out"],
    "simulate": ["simulate", "nowhere.yaml", "--out"],
}
"""Inputs that do not exist: whoever reads them before looking at the destination speaks of them."""


@pytest.mark.parametrize("verb", WRITING)
def test_a_destination_is_looked_at_before_any_work(verb, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    places = [tmp_path / "letter.txt" / "new.yaml", Path("/proc/self/fdinfo/new.yaml")]
    for place in places[: 1 + Path("/proc/self").exists()]:
        done = CliRunner().invoke(main, [*WRITING[verb], str(place)])
        assert done.exit_code == 2
        assert f"{place} cannot be written" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("verb", ["calibrate", "convert"])
def test_a_file_that_is_never_overwritten_is_looked_for_before_any_work(verb, tmp_path):
    (tmp_path / "letter.yaml").write_text("mine")
    done = CliRunner().invoke(main, [*WRITING[verb], str(tmp_path / "letter.yaml")])
    assert (done.exit_code, "exists already" in done.stderr) == (2, True)


@pytest.mark.parametrize("verb", WRITING)
def test_a_destination_that_can_be_written_is_left_as_it_was(verb, tmp_path):
    done = CliRunner().invoke(main, [*WRITING[verb], str(tmp_path / "new" / "place.yaml")])
    assert done.exit_code == 2
    assert "nowhere" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["letter.txt/run", "letter.txt/more/run"])
def test_solve_looks_at_its_destination_before_it_solves(scenario, tmp_path, below):
    (tmp_path / "letter.txt").write_text("mine")
    done = CliRunner().invoke(main, ["solve", str(scenario), "--json", "--out", str(tmp_path / below)])
    assert done.exit_code == 2
    assert "a file stands where a directory is needed" in json.loads(done.stdout)["problems"][0]["message"]
    assert "round" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_ends_with_code_2_and_no_traceback(scenario):
    done = incentives("solve", scenario, "--json", "--out", "/proc/nowhere/run")
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert "check the path" in json.loads(done.stdout)["problems"][0]["hint"]


@pytest.mark.slow
def test_ctrl_c_while_the_plan_is_explained_leaves_out_what_takes_long(tmp_path):
    file, run = str(ROOT / "scenarios" / "alignment"), tmp_path / "run"
    command = [sys.executable, "-m", "optimizer.cli", "solve", file, "--json", "--out", str(run)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    for line in process.stderr:
        if line.startswith("explaining"):
            break
    time.sleep(1)  # into the swings, which take some seconds
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0
    assert json.loads(out)["status"] == "optimal"
    assert "left out" in said
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["left_out"] == ["tornado"]
    assert (run / "report.fr.pdf").exists()


def test_a_reader_who_has_seen_enough_is_not_told_of_a_broken_pipe():
    command = f"{sys.executable} -m optimizer.cli schema | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""
