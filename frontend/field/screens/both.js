// Two versions side by side, and the decision of a person: nothing is silently made one.

import { button, h, icon } from "../dom.js";
import { afterwards, foot, main, momentWords, roomWords, screen, top } from "../frame.js";
import { needsDecision } from "../logic/queue.js";
import { ApiError } from "../api.js";
import { missing } from "./home.js";
import { valueWords } from "./question.js";

export function both(app, id) {
  const { t } = app;
  const record = app.records.get(id);
  if (!record) return missing(app, id);
  const differs = record.server?.differs ?? {};
  const open = needsDecision(record);
  return screen(
    top(record.title, { back: "#/sync", sub: t("both.title") }),
    main(
      h("div", { class: "p-known" }, h("b", {}, icon("alert-circle"), ` ${t(open ? "word.decide" : "sync.both")}`), record.server?.text || t("word.decide.do")),
      facts(app, differs.contradicts ?? []),
      verdicts(app, differs),
      others(app, differs.meanwhile ?? []),
      (differs.left_out ?? []).length > 0 && h("div", { class: "p-card" }, differs.left_out.map((one) => h("div", { class: "p-line" }, h("span", { class: "due" }, icon("alert-circle")), h("span", {}, h("b", {}, one.where), " ", one.text))))),
    open ? decisions(app, record) : foot(h("a", { class: "p-btn go", href: "#/sync" }, t("back")))); // prettier-ignore
}

function facts(app, rows) {
  if (!rows.length) return null;
  const { t } = app;
  const words = (one, value) => {
    const fact = app.book?.facts[one.room ? "room" : "dwelling"][one.fact] ?? app.book?.facts.unit[one.fact];
    return fact ? valueWords(app, { fact }, value) : String(value);
  };
  const label = (one) => {
    const fact = app.book?.facts[one.room ? "room" : "dwelling"][one.fact] ?? app.book?.facts.unit[one.fact];
    return `${one.room ? `${roomWords(app, one.room)} ` : ""}${fact?.label[app.lang] ?? one.fact}`;
  };
  return rows.map((one) => h("div", { class: "p-card" },
    h("div", { class: "p-who" }, label(one)),
    h("div", { class: "p-two in" },
      h("div", { class: "p-side" }, h("small", {}, t("both.yours")), h("b", {}, words(one, one.phone))),
      h("div", { class: "p-side" }, h("small", {}, [one.who, one.at && momentWords(app, Date.parse(one.at))].filter(Boolean).join(" ")), h("b", {}, words(one, one.theirs)))))); // prettier-ignore
}

function verdicts(app, differs) {
  if (!differs.verdict) return null;
  const { t } = app;
  const why = differs.why ? t(`both.why.${differs.why}`) : "";
  return h("div", { class: "p-card" },
    h("div", { class: "p-who" }, t("both.verdict")),
    h("div", { class: "p-two in" },
      h("div", { class: "p-side" }, h("small", {}, t("both.phone")), h("b", {}, t(`verdict.${differs.verdict.phone}`))),
      h("div", { class: "p-side" }, h("small", {}, t("both.server")), h("b", {}, t(`verdict.${differs.verdict.server}`)))),
    why && h("div", { class: "p-line" }, icon("message"), h("span", {}, why))); // prettier-ignore
}

function others(app, rows) {
  if (!rows.length) return null;
  return h("div", { class: "p-card" }, rows.map((one) => h("div", { class: "p-line" }, icon("user"), h("span", {}, app.t("both.meanwhile", { who: one.who, when: momentWords(app, Date.parse(one.at)) })))));
}

function decisions(app, record) {
  const { t } = app;
  const decide = (choice) => async () => {
    const go = afterwards();
    try {
      await app.sync.decide(record, choice, t(`both.${choice}.text`));
      go("#/sync");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      app.toast(error.status ? error.told.text || t("word.held.do") : t("both.offline"));
    }
  };
  return foot(
    h("p", {}, t("both.ask")),
    ["mine", "theirs", "both"].map((choice) => button(t(`both.${choice}`), decide(choice), { css: "tall", small: t(`both.${choice}.small`), "data-act": `decide-${choice}` }))); // prettier-ignore
}
