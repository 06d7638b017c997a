"""A plan as a file says it: weights alone, or weights, pay, curves and targets (model.md §13.10)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from optimizer.scenario.curve_types import CurveField
from optimizer.scenario.value_types import Frozen, LabelField, Name, NonNegative, Positive, Weights

CURVE_OF = r"^[A-Za-z][A-Za-z0-9_]*([.][A-Za-z][A-Za-z0-9_]*)?$"
"""A team, or a team and a KPI with a point between them."""
PARTS = ("label", "weights", "target_pay", "curves", "targets")
"""Keys of a plan that says more than weights; a plan with none of them is `{team: {kpi: weight}}`."""


class Targets(Frozen):
    """Whether targets follow what people do (model.md §9)."""

    mode: Literal["fixed", "reset"] = "fixed"
    """fixed: as given; reset: each period issues them anew, at what was seen before times 1 + stretch."""
    stretch: Annotated[float, Field(gt=-1)] = 0.0
    """How far above what was seen: 0.05 = 5 %."""


def targets_kind(value: Any) -> str:
    """`stated` for targets of their own, or `issued` for whether they are issued anew."""
    issued = isinstance(value, Targets) or (
        isinstance(value, dict) and bool({"mode", "stretch"} & value.keys())
    )
    return "issued" if issued else "stated"


def plan_kind(value: Any) -> str:
    """`weights`, or `whole` for a plan that says more."""
    whole = isinstance(value, StatedPlan) or (isinstance(value, dict) and bool(set(PARTS) & value.keys()))
    return "whole" if whole else "weights"


class StatedPlan(Frozen):
    """A plan of which what is left out is as today."""

    label: LabelField = None
    """How people read it: one text, or one per language."""
    weights: Weights = {}
    """`{team: {kpi: weight}}`; a team not named keeps today's."""
    target_pay: dict[Name, NonNegative] = {}
    """Variable pay of whole teams at 100 % attainment [currency/period]."""
    curves: dict[Annotated[str, Field(pattern=CURVE_OF)], CurveField] = {}
    """Pay curves by team, for all that it is paid on, or by `team.kpi`; here or by a name in `curves`."""
    targets: Annotated[
        Annotated[dict[Name, Positive], Tag("stated")] | Annotated[Targets, Tag("issued")],
        Discriminator(targets_kind),
    ] = {}
    """`{kpi: value that is 100 % attainment}`, or `{mode, stretch}`: whether they are issued anew."""


PlanField = Annotated[
    Annotated[Weights, Tag("weights")] | Annotated[StatedPlan, Tag("whole")], Discriminator(plan_kind)
]
"""Weights alone, or a whole plan."""
