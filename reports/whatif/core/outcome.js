// What a plan brings: true scores, payouts, revenue (model.md §3, §8), expected over regimes.

/** `answer` is consistentResponse or firstResponse. */
function evaluatePlan(company, euros, answer = consistentResponse) {
  const equilibria = company.regimes.map((regime) => answer(company, regime, euros));
  const scores = company.regimes.map((regime, s) => trueScores(company, regime, equilibria[s]));
  const expect = (values) =>
    values[0].map((_, at) => company.regimes.reduce((sum, w, s) => sum + w.probability * values[s][at], 0));
  const amount = (field) =>
    company.regimes.reduce((sum, w, s) => sum + w.probability * dot(w[field], equilibria[s].x), 0);
  const pay = expect(scores.map((score) => payouts(company, euros, score)));
  const [gross, directCosts] = [amount("gross"), amount("cash")];
  const loaded = pay.map((paid, i) => paid * company.teams[i].loading);
  const loadedPay = loaded.reduce((sum, paid) => sum + paid, 0);
  const x = expect(equilibria.map((e) => e.x));
  const residual = Math.max(...equilibria.map((e) => e.residual));
  return {
    x,
    score: expect(scores),
    pay,
    loaded,
    gross,
    directCosts,
    revenue: gross - directCosts,
    loadedPay,
    net: gross - directCosts - loadedPay,
    gamingHours: company.activities.reduce((sum, a, at) => sum + (a.gaming ? a.hours * x[at] : 0), 0),
    residual,
    settled: residual <= company.constants.consistent,
    equilibria,
    starved: starvedRates(company, euros, equilibria),
  };
}

/** s_k = y_k / T_k; a rate is divided by no less than what people believe (model.md §13.9). */
function trueScores(company, regime, { x, beliefs }) {
  return company.kpis.map((_, k) => {
    const per = atLeastALittle(company, k, denominatorOf(company, regime, k, x));
    return numeratorOf(regime, k, x) / per / targetAt(company, k, beliefs);
  });
}

/** Paid rates, gates included, whose denominator is below its floor in some regime, by position. */
function starvedRates(company, euros, equilibria) {
  const paid = new Set();
  euros.forEach((row, i) =>
    row.forEach((e, k) => {
      if (e > 0) [k, company.curves[i][k].gate?.kpi ?? k].forEach((kpi) => paid.add(kpi));
    })
  );
  const dry = (k) =>
    company.regimes.some((regime, s) => {
      const per = denominatorOf(company, regime, k, equilibria[s].x);
      return company.kpis[k].rate && per < atLeastALittle(company, k, 0) * (1 - company.constants.starved);
    });
  return [...paid].filter(dry).sort((one, other) => one - other);
}

/** Σ_k e_ik E pay(s_k) by team, before charges. */
function payouts(company, euros, score) {
  const paid = (i, e, k) => (e === 0 ? 0 : e * expectedPay(company, i, k, score));
  return euros.map((row, i) => row.reduce((sum, e, k) => sum + paid(i, e, k), 0));
}
