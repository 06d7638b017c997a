// The plan's side of the page: a panel per team, with its target pay and a slider per KPI.

/** Panels of all teams; `state` is read, `actions` change it. */
function teamPanels(company, words, state, actions, language) {
  const panels = company.teams.map((team, i) =>
    team.most > 0 ? paidPanel(company, words, state, actions, language, i) : unpaidPanel(words, team, language)
  );
  return {
    node: element("div", { class: "teams" }, panels.map((panel) => panel.node)),
    update: (shown) => panels.forEach((panel) => panel.update(shown)),
  };
}

function unpaidPanel(words, team, language) {
  const node = element(
    "section",
    { class: "team" },
    element("h3", {}, named(team.label[language])),
    element("p", { class: "note" }, words.say("team.unpaid"))
  );
  return { node, update: () => {} };
}

function paidPanel(company, words, state, actions, language, i) {
  const team = company.teams[i];
  const rows = company.kpis.map((_, k) => weightRow(company, words, state, actions, language, i, k));
  const offered = offeredKpis(company, i);
  const rest = company.kpis.map((_, k) => k).filter((k) => !offered.includes(k));
  const alarms = element("ul", { class: "alarms" });
  const pay = payRow(words, state, actions, team, i, language);
  const paid = element("span", { class: "paid" });
  const node = element(
    "fieldset",
    { class: "team" },
    element("legend", {}, named(team.label[language])),
    element("div", { class: "team-head" }, paid, resetButton(words, actions, team, language, i)),
    pay.node,
    offered.map((k) => rows[k].node),
    rest.length
      ? element(
          "details",
          {},
          element("summary", {}, words.count("team.rest", rest.length)),
          rest.map((k) => rows[k].node)
        )
      : null,
    alarms
  );
  const update = (shown) => {
    const broken = shown.rules.filter((line) => line.broken && teamOfRule(company, line.rule) === i);
    rows.forEach((row) => row.update(shown, broken));
    pay.update();
    const { loaded, pay: gross } = shown.answer;
    setText(paid, words.say("team.paid", { pay: shown.money(gross[i]), loaded: shown.money(loaded[i]) }));
    setClass(node, "broken", broken.length > 0);
    alarms.replaceChildren(...broken.map((line) => element("li", {}, ruleInWords(words, line, shown.decimals, language))));
  };
  return { node, update };
}

function resetButton(words, actions, team, language, i) {
  const label = words.say("team.reset_label", { team: team.label[language] });
  return element(
    "button",
    { type: "button", class: "quiet", "aria-label": label, click: () => actions.reset(i) },
    words.say("team.reset")
  );
}

/** KPIs that the rules offer to the team or that some plan uses; the others are a click away. */
function offeredKpis(company, i) {
  const { allowed } = company.teams[i];
  const used = (k) => company.plans.some((plan) => plan.euros[i][k] > 0);
  return company.kpis.map((_, k) => k).filter((k) => allowed.includes(k) || used(k));
}

function payRow(words, state, actions, team, i, language) {
  if (!team.decides) {
    const text = words.say("team.pay", { pay: words.money(team.pay) });
    return { node: element("p", { class: "note" }, text), update: () => {} };
  }
  const output = element("output", {});
  const label = words.say("team.pay_label", { team: team.label[language] });
  const input = element("input", {
    type: "range",
    min: team.least,
    max: team.most,
    step: 1,
    "aria-label": label,
    input: () => actions.setPay(i, Number(input.value)),
  });
  const node = element(
    "div",
    { class: "row pay" },
    element("span", { class: "what" }, words.say("team.pay_name")),
    slide(input, (team.pay / team.unit - team.least) / Math.max(1, team.most - team.least)),
    output
  );
  const update = () => {
    const pay = state.teams[i].pay;
    input.value = String(Math.round(pay / team.unit));
    const text = words.money(pay);
    input.setAttribute("aria-valuetext", text);
    setText(output, text);
  };
  return { node, update };
}

/** A slider and, under it, a tick where the current plan is. */
function slide(input, today) {
  const tick = element("span", { class: "tick", "aria-hidden": "true" });
  tick.style.setProperty("--at", String(clip(today, 0, 1)));
  return element("span", { class: "slide" }, input, tick);
}

function weightRow(company, words, state, actions, language, i, k) {
  const [team, kpi] = [company.teams[i], company.kpis[k]];
  const names = { team: team.label[language], kpi: kpi.label[language] };
  const input = element("input", {
    type: "range",
    min: 0,
    "aria-label": words.say("weight.label", names),
    input: () => actions.setWeight(i, k, Number(input.value) / Number(input.max)),
    change: () => actions.endDrag(),
  });
  const hold = element(
    "button",
    {
      type: "button",
      class: "hold",
      "aria-label": words.say("weight.hold", names),
      title: words.say("weight.hold_hint"),
      click: () => actions.toggleHold(i, k),
    },
    padlock()
  );
  const output = element("output", {});
  const today = sharesOf(company.plans[0].euros[i])[k];
  const node = element("div", { class: "row" }, named(kpi.label[language], "what"), slide(input, today), output, hold);
  const update = (shown, broken) => {
    const weight = state.teams[i].weights[k];
    const steps = actions.stepsOf(i);
    input.max = String(steps);
    input.step = "any";
    if (document.activeElement !== input || Math.abs(Number(input.value) - weight * steps) > 1e-6) {
      input.value = String(weight * steps);
    }
    input.step = Math.abs(weight * steps - Math.round(weight * steps)) < 1e-6 ? "1" : "any";
    const text = words.percent(weight, wholePercent(weight) ? 0 : 1);
    input.setAttribute("aria-valuetext", words.say("weight.value", { weight: text, today: words.percent(today, wholePercent(today) ? 0 : 1) }));
    setText(output, text);
    hold.setAttribute("aria-pressed", String(state.teams[i].held.has(k)));
    setClass(node, "unused", weight <= SAME);
    setClass(node, "broken", broken.some((line) => ruleNames(line.rule, k) && weight > SAME));
  };
  return { node, update };
}

const wholePercent = (share) => Math.abs(100 * share - Math.round(100 * share)) < 1e-6;

function padlock() {
  return drawing(
    "svg",
    { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
    drawing("path", { d: "M4.5 7V5a3.5 3.5 0 0 1 7 0v2", class: "shackle" }),
    drawing("rect", { x: 3, y: 7, width: 10, height: 7, rx: 1.5, class: "body" })
  );
}

/** The team a rule is about, or −1. */
function teamOfRule(company, rule) {
  if (rule.activity !== undefined) return company.activities[rule.activity].team;
  if (rule.team !== undefined) return rule.team;
  return rule.teams.length === 1 ? rule.teams[0] : -1;
}

/** Whether a rule is about few KPIs, this one among them. */
function ruleNames(rule, k) {
  const kpis = (rule.terms ?? []).map(([at]) => at);
  return ["linear", "distance"].includes(rule.form) && kpis.length <= 2 && kpis.includes(k);
}
