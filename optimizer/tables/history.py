"""A study as tables: the only place where its numbers become columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from optimizer.history.estimate.rates import quantiles
from optimizer.history.estimate.study import Study
from optimizer.tables.table import Column, Table, Tables, frames_of, in_both


def calibration_tables(study: Study) -> Tables:
    """Every table of TABLES, empty where the history says nothing."""
    rows: dict[str, list[tuple[object, ...]]] = {
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
    return frames_of(TABLES, {table.name: table.rows(rows[table.name]) for table in TABLES})


SUMMARY = Table(
    "summary",
    **in_both("label", "name of the company"),
    currency=Column(str, "code", "three letters"),
    decimals=Column(int, "count", "decimals of money"),
    first=Column(date, "day", "day of the first lead"),
    last=Column(date, "day", "last day observed"),
    mature_before=Column(date, "day", "leads created from then on are too young to be judged"),
    used=Column(int, "count", "rows that are used"),
    junk=Column(int, "count", "of them never leads"),
    mature=Column(int, "count", "leads old enough to be judged"),
    won=Column(int, "count", "of them won"),
    explained_by=Column(
        str, "code", "what persons' results differ by: skill, supply, or empty where it cannot be said"
    ),
    persons=Column(int, "count", "persons compared"),
    value=Column(float, "money/unit", "mean value of a won deal"),
    value_median=Column(float, "money/unit", "median value of a won deal"),
    responsiveness=Column(float, "1", "relative change of volume per relative change of net reward"),
    responsiveness_lo=Column(float, "1", "lower end of its interval"),
    responsiveness_hi=Column(float, "1", "upper end of its interval"),
    responsiveness_kind=Column(str, "code", "plan change, experiment or prior"),
)


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


LOSSES = Table(
    "losses",
    kind=Column(str, "code", "row left out, or cell not usable"),
    reason=Column(str, "text", "why"),
    rows=Column(int, "count", "how many"),
    examples=Column(str, "text", "numbers of the first rows in their file"),
)


def _losses(study: Study) -> Iterator[tuple[object, ...]]:
    for kind, losses in (("row", study.history.dropped), ("cell", study.history.blanked)):
        for loss in losses:
            yield kind, loss.reason, loss.rows, ", ".join(map(str, loss.examples))


_PARTS = {"won": "source", "won_by_segment": "segment"}


RATES = Table(
    "rates",
    part=Column(str, "code", "funnel, source or segment"),
    name=Column(str, "name", "what is counted"),
    k=Column(int, "count", "how many have it"),
    n=Column(int, "count", "of how many"),
    rate=Column(float, "share", "k / n"),
    lo=Column(float, "share", "lower end of the 95 % interval (Wilson)"),
    hi=Column(float, "share", "upper end of the 95 % interval (Wilson)"),
)


def _rates(study: Study) -> Iterator[tuple[object, ...]]:
    for name, rate in study.rates.items():
        if rate.n:
            kind, _, group = name.partition(".")
            part = "funnel" if not group else _PARTS.get(kind)
            if part:
                yield part, group or name, rate.k, rate.n, rate.rate, rate.lo, rate.hi


LAGS = Table(
    "lags",
    name=Column(str, "name", "from what to what"),
    n=Column(int, "count", "how many are dated"),
    median=Column(float, "days", "days"),
    mean=Column(float, "days", "days"),
    p90=Column(float, "days", "days within which nine of ten are done"),
    best=Column(str, "code", "best of log-normal, Weibull, gamma; empty with too few"),
)


def _lags(study: Study) -> Iterator[tuple[object, ...]]:
    for name, lag in study.lags.items():
        q = quantiles(lag.observed)
        if q["n"]:
            yield name, q["n"], q["p50"], q["mean"], q["p90"], lag.best.name if lag.fits else ""


SPENDING = Table(
    "spending",
    source=Column(str, "name", "as in the exports"),
    cost=Column(float, "money", "spend on it"),
    leads=Column(float, "count", "leads that it brought"),
    per_lead=Column(float, "money/unit", "average cost of a lead"),
    elasticity=Column(
        float, "1", "percent more leads in weeks with a percent more spend; NaN with too few weeks"
    ),
    lo=Column(float, "1", "lower end of its 95 % interval"),
    hi=Column(float, "1", "upper end of its 95 % interval"),
)


def _spending(study: Study) -> Iterator[tuple[object, ...]]:
    for name, cost in study.costs.items():
        e = cost.elasticity
        told = (e.value, e.lo, e.hi) if e else (np.nan, np.nan, np.nan)
        yield name, cost.cost, cost.leads, cost.per_lead, *told


PEOPLE = Table(
    "people",
    person=Column(str, "name", "pseudonym"),
    n=Column(int, "count", "leads"),
    raw=Column(float, "share", "rate before anything is taken out"),
    expected=Column(float, "share", "rate of the same leads in average hands"),
    estimate=Column(float, "share", "rate after supply and mix"),
    lo=Column(float, "share", "lower end of its 90 % interval"),
    hi=Column(float, "share", "upper end of its 90 % interval"),
    shrunk=Column(float, "share", "the estimate drawn towards the others by what luck explains"),
    reliability=Column(float, "share", "share of the difference that is the person's own"),
    verdict=Column(str, "code", "above, below, not distinguishable"),
)


def _people(study: Study) -> Iterator[tuple[object, ...]]:
    for p in study.people.people if study.people else ():
        yield (p.id, p.n, p.raw, p.expected, p.estimate, p.lo, p.hi, p.shrunk, p.reliability, p.verdict)


MOVES = Table(
    "moves",
    cause=Column(str, "code", "what moves a person's wins from month to month"),
    share=Column(float, "share", "of their variance"),
)


def _moves(study: Study) -> Iterator[tuple[object, ...]]:
    panel = study.people.panel if study.people else None
    if panel is not None:
        for cause in ("supply", "person", "month", "rest", "chance"):
            yield cause, getattr(panel, cause)


CONTROL = Table(
    "control",
    kpi=Column(str, "code", "what persons make a share of"),
    share=Column(float, "share", "of the variance of their results per period"),
    lo=Column(float, "share", "lower end of its 95 % interval"),
    hi=Column(float, "share", "upper end of its 95 % interval"),
    supply=Column(float, "share", "share of the number and mix of leads given to them"),
    season=Column(float, "share", "share of the months"),
    luck=Column(float, "share", "share of what nothing explains"),
    persons=Column(int, "count", "persons compared"),
    written=Column(bool, "flag", "it replaces the model's own number in the scenario"),
)


def _control(study: Study) -> Iterator[tuple[object, ...]]:
    for kpi, c in study.controlled.items():
        others = (c.others.get(part, np.nan) for part in ("supply", "season", "luck"))
        written = c.tells and kpi == "wins"
        yield kpi, c.value, c.lo, c.hi, *others, c.persons, written


CAPACITY = Table(
    "capacity",
    persons=Column(int, "count", "who log calls with their day"),
    days=Column(int, "count", "of work, of all persons together"),
    calls=Column(float, "units/day", "per person and day with calls"),
    lo=Column(float, "units/day", "lower end of its 95 % interval"),
    hi=Column(float, "units/day", "upper end of its 95 % interval"),
    busy=Column(float, "units/day", "calls on the fullest day of ten"),
    hours=Column(float, "hours/day", "on the phone per person and day"),
    own=Column(float, "share", "share of the variance of calls that lies between persons"),
)


def _capacity(study: Study) -> Iterator[tuple[object, ...]]:
    c = study.capacity
    if c is not None:
        yield c.persons, c.days, c.calls, c.lo, c.hi, c.busy, c.hours, c.share["owner"]


SIDES = Table(
    "sides",
    metric=Column(str, "code", "short_calls or silent_touches"),
    person=Column(str, "name", "pseudonym"),
    n=Column(int, "count", "calls or touches"),
    share=Column(float, "share", "of them without a conversation"),
    median=Column(float, "share", "share of the median person"),
    reliability=Column(float, "share", "share of the difference that is the person's own"),
    outlier=Column(bool, "flag", "surely more than twice the median person's"),
)


def _sides(study: Study) -> Iterator[tuple[object, ...]]:
    for metric, persons in study.sides.items():
        for p in persons.people:
            yield metric, p.id, p.share.n, p.share.rate, persons.median, p.reliability, p.outlier


WEAK = Table(
    "weak",
    kind=Column(str, "code", "what is missing or uncertain"),
    value=Column(float, "row", "a number that goes with it; NaN without one"),
)


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


SLOPES = Table(
    "slopes",
    controls=Column(
        int, "count", "how many things were held equal, in order: source, month, owner, hour and weekday"
    ),
    n=Column(int, "count", "leads"),
    odds=Column(float, "1", "odds of a win when the answer comes ten times sooner"),
    lo=Column(float, "1", "lower end of the 95 % interval"),
    hi=Column(float, "1", "upper end of the 95 % interval"),
)
TIMING = Table(
    "timing",
    name=Column(str, "name", "which end of which events"),
    ratio=Column(float, "1", "events per day in the last days over the usual"),
    p_shift=Column(float, "share", "how often shifting the series by whole weeks gives as many"),
    p_t=Column(float, "share", "one-sided, over the periods' own ratios"),
    real=Column(bool, "flag", "both below 5 %"),
)
NOISE = Table(
    "noise",
    kpi=Column(str, "code", "count"),
    chance=Column(float, "share", "scatter that independent events cause"),
    swings=Column(float, "share", "scatter of markets, seasons, campaigns"),
    sd=Column(float, "share", "both, as a share of the mean of a period"),
    lo=Column(float, "share", "lower end of its 95 % interval"),
    hi=Column(float, "share", "upper end of its 95 % interval"),
)

TABLES = (
    SUMMARY,
    LOSSES,
    RATES,
    LAGS,
    SPENDING,
    PEOPLE,
    MOVES,
    CONTROL,
    SLOPES,
    TIMING,
    NOISE,
    CAPACITY,
    SIDES,
    WEAK,
)
