"""A plan document as one value: sections in reading order, the individual schedule, the employer's sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reports.plan_document import by_hand, pay_sections, rule_sections
from reports.plan_document.letter_parts import Block, Heading, NewPage, Paragraph, PlanLetter
from reports.plan_document.scale import scale
from reports.plan_document.told import Told
from reports.run import RunContent
from reports.words.approved import version_said
from reports.words.catalogue import footer
from reports.words.changed import what_if_said


def letter_of(told: Told, run: RunContent, date: dt.date | None) -> PlanLetter:
    """Everything that is printed for a team."""
    title = told.say("title", team=told.name("team", told.team["team"]))
    version = version_said(run)
    foot = footer(told.words, title, date)
    return PlanLetter(
        told.words.language,
        title,
        _subtitle(told),
        " · ".join((foot, told.say("version", version=version))) if version else foot,
        tuple(_numbered(_blocks(told, run))),
    )


def _subtitle(told: Told) -> str:
    """Whose plan it is; of a what-if also that it is one, for who is asked to sign."""
    company = told.name("company", told.tables["summary"].iloc[0]["scenario"])
    changed = what_if_said(told.words, told.tables)[:1]
    return ". ".join((company, *changed))


def _blocks(told: Told, run: RunContent) -> Iterator[Block]:
    yield Paragraph(told.say("binding"), "note")
    for part in (
        pay_sections.purpose,
        pay_sections.who,
        pay_sections.earn,
        pay_sections.measures,
        scale,
        pay_sections.examples,
        rule_sections.definitions,
        rule_sections.whose,
        rule_sections.part_periods,
        rule_sections.payment,
        rule_sections.rules,
        rule_sections.signatures,
    ):
        yield from part(told)
    yield NewPage()
    yield from by_hand.schedule(told)
    yield NewPage()
    yield from by_hand.approvals(told, run)


def _numbered(blocks: Iterator[Block]) -> Iterator[Block]:
    """Sections with their numbers."""
    number = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level > 1:
            number += 1
            yield Heading(f"{number} {block.text}", block.level)
        else:
            yield block
