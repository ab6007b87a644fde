// Elements without markup in strings: no text of a record can become code, and the content policy has nothing to allow.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = __FIELD_ICONS__; // name → path, put in by build.mjs

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "share") element.style.width = `${value}%`;
    else if (name in PROPERTIES) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  fill(element, children);
  return element;
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, srcObject: 1, muted: 1, playsInline: 1 };

function fill(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "a-icon");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(path(ICONS[name]));
  return drawing;
}

export function path(d, attributes = {}) {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", d);
  for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
  return line;
}

export function svg(viewBox, attributes, ...children) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", viewBox);
  for (const [name, value] of Object.entries(attributes)) drawing.setAttribute(name, value);
  drawing.append(...children);
  return drawing;
}

// A text with {b}bold{/b} parts
export function rich(text) {
  return text.split(/(\{b\}.*?\{\/b\})/).map((part) => (part.startsWith("{b}") ? h("b", {}, part.slice(3, -4)) : part));
}

export const button = (label, act, { css = "", sign = null, after = null, small = null, ...rest } = {}) =>
  h("button", { type: "button", class: `p-btn ${css}`, on: { click: act }, ...rest },
    sign && icon(sign), h("span", {}, label, small && h("small", {}, small)), after && icon(after)); // prettier-ignore

export const chip = (state, sign, label) => h("span", { class: "a-chip", "data-state": state }, icon(sign), label);
