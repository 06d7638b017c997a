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


LevelAt = Annotated[tuple[NonNegative, NonNegative], Field(strict=False)]
"""An attainment, and what holds there or from there on."""
Levels = Annotated[tuple[LevelAt, ...], Field(strict=False, min_length=1)]
LISTED = ("points", "steps", "rates")
"""Forms of a curve that are lists of pairs."""
DRAWN = ("slope", "floor", "threshold", "accelerators")
"""What shapes a curve that is written as none of those."""


class Times(Frozen):
    """Pay is multiplied by a function of another KPI."""

    kpi: Name
    """The other KPI."""
    points: Levels
    """[its attainment, factor], in proportion between two points and level outside them; two at one
    attainment are a jump."""


class Curve(Frozen):
    """Pay as a function of attainment, as a share of the euros at target (model.md §9): 1 at target, where no
    threshold, cap, gate or list says otherwise, and never below 0. A curve has one form: slope, floor,
    threshold and accelerators, or one of the lists `points`, `steps` and `rates`."""

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
    points: Levels | None = None
    """[attainment, payout], in proportion between two points: decelerators below target, accelerators above.
    Nothing is paid below the first point, unless it is at attainment 0; above the last, pay stays level. Two
    points at one attainment are a jump."""
    steps: Levels | None = None
    """[attainment, payout]: a ladder, on which each payout holds from its attainment to the next. Nothing is
    paid below the first."""
    rates: Levels | None = None
    """[attainment, rate]: pay is rate × attainment from the first unit on, the rate being that of the band
    reached; `cap` may end it. Nothing is paid below the first band."""
    gate: Gate | None = None
    """Pay hangs on another KPI too."""
    times: Times | None = None
    """Pay is multiplied by a function of another KPI; takes the place of a gate."""
    vesting: Annotated[tuple[Vesting, ...], Field(strict=False)] = ()
    """What is paid later; the rest is paid at once."""

    @property
    def form(self) -> str:
        """Which of the lists it is written as; empty for slope, floor, threshold and accelerators."""
        return next((name for name in LISTED if getattr(self, name) is not None), "")

    @property
    def listed(self) -> tuple[tuple[float, float], ...]:
        """That list; empty without one."""
        pairs: tuple[tuple[float, float], ...] = getattr(self, self.form) if self.form else ()
        return pairs

    @property
    def level_from(self) -> float | None:
        """Attainment above which pay stays level; None where it does not, or only by an accelerator."""
        return self.listed[-1][0] if self.form in ("points", "steps") else self.cap


def _name_or_curve(value: Any) -> str:
    return "name" if isinstance(value, str) else "curve"


CurveField = Annotated[
    Annotated[Name, Tag("name")] | Annotated[Curve, Tag("curve")], Discriminator(_name_or_curve)
]
"""A curve, or the name of one in `curves`."""
