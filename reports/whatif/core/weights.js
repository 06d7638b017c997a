// Moving one weight of a team: what happens to the others, on the grid of steps.

const SAME = 1e-9;

/** Weights after `moved` is asked to be `wanted`. Held weights stay. The other KPIs share what is left in
 *  proportion to `start` (their weights when the drag began, so that going back restores them), in whole steps,
 *  larger remainders first; if they had none, all goes to `heir`. Steps are 1 / `steps`. */
function rescaled({ weights, moved, wanted, held, start, heir, steps }) {
  const others = weights.map((_, k) => k).filter((k) => k !== moved && !held.has(k));
  const room = 1 - total(weights.filter((_, k) => k !== moved && held.has(k)));
  const sharing = others.filter((k) => start[k] > SAME);
  const heirs = sharing.length ? sharing : others.filter((k) => k === heir);
  const own = heirs.length ? clip(Math.round(wanted * steps) / steps, 0, Math.max(room, 0)) : room;
  const next = weights.map((w, k) => (held.has(k) && k !== moved ? w : 0));
  next[moved] = tidy(own);
  shareOut(room - own, heirs, sharing.length ? start : null, steps).forEach((w, at) => (next[heirs[at]] = w));
  return next;
}

/** `rest` among `heirs` in whole steps, in proportion to `start`; a part of a step goes to the largest. */
function shareOut(rest, heirs, start, steps) {
  if (!heirs.length) return [];
  const claims = heirs.map((k) => (start ? start[k] : 1));
  const whole = total(claims);
  const units = Math.floor(rest * steps + SAME);
  const exact = claims.map((c) => (units * c) / whole);
  const given = exact.map((u) => Math.floor(u + SAME));
  const byRemainder = exact.map((u, at) => [given[at] - u, at]).sort((u, v) => u[0] - v[0] || u[1] - v[1]);
  for (let at = 0; total(given) < units; at += 1) given[byRemainder[at][1]] += 1;
  const shares = given.map((u) => u / steps);
  const largestAt = shares.indexOf(Math.max(...shares));
  shares[largestAt] += rest - units / steps;
  return shares.map(tidy);
}

/** Without the dust of arithmetic. */
const tidy = (value) => Math.round(value * 1e12) / 1e12;

/** All weights of a team on a grid of `steps` steps: nearest by largest remainder. */
const onGrid = (weights, steps) => shareOut(1, weights.map((_, k) => k), weights, steps);
