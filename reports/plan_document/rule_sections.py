"""Sections 7 to 16: definitions, whose result, part periods and leaving, payment, changes, signatures."""

from __future__ import annotations

from collections.abc import Iterator

from reports.plan_document.letter_parts import BLANK, BY_HAND, Block, Column, Grid, Heading, Paragraph, Row
from reports.plan_document.scale import later
from reports.plan_document.told import Told

SIGNED = {
    "objectives_letter": "received",
    "contract": "agreed",
    "amendment": "agreed",
    "collective_agreement": "applied",
}
"""What a signature means, by legal form."""
UNKNOWN = "either"


def definitions(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.definitions"))
    keys = ("definition", "counted_on", "data_source", "excluded", "measured_by")
    for kpi in told.objectives["kpi"]:
        texts = {key: told.given(f"kpi_{key}", kpi) for key in keys}
        texts["counted_on"] = told.after("of", texts["counted_on"])
        yield Paragraph(told.say("definition", kpi=told.name("kpi", kpi), **texts))
    yield Paragraph(
        told.say("detail", place=told.plan_text("results_in"), updated=told.plan_text("results_updated"))
    )


def whose(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.whose"))
    if told.on_persons:
        yield Paragraph(told.say("individual"))
        return
    team, day = told.name("team", told.team["team"]), told.day("start")
    if told.people:
        yield Paragraph(told.words.count("letter.of_team", told.people, team=team, day=day))
    else:
        yield Paragraph(told.say("of_unknown_team", team=team))


def part_periods(told: Told) -> Iterator[Block]:
    for key in ("part", "absence", "leaving"):
        yield Heading(told.say(f"head.{key}"))
        on = told.terms["leaving"]
        results = told.say(f"leaving.{on}") if isinstance(on, str) and on else BLANK
        agreement = told.plan_text("agreement")
        yield Paragraph(told.say(key, period=told.period, agreement=agreement, results=results))


def payment(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.payment"))
    said = {key: told.plan_text(key) for key in ("earned_when", "payroll_month")}
    said["payroll_month"] = told.after("of", said["payroll_month"])
    yield Paragraph(told.say("payment", period=told.period, days=told.count("paid_after_days"), **said))
    if not later(told).empty:
        yield Paragraph(told.say("acquired", condition=told.plan_text("acquired_if")))
    yield Paragraph(told.say("kept"))


def rules(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.counts"))
    yield Paragraph(told.say("counts", reference=told.plan_text("rules_reference")))
    yield Heading(told.say("head.changes"))
    yield Paragraph(told.say("changes", period=told.period))
    yield Heading(told.say("head.questions"))
    asked = {
        "whom": told.after("to", told.plan_text("questions_to")),
        "days": told.count("answered_within_days"),
    }
    yield Paragraph(told.say("questions", **asked))


def signatures(told: Told) -> Iterator[Block]:
    """What the signature means follows from the legal form."""
    yield Heading(told.say("head.gross"))
    yield Paragraph(told.say("gross"))
    form = told.terms["legal_form"]
    known = isinstance(form, str) and form
    named = told.words.say(f"legal_form.{form}") if known else BLANK
    yield Paragraph(told.say("form", form=named))
    day = told.day("delivered")
    yield Paragraph(
        told.say(f"signed.{SIGNED[form] if known else UNKNOWN}", day=BY_HAND if day == BLANK else day)
    )
    columns = (
        Column("", numbers=False, share=1.0),
        *(Column(told.say(f"sign.{w}"), False, 2.0) for w in _WHO),
    )
    lines = tuple(
        Row((told.say(f"sign.{line}"), BY_HAND, BY_HAND), signed=line == "signature")
        for line in ("name", "date", "signature")
    )
    yield Grid(columns, lines, tall=True)


_WHO = ("company", "employee")
