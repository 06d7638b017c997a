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


# --- suggested ------------------------------------------------------------------------------------------

ROLES = {
    "en": ("Owner,Owner Role", ("SDR", "AE", "CSM")),
    "fr": ("Propriétaire,Équipe", ("Prospection", "Commercial", "Suivi client")),
    "de": ("Inhaber,Funktion", ("Telefonakquise", "Vertrieb", "Kundenbetreuung")),
    "es": ("Propietario,Equipo", ("Prospección", "Ventas", "Customer success")),
}


def roles(heads: str, names: tuple[str, str, str], *, two_owners: bool = False) -> str:
    """800 leads in 80 weeks, 2 in 5 handed over, of these every second won; a third of the customers are
    handed on to who cares for them. With two columns of owners the second is filled from the handover on."""
    lines = [f"Id,Created,Closed,{heads},Stage,Amount"]
    for i in range(800):
        created = dt.date(2023, 1, 2) + dt.timedelta(days=7 * (i // 10))
        handed, won = i % 5 < 2, i % 5 == 0
        role = names[2 if won and i % 15 == 0 else 1 if handed else 0]
        who = (
            (f"Caller {i % 2}", f"Seller {i % 3}" if handed else "")
            if two_owners
            else (f"{role} {i % 2}", role)
        )
        ended = f"{created + dt.timedelta(days=3 + i % 20)}"
        stage, amount = ("Closed Won", 1000 + i) if won else ("Closed Lost", "")
        lines.append(f"L{i:04},{created},{ended},{','.join(who)},{stage},{amount}")
    return "\n".join(lines)


def suggested(tmp_path: Path, text: str) -> tuple[Path, dict[str, Any]]:
    file, given = tmp_path / "deals.csv", tmp_path / "map.yaml"
    file.write_text(text, encoding="utf-8")
    given.write_text(incentives("calibrate", file, "--suggest-map").stdout, encoding="utf-8")
    return file, yaml.safe_load(given.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ROLES)
def test_roles_of_owners_are_suggested_as_a_handover(lang: str, tmp_path: Path) -> None:
    heads, names = ROLES[lang]
    _, found = suggested(tmp_path, roles(heads, names))
    assert found["deals"]["steps"] == {"with_sales": {heads.split(",")[1]: [names[1], names[2]]}}
    assert found["deals"]["handover"] == "with_sales"
    assert "segment" not in found["deals"]["columns"]
    assert found["assume"]["sdr"]["headcount"] >= 1
    assert "CHECK: leads whose" in (tmp_path / "map.yaml").read_text(encoding="utf-8")


def test_two_columns_of_owners_are_suggested_as_a_handover(tmp_path: Path) -> None:
    _, found = suggested(tmp_path, roles("SDR Owner,AE Owner", ROLES["en"][1], two_owners=True))
    assert found["deals"]["steps"] == {"with_sales": {"AE Owner": "present"}}


@pytest.mark.slow
def test_a_suggested_handover_becomes_a_scenario_that_holds(tmp_path: Path) -> None:
    file, _ = suggested(tmp_path, roles(*ROLES["en"]))
    done = incentives("calibrate", file, "--map", tmp_path / "map.yaml", "--out", tmp_path / "draft.yaml")
    assert done.exit_code == 0, done.output
    scenario = read_scenario(tmp_path / "draft.yaml")
    assert list(scenario.teams) == ["marketing", "sdr", "sales"]
    assert scenario.activities["work_lead"].yields["handed_lead"] == pytest.approx(0.4, abs=0.01)
    assert scenario.activities["close_handed_lead"].yields["customer"] == pytest.approx(0.5, abs=0.02)
    assert incentives("evaluate", tmp_path / "draft.yaml", "--json").exit_code == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda text: (
            text.replace(",SDR,", ",Team A,").replace(",AE,", ",Team B,").replace(",CSM,", ",Team B,")
        ),
        lambda text: text.replace(",SDR,", ",AE,"),
        lambda text: text.replace(",AE,Closed Won", ",SDR,Closed Won"),
    ],
    ids=["teams that say no role", "all are sellers", "those who call win too"],
)
def test_without_a_handover_none_is_suggested(change: Any, tmp_path: Path) -> None:
    _, found = suggested(tmp_path, change(roles(*ROLES["en"])))
    assert "handover" not in found["deals"]
    assert "sdr" not in found["assume"]


def test_who_is_given_what_is_won_already_is_not_compared(tmp_path: Path) -> None:
    """Customers are handed to one who cares for them: all that this owner has is won, which is no skill."""
    lines = ["Id,Created,Closed,Owner,Stage,Amount"]
    for i in range(2400):
        created = dt.date(2023, 1, 2) + dt.timedelta(days=i // 5)
        won = i % 10 < 3
        owner = "Keeper" if won and i % 10 == 0 else f"Seller {i % 4}"
        stage = "Won" if won else "Lost"
        lines.append(f"L{i:04},{created},{created + dt.timedelta(days=3 + i % 20)},{owner},{stage},100")
    file = tmp_path / "deals.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        yaml.safe_dump({"deals": {key: DEALS[key] for key in ("columns", "won", "lost")}}), encoding="utf-8"
    )
    done = incentives("calibrate", file, "--map", tmp_path / "map.yaml", "--json")
    content = json.loads(done.stdout)
    assert content["persons_together"]["explained_by"] == "supply"
    assert {p["verdict"] for p in content["people"]} == {"not_distinguishable"}
    assert content["persons_not_compared"]["other_roles"] == 1
    told = incentives("calibrate", file, "--map", tmp_path / "map.yaml")
    assert "Persons with leads enough who win, or lose, next to nothing: 1." in told.stdout
