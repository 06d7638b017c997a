// Rule R12: rules that guard (optimizer/scenario/start/default_rules.py).

const [STEP, LEAST, MOST_MEASURES] = [0.1, 0.2, 3];
const [ROOM_ABOVE_TARGET, ABOVE_TODAY] = [1.05, 1.05];
const [LEAST_PAY, BELOW_TODAY] = [0.9, 0.97];
const FLOOR = 0.05;
const TOLERANCE = 0.1;
const UNSEEN = 0.2;
const FREED = 2;
const SIGNED = 0.5;

/** The section `rules`. */
function rulesTree(company, works, teams) {
  const pairs = pairsOf(company, works).map(([team, volume, quality, ratio]) => ({ team, volume, quality, ratio }));
  const groups = signedGroups(company);
  const caps = gamingCaps(works, paidAnew(company, pairs, groups));
  const unpaid = unpaidTeams(company);
  return {
    objective: "net",
    weights: { step: STEP, min: LEAST, max_measures: MOST_MEASURES, groups },
    measures: Object.fromEntries(company.form.teams.map(({ id }) => [id, measuresOf(company, id)])),
    budget: budgetOf(company, teams),
    controllability: { floor: FLOOR },
    gaming: { tolerance: TOLERANCE, caps, pairs },
    ...(unpaid.length ? { locks: Object.fromEntries(unpaid.map((team) => [team, currentWeights(company, team)])) } : {}),
  };
}

/** How far gaming may go where nobody does it today, or where it answers to a plan that cannot stay. */
function gamingCaps(works, anew) {
  const capped = works.filter((work) => work.family.gaming && (writtenVolume(work) === 0 || anew.has(work.team)));
  return Object.fromEntries(capped.map((work) => [work.act, short(Math.max(UNSEEN * reachOf(work), FREED * writtenVolume(work)))]));
}

/** Teams whose plan of today breaks a pair or a group of weights. */
function paidAnew(company, pairs, groups) {
  const today = Object.fromEntries(company.form.teams.map(({ id }) => [id, currentWeights(company, id)]));
  const weight = (team, kpi) => today[team][kpi] ?? 0;
  const outweighed = pairs.filter(({ team, volume, quality, ratio }) => weight(team, volume) > ratio * weight(team, quality));
  const unsigned = groups.filter(({ team, kpis, min }) => sum(kpis.map((kpi) => weight(team, kpi))) < min);
  return new Set([...outweighed, ...unsigned].map(({ team }) => team));
}

/** Today's weights as shares. */
const currentWeights = (company, team) =>
  Object.fromEntries(Object.entries(paidToday(company, team)).filter(([, weight]) => weight > 0).map(([kpi, weight]) => [kpi, exactly(weight / 100)]));

/** KPIs that the team may be paid on: the archetype's that exist here, and those that pay it today. */
function measuresOf(company, team) {
  const known = new Set(kpisOf(company).map((kpi) => kpi.id));
  const allowed = new Set([...company.form.measures[team], ...Object.keys(currentWeights(company, team))]);
  return [...allowed].filter((kpi) => known.has(kpi));
}

const unpaidTeams = ({ form, answers }) => form.teams.map(({ id }) => id).filter((team) => answers.teams[team].variable === 0);

function budgetOf(company, teams) {
  const { attainment } = company.shares;
  const loaded = sum(Object.values(teams).map((team) => team.target_pay * (1 + team.charges)));
  const least = Math.min(LEAST_PAY, BELOW_TODAY * attainment);
  return { expected: exactly(Math.max(ROOM_ABOVE_TARGET, ABOVE_TODAY * attainment) * loaded), min_share_of_target: short(least) };
}

const kpiForm = ({ form }, kpi) => form.kpis.find(({ id }) => id === kpi);

/** The archetype's pairs of measures that are there, and one for every rate that could be starved. */
function pairsOf(company, works) {
  const unpaid = unpaidTeams(company);
  const allowed = Object.fromEntries(company.form.teams.map(({ id }) => [id, unpaid.includes(id) ? [] : measuresOf(company, id)]));
  const stated = company.form.pairs.filter(([team, weaker, stronger]) => allowed[team].includes(weaker) && allowed[team].includes(stronger));
  const known = new Set(stated.map(([team, weaker]) => `${team} ${weaker}`));
  const more = starvable(company, works)
    .filter(([team, kpi]) => !unpaid.includes(team) && !known.has(`${team} ${kpi}`))
    .map(([team, kpi]) => [team, kpi, partnerOf(company, team), 1])
    .filter(([, , partner]) => partner !== null);
  return [...stated, ...more];
}

/** Team and rate whose denominator the team's own work feeds. */
function starvable(company, works) {
  return company.form.teams.flatMap(({ id }) => {
    const feeds = new Set(works.filter((work) => work.team === id).flatMap((work) => Object.keys(work.yields)));
    return measuresOf(company, id).filter((kpi) => (kpiForm(company, kpi).den ?? []).some((stage) => feeds.has(stage))).map((kpi) => [id, kpi]);
  });
}

/** The count or amount that holds a rate in check: what is signed where the team signs. */
function partnerOf(company, team) {
  const counts = measuresOf(company, team).filter((kpi) => kpiForm(company, kpi).den === null);
  return [...signedBy(company, team).filter((kpi) => counts.includes(kpi)), ...counts][0] ?? null;
}

const leadsTo = (stage, stages) => stage.ways.some((way) => Object.keys(way.to).some((to) => stages.has(to)));

/** Teams whose work signs contracts. */
function sellersOf(company) {
  const signed = new Set(company.form.count_stages);
  const closing = new Set(stagesOf(company).filter((stage) => leadsTo(stage, signed)).map((stage) => stage.owner));
  return company.form.teams.map(({ id }) => id).filter((team) => closing.has(team));
}

/** The team's measures of what is signed: amounts, else numbers of what was signed or came of it. */
function signedBy(company, team) {
  const mine = measuresOf(company, team).map((kpi) => kpiForm(company, kpi));
  const amounts = mine.filter((kpi) => kpi.kind === "amount");
  const counts = mine.filter((kpi) => kpi.kind === "count" && isOfSigned(company, kpi));
  return (amounts.length ? amounts : counts).map((kpi) => kpi.id);
}

/** It counts signatures, or what becomes of them. */
function isOfSigned(company, { num }) {
  const signed = company.form.count_stages;
  const later = stagesOf(company).filter(({ id }) => signed.includes(id)).flatMap((stage) => stage.ways.flatMap((way) => Object.keys(way.to)));
  const counted = Object.keys(num.enter ?? {});
  return counted.length > 0 && counted.every((id) => signed.includes(id) || later.includes(id));
}

function signedGroups(company) {
  const unpaid = unpaidTeams(company);
  return sellersOf(company).map((team) => [team, signedBy(company, team)]).filter(([team, kpis]) => kpis.length && !unpaid.includes(team)).map(([team, kpis]) => {
    const today = sum(kpis.map((kpi) => currentWeights(company, team)[kpi] ?? 0));
    const steps = Math.floor(Math.min(SIGNED, today) / STEP + 1e-9);
    return { team, kpis, min: exactly(Math.max(LEAST, STEP * steps)) };
  });
}
