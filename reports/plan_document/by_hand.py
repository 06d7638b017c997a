"""The individual schedule, one page a person, and the cover sheet that stays with the employer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.plan_document.letter_parts import BY_HAND, Block, Column, Grid, Heading, Paragraph, Row
from reports.plan_document.pay_sections import amount_of
from reports.plan_document.told import Told
from reports.run import RunContent
from reports.words.approved import approvals_in, version_said

PERSON = ("name", "number", "job", "territory", "time", "from", "to")
APPROVERS = ("prepared", "hr", "finance", "management", "council")


def schedule(told: Told) -> Iterator[Block]:
    """What holds for one person, full time and pro rata."""
    yield Heading(told.say("schedule.title"), 1)
    yield Paragraph(told.say("schedule.lead"))
    fields = (Column("", False, 1.0), Column("", False, 2.0))
    yield Grid(fields, tuple(Row((told.say(f"schedule.{field}"), BY_HAND)) for field in PERSON), tall=True)
    heads = (
        "column.objective",
        "schedule.objective_part",
        "column.amount",
        "schedule.amount_part",
        "schedule.amount_year",
    )
    columns = (
        Column(told.say("kpi"), False, 1.6),
        *(Column(told.say(head, period=told.period)) for head in heads),
    )
    paid = told.objectives[told.objectives["paid"]]
    rows = [_scheduled(told, line) for _, line in paid.iterrows()]
    pay = told.pay
    own = bool(told.people)
    amounts = (pay["variable"], pay["variable_year"])
    shown = [told.money(amount) if own else BY_HAND for amount in amounts]
    rows.append(Row((told.say("sum"), "", "", shown[0], BY_HAND, shown[1]), strong=True))
    yield Grid(columns, tuple(rows), tall=True)
    yield Paragraph(told.say("schedule.note"), "note")


def _scheduled(told: Told, line: Any) -> Row:
    amount = amount_of(told, line["kpi"])
    own = bool(told.people)
    return Row(
        (
            told.name("kpi", line["kpi"]),
            told.measured(line, line["objective"]),
            BY_HAND if told.on_persons else told.say("schedule.of_team"),
            told.money(amount) if own else BY_HAND,
            BY_HAND,
            told.money(amount * int(told.pay["periods"])) if own else BY_HAND,
        )
    )


def approvals(told: Told, run: RunContent) -> Iterator[Block]:
    """Who approved, of which version, and what individual objectives add up to."""
    yield Heading(told.say("approvals.title"), 1)
    yield Paragraph(told.say("approvals.lead"))
    if version := version_said(run):
        yield Paragraph(told.say("approvals.version", version=version))
    yield from _approved(told, run)
    columns = tuple(
        Column(told.say(f"approvals.{head}"), False, share)
        for head, share in (("who", 1.6), ("name", 1.4), ("function", 1.4), ("date", 1.0), ("signature", 1.4))
    )
    rows = tuple(Row((told.say(f"approvals.{who}"), *[BY_HAND] * 4), signed=True) for who in APPROVERS)
    yield Grid(columns, rows, tall=True)
    for _, line in told.objectives.iterrows():
        if line["people"] > 1:
            yield Paragraph(_over_assigned(told, line), "note")


def _approved(told: Told, run: RunContent) -> Iterator[Block]:
    """Approvals that the run's journal has; nothing where it has none."""
    given = approvals_in(told.words, run)
    heads = (("role", 1.2), ("person", 1.2), ("date", 1.1), ("comment", 1.8), ("hash", 1.0))
    columns = tuple(Column(told.words.say(f"approved.{head}"), False, share) for head, share in heads)
    if given:
        yield Grid(columns, tuple(Row(tuple(one)) for one in given))


def _over_assigned(told: Told, line: Any) -> str:
    people, exact = float(line["people"]), float(line["exact"])
    whole = people * float(line["objective"])
    return told.say(
        "approvals.sum",
        kpi=told.name("kpi", line["kpi"]),
        n=told.words.write.number(people),
        sum=told.measured(line, whole),
        share=told.words.write.percent(whole / (people * exact), 1),
    )
