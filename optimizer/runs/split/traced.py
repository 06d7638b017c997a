"""Where the numbers of a split company come from: what was said of the team's is said of its parts'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from optimizer.risk.ranges import numbers_at
from optimizer.runs.split.divided import Divided
from optimizer.runs.split.shares import Tree
from optimizer.scenario.checks.sources import stale, value_at
from optimizer.scenario.problems import number
from optimizer.scenario.spoken import spoken
from optimizer.scenario.types import Scenario, Source


def sources(split: Divided, after: Scenario) -> dict[str, Tree]:
    """By the paths of the new scenario. A number of which a part has its share says so, and nobody measured
    the share."""
    found: dict[str, Tree] = {}
    for path, source in split.scenario.sources.items():
        for new, part in _called(path, split, after):
            changed = bool(part) and _numbers(after, new) != _numbers(split.scenario, path)
            told = _shared(source, split, part) if changed else source.model_dump()
            found.setdefault(new, _speaking(told, stale(split.scenario, path), value_at(after, new)))
    return found


def _speaking(told: Tree, was_stale: bool, value: object) -> Tree:
    """What a text speaks of is the part's number now, unless it was another one's before."""
    return told if told["of"] is None or was_stale else {**told, "of": spoken(value) or None}


def _numbers(scenario: Scenario, path: str) -> list[float]:
    return sorted(numbers_at(scenario, path).values())


def placeholders(split: Divided, after: Scenario) -> tuple[str, ...]:
    """What nobody has given for the team, nobody has for its parts."""
    given = (new for path in split.scenario.placeholders for new, _ in _called(path, split, after))
    return tuple(dict.fromkeys(given))


def _shared(source: Source, split: Divided, part: str) -> Tree:
    team, share = split.parts.team, number(round(100 * split.parts.shares[part], 4))
    label = split.scenario.teams[team].label
    en, fr = (label.en, label.fr) if label else (team, team)
    said = {
        "en": f"{source.text.en} — {share} % of {en}, the share assumed",
        "fr": f"{source.text.fr} — {share.replace('.', ',')} % de {fr}, part supposée",
    }
    kind = "assumed" if source.kind == "measured" else source.kind
    return {**source.model_dump(), "text": said, "kind": kind}


def _called(path: str, split: Divided, after: Scenario) -> Iterator[tuple[str, str]]:
    """Paths of the new scenario, each with the part that it is of; none for what is not of one."""
    if value_at(after, path) is not None and not _names_split(path, split):
        yield path, ""
        return
    seen = set()
    for part in ("", *split.parts.shares):
        options = (_names(step, split, part) for step in path.split("."))
        for steps in product(*options):
            new = ".".join(steps)
            if new not in seen and value_at(after, new) is not None:
                seen.add(new)
                yield new, part


def _names_split(path: str, split: Divided) -> bool:
    """Whether a step may be a name of which parts have their own."""
    return any(len(list(_names(step, split, next(iter(split.parts.shares))))) > 1 for step in path.split("."))


def _names(step: str, split: Divided, part: str) -> Iterable[str]:
    """What a step of a path may be called for a part."""
    if not part:
        return [step]
    own = {step, split.work(step, part), split.stage(step, part), split.kpi(step, part)}
    own |= {part} if step == split.parts.team else set()
    return sorted(own)
