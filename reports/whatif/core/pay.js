// Expected pay at a score (model.md §9): attainment is score + σ·ε with ε standard normal.

const SQRT_2PI = Math.sqrt(2 * Math.PI);
/** Beyond this many standard deviations the tail's continued fraction is exact to rounding in few terms. */
const TAIL = 3;

const density = (z) => Math.exp(-0.5 * z * z) / SQRT_2PI;

/** Φ(z) to rounding: Taylor series near 0 (Marsaglia 2004, doi:10.18637/jss.v011.i04), a continued fraction
 *  for the tails (Abramowitz & Stegun 26.2.14). */
function cumulative(z) {
  if (z > TAIL) return 1 - upperTail(z);
  if (z < -TAIL) return upperTail(-z);
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-18 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + density(z) * sum;
}

/** 1 − Φ(z) for z > TAIL. */
function upperTail(z) {
  let fraction = z;
  for (let level = 80; level >= 1; level -= 1) fraction = z + level / fraction;
  return density(z) / fraction;
}

/** E pay of team i on KPI k at the scores of all KPIs, as a share of the euros at target. */
function expectedPay(company, i, k, score) {
  const curve = company.curves[i][k];
  if (curve.gate) return hangingPay(curve, k, score).level;
  return freely(curve, score[k], curve.slope).pay;
}

/** {own, gate}: dE pay/dscore of the KPI itself, and of the KPI that its pay hangs on. */
function paySlopes(company, i, k, score) {
  const curve = company.curves[i][k];
  if (curve.gate) return hangingPay(curve, k, score);
  return { own: freely(curve, score[k], curve.slope).slope, gate: 0 };
}

/** Expectation and slope, at a score, of a line that jumps and bends at knots. */
function freely({ level, knots, noise }, score, first) {
  let [pay, slope] = [level + first * score, first];
  for (const [knot, jump, change] of knots) {
    const z = (score - knot) / noise;
    const reached = cumulative(z);
    pay += jump * reached + change * ((score - knot) * reached + noise * density(z));
    slope += (jump * density(z)) / noise + change * reached;
  }
  return { pay, slope };
}

/** What team i perceives it earns per unit of each score, currency: what vests later, or is luck, counts less. */
function pullOf(company, i, euros, score, counted = (curve) => curve.regard) {
  const pull = company.kpis.map(() => 0);
  euros.forEach((e, k) => {
    if (e === 0) return;
    const curve = company.curves[i][k];
    const slopes = paySlopes(company, i, k, score);
    pull[k] += e * counted(curve) * slopes.own;
    if (curve.gate) pull[curve.gate.kpi] += e * counted(curve) * slopes.gate;
  });
  return pull;
}

/** Multiplied by a function of another KPI: E pay, and how it moves with both scores (optimizer/response/
 *  hanging_pay.py). A gate is the function that is 0, then 1. */
function hangingPay(curve, k, score) {
  const { level, knots, gate, noise } = curve;
  const [alone, factor] = [freely(curve, score[k], 0), freely(gate, score[gate.kpi], 0)];
  const total = {
    level: gate.level * alone.pay + level * (factor.pay - gate.level),
    own: gate.level * alone.slope,
    gate: level * factor.slope,
  };
  for (const [knot, jump, change] of knots)
    for (const [at, step, bend] of gate.knots) {
      const [h, c] = [(knot - score[k]) / noise, (at - score[gate.kpi]) / gate.noise];
      const both = tailBeyond(h, c, gate.correlation);
      const [rise, more] = [change * noise, bend * gate.noise];
      const given = step * both.reachedAtOwn + more * both.aboveAtOwn;
      const paid = jump * both.reachedAtGate + rise * both.aboveAtGate;
      total.level += jump * (step * both.reached + more * both.gateAbove);
      total.level += rise * (step * both.above + more * both.bothAbove);
      total.own += ((jump * density(h)) / noise) * given + change * (step * both.reached + more * both.gateAbove);
      total.gate += ((step * density(c)) / gate.noise) * paid + bend * (jump * both.reached + rise * both.above);
    }
  return total;
}
