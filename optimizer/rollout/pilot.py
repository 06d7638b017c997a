"""A pilot: some people of one team get the new plan for some periods, the others stay: is it enough to see?

*People.* A person's attainment is (1 + skill) times what the team expects, plus luck. Of the team's luck with
standard deviation σ, the part that all KPIs share (√ρ σ, ρ the `noise_correlation`) hits everybody alike;
the rest is the mean of N people's own luck, so that one person's own luck has σ √((1 − ρ) N). Skill lasts and
has standard deviation `skill_spread`.

*Effect.* What the switch of that team alone, simulated, does to the KPI on average over the pilot's periods.
Judged by is the KPI of the team's own work that moves most against its luck.

*Test.* Differences in differences: per person, the mean over the pilot less the mean over as many periods
before; means of the two groups compared by a two-sided t-test. Power is simulated; the textbook has, with the
standard error s = σ_own √(2/q (1/n + 1/m)) of n people in and m out of the pilot of q periods,
Φ(effect / s − z).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import nct as noncentral
from scipy.stats import t as student

from optimizer.arrays import Floats
from optimizer.plans.plan_changes import team_changes
from optimizer.response.calibration import Calibrated
from optimizer.risk.draws import Stream, calm, generator
from optimizer.rollout.transition import follow
from optimizer.scenario.plan import IN_FORCE, PlanTerms
from optimizer.scenario.problems import InputProblem, ScenarioError, listed

ALPHA = 0.05
ENOUGH = 0.8
FEWEST = 2
"""People in each group, below which their spread cannot be estimated."""
MOST_PEOPLE = 10**6
"""Where even more would be needed, the effect is as good as none."""
DRAWS = 4000
_HALVINGS = 24
"""Of the search for the smallest effect that is seen: to a millionth of its start."""


@dataclass(frozen=True)
class PilotSetting:
    """What a pilot in one team could show: the KPI, its effect by length of the pilot, and people's luck."""

    team: int
    kpi: int
    people: int
    effect: Floats
    """Mean change of attainment over pilots of 1, 2, ... periods, (Q,)."""
    before: float
    """Attainment expected without the pilot."""
    own: float
    """Standard deviation of a person's own luck in a period."""
    shared: float
    """Standard deviation of luck that hits everybody alike."""
    skill: float


@dataclass(frozen=True)
class Design:
    """So many people for so many periods, and what can be seen."""

    people: int
    periods: int
    effect: float
    detectable: float
    """Smallest effect seen with probability ENOUGH; inf where none is."""
    power: float
    textbook: float

    @property
    def enough(self) -> bool:
        return self.power >= ENOUGH

    @property
    def size(self) -> tuple[int, int]:
        """Person-periods on the new plan, then periods: what a smaller design has less of."""
        return self.people * self.periods, self.periods


@dataclass(frozen=True)
class Pilot:
    """All designs in one team, and the one to take."""

    setting: PilotSetting
    designs: tuple[Design, ...]

    @property
    def smallest(self) -> Design | None:
        """The smallest with enough power; None where headcount does not reach."""
        return min((d for d in self.designs if d.enough), key=lambda d: d.size, default=None)

    @property
    def strongest(self) -> Design:
        """The one most likely to see the effect; of equals the smallest."""
        return min(self.designs, key=lambda d: (-d.power, d.size))

    @property
    def needed(self) -> float:
        """People, half of them in the pilot, that the longest one would need by the t-test's own formula."""
        setting, periods = self.setting, len(self.setting.effect)
        effect = abs(float(setting.effect[-1])) / (setting.own * np.sqrt(2 / periods))
        few, many = 2 * FEWEST - 2, 2 * FEWEST
        while _formula(effect, many) < ENOUGH:
            few, many = many, 2 * many
            if many > MOST_PEOPLE:
                return float("inf")
        while many - few > 2:
            middle = (few + many) // 4 * 2
            few, many = (few, middle) if _formula(effect, middle) >= ENOUGH else (middle, many)
        return float(many)


def _formula(effect: float, people: int) -> float:
    """Power of the t-test of an effect in standard deviations, people in two halves (non-central t)."""
    freedom = people - 2
    return float(noncentral.sf(student.ppf(1 - ALPHA / 2, freedom), freedom, effect * np.sqrt(people) / 2))


def settings(
    cal: Calibrated, euros: Floats, periods: int, terms: PlanTerms = IN_FORCE
) -> Iterator[PilotSetting]:
    """One per team whose pay the plan (I, K) changes and whose headcount allows two groups."""
    _refuse_shared_targets(cal, euros, terms)
    stay = _expected(cal.paid_by(IN_FORCE), cal.current, periods)
    for i in changed_teams(cal, euros, terms):
        team = cal.network.teams[i]
        if (cal.scenario.teams[team].headcount or 0) >= 2 * FEWEST:
            alone = cal.current.copy()
            alone[i] = euros[i]
            paid = cal.paid_by(terms.of_team(team))
            setting = _setting(cal, i, stay, _expected(paid, alone, periods) - stay)
            if setting is not None:
                yield setting


def _refuse_shared_targets(cal: Calibrated, euros: Floats, terms: PlanTerms) -> None:
    """Raises ScenarioError where the plan has another target for a KPI that several teams are paid on: in a
    pilot of one of them the others would keep theirs, and a KPI has one target here."""
    paid = (euros > 0) | (cal.current > 0)
    changed = cal.network.kpis if terms.issued is not None else tuple(terms.targets)
    for k, kpi in enumerate(cal.network.kpis):
        if kpi in changed and paid[:, k].sum() > 1:
            teams = listed(cal.network.teams[i] for i in np.flatnonzero(paid[:, k]))
            message = f"another target of {kpi} is one for {teams}, and a pilot changes the pay of one team"
            hint = "leave this target as it is, or follow the switch of all teams with `simulate`"
            raise ScenarioError([InputProblem("plan.targets", "", message, hint)])


def changed_teams(cal: Calibrated, euros: Floats, terms: PlanTerms = IN_FORCE) -> tuple[int, ...]:
    """Teams whose weights, pay or curve or targets differ from today's under a plan (I, K)."""
    changes = team_changes(cal.scenario, (cal.current, IN_FORCE), (euros, terms))
    return tuple(i for i, change in enumerate(changes) if change.any)


def _expected(cal: Calibrated, euros: Floats, periods: int) -> Floats:
    """Attainment without luck, expected over regimes, (T, K)."""
    path = follow(cal, euros, calm(cal.scenario, periods))
    return cal.regimes.expect(np.swapaxes(path.score, 0, 1))


def _setting(cal: Calibrated, i: int, stay: Floats, change: Floats) -> PilotSetting | None:
    """The KPI of the team's own work that moves most against its luck; None where none moves."""
    team = list(cal.scenario.teams.values())[i]
    people, correlation = team.headcount or 0, cal.scenario.noise_correlation
    own = cal.curves.noise * np.sqrt((1 - correlation) * people)
    mine = (cal.network.numerator[:, cal.network.team == i] > 0).any(axis=1) & (own > 0)
    effects = np.cumsum(change, axis=0) / np.arange(1, len(change) + 1)[:, None]
    seen = np.where(mine, np.abs(effects[-1]) / np.where(own > 0, own, 1.0), 0.0)
    k = int(seen.argmax())
    if seen[k] <= 1e-9:
        return None
    shared = float(cal.curves.noise[k] * np.sqrt(correlation))
    level = float(stay[:, k].mean())
    return PilotSetting(i, k, people, effects[:, k], level, float(own[k]), shared, team.skill_spread)


def pilot(setting: PilotSetting, seed: int, draws: int = DRAWS) -> Pilot:
    """Up to half of the team, for every number of periods, on the same draws of luck and skill."""
    rng = generator(seed, Stream.PILOT)
    skill = 1 + setting.skill * rng.standard_normal((draws, setting.people))
    designs: list[Design] = []
    for q in range(1, len(setting.effect) + 1):
        shared = setting.shared * np.sqrt(2 / q) * rng.standard_normal((draws, 1))
        own = setting.own * np.sqrt(2 / q) * rng.standard_normal(skill.shape)
        designs += _designs(setting, _Groups.of(skill * shared + own, skill), q)
    return Pilot(setting, tuple(designs))


def _designs(setting: PilotSetting, groups: _Groups, q: int) -> Iterator[Design]:
    effect = float(setting.effect[q - 1])
    error = setting.own * np.sqrt(2 / q) * np.sqrt(1 / groups.people + 1 / groups.others)
    power = groups.power(np.full(len(error), effect))
    least = groups.detectable(error)
    textbook = ndtr(abs(effect) / error - ndtri(1 - ALPHA / 2))
    for n, seen, strength, formula in zip(groups.people, least, power, textbook, strict=True):
        yield Design(int(n), q, effect, float(seen), float(strength), float(formula))


@dataclass(frozen=True)
class _Groups:
    """The first n people against the others, for every n, in every draw.

    Of each group the mean change without an effect; of the first also the mean of 1 + skill, by which an
    effect is multiplied, and sums of squares about the means: the spread with any effect follows. (D, G).
    """

    people: Floats
    others: Floats
    first: Floats
    rest: Floats
    times: Floats
    first_squares: Floats
    rest_squares: Floats
    products: Floats
    times_squares: Floats

    @classmethod
    def of(cls, drift: Floats, times: Floats) -> _Groups:
        """From the change of every person and 1 + skill, (D, N)."""
        everybody = drift.shape[1]
        people = np.arange(FEWEST, everybody // 2 + 1)
        others = everybody - people

        def sums(values: Floats) -> tuple[Floats, Floats]:
            upto = np.cumsum(values, axis=1)
            return upto[:, people - 1], upto[:, -1:] - upto[:, people - 1]

        (d, rest), (t, _) = sums(drift), sums(times)
        (dd, rest_dd), (dt, _), (tt, _) = sums(drift**2), sums(drift * times), sums(times**2)
        return cls(
            people=people.astype(float),
            others=others.astype(float),
            first=d / people,
            rest=rest / others,
            times=t / people,
            first_squares=dd - d**2 / people,
            rest_squares=rest_dd - rest**2 / others,
            products=dt - d * t / people,
            times_squares=tt - t**2 / people,
        )

    def power(self, effect: Floats) -> Floats:
        """Share of the draws with a significant difference in the direction of the effect, (G,)."""
        ahead = self.first + effect * self.times - self.rest
        squares = self.first_squares + 2 * effect * self.products + effect**2 * self.times_squares
        freedom = self.people + self.others - 2
        variance = np.maximum(squares + self.rest_squares, 0.0) / freedom
        error = np.sqrt(variance * (1 / self.people + 1 / self.others))
        return np.asarray(
            (np.sign(effect) * ahead > student.ppf(1 - ALPHA / 2, freedom) * error).mean(axis=0)
        )

    def detectable(self, error: Floats) -> Floats:
        """Smallest effect with enough power, by halving, (G,); inf where 50 standard errors have not."""
        low, high = np.zeros_like(error), 50 * error
        never = self.power(high) < ENOUGH
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            enough = self.power(middle) >= ENOUGH
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.where(never, np.inf, high)
