"""The grid of a batch: base scenarios × overrides × seeds, merged strictly before anything runs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from optimizer.runs.batch.job import Job
from optimizer.runs.options import Documents, Language, RunOptions
from optimizer.scenario.assigned.differences import changes_between
from optimizer.scenario.assigned.places import one_of
from optimizer.scenario.files import read_plain
from optimizer.scenario.from_values import from_values
from optimizer.scenario.messages import findings_of
from optimizer.scenario.nodes import Tree
from optimizer.scenario.problems import Finding, ScenarioError, did_you_mean, shown
from optimizer.scenario.problems import Path as Keys
from optimizer.scenario.read import dump_scenario, raise_any, read_scenario
from optimizer.scenario.seed import LARGEST, SEED
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Frozen, Name, Positive
from optimizer.scenario.yaml_nodes import tree_of
from reports.words.locales import languages

FORM = "write base: and overrides:"
NAMED = ("teams", "stages", "activities", "kpis")
"""Sections where an override may change what exists and may not invent."""
RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
"""Names that some systems do not allow for a folder."""


class Grid(Frozen):
    """A grid file."""

    base: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    """Scenario files or folders, relative to the grid file."""
    overrides: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    """What each variant changes: section, key, value; `null` takes a key away."""
    combine: Literal["product", "list"] = "product"
    """Every base with every override, or the first base with the first override and so on."""
    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0, le=LARGEST, strict=True)], ...], Field(strict=False)
    ] = ()
    """One run per seed."""
    outputs: Annotated[tuple[Documents, ...], Field(strict=False, min_length=1)] = ("pdf",)
    languages: Annotated[tuple[Language, ...], Field(strict=False, min_length=1)] = languages()
    time_limit: Positive | None = None
    """Seconds for each run: search, explanation and documents together (`runs.deadlines`)."""


@dataclass(frozen=True)
class _Variant:
    """A base with at most one override: still values, not yet a scenario."""

    base: Scenario
    override: str | None


def read_grid(path: str | os.PathLike[str]) -> tuple[Job, ...]:
    """Every run of a grid, in its order, each with its merged scenario.

    Raises ScenarioError with all that is wrong with the grid, its bases and every override.
    """
    tree = tree_of(read_plain(Path(path)), FORM)
    grid = _grid(tree)
    folder = Path(os.path.abspath(path)).parent
    bases = [_base(tree, folder, n, name) for n, name in enumerate(grid.base)]
    findings: list[Finding] = []
    jobs: list[Job] = []
    for variant in _variants(tree, grid, bases):
        merged, wrong = _merged(variant, grid)
        findings += [f for f in wrong if f not in findings]
        if merged is not None:
            jobs += _jobs(variant, merged, grid)
    findings += _clashes(jobs)
    raise_any(tree, findings)
    return tuple(jobs)


def _grid(tree: Tree) -> Grid:
    data = tree.root.content()
    if not isinstance(data, dict):
        raise_any(tree, [Finding((), shown(data), "a grid is a mapping", FORM)])
    try:
        grid = Grid.model_validate(data)
    except ValidationError as error:
        raise_any(tree, findings_of(error, Grid))
        raise
    raise_any(tree, [])
    return grid


def _base(tree: Tree, folder: Path, number: int, name: str) -> Scenario:
    try:
        return read_scenario(folder / name)
    except ScenarioError as error:
        finding = Finding(
            ("base", number), shown(name), "this scenario cannot be used", "see the problems below"
        )
        mark = tree.mark(finding.path, at_key=False)
        first = tree.source.problem(mark, f"base[{number}]", finding.message, finding.hint, finding.value)
        raise ScenarioError([first, *error.problems]) from None


def _variants(tree: Tree, grid: Grid, bases: list[Scenario]) -> Iterator[_Variant]:
    names: list[str | None] = list(grid.overrides) or [None]
    if grid.combine == "product":
        yield from (_Variant(base, name) for base, name in product(bases, names))
        return
    if len(bases) == 1:
        bases = bases * len(names)
    if len(bases) != len(names):
        seen = f"{len(bases)} bases and {len(names)} overrides"
        hint = "give as many overrides as bases, or write combine: product"
        raise_any(tree, [Finding(("combine",), seen, "a list pairs each base with one override", hint)])
    yield from (_Variant(base, name) for base, name in zip(bases, names, strict=True))


# --- merging --------------------------------------------------------------------------------------------


def _merged(variant: _Variant, grid: Grid) -> tuple[Scenario | None, list[Finding]]:
    if variant.override is None:
        return variant.base, []
    place: Keys = ("overrides", variant.override)
    tree = variant.base.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    findings = list(_unknown(tree, grid.overrides[variant.override]))
    if findings:
        return None, _placed(findings, place)
    merged = _merge(tree, grid.overrides[variant.override])
    scenario, wrong = from_values({**merged, "name": variant.base.name})
    if scenario is None or wrong:
        return None, _placed(wrong, place)
    return scenario.model_copy(update={"changed": changes_between(variant.base, scenario)}), []


def _placed(findings: list[Finding], place: Keys) -> list[Finding]:
    return [finding._replace(path=place + finding.path) for finding in findings]


def _unknown(tree: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[Finding]:
    """Things that an override names and the base does not have."""
    for section in NAMED:
        changed = change.get(section)
        for name in changed if isinstance(changed, Mapping) else ():
            if name not in tree.get(section, {}):
                hint = did_you_mean(name, tree.get(section, {}))
                message = f"the base has no such {one_of(section)}"
                yield Finding((section, name), "", message, hint, at_key=True)
    if "name" in change:
        hint = "leave it out: a run is called by its base and its override"
        yield Finding(("name",), shown(change["name"]), "an override cannot rename a scenario", hint)


def _merge(tree: Any, change: Any) -> Any:
    """Mappings key by key; everything else replaced; None takes away."""
    if not isinstance(tree, Mapping) or not isinstance(change, Mapping):
        return change
    kept = {key: value for key, value in tree.items() if key not in change or change[key] is not None}
    new = {key: _merge(tree.get(key, {}), value) for key, value in change.items() if value is not None}
    return {**kept, **new}


# --- runs -----------------------------------------------------------------------------------------------


def _jobs(variant: _Variant, scenario: Scenario, grid: Grid) -> Iterator[Job]:
    text = dump_scenario(scenario)
    for seed in grid.seeds or (None,):
        parts = [variant.base.name, variant.override, None if seed is None else f"s{seed}"]
        yield Job(
            name="-".join(part for part in parts if part is not None),
            base=variant.base.name,
            override=variant.override or "",
            scenario=scenario,
            text=text,
            options=RunOptions(
                time_limit=grid.time_limit,
                seed=SEED if seed is None else seed,
                outputs=grid.outputs,
                languages=grid.languages,
            ),
        )


def _clashes(jobs: list[Job]) -> Iterator[Finding]:
    seen: set[str] = set()
    for job in jobs:
        folded = job.name.casefold()
        if folded in seen:
            hint = "runs are called <base>-<override>-s<seed>; upper and lower case count as the same"
            yield Finding(("base",), job.name, "two runs would have the same name", hint)
        if folded in RESERVED:
            hint = "give the scenario another name"
            yield Finding(("base",), job.name, "some systems reserve this name", hint)
        seen.add(folded)
