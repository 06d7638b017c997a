// The funnel as a picture: which stages and sources there are, what flows between them, and where each stands.

/** Stages, sources and flows of a walk, in units that arrive; `known` tells what was answered. */
function funnelOf(company, walk, known) {
  const market = fromMarket(company).map((flow) => ({ ...flow, n: flow.units, given: known(sourceAnswer(company.form, flow.from)) }));
  const links = gatheredLinks([...market, ...stagesOf(company).flatMap((stage) => linksOf(company, walk, stage, known))]);
  const sources = [...new Set(links.map((link) => link.from))].filter((id) => market.some((flow) => flow.from === id));
  const nodes = [...sources.map((id) => sourceNode(company, id, links)), ...stagesOf(company).map((stage) => stageNode(company, walk, stage, links, known))];
  const kept = nodes.filter((node) => node.n > 0);
  const ids = new Set(kept.map((node) => node.id));
  return { nodes: kept, links: links.filter((link) => ids.has(link.from) && ids.has(link.to)) };
}

/** What leaves a stage; known where the rate was answered, or of a hand-over what arrives. */
function linksOf({ form }, { worked, arriving }, stage, known) {
  if (!(stage.id in worked)) return [];
  const given = known(stage.passes ? form.campaign.answer : (stage.rate ?? GROUP_RATES[stage.group]));
  return passedOn(worked[stage.id], arriving[stage.id] ?? 0).map(([to, n]) => ({ from: stage.id, to, n, given }));
}

/** Flows between the same two stages are one; none is nothing. */
function gatheredLinks(links) {
  const one = new Map();
  for (const link of links) {
    const key = `${link.from} ${link.to}`;
    if (one.has(key)) one.get(key).n += link.n;
    else one.set(key, { ...link });
  }
  return [...one.values()].filter((link) => link.n > 0);
}

/** The answer that counts what a source brings. */
function sourceAnswer({ campaign, hourly }, id) {
  if (id === "campaigns") return campaign.answer;
  return id === "events" ? campaign.event_answer : hourly.find(({ act }) => act === id).answer;
}

function sourceNode({ form, library }, id, links) {
  const own = links.filter((link) => link.from === id);
  const work = form.hourly.find(({ act }) => act === id);
  return { id, label: work ? library.families[work.family].label : null, n: sum(own.map((link) => link.n)), inflow: 0, source: true, given: own.every((link) => link.given) };
}

function stageNode({ form }, { arriving, inflow }, stage, links, known) {
  const fed = links.filter((link) => link.to === stage.id).every((link) => link.given);
  const counted = form.count_stages.includes(stage.id);
  const given = counted ? known(form.count) : fed && (!stage.inflow || known(stage.inflow));
  const passed = sum(links.filter((link) => link.from === stage.id).map((link) => link.n));
  return { id: stage.id, label: stage.label, n: arriving[stage.id] ?? 0, inflow: inflow[stage.id] ?? 0, passed, last: !stage.ways.length, given };
}

// --- where everything stands -----------------------------------------------------------------------------

const ROOM = { width: 920, height: 440, bar: 9, gap: 40, right: 116, top: 22 };

/** The same with x, y and heights: every thing as late as it can be, heights in proportion to what arrives. */
function laidOut({ nodes, links }, room = ROOM) {
  const columns = columnsOf(nodes, links);
  const wide = (room.width - room.right) / Math.max(1, columns.length - 1);
  const scale = scaleOf(columns, room);
  columns.forEach((column, at) => stacked(column, at * wide, scale, room));
  for (let at = columns.length - 2; at >= 0; at -= 1) stacked(untangled(columns[at], nodes, links), at * wide, scale, room);
  const placed = new Map(nodes.map((node) => [node.id, node]));
  const flows = links.map((link) => ({ ...link, source: placed.get(link.from), target: placed.get(link.to), wide: Math.max(1.2, link.n * scale) }));
  return { nodes, links: joinedEnds(flows, room) };
}

function columnsOf(nodes, links) {
  const steps = new Map();
  const stepsLeft = (id) => {
    if (!steps.has(id)) steps.set(id, Math.max(0, ...links.filter((link) => link.from === id).map((link) => 1 + stepsLeft(link.to))));
    return steps.get(id);
  };
  const most = Math.max(0, ...nodes.map((node) => stepsLeft(node.id)));
  return Array.from({ length: most + 1 }, (_, at) => nodes.filter((node) => stepsLeft(node.id) === most - at));
}

/** A column in the order of what it leads to, so that few flows cross. */
function untangled(column, nodes, links) {
  const place = new Map(nodes.map(({ id, y, tall }) => [id, y + tall / 2]));
  const aim = (node) => {
    const own = links.filter((link) => link.from === node.id);
    return own.length ? sum(own.map((link) => link.n * place.get(link.to))) / sum(own.map((link) => link.n)) : place.get(node.id);
  };
  return [...column].sort((a, b) => aim(a) - aim(b));
}

/** Pixels a unit, so that the fullest column fits. */
const scaleOf = (columns, room) =>
  Math.min(...columns.map((column) => (room.height - room.top - column.length * room.gap) / (sum(column.map((node) => node.n)) || 1)));

function stacked(column, x, scale, room) {
  const tall = column.map((node) => Math.max(2, node.n * scale));
  let y = room.top + Math.max(0, (room.height - room.top - sum(tall) - column.length * room.gap) / 2);
  column.forEach((node, at) => {
    Object.assign(node, { x, y, tall: tall[at] });
    y += tall[at] + room.gap;
  });
}

/** Both ends of every flow, stacked along the stages that they join; what arrives by itself lies above. */
function joinedEnds(flows, room) {
  const down = new Map();
  const next = (key, from, wide) => {
    const y = down.get(key) ?? from;
    down.set(key, y + wide);
    return y;
  };
  const bySource = [...flows].sort((a, b) => a.target.y - b.target.y);
  for (const flow of bySource) flow.y0 = next(`out ${flow.from}`, flow.source.y, flow.wide);
  const byTarget = [...flows].sort((a, b) => a.source.y - b.source.y);
  for (const flow of byTarget) {
    const own = flow.target.n ? (flow.target.tall * flow.target.inflow) / flow.target.n : 0;
    flow.y1 = next(`in ${flow.to}`, flow.target.y + own, flow.wide);
  }
  return flows.map((flow) => ({ ...flow, x0: flow.source.x + room.bar, x1: flow.target.x }));
}

/** A ribbon as an SVG path. */
function ribbon({ x0, y0, x1, y1, wide }) {
  const [mid, p] = [(x0 + x1) / 2, (value) => value.toFixed(1)];
  const over = `M${p(x0)},${p(y0)}C${p(mid)},${p(y0)} ${p(mid)},${p(y1)} ${p(x1)},${p(y1)}`;
  return `${over}V${p(y1 + wide)}C${p(mid)},${p(y1 + wide)} ${p(mid)},${p(y0 + wide)} ${p(x0)},${p(y0 + wide)}Z`;
}

/** A label on at most `most` lines of about `wide` characters. */
function wrapped(text, wide, most = 2) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line && line.length + word.length + 1 > wide) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += "…";
  return kept.map((line) => (line.length > wide + 4 ? `${line.slice(0, wide + 3)}…` : line));
}
