// The consequences' side of the page: cards, rules, attainment, who does what, the plan file.

/** Amounts as they are told: payouts as booked, and the net that they leave; each is rounded when written. */
function toldAmounts(outcome, cents) {
  const loadedPay = halfUp(total(outcome.booked.map((paid) => paid.loaded)), cents);
  const { revenue } = outcome;
  return { revenue, loadedPay, net: revenue - loadedPay, gamingHours: halfUp(outcome.gamingHours, 0) };
}

const CARDS = [
  { field: "revenue", goodWhen: 1 },
  { field: "loadedPay", goodWhen: 0 },
  { field: "net", goodWhen: 1 },
  { field: "gamingHours", goodWhen: -1 },
];

function cardsView(words) {
  const cards = CARDS.map((card) => cardView(words, card));
  const state = element("p", {});
  return {
    node: element(
      "div",
      { class: "cards", role: "group", "aria-label": words.say("cards.label") },
      cards.map((card) => card.node),
      state
    ),
    update: (shown) => {
      cards.forEach((card) => card.update(shown));
      writeRulesState(state, words, shown);
      state.classList.add("rules-state");
    },
  };
}

/** "2 rules are broken", in its colour. */
function writeRulesState(node, words, shown) {
  const broken = shown.rules.filter((line) => line.broken).length;
  setText(node, broken ? words.count("rules.broken", broken) : shown.kept);
  node.className = broken ? "bad" : "good";
}

function cardView(words, { field, goodWhen }) {
  const value = element("strong", {});
  const change = element("span", { class: "change" });
  const best = element("span", { class: "best" });
  const node = element("div", { class: "card" }, element("span", { class: "title" }, words.say(`card.${field}`)), value, change, best);
  const write = (shown, v, signed) =>
    field === "gamingHours" ? words.say("hours", { n: words.number(v, 0, signed) }) : shown.money(v, signed);
  const update = (shown) => {
    const [plan, now] = [shown.printed[field], shown.printedNow[field]];
    const delta = halfUp(plan - now, field === "gamingHours" ? 0 : shown.decimals);
    setText(value, write(shown, plan));
    const share = now !== 0 ? words.percent(delta / Math.abs(now), 1, true) : NOTHING;
    setText(change, delta === 0 ? words.say("card.same") : words.say("card.change", { change: write(shown, delta, true), share }));
    const tone = Math.sign(delta) * goodWhen;
    change.className = `change ${tone > 0 ? "good" : tone < 0 ? "bad" : ""}`;
    setText(best, shown.printedBest ? words.say("card.best", { value: write(shown, shown.printedBest[field]) }) : "");
    setClass(node, "unsettled", !shown.answer.settled);
  };
  return { node, update };
}

/** "Budget (loaded) · €141,200, at most €140,000". */
function ruleInWords(words, line, decimals, language) {
  const write = ruleNumber(words, line.rule.unit, decimals, [line.told, line.toldLimit]);
  const key = line.rule.atLeast ? "rule.at_least" : "rule.at_most";
  return element(
    "span",
    {},
    named(line.rule.label[language]),
    " · ",
    element("span", { class: "number" }, words.say(key, { value: write(line.told), limit: write(line.toldLimit) }))
  );
}

/** How the numbers of a rule are written; enough digits to tell a value from its limit. */
function ruleNumber(words, unit, decimals, [value, limit]) {
  const apart = (least) => {
    const gap = Math.abs(value - limit);
    return gap > 0 && gap < 1 ? Math.min(6, Math.max(least, Math.ceil(-Math.log10(gap)))) : least;
  };
  switch (unit) {
    case "money":
      return (v) => words.money(v, apart(Math.max(2, decimals)));
    case "money_per_unit":
      return (v) => words.money(v, apart(2));
    case "count":
      return (v) => words.number(v);
    case "units":
      return (v) => words.number(v, apart(1));
    default:
      return (v) => words.percent(v, Math.max(0, apart(2) - 2));
  }
}

function rulesView(company, words, language) {
  const title = element("h2", { id: "rules" });
  const broken = element("ul", { class: "alarms" });
  const body = element("tbody", {});
  const summary = element("summary", {});
  const details = element("details", {}, summary, rulesTable(words, body));
  const update = (shown) => {
    const wrong = shown.rules.filter((line) => line.broken);
    const kept = shown.rules.filter((line) => !line.broken && !line.rule.quiet);
    writeRulesState(title, words, shown);
    broken.replaceChildren(...wrong.map((line) => element("li", {}, ruleInWords(words, line, shown.decimals, language))));
    setText(summary, words.count("rules.rest", kept.length));
    details.hidden = kept.length === 0;
    body.replaceChildren(...kept.map((line) => ruleRow(words, line, shown.decimals, language)));
  };
  return { node: element("section", { "aria-labelledby": "rules" }, title, broken, details), update };
}

function rulesTable(words, body) {
  const heads = ["rule", "value", "limit", "slack"].map((key) =>
    element("th", { scope: "col", class: key === "rule" ? null : "number" }, words.say(`rules.${key}`))
  );
  return element("table", {}, element("thead", {}, element("tr", {}, heads)), body);
}

function ruleRow(words, { rule, told: value, toldLimit: limit, slack }, decimals, language) {
  const write = ruleNumber(words, rule.unit, decimals, [value, limit]);
  const cell = (text) => element("td", { class: "number" }, text);
  const sign = rule.atLeast ? "≥ " : "≤ ";
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, named(rule.label[language])),
    cell(write(value)),
    cell(sign + write(limit)),
    cell(write(slack))
  );
}

/** Rows of label, bar, value and change against the current plan. */
function barRow(label, marks) {
  const [value, change] = [element("span", { class: "number" }), element("span", { class: "number change" })];
  const bar = barChart(label);
  const node = element("li", { class: "barrow" }, element("span", { class: "what" }, named(label), marks), bar.node, value, change);
  const update = (shape, text, delta) => {
    bar.update(shape);
    bar.node.setAttribute("aria-label", `${label}: ${text}, ${delta}`);
    setText(value, text);
    setText(change, delta);
  };
  return { node, update };
}

function attainmentView(company, words, language) {
  const rows = company.kpis.map((kpi) => barRow(kpi.label[language], null));
  const node = element(
    "section",
    { "aria-labelledby": "attainment" },
    element("h2", { id: "attainment" }, words.say("attainment.title")),
    element("p", { class: "note" }, words.say("attainment.note")),
    element("ul", { class: "bars" }, rows.map((row) => row.node))
  );
  const update = (shown) =>
    company.kpis.forEach((_, k) => {
      const [score, now] = [shown.answer.score[k], shown.now.score[k]];
      const paid = shown.euros.some((row) => row[k] > 0);
      const full = Math.max(1.5, shown.most.score[k], score);
      const points = words.say("points", { n: words.number(100 * (score - now), 1, true) });
      rows[k].update({ value: score, now, full, limit: 1, tone: paid ? "paid" : "idle" }, words.percent(score, 1), Math.abs(score - now) < 5e-4 ? "=" : points);
      setClass(rows[k].node, "unpaid", !paid);
    });
  return { node, update };
}

function workView(company, words, language) {
  const rows = company.activities.map((work) => workRow(words, work, language));
  const caps = capsByActivity(company);
  const groups = company.teams.map((team, i) =>
    element(
      "section",
      {},
      element("h3", {}, named(team.label[language])),
      element("ul", { class: "bars" }, rows.filter((_, a) => company.activities[a].team === i).map((row) => row.node))
    )
  );
  const node = element(
    "section",
    { "aria-labelledby": "work" },
    element("h2", { id: "work" }, words.say("work.title")),
    element("p", { class: "note" }, words.say("work.note", { period: words.say(`period.${company.scenario.period}`) })),
    groups
  );
  const update = (shown) => {
    const over = new Set(shown.rules.filter((line) => line.broken).map((line) => line.rule.activity));
    company.activities.forEach((work, a) => {
      const [x, now] = [shown.answer.x[a], shown.now.x[a]];
      const cap = caps.get(a);
      const limit = cap ? capOf(company, cap, shown.learnt.equilibria[cap.regime].x) : NaN;
      const decimals = decimalsFor(x, now);
      const full = 1.08 * Math.max(shown.most.x[a], x, Number.isFinite(limit) ? limit : 0);
      const delta = Number((x - now).toFixed(decimals));
      rows[a].update({ value: x, now, full, limit, tone: work.gaming ? "gaming" : "paid" }, words.number(x, decimals), delta === 0 ? "=" : words.number(delta, decimals, true));
      setClass(rows[a].node, "broken", over.has(a));
    });
  };
  return { node, update };
}

function workRow(words, work, language) {
  return barRow(work.label[language], work.gaming ? element("span", { class: "badge" }, words.say("work.gaming")) : null);
}

/** The cap of each activity that has one, where there is one regime; with regimes the rules name each. */
function capsByActivity(company) {
  const caps = company.regimes.length === 1 ? company.rules.filter((rule) => rule.form === "cap") : [];
  return new Map(caps.map((rule) => [rule.activity, rule]));
}

function planFileView(company, words, state) {
  const text = element("textarea", { readonly: true, rows: 8, spellcheck: "false", "aria-label": words.say("file.label") });
  const said = element("span", { class: "note", role: "status" });
  const copy = async () => {
    text.select();
    const done = await navigator.clipboard?.writeText(text.value).then(() => true, () => false);
    setText(said, words.say(done || document.execCommand("copy") ? "file.copied" : "file.select"));
  };
  const node = element(
    "section",
    { "aria-labelledby": "file" },
    element("h2", { id: "file" }, words.say("file.title")),
    element("p", { class: "note" }, words.say("file.note", { name: company.scenario.name })),
    text,
    element("div", { class: "file-foot" }, element("button", { type: "button", id: "copy", click: copy }, words.say("file.copy")), said)
  );
  const update = (shown) => {
    text.value = planFile(company, shown.euros, company.sets[state.curves].file);
    text.rows = Math.min(24, text.value.split("\n").length);
    setText(said, "");
  };
  return { node, update };
}
