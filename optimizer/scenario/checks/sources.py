"""Sources: they name values of the file, and behavioural numbers have one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import BaseModel

from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.problems import Finding, Path, did_you_mean, dotted, number, shown
from optimizer.scenario.spoken import is_spoken, speaks_of, spoken
from optimizer.scenario.types import Scenario

_BEHAVIOURAL = {
    "teams": ("discount", "responsiveness", "risk_aversion"),
    "activities": ("yields", "lag", "reach", "entry", "responsiveness"),
    "kpis": ("noise",),
}


def problems(scenario: Scenario) -> Findings:
    """Sources of something that the file does not have, with two ranges, or that speak of no number."""
    for written, source in scenario.sources.items():
        if source.range is not None and source.factor is not None:
            hint = "`range: 0.2` is ± 20 %, `factor: 2` is half to double; keep one of them"
            yield Finding(("sources", written, "factor"), number(source.factor), "`range` is given too", hint)
        if source.of is not None and not is_spoken(source.of):
            hint = "write the number that the text speaks of, or {name: number} where it speaks of several"
            yield Finding(("sources", written, "of"), shown(source.of), "is no number", hint)
        if (unknown := unknown_path(scenario, written)) is not None:
            yield Finding(("sources", written), "", *unknown, at_key=True)


def stale(scenario: Scenario, path: str) -> bool:
    """Whether the text of a source speaks of another number than stands at its path."""
    of = scenario.sources[path].of
    return of is not None and not speaks_of(of, value_at(scenario, path))


def unknown_path(scenario: Scenario, written: str) -> tuple[str, str] | None:
    """What is wrong with a dotted path that leads nowhere in the file, and the remedy."""
    missing = _missing_step(scenario, written.split("."))
    if missing is None:
        return None
    step, known = missing
    message = f"the file has no {step}" if step else "is not a path"
    return message, did_you_mean(step.split(".")[-1], known)


def value_at(scenario: Scenario, written: str) -> object:
    """What stands at a dotted path; None where nothing does."""
    place: object = scenario
    for part in written.split("."):
        place = _child(place, part)
        if place is None:
            return None
    return place


def _missing_step(root: object, parts: list[str]) -> tuple[str, list[str]] | None:
    """How far a path can be followed: the first step that does not exist, and what is there instead."""
    for position, part in enumerate(parts, 1):
        child = _child(root, part)
        if child is None:
            known = [name for name, other in _children(root).items() if other is not None]
            return ".".join(parts[:position]), known
        root = child
    return None


def _child(value: object, name: str) -> object:
    """One of `_children`, None where there is no such; scenarios are checked by the thousand."""
    if isinstance(value, BaseModel):
        field = _fields(type(value)).get(name)
        return None if field is None else getattr(value, field)
    return value.get(name) if isinstance(value, Mapping) else _children(value).get(name)


@cache
def _fields(model: type[BaseModel]) -> dict[str, str]:
    """Fields by the names they have in the file."""
    return {info.alias or name: name for name, info in model.model_fields.items()}


def _children(value: object) -> dict[str, object]:
    if isinstance(value, BaseModel):
        return {name: getattr(value, field) for name, field in _fields(type(value)).items()}
    if isinstance(value, Mapping):
        return dict(value)
    return {str(i): item for i, item in enumerate(value)} if isinstance(value, tuple) else {}


def warnings(scenario: Scenario) -> Findings:
    """Texts that speak of another number than the file has; numbers about how people and markets react
    without a source, where some have one."""
    for path, source in scenario.sources.items():
        if stale(scenario, path):
            stands = spoken(value_at(scenario, path)) or "nothing"
            message = f"its text speaks of {source.of}, and the file says {stands}"
            hint = "correct the text and `of`, or take both out"
            yield Finding(("sources", path, "of"), shown(source.of), message, hint)
    sourced = set(scenario.sources)
    bare = [path for path in _behavioural(scenario) if sourced.isdisjoint(_prefixes(path))]
    if scenario.sources and bare:
        names = ", ".join(dotted(path) for path in bare[:3]) + (" ..." if len(bare) > 3 else "")
        message = f"{len(bare)} behavioural number{'s have' if len(bare) > 1 else ' has'} no source: {names}"
        hint = "say where each comes from, and how far it may be off"
        yield Finding(("sources",), "", message, hint)


def _behavioural(scenario: Scenario) -> Iterator[Path]:
    """Paths of numbers about how people and markets react, where they differ from their defaults."""
    for section, fields in _BEHAVIOURAL.items():
        for name, item in getattr(scenario, section).items():
            defaults = type(item).model_fields
            for field in fields:
                if getattr(item, field) != defaults[field].default:
                    yield section, name, field


def _prefixes(path: Path) -> list[str]:
    return [dotted(path[:length]) for length in range(1, len(path) + 1)]
