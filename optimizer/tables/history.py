"""A study as tables: the only place where its numbers become columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from optimizer.history.estimate.rates import quantiles
from optimizer.history.estimate.study import Study
from optimizer.tables.table import Tables

COLUMNS: dict[str, dict[str, str]] = {
    "summary": {
        "label_en": "name of the company in English",
        "label_fr": "name of the company in French",
        "currency": "three letters",
        "decimals": "decimals of money",
        "first": "day of the first lead",
        "last": "last day observed",
        "mature_before": "leads created from then on are too young to be judged",
        "used": "rows that are used",
        "junk": "of them never leads",
        "mature": "leads old enough to be judged",
        "won": "of them won",
        "explained_by": "what persons' results differ by: skill, supply, or empty where it cannot be said",
        "persons": "persons compared",
        "value": "mean value of a won deal",
        "value_median": "median value of a won deal",
        "responsiveness": "relative change of volume per relative change of net reward",
        "responsiveness_lo": "lower end of its interval",
        "responsiveness_hi": "upper end of its interval",
        "responsiveness_kind": "plan change, experiment or prior",
    },
    "losses": {
        "kind": "row left out, or cell not usable",
        "reason": "why",
        "rows": "how many",
        "examples": "numbers of the first rows in their file",
    },
    "rates": {
        "part": "funnel, source or segment",
        "name": "what is counted",
        "k": "how many have it",
        "n": "of how many",
        "rate": "k / n",
        "lo": "lower end of the 95 % interval (Wilson)",
        "hi": "upper end of the 95 % interval (Wilson)",
    },
    "lags": {
        "name": "from what to what",
        "n": "how many are dated",
        "median": "days",
        "mean": "days",
        "p90": "days within which nine of ten are done",
        "best": "best of log-normal, Weibull, gamma; empty with too few",
    },
    "spending": {
        "source": "as in the exports",
        "cost": "spend on it [currency]",
        "leads": "leads that it brought",
        "per_lead": "average cost of a lead [currency]",
        "elasticity": "percent more leads in weeks with a percent more spend; NaN with too few weeks",
        "lo": "lower end of its 95 % interval",
        "hi": "upper end of its 95 % interval",
    },
    "people": {
        "person": "pseudonym",
        "n": "leads",
        "raw": "rate before anything is taken out",
        "expected": "rate of the same leads in average hands",
        "estimate": "rate after supply and mix",
        "lo": "lower end of its 90 % interval",
        "hi": "upper end of its 90 % interval",
        "shrunk": "the estimate drawn towards the others by what luck explains",
        "reliability": "share of the difference that is the person's own",
        "verdict": "above, below, not distinguishable",
    },
    "moves": {"cause": "what moves a person's wins from month to month", "share": "of their variance"},
    "control": {
        "kpi": "what persons make a share of",
        "share": "of the variance of their results per period",
        "lo": "lower end of its 95 % interval",
        "hi": "upper end of its 95 % interval",
        "supply": "share of the number and mix of leads given to them",
        "season": "share of the months",
        "luck": "share of what nothing explains",
        "persons": "persons compared",
        "written": "it replaces the model's own number in the scenario",
    },
    "slopes": {
        "controls": "how many things were held equal, in order: source, month, owner, hour and weekday",
        "n": "leads",
        "odds": "odds of a win when the answer comes ten times sooner",
        "lo": "lower end of the 95 % interval",
        "hi": "upper end of the 95 % interval",
    },
    "timing": {
        "name": "which end of which events",
        "ratio": "events per day in the last days over the usual",
        "p_shift": "how often shifting the series by whole weeks gives as many",
        "p_t": "one-sided, over the periods' own ratios",
        "real": "both below 5 %",
    },
    "noise": {
        "kpi": "count",
        "chance": "scatter that independent events cause",
        "swings": "scatter of markets, seasons, campaigns",
        "sd": "both, as a share of the mean of a period",
        "lo": "lower end of its 95 % interval",
        "hi": "upper end of its 95 % interval",
    },
    "capacity": {
        "persons": "who log calls with their day",
        "days": "of work, of all persons together",
        "calls": "per person and day with calls",
        "lo": "lower end of its 95 % interval",
        "hi": "upper end of its 95 % interval",
        "busy": "calls on the fullest day of ten",
        "hours": "on the phone per person and day",
        "own": "share of the variance of calls that lies between persons",
    },
    "sides": {
        "metric": "short_calls or silent_touches",
        "person": "pseudonym",
        "n": "calls or touches",
        "share": "of them without a conversation",
        "median": "share of the median person",
        "reliability": "share of the difference that is the person's own",
        "outlier": "surely more than twice the median person's",
    },
    "weak": {"kind": "what is missing or uncertain", "value": "a number that goes with it; NaN without one"},
}


def calibration_tables(study: Study) -> Tables:
    """Every table of COLUMNS, empty where the history says nothing."""
    rows: dict[str, list[tuple[Any, ...]]] = {
        "summary": [_summary(study)],
        "losses": list(_losses(study)),
        "rates": list(_rates(study)),
        "lags": list(_lags(study)),
        "spending": list(_spending(study)),
        "people": list(_people(study)),
        "moves": list(_moves(study)),
        "control": list(_control(study)),
        "slopes": [(len(s.controls), s.n, *(s.odds(10, b) for b in (s.b, s.hi, s.lo))) for s in study.slopes],
        "timing": [(n, r.ratio, r.p_shift, r.p_t, r.real) for n, r in study.rushes.items()],
        "noise": [(k, n.chance, n.swings, n.sd, n.lo, n.hi) for k, n in study.noise.items()],
        "capacity": list(_capacity(study)),
        "sides": list(_sides(study)),
        "weak": list(_weak(study)),
    }
    return {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in COLUMNS.items()}


def _summary(study: Study) -> tuple[object, ...]:
    label, found, people = study.given.label, study.responsiveness, study.people
    names = (label.en, label.fr) if label else (study.given.name, study.given.name)
    return (
        *names,
        study.given.currency,
        0 if study.value.get("mean", 0.0) >= 1000 else 2,
        study.first,
        study.history.last.date(),
        study.mature_before,
        study.history.deals.height,
        study.junk,
        study.mature.height,
        study.rates["won"].k,
        people.explained_by if people else "",
        len(people.people) if people else 0,
        study.value.get("mean", np.nan),
        study.value.get("p50", np.nan),
        found.value,
        found.lo,
        found.hi,
        found.kind,
    )


def _losses(study: Study) -> Iterator[tuple[object, ...]]:
    for kind, losses in (("row", study.history.dropped), ("cell", study.history.blanked)):
        for loss in losses:
            yield kind, loss.reason, loss.rows, ", ".join(map(str, loss.examples))


_PARTS = {"won": "source", "won_by_segment": "segment"}


def _rates(study: Study) -> Iterator[tuple[object, ...]]:
    for name, rate in study.rates.items():
        if rate.n:
            kind, _, group = name.partition(".")
            part = "funnel" if not group else _PARTS.get(kind)
            if part:
                yield part, group or name, rate.k, rate.n, rate.rate, rate.lo, rate.hi


def _lags(study: Study) -> Iterator[tuple[object, ...]]:
    for name, lag in study.lags.items():
        q = quantiles(lag.observed)
        if q["n"]:
            yield name, q["n"], q["p50"], q["mean"], q["p90"], lag.best.name if lag.fits else ""


def _spending(study: Study) -> Iterator[tuple[object, ...]]:
    for name, cost in study.costs.items():
        e = cost.elasticity
        told = (e.value, e.lo, e.hi) if e else (np.nan, np.nan, np.nan)
        yield name, cost.cost, cost.leads, cost.per_lead, *told


def _people(study: Study) -> Iterator[tuple[object, ...]]:
    for p in study.people.people if study.people else ():
        yield (p.id, p.n, p.raw, p.expected, p.estimate, p.lo, p.hi, p.shrunk, p.reliability, p.verdict)


def _moves(study: Study) -> Iterator[tuple[object, ...]]:
    panel = study.people.panel if study.people else None
    if panel is not None:
        for cause in ("supply", "person", "month", "rest", "chance"):
            yield cause, getattr(panel, cause)


def _control(study: Study) -> Iterator[tuple[object, ...]]:
    for kpi, c in study.controlled.items():
        others = (c.others.get(part, np.nan) for part in ("supply", "season", "luck"))
        written = c.tells and kpi == "wins"
        yield kpi, c.value, c.lo, c.hi, *others, c.persons, written


def _capacity(study: Study) -> Iterator[tuple[object, ...]]:
    c = study.capacity
    if c is not None:
        yield c.persons, c.days, c.calls, c.lo, c.hi, c.busy, c.hours, c.share["owner"]


def _sides(study: Study) -> Iterator[tuple[object, ...]]:
    for metric, persons in study.sides.items():
        for p in persons.people:
            yield metric, p.id, p.share.n, p.share.rate, persons.median, p.reliability, p.outlier


def _weak(study: Study) -> Iterator[tuple[str, float]]:
    """What the reader should not rely on yet, the most consequential first."""
    assume, won = study.given.assume, study.leads.filter("won")
    if assume is None or assume.placeholders:
        yield "placeholders", np.nan
    if study.responsiveness.kind == "prior":
        yield "no_change", np.nan
    elif study.responsiveness.kind == "experiment":
        yield "experiment", np.nan
    undated = won["closed"].null_count() / max(1, won.height)
    if undated > 0.05:
        yield "undated", undated
    if not study.costs:
        yield "no_costs", np.nan
    if any(cost.elasticity for cost in study.costs.values()):
        yield "spend_observed", np.nan
    wins = study.controlled.get("wins")
    if wins is not None and not wins.tells:
        yield "control_unclear", wins.value
    if not study.slopes:
        yield "no_waiting", np.nan
    elif study.slopes[-1].lo < 0 < study.slopes[-1].hi:
        yield "waiting_unclear", np.nan
    if study.people is None:
        yield "no_people", np.nan
    if "short_calls" not in study.sides:
        yield "no_calls", np.nan
    if "silent_touches" not in study.sides:
        yield "no_touches", np.nan
    if study.weeks < 52:
        yield "short", study.weeks
