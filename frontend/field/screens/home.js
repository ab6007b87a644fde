// One home: what is wrong and by when, room by room; the next step at the foot.

import { button, h, icon } from "../dom.js";
import { afterwards, band, dayWords, foot, main, menuLine, roomWords, screen, severity, shortAddress, STATES, top, warnings } from "../frame.js";
import { isFresh } from "../logic/case.js";
import { form } from "../logic/ask.js";
import { estateOf } from "../logic/today.js";
import { STEPS } from "../logic/ladder.js";

export function home(app, code) {
  const { t } = app;
  const subject = app.home(code);
  if (!subject) return missing(app, code);
  const draft = app.draftOf(code);
  return screen(
    top(shortAddress(subject), { back: "#/today", sub: about(app, subject), right: h("a", { class: "p-back", href: `#/more/${code}`, "aria-label": t("more.title") }, icon("dots")) }),
    verdictBand(app, subject),
    warnings(app),
    main(
      plan(app, subject),
      hazards(app, subject),
      subject.landlord?.name && h("div", { class: "p-card" }, h("div", { class: "p-person" }, h("span", { class: "face" }, icon("key")), h("div", {}, h("small", {}, t("party.landlord")), h("b", {}, subject.landlord.name)))),
      ladder(app, subject),
      known(app, subject)),
    foot(
      app.full ? button(t("full.button"), () => (location.hash = "#/sync"), { css: "go", sign: "alert-circle" }) : begin(app, subject, draft),
      h("div", { class: "tri" },
        h("a", { class: "p-btn", href: `#/shut/${code}` }, icon("door"), t("home.noone")),
        h("a", { class: "p-btn", href: `#/refused/${code}` }, t("home.refused")),
        h("a", { class: "p-btn", href: `#/two/${code}` }, icon("bolt"), t("tab.two"))))); // prettier-ignore
}

function about(app, subject) {
  const kind = subject.facts?.kind?.value ?? subject.kind;
  const words = kind && app.book?.facts.dwelling.kind.values[kind]?.[app.lang];
  return [estateOf([subject]).trim(), words].filter(Boolean).join(app.t("dot"));
}

function verdictBand(app, subject) {
  const { t } = app;
  const open = (subject.hazards ?? []).length;
  const due = (subject.hazards ?? []).map((one) => one.due?.slice(0, 10)).filter(Boolean).sort()[0];
  const verdict = subject.verdict || "unchecked";
  let right = subject.seen_at ? t("home.seen", { day: dayWords(app, subject.seen_at.slice(0, 10)) }) : t("home.never");
  if (open && due) {
    const on = app.today();
    right = due < on ? t("home.open.over", { n: open }) : due === on ? t("home.open.today", { n: open }) : t("home.open.by", { n: open, day: dayWords(app, due) });
  }
  return band(STATES[verdict] ?? STATES.unchecked, t(`verdict.${verdict}`), right);
}

export const planGrid = (...cells) => h("div", { class: "p-plan" }, cells);

// The rooms as they stand: violated from the server's verdict, hatched where nobody knows.
function plan(app, subject) {
  const { t } = app;
  const violated = new Set(subject.violated ?? []);
  const titles = (room) => (subject.hazards ?? []).filter((one) => (one.room || "") === room).map((one) => one.title);
  const cell = (name, lines, css = "") => {
    const room = name === "dwelling" ? "" : name;
    const wrong = titles(room);
    const bad = wrong.length || [...violated].some((spot) => (room ? spot.endsWith(`@${room}`) : !spot.includes("@")));
    const seen = subject.seen_at;
    return h("div", { class: css, "data-state": bad ? "bad" : seen ? "ok" : "unk" },
      h("b", {}, roomWords(app, name)), lines.filter(Boolean).map((text) => [text, h("br")]), wrong.slice(0, 2).map((text) => [text, h("br")]),
      icon(bad ? "circle-x" : seen ? "circle-check" : "circle-dotted")); // prettier-ignore
  };
  const rooms = (subject.rooms ?? []).map((room) => cell(room.name, [roomLine(app, room)]));
  return planGrid(rooms.slice(0, 2), cell("dwelling", [t("place.shared.what").split(" ").map((word) => [h("span", { class: "p-nb" }, word), " "])], rooms.length ? "hall" : "only"), rooms.slice(2));
}

export function roomLine(app, room) {
  const persons = room.facts?.persons?.value;
  const area = room.facts?.area?.value;
  const live = room.let === false ? app.t("room.notlet") : persons === 0 ? app.t("room.empty") : persons ? app.t("room.persons", { n: persons }) : "";
  return [live, area ? `${area}㎡` : ""].filter(Boolean).join(" ");
}

function hazards(app, subject) {
  const rows = subject.hazards ?? [];
  if (!rows.length) return null;
  const on = app.today();
  return h("div", { class: "p-card" }, rows.map((one) => {
    const late = one.due && one.due.slice(0, 10) < on;
    const when = one.due ? app.t(late ? "home.hazard.late" : "home.hazard.due", { day: dayWords(app, one.due.slice(0, 10)) }) : "";
    return h("div", { class: "p-line" },
      h("span", { class: late ? "over" : "due" }, icon(late ? "clock-exclamation" : "clock")),
      h("b", {}, one.room ? `${roomWords(app, one.room)} ${one.title}` : one.title), severity(app, one),
      h("small", {}, [when, app.t(`hazard.${one.state}`)].filter(Boolean).join(app.t("dot"))));
  })); // prettier-ignore
}

function ladder(app, subject) {
  const { t } = app;
  const now = subject.ladder?.step ?? null;
  return h("div", { class: "p-ladder" }, h("b", {}, icon("door"), ` ${t("ladder.title")}`),
    h("ol", {}, STEPS.slice(1).map((step) => h("li", { "data-state": step === now ? "now" : null }, t(`step.${step}`), h("small", {}, t(`step.${step}.small`)))))); // prettier-ignore
}

function known(app, subject) {
  if (!app.book) return null;
  const questions = form(app.book, subject, app.begin("inspection", subject), app.today());
  const old = questions.filter((one) => one.group === "known").length;
  const look = questions.length - old;
  return h("div", { class: "p-known" }, h("b", {}, icon("check"), ` ${app.t("home.known")}`), app.t("home.known.text", { old, look }));
}

function begin(app, subject, draft) {
  const { t } = app;
  if (draft) return button(t("home.continue"), () => (location.hash = `#/visit/${draft.id}`), { css: "go" });
  const again = app.grid.plan.some((item) => item.home === subject.code && ["reinspection", "recheck"].includes(item.kind));
  const kind = again && subject.hazards?.length ? "reinspection" : "inspection";
  const start = async () => {
    const go = afterwards();
    const item = app.grid.plan.find((one) => one.home === subject.code)?.item ?? null;
    const made = app.begin(kind, subject, { item, hazard: kind === "reinspection" ? subject.hazards[0].code : null });
    await app.save(made);
    go(`#/visit/${made.id}`);
  };
  return button(t(kind === "reinspection" ? "home.again" : "home.start"), start, { css: "go", disabled: !app.book });
}

export function more(app, code) {
  const { t } = app;
  const subject = app.home(code);
  if (!subject) return missing(app, code);
  return screen(
    top(shortAddress(subject), { back: `#/home/${code}`, sub: t("more.title") }),
    main(h("div", { class: "p-card" },
      subject.unit && menuLine("stairs", t("more.stairs"), { href: `#/part/${subject.unit.code}`, small: subject.unit.address || subject.unit.name }),
      (subject.hazards ?? []).length > 0 && menuLine("transfer", t("more.handover"), { href: `#/handover/${code}`, small: t("more.handover.small") }),
      menuLine("home", t("more.desk"), { act: () => window.open(`/dwellings/${code}/`, "_blank", "noopener"), small: t("more.desk.small") })),
      h("p", { class: "p-fine" }, `${t("more.code")} ${code}`))); // prettier-ignore
}

// A shared part: its last answers, and the check of it (A9.4).
export function part(app, code) {
  const { t } = app;
  const subject = app.sharedPart(code);
  if (!subject) return missing(app, code);
  const draft = app.draftOf(code);
  const on = app.today();
  const facts = Object.entries(subject.unit.facts ?? {});
  const start = async () => {
    const go = afterwards();
    const made = draft ?? app.begin("common_area", subject, { item: app.grid.plan.find((one) => one.unit === code)?.item ?? null });
    if (!draft) await app.save({ ...made, place: "unit" });
    go(`#/visit/${made.id}`);
  };
  return screen(
    top(subject.address, { back: "#/today", sub: t("more.stairs") }),
    warnings(app),
    main(hazards(app, subject),
      h("div", { class: "p-card" }, facts.map(([name, fact]) => {
        const about = app.book?.facts.unit[name];
        return about && h("div", { class: "p-line" }, h("span", { class: isFresh(fact, on) ? "ok" : "unk" }, icon(isFresh(fact, on) ? "check" : "help-circle")), h("span", {}, about.label[app.lang]), h("small", {}, app.t("question.last.day", { day: dayWords(app, fact.at.slice(0, 10)) })));
      })),
      h("div", { class: "p-known" }, t("part.homes", { n: subject.unit.homes ?? 0 }))),
    foot(button(t(draft ? "home.continue" : "part.start"), start, { css: "go", disabled: !app.book }), h("a", { class: "p-btn", href: "#/two" }, icon("bolt"), t("tab.two")))); // prettier-ignore
}

export function missing(app, code) {
  const { t } = app;
  return screen(top(t("missing.title"), { back: "#/today" }), main(h("div", { class: "p-known" }, h("b", {}, t("missing.text", { code })), t("missing.hint"))), foot(h("a", { class: "p-btn go", href: "#/find" }, icon("search"), t("tab.find"))));
}

