"""A map for any export: what is known is filled in, what is not is marked, and whether it runs is said."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from optimizer.history.read.deals import History, read_history
from optimizer.history.read.frames.exports import read_export
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.typed.currency_codes import SHARED
from optimizer.history.suggest.column_facts import currency_in
from optimizer.history.suggest.export_kinds import Known, deal_of_lead, known, lead_of_deal, wins_of
from optimizer.history.suggest.map_lines import Line, check, not_found, section
from optimizer.history.suggest.map_text import map_text
from optimizer.history.suggest.single_calls import calls_lines
from optimizer.history.suggest.suggested_sections import (
    PROMISING,
    closed_lines,
    deals_lines,
    leads_lines,
    spend_lines,
)
from optimizer.history.suggest.suggested_teams import with_handover
from optimizer.scenario.problems import ScenarioError
from optimizer.scenario.value_types import Frozen

_ASKED = {"day_first": True, "decimal": "point"}
"""What is taken where no cell tells days from months, or thousands from decimals."""


@dataclass(frozen=True)
class Suggestion:
    """A map, and what its reader has to know."""

    text: str
    runs: bool
    """Whether `calibrate` takes it as it is."""
    problem: str
    """Why it does not run; empty where it does."""
    not_found: tuple[str, ...]
    """Keys for which no column was found."""
    checks: tuple[str, ...]
    """What was found but is not sure."""
    files: Mapping[str, str]
    """Section of each file, or why it is not used."""


_UNSAID = "no cell says the currency"


class _Tables:
    """Sections as they come together, and which file each is of."""

    def __init__(self) -> None:
        self.lines: dict[str, list[Line]] = {}
        self.files: dict[str, str] = {}
        self.paths: list[Path] = []
        self.problem = ""
        """Why no map of these files can run; empty: try it."""

    def add(self, name: str, file: Known, lines: Sequence[Line]) -> None:
        self.lines.setdefault(name, list(lines))
        self.files[file.name] = name
        self.paths.append(file.export.path)

    @property
    def everything(self) -> list[Line]:
        return [line for lines in self.lines.values() for line in lines]

    @property
    def body(self) -> str:
        return "\n".join(section(name, lines) for name, lines in self.lines.items())


def suggested(paths: Sequence[Path], today: dt.date | None = None) -> Suggestion:
    """A map of these exports. Raises ScenarioError for files that are no tables."""
    files = [known(read_export(path)) for path in paths]
    others = [file for file in files if not file.spend]
    main = _main([file for file in others if not file.calls] or others or files)
    tables = _Tables()
    if not (main.spend or main.calls) or len(_OF_DEALS & main.told.roles.keys()) >= _TWO:
        sources = _with_main(tables, main, [file for file in others if file is not main])
        _with_spend(tables, sources, [file for file in files if file.spend and file is not main])
    else:
        _without_deals(tables, files)
    found = _tried(tables, main, _currency(main), today)
    return replace(found, text=_as_typed(found.text, files))


_OF_DEALS, _TWO = frozenset({"id", "owner", "value"}), 2
"""Roles of which a file of deals has two at least, whatever else it has."""
_NO_DEALS = "only costs or calls were given: give the export of leads or deals, too"


def _without_deals(tables: _Tables, files: Sequence[Known]) -> None:
    """Sections of costs and calls, and what the deals that they belong to have to say."""
    wanted = [Line("created", None, not_found("created", ()), deep=2, needed=True)]
    tables.lines["deals"] = [Line("columns"), *wanted, Line("won", None, not_found("won", ()), needed=True)]
    tables.problem = _NO_DEALS
    spent = [file for file in files if file.spend]
    _with_spend(tables, [v for file in spent for v in file.spend["spender"].column.values], spent)
    for file in (file for file in files if not file.spend):
        tables.add("calls", file, calls_lines(file.calls))


def _as_typed(text: str, files: Sequence[Known]) -> str:
    """The map with headings as their files have them, letter by letter."""
    for file in files:
        for name in file.export.columns:
            typed = file.export.typed.get(name, name)
            text = text.replace(json.dumps(name, ensure_ascii=False), json.dumps(typed, ensure_ascii=False))
    return text


def _main(files: Sequence[Known]) -> Known:
    """The file that most looks like one of deals; of leads and their wins, that of the leads."""
    if not any(file.told.outcome.won for file in files):
        for file in files:
            if any(wins_of(file, other) for other in files if other is not file):
                return file
    return max(files, key=lambda file: file.points)


def _with_main(tables: _Tables, main: Known, others: Sequence[Known]) -> list[str]:
    """The main file, and those that join it; gives the names of sources that they have."""
    joined: dict[str, tuple[Known, list[Line]]] = {}
    lead = None
    for file in others:
        if set(file.export.columns) >= set(main.export.columns):
            tables.files[file.name] = "deals"
            tables.paths.append(file.export.path)
        elif "leads" not in joined and (found := _as_leads(file, main)) is not None:
            lead, lines = found
            joined["leads"] = (file, lines)
        elif "closed" not in joined and not main.told.outcome.won and (wins := wins_of(main, file)):
            joined["closed"] = (file, closed_lines(file, *wins))
        elif "calls" not in joined and file.calls:
            joined["calls"] = (file, calls_lines(file.calls))
        else:
            tables.files[file.name] = _unused(file)
    lines = deals_lines(main, lead)
    lines = lines if "leads" in joined else with_handover(main, lines)
    said = {line.key for name, (_, those) in joined.items() for line in those if name != "calls"}
    lines = [line for line in lines if line.value is not None or line.key not in said]
    if "closed" in joined:
        lines = [line for line in lines if line.key not in ("won", "lost")]
    if "leads" in joined and any(line.key == "steps" for line in joined["leads"][1]):
        lines = [line for line in lines if line.key != "good"] + [Line("good", PROMISING)]
    tables.add("deals", main, lines)
    for name, (file, those) in joined.items():
        tables.add(name, file, those)
    roles = [file.told.roles for file in (main, *(file for file, _ in joined.values()))]
    return [value for those in roles if "source" in those for value in those["source"].column.values]


def _as_leads(file: Known, main: Known) -> tuple[str | None, list[Line]] | None:
    """The heading of deals that names the lead, if they join so, and the section; None: they do not join."""
    if not {"id", "created"} <= file.told.roles.keys() or "id" not in main.told.roles:
        return None
    if (deal := deal_of_lead(file, main)) is not None:
        return None, leads_lines(file, deal)
    lead = lead_of_deal(main, file)
    return (lead, leads_lines(file, None)) if lead is not None else None


def _unused(file: Known) -> str:
    """Why a file has no section."""
    if not file.told.roles:
        return "not used: no column of it is recognised"
    if file.calls:
        return "not used: its rows are calls, and another file of calls is used"
    if file.changes is not None:
        return "not used: its rows are stages that deals came to, and the deals are in a file of their own"
    return "not used: no column of it names a deal of the main file, nor is it a file of costs"


def _with_spend(tables: _Tables, sources: Sequence[str], files: Sequence[Known]) -> None:
    for file in files:
        if {c.heading for c in files[0].spend.values()} <= set(file.export.columns):
            tables.add("spend", file, spend_lines(file, sources))
        else:
            tables.files[file.name] = f"not used: its headings are not those of {files[0].name}"


# --- currency --------------------------------------------------------------------------------------------


def _currency(main: Known) -> tuple[str, str]:
    """The currency of the values, and what is not sure about it."""
    column, value = main.told.roles.get("currency"), main.told.roles.get("value")
    codes = column.column.codes if column is not None else value.column.codes if value is not None else None
    if codes:
        code = codes.most_common(1)[0][0]
        others = [f"{other} ({rows} rows)" for other, rows in codes.most_common()[1:]]
        shared = f"several currencies are written {code}" if code in SHARED else ""
        doubt = f"there is also {', '.join(others)}: write `rates: {{...}}`" if others else shared
        return SHARED[code][0] if code in SHARED else code, doubt
    named = currency_in(value.heading) if value is not None else ""
    return (named, "") if named else ("EUR", _UNSAID)


# --- does it run? ----------------------------------------------------------------------------------------


def _tried(tables: _Tables, main: Known, currency: tuple[str, str], today: dt.date | None) -> Suggestion:
    """The map, after it was tried on the files that it was made from."""
    settings: dict[str, object] = {}
    problem, history = tables.problem or _needed(tables.everything), None
    while not problem:
        try:
            history = _read(tables.paths, tables.body, currency[0], settings, today)
            break
        except ScenarioError as error:
            if not _left_out(tables, error):
                problem = str(error)
    everything = tables.everything
    missing = [line.remark for line in everything if line.remark.startswith("NOT FOUND")]
    text = map_text(
        main.system, tables.files, currency, settings, tables.body, history, main.export.frame.height, problem
    )
    checks = [line.remark for line in everything if "CHECK" in line.remark]
    checks += [check(currency[1])] if currency[1] else []
    checks += [f"CHECK: {key} is not told by any cell" for key in settings]
    return Suggestion(text, not problem, problem, tuple(missing), tuple(checks), dict(tables.files))


_OPTIONAL = frozenset({"closed", "response", "segment", "product", "modified", "source", "owner"})
"""Columns without which a map runs, too."""


def _left_out(tables: _Tables, error: ScenarioError) -> bool:
    """Leaves out a column that cannot be read and need not be there, and says so; False: there is none."""
    places = {problem.where.removeprefix("deals.columns."): problem.message for problem in error.problems}
    lines = tables.lines["deals"]
    bad = next(
        (n for n, line in enumerate(lines) if line.key in _OPTIONAL & places.keys() and line.value), None
    )
    if bad is None:
        return False
    line = lines[bad]
    remark = check(f'{line.key}: "{line.value}" is left out: {places[line.key]}')
    lines[bad] = Line(line.key, None, remark, deep=line.deep)
    return True


def _needed(lines: Sequence[Line]) -> str:
    lacking = [line.key for line in lines if line.needed and line.value is None]
    return f"no column was found for {' and '.join(lacking)}" if lacking else ""


def _read(
    paths: Sequence[Path], body: str, currency: str, settings: dict[str, object], today: dt.date | None
) -> History:
    """The history of files; what no cell tells is taken, and noted. Raises ScenarioError where they cannot be
    read with the map."""
    content: Mapping[str, object] = yaml.safe_load(body)
    while True:
        try:
            given: Frozen = Map.model_validate({**content, **settings, "currency": currency})
            assert isinstance(given, Map)
            return read_history(paths, given, today=today)
        except ScenarioError as error:
            asked = [key for key in _ASKED if f"`{key}:" in str(error) and key not in settings]
            if not asked:
                raise
            settings[asked[0]] = _ASKED[asked[0]]
