// Rule R12's locks: teams that no KPI allowed for them reaches by a twentieth keep the plan they have
// (optimizer/plans/started.py, optimizer/response/controllability.py at today's beliefs).

const [MOVABLE, REACH_OF_IMPLICIT, NEGLIGIBLE] = [0.5, 0.05, 1e-9];

/** The scenario with its locks, and the teams that they hold: {tree, locked: {team: controllability}}. */
function withLocks(tree) {
  const most = mostControlled(tree);
  const locked = Object.fromEntries(Object.entries(most).filter(([, share]) => share < FLOOR));
  if (!Object.keys(locked).length) return { tree, locked };
  const free = ({ team }) => !(team in locked);
  const { rules } = tree;
  const plans = Object.fromEntries(Object.keys(locked).map((team) => [team, tree.current_plan[team]]));
  const changed = {
    ...rules,
    weights: { ...rules.weights, groups: rules.weights.groups.filter(free) },
    gaming: { ...rules.gaming, pairs: rules.gaming.pairs.filter(free) },
    locks: { ...rules.locks, ...plans },
  };
  return { tree: { ...tree, rules: changed }, locked };
}

/** The largest controllability among the KPIs that a paid team's pay may hang on, by team. */
function mostControlled(tree) {
  const swings = swingsOf(networkOf(tree));
  const shareOf = (team, kpi) => {
    const caused = Object.values(swings).map((of) => of[kpi] ** 2 / 12);
    return swings[team][kpi] ** 2 / 12 / (sum(caused) + tree.kpis[kpi].noise ** 2 || 1);
  };
  const paid = Object.keys(tree.teams).filter((team) => tree.teams[team].target_pay > 0);
  return Object.fromEntries(paid.map((team) => [team, Math.max(...mayLead(tree.rules, team).map((kpi) => shareOf(team, kpi)))]));
}

/** KPIs of which the rules want one: those that need no partner beside them, of a seller what is signed. */
function mayLead({ gaming, weights, measures }, team) {
  const held = new Set(gaming.pairs.filter((pair) => pair.team === team).map((pair) => pair.volume));
  const wanted = weights.groups.filter((group) => group.team === team);
  const alone = measures[team].filter((kpi) => !held.has(kpi));
  const leading = alone.filter((kpi) => wanted.every((group) => group.kpis.includes(kpi)));
  return [leading, alone, measures[team]].find((kpis) => kpis.length > 0);
}

/** Activities of today, with what is left at stages and the other work of teams, and how a KPI's score moves. */
function networkOf({ teams, stages, activities, kpis }) {
  const { arriving } = countsToday(stages, activities);
  const stated = Object.entries(activities).map(([id, act]) => ({ id, from: null, yields: {}, hours: 0, reach: 0, ...act, x: act.baseline }));
  const seen = stated.map((act) => ({ ...act, x: act.from && act.x < NEGLIGIBLE * arriving[act.from] ? 0 : act.x }));
  const left = Object.entries(stages).filter(([, stage]) => stage.owner).map(([id, stage]) => {
    const taking = seen.filter((act) => act.from === id);
    const x = restOf(arriving[id] - sum(taking.map((act) => act.x)), arriving[id]);
    return { id: `leave:${id}`, team: stage.owner, from: id, yields: {}, hours: 0, x, reach: arriving[id] > 0 ? REACH_OF_IMPLICIT * arriving[id] : sum(taking.map((act) => act.reach)) };
  });
  const other = Object.entries(teams).map(([id, team]) => {
    const x = restOf(team.hours - sum(seen.filter((act) => act.team === id).map((act) => act.hours * act.x)), team.hours);
    return { id: `other:${id}`, team: id, from: null, yields: {}, hours: 1, x, reach: REACH_OF_IMPLICIT * team.hours };
  });
  const acts = [...seen, ...left, ...other];
  return { teams: Object.keys(teams), stages, kpis, arriving, acts, slopes: slopesOf(kpis, stages, acts) };
}

/** A rest that is negative or tiny only by rounding is none. */
const restOf = (rest, whole) => (rest < NEGLIGIBLE * whole ? 0 : rest);

/** Change of every score per unit of every activity, by KPI. */
function slopesOf(kpis, stages, acts) {
  const credit = (act, direct, entered) => (direct[act.id] ?? 0) + sum(Object.entries(act.yields).map(([stage, units]) => units * (entered[stage] ?? 0)));
  const counted = (direct, entered) => sum(acts.map((act) => credit(act, direct, entered) * act.x)) + sum(Object.entries(entered).map(([stage, one]) => one * (stages[stage].inflow ?? 0)));
  return Object.fromEntries(Object.entries(kpis).map(([id, { numerator = {}, entering = {}, entering_denominator: below = null, target }]) => {
    const under = below ? counted({}, below) : 1;
    const ratio = counted(numerator, entering) / under;
    return [id, acts.map((act) => (credit(act, numerator, entering) - (below ? ratio * credit(act, {}, below) : 0)) / (under * target))];
  }));
}

/** Range of each score over what each team can move: {team: {kpi: swing}}. */
function swingsOf(network) {
  const order = downstreamFirst(network);
  return Object.fromEntries(network.teams.map((team) => [team, Object.fromEntries(Object.keys(network.kpis).map((kpi) => [kpi, swingOf(network, order, team, kpi)]))]));
}

function swingOf(network, order, team, kpi) {
  const gained = creditsOf(network, order, team, network.slopes[kpi]);
  const mine = indicesWhere(network.acts, (act) => act.team === team);
  const gain = mine.map((at) => gained[at]);
  if (!gain.some((each) => each !== 0)) return 0;
  const moves = movesOf(network, team, mine.map((at) => network.acts[at]));
  const swing = largestGain({ ...moves, gain }) + largestGain({ ...moves, gain: gain.map((each) => -each) });
  return swing > NEGLIGIBLE ? swing : 0;
}

/** A team's moves: every balance kept, each activity by half of what it is, or of its reach. */
function movesOf({ stages }, team, acts) {
  const owned = Object.keys(stages).filter((id) => stages[id].owner === team);
  const rows = owned.map((id) => acts.map((act) => (act.from === id ? 1 : 0) - (act.yields[id] ?? 0)));
  return {
    rows: [...rows, acts.map((act) => act.hours)],
    price: acts.map(() => 0),
    purse: 0,
    lower: acts.map((act) => -MOVABLE * act.x),
    upper: acts.map((act) => MOVABLE * (act.x > 0 ? act.x : Math.max(act.x, act.reach))),
  };
}

/** What a unit of each activity brings a team's score, with what others then make of it. */
function creditsOf({ stages, acts, arriving }, order, team, slopes) {
  const expected = {};
  const later = (act) => sum(Object.entries(act.yields).map(([stage, units]) => units * (expected[stage] ?? 0)));
  for (const id of order) {
    if (stages[id].owner === team) continue;
    const taking = indicesWhere(acts, (act) => act.from === id);
    const whole = arriving[id] > 0 ? arriving[id] : sum(taking.map((at) => Math.max(acts[at].x, acts[at].reach)));
    const share = (act) => (arriving[id] > 0 ? act.x : Math.max(act.x, act.reach)) / whole;
    expected[id] = sum(taking.map((at) => share(acts[at]) * (slopes[at] + later(acts[at]))));
  }
  return acts.map((act, at) => slopes[at] + later(act));
}

/** Worked stages, each after all that it leads to. */
function downstreamFirst({ stages, acts }) {
  const done = [];
  const visit = (id) => {
    if (done.includes(id)) return;
    acts.filter((act) => act.from === id).forEach((act) => Object.keys(act.yields).forEach(visit));
    done.push(id);
  };
  Object.keys(stages).forEach(visit);
  return done.filter((id) => stages[id].owner);
}
