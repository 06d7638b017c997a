// From answers to a scenario: the rules in the order in which they are applied (optimizer/scenario/start/generate.py).

/** {given, found, works, hours}: counts and rates as answered and reconciled, work that fits the teams. */
function workedOut(library, answers) {
  const given = companyOf(library, answers);
  const found = reconciled(given);
  const [works, hours] = withHours(found.company, workOf(found.company, found.walk));
  return { given, found, works: nothingOverdrawn(found.company, found.walk, works), hours };
}

/** The scenario, without its sources. */
function scenarioTree({ found, works }) {
  const { company, walk } = found;
  const { answers, form } = company;
  const teams = teamTerms(company);
  const stages = stageTrees(company, walk, stageValues(company));
  const activities = activityTrees(company, works, lagsOf(company, works));
  return {
    version: 1,
    name: nameOfFile(answers.company),
    label: answers.company,
    currency: "EUR",
    period: answers.period,
    teams,
    stages,
    activities,
    kpis: kpiTrees(company, works, countsToday(stages, activities)),
    current_plan: Object.fromEntries(form.teams.map(({ id }) => [id, currentWeights(company, id)])),
    rules: rulesTree(company, works, teams),
  };
}

/** The valid name most like a text (optimizer/scenario/problems.py, `as_name`). */
function nameOfFile(text) {
  const plain = [...text.normalize("NFKD")].filter((c) => c.codePointAt(0) < 128).join("");
  const name = plain.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  if (!name) return "scenario";
  return (/^[A-Za-z]/.test(name) ? name : `s_${name}`).slice(0, 64);
}
