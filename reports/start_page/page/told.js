// What follows from the answers: a company where nothing is missing, and in sentences what did not add up.

/** Decimals of the numbers in sentences: of shares, and the most of others (optimizer/cli/show/started.py). */
const SHARES_SAID = { step: 1, rate: 0, power: 2, leave: 1, given: 1, usual: 0, by_hour: 0, booked: 0, noise: 0, controllability: 1, lapsing: 1, kept: 1 };
const DECIMALS_SAID = { found: 1, factor: 2, size: 2, heads: 2, times: 1 };

/** {walk, funnel, told, toldOf, scenario, reason}; numbers of an example stand in for what is still missing. */
function madeOf(page, read, answers, example) {
  const entries = Object.values(read);
  const known = (key) => read[key]?.given ?? false;
  const ready = entries.every((entry) => (entry.given || !entry.needed) && !entry.stops);
  const made = workedOut(page.library, filledWith(example, answers, read));
  const refused = ready ? refusalsOf(made) : [];
  const whole = ready && !refused.length ? sourcedTree(made) : null;
  const remarks = whole ? [...remarksOf(made, whole.tree), ...lockRemarks(whole)] : ready ? refused : earlyRemarks(made, known);
  const told = remarks.map((one) => ({ ...one, text: sentenceOf(page, one) }));
  const { company, walk } = known(page.form.count) && isReconciled(made.found) ? made.found : { company: made.given, walk: walkOf(made.given) };
  return {
    walk,
    funnel: funnelOf(company, walk, known),
    told,
    toldOf: (key) => told.filter((one) => one.about === key && one.code !== "horizon"),
    scenario: whole?.tree ?? null,
    reason: page.words.say(refused.length ? "save.refused" : "save.missing"),
  };
}

const isReconciled = (found) => unreconciled(found).length === 0;

/** While answers are missing: what counts and rates give, once all that they hang on was answered. */
function earlyRemarks({ given, found, walk }, known) {
  const { form, counts } = given;
  const rates = stagesOf(given).filter((stage) => stage.owner && !stage.passes).map((stage) => stage.rate ?? GROUP_RATES[stage.group]);
  const asked = new Set([form.count, ...Object.keys(counts), ...rates].filter((id) => form.questions.includes(id) && !(id in given.library.defaults)));
  const told = [...asked].every(known) ? [...unreconciled(found), ...countRemarks(found)] : [];
  return told.some((one) => one.level === "stops") ? told.filter((one) => one.level === "stops") : told;
}

/** Teams that no plan can steer; last, that no other is left. */
function lockRemarks({ tree, locked }) {
  const told = Object.entries(locked).map(([team, controllability]) => remark("team_locked", `${team}.${WEIGHTS}`, { team, controllability }));
  const nobody = Object.keys(tree.teams).every((team) => team in (tree.rules.locks ?? {}));
  return nobody ? [...told, remark("nobody_steered", null, {}, "doubted")] : told;
}

function sentenceOf(page, { code, about, numbers, level }) {
  const { words } = page;
  if (code === "horizon") return words.count("start.said.horizon", numbers.years);
  const { team, stage, kpi, other, ...figures } = numbers;
  const values = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, figureSaid(words, name, value)]));
  const labels = { about: labelSaid(page, numbers, about), kpi: kpi ? labelIn(page, page.form.kpis, kpi) : "", other: other ? labelIn(page, page.form.kpis, other) : "", floor: words.percent(FLOOR), period: words.say(`period.${page.state.period ?? page.form.period}`) };
  return words.say(level === "stops" ? `refused.${code}` : `start.said.${code}`, { ...labels, ...values });
}

function figureSaid(words, name, value) {
  if (name in SHARES_SAID) return words.percent(value, SHARES_SAID[name], name === "step");
  if (name === "value" || name === "pay") return words.money(value);
  const most = DECIMALS_SAID[name] ?? 2;
  const digits = Array.from({ length: most }, (_, at) => at).find((at) => Math.abs(value - Number(value.toFixed(at))) < 1e-9) ?? most;
  return words.number(value, digits);
}

const labelIn = (page, things, name) => things.find(({ id }) => id === name).label[page.state.language];

function labelSaid(page, { team, stage, kpi }, about) {
  const { form } = page;
  if (team) return labelIn(page, form.teams, team);
  if (stage) return labelIn(page, form.stages, stage);
  if (kpi) return labelIn(page, form.kpis, kpi);
  const [first] = String(about).split(".");
  if (form.teams.some(({ id }) => id === first)) return labelIn(page, form.teams, first);
  return about in page.library.questions ? perPeriod(page, ofCompany(page.library, form, about).label[page.state.language]) : "";
}

/** All sentences; each also stands beside its field. */
function toldView(page) {
  const { words } = page;
  const list = element("ul");
  const node = element("section", { class: "told", "aria-labelledby": "told-title" }, element("h2", { id: "told-title" }, words.say("told.title")), list);
  const update = ({ told }) => {
    node.hidden = told.length === 0;
    list.replaceChildren(...told.map(({ text, level }) => element("li", { class: level }, text)));
  };
  return { node, update };
}
