"""The published cases of a folder, read and checked against the one set of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from optimizer.rollout.published.case import Case, Defaults, Measure, Parameters, Quantity, parameters_of
from optimizer.scenario.files import read_plain, refuse
from optimizer.scenario.messages import findings_of
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError, listed
from optimizer.scenario.read import raise_any, read_scenario
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Frozen
from optimizer.scenario.yaml_nodes import tree_of

HERE = Path(__file__).parent
FOLDERS = (HERE / "cases", HERE.parents[2] / "scenarios" / "published")
"""Where the cases that come with the program are: in a package, in a checkout."""
DEFAULTS = "defaults.yaml"
CASE = "case.yaml"
FORM = "see docs/published.md for what it has"
OF_QUANTITY = tuple(Quantity.model_fields)
OF_PUBLISHED = ("value", "sign", "smaller_than")
File = TypeVar("File", bound=Frozen)


@dataclass(frozen=True)
class CaseFolder:
    """A case with the company it happened in."""

    name: str
    case: Case
    scenario: Scenario

    @property
    def inputs(self) -> dict[str, str]:
        """How numbers are known, by their place in the scenario."""
        return {path: source.text.en for path, source in self.scenario.sources.items()}


@dataclass(frozen=True)
class Collection:
    """All cases, in the order of their names, and what holds in all of them."""

    defaults: Defaults
    cases: tuple[CaseFolder, ...]


def cases_folder() -> Path:
    """The cases that come with the program."""
    return next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[-1])


def names_in(folder: Path) -> list[str]:
    """Of all cases of a folder, sorted."""
    return sorted(file.parent.name for file in folder.glob(f"*/{CASE}"))


def collection_in(folder: Path, only: str | None = None) -> Collection:
    """The cases of a folder, or one of them. Raises ScenarioError with what is wrong."""
    if not (folder / DEFAULTS).is_file():
        refuse(folder, f"no published cases here: it has no {DEFAULTS}", "name their folder with --cases")
    names = names_in(folder)
    if only is not None and only not in names:
        raise ScenarioError([InputProblem("", only, "no such case", f"cases: {listed(names)}", str(folder))])
    defaults = _read(folder / DEFAULTS, Defaults)
    chosen = names if only is None else [only]
    return Collection(defaults, tuple(_case(folder / name, defaults.parameters) for name in chosen))


def _case(folder: Path, parameters: Parameters) -> CaseFolder:
    scenario = read_scenario(folder / "scenario.yaml")
    case = _read(folder / CASE, Case, scenario)
    tuned = list(_tuned(scenario, parameters))
    if tuned:
        hint = f"state those of {DEFAULTS}: no case is tuned"
        raise ScenarioError([InputProblem(where, value, m, hint, str(folder)) for where, value, m in tuned])
    return CaseFolder(folder.name, case, scenario)


def _read(file: Path, schema: type[File], scenario: Scenario | None = None) -> File:
    """A file of a type, its names checked against the scenario where it is a case."""
    tree = tree_of(read_plain(file), FORM)
    try:
        read = schema.model_validate(tree.root.content(), by_alias=True, by_name=False)
    except ValidationError as error:
        raise_any(tree, findings_of(error, schema))
        raise
    findings = _unknown(read, scenario) if isinstance(read, Case) and scenario is not None else ()
    raise_any(tree, findings)
    return read


def _tuned(scenario: Scenario, parameters: Parameters) -> Iterator[tuple[str, str, str]]:
    """Parameters of teams that are not those of all cases: place, value, message."""
    for name, team in scenario.teams.items():
        for field, default in parameters_of(parameters).items():
            stated = getattr(team, field)
            if stated != default.value:
                yield f"teams.{name}.{field}", f"{stated:g}", f"is {default.value:g} in every case"


def _unknown(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Names of a case that its scenario does not have, and fields of which one is to be given."""
    for name, measure in case.measures.items():
        at = ("measures", name)
        yield from _missing((*at, "plan"), (measure.plan,), scenario.plans)
        yield from _missing((*at, "against"), (measure.against,), scenario.plans)
        for field in ("of", "per"):
            yield from _unknown_quantity((*at, field), getattr(measure, field), scenario)
        yield from _unclear(at, measure)
        larger = (measure.published.smaller_than,)
        yield from _missing((*at, "published", "smaller_than"), larger, case.measures)


def _unclear(at: tuple[str, ...], measure: Measure) -> Iterator[Finding]:
    published = measure.published
    if sum(getattr(published, field) is not None for field in OF_PUBLISHED) != 1:
        yield Finding((*at, "published"), "", f"one of {listed(OF_PUBLISHED)} says what was found", "")
    if published.value == 0:
        yield Finding((*at, "published", "value"), "0", "no ratio can be taken to 0", "say smaller_than")


def _unknown_quantity(
    at: tuple[str, ...], quantity: Quantity | None, scenario: Scenario
) -> Iterator[Finding]:
    if quantity is None:
        return
    if sum(getattr(quantity, field) is not None for field in OF_QUANTITY) != 1:
        yield Finding(at, "", "is one number", f"give one of {listed(OF_QUANTITY)}")
    works = {*scenario.activities, *(f"leave:{stage}" for stage in scenario.stages)}
    works |= {f"other:{team}" for team in scenario.teams}
    yield from _missing((*at, "kpi"), (quantity.kpi,), scenario.kpis)
    yield from _missing((*at, "pay"), (quantity.pay,), scenario.teams)
    yield from _missing((*at, "activity"), quantity.activity or (), works)
    yield from _missing((*at, "hours"), quantity.hours or (), works)


def _missing(
    at: tuple[str, ...], names: Iterable[str | None], known: Set[str] | Mapping[str, object]
) -> Iterator[Finding]:
    for name in names:
        if name is not None and name not in known:
            yield Finding(at, name, "is not there", f"names: {listed(sorted(known))}")
