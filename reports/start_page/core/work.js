// Work of today before it is written down: rules R2 to R4 (optimizer/scenario/start/work.py).

const SHARE_BOUNDS = [0.05, 0.95];
/** Units of later stages per unit beyond which six digits of a volume are too few. */
const ALL_OF_IT = 1 - 1e-5;
const [TARGETED, WIDE, EVENT] = ["targeted_campaign", "wide_net", "event"];

/** All work with the library's hours: campaigns, hourly work, then ways in the order of the funnel. */
const workOf = (company, walk) => [...campaignWork(company), ...hourlyWork(company), ...waysWork(company, walk)];

/** The volume as it is written: rounded down, so that nothing is overdrawn. */
const writtenVolume = (work) => below(work.volume * (work.cut ?? 1), isInFull(work) ? 12 : 6);

/** A hand-over, and a way that loses nothing: for a rounded volume it would yield more than all. */
const isInFull = ({ passes, from, yields }) => passes || (from !== null && sum(Object.values(yields)) > ALL_OF_IT);

/** Yields with which the written volume brings exactly what the unrounded one does. */
function writtenYields(work) {
  const pairs = Object.entries(work.yields).filter(([, units]) => units > 0);
  return Object.fromEntries(pairs.map(([stage, units]) => [stage, exactly(units * roundedOff(work))]));
}

/** Money per unit with which the written volume costs exactly what was answered. */
const writtenCash = (work) => exactly(work.cash * roundedOff(work));

/** The volume over what is written of it. */
function roundedOff(work) {
  const written = writtenVolume(work);
  return written > 0 && !isInFull(work) ? work.volume / written : 1;
}

/** R2, the walk with written numbers: ways of a stage that would take more than arrives are cut. */
function nothingOverdrawn(company, walk, works) {
  const arriving = Object.fromEntries(Object.entries(walk.inflow).map(([stage, units]) => [stage, exactly(units)]));
  const cut = new Map(works.map((work) => [work.act, work]));
  for (const source of [null, ...stagesOf(company).map(({ id }) => id)]) {
    const mine = works.filter(({ from }) => from === source);
    const [taken, there] = [sum(mine.map(writtenVolume)), source === null ? Infinity : (arriving[source] ?? 0)];
    const kept = taken > there ? mine.map((work) => ({ ...work, cut: there / taken })) : mine;
    for (const work of kept) {
      cut.set(work.act, work);
      for (const [stage, units] of Object.entries(writtenYields(work))) arriving[stage] = (arriving[stage] ?? 0) + writtenVolume(work) * units;
    }
  }
  return [...cut.values()];
}

const midOf = (library, family, name, otherwise) => library.families[family][name]?.mid ?? otherwise;

/** R4: where campaign leads come from, so that the stated share in the target comes out exactly. */
function mixOf(library, fit) {
  const [targeted, wide] = [midOf(library, TARGETED, "fit_share"), midOf(library, WIDE, "fit_share")];
  const [low, high] = SHARE_BOUNDS;
  const share = Math.min(high, Math.max(low, (fit - wide) / (targeted - wide)));
  const reached = share * targeted + (1 - share) * wide;
  if (fit > reached) {
    const better = Math.min(1, (fit - (1 - share) * wide) / share);
    return { targeted: share, fitTargeted: better, fitWide: (fit - share * better) / (1 - share) };
  }
  return { targeted: share, fitTargeted: (targeted * fit) / reached, fitWide: (wide * fit) / reached };
}

function campaignWork(company) {
  const { library, counts, form: { campaign } } = company;
  if (!campaign) return [];
  const [mix, all] = [mixOf(library, company.shares.fit_share), counts[campaign.answer]];
  const toTarget = (fit) => ({ [campaign.fit]: fit, [campaign.broad]: 1 - fit });
  const parts = [
    [TARGETED, all * mix.targeted, toTarget(mix.fitTargeted)],
    [WIDE, all * (1 - mix.targeted), toTarget(mix.fitWide)],
    [EVENT, counts[campaign.event_answer], campaign.event_to],
  ];
  const numberOf = (family, units) => units / midOf(library, family, "units_per_unit");
  const usual = sum(parts.map(([family, units]) => midOf(library, family, "cash") * numberOf(family, units)));
  const cash = answerOf(company, "spend") / usual;
  return parts.filter(([, units]) => units > 0).map(([family, units, to]) => {
    const each = midOf(library, family, "units_per_unit");
    const yields = Object.fromEntries(Object.entries(to).map(([stage, share]) => [stage, each * share]));
    return fromMarketWork(company, { act: family, family, team: campaign.team, kind: "campaign", volume: numberOf(family, units), yields, cash: midOf(library, family, "cash") * cash });
  });
}

function hourlyWork(company) {
  const { library, counts } = company;
  return hourlyOf(company).map((work) => {
    const { act, family, team } = work;
    const each = resultOf(library, work);
    const volume = (counts[work.answer] * work.share) / each;
    return fromMarketWork(company, { act, family, team, kind: "hourly", volume, yields: { [work.to]: each }, cash: midOf(library, family, "cash", 0), hourUnit: work.unit_hours ?? true });
  });
}

/** What a unit of hourly work brings. */
const resultOf = (library, { family, y_from: from }) =>
  from ? midOf(library, from, "units_per_unit") * midOf(library, family, "yield_vs_good") : midOf(library, family, "units_per_unit");

function fromMarketWork({ library }, { family, hourUnit = false, ...work }) {
  const hours = hourUnit ? 1 : midOf(library, family, "hours");
  return { ...work, family: library.families[family], hourUnit, hours, from: null, way: null, arriving: 0, passes: false };
}

/** x_a = F (1 - u) g_a (rule R2), with the yields of rule R3. */
function waysWork(company, walk) {
  const owned = stagesOf(company).filter((stage) => stage.owner !== null);
  return owned.flatMap((stage) => walk.worked[stage.id].ways.map((used) => wayWork(company, stage, walk, used)));
}

function wayWork(company, stage, { worked, arriving }, { way, share, rate }) {
  const { library } = company;
  const units = arriving[stage.id] ?? 0;
  const yields = Object.fromEntries(Object.entries(way.to).map(([to, part]) => [to, rate * part]));
  return {
    act: way.act,
    family: library.families[way.family],
    team: stage.owner,
    kind: "way",
    volume: units * (1 - worked[stage.id].leave) * share,
    yields,
    hours: midOf(library, way.family, "hours") * (way.hours_factor ?? 1),
    from: stage.id,
    way,
    cash: midOf(library, way.family, "cash", 0) + (way.cash_of_price ?? 0) * answerOf(company, "price"),
    arriving: units,
    passes: stage.passes,
    hourUnit: false,
  };
}
