"""`python -m optimizer.cli.show.published_page > docs/published.md`: the page, from the cases themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from optimizer.cli.show.published import HEADS, VERDICTS, cells, missed_line, source_in_words
from optimizer.rollout.published import (
    MISSES,
    CaseFolder,
    Collection,
    Defaults,
    Prediction,
    cases_folder,
    collection_in,
    parameters_of,
    predictions_of,
)

HEAD = """# What the model said, what happened

Written by `uv run python -m optimizer.cli.show.published_page` from `scenarios/published`; do not edit. The
terminal says the same: `incentives published`, or `incentives published CASE` for one of them.

Each case is a change of pay whose effect was published. Its scenario has what was known *before* the change;
the change is a plan; what people then do is computed as for any other company, and one declared number of it
is held against the published one. Nothing is tuned: all cases share one set of parameters, and a case that
states another is refused. Misses are listed as misses.

*Model* is the change once people have learnt, with these parameters; *at the ends* its least and most with
every parameter at an end of its range; *first response* while people still act on the beliefs of before;
*ratio* the model over the study. "Within a factor of 2" is judged wherever a size was published; where only a
sign was, or could be read, the sign is. An interval is the study's own unless its case says what it is.
"""
COMMON = """What they have in common:

- People answer in proportion to the stake. In the study a first cent moves them more than that, and the next
  nine less (`typing_pay`).
- Only pay moves them. A national target moved practices whose bonus was a sixtieth of their income
  (`gp_access`).
- A steep curve near the target is worth as much as its slope says there, whoever one is (`shop_bonus`), and a
  flat one nothing. Sellers who know how far they are from a quota answer otherwise (`bonus_to_commission`,
  `caps_and_quotas`), and so did installers below their guarantee (`safelite`).
- One period. What sellers do with two years to choose a date from is not in it (`accelerators_timing`).
"""
KINDS = """
How an input is known stands before it: *published* in the study or in reports of the time; *recalled* of the
study, which could not be read again; *default*, the value of the table above; *assumption*, because there was
nothing better.
"""
DEFAULTS = """
## Parameters and defaults

The first three are those of every team of every case. Two of the cases here are among the reasons for which
model.md §13.4 gives `effort` its range, so they do not test that it is not 0; the value was not chosen to
meet them. The others stand in where a study is silent.
"""


def page() -> str:
    """The whole page."""
    collection = collection_in(cases_folder())
    predictions = predictions_of(collection)
    parts = [HEAD, *_table(predictions), *_misses(predictions), DEFAULTS, *_defaults(collection.defaults)]
    return "\n".join([*parts, KINDS, *_cases(collection, predictions)])


def _table(predictions: Sequence[Prediction]) -> Iterator[str]:
    yield from _lines(HEADS, (cells(p) for p in predictions))


def _misses(predictions: Sequence[Prediction]) -> Iterator[str]:
    yield "## Misses\n"
    yield f"{missed_line(predictions)}\n"
    for prediction in predictions:
        if prediction.verdict in MISSES:
            said = cells(prediction)
            yield f"- {prediction.case.case.title}: {said[1]}. Published {said[2]}, model {said[3]}."
    yield f"\n{COMMON}"


def _defaults(defaults: Defaults) -> Iterator[str]:
    known = {**parameters_of(defaults.parameters), **defaults.inputs}
    rows = ((f"`{n}`", f"{d.value:g}", f"{d.low:g} to {d.high:g}", d.source) for n, d in known.items())
    yield from _lines(("number", "value", "range", "source"), rows)


def _cases(collection: Collection, predictions: Sequence[Prediction]) -> Iterator[str]:
    for folder in collection.cases:
        yield from _case(folder, [p for p in predictions if p.case is folder])


def _case(folder: CaseFolder, predictions: Sequence[Prediction]) -> Iterator[str]:
    case = folder.case
    yield f"## {case.title}\n"
    yield f"`scenarios/published/{folder.name}`. {source_in_words(folder)}\n"
    yield f"{case.change} Stakes: {case.stakes}. Time that pay can win: {case.slack}.\n"
    heads = ("measure", "published", "what its interval is", "model", "verdict")
    yield from _lines(heads, (_measured(p) for p in predictions))
    yield from _lines(("input", "how it is known"), _inputs(folder))
    yield "What the model cannot say:\n"
    yield from (f"- {sentence}" for sentence in case.cannot_say)
    yield ""


def _measured(prediction: Prediction) -> tuple[str, ...]:
    said = cells(prediction)
    return said[1], said[2], prediction.measure.published.interval, said[3], VERDICTS[prediction.verdict]


def _inputs(folder: CaseFolder) -> Iterator[tuple[str, str]]:
    yield from ((f"`{path}`", text) for path, text in folder.inputs.items())


def _lines(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (heads, ("---",) * len(heads), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
