// What teams believe, and what a unit of work is worth to them at those beliefs (model.md §4).
//
// Beliefs: {routing φ by activity, numerator and denominator by KPI, price μ̄ by stage}.

const FIELDS = ["routing", "numerator", "denominator", "price"];

function baselineBeliefs({ activities, kpis, stages }) {
  return {
    routing: activities.map((a) => a.routing),
    numerator: kpis.map((k) => k.numerator),
    denominator: kpis.map((k) => k.denominator),
    price: stages.map((s) => s.price),
  };
}

/** Held beliefs plus `step` of the way towards others. */
function relaxed(held, towards, step) {
  const moved = {};
  for (const field of FIELDS) moved[field] = held[field].map((v, at) => v + step * (towards[field][at] - v));
  return moved;
}

/** Believed score m_k and what one unit of each activity adds to it: G_ka = count + share terms. */
function believedScores(company, beliefs) {
  return company.kpis.map((kpi, k) => {
    const per = kpi.rate ? beliefs.denominator[k] : 1;
    const ratio = beliefs.numerator[k] / per;
    const target = targetAt(company, k, beliefs);
    return { score: ratio / target, ratio, per: per * target };
  });
}

/** T_k in force, or issued anew at what is believed (model.md §9). */
function targetAt({ kpis, targets }, k, beliefs) {
  const { rate, target } = kpis[k];
  if (targets.mode === "fixed") return target;
  const seen = beliefs.numerator[k] / (rate ? beliefs.denominator[k] : 1);
  return (1 + targets.stretch) * Math.max(seen, targets.floor * target);
}

/** Adds `weight` · G_ka to `gain`, for one KPI. */
function addMarginalScore(gain, regime, k, signals, weight) {
  const scale = weight / signals.per;
  for (const [a, credit] of regime.numerator[k]) gain[a] += scale * credit;
  for (const [a, credit] of regime.denominator[k]) gain[a] -= scale * signals.ratio * credit;
}

/** What a unit entering each stage is worth to team i where others decide: by routing, a gain per unit of
 *  activity and what follows, discounted by `delay`. At i's own stages it is `ownPrice`, at terminal ones 0. */
function stageWorth(company, regime, i, routing, gain, delay, ownPrice) {
  const worth = company.stages.map(() => 0);
  for (const n of company.order.stages) {
    const owner = company.stages[n].owner;
    if (owner === i) worth[n] = ownPrice[n];
    else if (owner >= 0) {
      for (const a of company.taking[n]) {
        worth[n] += routing[a] * (gain[a] + delay[a] * sparseDot(regime.yields[a], worth));
      }
    }
  }
  return worth;
}

/** r_a(w) of every activity, currency per unit: pay for what it does to the team's KPIs, here and downstream,
 *  and for units that come back to the team. Both run down the same routes, so one recursion serves both. */
function rewards(company, regime, signals, beliefs, euros) {
  const reward = company.activities.map(() => 0);
  const score = signals.map((t) => t.score);
  regime.blocks.forEach((block, i) => {
    if (!block.activities.length) return;
    const gain = company.activities.map(() => 0);
    pullOf(company, i, euros[i], score).forEach((paid, k) => {
      if (paid !== 0) addMarginalScore(gain, regime, k, signals[k], paid);
    });
    const delay = company.delay[i];
    const worth = stageWorth(company, regime, i, beliefs.routing, gain, delay, beliefs.price);
    for (const a of block.activities) reward[a] = gain[a] + delay[a] * sparseDot(regime.others[a], worth);
  });
  return reward;
}

/** N⁰_k + Σ N_ka x_a, and D⁰_k + Σ D_ka x_a (1 for a count): what arrives by itself counts too (model.md §6). */
const numeratorOf = (regime, k, x) => regime.numeratorArriving[k] + sparseDot(regime.numerator[k], x);
const denominatorOf = (company, regime, k, x) =>
  company.kpis[k].rate ? regime.denominatorArriving[k] + sparseDot(regime.denominator[k], x) : 1;

/** A denominator as people believe it, and are paid by: never below its floor. */
const atLeastALittle = ({ constants, baseline }, k, denominator) =>
  Math.max(denominator, constants.denominatorFloor * baseline.denominator[k]);

/** What people see when x happens at stage prices; an empty stage keeps its baseline routing. */
function beliefsFrom(company, regime, x, price) {
  const { constants, kpis, activities, baseline } = company;
  const nothing = constants.empty * largest(x);
  const inflow = company.stages.map((_, n) => inflowOf(regime, n, x));
  const routing = activities.map((a, at) =>
    a.source < 0 || inflow[a.source] <= nothing ? baseline.routing[at] : x[at] / inflow[a.source]
  );
  const per = kpis.map((_, k) => denominatorOf(company, regime, k, x));
  return {
    routing,
    numerator: kpis.map((_, k) => numeratorOf(regime, k, x)),
    denominator: per.map((d, k) => atLeastALittle(company, k, d)),
    price,
  };
}

/** The size against which a flow counts as nothing: the largest volume, at least 1. */
const largest = (x) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 1);

/** max over |Δφ|, |ΔNum|/Num⁰, |ΔDen|/Den⁰, |Δμ̄|/max(1, |μ⁰|) (model.md §7). */
function residualOf({ kpis, baseline, priced }, held, seen) {
  const gap = (field, scale) =>
    held[field].reduce((most, v, at) => Math.max(most, Math.abs(seen[field][at] - v) / scale(at)), 0);
  const counted = (k) =>
    baseline.numerator[k] > 0 ? baseline.numerator[k] : kpis[k].target * baseline.denominator[k];
  return Math.max(
    gap("routing", () => 1),
    gap("numerator", counted),
    gap("denominator", (k) => baseline.denominator[k]),
    gap("price", (n) => priced[n])
  );
}
