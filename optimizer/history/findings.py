"""A study as plain values for `--json`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from optimizer.history.draft.choices import choices_of
from optimizer.history.estimate.arrivals import Arrival
from optimizer.history.estimate.experiment import PayElasticity
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.lags import Lag
from optimizer.history.estimate.outcomes import Cohort
from optimizer.history.estimate.people import Persons
from optimizer.history.estimate.rate_changes import Change
from optimizer.history.estimate.rates import quantiles, standard_error, told
from optimizer.history.estimate.responsiveness import Effect
from optimizer.history.estimate.side_metrics import SideMetrics
from optimizer.history.estimate.spending import SourceCost
from optimizer.history.estimate.timing import Rush
from optimizer.history.read.deals import History
from optimizer.history.read.losses import Loss

Json = dict[str, Any]


def as_json(study: Study) -> Json:
    """Everything estimated, by kind; NaN is null. Persons are as in the study, pseudonyms unless asked."""
    history, days = study.history, study.days
    sections = {
        "rows": {
            **history.read,
            "used": history.deals.height,
            "junk": study.junk,
            "leads": study.leads.height,
            "mature": study.mature.height,
        },
        "observed": {"first": study.first.isoformat(), "last": history.last.date().isoformat()},
        "mature_before": study.mature_before.isoformat(),
        "outcomes": {"won": int(days.won.sum()), "lost": int(days.lost.sum()), "open": int(days.open.sum())},
        "reached": {step: int(study.leads[f"step_{step}"].sum()) for step in study.given.steps},
        "rates": {name: rate.as_json() for name, rate in study.rates.items()} | _in_the_end(study),
        "decided_in_the_end": study.outcome.decided if study.outcome else None,
        "cohorts": [_cohort(cohort) for cohort in study.cohorts],
        "changes": [_change(change) for change in study.changes],
        "lags": {name: _lag(lag) for name, lag in study.lags.items()},
        "created_to_won_allowing_for_young_leads": _arrival(study.arrival),
        "won_within_days": [vars(done) for done in study.done],
        "value": _value(study.value),
        "people": [*_people(study.people), *_sides(study.sides)],
        "persons_together": _together(study.people),
        "persons_not_compared": {"needed": study.needed, **_fewer(study)},
        "controllability": {
            kpi: {**vars(c), "written": kpi == "wins" and c.tells} for kpi, c in study.controlled.items()
        },
        "speed_to_lead": [
            {"controls": list(s.controls), "n": s.n, "b": s.b, "se": s.se, "lo": s.lo, "hi": s.hi}
            for s in study.slopes
        ],
        "waiting": {name: rate.as_json() for name, rate in study.waiting.items()},
        "seasonality": {name: _rush(rush) for name, rush in study.rushes.items()},
        "win_rate_by_month_of_quarter": {
            str(month): rate.as_json() for month, rate in study.by_month_of_quarter.items()
        },
        "noise": {name: {**vars(noise), "sd": noise.sd} for name, noise in study.noise.items()},
        "common_factor": study.common,
        "costs": {name: _cost(cost) for name, cost in study.costs.items()},
        "capacity": vars(study.capacity) if study.capacity else None,
        "plan_change": _effect(study.effect),
        "experiment": _experiment(study.experiment),
        "responsiveness": vars(study.responsiveness),
        **_losses(history),
        "notes": list(history.notes),
        "choice": _choice(study),
    }
    plain: Json = _plain(sections)
    return plain


def _losses(history: History) -> Json:
    """What is left out or read otherwise than it stands, by reason."""
    every = (*history.dropped, *history.blanked, *history.otherwise)
    return {
        "dropped": {loss.reason: loss.rows for loss in history.dropped},
        "unusable_cells": {loss.reason: loss.rows for loss in history.blanked},
        "read_otherwise": {loss.reason: loss.rows for loss in history.otherwise},
        "open_values": _texts(history.otherwise).get("neither_won_nor_lost", {}),
        "cell_texts": _texts(every),
        "first_rows": {loss.reason: list(loss.examples) for loss in every},
    }


def _texts(losses: Iterable[Loss]) -> dict[str, dict[str, int]]:
    """What cells say, with counts, by the reason for which they are told."""
    return {loss.reason: dict(loss.values) for loss in losses if loss.values}


def _choice(study: Study) -> Json:
    """Whether plans differ at all, and what would make them."""
    choices = choices_of(study)
    return {
        "open": list(choices.open),
        "nothing_to_choose": choices.nothing,
        "would_open": [opening._asdict() for opening in choices.would_open],
    }


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
    return {**told(quantiles(lag.observed)), "unit": "days", "fits": fits}


def _in_the_end(study: Study) -> Json:
    """The win rate of those decided in the end, young leads allowed for; `k`, `n` and `won_of_mature` are of
    leads old enough. Where the map says which leads those are, only that."""
    outcome, counted = study.outcome, study.rates["won"]
    if outcome is None or study.given.mature_before is not None:
        return {}
    own = {"rate": outcome.rate, "lo": outcome.lo, "hi": outcome.hi}
    since = {"won_since_change": vars(study.since_change)} if study.since_change else {}
    return {"won": {"k": counted.k, "n": counted.n, **own}, "won_of_mature": counted.as_json(), **since}


def _cohort(cohort: Cohort) -> Json:
    counts = {"won": cohort.won, "lost": cohort.lost, "open": cohort.open, "mature": cohort.mature}
    return {"start": cohort.start.isoformat(), **counts, "won_of_decided": cohort.decided.as_json()}


def _change(change: Change) -> Json:
    days = {name: getattr(change, name).isoformat() for name in ("on", "earliest", "latest")}
    rates = {"before": change.before.as_json(), "since": change.since.as_json()}
    return {**days, **rates, "p": change.pvalue, "start": change.on.isoformat()}


def _value(value: Mapping[str, float]) -> Json:
    """With the standard error of the mean and its 95 % interval."""
    if value["n"] < 2:
        return dict(value)
    error, mean = standard_error(value), value["mean"]
    return {**told(dict(value)), "error": error, "lo": mean - 1.96 * error, "hi": mean + 1.96 * error}


def _fewer(study: Study) -> Json:
    """Persons with fewer leads than are needed, and the most that one of them has; and those who win, or
    lose, next to nothing."""
    left = study.fewer
    return {
        "persons": len(left),
        "most": max(left.values(), default=0),
        "other_roles": len(study.other_roles),
    }


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
        "p_by_reading": dict(persons.readings),
        "held_equal": list(persons.alike),
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
    mean = arrival.mean if arrival.told else None
    return {"name": arrival.name, "mean": mean, "lo": arrival.lo, "hi": arrival.hi, "n": arrival.n}


def _rush(rush: Rush) -> Json:
    return {**vars(rush), "ratio": rush.ratio, "p_t": rush.p_t, "real": rush.real}
