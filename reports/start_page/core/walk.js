// What flows through the funnel today (optimizer/scenario/start/funnel_today.py).

const MOST_PUSHED = 0.9;

/** Arrivals and work: {arriving, inflow, worked, rates}, each by stage. */
function walkOf(company) {
  const inflow = inflowsOf(company);
  const arriving = { ...inflow };
  const arrive = ([stage, units]) => (arriving[stage] = (arriving[stage] ?? 0) + units);
  fromMarket(company).forEach(({ to, units }) => arrive([to, units]));
  const [worked, rates] = [{}, {}];
  for (const stage of stagesOf(company).filter(({ owner }) => owner !== null)) {
    Object.assign(rates, ratesOf(company, stage, arriving, rates));
    const pushed = pushedOf(company, stage, arriving, rates);
    worked[stage.id] = waysOf(company.library, stage, rates[stage.id], leaveOf(company, stage), pushed);
    passedOn(worked[stage.id], arriving[stage.id] ?? 0).forEach(arrive);
  }
  return { arriving, inflow, worked, rates };
}

/** What arrives by itself; of a count that prospecting or training also bring, what they do not bring. */
function inflowsOf(company) {
  const brought = {};
  hourlyOf(company).forEach(({ answer, share }) => (brought[answer] = (brought[answer] ?? 0) + share));
  const fed = stagesOf(company).filter((stage) => stage.inflow !== null);
  return Object.fromEntries(fed.map(({ id, inflow }) => [id, company.counts[inflow] * (1 - (brought[inflow] ?? 0))]));
}

/** Leads of campaigns and events, results of prospecting: {from, to, units}. */
function fromMarket(company) {
  const { counts, shares, form } = company;
  const found = hourlyOf(company).map((work) => ({ from: work.act, to: work.to, units: counts[work.answer] * work.share }));
  if (!form.campaign) return found;
  const { answer, event_answer: event, event_to: eventTo, fit, broad } = form.campaign;
  const campaigns = [[fit, shares.fit_share], [broad, 1 - shares.fit_share]].map(([to, share]) => ({ from: "campaigns", to, units: counts[answer] * share }));
  return [...found, ...campaigns, ...Object.entries(eventTo).map(([to, share]) => ({ from: "events", to, units: counts[event] * share }))];
}

/** The stage's rate, or those of its whole group when the first of it is met. */
function ratesOf(company, stage, arriving, known) {
  if (stage.id in known) return {};
  if (stage.passes) return { [stage.id]: 1 - leaveOf(company, stage) };
  if (stage.group === null) return { [stage.id]: rateOf(company, stage) };
  const members = stagesOf(company).filter(({ group }) => group === stage.group);
  const factors = Object.fromEntries(members.map((member) => [member.id, factorOf(company.library, member)]));
  const units = Object.fromEntries(members.map(({ id }) => [id, arriving[id] ?? 0]));
  return classRates(rateOf(company, stage), units, factors);
}

/** k: the stage's rate against its group's. */
const factorOf = (library, { class_factor: factor }) => (typeof factor === "string" ? library.families[factor].yield_vs_good.mid : factor);

/** d: the share of the stage's successes that come by the way of which that was asked: discounts are a share of
 *  what the stage signs, sales that lapse of all that is signed, spread evenly over the stages that can push. */
function pushedOf(company, stage, arriving, rates) {
  const way = stage.ways.find(({ share }) => PUSHED.has(share));
  if (!way) return 0;
  if (way.share === "discount_share_ways") return company.shares.discount_share;
  const wanted = company.shares.push_share * company.counts[company.form.count];
  const mine = stagesOf(company).filter((other) => other.ways.some(({ share }) => share === way.share));
  const successes = sum(mine.map((other) => (rates[other.id] ?? rateOf(company, other)) * (arriving[other.id] ?? 0)));
  return successes > 0 ? Math.min(MOST_PUSHED, wanted / successes) : 0;
}

/** What a stage's ways yield: [stage, units]. */
function passedOn({ ways, leave }, arriving) {
  const taken = arriving * (1 - leave);
  return ways.flatMap(({ way, share, rate }) => Object.entries(way.to).map(([to, part]) => [to, taken * share * rate * part]));
}
