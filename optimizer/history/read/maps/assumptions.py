"""The section of a map that says what no CRM knows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from optimizer.scenario.rule_types import Rules
from optimizer.scenario.value_types import Frozen, NonNegative, Positive, Share, Weights

PROMPT = 24.0
"""Hours within which an answer is in time, unless the map says otherwise."""


class TeamAssumed(Frozen):
    """What payroll knows of a team."""

    headcount: Annotated[int, Field(ge=1)]
    """People."""
    hours: Positive
    """Hours the team can work [hours/period]."""
    base_pay: NonNegative
    """Fixed pay of the team [currency/period]."""
    target_pay: NonNegative
    """Variable pay of the team at target [currency/period]."""
    charges: NonNegative = 0.42
    """Employer charges on variable pay."""
    discount: Share = 0.9
    """Weight of a reward one period later."""
    responsiveness: Positive | None = None
    """Replaces the documented prior."""
    effort: NonNegative = 0.3
    """Percent more hours where an hour brings a percent more (model.md §13.4); 0: hours are fixed."""
    luck_discount: Share = 0.15
    """How much a measure weakens that hangs on luck and on others (model.md §13.5); 0: not at all."""


class Work(Frozen):
    """How long work takes [hours]."""

    campaign: NonNegative
    """Marketing, per lead brought in by a paid source."""
    prompt: Positive
    """Sales, per lead answered in time."""
    late: Positive
    """Sales, per lead answered late."""
    touch: Positive = 0.1
    """Sales, per lead only touched."""
    close: Positive | None = None
    """Sales, per lead handed over; needed with `deals.handover`, where others answer leads."""
    keep: Positive | None = None
    """Customer success, per new customer; needed with `deals.kept`."""


class Assume(Frozen):
    """What a CRM export does not say; placeholders until payroll and the teams are asked."""

    placeholders: bool = False
    """These numbers are nobody's yet: every source says so."""
    marketing: TeamAssumed
    """Who brings leads."""
    sales: TeamAssumed
    """Who works them."""
    sdr: TeamAssumed | None = None
    """Who answers leads and hands them over; needed with `deals.handover`."""
    success: TeamAssumed | None = None
    """Who keeps customers; needed with `deals.kept`."""
    work: Work
    """How long it takes."""
    margin: Share = 1.0
    """Share of a deal's value that is contribution."""
    prompt_within: Positive = PROMPT
    """An answer within so many hours is in time."""
    current_plan: Weights
    """`{team: {kpi: weight}}` in force in the history; KPIs: leads, good_leads, answered_in_time,
    handed_over, wins, kept."""
    rules: Rules = Rules()
    """Rules of the scenario."""

    @property
    def teams(self) -> dict[str, TeamAssumed]:
        """Those that there are, upstream first."""
        every = {"marketing": self.marketing, "sdr": self.sdr, "sales": self.sales, "success": self.success}
        return {name: team for name, team in every.items() if team is not None}
