// Rules R8, R9 and R11: what KPIs count, their targets, and their luck (optimizer/scenario/start/kpi_luck.py).

const NOISE = [0.03, 0.6];
/** Largest luck of one person: a person who signs one contract in ten periods. */
const MOST_OF_ONE = 3;
/** Luck from which on a KPI counts too few units to pay on alone. */
const FEW = 0.35;

/** The section `kpis`; `today` counts what the written file says of today. */
function kpiTrees(company, works, today) {
  return Object.fromEntries(kpisOf(company).map((kpi) => [kpi.id, withLuck(company, kpi, countedBy(company, kpi, works), today)]));
}

function countedBy(company, kpi, works) {
  const stages = new Set(stagesOf(company).map((stage) => stage.id));
  const money = amountsOf(company);
  const entering = Object.entries(kpi.num.enter ?? {}).filter(([id]) => stages.has(id)).map(([id, credit]) => [id, money[credit] ?? credit]);
  const worked = works.filter((work) => (kpi.num.work ?? []).includes(work.from)).map((work) => [work.act, 1]);
  const acts = Object.entries(kpi.num.acts ?? {}).filter(([act]) => works.some((work) => work.act === act));
  const done = [...worked, ...acts];
  return {
    label: kpi.label,
    ...(entering.length ? { entering: Object.fromEntries(entering) } : {}),
    ...(done.length ? { numerator: Object.fromEntries(done) } : {}),
    ...(kpi.den ? { entering_denominator: Object.fromEntries(kpi.den.map((id) => [id, 1])) } : {}),
    ...(kpi.cap !== null ? { curve: { cap: kpi.cap } } : {}),
  };
}

function withLuck(company, kpi, tree, today) {
  const value = countedToday(tree, today) / (kpi.den ? dividedToday(tree, today) : 1);
  const luck = short(within(luckOf(company, kpi, tree, today), NOISE));
  const own = luckOfOne(company, kpi.id, luck);
  return { ...tree, target: exactly(value / company.shares.attainment), noise: luck, ...(own === null ? {} : { individual_noise: own }) };
}

/** Arrivals of every stage and volumes, as the written file has them. */
function countsToday(stages, activities) {
  const acts = Object.values(activities);
  const fed = (id) => sum(acts.filter((act) => act.yields?.[id]).map((act) => act.yields[id] * act.baseline));
  return { arriving: Object.fromEntries(Object.entries(stages).map(([id, stage]) => [id, (stage.inflow ?? 0) + fed(id)])), activities };
}

const countedToday = ({ entering = {}, numerator = {} }, { arriving, activities }) =>
  sum(Object.entries(entering).map(([id, credit]) => credit * arriving[id])) +
  sum(Object.entries(numerator).map(([act, credit]) => credit * activities[act].baseline));

const dividedToday = ({ entering_denominator: divided }, { arriving }) => sum(Object.keys(divided).map((id) => arriving[id]));

/** Standard deviation of attainment that nobody causes. */
function luckOf({ library: { parameters }, months }, kpi, tree, today) {
  const fano = parameters.fano.mid;
  if (kpi.kind === "count") return Math.sqrt(fano / countedToday(tree, today));
  if (kpi.kind === "amount") return Math.sqrt((fano + parameters.value_cv.mid ** 2) / sum(Object.keys(tree.entering).map((id) => today.arriving[id])));
  const base = kpi.kind === "kept" ? today.arriving[kpi.of] : dividedToday(tree, today);
  const share = Math.min(1, countedToday(tree, today) / base);
  const counting = (1 - share) / (base * share);
  if (kpi.num.work?.length) return Math.sqrt(counting);
  const between = parameters.conversion_cv_month.mid * (kpi.kind === "kept" ? 0.5 : 1);
  return Math.sqrt(counting + (between * (1 - share)) ** 2 / months);
}

/** The luck of one person beyond the team's; null where nobody is paid on an own result. */
function luckOfOne(company, kpi, luck) {
  const { teams, measures } = company.form;
  const paid = teams.filter((team) => kpi in paidToday(company, team.id));
  const allowed = teams.filter((team) => measures[team.id].includes(kpi));
  const team = [...paid, ...allowed].find((one) => SKILLED.has(one.function));
  const number = team ? wholeHeads(company, team.id) : 1;
  return number === 1 ? null : short(Math.min(MOST_OF_ONE, luck * Math.sqrt(number - 1)));
}
