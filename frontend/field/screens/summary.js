// Before leaving the door: who must do what by when, said to each face to face. The landlord signs nothing that binds the
// tenant; refusing and being away are ways out as good as signing.

import { button, h, icon, rich } from "../dom.js";
import { afterwards, band, dayWords, doorOf, dueWords, foot, main, pair, roomWords, savedMark, screen, shortAddress, STATES, top, warnings, weekdayWords } from "../frame.js";
import { form, leftPlaces, open, ofPlace, placesOf } from "../logic/ask.js";
import { closePlace, receiptOf, setReceipt } from "../logic/draft.js";
import { missingPhotos, spotOf } from "../logic/findings.js";
import { hourOf } from "../logic/days.js";
import { isSignature } from "../logic/strokes.js";
import { signaturePad } from "../pad.js";
import { missing, planGrid, roomLine } from "./home.js";
import { forgetPictures } from "./photos.js";
import { sourceWords } from "./question.js";
import { shoot } from "./visit.js";
import { rows } from "../logic/today.js";

export function summary(app, id) {
  const { t } = app;
  const draft = app.drafts.get(id);
  const home = draft && app.subject(draft);
  if (!draft || !home || !app.book) return missing(app, id);
  const all = form(app.book, home, draft, app.today());
  const found = app.judged(draft, home);
  const told = found.findings.filter((one) => one.category !== "paperwork");
  const left = leftPlaces(home, draft);
  const openLeft = open(all.filter((one) => placesOf(home, draft).some((place) => ofPlace([one], place).length)));
  const sheets = ["letting", "tenant", "others"].map((sheet) => [sheet, told.filter((one) => one.sheet === sheet)]).filter(([, listed]) => listed.length);
  const clean = !told.length && !left.length;
  return screen(
    top(t(told.length ? "sum.title" : "sum.title.clean"), { back: `#/visit/${id}`, sub: `${shortAddress(home)} ${t("sum.took", { n: minutes(app, draft) })}`, right: savedMark(app) }),
    verdict(app, draft, home, found, told, left, all),
    warnings(app),
    main(
      left.length > 0 && leftCard(app, draft, home, left, all),
      openLeft.length > 0 && h("a", { class: "p-card p-line", href: `#/visit/${id}` }, h("span", { class: "unk" }, icon("help-circle")), h("span", {}, h("b", {}, t("sum.open", { n: openLeft.length })), " ", openLeft.slice(0, 3).map((one) => one.fact.label[app.lang]).join(t("comma"))), icon("chevron-right")),
      photosCard(app, draft, home, told),
      sheets.map(([sheet, listed]) => slip(app, draft, home, sheet, listed, found.healed)),
      !sheets.some(([sheet]) => sheet === "letting") && healedLine(app, found.healed, true),
      !told.length && !home.shared && planGrid(...cells(app, draft, home)),
      clean && cleanCard(app, home)),
    footer(app, draft, home, { sheets, left, needed: missingPhotos(draft, told) })); // prettier-ignore
}

const minutes = (app, draft) => Math.max(1, Math.round((app.now() - Date.parse(draft.made_at)) / 60000));

function verdict(app, draft, home, found, told, left, all) {
  const { t } = app;
  const real = told.filter((one) => one.severity !== "advice");
  const healed = found.healed.length ? t("sum.healed", { n: found.healed.length }) : "";
  if (real.length) return band(STATES.non_compliant, t("visit.bad", { n: real.length }), healed);
  if (left.length) return band(STATES.unknown, t("verdict.unknown"), t("visit.left", { n: left.length }));
  const cant = all.filter((one) => one.answer?.how === "cannot_see").length + open(all).length;
  const good = home.shared ? !cant : found.verdict === "compliant";
  if (good) return band(STATES.compliant, t(home.shared ? "visit.part.ok" : "verdict.compliant"), healed || t("sum.good"), { slim: false });
  if (found.verdict === "not_let") return band(STATES.not_let, t("verdict.not_let"), t("sum.notlet"));
  return band(STATES.unknown, t("verdict.unknown"), t("visit.unknown", { n: Math.max(cant, found.judgement.missing.length) }));
}

function leftCard(app, draft, home, left, all) {
  const { t } = app;
  const names = left.map((place) => roomWords(app, place)).join(t("comma"));
  const shutAll = () => app.change(draft.id, (now) => left.reduce((next, place) => closePlace(next, place, ofPlace(all, place), app.iso(), "no_entry"), now));
  return h("div", { class: "p-card" },
    h("a", { class: "p-line", href: `#/visit/${draft.id}` }, h("span", { class: "unk" }, icon("help-circle")), h("span", {}, h("b", {}, t("sum.left", { names }))), icon("chevron-right")),
    !home.shared && h("div", { class: "in" }, button(t("sum.shut"), shutAll, { sign: "door", small: t("sum.shut.small") }))); // prettier-ignore
}

function photosCard(app, draft, home, told) {
  const needed = missingPhotos(draft, told);
  if (!needed.length) return null;
  return h("div", { class: "p-card", id: "needed-photos" }, needed.map((one) =>
    h("button", { type: "button", class: "p-line", on: { click: () => shoot(app, draft.id, home, one, null) } },
      h("span", { class: "due" }, icon("camera")), h("span", {}, app.t("sum.photo"), " ", h("b", {}, where(app, one), one.text)), icon("chevron-right")))); // prettier-ignore
}

const where = (app, one) => (one.room ? `${roomWords(app, one.room)} ` : "");

// One sheet: what binds this party only, then the pad and its two ways out.
function slip(app, draft, home, sheet, listed, healed) {
  const { t } = app;
  const rooms = [...new Set(listed.map((one) => one.room).filter(Boolean))].map((room) => roomWords(app, room)).join(" ");
  return h("div", { class: "p-card p-slip", id: `slip-${sheet}` },
    h("div", { class: "p-who" }, icon(sheet === "letting" ? "key" : sheet === "tenant" ? "user" : "stairs"), t(`sheet.${sheet}`), h("small", {}, sheet === "tenant" && rooms ? rooms : t("sheet.count", { n: listed.length }))),
    listed.map((one) => todo(app, one, sheet)),
    sheet === "letting" && healedLine(app, healed, false),
    sheet !== "others" && receipt(app, draft, home, sheet, listed)); // prettier-ignore
}

function todo(app, one, sheet) {
  const { t } = app;
  const now = one.due !== null && one.days === 0;
  const when = one.due === null ? t("due.working.short", { n: one.days }) : dayWords(app, one.due);
  return h("div", { class: "p-todo", "data-rule": one.rule },
    h("span", { class: `when ${now ? "now" : ""}` }, now ? t("due.now.short") : [when, one.due && h("small", {}, t("due.weekday", { day: weekdayWords(app, one.due) }))]),
    h("div", {}, h("b", {}, where(app, one), one.todo), h("small", {}, [t(`severity.${one.severity}`), sourceWords(app, one)].join(t("dot")), sheet === "letting" && [h("br"), t("sheet.anyshop")]))); // prettier-ignore
}

function healedLine(app, healed, alone) {
  if (!healed.length) return null;
  const line = h("div", { class: "p-line" }, h("span", { class: "ok" }, icon("circle-check")), h("span", {}, healed.map((one) => where(app, one) + one.title).join(app.t("comma")), " ", h("b", {}, app.t("sum.closed"))));
  return alone ? h("div", { class: "p-card" }, line) : line;
}

function receipt(app, draft, home, party, listed) {
  const { t } = app;
  const now = receiptOf(draft, party);
  const name = party === "letting" ? (home.landlord?.name ?? "") : "";
  const give = (outcome, strokes = null) => app.change(draft.id, (now) => setReceipt(now, { party, outcome, name, strokes, at: app.iso(), listed: listed.map(spotOf) }));
  const drop = () => app.change(draft.id, (now) => ({ ...now, receipts: now.receipts.filter((one) => one.party !== party) }));
  const stamp = now ? `${dayWords(app, app.today())} ${hourOf(Date.parse(now.at))}` : "";
  if (now && now.outcome !== "signed") {
    return [
      h("div", { class: "p-line" }, h("span", { class: "acc" }, icon(now.outcome === "absent" ? "door" : "pencil")), h("span", {}, `${hourOf(Date.parse(now.at))} `, h("b", {}, t(`receipt.${now.outcome}`))), h("button", { type: "button", class: "edit", on: { click: drop } }, t("question.change"))),
    ];
  }
  const caption = [[name, stamp].filter(Boolean).join(" "), " ", h("b", {}, t("receipt.means"))];
  return [
    signaturePad({ strokes: now?.strokes ?? [], caption, redo: t("receipt.redo"), label: t(`sheet.${party}`), onEnd: (strokes) => give("signed", strokes), onRedo: drop }),
    !now && h("div", { class: "in" }, pair(button(t("receipt.refuses"), () => give("refuses"), { "data-act": `refuses-${party}` }), button(t("receipt.absent"), () => give("absent"), { "data-act": `absent-${party}` }))),
  ];
}

const settled = (draft, party) => {
  const now = receiptOf(draft, party);
  return Boolean(now) && (now.outcome !== "signed" || isSignature(now.strokes));
};

function cells(app, draft, home) {
  const cell = (name, css = "") => {
    const seen = draft.rooms_seen[name];
    const room = (home.rooms ?? []).find((one) => one.name === name);
    const persons = draft.answers.rooms[name]?.persons ?? null;
    const shown = room && { ...room, facts: { ...(persons ? { persons } : { persons: room.facts?.persons }) } };
    return h("div", { class: css, "data-state": seen ? "ok" : "unk" }, h("b", {}, roomWords(app, name)),
      room ? [roomLine(app, shown), " "] : [app.t("place.shared.what").split(" ").map((word) => [h("span", { class: "p-nb" }, word), " "]), h("br")], seen ? hourOf(Date.parse(seen.at)) : app.t("answer.cant"), icon(seen ? "circle-check" : "help-circle")); // prettier-ignore
  };
  const names = placesOf(home, draft).slice(1);
  return [...names.slice(0, 2).map((name) => cell(name)), cell("dwelling", "hall"), ...names.slice(2).map((name) => cell(name))];
}

function cleanCard(app, home) {
  const { t } = app;
  return h("div", { class: "p-card" },
    h("div", { class: "p-line" }, icon("pencil"), h("span", {}, rich(t("sum.nosign")))),
    home.landlord?.name && h("div", { class: "p-line" }, icon("message"), h("span", {}, rich(t("sum.landlord", { who: home.landlord.name }))))); // prettier-ignore
}

function footer(app, draft, home, { sheets, left, needed }) {
  const { t } = app;
  const unsigned = sheets.map(([sheet]) => sheet).filter((sheet) => sheet !== "others" && !settled(draft, sheet));
  const to = (id) => () => document.getElementById(id)?.scrollIntoView({ block: "center", behavior: "smooth" });
  if (left.length) return foot(h("a", { class: "p-btn go", href: `#/visit/${draft.id}` }, t("sum.back", { place: roomWords(app, left[0]) }), icon("chevron-right")));
  if (unsigned.length) return foot(button(t(`sum.unsigned.${unsigned[0]}`), to(`slip-${unsigned[0]}`), { css: "go" }));
  const finish = (next) => async () => {
    const go = afterwards();
    await app.finish(app.drafts.get(draft.id), home, { title: shortAddress(home) });
    forgetPictures();
    go(next);
    app.sync.run({ force: true });
  };
  if (needed.length) return foot(button(t("sum.needphotos", { n: needed.length }), to("needed-photos"), { css: "go", sign: "camera" }), button(t("sum.anyway"), finish("#/today")));
  const then = next(app, home);
  return foot(
    button(t(sheets.length ? "sum.finish" : "sum.finish.clean"), finish("#/today"), { css: "go", sign: "check", "data-act": "finish" }),
    then && button(t("sum.next", { place: doorOf(then) }), finish(`#/home/${then.code}`))); // prettier-ignore
}

// The next home of the day, nearest to this one
function next(app, home) {
  const done = app.doneToday();
  const near = rows(app.grid.plan, app.homes, app.today(), home.lat ? { lat: home.lat, lon: home.lon } : app.position.now());
  const left = near.filter((row) => row.home.code !== home.code && !done.has(row.home.code)).sort((one, other) => (one.away ?? Infinity) - (other.away ?? Infinity));
  return left[0]?.home ?? null;
}
