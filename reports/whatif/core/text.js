// Plan files.

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
