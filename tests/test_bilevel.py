"""Published bilevel optima through the teams' optimality conditions (`optimizer/model/best_response.py`).

The follower is one team: each of its variables takes units from a stage of its own, whose inflow is the room
between its bounds; what is left costs nothing. The leader's variables are the team's euros, shifted to start
at 0. The leader's convex objective is approximated from outside, as surplus is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from optimizer import Scenario
from optimizer.arrays import Floats
from optimizer.model.best_response import add_teams
from optimizer.model.bounds import Bounds, Interval
from optimizer.model.data import ModelData, model_data
from optimizer.model.funnel import add_funnel
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.solver.highs import Limits, compile_model, solve_milp

FILE = json.loads((Path(__file__).parent / "cases" / "academic_instances.json").read_text(encoding="utf-8"))
INSTANCES = {x["id"]: x for x in FILE["bilevel_lp_qp"]}


def why_not(problem: dict[str, Any]) -> str:
    """The reason why a follower is no team of the model; empty where it is one."""
    nx, quadratic = problem["nx"], problem["f"]["Q"]
    if quadratic is None:
        return "the follower's problem is linear: its response need not be unique"
    if problem["g"]:
        return (
            "constraints of the follower that are not stages or hours, most with the leader's choice in them"
        )
    own = np.array(quadratic)[nx:, nx:]
    if (own != np.diag(np.diag(own))).any() or (np.diag(own) <= 0).any():
        return "the follower's costs are not separate and strictly convex"
    return ""


EXPRESSED = [name for name, x in INSTANCES.items() if not why_not(x["problem"])]


@dataclass(frozen=True)
class Bilevel:
    """½ z·Q z + c·z with z = (x, y): the leader's `upper`, the follower's `lower`; bounds (n, 2)."""

    upper: tuple[Floats, Floats, float]
    lower: tuple[Floats, Floats]
    rows: tuple[tuple[Floats, float], ...]
    bounds: Floats
    nx: int


def read(name: str) -> Bilevel:
    problem = INSTANCES[name]["problem"]
    size = problem["nx"] + problem["ny"]

    def quadratic(part: dict[str, Any]) -> tuple[Floats, Floats]:
        matrix = part["Q"] if part["Q"] is not None else np.zeros((size, size))
        return np.array(matrix, dtype=float), np.array(part["c"], dtype=float)

    assert all(row["sense"] == "<=" for row in problem["G"])
    rows = tuple((np.array(row["a"], dtype=float), float(row["b"])) for row in problem["G"])
    upper = (*quadratic(problem["F"]), float(problem["F"]["const"]))
    return Bilevel(upper, quadratic(problem["f"]), rows, np.array(problem["bounds"], float), problem["nx"])


def setting_of(game: Bilevel) -> ModelData:
    """The follower's problem as a team whose reward the leader's euros move."""
    ny, low, room = len(game.bounds) - game.nx, game.bounds[:, 0], np.ptp(game.bounds, axis=1)
    scenario = Scenario.model_validate(
        {
            "teams": {"follower": {"target_pay": 1.0}},
            "stages": {f"room{a}": {"owner": "follower", "inflow": room[game.nx + a]} for a in range(ny)},
            "activities": {
                f"y{a}": {
                    "team": "follower",
                    "from": f"room{a}",
                    "baseline": 0.5 * room[game.nx + a],
                    "cost": {"quadratic": 1.0},
                }
                for a in range(ny)
            },
            "kpis": {
                f"x{j}": {"numerator": {f"y{a}": 1.0 for a in range(ny)}, "target": 1.0}
                for j in range(game.nx)
            },
            "current_plan": {"follower": {"x0": 1.0}},
        }
    )
    cal = calibrate(scenario)
    matrix, linear = game.lower
    own, cross = matrix[game.nx :, game.nx :], matrix[game.nx :, : game.nx]
    none = np.zeros(ny)
    cal = replace(
        cal,
        linear=np.r_[linear[game.nx :] + own @ low[game.nx :] + cross @ low[: game.nx], none],
        quadratic=np.r_[np.diag(own), none],
    )
    setting = model_data(cal, plan_space(cal, np.ones((1, game.nx))), (cal.beliefs,))
    regime = replace(
        setting.regimes[0],
        reward=np.hstack([-cross.T, np.zeros((game.nx, ny))]),
        onward=np.zeros(2 * ny),
        waiting=np.zeros(2 * ny),
    )
    return replace(setting, regimes=(regime,))


def bounds_of(game: Bilevel, setting: ModelData) -> Bounds:
    """Prices are at most what a unit can gain: rewards, costs and curvature over the whole box."""
    room = np.ptp(game.bounds, axis=1)
    reward = np.abs(setting.regimes[0].reward).T @ room[: game.nx]
    ny = len(room) - game.nx
    most = (
        reward + np.abs(setting.cal.linear) + setting.cal.quadratic * np.r_[room[game.nx :], room[game.nx :]]
    )
    volumes = Interval(np.zeros(2 * ny), np.r_[room[game.nx :], room[game.nx :]])
    prices = Interval(-np.full(ny, most.max()), np.full(ny, most.max()))
    lost = Interval(np.zeros(2 * ny), np.full(2 * ny, 2 * most.max()))
    unused = Interval(np.zeros(1), np.zeros(1))
    scores = Interval(np.zeros(game.nx), np.zeros(game.nx))
    return Bounds(volumes, lost, unused, prices, scores)


def model_of(game: Bilevel, setting: ModelData) -> tuple[pyo.ConcreteModel, list[Any]]:
    """The leader's problem over the follower's optimality conditions, and (x, y) as expressions."""
    network, low = setting.cal.network, game.bounds[:, 0]
    room, bounds = np.ptp(game.bounds, axis=1), (bounds_of(game, setting),)
    m = pyo.ConcreteModel()
    m.REGIMES, m.TEAMS = pyo.Set(initialize=["base"]), pyo.Set(initialize=network.teams)
    m.STAGES, m.ACTIVITIES = pyo.Set(initialize=network.stages), pyo.Set(initialize=network.activities)
    m.PAIRS = pyo.Set(dimen=2, initialize=[("follower", k) for k in network.kpis])
    m.euros = pyo.Var(m.PAIRS, bounds=lambda _, __, k: (0.0, float(room[network.kpis.index(k)])))
    add_funnel(m, setting, bounds)
    add_teams(m, setting, bounds)
    ys = [m.x["base", f"y{a}"] for a in range(len(low) - game.nx)]
    z = [value + float(at) for value, at in zip([*m.euros.values(), *ys], low, strict=True)]
    m.leader = pyo.ConstraintList()
    for coefficients, limit in game.rows:
        m.leader.add(sum(float(c) * v for c, v in zip(coefficients, z, strict=True)) <= limit)
    return m, z


def solved(name: str) -> tuple[float, Floats]:
    """The leader's optimum, by tangents of its objective until they are exact."""
    game = read(name)
    setting = setting_of(game)
    m, z = model_of(game, setting)
    matrix, linear, constant = game.upper
    m.curved = pyo.Var(domain=pyo.NonNegativeReals)
    m.tangents = pyo.ConstraintList()
    m.objective = pyo.Objective(expr=m.curved + sum(float(c) * v for c, v in zip(linear, z, strict=True)))
    at = np.full(len(z), np.inf)
    for _ in range(200):
        result = solve_milp(compile_model(m), Limits(gap=0.0))
        assert result.status == "optimal"
        for variable in [*m.euros.values(), *m.x.values(), m.curved]:
            variable.set_value(result.value(variable), skip_validation=True)
        before, at = at, np.array([pyo.value(v) for v in z])
        if np.abs(at - before).max() <= 1e-9 or 0.5 * at @ matrix @ at - m.curved.value <= 1e-9 * max(
            1.0, at @ matrix @ at
        ):
            break
        slope = matrix @ at
        body = sum(float(c) * v for c, v in zip(slope, z, strict=True))
        m.tangents.add(m.curved >= body - float(0.5 * at @ slope))
    return float(0.5 * at @ matrix @ at + linear @ at + constant), at


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPRESSED)
def test_the_conditions_of_a_team_give_the_published_optimum(name: str) -> None:
    expected, tolerance = INSTANCES[name]["verified"], INSTANCES[name]["tolerance"]
    value, at = solved(name)
    assert value == pytest.approx(expected["F"], rel=tolerance["F"], abs=tolerance["F"])
    game = read(name)
    matrix, linear = game.lower
    wanted = -(linear[game.nx :] + matrix[game.nx :, : game.nx] @ at[: game.nx]) / np.diag(matrix)[game.nx :]
    best = np.clip(wanted, *game.bounds[game.nx :].T)
    assert at[game.nx :] == pytest.approx(best, abs=1e-6)


def test_the_followers_that_are_teams_are_these() -> None:
    names = ["b_1998_02", "b_1998_03", "b_1998_04", "b_1998_05", "d_1978_01", "fl_1995_01", "sa_1981_02"]
    assert [*names, "sc_1998_01"] == EXPRESSED
