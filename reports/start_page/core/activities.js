// Stages and activities as the file holds them (optimizer/scenario/start/activity_trees.py).

/** Of what arrives, for work that nobody does today and that is no gaming. */
const REACH_UNSEEN = 0.1;

/** Units per period it could come to; null for honest work that is done today. */
function reachOf(work) {
  const written = writtenVolume(work);
  if (work.family.reach_share || work.family.gaming) {
    const share = work.family.reach_share?.mid ?? REACH_UNSEEN;
    return short(Math.max(share * work.arriving, (1 + share) * written)) || 1;
  }
  return written > 0 ? null : short(REACH_UNSEEN * work.arriving) || 1;
}

/** How much better gaming must become before people start; null where it is done, or honest. */
function entryOfGaming({ parameters }, work) {
  if (writtenVolume(work) > 0 || !work.family.gaming) return null;
  return work.family.entry?.mid ?? parameters.entry.mid;
}

/** The section `stages`. */
function stageTrees(company, walk, values) {
  const treeOf = (stage) => ({
    label: stage.label,
    ...(stage.owner !== null ? { owner: stage.owner } : {}),
    ...((walk.inflow[stage.id] ?? 0) > 0 ? { inflow: exactly(walk.inflow[stage.id]) } : {}),
    ...(stage.id in values ? { value: values[stage.id] } : {}),
  });
  return Object.fromEntries(stagesOf(company).map((stage) => [stage.id, treeOf(stage)]));
}

/** The section `activities`. */
const activityTrees = (company, works, lags) => Object.fromEntries(works.map((work) => [work.act, activityTree(company, work, works, lags[work.act])]));

function activityTree(company, work, works, lag) {
  const optional = { from: work.from, reach: reachOf(work), entry: entryOfGaming(company.library, work) };
  const tree = {
    label: labelOf(company, work, works),
    team: work.team,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    yields: writtenYields(work),
    hours: short(work.hours),
    cash: writtenCash(work),
    lag,
    baseline: writtenVolume(work),
    gaming: work.family.gaming,
  };
  const says = (value) => (typeof value === "object" ? Object.keys(value).length > 0 : Boolean(value));
  return Object.fromEntries(Object.entries(tree).filter(([name, value]) => name === "baseline" || says(value)));
}

/** The way's own name, else the family's; that with the stage where several activities are of the family. */
function labelOf({ form }, work, works) {
  if (work.way?.label) return { ...work.way.label };
  const name = work.family.label;
  if (work.from === null || works.filter(({ family }) => family.id === work.family.id).length === 1) return { ...name };
  const stage = form.stages.find(({ id }) => id === work.from).label;
  return { en: `${name.en} (${stage.en})`, fr: `${name.fr} (${stage.fr})` };
}
