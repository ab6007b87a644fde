// The visit, place by place: the shared part of the home first, then room by room. Unknowns first, what is known is shown to
// be looked at, and one tap made in the room confirms it.

import { button, h, icon } from "../dom.js";
import { takePhoto } from "../camera.js";
import { afterwards, band, doorOf, dueWords, foot, main, pair, roomWords, savedMark, screen, shortAddress, top, warnings } from "../frame.js";
import { yesHarms, form, leftPlaces, ofPlace, open, placesOf, stateOfPlace } from "../logic/ask.js";
import { addPhoto, addRoom, answer, closePlace, confirmPlace, photosOf, replacePhoto, unanswer } from "../logic/draft.js";
import { mostUrgent, needsPhoto, under } from "../logic/findings.js";
import { hourOf } from "../logic/days.js";
import { card, line, valueWords } from "./question.js";
import { missing } from "./home.js";

export function visit(app, id) {
  const draft = app.drafts.get(id);
  const home = draft && app.subject(draft);
  if (!draft || !home || !app.book) return missing(app, id);
  const places = placesOf(home, draft);
  const place = places.includes(draft.place) ? draft.place : places[0];
  const all = form(app.book, home, draft, app.today());
  const here = ofPlace(all, place);
  const { findings, judgement } = app.judged(draft, home);
  const act = acts(app, draft, home, all, findings);
  const noFirst = (question) => yesHarms(app.book, home, draft, app.today(), question);
  const asked = here.filter((one) => one.group === "ask");
  const look = here.filter((one) => one.group === "look");
  const old = here.filter((one) => one.group === "known");
  return screen(
    top(`${doorOf(home)} ${app.t(`kind.${draft.kind}`)}`, { back: home.shared ? `#/part/${home.code}` : `#/home/${home.code}`, sub: home.shared ? null : shortAddress(home), right: savedMark(app) }),
    rooms(app, draft, home, places, place, all, findings, act),
    progress(app, draft, home, findings, judgement, all),
    home.gone && h("div", { class: "p-net" }, icon("alert-circle"), h("span", {}, home.gone.text || app.t("gone.text"))),
    warnings(app),
    main(
      draft.closed[place] && h("div", { class: "p-net" }, icon("door"), h("span", {}, app.t("visit.closed", { place: roomWords(app, place) }))),
      asked.map((one) => card(app, draft, one, findings, noFirst(one), act)),
      looks(app, look.filter((one) => one.entity !== "unit"), app.t("visit.look", { n: look.length }), act),
      looks(app, look.filter((one) => one.entity === "unit"), app.t("place.stairs"), act),
      old.length > 0 && h("div", { class: "p-known" }, h("b", {}, icon("check"), ` ${app.t("visit.known", { n: old.length })}`), old.map((one) => `${one.fact.label[app.lang]} ${valueWords(app, one, one.was)}`).join(app.t("comma"))),
      place === "dwelling" && roomsMissing(app, draft, home, places, all, judgement),
      photosHere(app, draft, place)),
    footer(app, draft, home, place, places, here, act)); // prettier-ignore
}

// --- what can be done ----------------------------------------------------------------------------------------------

function acts(app, draft, home, all, findings) {
  const at = () => app.iso();
  return {
    async answer(question, value, how) {
      const { place, name } = question;
      const next = await app.change(draft.id, (now) => (how === "open" ? unanswer(now, place, name) : answer(now, place, name, value, how, at())));
      if (how === "seen" && next) await openViewfinder(app, next, home, question, findings);
    },
    change: (question) => app.change(draft.id, (now) => answer(now, question.place, question.name, question.was, "seen", at())),
    shoot: (finding, question) => shoot(app, draft.id, home, finding, question),
    go: (place) => app.change(draft.id, (now) => ({ ...now, place })),
    async confirm(place, after) {
      const go = afterwards();
      await app.change(draft.id, (now) => ({ ...confirmPlace(now, place, ofPlace(all, place), at(), app.position.now()), place: after ?? place }));
      if (after) scrollTo(0, 0);
      else go(`#/done/${draft.id}`);
    },
    close: (place, after) => app.change(draft.id, (now) => ({ ...closePlace(now, place, ofPlace(all, place), at(), "no_entry"), place: after ?? place })),
    addRoom: (name) => app.change(draft.id, (now) => ({ ...addRoom(now, name), place: name })),
    async photo(place) {
      const shot = await takePhoto(app, roomWords(app, place));
      if (!shot) return;
      const room = place === "dwelling" || place === "unit" ? null : place;
      const note = await app.photoNote(draft.id, shot, { room }, home);
      await app.change(draft.id, (now) => addPhoto(now, note));
    },
  };
}

// A bad answer opens the viewfinder by itself; the shutter returns by itself.
async function openViewfinder(app, draft, home, question, before) {
  const { findings } = app.judged(draft, home);
  const old = new Set(before.map((one) => `${one.rule}@${one.room}`));
  const now = form(app.book, home, draft, app.today()).find((one) => one.place === question.place && one.name === question.name);
  const fresh = now && under(findings, now).find((one) => needsPhoto(one) && !old.has(`${one.rule}@${one.room}`) && !photosOf(draft, { rule: one.rule, room: one.room }).length);
  if (fresh) await shoot(app, draft.id, home, fresh, question);
}

export async function shoot(app, id, home, finding, question) {
  const shot = await takePhoto(app, finding.text || finding.title || question.fact.label[app.lang], finding.todo ? dueWords(app, finding) : "");
  if (!shot) return;
  const subject = { rule: finding.rule, room: finding.room ?? null, fact: question?.name ?? null };
  const note = await app.photoNote(id, shot, subject, home);
  await app.change(id, (now) => {
    const old = photosOf(now, { rule: finding.rule, room: finding.room }).at(-1);
    return old ? replacePhoto(now, old.id, note) : addPhoto(now, note);
  });
}

// --- parts -----------------------------------------------------------------------------------------------------------

function rooms(app, draft, home, places, place, all, findings, act) {
  if (home.shared) return null;
  const tab = (name) => {
    const state = stateOfPlace(draft, name);
    const wrong = findings.some((one) => (name === "dwelling" ? !one.room : one.room === name) && one.category !== "paperwork");
    const current = name === place;
    const words = current ? roomWords(app, name) : name === "dwelling" ? app.t("place.shared") : name;
    const sign = state === "closed" ? icon("door") : state === "seen" ? icon(wrong ? "x" : "check") : null;
    const tone = state === "todo" ? null : state === "closed" ? "unk" : wrong ? "bad" : "ok";
    return h("button", { type: "button", "data-state": tone, "data-place": name, "aria-current": current ? "step" : null, on: { click: () => act.go(name) } }, h("span", {}, sign, words));
  };
  return h("nav", { class: "p-rooms", "aria-label": app.t("visit.rooms") },
    places.map(tab),
    h("button", { type: "button", class: "add", "aria-label": app.t("visit.addroom"), on: { click: () => act.addRoom(nextRoom(places)) } }, icon("plus"))); // prettier-ignore
}

// More rooms are let than anybody has written down: without them the home cannot be judged.
function roomsMissing(app, draft, home, places, all, judgement) {
  const let_ = all.find((one) => one.name === "rooms_let");
  const count = (let_?.answer ? let_.answer.value : let_?.was) ?? 0;
  const lacking = Math.min(20, count - (places.length - 1));
  if (!judgement.missing.includes("rooms") || lacking < 1) return null;
  const add = () =>
    app.change(draft.id, (now) => {
      let next = now;
      for (let number = 0; number < lacking; number++) next = addRoom(next, nextRoom(placesOf(home, next)));
      return next;
    });
  return h("div", { class: "p-card" }, h("div", { class: "in" }, button(app.t("visit.addrooms", { n: lacking }), add, { sign: "plus", small: app.t("visit.addrooms.small", { n: count, have: places.length - 1 }), "data-act": "add-rooms" })));
}

// The next letter that is free: A, B, C … then R27 and on
function nextRoom(places) {
  for (let code = 65; code <= 90; code++) if (!places.includes(String.fromCharCode(code))) return String.fromCharCode(code);
  return `R${places.length}`;
}

function progress(app, draft, home, findings, judgement, all) {
  const { t } = app;
  const real = findings.filter((one) => one.category !== "paperwork" && one.severity !== "advice");
  if (real.length) {
    const first = mostUrgent(real);
    return band(["bad", "circle-x"], t("visit.bad", { n: real.length }), first ? t("visit.urgent", { when: dueWords(app, first) }) : "");
  }
  const left = leftPlaces(home, draft).length;
  if (left) return band(["unk", "help-circle"], home.shared ? t("visit.left.part") : t("visit.left", { n: left }), left < placesOf(home, draft).length ? t("visit.sofar") : "");
  const cant = all.filter((one) => one.answer?.how === "cannot_see").length + open(all).length;
  if (home.shared ? cant : judgement.verdict !== "compliant") return band(["unk", "help-circle"], t("verdict.unknown"), t("visit.unknown", { n: Math.max(cant, judgement.missing.length) }));
  return band(["ok", "circle-check"], t(home.shared ? "visit.part.ok" : "verdict.compliant"), t("visit.sofar"));
}

function looks(app, listed, title, act) {
  if (!listed.length) return null;
  return h("div", {}, h("div", { class: "p-h gap" }, h("h2", {}, title)), h("div", { class: "p-card" }, listed.map((one) => line(app, one, act.change))));
}

function photosHere(app, draft, place) {
  const room = place === "dwelling" || place === "unit" ? null : place;
  const count = photosOf(draft, { room }).filter((photo) => !photo.for.rule).length;
  return count > 0 && h("p", { class: "p-fine" }, app.t("visit.photos", { n: count }));
}

function footer(app, draft, home, place, places, here, act) {
  const { t } = app;
  const unanswered = open(here);
  const left = leftPlaces(home, draft).filter((name) => name !== place);
  const after = left.find((name) => places.indexOf(name) > places.indexOf(place)) ?? left[0] ?? null;
  const where = after ? t("visit.next", { place: roomWords(app, after) }) : t("visit.finish");
  const snap = button(t("photo.one"), () => act.photo(place), { sign: "camera" });
  const shut = !home.shared && place !== "dwelling" && button(t("visit.noentry"), () => act.close(place, after), { sign: "door" });
  const extra = shut ? pair(snap, shut) : snap;
  if (unanswered.length) {
    const first = `q-${unanswered[0].place}-${unanswered[0].name}`;
    const jump = () => document.getElementById(first)?.scrollIntoView({ block: "center", behavior: "smooth" });
    return foot(button(t("visit.open", { n: unanswered.length }), jump, { css: "go" }), extra);
  }
  const seen = draft.rooms_seen[place];
  const touched = here.some((one) => one.answer && one.answer.how !== "confirmed");
  const confirm = () => act.confirm(place, after);
  if (touched || !here.some((one) => one.group === "look")) return foot(button(`${t(touched && here.some((one) => one.group === "look") ? "visit.rest" : "visit.seen")}${where}`, confirm, { css: "go", after: "chevron-right", "data-act": "confirm" }), extra);
  return foot(
    h("p", {}, seen ? t("visit.at", { time: hourOf(Date.parse(seen.at)) }) : t("visit.inroom")),
    button(t("visit.same"), confirm, { css: "same", sign: "check", "data-act": "confirm" }), extra); // prettier-ignore
}
