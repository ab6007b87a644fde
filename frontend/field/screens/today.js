// Today: where to go first, by how late and how near.

import { h, icon } from "../dom.js";
import { dayWords, farMark, screen, shortAddress, strip, tabs, warnings, weekdayWords } from "../frame.js";
import { hourOf, dayOf } from "../logic/days.js";
import { distance } from "../logic/geo.js";
import { groups } from "../logic/today.js";

const SHOWN = 40; // rows per group; a list nobody can finish in a day is reached by search

export function today(app) {
  const { t } = app;
  const on = app.today();
  const done = app.doneToday();
  const found = groups(app.grid.plan, app.places(), on, app.position.now(), done);
  const todays = found.over.length + found.due.length;
  return screen(
    hero(app, on, todays, done.size),
    strips(app),
    h("main", { class: "p-main" },
      drafts(app),
      group(app, "over", "clock-exclamation", t("today.over", { n: found.over.length }), t("today.over.hint"), found.over, "over"),
      group(app, "", "clock", t("today.due", { n: found.due.length }), t("today.near"), found.due, "due"),
      group(app, "", "list-details", t("today.planned", { n: found.planned.length }), t("today.planned.hint"), found.planned, null),
      !todays && !found.planned.length && h("div", { class: "p-known" }, h("b", {}, icon("check"), ` ${t("today.none")}`), t("today.none.hint")),
      h("p", { class: "p-fine" }, carried(app), " ", h("a", { href: "#/settings" }, t("settings.title")))),
    tabs(app, "today")); // prettier-ignore
}

function hero(app, on, left, done) {
  const { t } = app;
  const queue = app.queue();
  const all = left + done;
  const say = queue.unsent ? t(app.online ? "net.on.unsent" : "net.off.unsent", { n: queue.unsent }) : t(app.online ? "net.online" : "net.offline");
  return h("header", { class: "p-hero" },
    h("div", { class: "row" },
      h("div", {}, h("h1", {}, `${dayWords(app, on)} ${weekdayWords(app, on)}`), h("small", {}, (app.me?.areas ?? []).map((area) => area.name).join(" / ") || app.me?.office)),
      h("a", { class: `p-pill ${app.online && !queue.unsent ? "fine" : ""}`, href: "#/sync" }, icon(app.online ? (queue.unsent ? "cloud-upload" : "cloud-check") : "cloud-off"), say)),
    h("div", { class: "row" }, h("small", {}, t("today.count", { all, done })), h("small", {}, t("today.left", { n: left }))),
    h("div", { class: "p-meter", role: "img", "aria-label": t("today.count", { all, done }) }, h("i", { share: all ? Math.round((done / all) * 100) : 0 }))); // prettier-ignore
}

function strips(app) {
  const { t } = app;
  const found = warnings(app);
  if (!app.online) found.push(strip("cloud-off", app.grid.at ? t("net.strip", { when: loaded(app) }) : t("net.strip.empty")));
  return found;
}

export const loaded = (app) => (dayOf(app.grid.at) === app.today() ? hourOf(app.grid.at) : `${dayWords(app, dayOf(app.grid.at))} ${hourOf(app.grid.at)}`);

const carried = (app) => (app.grid.at ? app.t("today.carried", { when: loaded(app), n: app.homes.size, mb: ((app.space?.used ?? 0) / 1048576).toFixed(1) }) : "");

function drafts(app) {
  const open = [...app.drafts.values()].filter((draft) => app.subject(draft) && draft.kind !== "quick_finding");
  if (!open.length) return null;
  return h("div", {},
    h("div", { class: "p-h gap" }, icon("pencil"), h("h2", {}, app.t("today.drafts", { n: open.length }))),
    h("div", { class: "p-card" }, open.map((draft) => item(app, { home: app.subject(draft), away: distance(app.position.now(), app.subject(draft)), items: [] }, "draft", `#/visit/${draft.id}`, app.t("today.draft.hint"))))); // prettier-ignore
}

function group(app, css, sign, title, hint, rows, state) {
  if (!rows.length) return null;
  return h("div", {},
    h("div", { class: `p-h gap ${css}` }, icon(sign), h("h2", {}, title), h("small", {}, hint)),
    h("div", { class: "p-card" },
      rows.slice(0, SHOWN).map((row) => item(app, row, state, href(row.home), why(app, row))),
      rows.length > SHOWN && h("a", { class: "p-line", href: "#/find" }, icon("search"), h("span", {}, app.t("today.more", { n: rows.length - SHOWN })), icon("chevron-right")))); // prettier-ignore
}

const href = (home) => (home.shared ? `#/part/${home.code}` : `#/home/${home.code}`);

export function item(app, row, state, address, text) {
  const over = state === "over";
  return h("a", { class: "p-item", "data-state": state, href: address },
    farMark(app, row.away),
    h("span", {}, h("b", {}, shortAddress(row.home)), h("p", {}, text)),
    over ? h("span", { class: "a-chip", "data-state": "over" }, icon("clock-exclamation"), app.t("today.late", { n: row.overdue })) : icon("chevron-right")); // prettier-ignore
}

// What for, in a line: the hazards to be looked at again, or the plan's own reason.
function why(app, row) {
  const { t } = app;
  const [first] = row.items;
  const hazards = row.items.filter((one) => one.hazard).map((one) => (row.home.hazards ?? []).find((hazard) => hazard.code === one.hazard)?.title).filter(Boolean);
  if (hazards.length > 1) return t("today.again.many", { n: hazards.length, what: hazards.slice(0, 2).join(t("comma")) });
  if (hazards.length === 1) return t("today.again", { what: hazards[0] });
  if (first.next === "power") return t("today.power");
  if (first.kind === "ladder") return t("today.ladder", { step: t(`step.${first.next || row.home.ladder?.step || "evening"}`) });
  if (first.kind === "first") return t("today.first");
  return first.reason_text || t(`plan.${first.kind}`);
}
