"""Rule R12: rules that guard, each with a reason (the reasons are sources of the file).

Objective net; weights in steps of 0.10, at least 0.20, at most three measures; a budget of 1.05 times loaded
target pay (or what today's plan pays and 5 % more, where that is more) and for each team 0.9 of its target
pay (or 0.97 of what it is paid today, where that is less); a controllability floor of 0.05; gaming within
10 % of today's share, within 0.2 of its reach where nobody does it yet, and up to double of today's or 0.2 of
its reach where a team's plan of today breaks what follows and cannot stay. A rate or a share worked never
outweighs the count beside it, a number of visits half of its result; a rate whose denominator its own team
feeds always has such a partner. Who signs keeps half of the pay on what is signed (or today's share, where
that is less). Teams without variable pay keep their plan.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.library import KpiForm, Paired
from optimizer.scenario.start.numbers import exactly, short
from optimizer.scenario.start.work import Work

STEP, LEAST, MOST_MEASURES = 0.1, 0.2, 3
ROOM, ABOVE_TODAY = 1.05, 1.05
"""Budget over loaded target pay, and over what today's plan pays."""
LEAST_PAY, BELOW_TODAY = 0.9, 0.97
"""Least expected pay of a team over its target pay, and over what it is paid today."""
FLOOR = 0.05
TOLERANCE = 0.1
UNSEEN = 0.2
"""Cap of gaming that nobody does today, over its reach."""
FREED = 2.0
"""Cap of gaming over today's, at least, in a team that must be paid otherwise than today."""
SIGNED = 0.5
"""Least share of a seller's pay that hangs on what is signed."""


def rules_tree(
    company: Company, works: tuple[Work, ...], teams: dict[str, Any], reach: dict[str, float]
) -> Any:
    """The section `rules`."""
    pairs = [
        {"team": team, "volume": weaker, "quality": stronger, "ratio": ratio}
        for team, weaker, stronger, ratio in pairs_of(company, works)
    ]
    groups = list(_signed_groups(company))
    caps = gaming_caps(works, reach, _paid_anew(company, pairs, groups))
    gaming: dict[str, Any] = {"tolerance": TOLERANCE, "caps": caps, "pairs": pairs}
    weights: dict[str, Any] = {"step": STEP, "min": LEAST, "max_measures": MOST_MEASURES}
    rules: dict[str, Any] = {
        "objective": "net",
        "weights": {**weights, "groups": groups},
        "measures": {team.id: measures_of(company, team.id) for team in company.form.teams},
        "budget": _budget(company, teams),
        "controllability": {"floor": FLOOR},
        "gaming": gaming,
    }
    if unpaid := unpaid_teams(company):
        rules["locks"] = {team: current_weights(company, team) for team in unpaid}
    return rules


def current_weights(company: Company, team: str) -> dict[str, float]:
    """Today's weights as shares."""
    return {kpi: exactly(w / 100) for kpi, w in company.answers.weights(team).items() if w > 0}


def measures_of(company: Company, team: str) -> list[str]:
    """KPIs that the team may be paid on: the archetype's that exist here, and those that pay it today."""
    known = {kpi.id for kpi in company.kpis}
    allowed = (*company.form.measures[team], *current_weights(company, team))
    return [kpi for kpi in dict.fromkeys(allowed) if kpi in known]


def unpaid_teams(company: Company) -> list[str]:
    """Teams without variable pay: their plan is no decision."""
    return [team.id for team in company.form.teams if company.answers.teams[team.id].variable == 0]


def _budget(company: Company, teams: dict[str, Any]) -> dict[str, float]:
    attained = company.shares["attainment"]
    loaded = sum(team["target_pay"] * (1 + team["charges"]) for team in teams.values())
    least = min(LEAST_PAY, BELOW_TODAY * attained)
    return {
        "expected": exactly(max(ROOM, ABOVE_TODAY * attained) * loaded),
        "min_share_of_target": short(least),
    }


def gaming_caps(
    works: tuple[Work, ...], reach: Mapping[str, float], paid_anew: Collection[str]
) -> dict[str, float]:
    """How far gaming may go where a tenth more than today is no measure, since nobody does it today or it
    answers to a plan that cannot stay."""
    gaming = [work for work in works if work.family.gaming]
    unseen = {w.act: UNSEEN * reach[w.act] for w in gaming if w.written == 0}
    freed = {
        w.act: max(UNSEEN * reach.get(w.act, 0.0), FREED * w.written)
        for w in gaming
        if w.written > 0 and w.team in paid_anew
    }
    return {w.act: short((unseen | freed)[w.act]) for w in gaming if w.act in unseen | freed}


def _paid_anew(company: Company, pairs: list[dict[str, Any]], groups: list[dict[str, Any]]) -> set[str]:
    """Teams whose plan of today breaks a pair or a group of weights."""
    today = {team.id: current_weights(company, team.id) for team in company.form.teams}
    outweighed = (
        p["team"]
        for p in pairs
        if today[p["team"]].get(p["volume"], 0.0) > p["ratio"] * today[p["team"]].get(p["quality"], 0.0)
    )
    unsigned = (g["team"] for g in groups if sum(today[g["team"]].get(k, 0.0) for k in g["kpis"]) < g["min"])
    return {*outweighed, *unsigned}


# --- pairs ----------------------------------------------------------------------------------------------


def pairs_of(company: Company, works: tuple[Work, ...]) -> list[Paired]:
    """The archetype's pairs of measures that are there, and one for every rate that could be starved."""
    paid = [team.id for team in company.form.teams if team.id not in unpaid_teams(company)]
    allowed = {team: measures_of(company, team) for team in paid}
    stated = [p for p in company.form.pairs if {p[1], p[2]} <= set(allowed.get(p[0], ()))]
    known = {(team, weaker) for team, weaker, *_ in stated}
    more = [
        (team, kpi, partner, 1.0)
        for team, kpi in starvable(company, works)
        if team in allowed and (team, kpi) not in known and (partner := _partner(company, team)) is not None
    ]
    return [*stated, *more]


def starvable(company: Company, works: tuple[Work, ...]) -> Iterator[tuple[str, str]]:
    """Team and rate whose denominator the team's own work feeds."""
    for team in company.form.teams:
        feeds = {stage for work in works if work.team == team.id for stage in work.yields}
        for kpi in measures_of(company, team.id):
            if feeds & set(company.form.kpi[kpi].den or ()):
                yield team.id, kpi


def _partner(company: Company, team: str) -> str | None:
    """The count or amount that holds a rate in check: what is signed where the team signs."""
    counts = [kpi for kpi in measures_of(company, team) if company.form.kpi[kpi].den is None]
    signed = [kpi for kpi in signed_of(company, team) if kpi in counts]
    return next(iter((*signed, *counts)), None)


# --- sellers --------------------------------------------------------------------------------------------


def sellers(company: Company) -> list[str]:
    """Teams whose work signs contracts."""
    signed = set(company.form.count_stages)
    closing = {s.owner for s in company.stages if any(to in signed for way in s.ways for to in way.to)}
    return [team.id for team in company.form.teams if team.id in closing]


def signed_of(company: Company, team: str) -> list[str]:
    """The team's measures of what is signed: amounts, else numbers of what was signed or came of it."""
    mine = [company.form.kpi[kpi] for kpi in measures_of(company, team)]
    amounts = [kpi.id for kpi in mine if kpi.kind == "amount"]
    return amounts or [kpi.id for kpi in mine if kpi.kind == "count" and _of_signed(company, kpi)]


def _of_signed(company: Company, kpi: KpiForm) -> bool:
    """It counts signatures, or what becomes of them."""
    signed = set(company.form.count_stages)
    later = {to for s in company.stages if s.id in signed for way in s.ways for to in way.to}
    return bool(kpi.num.enter) and set(kpi.num.enter) <= signed | later


def _signed_groups(company: Company) -> Iterator[dict[str, Any]]:
    for team in sellers(company):
        kpis = signed_of(company, team)
        if kpis and team not in unpaid_teams(company):
            today = sum(current_weights(company, team).get(kpi, 0.0) for kpi in kpis)
            steps = math.floor(min(SIGNED, today) / STEP + 1e-9)
            yield {"team": team, "kpis": kpis, "min": exactly(max(LEAST, STEP * steps))}
