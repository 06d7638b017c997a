"""Tables of what people do, are paid for, and could do to each other (columns in `columns.SCHEMA`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.build import Explanation, by_size_of_change
from optimizer.response.outcome import Outcome, loading
from optimizer.response.pay_knots import named_curve
from optimizer.tables.columns import Row, label_cells, named_cells, ratio
from optimizer.tables.labels import NOBODY, activity_label, label_of
from optimizer.tables.rounding import digits_of

if TYPE_CHECKING:
    from optimizer.scenario.types import Kpi, Scenario
    from optimizer.solver.solution import Solution


def activities_rows(found: Explanation) -> Iterator[Row]:
    cal, network = found.solution.cal, found.solution.cal.network
    now, then = found.now.x[0], _row_of(found.then, len(network.activities))
    first = _row_of(found.solution.first_response, len(network.activities))
    order = by_size_of_change(cal, np.nan_to_num(then - now))
    for i, team in enumerate(network.teams):
        mine = [a for a in order if network.team[a] == i]
        for rank, a in enumerate(mine, 1):
            name, hours = network.activities[a], float(network.unit_hours[a])
            yield {
                "team": team,
                **named_cells("team", label_of(team, cal.scenario.teams)),
                "activity": name,
                **label_cells(activity_label(cal.scenario, name)),
                "gaming": bool(network.gaming[a]),
                "now": float(now[a]),
                "next": float(first[a]),
                "then": float(then[a]),
                "change": float(then[a] - now[a]),
                "hours_now": float(now[a]) * hours,
                "hours_then": float(then[a]) * hours,
                "hours_change": float(then[a] - now[a]) * hours,
                "size": abs(float(then[a] - now[a])) * float(cal.curvature_value[a]),
                "rank": rank,
                "digits": digits_of(now[a], then[a]),
            }


def _row_of(outcome: Any, count: int) -> Floats:
    return np.asarray(outcome.x[0]) if outcome is not None else np.full(count, np.nan)


def teams_rows(found: Explanation) -> Iterator[Row]:
    cal, solution = found.solution.cal, found.solution
    count = len(cal.network.teams)
    euros = solution.euros if solution.euros is not None else np.full_like(cal.current, np.nan)
    pay_then = found.then.pay[0] if found.then is not None else np.full(count, np.nan)
    sides = (("now", cal.current, found.now.pay[0]), ("then", euros, pay_then))
    charge, lag = loading(cal), np.nan_to_num(solution.measures.lag)
    for i, team in enumerate(cal.network.teams):
        row: Row = {"team": team, **label_cells(label_of(team, cal.scenario.teams))}
        row["headcount"] = cal.scenario.teams[team].headcount
        for when, paid, pay in sides:
            target = float(paid[i].sum())
            row[f"target_{when}"], row[f"pay_{when}"] = target, float(pay[i])
            row[f"loaded_{when}"] = float(pay[i] * charge[i])
            row[f"share_{when}"] = ratio(float(pay[i]), target)
            row[f"controllability_{when}"] = ratio(float(paid[i] @ solution.space.controllability[i]), target)
            row[f"lag_{when}"] = ratio(float(paid[i] @ lag[i]), target)
        row["moved"] = solution.euros is not None and not np.allclose(euros[i], cal.current[i], atol=1e-6)
        yield row


def kpis_rows(found: Explanation) -> Iterator[Row]:
    cal = found.solution.cal
    first, then = found.solution.first_response, found.then
    for k, (name, kpi) in enumerate(cal.scenario.kpis.items()):
        yield {
            "kpi": name,
            **label_cells(label_of(name, cal.scenario.kpis)),
            "rate": kpi.is_rate,
            "target": float(cal.targets[k]),
            "noise": kpi.noise,
            "cap": _cap(cal.scenario, kpi),
            "now": float(found.now.score[0, k]),
            "next": float(first.score[0, k]) if first is not None else np.nan,
            "then": float(then.score[0, k]) if then is not None else np.nan,
        }


def _cap(scenario: Scenario, kpi: Kpi) -> float:
    """Attainment above which the KPI's own curve is level."""
    curve = named_curve(scenario, kpi.curve)
    return np.nan if curve is None or curve.cap is None else curve.cap


def gaming_rows(found: Explanation) -> Iterator[Row]:
    network, scenario = found.solution.cal.network, found.solution.cal.scenario
    for line in found.gaming:
        name, team = network.activities[line.activity], network.teams[network.team[line.activity]]
        hours = float(network.unit_hours[line.activity])
        then = line.then if found.then is not None else np.nan
        yield {
            "activity": name,
            **label_cells(activity_label(scenario, name)),
            "team": team,
            **named_cells("team", label_of(team, scenario.teams)),
            "now": line.now,
            "then": then,
            "cap": line.cap,
            "hours_now": line.now * hours,
            "hours_then": then * hours,
            "team_reward": line.team_reward,
            "company_cost": line.company_cost,
            "team_stake": line.team_stake,
            "company_loss": line.company_loss,
            "net_loss": line.net_loss,
            "margin": line.margin,
            "digits": digits_of(line.now, then, line.cap),
        }


def measures_rows(solution: Solution) -> Iterator[Row]:
    cal, found = solution.cal, solution.measures
    scenario = cal.scenario
    for (i, team), (k, kpi) in _grid(cal.network.teams, cal.network.kpis):
        measured = scenario.rules.controllability.override.get(team, {}).get(kpi)
        yield {
            "team": team,
            **named_cells("team", label_of(team, scenario.teams)),
            "kpi": kpi,
            **named_cells("kpi", label_of(kpi, scenario.kpis)),
            "controllability": float(found.controllability[i, k]),
            "swing": float(found.swing[i, k]),
            "lag": float(found.lag[i, k]),
            "measured": measured.source if measured else "",
        }


def exposure_rows(found: Explanation) -> Iterator[Row]:
    cal, falls = found.solution.cal, found.exposure
    scenario = cal.scenario
    for (k, kpi), (j, team) in _grid(cal.network.kpis, cal.network.teams):
        yield {
            "kpi": kpi,
            **named_cells("kpi", label_of(kpi, scenario.kpis)),
            "team": team,
            **named_cells("team", label_of(team, scenario.teams)),
            "now": float(falls[0, k, j]),
            "then": float(falls[1, k, j]) if len(falls) > 1 else np.nan,
        }


def stages_rows(found: Explanation) -> Iterator[Row]:
    """The funnel: what enters every stage, expected over regimes."""
    cal, scenario = found.solution.cal, found.solution.cal.scenario
    now = _entering(found, found.now)
    then = _entering(found, found.then) if found.then is not None else np.full_like(now, np.nan)
    for n, (name, stage) in enumerate(scenario.stages.items()):
        owner = stage.owner or ""
        yield {
            "stage": name,
            **label_cells(label_of(name, scenario.stages)),
            "team": owner,
            **named_cells("team", label_of(owner, scenario.teams) if owner else NOBODY),
            "unit_value": float(cal.network.stage_value[n]),
            "now": float(now[n]),
            "then": float(then[n]),
            "change": float(then[n] - now[n]),
            "change_share": ratio(float(then[n] - now[n]), float(now[n])),
            "digits": digits_of(now[n], then[n]),
        }


def _entering(found: Explanation, outcome: Outcome) -> Floats:
    """Units entering each stage per period, (N,), of the first plan of an outcome."""
    regimes = zip(found.solution.cal.regimes, outcome.by_regime, strict=True)
    return np.asarray(sum(odds * network.stage_inflow(at.x[0]) for (odds, network), at in regimes))


def _grid(first: Iterable[str], second: tuple[str, ...]) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    for one in enumerate(first):
        for other in enumerate(second):
            yield one, other
