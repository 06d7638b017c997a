"""What a search for the best plan may come to (scenario.md)."""

from __future__ import annotations

from typing import Literal

Status = Literal[
    "optimal", "imposed", "feasible", "infeasible", "not_found", "no_equilibrium", "error", "given"
]  # fmt: skip
"""`imposed`: rules leave one plan, which keeps them; `not_found`: none was found, and none is proven not to
exist; `infeasible`: that none exists is proven; `given`: a plan that was asked about, whatever it is worth
and whichever rules it breaks: nothing was searched."""
WITH_PLAN: frozenset[Status] = frozenset({"optimal", "imposed", "feasible"})
"""A plan that keeps the rules is handed out."""
SETTLED: frozenset[Status] = frozenset({"optimal", "imposed", "infeasible"})
"""Nothing is left to prove."""
