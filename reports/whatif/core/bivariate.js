// Two correlated standard normals ε and η, both of which have to be large enough (optimizer/response/bivariate_normal.py).

/** 1 − ρ² is taken to be at least this: with equal luck the formulas have limits, not values. */
const CLOSEST = 1e-12;
/** Gauss-Legendre points and weights on [−1, 1], 20 of them: those above 0. */
const GAUSS = [
  [0.07652652113349734, 0.15275338713072628],
  [0.22778585114164507, 0.14917298647260424],
  [0.37370608871541955, 0.1420961093183824],
  [0.5108670019508271, 0.1316886384491769],
  [0.636053680726515, 0.1181945319615186],
  [0.7463319064601508, 0.1019301198172407],
  [0.8391169718222188, 0.08327674157670471],
  [0.912234428251326, 0.06267204833410879],
  [0.9639719272779138, 0.040601429800386446],
  [0.993128599185095, 0.017614007139150893],
];

/** For ε ≥ h while η ≥ closed: its probability `reached`; E[(ε − h); both] `above`, E[(η − closed); both]
 *  `gateAbove`, E of their product `bothAbove`; and probability and mean excess of one where the other is just at
 *  its bound. */
function tailBeyond(h, closed, correlation) {
  const rest = Math.sqrt(Math.max(1 - correlation * correlation, CLOSEST));
  const reached = bothAbove(h, closed, correlation);
  const [atOwn, atGate] = [excess(correlation * h - closed, rest), excess(correlation * closed - h, rest)];
  const [here, there] = [density(h) * atOwn.reached, density(closed) * atGate.reached];
  const gateAbove = there + correlation * here - closed * reached;
  return {
    reached,
    above: here + correlation * there - h * reached,
    gateAbove,
    bothAbove: density(h) * atOwn.above + correlation * reached - h * gateAbove,
    reachedAtOwn: atOwn.reached,
    aboveAtOwn: atOwn.above,
    reachedAtGate: atGate.reached,
    aboveAtGate: atGate.above,
  };
}

/** Probability and mean excess of a normal that is expected to be beyond a bound by `gap`. */
function excess(gap, sd) {
  const z = gap / sd;
  return { reached: cumulative(z), above: sd * (z * cumulative(z) + density(z)) };
}

/** P(ε ≥ h, η ≥ k): the product at ρ = 0, and the integral of the density at (h, k) over the correlation sin θ
 *  (Drezner & Wesolowsky 1990, doi:10.1080/00949659008811236), in panels that shrink towards equal luck. */
function bothAbove(h, k, correlation) {
  const end = Math.asin(correlation);
  const sign = Math.sign(end);
  let [sum, from] = [0, 0];
  for (let halves = 1; from < sign * end; halves += 1) {
    const to = halves < 50 ? Math.min(sign * end, (Math.PI / 2) * (1 - 0.5 ** halves)) : sign * end;
    sum += sign * panel(h, k, sign * from, sign * to);
    from = to;
  }
  return Math.min(1, Math.max(0, cumulative(-h) * cumulative(-k) + sum / (2 * Math.PI)));
}

function panel(h, k, from, to) {
  const [middle, half] = [(from + to) / 2, Math.abs(to - from) / 2];
  let sum = 0;
  for (const [at, weight] of GAUSS) {
    for (const theta of [middle - half * at, middle + half * at]) {
      const apart = (h - k) / Math.cos(theta);
      sum += weight * Math.exp(-0.5 * apart * apart - (h * k) / (1 + Math.sin(theta)));
    }
  }
  return half * sum;
}
