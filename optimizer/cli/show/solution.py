"""A solution for people at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from optimizer.arrays import rounded
from optimizer.cli.show.against_today import against_today, amount, of_surplus, today_of
from optimizer.cli.show.results import amounts, unpriced_words
from optimizer.cli.show.robust import show_guarantees, show_robustness
from optimizer.cli.show.terminal import money as _money
from optimizer.cli.show.terminal import period, words_of
from optimizer.cli.show.terminal import row as _row
from optimizer.cli.show.terminal import show as _print
from optimizer.cli.show.terminal import table as _table
from optimizer.explanation.comparison import better_outside
from optimizer.plans.plan_changes import TeamChange, curve_named, team_changes
from optimizer.plans.warnings import extrapolated
from optimizer.scenario.plan import IN_FORCE
from optimizer.tables.certificate import CONFLICT, conflict_rows
from reports.words.sentences import way_out

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation
    from optimizer.scenario.types import Scenario
    from optimizer.solver.solution import Chosen, Conflict, Solution


WHOLE = 1e9
"""Below, a whole number has all its digits."""
OUTSIDE = "its steps, pay, curves or targets are none of those that the rules leave to choose from"


def show_solution(explanation: Explanation, folder: Path) -> None:
    """The plan, what it brings, the certificate, and where everything is."""
    solution = explanation.solution
    _print(Text(f"status: {solution.status}", style="bold"))
    if drafted := len(solution.problem.scenario.placeholders):
        said = words_of(solution.problem.scenario).count("decision.draft", drafted)
        _print(Text(f"DRAFT: {said} No plan document is written.", style="bold"))
    if solution.status in ("infeasible", "not_found", "imposed"):
        _print(Text(f"{words_of(solution.problem.scenario).name('status', solution.status, 200)}."))
    if solution.conflict is not None:
        _show_conflict(solution, solution.conflict)
    if solution.chosen is not None:
        _show_plan(solution, solution.chosen)
        _show_outside(explanation)
    if solution.asked.combinations:
        _show_combinations(solution)
    if solution.certificate.rejected:
        _show_rejected(solution)
    if solution.asked.alternatives:
        _show_alternatives(solution)
    if solution.asked.robustness is not None:
        show_robustness(solution)
    show_guarantees(solution)
    _print(*map(Text, unpriced_words(solution.unpriced)))
    _show_extrapolated(solution)
    if solution.certificate.checks:
        checks = _table("Certificate", ["check", "kept", "value", "limit", "what"], words=("what",))
        for c in solution.certificate.checks:
            _row(checks, c.name, "yes" if c.ok else "NO", _short(c.value), _short(c.limit), c.detail)
        _print(checks)
    _print(Text(f"run folder: {folder}"))


def _short(value: float) -> str:
    """A whole number as it is, another to three digits."""
    return f"{value:,.0f}" if value == round(value) and abs(value) < WHOLE else f"{value:.3g}"


def _show_outside(explanation: Explanation) -> None:
    """Known plans that bring more, keep every rule, and are none of those to choose from."""
    objective, plans = explanation.cal.scenario.rules.objective, explanation.plans
    for plan in better_outside(explanation.solution, plans):
        value, ours = (
            amount(at.cal.scenario, at.consistent, objective)
            for at in (plan.evaluation, plans[-1].evaluation)
        )
        told = f"{objective} {value:,.2f}, {rounded(value - ours):,.2f} more than the plan above"
        _print(Text(f"warning: {plan.name} keeps every rule and brings more: {told}; {OUTSIDE}"))


def _show_extrapolated(solution: Solution) -> None:
    """Volumes far from today's: no figure of the file was observed there."""
    if solution.chosen is None:
        return
    for far in extrapolated(solution.problem.cal, solution.chosen.consistent.x):
        change = far.recommended / far.current - 1
        moved = f"{far.activity} goes from {far.current:,.4g} to {far.recommended:,.4g} ({change:+.0%})"
        _print(Text(f"warning: {moved}, further than anything observed (half of today's volume)"))


def _show_plan(solution: Solution, chosen: Chosen) -> None:
    scenario, plan, at = solution.problem.scenario, chosen.plan, chosen.consistent
    table = _table("Plan", ["team", "target pay", "weights", "today"], words=("weights", "today"))
    changes = team_changes(scenario, (solution.problem.cal.current, IN_FORCE), chosen.paid)
    for change, (team, weights) in zip(changes, plan.weights.items(), strict=True):
        words = _weights(weights)
        words += f" (curve: {plan.curves[team]})" if team in plan.curves else ""
        _row(table, team, f"{plan.target_pay[team]:,.0f}", words, _todays(scenario, team, weights, change))
    today = today_of(solution.problem.cal)
    _print(Text(against_today(scenario, today, at), style="bold"))
    money = _table(
        f"{scenario.currency} per {period(scenario.period)}, once people have learnt",
        ["", "today", "plan", "change"],
    )
    before, after = amounts(solution.problem.cal, today), amounts(solution.problem.cal, at)
    for name in before:
        apart = rounded(after[name] - before[name])
        _row(money, name, _money(before[name]), _money(after[name]), f"{apart:+,.2f}")
    known = solution.certificate
    gap = f"objective {known.objective:,.2f}, bound {known.bound:,.2f}, gap {known.gap:.2e}"
    _print(table, money, *of_surplus(scenario), Text(gap))


def _todays(scenario: Scenario, team: str, paid: Mapping[str, float], change: TeamChange) -> str:
    """Weights of the plan in force; its pay and its curve where the plan changes them."""
    words = _weights({k: w for k, w in scenario.current_plan.get(team, {}).items() if w})
    words += f" of {scenario.teams[team].current_pay:,.0f}" if change.pay else ""
    curve = curve_named(scenario, team, list(paid), IN_FORCE) or "as written on the team and its KPIs"
    return words + (f" (curve: {curve})" if change.curve else "")


def _weights(of_team: Mapping[str, float]) -> str:
    return ", ".join(f"{kpi} {weight:.0%}" for kpi, weight in of_team.items())


def _show_combinations(solution: Solution) -> None:
    """Every choice of curves, the best marked."""
    table = _table("Choices of curves", ["curves", "status", solution.problem.scenario.rules.objective, ""])
    for c in solution.asked.combinations:
        names = ", ".join(f"{team}: {name}" for team, name in c.curves.items())
        value = _money(c.objective) if np.isfinite(c.objective) else "–"
        best = solution.chosen is not None and c.curves == solution.chosen.plan.curves
        _row(table, names, c.status, value, "chosen" if best else "")
    _print(table)


def _show_rejected(solution: Solution) -> None:
    """Plans that looked better, but that people would leave."""
    _print(Text("Passed over: better on paper, but people would not stay there", style="bold"))
    for r in solution.certificate.rejected:
        _print(Text(f"  {_money(r.value)}: {'; '.join(d.words for d in r.deviations)}"))
        for team, mine in r.plan.weights.items():
            _print(Text(f"    {team}: {_weights(mine)}", style="dim"))


def _show_alternatives(solution: Solution) -> None:
    table = _table(
        "Best plans that differ by more than one step somewhere"
        + (", all under the curves chosen" if not solution.problem.space.terms.as_today else ""),
        ["rank", "plan", "value", "behind", "proven"],
        words=("plan",),
    )
    for rank, a in enumerate(solution.asked.alternatives, 1):
        weights = "\n".join(
            f"{team}: {_weights(mine)}"
            + (f" of {a.plan.target_pay[team]:,.0f}" if _pay_varies(solution) else "")
            for team, mine in a.plan.weights.items()
        )
        behind = solution.certificate.objective - a.value
        _row(table, str(rank), weights, _money(a.value), _money(behind), "yes" if a.proven else "NO")
    _print(table)


def _pay_varies(solution: Solution) -> bool:
    """Target pay is a decision for some team."""
    space = solution.problem.space
    return bool((space.least < space.most).any())


def _show_conflict(solution: Solution, conflict: Conflict) -> None:
    """In the words of the report."""
    if conflict.rules:
        certain = solution.status == "infeasible"
        where = "These rules conflict" if certain else "At these beliefs these conflict"
        _print(Text(f"{where}: {', '.join(conflict.rules)}"))
    rows = CONFLICT.frame(conflict_rows(solution))
    if len(rows) and (rows["by"] > 0).any():
        _print(Text(way_out(words_of(solution.problem.scenario), rows)))
