// The page: state, what may be done to it, and drawing it again after each change.

const AFTER_SILENCE = 900;
/** Milliseconds without a change after which progress is announced. */

function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = {
    library: libraryOf(data.library),
    examples: data.examples,
    catalogues: data.catalogues,
    state: emptyState(data.language, data.archetype),
  };
  page.typed = (key, text) => {
    if ((page.state.texts[key] ?? "") !== text) Object.assign(page.state, withText(page.state, key, text));
    refresh(page);
  };
  page.load = (state, focus) => {
    page.state = state;
    draw(page, focus);
  };
  window.addEventListener("beforeunload", (event) => page.state.unsaved && event.preventDefault());
  draw(page);
}

/** Numbers that were typed are written anew where the language writes them otherwise. */
function setLanguage(page, language) {
  const [from, to] = [page.state.language, language].map((code) => page.catalogues[code].numbers);
  const again = ([key, text]) => {
    const value = readNumber(text, from.decimal);
    return [key, Number.isFinite(value) && value !== null ? writeNumber(value, to) : text];
  };
  page.state.language = language;
  page.state.texts = Object.fromEntries(Object.entries(page.state.texts).map(again));
  draw(page, `language-${language}`);
}

/** Builds the page in the state's language; afterwards only `refresh` touches it. */
function draw(page, focus = null) {
  const { state, catalogues, library } = page;
  const words = (page.words = wordsOf(catalogues[state.language]));
  page.numbers = catalogues[state.language].numbers;
  page.form = state.archetype ? library.archetypes[state.archetype] : null;
  document.documentElement.lang = state.language;
  document.title = words.say("title");
  page.views = page.form ? [formView(page), progressView(page), funnelView(page), toldView(page), saveView(page), assumedView(page)] : [];
  page.status = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  document.getElementById("page").replaceChildren(
    ...(page.form ? [element("a", { class: "skip", href: "#form" }, words.say("skip"))] : []),
    headerOf(page),
    kindView(page),
    ...(page.form ? [bodyOf(page.views.map((view) => view.node))] : []),
    page.status
  );
  if (page.form) refresh(page);
  if (focus) document.getElementById(focus)?.focus();
}

const bodyOf = ([form, progress, funnel, told, save, assumed]) =>
  element("main", {}, form, element("div", { class: "result" }, progress, funnel, told, save, assumed));

function headerOf(page) {
  const { words, catalogues, state } = page;
  const choice = ([code, { name }]) =>
    element("button", { type: "button", id: `language-${code}`, lang: code, "aria-pressed": String(code === state.language), click: () => setLanguage(page, code) }, name);
  return element("header", {},
    element("div", {}, element("h1", {}, words.say("title")), element("p", { class: "note" }, words.say("subtitle"))),
    element("div", { class: "languages", role: "group", "aria-label": words.say("language") }, Object.entries(catalogues).map(choice)));
}

/** Kind of company, its name, the period, and the ways not to begin from nothing. */
function kindView(page) {
  const { words, library, state } = page;
  const kinds = Object.entries(library.archetypes).map(([id, { label }]) =>
    element("label", { class: "kind" }, element("input", { type: "radio", name: "kind", id: `kind-${id}`, value: id, checked: id === state.archetype, change: () => page.load({ ...state, ...page.state, archetype: id }, `kind-${id}`) }), label[state.language])
  );
  const about = page.form ? aboutCompany(page) : [element("p", { class: "note" }, words.say("kind.note"))];
  return element("section", { class: "about", "aria-label": words.say("kind.title") },
    element("fieldset", { class: "kinds" }, element("legend", {}, words.say("kind.title")), kinds),
    element("div", { class: "company" }, about, openEntry(page)));
}

function aboutCompany(page) {
  const { words, state, form } = page;
  const name = element("input", { type: "text", id: "company", autocomplete: "organization", input: () => {
    Object.assign(page.state, { company: name.value, unsaved: true });
    refresh(page);
  } });
  name.value = state.company;
  const period = element("select", { id: "period", change: () => page.load({ ...page.state, period: period.value, unsaved: true }, "period") },
    ["month", "quarter", "half_year", "year"].map((id) => element("option", { value: id, selected: id === (state.period ?? form.period) }, words.say(`period.${id}`))));
  const example = element("button", { type: "button", id: "example", click: () => loadExample(page) }, words.say("example.button"));
  return [
    element("div", { class: "field" }, element("label", { for: "company" }, words.say("company.name")), name),
    element("div", { class: "field" }, element("label", { for: "period" }, words.say("company.period")), period, element("p", { class: "hint" }, words.say("company.period_note"))),
    element("div", { class: "field" }, example),
  ];
}

function loadExample(page) {
  const { state, examples, library, numbers } = page;
  page.load(stateOf(library, examples[state.archetype], state.language, numbers), "example");
}

/** Reads the state, makes a company of it, and writes what follows. */
function refresh(page) {
  const { library, state, numbers, examples } = page;
  const began = performance.now();
  const read = readState(library, state, numbers);
  const answers = answersOf(library, state, read);
  const shown = { read, answers, progress: progressOf(read), ...madeOf(page, read, answers, examples[state.archetype]) };
  page.shown = shown;
  page.views.forEach((view) => view.update(shown));
  document.documentElement.dataset.milliseconds = (performance.now() - began).toFixed(2);
  announce(page, shown);
}

function progressView(page) {
  const { words } = page;
  const text = element("p", { class: "count", id: "progress" });
  const bar = element("progress", { max: 1, value: 0, "aria-labelledby": "progress" });
  const node = element("section", { class: "progress", "aria-label": words.say("progress.title") }, text, bar);
  const update = ({ progress }) => {
    setText(text, progressText(words, progress));
    bar.value = progress.answered / progress.all;
  };
  return { node, update };
}

const progressText = (words, { answered, assumed, missing, all }) =>
  words.say(missing ? "progress.missing" : "progress.complete", { answered: words.number(answered), assumed: words.number(assumed), missing: words.number(missing), all: words.number(all) });

/** Tells those who listen instead of looking, once typing has paused. */
function announce(page, { progress }) {
  clearTimeout(page.silence);
  page.silence = setTimeout(() => setText(page.status, progressText(page.words, progress)), AFTER_SILENCE);
}

start();
