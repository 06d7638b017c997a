"""Sections 1 to 6: why, for whom, how much, on what, by which scale, and examples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from optimizer.tables.plan_document import CASES
from optimizer.tables.rounding import CENTS
from reports.plan_document.letter_parts import BLANK, Block, Column, Grid, Heading, Paragraph, Row
from reports.plan_document.told import Told
from reports.words.format import NOTHING


def purpose(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.purpose"))
    yield Paragraph(told.say("purpose", purpose=told.plan_text("purpose")))


def who(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.who"))
    job = told.name("team", told.team["team"])
    days = {"start": told.day("start"), "end": told.day("end"), "delivered": told.day("delivered")}
    yield Paragraph(told.say("who", job=job, **days))


def earn(told: Told) -> Iterator[Block]:
    """Variable pay, fixed pay and their sum, gross, for a period and a year."""
    pay = told.pay
    yield Heading(told.say("head.earn"))
    yearly = told.code == "year"
    key = ("earn_year" if yearly else "earn") if told.people else ("team_year" if yearly else "team")
    amounts = {"pay": told.money(pay["variable"]), "annual": told.money(pay["variable_year"])}
    yield Paragraph(told.say(key, period=told.period, **amounts), "strong")
    if told.people:
        fixed = {"fixed": told.money(pay["fixed_year"]), "total": told.money(pay["total_year"])}
        yield Paragraph(told.say("total", **fixed))
    else:
        yield Paragraph(told.say("own_amount"))


def measures(told: Told) -> Iterator[Block]:
    """KPIs with weight, objective and amount, and what a unit is worth where the scale is straight."""
    yield Heading(told.say("head.measures"))
    heads = ("weight", "objective", "amount", "whose")
    columns = (
        Column(told.say("kpi"), numbers=False, share=2.0),
        *(Column(told.say(f"column.{head}", period=told.period), head != "whose") for head in heads),
    )
    yield Grid(columns, tuple(_measure(told, line) for _, line in told.objectives.iterrows()))
    for _, line in told.objectives.iterrows():
        if line["paid"] and (rate := _rate(told, line)):
            yield Paragraph(rate, "note")
    if not told.objectives["paid"].all():
        yield Paragraph(told.say("deciding"), "note")
    summary = told.tables["summary"].iloc[0]
    if summary["targets"] == "reset":
        stretch = told.words.write.percent(summary["stretch"], 1, signed=True)
        yield Paragraph(told.say("reset", period=told.period, stretch=stretch), "note")


def _measure(told: Told, line: Any) -> Row:
    whose = told.say("whose.person" if told.on_persons else "whose.team")
    weight = told.words.write.weight(weight_of(told, line["kpi"])) if line["paid"] else NOTHING
    amount = told.money(amount_of(told, line["kpi"])) if line["paid"] else NOTHING
    objective = told.measured(line, line["objective"], of=True)
    return Row((told.name("kpi", line["kpi"]), weight, objective, amount, whose))


def amount_of(told: Told, kpi: str) -> float:
    """At 100 %, of a person, or of the team where its size is unknown."""
    mine = told.mine("worked_examples")
    return float(mine[(mine["case"] == "at") & (mine["kpi"] == kpi)].iloc[0]["amount"])


def weight_of(told: Told, kpi: str) -> float:
    mine = told.mine("examples")
    return float(mine[mine["kpi"] == kpi].iloc[0]["weight"])


def _rate(told: Told, line: Any) -> str:
    """What a unit pays; nothing where the scale is no straight line through zero, or hangs on another KPI."""
    ends = told.ends(line["kpi"])
    hanging = told.mine("curve_terms")
    if not ends["straight"] or (hanging[hanging["kpi"] == line["kpi"]]["on"] != "").any():
        return ""
    if line["measure"] != "number":
        return ""
    worth = amount_of(told, line["kpi"]) * float(ends["slope"]) / float(line["objective"])
    shown = told.money(worth)
    about = "" if abs(worth - round(worth, CENTS)) < 1e-9 else "_about"
    unit = told.given("kpi_unit", line["kpi"])
    if unit == BLANK:
        return ""
    return told.say(f"rate{about}", kpi=told.name("kpi", line["kpi"]), rate=shown, unit=unit)


def examples(told: Told) -> Iterator[Block]:
    """Three cases line by line, then the year."""
    yield Heading(told.say("head.examples"))
    yield Paragraph(told.say("examples"))
    heads = ("result", "attainment", "level", "amount", "paid")
    columns = (
        Column(told.say("kpi"), numbers=False, share=2.0),
        *(Column(told.say(f"column.{head}", period=told.period)) for head in heads),
    )
    yield Grid(columns, tuple(row for case in ("below", "at", "mixed") for row in _case(told, case)))
    yield from _year(told)


def _case(told: Told, case: str) -> Iterator[Row]:
    mine = told.mine("worked_examples")
    lines = mine[mine["case"] == case]
    objectives = told.objectives.set_index("kpi", drop=False)
    alone = case == "mixed" and len(lines) == 2
    head = told.say("above") if alone else told.words.say(f"worked.{case}")
    yield Row((head, *[""] * 5), strong=True)
    shown = lines[lines["kpi"] != ""]
    for _, line in shown.iterrows():
        paid = math.isfinite(line["pay"])
        yield Row(
            (
                told.name("kpi", line["kpi"]),
                told.measured(objectives.loc[line["kpi"]], line["result"]),
                told.share(line["attainment"]),
                told.share(line["level"]) if paid else NOTHING,
                told.money(line["amount"]) if paid else NOTHING,
                told.money(line["pay"]) if paid else NOTHING,
            )
        )
    total = lines[lines["kpi"] == ""].iloc[0]
    missing = round(float(total["pay"] - shown["pay"].sum()), CENTS)
    if missing:
        odd = told.words.write.money(missing, CENTS, signed=True)
        yield Row((told.say("rounding"), "", "", "", "", odd))
    yield Row(
        (told.say("sum"), "", "", "", told.money(total["amount"]), told.money(total["pay"])), strong=True
    )


def _year(told: Told) -> Iterator[Block]:
    """Variable pay of a year at 80, 100 and 120 % of every objective."""
    shares = [told.words.write.percent(share, 0) for share in CASES.values()]
    columns = (
        Column(told.say("year"), numbers=False, share=2.0),
        *(Column(told.say("column.year", share=share)) for share in shares),
    )
    amounts = tuple(told.money(told.pay[f"{case}_year"]) for case in CASES)
    yield Grid(columns, (Row((told.say("year_variable"), *amounts)),))
