"""Generated scenarios, ordinary and degenerate, each solved, and its answer held against enumeration.

    python -m tests.fuzz --count 10000 --seed 1 --processes 2

prints how scenarios ended and every wrong one with its seed; `--seed N --count 1 --show` writes the scenario.
What a seed gives depends on that seed alone, so a case found can be run again.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, get_args

import numpy as np

from optimizer import Options, Scenario, Solution
from optimizer.plans.enumeration import count_plans, every_plan
from optimizer.plans.evaluator import judge_at, judge_consistent
from optimizer.plans.statuses import WITH_PLAN, Status
from optimizer.response.calibration import CalibrationError, calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.checks import problems_of
from optimizer.solver import solve
from optimizer.solver.solution import Problem
from optimizer.solver.state import SolveState, baseline_beliefs, own_beliefs
from optimizer.tables.json_values import solution_json
from tests.benchmarks.peers.companies import WON, random_company

SECONDS = 1.0
"""Time limit of each solve."""
LISTED = 400
"""Plans up to which a scenario is enumerated."""
GAP = 1e-4
STATED = {*get_args(Status), "refused"}
"""Statuses of scenario.md, and bad input."""

LIKE_PEOPLE = 5
"""Of the seed's own stream for the second edition: what a seed gave before it, it still gives or adds to."""

Tree = dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """How one scenario ended: a stated status or `refused`, and what is wrong with it, if anything."""

    seed: int
    status: str
    wrong: str
    missed: bool = False
    """Proven as scenario.md defines it, and still an enumerated plan is better at its own beliefs."""
    enumerated: bool = False
    seconds: float = 0.0


# --- scenarios ------------------------------------------------------------------------------------------


def generated(seed: int, *, small: bool = False) -> Scenario | None:
    """The scenario of a seed; None where what was generated is refused as bad input."""
    return valid(generated_tree(seed, small=small))


def generated_tree(seed: int, *, small: bool = False) -> Tree:
    """What is written in the file of a seed, refused or not."""
    rng = np.random.default_rng(seed)
    two_way = bool(rng.random() < 0.2)
    teams = int(rng.choice([3, 4] if two_way else [2, 2, 2, 3, 4])) if not small else 2 + two_way
    company = random_company(
        rng,
        teams=teams,
        activities=int(rng.integers(2 * teams, 3 * teams + 2)) if not small else 2 * teams,
        two_way=two_way,
        regimes=int(rng.choice([0, 0, 0, 1, 2])),
    )
    tree = company.model_dump(by_alias=True, exclude_unset=True)
    alike = np.random.default_rng([seed, LIKE_PEOPLE])
    if alike.random() < 0.3:
        _like_people(alike, tree)
    for spoil in rng.permutation(np.array(SPOILS))[: rng.choice([0, 0, 1, 1, 2, 3])]:
        spoil(rng, tree)
    tree["rules"] |= _rules(rng, tree, company)
    return tree


def valid(tree: Tree) -> Scenario | None:
    try:
        scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    except ValueError:
        return None
    return None if problems_of(scenario) else scenario


def _rules(rng: np.random.Generator, tree: Tree, company: Scenario) -> Tree:
    """Every family of rules in some scenario; budgets around what is paid today."""

    def chance(probability: float) -> bool:
        return bool(rng.random() < probability)

    cal = calibrate(company)
    paid = float(evaluate_plans(cal, cal.current[None]).loaded_pay[0])
    teams = [name for name, team in tree["teams"].items() if team["target_pay"]]
    team = str(rng.choice(teams))
    measures = tree["rules"]["measures"]
    budget: Tree = {}
    if chance(0.5):
        budget["expected"] = paid * float(rng.uniform(0.8, 1.2))
    if chance(0.15):
        budget["teams"] = {team: paid * float(rng.uniform(0.05, 0.6))}
    if chance(0.2):
        budget["min_share_of_target"] = float(rng.uniform(0.5, 1.1))
    weights: Tree = {"step": float(rng.choice([0.05, 0.1, 0.25, 0.25, 0.5, 0.5, 1.0]))}
    if chance(0.3):
        weights["min"] = float(rng.choice([0.1, 0.25, 0.5]))
    if chance(0.2):
        weights["max"] = float(rng.choice([0.5, 0.75]))
    if chance(0.3):
        weights["max_measures"] = int(rng.integers(1, 4))
    gaming: Tree = {"tolerance": float(rng.uniform(0, 0.3))}
    if chance(0.3):
        gaming["margin"] = float(rng.uniform(0, 0.5))
    if chance(0.3):
        gaming["exposure"] = float(rng.uniform(0.02, 0.5))
    if chance(0.3) and len(measures[team]) > 1:
        volume, quality = (str(k) for k in rng.permutation(measures[team])[:2])
        pair = {"team": team, "volume": volume, "quality": quality, "ratio": float(rng.uniform(0.5, 2))}
        gaming["pairs"] = [pair]
    rules: Tree = {"objective": "net" if chance(0.4) else "revenue", "weights": weights}
    if budget:
        rules["budget"] = budget
    if chance(0.4):
        rules["gaming"] = gaming
    if chance(0.15):
        rules["change_limit"] = float(rng.choice([0.0, 0.1, 0.5, 1.0]))
    if chance(0.2):
        rules["controllability"] = {"floor": float(rng.uniform(0, 0.3)), "mean": float(rng.uniform(0, 0.5))}
    if chance(0.1):
        rules["locks"] = {team: {measures[team][0]: float(rng.choice([0.0, 0.5, 1.0]))}}
    return rules


def _nothing_done(rng: np.random.Generator, tree: Tree) -> None:
    """An activity that nobody did so far."""
    some = [a for a in tree["activities"].values() if a["baseline"] > 0]
    chosen = some[rng.integers(len(some))] if some else {"baseline": 0.0}
    chosen.update(reach=max(chosen["baseline"], 1e-3), baseline=0.0)


def _empty_market(rng: np.random.Generator, tree: Tree) -> None:
    """Nothing comes in: every stage is empty today."""
    for activity in tree["activities"].values():
        activity.update(reach=max(activity["baseline"], 1.0), baseline=0.0)
    for stage in tree["stages"].values():
        stage.pop("inflow", None)
    for kpi in tree["kpis"].values():
        kpi.setdefault("target", float(rng.uniform(0.5, 2)))


def _twin_kpis(rng: np.random.Generator, tree: Tree) -> None:
    """Two KPIs that are the same, so that plans tie exactly."""
    tree["kpis"]["twin"] = dict(tree["kpis"]["wins"])
    for allowed in tree["rules"]["measures"].values():
        if rng.random() < 0.7:
            allowed.append("twin") if isinstance(allowed, list) else None


def _one_measure(_: np.random.Generator, tree: Tree) -> None:
    """One measure for everybody."""
    tree["rules"]["measures"] = {team: ["wins"] for team in tree["teams"]}


def _tiny_or_huge(rng: np.random.Generator, tree: Tree) -> None:
    """Money or volumes in other units."""
    if any(isinstance(team["target_pay"], dict) for team in tree["teams"].values()):
        return
    factor = float(10.0 ** rng.choice([-6, -4, -3, 3, 4, 6]))
    if rng.random() < 0.5:
        for team in tree["teams"].values():
            for name in ("base_pay", "target_pay", "hour_value"):
                if name in team:
                    team[name] *= factor
        for part in (*tree["stages"].values(), *tree["activities"].values()):
            part.update({name: part[name] * factor for name in ("value", "cash") if name in part})
        return
    for team in tree["teams"].values():
        if team.get("hours"):
            team["hours"] *= factor
    for stage in tree["stages"].values():
        if stage.get("inflow"):
            stage["inflow"] *= factor
    for activity in tree["activities"].values():
        activity.update(
            {name: activity[name] * factor for name in ("baseline", "reach") if activity.get(name)}
        )
    for kpi in tree["kpis"].values():
        if kpi.get("target") and not kpi.get("denominator"):
            kpi["target"] *= factor


def _pay_as_a_decision(rng: np.random.Generator, tree: Tree) -> None:
    paid = [team for team in tree["teams"].values() if team["target_pay"]]
    team = paid[rng.integers(len(paid))]
    now, steps = team["target_pay"], int(rng.integers(2, 9))
    step = now / steps
    least = int(rng.integers(0, steps + 1))
    team["target_pay"] = {
        "current": now,
        "min": step * least,
        "max": step * int(rng.integers(steps, 2 * steps)),
        "step": step,
    }


def _worthless(_: np.random.Generator, tree: Tree) -> None:
    """Nothing that is done is worth anything."""
    for stage in tree["stages"].values():
        stage.pop("value", None)


def _loss(_: np.random.Generator, tree: Tree) -> None:
    """Every win costs money."""
    tree["stages"][WON]["value"] = -abs(tree["stages"][WON].get("value", 1.0))


def _deaf(rng: np.random.Generator, tree: Tree) -> None:
    """People who hardly answer, or very strongly."""
    for team in tree["teams"].values():
        team["responsiveness"] = float(rng.choice([1e-3, 0.05, 2.0, 10.0]))


def _no_noise(_: np.random.Generator, tree: Tree) -> None:
    """Uncapped and without noise: rates explode where people starve them."""
    for kpi in tree["kpis"].values():
        kpi.pop("curve", None)
        kpi["noise"] = 0.0


def _starving_pay(rng: np.random.Generator, tree: Tree) -> None:
    """Pay that dwarfs everything else."""
    for team in tree["teams"].values():
        if team["target_pay"] and not isinstance(team["target_pay"], dict):
            team["target_pay"] *= float(rng.choice([5, 20]))


def _like_people(rng: np.random.Generator, tree: Tree) -> None:
    """Effort, line of sight, persons' pay, gaming that can grow, an index (model.md §13.1 to 13.5)."""
    for team in tree["teams"].values():
        if team.get("hours") and rng.random() < 0.7:
            team["effort"] = float(rng.uniform(0.05, 1.0))
        if rng.random() < 0.5:
            team["luck_discount"] = float(rng.uniform(0.05, 0.5))
        if rng.random() < 0.4:
            team |= {
                "paid_on": str(rng.choice(["team", "person"])),
                "skill_spread": float(rng.uniform(0, 0.4)),
            }
    for kpi in tree["kpis"].values():
        if rng.random() < 0.3:
            kpi["individual_noise"] = float(rng.uniform(0, 0.5))
        if rng.random() < 0.2:
            kpi["constant"] = float(rng.uniform(0, 5))
    for activity in tree["activities"].values():
        if activity.get("gaming") and activity["baseline"] > 0 and rng.random() < 0.7:
            activity["reach"] = float(activity["baseline"] * rng.uniform(1.1, 4))


def _named_plans(_: np.random.Generator, tree: Tree) -> None:
    tree["plans"] = {"again": tree["current_plan"]}


SPOILS: list[Callable[[np.random.Generator, Tree], None]] = [
    _nothing_done,
    _empty_market,
    _twin_kpis,
    _one_measure,
    _tiny_or_huge,
    _pay_as_a_decision,
    _worthless,
    _loss,
    _deaf,
    _no_noise,
    _starving_pay,
    _named_plans,
]


# --- how they end ---------------------------------------------------------------------------------------


def ending(seed: int, seconds: float = SECONDS, small: bool = False) -> Ending:
    """Solve the scenario of a seed and look for anything that is not as stated."""
    began = time.monotonic()
    try:
        scenario = generated(seed, small=small)
        if scenario is None:
            return Ending(seed, "refused", "")
        beliefs = "baseline" if seed % 5 == 0 else "consistent"
        options = Options(beliefs=beliefs, gap=GAP, time_limit=seconds, alternatives=3 * (seed % 4 == 1))
        solution = solve(scenario, options)
        wrong, missed, enumerated = judged(solution, options)
    except CalibrationError:
        return Ending(seed, "refused", "", seconds=time.monotonic() - began)
    except Exception:
        return Ending(seed, "traceback", traceback.format_exc(), seconds=time.monotonic() - began)
    return Ending(seed, solution.status, wrong, missed, enumerated, time.monotonic() - began)


def judged(solution: Solution, options: Options) -> tuple[str, bool, bool]:
    """What is wrong, whether a better plan was missed, and whether every plan was looked at."""
    wrong = "; ".join(_inconsistent(solution, options))
    if count_plans(solution.problem.space, 20 * LISTED) > LISTED:
        return wrong, False, False
    every = Everything.of(solution.problem.cal, solution.problem.space, options)
    against, missed = _against_enumeration(every, solution, options)
    return "; ".join(filter(None, (wrong, against))), missed, True


def _inconsistent(solution: Solution, options: Options) -> Iterator[str]:
    """What a solution says that does not fit together."""
    solution_json(solution)
    failed = {c.name for c in solution.certificate.checks if not c.ok}
    has_plan = solution.chosen is not None
    if has_plan != (solution.status in WITH_PLAN or (solution.status == "error" and has_plan)):
        yield f"{solution.status} with a plan: {has_plan}"
    if solution.status == "optimal" and (failed or not solution.certificate.gap <= options.gap * 1.001):
        yield f"optimal with gap {solution.certificate.gap} and {failed}"
    if has_plan and "rules" in failed:
        yield "a plan that breaks the rules"
    if has_plan and not solution.certificate.bound >= solution.certificate.objective:
        yield f"bound {solution.certificate.bound} below the objective {solution.certificate.objective}"
    if has_plan and not np.isfinite(solution.certificate.bound) and "model_accepts_plan" not in failed:
        yield f"no bound, gap {solution.certificate.gap}"
    if solution.status == "infeasible" and failed:
        yield f"infeasible without proof: {sorted(failed)}"
    if solution.status == "infeasible" and solution.conflict is None:
        yield "infeasible without a word on conflicts"
    if solution.status == "error":
        yield f"failed checks: {sorted(failed)}"
    values = [a.value for a in solution.asked.alternatives]
    if values and values[0] != solution.certificate.objective:
        yield "the first alternative is not the plan"


@dataclass(frozen=True)
class Everything:
    """All plans of a small space, judged at their own beliefs (or at baseline ones).

    `kept` without the room that rules have for rounding: where a whole stage holds fewer units than that
    room, the model need not find what only rounding allows.
    """

    units: np.ndarray
    value: np.ndarray
    kept: np.ndarray
    state: SolveState

    @classmethod
    def of(cls, cal: Any, space: Any, options: Options) -> Everything:
        state = SolveState(Problem(cal, space, measure(cal)), options)
        at = baseline_beliefs(state)
        judge = judge_consistent(cal, space)
        if options.beliefs == "baseline":
            judge = judge_at(cal, space, at.beliefs, at.exposure)
        units = np.concatenate([*every_plan(space), np.zeros((0, *space.allowed.shape), dtype=np.intp)])
        scores = judge(units) if len(units) else None
        empty = np.zeros(0)
        return cls(
            units,
            scores.value if scores else empty,
            scores.kept & (scores.violation == 0) if scores else empty.astype(bool),
            state,
        )

    def at(self, solution: Solution) -> tuple[np.ndarray, np.ndarray]:
        """Value and kept of every plan at the beliefs of the solution's plan: what the bound is about."""
        state = self.state
        at = baseline_beliefs(state)
        if state.options.beliefs == "consistent":
            plan = state.scored.look(state.space.units(solution.chosen.euros)[None])[0]
            at = own_beliefs(state, plan, "final")
        scores = judge_at(state.cal, state.space, at.beliefs, at.exposure)(self.units)
        return scores.value, scores.kept & (scores.violation == 0)


def _against_enumeration(every: Everything, solution: Solution, options: Options) -> tuple[str, bool]:
    """A status, bound or proof that enumeration contradicts; and whether a better plan was missed."""
    best = float(every.value[every.kept].max(initial=-np.inf))
    if solution.chosen is None:
        if solution.status == "infeasible" and best > -np.inf:
            return f"infeasible, but a plan of {best} keeps the rules", False
        return "", False
    size = max(1.0, abs(best) if best > -np.inf else 1.0, abs(solution.certificate.objective))
    if solution.certificate.objective > best + 1e-6 * size and not _chosen_by_rounding(every, solution):
        return f"better ({solution.certificate.objective}) than any plan ({best})", False
    missed = (
        solution.status == "optimal" and solution.certificate.objective < best - (options.gap + 1e-6) * size
    )
    value, kept = every.at(solution)
    room = options.gap * abs(solution.certificate.objective) + 1e-6 * size
    tempting = kept & (value > solution.certificate.objective + room)
    if (
        solution.status == "optimal"
        and (every.kept & tempting & (every.value > solution.certificate.objective + room)).any()
    ):
        return "proven, but a plan that looks better at its beliefs is better", missed
    # The bound holds to within the gap: HiGHS forgets branches that promise no more.
    beyond = kept & (
        value > max(solution.certificate.bound + 1e-6 * size, solution.certificate.objective + room)
    )
    if (beyond & every.kept & (every.value > solution.certificate.bound + 1e-6 * size)).any():
        return "the bound is not valid", missed
    judged = {c.name: c.value for c in solution.certificate.checks}
    listed = judged.get("every_plan_judged", judged.get("no_better_plan", 0.0))
    if beyond.sum() > listed:
        return f"the bound leaves out {int(beyond.sum())} plans, {listed:g} were judged", missed
    return _alternatives(every, solution, value, kept, room), missed


def _chosen_by_rounding(every: Everything, solution: Solution) -> bool:
    """The plan is among all plans, and keeps the rules only within their room for rounding."""
    mine = (every.units == every.state.space.units(solution.chosen.euros)).all(axis=(1, 2))
    return bool(mine.any() and not every.kept[mine].any())


def _alternatives(
    every: Everything, solution: Solution, value: np.ndarray, kept: np.ndarray, room: float
) -> str:
    """Alternatives that are too near, out of order, or proven though a better one was to be listed."""
    space, scenario = every.state.space, every.state.cal.scenario
    chosen: list[np.ndarray] = []
    for n, a in enumerate(solution.asked.alternatives):
        units = space.units(a.plan.euros(scenario))
        far = np.array([all(np.abs(u - c).max() >= 2 for c in chosen) for u in every.units], dtype=bool)
        mine = (every.units == units).all(axis=(1, 2))
        if not mine.any():
            return f"alternative {n + 1} is not among all plans"
        if not far[mine].all():
            return f"alternative {n + 1} is too near"
        better = far & every.kept & kept & (value > a.value + room) & (every.value > a.value + room)
        if a.proven and better.any():
            return f"alternative {n + 1} is proven, but another looks and is better"
        chosen.append(units)
    return ""


# --- as a program ---------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description="Solve generated scenarios and look for wrong answers.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the first of `count` seeds")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="time limit of each solve")
    parser.add_argument("--show", action="store_true", help="write each scenario instead of solving it")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.count)
    if asked.show:
        from optimizer.scenario.read import dump_scenario

        print(*(dump_scenario(s) if (s := generated(seed)) else "refused" for seed in seeds), sep="\n---\n")
        return
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        endings = list(_told(pool.map(ending, seeds, [asked.seconds] * len(seeds), chunksize=4)))
    _report(endings)
    sys.exit(any(e.wrong for e in endings))


def _told(endings: Iterator[Ending]) -> Iterator[Ending]:
    for number, e in enumerate(endings, 1):
        if e.wrong:
            print(f"seed {e.seed}: {e.status}: {e.wrong}", flush=True)
        if e.missed:
            print(f"seed {e.seed}: proven at its beliefs, but not the best of all plans", flush=True)
        if number % 100 == 0:
            print(f"{number} scenarios", file=sys.stderr, flush=True)
        yield e


def _report(endings: list[Ending]) -> None:
    print(*(f"{status:14} {n}" for status, n in Counter(e.status for e in endings).most_common()), sep="\n")
    print(
        f"enumerated {sum(e.enumerated for e in endings)}, of these not the best of all plans at its own "
        f"beliefs though proven at the final ones {sum(e.missed for e in endings)}"
    )
    print(f"wrong {sum(bool(e.wrong) for e in endings)}; longest {max(e.seconds for e in endings):.1f} s")


if __name__ == "__main__":
    main()
