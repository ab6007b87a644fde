// Ask once (X7): what of a place is asked, what is shown to be looked at, and what is not asked again.

import { caseOf, roomNames } from "./case.js";
import { DWELLING, UNIT, answer, answerOf } from "./draft.js";

const keyOf = (question) => `${question.entity}:${question.room ?? ""}:${question.name}`;

// A register's value is in the case but not among the facts seen on the spot; only those were answered by someone before.
function lastOf(home, question) {
  if (question.entity === "unit") return home.unit?.facts?.[question.name] ?? null;
  if (question.entity === "dwelling") return home.facts?.[question.name] ?? null;
  return (home.rooms ?? []).find((room) => room.name === question.room)?.facts?.[question.name] ?? null;
}

const placeOf = (question) => (question.entity === "room" ? question.room : question.entity);

// Every question of the form: {entity, room, place, name, fact, group, before, state, was, last, answer, rules}
// group: "ask" (a card), "look" (a line, changed only where it changed), "known" (not asked again)
// before: violated, unknown or known, as it stood when the visit began, so that cards do not jump while they are answered;
// state: the same now.
export function form(book, home, draft, on) {
  const before = new Map(book.questions(caseOf(home, { ...draft, answers: undefined }, on), on).map((one) => [keyOf(one), one]));
  const now = book.questions(caseOf(home, draft, on), on);
  const listed = new Map(now.map((one) => [keyOf(one), one]));
  for (const one of before.values()) {
    if (!listed.has(keyOf(one)) && answerOf(draft, placeOf(one), one.name)) listed.set(keyOf(one), one);
  }
  const order = (one) => Object.keys(book.facts[one.entity]).indexOf(one.name);
  return [...listed.values()]
    .map((one) => whole(book, home, draft, one, before.get(keyOf(one))))
    .sort((one, other) => RANK[one.before] - RANK[other.before] || PLACES.indexOf(one.entity) - PLACES.indexOf(other.entity) || order(one) - order(other));
}

const PLACES = ["dwelling", "room", "unit"];
const RANK = { violated: 0, unknown: 1, known: 2 };

function whole(book, home, draft, one, earlier) {
  const place = placeOf(one);
  const given = answerOf(draft, place, one.name);
  const fact = book.facts[one.entity][one.name];
  const before = earlier?.state ?? "unknown";
  const touched = given && given.how !== "confirmed";
  const group = before !== "known" || touched ? "ask" : fact.freshDays ? "look" : "known";
  return { entity: one.entity, room: one.room, place, name: one.name, fact, group, before, state: one.state,
    was: earlier?.value ?? null, last: lastOf(home, one), answer: given, rules: one.rules }; // prettier-ignore
}

export const ofPlace = (questions, place) =>
  questions.filter((one) => (place === DWELLING ? one.entity !== "room" : one.place === place));

export const open = (questions) => questions.filter((one) => one.group === "ask" && !one.answer);

// The places to go through, in order: the shared part of the home first, then room by room.
export function placesOf(home, draft) {
  if (draft.kind === "common_area") return [UNIT];
  return [DWELLING, ...roomNames(home, draft)];
}

// Whether a place was seen, could not be entered, or is still to do.
export function stateOfPlace(draft, place) {
  if (draft.closed[place]) return "closed";
  return draft.rooms_seen[place] ? "seen" : "todo";
}

export const leftPlaces = (home, draft) => placesOf(home, draft).filter((place) => stateOfPlace(draft, place) === "todo");

// Whether "yes" would violate one of the question's rules, as things stand: then "no" is the harmless answer and stands first.
export function yesHarms(book, home, draft, on, question) {
  if (question.fact.type !== "bool") return false;
  const judged = book.judge(caseOf(home, answer(draft, question.place, question.name, true, "seen", null), on), on);
  const here = (one) => one.room === question.room || question.entity !== "room";
  return judged.results.some((one) => one.status === "violation" && question.rules.includes(one.rule) && here(one));
}
