// Files: what was answered is saved and opened again; the company is saved for `incentives check` and `solve`.

const AFTER_SAVING = 10000;
/** Milliseconds until a saved text is let go. */

function saveText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = element("a", { href: address, download: name, class: "unseen", tabindex: -1 });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), AFTER_SAVING);
}

const WORKBOOK = /\.(xlsx?|ods)$/i;
/** Spreadsheets, which `incentives start` reads and a page cannot. */

/** Saving: the answers at any time, the company once nothing is missing. */
function saveView(page) {
  const { words } = page;
  const said = element("p", { class: "note", id: "saved", role: "status" });
  const why = element("p", { class: "note", id: "why" });
  const answers = element("button", { type: "button", id: "save-answers", click: () => {
    saveText("answers.yaml", yamlText(page.shown.answers));
    page.state.unsaved = false;
    setText(said, words.say("save.answers_next"));
  } }, words.say("save.answers"));
  const scenario = element("button", { type: "button", id: "save-scenario", "aria-describedby": "why", click: () => {
    if (!page.shown.scenario) return setText(said, why.textContent);
    saveText("scenario.yaml", yamlText(page.shown.scenario));
    setText(said, words.say("save.scenario_next"));
  } }, words.say("save.scenario"));
  const node = element("section", { class: "save", "aria-labelledby": "save-title" }, element("h2", { id: "save-title" }, words.say("save.title")),
    element("div", { class: "buttons" }, answers, scenario), why, said);
  const update = ({ scenario: made, reason }) => {
    scenario.setAttribute("aria-disabled", String(!made));
    setText(why, made ? words.say("save.ready") : reason);
  };
  return { node, update };
}

/** Opens a saved file of answers; what is wrong with it is said beside. */
function openEntry(page) {
  const { words } = page;
  const said = element("p", { class: "doubt", id: "open-doubt", role: "alert", hidden: true });
  const tell = (text) => {
    said.hidden = !text;
    setText(said, text);
  };
  const input = element("input", { type: "file", id: "open", class: "unseen", accept: ".yaml,.yml,.json", "aria-describedby": "open-doubt", change: async () => {
    const [file] = input.files;
    if (!file) return;
    if (WORKBOOK.test(file.name)) {
      tell(words.say("open.workbook", { file: file.name }));
      input.value = "";
      return;
    }
    const text = await file.text();
    try {
      page.load(stateOf(page.library, readAnswersText(text), page.state.language, page.numbers), "open");
    } catch (error) {
      tell(openingProblem(page, file.name, error));
    }
    input.value = "";
  } });
  return element("div", { class: "open" }, input, element("label", { for: "open", class: "button" }, words.say("open.label")), said);
}

function openingProblem({ words, library }, file, error) {
  if (error instanceof RangeError) return words.say("open.kind", { file, kind: error.message || NOTHING, kinds: Object.keys(library.archetypes).join(", ") });
  if (error instanceof SyntaxError) return words.say("open.syntax", { file, line: error.message });
  throw error;
}
