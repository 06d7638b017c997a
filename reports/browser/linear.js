// A small linear program: max gain·x with rows·x = 0, price·x ≤ purse, lower ≤ x ≤ upper, where x = 0 keeps them all.
//
// Two phases of the simplex method on a dense tableau, in units of each variable's own room. Bland's rule: it ends.

const FLAT = 1e-11;

/** The largest gain·x. */
function largestGain({ gain, rows, price, purse, lower, upper }) {
  const room = upper.map((u, a) => u - lower[a]);
  const free = indicesWhere(room, (r) => r > 0);
  if (!free.length) return 0;
  const size = largestOf(free.map((a) => gain[a] * room[a]));
  if (size === 0) return 0;
  const equal = rows.map((row) => nearOne([...free.map((a) => row[a] * room[a]), -dot(row, lower)]));
  const within = nearOne([...free.map((a) => price[a] * room[a]), purse - dot(price, lower)]);
  const limits = [within, ...free.map((_, at) => [...free.map((__, other) => (at === other ? 1 : 0)), 1])];
  const target = free.map((a) => (gain[a] * room[a]) / size);
  return dot(gain, lower) + size * optimum(target, equal, limits);
}

/** A row and its right-hand side over the largest coefficient. */
function nearOne(row) {
  const size = largestOf(row.slice(0, -1));
  return size > 0 ? row.map((v) => v / size) : row;
}

/** max target·y over y ≥ 0 with rows [coefficients, right-hand side] that are equal, or at most. */
function optimum(target, equal, limits) {
  const [count, slack] = [target.length, limits.length];
  const rows = [...equal, ...limits].map((row, r) => {
    const kept = r < equal.length ? [] : [r - equal.length];
    const whole = [...row.slice(0, -1), ...limits.map((_, at) => (kept.includes(at) ? 1 : 0))];
    const sign = row.at(-1) < 0 ? -1 : 1;
    return { sign, cells: [...whole.map((v) => sign * v), sign * row.at(-1)] };
  });
  const width = count + slack;
  // Where a row's own slack cannot start at its right-hand side, an artificial variable does (place `width` and on).
  const basis = rows.map(({ sign }, r) => (r >= equal.length && sign > 0 ? count + r - equal.length : width + r));
  const table = rows.map(({ cells }) => cells);
  const missing = table.map((_, r) => (basis[r] >= width ? 1 : 0));
  climb(table, basis, width, Array.from({ length: width }, (_, c) => missing.reduce((sum, m, r) => sum + m * table[r][c], 0)));
  const worth = [...target, ...limits.map(() => 0)];
  const costOf = (c) => worth[c] - basis.reduce((sum, b, r) => sum + (worth[b] ?? 0) * table[r][c], 0);
  climb(table, basis, width, Array.from({ length: width }, (_, c) => costOf(c)));
  return basis.reduce((sum, b, r) => sum + (worth[b] ?? 0) * table[r].at(-1), 0);
}

/** Pivots until no column is worth entering; `worth` of each column is kept up to date. */
function climb(table, basis, width, worth) {
  for (;;) {
    const enter = worth.findIndex((w) => w > FLAT);
    if (enter < 0) return;
    let leave = -1;
    table.forEach((row, r) => {
      // An artificial variable at 0 must not rise again.
      const stuck = basis[r] >= width && Math.abs(row.at(-1)) <= FLAT && Math.abs(row[enter]) > FLAT;
      if (row[enter] <= FLAT && !stuck) return;
      const ratio = stuck ? 0 : row.at(-1) / row[enter];
      const best = leave < 0 ? Infinity : Math.max(0, table[leave].at(-1) / table[leave][enter]);
      if (ratio < best - FLAT || (ratio <= best + FLAT && (leave < 0 || basis[r] < basis[leave]))) leave = r;
    });
    if (leave < 0) return;
    pivot(table, basis, worth, leave, enter);
  }
}

function pivot(table, basis, worth, leave, enter) {
  const unit = table[leave][enter];
  table[leave] = table[leave].map((v) => v / unit);
  table.forEach((row, r) => {
    if (r !== leave && row[enter] !== 0) table[r] = row.map((v, c) => v - row[enter] * table[leave][c]);
  });
  const rate = worth[enter];
  worth.forEach((w, c) => (worth[c] = w - rate * table[leave][c]));
  basis[leave] = enter;
}

// --- vectors --------------------------------------------------------------------------------------------

function indicesWhere(items, holds) {
  return items.flatMap((item, at) => (holds(item) ? [at] : []));
}

function dot(u, v) {
  let sum = 0;
  for (let a = 0; a < u.length; a += 1) sum += u[a] * v[a];
  return sum;
}

const largestOf = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
