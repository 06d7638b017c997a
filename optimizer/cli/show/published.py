"""Published cases at a terminal: the table, and one case whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from optimizer.cli.reader import said
from optimizer.cli.show.terminal import row, show, table
from optimizer.rollout.published import CaseFolder, Defaults, Fit, Prediction, Published, parameters_of

VERDICTS: dict[Fit, str] = {
    "within_2": "within a factor of 2",
    "sign_right": "sign right",
    "smaller": "smaller, as found",
    "size_off": "MISS: size",
    "wrong_sign": "MISS: sign",
    "not_smaller": "MISS: not smaller",
}
"""Verdicts in words."""
HEADS = ("case", "measure", "published", "model", "at the ends", "first response", "ratio", "verdict")


def show_predictions(defaults: Defaults, predictions: Sequence[Prediction]) -> None:
    """All measures, the parameters that all share, and the misses by name."""
    rows = table("What the model said, what happened", HEADS, words=("measure", "published", "verdict"))
    for prediction in predictions:
        row(rows, *cells(prediction))
    show(rows, *(Text(line) for line in (parameters_line(defaults), missed_line(predictions))))


def cells(prediction: Prediction) -> tuple[str, ...]:
    """A row of the table, in the order of `HEADS`."""
    measure, ratio = prediction.measure, prediction.ratio
    unit = measure.as_
    return (
        prediction.case.name,
        said(measure.label),
        published_in_words(measure.published, unit),
        change(prediction.consistent, unit),
        f"{change(prediction.low, unit)} to {change(prediction.high, unit)}",
        change(prediction.first_response, unit),
        "–" if ratio is None else f"{ratio:.3g}",
        VERDICTS[prediction.verdict],
    )


def published_in_words(published: Published, unit: str) -> str:
    """A size with its interval, or what was found in place of one."""
    if published.smaller_than is not None:
        return f"smaller than {published.smaller_than}"
    if published.value is None:
        return said("rises" if published.sign == 1 else "falls")
    if published.low is None or published.high is None:
        return change(published.value, unit)
    ends = f"{change(published.low, unit)} to {change(published.high, unit)}"
    return f"{change(published.value, unit)} [{ends}]"


def change(value: float, unit: str) -> str:
    """`+21.8 %`, or `+25.0 points`."""
    return f"{100 * value:+.1f} {'%' if unit == 'relative' else 'points'}"


def parameters_line(defaults: Defaults) -> str:
    """The one set of parameters, with the ranges behind `at the ends`."""
    known = parameters_of(defaults.parameters).items()
    all_told = ", ".join(f"{name} {p.value:g} ({p.low:g}–{p.high:g})" for name, p in known)
    return f"Parameters of every case, none tuned: {all_told}."


def missed_line(predictions: Sequence[Prediction]) -> str:
    """How many measures are missed, and which."""
    missed = [f"{p.case.name}.{p.name}" for p in predictions if p.missed]
    if not missed:
        return f"None of {len(predictions)} measures is missed."
    return f"Missed, {len(missed)} of {len(predictions)}: {', '.join(missed)}."


def show_case(folder: CaseFolder) -> None:
    """Source, change, inputs and what cannot be said."""
    show(*(Text(line) for line in case_lines(folder)))


def case_lines(folder: CaseFolder) -> Iterator[str]:
    case = folder.case
    yield f"\n{case.title}"
    yield f"  {source_in_words(folder)}"
    yield f"  {case.change}"
    yield "  Inputs:"
    yield from (f"    {path}: {text}" for path, text in folder.inputs.items())
    yield "  Intervals:"
    yield from (f"    {name}: {m.published.interval}" for name, m in case.measures.items())
    yield "  The model cannot say:"
    yield from (f"    {sentence}" for sentence in case.cannot_say)


def source_in_words(folder: CaseFolder) -> str:
    """Authors, year, title, journal, and where it is."""
    source = folder.case.source
    where = f"doi:{source.doi}" if source.doi else source.address or ""
    return f"{', '.join(source.authors)} ({source.year}). {source.title}. {source.journal}. {where}".rstrip()
