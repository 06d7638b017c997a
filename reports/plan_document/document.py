"""What a team is paid on, for the people of the team: one or two pages, to be signed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from optimizer.tables.rounding import printable, rounded
from optimizer.tables.table import ratio
from reports.plan_document.pay_curve import LONGEST, mine_of, pay_curve
from reports.run import Document, RunContent
from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.typesetting.typeset import page_data, typeset
from reports.words.catalogue import Words, footer, plain_number, words_for
from reports.words.drafts import placeholders_in, source_text
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period

CENTS = 2
LONGEST_DEFINITION = 400
"""Letters of what a company says that a KPI counts."""
COUNTED = ("numerator", "denominator", "entering", "entering_denominator", "target")
"""Keys of a KPI whose sources say how it is counted; the others are about luck and pay."""
FIELDS = ("from", "to", "given", "published", "paid", "dispute", "asked", "answered")


def plan_pdfs(run: RunContent, language: str, date: dt.date | None) -> Iterator[Document]:
    """`plan_<team>.<language>.pdf` for every team that the recommended plan pays; none if a check failed, or
    while a number is provisional: nobody is to sign an invented amount."""
    shown = printable(run.tables)
    words = words_for(shown, language)
    if shown["summary"].iloc[0]["status"] == "error" or placeholders_in(shown):
        return
    for _, team in shown["teams"].iterrows():
        if team["target_then"] > 0:
            payload = plan_payload(words, shown, team, date)
            yield Document(f"plan_{team['team']}.{language}.pdf", *typeset("plan.typ", payload, date))


def plan_payload(words: Words, tables: Tables, team: Any, date: dt.date | None) -> Block:
    """Everything that the template prints for one team, as strings."""
    label, summary = words.label(team, "team"), tables["summary"].iloc[0]
    title = words.say("paper.title", team=label)
    return {
        **page_data(words.language, title, footer(words, title, date), {}),
        "heading": title,
        "subtitle": words.say("paper.subtitle", company=words.name("company", summary["scenario"], 90)),
        "promise": _promise(words, tables, team),
        "terms": _terms(words, tables, team),
        "parts": [
            _components(words, tables, team),
            pay_curve(words, tables, team),
            _examples(words, tables, team),
            _definitions(words, tables, team),
            _watched(words, tables, team),
        ],
        "dates": {"title": words.say("paper.dates"), "fields": [words.say(f"field.{f}") for f in FIELDS]},
        "signature": _signature(words),
    }


def _amount(words: Words, line: Any) -> str:
    """Per person where the number of people is known, else for the team; to the cent."""
    each = line["pay_each"]
    return words.write.money(each if math.isfinite(each) else line["pay"], CENTS)


def _promise(words: Words, tables: Tables, team: Any) -> str:
    earned = _at_target(tables, team)
    name = period(words, tables["summary"].iloc[0])
    return words.say("paper.promise", pay=_amount(words, earned), period=name)


def _at_target(tables: Tables, team: Any) -> Any:
    return mine_of(tables, "earnings", team).set_index("case").loc["at"]


def _terms(words: Words, tables: Tables, team: Any) -> str:
    """For whom the amounts are."""
    whole = words.write.money(float(_at_target(tables, team)["pay"]), CENTS)
    if math.isfinite(team["headcount"]):
        return words.count("paper.each", int(team["headcount"]), pay=whole)
    return words.say("paper.whole", pay=whole)


def _components(words: Words, tables: Tables, team: Any) -> Block:
    """KPIs, heaviest first: weight, amount at target, target, and how it stands today."""
    at = mine_of(tables, "examples", team)
    at = at[at["case"] == "at"].sort_values("weight", ascending=False, kind="stable")
    kpis = tables["kpis"].set_index("kpi")
    heads = ("weight", "amount", "target", "today")
    columns = [
        PageColumn(words.say("paper.kpi"), "left", 1.0),
        *(PageColumn(words.say(f"paper.{h}")) for h in heads),
    ]
    rows = [_component(words, line, kpis.loc[line["kpi"]], team) for _, line in at.iterrows()]
    deciding = _deciding(tables, team)
    rows += [_component(words, {"kpi": kpi}, kpis.loc[kpi], team) for kpi in deciding]
    summary = tables["summary"].iloc[0]
    name, anew = period(words, summary), summary["targets"] == "reset"
    stretch = words.write.percent(summary["stretch"], 1, signed=True)
    return chapter(
        words.say("paper.components"),
        tables=[table(columns, rows)],
        notes=[
            _whose(words, team, name),
            words.say("paper.deciding") if deciding else "",
            words.say("paper.reset", period=name, stretch=stretch) if anew else "",
        ],
    )


def _deciding(tables: Tables, team: Any) -> list[str]:
    """KPIs that a team is not paid on, and that open or multiply what it is paid on."""
    paid = set(mine_of(tables, "examples", team)["kpi"])
    terms = mine_of(tables, "curve_terms", team)
    hanging = terms[terms["kpi"].isin(paid) & (terms["on"] != "")]["on"]
    return [kpi for kpi in dict.fromkeys(hanging) if kpi not in paid]


def _whose(words: Words, team: Any, name: Any) -> str:
    """Whose results count, the team's or each person's, and what the targets shown are then."""
    if not team["persons"]:
        return words.say("paper.reach", period=name)
    if math.isfinite(team["headcount"]):
        return words.say("paper.reach_own", period=name, n=words.write.number(team["headcount"]))
    return words.say("paper.reach_own_part", period=name)


def _component(words: Words, line: Any, kpi: Any, team: Any) -> Block:
    """A KPI that is paid, or, without a weight, one that pay hangs on."""
    today = float(kpi["now"]) * ratio(float(kpi["target_now"]), float(kpi["target"]))
    paid = "weight" in line
    return row(
        cell(words.label(line, "kpi", LONGEST), "bold" if paid else "plain"),
        words.write.weight(line["weight"]) if paid else NOTHING,
        _amount(words, line) if paid else NOTHING,
        kpi_value(words, kpi, _heads(kpi, team), str(line["kpi"])),
        words.write.percent(today, 0),
    )


def _heads(kpi: Any, team: Any) -> float:
    """People whom a target is divided among: those of a team that pays persons on counts, not on an index."""
    shared = team["persons"] and math.isfinite(team["headcount"]) and not (kpi["rate"] or kpi["constant"])
    return float(team["headcount"]) if shared else 1.0


def kpi_value(words: Words, kpi: Any, heads: float = 1.0, name: str = "") -> str:
    """The target of a KPI, of one of so many people: a share of what it is divided by, or a number of its
    unit."""
    target = float(kpi["target"]) / heads
    if kpi["rate"]:
        return words.write.percent(target, 2)
    number = words.write.number(target, 0 if target >= 100 else 1 if target >= 10 else 2)
    unit = words.names.labels.get(("kpi_unit", name))
    return words.say("paper.of_unit", number=number, unit=words.user(unit, LONGEST)) if unit else number


def _examples(words: Words, tables: Tables, team: Any) -> Block:
    """The same three cases for every KPI, and what they add up to."""
    lines, sums = mine_of(tables, "examples", team), mine_of(tables, "earnings", team)
    columns = [PageColumn(words.say("paper.case"), "left", 1.0)]
    columns += [
        PageColumn(words.say(f"case.{s['case']}", attainment=words.write.percent(s["attainment"], 0)))
        for _, s in sums.iterrows()
    ]
    rows = [
        row(words.label(mine.iloc[0], "kpi", LONGEST), *(_amount(words, line) for _, line in mine.iterrows()))
        for _, mine in lines.groupby("kpi", sort=False)
    ]
    rows += _rounding(words, lines, sums)
    total = [_amount(words, s) for _, s in sums.iterrows()]
    rows.append(row(words.say("paper.total"), *total, tone="total"))
    return chapter(
        words.say("paper.examples"),
        lead=[words.say("paper.examples_lead")],
        tables=[table(columns, rows)],
    )


def _rounding(words: Words, lines: pd.DataFrame, sums: pd.DataFrame) -> list[Block]:
    """What the lines of a case, each rounded, miss of the payout; nothing where they miss nothing."""
    cells: list[Cell] = []
    for _, total in sums.iterrows():
        column = "pay_each" if math.isfinite(total["pay_each"]) else "pay"
        missing = rounded(total[column] - lines.loc[lines["case"] == total["case"], column].sum())
        cells.append(words.write.money(missing, 2, signed=True) if missing else NOTHING)
    return [row(words.say("split.rounding"), *cells, tone="muted")] if set(cells) != {NOTHING} else []


def _definitions(words: Words, tables: Tables, team: Any) -> Block:
    """What counts for each KPI, where the figure comes from, who measures it."""
    paid = [*dict.fromkeys(mine_of(tables, "examples", team)["kpi"]), *_deciding(tables, team)]
    columns = [
        PageColumn(words.say("paper.kpi"), "left", 0.8),
        PageColumn(words.say("paper.counts"), "left", 1.6),
        PageColumn(words.say("paper.source"), "left", 0.9),
        PageColumn(words.say("paper.measured"), "left", 0.5),
    ]
    rows = [_definition(words, tables, kpi) for kpi in paid]
    name = period(words, tables["summary"].iloc[0])
    return chapter(
        words.say("paper.definitions"),
        tables=[table(columns, rows, long=True)],
        notes=[words.say("paper.only", period=name)],
    )


def _definition(words: Words, tables: Tables, kpi: str) -> Block:
    terms = tables["definitions"][tables["definitions"]["kpi"] == kpi]
    label = words.name("kpi", kpi, LONGEST)
    over, under = (_counted(words, terms[terms["part"] == p]) for p in ("numerator", "denominator"))
    over = _with_constant(words, over, tables["kpis"].set_index("kpi").loc[kpi, "constant"])
    text = words.say("paper.ratio", over=over, under=under) if under else over
    said = words.names.labels.get(("kpi_definition", kpi))
    if said:
        text = words.say("paper.defined", definition=words.user(said, LONGEST_DEFINITION), counts=text)
    return row(cell(label, "bold"), text, _sources(words, tables, kpi), _blank(words))


def _with_constant(words: Words, counted: str, constant: Any) -> str:
    """What counts whatever anybody does, before what is done."""
    if not float(constant):
        return counted
    number = plain_number(words, float(constant))
    if not counted:
        return number
    return words.say("paper.constant", constant=number, counts=counted)


def _counted(words: Words, terms: pd.DataFrame) -> str:
    """Things that count, those that count alike together."""
    parts = []
    for credit, alike in terms.groupby("credit", sort=False):
        things = words.write.listed(
            [words.name("stage" if t["entering"] else "activity", t["counted"]) for _, t in alike.iterrows()]
        )
        number = plain_number(words, float(credit))  # type: ignore[arg-type]
        parts.append(things if credit == 1 else words.say("paper.times", things=things, credit=number))
    return words.say("separator").join(parts)


def _sources(words: Words, tables: Tables, kpi: str) -> Cell:
    """What the scenario says about this KPI; a line to fill in where it says nothing."""
    paths = [f"kpis.{kpi}", *(f"kpis.{kpi}.{part}" for part in COUNTED)]
    mine = tables["sources"][tables["sources"]["path"].isin(paths)]
    texts = dict.fromkeys(source_text(words, line, 160) for _, line in mine.iterrows())
    return " ".join(texts) or _blank(words)


def _blank(words: Words) -> Cell:
    return cell(words.say("paper.blank"), "muted")


def _watched(words: Words, tables: Tables, team: Any) -> Block:
    """What moves the figures without bringing value: forbidden and checked, whatever a solve may tolerate."""
    name = period(words, tables["summary"].iloc[0])
    rules = [words.say(f"paper.{rule}", period=name) for rule in ("not_listed", "fixed", "no_penalty")]
    lines = mine_of(tables, "gaming", team)
    columns = [
        PageColumn(words.say("paper.behaviour"), "left", 1.0),
        PageColumn(words.say("paper.rule"), "left", 1.0),
    ]
    forbidden = words.say("paper.forbidden", period=name)
    rows = [row(words.label(g, "activity", 80), forbidden) for _, g in lines.iterrows()]
    lead = [*rules, words.say("paper.watched", period=name) if rows else ""]
    return chapter(words.say("paper.not"), lead=lead, tables=[table(columns, rows)] if rows else [])


def _signature(words: Words) -> Block:
    fields = [words.say(f"sign.{f}") for f in ("name", "date", "signature")]
    boxes = [{"who": words.say(f"sign.{who}"), "fields": fields} for who in ("company", "employee")]
    return {"title": words.say("sign.title"), "text": words.say("sign.text"), "boxes": boxes}
