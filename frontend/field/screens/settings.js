// Language, what is carried, and signing out, which is refused while something here has not reached the server.

import { button, h, icon } from "../dom.js";
import { foot, main, screen, top, warnings } from "../frame.js";
import { takenIn } from "../export.js";
import { APP } from "../version.js";
import { loaded } from "./today.js";

export function settings(app) {
  const { t } = app;
  const unsent = app.queue().unsent + app.drafts.size;
  const lang = (code, label) => h("button", { type: "button", "aria-pressed": String(app.lang === code), class: "yes", on: { click: () => choose(app, code) } }, label);
  const line = (sign, label, value) => h("div", { class: "p-line" }, icon(sign), h("span", {}, label, " ", h("b", {}, value)));
  return screen(
    top(t("settings.title"), { back: "#/today", sub: app.me ? `${app.me.name ?? ""} ${app.me.office ?? ""}`.trim() : null }),
    warnings(app),
    main(
      h("fieldset", { class: "p-q" }, h("h2", {}, t("settings.language")), h("div", { class: "p-ans" }, lang("zh", "中文"), lang("en", "English"))),
      h("div", { class: "p-card" },
        line("home", t("settings.homes"), app.homes.size),
        line("clock", t("settings.loaded"), app.grid.at ? loaded(app) : t("sync.never")),
        line("list-details", t("settings.book"), app.book?.label?.[app.lang] ?? app.book?.edition ?? "–"),
        line("download", t("settings.size"), `${((app.space?.used ?? 0) / 1048576).toFixed(1)} MB`),
        line("refresh", t("settings.version"), APP)),
      h("label", { class: "p-btn" }, icon("download"), t("file.take"), h("input", { type: "file", accept: "application/json,.json", class: "a-sr", "data-act": "take-in", on: { change: (event) => takeIn(app, event.target) } })),
      h("div", { class: "p-known" }, h("b", {}, icon("lock"), ` ${t("settings.sealed")}`), t("settings.sealed.text"))),
    foot(
      unsent ? h("p", {}, t("settings.blocked", { n: unsent })) : null,
      unsent ? h("a", { class: "p-btn go", href: "#/sync" }, icon("cloud-upload"), t("settings.send")) : null,
      button(t("settings.out"), () => app.sync.signOut(), { sign: "logout", disabled: unsent > 0, "data-act": "sign-out" }))); // prettier-ignore
}

async function takeIn(app, input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  try {
    app.toast(app.t("file.taken", { n: await takenIn(app, file) }));
    app.sync.run({ force: true });
  } catch (error) {
    app.toast(error.message);
  }
}

async function choose(app, code) {
  app.language(code);
  await app.store.set("language", code);
  app.changed();
}
