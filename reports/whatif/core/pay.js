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

/** E pay(score), as a share of the euros at target. */
function expectedPay(kpi, score) {
  let pay = kpi.slope * score;
  for (const [knot, change] of kpi.knots) {
    const z = (score - knot) / kpi.noise;
    pay += change * ((score - knot) * cumulative(z) + kpi.noise * density(z));
  }
  return pay;
}

/** θ = dE pay/dscore. */
function paySlope(kpi, score) {
  let slope = kpi.slope;
  for (const [knot, change] of kpi.knots) slope += change * cumulative((score - knot) / kpi.noise);
  return slope;
}
