"""Pay curves as a scenario states them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from optimizer.scenario.value_types import Frozen, Name, NonNegative, Positive, Share


class Accelerator(Frozen):
    """From some attainment on, another slope."""

    from_: Annotated[float, Field(alias="from", ge=1)]
    """Attainment from which the slope is another, at or above target: 1.2 = 120 %."""
    slope: NonNegative
    """Points of pay per point of attainment from there on; 0 is level."""


class Vesting(Frozen):
    """A share of the pay that comes later."""

    after: Positive
    """Periods after the rest."""
    share: Share
    """Share of the pay, 0.5 = half."""


class Gate(Frozen):
    """Paid only when another KPI is good enough."""

    kpi: Name
    """The other KPI."""
    at: Positive
    """Its attainment at or above which pay is paid."""


class Curve(Frozen):
    """Pay as a function of attainment, as a share of the euros at target (model.md §9): 1 at target, where no
    threshold, cap or gate says otherwise, and never below 0."""

    slope: Positive = 1.0
    """Points of pay per point of attainment, up to the first accelerator."""
    floor: Share = 0.0
    """Attainment below which pay stays level: a guarantee."""
    cap: Positive | None = None
    """Attainment above which pay stays level, e.g. 1.6."""
    threshold: Positive | None = None
    """Attainment below which nothing is paid, e.g. 0.75."""
    accelerators: Annotated[tuple[Accelerator, ...], Field(strict=False)] = ()
    """Steeper or flatter parts above target, by rising attainment."""
    gate: Gate | None = None
    """Pay hangs on another KPI too."""
    vesting: Annotated[tuple[Vesting, ...], Field(strict=False)] = ()
    """What is paid later; the rest is paid at once."""


def _name_or_curve(value: Any) -> str:
    return "name" if isinstance(value, str) else "curve"


CurveField = Annotated[
    Annotated[Name, Tag("name")] | Annotated[Curve, Tag("curve")], Discriminator(_name_or_curve)
]
"""A curve, or the name of one in `curves`."""
