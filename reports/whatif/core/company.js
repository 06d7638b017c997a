// The page's data (optimizer/tables/whatif.py, SCHEMA) made ready for computing: indices, sparse rows, team blocks.

/** A company: the data, with `regimes` (one per regime) that know who works what, and the curves in force. */
function companyOf(data) {
  const { teams, stages, activities } = data;
  const taking = stages.map((_, n) => indicesWhere(activities, (a) => a.source === n));
  const delay = teams.map((team) => activities.map((a) => team.discount ** a.lag));
  const company = { ...data, taking, delay, priced: stages.map((s) => Math.max(1, Math.abs(s.price))) };
  company.baseline = baselineBeliefs(data);
  company.regimes = data.regimes.map((regime) => regimeOf(company, regime));
  company.sets = data.curves;
  return following(company, 0);
}

/** The company where plans follow one of the sets of pay curves and targets. */
function following(company, set) {
  const { pairs, moved, target, targets } = company.sets[set];
  const kpis = company.kpis.map((kpi, k) => ({ ...kpi, target: target[k] }));
  return { ...company, curves: pairs, moved, targets, kpis };
}

/** Yields of an activity split by who works the stage: its own team, or others (terminal stages are worth
 *  nothing to anybody, and left out). */
function regimeOf(company, regime) {
  const { stages, activities } = company;
  const own = regime.yields.map((row, a) => row.filter(([n]) => stages[n].owner === activities[a].team));
  const others = regime.yields.map((row, a) =>
    row.filter(([n]) => stages[n].owner >= 0 && stages[n].owner !== activities[a].team)
  );
  const yielding = stages.map(() => []);
  regime.yields.forEach((row, a) => row.forEach(([n, units]) => yielding[n].push([a, units])));
  const ready = { ...regime, own, others, yielding };
  ready.blocks = company.teams.map((team, i) => blockOf(company, ready, team, i));
  return ready;
}

/** What one team decides: its activities, and the equalities (1), (2) that bind them. */
function blockOf({ stages, activities }, regime, team, i) {
  const mine = indicesWhere(activities, (a) => a.team === i);
  const owned = indicesWhere(stages, (s) => s.owner === i);
  const yieldOf = (a, n) => regime.yields[a].find(([stage]) => stage === n)?.[1] ?? 0;
  const rows = owned.map((n) => mine.map((a) => (activities[a].source === n ? 1 : 0) - yieldOf(a, n)));
  if (team.hours !== null) rows.push(mine.map((a) => activities[a].hours));
  return {
    activities: mine,
    stages: owned,
    rows,
    quadratic: mine.map((a) => activities[a].quadratic),
    zero: mine.map(() => 0),
    unlimited: mine.map(() => Infinity),
  };
}

/** F_n + Σ_a P_na x_a, with only the activities for which `counts` holds. */
function inflowOf(regime, n, x, counts = () => true) {
  let inflow = regime.inflow[n];
  for (const [a, units] of regime.yielding[n]) if (counts(a)) inflow += units * x[a];
  return inflow;
}

function sparseDot(row, x) {
  let sum = 0;
  for (const [at, value] of row) sum += value * x[at];
  return sum;
}
