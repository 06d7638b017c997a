"""A study as tables: the only place where its numbers become columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np

from optimizer.history.draft.choices import choices_of
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.outcomes import Outcome
from optimizer.history.estimate.rates import quantiles, standard_error, told
from optimizer.tables.history_people import (
    CAPACITY,
    CONTROL,
    MOVES,
    PEOPLE,
    SIDES,
    capacity_cells,
    control_cells,
    moves_cells,
    people_cells,
    sides_cells,
)
from optimizer.tables.labels import LABELS, company_rows
from optimizer.tables.table import Column, Table, Tables

SUMMARY = Table(
    "summary",
    scenario=Column(str, "name", "name of the company", "company"),
    currency=Column(str, "iso", "of ISO 4217"),
    decimals=Column(int, "count", "decimals of money"),
    first=Column(date, "day", "day of the first lead"),
    last=Column(date, "day", "last day observed"),
    mature_before=Column(date, "day", "leads created from then on are too young to be judged"),
    used=Column(int, "count", "rows that are used"),
    junk=Column(int, "count", "of them never leads"),
    mature=Column(int, "count", "leads old enough to be judged"),
    won=Column(int, "count", "of them won"),
    all_won=Column(int, "count", "leads of any age that are won"),
    all_lost=Column(int, "count", "leads of any age that are lost; 0 where the export does not tell"),
    all_open=Column(int, "count", "leads of any age that are neither"),
    end=Column(float, "share", "won in the end of those decided then, young leads allowed for; NaN unknown"),
    end_lo=Column(float, "share", "lower end of its 95 % interval"),
    end_hi=Column(float, "share", "upper end of its 95 % interval"),
    since=Column(float, "share", "the same of leads created since the win rate changed; NaN: it did not"),
    since_lo=Column(float, "share", "lower end of its 95 % interval"),
    since_hi=Column(float, "share", "upper end of its 95 % interval"),
    decided=Column(float, "share", "of leads decided in the end; others are left open for good"),
    all_decided=Column(bool, "flag", "whether that is all of them, but for chance"),
    lag=Column(float, "days", "mean from creation to win, young leads allowed for; NaN with too few wins"),
    lag_lo=Column(float, "days", "lower end of its 95 % interval"),
    lag_hi=Column(float, "days", "upper end of its 95 % interval"),
    explained_by=Column(
        str,
        "code",
        "what persons' results differ by: skill, supply, or empty where it cannot be said",
        "calibration.people",
    ),
    persons=Column(int, "count", "persons compared"),
    fewer=Column(int, "count", "persons with too few leads to be compared"),
    needed=Column(int, "count", "leads old enough to be judged that a person needs to be compared"),
    most=Column(int, "count", "most leads that one of those with too few has"),
    other_roles=Column(
        int, "count", "persons with leads enough who win, or lose, next to nothing: not compared"
    ),
    value=Column(float, "money/unit", "mean value of a won deal"),
    value_error=Column(float, "money/unit", "standard error of that mean"),
    value_sd=Column(float, "money/unit", "standard deviation of values"),
    value_n=Column(int, "count", "won deals with a value"),
    value_median=Column(float, "money/unit", "median value of a won deal"),
    responsiveness=Column(float, "1", "relative change of volume per relative change of net reward"),
    responsiveness_lo=Column(float, "1", "lower end of its interval"),
    responsiveness_hi=Column(float, "1", "upper end of its interval"),
    responsiveness_kind=Column(str, "code", "plan_change, experiment or prior", "calibration.responsiveness"),
)


def _summary(study: Study) -> Iterator[tuple[object, ...]]:
    responsiveness, people, days = study.responsiveness, study.people, study.days
    outcome, value, fewer = study.outcome, study.value, study.fewer
    arrival = study.arrival
    known = arrival if arrival is not None and arrival.told else None
    lag = (known.mean, known.lo, known.hi) if known else (np.nan,) * 3
    yield (
        study.given.name,
        study.given.currency,
        0 if study.value.get("mean", 0.0) >= 1000 else 2,
        study.first,
        study.history.last.date(),
        study.mature_before,
        study.history.deals.height,
        study.junk,
        study.mature.height,
        study.rates["won"].k,
        *(int(counts.sum()) for counts in (days.won, days.lost, days.open)),
        *_share_won(outcome),
        *_share_won(study.since_change),
        outcome.decided if outcome else np.nan,
        outcome is not None and outcome.all_decided,
        *lag,
        people.explained_by if people else "",
        len(people.people) if people else 0,
        len(fewer),
        study.needed,
        max(fewer.values(), default=0),
        len(study.other_roles),
        value.get("mean", np.nan),
        standard_error(value),
        value.get("sd", np.nan),
        int(value["n"]),
        value.get("p50", np.nan),
        responsiveness.value,
        responsiveness.lo,
        responsiveness.hi,
        responsiveness.kind,
    )


def _share_won(outcome: Outcome | None) -> tuple[float, ...]:
    """With the ends of its interval; NaN where it is not known."""
    return (outcome.rate, outcome.lo, outcome.hi) if outcome else (np.nan,) * 3


LOSSES = Table(
    "losses",
    kind=Column(
        str,
        "code",
        "row left out, cell not usable, or row read otherwise than it stands",
        "calibration.loss_kind",
    ),
    reason=Column(str, "code", "why", "calibration.loss"),
    rows=Column(int, "count", "how many"),
    examples=Column(str, "text", "numbers of the first rows in their file"),
    texts=Column(str, "text", "what their cells say, with counts; empty where that tells nothing"),
)


def _losses(study: Study) -> Iterator[tuple[object, ...]]:
    history = study.history
    for kind, losses in (("row", history.dropped), ("cell", history.blanked), ("read", history.otherwise)):
        for loss in losses:
            texts = ", ".join(f"{text} {count}".strip() for text, count in loss.values)
            yield kind, loss.reason, loss.rows, ", ".join(map(str, loss.examples)), texts


_PARTS = {"won": "source", "won_by_segment": "segment"}


RATES = Table(
    "rates",
    part=Column(str, "code", "funnel, source or segment", "calibration.part"),
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
    name=Column(str, "code", "from what to what", "calibration.lag"),
    n=Column(int, "count", "how many are dated"),
    median=Column(float, "days", "days"),
    mean=Column(float, "days", "days"),
    p90=Column(float, "days", "days within which nine of ten are done"),
    best=Column(str, "code", "best of log-normal, Weibull, gamma; empty with too few", "calibration.fit"),
)


def _lags(study: Study) -> Iterator[tuple[object, ...]]:
    for name, lag in study.lags.items():
        q = told(quantiles(lag.observed))
        if q["n"]:
            mean = q["mean"] if q["n"] > 1 else np.nan
            yield name, q["n"], q["p50"], mean, q["p90"], lag.best.name if lag.fits else ""


COHORTS = Table(
    "cohorts",
    start=Column(date, "day", "first day of the quarter, or month, of creation"),
    won=Column(int, "count", "won by now"),
    lost=Column(int, "count", "lost by now"),
    open=Column(int, "count", "neither"),
    rate=Column(float, "share", "won of those decided"),
    lo=Column(float, "share", "lower end of its 95 % interval"),
    hi=Column(float, "share", "upper end of its 95 % interval"),
    mature=Column(bool, "flag", "all are old enough to be judged"),
)


def _cohorts(study: Study) -> Iterator[tuple[object, ...]]:
    for c in study.cohorts if study.days.losses_known else ():
        rate = c.decided
        yield c.start, c.won, c.lost, c.open, rate.rate, rate.lo, rate.hi, c.mature


CHANGES = Table(
    "changes",
    kind=Column(str, "code", "fell or rose", "calibration.change"),
    on=Column(date, "day", "first day of creation of the leads concerned"),
    earliest=Column(date, "day", "the change was then or later, with 95 %"),
    latest=Column(date, "day", "the change was then or earlier, with 95 %"),
    before_k=Column(int, "count", "won before"),
    before_n=Column(int, "count", "decided before (leads, where losses are not told)"),
    before=Column(float, "share", "win rate before"),
    since_k=Column(int, "count", "won since"),
    since_n=Column(int, "count", "decided since (leads, where losses are not told)"),
    since=Column(float, "share", "win rate since"),
    p=Column(float, "share", "how often chance alone would show as much somewhere"),
)


def _changes(study: Study) -> Iterator[tuple[object, ...]]:
    for c in study.changes:
        before, since = ((r.k, r.n, r.rate) for r in (c.before, c.since))
        yield c.kind, c.on, c.earliest, c.latest, *before, *since, c.pvalue


QUARTER_MONTHS = Table(
    "quarter_months",
    month=Column(int, "count", "first, second or last month of a quarter, in which a deal was closed"),
    k=Column(int, "count", "won"),
    n=Column(int, "count", "decided"),
    rate=Column(float, "share", "k / n"),
    lo=Column(float, "share", "lower end of the 95 % interval (Wilson)"),
    hi=Column(float, "share", "upper end of the 95 % interval (Wilson)"),
)


def _quarter_months(study: Study) -> Iterator[tuple[object, ...]]:
    for month, rate in study.by_month_of_quarter.items():
        yield month, rate.k, rate.n, rate.rate, rate.lo, rate.hi


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
        interval = (e.value, e.lo, e.hi) if e else (np.nan, np.nan, np.nan)
        yield name, cost.cost, cost.leads, cost.per_lead, *interval


WEAK = Table(
    "weak",
    kind=Column(str, "code", "what is missing or uncertain", "calibration.weak"),
    value=Column(float, "row", "a number that goes with it; NaN without one"),
)


def _weak(study: Study) -> Iterator[tuple[str, float]]:
    """What the reader should not rely on yet, the most consequential first."""
    assume, won = study.given.assume, study.leads.filter("won")
    if choices_of(study).nothing:
        yield "no_choice", np.nan
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


def _slopes(study: Study) -> Iterator[tuple[object, ...]]:
    for s in study.slopes:
        yield len(s.controls), s.n, *(s.odds(10, b) for b in (s.b, s.hi, s.lo))


TIMING = Table(
    "timing",
    name=Column(str, "code", "which end of which events", "calibration.rush"),
    ratio=Column(float, "1", "events per day in the last days over the usual"),
    p_shift=Column(float, "share", "how often shifting the series by whole weeks gives as many"),
    p_t=Column(float, "share", "one-sided, over the periods' own ratios"),
    real=Column(bool, "flag", "both below 5 %"),
)


def _timing(study: Study) -> Iterator[tuple[object, ...]]:
    for name, r in study.rushes.items():
        yield name, r.ratio, r.p_shift, r.p_t, r.real


NOISE = Table(
    "noise",
    kpi=Column(str, "code", "count", "calibration.kpi"),
    chance=Column(float, "share", "scatter that independent events cause"),
    swings=Column(float, "share", "scatter of markets, seasons, campaigns"),
    sd=Column(float, "share", "both, as a share of the mean of a period"),
    lo=Column(float, "share", "lower end of its 95 % interval"),
    hi=Column(float, "share", "upper end of its 95 % interval"),
)


def _noise(study: Study) -> Iterator[tuple[object, ...]]:
    for kpi, n in study.noise.items():
        yield kpi, n.chance, n.swings, n.sd, n.lo, n.hi


_FILLED: tuple[tuple[Table, Callable[[Study], Iterator[tuple[object, ...]]]], ...] = (
    (SUMMARY, _summary),
    (LOSSES, _losses),
    (RATES, _rates),
    (COHORTS, _cohorts),
    (CHANGES, _changes),
    (LAGS, _lags),
    (SPENDING, _spending),
    (PEOPLE, people_cells),
    (MOVES, moves_cells),
    (CONTROL, control_cells),
    (SLOPES, _slopes),
    (TIMING, _timing),
    (QUARTER_MONTHS, _quarter_months),
    (NOISE, _noise),
    (CAPACITY, capacity_cells),
    (SIDES, sides_cells),
    (WEAK, _weak),
)

TABLES = (*(table for table, _ in _FILLED), LABELS)


def calibration_tables(study: Study) -> Tables:
    """Every table of TABLES, empty where the history says nothing."""
    frames = {table.name: table.frame(table.rows(cells(study))) for table, cells in _FILLED}
    return frames | {"labels": LABELS.frame(company_rows(study.given.name, study.given))}
