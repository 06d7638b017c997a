"""From a study to answers of `incentives start`: what exports tell, each with its count; the rest stays open.

Counts, rates and what is signed come from the same leads, those old enough to be judged, so that they agree
with each other. Where the map names no step for a meeting or an offer, or lists no source of a kind, the
question stays open, and takes its default or is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from optimizer.history.draft.sourced_values import Said, as_it_is, short, where_in
from optimizer.history.draft.sourced_values import said as words
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.rates import rate_of
from optimizer.history.read.maps.mapping import WEEKS
from optimizer.history.read.maps.start_questions import StartQuestions
from optimizer.scenario.problems import InputProblem, ScenarioError, dotted
from optimizer.scenario.start.answer_values import plain
from optimizer.scenario.start.library import LIBRARY, Archetype
from optimizer.scenario.start.unfinished import Content, in_order, open_questions

LEADS = {"campaign": "leads_campaign", "event": "leads_event", "hot": "leads_hot", "referral": "referrals"}
"""The question that asks for leads by how they arrive."""
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Measured:
    """One answer, and what it was counted from."""

    question: str
    value: float
    text: Said


@dataclass(frozen=True)
class MeasuredAnswers:
    """What a history answers."""

    content: Content
    """As an answers file holds it, with sources."""
    measured: tuple[Measured, ...]
    unplaced: Mapping[str, int]
    """Sources in none of the lists of the map, with their leads, which no answer counts."""
    open: tuple[str, ...]
    """Questions without default that the exports do not answer."""

    def as_json(self) -> dict[str, object]:
        told = [{"question": m.question, "value": m.value, "source": m.text[0]} for m in self.measured]
        return {"measured": told, "open": list(self.open), "unplaced": dict(self.unplaced)}


def measured_answers(study: Study) -> MeasuredAnswers:
    """The answers. Raises ScenarioError where the map has no section `questions`."""
    asked = study.given.questions
    if asked is None:
        hint = "add it, e.g. questions: {archetype: saas_sdr, meeting: STEP, offer: STEP}"
        message = "is missing: it says which kind of company it is, and which step is a meeting or an offer"
        raise ScenarioError([InputProblem("questions", "", message, hint)])
    form = LIBRARY.archetypes[asked.archetype]
    leads = _arriving(study, asked)
    found = tuple(m for m in _answers(study, asked, form, leads) if m.question in form.questions)
    language = 1 if asked.lang == "fr" else 0
    content = {
        "archetype": asked.archetype,
        "company": asked.company or _called(study, asked),
        "lang": asked.lang,
        "period": study.given.period,
        "answers": {m.question: m.value for m in found},
        "sources": {f"answers.{m.question}": m.text[language] for m in found},
    }
    left = tuple(dotted(question.path) for question in open_questions(content))
    return MeasuredAnswers(in_order(content), found, _unplaced(leads), left)


def _called(study: Study, asked: StartQuestions) -> str:
    label = study.given.label
    return study.given.name if label is None else label.said_in(asked.lang)


# --- how leads arrive -----------------------------------------------------------------------------------


def _arriving(study: Study, asked: StartQuestions) -> pl.DataFrame:
    """Mature leads with how each arrives (`arrives`); nothing where no list has its source."""
    kinds = asked.sources.named
    if not kinds:
        return study.mature.with_columns(pl.lit("campaign").alias("arrives"))
    source = pl.col("source").cast(pl.String)
    return study.mature.with_columns(source.replace_strict(kinds, default=None).alias("arrives"))


def _unplaced(leads: pl.DataFrame) -> dict[str, int]:
    left = leads.filter(pl.col("arrives").is_null())
    counts = left.group_by(pl.col("source").cast(pl.String).fill_null("")).agg(pl.len().alias("n"))
    return {str(source): int(n) for source, n in counts.sort("n", descending=True).iter_rows()}


# --- answers --------------------------------------------------------------------------------------------


def _answers(study: Study, asked: StartQuestions, form: Archetype, leads: pl.DataFrame) -> Iterator[Measured]:
    """Every question that the exports may answer, of any kind of company."""
    named = asked.sources.named or {"": "campaign"}
    for kind, question in LEADS.items():
        if kind in named.values():
            count = leads.filter(pl.col("arrives") == kind).height
            yield _count(study, question, count, "answer.leads")
    if asked.fit is not None:
        campaign = leads.filter(pl.col("arrives") == "campaign")
        yield from _rate(study, "fit_share", campaign, f"step_{asked.fit}")
    yield from _rates(study, asked, form, leads)
    if "own" in named.values() and asked.meeting is not None:
        met = leads.filter((pl.col("arrives") == "own") & pl.col(f"step_{asked.meeting}"))
        yield _count(study, "meetings_own", met.height, "answer.meetings")
    placed = leads.filter(pl.col("arrives").is_not_null())
    yield _count(study, "wins", int(placed["won"].sum()), "answer.wins")
    yield from _deals(study)
    yield from _kept(study)
    yield from _spend(study)


def _count(study: Study, question: str, count: int, key: str) -> Measured:
    text = words(key, n=str(count), weeks=f"{study.weeks:.0f}", where=where_in(study))
    return Measured(question, plain(short(study.per_period(count))), _measured(text))


def _rates(study: Study, asked: StartQuestions, form: Archetype, leads: pl.DataFrame) -> Iterator[Measured]:
    """Of leads, meetings and offers the share that gets to the next step that is asked about."""
    meeting, offer = (None if step is None else f"step_{step}" for step in (asked.meeting, asked.offer))
    wants = {"meeting": "r_meeting" in form.questions, "offer": "r_offer" in form.questions}
    after_meeting = offer if wants["offer"] else "won"
    after_lead = [column for role, column in (("meeting", meeting), ("offer", offer)) if wants[role]]
    if all(after_lead):  # each step that is asked about has its name in the map
        reached = [pl.col(str(column)) for column in (*after_lead, "won")]
        onward = leads.with_columns(pl.any_horizontal(reached).alias("onward"))
        paid = onward.filter(pl.col("arrives").is_in(["campaign", "event"]))
        if "r_hot" not in form.questions:
            paid = onward.filter(pl.col("arrives").is_in(["campaign", "event", "hot"]))
        yield from _rate(study, "r_lead", paid, "onward")
        yield from _rate(study, "r_hot", onward.filter(pl.col("arrives") == "hot"), "onward")
    if meeting is not None and after_meeting is not None:
        yield from _rate(study, "r_meeting", leads.filter(meeting), after_meeting)
    if offer is not None:
        yield from _rate(study, "r_offer", leads.filter(offer), "won")


def _rate(study: Study, question: str, leads: pl.DataFrame, outcome: str) -> Iterator[Measured]:
    """A share in percent; nothing where there is nothing to count, or all or none."""
    rate = rate_of(leads, outcome)
    if 0 < rate.k < rate.n:
        counts = {
            "k": str(rate.k),
            "n": str(rate.n),
            "lo": f"{100 * rate.lo:.1f}",
            "hi": f"{100 * rate.hi:.1f}",
        }
        text = words("answer.rate", where=where_in(study), **counts)
        yield Measured(question, plain(short(100 * rate.rate)), _measured(text))


def _deals(study: Study) -> Iterator[Measured]:
    """The cycle and the price of what is won."""
    lag = study.lags.get("created_to_won")
    if lag is not None and len(lag.observed):
        text = words("answer.cycle", n=str(len(lag.observed)), where=where_in(study))
        yield Measured("cycle_days", plain(short(max(1.0, float(lag.observed.mean())))), _measured(text))
    if study.value.get("n", 0):
        text = words("answer.price", n=str(int(study.value["n"])), where=where_in(study))
        yield Measured("price", plain(short(study.value["mean"])), _measured(text))


def _kept(study: Study) -> Iterator[Measured]:
    """Customers of over a year who are still there, where the map names the step."""
    kept = study.given.deals.kept
    if kept is not None:
        old = study.leads.filter(pl.col("won") & (pl.col("closed") <= study.history.last - YEAR))
        yield from _rate(study, "retention", old, f"step_{kept}")


def _spend(study: Study) -> Iterator[Measured]:
    """What was spent a period, over the days of the export of costs."""
    spend = study.history.spend
    if not spend.height:
        return
    days = (spend["date"].max() - spend["date"].min()).days + 1  # type: ignore[operator, union-attr]
    total, files = float(spend["cost"].sum()), ", ".join(study.history.files.get("spend", ()))
    text = words("answer.spend", total=f"{total:.0f}", days=str(days), files=as_it_is(files))
    yield Measured("spend", plain(short(total * 7 * WEEKS[study.given.period] / days)), _measured(text))


def _measured(text: Said) -> Said:
    return words("answer.measured", text=text)
