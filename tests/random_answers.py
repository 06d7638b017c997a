"""Random sets of answers that a designer could have given: around an invented company, larger or smaller,
with other rates, prices, pay, plans and periods, with questions skipped and things that do not exist.

And what such a company must keep: numbers found again, no plan that a professional would laugh at."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from click.testing import CliRunner, Result

import optimizer
from optimizer.cli import main

HOME = Path(optimizer.__file__).parent / "scenario" / "start"
LIBRARY: dict[str, Any] = json.loads((HOME / "library.json").read_text(encoding="utf-8"))
KINDS = tuple(LIBRARY["archetypes"])
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
OPTIONAL_COUNTS = ("leads_event", "referrals", "expansions", "meetings_own")
SKIPPED, NONE_OF_IT, OTHER_PERIOD, OTHER_PLAN = 0.15, 0.08, 0.25, 0.5
"""How often a question with a default is skipped, a count is 0, a period or a plan is not the usual one."""
AGREE = (0.9, 1.1)
"""What is signed over what counts and rates give."""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def example(kind: str) -> dict[str, Any]:
    """The answers of an invented company, as plain values."""
    content: dict[str, Any] = yaml.safe_load(run("start", "--example", kind).stdout)
    return content


def random_answers(kind: str, seed: int, folder: Path) -> dict[str, Any]:
    """One set; equal seeds give equal sets. `folder` is scratch."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    content, form = example(kind), LIBRARY["archetypes"][kind]
    size = math.exp(rng.uniform(math.log(0.3), math.log(5)))
    if rng.random() < OTHER_PERIOD:
        content["period"] = str(rng.choice(list(MONTHS)))
    longer = size * MONTHS[content["period"]] / MONTHS[form["period"]]
    asked = {q: _question(form, q) for q in content["answers"] if q != "wins"}
    answers = {q: _answer(q, content["answers"][q], about, longer, rng) for q, about in asked.items()}
    content["answers"] = _consistent(_skipped(answers, rng))
    for team, told in content["teams"].items():
        told.update(_team(told, size, rng))
        if rng.random() < OTHER_PLAN:
            told["weights"] = _weights(form, team, content["answers"], rng)
    found = _signatures(content, folder)
    content["answers"]["wins"] = max(1, round(found * rng.uniform(*AGREE), 0 if found > 20 else 1))
    return content


def _question(form: dict[str, Any], name: str) -> dict[str, Any]:
    return {**LIBRARY["questions"][name], **form.get("asked", {}).get(name, {})}


def _answer(name: str, value: float, about: dict[str, Any], longer: float, rng: Any) -> float:
    low, high = about["low"], about["high"]
    if name == "horizon":
        return int(rng.integers(1, 6))
    if name == "attainment":
        return round(float(rng.uniform(80, 118)), 1)
    if about["unit"].startswith("%"):
        share = min(max(value / 100, 0.005), 0.995)
        moved = 1 / (1 + math.exp(-math.log(share / (1 - share)) - rng.uniform(-0.6, 0.6)))
        return round(min(max(100 * moved, low), high), 1)
    if name in OPTIONAL_COUNTS and rng.random() < NONE_OF_IT:
        return 0
    width = {"EUR": 1.0, "days": 0.7}.get(about["unit"], 0.3)
    scale = longer if "per period" in about["unit"] else 1.0
    return max(low, min(high, float(f"{value * scale * math.exp(rng.uniform(-width, width)):.3g}")))


def _skipped(answers: dict[str, float], rng: Any) -> dict[str, float]:
    """Some questions that have a default are left out."""
    return {q: v for q, v in answers.items() if q not in LIBRARY["defaults"] or rng.random() >= SKIPPED}


def _consistent(answers: dict[str, float]) -> dict[str, float]:
    """Neither a discount nor a partner takes the whole margin."""
    for name in ("discount_depth", "partner_share"):
        if name in answers:
            answers[name] = min(answers[name], round(0.6 * answers["margin"], 1))
    if answers.get("expansions", 0) > 0 and answers.get("expansion_price", 0) == 0:
        answers["expansion_price"] = round(0.3 * answers["price"])
    return answers


def _team(told: dict[str, Any], size: float, rng: Any) -> dict[str, float]:
    heads = max(1.0, round(2 * told["heads"] * size * rng.uniform(0.8, 1.25)) / 2)
    fixed = max(22_000, round(told["fixed"] * rng.uniform(0.8, 1.35), -2))
    return {"heads": heads, "fixed": fixed, "variable": round(told["variable"] * rng.uniform(0.5, 1.6), -2)}


def _weights(form: dict[str, Any], team: str, answers: dict[str, float], rng: Any) -> dict[str, int]:
    """One or two of the team's usual measures."""
    gone = {"expansions"} if answers.get("expansions", 0) == 0 else set()
    known = [kpi for kpi in form["measures"][team] if kpi not in gone]
    chosen = list(rng.choice(known, size=min(len(known), int(rng.integers(1, 3))), replace=False))
    first = 100 if len(chosen) == 1 else 10 * int(rng.integers(3, 8))
    return {str(kpi): weight for kpi, weight in zip(chosen, (first, 100 - first), strict=False)}


def _signatures(content: dict[str, Any], folder: Path) -> float:
    """What counts and rates give, as `start` itself says of a first guess."""
    answers = {**content["answers"], "wins": 1}
    result = attempt({**content, "answers": answers}, folder / "first")
    told = json.loads(result.stdout)
    if result.exit_code == 0:
        return float(
            next(said["numbers"]["found"] for said in told["said"] if said["code"] == "counts_moved")
        )
    message = next(p["message"] for p in told["problems"] if p["where"] == "answers.wins")
    return float(re.findall(r"give ([0-9.e+]+) signatures", message)[0])


def attempt(content: Any, folder: Path, *more: str) -> Result:
    """`start --json` of answers, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "given.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return run("start", "--answers", str(file), "--out", str(folder / "made"), "--json", *more)


# --- what must hold --------------------------------------------------------------------------------------

MOVED = {"leads_campaign", "leads_event", "leads_hot", "referrals", "partner_opps", "walkins"}
MOVED |= {"r_hot", "r_lead", "r_meeting", "r_offer", "r_partner", "r_walkin"}
"""Counts of leads and conversion rates: rule R1 moves them by one factor."""
EXACT, ROUNDED = 1e-9, 1e-4
LOWERED = {"unworked": "leave_lowered", "push_share": "lapsing_lowered"}
"""Answers that others contradict, and the remark that says so."""
HIGHEST = 97.0
"""Percent beyond which no rate is moved."""


def moved_in(kind: str) -> set[str]:
    """Where accounts due become sales, their rate is one of the funnel."""
    return MOVED | ({"r_due"} if kind == "branch" else set())


def not_found_again(kind: str, told: dict[str, Any]) -> list[Any]:
    """Answers that the scenario gives otherwise than the rules say."""
    moved, said = moved_in(kind), {s["code"] for s in told["said"]}
    lowered = {name for name, code in LOWERED.items() if code in said}
    step = next(a["difference"] for a in told["answers"] if a["id"] == "leads_hot")
    wrong = []
    for answer in told["answers"]:
        name, difference = answer["id"], answer["difference"]
        if name in lowered | {"visits"} or answer["given"] == 0:
            continue
        expected = step if name in moved and not _at_bound(answer) else 0.0
        allowed = ROUNDED if name == "unworked" else EXACT
        if difference is None or not abs(difference - expected) <= allowed:
            wrong.append(answer)
    return wrong


def _at_bound(answer: dict[str, Any]) -> bool:
    """A rate that could not be moved further."""
    return bool(answer["unit"].startswith("%") and answer["found"] >= HIGHEST - 1e-9)


def laughable(kind: str, scenario: optimizer.Scenario, plan: dict[str, dict[str, float]]) -> list[str]:
    """What a professional would not sign, of teams whose plan was free: pay on a rate that the team can
    starve, or on a share worked, outweighing results; a seller with little on what is signed."""
    found = []
    for team, weights in plan.items():
        if team in scenario.rules.locks:
            continue
        weak = sum(weight for kpi, weight in weights.items() if starvable(scenario, team, kpi))
        results = sum(weight for kpi, weight in weights.items() if not scenario.kpis[kpi].is_rate)
        if weak > results + 1e-6:
            found.append(f"{team}: {weak:.0%} on rates it can starve, {results:.0%} on results")
        signed = {kpi: w for kpi, w in weights.items() if kpi in signed_kpis(kind, scenario)}
        if team in sellers(kind, scenario) and sum(signed.values()) < 0.2 - 1e-6:
            found.append(f"{team} signs, and is paid {sum(signed.values()):.0%} on what is signed")
    return found


def starvable(scenario: optimizer.Scenario, team: str, kpi: str) -> bool:
    """The team's own work feeds what the KPI is divided by, or what is counted is only that it was worked."""
    written = scenario.kpis[kpi]
    fed = {stage for a in scenario.activities.values() if a.team == team for stage in a.yields}
    return written.is_rate and (bool(fed & set(written.entering_denominator)) or bool(written.numerator))


def sellers(kind: str, scenario: optimizer.Scenario) -> set[str]:
    """Teams whose work signs."""
    signed = set(LIBRARY["archetypes"][kind]["count_stages"])
    return {a.team for a in scenario.activities.values() if a.from_ and signed & set(a.yields)}


def signed_kpis(kind: str, scenario: optimizer.Scenario) -> set[str]:
    """Counts and amounts of what is signed, or of what becomes of it."""
    signed = set(LIBRARY["archetypes"][kind]["count_stages"])
    later = {to for a in scenario.activities.values() if a.from_ in signed for to in a.yields}
    counts = {name: kpi for name, kpi in scenario.kpis.items() if not kpi.is_rate and kpi.entering}
    return {name for name, kpi in counts.items() if set(kpi.entering) <= signed | later}
