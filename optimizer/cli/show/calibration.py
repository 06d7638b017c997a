"""What a history says, in a few lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.cli.reader import language
from optimizer.history.draft.choices import choices_of
from optimizer.history.draft.measured_answers import MeasuredAnswers
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.lags import Lag
from optimizer.history.estimate.people import Persons
from optimizer.history.estimate.rates import quantiles, standard_error, told
from optimizer.history.read.frames.exports import Loss
from reports.words.locales import phrase


def in_words(study: Study) -> str:
    """Rows, rates, lags, persons and what was not measured."""
    return "\n".join(_lines(study))


def answers_said(answered: MeasuredAnswers) -> Iterator[str]:
    """Questions of `incentives start` that a history answers, each with its count, and what it does not."""
    yield f"answers measured: {len(answered.measured)}"
    for answer in answered.measured:
        yield f"  {answer.question}: {answer.value:g}; {answer.text[0]}"
    for source, leads in answered.unplaced.items():
        named = f"source {source}" if source else "no source"
        yield f"  not counted: {leads:,} leads of {named}; place it in `questions.sources` of the map"
    if answered.open:
        yield f"  still to be answered, without a default: {', '.join(answered.open)}"


def _lines(study: Study) -> Iterator[str]:
    yield from _rows(study)
    yield from _ends(study)
    yield f"leads old enough to be judged (created before {study.mature_before}): {study.mature.height:,}"
    for name, rate in study.rates.items():
        if rate.n:
            yield f"  {name}: {rate.k:,} of {rate.n:,} = {rate.rate:.2%} [{rate.lo:.2%}, {rate.hi:.2%}]"
    yield from _in_the_end(study)
    for name, lag in study.lags.items():
        if len(lag.observed):
            yield f"{name}: {_days(lag)}"
    yield from _value(study)
    if study.people is not None:
        yield from _people(study.people)
    yield from _fewer(study)
    for name, rush in study.rushes.items():
        yield f"{name}: {rush.ratio:.2f} times the usual; {'real' if rush.real else 'not proven'}"
    if study.by_month_of_quarter:
        months = (
            f"{rate.rate:.1%} ({rate.k:,} of {rate.n:,})" for rate in study.by_month_of_quarter.values()
        )
        yield f"won of decided by month of the quarter in which they were closed: {', '.join(months)}"
    eta = study.responsiveness
    yield f"responsiveness: {eta.value:.2f} [{eta.lo:.2f}, {eta.hi:.2f}] from {eta.kind}"
    yield from _choice(study)


def _rows(study: Study) -> Iterator[str]:
    """What was read, left out, or read otherwise than it stands."""
    history = study.history
    read = ", ".join(f"{count:,} {table}" for table, count in history.read.items())
    yield f"rows read: {read}; used: {history.deals.height:,}, of them junk {study.junk:,}"
    for loss in history.dropped:
        yield f"  dropped {loss.rows:,}: {_why(loss)} {_where(loss.examples)}"
    for loss in history.blanked:
        yield f"  in {loss.rows:,} rows: {_why(loss)} {_where(loss.examples)}"
    for loss in history.otherwise:
        yield f"  {loss.rows:,} rows read otherwise: {_why(loss)} {_where(loss.examples)}"
    for note in history.notes:
        yield f"  note: {note}"


def _choice(study: Study) -> Iterator[str]:
    """That every plan brings the same, and what would change that."""
    choices = choices_of(study)
    if choices.nothing:
        yield "nothing to choose yet: all leads are worked alike, so that every plan brings what today's does"
        for opening in choices.would_open:
            yield f"  would open a choice: `{opening.where}` in the map, {opening.why}"


def _ends(study: Study) -> Iterator[str]:
    days = study.days
    yield f"data end on {study.history.last.date()}, the last creation, change or closing of a decided deal"
    won, lost, left = (int(x.sum()) for x in (days.won, days.lost, days.open))
    if days.losses_known:
        yield f"won {won:,}, lost {lost:,}, open {left:,}"
    else:
        yield f"won {won:,}; which of the other {left:,} are lost is not told"


def _in_the_end(study: Study) -> Iterator[str]:
    """Shares won in the end, by cohort, and what changed."""
    end = study.outcome
    if end is not None:
        yield (
            f"won in the end, of those decided, young leads allowed for: {end.rate:.1%} "
            f"[{end.lo:.1%}, {end.hi:.1%}]; decided in the end: {end.decided:.0%} of leads"
        )
    for c in study.cohorts if study.days.losses_known else ():
        counts = f"won {c.won:,}, lost {c.lost:,}, open {c.open:,}"
        rate = f"; {c.decided.rate:.1%} of decided" if c.decided.n else ""
        yield f"  created from {c.start}: {counts}{rate}{'' if c.mature else ' (young)'}"
    yield from changes_said(study)
    yield from _since(study)


def _since(study: Study) -> Iterator[str]:
    today = study.since_change
    if today is not None:
        shares = {"rate": today.rate, "lo": today.lo, "hi": today.hi}
        written = {name: f"{share:.1%}" for name, share in shares.items()}
        yield phrase(language(), "calibration.since_change").format(**written)


def changes_said(study: Study) -> Iterator[str]:
    """A sentence per change of the win rate."""
    for change in study.changes:
        before, since = change.before, change.since
        yield phrase(language(), f"calibration.changed.{change.kind}").format(
            before=f"{before.rate:.1%}",
            since=f"{since.rate:.1%}",
            before_k=f"{before.k:,}",
            before_n=f"{before.n:,}",
            since_k=f"{since.k:,}",
            since_n=f"{since.n:,}",
            on=change.on,
            earliest=change.earliest,
            latest=change.latest,
            start=change.on,
        )


def _days(lag: Lag) -> str:
    """Only the quantiles that so few lags tell."""
    q = told(quantiles(lag.observed))
    n = int(q["n"])
    if n == 1:
        return f"{lag.observed[0]:.0f} days, n = 1: too few to say more"
    most = f", nine of ten within {q['p90']:.0f}" if math.isfinite(q["p90"]) else ", too few to say more"
    best = f"; best fit {lag.best.name}" if lag.fits else ""
    return f"n = {n:,}, median {q['p50']:.0f} days, mean {q['mean']:.1f}{most}{best}"


def _value(study: Study) -> Iterator[str]:
    arrival, value = study.arrival, study.value
    if arrival is not None and not arrival.told:
        yield "created to won: cannot be told for all wins, since leads were not watched for long enough"
    elif arrival is not None:
        interval = f"[{arrival.lo:.1f}, {arrival.hi:.1f}]"
        yield f"created to won, young leads allowed for: mean {arrival.mean:.1f} days {interval}"
    if value["n"] > 1:
        error = standard_error(value)
        spread = f"standard deviation {value['sd']:,.0f}, median {value['p50']:,.0f}, n = {value['n']:,.0f}"
        yield f"value of a won deal: mean {value['mean']:,.0f} ± {error:,.0f} (standard error); {spread}"


def _people(persons: Persons) -> Iterator[str]:
    people = persons.people
    apart = [p for p in people if p.verdict != "not_distinguishable"]
    yield f"persons compared: {len(people)}; distinguishable after supply and mix: {len(apart)}"
    yield f"  what persons' raw rates differ by is {persons.explained_by}"
    for person in apart:
        yield f"  {person.id}: {person.estimate:.2%} [{person.lo:.2%}, {person.hi:.2%}] {person.verdict}"
    yield from _open(persons)


def _open(persons: Persons) -> Iterator[str]:
    """What share of their leads persons leave open, where that differs much."""
    shares = [p.open_share for p in persons.people]
    if shares and max(shares) > 0:
        between = f"{min(shares):.0%} to {max(shares):.0%}"
        yield f"  persons leave {between} of their leads open; those are not counted as lost"


def _fewer(study: Study) -> Iterator[str]:
    left = study.fewer
    if left:
        most = max(left.values())
        yield (
            f"persons not compared: {len(left)}, with {most:,} leads old enough to be judged at most; "
            f"{study.needed:,} are needed"
        )
    if study.other_roles:
        yield phrase(language(), "calibration.other_roles").format(persons=len(study.other_roles))


def _why(loss: Loss) -> str:
    reason = phrase(language(), f"calibration.loss.{loss.reason}")
    return f"{reason}: {_in_counts(loss.values)}" if loss.values else reason


def _in_counts(values: tuple[tuple[str, int], ...]) -> str:
    """`Proposal 12, Demo 3`, an empty cell by its name."""
    return ", ".join(f"{text or '(empty)'} {count:,}" for text, count in values)


def _where(rows: tuple[int, ...]) -> str:
    return f"(row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}, ...)" if rows else ""
