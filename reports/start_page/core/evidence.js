// Sources in words, in English and in French (optimizer/scenario/start/evidence.py).

const LANGUAGES = ["en", "fr"];

/** A sentence of the generator in both languages; a decimal point among its values is a comma in French. */
function saidText({ texts }, key, values = {}) {
  const filled = (text, written) => text.replace(/\{(\w+)\}/g, (_, name) => written(String(values[name])));
  const [en, fr] = texts[key];
  return [filled(en, (value) => value), filled(fr, (value) => value.replaceAll(".", ","))];
}

/** One text of several. */
const joinedTexts = (...parts) => [parts.map(([en]) => en).join("; "), parts.map(([, fr]) => fr).join(" ; ")];

/** What was answered, with its unit and who knows; or what is taken instead. */
function answeredText(company, id, team = null) {
  const { library, answers, form } = company;
  const asked = team === null ? ofCompany(library, form, id) : ofTeam(library.questions[id], id, form.teams.find((one) => one.id === team));
  const value = team === null ? answerOf(company, id) : answers.teams[team][id];
  const key = team === null && isSkipped(company, id) ? "default" : "answer";
  const texts = LANGUAGES.map((language, at) => {
    const values = { label: asked.label[language], who: asked.who[language], unit: library.texts[`unit.${asked.unit}`][at], value: plainNumber(value, language) };
    return library.texts[key][at].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  });
  return joinedTexts(texts, ...saidBy(answers, team === null ? `answers.${id}` : `teams.${team}.${id}`));
}

/** Where somebody says that an answer comes from, as it was written; nothing where nobody does. */
const saidBy = ({ sources = {} }, place) => (place in sources ? [[sources[place], sources[place]]] : []);

const isSkipped = ({ answers }, id) => !(id in answers.answers);

/** Ten significant digits, grouped. */
function plainNumber(value, language) {
  const numbers = language === "en" ? { group: ",", decimal: "." } : { group: "\u202f", decimal: "," };
  return writeNumber(toDigits(value, 10), numbers);
}

/** The library's note on a number, with titles for ids. */
function evidenceText(library, source) {
  const notes = source.split("; ").map((note) => note.trim());
  const english = notes.map((note) => titled(library, note, 0));
  const french = notes.map((note) => titled(library, library.french[note] ?? note, 1));
  return [[...new Set(english)].join("; "), [...new Set(french)].join(" ; ")];
}

function titled(library, note, at) {
  return note.replace(/(?<![\p{L}\p{N}_])[a-z][a-z_0-9]*(?![\p{L}\p{N}_])/gu, (word) => titleOf(library, word, at));
}

function titleOf({ sources, texts }, word, at) {
  if (!Object.hasOwn(sources, word)) return word;
  if (`ref.${word}` in texts) return texts[`ref.${word}`][at];
  const title = sources[word].title ?? "";
  return at === 0 ? `“${title}”` : `« ${title} »`;
}
