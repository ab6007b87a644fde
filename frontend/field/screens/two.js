// What is seen in passing, in two taps: the tab, and the shutter that is named after it. Kept at once, taken back within
// three seconds.

import { h, icon } from "../dom.js";
import { closeCamera, filePicker, grab, openCamera } from "../camera.js";
import { afterwards, netMark, shortAddress } from "../frame.js";
import { addPhoto, answer } from "../logic/draft.js";
import { nearest } from "../logic/today.js";

export const REGRET = 3000;
const SIGNS = { ebike: "scooter", gas: "bottle", blocked: "door-exit", locked: "lock" };

// What each shutter says of a home, and of a shared part; a cylinder in a lobby is in no rule, so it is told in words.
const MEANS = {
  home: { ebike: ["dwelling", "ebike_inside", true], blocked: ["dwelling", "inner_exit", "blocked"], locked: ["dwelling", "inner_exit", "locked"] },
  part: { ebike: ["unit", "corridor_charging", true], blocked: ["unit", "exit_state", "blocked"], locked: ["unit", "exit_state", "locked"] },
};

let chosen = null; // the place, when the inspector changed it

export function two(app, code) {
  const { t } = app;
  const place = code ? app.home(code) : (chosen ?? here(app));
  const video = h("video", { class: "pic", muted: true, playsInline: true, "aria-label": t("camera.view") });
  const shutters = Object.entries(SIGNS).map(([what, sign], number) =>
    h("button", { type: "button", class: number > 1 ? "alt" : "", "data-what": what, disabled: true, on: { click: async () => take(app, place, what, { blob: await grab(video), source: "camera" }) } }, icon(sign), t(`two.${what}`))); // prettier-ignore
  const files = h("div", { class: "p-main", hidden: true }, h("p", {}, t("camera.none")), Object.keys(SIGNS).map((what) => filePicker(app, t(`two.${what}`), (shot) => take(app, place, what, shot))));
  const view = h("div", { class: "p-cam" }, video, h("div", { class: "tag" }, icon("map-pin"), h("span", {}, place ? shortAddress(place) : t("two.nowhere")), h("a", { href: "#/where" }, t(place ? "two.other" : "two.choose"))));
  openCamera(video).then((stream) => {
    if (!view.isConnected) return closeCamera(stream);
    if (!stream) {
      files.hidden = false;
      return;
    }
    app.onLeave(() => closeCamera(stream));
    for (const button of shutters) button.disabled = !place;
  });
  return [
    h("header", { class: "p-top" }, h("a", { class: "p-back", href: code ? `#/home/${code}` : "#/today", "aria-label": t("back") }, icon("chevron-left")), h("div", {}, h("h1", {}, t("tab.two")), h("small", {}, t("two.hint"))), netMark(app)),
    view, files,
    h("footer", { class: "p-foot" }, h("div", { class: "p-shutters" }, shutters), h("p", {}, t("two.note")))]; // prettier-ignore
}

// In passing one stands in a staircase: its shared part, if the phone knows where it is.
function here(app) {
  const home = nearest(app.homes.values(), app.position.now());
  return home ? (home.unit && app.units.has(home.unit) ? app.sharedPart(home.unit) : app.home(home.code)) : null;
}

async function take(app, place, what, shot) {
  const go = afterwards();
  const draft = app.begin("quick_finding", place);
  await app.save(draft);
  const means = (place.shared ? MEANS.part : MEANS.home)[what];
  const subject = means ? { fact: means[1] } : {};
  let next = addPhoto(draft, await app.photoNote(draft.id, shot, subject, place));
  if (means) next = answer(next, ...means, "seen", app.iso());
  else next = { ...next, findings: [{ rule: "", room: null, own: true, isNew: true, title: app.t(`two.${what}.title`), severity: "severe", category: "gas", note: "" }] };
  await app.save({ ...next, text: app.t(`two.${what}`) });
  chosen = null;
  const timer = setTimeout(() => send(app, draft.id), REGRET);
  app.toast(app.t("two.kept", { what: app.t(`two.${what}`) }), app.t("two.undo"), async () => {
    clearTimeout(timer);
    await app.discard(draft);
  });
  go(place.shared ? "#/today" : `#/home/${place.code}`);
}

export async function send(app, id) {
  const draft = app.drafts.get(id);
  if (!draft) return;
  const place = app.subject(draft);
  await app.finish(draft, place, { title: `${place ? shortAddress(place) : ""} ${draft.text}`.trim() });
  app.sync.run({ force: true });
}

// The staircases and homes around, nearest first
export function where(app) {
  const { t } = app;
  const position = app.position.now();
  const places = [...app.units.keys()].map((code) => app.sharedPart(code));
  const listed = places.filter(Boolean).sort((one, other) => (one.address ?? "").localeCompare(other.address ?? "", "zh"));
  const choose = (place) => () => {
    chosen = place;
    location.hash = "#/two";
  };
  const near = position ? nearest(app.homes.values(), position, 500) : null;
  const first = listed.filter((place) => near && place.code === near.unit);
  const rows = [...first, ...listed.filter((place) => !first.includes(place))].slice(0, 200);
  return [
    h("header", { class: "p-top" }, h("a", { class: "p-back", href: "#/two", "aria-label": t("back") }, icon("chevron-left")), h("h1", {}, t("two.choose"))),
    h("main", { class: "p-main" }, h("div", { class: "p-card" }, rows.map((place) => h("button", { type: "button", class: "p-line", on: { click: choose(place) } }, icon("stairs"), h("span", {}, place.address), icon("chevron-right")))))]; // prettier-ignore
}
