"""What a plan earns people in its first year, period by period, over draws of luck of the whole year.

Earned by team i in period t: people counted × Σ_k pay at 100 % × season × level, with what the ramp
guarantees, and leave pay on both. Levels are those of the simulated switch (`rollout.transition`): people
learn, yields under way arrive, results that were moved come due. Draws run over the whole year, so the year's
percentiles are of its sums, not sums of percentiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.arrays import Floats, half_up
from optimizer.response.booking import Booked, book
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import expected_pay, team_pay
from optimizer.risk.draws import Luck
from optimizer.rollout.transition import Transition, TransitionPath, transition
from optimizer.rollout.year.seasons import periods_of_year, seasons
from optimizer.rollout.year.staffing import Staffing, staffing
from optimizer.scenario.charges import loading
from optimizer.scenario.phasing_types import Phasing
from optimizer.scenario.plan import PlanTerms

DRAWS = 1000
"""Of the year: those of `incentives simulate`."""


@dataclass(frozen=True)
class Year:
    """The first year of a plan: euros (I, K) at target, currency per period."""

    euros: Floats
    transition: Transition
    staffing: Staffing
    season: Floats
    """(T, K): 1 is an average period."""
    levels: Floats
    """Pay per euro at target, (T, S, I, K)."""
    foreseen: Floats
    """The same with the period's own luck averaged out."""
    terms: PlanTerms

    @property
    def phasing(self) -> Phasing:
        return self.cal.scenario.phasing

    @property
    def decimals(self) -> int:
        """To which payouts are booked."""
        return self.booked.decimals

    @property
    def cal(self) -> Calibrated:
        return self.transition.cal

    @property
    def periods(self) -> int:
        return len(self.season)

    @property
    def leave(self) -> float:
        """Leave pay per unit of variable pay."""
        return self.phasing.paid_leave

    @cached_property
    def at_target(self) -> Floats:
        """Pay at 100 % of the team's people in each period, (T, I, K)."""
        return np.asarray(self.euros * self.season[:, None, :])

    @cached_property
    def level(self) -> Floats:
        """Expected pay per euro at target, (T, I, K)."""
        return np.asarray(self.foreseen.mean(axis=1))

    @cached_property
    def guaranteed(self) -> Floats:
        """What the ramp guarantees before leave pay, (T, I)."""
        shares = np.array([self.phasing.guaranteed.get(team, 0.0) for team in self.cal.network.teams])
        return np.asarray(self.at_target.sum(axis=2) * self.staffing.ramping * shares)

    @cached_property
    def gross(self) -> Floats:
        """Payouts before charges in every draw, (T, S, I): guarantees and leave pay in them."""
        return self._paid(self.levels)

    @property
    def loaded(self) -> Floats:
        """The same with charges."""
        return np.asarray(self.gross * loading(self.cal.scenario))

    @property
    def loaded_foreseen(self) -> Floats:
        """The same with the luck of each period averaged out."""
        return np.asarray(self._paid(self.foreseen) * loading(self.cal.scenario))

    def _paid(self, levels: Floats) -> Floats:
        """Before charges, (T, S, I)."""
        variable = np.einsum("tik,tsik->tsi", self.at_target, levels) * self.staffing.counted[:, None, :]
        return np.asarray((variable + self.guaranteed[:, None, :]) * (1 + self.leave))

    @cached_property
    def booked(self) -> Booked:
        """Expected payouts by period and team, (T, I), each rounded once."""
        return book(self.cal.scenario, self._paid(self.level[:, None])[:, 0])

    @property
    def whole(self) -> Booked:
        """Of the year by team, (I,): sums of booked amounts."""
        booked = self.booked
        pay, charges = (half_up(part.sum(axis=0), booked.decimals) for part in (booked.pay, booked.charges))
        return Booked(pay, charges, booked.decimals)


def first_year(cal: Calibrated, euros: Floats, terms: PlanTerms, draws: int = DRAWS) -> Year:
    """The first year of a plan (I, K) on its terms, from today on."""
    scenario, periods = cal.scenario, periods_of_year(cal.scenario)
    run = transition(cal, euros, periods, draws, cal.seed, terms=terms)
    people = staffing(scenario, periods)
    levels = _levels(run, people)
    return Year(euros, run, people, seasons(scenario, periods), *levels, terms)


def foreseen_levels(cal: Calibrated, path: TransitionPath, luck: Luck) -> Floats:
    """Pay per euro at target with the period's own luck averaged out, (T, S, I, K).

    Moved results are what they are in the draw: their luck is not averaged out.
    """
    moved = team_pay(cal, path.attainment) - team_pay(cal, path.score + luck.noise)
    return np.asarray(expected_pay(cal, path.score) + moved)


def _levels(run: Transition, people: Staffing) -> tuple[Floats, Floats]:
    """Pay per euro at target in every draw, and with the period's own luck averaged out, (T, S, I, K)."""
    levels = team_pay(run.cal, run.change.attainment)
    foreseen = foreseen_levels(run.cal, run.change, run.luck)
    for i in np.flatnonzero((people.output < 1).any(axis=0)):
        levels[:, :, i] = foreseen[:, :, i] = _fewer(run, people.output[:, i])[:, :, i]
    return levels, foreseen


def _fewer(run: Transition, output: Floats) -> Floats:
    """Levels where objectives stay although people are missing: counts come in as far below, (T,)."""
    missed = np.where(run.cal.network.is_rate, 1.0, output[:, None])
    return team_pay(run.cal, run.change.attainment * missed[:, None, :])
