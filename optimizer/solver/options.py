"""What a solve is asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as strict

from optimizer.scenario.seed import LARGEST, SEED

BeliefMode = Literal["consistent", "baseline"]
STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


@strict(frozen=True, config=STRICT)
class Options:
    """Raises pydantic's ValidationError, a ValueError, for a value that cannot be."""

    beliefs: BeliefMode = "consistent"
    time_limit: Annotated[float, Field(gt=0)] | None = None
    """Seconds for the whole solve."""
    gap: Annotated[float, Field(ge=0, le=1)] = 1e-4
    """Relative."""
    threads: Annotated[int, Field(ge=1)] = 1
    enumerate_step: Annotated[float, Field(gt=0, le=1)] | None = None
    """Step of weight at which every plan is judged too."""
    alternatives: Annotated[int, Field(ge=0)] = 0
    """How many plans to list, the best included."""
    seed: Annotated[int, Field(ge=0, le=LARGEST)] = SEED
    """Of every draw."""
