// One question as a card: large answers, and beneath a bad one what follows from it and by when.

import { h, icon } from "../dom.js";
import { dayWords, dueWords, severity } from "../frame.js";
import { under } from "../logic/findings.js";
import { photosOf } from "../logic/draft.js";
import { photoTile } from "./photos.js";

const FEW = 4;

// act: {answer(question, value, how), shoot(finding, question)}
export function card(app, draft, question, findings, noFirst, act) {
  const mine = under(findings, question);
  const { answer } = question;
  const healed = question.before === "violated" && answer?.how === "seen" && question.state === "known";
  if (healed) return folded(app, draft, question, act);
  const asked = question.fact.question?.[app.lang] || question.fact.label[app.lang];
  return h("fieldset", { class: "p-q", id: `q-${question.place}-${question.name}`, "data-fact": question.name, "data-open": answer ? null : true },
    question.fact.type === "int" && answer?.how === "seen"
      ? stepper(app, question, asked, act)
      : [h("h2", {}, asked), hint(app, question), choices(app, question, noFirst, act)],
    mine.filter((one) => one.category !== "paperwork").map((one) => findingBox(app, draft, one, question, act))); // prettier-ignore
}

// A good answer to an old finding: one green line, with its photo.
function folded(app, draft, question, act) {
  const spot = { rule: question.rules[0], room: question.room };
  const [photo] = photosOf(draft, spot);
  return h("div", { class: "p-shut", "data-fact": question.name },
    h("span", { class: "ok" }, icon("circle-check")),
    h("button", { type: "button", class: "p-undo", on: { click: () => act.answer(question, null, "open") } }, `${question.fact.label[app.lang]} ${valueWords(app, question, question.answer.value)}`, h("small", {}, app.t("question.healed"))),
    photo ? photoTile(app, photo, "small") : h("button", { type: "button", class: "p-snap small", "aria-label": app.t("photo.take"), on: { click: () => act.shoot(spot, question) } }, icon("camera"))); // prettier-ignore
}

function hint(app, question) {
  const { last } = question;
  if (question.answer || last?.value === undefined || last?.value === null) return null;
  const when = last.at ? dayWords(app, last.at.slice(0, 10)) : "";
  return h("small", {}, app.t(question.before === "violated" ? "question.was" : "question.last", { value: valueWords(app, question, last.value), when }));
}

function choices(app, question, noFirst, act) {
  const { t } = app;
  const { type, values } = question.fact;
  const cant = choice(question, null, t("answer.cant"), act, "cannot_see");
  if (type === "bool") {
    const order = noFirst ? [false, true] : [true, false]; // the harmless answer first
    return h("div", { class: "p-ans three" }, order.map((value) => choice(question, value, valueWords(app, question, value), act)), cant);
  }
  if (type === "enum") {
    const listed = Object.entries(values).map(([value, label]) => choice(question, value, label[app.lang], act));
    return h("div", { class: "p-ans" }, listed, cant);
  }
  if (type === "int") {
    const top = Math.min(question.fact.max || FEW, FEW - 1);
    const few = Array.from({ length: top + 1 }, (_, number) => choice(question, number, String(number), act));
    return [h("div", { class: "p-ans four" }, few), h("div", { class: "p-ans" }, choice(question, FEW, t("answer.more"), act), cant)];
  }
  const typed = (event) => {
    const value = Number.parseFloat(event.target.value.replace(",", "."));
    if (Number.isFinite(value) && value >= question.fact.min && value <= question.fact.max) act.answer(question, value, "seen");
    else if (event.target.value) event.target.setAttribute("aria-invalid", "true");
  };
  const shown = question.answer?.how === "seen" ? question.answer.value : "";
  return h("div", { class: "p-ans wide" },
    h("label", { class: "p-number" }, h("input", { type: "text", inputmode: "decimal", value: String(shown), on: { change: typed } }), h("span", {}, question.fact.unit)), cant); // prettier-ignore
}

function choice(question, value, label, act, how = "seen") {
  const css = how === "cannot_see" ? "cant" : question.state === "violated" ? "no" : "yes";
  const { answer } = question;
  const chosen = Boolean(answer) && answer.how === how && (how === "cannot_see" || answer.value === value);
  return h("button", { type: "button", class: css, "aria-pressed": String(chosen), "data-value": how === "cannot_see" ? "cannot_see" : String(value), on: { click: () => act.answer(question, value, how) } },
    chosen && css !== "cant" && icon(css === "no" ? "x" : "check"), label); // prettier-ignore
}

function stepper(app, question, asked, act) {
  const { value } = question.answer;
  const to = (next) => () => act.answer(question, Math.max(question.fact.min ?? 0, Math.min(next, question.fact.max || next)), "seen");
  const last = question.last?.value;
  return h("div", { class: "p-step" },
    h("div", {}, h("h2", {}, asked), last !== undefined && last !== null && h("small", {}, app.t("question.before", { value: last }))),
    h("button", { type: "button", "aria-label": app.t("answer.less"), on: { click: to(value - 1) } }, "−"),
    h("output", {}, value),
    h("button", { type: "button", "aria-label": app.t("answer.plus"), on: { click: to(value + 1) } }, "+")); // prettier-ignore
}

// Date first, then how grave, who, on what ground; and the photo that goes with it.
function findingBox(app, draft, one, question, act) {
  const photos = photosOf(draft, { rule: one.rule, room: one.room });
  return h("div", { class: "p-find", "data-rule": one.rule },
    h("div", {}, h("b", {}, dueWords(app, one)), h("span", {}, one.todo), h("br"), severity(app, one), ` ${app.t(`party.${one.party}`)}`, h("br"), sourceWords(app, one)),
    photos.length ? photoTile(app, photos.at(-1)) : null,
    one.isNew ? h("button", { type: "button", class: "p-snap", on: { click: () => act.shoot(one, question) } }, icon("camera"), app.t(photos.length ? "photo.again" : "photo.take")) : null); // prettier-ignore
}

export const sourceWords = (app, one) => [one.source, app.t(`force.${one.force}`)].filter(Boolean).join(app.lang === "zh" ? "" : " ");

// What an answer is called: from the question's own words where they offer it (有没有 → 有 / 没有), else yes and no.
export function valueWords(app, question, value) {
  if (value === null || value === undefined) return app.t("answer.cant");
  const { fact } = question;
  if (fact.type === "enum") return fact.values[value]?.[app.lang] ?? String(value);
  const unit = app.lang === "zh" || !/[\u4e00-\u9fff]/.test(fact.unit ?? "") ? (fact.unit ?? "") : ""; // measure words are Chinese
  if (fact.type !== "bool") return `${value} ${unit}`.trim();
  if (app.lang !== "zh") return app.t(value ? "answer.yes" : "answer.no");
  const asked = fact.question?.zh ?? "";
  if (/^是否/.test(fact.label.zh)) return app.t(value ? "answer.yes" : "answer.no");
  if (/有没有/.test(asked)) return value ? "有" : "没有";
  const pattern = asked.match(/(.)不\1/);
  if (pattern) return value ? pattern[1] : `不${pattern[1]}`;
  return app.t(value ? "answer.yes" : "answer.no");
}

const SIGNS = { persons: "users", alarm: "flame", common_alarm: "flame", flame_stove: "flame", ebike_inside: "scooter", partitioned: "wall", corridor_charging: "scooter", lpg_cylinders: "bottle", lpg_place: "bottle", inner_exit: "door-exit", exit_state: "door-exit", need_help: "users", unrelated_people: "users", rooms_let: "key", beds_let: "key", let: "key" };

// What is known and may have changed: a line to look at, tapped only where it did.
export function line(app, question, change) {
  return h("div", { class: "p-line", "data-fact": question.name },
    icon(SIGNS[question.name] ?? "check"),
    h("span", {}, `${question.fact.label[app.lang]} `, h("b", {}, valueWords(app, question, question.was))),
    h("button", { type: "button", class: "edit", "aria-label": `${app.t("question.change")} ${question.fact.label[app.lang]}`, on: { click: () => change(question) } }, app.t("question.change"))); // prettier-ignore
}
