"""Results for people at a terminal: rich tables on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from optimizer.arrays import Floats, rounded
from optimizer.cli.show.against_today import against_today, net_falls, of_surplus, today_of
from optimizer.cli.show.side_effects import pay_at_mercy, side_effects
from optimizer.cli.show.terminal import money as _money
from optimizer.cli.show.terminal import period, words_of
from optimizer.cli.show.terminal import row as _row
from optimizer.cli.show.terminal import share as _share
from optimizer.cli.show.terminal import show as _print
from optimizer.cli.show.terminal import table as _table
from optimizer.cli.show.terminal import units as _units
from optimizer.plans.budget_lines import BudgetLine
from optimizer.plans.evaluation import Evaluation, Influence
from optimizer.response.beliefs import DENOMINATOR_FLOOR
from optimizer.response.booking import book, booked_money
from optimizer.response.calibration import Calibrated, pay_per_unit
from optimizer.response.long_run import long_runs
from optimizer.response.outcome import Outcome
from optimizer.response.pay_response import pay_responses
from optimizer.scenario.plan import plans_in
from optimizer.scenario.types import Scenario
from optimizer.tables.frontier import frontier_rows

if TYPE_CHECKING:
    from optimizer.explanation.frontier import FrontierPoint

NOTHING = 1e-9
"""Share of all variable pay that is none."""
COMPARED = ("gross_value", "direct_costs", "revenue", "gross_pay", "charges", "loaded_pay", "net")
"""Amounts of plans side by side."""


def baseline_in_words(cal: Calibrated) -> str:
    """The calibrated baseline, sentence by sentence."""
    network, scenario, answers = cal.network, cal.scenario, pay_responses(cal)
    lines = [
        f"{scenario.name}: {len(scenario.activities)} activities of {len(network.teams)} teams calibrated."
    ]
    for i, team in enumerate(network.teams):
        answer, limit = answers[i], network.hours[i]
        booked = "hours unlimited"
        if np.isfinite(limit):
            booked = f"{1 - answer.unbooked:.0%} of {limit:,.0f} hours are booked"
        lines.append(
            f"  {team}: {booked}; an hour is worth {_small(cal.hour_price[i])} {scenario.currency}; "
            f"target pay {_whole(cal.current[i].sum())} {scenario.currency}."
        )
        if answer.kpi and np.isfinite(answer.booked_hours):
            lines.append(
                f"    10 % more pay on what it is paid for: booked hours {_signed(answer.booked_hours)}, "
                f"{answer.kpi} {_signed(answer.score)} at first."
            )
    per_unit = pay_per_unit(cal)
    for n, stage in enumerate(network.stages):
        if network.owner[n] >= 0:
            owner, units = network.teams[network.owner[n]], network.stage_inflow(network.baseline)[n]
            arrive = f"{_units(units)} units a {period(scenario.period)}"
            lines.append(f"  {stage}: {arrive}; one more {_pays(cal, n, float(per_unit[n]), owner)}.")
    return "\n".join(lines)


def _small(value: float) -> str:
    """Cents; more digits where cents would show nothing."""
    return f"{value:,.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"


def _whole(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1 or value == 0 else _small(value)


def _pays(cal: Calibrated, stage: int, change: float, owner: str) -> str:
    """What a unit that enters a stage does to its owner's expected variable pay, worked as today."""
    written = f"{_small(abs(change))} {cal.scenario.currency}"
    inflow = cal.network.stage_inflow(cal.network.baseline)[stage]
    if abs(change) * max(1.0, inflow) <= NOTHING * cal.current.sum():
        return f"leaves the variable pay of {owner} as it is"
    return (
        f"adds {written} to the variable pay of {owner}" if change > 0 else f"costs {owner} {written} of it"
    )


def amounts(cal: Calibrated, outcome: Outcome) -> dict[str, float]:
    """Always value, direct costs, payouts and net, as booked (docs/money.md); what surplus is made of where
    it is the objective."""
    shown = vars(booked_money(cal.scenario, outcome))
    parts = ("effort_cost", "risk_premium", "surplus")
    surplus = parts if cal.scenario.rules.objective == "surplus" else ()
    return shown | {name: getattr(outcome, name) for name in surplus}


def show_evaluation(evaluation: Evaluation) -> None:
    """Money, KPIs and activities: today, next quarter, once learnt."""
    cal, network = evaluation.cal, evaluation.cal.network
    first, learnt = evaluation.first_response, evaluation.consistent
    money = _table(
        f"Money ({cal.scenario.currency} per {period(cal.scenario.period)})",
        ["", "today", "first response", "consistent"],
    )
    today = today_of(cal)
    each = [amounts(cal, at) for at in (today, first, learnt)]
    for name in each[0]:
        _row(money, name, *(_money(at[name]) for at in each))
    pay = _payouts(evaluation)
    score = _table("Attainment", ["KPI", "first response", "consistent"])
    for k, kpi in enumerate(network.kpis):
        _row(score, kpi, _share(first.score[k]), _share(learnt.score[k]))
    _print(money, *of_surplus(cal.scenario), Text(against_today(cal.scenario, today, learnt)))
    _print(pay, score, _activities(cal, first.x, learnt.x))
    if evaluation.fixed_targets is not None:
        _print(_ratchet(evaluation, evaluation.fixed_targets))
    for deviation in evaluation.deviations:
        _print(Text(f"warning: people would not stay at the consistent answer: {deviation.words}"))
    _print(*doubts(evaluation))


def unpriced_words(kpis: Sequence[str], plan: str = "") -> Iterator[str]:
    """What pay that hangs on another KPI, or such a KPI itself, invites to move, and no figure has."""
    for kpi in kpis:
        yield (
            f"warning: {plan + ': ' if plan else ''}{kpi} has timing and hangs on another KPI, or another on "
            f"it: what moving its results pays and loses is in none of these figures, only in simulate"
        )


def doubts(evaluation: Evaluation, plan: str = "") -> Iterator[Text]:
    """What takes the ground from under a plan's figures, and what of them are results that are only moved."""
    start = f"warning: {plan}: " if plan else "warning: "
    at, scenario = evaluation.consistent, evaluation.cal.scenario
    if at.moved_pay or at.moved_value:
        names = evaluation.cal.network.kpis
        kpis = ", ".join(names[run.kpi] for run in long_runs(evaluation.cal))
        text = (
            f"{plan + ': ' if plan else ''}of loaded pay, {_money(at.moved_pay)} {scenario.currency} is for "
            f"results moved over the ends of {period(scenario.period)}s ({kpis}), which changes gross by "
            f"{at.moved_value:+,.2f}"
        )
        yield Text(text)
    if not evaluation.consistent.converged:
        text = "people's beliefs do not come to agree with what happens: these figures are no equilibrium"
        yield Text(start + text)
    yield from map(Text, unpriced_words(evaluation.unpriced, plan))
    for kpi in evaluation.starved:
        text = f"{kpi} is paid, and what it is divided by all but vanishes: pay is as if"
        yield Text(f"{start}{text} {DENOMINATOR_FLOOR:.0%} of today's were left; no plan to sign")


def _payouts(evaluation: Evaluation) -> Table:
    """What every team is paid, to the cent: gross next period, and all once people have learnt."""
    scenario, learnt = evaluation.cal.scenario, evaluation.consistent
    first, booked = book(scenario, evaluation.first_response.pay), book(scenario, learnt.pay)
    heads = ["team", "gross, first response", "gross", "charges", "loaded", "gross of target"]
    table = _table("Payouts (consistent, but for the first column)", heads)
    for i, team in enumerate(evaluation.cal.network.teams):
        target, mine = float(evaluation.euros[i].sum()), booked.of(i)
        share = _share(learnt.pay[i] / target) if target else "–"
        parts = (first.pay[i], mine.pay, mine.charges, mine.loaded)
        _row(table, team, *(_money(float(part)) for part in parts), share)
    return table


def _ratchet(evaluation: Evaluation, fixed: Outcome) -> Table:
    """What targets that follow results take from the incentive."""
    cal, scenario = evaluation.cal, evaluation.cal.scenario
    title = f"Targets issued anew ({scenario.currency} per {period(scenario.period)})"
    table = _table(title, ["", "fixed targets", "issued anew", "change"])
    before, after = amounts(cal, fixed), amounts(cal, evaluation.consistent)
    for name in before:
        change = rounded(after[name] - before[name])
        _row(table, name, _money(before[name]), _money(after[name]), f"{change:+,.2f}")
    return table


def _activities(cal: Calibrated, first: Floats, learnt: Floats) -> Table:
    table = _table("Activities (units)", ["activity", "baseline", "first response", "consistent", "change"])
    for a, name in enumerate(cal.network.activities):
        base = cal.network.baseline[a]
        change = f"{learnt[a] / base - 1:+.1%}" if base > 0 else "–"
        label = f"{name} (gaming)" if cal.network.gaming[a] else name
        _row(table, label, *map(_units, (base, first[a], learnt[a])), change)
    return table


def show_comparison(scenario: Scenario, plans: Mapping[str, Evaluation]) -> None:
    """One row per plan, at consistent beliefs."""
    columns = ["plan", *(name.replace("_", " ") for name in COMPARED), "breaks"]
    table = _table(
        f"Plans ({scenario.currency} per {period(scenario.period)}, once people have learnt)",
        columns,
        words=("breaks",),
    )
    for name, plan in plans.items():
        money = vars(booked_money(scenario, plan.consistent))
        broken = ", ".join(r.name for r in plan.broken_rules) or "nothing"
        _row(table, _called(scenario, name), *(f"{rounded(money[m], 0):,.0f}" for m in COMPARED), broken)
    _print(table, *(doubt for name, plan in plans.items() for doubt in doubts(plan, name)))
    _print(side_effects(scenario, plans))
    losses = list(_losses_of_net(scenario, plans))
    _print(*losses, *(of_surplus(scenario) if losses else ()))


def _called(scenario: Scenario, plan: str) -> str:
    """The name that is typed, with the label of a plan of the scenario that has one."""
    label = plans_in(scenario)[plan].label if plan in scenario.plans else None
    return plan if label is None else f"{plan} ({label.en})"


def _losses_of_net(scenario: Scenario, plans: Mapping[str, Evaluation]) -> Iterator[Text]:
    """Plans that bring more than today's and leave less."""
    for name, plan in plans.items():
        today = today_of(plan.cal)
        if net_falls(scenario, today, plan.consistent):
            yield Text(f"{_called(scenario, name)} {against_today(scenario, today, plan.consistent)}")


def show_influence(influence: Influence) -> None:
    """Controllability and exposure matrices, congruence per team."""
    network = influence.cal.network
    control = _table("Controllability (lag in periods)", ["KPI", *network.teams])
    exposed = _table(
        "Exposure: how far a team can sink the KPI for 0.5 % of its target pay", ["KPI", *network.teams]
    )
    for k, kpi in enumerate(network.kpis):
        cells = [
            f"{_share(c)}" + (f" ({lag:.1f})" if np.isfinite(lag) else "")
            for c, lag in zip(influence.controllability[:, k], influence.lag[:, k], strict=True)
        ]
        _row(control, kpi, *cells)
        _row(exposed, kpi, *(_share(d) for d in influence.exposure[k]))
    pulls = _table("Congruence: does pay pull where value is?", ["team", "cosine"])
    for team, cosine in zip(network.teams, influence.congruence, strict=True):
        _row(pulls, team, f"{cosine:.2f}" if np.isfinite(cosine) else "–")
    more = _table(
        "10 % more variable pay on all that a team is paid for, at first",
        ["team", "booked hours", "KPI", "change"],
    )
    for answer in pay_responses(influence.cal):
        changes = (_signed(answer.booked_hours), answer.kpi or "–", _signed(answer.score))
        _row(more, answer.team, *changes)
    _print(control, exposed, pay_at_mercy(influence), pulls, more)


def _signed(share: float) -> str:
    return f"{share:+.1%}" if np.isfinite(share) else "–"


def show_budget(at: Evaluation, lines: tuple[BudgetLine, ...]) -> None:
    """Every budget line to the cent: what is paid, the limit, and whether it holds."""
    scenario = at.cal.scenario
    kept = scenario.rules.budget.reserve > 0
    heads = ["line", "gross", "charges", "loaded", *(["reserve"] * kept), "limit", "basis", "left", "holds"]
    table = _table(f"Budget ({scenario.currency} per {period(scenario.period)})", heads)
    for line in lines:
        amounts = (line.gross, line.charges, _loaded(line), *([line.reserve] * kept), line.limit)
        holds = "–" if line.limit is None else "yes" if line.kept else "NO"
        basis = "–" if line.limit is None else line.basis
        _row(table, line.name, *map(_if_known, amounts), basis, _if_known(line.slack), holds)
    _print(table, *map(Text, _in_words(lines)), *doubts(at))


def _loaded(line: BudgetLine) -> float | None:
    """Of lines about bad cases too, which have no parts; the reserve is in these only."""
    return line.booked if line.basis == "loaded" and line.loaded is None else line.loaded


def _if_known(amount: float | None) -> str:
    return "–" if amount is None else _money(amount)


def _in_words(lines: tuple[BudgetLine, ...]) -> Iterator[str]:
    """What exceeds its limit by how much; what a line that holds on a sample comes to on a larger one."""
    for line in lines:
        if not line.kept:
            yield f"FAILED: {line.name} by {_money(-(line.slack or 0.0))}"
    for line in lines:
        if line.elsewhere is not None:
            value, error = _money(line.elsewhere), _money(line.standard_error or 0.0)
            yield f"{line.name} on a larger sample: {value}, standard error {error}"


def show_frontier(scenario: Scenario, points: tuple[FrontierPoint, ...]) -> None:
    """One row per limit, loosest last; the scenario's own is marked."""
    from reports.board.limits import state_of

    over = points[0].over
    paid = ("gross pay", "charges", "loaded pay")
    columns = [over, "status", scenario.rules.objective, "gain", *paid, "net change", "gaming hours"]
    table = _table(f"Best plans by limit ({scenario.currency} per {period(scenario.period)})", columns)
    words, rows = words_of(scenario), list(frontier_rows(points))
    for point, line in zip(points, rows, strict=True):
        limit = f"{point.limit:,.0f}" if over == "budget" else f"{point.limit:.1%}"
        optimum = point.optimum
        parts = (optimum.gross_pay, optimum.charges, optimum.loaded_pay)
        money = (optimum.value, point.gain, *parts, point.net_change, optimum.gaming_hours)
        shown = (f"{m:,.0f}" if np.isfinite(m) else "–" for m in money)
        late = np.isfinite(optimum.undecided_after)
        status = state_of(words, line) if late else optimum.status
        _row(table, f"{limit} *" if point.is_own else limit, status, *shown)
    _print(table, *([Text("* the scenario's own limit")] if any(p.is_own for p in points) else []))
    _print(*of_surplus(scenario))
