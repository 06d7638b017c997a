// Rule R3: one observed rate, several ways of working (optimizer/scenario/start/way_yields.py).

const HIGHEST = 0.97;
const HALVINGS = 60;
/** Shares of ways that are shares of successes. */
const PUSHED = new Set(["discount_share_ways", "push_share_ways"]);

/** Shares and yields of the ways of a stage: {ways: [{way, share, rate}], leave, power}. */
function waysOf(library, stage, rate, leave, pushed) {
  if (stage.passes) return { ways: sharesOf(library, stage, 1, pushed).map(([way, share]) => ({ way, share, rate: 1 })), leave, power: 1 };
  const bound = Math.max(HIGHEST, rate);
  const highest = (power) => Math.max(...withPower(library, stage, { rate, leave, pushed, power }).map((way) => way.rate));
  const power = largest((e) => highest(e) <= bound);
  const left = power === 0 && highest(0) > bound ? Math.max(0, 1 - rate / bound) : leave;
  return { ways: withPower(library, stage, { rate, leave: left, pushed, power }), leave: left, power };
}

/** The largest number in 0 to 1 that keeps a condition which only small numbers keep; 0 where none does. */
function largest(holds) {
  if (holds(1)) return 1;
  let [low, high] = [0, 1];
  for (let at = 0; at < HALVINGS; at += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

const leads = (way) => Object.keys(way.to).length > 0;

function withPower(library, stage, { rate, leave, pushed, power }) {
  const shares = sharesOf(library, stage, power, pushed);
  const mean = sum(shares.filter(([way]) => leads(way)).map(([way, share]) => share * ratioOf(library, way) ** power));
  const good = rate / ((1 - leave) * mean);
  return shares.map(([way, share]) => ({ way, share, rate: leads(way) ? good * ratioOf(library, way) ** power : 0 }));
}

/** g of every way, adding up to 1. */
function sharesOf(library, stage, power, pushed) {
  const isPushed = (way) => PUSHED.has(way.share);
  const others = stage.ways.filter((way) => !isPushed(way) && leads(way));
  const known = sum(others.map((way) => plainShare(library, way) * ratioOf(library, way) ** power));
  const shareOf = (way) => (isPushed(way) ? ((pushed / (1 - pushed)) * known) / ratioOf(library, way) ** power : plainShare(library, way));
  const shares = stage.ways.map(shareOf);
  const all = sum(shares);
  return stage.ways.map((way, at) => [way, shares[at] / all]);
}

/** The way's own share, else its family's. */
const plainShare = (library, way) => (typeof way.share === "number" ? way.share : (library.families[way.family].share_today?.mid ?? 1));

/** rho: the way's own yield against the good way, else its family's. */
const ratioOf = (library, way) => way.ratio ?? library.families[way.family].yield_vs_good?.mid ?? 1;

/** Rates of stages that share one observed rate, by stage. */
function classRates(rate, arriving, factors) {
  const [bound, ids] = [Math.max(HIGHEST, rate), Object.keys(factors)];
  const rates = (power) => {
    const weighted = sum(ids.map((id) => arriving[id] * factors[id] ** power));
    const whole = sum(ids.map((id) => arriving[id]));
    const mean = whole > 0 ? weighted / whole : 1;
    return Object.fromEntries(ids.map((id) => [id, (factors[id] ** power * rate) / mean]));
  };
  const within = (power) => Math.max(...Object.values(rates(power))) <= bound;
  return rates(largest(within));
}
