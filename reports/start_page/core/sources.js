// Where every number comes from, how far it may be off, and which of them somebody knows (sourcing.py).

const NOISE_RANGE = 0.66;
const BASIC = "assumption";
const IN_VALUE = {
  first_year: ["price", "margin"],
  first_year_discounted: ["price", "margin", "discount_depth"],
  first_year_partner: ["price", "margin", "partner_share"],
  half: ["price", "margin"],
  other_half: ["price", "margin", "horizon"],
  other_half_and_later: ["price", "margin", "retention", "horizon"],
  later_years: ["price", "margin", "retention", "horizon"],
  no_later_years: ["horizon"],
  one_year: ["price", "margin"],
  one_period: ["price", "margin"],
  expansion: ["expansion_price", "margin"],
};
const REASONS = ["objective", "weights.step", "weights.min", "weights.max_measures", "budget.expected",
  "budget.min_share_of_target", "controllability.floor", "gaming.tolerance"];

const note = (path, text, range = null, assumed = true, known = false) => ({ path, text, range, assumed, known });

/** The scenario with its sources, and with its locks where no plan can steer a team. */
function sourcedTree(made) {
  const bare = scenarioTree(made);
  const notes = notesOf(made, bare);
  const { tree, locked } = withLocks(bare);
  const left = { "rules.gaming.pairs": tree.rules.gaming.pairs.length, "rules.weights.groups": tree.rules.weights.groups.length };
  const sources = Object.fromEntries(
    notes.filter(({ path }) => !isGone(path, left)).map((one) => [one.path, { ...sourceOf(one), ...spokenOf(valueAt(bare, one.path)) }]),
  );
  for (const [team, share] of Object.entries(locked))
    sources[`rules.locks.${team}`] = sourceOf(note(`rules.locks.${team}`, saidText(made.given.library, "rule.locks.floor", { found: share.toFixed(3) }), null, false));
  const placeholders = notes.filter(({ assumed, known }) => assumed && known).map(({ path }) => path);
  return { tree: { ...tree, placeholders, sources }, locked };
}

function isGone(path, left) {
  const at = path.lastIndexOf(".");
  const section = path.slice(0, at);
  return section in left && Number(path.slice(at + 1)) >= left[section];
}

/** Nothing in a list, whose places move. */
const valueAt = (tree, path) => path.split(".").reduce((at, name) => (Array.isArray(at) ? undefined : at?.[name]), tree);

/** The numbers that a source's text speaks of, with the digits that the scenario's reader keeps. */
function spokenOf(value) {
  const spoken = (number) => Number(number.toPrecision(12));
  if (typeof value === "number") return { of: spoken(value) };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const numbers = Object.entries(value).filter(([, number]) => typeof number === "number");
  return numbers.length > 0 ? { of: Object.fromEntries(numbers.map(([name, number]) => [name, spoken(number)])) } : {};
}

const sourceOf = ({ text: [en, fr], range, assumed }) => ({
  text: { en, fr },
  ...(range ? { range: Number(range.toFixed(4)) } : {}),
  ...(assumed ? { kind: "assumed" } : {}),
});

/** All of a file, section by section. */
const notesOf = (made, tree) => [
  ...teamNotes(made.found.company, tree.teams),
  ...stageNotes(made.found, tree.stages),
  ...made.works.flatMap((work) => activityNotes(made.found, work, tree.activities[work.act])),
  ...kpiNotes(made.found.company, tree.kpis),
  ...planNotes(made.found.company, tree.current_plan),
  ...ruleNotes(made.found.company.library, tree.rules, tree.activities),
];

/** The larger half width over what is taken, at most 0.9. */
const spreadOf = ({ low, mid, high }) => (mid === 0 ? 0.9 : Math.min(0.9, Math.max((mid - low) / mid, (high - mid) / mid)));
const spreadOr = (estimate) => (estimate ? spreadOf(estimate) : 0.5);

/** What a question was answered, moved or skipped, in words. */
function movedText(found, id) {
  const text = answeredText(found.company, id);
  if (!uncertainOf(found.company).has(id)) return text;
  const step = `${found.step < 0 ? "-" : "+"}${Math.abs(100 * found.step).toFixed(2)}`;
  return joinedTexts(text, saidText(found.company.library, "moved", { step }));
}

const usualText = (library, source) => joinedTexts(saidText(library, "usual"), evidenceText(library, source));

function teamNotes(company, teams) {
  const { library } = company;
  const { hours_per_head_month: hours, discount_quarter: patience, responsiveness, skill_spread: skill } = library.parameters;
  const usual = (path, parameter, known = false) => note(path, usualText(library, parameter.source), spreadOf(parameter), true, known);
  return Object.keys(teams).flatMap((team) => {
    const at = `teams.${team}`;
    return [
      ...[["headcount", "heads"], ["base_pay", "fixed"], ["target_pay", "variable"]].map(([part, id]) => note(`${at}.${part}`, answeredText(company, id, team), null, false)),
      usual(`${at}.hours`, hours, true),
      note(`${at}.charges`, saidText(library, "charges"), null, true, true),
      usual(`${at}.discount`, patience),
      usual(`${at}.responsiveness`, responsiveness),
      ...("skill_spread" in teams[team] ? [usual(`${at}.skill_spread`, skill)] : []),
    ];
  });
}

function stageNotes(found, stages) {
  const { company } = found;
  return stagesOf(company).flatMap((form) => [
    ...("inflow" in stages[form.id] ? [note(`stages.${form.id}.inflow`, movedText(found, form.inflow), null, isSkipped(company, form.inflow), true)] : []),
    ...("value" in stages[form.id] ? [valueNote(company, form)] : []),
  ]);
}

/** The formula as it is in this company, with the answers in it. */
function valueNote(company, form) {
  const formula = saidOfValue(company, form.value);
  const asked = IN_VALUE[formula].filter((id) => company.form.questions.includes(id));
  const text = joinedTexts(saidText(company.library, `value.${formula}`), ...asked.map((id) => answeredText(company, id)));
  return note(`stages.${form.id}.value`, text, null, asked.some((id) => isSkipped(company, id)), true);
}

// --- activities ------------------------------------------------------------------------------------------

function activityNotes(found, work, tree) {
  const { company } = found;
  const { family } = work;
  const at = `activities.${work.act}`;
  const usual = (part) => usualText(company.library, family.sources[part] ?? BASIC);
  const limits = [["reach", "reach_share"], ["entry", "entry"]].filter(([part]) => part in tree);
  return [
    volumeNote(found, work, `${at}.baseline`),
    ...(Object.keys(writtenYields(work)).length ? [yieldsNote(found, work, `${at}.yields`)] : []),
    ...(family.hours && !work.hourUnit ? [note(`${at}.hours`, usual("hours"), spreadOf(family.hours), true, true)] : []),
    ...("cash" in tree ? [cashNote(company, work, `${at}.cash`, usual)] : []),
    ...("lag" in tree ? [lagNote(company, work, `${at}.lag`, usual)] : []),
    ...limits.map(([part, name]) => note(`${at}.${part}`, usual(name), spreadOr(family[name]))),
  ];
}

const evidenceOf = ({ library }, { family }, part) => evidenceText(library, family.sources[part] ?? BASIC);

function volumeNote(found, work, path) {
  const { company } = found;
  const { library, form } = company;
  const each = work.family.units_per_unit;
  if (work.kind === "campaign") {
    const text = movedText(found, work.family.id === EVENT ? form.campaign.event_answer : form.campaign.answer);
    return note(path, joinedTexts(text, saidText(library, "campaigns"), evidenceOf(company, work, "units_per_unit")), spreadOr(each), true, true);
  }
  if (work.kind === "hourly") {
    const { answer } = form.hourly.find(({ act }) => act === work.act);
    return note(path, joinedTexts(movedText(found, answer), evidenceOf(company, work, "units_per_unit")), spreadOr(each), true, true);
  }
  if (PUSHED.has(work.way.share)) {
    const id = work.way.share === "discount_share_ways" ? "discount_share" : "push_share";
    return note(path, joinedTexts(movedText(found, id), saidText(library, "share_of_successes")), null, isSkipped(company, id), true);
  }
  if (writtenVolume(work) === 0) return note(path, saidText(library, "unseen"), null, true, true);
  return note(path, joinedTexts(saidText(library, "share_today"), evidenceOf(company, work, "share_today")), spreadOr(work.family.share_today), true, true);
}

/** Market work brings what was counted; of a stage, the rate was given and the ratio of the ways is usual. */
function yieldsNote(found, work, path) {
  const { company } = found;
  const { library, form } = company;
  if (work.from === null) {
    const text = joinedTexts(saidText(library, "brings"), evidenceOf(company, work, "units_per_unit"));
    const fit = work.kind === "campaign" && work.family.id !== EVENT;
    return note(path, fit ? joinedTexts(text, movedText(found, "fit_share")) : text, spreadOr(work.family.units_per_unit));
  }
  const stage = form.stages.find(({ id }) => id === work.from);
  if (stage.passes) return note(path, saidText(library, "passes"));
  const spread = work.family.yield_vs_good ? spreadOf(work.family.yield_vs_good) : 0;
  const more = spread ? joinedTexts(saidText(library, "ratio"), evidenceOf(company, work, "yield_vs_good")) : saidText(library, "good_way");
  return note(path, joinedTexts(movedText(found, stage.rate ?? GROUP_RATES[stage.group]), more), spread || null, spread > 0);
}

function cashNote(company, work, path, usual) {
  if (work.kind === "campaign") return note(path, answeredText(company, "spend"), null, isSkipped(company, "spend"), true);
  if (work.way?.cash_of_price) return note(path, joinedTexts(saidText(company.library, "cash_of_price"), answeredText(company, "price")), 0.5, true, true);
  return note(path, usual("cash"), spreadOr(work.family.cash), true, true);
}

function lagNote(company, work, path, usual) {
  const stage = company.form.stages.find(({ id }) => id === work.from);
  const own = work.way?.lag_days ?? null;
  if (!stage?.cycle || own !== null) return note(path, usual("lag_days"), spreadOr(work.family.lag_days));
  return note(path, joinedTexts(answeredText(company, "cycle_days"), saidText(company.library, "cycle")), 0.3);
}

// --- the rest --------------------------------------------------------------------------------------------

function kpiNotes(company, kpis) {
  const { library } = company;
  const text = joinedTexts(saidText(library, "target"), answeredText(company, "attainment"));
  return Object.entries(kpis).flatMap(([kpi, tree]) => [
    note(`kpis.${kpi}.target`, text, null, isSkipped(company, "attainment"), true),
    note(`kpis.${kpi}.noise`, saidText(library, "noise"), NOISE_RANGE),
    ...("individual_noise" in tree ? [note(`kpis.${kpi}.individual_noise`, saidText(library, "individual_noise"), NOISE_RANGE)] : []),
  ]);
}

function planNotes({ library, answers }, plan) {
  return Object.entries(plan).flatMap(([team, weights]) => {
    const usual = !Object.keys(answers.teams[team].weights ?? {}).length;
    const text = joinedTexts(saidText(library, usual ? "usual_plan" : "plan"), ...saidBy(answers, `teams.${team}.weights`));
    return Object.keys(weights).map((kpi) => note(`current_plan.${team}.${kpi}`, text, null, usual, true));
  });
}

/** The reason of each rule. */
function ruleNotes(library, { weights, gaming, measures, locks = {} }, activities) {
  const reason = (path, key = path) => note(`rules.${path}`, saidText(library, `rule.${key}`));
  return [
    ...REASONS.map((path) => reason(path)),
    ...weights.groups.map((_, at) => reason(`weights.groups.${at}`, "weights.groups")),
    ...gaming.pairs.map((_, at) => reason(`gaming.pairs.${at}`, "gaming.pairs")),
    ...Object.keys(gaming.caps).map((act) => reason(`gaming.caps.${act}`, activities[act].baseline > 0 ? "gaming.caps.freed" : "gaming.caps")),
    ...Object.keys(measures).map((team) => reason(`measures.${team}`, "measures")),
    ...Object.keys(locks).map((team) => reason(`locks.${team}`, "locks.unpaid")),
  ];
}
