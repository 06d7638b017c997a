"""The best plans that differ by more than one step somewhere, proven in order at the final beliefs.

Each next plan is the best, at its own beliefs, of those that differ by more than one step in at least one
weight from every plan listed before. The proof is that of `proof.py`: the model at the final beliefs lists
what it values above the plan, each is judged at its own beliefs, until nothing is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import Ints
from optimizer.model.weights import steps_of
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, best_of, neighbours
from optimizer.scenario.plan import plan_from_euros
from optimizer.solver.belief_rounds import built, floor_of
from optimizer.solver.program.at_beliefs import Answer, FixedModel, digits_of
from optimizer.solver.proof import MOST_LISTED, exclude_above
from optimizer.solver.solution import Alternative
from optimizer.solver.state import BeliefPoint, Event, SolveState, scored_at

FAR = 2
"""Steps by which at least one weight differs."""


def diverse(
    state: SolveState, scored: ScoredPlans, best: ScoredPlan, at: BeliefPoint, *, proven: bool
) -> tuple[Alternative, ...]:
    """As many plans as the options ask for, best first, if so many exist; `proven` is the best one's own."""
    listed = [(best, proven)]
    if state.options.alternatives > 1:
        listed += _listed(state, scored, best, at)
    asked = listed[: state.options.alternatives]
    return tuple(
        Alternative(plan_from_euros(state.cal.scenario, state.space.euros(p.units)), p.value, ok)
        for p, ok in asked
    )


def _listed(
    state: SolveState, scored: ScoredPlans, best: ScoredPlan, at: BeliefPoint
) -> list[tuple[ScoredPlan, bool]]:
    """The plans after the best one, each with its proof."""
    state.tell(Event("alternatives", "plans that differ by more than one step"))
    with state.timed("alternatives"):
        last = _known(state, scored, best)
        fixed = built(state, at, floor_of(last.value) if last else None)
        search = None if fixed is None else _Search.begin(state, scored, at, fixed, best)
        chosen, alternatives = [best], list[tuple[ScoredPlan, bool]]()
        while len(chosen) < state.options.alternatives:
            plan, proven = search.next(chosen) if search else (_best_far(scored, chosen), False)
            if plan is None:
                break
            chosen.append(plan)
            alternatives.append((plan, proven))
        return alternatives


def _known(state: SolveState, scored: ScoredPlans, best: ScoredPlan) -> ScoredPlan | None:
    """The last plan of the list that what was judged so far gives; None if that list is too short.

    Nothing worth less at the final beliefs can enter the list by the proof, so the model may leave it out.
    """
    chosen = [best]
    while len(chosen) < state.options.alternatives:
        far = _best_far(scored, chosen)
        if far is None:
            return None
        around = scored.look(neighbours(scored.space, far.units))
        chosen.append(best_of([far, *(p for p in around if p.kept and _is_far(p.units, chosen))]) or far)
    return chosen[-1]


def _best_far(scored: ScoredPlans, chosen: list[ScoredPlan]) -> ScoredPlan | None:
    return best_of(p for p in scored.seen.values() if p.kept and _is_far(p.units, chosen))


def _is_far(units: Ints, chosen: list[ScoredPlan]) -> bool:
    return all(np.abs(units - c.units).max(initial=0) >= FAR for c in chosen)


@dataclass
class _Search:
    """The model at the final beliefs while plans are listed.

    The best plan stays in it as a way out, worth what the candidate is worth: so it always has a solution,
    and "infeasible" cannot pass for a proof.
    """

    state: SolveState
    scored: ScoredPlans
    at_beliefs: ScoredPlans
    fixed: FixedModel
    best: ScoredPlan
    listed: int = 0

    @classmethod
    def begin(
        cls, state: SolveState, scored: ScoredPlans, at: BeliefPoint, fixed: FixedModel, best: ScoredPlan
    ) -> _Search:
        m = fixed.model
        m.way_out = pyo.Var(domain=pyo.Binary, doc="none is better: the best plan again")
        now = best.value * fixed.data.money
        m.way_out_worth = pyo.Param(initialize=now, mutable=True, doc="what the candidate is worth")
        m.again = pyo.ConstraintList(doc="the way out is the best plan")
        of_best = digits_of(m, fixed.data, best.units)
        for digit in m.digit.values():
            m.again.add(digit >= m.way_out if of_best[id(digit)] > 0.5 else digit <= 1 - m.way_out)
        m.apart = pyo.VarList(domain=pyo.Binary)
        m.differing = pyo.ConstraintList(doc="more than one step from every plan listed, or the way out")
        m.objective.deactivate()
        worth = m.objective.expr - (now - m.way_out_worth) * m.way_out
        m.worth_or_way_out = pyo.Objective(expr=worth, sense=pyo.maximize)
        at_beliefs = scored_at(state, at)
        return cls(state, scored, at_beliefs, fixed, best)

    def next(self, chosen: list[ScoredPlan]) -> tuple[ScoredPlan | None, bool]:
        """The best plan far from all of `chosen`, and its proof; None where there is none."""
        self._keep_from(chosen[-1])
        before = self.listed
        tempting = np.concatenate([neighbours(self.state.space, c.units) for c in chosen])
        while True:
            scored = self.scored.look(tempting)
            candidate = _best_far(self.scored, chosen)
            far = np.array([p.units for p in scored if _is_far(p.units, chosen)], dtype=np.intp)
            if candidate is not None and len(far):
                target = candidate.value + self._room
                self.listed += exclude_above(self.state, self.fixed, self.at_beliefs, far, target, self.best)
            if self.state.out_of_time or self.listed - before > MOST_LISTED:
                return candidate, False
            answer = self._solve(candidate)
            if (
                candidate is not None
                and answer.units is not None
                and answer.bound <= candidate.value + self._room
            ):
                return candidate, True
            if answer.units is None or answer.units.tobytes() == self.best.key:
                return candidate, False
            self.fixed.exclude([answer.units])
            self.listed += 1
            tempting = np.concatenate([answer.units[None], neighbours(self.state.space, answer.units)])

    @property
    def _room(self) -> float:
        return self.state.options.gap * abs(self.best.value)

    def _solve(self, candidate: ScoredPlan | None) -> Answer:
        """What the model values most, or the way out where there is a candidate to take it for."""
        m = self.fixed.model
        if candidate is None:
            m.way_out.fix(0)
        else:
            m.way_out.unfix()
            m.way_out_worth.set_value(candidate.value * self.fixed.data.money)
        start = None if candidate is None else self.best.units
        return self.fixed.solve(self.state.limits, start, self.state.progress("alternatives"))

    def _keep_from(self, plan: ScoredPlan) -> None:
        """More than one step from this plan in at least one weight."""
        m, space, network = self.fixed.model, self.state.space, self.state.cal.network
        apart = []
        for i, k in space.pairs:
            steps, count = steps_of(m, network.teams[i], network.kpis[k]), int(plan.units[i, k])
            if count + FAR <= space.most[i]:
                apart.append(m.apart.add())
                m.differing.add(steps >= (count + FAR) * apart[-1])
            if count >= FAR:
                apart.append(m.apart.add())
                m.differing.add(steps <= int(space.most[i]) - (int(space.most[i]) - count + FAR) * apart[-1])
        m.differing.add(sum(apart) + m.way_out >= 1)
