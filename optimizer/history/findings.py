"""A study as plain values for `--json`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optimizer.history.estimate.experiment import PayElasticity
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.lags import Arrival, Lag
from optimizer.history.estimate.people import Persons
from optimizer.history.estimate.rates import quantiles
from optimizer.history.estimate.responsiveness import Effect
from optimizer.history.estimate.side_metrics import SideMetrics
from optimizer.history.estimate.spending import SourceCost
from optimizer.history.estimate.timing import Rush

Json = dict[str, Any]


def as_json(study: Study) -> Json:
    """Everything estimated, by kind; NaN is null. Persons are as in the study, pseudonyms unless asked."""
    history = study.history
    sections = {
        "rows": {
            **history.read,
            "used": history.deals.height,
            "junk": study.junk,
            "leads": study.leads.height,
            "mature": study.mature.height,
        },
        "mature_before": study.mature_before.isoformat(),
        "rates": {name: rate.as_json() for name, rate in study.rates.items()},
        "lags": {name: _lag(lag) for name, lag in study.lags.items()},
        "created_to_won_allowing_for_young_leads": _arrival(study.arrival),
        "won_within_days": [vars(done) for done in study.done],
        "value": dict(study.value),
        "people": [*_people(study.people), *_sides(study.sides)],
        "persons_together": _together(study.people),
        "controllability": {
            kpi: {**vars(c), "written": kpi == "wins" and c.tells} for kpi, c in study.controlled.items()
        },
        "speed_to_lead": [
            {"controls": list(s.controls), "n": s.n, "b": s.b, "se": s.se, "lo": s.lo, "hi": s.hi}
            for s in study.slopes
        ],
        "waiting": {name: rate.as_json() for name, rate in study.waiting.items()},
        "seasonality": {name: _rush(rush) for name, rush in study.rushes.items()},
        "noise": {name: {**vars(noise), "sd": noise.sd} for name, noise in study.noise.items()},
        "common_factor": study.common,
        "costs": {name: _cost(cost) for name, cost in study.costs.items()},
        "capacity": vars(study.capacity) if study.capacity else None,
        "plan_change": _effect(study.effect),
        "experiment": _experiment(study.experiment),
        "responsiveness": vars(study.responsiveness),
        "dropped": {loss.reason: loss.rows for loss in history.dropped},
        "unusable_cells": {loss.reason: loss.rows for loss in history.blanked},
        "first_rows": {loss.reason: list(loss.examples) for loss in (*history.dropped, *history.blanked)},
        "notes": list(history.notes),
    }
    plain: Json = _plain(sections)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _lag(lag: Lag) -> Json:
    fits = [{"name": f.name, **f.parameters, "loglik": f.loglik} for f in lag.fits]
    return {**quantiles(lag.observed), "unit": "days", "fits": fits}


def _people(persons: Persons | None) -> list[Json]:
    return [vars(person) for person in persons.people] if persons else []


def _sides(sides: Mapping[str, SideMetrics]) -> list[Json]:
    return [
        {
            "id": p.id,
            "metric": metric,
            "n": p.share.n,
            "estimate": p.share.rate,
            "lo": p.share.lo,
            "hi": p.share.hi,
            "shrunk": p.shrunk,
            "reliability": p.reliability,
            "verdict": "above" if p.outlier else "not_distinguishable",
        }
        for metric, persons in sides.items()
        for p in persons.people
    ]


def _together(persons: Persons | None) -> Json | None:
    if persons is None:
        return None
    raw, panel = persons.raw, persons.panel
    return {
        "explained_by": persons.explained_by,
        "p_after_supply_and_mix": persons.adjusted_p,
        "raw": {**vars(raw), "cv": raw.cv, "reliability_at_median_n": raw.reliability(raw.median_n)},
        "spread": persons.variance,
        "skill_spread": persons.spread,
        "wins_per_month": vars(panel) if panel else None,
    }


def _cost(cost: SourceCost) -> Json:
    estimate = cost.elasticity
    elasticity = {**vars(estimate), "lo": estimate.lo, "hi": estimate.hi} if estimate else None
    return {
        **vars(cost),
        "per_lead": cost.per_lead,
        "per_next_lead": cost.per_next_lead,
        "elasticity": elasticity,
    }


def _effect(effect: Effect | None) -> Json | None:
    """Change of the log share of leads with the outcome."""
    return {**vars(effect), "on": effect.on.isoformat()} if effect else None


def _experiment(experiment: PayElasticity | None) -> Json | None:
    """The elasticity of effort to pay, and the persons behind it by rate of pay."""
    if experiment is None:
        return None
    return {**vars(experiment), "n": experiment.n, "arms": [vars(arm) for arm in experiment.arms]}


def _arrival(arrival: Arrival | None) -> Json | None:
    if arrival is None:
        return None
    return {"name": arrival.name, "mean": arrival.mean, "lo": arrival.lo, "hi": arrival.hi, "n": arrival.n}


def _rush(rush: Rush) -> Json:
    return {**vars(rush), "ratio": rush.ratio, "p_t": rush.p_t, "real": rush.real}
