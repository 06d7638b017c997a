"""Where every number of a generated file comes from, how far it may be off, and which of them somebody knows.

A number that was answered says so; every other is a usual value with the publications behind it, a range,
and, where somebody in the company could tell it, a place among the `placeholders`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.spoken import with_spoken
from optimizer.scenario.start.company import GROUP_RATES, Company
from optimizer.scenario.start.evidence import Pair, answered, evidence, joined, said, said_by
from optimizer.scenario.start.library import LIBRARY, Estimate, StageForm
from optimizer.scenario.start.reconcile import Reconciled, uncertain
from optimizer.scenario.start.stage_values import said_of
from optimizer.scenario.start.way_yields import PUSHED
from optimizer.scenario.start.work import EVENT, Work

NOISE_RANGE = 0.66
"""Of luck: the Fano factor is known between 1 and 5.5, 2 is taken."""
BASIC = "assumption"


@dataclass(frozen=True)
class Entry:
    """One number, and where it comes from."""

    path: str
    text: Pair
    range: float | None = None
    assumed: bool = True
    """Nobody gave it."""
    known: bool = False
    """Somebody in the company could tell it."""


def sources_of(notes: Iterable[Entry], tree: dict[str, Any]) -> dict[str, Any]:
    """The section `sources` of a file, each with the number of the tree that its text speaks of."""
    return with_spoken({note.path: _source(note) for note in notes}, tree)


def _source(note: Entry) -> dict[str, Any]:
    en, fr = note.text
    source: dict[str, Any] = {"text": {"en": en, "fr": fr}}
    if note.range:
        source["range"] = round(note.range, 4)
    return {**source, "kind": "assumed"} if note.assumed else source


def placeholders_of(notes: Iterable[Entry]) -> tuple[str, ...]:
    """Paths of assumed numbers that somebody knows."""
    return tuple(note.path for note in notes if note.assumed and note.known)


def entries(found: Reconciled, works: tuple[Work, ...], tree: dict[str, Any]) -> tuple[Entry, ...]:
    """All of a file, section by section."""
    company = found.company
    return (
        *_teams(company, tree["teams"]),
        *_stages(found, tree["stages"]),
        *(note for work in works for note in _activity(found, work, tree["activities"][work.act])),
        *_kpis(found, tree["kpis"]),
        *_plan(company, tree["current_plan"]),
        *_rules(tree["rules"], tree["activities"]),
    )


# --- answers --------------------------------------------------------------------------------------------


def _told(found: Reconciled, question: str) -> tuple[Pair, bool]:
    """What a question was answered, moved or skipped, in words; and whether nobody answered it."""
    answers = found.company.answers
    text = answered(answers, question)
    if question in uncertain(found.company):
        text = joined(text, said("moved", step=f"{100 * found.step:+.2f}"))
    return text, answers.skipped(question)


def _teams(company: Company, teams: dict[str, Any]) -> Iterator[Entry]:
    parameters = LIBRARY.parameters
    for team in teams:
        at = f"teams.{team}"
        for part, key in (("headcount", "heads"), ("base_pay", "fixed"), ("target_pay", "variable")):
            yield Entry(f"{at}.{part}", answered(company.answers, key, team), None, False)
        hours = parameters["hours_per_head_month"]
        yield Entry(f"{at}.hours", _usual(hours.source), hours.spread, known=True)
        yield Entry(f"{at}.charges", said("charges"), None, known=True)
        patience = parameters["discount_quarter"]
        yield Entry(f"{at}.discount", _usual(patience.source), patience.spread)
        answer = parameters["responsiveness"]
        yield Entry(f"{at}.responsiveness", _usual(answer.source), answer.spread)
        if "skill_spread" in teams[team]:
            skill = parameters["skill_spread"]
            yield Entry(f"{at}.skill_spread", _usual(skill.source), skill.spread)


def _usual(source: str) -> Pair:
    return joined(said("usual"), evidence(source))


def _stages(found: Reconciled, stages: dict[str, Any]) -> Iterator[Entry]:
    for form in found.company.stages:
        tree = stages[form.id]
        if "inflow" in tree:
            assert form.inflow is not None
            text, skipped = _told(found, form.inflow)
            yield Entry(f"stages.{form.id}.inflow", text, None, skipped, True)
        if "value" in tree:
            yield from _value(found.company, form)


def _value(company: Company, form: StageForm) -> Iterator[Entry]:
    """The formula as it is in this company, with the answers in it."""
    formula = said_of(company, str(form.value))
    asked = [q for q in _IN_VALUE[formula] if q in company.form.questions]
    parts = [answered(company.answers, question) for question in asked]
    skipped = any(company.answers.skipped(question) for question in asked)
    text = joined(said(f"value.{formula}"), *parts)
    yield Entry(f"stages.{form.id}.value", text, None, skipped, True)


_IN_VALUE = {
    "first_year": ("price", "margin"),
    "first_year_discounted": ("price", "margin", "discount_depth"),
    "first_year_partner": ("price", "margin", "partner_share"),
    "half": ("price", "margin"),
    "other_half": ("price", "margin", "horizon"),
    "other_half_and_later": ("price", "margin", "retention", "horizon"),
    "later_years": ("price", "margin", "retention", "horizon"),
    "no_later_years": ("horizon",),
    "one_year": ("price", "margin"),
    "one_period": ("price", "margin"),
    "expansion": ("expansion_price", "margin"),
}


# --- activities -----------------------------------------------------------------------------------------


def _activity(found: Reconciled, work: Work, tree: dict[str, Any]) -> Iterator[Entry]:
    at = f"activities.{work.act}"
    family = work.family
    yield _volume(found, work, f"{at}.baseline")
    if work.written_yields:
        yield _yields(found, work, f"{at}.yields")
    if family.hours is not None and not work.hour_unit:
        yield Entry(f"{at}.hours", _of_family(work, "hours"), family.hours.spread, known=True)
    if "cash" in tree:
        yield _cash(found, work, f"{at}.cash")
    if "lag" in tree:
        yield _lag(found, work, f"{at}.lag")
    for part, name in (("reach", "reach_share"), ("entry", "entry")):
        if part in tree:
            yield Entry(f"{at}.{part}", _of_family(work, name), _spread(getattr(family, name)))


def _of_family(work: Work, part: str) -> Pair:
    return joined(said("usual"), _evidence(work, part))


def _evidence(work: Work, part: str) -> Pair:
    return evidence(work.family.sources.get(part, BASIC))


def _spread(estimate: Estimate | None) -> float | None:
    return estimate.spread if estimate else 0.5


def _volume(found: Reconciled, work: Work, path: str) -> Entry:
    if work.kind == "campaign":
        campaign = found.company.form.campaign
        assert campaign is not None
        question = campaign.event_answer if work.family.id == EVENT else campaign.answer
        text = joined(_told(found, question)[0], said("campaigns"), _evidence(work, "units_per_unit"))
        return Entry(path, text, _spread(work.family.units_per_unit), True, True)
    if work.kind == "hourly":
        question = next(w.answer for w in found.company.hourly if w.act == work.act)
        text = joined(_told(found, question)[0], _evidence(work, "units_per_unit"))
        return Entry(path, text, _spread(work.family.units_per_unit), True, True)
    assert work.way is not None
    if work.way.share in PUSHED:
        text, skipped = _told(found, "discount_share" if work.way.share == PUSHED[0] else "push_share")
        return Entry(path, joined(text, said("share_of_successes")), None, skipped, True)
    if work.written == 0:
        return Entry(path, said("unseen"), None, True, True)
    text = joined(said("share_today"), _evidence(work, "share_today"))
    return Entry(path, text, _spread(work.family.share_today), True, True)


def _yields(found: Reconciled, work: Work, path: str) -> Entry:
    """Market work brings what was counted; of a stage, the rate was given and the ratio of the ways is
    usual."""
    company = found.company
    if work.from_ is None:
        each = work.family.units_per_unit
        text = joined(said("brings"), _evidence(work, "units_per_unit"))
        if work.kind == "campaign" and work.family.id != EVENT:
            text = joined(text, _told(found, "fit_share")[0])
        return Entry(path, text, _spread(each))
    form = company.form.stage[work.from_]
    if form.passes:
        return Entry(path, said("passes"), None)
    text, _ = _told(found, form.rate or GROUP_RATES[str(form.group)])
    ratio = work.family.yield_vs_good
    spread = ratio.spread if ratio is not None else 0.0
    more = joined(said("ratio"), _evidence(work, "yield_vs_good")) if spread else said("good_way")
    return Entry(path, joined(text, more), spread or None, bool(spread))


def _cash(found: Reconciled, work: Work, path: str) -> Entry:
    if work.kind == "campaign":
        text, skipped = _told(found, "spend")
        return Entry(path, text, None, skipped, True)
    if work.way is not None and work.way.cash_of_price:
        price = answered(found.company.answers, "price")
        return Entry(path, joined(said("cash_of_price"), price), 0.5, True, True)
    return Entry(path, _of_family(work, "cash"), _spread(work.family.cash), True, True)


def _lag(found: Reconciled, work: Work, path: str) -> Entry:
    form = found.company.form.stage[work.from_] if work.from_ is not None else None
    if form is not None and form.cycle is not None and (work.way is None or work.way.lag_days is None):
        text, _ = _told(found, "cycle_days")
        return Entry(path, joined(text, said("cycle")), 0.3, True, False)
    return Entry(path, _of_family(work, "lag_days"), _spread(work.family.lag_days))


# --- the rest -------------------------------------------------------------------------------------------


def _kpis(found: Reconciled, kpis: dict[str, Any]) -> Iterator[Entry]:
    text, skipped = _told(found, "attainment")
    for kpi, tree in kpis.items():
        yield Entry(f"kpis.{kpi}.target", joined(said("target"), text), None, skipped, True)
        yield Entry(f"kpis.{kpi}.noise", said("noise"), NOISE_RANGE)
        if "individual_noise" in tree:
            yield Entry(f"kpis.{kpi}.individual_noise", said("individual_noise"), NOISE_RANGE)


def _plan(company: Company, plan: dict[str, Any]) -> Iterator[Entry]:
    for team, weights in plan.items():
        usual = not company.answers.teams[team].weights
        source = said_by(company.answers, f"teams.{team}.weights")
        text = joined(said("usual_plan" if usual else "plan"), *source)
        for kpi in weights:
            yield Entry(f"current_plan.{team}.{kpi}", text, None, usual, True)


def _rules(rules: dict[str, Any], activities: dict[str, Any]) -> Iterator[Entry]:
    """The reason of each rule."""
    fixed = (
        "objective",
        "weights.step",
        "weights.min",
        "weights.max_measures",
        "budget.expected",
        "budget.min_share_of_target",
        "controllability.floor",
        "gaming.tolerance",
    )
    for path in fixed:
        yield Entry(f"rules.{path}", said(f"rule.{path}"), None)
    for number in range(len(rules["weights"]["groups"])):
        yield Entry(f"rules.weights.groups.{number}", said("rule.weights.groups"), None)
    for number in range(len(rules["gaming"]["pairs"])):
        yield Entry(f"rules.gaming.pairs.{number}", said("rule.gaming.pairs"), None)
    for act in rules["gaming"]["caps"]:
        reason = "rule.gaming.caps.freed" if activities[act]["baseline"] > 0 else "rule.gaming.caps"
        yield Entry(f"rules.gaming.caps.{act}", said(reason), None)
    for team in rules["measures"]:
        yield Entry(f"rules.measures.{team}", said("rule.measures"), None)
    for team in rules.get("locks", {}):
        yield Entry(f"rules.locks.{team}", said("rule.locks.unpaid"), None)
