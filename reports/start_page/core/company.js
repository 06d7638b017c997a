// The answers as numbers to compute with, and how numbers are written (optimizer/scenario/start/company.py, numbers.py).

const MONTHS = { month: 1, quarter: 3, half_year: 6, year: 12 };
const DAYS_A_MONTH = 365.25 / 12;
/** The answer that says the common rate of a group of stages. */
const GROUP_RATES = { lead: "r_lead", meeting: "r_meeting", retention: "retention" };

/** Relative: what only the last bits of a computation put below a round number is that number. */
const ROUNDING = 1e-13;

const sum = (values) => values.reduce((all, value) => all + value, 0);

/** To significant digits; of two that are equally near the even one, as Python has it. */
function toDigits(value, digits) {
  const near = value.toExponential(digits - 1);
  const [mantissa] = near.split("e");
  const isTie = /^50*$/.test(value.toExponential(digits + 40).split("e")[0].replace(/\D/g, "").slice(digits));
  const wrong = isTie && Number(mantissa.at(-1)) % 2 === 1;
  return Number(wrong ? (2 * value - Number(near)).toExponential(digits - 1) : near);
}

/** Twelve significant digits; six; six rounded down. */
const exactly = (value) => toDigits(value, 12);
const short = (value) => toDigits(value, 6);

function below(value, digits = 6) {
  if (value <= 0) return 0;
  const power = digits - 1 - Math.floor(Math.log10(value));
  const scale = 10 ** power;
  return toDigits(Math.floor(value * scale * (1 + ROUNDING)) / scale, digits);
}

/** Percentages as shares, counts as they are, defaults where a question was skipped. */
function companyOf(library, answers) {
  const form = library.archetypes[answers.archetype];
  const company = { library, answers, form, months: MONTHS[answers.period], days: MONTHS[answers.period] * DAYS_A_MONTH, counts: {}, shares: {} };
  for (const id of form.questions) {
    const { unit } = library.questions[id];
    if (unit === "per period") company.counts[id] = answerOf(company, id);
    else if (unit.startsWith("%")) company.shares[id] = answerOf(company, id) / 100;
  }
  return company;
}

/** The answer, or the default where it was skipped. */
const answerOf = ({ library, answers, form }, id) => answers.answers[id] ?? defaultOf(library, form, id) ?? undefined;

/** Percent by KPI that a team is paid on today, or usually where it was not said. */
const paidToday = ({ answers, form }, team) =>
  Object.keys(answers.teams[team].weights ?? {}).length ? answers.teams[team].weights : form.usual[team];

/** Work whose result was asked and is not nil. */
const hourlyOf = (company) => company.form.hourly.filter((work) => company.counts[work.answer] > 0);

/** Stages that something can arrive at, in the order of the funnel. */
function stagesOf(company) {
  if (!STAGES.has(company)) STAGES.set(company, reachedStages(company));
  return STAGES.get(company);
}

/** They are asked for in every step of a walk. */
const STAGES = new WeakMap();

function reachedStages(company) {
  const { campaign, stages } = company.form;
  const reached = new Set(hourlyOf(company).map((work) => work.to));
  if (campaign && company.counts[campaign.answer] > 0) [campaign.fit, campaign.broad].forEach((stage) => reached.add(stage));
  if (campaign && company.counts[campaign.event_answer] > 0) Object.keys(campaign.event_to).forEach((stage) => reached.add(stage));
  return stages.filter((stage) => {
    if (!reached.has(stage.id) && !(stage.inflow && company.counts[stage.inflow] > 0)) return false;
    stage.ways.forEach((way) => Object.keys(way.to).forEach((to) => reached.add(to)));
    return true;
  });
}

/** KPIs that count something of this company. */
function kpisOf(company) {
  const stages = stagesOf(company);
  const ids = new Set(stages.map((stage) => stage.id));
  const acts = new Set([...stages.flatMap((stage) => stage.ways.map((way) => way.act)), ...hourlyOf(company).map((work) => work.act)]);
  const counted = ({ num }) =>
    [...Object.keys(num.enter ?? {}), ...(num.work ?? [])].some((id) => ids.has(id)) || Object.keys(num.acts ?? {}).some((act) => acts.has(act));
  return company.form.kpis.filter((kpi) => counted(kpi) && (kpi.den ?? []).every((id) => ids.has(id)));
}

/** What leaves a stage per unit arriving, of the stage itself or of its group. */
const rateOf = (company, stage) => company.shares[stage.rate ?? GROUP_RATES[stage.group]];

/** u: share of arrivals that nobody works. */
const leaveOf = (company, stage) => (typeof stage.leave === "string" ? company.shares[stage.leave] : stage.leave);
