"""What a history says, in a few lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cli.show.terminal import LANGUAGE
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.rates import quantiles
from optimizer.history.read.exports import Loss
from reports.words.locales import phrase


def in_words(study: Study) -> str:
    """Rows, rates, lags, persons and what was not measured."""
    return "\n".join(_lines(study))


def _lines(study: Study) -> Iterator[str]:
    history = study.history
    read = ", ".join(f"{count:,} {table}" for table, count in history.read.items())
    yield f"rows read: {read}; used: {history.deals.height:,}, of them junk {study.junk:,}"
    for loss in history.dropped:
        yield f"  dropped {loss.rows:,}: {_why(loss)} {_where(loss.examples)}"
    for loss in history.blanked:
        yield f"  in {loss.rows:,} rows: {_why(loss)} {_where(loss.examples)}"
    for note in history.notes:
        yield f"  note: {note}"
    yield f"leads old enough to be judged (created before {study.mature_before}): {study.mature.height:,}"
    for name, rate in study.rates.items():
        if rate.n:
            yield f"  {name}: {rate.k:,} of {rate.n:,} = {rate.rate:.2%} [{rate.lo:.2%}, {rate.hi:.2%}]"
    for name, lag in study.lags.items():
        q = quantiles(lag.observed)
        best = f"; best fit {lag.best.name}" if lag.fits else ""
        if q["n"]:
            most = f"nine of ten within {q['p90']:.0f}"
            yield f"{name}: median {q['p50']:.0f} days, mean {q['mean']:.1f}, {most}{best}"
    if study.people is not None:
        people = study.people.people
        apart = [p for p in people if p.verdict != "not_distinguishable"]
        yield f"persons compared: {len(people)}; distinguishable after supply and mix: {len(apart)}"
        yield f"  what persons' raw rates differ by is {study.people.explained_by}"
        for person in apart:
            yield f"  {person.id}: {person.estimate:.2%} [{person.lo:.2%}, {person.hi:.2%}] {person.verdict}"
    for name, rush in study.rushes.items():
        yield f"{name}: {rush.ratio:.2f} times the usual; {'real' if rush.real else 'not proven'}"
    eta = study.responsiveness
    yield f"responsiveness: {eta.value:.2f} [{eta.lo:.2f}, {eta.hi:.2f}] from {eta.kind}"


def _why(loss: Loss) -> str:
    return phrase(LANGUAGE, f"calibration.loss.{loss.reason}")


def _where(rows: tuple[int, ...]) -> str:
    return f"(row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}, ...)" if rows else ""
