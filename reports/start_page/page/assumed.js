// What is assumed: questions that were skipped, then numbers of the scenario that nobody gave.

function assumedView(page) {
  const { words } = page;
  const rows = element("tbody");
  const heads = ["what", "taken", "range", "who"].map((column) => element("th", { scope: "col" }, words.say(`assumed.${column}`)));
  const asked = element("table", {}, element("caption", { class: "unseen" }, words.say("assumed.title")), element("thead", {}, element("tr", {}, heads)), rows);
  const none = element("p", { class: "note" }, words.say("assumed.none"));
  const usual = element("div", { class: "usual" });
  const node = element("section", { class: "assumed", "aria-labelledby": "assumed-title" },
    element("h2", { id: "assumed-title" }, words.say("assumed.title")), none, element("div", { class: "scroll" }, asked),
    element("details", {}, element("summary", {}, words.say("assumed.usual")), element("p", { class: "note" }, words.say("assumed.usual_note")), usual));
  usual.replaceChildren(...usualTables(page));
  const update = ({ read }) => {
    const skipped = Object.values(read).filter((entry) => !entry.given && !entry.needed);
    none.hidden = skipped.length > 0;
    asked.hidden = skipped.length === 0;
    rows.replaceChildren(...skipped.map((entry) => skippedRow(page, entry)));
  };
  return { node, update };
}

function skippedRow(page, entry) {
  const cells = entry.kpis ? skippedPlan(page, entry) : skippedAnswer(page, entry.question);
  const [label, ...rest] = cells;
  return element("tr", {}, element("th", { scope: "row" }, element("a", { href: `#field-${entry.kpis ? `${entry.key}-${entry.kpis[0].id}` : entry.key}` }, label)), rest.map((cell) => element("td", {}, cell)));
}

function skippedAnswer(page, question) {
  const { low, high, standard } = valuesOf(page, question);
  const unit = question.unit.startsWith("%") ? "" : ` ${unitOf(page, question.unit)}`;
  return [perPeriod(page, question.label[page.state.language]), standard + unit, page.words.say("assumed.between", { low, high }), question.who[page.state.language]];
}

function skippedPlan(page, { team }) {
  const { library, state } = page;
  const question = library.questions[WEIGHTS];
  return [question.label[state.language].replace("{team}", labelOfTeam(page, team)), usualPlan(page, team), NOTHING, question.who[state.language]];
}

/** Numbers that no question asks, by team: hours, shares, yields, patience; from where, and how far off. */
function usualTables(page) {
  const { words, library, form } = page;
  const general = Object.entries(library.parameters).filter(([id]) => id !== "charges").map(([id, parameter]) => usualRow(page, words.say(`parameter.${id}`), parameter, parameter.source));
  const families = form.teams.map((team) => {
    const ways = form.stages.filter(({ owner }) => owner === team.id).flatMap((stage) => stage.ways);
    const names = new Map(ways.map(({ family, label }) => [family, label ?? library.families[family].label]));
    const others = [...form.hourly.filter((work) => work.team === team.id).map(({ family }) => family), ...(form.campaign?.team === team.id ? [TARGETED, WIDE, EVENT] : [])];
    others.forEach((id) => names.set(id, library.families[id].label));
    const rows = [...names].flatMap(([id, label]) => familyRows(page, library.families[id], label));
    return usualTable(page, team.label[page.state.language], rows);
  });
  return [usualTable(page, words.say("assumed.general"), general), ...families];
}

const FIELDS = ["hours", "share_today", "yield_vs_good", "units_per_unit", "lag_days", "cash", "reach_share"];

function familyRows(page, family, label) {
  const named = FIELDS.filter((field) => family[field] && family[field].low !== family[field].high);
  return named.map((field) => usualRow(page, `${label[page.state.language]}: ${page.words.say(`estimate.${field}`)}`, family[field], family.sources[field] ?? BASIC));
}

function usualRow(page, label, { low, mid, high }, source) {
  const { words, numbers, library, state } = page;
  const written = (value) => writeNumber(value, numbers);
  const text = evidenceText(library, source)[LANGUAGES.indexOf(state.language)];
  return element("tr", {}, element("th", { scope: "row" }, label), element("td", { class: "number" }, written(mid)),
    element("td", {}, words.say("assumed.between", { low: written(low), high: written(high) })), element("td", {}, text));
}

function usualTable(page, title, rows) {
  const heads = ["what", "taken", "range", "source"].map((column) => element("th", { scope: "col" }, page.words.say(`assumed.${column}`)));
  return element("div", { class: "scroll" }, element("table", {}, element("caption", {}, title), element("thead", {}, element("tr", {}, heads)), element("tbody", {}, rows)));
}
