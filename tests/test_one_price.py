"""One plan has one price, the same in every verb, table and document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from optimizer import Scenario, evaluate, solve
from optimizer.cli import main

TRUST = Path(__file__).parent / "cases" / "trust"


def incentives(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def tree_of(name: str) -> dict[str, Any]:
    """A company of `cases/trust` as it is written."""
    return dict(yaml.safe_load((TRUST / name).read_text(encoding="utf-8")))


def scenario_of(tree: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def with_rules(name: str, **rules: Any) -> Scenario:
    tree = tree_of(name)
    return scenario_of({**tree, "rules": {**tree["rules"], **rules}})


# --- a rate whose denominator vanishes ------------------------------------------------------------------

STARVING = ("rate_to_zero.json", "rate_to_zero_recommended.json")


@pytest.mark.parametrize("name", STARVING)
def test_a_starved_rate_is_paid_as_people_believe_and_never_nothing(name: str) -> None:
    """Nobody calls any more, so what is divided by is a twentieth of the 6 calls of today."""
    at = evaluate(TRUST / name, "by_ratio")
    x = dict(zip(at.cal.network.activities, at.consistent.x, strict=True))
    assert x["cold_calls"] == pytest.approx(0, abs=1e-9)
    assert at.consistent.pay[0] == pytest.approx(5000 * x["reminders"] / (0.05 * 6) / (5 / 6))
    assert at.starved == ("ratio",)
    assert [rule.name for rule in at.broken_rules] == ["budget.expected"]


@pytest.mark.parametrize("name", STARVING)
@pytest.mark.parametrize("verb", [("evaluate", "--plan"), ("budget", "--plan"), ("compare",)])
def test_every_verb_names_the_starved_rate(name: str, verb: tuple[str, ...]) -> None:
    told = incentives(verb[0], TRUST / name, *verb[1:], "by_ratio")
    assert "ratio is paid, and what it is divided by all but vanishes" in " ".join(told.output.split())
    assert told.exit_code == (1 if verb[0] == "budget" else 0)
    asked = json.loads(incentives(verb[0], TRUST / name, *verb[1:], "by_ratio", "--json").stdout)
    at = {"evaluate": lambda: asked["consistent"], "budget": lambda: asked}.get(
        verb[0], lambda: asked["plans"]["by_ratio"]["consistent"]
    )()
    assert at["starved"] == ["ratio"]


def test_today_nothing_is_starved() -> None:
    told = incentives("evaluate", TRUST / "rate_to_zero.json", "--json")
    assert "starved" not in json.loads(told.stdout)["consistent"]


@pytest.mark.parametrize("rules", [{}, {"budget": {}}, {"objective": "revenue", "budget": {}}])
def test_a_plan_that_starves_what_it_pays_on_is_never_recommended_above_a_sane_one(
    rules: dict[str, Any],
) -> None:
    """Reminders alone would bring 24,000 of revenue, and pay that rests on a convention."""
    solution = solve(with_rules("rate_to_zero_recommended.json", **rules))
    assert solution.chosen is not None
    assert not solution.chosen.consistent.starved.any()
    sane = [
        evaluate(with_rules("rate_to_zero_recommended.json", **rules), {"callers": weights})
        for weights in ({"orders": 1.0}, {"orders": 0.5, "ratio": 0.5})
    ]
    best = max(at.value for at in sane if at.kept and not at.starved)
    assert solution.certificate.objective == pytest.approx(best)


def test_where_every_plan_starves_a_rate_none_is_called_optimal() -> None:
    rules = {"budget": {}, "locks": {"callers": {"ratio": 1.0}}}
    solution = solve(with_rules("rate_to_zero.json", **rules))
    assert solution.status == "feasible"
    assert not {c.name: c.ok for c in solution.certificate.checks}["denominator_floor"]


def test_a_rate_that_is_only_a_gate_counts_as_paid() -> None:
    tree = tree_of("rate_to_zero.json")
    kpis = {
        **tree["kpis"],
        "reminded": {
            "numerator": {"reminders": 1},
            "noise": 0.1,
            "curve": {"gate": {"kpi": "ratio", "at": 0.9}},
        },
    }
    plans = {"gated": {"callers": {"reminded": 1.0}}}
    at = evaluate(scenario_of({**tree, "kpis": kpis, "plans": plans, "rules": {}}), "gated")
    dry = at.consistent.equilibria[0].network.denominators(at.consistent.equilibria[0].x)[0] < 0.05 * 6
    assert bool(dry[at.cal.network.kpis.index("ratio")]) == bool(at.starved)
