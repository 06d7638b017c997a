"""docs/rules.md, from the families themselves: `uv run python -m tests.rules_page` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from optimizer import Scenario
from optimizer.plans.rules import FAMILIES, page_forms, relaxations, unchecked_rules
from optimizer.plans.rules.family import Family, Rule
from optimizer.plans.space import plan_space
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.measures import measure
from optimizer.scenario.types import Rules
from tests.wording import phrase

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "rules.md"
FORMULATION = HERE.parent / "optimizer" / "model" / "FORMULATION.md"
NOT_RULES = ("objective", "change_from", "curves")
"""Fields of `rules` that forbid nothing."""
EVERY_RULE: dict[str, Any] = {
    "objective": "net",
    "weights": {
        "step": 0.1,
        "min": 0.2,
        "max": 0.9,
        "max_measures": 2,
        "limits": {"marketing": {"wins": {"max": 0.6}, "lead_volume": {"min": 0.2}}},
        "teams": {"marketing": {"min_measures": 2, "max_measures": 3}},
        "groups": [{"team": "sales", "kpis": ["bookings", "leads_touched"], "min": 0.2, "max": 0.8}],
    },
    "measures": {
        "marketing": ["lead_volume", "meeting_rate", "wins"],
        "sales": ["bookings", "leads_touched", "retention"],
        "success": ["bookings", "leads_touched", "retention"],
    },
    "locks": {"success": {"retention": 0.8}},
    "same": [["sales", "success"]],
    "change_limit": 1.5,
    "budget": {
        "expected": 150000.0,
        "teams": {"marketing": 40000.0},
        "cvar": {"level": 0.95, "limit": 190000.0},
        "percentile": {"level": 0.9, "limit": 150000.0},
        "min_share_of_target": 0.5,
        "reserve": 2000.0,
    },
    "controllability": {"floor": 0.005, "mean": 0.005},
    "gaming": {
        "tolerance": 3.0,
        "margin": 0.1,
        "caps": {"touch_fit": 240.0},
        "exposure": 0.9,
        "pairs": [{"team": "marketing", "volume": "lead_volume", "quality": "meeting_rate", "ratio": 5.0}],
    },
}
HEAD = """# Rules

What a plan must keep, by family. Written by `uv run python -m tests.rules_page` from the modules of
`optimizer/plans/rules`: each has value and limit, a step wider, the number that a conflict would move and the
form on the what-if page; rows are those of [FORMULATION.md](../optimizer/model/FORMULATION.md). A rule that
the scenario leaves out does not bind. `objective`, `curves` and `change_from` stand in `rules` too, but
forbid nothing.

*A step wider* is what the table of prices relaxes a rule by, here on a company that states every rule. *Plan
space* instead of rows: the rule decides which plans there are.
"""


def every_rule() -> Scenario:
    """The small company with every rule there is."""
    tree = json.loads((HERE / "cases" / "mini_funnel" / "mini_funnel.json").read_text(encoding="utf-8"))
    return Scenario.model_validate(tree | {"rules": EVERY_RULE})


def fields_of() -> Iterator[tuple[str, str]]:
    """(path, meaning) of every field of `rules`, in the order of the file; sections field by field."""
    for name, field in Rules.model_fields.items():
        section = _section(field.annotation)
        if section is None:
            yield name, field.description or ""
        else:
            yield from ((f"{name}.{key}", f.description or "") for key, f in section.model_fields.items())


def _section(annotation: Any) -> type[BaseModel] | None:
    kinds = [annotation, *get_args(annotation)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def equations() -> dict[str, str]:
    """Row of the model to the number of its equation."""
    lines = FORMULATION.read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| (")]
    return {row[2].strip(" `"): row[1].strip() for row in rows}


def page() -> str:
    """The whole page."""
    cal = calibrate(every_rule())
    space = plan_space(cal, measure(cal).controllability)
    forms = {form.rule.name: form.form for form in page_forms(cal, space)}
    return HEAD + "".join(_family(family, cal, forms) for family in FAMILIES)


def _family(family: Family, cal: Calibrated, forms: dict[str, str]) -> str:
    words = (family.__doc__ or "").partition("\n\n")[0]
    meaning = dict(fields_of())
    reads = "".join(f"- `rules.{f}`: {meaning[f]}\n" for f in family.FIELDS)
    head = "| rule | label | kept where value is | unit | rows of the model | a step wider | what-if page |\n"
    rows = "".join(_line(rule, cal, forms) for rule in family.RULES)
    return f"\n## {family.NAME}\n\n{words}\n\n{reads}\n{head}|{'---|' * 7}\n{rows}"


def _line(rule: Rule, cal: Calibrated, forms: dict[str, str]) -> str:
    rows = ", ".join(f"`{row}` {equations()[row]}" for row in (*rule.rows, *rule.through)) or "plan space"
    unit = rule.unit if rule.stated_unit == rule.unit else f"{rule.unit}, stated as {rule.stated_unit}"
    page_form = _on_page(rule, cal, forms)
    cells = (
        f"`{rule.name}`",
        phrase("en", rule.label),
        _side(rule),
        unit,
        rows,
        _wider(rule, cal),
        page_form,
    )
    return f"| {' | '.join(cells)} |\n"


def _side(rule: Rule) -> str:
    sides = {"between": "between its limits", "equal": "equal to the limit"}
    return sides.get(rule.side, f"{rule.side} the limit")


def _wider(rule: Rule, cal: Calibrated) -> str:
    relaxed = [r for r in relaxations(cal) if r.rule == rule.name or r.rule.startswith(f"{rule.name}.")]
    steps = [f"{r.limit:,g} → {r.new_limit:,g}" for r in relaxed if r.change == "relaxed"]
    if not relaxed or rule.name == "gaming":
        return "–"
    return steps[0] if steps else "only removed"


def _on_page(rule: Rule, cal: Calibrated, forms: dict[str, str]) -> str:
    if rule.name in unchecked_rules(cal):
        return "no: it draws no luck"
    return f"`{forms[rule.name]}`" if rule.name in forms else "through the caps it sets"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
