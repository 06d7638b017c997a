"""From two teams to the company: who hands leads over and who keeps customers, where an export tells."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer import read_scenario
from tests.verbs import incentives

TEAM = {"headcount": 3, "hours": 4000, "base_pay": 30000, "target_pay": 9000}
ASSUME: dict[str, Any] = {
    "placeholders": True,
    "marketing": TEAM,
    "sdr": TEAM,
    "sales": TEAM,
    "success": TEAM,
    "work": {"campaign": 1, "prompt": 2, "late": 2, "touch": 0.2, "close": 10, "keep": 5},
    "margin": 0.5,
    "current_plan": {
        "marketing": {"leads": 1},
        "sdr": {"handed_over": 1},
        "sales": {"wins": 1},
        "success": {"kept": 1},
    },
}
DEALS: dict[str, Any] = {
    "columns": {"id": "Id", "created": "Created", "closed": "Closed", "owner": "Owner", "value": "Amount"},
    "won": {"Stage": "Won"},
    "lost": {"Stage": "Lost"},
    "steps": {"with_sales": {"Owner Role": ["AE", "CSM"]}, "stays": {"Owner Role": "CSM"}},
    "handover": "with_sales",
    "kept": "stays",
}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 leads in 60 weeks: every second is handed to sales, of these every third is won, of these every
    second stays; the owner's role says where each is."""
    lines = ["Id,Created,Closed,Owner,Owner Role,Stage,Amount"]
    for i in range(600):
        created = dt.date(2023, 1, 2) + dt.timedelta(days=7 * (i // 10))
        handed, won = i % 2 == 0, i % 6 == 0
        role = "CSM" if i % 12 == 0 else "AE" if handed else "SDR"
        stage, amount = ("Won", "1000") if won else ("Lost", "")
        closed = created + dt.timedelta(days=10)
        lines.append(f"L{i},{created},{closed},{role} {i % 3},{role},{stage},{amount}")
    file = tmp_path_factory.mktemp("teams") / "deals.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def mapped(tmp_path: Path, deals: dict[str, Any] = DEALS, assume: dict[str, Any] = ASSUME) -> Path:
    file = tmp_path / "map.yaml"
    file.write_text(yaml.safe_dump({"deals": deals, "assume": assume}), encoding="utf-8")
    return file


@pytest.mark.slow
def test_roles_of_owners_become_teams_with_the_rates_of_their_steps(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    done = incentives("calibrate", export, "--map", mapped(tmp_path), "--out", out)
    assert done.exit_code == 0, done.output
    scenario = read_scenario(out)
    assert list(scenario.teams) == ["marketing", "sdr", "sales", "success"]
    owners = {name: stage.owner for name, stage in scenario.stages.items()}
    assert owners == {"lead": "sdr", "handed_lead": "sales", "customer": "success", "kept_customer": None}
    yields = {name: (a.team, dict(a.yields)) for name, a in scenario.activities.items()}
    assert yields["work_lead"] == ("sdr", {"handed_lead": pytest.approx(0.5, abs=0.01)})
    assert yields["close_handed_lead"] == ("sales", {"customer": pytest.approx(1 / 3, abs=0.01)})
    assert yields["keep_customer"] == ("success", {"kept_customer": pytest.approx(0.5, abs=0.01)})
    assert list(scenario.kpis) == ["leads", "handed_over", "wins", "kept"]
    assert scenario.sources["activities.close_handed_lead.yields"].kind == "measured"
    assert {"teams.sdr.hours", "activities.keep_customer.hours"} <= set(scenario.placeholders)
    label = scenario.teams["sdr"].label
    assert label is not None
    assert label.fr == "Prospection (SDR)"
    assert incentives("check", out).exit_code == 0
    assert incentives("evaluate", out, "--json").exit_code == 0


@pytest.mark.parametrize(
    ("deals", "assume", "where", "message"),
    [
        ({"handover": "nowhere"}, {}, "deals.handover", "is not one of the steps"),
        ({}, {"sdr": None}, "assume.sdr", "is missing beside `deals.handover`"),
        ({"kept": None}, {}, "assume.success", "has no work without `deals.kept`"),
        ({"good": "with_sales"}, {}, "deals.handover", "is the step of `deals.good` too"),
    ],
)
def test_a_team_has_its_step_its_people_and_its_hours(
    export: Path, tmp_path: Path, deals: dict[str, Any], assume: dict[str, Any], where: str, message: str
) -> None:
    file = mapped(tmp_path, DEALS | deals, ASSUME | assume)
    done = incentives("calibrate", export, "--map", file, "--json")
    assert done.exit_code == 2
    problems = [(p["where"].split()[-1], p["message"]) for p in json.loads(done.stdout)["problems"]]
    assert (where, message) in problems
