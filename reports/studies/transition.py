"""A simulated switch of plan as a PDF: the fan, cash by period, KPIs, work, and what to watch."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reports.charts.fan import Fan, Moment, fan_chart
from reports.run import Document
from reports.studies.study import Study, study_pdfs
from reports.typesetting.blocks import Block, PageColumn, chapter, row, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.periods import period_name
from reports.words.sentences import Tables

_MOST_WORK = 15
_LONGEST = 44


def transition_pdfs(tables: Tables, date: dt.date | None = None) -> Iterator[Document]:
    """`simulation.<language>.pdf` in every language."""
    return study_pdfs("simulation", tables, _said, date)


def _said(words: Words, tables: Tables) -> Study:
    summary = tables["summary"].iloc[0]
    subtitle = words.say(
        "transition.subtitle_goes_on" if summary["goes_on"] else "transition.subtitle",
        plan=words.user(str(summary["plan"])),
        periods=words.write.number(summary["periods"]),
        period=period_name(words, str(summary["period"])),
        draws=words.write.number(summary["draws"]),
        seed=str(summary["seed"]),
        currency=str(summary["currency"]),
    )
    parts = [
        _fan(words, tables),
        _cash(words, tables),
        _budget(words, tables),
        _kpis(words, tables),
        _work(words, tables),
        _limits(words, tables),
        _assumptions(words, summary),
    ]
    title = words.say("transition.title", company=words.name("company", summary["scenario"]))
    return Study(title, subtitle, _findings(words, summary), parts)


def _findings(words: Words, summary: Any) -> list[str]:
    sentences = [words.say("transition.found.goes_on")] if summary["goes_on"] else _gain(words, summary)
    if summary["timing_share"] > 0 or summary["timing_share_stay"] > 0:
        plan, stay = (words.write.percent(summary[c], 1) for c in ("timing_share", "timing_share_stay"))
        sentences.append(words.say("transition.found.timing", now=plan, stay=stay))
    return sentences


def _gain(words: Words, summary: Any) -> list[str]:
    share = words.write.percent(summary["shown_share"], 0)
    gains = ("net_gain", "net_gain_p10", "net_gain_p90", "revenue_gain")
    gain, low, high, revenue = (words.money(summary[g], signed=True) for g in gains)
    sentences = [words.say("transition.found.gain", gain=gain, low=low, high=high, revenue=revenue)]
    if math.isfinite(summary["shown"]):
        shown = words.write.number(summary["shown"])
        sentences.append(words.say("transition.found.shown", shown=shown, share=share))
    else:
        sentences.append(words.say("transition.found.hidden", share=share))
    return sentences


def _fan(words: Words, tables: Tables) -> Block:
    """Revenue of each period under the new plan, and what the change has brought by then, if there is one."""
    money, gains = tables["money"], tables["gains"]
    shown = {"revenue": money[(money["plan"] == "change") & (money["measure"] == "revenue")]}
    if not tables["summary"].iloc[0]["goes_on"]:
        shown["gain"] = gains[gains["measure"] == "net"]
    fans, said = [], []
    for key, frame in shown.items():
        moments = [Moment(int(g["period"]), g["mean"], g["p10"], g["p90"]) for _, g in frame.iterrows()]
        label = words.say(f"transition.fan.{key}", currency=words.write.symbol)
        fans.append(Fan(label, moments, words.amount, from_zero=key == "gain"))
        points = [_point(words, m, signed=key == "gain") for m in moments]
        said.append(words.say("transition.fan.alt", what=label, points=words.say("separator").join(points)))
    chart = {"svg": fan_chart(fans, words, words.say("transition.fan.across")), "alt": " ".join(said)}
    lead = [words.say("transition.fan.lead")]
    return chapter(words.say("transition.fan.title"), lead=lead, chart=chart)


def _point(words: Words, m: Moment, *, signed: bool) -> str:
    amounts = {
        "mean": words.money(m.mean, signed),
        "low": words.money(m.low, signed),
        "high": words.money(m.high, signed),
    }
    return words.say("transition.fan.point", period=words.write.number(m.period), **amounts)


def _column(words: Words, key: str, share: float = 0.0, **values: str) -> PageColumn:
    return PageColumn(words.say(f"transition.head.{key}", **values), "left" if share else "right", share)


def _cash(words: Words, tables: Tables) -> Block:
    money, gains = tables["money"], tables["gains"]
    mean = money.set_index(["period", "plan", "measure"])["mean"]
    rows = []
    for _, gain in gains[gains["measure"] == "net"].iterrows():
        period = gain["period"]
        cash = [mean[period, "change", m] for m in ("revenue", "loaded_pay", "net")]
        rows.append(
            row(
                words.write.number(period),
                *(words.amount(c) for c in (*cash, mean[period, "stay", "net"])),
                *(words.amount(gain[c], signed=True) for c in ("mean", "p10", "p90")),
                words.write.percent(gain["shown"], 0),
            )
        )
    heads = ("revenue", "loaded_pay", "net", "stay", "gain", "p10", "p90", "shown")
    columns = [_column(words, "period", 1.0), *(_column(words, h) for h in heads)]
    return _part(words, "cash", columns, rows)


def _budget(words: Words, tables: Tables) -> Block | None:
    """Every line of the budget, in the first period and in the last, and when it is exceeded."""
    if tables["budget"].empty:
        return None
    rows = []
    for rule, line in tables["budget"].groupby("rule", sort=False):
        amounts = (line["value"].iloc[0], line["value"].iloc[-1], line["limit"].iloc[0])
        broken = [words.write.number(t) for t in line.loc[line["exceeded"], "period"]]
        written = words.write.listed(broken) if broken else NOTHING
        rows.append(row(words.name("rule", str(rule), _LONGEST), *map(words.amount, amounts), written))
    _, first, last = _when(words, tables)
    columns = [_column(words, "rule", 1.0), first, last, *(_column(words, h) for h in ("limit", "exceeded"))]
    return _part(words, "budget", columns, rows)


def _part(words: Words, key: str, columns: list[PageColumn], rows: list[Block]) -> Block:
    lead = [words.say(f"transition.{key}.lead")]
    return chapter(words.say(f"transition.{key}.title"), lead=lead, tables=[table(columns, rows)])


def _ends(tables: Tables, name: str, key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the first and of the last period, by name."""
    frame, last = tables[name], int(tables["summary"].iloc[0]["periods"])
    return frame[frame["period"] == 1].set_index(key), frame[frame["period"] == last].set_index(key)


def _kpis(words: Words, tables: Tables) -> Block:
    first, last = _ends(tables, "scores", "kpi")
    began = dict(first["mean"])
    rows = [
        row(
            words.name("kpi", str(name), _LONGEST),
            *(words.write.percent(v, 1) for v in (line["stay"], began[name], line["mean"])),
            *(words.write.percent(line[c], 1) for c in ("p10", "p90")),
        )
        for name, line in last.iterrows()
    ]
    heads = (*_when(words, tables), *(_column(words, h) for h in ("p10", "p90")))
    return _part(words, "kpis", [_column(words, "kpi", 1.0), *heads], rows)


def _when(words: Words, tables: Tables) -> tuple[PageColumn, ...]:
    last = words.write.number(tables["summary"].iloc[0]["periods"])
    return _column(words, "today"), _column(words, "first"), _column(words, "last", last=last)


def _work(words: Words, tables: Tables) -> Block:
    first, last = _ends(tables, "activities", "activity")
    moved = last["moved"].sort_values(ascending=False, kind="stable")
    rows = []
    for name in moved.index[:_MOST_WORK]:
        line, stay = last.loc[name], last.loc[name, "stay"]
        label = words.name("activity", name, _LONGEST)
        rows.append(
            row(
                words.say("transition.work.gaming", label=label) if line["gaming"] else label,
                *(words.write.number(v, 1) for v in (stay, first.loc[name, "mean"], line["mean"])),
                words.write.percent(line["mean"] / stay - 1, 1, signed=True) if stay > 1e-9 else NOTHING,
            )
        )
    columns = [_column(words, "activity", 1.0), *_when(words, tables), _column(words, "change")]
    return _part(words, "work", columns, rows)


def _limits(words: Words, tables: Tables) -> Block | None:
    """One sentence per gaming activity, those that can be told first."""
    limits = tables["limits"].sort_values("useful", ascending=False, kind="stable")
    if limits.empty:
        return None
    said = [words.say("transition.limits.lead"), *(_limit(words, line) for _, line in limits.iterrows())]
    return chapter(words.say("transition.limits.title"), lead=said)


def _limit(words: Words, line: Any) -> str:
    return words.say(
        "transition.limits.useful" if line["useful"] else "transition.limits.useless",
        week=words.write.number(line["week"]),
        sign=_sign(words, line),
        power=words.write.percent(line["power"], 0),
        more=words.write.percent(line["misjudged"], 0),
    )


def digits(limit: float) -> int:
    """Decimals of a number of units that leave it three digits, whatever the units are."""
    return max(0, 2 - math.floor(math.log10(limit)))


def _sign(words: Words, line: Any) -> str:
    name, limit = words.quoted(words.label(line, "activity")), float(line["limit"])
    if limit == 0:
        return words.say("transition.sign.any", name=name)
    if not line["stage"]:
        return words.say("transition.sign.units", name=name, limit=words.write.number(limit, digits(limit)))
    share = words.write.percent(limit, 0 if limit >= 0.1 else 1)
    return words.say(
        "transition.sign.share", name=name, limit=share, stage=words.quoted(words.label(line, "stage"))
    )


def _assumptions(words: Words, summary: Any) -> Block:
    learning = words.write.percent(summary["learning"], 0)
    keys = ("learning", "pipeline", "luck", "timing")
    lead = [words.say(f"transition.assumptions.{key}", learning=learning) for key in keys]
    return chapter(words.say("transition.assumptions.title"), lead=lead)
