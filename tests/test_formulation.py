"""The formulation document and the built model list the same equations."""

import re
from pathlib import Path

import pyomo.environ as pyo
import pytest

from optimizer import Scenario, read_scenario
from optimizer.model.data import model_data
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.rule_types import Rules
from optimizer.solver.program.at_beliefs import model_at

DOCUMENT = Path(__file__).parent.parent / "optimizer" / "model" / "FORMULATION.md"
CASES = Path(__file__).parent / "cases"
EVERY_RULE = {
    "objective": "net",
    "weights": {"step": 0.1, "min": 0.2, "max": 0.9, "max_measures": 2},
    "measures": {
        "marketing": ["lead_volume", "meeting_rate", "wins"],
        "sales": ["bookings", "leads_touched"],
    },
    "locks": {"success": {"retention": 0.8}},
    "change_limit": 1.5,
    "budget": {
        "expected": 150000,
        "teams": {"marketing": 40000},
        "cvar": {"level": 0.95, "limit": 190000},
        "percentile": {"level": 0.9, "limit": 150000},
        "min_share_of_target": 0.5,
    },
    "controllability": {"mean": 0.005},
    "gaming": {
        "tolerance": 3.0,
        "margin": 0.0,
        "exposure": 0.9,
        "pairs": [{"team": "marketing", "volume": "lead_volume", "quality": "meeting_rate", "ratio": 5}],
    },
}


def documented() -> dict[str, str]:
    """Component name to equation number."""
    rows = re.findall(r"^\| \((\w+)\) \| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: number for number, name in rows}


@pytest.fixture(scope="module")
def model() -> pyo.ConcreteModel:
    scenario = read_scenario(CASES / "mini_funnel" / "mini_funnel.json")
    scenario = scenario.model_copy(update={"rules": Rules.model_validate(EVERY_RULE)})
    cal = calibrate(Scenario.model_validate(scenario.model_dump(by_alias=True, exclude_unset=True)))
    space = plan_space(cal, measure(cal).controllability)
    exposure = 0.01 * cal.curves.noise[:, None].repeat(3, axis=1)
    fixed = model_at(model_data(cal, space, (cal.beliefs,), exposure), floor=0.0)
    return fixed.model


def test_every_equation_of_the_model_is_documented_and_every_documented_one_is_built(model):
    built = {c.local_name for c in model.component_objects((pyo.Constraint, pyo.Objective))}
    assert built == set(documented())


def test_equation_numbers_in_the_model_agree_with_the_document(model):
    for name, number in documented().items():
        doc = model.component(name).doc
        assert doc.startswith(f"({number})"), f"{name}: {doc!r} does not begin with ({number})"


def test_every_variable_is_documented(model):
    text = DOCUMENT.read_text(encoding="utf-8")
    for variable in model.component_objects(pyo.Var):
        assert f"| `{variable.local_name}` |" in text, f"{variable.local_name} is not in the variable table"
