"""A simulated switch as tables: the only place where its numbers become columns, and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import loading
from optimizer.rollout.early_warning import Limit
from optimizer.rollout.transition import Path, Switch
from optimizer.tables.labels import NO_TEXT, Text, activity_label, label_of, scenario_label
from optimizer.tables.rounding import money_decimals
from optimizer.tables.table import Tables

MEASURES = ("revenue", "gross", "direct_costs", "loaded_pay", "net")
_FAN = {"mean": "mean over the draws", "p10": "one draw in ten is below", "p90": "one draw in ten is above"}
_LABELS = {"label_en": "name for people, in English", "label_fr": "name for people, in French"}

COLUMNS: dict[str, dict[str, str]] = {
    "summary": {
        "scenario": "name of the scenario",
        **_LABELS,
        "currency": "ISO code",
        "period": "month, quarter, half_year or year",
        "decimals": "decimals with which money is printed",
        "plan": "the plan changed to",
        "goes_on": "whether it is the current plan: nothing changes",
        "periods": "periods simulated",
        "draws": "draws of luck and regime, the same for both plans",
        "seed": "of the draws",
        "learning": "share of the way from belief to what was seen that people go each period",
        "net_gain": "net over staying, all periods together, mean over the draws",
        "net_gain_p10": "one draw in ten is below",
        "net_gain_p90": "one draw in ten is above",
        "revenue_gain": "revenue after direct costs over staying, all periods together, mean over the draws",
        "shown": "first period in which the gain in net has shown for good in half of the draws; empty: none",
        "shown_share": "share of the draws in which it has shown by the last period",
        "timing_cost": "lost by moving results over the ends of periods, all periods together, mean",
        "timing_share": "the same over gross value",
        "timing_share_stay": "the same over gross value under the current plan",
    },
    "money": {
        "period": "from 1",
        "plan": "change or stay",
        "measure": "revenue (after direct costs), gross, direct_costs, loaded_pay or net; cash of the period",
        **_FAN,
    },
    "gains": {
        "period": "from 1",
        "measure": "revenue or net, over staying, cumulative",
        **_FAN,
        "shown": "share of the draws in which the gain in net has shown for good by then",
    },
    "activities": {
        "period": "from 1",
        "activity": "name of the activity",
        **_LABELS,
        "gaming": "whether it only looks good",
        "stay": "units per period under the current plan, mean over the draws",
        **_FAN,
        "moved": "difference of the two means over today's units, or those in reach where there are none",
    },
    "scores": {
        "period": "from 1",
        "kpi": "name of the KPI",
        **_LABELS,
        "stay": "attainment under the current plan, mean over the draws",
        **_FAN,
    },
    "payouts": {
        "period": "from 1",
        "team": "name of the team",
        **_LABELS,
        "stay": "loaded payouts under the current plan, mean over the draws",
        **_FAN,
    },
    "timing": {
        "kpi": "name of the KPI",
        **_LABELS,
        "plan": "change or stay",
        "pulled": "attainment pulled forward per period, mean",
        "held": "attainment held back per period, mean",
    },
    "limits": {
        "activity": "name of the activity",
        **_LABELS,
        "stage": "the stage whose inflow the share is of; empty: the limit is in units",
        "stage_en": "its label in English",
        "stage_fr": "its label in French",
        "week": "by which the alarm can tell; the last of the period where it never can",
        "usual": "expected by then as the plan was judged",
        "gamed": "expected by then if it pays more than believed",
        "misjudged": "how much more it then pays, as a share of what a unit of such work is worth",
        "limit": "beyond it, people game the plan",
        "false_alarms": "probability that it is passed although nobody games",
        "power": "probability that it is passed if they do",
        "useful": "whether the power is 80 % or more",
    },
}


@dataclass(frozen=True)
class Simulated:
    """What `incentives simulate` found, and how it was asked."""

    plan: str
    seed: int
    learning: float
    switch: Switch
    limits: tuple[Limit, ...]

    @property
    def cal(self) -> Calibrated:
        return self.switch.cal


def switch_tables(found: Simulated) -> Tables:
    """Every table of COLUMNS."""
    rows = {
        "summary": [_summary(found)],
        "money": list(_money(found.switch)),
        "gains": list(_gains(found.switch)),
        "activities": list(_activities(found.switch)),
        "scores": list(_scores(found.switch)),
        "payouts": list(_payouts(found.switch)),
        "timing": list(_timing(found.switch)),
        "limits": [_limit(found.cal, limit) for limit in found.limits],
    }
    return {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in COLUMNS.items()}


def records(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The tables as JSON: a summary is an object, every other table a list; a number may be null."""
    return {
        name: _plain(frame.iloc[0].to_dict())
        if name == "summary"
        else [_plain(row) for row in frame.to_dict("records")]
        for name, frame in tables.items()
    }


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    values = {str(name): v.item() if isinstance(v, np.generic) else v for name, v in row.items()}
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in values.items()}


def _labelled(text: Text) -> dict[str, str]:
    return {"label_en": text.en, "label_fr": text.fr}


def _fan(values: Floats) -> dict[str, float]:
    """Mean, P10 and P90 over the draws (S,)."""
    p10, p90 = np.quantile(values, (0.1, 0.9))
    return {"mean": float(values.mean()), "p10": float(p10), "p90": float(p90)}


def _summary(found: Simulated) -> dict[str, Any]:
    switch, scenario = found.switch, found.cal.scenario
    gain, share = _fan(switch.net_gain[-1]), switch.shown_by
    return {
        "scenario": scenario.name,
        **_labelled(scenario_label(scenario)),
        "currency": scenario.currency,
        "period": scenario.period,
        "decimals": money_decimals(switch.stay.revenue.mean(axis=1)),
        "plan": found.plan,
        "goes_on": switch.goes_on,
        "periods": len(share),
        "draws": len(switch.shown),
        "seed": found.seed,
        "learning": found.learning,
        "net_gain": gain["mean"],
        "net_gain_p10": gain["p10"],
        "net_gain_p90": gain["p90"],
        "revenue_gain": float(switch.revenue_gain[-1].mean()),
        "shown": float(np.argmax(share >= 0.5) + 1) if share[-1] >= 0.5 else math.nan,
        "shown_share": float(share[-1]),
        "timing_cost": float(switch.change.timing_cost.sum(axis=0).mean()),
        "timing_share": _timing_share(switch.change),
        "timing_share_stay": _timing_share(switch.stay),
    }


def _timing_share(path: Path) -> float:
    return float(path.timing_cost.sum() / path.gross.sum())


def _paths(switch: Switch) -> tuple[tuple[str, Path], ...]:
    return ("change", switch.change), ("stay", switch.stay)


def _money(switch: Switch) -> Iterator[dict[str, Any]]:
    for name, path in _paths(switch):
        for measure in MEASURES:
            for t, values in enumerate(getattr(path, measure)):
                yield {"period": t + 1, "plan": name, "measure": measure, **_fan(values)}


def _gains(switch: Switch) -> Iterator[dict[str, Any]]:
    for measure, gain in (("revenue", switch.revenue_gain), ("net", switch.net_gain)):
        for t, values in enumerate(gain):
            shown = float(switch.shown_by[t])
            yield {"period": t + 1, "measure": measure, **_fan(values), "shown": shown}


def _activities(switch: Switch) -> Iterator[dict[str, Any]]:
    cal = switch.cal
    for t, (change, stay) in enumerate(zip(switch.change.x, switch.stay.x, strict=True)):
        for a, name in enumerate(cal.network.activities):
            label, gaming = activity_label(cal.scenario, name), bool(cal.network.gaming[a])
            start = {"period": t + 1, "activity": name, **_labelled(label), "gaming": gaming}
            units = {"stay": float(stay[:, a].mean()), **_fan(change[:, a])}
            moved = abs(units["mean"] - units["stay"]) / float(cal.network.scale[a])
            yield {**start, **units, "moved": moved}


def _scores(switch: Switch) -> Iterator[dict[str, Any]]:
    kpis = switch.cal.scenario.kpis
    paths = zip(switch.change.attainment, switch.stay.attainment, strict=True)
    for t, (change, stay) in enumerate(paths):
        for k, name in enumerate(kpis):
            start = {"period": t + 1, "kpi": name, **_labelled(label_of(name, kpis))}
            yield {**start, "stay": float(stay[:, k].mean()), **_fan(change[:, k])}


def _payouts(switch: Switch) -> Iterator[dict[str, Any]]:
    teams, loaded = switch.cal.scenario.teams, loading(switch.cal)
    for t, (change, stay) in enumerate(zip(switch.change.pay, switch.stay.pay, strict=True)):
        for i, name in enumerate(teams):
            start = {"period": t + 1, "team": name, **_labelled(label_of(name, teams))}
            yield {**start, "stay": float(stay[:, i].mean() * loaded[i]), **_fan(change[:, i] * loaded[i])}


def _timing(switch: Switch) -> Iterator[dict[str, Any]]:
    kpis = switch.cal.scenario.kpis
    for k, (name, kpi) in enumerate(kpis.items()):
        for plan, path in _paths(switch) if kpi.timing is not None else ():
            moved = {"pulled": float(path.pulled[..., k].mean()), "held": float(path.held[..., k].mean())}
            yield {"kpi": name, **_labelled(label_of(name, kpis)), "plan": plan, **moved}


def _limit(cal: Calibrated, limit: Limit) -> dict[str, Any]:
    network, stages = cal.network, cal.scenario.stages
    name, source = network.activities[limit.activity], network.source[limit.activity]
    stage = network.stages[source] if source >= 0 else ""
    text = label_of(stage, stages) if stage else NO_TEXT
    numbers = {f: getattr(limit, f) for f in COLUMNS["limits"] if hasattr(limit, f) and f != "activity"}
    return {
        "activity": name,
        **_labelled(activity_label(cal.scenario, name)),
        "stage": stage,
        "stage_en": text.en,
        "stage_fr": text.fr,
        **numbers,
    }
