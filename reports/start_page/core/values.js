// Rules R7 and R10: value once, with a named horizon; pay, charges, patience (stage_values.py, team_terms.py).

const MONTHS_A_YEAR = 12;
const AT_SIGNATURE = 0.5;

/** Whether sales of this kind of company can be undone. */
const undone = ({ form }) => form.questions.includes("push_share");

/** d of a pushed sale; 0 where none is asked. */
const discountOf = ({ shares }) => shares.discount_depth ?? 0;

/** Euros by name, for KPIs that count money. */
function amountsOf(company) {
  const [price, margin, less] = [answerOf(company, "price"), company.shares.margin, discountOf(company)];
  return {
    price,
    price_discounted: exactly(price * (1 - less)),
    margin_amount: exactly(price * margin),
    margin_discounted: exactly(price * (margin - less)),
  };
}

/** Years 2 to N of a customer that stayed the first. */
function laterYears(company) {
  const [rate, stays] = [1 + company.library.parameters.capital_rate.mid, company.shares.retention];
  const yearly = answerOf(company, "price") * company.shares.margin;
  const years = Array.from({ length: Math.max(0, Math.trunc(answerOf(company, "horizon")) - 1) }, (_, at) => at + 1);
  return sum(years.map((t) => (yearly * stays ** (t - 1)) / rate ** t));
}

/** V_n of every stage that has one. */
function stageValues(company) {
  const valued = stagesOf(company).filter((stage) => stage.value !== null);
  return Object.fromEntries(valued.map((stage) => [stage.id, exactly(VALUES[stage.value](company))]));
}

/** What a formula of the library comes to in this company: a key of the sentences on values. */
function saidOfValue(company, formula) {
  const onlyOne = formula === "later_years" && answerOf(company, "horizon") <= 1;
  if (undone(company) && ["first_year", "first_year_discounted"].includes(formula)) return "half";
  if (undone(company) && formula === "later_years") return onlyOne ? "other_half" : "other_half_and_later";
  return onlyOne ? "no_later_years" : formula;
}

const priced = (company, share) => answerOf(company, "price") * share;
const firstPart = (company) => (undone(company) ? AT_SIGNATURE : 1);
const VALUES = {
  first_year: (company) => priced(company, company.shares.margin) * firstPart(company),
  first_year_discounted: (company) => priced(company, company.shares.margin - discountOf(company)) * firstPart(company),
  first_year_partner: (company) => priced(company, company.shares.margin - company.shares.partner_share),
  later_years: (company) => laterYears(company) + priced(company, company.shares.margin) * (1 - firstPart(company)),
  one_year: (company) => priced(company, company.shares.margin),
  one_period: (company) => (priced(company, company.shares.margin) * company.months) / MONTHS_A_YEAR,
  expansion: (company) => answerOf(company, "expansion_price") * company.shares.margin,
};

// --- teams -----------------------------------------------------------------------------------------------

const LEVEL = 0.43;
const LEVEL_FROM = 3;
const MONTHS_A_QUARTER = 3;
/** Functions whose people have results of their own. */
const SKILLED = new Set(["sdr", "sales", "inside", "field", "branch", "partners"]);

/** Employer charges on one more euro, by gross pay a head and month. */
function chargesAt({ marginal }, pay) {
  const [first] = marginal;
  if (pay >= (LEVEL_FROM * first.pay) / first.pay_in_smic) return LEVEL;
  if (pay <= first.pay) return first.on_one_more_euro;
  const at = marginal.findIndex((row, i) => row.pay <= pay && pay <= marginal[i + 1]?.pay);
  const [under, over] = [marginal[at], marginal[at + 1]];
  const part = (pay - under.pay) / (over.pay - under.pay);
  return under.on_one_more_euro + part * (over.on_one_more_euro - under.on_one_more_euro);
}

const patience = ({ library, months }) => short(library.parameters.discount_quarter.mid ** (months / MONTHS_A_QUARTER));

const wholeHeads = ({ answers }, team) => Math.max(1, Math.floor(answers.teams[team].heads + 0.5));

/** The section `teams`. */
const teamTerms = (company) => Object.fromEntries(company.form.teams.map((team) => [team.id, termsOf(company, team)]));

function termsOf(company, team) {
  const { library, months } = company;
  const { heads, fixed, variable } = company.answers.teams[team.id];
  const years = months / MONTHS_A_YEAR;
  return {
    label: team.label,
    headcount: wholeHeads(company, team.id),
    hours: exactly(teamHours(company, team.id)),
    base_pay: exactly(heads * fixed * years),
    target_pay: exactly(heads * variable * years),
    charges: short(chargesAt(library, (fixed + variable) / MONTHS_A_YEAR)),
    discount: patience(company),
    responsiveness: library.parameters.responsiveness.mid,
    ...(SKILLED.has(team.function) ? { skill_spread: library.parameters.skill_spread.mid } : {}),
  };
}
