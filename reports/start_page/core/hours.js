// Rule R6: hours that fit the teams (optimizer/scenario/start/hours.py).

const FACTOR = [0.5, 2];
const FREE = new Set(["delivery"]);
const [HALF, SCALED] = [0.5, 0.35];
const SIZE = [0.1, 10];
const [FULL, IDLE] = [0.95, 0.45];

/** H of a team [hours/period]. */
const teamHours = ({ library, answers, months }, team) => answers.teams[team].heads * library.parameters.hours_per_head_month.mid * months;

/** The work with hours that fit the teams, and what was done to them: [works, told]. */
function withHours(company, works) {
  const fitted = company.form.teams.map((team) => fittedTeam(company, team, works.filter((work) => work.team === team.id)));
  const byAct = Object.fromEntries(fitted.flatMap(([own]) => own.map((work) => [work.act, work])));
  return [works.map((work) => byAct[work.act]), fitted.map(([, told]) => told)];
}

const bookedBy = (works) => sum(works.map((work) => work.hours * work.volume));
const within = (value, [low, high]) => Math.min(high, Math.max(low, value));

function fittedTeam(company, team, given) {
  const hours = teamHours(company, team.id);
  const all = company.library.parameters.booked_share.mid * hours;
  const [works, hourly] = scaledHourly(given, hours, all);
  const byHour = bookedBy(works.filter((work) => work.hourUnit));
  const rest = all - byHour;
  const usual = bookedBy(works.filter((work) => !work.hourUnit));
  const wanted = usual > 0 ? rest / usual : 1;
  const factor = within(wanted, FREE.has(team.function) ? [1e-6, Infinity] : FACTOR);
  const size = factor === wanted ? 1 : sizeOf(works, rest, factor);
  const scaled = works.map((work) => scaledWork(work, factor, size));
  return [scaled, { team: team.id, hours, wanted, usual: (byHour + usual) / hours, factor, size, byHour: byHour / hours, hourly, booked: bookedBy(scaled) / hours }];
}

/** Prospecting that would take more than half of the booked hours is set to 0.35 H. */
function scaledHourly(works, hours, wanted) {
  const usual = bookedBy(works.filter((work) => work.hourUnit));
  if (usual <= HALF * wanted) return [works, null];
  const scale = (SCALED * hours) / usual;
  return [works.map((work) => (work.hourUnit ? resized(work, scale) : work)), SCALED * hours];
}

/** Another number of units that bring the same in all, and cost the same. */
function resized(work, scale) {
  const yields = Object.fromEntries(Object.entries(work.yields).map(([stage, units]) => [stage, units / scale]));
  return { ...work, volume: work.volume * scale, yields, cash: work.cash / scale };
}

/** k: the number of campaigns over the usual one that books what is wanted at the factor's bound. */
function sizeOf(works, wanted, factor) {
  const campaigns = bookedBy(works.filter((work) => work.kind === "campaign")) * factor;
  const others = bookedBy(works.filter((work) => work.kind !== "campaign" && !work.hourUnit)) * factor;
  return campaigns <= 0 ? 1 : within((wanted - others) / campaigns, SIZE);
}

function scaledWork(work, factor, size) {
  if (work.hourUnit) return work;
  const sized = work.kind === "campaign" && size !== 1 ? resized(work, size) : work;
  return { ...sized, hours: sized.hours * factor };
}
