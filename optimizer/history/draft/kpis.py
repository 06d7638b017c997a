"""KPIs that a CRM can count, with the scatter that nobody in the company causes."""

from __future__ import annotations

import math

import polars as pl

from optimizer.history.draft.sourced_values import (
    Draft,
    Tree,
    in_words,
    joined,
    label,
    said,
    short,
)
from optimizer.history.estimate import timing
from optimizer.history.estimate.rates import rate_of
from optimizer.history.read.maps.mapping import WEEKS


def add_kpis(draft: Draft, segments: list[str]) -> None:
    kpis = draft.tree["kpis"]
    kpis["leads"] = {"entering": dict.fromkeys(segments, 1.0)}
    if "good_lead" in segments:
        kpis["good_leads"] = {"entering": {"good_lead": 1.0}}
    names = list(draft.tree["activities"])
    if any(name.startswith("prompt_") for name in names):
        kpis["answered_in_time"] = _answered(names, segments)
    if "handed_lead" in draft.tree["stages"]:
        kpis["handed_over"] = {"entering": {"handed_lead": 1.0}}
    kpis["wins"] = {"entering": {"customer": 1.0}}
    if "kept_customer" in draft.tree["stages"]:
        kpis["kept"] = {"entering": {"kept_customer": 1.0}}
    for name, kpi in kpis.items():
        kpi["label"] = label(name)
        kpi["noise"] = short(_noise(draft, name))


def add_controllability(draft: Draft) -> None:
    """What sales control of wins, where persons' spread tells it and the map says nothing itself."""
    study = draft.study
    share = study.controlled.get("wins")
    if share is None or not share.tells:
        return
    rules = draft.tree["rules"].setdefault("controllability", {})
    mine = rules.setdefault("override", {}).setdefault("sales", {})
    if "wins" in mine:
        return
    interval = f"{share.value:.2f} [{share.lo:.2f}, {share.hi:.2f}]"
    text = (
        f"{draft.where[0]}: persons' own share of the variance of their wins per {study.given.period}, "
        f"supply of leads not counted as theirs, {interval}, "
        f"n = {share.cells} persons and months of {share.persons} persons"
    )
    mine["wins"] = {"value": short(share.value), "source": text}


def add_luck(draft: Draft) -> None:
    """What KPIs share of their scatter, and how far persons differ for good."""
    study = draft.study
    noise, people = study.noise, study.people
    if {"leads", "wins"} <= noise.keys() and study.common:
        one, two = noise["leads"], noise["wins"]
        shared = study.common * one.swings * two.swings / (one.sd * two.sd)
        draft.tree["noise_correlation"] = short(shared)
        error = 1.96 / math.sqrt(max(1, min(one.weeks, two.weeks) - 3))
        text = said("common", where=draft.where, common=f"{study.common:.2f}", weeks=str(one.weeks))
        draft.source("noise_correlation", text, error / study.common)
    if people is not None and people.explained_by == "skill":
        draft.tree["teams"]["sales"]["skill_spread"] = short(people.spread)
        n = len(people.people)
        text = said("spread", where=draft.where, n=str(n))
        draft.source("teams.sales.skill_spread", text, timing.deviation_bounds(n - 1)[1] - 1)


def _answered(names: list[str], segments: list[str]) -> Tree:
    """A rate whose payee controls the denominator needs a cap (model.md §9)."""
    working = [n for n in names if n.endswith(tuple(f"_{s}" for s in segments))]
    working = [n for n in working if n.startswith(("prompt_", "late_", "work_", "touch_"))]
    credit = [n for n in working if n.startswith(("prompt_", "touch_"))]
    left = [f"leave:{segment}" for segment in segments]
    return {
        "numerator": dict.fromkeys(credit, 1.0),
        "denominator": dict.fromkeys([*working, *left], 1.0),
        "curve": {"cap": 1.5},
    }


def _noise(draft: Draft, kpi: str) -> float:
    path, study = f"kpis.{kpi}.noise", draft.study
    if kpi == "answered_in_time":
        return _share_noise(draft, path)
    noise = study.noise.get(kpi)
    if noise is None:
        draft.guessed(path, said("not_measured" if kpi in ("handed_over", "kept") else "too_few"), 0.5)
        return 0.2
    interval, chance = f"[{noise.lo:.3f}, {noise.hi:.3f}]", f"{noise.chance:.3f}"
    text = said("noise", where=draft.where, weeks=str(noise.weeks), interval=interval, chance=chance)
    draft.source(path, text, noise.hi / noise.sd - 1)
    return noise.sd


def _share_noise(draft: Draft, path: str) -> float:
    """Scatter of a period's share of all leads answered in time, from whole weeks, a trend removed."""
    study = draft.study
    soon = study.current.with_columns(
        soon=(pl.col("response") <= draft.assume.prompt_within).fill_null(False)
    )
    by_week = soon.group_by(pl.col("created").dt.truncate("1w").alias("week")).agg(
        pl.col("soon").mean(), pl.len().alias("n")
    )
    shares = by_week.filter(pl.col("n") >= 5).sort("week")["soon"].to_numpy()
    seen = said("seen", at=draft.where, rate=in_words(rate_of(soon, "soon")))
    if len(shares) < 8 or not shares.mean():
        draft.guessed(path, joined(seen, said("too_few")), 0.5)
        return 0.1
    rest = timing.without_trend(shares)
    alike = timing.persistence(rest)
    weekly = math.sqrt(float(rest @ rest) / (len(shares) - 2)) / float(shares.mean())
    sd = max(0.005, weekly * math.sqrt(alike / WEEKS[study.given.period]))
    _, hi = timing.deviation_bounds(timing.independent(rest) / alike)
    draft.source(path, joined(seen, said("trend", weeks=str(len(shares)))), hi - 1)
    return sd
