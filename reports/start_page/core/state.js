// What a person has typed so far, and the answers it makes.

/** Texts by key: `price`, `sdr.heads`, `sdr.weights.meetings`. What another kind of company asks stays. */
function emptyState(language, archetype) {
  return { language, archetype, company: "", period: null, texts: {}, sources: {}, unsaved: false };
}

/** Every entry of an archetype, weights as one of them: {key, team, question} or {key, team, kpis}. */
function entriesOf(library, state) {
  const form = library.archetypes[state.archetype];
  const questions = questionsOf(library, state.archetype).map((question) => ({ key: question.key, team: question.team, question }));
  const weights = form.teams.map(({ id }) => ({ key: `${id}.${WEIGHTS}`, team: id, kpis: paidKpis(form, id, state.texts) }));
  return [...questions, ...weights];
}

/** KPIs that a team may be paid on, is usually paid on, or is paid on by a file that was opened. */
function paidKpis(form, team, texts) {
  const offered = new Set([...(form.measures[team] ?? []), ...Object.keys(form.usual[team])]);
  return form.kpis.filter(({ id }) => offered.has(id) || (texts[weightKey(team, id)] ?? "").trim() !== "");
}

const weightKey = (team, kpi) => `${team}.${WEIGHTS}.${kpi}`;

/** Value of a text: null where nothing is typed, NaN where it is no number. */
const valueOf = (state, key, numbers) => readNumber(state.texts[key] ?? "", numbers.decimal);

/** Weights of a team that were typed, in percent, by KPI. */
function weightsOf(state, { team, kpis }, numbers) {
  const typed = kpis.map(({ id }) => [id, valueOf(state, weightKey(team, id), numbers)]);
  return Object.fromEntries(typed.filter(([, weight]) => weight !== null));
}

/** What is wrong with weights: {code, total} or null. */
function doubtOfWeights(weights) {
  const values = Object.values(weights);
  if (!values.length) return null;
  if (values.some((weight) => !Number.isFinite(weight))) return { code: "text" };
  if (values.some((weight) => weight < 0)) return { code: "negative" };
  const total = sum(values);
  return Math.abs(total - 100) <= 1e-6 ? null : { code: total < 100 ? "weights_under" : "weights_over", total };
}

/** By key: {value or weights, given, doubt, stops}; `stops` where no company can be made of it. */
function readState(library, state, numbers) {
  const read = entriesOf(library, state).map((entry) => [entry.key, readEntry(state, entry, numbers)]);
  return Object.fromEntries(read);
}

function readEntry(state, entry, numbers) {
  if (entry.kpis) {
    const weights = weightsOf(state, entry, numbers);
    const doubt = doubtOfWeights(weights);
    return { ...entry, weights, given: Object.keys(weights).length > 0 && !doubt, needed: false, doubt, stops: doubt !== null };
  }
  const value = valueOf(state, entry.key, numbers);
  const code = value === null ? null : Number.isNaN(value) && mayBeThousand((state.texts[entry.key] ?? "").trim()) ? "two_ways" : doubtOf(entry.question, value);
  const stops = code !== null && code !== "unusual";
  return { ...entry, value, given: value !== null && !stops, needed: entry.question.default === null, doubt: code && { code }, stops };
}

/** {answered, assumed, missing, all}: assumed is what takes a default, missing what has none. */
function progressOf(read) {
  const entries = Object.values(read);
  const answered = entries.filter((entry) => entry.given).length;
  const missing = entries.filter((entry) => !entry.given && entry.needed).length;
  return { answered, missing, assumed: entries.length - answered - missing, all: entries.length };
}

/** The answers as a file holds them; what was skipped or is no number is left out. */
function answersOf(library, state, read) {
  const form = library.archetypes[state.archetype];
  const number = (key) => (Number.isFinite(read[key].value) && read[key].value !== null ? read[key].value : undefined);
  const ofTeam = ({ id }) => withoutNothing({
    ...Object.fromEntries(["heads", "fixed", "variable"].map((name) => [name, number(`${id}.${name}`)])),
    weights: read[`${id}.${WEIGHTS}`].given ? read[`${id}.${WEIGHTS}`].weights : undefined,
  });
  return {
    archetype: state.archetype,
    company: state.company.trim() || form.label[state.language],
    lang: state.language,
    period: state.period ?? form.period,
    teams: Object.fromEntries(form.teams.map((team) => [team.id, ofTeam(team)])),
    answers: withoutNothing(Object.fromEntries(form.questions.map((id) => [id, number(id)]))),
    ...(Object.keys(state.sources).length ? { sources: state.sources } : {}),
  };
}

/** What a person types has no source but that person: the file's no longer holds. */
function withText(state, key, text) {
  const [team, ...rest] = key.split(".");
  const place = rest.length ? `teams.${team}.${rest[0]}` : `answers.${key}`;
  const sources = Object.fromEntries(Object.entries(state.sources).filter(([other]) => other !== place));
  return { ...state, texts: { ...state.texts, [key]: text }, sources, unsaved: true };
}

const withoutNothing = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** A complete set: what was answered soundly, and an example's figures for what is still missing. */
function filledWith(example, answers, read) {
  const sound = (given, key, other) => (read[key]?.given ? given : other);
  const teams = Object.entries(example.teams).map(([id, team]) => [
    id,
    Object.fromEntries(["heads", "fixed", "variable"].map((name) => [name, sound(answers.teams[id][name], `${id}.${name}`, team[name])]).concat(
      answers.teams[id].weights ? [[WEIGHTS, answers.teams[id].weights]] : []
    )),
  ]);
  const company = Object.entries(read).filter(([, entry]) => entry.question && entry.team === null);
  const given = company.map(([key, entry]) => [key, sound(answers.answers[key], key, entry.needed ? example.answers[key] : undefined)]);
  return { ...answers, teams: Object.fromEntries(teams), answers: withoutNothing(Object.fromEntries(given)) };
}

/** The state that a file of answers says; throws a RangeError with what is unknown. */
function stateOf(library, content, language, numbers) {
  if (content === null || typeof content !== "object" || !Object.hasOwn(library.archetypes, String(content.archetype))) throw new RangeError(String(content?.archetype ?? ""));
  const texts = {};
  const put = (key, value) => {
    if (value !== null && value !== undefined) texts[key] = typeof value === "number" ? writeNumber(value, numbers) : String(value);
  };
  for (const [team, given] of Object.entries(objectOf(content.teams)))
    for (const [name, value] of Object.entries(objectOf(given)))
      if (name === WEIGHTS) Object.entries(objectOf(value)).forEach(([kpi, weight]) => put(weightKey(team, kpi), weight));
      else put(`${team}.${name}`, value);
  for (const [id, value] of Object.entries(objectOf(content.answers))) put(id, value);
  return { language, archetype: content.archetype, company: String(content.company ?? ""), period: Object.hasOwn(MONTHS, String(content.period)) ? content.period : null, texts, sources: objectOf(content.sources), unsaved: false };
}

const objectOf = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
