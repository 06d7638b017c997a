// Building the page. Texts become text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (functions are listeners; true is an empty attribute, false and null none). */
function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function drawing(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null));
  return node;
}

/** A text of the scenario, kept apart from the direction and overrides of what stands around it. */
function named(text, ...classes) {
  return element("bdi", { class: ["name", ...classes].join(" "), dir: "auto", title: text }, text);
}

const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};
const setClass = (node, name, on) => node.classList.toggle(name, on);
