// The funnel drawn, and the same as a table.

function funnelView(page) {
  const { words } = page;
  const picture = element("div", { class: "picture", role: "group", "aria-label": words.say("funnel.title"), tabindex: 0 });
  const rows = element("tbody");
  const heads = ["stage", "arrive", "pass", "share", "from"].map((column) => element("th", { scope: "col", class: /stage|from/.test(column) ? "" : "number" }, words.say(`funnel.${column}`)));
  const table = element("table", {}, element("caption", { class: "unseen" }, words.say("funnel.title")), element("thead", {}, element("tr", {}, heads)), rows);
  const node = element("section", { class: "funnel", "aria-labelledby": "funnel-title" },
    element("h2", { id: "funnel-title" }, words.say("funnel.title")), legendOf(words), picture,
    element("details", {}, element("summary", {}, words.say("funnel.table")), element("div", { class: "scroll" }, table)));
  const update = ({ funnel }) => {
    picture.replaceChildren(funnel ? funnelDrawing(page, laidOut(funnel)) : element("p", { class: "note" }, words.say("funnel.none")));
    rows.replaceChildren(...(funnel ? funnel.nodes.map((node) => funnelRow(page, node)) : []));
  };
  return { node, update };
}

const legendOf = (words) =>
  element("p", { class: "note keys" }, ["given", "assumed"].map((kind) => element("span", { class: "key" },
    drawing("svg", { width: 22, height: 12, "aria-hidden": "true" }, hatching(`hatch-${kind}`), drawing("rect", { width: 22, height: 12, rx: 2, class: kind, fill: kind === "given" ? null : `url(#hatch-${kind})` })),
    words.say(`funnel.${kind}`))));

/** Pale stripes: what nobody has told yet. */
const hatching = (id) =>
  drawing("defs", {}, drawing("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    drawing("rect", { width: 6, height: 6, class: "hatch-ground" }), drawing("rect", { width: 2, height: 6, class: "hatch-line" })));

function funnelDrawing(page, { nodes, links }) {
  const { width, height } = ROOM;
  const paint = ({ given }) => (given ? { class: "given" } : { class: "assumed", fill: "url(#hatch)" });
  const flows = links.map((link) => drawing("path", { d: ribbon(link), ...paint(link) }, drawing("title", {}, flowText(page, link))));
  const bars = nodes.map((node) => drawing("rect", { x: node.x, y: node.y.toFixed(1), width: ROOM.bar, height: node.tall.toFixed(1), class: `bar ${node.given ? "given" : "assumed"}` }));
  return drawing("svg", { viewBox: `0 0 ${width} ${height}`, class: "sankey", role: "img", "aria-label": funnelText(page, nodes) },
    hatching("hatch"), drawing("g", { class: "flows" }, flows), drawing("g", {}, bars), nodes.map((node) => nodeLabel(page, node)));
}

/** A stage's or a source's name; campaigns and events are no stages and have one of the page. */
const nameOf = ({ words, state }, { id, label }) => (label ? label[state.language] : words.say(`source.${id}`));

/** The number that arrives and the stage's name, beside the bar. */
function nodeLabel(page, node) {
  const label = nameOf(page, node);
  const [x, y] = [node.x + ROOM.bar + 4, node.y + node.tall / 2];
  const lines = wrapped(label, 17);
  const top = node.tall > 34 ? y - 3 - 5 * (lines.length - 1) : node.y + 9;
  const texts = lines.map((line, at) => drawing("tspan", { x, y: (top + 11.5 * (at + 1)).toFixed(1) }, line));
  return drawing("g", { class: node.given ? "label" : "label guessed" }, drawing("title", {}, label),
    drawing("text", { x, y: top.toFixed(1), class: "figure" }, figureOf(page, node.n)), drawing("text", { class: "what" }, texts));
}

const figureOf = ({ words }, n) => words.number(n, n < 100 && Math.abs(n - Math.round(n)) > 0.05 ? 1 : 0);

const flowText = (page, { source, target, n }) =>
  page.words.say("funnel.flow", { n: figureOf(page, n), from: nameOf(page, source), to: nameOf(page, target) });

/** The picture in a sentence: what arrives at each stage. */
const funnelText = (page, nodes) =>
  page.words.say("funnel.said", { stages: nodes.filter((node) => !node.source).map((node) => `${nameOf(page, node)} ${figureOf(page, node.n)}`).join(", ") });

function funnelRow(page, node) {
  const { words } = page;
  const passes = node.source || node.last ? null : node.passed;
  return element("tr", {},
    element("th", { scope: "row" }, named(nameOf(page, node))),
    element("td", { class: "number" }, figureOf(page, node.n)),
    element("td", { class: "number" }, passes === null ? NOTHING : figureOf(page, passes)),
    element("td", { class: "number" }, passes === null ? NOTHING : words.percent(passes / node.n, 1)),
    element("td", {}, words.say(node.given ? "funnel.given" : "funnel.assumed")));
}
