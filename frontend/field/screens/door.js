// Before the app can work: signing in once, the first list, and a phone that was emptied.

import { button, h, icon } from "../dom.js";
import { foot, main, screen, top } from "../frame.js";

export function signIn(app) {
  const { t } = app;
  return screen(
    top(t("app.name"), { sub: t("app.sub") }),
    main(
      h("div", { class: "p-known" }, h("b", {}, icon("lock"), ` ${t("signin.title")}`), t("signin.text")),
      !app.online && h("div", { class: "p-known" }, h("b", {}, icon("cloud-off"), ` ${t("signin.offline")}`), t("signin.offline.text"))),
    foot(h("a", { class: "p-btn go", href: "/accounts/login/?next=/field/" }, icon("lock"), t("signin.button")))); // prettier-ignore
}

export function firstList(app) {
  const { t } = app;
  return screen(
    top(t("app.name"), { sub: app.me?.name }),
    main(h("div", { class: "p-known" }, h("b", {}, icon("download"), ` ${t(app.online ? "first.title" : "first.offline")}`), t(app.online ? "first.text" : "first.offline.text"))),
    foot(button(t("sync.try"), () => app.sync.run({ force: true }), { css: "go", sign: "download", disabled: app.sync.running }))); // prettier-ignore
}

export function wiped(app) {
  const { t } = app;
  return screen(
    top(t("app.name")),
    main(h("div", { class: "p-known" }, h("b", {}, icon("lock"), ` ${t("wiped.title")}`), t("wiped.text"))),
    foot(h("a", { class: "p-btn go", href: "#/today" }, icon("lock"), t("signin.button")))); // prettier-ignore
}

// A phone or page on which nothing can be kept safely
export function unfit(text) {
  return screen(top("安居 Anju"), main(h("div", { class: "p-known" }, h("b", {}, icon("alert-circle"), " "), text)));
}
