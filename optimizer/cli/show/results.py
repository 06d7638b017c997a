"""Results for people at a terminal: rich tables on stdout, progress on stderr."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimizer.arrays import Floats
from optimizer.cli.show.robust import show_guarantees, show_robustness
from optimizer.cli.show.terminal import money as _money
from optimizer.cli.show.terminal import row as _row
from optimizer.cli.show.terminal import share as _share
from optimizer.cli.show.terminal import show as _print
from optimizer.cli.show.terminal import table as _table
from optimizer.plans.evaluation import BudgetLine, Compared, Evaluation, Influence
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome, evaluate_plans
from optimizer.scenario.types import Scenario
from optimizer.tables.labels import STATUSES

if TYPE_CHECKING:
    from optimizer.explanation.frontier import FrontierPoint
    from optimizer.solver.solution import Conflict, Solution
    from optimizer.solver.state import Event

QUIET_SECONDS = 10.0
"""Without a terminal, progress is a plain line at most this often."""


LASTING = ("round", "interrupted")
"""Phases of a solve that stay on the screen and in the log."""


class Narrator:
    """Says on stderr what goes on: one live line in a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("reading") if self._console.is_terminal else None
        self._last = time.monotonic()

    def __enter__(self) -> Narrator:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, event: Event) -> None:
        """Show an event of the solver."""
        if event.progress is None:
            self.say(f"{event.phase}: {event.text}", lasting=event.phase in LASTING)
            return
        known = event.progress
        best = f"best {known.incumbent:,.0f}" if np.isfinite(known.incumbent) else "no plan yet"
        bound = f"bound {known.bound:,.0f}" if np.isfinite(known.bound) else "no bound yet"
        gap = f", gap {known.gap:.2%}" if np.isfinite(known.gap) else ""
        self.say(f"{event.phase}: {best}, {bound}{gap} ({known.seconds:.0f} s)", lasting=False)

    def tell_share(self, what: str, done: int, of: int) -> None:
        """Show how many of the jobs of one kind are done."""
        self.say(f"{what}: {done} of {of}", lasting=False)

    def say(self, text: str, *, lasting: bool = True) -> None:
        """Keep a lasting line; show a passing one while it is true."""
        if lasting:
            self.lines.append(text)
        if self._status is not None:
            self._status.update(Text(text))
            if lasting:
                self._console.print(Text(text))
        elif lasting or time.monotonic() - self._last > QUIET_SECONDS:
            self._last = time.monotonic()
            self._console.print(Text(text))


def baseline_in_words(cal: Calibrated) -> str:
    """The calibrated baseline, sentence by sentence."""
    network, scenario = cal.network, cal.scenario
    lines = [
        f"{scenario.name}: {len(scenario.activities)} activities of {len(network.teams)} teams calibrated."
    ]
    for i, team in enumerate(network.teams):
        mine = np.flatnonzero((network.team == i) & network.explicit)
        hours = float((network.unit_hours * network.baseline)[mine].sum())
        limit = network.hours[i]
        booked = (
            f"{hours / limit:.0%} of {limit:,.0f} hours are booked"
            if np.isfinite(limit)
            else "hours unlimited"
        )
        lines.append(
            f"  {team}: {booked}; an hour is worth {cal.hour_price[i]:,.2f} {scenario.currency}; "
            f"target pay {cal.current[i].sum():,.0f} {scenario.currency}."
        )
    for n, stage in enumerate(network.stages):
        if network.owner[n] >= 0:
            price = cal.beliefs.price[0, n]
            lines.append(
                f"  {stage}: {network.stage_inflow(network.baseline)[n]:,.1f} units a {scenario.period}, "
                f"each worth {price:,.2f} {scenario.currency} to {network.teams[network.owner[n]]}."
            )
    return "\n".join(lines)


def _amounts(scenario: Scenario) -> tuple[str, ...]:
    """Always revenue, direct costs, payouts and net; what surplus is made of where it is the objective."""
    always = ("gross", "direct_costs", "revenue", "loaded_pay", "net")
    parts = ("effort_cost", "risk_premium", "surplus")
    return always + parts if scenario.rules.objective == "surplus" else always


def show_evaluation(found: Evaluation) -> None:
    """Money, KPIs and activities: today, next quarter, once learnt."""
    cal, network = found.cal, found.cal.network
    first, then = found.first_response, found.consistent
    money = _table(
        f"Money ({cal.scenario.currency} per {cal.scenario.period})", ["", "first response", "consistent"]
    )
    for name in _amounts(cal.scenario):
        _row(money, name, _money(getattr(first, name)[0]), _money(getattr(then, name)[0]))
    pay = _table("Payouts before charges", ["team", "first response", "consistent", "of target"])
    for i, team in enumerate(network.teams):
        target = found.plan.target_pay[team]
        share = _share(then.pay[0, i] / target) if target else "–"
        _row(pay, team, _money(first.pay[0, i]), _money(then.pay[0, i]), share)
    score = _table("Attainment", ["KPI", "first response", "consistent"])
    for k, kpi in enumerate(network.kpis):
        _row(score, kpi, _share(first.score[0, k]), _share(then.score[0, k]))
    _print(money, pay, score, _activities(cal, first.x[0], then.x[0]))
    if found.fixed_targets is not None:
        _print(_ratchet(found, found.fixed_targets))
    for deviation in found.deviations:
        _print(Text(f"warning: people would not stay at the consistent answer: {deviation.words}"))


def _ratchet(found: Evaluation, fixed: Outcome) -> Table:
    """What targets that follow results take from the incentive."""
    title = f"Targets issued anew ({found.cal.scenario.currency} per {found.cal.scenario.period})"
    table = _table(title, ["", "fixed targets", "issued anew", "change"])
    for name in _amounts(found.cal.scenario):
        before, after = float(getattr(fixed, name)[0]), float(getattr(found.consistent, name)[0])
        _row(table, name, _money(before), _money(after), f"{after - before:+,.2f}")
    return table


def _activities(cal: Calibrated, first: Floats, then: Floats) -> Table:
    table = _table("Activities (units)", ["activity", "baseline", "first response", "consistent", "change"])
    for a, name in enumerate(cal.network.activities):
        base = cal.network.baseline[a]
        change = f"{then[a] / base - 1:+.1%}" if base > 0 else "–"
        label = f"{name} (gaming)" if cal.network.gaming[a] else name
        _row(table, label, f"{base:,.1f}", f"{first[a]:,.1f}", f"{then[a]:,.1f}", change)
    return table


def show_comparison(scenario: Scenario, plans: dict[str, Compared]) -> None:
    """One row per plan, at consistent beliefs."""
    columns = ["plan", "gross", "direct costs", "revenue", "loaded pay", "net", "breaks"]
    table = _table(
        f"Plans ({scenario.currency} per {scenario.period}, once people have learnt)",
        columns,
        words=("breaks",),
    )
    for name, plan in plans.items():
        at = plan.consistent
        money = (at.gross, at.direct_costs, at.revenue, at.loaded_pay, at.net)
        broken = ", ".join(r.rule for r in plan.broken_rules) or "nothing"
        _row(table, name, *(f"{m[0]:,.0f}" for m in money), broken)
    _print(table)


def show_influence(found: Influence) -> None:
    """Controllability and exposure matrices, congruence per team."""
    network = found.cal.network
    control = _table("Controllability (lag in periods)", ["KPI", *network.teams])
    exposed = _table(
        "Exposure: how far a team can sink the KPI for 0.5 % of its target pay", ["KPI", *network.teams]
    )
    for k, kpi in enumerate(network.kpis):
        cells = [
            f"{_share(c)}" + (f" ({lag:.1f})" if np.isfinite(lag) else "")
            for c, lag in zip(found.controllability[:, k], found.lag[:, k], strict=True)
        ]
        _row(control, kpi, *cells)
        _row(exposed, kpi, *(_share(d) for d in found.exposure[k]))
    pulls = _table("Congruence: does pay pull where value is?", ["team", "cosine"])
    for team, cosine in zip(network.teams, found.congruence, strict=True):
        _row(pulls, team, f"{cosine:.2f}" if np.isfinite(cosine) else "–")
    _print(control, exposed, pulls)


def show_budget(scenario: Scenario, lines: tuple[BudgetLine, ...]) -> None:
    """Every budget line to the cent."""
    table = _table(f"Budget ({scenario.currency} per {scenario.period})", ["line", "value", "limit", "slack"])
    for line in lines:
        limit = _money(line.limit) if line.limit is not None else "–"
        _row(
            table, line.name, _money(line.value), limit, _money(line.slack) if line.slack is not None else "–"
        )
    _print(table, *map(Text, map(_elsewhere, (line for line in lines if line.elsewhere is not None))))


def _elsewhere(line: BudgetLine) -> str:
    """What a line that holds on a sample comes to on a larger one."""
    value, error = line.elsewhere or 0.0, line.standard_error or 0.0
    return f"{line.name} on a larger sample: {_money(value)}, standard error {_money(error)}"


def show_frontier(scenario: Scenario, points: tuple[FrontierPoint, ...]) -> None:
    """One row per limit, loosest last; the scenario's own is marked."""
    over = points[0].over
    columns = [over, "status", scenario.rules.objective, "gain", "loaded pay", "gaming hours"]
    table = _table(f"Best plans by limit ({scenario.currency} per {scenario.period})", columns)
    for point in points:
        limit = f"{point.limit:,.0f}" if over == "budget" else f"{point.limit:.1%}"
        best = point.best
        money = (best.value, point.gain, best.loaded_pay, best.gaming_hours)
        shown = (f"{m:,.0f}" if np.isfinite(m) else "–" for m in money)
        _row(table, f"{limit} *" if point.here else limit, best.status, *shown)
    _print(table, *([Text("* the scenario's own limit")] if any(p.here for p in points) else []))


def show_solution(solution: Solution, folder: Path) -> None:
    """The plan, what it brings, the certificate, and where everything is."""
    _print(Text(f"status: {solution.status}", style="bold"))
    if solution.status == "infeasible":
        _print(Text(f"{STATUSES['unproven' if solution.unproven else 'infeasible'].en}."))
    if solution.conflict is not None:
        _show_conflict(solution.conflict)
    if solution.plan is not None and solution.consistent is not None:
        _show_plan(solution)
    if solution.combinations:
        _show_combinations(solution)
    if solution.rejected:
        _show_rejected(solution)
    if solution.alternatives:
        _show_alternatives(solution)
    if solution.robustness is not None:
        show_robustness(solution)
    show_guarantees(solution)
    if solution.checks:
        checks = _table("Certificate", ["check", "kept", "value", "limit", "what"], words=("what",))
        for c in solution.checks:
            _row(checks, c.name, "yes" if c.ok else "NO", f"{c.value:.3g}", f"{c.limit:.3g}", c.detail)
        _print(checks)
    _print(Text(f"run folder: {folder}"))


def _show_plan(solution: Solution) -> None:
    assert solution.plan is not None
    assert solution.consistent is not None
    scenario, at = solution.cal.scenario, solution.consistent
    table = _table("Plan", ["team", "target pay", "weights", "today"], words=("weights", "today"))
    for team, weights in solution.plan.weights.items():
        words = _weights(weights)
        words += f" (curve: {solution.plan.curves[team]})" if team in solution.plan.curves else ""
        today = _weights({k: w for k, w in scenario.current_plan.get(team, {}).items() if w})
        _row(table, team, f"{solution.plan.target_pay[team]:,.0f}", words, today)
    now = _today(solution)
    money = _table(
        f"{scenario.currency} per {scenario.period}, once people have learnt", ["", "today", "plan", "change"]
    )
    for name in _amounts(scenario):
        before, after = float(getattr(now, name)[0]), float(getattr(at, name)[0])
        _row(money, name, _money(before), _money(after), f"{after - before:+,.2f}")
    gap = f"objective {solution.objective:,.2f}, bound {solution.bound:,.2f}, gap {solution.gap:.2e}"
    _print(table, money, Text(gap))


def _weights(of_team: Mapping[str, float]) -> str:
    return ", ".join(f"{kpi} {weight:.0%}" for kpi, weight in of_team.items())


def _show_combinations(solution: Solution) -> None:
    """Every choice of curves, the best marked."""
    table = _table("Choices of curves", ["curves", "status", solution.cal.scenario.rules.objective, ""])
    for c in solution.combinations:
        names = ", ".join(f"{team}: {name}" for team, name in c.curves.items())
        value = _money(c.objective) if np.isfinite(c.objective) else "–"
        best = solution.plan is not None and c.curves == solution.plan.curves
        _row(table, names, c.status, value, "chosen" if best else "")
    _print(table)


def _show_rejected(solution: Solution) -> None:
    """Plans that looked better, but that people would leave."""
    _print(Text("Passed over: better on paper, but people would not stay there", style="bold"))
    for r in solution.rejected:
        _print(Text(f"  {_money(r.value)}: {'; '.join(d.words for d in r.deviations)}"))
        for team, mine in r.plan.weights.items():
            _print(Text(f"    {team}: {_weights(mine)}", style="dim"))


def _show_alternatives(solution: Solution) -> None:
    table = _table(
        "Best plans that differ by more than one step somewhere",
        ["rank", "plan", "value", "behind", "proven"],
        words=("plan",),
    )
    for rank, a in enumerate(solution.alternatives, 1):
        weights = "\n".join(
            f"{team}: {_weights(mine)}"
            + (f" of {a.plan.target_pay[team]:,.0f}" if _pay_varies(solution) else "")
            for team, mine in a.plan.weights.items()
        )
        behind = solution.objective - a.value
        _row(table, str(rank), weights, _money(a.value), _money(behind), "yes" if a.proven else "NO")
    _print(table)


def _pay_varies(solution: Solution) -> bool:
    """Target pay is a decision for some team."""
    return bool((solution.space.least < solution.space.most).any())


def _today(solution: Solution) -> Outcome:
    return evaluate_plans(solution.cal.today, solution.cal.current[None])


def _show_conflict(conflict: Conflict) -> None:
    if conflict.rules:
        _print(Text(f"These rules conflict: {', '.join(conflict.rules)}"))
    for relaxation in conflict.cheapest:
        _print(
            Text(f"  cheapest: move {relaxation.rule}, now {relaxation.limit:,.6g}, by {relaxation.by:,.6g}")
        )
