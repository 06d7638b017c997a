// Rule R5: one cycle time over the steps (optimizer/scenario/start/cycle.py).

/** Pace by role, against the good way. */
const PACE = { good: 1, single: 1, quick: 0.57, gaming: 0.3, timing: 1 };

/** Periods until the yield arrives, by activity. */
function lagsOf(company, works) {
  const steps = Object.fromEntries(stagesOf(company).map((stage) => [stage.id, stage.cycle]));
  return Object.fromEntries(works.map((work) => [work.act, exactly(daysOf(company, works, steps, work) / company.days)]));
}

function daysOf(company, works, steps, work) {
  if (work.way?.lag_days !== undefined && work.way?.lag_days !== null) return work.way.lag_days;
  const step = work.from === null ? null : steps[work.from];
  if (step === null) return work.family.lag_days?.mid ?? 0;
  const inStep = works.filter(({ from }) => from !== null && steps[from] === step);
  const days = answerOf(company, "cycle_days") * company.form.cycle[step];
  return (days * PACE[work.family.role]) / meanPace(inStep);
}

/** m of one step; 1 where nothing succeeds. */
function meanPace(works) {
  const successes = works.map((work) => work.volume * sum(Object.values(work.yields)));
  const all = sum(successes);
  return all > 0 ? sum(works.map((work, at) => successes[at] * PACE[work.family.role])) / all : 1;
}
