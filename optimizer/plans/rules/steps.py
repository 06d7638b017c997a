"""Rules a step wider, and rules removed, as the rules of a scenario then are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.rules.family import Relaxation
from optimizer.scenario.rule_types import Rules

SHARE_STEP = 0.05
"""A step of shares, tolerances and ratios."""
MONEY_STEP = 0.01
"""A step of a budget, as a share of it."""


def one_number(
    rules: Rules, name: str, limit: float, wider: float, none: float | None = None
) -> Iterator[Relaxation]:
    """A rule that is one number of the file: a step wider, and `none`, the number that means no rule."""
    section, _, key = name.rpartition(".")
    if wider != limit:
        yield relaxed(name, limit, wider, updated(rules, section, **{key: wider}))
    yield removed(name, limit, updated(rules, section, **{key: none}))


def relaxed(name: str, limit: float, wider: float, rules: Rules) -> Relaxation:
    return Relaxation(name, "relaxed", float(limit), float(wider), rules)


def removed(name: str, limit: float, rules: Rules) -> Relaxation:
    return Relaxation(name, "removed", float(limit), np.nan, rules)


def updated(rules: Rules, section: str = "", **values: Any) -> Rules:
    """The rules, or one section of them, with other values."""
    if not section:
        return rules.model_copy(update=values)
    return rules.model_copy(update={section: getattr(rules, section).model_copy(update=values)})
