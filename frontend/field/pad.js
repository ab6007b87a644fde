// A signature on the glass: strokes as vectors with their time, never a picture. Signing says only that it was received.

import { h, path, svg } from "./dom.js";

const STEP = 2; // a point closer than this says nothing new

// strokes: [[[x, y, ms], …], …]; onEnd gets them after each lifted finger
export function signaturePad({ strokes, caption, redo, label, onEnd, onRedo }) {
  const lines = strokes.map((stroke) => path(drawn(stroke)));
  const board = svg("0 0 358 132", { fill: "none", stroke: "currentColor", "stroke-width": "3.4", "stroke-linecap": "round", "stroke-linejoin": "round", role: "img", "aria-label": label }, ...lines); // prettier-ignore
  const pad = h("div", { class: "p-pad" }, board, h("span", { class: "cap" }, caption), strokes.length ? h("button", { type: "button", class: "redo", on: { click: onRedo } }, redo) : null);
  let stroke = null;
  let line = null;
  let begun = 0;
  const point = (event) => {
    const frame = board.getBoundingClientRect();
    return [Math.round(((event.clientX - frame.left) / frame.width) * 358), Math.round(((event.clientY - frame.top) / frame.height) * 132), Math.round(event.timeStamp - begun)];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".redo")) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    begun = begun || event.timeStamp;
    stroke = [point(event)];
    line = path(drawn(stroke));
    board.append(line);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const next = point(event);
    const last = stroke.at(-1);
    if (Math.hypot(next[0] - last[0], next[1] - last[1]) < STEP) return;
    stroke.push(next);
    line.setAttribute("d", drawn(stroke));
  });
  const up = () => {
    if (!stroke) return;
    const done = stroke;
    stroke = null;
    if (done.length > 1) onEnd([...strokes, done]);
  };
  pad.addEventListener("pointerup", up);
  pad.addEventListener("pointercancel", up);
  return pad;
}

const drawn = (stroke) => stroke.map(([x, y], number) => `${number ? "L" : "M"}${x} ${y}`).join("");
