// The page: state, what may be done to it, and drawing it again after each change.

const AFTER_SILENCE = 700;
/** Milliseconds without a change after which the result is announced. */

function start() {
  const source = JSON.parse(document.getElementById("data").textContent);
  const company = companyOf(source.company);
  const state = { language: source.language, horizon: "learnt", teams: [], drag: null };
  const page = { company, catalogues: source.catalogues, state, reference: referenceOf(company) };
  loadPlan(page, company.plans[0]);
  draw(page);
}

/** The plans on offer, answered once: what today and the recommended plan bring, and how far bars reach. */
function referenceOf(company) {
  const answers = (answer) => company.plans.map((plan) => evaluatePlan(following(company, plan.curves), plan.euros, answer));
  const [learnt, first] = [answers(consistentResponse), answers(firstResponse)];
  const best = company.plans.findIndex((plan) => plan.kind === "chosen");
  const every = [...learnt, ...first].filter((outcome) => outcome.settled || outcome.equilibria[0].rounds === 0);
  const most = (field) => learnt[0][field].map((_, at) => Math.max(...every.map((outcome) => outcome[field][at])));
  return { learnt, first, best, most: { x: most("x"), score: most("score") } };
}

// --- what may be done to the plan ------------------------------------------------------------------------

function loadPlan({ company, state }, plan) {
  state.teams = company.teams.map((team, i) => teamState(team, plan.euros[i], state.teams[i]?.held));
  state.curves = plan.curves;
  state.drag = null;
}

const teamState = (team, row, held) => ({
  pay: total(row),
  weights: sharesOf(row).map(tidy),
  held: held ?? new Set(team.locked),
});

const eurosOf = (state) => state.teams.map(({ pay, weights }) => weights.map((w) => pay * w));

function actionsOn(page) {
  const { company, state } = page;
  const stepsOf = (i) => company.teams[i].steps ?? Math.max(1, Math.round(state.teams[i].pay / company.teams[i].unit));
  const changed = (change) => (...given) => {
    change(...given);
    refresh(page);
  };
  return {
    stepsOf,
    setWeight: changed((i, k, wanted) => {
      const team = state.teams[i];
      if (state.drag?.i !== i || state.drag?.k !== k) state.drag = { i, k, start: [...team.weights] };
      const heir = offeredKpis(company, i).find((other) => other !== k && !team.held.has(other));
      const { weights, held } = team;
      team.weights = rescaled({ weights, moved: k, wanted, held, start: state.drag.start, heir, steps: stepsOf(i) });
    }),
    endDrag: () => (state.drag = null),
    setPay: changed((i, steps) => {
      state.teams[i].pay = steps * company.teams[i].unit;
      state.teams[i].weights = onGrid(state.teams[i].weights, stepsOf(i));
    }),
    toggleHold: changed((i, k) => {
      const { held } = state.teams[i];
      if (!held.delete(k)) held.add(k);
    }),
    reset: changed((i) => {
      state.teams[i] = teamState(company.teams[i], company.plans[0].euros[i]);
    }),
    load: changed((plan) => loadPlan(page, plan)),
    setHorizon: changed((horizon) => (state.horizon = horizon)),
    setLanguage: (language) => {
      state.language = language;
      draw(page);
      document.getElementById(`language-${language}`).focus();
    },
  };
}

// --- drawing ---------------------------------------------------------------------------------------------

/** Builds the page in the state's language; afterwards only `refresh` touches it. */
function draw(page) {
  const { company, state } = page;
  const { language } = state;
  const words = wordsOf(page.catalogues[language]);
  const actions = actionsOn(page);
  page.words = words;
  document.documentElement.lang = language;
  document.title = `${words.say("title")} · ${company.scenario.label[language]}`;
  page.views = [
    planButtons(page, words, actions),
    cardsView(words),
    banner(company, words, language),
    teamPanels(company, words, state, actions, language),
    rulesView(company, words, language),
    attainmentView(company, words, language),
    workView(company, words, language),
    planFileView(company, words, state),
    remarksView(company, words, state, language),
  ];
  const nodes = page.views.map((view) => view.node);
  const [plans, cards, warning, teams] = nodes;
  const [results, remarks] = [nodes.slice(4, -1), nodes.at(-1)];
  page.status = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const top = element("div", { class: "top" }, plans, cards, warning);
  page.observer?.disconnect();
  page.observer = new ResizeObserver(() => document.body.style.setProperty("--top", `${top.offsetHeight + 12}px`));
  page.observer.observe(top);
  document.getElementById("page").replaceChildren(
    element("a", { class: "skip", href: "#results" }, words.say("skip")),
    header(page, words, actions),
    top,
    element(
      "main",
      {},
      element("section", { class: "plan", "aria-labelledby": "plan" }, planHead(words), remarks, teams),
      element("section", { class: "results", id: "results", tabindex: 0, "aria-label": words.say("results") }, results)
    ),
    page.status
  );
  refresh(page);
}

const planHead = (words) => [
  element("h2", { id: "plan" }, words.say("plan.title")),
  element("p", { class: "note" }, words.say("plan.note")),
];

function header({ company, catalogues, state }, words, actions) {
  const { language } = state;
  const choice = (code, name) =>
    element(
      "button",
      { type: "button", id: `language-${code}`, lang: code, "aria-pressed": String(code === language), click: () => actions.setLanguage(code) },
      name
    );
  const { label, period, currency, placeholders, changed } = company.scenario;
  const draft = placeholders > 0 ? element("p", { class: "draft" }, words.count("draft", placeholders)) : null;
  const values = changed.map(({ path, before, after }) => `${path}: ${before || "–"} → ${after || "–"}`).join("; ");
  const anew = changed.some((change) => change.anew) ? `. ${words.say("anew")}` : "";
  const whatIf = values ? element("p", { class: "draft" }, words.say("changed", { values }) + anew) : null;
  return element(
    "header",
    {},
    element("div", {}, element("h1", {}, named(label[language])), element("p", { class: "note" }, words.say("subtitle", { currency, period: words.say(`period.${period}`) })), draft, whatIf),
    element("div", { class: "languages", role: "group", "aria-label": words.say("language") }, Object.entries(catalogues).map(([code, { name }]) => choice(code, name)))
  );
}

/** One button per plan, pressed where the page shows just that plan; and when people answer. */
function planButtons(page, words, actions) {
  const { company, state } = page;
  const buttons = company.plans.map((plan) =>
    element("button", { type: "button", class: plan.kind, click: () => actions.load(plan) }, named(plan.label[state.language]))
  );
  const horizons = ["learnt", "first"].map((horizon) =>
    element(
      "button",
      { type: "button", title: words.say(`horizon.${horizon}_hint`), click: () => actions.setHorizon(horizon) },
      words.say(`horizon.${horizon}`)
    )
  );
  const node = element(
    "div",
    { class: "choices" },
    element("div", { class: "plans", role: "group", "aria-label": words.say("plans") }, buttons),
    element("div", { class: "horizons", role: "group", "aria-label": words.say("horizon") }, horizons)
  );
  const update = ({ euros }) => {
    const here = (plan) => plan.curves === state.curves && sameEuros(plan.euros, euros);
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(here(company.plans[at]))));
    horizons.forEach((button, at) => button.setAttribute("aria-pressed", String(["learnt", "first"][at] === state.horizon)));
  };
  return { node, update };
}

const sameEuros = (one, other) => one.every((row, i) => row.every((e, k) => Math.abs(e - other[i][k]) <= 1e-6));

function banner(company, words, language) {
  const node = element("p", { class: "banner", role: "alert", hidden: true });
  const update = ({ learnt, answer }) => {
    const dry = learnt.starved.map((k) => company.kpis[k].label[language]).join(", ");
    const doubt = dry ? words.say("starved", { kpis: dry }) : "";
    node.hidden = learnt.settled && !dry;
    setText(node, learnt.settled ? doubt : words.say(answer.settled ? "unsettled.rules" : "unsettled"));
  };
  return { node, update };
}

/** What has to be known to read the numbers: whose curves, which targets, what is not computed. */
function remarksView(company, words, state, language) {
  const pairs = company.sets.flatMap((set) => set.pairs.flat());
  const movable = [...new Set(company.sets.flatMap((set) => set.moved.map((run) => run.kpi)))];
  const jumps = pairs.some(({ knots, gate }) => gate || knots.some(([, jump]) => jump));
  const fixed = [
    jumps ? words.say("curves.several") : null,
    movable.length ? words.say("moved", { kpis: movable.map((k) => company.kpis[k].label[language]).join(", ") }) : null,
    company.unchecked.length
      ? words.say("rules.unchecked", { rules: company.unchecked.map((label) => label[language]).join(", ") })
      : null,
  ];
  const node = element("div", { class: "remarks" });
  const update = () => {
    const reset = company.sets[state.curves].targets.mode === "reset" ? words.say("targets.reset") : null;
    const texts = [curvesInWords(company, words, state, language), reset, ...fixed].filter((text) => text !== null);
    node.replaceChildren(...texts.map((text) => element("p", { class: "note" }, text)));
  };
  return { node, update };
}

/** Which curves the plan shown follows, where there is a choice. */
function curvesInWords(company, words, state, language) {
  if (company.sets.length < 2) return null;
  if (state.curves === 0) return words.say("curves.today");
  const labelOf = (things, name) => things.find((thing) => thing.name === name).label[language];
  const placeOf = (at) => {
    const [team, kpi] = at.split(".");
    return labelOf(company.teams, team) + (kpi ? `, ${labelOf(company.kpis, kpi)}` : "");
  };
  const { chosen, file } = company.sets[state.curves];
  const curves = Object.entries(chosen).map(([at, curve]) => placeOf(at) + (curve ? `: ${curve}` : ""));
  const { mode, stretch, ...stated } = file.targets ?? {};
  const targets = Object.entries(stated).map(([kpi, target]) => `${labelOf(company.kpis, kpi)}: ${words.number(target, decimalsFor(target))}`);
  const told = [
    curves.length ? words.say("curves.chosen", { curves: curves.join(", ") }) : null,
    targets.length ? words.say("targets.chosen", { targets: targets.join(", ") }) : null,
    mode ? words.say("targets.issued", { stretch: words.percent(stretch, 1, true) }) : null,
  ].filter((text) => text !== null);
  return mode === "fixed" && told.length === 1 ? words.say("targets.kept") : told.join(" ");
}

/** Answers the plan as it stands, and writes the answer. */
function refresh(page) {
  const { company, state, words, reference } = page;
  const euros = eurosOf(state);
  const began = performance.now();
  const followed = following(company, state.curves);
  const learnt = evaluatePlan(followed, euros);
  const rules = checkRules(followed, euros, learnt);
  const next = state.horizon === "first";
  const answer = next ? { ...evaluatePlan(followed, euros, firstResponse), settled: true } : learnt;
  document.documentElement.dataset.milliseconds = (performance.now() - began).toFixed(2);
  const among = next ? reference.first : reference.learnt;
  const { decimals } = company.scenario;
  const shown = {
    euros,
    learnt,
    answer: answer.settled ? answer : unknown(answer),
    rules: learnt.settled ? rules : rules.filter((line) => !OUTCOME_FORMS.has(line.rule.form)),
    now: among[0],
    most: reference.most,
    decimals,
    kept: words.say(company.unchecked.length ? "rules.kept_here" : "rules.kept"),
    printed: answer.settled ? toldAmounts(answer, company.constants.cents) : {},
    printedNow: toldAmounts(among[0], company.constants.cents),
    printedBest: reference.best < 0 ? null : toldAmounts(among[reference.best], company.constants.cents),
    money: (value, signed) => words.money(value, decimals, signed),
  };
  page.views.forEach((view) => view.update(shown));
  announce(page, shown);
}

/** Rules that look at what people do, which nobody knows without an equilibrium. */
const OUTCOME_FORMS = new Set(["loaded", "guaranteed", "cap", "exposure", "margin"]);

/** An outcome without numbers: nothing is shown rather than something wrong. */
function unknown(outcome) {
  const blank = {};
  for (const [field, value] of Object.entries(outcome)) {
    if (typeof value === "number") blank[field] = NaN;
    else if (Array.isArray(value) && typeof value[0] === "number") blank[field] = value.map(() => NaN);
    else blank[field] = value;
  }
  return blank;
}

/** Tells those who listen instead of looking, once dragging has paused. */
function announce(page, shown) {
  clearTimeout(page.silence);
  page.silence = setTimeout(() => {
    const { words } = page;
    const broken = shown.rules.filter((line) => line.broken).length;
    const amount = (field) => shown.money(shown.printed[field]);
    const said = shown.answer.settled
      ? words.say("announce", { revenue: amount("revenue"), loaded: amount("loadedPay"), rules: broken ? words.count("rules.broken", broken) : shown.kept })
      : words.say("unsettled");
    setText(page.status, said);
  }, AFTER_SILENCE);
}

start();
