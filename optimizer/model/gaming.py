"""Gaming kept within its caps, deterred with a margin, and out of other teams' hands (FORMULATION.md 14)."""

from __future__ import annotations

from collections.abc import Iterator

import pyomo.environ as pyo

from optimizer.model.best_response import marginal_gain
from optimizer.model.data import ModelData, RegimeData
from optimizer.model.funnel import inflow_of
from optimizer.response.network import Network


def add_gaming(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Caps, deterrence margin, pairs and exposure."""
    caps = {
        (w.name, w.network.activities[a]): (a, constant, share)
        for w in data.regimes
        for a, constant, share in caps_in(data, w.network)
    }
    regimes = {w.name: w for w in data.regimes}

    def cap(m: pyo.ConcreteModel, s: str, name: str) -> pyo.Expression:
        a, constant, share = caps[s, name]
        source = int(regimes[s].network.source[a])
        return constant + (share * inflow_of(m, data, s, source) if share else 0.0)

    m.gaming_cap = pyo.Constraint(
        list(caps), rule=lambda m, s, a: m.x[s, a] <= cap(m, s, a), doc="(14a) gaming within its cap"
    )
    _margin(m, data, {key: at[0] for key, at in caps.items()}, cap)
    _pairs(m, data)
    _exposure(m, data)


def caps_in(data: ModelData, network: Network) -> Iterator[tuple[int, float, float]]:
    """(activity, constant, share): x_a ≤ constant + share · inflow of its stage.

    Stated here once more, apart from `optimizer.plans.rules.caps`, which judges what the model chose.
    """
    rules, routing = data.rules.gaming, data.cal.beliefs.routing[0]
    if rules is None:
        return
    for a, name in enumerate(network.activities):
        if name in rules.caps:
            yield a, rules.caps[name], 0.0
        elif network.gaming[a] and network.source[a] >= 0:
            yield a, 0.0, (1 + rules.tolerance) * routing[a] * (network.baseline[a] > 0)
        elif network.gaming[a]:
            yield a, (1 + rules.tolerance) * network.baseline[a], 0.0


def _margin(m: pyo.ConcreteModel, data: ModelData, gamed: dict, cap: object) -> None:  # type: ignore[type-arg]
    margin = data.rules.gaming.margin if data.rules.gaming else None
    network = data.cal.network
    some = [key for key, a in gamed.items() if margin is not None and network.gaming[a]]
    regimes = {w.name: w for w in data.regimes}

    def deterred(m: pyo.ConcreteModel, s: str, name: str) -> pyo.Expression:
        a, regime = gamed[s, name], regimes[s]
        gain = _inflated_gain(m, data, regime, a, float(margin or 0.0))
        return gain <= float(data.cal.quadratic[a]) * cap(m, s, name)  # type: ignore[operator]

    m.gaming_margin = pyo.Constraint(some, rule=deterred, doc="(14b) deterred even if it pays more")


def _inflated_gain(
    m: pyo.ConcreteModel, data: ModelData, regime: RegimeData, a: int, margin: float
) -> pyo.Expression:
    """Net gain of the first unit with direct credit inflated, at the plan's prices."""
    network = regime.network
    team = network.teams[network.team[a]]
    extra = sum(
        margin * float(regime.direct[j, a]) * m.euros[team, k]
        for j, k in enumerate(network.kpis)
        if (team, k) in m.PAIRS and regime.direct[j, a]
    )
    return marginal_gain(m, data, regime, a, extra)


def _pairs(m: pyo.ConcreteModel, data: ModelData) -> None:
    pairs = [p for p in (data.rules.gaming.pairs if data.rules.gaming else ()) if p.team in m.PAID]

    def quality_first(m: pyo.ConcreteModel, at: int) -> pyo.Expression:
        pair = pairs[at]
        volume = m.euros[pair.team, pair.volume] if (pair.team, pair.volume) in m.PAIRS else 0.0
        quality = m.euros[pair.team, pair.quality] if (pair.team, pair.quality) in m.PAIRS else 0.0
        return pyo.inequality(body=volume - pair.ratio * quality, upper=0.0)

    relevant = [j for j, p in enumerate(pairs) if (p.team, p.volume) in m.PAIRS]
    m.gaming_pair = pyo.Constraint(relevant, rule=quality_first, doc="(14c) volume only with quality")


def _exposure(m: pyo.ConcreteModel, data: ModelData) -> None:
    limit = data.rules.exposure_limit
    if limit is None or data.exposure is None:
        return
    teams, kpis = list(m.TEAMS), list(m.KPIS)
    others = [(i, j) for i in m.PAID for j in m.TEAMS if i != j]

    def exposed(m: pyo.ConcreteModel, i: str, j: str) -> pyo.Expression:
        d = data.exposure[:, teams.index(j)]  # type: ignore[index]
        body = sum(float(d[kpis.index(k)]) * m.euros[t, k] for t, k in m.PAIRS if t == i) - limit * m.pay[i]
        return pyo.inequality(body=body, upper=0.0)

    m.gaming_exposure = pyo.Constraint(others, rule=exposed, doc="(14d) other teams cannot sink the bonus")
