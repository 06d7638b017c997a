"""The parts of a calibration report: each a table with a sentence on how to read it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words, day_said
from reports.words.format import NOTHING
from reports.words.sentences import Tables

_LONGEST = 70


def parts(words: Words, tables: Tables) -> Iterator[Block]:
    """Every part that the history has something to say on."""
    every = (
        _weak,
        _funnel,
        _sources,
        _segments,
        _spending,
        _cohorts,
        _lags,
        _people,
        _control,
        _waiting,
        _timing,
        _quarter_months,
        _noise,
        _capacity,
        _sides,
        _losses,
    )
    blocks = (part(words, tables) for part in every)
    return (part for part in blocks if part is not None)


def _share(words: Words, value: float) -> str:
    return words.write.percent(float(value), 1 if abs(value) >= 0.1 else 2)


def _between(words: Words, line: Any) -> str:
    return words.say("calibration.between", lo=_share(words, line["lo"]), hi=_share(words, line["hi"]))


def _count(words: Words, value: float) -> str:
    return words.write.number(float(value))


def _weak(words: Words, tables: Tables) -> Block | None:
    """What not to rely on yet, each with what would mend it."""
    lines = []
    for _, line in tables["weak"].iterrows():
        value = float(line["value"])
        number = (
            _share(words, value) if value < 1 else _count(words, value) if math.isfinite(value) else NOTHING
        )
        weak = words.say(f"calibration.weak.{line['kind']}", value=number)
        lines.append(row(cell(weak, "bold"), words.say(f"calibration.next.{line['kind']}")))
    columns = [_column(words, "weak", 1.0), _column(words, "next", 1.2)]
    return _part(words, "weak", columns, lines, long=True)


def _column(words: Words, key: str, share: float = 0.0) -> PageColumn:
    return PageColumn(words.say(f"calibration.head.{key}"), "left" if share else "right", share)


def _columns(words: Words, first: str, heads: Iterable[str]) -> list[PageColumn]:
    """Text that takes the room left, then numbers."""
    return [_column(words, first, 1.0), *(_column(words, head) for head in heads)]


def _part(
    words: Words, key: str, columns: list[PageColumn], rows: list[Block], *, long: bool = False
) -> Block | None:
    """A chapter with one table; none where the history says nothing."""
    if not rows:
        return None
    lead = [words.say(f"calibration.{key}.lead")]
    return chapter(words.say(f"calibration.{key}.title"), lead=lead, tables=[table(columns, rows, long=long)])


def _rates(words: Words, lines: pd.DataFrame) -> list[Block]:
    return [
        row(
            words.user(_step(words, str(line["name"])), _LONGEST),
            *(_count(words, line[c]) for c in ("k", "n")),
            _share(words, line["rate"]),
            _between(words, line),
        )
        for _, line in lines.iterrows()
    ]


def _step(words: Words, name: str) -> str:
    """A step of the map as it is called there; what the software counts itself, in words."""
    if name in ("won", "won_of_all_rows", "won_of_decided", "became_deal"):
        return words.say(f"calibration.{name}")
    if name.startswith("won_given_"):
        return words.say("calibration.won_given", step=_step(words, name.removeprefix("won_given_")))
    return name


def _funnel(words: Words, tables: Tables) -> Block | None:
    columns = _columns(words, "step", ("k", "n", "rate", "interval"))
    mine = tables["rates"][tables["rates"]["part"] == "funnel"]
    return _part(words, "funnel", columns, _rates(words, mine))


def _sources(words: Words, tables: Tables) -> Block | None:
    return _groups(words, tables, "source")


def _segments(words: Words, tables: Tables) -> Block | None:
    return _groups(words, tables, "segment")


def _groups(words: Words, tables: Tables, part: str) -> Block | None:
    """Wins by group, the best first."""
    columns = _columns(words, part, ("k", "n", "rate", "interval"))
    mine = tables["rates"][tables["rates"]["part"] == part]
    return _part(
        words, part, columns, _rates(words, mine.sort_values("rate", ascending=False, kind="stable"))
    )


def _spending(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.user(str(line["source"]), _LONGEST),
            *(_count(words, line[c]) for c in ("cost", "leads")),
            *(words.write.number(line[c], 2) for c in ("per_lead", "elasticity", "lo", "hi")),
        )
        for _, line in tables["spending"].iterrows()
    ]
    heads = ("cost", "leads", "per_lead", "elasticity", "from", "to")
    return _part(words, "spending", _columns(words, "source", heads), rows)


def _cohorts(words: Words, tables: Tables) -> Block | None:
    """Decided deals by the time their leads came; young ones are lost before they are won."""
    rows = [
        row(
            cell(
                day_said(words, line["start"]),
                _AGE[bool(line["mature"])],
            ),
            *(_count(words, line[c]) for c in ("won", "lost", "open")),
            _share(words, line["rate"]) if line["won"] + line["lost"] else NOTHING,
            _between(words, line),
        )
        for _, line in tables["cohorts"].iterrows()
    ]
    columns = _columns(words, "cohort", ("won", "lost", "open", "rate", "interval"))
    return _part(words, "cohorts", columns, rows)


_AGE = {True: "", False: "muted"}


def _quarter_months(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.say(f"calibration.quarter_month.{int(line['month'])}"),
            *(_count(words, line[c]) for c in ("k", "n")),
            _share(words, line["rate"]),
            _between(words, line),
        )
        for _, line in tables["quarter_months"].iterrows()
    ]
    columns = _columns(words, "closed_in", ("won", "decided", "rate", "interval"))
    return _part(words, "quarter_months", columns, rows)


def _lags(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.say(f"calibration.lag.{line['name']}"),
            _count(words, line["n"]),
            *(words.write.number(line[c], 1) for c in ("median", "mean", "p90")),
            words.say(f"calibration.fit.{line['best']}") if line["best"] else NOTHING,
        )
        for _, line in tables["lags"].iterrows()
    ]
    columns = _columns(words, "lag", ("n", "median", "mean", "p90", "fit"))
    part, summary = _part(words, "lags", columns, rows), tables["summary"].iloc[0]
    if part is not None and math.isfinite(summary["lag"]):
        days = {
            n: words.write.number(summary[c], 1)
            for n, c in (("mean", "lag"), ("lo", "lag_lo"), ("hi", "lag_hi"))
        }
        part["notes"] = [words.say("calibration.arrival", **days)]
    return part


_TONES = {"above": "good", "below": "bad"}


def _people(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.user(str(line["person"]).replace("_", " ")),
            _count(words, line["n"]),
            *(_share(words, line[c]) for c in ("raw", "expected", "estimate")),
            _between(words, line),
            words.write.percent(line["reliability"], 0),
            words.write.percent(line["open_share"], 0),
            cell(
                words.say(f"calibration.verdict.{line['verdict']}"),
                _TONES.get(line["verdict"], "muted"),
            ),
        )
        for _, line in tables["people"].iterrows()
    ]
    heads = ("leads", "raw", "expected", "estimate", "interval90", "reliability", "open", "verdict")
    part = _part(words, "people", _columns(words, "person", heads), rows)
    if part is not None:
        part["notes"] = [_moves(words, tables)] if len(tables["moves"]) else []
    return part


def _moves(words: Words, tables: Tables) -> str:
    shares = tables["moves"].set_index("cause")["share"]
    return words.say("calibration.moves", **{str(c): words.write.percent(s, 0) for c, s in shares.items()})


def _control(words: Words, tables: Tables) -> Block | None:
    """What persons make of a KPI, and what they are given."""
    rows = [
        row(
            words.say(f"calibration.kpi.{line['kpi']}"),
            words.write.percent(line["share"], 0),
            words.say(
                "calibration.between",
                lo=words.write.percent(line["lo"], 0),
                hi=words.write.percent(line["hi"], 0),
            ),
            *(words.write.percent(line[c], 0) for c in ("supply", "season", "luck")),
            words.say(f"calibration.written.{bool(line['written'])}"),
        )
        for _, line in tables["control"].iterrows()
    ]
    heads = ("persons", "interval", "supply", "season", "luck", "written")
    return _part(words, "control", _columns(words, "measure", heads), rows)


def _waiting(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.say(f"calibration.controls.{int(line['controls'])}"),
            _count(words, line["n"]),
            *(words.write.number(line[c], 2) for c in ("odds", "lo", "hi")),
        )
        for _, line in tables["slopes"].iterrows()
    ]
    columns = _columns(words, "held", ("n", "odds", "from", "to"))
    return _part(words, "waiting", columns, rows)


def _timing(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.say(f"calibration.rush.{line['name']}"),
            words.write.number(line["ratio"], 2),
            *(words.write.number(line[c], 3) for c in ("p_shift", "p_t")),
            cell(words.say(f"calibration.real.{bool(line['real'])}"), "warn" if line["real"] else "muted"),
        )
        for _, line in tables["timing"].iterrows()
    ]
    columns = _columns(words, "when", ("ratio", "p_shift", "p_t", "verdict"))
    return _part(words, "timing", columns, rows)


def _noise(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            words.say(f"calibration.kpi.{line['kpi']}"),
            *(_share(words, line[c]) for c in ("chance", "swings", "sd")),
            _between(words, line),
        )
        for _, line in tables["noise"].iterrows()
    ]
    columns = _columns(words, "kpi", ("chance", "swings", "sd", "interval"))
    return _part(words, "noise", columns, rows)


def _capacity(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            _count(words, line["persons"]),
            *(words.write.number(line[c], 1) for c in ("calls", "lo", "hi", "busy", "hours")),
            words.write.percent(line["own"], 0),
        )
        for _, line in tables["capacity"].iterrows()
    ]
    heads = ("persons", "calls_a_day", "from", "to", "busy", "phone_hours", "own")
    columns = [_column(words, h, float(h == "persons")) for h in heads]
    return _part(words, "capacity", columns, rows)


def _sides(words: Words, tables: Tables) -> Block | None:
    """Only persons who stand out: a list of everybody would be a league table."""
    rows = [
        row(
            words.user(str(line["person"]).replace("_", " ")),
            words.say(f"calibration.metric.{line['metric']}"),
            _count(words, line["n"]),
            *(_share(words, line[c]) for c in ("share", "median")),
            words.write.percent(line["reliability"], 0),
        )
        for _, line in tables["sides"].iterrows()
        if line["outlier"]
    ]
    columns = [
        _column(words, "person", 0.6),
        _column(words, "metric", 1.0),
        *(_column(words, h) for h in ("touches", "silent", "others", "reliability")),
    ]
    return _part(words, "sides", columns, rows)


def _reason(words: Words, line: Any) -> str:
    """Why rows are not used as they stand, and what their cells say."""
    reason = words.say(f"calibration.loss.{line['reason']}")
    if line["texts"]:
        reason = words.say("calibration.loss_texts", reason=reason, texts=str(line["texts"]))
    return words.user(reason, 200)


def _losses(words: Words, tables: Tables) -> Block | None:
    rows = [
        row(
            _reason(words, line),
            words.say(f"calibration.loss_kind.{line['kind']}"),
            _count(words, line["rows"]),
            words.user(str(line["examples"])) or NOTHING,
        )
        for _, line in tables["losses"].iterrows()
    ]
    columns = _columns(words, "reason", ("kind", "rows", "examples"))
    return _part(words, "losses", columns, rows)
