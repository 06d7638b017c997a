"""How plans do when numbers are off, at a terminal."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from rich.text import Text

from optimizer.cli.show.terminal import money, period, row, show, table, words_of
from optimizer.plans.robustness import Robustness
from optimizer.tables.robustness import robustness_rows

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

LONGEST = 1_000
SHOWN = 8
"""Candidates in the table, beside those that must be seen."""
BY = {"mean": "mean value", "cvar": "mean value of the worst 10 % of draws", "regret": "expected regret"}


def show_robustness(solution: Solution) -> None:
    """Candidates in draws, what robustness costs, and how far ahead the recommended plan is."""
    robustness, scenario = solution.asked.robustness, solution.problem.scenario
    if robustness is None or solution.chosen is None:
        return
    money = f"{scenario.currency} per {period(scenario.period)}"
    title = f"If the numbers are off: {len(robustness.values):,} draws ({money})"
    heads = ["", "value", "mean", "worst 10 %", "regret", "best", "> today", "> budget"]
    shown, names = table(title, heads), []
    words, rows = words_of(scenario), list(robustness_rows(solution))
    for number, c in enumerate(_seen(robustness), 1):
        name = words.candidate(rows[c], LONGEST)
        names.append(f"  {number} {name}{' (recommended)' if c == robustness.picked else ''}")
        amounts = (
            robustness.candidates[c].value,
            robustness.mean[c],
            robustness.cvar[c],
            robustness.regret[c],
        )
        shares = (robustness.best[c], robustness.beats_current[c], robustness.breaks_budget[c])
        row(shown, str(number), *(f"{a:,.0f}" for a in amounts), *(_share(s) for s in shares))
    show(shown, *map(Text, (*names, *_words(robustness))))


def show_guarantees(solution: Solution) -> None:
    """Carroll's guarantee of each team of which there is one; the report says why there is none."""
    known = [(g, g.amount) for g in solution.guarantees if g.amount is not None]
    if known:
        lines = [f"  {g.team}: {money(amount)} (share {g.share:.2%})" for g, amount in known]
        show(*map(Text, ("Whatever else a team may find to do, the company keeps at least:", *lines)))


def _seen(robustness: Robustness) -> list[int]:
    """Today's plan, the best at the file's numbers, the recommended, then those that are best most often."""
    first = dict.fromkeys((0, robustness.nominal, robustness.picked, robustness.best_when_bad))
    often = sorted(range(len(robustness.candidates)), key=lambda c: -robustness.best[c])
    return list(dict.fromkeys((*first, *often[:SHOWN])))


def _words(robustness: Robustness) -> list[str]:
    """What was picked and what it costs; draws that did not count."""
    lines = []
    if robustness.criterion is not None:
        what = f"best of {len(robustness.candidates)} candidates by {BY[robustness.criterion]}"
        if robustness.picked == robustness.nominal:
            lines.append(f"robustness costs nothing: the plan best at the stated numbers is also {what}")
        else:
            lines.append(
                f"robustness costs {money(robustness.cost)} at the stated numbers; recommended is the {what}"
            )
    if robustness.runner_up is not None:
        ahead, error = (float(v[robustness.runner_up]) for v in (robustness.behind, robustness.behind_error))
        by = BY[robustness.criterion or "mean"]
        lines.append(f"ahead of the next best by {money(ahead)} of {by} (standard error {money(error)})")
    if robustness.unsettled or robustness.rejected:
        lines.append(
            f"{robustness.rejected} draws gave no valid company and were drawn again; "
            f"{robustness.unsettled} do not count, as beliefs did not settle under every plan"
        )
    return lines


def _share(value: float) -> str:
    return f"{value:.0%}" if isfinite(value) else "–"
