// Words and numbers as a language writes them. Texts of people are plain strings: they only ever become text nodes.

const MINUS = "\u2212";
const NOTHING = "–";

/** Words of one language: `catalogue` {phrases, numbers}, numbers as Babel writes them in the PDF. */
function wordsOf({ phrases, numbers }) {
  const say = (key, values = {}) =>
    phrases[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value, decimals = 0, signed = false) =>
    signOf(value, decimals, signed) + digits(value, decimals, numbers);
  const within = (pattern, scale) => (value, decimals = 0, signed = false) =>
    Number.isFinite(value)
      ? signOf(value * scale, decimals, signed) +
        pattern.replace("{n}", () => digits(value * scale, decimals, numbers))
      : NOTHING;
  const plurals = new Intl.PluralRules(numbers.locale);
  const formOf = (key, n) => [plurals.select(n), "other"].find((form) => `${key}.${form}` in phrases);
  return {
    say,
    count: (key, n) => say(`${key}.${formOf(key, n)}`, { n: number(n) }),
    number: (value, ...more) => (Number.isFinite(value) ? number(value, ...more) : NOTHING),
    percent: within(numbers.percent, 100),
    money: within(numbers.money, 1),
  };
}

function signOf(value, decimals, signed) {
  const rounded = halfUp(value, decimals);
  if (rounded === 0) return "";
  if (rounded < 0) return MINUS;
  return signed ? "+" : "";
}

function digits(value, decimals, { group, decimal }) {
  const [whole, part] = Math.abs(halfUp(value, decimals)).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return part ? grouped + decimal + part : grouped;
}

/** Decimals for volumes that are read side by side: none from 100, one from 10, two below. */
function decimalsFor(...units) {
  const most = Math.max(0, ...units.map(Math.abs));
  return most >= 100 || most === 0 ? 0 : most >= 10 ? 1 : 2;
}

/** Rounded to decimals, halves away from zero; what lies so near to a half is one, but for noise. */
function halfUp(value, decimals) {
  const scale = 10 ** decimals;
  const units = Math.abs(value) * scale;
  return (Math.sign(value) * Math.floor(units + 0.5 + 1e-6 + 4 * Number.EPSILON * units)) / scale + 0;
}

/** A name; in quotes where YAML would read a truth value or nothing. */
const yamlKey = (name) => (/^(y|yes|n|no|true|false|on|off|null)$/i.test(name) ? `"${name}"` : name);
