// What is asked of a kind of company, and how a typed answer is read (optimizer/scenario/start/questions.py).

const WEIGHTS = "weights";
const OVER_HUNDRED = new Set(["attainment"]);
const WHOLE = new Set(["horizon"]);
/** Answers of which none at all is a company too, though so few are unusual. */
const MAY_BE_NIL = new Set(["variable", "leads_campaign", "leads_hot", "partner_opps", "walkins", "visits"]);
/** Times what is plausible beyond which an answer is refused; for pay a head, and for what was paid of it. */
const [FAR, FAR_FOR_PAY] = [100, 5];
const LARGEST = 1e12;

/** The library with families by name. */
function libraryOf(library) {
  const families = Object.fromEntries(library.families.map((family) => [family.id, family]));
  return { ...library, families, marginal: library.france.marginal.rows };
}

/** The number questions of an archetype in the order asked: {key, id, team, label, unit, low, high, who, default}. */
function questionsOf(library, archetype) {
  const form = library.archetypes[archetype];
  const ofTeams = form.teams.flatMap((team) =>
    library.per_team_questions.filter((id) => id !== WEIGHTS).map((id) => ofTeam(library.questions[id], id, team))
  );
  return [...ofTeams, ...form.questions.map((id) => ofCompany(library, form, id))];
}

function ofTeam(question, id, team) {
  const label = Object.fromEntries(
    Object.entries(question.label).map(([language, text]) => [language, text.replace("{team}", team.label[language])])
  );
  return { ...question, key: `${team.id}.${id}`, id, team: team.id, label, default: null };
}

function ofCompany(library, form, id) {
  const question = { ...library.questions[id], ...form.asked?.[id] };
  return { ...question, key: id, id, team: null, default: defaultOf(library, form, id) };
}

/** What is taken in a kind of company where a question is skipped; null where it must be answered. */
const defaultOf = (library, form, id) => form.asked?.[id]?.default ?? library.defaults[id] ?? null;

/** What is wrong with a number: a code of `start_page.field.*`, or null. What is only unusual is `unusual`. */
function doubtOf(question, value) {
  if (!Number.isFinite(value)) return "text";
  const impossible = impossibleOf(question, value);
  if (impossible) return impossible;
  const nil = MAY_BE_NIL.has(question.id) && value === 0;
  const faint = question.unit.startsWith("%") && value > 0 && value < 1;
  return !faint && ((question.low <= value && value <= question.high) || nil) ? null : "unusual";
}

/** As `why_impossible` of optimizer/scenario/start/answer_checks.py. */
function impossibleOf(question, value) {
  const percent = question.unit.startsWith("%");
  if (value < 0) return "negative";
  if (value > LARGEST) return "large";
  if (value === 0 && question.low > 0 && !MAY_BE_NIL.has(question.id)) return "zero";
  if (percent && readsAsShare(question, value)) return "share";
  if (percent && value > 100 && !OVER_HUNDRED.has(question.id)) return "over";
  if (WHOLE.has(question.id) && !Number.isInteger(value)) return "part";
  if (WHOLE.has(question.id) && (value < question.low || value > question.high)) return "outside";
  if (question.id === "heads" && value < 1) return "heads";
  return isFar(question, value) ? "far" : null;
}

function isFar({ id, unit, low, high }, value) {
  const paid = id === "attainment";
  const times = paid || unit === "EUR/year" ? FAR_FOR_PAY : FAR;
  return value > times * high || (paid && value < low / times);
}

/** A percentage far below its range that would lie within it times a hundred. Where less than one percent is
 *  plausible, only what is written like a share: 0.3 or 0.25. */
function readsAsShare({ low, high }, value) {
  const likeOne = low > 0 || Math.abs(100 * value - Math.round(100 * value)) < 1e-6;
  return value > 0 && value <= 1.5 && value < Math.max(low, 1) && likeOne && low <= 100 * value && 100 * value <= high;
}

/** A typed number: null where nothing is typed, NaN where it is none. "1 250,5", "1,250.5", "45 %" and "80 k" are. */
function readNumber(text, decimal) {
  const bare = text.replace(/[\s\u00a0\u202f'’€%]/g, "").replace(/\u2212/g, "-");
  if (bare === "") return text.trim() === "" ? null : NaN;
  const thousand = /k$/i.test(bare) ? 1000 : 1;
  const plain = withPoint(bare.replace(/k$/i, ""), decimal);
  return /^-?\d*\.?\d+(e-?\d+)?$|^-?\d+\.$/i.test(plain) ? thousand * Number(plain) : NaN;
}

/** With one point before the decimals and no other mark: the last of two kinds of marks begins the decimals.
 *  What may be a thousand or a little more than one is neither: English alone has a rule for it. */
function withPoint(text, decimal) {
  const [comma, point] = [text.lastIndexOf(","), text.lastIndexOf(".")];
  if (comma >= 0 && point >= 0) return comma > point ? text.replace(/\./g, "").replace(",", ".") : text.replace(/,/g, "");
  const mark = comma >= 0 ? "," : ".";
  if (text.split(mark).length > 2) return text.replace(/[.,]/g, (_, at) => (/^\d{3}(\D|$)/.test(text.slice(at + 1)) ? "" : "?"));
  if (!mayBeThousand(text)) return text.replace(",", ".");
  if (decimal === ",") return "?";
  return mark === "," ? text.replace(",", "") : text;
}

const mayBeThousand = (text) => /^-?[1-9]\d{0,2}[.,]\d{3}$/.test(text);

/** A number with all its digits, as a language writes it. */
function writeNumber(value, { group, decimal }) {
  const [whole, part] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return part ? grouped + decimal + part : grouped;
}
