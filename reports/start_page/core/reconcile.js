// Rule R1: counts that do not balance (optimizer/scenario/start/reconcile.py).

const ASK = [0.87, 1.15];
const REFUSE = [0.67, 1.5];
const UNCERTAIN = ["leads_campaign", "leads_event", "leads_hot", "referrals", "partner_opps", "walkins",
  "r_hot", "r_lead", "r_meeting", "r_offer", "r_partner", "r_walkin"];
const WIDEST = 1;

/** The company whose counts and rates give what was signed: {company, walk, found, signed, step}. */
function reconciled(company) {
  const { count, count_stages: stages } = company.form;
  const signed = company.counts[count];
  const moving = uncertainOf(company);
  const signatures = (t) => countIn(walkOf(movedBy(company, moving, t)), stages);
  let [low, high] = [-WIDEST, WIDEST];
  for (let at = 0; at < HALVINGS; at += 1) {
    const middle = (low + high) / 2;
    if (signatures(middle) < signed) low = middle;
    else high = middle;
  }
  const t = (low + high) / 2;
  const moved = movedBy(company, moving, t);
  return { company: moved, walk: walkOf(moved), found: signatures(0), signed, step: Math.expm1(t) };
}

const countIn = ({ arriving }, stages) => sum(stages.map((stage) => arriving[stage] ?? 0));

/** Every uncertain count and rate multiplied by exp(t); no rate beyond 0.97, unless it was given so. */
function movedBy(company, moving, t) {
  const factor = Math.exp(t);
  const each = (values, move) => Object.fromEntries(Object.entries(values).map(([id, value]) => [id, moving.has(id) ? move(value) : value]));
  return {
    ...company,
    counts: each(company.counts, (value) => value * factor),
    shares: each(company.shares, (value) => Math.min(value * factor, Math.max(value, HIGHEST))),
  };
}

/** Counts of leads and conversion rates; the rate of a stock too where what comes of it is signed. */
function uncertainOf(company) {
  const signed = new Set(company.form.count_stages);
  const feeding = stagesOf(company).filter((stage) => stage.ways.some((way) => Object.keys(way.to).some((to) => signed.has(to))));
  return new Set([...UNCERTAIN, ...feeding.map(({ rate }) => rate).filter(Boolean)]);
}
