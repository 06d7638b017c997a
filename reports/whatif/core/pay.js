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
  if (curve.gate) return behindGate(company, curve, k, score).level;
  const { noise } = curve;
  let pay = curve.level + curve.slope * score[k];
  for (const [knot, jump, change] of curve.knots) {
    const gap = score[k] - knot;
    const reached = cumulative(gap / noise);
    pay += jump * reached + change * (gap * reached + noise * density(gap / noise));
  }
  return pay;
}

/** {own, gate}: dE pay/dscore of the KPI itself, and of the KPI that is its gate. */
function paySlopes(company, i, k, score) {
  const curve = company.curves[i][k];
  if (curve.gate) return behindGate(company, curve, k, score);
  const { noise } = curve;
  let own = curve.slope;
  for (const [knot, jump, change] of curve.knots) {
    const z = (score[k] - knot) / noise;
    own += (jump * density(z)) / noise + change * cumulative(z);
  }
  return { own, gate: 0 };
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

/** Behind a gate: E pay, and how it moves with both scores (optimizer/response/pay_curves.py, _Behind). */
function behindGate(_, { level, knots, gate, noise }, k, score) {
  const gateNoise = gate.noise;
  const closed = (gate.at - score[gate.kpi]) / gateNoise;
  let [paid, own, there] = [level * cumulative(-closed), 0, level];
  for (const [knot, jump, change] of knots) {
    const beyond = tailBeyond((knot - score[k]) / noise, closed, gate.correlation);
    paid += jump * beyond.reached + change * noise * beyond.above;
    own += (jump * beyond.density) / noise + change * beyond.reached;
    there += jump * beyond.reachedAtGate + change * noise * beyond.aboveAtGate;
  }
  return { level: paid, own, gate: (density(closed) / gateNoise) * there };
}
