// Words, numbers and plan files. Scenario texts are plain strings throughout: they only ever become text nodes.

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

/** A plan file that `--plan` reads: {team: {kpi: weight}}, or the weights with target pay, curves and targets
 *  where these are not today's. `file` has curves and targets as a file says them. */
function planFile(company, euros, file = {}) {
  const weights = company.teams.flatMap((team, i) => (total(euros[i]) > 0 ? weightLines(company, team, euros[i]) : []));
  const others = company.teams.flatMap((team, i) => {
    const pay = total(euros[i]);
    return Math.abs(pay - team.pay) > SAME * Math.max(pay, team.pay) ? [`  ${yamlKey(team.name)}: ${tidy(pay)}`] : [];
  });
  const stated = Object.entries(file).map(([part, value]) => `${part}: ${JSON.stringify(value)}`);
  if (!others.length && !stated.length) return weights.join("\n") + "\n";
  const pay = others.length ? ["target_pay:", ...others] : [];
  return ["weights:", ...weights.map((line) => `  ${line}`), ...pay, ...stated].join("\n") + "\n";
}

const weightLines = (company, team, row) => [
  `${yamlKey(team.name)}:`,
  ...sharesOf(row).flatMap((w, k) => (w > SAME ? [`  ${yamlKey(company.kpis[k].name)}: ${Number(w.toFixed(10))}`] : [])),
];

/** A name; in quotes where YAML would read a truth value or nothing. */
const yamlKey = (name) => (/^(y|yes|n|no|true|false|on|off|null)$/i.test(name) ? `"${name}"` : name);
