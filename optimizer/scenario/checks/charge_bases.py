"""What charges by a head's pay need to know: how many heads, what they earn, in which currency."""

from __future__ import annotations

from optimizer.scenario.charge_types import Charges
from optimizer.scenario.charges import published
from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.problems import Finding, Path
from optimizer.scenario.types import Scenario, Team


def problems(scenario: Scenario) -> Findings:
    """Brackets and presets of a team whose pay per head is not known, or not in their currency."""
    for name, team in scenario.teams.items():
        if isinstance(team.charges, Charges):
            yield from _base(scenario, ("teams", name, "charges"), name, team, team.charges)


def _base(scenario: Scenario, at: Path, name: str, team: Team, charges: Charges) -> Findings:
    said = "depend on what a head earns in a year"
    if team.headcount is None:
        hint = f"write teams.{name}.headcount, or one rate"
        yield Finding(at, "", f"{said}, and nothing says how many heads there are", hint, at_key=True)
    if team.base_pay == 0 and charges.preset:
        hint = f"write teams.{name}.base_pay, the fixed pay of the whole team, or one rate"
        yield Finding(at, "", f"{said}, and nothing says the fixed pay", hint, at_key=True)
    if charges.preset and scenario.currency != published(charges.preset)["currency"]:
        currency = published(charges.preset)["currency"]
        hint = f"write brackets in {scenario.currency}, or one rate"
        yield Finding((*at, "preset"), charges.preset, f"is in {currency}, not {scenario.currency}", hint)


def warnings(scenario: Scenario) -> Findings:
    """In France, variable pay tied to a person's own results enters the pay of paid leave."""
    french = any(
        isinstance(t.charges, Charges) and (t.charges.preset or "").startswith("FR") and t.pays_persons
        for t in scenario.teams.values()
    )
    if french and scenario.phasing.paid_leave == 0:
        message = "variable pay on people's own results may enter paid-leave pay: it is 0 here"
        yield Finding(("phasing", "paid_leave"), "", message, "write 0.1 for 10 %, or 0 where it does not")
