// How far a team can make another's KPI fall for next to nothing (model.md §8, §13.6, exposure d_kj).

const TRIALS = 90;
/** Distance from the worst fall at which the search for it ends, relative to the fall or to NO_FALL. */
const CLOSE = 1e-10;
const NO_FALL = 1e-6;

/** d_kj expected over regimes: the largest relative fall of score k for a small share of team j's own pay. */
function exposureOf(company, euros, equilibria, k, j) {
  const purse = company.constants.sacrifice * euros[j].reduce((sum, e) => sum + e, 0);
  return company.regimes.reduce(
    (sum, regime, s) => sum + regime.probability * worstFall(company, regime, equilibria[s], euros, k, j, purse),
    0
  );
}

function worstFall(company, regime, at, euros, k, j, purse) {
  const block = regime.blocks[j];
  const score = trueScores(company, regime, at)[k];
  if (!block.activities.length || !(score > 0)) return 0;
  const credit = undiscountedCredit(company, regime, at.beliefs, k, j);
  const none = company.constants.noCredit * largestOf(credit);
  const gain = block.activities.map((a) => (Math.abs(credit[a]) > none ? -credit[a] / score : 0));
  if (gain.every((g) => g === 0)) return 0;
  if (company.constants.inPay) return fallInPay(company, regime, at, block, gain, euros, j, purse);
  return purse > 0 ? spendPurse(sabotageOf(company, regime, at, block, gain), purse) : 0;
}

/** Where harm costs the team what it loses of its own pay: a linear program. */
function fallInPay(company, regime, at, block, gain, euros, j, purse) {
  const score = believedScores(company, at.beliefs).map((t) => t.score);
  const price = block.activities.map(() => 0);
  pullOf(company, j, euros[j], score, () => 1).forEach((pull, l) => {
    if (pull === 0) return;
    const credit = undiscountedCredit(company, regime, at.beliefs, l, j);
    block.activities.forEach((a, m) => (price[m] -= pull * credit[a]));
  });
  return largestGain({ gain, rows: block.rows, price, purse, ...roomOf(company, at, block) });
}

/** How far activities may go either way: by half, not below nothing, hours worked as they are. */
function roomOf(company, at, block) {
  const reach = block.activities.map((a) => {
    const { scale, effort } = company.activities[a];
    return effort ? 0 : company.constants.reach * Math.max(at.x[a], scale);
  });
  return { lower: block.activities.map((a, m) => Math.max(-at.x[a], -reach[m])), upper: reach };
}

/** C_ka with δ = 1, for the activities of team j. */
function undiscountedCredit(company, regime, beliefs, k, j) {
  const signals = believedScores(company, beliefs)[k];
  const gain = company.activities.map(() => 0);
  addMarginalScore(gain, regime, k, signals, 1);
  const now = company.activities.map(() => 1);
  const nothing = company.stages.map(() => 0);
  const worth = stageWorth(company, regime, j, beliefs.routing, gain, now, nothing);
  return gain.map((g, a) => g + sparseDot(regime.yields[a], worth));
}

/** Moves of a team's activities: what a unit gains in harm and loses in own utility, and how far it may go. */
function sabotageOf(company, regime, at, block, gain) {
  const lost = reducedCosts(company, regime, at);
  return {
    block,
    gain,
    size: largestOf(gain),
    lost: block.activities.map((a) => lost[a]),
    ...roomOf(company, at, block),
  };
}

/** {fall, cost} of the best move when a euro of one's own counts `price` (in relative gain). No move within the
 *  purse makes the score fall further than `fall` + size · price · (purse − cost): that is the Lagrangian bound. */
function moveAt({ block, gain, size, lost, lower, upper }, price) {
  const found = solveSeparable({
    g: gain.map((g, m) => g / size - price * lost[m]),
    q: block.quadratic.map((q) => price * q),
    rows: block.rows,
    b: block.rows.map(() => 0),
    lower,
    upper,
  });
  const cost = found.x.reduce((sum, d, m) => sum + lost[m] * d + 0.5 * block.quadratic[m] * d * d, 0);
  return { fall: dot(gain, found.x), cost, imbalance: found.imbalance };
}

/** The largest fall for the purse: the price at which the best move costs just that, bracketed. While no bound
 *  binds, cost falls as 1/price², so price·√(cost/purse) is the first guess after each end of the bracket is
 *  known; every second trial halves the bracket of log prices, so that it always closes. */
function spendPurse(task, purse) {
  let [best, aim, low, high] = [0, 0, -60, 60];
  for (let trial = 0; trial < TRIALS && high - low > 1e-14; trial += 1) {
    const { fall, cost, imbalance } = moveAt(task, Math.exp(aim));
    if (cost > purse || !(imbalance <= CLOSE)) low = aim;
    else [best, high] = [Math.max(best, fall), aim];
    if (high === aim && task.size * Math.exp(aim) * (purse - cost) <= CLOSE * Math.max(best, NO_FALL)) break;
    // Aim a hair inside the purse, so that the last trial counts.
    const hit = aim + 0.5 * Math.log(Math.max(cost, 1e-300) / (purse * (1 - 1e-2 * CLOSE)));
    const guess = trial % 2 === 0 && hit > low && hit < high;
    aim = guess ? hit : 0.5 * (low + high);
  }
  return best;
}
