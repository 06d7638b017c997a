"""Plans in workbooks: sheets for each of their parts, whichever of the two forms a file has them in.

A plan that has weights and nothing else is `{team: {kpi: weight}}`; curves that a plan draws in place get
a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.scenario.nodes import Node
from optimizer.scenario.plan import plan_of
from optimizer.scenario.plan_types import Targets, plan_kind
from optimizer.scenario.types import Scenario

TEXTS, TARGETS = "plan_texts", "plan_targets"
"""Sheets that share the key `targets` of a plan: whether they are issued anew, and numbers."""
ISSUED = frozenset(Targets.model_fields)


def whole_plans(scenario: Scenario, content: Mapping[str, Any], sheet: str) -> dict[str, Any]:
    """The content of a scenario with every plan in parts, for the rows of one sheet."""
    plans, curves = dict[str, Any](), dict(content.get("curves", {}))
    for name, plan in content.get("plans", {}).items():
        whole = dict(plan) if plan_kind(plan) == "whole" else {"weights": plan}
        if set(whole) == {"weights"} and plan_kind(plan) == "whole":
            whole["weights"] = plan_of(scenario, scenario.plans[name]).weights
        drawn = {at: curve for at, curve in whole.get("curves", {}).items() if not isinstance(curve, str)}
        names = {at: f"{name}_{at.replace('.', '_')}" for at in drawn}
        curves |= {names[at]: curve for at, curve in drawn.items()}
        if "curves" in whole:
            whole["curves"] = whole["curves"] | names
        issued = bool(ISSUED & whole.get("targets", {}).keys())
        if issued == (sheet == TARGETS):
            whole.pop("targets", None)
        plans[name] = whole
    if sheet == TEXTS:
        plans = {name: whole for name, whole in plans.items() if {"label", "targets"} & whole.keys()}
    return {**content, "plans": plans} | ({"curves": curves} if curves else {})


def short_where_weights(root: Node) -> None:
    """Plans of which nothing but weights is said, as a file says them."""
    plans = root.child("plans")
    if plans is None or not isinstance(plans.value, dict):
        return
    for name, plan in plans.value.items():
        if isinstance(plan.value, dict) and set(plan.value) == {"weights"}:
            plans.value[name] = plan.value["weights"]
