"""What a decision is worth, in sentences that a person can explain who has not read the model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from reports.words.catalogue import Words
from reports.words.sentences import Tables

PARTS = ((2, "half"), (3, "third"), (4, "quarter"), (5, "fifth"), (6, "sixth"))
"""Fractions with a name of their own, by their denominator."""
SMALLEST = 10
"""Denominator from which a part is said to be less."""


def worth_said(words: Words, tables: Tables) -> Iterator[str]:
    """Year 1 against luck, and who would see it; nothing without a plan that changes something."""
    frame = tables["worth"]
    if frame.empty or not tables["summary"].iloc[0]["moved"]:
        return
    worth = frame.iloc[0]
    yield _against_luck(words, worth)
    yield grade_said(words, tables)


def _against_luck(words: Words, worth: Any) -> str:
    if worth["noise"] <= 0:
        return words.say("worth.calm")
    noise = words.money(_round_amount(worth["noise"]))
    return words.say("worth.noise", noise=noise, part=part_said(words, float(worth["of_noise"])))


def _round_amount(value: float) -> float:
    """To two digits: a standard deviation from draws knows no more."""
    size = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(round(value / size) * size)


def part_said(words: Words, part: float) -> str:
    """A share as a fraction in words: one sixth, about half, twice the size."""
    if part >= 1.25:
        return words.say("worth.part.over", times=words.write.number(part, 0 if part >= 10 else 1))
    if part >= 0.75:
        return words.say("worth.part.one")
    below = round(1 / part) if part > 0 else SMALLEST
    named = dict(PARTS).get(below)
    if named:
        return words.say(f"worth.part.{named}")
    few = below < SMALLEST
    return words.say("worth.part.few", n=words.write.number(below)) if few else words.say("worth.part.less")


def grade_said(words: Words, tables: Tables) -> str:
    """Whether anybody would see the plan work, by pilot, by two years, by draws of the numbers."""
    worth, summary = tables["worth"].iloc[0], tables["summary"].iloc[0]
    if worth["pilot_team"]:
        return words.say("worth.visible", **_pilot(words, worth, str(summary["period"])))
    if worth["grade"] == "visible":
        return words.say("worth.visible_years")
    if not worth["sign_draws"]:
        return words.say("worth.noise_undrawn")
    many = int(worth["sign_draws"])
    drawn = {"share": words.write.number(round(worth["sign_share"] * many)), "n": words.write.number(many)}
    return words.say("worth.likely" if worth["grade"] == "likely" else "worth.noise_drawn", **drawn)


def _pilot(words: Words, worth: Any, code: str) -> dict[str, str]:
    return {
        "team": words.name("team", worth["pilot_team"]),
        "kpi": words.quoted(words.name("kpi", worth["pilot_kpi"], 40)),
        "people": words.write.number(worth["pilot_people"]),
        "duration": words.count(f"period.count.{code}", int(worth["pilot_periods"])),
        "power": words.write.percent(worth["pilot_power"], 0),
    }


def simplest_said(words: Words, tables: Tables) -> Iterator[str]:
    """The simplest plan within 1 % of the net gain, and most of the gain from one change."""
    if len(tables["simplest"]):
        yield from _simplest(words, tables["simplest"].iloc[0])
    singles, worth = tables["single_changes"], tables["worth"]
    if len(singles) < 2 or worth.empty or worth.iloc[0]["full_net"] <= 0:
        return
    yield from _one_change(
        words, singles.iloc[int(singles["net_year"].argmax())], float(worth.iloc[0]["full_net"])
    )


def _simplest(words: Words, plan: Any) -> Iterator[str]:
    if plan["recommended"]:
        yield words.say("simple.same")
        return
    yield words.say(
        "simple.other",
        measures=words.write.number(plan["measures"]),
        before=words.write.number(plan["measures_then"]),
        teams=words.count("simple.teams", int(plan["teams"])),
        share=words.write.percent(plan["share"], 1),
        net=words.money(plan["net_year"], signed=True),
    )
    yield words.say("simple.command")


def _one_change(words: Words, one: Any, whole: float) -> Iterator[str]:
    """The largest change of one team alone, against the whole."""
    if one["net_year"] <= 0:
        return
    amounts = {"part": words.money(one["net_year"]), "whole": words.money(whole)}
    key = "simple.one_more" if one["net_year"] > whole else "simple.one"
    yield words.say(key, team=words.label(one, "team"), **amounts)
    if one["broken_rules"]:
        yield words.say("simple.one_breaks", rules=words.name("rule_list", one["broken"], 160))


def reversal_said(words: Words, tables: Tables) -> Iterator[str]:
    """The one number that reverses the decision, or that none of those with a range does."""
    from reports.words.periods import period_name

    frame, summary = tables["assumptions"], tables["summary"].iloc[0]
    if not summary["moved"]:
        return
    if frame.empty:
        ranged = tables["sources"][["range", "factor"]].notna().any(axis=None)
        yield words.say("doubt.cut" if ranged else "doubt.none")
        return
    turning = frame[frame["changes_sign"].astype(bool)]
    many = len(turning)
    yield words.count("doubt.turns", many) if many else words.count("doubt.safe", len(frame))
    if many:
        first = turning.iloc[0]
        ends = [e for e in (first["gain_low"], first["gain"], first["gain_high"]) if math.isfinite(e)]
        yield words.say(
            "turn.first",
            label=words.label(first, "path", 70),
            low=words.money(min(ends), signed=True),
            high=words.money(max(ends), signed=True),
            period=period_name(words, str(summary["period"])),
        )
    if provisional := int(frame["placeholder"].sum()):
        yield words.count("turn.provisional", provisional)
