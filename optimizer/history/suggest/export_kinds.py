"""What each file of an export is: deals, their leads, wins, costs, changes of stage; and how files join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from optimizer.history.read.frames.exports import Export
from optimizer.history.read.leads.stage_changes import are_changes, names_a_deal
from optimizer.history.read.maps.vendors import recognised
from optimizer.history.suggest.column_facts import Column, columns_of
from optimizer.history.suggest.role_choice import Choice, Told, doubt_of, told
from optimizer.history.suggest.role_scores import SURE, Table, score
from optimizer.history.suggest.single_calls import calls_in

_SPEND = ("cost", "day", "spender")
_AT_LEAST = {"cost": SURE, "day": 0.0, "spender": 1.0}
"""Points from which on the columns of a file are a cost, its day and its spender."""
_HALF = 0.5
_FEW = 0.2


class Known(NamedTuple):
    """A file and what it seems to hold."""

    export: Export
    system: str
    """The system that its headings are of."""
    told: Told
    spend: Mapping[str, Choice]
    """Day, spender and cost, where it is a file of costs."""
    calls: Mapping[str, Choice]
    """Owner, seconds and date, where it is a file of single calls."""
    changes: str | None
    """Heading of the deal, where a row is a change of stage."""

    @property
    def name(self) -> str:
        return self.export.path.name

    @property
    def points(self) -> float:
        """How much it looks like a file of deals."""
        told = self.told
        if self.changes is not None:
            return 1.0
        return (
            told.outcome.points
            + 2 * ("value" in told.roles)
            + ("closed" in told.roles)
            + ("id" in told.roles)
        )


def known(export: Export) -> Known:
    columns = columns_of(export)
    vendor, hints = recognised(export.columns) or (None, {})
    seems = told(columns, hints)
    spend = {} if _has_deals(seems) else _spend(columns)
    calls = {} if spend or "value" in seems.roles else calls_in(columns)
    changes = _changes(seems)
    seems = seems if changes is None else _dated(seems)
    return Known(export, vendor.name if vendor else "an unknown system", seems, spend, calls, changes)


def _has_deals(seems: Told) -> bool:
    """Whether rows are won and lost, or won by somebody: a completed campaign has no owner of deals."""
    return bool(seems.outcome.won) and (bool(seems.outcome.lost) or "owner" in seems.roles)


def _dated(seems: Told) -> Told:
    """Of changes, the time of the change is what says when they came, and who made it is who worked the deal;
    the end of a deal is that of its last change, whatever date of closing a row has."""
    roles = {role: choice for role, choice in seems.roles.items() if role != "closed"}
    dates = [c for c in seems.columns if c.kind == "date" and "expected" not in c.ideas]
    if "created" not in roles and dates:
        best = max(dates, key=lambda c: (bool(c.ideas & {"modified", "start"}), c.filled))
        roles = {role: choice for role, choice in roles.items() if choice.column is not best}
        roles["created"] = Choice(best)
    makers = [c for c in seems.columns if _made_it(c)]
    if "owner" not in roles and makers:
        roles["owner"] = Choice(makers[0], "who made the change, where no column says who works the deal")
    return seems._replace(roles=roles)


def _made_it(column: Column) -> bool:
    told = "creator" in column.ideas or (
        "by" in column.ideas and bool(column.ideas & {"created", "modified"})
    )
    return told and column.kind in ("text", "number") and column.different < _HALF * len(column.cells)


def _spend(columns: Sequence[Column]) -> dict[str, Choice]:
    """Day, spender and cost; nothing where no column is surely a cost, or one of the others is missing."""
    table = Table(tuple(columns))
    found: dict[str, Choice] = {}
    for role in _SPEND:
        free = [c for c in columns if all(c is not choice.column for choice in found.values())]
        best = max(free, key=lambda c: (score(role, c, table), _total(c)), default=None)
        if best is None or score(role, best, table) < _AT_LEAST[role]:
            return {}
        found[role] = Choice(best, doubt_of(role, best, free, table))
    return found


def _total(column: Column) -> float:
    """The sum of a column of numbers: of a cost and its price per click, the cost is the larger."""
    return float(column.amounts.sum() or 0) if column.kind == "number" else 0.0


def _changes(seems: Told) -> str | None:
    """The heading of the deal, where each has rows of several stages and is decided at most once."""
    outcome = next((c for c in seems.columns if c.heading == seems.outcome.heading), None)
    won = seems.outcome.won[0].get(seems.outcome.heading) if outcome is not None else None
    if outcome is None or not isinstance(won, list):
        return None
    for column in seems.columns:
        named = names_a_deal(column.heading) and column.filled > 0.95
        if named and are_changes(column.cells, outcome.cells, outcome.cells.is_in(won)):
            return column.heading
    return None


# --- how two files join ----------------------------------------------------------------------------------


def deal_of_lead(leads: Known, deals: Known) -> str | None:
    """The heading of a file of leads with the deal that each became."""
    id_ = leads.told.heading("id")
    own = [c for c in leads.told.columns if c.heading != id_ and ("deal" in c.ideas or c.filled < 0.95)]
    return _matching(own, deals)


def lead_of_deal(deals: Known, leads: Known) -> str | None:
    """The heading of a file of deals with the lead that each came from."""
    id_ = deals.told.heading("id")
    return _matching([c for c in deals.told.columns if c.heading != id_], leads)


def _matching(columns: Sequence[Column], other: Known) -> str | None:
    """The column whose cells are ids of the other file."""
    there = other.told.heading("id")
    if there is None:
        return None
    ids = other.export.frame[there].drop_nulls().unique()
    shares = [(_share_in(c, ids), c.heading) for c in columns if c.kind in ("text", "number")]
    share, heading = max(shares, default=(0.0, ""))
    return heading if share > _HALF else None


def _share_in(column: Column, ids: pl.Series) -> float:
    """Share of its cells that are such ids; 0 where that may be chance."""
    cells = column.cells.drop_nulls().unique()
    share = float(cells.is_in(ids.implode()).mean() or 0.0)  # type: ignore[arg-type]
    return share if len(cells) * share >= min(10, _FEW * len(ids)) else 0.0


def wins_of(leads: Known, wins: Known) -> tuple[str, str] | None:
    """Headings of id and date of a file of wins alone, whose ids are those of leads."""
    there = leads.told.heading("id")
    if there is None:
        return None
    ids = leads.export.frame[there].drop_nulls().unique()
    own = [c for c in wins.told.columns if c.kind in ("text", "number") and _share_in(c, ids) > 0.9]
    dates = [c for c in wins.told.columns if c.kind == "date"]
    ended = [c for c in dates if c.ideas & {"won", "closed", "end"}] or (dates if len(dates) == 1 else [])
    fewer = wins.export.frame.height < leads.export.frame.height
    return (own[0].heading, ended[0].heading) if own and ended and fewer else None
