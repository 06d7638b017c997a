// The form: people and pay team by team, then questions by subject.

const SUBJECTS = [
  ["market", ["leads_campaign", "leads_event", "leads_hot", "referrals", "walkins", "fit_share", "unworked", "spend"]],
  ["sale", ["meetings_own", "r_hot", "r_lead", "r_meeting", "r_offer", "r_walkin", "partner_opps", "r_partner", "visits", "cycle_days"]],
  ["signed", ["wins", "price", "margin", "discount_share", "discount_depth", "push_share", "partner_share", "horizon"]],
  ["customers", ["retention", "due", "r_due", "expansions", "expansion_price"]],
  ["pay", ["attainment"]],
];
const OTHERS = "sale";

/** All fields; `update(shown)` writes beside each what is wrong with it. */
function formView(page) {
  const { words, library, state, form } = page;
  const entries = entriesOf(library, state);
  const fields = new Map(entries.map((entry) => [entry.key, entry.kpis ? weightsField(page, entry) : questionField(page, entry.question)]));
  const teams = form.teams.map((team) => {
    const own = entries.filter((entry) => entry.team === team.id);
    return subject(labelOfTeam(page, team.id), own.map(({ key }) => fields.get(key).node), "team");
  });
  const subjects = bySubject(entries.filter((entry) => entry.team === null));
  const rest = subjects.map(([name, own]) => subject(words.say(`subject.${name}`), own.map(({ key }) => fields.get(key).node)));
  const node = element("form", { class: "form", id: "form", novalidate: true, submit: (event) => event.preventDefault() },
    element("h2", {}, words.say("teams.title")), element("p", { class: "note" }, words.say("teams.note")), element("div", { class: "teams" }, teams),
    element("h2", {}, words.say("company.title")), element("p", { class: "note" }, words.say("company.note")), rest);
  const update = ({ read, toldOf }) => fields.forEach((field, key) => field.update(read[key], toldOf(key)));
  return { node, update };
}

const subject = (title, nodes, ...classes) => element("fieldset", { class: ["subject", ...classes].join(" ") }, element("legend", {}, title), nodes);

/** Questions of the company by subject, each in the order asked; subjects without one are left out. */
function bySubject(entries) {
  const subjectOf = (key) => (SUBJECTS.find(([, keys]) => keys.includes(key)) ?? [OTHERS])[0];
  return SUBJECTS.map(([name]) => [name, entries.filter(({ key }) => subjectOf(key) === name)]).filter(([, own]) => own.length);
}
