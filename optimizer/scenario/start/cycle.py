"""Rule R5: one cycle time over the steps.

T is the mean number of days from the first contact to the signature of what is signed. Step j takes
T x share_j. Inside a step the quick way takes 0.57 and a gaming way 0.3 of the good way's time r_a; with m
the mean of r over the step's successes, sum x y r / sum x y, a way takes T share_j r_a / m: the mean over
successes is what was stated. Work outside of the cycle takes its family's time.
"""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.numbers import exactly
from optimizer.scenario.start.work import Work

PACE = {"good": 1.0, "single": 1.0, "quick": 0.57, "gaming": 0.3, "timing": 1.0}
"""r by role."""


def lags(company: Company, works: tuple[Work, ...]) -> dict[str, float]:
    """Periods until the yield arrives, by activity."""
    steps = {stage.id: stage.cycle for stage in company.stages}
    return {work.act: exactly(_days(company, works, steps, work) / company.days) for work in works}


def _days(company: Company, works: tuple[Work, ...], steps: dict[str, str | None], work: Work) -> float:
    if work.way is not None and work.way.lag_days is not None:
        return work.way.lag_days
    step = steps[work.from_] if work.from_ is not None else None
    if step is None:
        return work.family.lag_days.mid if work.family.lag_days else 0.0
    in_step = [w for w in works if w.from_ is not None and steps[w.from_] == step]
    days = company.money("cycle_days") * company.form.cycle[step]
    return days * PACE[work.family.role] / _mean_pace(in_step)


def _mean_pace(works: Iterable[Work]) -> float:
    """m of one step; 1 where nothing succeeds."""
    pairs = [(w.volume * sum(w.yields.values()), PACE[w.family.role]) for w in works]
    total = sum(successes for successes, _ in pairs)
    return sum(successes * pace for successes, pace in pairs) / total if total > 0 else 1.0
