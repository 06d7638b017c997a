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
  const lost = expect(scores.map((score, s) => [movedValue(company, company.regimes[s], euros, equilibria[s].x, score)]));
  const [gross, directCosts] = [amount("gross") + lost[0], amount("cash")];
  const loaded = pay.map((paid, i) => paid * company.teams[i].loading);
  const loadedPay = loaded.reduce((sum, paid) => sum + paid, 0);
  const x = expect(equilibria.map((e) => e.x));
  const residual = Math.max(...equilibria.map((e) => e.residual));
  return {
    x,
    score: expect(scores),
    pay,
    loaded,
    booked: bookedPayouts(company, pay),
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

/** Σ_k e_ik E pay(s_k) by team, before charges, moved results included. */
function payouts(company, euros, score) {
  const paid = (i, e, k) => (e === 0 ? 0 : e * expectedPay(company, i, k, score));
  const pay = euros.map((row, i) => row.reduce((sum, e, k) => sum + paid(i, e, k), 0));
  for (const run of atWork(company, euros)) {
    euros.forEach((row, i) => {
      const curve = run.pay[Math.min(i, run.pay.length - 1)];
      pay[i] += row[run.kpi] * between(curve, score[run.kpi] / run.step);
    });
  }
  return pay;
}

/** Of gross, what is lost because results are moved over the ends of periods, at most 0. */
function movedValue(company, regime, euros, x, score) {
  const worth = (k) => regime.credited[k].reduce((sum, a) => sum + x[a] * regime.gross[a], 0) / score[k];
  return atWork(company, euros).reduce(
    (sum, run) => (score[run.kpi] > 0 ? sum - worth(run.kpi) * between(run.lost, score[run.kpi] / run.step) : sum),
    0
  );
}

/** Moved results that matter to a plan: it pays who makes them (optimizer/response/long_run.py). */
const atWork = (company, euros) => company.moved.filter((run) => euros[run.maker][run.kpi] > 0);

/** A value at a place between those of a row, the last one beyond its end. */
function between(row, place) {
  const at = Math.min(Math.max(place, 0), row.length - 1);
  const low = Math.min(Math.floor(at), row.length - 2);
  return row[low] + (at - low) * (row[low + 1] - row[low]);
}
