"""What a solve returns: the plan, what people do under it, and the certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from optimizer.baseline import Calibrated
from optimizer.judge import Linearised
from optimizer.measures import Measures
from optimizer.network import Floats
from optimizer.outcome import Outcome
from optimizer.plan import Plan
from optimizer.space import PlanSpace

Status = Literal["optimal", "feasible", "infeasible", "no_equilibrium", "error"]


@dataclass(frozen=True)
class Check:
    """One line of the certificate: kept where `ok`; `value` against `limit` in the check's own unit."""

    name: str
    ok: bool
    value: float
    limit: float
    detail: str = ""


@dataclass(frozen=True)
class Round:
    """One solve of the model: at whose beliefs, which plan, what it promised and what it brings."""

    beliefs: str
    plan: dict[str, dict[str, float]]
    objective: float
    bound: float
    value: float
    keeps_rules: bool


@dataclass(frozen=True)
class Relaxation:
    """A rule whose limit must move for a plan to exist: its limit, and by how much, in its own unit."""

    rule: str
    limit: float
    by: float


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together, and the cheapest way out."""

    rules: tuple[str, ...]
    cheapest: tuple[Relaxation, ...]


@dataclass(frozen=True)
class Solution:
    """Result of `solve`. Where `plan` is None there is none (`conflict` says why)."""

    status: Status
    cal: Calibrated
    space: PlanSpace
    measures: Measures
    plan: Plan | None = None
    euros: Floats | None = None
    """(I, K) currency per period at target."""
    objective: float = float("nan")
    bound: float = float("nan")
    gap: float = float("nan")
    """(bound − objective) / |objective|, at the beliefs of the plan."""
    first_response: Outcome | None = None
    consistent: Outcome | None = None
    linearised: Linearised | None = None
    """What the model saw, with `beliefs="baseline"` only."""
    rounds: tuple[Round, ...] = ()
    checks: tuple[Check, ...] = ()
    conflict: Conflict | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time by phase; never part of the result's identity."""
