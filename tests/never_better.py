"""Statuses of small random companies held against every plan, listed here without the solver's own listing.

    python -m tests.never_better --count 500 [--second-edition]

Every second company is solved as if its plans were too many to judge them all. Prints how they ended, and
every word that is better than what all plans allow. With `--second-edition` companies have fields of that
edition of model.md by chance (`tests/second_edition.py`), two of them all that they have room for; with
`--whole` each has all.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod
from typing import Any
from unittest.mock import patch

import numpy as np

from optimizer import Options, Scenario, Solution, compare
from optimizer.plans.evaluation import evaluate_batch
from optimizer.plans.space import plan_space
from optimizer.solver import solve
from tests.fuzz import CalibrationError, SolveState, calibrate, generated, generated_tree, measure, valid
from tests.second_edition import FIELDS, all_of, some_of

MOST = 600
"""Plans up to which a company is taken, counted before any rule but measures: this listing asks none."""
GAP = 1e-6
SAME = 1e-7
"""Relative difference of values that is rounding."""
SECOND_EDITION = 6
"""Of the seed's own stream of those fields."""
WHOLE = 2
"""Companies with all of them."""


@dataclass(frozen=True)
class Word:
    """How a company ended, and what is wrong with that; empty where nothing is."""

    seed: int
    status: str
    wrong: str
    fields: tuple[str, ...] = ()
    """Of the second edition, where these were asked for."""


def words(count: int, first: int = 0, *, second_edition: bool = False, whole: bool = False) -> Iterator[Word]:
    """Of so many companies that are small enough; of those with every field if `whole`."""
    found, seed = 0, first
    while found < count:
        if whole:
            word = word_with_fields(seed, least=len(FIELDS))
        elif second_edition:
            word = word_with_fields(seed, least=1 if found < WHOLE else 0)
        else:
            word = word_of(seed)
        seed += 1
        if word is not None:
            found += 1
            yield word


def word_with_fields(seed: int, *, least: int = 0) -> Word | None:
    """The same with fields of the second edition: by chance, or all that there is room for where that is
    `least` or more; named plans are answered too."""
    tree, rng = generated_tree(seed, small=True), np.random.default_rng([seed, SECOND_EDITION])
    fields = tuple((all_of if least else some_of)(rng, tree))
    scenario = valid(tree) if len(fields) >= max(least, 1) else None
    word = None if scenario is None else word_for(scenario, seed)
    if scenario is None or word is None:
        return None
    return replace(word, fields=fields, wrong=word.wrong or _of_named_plans(scenario))


def _of_named_plans(scenario: Scenario) -> str:
    """A named plan of which nothing sensible is said, or that is today's and is not answered as it is."""
    if not scenario.plans:
        return ""
    outcomes = compare(scenario, {"current": scenario.current_plan, **scenario.plans})
    strange = [name for name, one in outcomes.items() if not np.isfinite(one.consistent.revenue)]
    today, again = (outcomes[n].consistent.net if n in outcomes else None for n in ("current", "again"))
    if again is not None and abs(again - today) > SAME * max(1.0, abs(today)):
        return f"today's plan nets {today}, and {again} by its name"
    return f"no revenue under {strange}" if strange else ""


def word_of(seed: int) -> Word | None:
    """None where the company of a seed is refused, or too large."""
    scenario = generated(seed, small=True)
    return None if scenario is None else word_for(scenario, seed)


def word_for(scenario: Scenario, seed: int) -> Word | None:
    """The same of any company; odd seeds are solved as if its plans were too many to judge them all."""
    if (listed := every_payment(scenario)) is None:
        return None
    try:
        cal = calibrate(scenario)
        space = plan_space(cal, measure(cal).controllability)
        if seed % 2:
            with patch.object(SolveState, "every", None):
                solution = solve(scenario, Options(gap=GAP))
        else:
            solution = solve(scenario, Options(gap=GAP))
    except CalibrationError:
        return None
    batch = evaluate_batch(cal, space, listed)
    left = [r.plan.euros(scenario) for r in solution.certificate.rejected]
    stay = np.array([not any(np.allclose(e, plan) for plan in left) for e in listed])
    sane = batch.kept & stay & ~batch.consistent.starved.any(axis=1)
    return Word(seed, solution.status, _wrong(solution, batch.value, batch.kept, sane))


def _wrong(solution: Solution, value: np.ndarray, kept: np.ndarray, sane: np.ndarray) -> str:
    """A word that all plans do not allow."""
    best = float(value[sane].max(initial=-np.inf))
    mine = solution.certificate.objective
    if solution.status in ("infeasible", "no_equilibrium") and kept.any():
        return f"{solution.status}, and {int(kept.sum())} plans keep the rules"
    if solution.status == "imposed" and kept.sum() != 1:
        return f"imposed, and {int(kept.sum())} plans keep the rules"
    if solution.status == "optimal" and mine < best - (GAP + SAME) * max(1.0, abs(best)):
        return f"optimal at {mine}, and a plan brings {best}"
    if solution.chosen is not None and solution.status != "error" and not kept.any():
        return "a plan, though none keeps the rules"
    top = float(value[kept].max(initial=-np.inf))
    if solution.chosen is not None and mine > top + SAME * max(1.0, abs(top)):
        return f"{mine} is more than any plan that keeps the rules brings ({top})"
    return (
        f"error: {[c.name for c in solution.certificate.checks if not c.ok]}"
        if solution.status == "error"
        else ""
    )


def every_payment(scenario: Scenario) -> np.ndarray | None:
    """Euros (S, I, K) of every way to pay whole steps on the measures; None where these are too many."""
    rows = [_of_team(scenario, name) for name in scenario.teams]
    if prod(map(len, rows)) > MOST:
        return None
    return np.array([np.stack(some) for some in product(*rows)])


def _of_team(scenario: Scenario, name: str) -> list[np.ndarray]:
    """Euros (K,) of one team; more than MOST rows are not listed to the end."""
    kpis, pay, step = (
        list(scenario.kpis),
        scenario.teams[name].target_pay,
        scenario.rules.weights.step_of(name),
    )
    size, totals = (pay * step, [round(1 / step)]) if isinstance(pay, float) else _amounts(pay, step)
    mine = [kpis.index(k) for k in scenario.rules.measures.get(name, kpis)]
    rows = []
    for total in totals if size else ():
        for counts in islice(_ways(total, len(mine)), MOST + 1):
            row = np.zeros(len(kpis))
            row[mine] = np.array(counts) * size
            rows.append(row)
    return rows or [np.zeros(len(kpis))]


def _amounts(pay: Any, step: float) -> tuple[float, list[int]]:
    size = pay.step or step * pay.max
    every = range(round(pay.max / size) + 1)
    return size, [n for n in every if pay.min - 1e-9 <= n * size <= pay.max + 1e-9]


def _ways(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Whole numbers from 0 that add up to a total."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in _ways(total - first, parts - 1))


def summary(ended: Sequence[Word], first: int) -> str:
    """What was looked at, how it ended, and how many words are wrong."""
    statuses = ", ".join(f"{status} {n}" for status, n in Counter(w.status for w in ended).most_common())
    wrong = sum(bool(word.wrong) for word in ended)
    last = ended[-1].seed if ended else first
    return (
        f"{len(ended)} companies of seeds {first} to {last}: {statuses}; {wrong} better than all plans allow"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--second-edition", action="store_true", help="with fields of the second edition")
    parser.add_argument("--whole", action="store_true", help="with every one of these fields")
    asked = parser.parse_args()
    ended = []
    for word in words(asked.count, asked.first, second_edition=asked.second_edition, whole=asked.whole):
        ended.append(word)
        if word.wrong:
            print(f"seed {word.seed}: {word.wrong}", flush=True)
    print(summary(ended, asked.first))
    if asked.second_edition or asked.whole:
        counts = Counter(field for word in ended for field in word.fields).most_common()
        print("fields: " + ", ".join(f"{field} {n}" for field, n in counts))
    return 1 if any(w.wrong for w in ended) else 0


if __name__ == "__main__":
    sys.exit(main())
