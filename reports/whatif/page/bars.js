// Bars of results.

/** A bar from 0 to `value`, a tick at `today`, optional ticks elsewhere; all as shares of `full`. */
function barChart(label) {
  const fill = drawing("rect", { x: 0, y: 4, height: 8, rx: 2, class: "fill" });
  const goal = drawing("rect", { y: 1, width: 1.5, height: 14, class: "goal" });
  const today = drawing("rect", { y: 1, width: 3, height: 14, rx: 1.5, class: "today" });
  const ground = drawing("rect", { x: 0, y: 4, width: "100%", height: 8, rx: 2, class: "ground" });
  const marks = [ground, fill, goal, today];
  const node = drawing("svg", { class: "bar", height: 16, role: "img", "aria-label": label }, marks);
  const place = (mark, share) => {
    mark.setAttribute("visibility", Number.isFinite(share) ? "visible" : "hidden");
    if (Number.isFinite(share)) mark.setAttribute("x", `${(100 * clip(share, 0, 0.992)).toFixed(2)}%`);
  };
  return {
    node,
    update({ value, now, full, limit = NaN, tone }) {
      const share = full > 0 && Number.isFinite(value) ? clip(value / full, 0, 1) : 0;
      fill.setAttribute("width", `${(100 * share).toFixed(2)}%`);
      fill.setAttribute("class", `fill ${tone}`);
      place(today, full > 0 ? now / full : 0);
      place(goal, full > 0 && limit <= full ? limit / full : NaN);
    },
  };
}
