// What every screen is made of: the head to read, the band of state, the next step at the foot, the tabs.

import { button, chip, h, icon } from "./dom.js";
import { dayOf, hourOf, weekdayOf } from "./logic/days.js";
import { shortDistance } from "./logic/geo.js";

export const STATES = {
  compliant: ["ok", "circle-check"],
  non_compliant: ["bad", "circle-x"],
  unknown: ["unk", "help-circle"],
  unchecked: ["unk", "circle-dotted"],
  not_let: ["unk", "minus"],
};

export function top(title, { sub = null, back = null, right = null } = {}) {
  return h("header", { class: "p-top" },
    back ? h("a", { class: "p-back", href: back, "aria-label": title }, icon("chevron-left")) : h("span"),
    h("div", {}, h("h1", {}, title), sub && h("small", {}, sub)), right); // prettier-ignore
}

export const savedMark = (app) => h("small", {}, icon("lock"), ` ${app.t("saved.mark")}`);

export const netMark = (app) => (app.online ? null : chip("due", "cloud-off", app.t("net.offline")));

// slim: one line while working; else the large one at the end
export function band(state, word, right, { slim = true } = {}) {
  const [tone, sign] = state;
  return h("section", { class: `p-state ${slim ? "slim" : ""}`, "data-state": tone, "aria-live": "polite" },
    icon(sign), h("b", {}, word), h("p", {}, right)); // prettier-ignore
}

export const screen = (...parts) => parts.flat().filter(Boolean);

export const main = (...children) => h("main", { class: "p-main" }, children);

export const foot = (...children) => h("footer", { class: "p-foot" }, children);

export const pair = (...children) => h("div", { class: "pair" }, children);

export function strip(sign, text, { bad = false, act = null } = {}) {
  return h("div", { class: "p-net", "data-state": bad ? "bad" : null, role: "status" }, icon(sign), h("span", {}, text), act);
}

export const stripButton = (label, act) => h("button", { type: "button", class: "p-act", on: { click: act } }, label);

// What is wrong with phone, network or account, the most serious first; one strip each.
export function warnings(app) {
  const { t } = app;
  const queue = app.queue();
  const found = [];
  const go = (where) => () => (location.hash = where);
  if (app.broken) found.push(strip("alert-circle", app.broken, { bad: true, act: stripButton(t("low.button"), go("#/sync")) }));
  if (app.stranger) found.push(strip("user", t("stranger.text", { who: app.stranger }), { bad: true }));
  if (app.signedOut) found.push(strip("lock", t("signedout.text"), { act: h("a", { class: "p-act", href: "/accounts/login/?next=/field/" }, t("signin.button")) }));
  if (queue.late) found.push(strip("clock-exclamation", t("late.text", { n: queue.unsent }), { act: stripButton(t("late.button"), go("#/sync")) }));
  if (app.low) found.push(strip("alert-circle", t("low.text", { mb: Math.max(0, Math.round(app.space.free / 1048576)) }), { act: stripButton(t("low.button"), go("#/sync")) }));
  if (Math.abs(app.clock.offset) > 300) found.push(strip("clock", t("clock.text", { gap: gap(app, app.clock.offset) })));
  if (app.waiting && !app.drafts.size) found.push(strip("refresh", t("update.text"), { act: stripButton(t("update.button"), () => app.waiting.postMessage("take-over")) }));
  return found;
}

function gap(app, seconds) {
  const size = Math.abs(seconds);
  if (size >= 86400) return app.t("gap.days", { n: Math.round(size / 86400) });
  return size >= 3600 ? app.t("gap.hours", { n: Math.round(size / 3600) }) : app.t("gap.minutes", { n: Math.round(size / 60) });
}

export function tabs(app, current) {
  const { t } = app;
  const unsent = app.queue().unsent + app.queue().decide;
  const tab = (name, href, sign, more = null) =>
    h("a", { href, "aria-current": name === current ? "page" : null }, icon(sign), t(`tab.${name}`), more);
  return h("nav", { class: "p-tabs", "aria-label": t("tab.menu") },
    tab("today", "#/today", "list-details"),
    tab("find", "#/find", "search"),
    h("a", { class: "scan", href: "#/scan" }, h("span", {}, icon("scan")), t("tab.scan")),
    tab("two", "#/two", "bolt"),
    tab("sync", "#/sync", "cloud-upload", unsent ? h("span", { class: "n" }, unsent) : null)); // prettier-ignore
}

// --- words for days, places and rooms ----------------------------------------------------------------------------------

export function dayWords(app, day) {
  const [, month, date] = day.split("-").map(Number);
  return app.lang === "zh" ? `${month}月${date}日` : `${date} ${MONTHS[month - 1]}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const weekdayWords = (app, day) => app.t(`weekday.${weekdayOf(day)}`);

// 今天 19:00, 11月28日 10:00
export function momentWords(app, ms) {
  const day = dayOf(ms);
  return `${day === app.today() ? app.t("day.today") : dayWords(app, day)} ${hourOf(ms)}`;
}

export function dueWords(app, one) {
  if (one.due === null) return app.t("due.working", { n: one.days });
  if (one.due <= app.today() && one.days === 0) return app.t("due.now");
  return app.t("due.by", { day: dayWords(app, one.due) });
}

export const roomWords = (app, name) => (name === "dwelling" ? app.t("place.shared") : name === "unit" ? app.t("place.stairs") : app.lang === "zh" && /^[A-Za-z0-9]{1,3}$/.test(name) ? `${name}室` : name);

let estate = ""; // of the whole grid, if it has only one

export const setEstate = (name) => (estate = name);

export function shortAddress(home) {
  const address = home.address ?? "";
  return estate && address.startsWith(estate) ? address.slice(estate.length).trim() || address : address;
}

// 12幢2单元402室 → 402室
export const doorOf = (home) => shortAddress(home).match(/([^幢栋单元\s]+室?)$/)?.[1] || shortAddress(home);

export function farMark(app, metres) {
  const short = shortDistance(metres);
  return h("span", { class: "far" }, short ? short[0] : icon("map-pin"), short && h("small", {}, app.t(`unit.${short[1]}`)));
}

export const severity = (app, one) => h("span", { class: "a-sev", "data-sev": one.severity }, app.t(`severity.${one.severity}`));

export function menuLine(sign, label, { href = null, act = null, small = null } = {}) {
  const inside = [icon(sign), h("span", {}, label, small && h("small", {}, small)), icon("chevron-right")];
  return href ? h("a", { class: "p-line", href }, inside) : h("button", { type: "button", class: "p-line", on: { click: act } }, inside);
}

// Where an act leads once it is stored. Storing takes a moment: who went elsewhere meanwhile is left there.
export function afterwards() {
  const here = location.hash;
  return (where) => {
    if (location.hash === here) location.hash = where;
  };
}

export const backButton = (label, href) => button(label, () => (location.hash = href));
