"""Numbers that nobody has given yet: what is asked, and who in a company can answer.

A source of several numbers is provisional where one of them is a placeholder.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

AskedUnit = Literal[
    "people", "hours_period", "hours_unit", "money_period", "money_unit", "share", "units_period", "number"
]
Asked = Literal["payroll", "finance", "lead", "management", "analyst"]
_OF_TEAMS: dict[str, tuple[AskedUnit, Asked]] = {
    "headcount": ("people", "payroll"),
    "hours": ("hours_period", "lead"),
    "base_pay": ("money_period", "payroll"),
    "target_pay": ("money_period", "payroll"),
    "charges": ("share", "payroll"),
    "discount": ("share", "management"),
}
_OF_WORK: dict[str, tuple[AskedUnit, Asked]] = {
    "hours": ("hours_unit", "lead"),
    "cash": ("money_unit", "finance"),
    "value": ("money_unit", "finance"),
    "baseline": ("units_period", "lead"),
    "inflow": ("units_period", "lead"),
    "reach": ("units_period", "lead"),
}


def question(path: str) -> tuple[AskedUnit, Asked]:
    """Unit of the number at a dotted path, and who knows it; an analyst, in its own unit, where none is known
    better."""
    section, *rest = path.split(".")
    if section == "current_plan":
        return "share", "management"
    key = rest[1] if len(rest) > 1 else ""
    known = _OF_TEAMS if section == "teams" else _OF_WORK
    return known.get(key, ("number", "analyst"))


def asked_of(path: str) -> str:
    """The team that a number is about, by a path that names it; else empty."""
    section, *rest = path.split(".")
    return rest[0] if section in ("teams", "current_plan") and rest else ""


def is_provisional(path: str, placeholders: Collection[str]) -> bool:
    """Whether a number, or one of several under a path, is a placeholder."""
    return path in placeholders or any(written.startswith(f"{path}.") for written in placeholders)
