"""Section 5: what each attainment pays, as a table with every corner and jump, and in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from reports.charts.lines import Line, Panel, Scales, lines_chart
from reports.plan_document.letter_parts import Block, Column, Drawing, Grid, Heading, Paragraph, Row
from reports.plan_document.told import Told

Curve = tuple[tuple[float, bool, float], ...]
"""(attainment, whether just below it, share paid), by rising attainment."""
MOST_CURVES = 3
"""Drawn side by side."""
LOW = 34.0
"""Millimetres of the drawing."""


def scale(told: Told) -> Iterator[Block]:
    yield Heading(told.say("head.scale"))
    yield Paragraph(told.say("scale"))
    curves = _curves(told)
    columns = (
        Column(told.say("column.attainment_scale"), numbers=False, share=1.0),
        *(
            Column(_names(told, kpis) if len(curves) > 1 else told.say("column.level"))
            for kpis in curves.values()
        ),
    )
    yield Grid(columns, tuple(_rows(told, list(curves))))
    if drawn := _drawn(told, curves):
        yield drawn
    for kpis in curves.values():
        yield Paragraph(_ends(told, kpis, several=len(curves) > 1))
    for kpi in told.mine("scale_ends")["kpi"]:
        if hanging := _hanging(told, kpi):
            yield Paragraph(hanging)


def _curves(told: Told) -> dict[Curve, list[str]]:
    """KPIs by their scale, those with the same one together."""
    alike: dict[Curve, list[str]] = {}
    for kpi, mine in told.mine("scales").groupby("kpi", sort=False):
        curve = tuple(zip(mine["attainment"], mine["before"], mine["paid"], strict=True))
        alike.setdefault(curve, []).append(str(kpi))
    return alike


def _names(told: Told, kpis: list[str]) -> str:
    return told.words.write.listed([told.name("kpi", kpi) for kpi in kpis])


def _rows(told: Told, curves: list[Curve]) -> Iterator[Row]:
    for places in zip(*curves, strict=True):
        at, before, _ = places[0]
        share = told.share(at)
        label = told.say("just_below", share=share) if before else share
        yield Row((label, *(told.share(paid) for _, _, paid in places)))


def _ends(told: Told, kpis: list[str], *, several: bool) -> str:
    """Below what nothing is due, and how pay goes on after the last corner."""
    ends = told.ends(kpis[0])
    said = []
    if math.isfinite(ends["nothing_below"]):
        key = "nothing_below_each" if len(kpis) > 1 else "nothing_below"
        said.append(told.say(key, share=told.share(ends["nothing_below"])))
    last, slope = float(ends["last_corner"]), float(ends["slope"])
    if slope:
        points = told.number(slope)
        one = told.words.write.plural(slope) == "one"
        key = ("goes_on" if last else "each_point") + ("_one" if one else "")
        said += [told.say(key, share=told.share(last), points=points), told.say("no_maximum")]
    else:
        said.append(told.say("stops", share=told.share(last)))
    text = " ".join(said)
    return told.say("of_kpis", kpis=_names(told, kpis), text=text) if several else text


def _hanging(told: Told, kpi: str) -> str:
    """What opens or multiplies pay on a KPI, and what of it is paid later."""
    terms = told.mine("curve_terms")
    mine = terms[terms["kpi"] == kpi]
    said = [_term(told, term) for _, term in mine.iterrows() if term["term"] in _TERMS]
    return told.say("of_kpis", kpis=told.name("kpi", kpi), text=" ".join(said)) if said else ""


_TERMS = ("gate", "factor", "factor_between", "vesting")


def _term(told: Told, term: Any) -> str:
    at, value = float(term["at"]), float(term["value"])
    label = told.name("kpi", term["on"]) if term["on"] else ""
    if term["term"] == "vesting":
        key = f"period.count.{told.code}"
        later = (
            told.words.count(key, int(at))
            if at == int(at)
            else told.say("periods", n=told.number(at), period=told.period.many)
        )
        return told.say("vesting", share=told.share(value), later=later)
    shares = {"at": told.share(at) if math.isfinite(at) else ""}
    points = told.number(value) if math.isfinite(value) else ""
    return told.say(term["term"], kpi=label, points=points, **shares)


def _drawn(told: Told, curves: dict[Curve, list[str]]) -> Drawing | None:
    """Scales that are no straight line, as far as they fit side by side."""
    bent = {curve: kpis for curve, kpis in curves.items() if not told.ends(kpis[0])["straight"]}
    if not bent:
        return None
    shown = list(bent.items())[:MOST_CURVES]
    wide = 120 // len(shown)
    panels = [
        Panel(told.words.user(_names(told, kpis), wide), [Line("", [(at, paid) for at, _, paid in curve])])
        for curve, kpis in shown
    ]
    percent = partial(told.words.write.percent, decimals=0)
    scales = Scales(told.say("column.attainment_scale"), percent, percent, 1.0, told.say("at_hundred"))
    said = [told.say("drawn", kpis=_names(told, kpis), points=_places(told, curve)) for curve, kpis in shown]
    return Drawing(lines_chart(panels, scales, LOW), " ".join(said))


def _places(told: Told, curve: Curve) -> str:
    points = (told.say("place", at=told.share(at), paid=told.share(paid)) for at, _, paid in curve)
    return told.words.say("separator").join(points)


def later(told: Told) -> pd.DataFrame:
    """Parts of pay that come later."""
    terms = told.mine("curve_terms")
    paid = set(told.mine("scale_ends")["kpi"])
    return terms[(terms["term"] == "vesting") & terms["kpi"].isin(paid)]
