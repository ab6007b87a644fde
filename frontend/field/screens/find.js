// Find a home of the grid by any part of its address.

import { h, icon } from "../dom.js";
import { main, netMark, screen, STATES, tabs, top, warnings } from "../frame.js";
import { search } from "../logic/today.js";
import { item } from "./today.js";

let typed = "";

export function find(app) {
  const { t } = app;
  const list = h("div", {});
  const show = () => {
    const found = search(app.homes.values(), typed, app.position.now());
    const title = h("div", { class: "p-h gap" }, h("h2", {}, t("find.count", { n: found.total })), h("small", {}, t("today.near")));
    const rows = found.rows.map((row) => item(app, row, null, `#/home/${row.home.code}`, line(app, row.home)));
    const none = h("div", { class: "p-known" }, h("b", {}, t("find.none")), t(typed ? "find.none.hint" : "find.empty.hint"));
    const more = found.total > rows.length && h("p", { class: "p-fine" }, t("find.more", { n: rows.length }));
    list.replaceChildren(...(rows.length ? [title, h("div", { class: "p-card" }, rows), more || ""] : [none]));
  };
  const input = h("input", { type: "search", value: typed, placeholder: t("find.placeholder"), enterkeyhint: "search", "aria-label": t("find.placeholder"), on: { input: (event) => ((typed = event.target.value), show()) } });
  show();
  return screen(
    top(t("tab.find"), { right: h("span", { class: "both" }, netMark(app), h("a", { class: "p-back", href: "#/settings", "aria-label": t("settings.title") }, icon("settings"))) }),
    warnings(app),
    main(h("div", { class: "p-field" }, h("div", { class: "in" }, input, icon("search"))), list),
    tabs(app, "find"));
} // prettier-ignore

function line(app, home) {
  const [tone] = STATES[home.verdict] ?? STATES.unchecked;
  const open = (home.hazards ?? []).length;
  return h("span", { class: tone }, app.t(`verdict.${home.verdict ?? "unchecked"}`), open ? app.t("find.open", { n: open }) : "");
}
