// Best response and equilibrium (model.md §5, §7) of one plan, euros e_ik, in one regime.

const PASSES = 200;
/** Smallest step of relaxation up to so many rounds: a plan that still swings needs smaller ones. */
const FLOORS = [[200, 0.05], [1200, 0.01], [6000, 0.002]];
const RELAXATIONS = FLOORS.at(-1)[0];
/** Residual at which relaxation stops, well below what counts as consistent. */
const SETTLED = 1e-10;

/** Each team's best response at beliefs, with inflows that agree with each other. */
function respond(company, regime, beliefs, euros) {
  const signals = believedScores(company, beliefs);
  const net = netRewards(company, regime, signals, beliefs, euros);
  const state = {
    x: company.activities.map((a) => (company.order.single ? 0 : a.baseline)),
    hourPrice: company.teams.map(() => 0),
    stagePrice: company.stages.map(() => 0),
    imbalance: 0,
  };
  for (let pass = 0; pass < PASSES; pass += 1) {
    const before = [...state.x];
    state.imbalance = 0;
    for (const i of company.order.teams) answerOf(company, regime, i, net, state);
    if (company.order.single || agree(state.x, before)) break;
  }
  return { ...state, net };
}

function agree(x, before) {
  const moved = x.reduce((most, value, a) => Math.max(most, Math.abs(value - before[a])), 0);
  return moved <= 1e-13 * (1 + x.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
}

/** r_a(w) − c_a − (1 − δ^ℓ) Σ_{m own} P_ma μ̄_m, currency per unit. */
function netRewards(company, regime, signals, beliefs, euros) {
  const reward = rewards(company, regime, signals, beliefs, euros);
  return company.activities.map(
    (activity, a) =>
      reward[a] -
      activity.linear -
      (1 - company.delay[activity.team][a]) * sparseDot(regime.own[a], beliefs.price)
  );
}

/** Team i's best response to the others' flows, written into the state. */
function answerOf(company, regime, i, net, state) {
  const block = regime.blocks[i];
  if (!block.activities.length) return;
  const outside = (a) => company.activities[a].team !== i;
  const supply = block.stages.map((n) => inflowOf(regime, n, state.x, outside));
  if (company.teams[i].hours !== null) supply.push(company.teams[i].hours);
  const best = solveSeparable({
    g: block.activities.map((a) => net[a]),
    q: block.quadratic,
    rows: block.rows,
    b: supply,
    lower: block.zero,
    upper: block.unlimited,
  });
  block.activities.forEach((a, at) => (state.x[a] = best.x[at]));
  block.stages.forEach((n, at) => (state.stagePrice[n] = best.y[at]));
  if (company.teams[i].hours !== null) state.hourPrice[i] = best.y[block.stages.length];
  state.imbalance = Math.max(state.imbalance, best.imbalance);
  priceEmptyStages(company, regime, i, net, state);
}

/** A unit at a stage without inflow is worth its best use: μ_n = max_a of the other terms of (4). */
function priceEmptyStages(company, regime, i, net, state) {
  const nothing = company.constants.empty * largest(state.x);
  for (const n of company.order.stages) {
    if (company.stages[n].owner !== i || inflowOf(regime, n, state.x) > nothing) continue;
    const uses = company.taking[n].map(
      (a) => net[a] + sparseDot(regime.own[a], state.stagePrice) - company.activities[a].hours * state.hourPrice[i]
    );
    state.stagePrice[n] = Math.max(...uses);
  }
}

/** s_a of (4): how much a unit more would lose; 0 where x_a > 0. */
function reducedCosts(company, regime, { x, net, hourPrice, stagePrice }) {
  return company.activities.map((activity, a) =>
    x[a] > 0 ? 0 : Math.max(0, -marginalGain(company, regime, a, net[a], hourPrice, stagePrice))
  );
}

/** What the first unit of an activity gains at the plan's prices, currency per unit. */
function marginalGain({ activities }, regime, a, net, hourPrice, stagePrice) {
  const { hours, team, source } = activities[a];
  const taken = source < 0 ? 0 : stagePrice[source];
  return net + sparseDot(regime.own[a], stagePrice) - hours * hourPrice[team] - taken;
}

/** Everybody acts on baseline beliefs: next period. */
function firstResponse(company, regime, euros) {
  const beliefs = company.baseline;
  const response = respond(company, regime, beliefs, euros);
  return { ...response, beliefs, residual: missOf(company, regime, beliefs, response).residual, rounds: 0 };
}

/** Beliefs relaxed towards what happens until they agree with it: once people have learnt. Step 0.5 at first,
 *  halved (to a floor) when the residual grows, else grown by a tenth (at most 1). */
function consistentResponse(company, regime, euros) {
  let beliefs = company.baseline;
  let [step, residual] = [0.5, Infinity];
  for (let rounds = 0; ; rounds += 1) {
    const response = respond(company, regime, beliefs, euros);
    const miss = missOf(company, regime, beliefs, response);
    const floor = FLOORS.find(([until]) => rounds <= until)[1];
    step = miss.residual > residual ? Math.max(0.5 * step, floor) : Math.min(1.1 * step, 1);
    residual = miss.residual;
    if (!(residual > SETTLED) || rounds === RELAXATIONS) return { ...response, beliefs, residual, rounds };
    beliefs = relaxed(beliefs, miss.seen, step);
  }
}

/** What people see, and how far it is from what they believed. */
function missOf(company, regime, beliefs, response) {
  const seen = beliefsFrom(company, regime, response.x, response.stagePrice);
  return { seen, residual: Math.max(residualOf(company, beliefs, seen), response.imbalance) };
}
