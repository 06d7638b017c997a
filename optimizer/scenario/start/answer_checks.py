"""What is wrong with answers, and what is doubtful: unknown names, missing and impossible numbers.

A question's range is what is plausible: outside it is warned of. Refused is what cannot be: a negative count,
a rate of nothing or of more than all, a percentage that reads like a share, weights that do not make 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeGuard, get_args

from optimizer.scenario.messages import number_in_text
from optimizer.scenario.problems import Finding, Path, did_you_mean, dotted, listed, number, shown
from optimizer.scenario.start.answer_types import Answers, Lang
from optimizer.scenario.start.library import LIBRARY, Archetype
from optimizer.scenario.start.questions import WEIGHTS, AskedQuestion, questions_of
from optimizer.scenario.value_types import Period

KEYS = ("archetype", "company", "lang", "period", "teams", "answers", "sources")
OVER_HUNDRED = ("attainment",)
"""Percentages that may exceed 100."""
WHOLE = ("horizon",)
MAY_BE_NIL = ("variable", "leads_campaign", "leads_hot", "partner_opps", "walkins", "visits")
"""Answers of which none at all is a company too, though so few are unusual."""
TOLERANCE = 1e-6
"""Of a sum of percentages."""
LARGEST = 1e12
MISSING = "is missing"
"""The message where there is no answer."""
Impossible = Literal["negative", "large", "zero", "share", "over", "part", "outside", "heads", "far"]
"""Why a number cannot be an answer."""


def problems_in(content: Any) -> list[Finding]:
    """All problems of plain values that should be answers."""
    if not isinstance(content, dict):
        return [Finding((), shown(content), "answers are a mapping", f"its keys: {listed(KEYS)}")]
    if content.keys() >= {"stages", "activities"}:
        return [Finding((), "", "this is a scenario, not answers", "name its answers.yaml; solve reads this")]
    findings = [*_unknown((), content, KEYS), *_head(content)]
    name = content.get("archetype")
    if not isinstance(name, str) or name not in LIBRARY.archetypes:
        return [*findings, _archetype(content)]
    form = LIBRARY.archetypes[name]
    asked = questions_of(name)
    return [
        *findings,
        *_teams(content.get("teams"), form, asked),
        *_company(content.get("answers"), asked),
        *_sources(content.get("sources"), asked),
    ]


def _archetype(content: Mapping[str, Any]) -> Finding:
    if "archetype" not in content:
        hint = f'add "archetype: ..."; allowed: {listed(LIBRARY.archetypes)}'
        return Finding(("archetype",), "", MISSING, hint, True)
    name = content["archetype"]
    return Finding(("archetype",), shown(name), "is no known kind of company", _nearest(name))


def _nearest(name: object, allowed: Iterable[str] = LIBRARY.archetypes) -> str:
    return did_you_mean(str(name), allowed)


def _head(content: Mapping[str, Any]) -> Iterator[Finding]:
    for key, allowed in (("lang", get_args(Lang)), ("period", get_args(Period))):
        if key in content and content[key] not in allowed:
            message = "is not one of the allowed values"
            yield Finding((key,), shown(content[key]), message, _nearest(content[key], allowed))
    if "company" in content and not (isinstance(content["company"], str) and content["company"].strip()):
        yield Finding(("company",), shown(content["company"]), "must be text", "write the company's name")


def _unknown(path: Path, content: Mapping[str, Any], allowed: Iterable[str]) -> Iterator[Finding]:
    for key in content:
        if key not in allowed:
            yield Finding((*path, key), "", "unknown key", did_you_mean(str(key), allowed), True)


# --- teams ----------------------------------------------------------------------------------------------


def _teams(content: Any, form: Archetype, asked: tuple[AskedQuestion, ...]) -> Iterator[Finding]:
    if not isinstance(content, dict):
        hint = f"write one entry for each team: {listed(form.team)}"
        yield Finding(("teams",), _seen(content), _absent(content, "must be a mapping"), hint, True)
        return
    for team in content:
        if team not in form.team:
            message = "is no team of this kind of company"
            yield Finding(("teams", team), "", message, did_you_mean(str(team), form.team), True)
    for team in form.team:
        yield from _team(content.get(team), team, form, [q for q in asked if q.team == team])


def _team(content: Any, team: str, form: Archetype, asked: list[AskedQuestion]) -> Iterator[Finding]:
    at: Path = ("teams", team)
    if not isinstance(content, dict):
        hint = f"write {team}: {{heads: ..., fixed: ..., variable: ...}}, pay gross, a head and year"
        yield Finding(at, _seen(content), _absent(content, "must be a mapping"), hint, True)
        return
    yield from _unknown(at, content, LIBRARY.per_team_questions)
    for question in asked:
        if question.id == WEIGHTS:
            yield from _weights(content.get(WEIGHTS), (*at, WEIGHTS), form, team)
        else:
            yield from _answer(content, question)


def _weights(content: Any, at: Path, form: Archetype, team: str) -> Iterator[Finding]:
    if content is None:
        return
    if not isinstance(content, dict) or not content:
        hint = f"write percentages by KPI, e.g. {_example(form.usual[team])}"
        yield Finding(at, shown(content), "must be a mapping", hint, True)
        return
    unknown = [kpi for kpi in content if kpi not in form.kpi]
    for kpi in unknown:
        hint = did_you_mean(str(kpi), form.kpi)
        yield Finding((*at, kpi), "", "is no KPI of this kind of company", hint, True)
    wrong = [f for kpi, weight in content.items() for f in _number((*at, kpi), weight)]
    wrong += [_negative((*at, kpi), w) for kpi, w in content.items() if _is_number(w) and w < 0]
    yield from wrong
    if not unknown and not wrong:
        yield from _sum(content, at)


def _sum(content: Mapping[str, float], at: Path) -> Iterator[Finding]:
    total = sum(content.values())
    if abs(total - 1) <= TOLERANCE:
        meant = {kpi: 100 * weight for kpi, weight in content.items()}
        message = "weights are percentages, and these are shares"
        yield Finding(at, _example(content), message, f"write {_example(meant)}", True)
    elif abs(total - 100) > TOLERANCE:
        message = f"weights add up to {number(total)} %, not to 100"
        scaled = {k: round(100 * w / total, 2) for k, w in content.items()} if total > 0 else {}
        hint = f"write percentages that add up to 100, e.g. {_example(scaled)}" if scaled else "write 100"
        yield Finding(at, _example(content), message, hint, True)


def _example(weights: Mapping[str, float]) -> str:
    return "{" + ", ".join(f"{kpi}: {number(weight)}" for kpi, weight in weights.items()) + "}"


def _sources(content: Any, asked: tuple[AskedQuestion, ...]) -> Iterator[Finding]:
    """Texts by the dotted place of an answer."""
    places = [dotted(question.path) for question in asked]
    if content is not None and not isinstance(content, dict):
        hint = "write texts by place, e.g. {answers.wins: invoices of 2025}"
        yield Finding(("sources",), shown(content), "must be a mapping", hint, True)
        return
    for place, text in (content or {}).items():
        if place not in places:
            hint = did_you_mean(str(place), places)
            yield Finding(("sources", place), "", "is the place of no answer", hint, True)
        elif not (isinstance(text, str) and text.strip()):
            yield Finding(
                ("sources", place), shown(text), "must be text", "write where the answer comes from"
            )


# --- numbers --------------------------------------------------------------------------------------------


def _company(content: Any, asked: tuple[AskedQuestion, ...]) -> Iterator[Finding]:
    mine = [question for question in asked if question.team is None]
    if not isinstance(content, dict):
        hint = f"write `id: number` for {listed(q.id for q in mine if q.required)}"
        yield Finding(("answers",), _seen(content), _absent(content, "must be a mapping"), hint, True)
        return
    for key in content:
        if key not in {question.id for question in mine}:
            message = "is not asked of this kind of company"
            yield Finding(("answers", key), "", message, did_you_mean(str(key), [q.id for q in mine]), True)
    for question in mine:
        yield from _answer(content, question)


def _answer(content: Mapping[str, Any], question: AskedQuestion) -> Iterator[Finding]:
    """Problems of one number; none where it was skipped and has a default."""
    if question.id not in content:
        if question.required:
            hint = f"{question.label.en} [{question.unit}]: who knows: {question.who.en}"
            yield Finding(question.path, "", MISSING, hint, True)
        return
    value = content[question.id]
    wrong = list(_number(question.path, value))
    yield from wrong or _impossible(question, value)


def _number(at: Path, value: object) -> Iterator[Finding]:
    if not _is_number(value):
        hint = number_in_text(value, shares=False) if isinstance(value, str) else "write a number, e.g. 12.5"
        yield Finding(at, shown(value), "must be a number", hint)
    elif not abs(value) <= LARGEST:
        yield Finding(at, shown(value), "must be a finite number of a usual size", "write what was counted")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _negative(at: Path, value: float) -> Finding:
    return Finding(at, shown(value), "must be at least 0", f"write {number(-value)}, without the minus sign")


def why_impossible(question: AskedQuestion, value: float) -> Impossible | None:
    """What makes that an answer cannot be, whatever the company; None where it can."""
    if value < 0:
        return "negative"
    if value > LARGEST:
        return "large"
    if value == 0 and question.low > 0 and question.id not in MAY_BE_NIL:
        return "zero"
    if question.is_percent and _reads_as_share(question, value):
        return "share"
    if question.is_percent and value > 100 and question.id not in OVER_HUNDRED:
        return "over"
    if question.id in WHOLE and not float(value).is_integer():
        return "part"
    if question.id in WHOLE and not question.low <= value <= question.high:
        return "outside"
    if question.id == "heads" and value < 1:
        return "heads"
    return "far" if question.is_far(value) else None


def _impossible(question: AskedQuestion, value: float) -> Iterator[Finding]:
    why, at, seen = why_impossible(question, value), question.path, number(value)
    between, meant = _between(question), number(100 * value)
    match why:
        case "negative":
            yield _negative(at, value)
        case "zero":
            yield Finding(at, seen, "must be above 0", between)
        case "share":
            message = f"is {seen} %: percentages are written as 45, not as 0.45"
            hint = f"write {meant} if {meant} % is meant"
            less = f"{hint}; of less than 1 %, write 0"
            yield Finding(at, seen, message, less if question.low == 0 else hint)
        case "over":
            yield Finding(at, seen, "is more than all", f"write a percentage; {between}")
        case "part":
            yield Finding(at, seen, "must be a whole number", f"write {round(value)}")
        case "outside":
            yield Finding(at, seen, "is outside of what can be computed", between)
        case "heads":
            yield Finding(at, seen, "must be at least 1", "a team has at least one full-time equivalent")
        case "far":
            hint = f"{between}; check the unit, the period and the digits"
            yield Finding(at, seen, "is far from anything plausible", hint)


def _reads_as_share(question: AskedQuestion, value: float) -> bool:
    """A percentage far below its range that would lie within it times a hundred. Where less than one percent
    is plausible, only what is written like a share: 0.3 or 0.25."""
    small = value < max(question.low, 1)
    like_one = question.low > 0 or abs(100 * value - round(100 * value)) < TOLERANCE
    return 0 < value <= 1.5 and small and like_one and question.low <= 100 * value <= question.high


def _between(question: AskedQuestion) -> str:
    return f"plausible: {number(question.low)} to {number(question.high)} {question.unit}"


def _seen(content: object) -> str:
    return "" if content is None else shown(content)


def _absent(content: object, otherwise: str) -> str:
    return MISSING if content is None else otherwise


# --- doubts ---------------------------------------------------------------------------------------------


def warnings_of(answers: Answers) -> tuple[Finding, ...]:
    """Answers outside of their plausible range."""
    return tuple(
        _doubt(question, value) for question, value in _given(answers) if is_unusual(question, value)
    )


def is_unusual(question: AskedQuestion, value: float) -> bool:
    """Whether it is outside of the plausible range, or less than one percent; not where none is usual too."""
    nil = question.id in MAY_BE_NIL and value == 0
    faint = question.is_percent and 0 < value < 1
    return faint or (not question.low <= value <= question.high and not nil)


def _given(answers: Answers) -> Iterator[tuple[AskedQuestion, float]]:
    for question in questions_of(answers.archetype):
        if question.team is not None and question.id != WEIGHTS:
            yield question, getattr(answers.teams[question.team], question.id)
        elif question.id in answers.answers:
            yield question, answers.answers[question.id]


def _doubt(question: AskedQuestion, value: float) -> Finding:
    hint = f"{_between(question)}; check the unit and the period, or leave it where it is right"
    return Finding(question.path, number(value), f"{question.label.en}: unusual", hint)
