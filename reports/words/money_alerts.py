"""Alerts about the money and the measures of a plan, each a full sentence with its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from optimizer.tables.marks import ABOVE_TARGET, OFTEN
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.periods import period_name
from reports.words.sentences import Tables

APART = 0.01
"""Of the expected payout: pay person by person that differs by more is told."""
LITTLE_CONTROL, HEAVY = 0.30, 0.30
"""Control of a KPI below which, and weight from which, one does not fit the other."""
HARD, SURE = 0.25, 0.90
"""Probabilities of reaching a paid objective outside which it says little."""
NONE, ALL = 0.01, 0.99


def net_falls(words: Words, tables: Tables) -> Iterator[str]:
    """Net falls, in the first year or at full effect: most of all where contribution rises meanwhile."""
    if tables["worth"].empty:
        return
    worth = tables["worth"].iloc[0]
    for when in ("year", "full"):
        rise, net = float(worth[f"{when}_revenue"]), float(worth[f"{when}_net"])
        if net < 0 < rise:
            yield words.say(f"alert.falls_{when}", x=words.money(rise), y=words.money(-net))
        elif net < 0:
            paid = words.money(worth[f"{when}_loaded"], signed=True)
            changes = {"x": words.money(rise, signed=True), "z": paid}
            yield words.say(f"alert.lost_{when}", y=words.money(-net), **changes)


def limit_exceeded(words: Words, tables: Tables) -> Iterator[str]:
    """Often above the limit, or one case in ten is."""
    company = company_payouts(tables)
    if company is None or pd.isna(company["budget"]):
        return
    if company["over_budget"] >= OFTEN or company["p90"] > company["budget"]:
        yield words.say(
            "alert.over",
            limit=words.money(company["budget"]),
            over=words.write.percent(company["over_budget"], 0),
            periods=period_name(words, str(tables["summary"].iloc[0]["period"])).many,
            p90=words.money(company["p90"]),
        )


def company_payouts(tables: Tables) -> Any | None:
    """The company's payouts over luck, under the recommended plan, else today's; None without draws."""
    frame = tables["payout_distribution"]
    company = frame[frame["level"] == "company"]
    chosen = company[company["plan"] == "chosen"]
    shown = chosen if len(chosen) else company
    return None if shown.empty else shown.iloc[0]


def above_target(words: Words, tables: Tables) -> Iterator[str]:
    """Teams expected far above target because objectives were left at today's results."""
    summary, teams = tables["summary"].iloc[0], tables["teams"]
    if summary["targets"] != "fixed" or not summary["moved"]:
        return
    above = teams[teams["share_then"] > ABOVE_TARGET]
    if above.empty:
        return
    each = [
        words.say(
            "alert.above_team",
            team=words.label(team, "team"),
            share=words.write.percent(team["share_then"], 0),
        )
        for _, team in above.iterrows()
    ]
    reset, told = float(tables["worth"].iloc[0]["reset_net"]), {"teams": words.write.listed(each)}
    if pd.isna(reset):
        yield words.say("alert.above", **told)
    else:
        yield words.say("alert.above_reset", **told, net=words.money(reset, signed=True))


def results_moved(words: Words, tables: Tables) -> Iterator[str]:
    """Results that may be moved over the end of a period, and what the plan pays for it."""
    moved = tables["warnings"][tables["warnings"]["warning"] == "timing"]
    period = period_name(words, str(tables["summary"].iloc[0]["period"]))
    for _, line in moved.iterrows():
        kpi = words.quoted(words.name("kpi", str(line["path"]).split(".")[1], 40))
        yield words.say("alert.timing", kpi=kpi, amount=words.money(line["value"]), period=period)


def person_by_person(words: Words, tables: Tables) -> Iterator[str]:
    """Expected pay of a person times people, against the team's."""
    frame, teams = tables["payout_distribution"], tables["teams"].set_index("team")
    people = frame[(frame["level"] == "person") & (frame["plan"] == "chosen") & (frame["team"] != "")]
    for _, person in people.iterrows():
        team = teams.loc[person["team"]]
        whole, error = float(team["pay_then"]), 3 * float(person["standard_error"] * person["people"])
        apart = float(person["mean"] * person["people"]) - whole
        if not team["persons"] and whole > 0 and abs(apart) - error > APART * whole:
            share = words.write.percent(apart / whole, 1, signed=True)
            yield words.say("alert.person", team=words.label(person, "team"), share=share)


def little_control(words: Words, tables: Tables) -> Iterator[str]:
    """A heavy weight on what the team hardly controls."""
    weights = tables["weights"]
    for _, line in weights[
        (weights["then"] >= HEAVY) & (weights["controllability"] < LITTLE_CONTROL)
    ].iterrows():
        yield words.say(
            "alert.control",
            team=words.label(line, "team", LONGEST_TEAM),
            kpi=words.quoted(words.label(line, "kpi", 40)),
            control=words.write.percent(line["controllability"], 0),
            weight=words.write.weight(line["then"]),
        )


def counted_twice(words: Words, tables: Tables) -> Iterator[str]:
    """Two KPIs that one team is paid on, with the same numerator: one result is paid twice."""
    parts = tables["definitions"]
    counts = parts[parts["part"] == "numerator"].groupby("kpi")["counted"].agg(frozenset)
    paid = tables["weights"][tables["weights"]["then"] > 0]
    told: set[tuple[str, str]] = set()
    for _, mine in paid.groupby("team", sort=False):
        kpis = [kpi for kpi in mine["kpi"] if kpi in counts.index]
        for n, one in enumerate(kpis):
            for other in kpis[n + 1 :]:
                if counts[one] == counts[other] and (one, other) not in told:
                    told.add((one, other))
                    names = [words.quoted(words.name("kpi", kpi, 40)) for kpi in (one, other)]
                    yield words.say("alert.twice", one=names[0], other=names[1])


def hard_or_sure(words: Words, tables: Tables) -> Iterator[str]:
    """Paid objectives that are hardly ever, or nearly always, reached."""
    frame = tables["objectives_reached"]
    mine = frame[(frame["plan"] == "chosen") & frame["paid"].astype(bool)]
    for _, line in mine[(mine["reached"] < HARD) | (mine["reached"] > SURE)].iterrows():
        reached = _probability(words, float(line["reached"]))
        yield words.say("alert.hard", kpi=words.quoted(words.label(line, "kpi", 40)), reached=reached)


def _probability(words: Words, share: float) -> str:
    """In whole percent; nothing that luck decides is certain."""
    if share > ALL:
        return words.say("alert.nearly_all", share=words.write.percent(ALL, 0))
    if share < NONE:
        return words.say("alert.hardly_any", share=words.write.percent(NONE, 0))
    return words.write.percent(share, 0)


def under_limit(words: Words, tables: Tables) -> list[str]:
    """How far expected payouts are from their limit, and how often they exceed it: never one without the
    other. Nothing without a limit or draws."""
    summary, company = tables["summary"].iloc[0], company_payouts(tables)
    if company is None or pd.isna(summary["budget_unused"]) or pd.isna(company["over_budget"]):
        return []
    left = float(summary["budget_unused"])
    told = words.say(
        "cost.left" if left >= 0 else "cost.beyond",
        left=words.write.money(abs(left), max(2, words.decimals)),
        over=words.write.percent(company["over_budget"], 0),
        periods=period_name(words, str(summary["period"])).many,
    )
    return [told]
