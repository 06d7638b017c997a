"""Told in another order and under other names, a company is the same company.

Whatever takes one team, KPI, activity or stage for another, or the first for all, says something else then.
In other units: tests/test_units_of_tables.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import solved
from click.testing import CliRunner
from permuted import Tree, differing, labelled, permuted, told_back, words_of
from py_mini_racer import mini_racer
from test_report import strings
from test_workbook import NAMED, REGIMES, book_of, by_formulas, edited, formulas_of, misses, stored
from wording import words_for

from optimizer import Scenario, Solution
from optimizer.cli import main
from optimizer.scenario.write import dump_scenario
from optimizer.solver import solve
from optimizer.tables.build import tables_of
from optimizer.tables.rounding import printable
from optimizer.tables.table import Tables
from optimizer.tables.whatif import whatif_data
from reports.board.report import payload_of
from reports.browser import embedded
from reports.whatif import core_script

CLOSE = 1e-9
"""Relative to a number, and to the largest of its column."""
ERRORS = {"standard_error", "net_error", "noise", "of_noise"}
"""How far draws scatter: without luck, rounding."""
DRAWN = {
    "payout_distribution": {
        *("mean", "standard_error", "p10", "p50", "p90", "p95", "cvar", "over_budget", "at_goal"),
    },
    "year": {"gross", "charges", "loaded", "standard_error", "p90", "slack", "over"},
    "year_lines": {"level", "pay"},
    "cash": {"opening", "gross", "charges", "earned", "before", "paid", "true_up", "closing"},
    "pay_dates": {"share"},
    "worth": {"year_revenue", "year_loaded", "year_net", "noise", "of_noise", "between_years"},
    "year_gain": {"revenue_change", "loaded_change", "net_change", "net_error", "noise"},
}
"""Columns that come from draws, which are made in the company's order; without luck they are compared."""
SHEETS_DRAWN = ("Payouts", "Year", "Cash", "Recorded", "Controls")
"""Sheets with such numbers: the year's inputs are recorded, and two controls add them."""
TIED = {"activities": "rank"}
"""Ranks by size of change where nothing changes."""
LEFT = {"controls": {"difference"}, "worked_examples": {"result", "attainment", "level", "pay"}}
"""What is left between two amounts that are compared themselves: rounding, in another order. Which result an
example imagines of which of two KPIs of equal weight goes by their order in the file."""
PROOF = {"gap", "gap_of_gain", "bound"}
"""What is left to prove: HiGHS branches in the model's order."""
SEEDS = (1, 2)


def _moved(**rules: Any) -> Tree:
    told = {"rules": deepcopy(solved.RULES) | {"gaming": {"tolerance": 0.1}} | rules}
    told |= {"sources": deepcopy(solved.SOURCES), "plans": deepcopy(solved.PLANS)}
    return labelled(solved.unequal_tree() | told)


def _bent() -> Tree:
    """Curves of teams, a gate, regimes."""
    tree = _moved(gaming={}, budget={"expected": 150000.0})
    for team, curve in {"sales": "steep", "marketing": "later"}.items():
        tree["teams"][team]["curve"] = curve
    more = {"curves": NAMED, "noise_correlation": 0.6, "regimes": REGIMES}
    return labelled(tree | deepcopy(more))


def _quiet() -> Tree:
    """Without luck: nothing is drawn, so that every number of every document can be compared."""
    tree = _moved()
    for kpi in tree["kpis"].values():
        kpi["noise"] = 0.0
    for team in tree["teams"].values():
        team["skill_spread"] = 0.0
    del tree["sources"]["kpis.meeting_rate.noise"]
    return tree


COMPANIES = {
    "moved": _moved,
    "bent": _bent,
    "quiet": _quiet,
    "stuck": lambda: _moved(change_limit=0.0),
    "infeasible": lambda: _moved(budget={"expected": 100000.0, "min_share_of_target": 0.9}),
}


@cache
def tree_of(name: str, seed: int) -> Tree:
    """Seed 0: as it is."""
    tree = COMPANIES[name]()
    return permuted(tree, seed) if seed else tree


@cache
def answer(name: str, seed: int) -> Solution:
    return solve(Scenario.model_validate(tree_of(name, seed)))


@cache
def tables(name: str, seed: int) -> Tables:
    return tables_of(answer(name, seed))


def test_another_telling_has_no_name_and_no_place_in_common() -> None:
    one, other = (tree_of("moved", seed) for seed in (0, 1))
    for section in ("teams", "stages", "activities", "kpis"):
        assert not set(one[section]) & set(other[section])
        assert list(one[section]) != list(map(told_back, other[section]))
        assert sorted(one[section]) == sorted(map(told_back, other[section]))


def _undrawn(table: str, frame: Any) -> Any:
    """Controls but those of the year, which add what is drawn."""
    return frame[~frame["control"].isin(["year", "owed"])] if table == "controls" else frame


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        pytest.param(name, seed, marks=[] if (name, seed) == ("moved", 1) else pytest.mark.slow)
        for name in COMPANIES
        for seed in SEEDS
    ],
)
def test_every_table_says_the_same_of_everyone(name: str, seed: int) -> None:
    one, other = tables(name, 0), tables(name, seed)
    assert list(one) == list(other)
    apart = {}
    for table, frame in one.items():
        drawn = DRAWN.get(table, set()) & (ERRORS if name == "quiet" else DRAWN.get(table, set()))
        tied = {TIED.get(table, "")} if answer(name, 0).chosen is None or name == "stuck" else set()
        frames = (_undrawn(table, frame), _undrawn(table, other[table]))
        apart[table] = differing(*frames, CLOSE, (drawn | tied | PROOF | LEFT.get(table, set())).__contains__)
    assert {table: columns for table, columns in apart.items() if columns} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["quiet", "bent"])
def test_the_workbook_stores_the_same_and_its_formulas_still_agree(name: str, tmp_path: Path) -> None:
    one, other = (book_of(tables(name, seed)) for seed in (0, 1))
    assert len(formulas_of(one)) == len(formulas_of(other))
    assert misses(other, by_formulas(edited(other, {}), tmp_path)) == []
    for sheet in openpyxl.load_workbook(BytesIO(one)).sheetnames:
        texts, numbers = zip(*(cells_of(content, sheet) for content in (one, other)), strict=True)
        assert texts[0] == texts[1], sheet
        if name == "quiet" or sheet not in SHEETS_DRAWN:
            assert numbers[0] == pytest.approx(numbers[1], rel=1e-6, abs=1e-6), sheet


def cells_of(content: bytes, sheet: str) -> tuple[Counter[str], list[float]]:
    """What a sheet says, its places of other cells aside, and its numbers from small to large."""
    values = [v for (name, _), v in stored(content).items() if name == sheet]
    numbers = sorted(float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool))
    texts = (re.sub(r"\$[A-Z]+\$\d+$", "", words_of(v)) for v in values if isinstance(v, str))
    return Counter(texts), numbers


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_says_the_same(language: str) -> None:
    one, other = (Counter(_words(seed, language)) for seed in (0, 1))
    assert (one - other, other - one) == (Counter(), Counter())


def _words(seed: int, language: str) -> Iterator[str]:
    shown = printable(tables("quiet", seed))
    payload = payload_of(shown, words_for(shown, language), None, {})
    for text in strings(payload):
        text = re.sub(r"[\d.,]+×10⁻\S+", "almost nothing", text)  # what rounding leaves, in the proof
        yield from re.findall(r"[^\s;,:.]+", told_back(text))


ASK = """JSON.stringify((() => {
  const outcome = evaluatePlan(company, %s);
  return {x: outcome.x, score: outcome.score, pay: outcome.pay, loaded: outcome.loadedPay, net: outcome.net,
          rules: checkRules(company, %s, outcome).map((line) => [line.rule.name, line.value, line.limit])};
})())"""


def page(name: str, seed: int) -> dict[str, Any]:
    """What the page computes for the recommended plan, by the company's own names."""
    solution = answer(name, seed)
    assert solution.chosen is not None
    network = solution.problem.cal.network
    with mini_racer() as js:
        js.eval(core_script())
        js.eval(f"const company = companyOf({embedded(whatif_data(solution))});")
        euros = json.dumps(solution.chosen.euros.tolist())
        said = json.loads(str(js.eval(ASK % (euros, euros))))
    named = {"x": network.activities, "score": network.kpis, "pay": network.teams}
    for field, names in named.items():
        said[field] = dict(zip(map(told_back, names), said[field], strict=True))
    lines = [(told_back(rule), value, limit) for rule, value, limit in said.pop("rules")]
    return said | {
        "values": {rule: value for rule, value, _ in lines},
        "limits": {rule: limit for rule, _, limit in lines},
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moved", "bent"])
def test_the_page_computes_the_same(name: str) -> None:
    one, other = page(name, 0), page(name, 1)
    for field, known in one.items():
        assert other[field] == pytest.approx(known, rel=1e-7, abs=1e-7), field


# --- verbs ----------------------------------------------------------------------------------------------

VERBS = {
    "evaluate": ("--plan", "by_hand"),
    "compare": (),
    "measures": (),
    "budget": ("--plan", "by_hand"),
    "simulate": ("--plan", "by_hand", "--periods", "3", "--draws", "5"),
    "pilot": ("--plan", "by_hand", "--periods", "2"),
    "adjust": ("--plan", "by_hand"),
}


def said_by(verb: str, seed: int, folder: Path) -> Any:
    scenario = Scenario.model_validate(tree_of("quiet", seed))
    file = folder / f"company{seed}.yaml"
    file.write_text(dump_scenario(scenario), encoding="utf-8")
    arguments = [verb, str(file)]
    if verb == "adjust":
        kpi = next(name for name in scenario.kpis if told_back(name) == "wins")
        team = next(name for name in scenario.teams if told_back(name) == "marketing")
        (folder / "actuals.csv").write_text(f"period,team,kpi,value\n1,{team},{kpi},29\n", encoding="utf-8")
        arguments.append(str(folder / "actuals.csv"))
    result = CliRunner().invoke(main, [*arguments, *VERBS[verb], "--json"])
    assert result.exit_code in (0, 1), result.output
    return json.loads(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_the_same(verb: str, tmp_path: Path) -> None:
    one, other = (said_by(verb, seed, tmp_path) for seed in (0, 1))
    assert list(apart(one, other)) == []


def apart(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Places where two JSON values say different things, whatever the order of names and rows."""
    if isinstance(one, dict) and isinstance(other, dict):
        by_name = {told_back(key): value for key, value in other.items()}
        if set(one) != set(by_name):
            yield f"{at}: {sorted(one)} and {sorted(by_name)}"
        for key in sorted(set(one) & set(by_name)):
            yield from apart(one[key], by_name[key], f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for n, pair in enumerate(zip(sorted(one, key=_key), sorted(other, key=_key), strict=True)):
            yield from apart(*pair, f"{at}[{n}]")
    elif isinstance(one, float) and isinstance(other, float):
        if not np.isclose(one, other, rtol=1e-7, atol=1e-9):
            yield f"{at}: {one} and {other}"
    elif (words_of(one) if isinstance(one, str) else one) != (
        words_of(other) if isinstance(other, str) else other
    ):
        yield f"{at}: {one} and {other}"


def _key(value: Any) -> str:
    """Of a row: its texts, then its numbers to four digits."""
    if isinstance(value, dict):
        parts = sorted((isinstance(v, float), told_back(k), _key(v)) for k, v in value.items())
        return str(parts)
    if isinstance(value, float):
        return f"{value:.4g}"
    return words_of(value) if isinstance(value, str) else str(value)
