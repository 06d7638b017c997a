// The scenario's rules, checked for any plan (forms: optimizer/plans/rules/family.py, FORMS).

/** Every rule with its value, limit and slack at a plan's consistent outcome; those that do not apply are left
 *  out. `told` and `toldLimit` are value and limit as they are tested: of payouts, to the cent. `broken` where
 *  the slack is below minus what rounding may take. */
function checkRules(company, euros, outcome) {
  const plan = { euros, shares: euros.map(sharesOf), outcome };
  return company.rules.flatMap((rule) => {
    const found = RULE_FORMS[rule.form](company, rule, plan);
    if (found === null) return [];
    const [value, limit, booked] = found;
    const { cents } = company.constants;
    const [told, toldLimit] = booked === undefined ? [value, limit] : [booked, halfUp(limit, cents)];
    const apart = rule.atLeast ? told - toldLimit : toldLimit - told;
    const slack = booked === undefined ? apart : halfUp(apart, cents);
    const margin = room(company.constants, limit, booked !== undefined);
    return [{ rule, value, limit, told, toldLimit, slack, broken: slack < -margin }];
  });
}

/** By how much a limit may be missed: rounding, of the limit itself where that is large; booked money is whole cents. */
const room = ({ tolerance, relative, relativeBooked }, limit, booked) =>
  booked ? relativeBooked * Math.abs(limit) : Math.max(tolerance, relative * Math.abs(limit));

const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** Weights of a team, from its euros. */
function sharesOf(row) {
  const pay = total(row);
  return row.map((e) => e / (pay > 0 ? pay : 1));
}

const inUse = (company, weight) => weight > company.constants.tolerance;

/** By form: [value, limit], of payouts also the value as booked; null where the rule does not apply. */
const RULE_FORMS = {
  pay: (_, rule, { euros }) => [total(euros[rule.team]), rule.limit],
  largest: (_, rule, { shares }) => [Math.max(0, ...rule.kpis.map((k) => shares[rule.team][k])), rule.limit],
  smallest: (company, rule, { shares }) => {
    const used = rule.kpis.map((k) => shares[rule.team][k]).filter((w) => inUse(company, w));
    return [Math.min(1, ...used), rule.limit];
  },
  count: (company, rule, { shares }) => [shares[rule.team].filter((w) => inUse(company, w)).length, rule.limit],
  linear: (_, rule, { shares }) => [sparseDot(rule.terms, shares[rule.team]), rule.limit],
  least: (company, rule, { shares }) => {
    const used = rule.terms.filter(([k]) => inUse(company, shares[rule.team][k]));
    return [Math.min(1, ...used.map(([, value]) => value)), rule.limit];
  },
  distance: (_, rule, { shares }) => [
    total(rule.terms.map(([k, from]) => Math.abs(shares[rule.team][k] - from))),
    rule.limit,
  ],
  unlike: (_, rule, { shares }) => [
    total(shares[rule.other].map((w, k) => Math.abs(w - shares[rule.team][rule.kpis[k]]))),
    rule.limit,
  ],
  loaded: (company, rule, { outcome }) => [
    total(rule.teams.map((i) => outcome.loaded[i])) + rule.reserve,
    rule.limit,
    halfUp(
      total(rule.teams.map((i) => outcome.booked[i].loaded)) + halfUp(rule.reserve, company.constants.cents),
      company.constants.cents,
    ),
  ],
  guaranteed: (_, rule, { euros, outcome }) => {
    const least = rule.share * total(euros[rule.team]);
    return least > 0 ? [outcome.pay[rule.team], least, outcome.booked[rule.team].gross] : null;
  },
  cap: (company, rule, { outcome }) => {
    const { x } = outcome.equilibria[rule.regime];
    return [x[rule.activity], capOf(company, rule, x)];
  },
  exposure: (company, rule, { euros, shares, outcome }) => {
    if (!(total(euros[rule.team]) > 0)) return null;
    const falls = shares[rule.team].map((w, k) =>
      w === 0 ? 0 : w * exposureOf(company, euros, outcome.equilibria, k, rule.other)
    );
    return [total(falls), rule.limit];
  },
  margin: (company, rule, { euros, outcome }) => marginOf(company, rule, euros, outcome.equilibria[rule.regime]),
};

/** Units at which a gaming cap binds. */
function capOf(company, rule, x) {
  const { source } = company.activities[rule.activity];
  const inflow = source < 0 ? 0 : inflowOf(company.regimes[rule.regime], source, x);
  return rule.constant + rule.share * inflow;
}

/** Gain of the first unit with its direct credit inflated, against q_a times the cap (model.md §8, gaming b). */
function marginOf(company, rule, euros, at) {
  const { activity: a } = rule;
  const [regime, work] = [company.regimes[rule.regime], company.activities[a]];
  const signals = believedScores(company, at.beliefs);
  const pull = pullOf(company, work.team, euros[work.team], signals.map((t) => t.score));
  const direct = pull.reduce((sum, paid, k) => {
    const credit = regime.numerator[k].find(([activity]) => activity === a)?.[1] ?? 0;
    return sum + (paid * credit) / signals[k].per;
  }, 0);
  const gain = marginalGain(company, regime, a, at.net[a], at.hourPrice, at.stagePrice);
  return [gain + rule.margin * direct, work.quadratic * capOf(company, rule, at.x)];
}
