"""Appendix, the grounds: assumptions with their sources, how the proof went, the method, the glossary."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from reports.run import RunContent
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.approved import approvals_in
from reports.words.catalogue import Words, plain_number
from reports.words.doubts import how_far
from reports.words.drafts import source_text
from reports.words.format import NOTHING
from reports.words.locales import phrase
from reports.words.sentences import Tables, objective

LONGEST_SOURCE = 400
METHOD = ("question", "funnel", "people", "calibration", "beliefs", "optimum", "gaming", "checks", "limits")
GLOSSARY = (
    "attainment",
    "target_pay",
    "loaded",
    "revenue",
    "net",
    "controllability",
    "exposure",
    "gaming",
    "margin",
    "beliefs",
    "consistent",
    "binding",
    "bound",
    "near_tie",
    "lag",
    "charges",
    "kpi",
)


def assumptions(words: Words, tables: Tables) -> Block:
    """Every number whose source the scenario names."""
    frame = tables["sources"]
    if frame.empty:
        return chapter(words.say("source.title"), notes=[words.say("source.none")])
    columns = [
        PageColumn(words.say("source.number"), "left", 1.0),
        PageColumn(words.say("source.value"), share=0.28),
        PageColumn(words.say("source.range")),
        PageColumn(words.say("source.text"), "left", 1.5),
    ]
    rows = [_source(words, mine) for _, mine in frame.groupby("path", sort=False)]
    return chapter(
        words.say("source.title"),
        lead=[words.count("source.lead", int(frame["path"].nunique()))],
        tables=[table(columns, rows, long=True)],
    )


def _source(words: Words, mine: Any) -> Block:
    """The numbers of one source, and where they come from."""
    first, separator = mine.iloc[0], words.say("separator")
    name = words.label(first, "path", 90)
    if first["part"]:
        parts = separator.join(words.label(line, "part") for _, line in mine.iterrows())
        name = words.say("source.part", number=name, part=parts)
    values = separator.join(plain_number(words, float(number)) for number in mine["number"])
    if mine["placeholder"].any():
        name = words.say("source.provisional", number=name)
    nothing = words.say("source.unknown") if mine["placeholder"].any() else NOTHING
    text = source_text(words, first, LONGEST_SOURCE)
    return row(name, values, how_far(words, first) or nothing, text)


def proof(words: Words, tables: Tables, run: RunContent) -> Block | None:
    """Every round of beliefs, and what the run was made from; nothing where every plan was judged at once."""
    rounds = tables["rounds"]
    columns = [
        PageColumn(words.say("proof.round"), "center"),
        PageColumn(words.say("proof.plan"), "left", 1.0),
        *(PageColumn(words.say(f"proof.{h}")) for h in ("promised", "bounded", "brings")),
        PageColumn(words.say("proof.keeps"), "left"),
    ]
    rows = [_round(words, line) for _, line in rounds.iterrows()]
    lead = [words.say("proof.history", objective=objective(words, tables["summary"].iloc[0]))] if rows else []
    parts = [*([table(columns, rows)] if rows else []), *_made_from(words, run), *_approvals(words, run)]
    return chapter(words.say("proof.more"), lead=lead, tables=parts) if parts else None


def _round(words: Words, line: Any) -> Block:
    kept = bool(line["keeps_rules"])
    return row(
        words.write.number(line["round"]),
        words.name("weights", line["plan"], 400),
        *(words.amount(line[c]) for c in ("objective", "bound", "value")),
        words.say("proof.yes") if kept else cell(words.say("proof.no"), "warn"),
    )


def _made_from(words: Words, run: RunContent) -> list[Block]:
    """Options, versions and hashes of `inputs.json`, and that of the run."""
    if "inputs.json" not in run.files:
        return []
    inputs = json.loads(run.files["inputs.json"])
    versions = ", ".join(f"{name} {value}" for name, value in inputs.get("versions", {}).items())
    options = ", ".join(
        f"{name} {value}" for name, value in inputs.get("options", {}).items() if value is not None
    )
    lines = {
        **({"run": run.version} if run.version else {}),
        "hash": str(inputs.get("merged_sha256", "")),
        "options": options,
        "versions": ", ".join(v for v in (f"Python {inputs.get('python', '')}", versions) if v),
    }
    columns = [PageColumn(words.say("made.what"), "left"), PageColumn(words.say("made.value"), "left", 1.0)]
    rows = [row(words.say(f"made.{name}"), words.user(value, 600)) for name, value in lines.items()]
    return [table(columns, rows)]


def _approvals(words: Words, run: RunContent) -> list[Block]:
    """Who approved this version; nothing where nobody did."""
    heads = ("role", "person", "date", "comment", "hash")
    columns = [
        PageColumn(words.say(f"approved.{head}"), "left", 1.0 if head == "comment" else 0.0) for head in heads
    ]
    rows = [row(*one) for one in approvals_in(words, run)]
    return [table(columns, rows)] if rows else []


def method(words: Words, tables: Tables) -> Block:
    """How the plan was found, on one page, without a formula."""
    name = objective(words, tables["summary"].iloc[0])
    lead = [
        {"head": words.say(f"method.{part}"), "text": words.say(f"method.{part}_text", objective=name)}
        for part in METHOD
    ]
    return chapter(words.say("method.title"), lead=lead)


def glossary(words: Words) -> Block:
    """Terms in this language and in another, explained in this one."""
    other = phrase(words.language, "language.other")
    columns = [
        PageColumn(words.say("glossary.term"), "left"),
        PageColumn(words.say("glossary.other"), "left"),
        PageColumn(words.say("glossary.meaning"), "left", 1.0),
    ]
    rows = [
        row(
            cell(words.say(f"term.{name}"), "bold"),
            words.write.text(phrase(other, f"term.{name}")),
            words.say(f"meaning.{name}"),
        )
        for name in GLOSSARY
    ]
    rows.sort(key=lambda r: _plain(r["cells"][0]["t"]))
    return chapter(words.say("glossary.title"), tables=[table(columns, rows)])


def _plain(text: str) -> str:
    """For sorting: without accents and capitals."""
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().casefold()
