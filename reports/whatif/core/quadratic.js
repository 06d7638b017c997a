// Strictly concave separable quadratic programs with few equalities:
//
//   maximise  g·x − ½ q·x²   subject to   A x = b,  lower ≤ x ≤ upper
//
// by semismooth Newton on the dual (a primal-dual active set method: Hintermüller, Ito & Kunisch 2003,
// doi:10.1137/S1052623401383558), as in optimizer/response/separable_qp.py. The dual is convex and piecewise quadratic, so
// the line search is exact: its slope along a direction is piecewise linear, with a kink where an x meets a bound.

const NEWTON_ROUNDS = 200;
/** Imbalance that is asked for, relative to what flows. */
const PRECISION = 1e-13;
/** Of rewards and prices in what is done: no imbalance falls below what it causes before `projected`. */
const ROUNDING = 4 * Number.EPSILON;
/** Of the system with everything free. */
const DAMPING = 1e-14;

/** program: {g, q, rows (dense, one per equality), b, lower, upper}; returns {x, y: prices, imbalance}. */
function solveSeparable(program) {
  const { g, q, rows, b } = program;
  const all = g.map((_, a) => 1 / q[a]);
  const unbounded = g.map((value, a) => value / q[a]);
  const least = rows.map((row, m) => 1e-300 + Math.abs(b[m]) + 1e-12 * absoluteSum(row, unbounded));
  let y = newtonStep(rows, all, all, miss(rows, b, unbounded));
  let x = answer(program, y);
  for (let round = 0; round < NEWTON_ROUNDS && unmet(program, x, y, least); round += 1) {
    const wanted = demand(program, y);
    const direction = newtonStep(rows, whereFree(program, wanted, all), all, miss(rows, b, x));
    const length = exactLength(program, wanted, direction);
    y = y.map((price, m) => price + length * direction[m]);
    x = answer(program, y);
  }
  if (relativeMiss(rows, b, x, least) > PRECISION) x = projected(program, x, all);
  return { x, y, imbalance: relativeMiss(rows, b, x, least) };
}

/** `weight` of what lies strictly between its bounds, else 0. */
function whereFree({ lower, upper }, x, weight) {
  return weight.map((w, a) => (x[a] > lower[a] && x[a] < upper[a] ? w : 0));
}

/** Whether an equality misses by more than what is asked for and than rounding explains. */
function unmet(program, x, y, least) {
  const { g, q, rows, b } = program;
  const prices = g.map((value, a) => (Math.abs(value) + absoluteColumn(rows, y, a)) / q[a]);
  const noise = whereFree(program, x, prices);
  return rows.some((row, m) => {
    const flow = least[m] + absoluteSum(row, x);
    return Math.abs(dot(row, x) - b[m]) > PRECISION * flow + ROUNDING * absoluteSum(row, noise);
  });
}

/** The nearest x (in the norm of q) on the equalities that leaves what is on a bound there: what rounding in
 *  large prices leaves of an imbalance, taken out of x itself. */
function projected(program, x, all) {
  const free = whereFree(program, x, all);
  const dy = newtonStep(program.rows, free, all, miss(program.rows, program.b, x));
  return x.map((value, a) =>
    clip(value - free[a] * columnSum(program.rows, dy, a), program.lower[a], program.upper[a])
  );
}

/** (g − Aᵀy) / q: what would be done at prices y without bounds. */
function demand({ g, q, rows }, y) {
  return g.map((value, a) => (value - columnSum(rows, y, a)) / q[a]);
}

function answer(program, y) {
  return demand(program, y).map((value, a) => clip(value, program.lower[a], program.upper[a]));
}

const clip = (value, low, high) => Math.min(Math.max(value, low), high);

function columnSum(rows, y, a) {
  let sum = 0;
  for (let m = 0; m < rows.length; m += 1) sum += rows[m][a] * y[m];
  return sum;
}

function absoluteColumn(rows, y, a) {
  let sum = 0;
  for (let m = 0; m < rows.length; m += 1) sum += Math.abs(rows[m][a] * y[m]);
  return sum;
}

function absoluteSum(u, v) {
  let sum = 0;
  for (let a = 0; a < u.length; a += 1) sum += Math.abs(u[a] * v[a]);
  return sum;
}

const miss = (rows, b, x) => rows.map((row, m) => dot(row, x) - b[m]);

/** Worst |A x − b| relative to its terms. */
function relativeMiss(rows, b, x, least) {
  const parts = rows.map(
    (row, m) => Math.abs(dot(row, x) - b[m]) / (absoluteSum(row, x) + least[m])
  );
  return Math.max(0, ...parts);
}

/** dy with A diag(free) Aᵀ dy = excess, damped: a row with nothing free takes a very long step, which the line
 *  search ends where something becomes free. */
function newtonStep(rows, free, all, excess) {
  const system = rows.map((row) => rows.map((other) => weightedDot(row, other, free)));
  rows.forEach((row, m) => {
    const whole = weightedDot(row, row, all);
    system[m][m] += DAMPING * whole;
  });
  return solveLinear(system, excess);
}

function weightedDot(u, v, weight) {
  let sum = 0;
  for (let a = 0; a < u.length; a += 1) sum += u[a] * v[a] * weight[a];
  return sum;
}

/** Gaussian elimination with partial pivoting; `system` and `right` are used up. */
function solveLinear(system, right) {
  const size = right.length;
  const order = Array.from(system, (row, m) => [...row, right[m]]);
  for (let pivot = 0; pivot < size; pivot += 1) {
    let best = pivot;
    for (let m = pivot + 1; m < size; m += 1) {
      if (Math.abs(order[m][pivot]) > Math.abs(order[best][pivot])) best = m;
    }
    [order[pivot], order[best]] = [order[best], order[pivot]];
    for (let m = pivot + 1; m < size; m += 1) {
      const factor = order[m][pivot] / order[pivot][pivot];
      for (let column = pivot; column <= size; column += 1) order[m][column] -= factor * order[pivot][column];
    }
  }
  const found = new Array(size);
  for (let m = size - 1; m >= 0; m -= 1) {
    let rest = order[m][size];
    for (let column = m + 1; column < size; column += 1) rest -= order[m][column] * found[column];
    found[m] = rest / order[m][m];
  }
  return found;
}

/** Step t at which the dual's slope along `direction` vanishes. At t the demand is wanted − t·change; the slope
 *  d·b − Σ q·change·clip(wanted − t·change) only grows with t, and bends where a demand meets a bound. */
function exactLength({ q, rows, b, lower, upper }, wanted, direction) {
  const change = wanted.map((_, a) => columnSum(rows, direction, a) / q[a]);
  const goal = dot(direction, b);
  const slope = (t) => {
    let sum = goal;
    for (let a = 0; a < q.length; a += 1) {
      if (change[a] !== 0) sum -= q[a] * change[a] * clip(wanted[a] - t * change[a], lower[a], upper[a]);
    }
    return sum;
  };
  const steepness = (t) => {
    let sum = 0;
    for (let a = 0; a < q.length; a += 1) {
      const at = wanted[a] - t * change[a];
      if (at > lower[a] && at < upper[a]) sum += q[a] * change[a] * change[a];
    }
    return sum;
  };
  const kinks = [0, ...kinksOf(wanted, change, lower, upper)];
  let [first, beyond] = [0, kinks.length];
  while (beyond - first > 1) {
    const middle = (first + beyond) >> 1;
    if (slope(kinks[middle]) <= 0) first = middle;
    else beyond = middle;
  }
  const start = kinks[first];
  const inside = beyond < kinks.length ? 0.5 * (start + kinks[beyond]) : 2 * start + 1;
  const rate = steepness(inside);
  return rate > 0 ? start - slope(start) / rate : Math.max(1, start);
}

/** Steps t > 0 at which some demand meets a bound, ascending. */
function kinksOf(wanted, change, lower, upper) {
  const kinks = [];
  wanted.forEach((value, a) => {
    for (const bound of [lower[a], upper[a]]) {
      const t = (value - bound) / change[a];
      if (t > 0 && Number.isFinite(t)) kinks.push(t);
    }
  });
  return kinks.sort((s, t) => s - t);
}
