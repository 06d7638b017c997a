"""Responsiveness from a past change of the plan: the model is asked to answer it as people did.

A change of pay by a half moves work by less than a half times η: hours are short, leads are given, and pay is
only part of what an hour is worth (model.md §5, §6). So η is not read off the change but matched to it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from optimizer.history.draft.build import scenario_of
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.responsiveness import matched
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.types import Scenario

TEAM = "sales"


def converged(study: Study) -> Study:
    """The study with responsiveness matched to the plan change, where the history has one that tells; else
    the experiment's or the prior stays."""
    effect, assume = study.effect, study.given.assume
    if effect is None or assume is None:
        return study
    scenario = scenario_of(study)
    responsiveness = matched(effect, lambda eta: log_change(scenario, eta, effect.reward, effect.outcome))
    if responsiveness.kind == "prior" and study.responsiveness.kind == "experiment":
        stays = study.responsiveness
        responsiveness = replace(stays, assumptions=(*stays.assumptions, responsiveness.assumptions[-1]))
    return replace(study, responsiveness=responsiveness)


def log_change(scenario: Scenario, eta: float, reward: float, outcome: str) -> float:
    """Change of the log share of leads answered in time, or won, if sales' variable pay came to be `reward`
    times as much, by today's plan."""
    team = scenario.teams[TEAM].model_copy(update={"responsiveness": eta})
    cal = calibrate(scenario.model_copy(update={"teams": {**scenario.teams, TEAM: team}}))
    today, before = cal.current, cal.current.copy()
    before[list(scenario.teams).index(TEAM)] /= reward
    x = evaluate_plans(cal, np.stack([today, before])).x
    network = cal.network
    taken = np.array(
        [name.startswith(("prompt_", "late_", "work_", "touch_", "leave:")) for name in network.activities]
    )
    if outcome == "won":
        weight = network.yields[list(network.stages).index("customer")]
    else:
        weight = np.array([name.startswith(("prompt_", "touch_")) for name in network.activities], float)
    share = (x @ weight) / (x @ taken.astype(float))
    return math.log(share[0] / share[1])
