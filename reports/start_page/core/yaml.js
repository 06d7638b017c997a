// Files of answers and scenarios: written as YAML; answers are read as YAML or JSON. Only mappings, lists, texts
// and numbers occur in them.

const LONGEST = 100;
/** Characters of a line. */

/** Plain values as YAML; what fits on one line stands on one. */
function yamlText(value, indent = "") {
  return Object.entries(value)
    .map(([name, inner]) => {
      const key = `${indent}${yamlScalar(name)}:`;
      const line = `${key} ${inBraces(inner)}`;
      if (inner === null || typeof inner !== "object" || line.length <= LONGEST || !Object.keys(inner).length) return `${line}\n`;
      return Array.isArray(inner) ? `${key}\n${inner.map((one) => `${indent}  - ${inBraces(one)}\n`).join("")}` : `${key}\n${yamlText(inner, indent + "  ")}`;
    })
    .join("");
}

function inBraces(value) {
  if (value === null || typeof value !== "object") return yamlScalar(value);
  if (Array.isArray(value)) return `[${value.map(inBraces).join(", ")}]`;
  return `{${Object.entries(value).map(([name, inner]) => `${yamlScalar(name)}: ${inBraces(inner)}`).join(", ")}}`;
}

/** Text that YAML would read as something else goes into quotes, which JSON's are but for invisible characters. */
function yamlScalar(value) {
  if (typeof value === "number") return String(value).replace(/^(-?\d+)e/, "$1.0e");
  if (typeof value !== "string") return String(value);
  const plain = /^[\p{L}_]([\p{L}\p{N}_ ()’-]*[\p{L}\p{N}_)])?$/u.test(value) && yamlKey(value) === value;
  return plain ? value : JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped);
}

const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Values of a file of answers; throws a SyntaxError with the line where it cannot be read. */
function readAnswersText(text) {
  const bare = text.replace(/^\ufeff/, "");
  if (/^\s*\{/.test(bare)) return JSON.parse(bare);
  const lines = bare.split(/\r?\n/).map((line, at) => ({ text: withoutComment(line), at: at + 1 }));
  const said = gathered(lines.filter((line) => line.text.trim() !== "" && !/^(---|\.\.\.)\s*$/.test(line.text)));
  const [value, rest] = blockOf(said, 0);
  if (rest.length) throw new SyntaxError(String(rest[0].at));
  return value;
}

/** Lines, of which flow mappings that go on over several are one. */
function gathered(lines) {
  const whole = [];
  for (const line of lines) {
    const last = whole.at(-1);
    if (last && openBraces(last.text) > 0) last.text += ` ${line.text.trim()}`;
    else whole.push({ ...line });
  }
  return whole;
}

/** A line with what is quoted blanked out, as long as the line; quotes begin where a text does. */
const outsideQuotes = (text) =>
  text.replace(/(^|[:{,])(\s*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/g, (_, mark, space, quoted) => mark + space + "_".repeat(quoted.length));

const openBraces = (text) => {
  const bare = outsideQuotes(text);
  return bare.split("{").length - bare.split("}").length;
};

const withoutComment = (line) => {
  const at = outsideQuotes(line).search(/(^|\s)#/);
  return (at < 0 ? line : line.slice(0, at)).trimEnd();
};

const indentOf = (line) => line.text.length - line.text.trimStart().length;

/** A mapping whose lines stand `indent` deep or deeper, and the lines after it. */
function blockOf(lines, indent) {
  const value = {};
  let rest = lines;
  while (rest.length && indentOf(rest[0]) === indent) {
    const [line, ...after] = rest;
    const { name, inline } = pairOf(line);
    const deeper = after.length ? indentOf(after[0]) : 0;
    if (inline !== "") [value[name], rest] = [scalarOf(inline, line.at), after];
    else if (deeper > indent) [value[name], rest] = blockOf(after, deeper);
    else [value[name], rest] = [null, after];
  }
  if (rest.length && indentOf(rest[0]) > indent) throw new SyntaxError(String(rest[0].at));
  return [value, rest];
}

function pairOf({ text, at }) {
  const found = /^\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'{][^:]*?)\s*:(?:\s+(.*))?$/.exec(text);
  if (!found) throw new SyntaxError(String(at));
  return { name: String(unquoted(found[1])), inline: (found[2] ?? "").trim() };
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", 0: "\0", L: "\u2028", P: "\u2029", N: "\u0085", _: "\u00a0", e: "\u001b", a: "\u0007", b: "\b", f: "\f", v: "\v" };

const unquoted = (text) => {
  if (text.startsWith("'")) return text.slice(1, -1).replace(/''/g, "'");
  if (!text.startsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(?:x(\w{2})|u(\w{4})|U(\w{8})|(.))/g, (_, two, four, eight, one) => {
    const code = two ?? four ?? eight;
    return code === undefined ? (ESCAPES[one] ?? one) : String.fromCodePoint(parseInt(code, 16));
  });
};

/** A text, a number, nothing, or a mapping in braces. */
function scalarOf(text, at) {
  if (text.startsWith("{")) return flowOf(text, at);
  if (/^["']/.test(text)) return unquoted(text);
  if (/^(null|~)$/.test(text)) return null;
  return /^[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text.replace(/_/g, "")) : text;
}

function flowOf(text, at) {
  if (!text.endsWith("}")) throw new SyntaxError(String(at));
  const parts = splitFlow(text.slice(1, -1));
  const pairs = parts.filter((part) => part.trim() !== "").map((part) => pairOf({ text: part.trim(), at }));
  return Object.fromEntries(pairs.map(({ name, inline }) => [name, inline === "" ? null : scalarOf(inline, at)]));
}

/** At commas that stand in no inner braces and no quotes. */
function splitFlow(text) {
  const bare = outsideQuotes(text).split("");
  const parts = [""];
  let depth = 0;
  text.split("").forEach((c, at) => {
    depth += bare[at] === "{" ? 1 : bare[at] === "}" ? -1 : 0;
    if (bare[at] === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += c;
  });
  return parts;
}
