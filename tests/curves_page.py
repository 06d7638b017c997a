"""docs/reference/curves.md: every form of a pay curve, what it pays, a drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import yaml

from tests.test_curves import paid

LUCK = 0.15
"""Standard deviation of attainment in the column of averages."""
ATTAINMENTS = (0.4, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5)
WIDE, HIGH, TOP, FAR = 64, 14, 2.0, 1.6
"""Characters and lines of a drawing, and the pay and the attainment at its ends."""

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "A straight line, capped": (
        "`slope`, `floor`, `threshold`, `accelerators` and `cap` may be combined. Without any of them pay is "
        "the line without end.",
        {"cap": 1.4},
    ),
    "Threshold, slope and accelerator": (
        "Nothing below the threshold, then the line through 1 at target with this slope; from the "
        "accelerator on, another.",
        {"slope": 1.5, "threshold": 0.8, "accelerators": [{"from": 1.1, "slope": 2.5}], "cap": 1.3},
    ),
    "A guarantee": ("Below the floor, pay is what the line pays there.", {"floor": 0.6}),
    "`points`: decelerators and accelerators": (
        "In proportion between points. Nothing below the first, level above the last.",
        {"points": [[0.5, 0.25], [0.8, 0.8], [1.0, 1.0], [1.5, 2.0]]},
    ),
    "`points` that begin at 0, and jump": (
        "A first point at attainment 0 is paid whatever comes in; two points at one attainment are a jump.",
        {"points": [[0, 0.3], [0.9, 0.3], [0.9, 0.8], [1.2, 1.4]]},
    ),
    "`steps`: a ladder": (
        "Each payout holds from its attainment to the next. A step out of reach makes people give up, one "
        "just above makes them push on.",
        {"steps": [[0.9, 0.6], [1.0, 1.0], [1.1, 1.5]]},
    ),
    "`rates`: from the first unit, by band": (
        "Rate × attainment, the rate of the band reached, for everything that has come in: each band begins "
        "with a jump.",
        {"rates": [[0, 0.8], [1.0, 1.0], [1.2, 1.3]], "cap": 1.5},
    ),
}
FACTORS: dict[str, tuple[str, dict[str, Any]]] = {
    "`gate`": ("Paid only from an attainment of the other KPI on.", {"gate": {"kpi": "g", "at": 0.9}}),
    "`times`: a factor": (
        "In proportion between points, level outside them: below the first the factor stays as it is there.",
        {"times": {"kpi": "g", "points": [[0.8, 0.5], [1.0, 1.0], [1.1, 1.2]]}},
    ),
    "`times` with a jump": (
        "Two points at one attainment.",
        {"times": {"kpi": "g", "points": [[0.7, 0.2], [0.9, 0.4], [0.9, 1.0], [1.3, 1.3]]}},
    ),
}

INTRODUCTION = f"""# Pay curves

Written by `uv run python -m tests.reference_pages` from what the code computes; do not edit.

What share of target pay is paid at an attainment (result over target), for every form that `curve` may have.
"Pays" is what a result that has come in pays; "on average" what is to be expected where luck has a standard
deviation of {LUCK:g} around the attainment: budgets, and what people work for, are that (model.md §9). In the
drawings attainment goes to the right up to {FAR:.0%}, pay upwards to {TOP:.0%}; `:` marks the target.
"""
BEHIND = """# What another KPI does to it

Any curve may hang on one other KPI, by a gate or by a factor: the table has what multiplies pay at that KPI's
attainment, on average where its luck is 0.2.
"""


def curves_page() -> str:
    """The forms of a curve, then what may multiply it."""
    parts = [INTRODUCTION]
    for name, (about, curve) in FORMS.items():
        parts += [
            *_said(name, about, curve),
            *_table("attainment", curve, own=True),
            *_drawing(curve, own=True),
        ]
    parts.append(BEHIND)
    for name, (about, curve) in FACTORS.items():
        parts += [*_said(name, about, curve), *_table("its attainment", curve, own=False)]
        parts += _drawing(curve, own=False)
    return "\n".join(parts).rstrip("\n") + "\n"


def _said(name: str, about: str, curve: dict[str, Any]) -> list[str]:
    shown = yaml.safe_dump(curve, default_flow_style=True, sort_keys=False, width=1000).strip()
    return [f"## {name}\n", f"{about}\n", "```yaml", f"curve: {shown}", "```", ""]


def _table(head: str, curve: dict[str, Any], *, own: bool) -> list[str]:
    rows = [
        f"| {at:.0%} | {_pays(curve, at, own):.0%} | {_pays(curve, at, own, luck=True):.1%} |"
        for at in ATTAINMENTS
    ]
    return [f"| {head} | {'pays' if own else 'factor'} | on average |", "|---|---|---|", *rows, ""]


def _drawing(curve: dict[str, Any], *, own: bool) -> list[str]:
    """Pay over attainment in characters."""
    lines = [[" "] * WIDE for _ in range(HIGH + 1)]
    for x in range(WIDE):
        at = (x + 0.5) * FAR / WIDE
        height = round(_pays(curve, at, own) / TOP * HIGH)
        for line in lines if x == int(WIDE / FAR) else ():
            line[x] = ":"
        if height <= HIGH:
            lines[HIGH - height][x] = "*"
    return ["```text", *("|" + "".join(line).rstrip() for line in lines), "+" + "-" * WIDE, "```", ""]


def _pays(curve: dict[str, Any], at: float, own: bool, *, luck: bool = False) -> float:
    """Pay at an attainment of the KPI itself; of the other, what multiplies it."""
    where = np.array([at, 1.0] if own else [1.0, at])
    if not luck:
        return float(paid(curve, LUCK).certain(where)[0, 0])
    return float(paid(curve if own else {**curve, "points": [[0, 1]]}, LUCK).expected(where)[0, 0])
