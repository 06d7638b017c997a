// What was adjusted, doubted or refused on the way, as codes with numbers (remarks.py, refusals.py).

const QUIET = [0.8, 1.25];
const VISITS = [0.5, 2];
const NEAR = 0.01;
const LITTLE_PAID = 0.6;
const SAME = 5e-4;
const CLOSED = 1e-6;

const isWithin = (value, [low, high]) => low <= value && value <= high;
const remark = (code, about, numbers = {}, level = "done") => ({ code, about, numbers, level });

/** Percentages that must stay below 100. */
const NEVER_ALL = ["unworked", "discount_share"];

/** Answers that describe no company: {code, about, numbers}. What cannot be computed with is refused alone. */
function refusalsOf({ given, found, hours }) {
  const first = [...nobodyPaid(given), ...withoutWork(given), ...unknownPay(given), ...NEVER_ALL.filter((id) => (given.shares[id] ?? 0) >= 1).map((id) => remark("all_of_it", id, {}, "stops"))];
  if (first.length) return first;
  const over = hours.filter((team) => team.booked > FULL);
  return [...unreconciled(found), ...unprofitable(found), ...over.map(({ team, booked, hours: all }) => remark("overbooked", `${team}.heads`, { booked, hours: all }, "stops"))];
}

/** Amounts that teams could be paid on and that are nil or a loss. */
function unprofitable({ company, walk }) {
  const money = amountsOf(company);
  return kpisOf(company).flatMap((kpi) => {
    const counted = Object.entries(kpi.num.enter ?? {}).filter(([, credit]) => credit in money);
    const value = sum(counted.map(([stage, credit]) => money[credit] * (walk.arriving[stage] ?? 0)));
    return counted.length && value <= 0 ? [remark("unprofitable", "margin", { kpi: kpi.id, value }, "stops")] : [];
  });
}

/** A plan shares out variable pay, and there is none. */
function nobodyPaid({ answers, form: { teams } }) {
  const isPaid = teams.some(({ id }) => answers.teams[id].variable !== 0);
  return isPaid ? [] : [remark("nobody_paid", `${teams[0].id}.variable`, {}, "stops")];
}

/** Teams that nothing arrives for. */
function withoutWork(company) {
  const { counts, form: { campaign, teams } } = company;
  const working = new Set([...hourlyOf(company).map(({ team }) => team), ...stagesOf(company).map(({ owner }) => owner)]);
  if (campaign && counts[campaign.answer] + counts[campaign.event_answer] > 0) working.add(campaign.team);
  return teams.filter(({ id }) => !working.has(id)).map(({ id }) => remark("no_work", `${id}.heads`, { team: id }, "stops"));
}

function unknownPay(company) {
  const known = new Set(kpisOf(company).map((kpi) => kpi.id));
  return company.form.teams.flatMap(({ id }) =>
    Object.keys(paidToday(company, id)).filter((kpi) => !known.has(kpi)).map((kpi) => remark("unknown_pay", `${id}.${WEIGHTS}`, { kpi, other: company.form.measures[id].find((one) => known.has(one)) ?? [...known][0] }, "stops"))
  );
}

function unreconciled({ found, signed, walk, company: { form } }) {
  const closed = countIn(walk, form.count_stages);
  const fits = isWithin(found / signed, REFUSE) && Math.abs(closed / signed - 1) <= CLOSED;
  return fits ? [] : [remark("counts_refused", form.count, { found, signed }, "stops")];
}

/** In the order of the rules; `about` is the key of the answer beside which it is told. */
const remarksOf = (made, tree) => [
  ...countRemarks(made.found),
  ...wayRemarks(made.given, made.found),
  ...pushedRemarks(made.given, made.found),
  ...made.hours.flatMap((team) => hourRemarks(made.given, team)),
  ...visitRemarks(made.given, tree),
  ...valueRemarks(made.found.company),
  ...payRemarks(made.given, tree),
  ...luckRemarks(tree),
  ...peopleRemarks(made.given),
];

/** Rule R1. */
function countRemarks({ found, signed, step, company: { form } }) {
  const numbers = { found, signed, step, ratio: found / signed };
  const moved = Math.abs(step) > SAME ? [remark("counts_moved", form.count, numbers)] : [];
  return isWithin(numbers.ratio, ASK) ? moved : [...moved, remark("counts_apart", form.count, numbers, "doubted")];
}

/** Rule R3, where a rate is too high for the usual ratios. */
function wayRemarks(given, { company, walk }) {
  const worked = stagesOf(company).filter(({ id }) => walk.worked[id] && (walk.arriving[id] ?? 0) > 0);
  return worked.flatMap((stage) => {
    const { power, leave } = walk.worked[stage.id];
    const about = stage.rate ?? GROUP_RATES[stage.group];
    return [
      ...(power < 1 ? [remark("ways_alike", about, { stage: stage.id, rate: walk.rates[stage.id], power })] : []),
      ...(leave < leaveOf(given, stage) ? [remark("leave_lowered", about, { stage: stage.id, leave, given: leaveOf(given, stage) })] : []),
    ];
  });
}

/** Sales that do not fit: more than the stages that can push them sign, or more than do not stand. */
function pushedRemarks(given, { walk }) {
  if (!undone(given)) return [];
  const ways = stagesOf(given).flatMap((stage) => stage.ways).filter(({ share }) => PUSHED.has(share));
  const to = [...new Set(ways.flatMap((way) => Object.keys(way.to)))];
  const lapsing = countIn(walk, to) / countIn(walk, given.form.count_stages);
  const stated = given.shares.push_share;
  const kept = given.shares.retention;
  return [
    ...(lapsing < stated * (1 - SAME) ? [remark("lapsing_lowered", "push_share", { given: stated, lapsing }, "doubted")] : []),
    ...(stated + kept > 1 + SAME ? [remark("pushed_but_kept", "push_share", { given: stated, kept }, "doubted")] : []),
  ];
}

/** Rule R6. */
function hourRemarks({ form }, { team, usual, factor, size, byHour, hourly, booked }) {
  const free = FREE.has(form.teams.find(({ id }) => id === team).function);
  const scaled = byHour > 0 ? "hours_scaled_beside" : "hours_scaled";
  const about = `${team}.heads`;
  return [
    ...(hourly !== null ? [remark("prospecting_scaled", about, { team, hours: hourly })] : []),
    ...(isWithin(factor, QUIET) ? [] : [remark(free ? "hours_of_projects" : scaled, about, { team, usual, factor, by_hour: byHour, booked: byHour + factor * (usual - byHour) })]),
    ...(size !== 1 ? [remark("campaigns_resized", about, { team, size, booked })] : []),
    ...(booked < IDLE ? [remark("other_work", about, { team, booked }, "doubted")] : []),
  ];
}

/** Visits were asked, and are only compared. */
function visitRemarks({ form, counts }, tree) {
  if (!form.questions.includes("visits")) return [];
  const found = countedToday(tree.kpis.visits, countsToday(tree.stages, tree.activities));
  const numbers = { stated: counts.visits, found };
  if (!isWithin(found, VISITS.map((times) => times * counts.visits))) return [remark("visits_apart", "visits", numbers, "doubted")];
  return Math.abs(found - counts.visits) > NEAR * counts.visits ? [remark("visits_compared", "visits", numbers)] : [];
}

/** Rule R7. */
const valueRemarks = (company) => [
  remark("horizon", "horizon", { years: answerOf(company, "horizon") }),
  ...Object.entries(stageValues(company)).filter(([, value]) => value < 0).map(([stage, value]) => remark("loss_making", "margin", { stage, value }, "doubted")),
];

/** Variable pay that the work cannot carry; a budget far above what was paid (rule R12). */
function payRemarks({ shares }, tree) {
  const [{ brought, pay }, paid] = [carriedToday(tree), shares.attainment];
  const [most] = Object.entries(tree.teams).sort(([, a], [, b]) => b.target_pay - a.target_pay)[0];
  return [
    ...(brought < pay ? [remark("pay_over_margin", `${most}.variable`, { pay, value: brought }, "doubted")] : []),
    ...(paid < LITTLE_PAID ? [remark("little_paid", "attainment", { given: paid, times: ROOM_ABOVE_TARGET / paid }, "doubted")] : []),
  ];
}

/** What a period's work brings after direct costs, and variable pay at target with charges. */
function carriedToday({ stages, activities, teams }) {
  const { arriving } = countsToday(stages, activities);
  const entering = sum(Object.entries(stages).map(([id, stage]) => (stage.value ?? 0) * arriving[id]));
  const spent = sum(Object.values(activities).map((act) => (act.cash ?? 0) * act.baseline));
  return { brought: entering - spent, pay: sum(Object.values(teams).map((team) => team.target_pay * (1 + team.charges))) };
}

/** Rule R9: measures that are mostly luck. */
function luckRemarks({ kpis, rules }) {
  const allowed = new Set(Object.values(rules.measures).flat());
  return Object.entries(kpis).filter(([id, kpi]) => allowed.has(id) && kpi.noise >= FEW).map(([kpi, { noise }]) => remark("few_units", null, { kpi, noise }));
}

function peopleRemarks(given) {
  return given.form.teams.flatMap(({ id }) => {
    const { heads, variable } = given.answers.teams[id];
    const people = wholeHeads(given, id);
    return [
      ...(heads !== people ? [remark("heads_rounded", `${id}.heads`, { team: id, heads, people })] : []),
      ...(variable === 0 ? [remark("unpaid_team", `${id}.variable`, { team: id })] : []),
    ];
  });
}
