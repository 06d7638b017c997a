// Fields: a label, an entry, its unit, what is usual, and beside it what does not add up.

/** One question. `update(entry, told)` writes what is wrong with the entry and what the generator says about it. */
function questionField(page, question) {
  const { words, state } = page;
  const id = `field-${question.key}`;
  const doubt = element("p", { class: "doubt", id: `${id}-doubt`, hidden: true });
  const input = entryOf(page, question.key, { id, "aria-describedby": `${id}-hint ${id}-doubt` });
  const node = element(
    "div",
    { class: "field" },
    element("label", { for: id }, perPeriod(page, question.label[state.language])),
    element("span", { class: "entry" }, input, element("span", { class: "unit" }, unitOf(page, question.unit))),
    element("p", { class: "hint", id: `${id}-hint` }, hintOf(page, question)),
    doubt
  );
  const update = (entry, told) => {
    const own = entry.doubt ? words.say(`field.${entry.doubt.code}`, valuesOf(page, question, entry.value)) : null;
    showDoubt({ node, input, doubt }, [own, ...told.map(({ text }) => text)].filter(Boolean), entry);
    setClass(node, "calm", !own && told.every(({ level }) => level === "done"));
  };
  return { node, update };
}

/** An entry that writes what was understood once it is left. */
function entryOf(page, key, attributes) {
  const { state, numbers } = page;
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    class: "number",
    ...attributes,
    input: () => page.typed(key, input.value),
    change: () => {
      const value = readNumber(input.value, numbers.decimal);
      if (Number.isFinite(value) && value !== null) input.value = writeNumber(value, numbers);
      page.typed(key, input.value);
    },
  });
  input.value = state.texts[key] ?? "";
  return input;
}

function showDoubt({ node, input, doubt }, said, entry) {
  doubt.hidden = said.length === 0;
  setText(doubt, said.join(" "));
  setClass(node, "stops", entry.stops);
  setClass(node, "given", entry.given);
  if (entry.stops) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function hintOf(page, question) {
  const { words, state } = page;
  const { low, high, standard } = valuesOf(page, question);
  const left = question.default === null ? words.say("hint.needed") : words.say("hint.default", { standard });
  return [words.say("hint.range", { low, high }), left, words.say("hint.who", { who: question.who[state.language] })].join(" · ");
}

function valuesOf(page, question, value = NaN) {
  const written = (number) => (Number.isFinite(number) ? writeNumber(number, page.numbers) : NOTHING);
  const percent = question.unit.startsWith("%");
  const withUnit = (number) => (percent ? page.numbers.percent.replace("{n}", () => written(number)) : written(number));
  const { low, high } = question;
  return { low: written(low), high: withUnit(high), standard: withUnit(question.default), value: written(value), hundred: written(100 * value) };
}

/** A label with the period that is meant (reports/words/asking.py). */
function perPeriod({ words, form, state }, label) {
  const period = words.say(`period.${state.period ?? form.period}`);
  return label.replace(words.say("per.period"), () => words.say("unit.per_period", { period }));
}

/** A unit in words: `start_page.unit.*`; of a period, the one chosen. */
function unitOf(page, unit) {
  const { words, form, state } = page;
  const period = words.say(`period.${state.period ?? form.period}`);
  return words.say(`unit.${unit.replace(/%/g, "percent").replace(/\W+/g, "_").toLowerCase()}`, { period });
}

/** What a team's pay hangs on today: an entry for each KPI, and their sum. */
function weightsField(page, { key, team, kpis }) {
  const { words, state } = page;
  const id = `field-${key}`;
  const doubt = element("p", { class: "doubt", id: `${id}-doubt`, hidden: true });
  const label = page.library.questions[WEIGHTS].label[state.language].replace("{team}", labelOfTeam(page, team));
  const inputs = kpis.map((kpi) => entryOf(page, weightKey(team, kpi.id), { id: `${id}-${kpi.id}`, "aria-describedby": `${id}-hint ${id}-doubt` }));
  const rows = kpis.map((kpi, at) =>
    element("div", { class: "weight" }, element("label", { for: `${id}-${kpi.id}` }, kpi.label[state.language]), element("span", { class: "entry" }, inputs[at], element("span", { class: "unit" }, "%")))
  );
  const hint = [words.say("hint.usual", { plan: usualPlan(page, team) }), words.say("hint.who", { who: page.library.questions[WEIGHTS].who[state.language] })].join(" · ");
  const node = element("fieldset", { class: "field weights" }, element("legend", {}, label), rows, element("p", { class: "hint", id: `${id}-hint` }, hint), doubt);
  const update = (entry) => {
    const { code, total } = entry.doubt ?? {};
    const missing = words.percent(Math.abs(100 - (total ?? 100)) / 100, 1);
    const said = code ? [words.say(`field.${code}`, { total: words.percent((total ?? 0) / 100, 1), missing, value: NOTHING, team: labelOfTeam(page, team) })] : [];
    inputs.forEach((input) => showDoubt({ node, input, doubt }, said, entry));
  };
  return { node, update };
}

/** The plan that a team of this kind usually has, in words. */
const usualPlan = ({ form, state, words }, team) =>
  Object.entries(form.usual[team]).map(([kpi, weight]) => `${form.kpis.find(({ id }) => id === kpi).label[state.language]} ${words.percent(weight / 100)}`).join(", ");

const labelOfTeam = (page, team) => page.form.teams.find(({ id }) => id === team).label[page.state.language];
