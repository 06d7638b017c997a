"""From a study to a scenario: each number with where it comes from and how far it may be off.

The company is as simple as a CRM can show it: marketing brings leads by source, some of them promising;
sales answers them in time or late, or only touches them; some become customers. What a CRM does not know
comes from the map's `assume` and is marked so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from pydantic import ValidationError
from scipy import optimize

from optimizer.check import problems_of
from optimizer.history import timing
from optimizer.history.mapping import Assume, TeamAssumed
from optimizer.history.rates import Rate, rate_of
from optimizer.history.study import WEEKS, Study
from optimizer.problems import Problem, ScenarioError, as_name, dotted, number
from optimizer.scenario import Scenario
from optimizer.wording import findings_of

_PLACEHOLDER = "PLACEHOLDER of the map, ask before you rely on it"
_ASSUMED = "assumed in the map"
_ASSUMED_RANGE = 0.3
_WIDEST = 0.95
_LABELS = {
    "good_lead": ("Promising lead", "Piste prometteuse"),
    "lead": ("Lead", "Piste"),
    "customer": ("Customer", "Client"),
    "prompt": ("Answered in time", "Réponse dans les délais"),
    "late": ("Answered late", "Réponse tardive"),
    "work": ("Worked", "Traitement"),
    "touch": ("Mere touch", "Simple relance"),
    "leads": ("Leads", "Pistes"),
    "good_leads": ("Promising leads", "Pistes prometteuses"),
    "answered_in_time": ("Share answered in time", "Part des réponses dans les délais"),
    "wins": ("New customers", "Nouveaux clients"),
    "marketing": ("Marketing", "Marketing"),
    "sales": ("Sales", "Ventes"),
}
Tree = dict[str, Any]


@dataclass
class _Draft:
    """A scenario being written, with its sources."""

    study: Study
    assume: Assume
    tree: Tree = field(default_factory=lambda: {"stages": {}, "activities": {}, "kpis": {}, "sources": {}})

    def source(self, path: str, text: str, width: float | None = None) -> None:
        """`width` is the relative half width of the number's interval."""
        given = {"text": text}
        if width is not None and math.isfinite(width):
            self.tree["sources"][path] = {**given, "range": round(min(_WIDEST, abs(width)), 4)}
        else:
            self.tree["sources"][path] = given

    def assumed(self, path: str, text: str = "", width: float | None = _ASSUMED_RANGE) -> None:
        why = _PLACEHOLDER if self.assume.placeholders else _ASSUMED
        self.source(path, f"{why}; {text}" if text else why, width)

    @property
    def where(self) -> str:
        """The rows that rates are taken from, in words."""
        files = ", ".join(self.study.history.files["deals"])
        return f"{files}, not junk, created before {self.study.mature_before}"


def scenario_of(study: Study) -> Scenario:
    """The scenario. Raises ScenarioError where the map lacks `assume` or its numbers do not fit together."""
    assume = study.given.assume
    if assume is None:
        hint = "add it to the map; `--suggest-map` prints one with placeholders"
        raise ScenarioError([Problem("assume", "", "is missing: a CRM knows neither hours nor pay", hint)])
    draft = _Draft(study, assume)
    _teams(draft)
    segments = _segments(draft)
    _leads(draft, segments)
    for segment, leads in segments.items():
        _selling(draft, segment, leads)
    _customer(draft)
    _kpis(draft, list(segments))
    _fits(draft)
    return _valid(draft)


def _label(name: str, more: str = "") -> Tree:
    en, fr = _LABELS.get(name, (name, name))
    return {"en": f"{en}{more}", "fr": f"{fr}{more}"}


# --- teams ----------------------------------------------------------------------------------------------


def _teams(draft: _Draft) -> None:
    teams: Tree = {}
    for name in ("marketing", "sales"):
        team: TeamAssumed = getattr(draft.assume, name)
        content = team.model_dump(exclude={"responsiveness"})
        teams[name] = {"label": _label(name), **content, "responsiveness": _eta(draft, name, team)}
        for part in ("hours", "base_pay", "target_pay", "charges"):
            draft.assumed(f"teams.{name}.{part}", "not in a CRM", None if part == "charges" else 0.1)
        draft.assumed(f"teams.{name}.discount", "patience is not in a CRM", 0.1)
    draft.tree["teams"] = teams
    draft.tree["current_plan"] = draft.assume.current_plan
    draft.tree["rules"] = draft.assume.rules.model_dump(by_alias=True, exclude_defaults=True)


def _eta(draft: _Draft, name: str, team: TeamAssumed) -> float:
    path = f"teams.{name}.responsiveness"
    if team.responsiveness is not None:
        draft.assumed(path, "replaces the estimate", 0.5)
        return team.responsiveness
    found = draft.study.responsiveness
    said = "; ".join(found.assumptions)
    text = f"{found.kind}, n = {found.n}: {found.value:.2f} [{found.lo:.2f}, {found.hi:.2f}]; {said}"
    draft.source(path, text, found.range)
    return round(found.value, 4)


# --- leads ----------------------------------------------------------------------------------------------


def _segments(draft: _Draft) -> dict[str, pl.DataFrame]:
    """Mature leads by the stage they enter."""
    mature, good = draft.study.mature, draft.study.given.deals.good
    if good is None or not mature[f"step_{good}"].any() or mature[f"step_{good}"].all():
        return {"lead": mature}
    flag = pl.col(f"step_{good}")
    return {"good_lead": mature.filter(flag), "lead": mature.filter(~flag)}


def _leads(draft: _Draft, segments: dict[str, pl.DataFrame]) -> None:
    """Sources that cost money are campaigns; the others bring leads by themselves."""
    study = draft.study
    mature = study.mature.with_columns(pl.col("source").cast(pl.String).fill_null("missing"))
    counts = dict(mature.group_by("source").agg(pl.len()).iter_rows())
    # Without an export of costs every source is marketing's work, at a cost that nobody has named.
    bought = study.costs or counts
    paid = [s for s in sorted(counts) if s in bought and counts[s] >= study.given.least]
    for source in paid:
        _campaign(draft, source, mature.filter(pl.col("source") == source))
    own = mature.filter(~pl.col("source").is_in(paid))
    width = _count_width(draft)
    for segment, leads in segments.items():
        share = leads.with_columns(pl.col("source").cast(pl.String).fill_null("missing"))
        n = share.filter(~pl.col("source").is_in(paid)).height
        inflow = study.per_period(n)
        draft.tree["stages"][segment] = {"label": _label(segment), "owner": "sales", "inflow": _short(inflow)}
        text = f"{draft.where}, sources without cost: {n} of {own.height} leads in {study.weeks:.1f} weeks"
        draft.source(f"stages.{segment}.inflow", text, width)


def _campaign(draft: _Draft, source: str, leads: pl.DataFrame) -> None:
    study, good = draft.study, draft.study.given.deals.good
    name, cost = as_name(source).lower(), study.costs.get(source)
    name = f"source_{name}" if name in draft.tree["activities"] or name in _LABELS else name
    yields, width = {"lead": 1.0}, 0.0
    if good is not None:
        rate = rate_of(leads, f"step_{good}")
        yields = {"good_lead": _short(rate.rate), "lead": _short(1 - rate.rate)}
        width = _width(rate)
        text = f"{draft.where}, source = {source}: {_said(rate)} are promising"
        draft.source(f"activities.{name}.yields", text)
        draft.source(f"activities.{name}.yields.good_lead", text, width)
        draft.source(f"activities.{name}.yields.lead", text, width * rate.rate / max(1e-9, 1 - rate.rate))
    else:
        draft.source(f"activities.{name}.yields", f"{draft.where}: a unit is a lead of {source}")
    draft.tree["activities"][name] = {
        "label": {"en": source, "fr": source},
        "team": "marketing",
        "yields": yields,
        "hours": draft.assume.work.campaign,
        "cash": _short(cost.per_lead) if cost else 0.0,
        "baseline": _short(study.per_period(leads.height)),
    }
    if cost is not None:
        files = ", ".join(study.history.files.get("spend", ()))
        text = (
            f"{files}: {number(round(cost.cost, 2))} for {cost.leads} leads, an average and no marginal cost"
        )
        draft.source(f"activities.{name}.cash", text, 1.96 / math.sqrt(cost.leads))
    else:
        draft.assumed(f"activities.{name}.cash", "no export of costs: 0", None)
    draft.source(
        f"activities.{name}.baseline",
        f"{draft.where}, source = {source}: n = {leads.height}",
        _count_width(draft),
    )
    draft.assumed(f"activities.{name}.hours", "work per lead is not in a CRM")


def _count_width(draft: _Draft) -> float:
    """How far the mean volume of a period may be off after as many weeks as were seen."""
    noise = draft.study.noise.get("leads")
    periods = draft.study.weeks / WEEKS[draft.study.given.period]
    return 1.96 * noise.sd / math.sqrt(periods) if noise else _ASSUMED_RANGE


# --- selling --------------------------------------------------------------------------------------------


def _selling(draft: _Draft, segment: str, leads: pl.DataFrame) -> None:
    """Answering in time or late where response times are known, else one way of working."""
    inflow = leads.height
    timed = leads.filter(pl.col("response") > 0)
    wins = int(leads["won"].sum())
    soon = pl.col("response") <= draft.assume.prompt_within
    prompt, late = timed.filter(soon), timed.filter(~soon)
    if not prompt.height or not late.height:
        _way(draft, "work", segment, inflow, inflow, Rate(wins, inflow), None, draft.assume.work.late, "")
    else:
        # Wins of leads without a response time were answered too: the rate is over all that were.
        rate = Rate(wins, max(timed.height, wins))
        rates, said = _by_speed(draft, rate, prompt, late)
        for kind, part, hours in (
            ("prompt", prompt, draft.assume.work.prompt),
            ("late", late, draft.assume.work.late),
        ):
            _way(draft, kind, segment, part.height, inflow, rate, rates[kind], hours, said)
    touch = f"touch_{segment}"
    draft.tree["activities"][touch] = {
        "label": _label("touch", f": {_LABELS[segment][0]}")
        | {"fr": f"{_LABELS['touch'][1]} : {_LABELS[segment][1]}"},
        "team": "sales",
        "from": segment,
        "hours": draft.assume.work.touch,
        "reach": _short(max(1.0, 0.25 * draft.study.per_period(inflow))),
        "entry": 0.2,
        "gaming": True,
    }
    draft.assumed(f"activities.{touch}", "not seen in the history; what it could become is a guess", 0.5)


def _by_speed(
    draft: _Draft, rate: Rate, prompt: pl.DataFrame, late: pl.DataFrame
) -> tuple[dict[str, float], str]:
    """Win rates in time and late, which mix to the rate seen and differ by the controlled odds ratio.

    The slope with controls is used, not the raw rates: late answers are given to other leads.
    """
    gap = _mean_log(late) - _mean_log(prompt)
    slopes = [s for s in draft.study.slopes if "owner" in s.controls] or list(draft.study.slopes)
    b = min(0.0, slopes[0].b) if slopes else 0.0
    share = prompt.height / (prompt.height + late.height)
    if rate.rate in (0.0, 1.0):
        return {"prompt": rate.rate, "late": rate.rate}, "no difference can be seen"

    def mixed(level: float) -> float:
        return share * _logistic(level) + (1 - share) * _logistic(level + b * gap) - rate.rate

    level = float(optimize.brentq(mixed, -40, 40))
    said = "waiting has no measured effect"
    if slopes:
        s = slopes[0]
        held = ", ".join(s.controls) or "nothing"
        said = (
            f"log odds per e-fold of waiting {s.b:.3f} [{s.lo:.3f}, {s.hi:.3f}], n = {s.n}, {held} held equal"
        )
    return {"prompt": _logistic(level), "late": _logistic(level + b * gap)}, said


def _mean_log(frame: pl.DataFrame) -> float:
    return float(np.mean(np.log(frame["response"].clip(1 / 60, 720).to_numpy())))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _inflow(draft: _Draft, segment: str) -> float:
    """What enters a stage by the rounded numbers of the scenario, so that work never overdraws it."""
    bought = (
        a["baseline"] * a["yields"].get(segment, 0.0)
        for a in draft.tree["activities"].values()
        if "yields" in a
    )
    return float(draft.tree["stages"][segment]["inflow"] + sum(bought))


def _way(
    draft: _Draft,
    kind: str,
    segment: str,
    count: int,
    inflow: int,
    rate: Rate,
    value: float | None,
    hours: float,
    said: str,
) -> None:
    study, name = draft.study, f"{kind}_{segment}"
    lag = study.lags.get("created_to_won")
    content: Tree = {
        "label": {
            "en": f"{_LABELS[kind][0]}: {_LABELS[segment][0]}",
            "fr": f"{_LABELS[kind][1]} : {_LABELS[segment][1]}",
        },
        "team": "sales",
        "from": segment,
        "yields": {"customer": _short(rate.rate if value is None else value)},
        "hours": hours,
        "baseline": _below(_inflow(draft, segment) * count / inflow),
    }
    if lag is not None and len(lag.observed):
        days = float(lag.observed.mean())
        content["lag"] = _short(days / 7 / WEEKS[study.given.period])
        error = 1.96 * float(lag.observed.std()) / math.sqrt(len(lag.observed)) / max(days, 1e-9)
        best = f", best fit {lag.best.name}" if lag.fits else ""
        median = float(np.median(lag.observed))
        files = ", ".join(study.history.files.get("closed", study.history.files["deals"]))
        seen = f"mean {days:.1f} days, median {median:.0f}, n = {len(lag.observed)}{best}"
        text = f"{files}, won and dated: {seen}"
        draft.source(f"activities.{name}.lag", text, error)
    draft.tree["activities"][name] = content
    draft.source(
        f"activities.{name}.yields",
        f"{draft.where}, {segment}: {_said(rate)}{'; ' + said if said else ''}",
        _width(rate),
    )
    text = f"{draft.where}, {segment}: n = {count} in {study.weeks:.1f} weeks"
    draft.source(f"activities.{name}.baseline", text, _count_width(draft))
    draft.assumed(f"activities.{name}.hours", "work per lead is not in a CRM")


def _customer(draft: _Draft) -> None:
    value, files = draft.study.value, ", ".join(draft.study.history.files["deals"])
    draft.tree["stages"]["customer"] = {"label": _label("customer"), "value": 1.0}
    if not value["n"]:
        draft.assumed("stages.customer.value", "no deal has a value: a customer counts 1", None)
        return
    draft.tree["stages"]["customer"]["value"] = _short(value["mean"] * draft.assume.margin)
    error = 1.96 * value["sd"] / math.sqrt(value["n"]) / value["mean"]
    seen = f"mean {value['mean']:.0f}, median {value['p50']:.0f}, n = {value['n']:.0f}"
    why = _PLACEHOLDER if draft.assume.placeholders else _ASSUMED
    text = f"{files}, won: {seen}; margin {draft.assume.margin:g}: {why}"
    draft.source("stages.customer.value", text, error)


# --- KPIs -----------------------------------------------------------------------------------------------


def _kpis(draft: _Draft, segments: list[str]) -> None:
    kpis = draft.tree["kpis"]
    kpis["leads"] = {"entering": dict.fromkeys(segments, 1.0)}
    if "good_lead" in segments:
        kpis["good_leads"] = {"entering": {"good_lead": 1.0}}
    names = list(draft.tree["activities"])
    if any(name.startswith("prompt_") for name in names):
        kpis["answered_in_time"] = _answered(names, segments)
    kpis["wins"] = {"entering": {"customer": 1.0}}
    for name, kpi in kpis.items():
        kpi["label"] = _label(name)
        kpi["noise"] = _short(_noise(draft, name))


def _answered(names: list[str], segments: list[str]) -> Tree:
    """A rate whose payee controls the denominator needs a cap (model.md §9)."""
    working = [n for n in names if n.endswith(tuple(f"_{s}" for s in segments))]
    working = [n for n in working if n.startswith(("prompt_", "late_", "work_", "touch_"))]
    credit = [n for n in working if n.startswith(("prompt_", "touch_"))]
    left = [f"leave:{segment}" for segment in segments]
    return {
        "numerator": dict.fromkeys(credit, 1.0),
        "denominator": dict.fromkeys([*working, *left], 1.0),
        "curve": {"cap": 1.5},
    }


def _noise(draft: _Draft, kpi: str) -> float:
    path, study = f"kpis.{kpi}.noise", draft.study
    if kpi == "answered_in_time":
        return _share_noise(draft, path)
    noise = study.noise.get(kpi)
    if noise is None:
        draft.assumed(path, "too few weeks to measure it", 0.5)
        return 0.2
    interval = f"[{noise.lo:.3f}, {noise.hi:.3f}], of it chance {noise.chance:.3f}"
    text = f"{draft.where}: {noise.weeks} weeks, trend removed; {interval}"
    draft.source(path, text, (noise.hi - noise.lo) / 2 / noise.sd)
    return noise.sd


def _share_noise(draft: _Draft, path: str) -> float:
    """Scatter of a period's share answered in time, from whole weeks, a trend removed."""
    study = draft.study
    answered = study.mature.filter(pl.col("response") > 0)
    soon = answered.with_columns(soon=pl.col("response") <= draft.assume.prompt_within)
    by_week = soon.group_by(pl.col("created").dt.truncate("1w").alias("week")).agg(
        pl.col("soon").mean(), pl.len().alias("n")
    )
    shares = by_week.filter(pl.col("n") >= 5).sort("week")["soon"].to_numpy()
    said = _said(rate_of(soon, "soon"))
    if len(shares) < 8 or not shares.mean():
        draft.assumed(path, f"{said}; too few weeks to measure its scatter", 0.5)
        return 0.1
    rest = timing.without_trend(shares)
    alike = timing.persistence(rest)
    weekly = math.sqrt(float(rest @ rest) / (len(shares) - 2)) / float(shares.mean())
    sd = max(0.005, weekly * math.sqrt(alike / WEEKS[study.given.period]))
    lo, hi = timing.deviation_bounds(len(shares) / alike)
    draft.source(path, f"{draft.where}: {said}; {len(shares)} weeks, trend removed", (hi - lo) / 2)
    return sd


# --- checks ---------------------------------------------------------------------------------------------


def _fits(draft: _Draft) -> None:
    """Work at baseline must fit into the hours; the remedy names the map's own numbers."""
    for team in ("marketing", "sales"):
        mine = [a for a in draft.tree["activities"].values() if a["team"] == team]
        needed = sum(a["hours"] * a.get("baseline", 0.0) for a in mine)
        given = getattr(draft.assume, team).hours
        if needed > given:
            message = f"work at today's volumes takes {needed:.0f} hours, more than the team has"
            hint = "raise the hours, or lower the hours per lead in `assume.work`"
            raise ScenarioError([Problem(f"assume.{team}.hours", number(given), message, hint)])


def _valid(draft: _Draft) -> Scenario:
    given = draft.study.given
    head = {"name": given.name, "currency": given.currency, "period": given.period}
    label = given.label.model_dump() if given.label else given.name
    tree = {**head, "label": label, **draft.tree}
    try:
        scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
        findings = problems_of(scenario)
    except ValidationError as error:
        findings = findings_of(error, Scenario)
    if findings:
        where = [f"assume (scenario: {dotted(f.path)})" for f in findings]
        raise ScenarioError(
            Problem(w, f.value, f.message, f.hint) for w, f in zip(where, findings, strict=True)
        )
    return scenario


def _below(value: float) -> float:
    """Six significant digits, rounded down."""
    if value <= 0:
        return 0.0
    scale = 10 ** (5 - math.floor(math.log10(value)))
    return math.floor(value * scale) / scale


def _short(value: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{value:.4g}")


def _said(rate: Rate) -> str:
    return f"{rate.k}/{rate.n} = {rate.rate:.4f} [{rate.lo:.4f}, {rate.hi:.4f}]"


def _width(rate: Rate) -> float:
    return (rate.hi - rate.lo) / 2 / rate.rate if rate.k else _WIDEST
