// What the rule book finds on the phone, and what it asks of whom by when; what an earlier visit found and is right now.

import { caseOf } from "./case.js";
import { dueDay } from "./days.js";
import { photosOf } from "./draft.js";

const SEVERITY = { prohibited: 0, severe: 1, minor: 2, advice: 3 };
const LETTING = ["sublessor", "landlord", "operator"];

// Who has to put it right, as the server decides it: the first party bound that this home has.
export function partyOf(bound, home) {
  if (!bound.length) return "landlord";
  if (bound[0] === "tenant" || bound[0] === "property_or_village") return bound[0];
  const there = { sublessor: home.sublet, landlord: Boolean(home.landlord?.name), operator: Boolean(home.operator?.name) };
  return bound.find((party) => there[party]) ?? (bound.includes("landlord") ? "landlord" : bound[0]);
}

// Which sheet it stands on: the landlord signs nothing that binds the tenant.
export const sheetOf = (party) => (LETTING.includes(party) ? "letting" : party === "tenant" ? "tenant" : "others");

// "R09@C", "D10": a rule on its spot, as records and receipts name it
export const spotOf = (one) => (one.room ? `${one.rule}@${one.room}` : one.rule);

// {verdict, judgement, findings: [...], healed: [...]}
export function judged(book, home, draft, on, lang) {
  const judgement = book.judge(caseOf(home, draft, on), on, lang);
  const earlier = book.judge(caseOf(home, null, on), on, lang);
  const violated = judgement.results.filter((result) => result.status === "violation");
  const still = new Set(violated.map(spotOf));
  const settled = new Set(
    judgement.results.filter((one) => one.status === "pass" || one.status === "not_applicable").map(spotOf),
  );
  const healed = earlier.results
    .filter((one) => one.status === "violation" && !still.has(spotOf(one)) && settled.has(spotOf(one)))
    .map((one) => ({ ...finding(book, home, one, on, lang), healed: true }));
  const before = new Set(earlier.results.filter((one) => one.status === "violation").map(spotOf));
  const findings = violated
    .map((one) => ({ ...finding(book, home, one, on, lang), isNew: !before.has(spotOf(one)) }))
    .sort((one, other) => SEVERITY[one.severity] - SEVERITY[other.severity]);
  return { verdict: judgement.verdict, judgement, findings, healed };
}

function finding(book, home, result, on, lang) {
  const rule = book.rules[result.rule] ?? { bound: [], days: 0 };
  const said = (text) => (typeof text === "string" ? text : (text?.[lang] ?? ""));
  const known = (home.hazards ?? []).find((one) => one.rule === result.rule && (one.room || null) === (result.room || null));
  const party = partyOf(rule.bound, home);
  return {
    rule: result.rule,
    room: result.room,
    severity: result.severity,
    category: result.category,
    force: result.force,
    text: result.text,
    title: said(rule.title),
    todo: said(rule.todo),
    days: rule.days,
    working: Boolean(rule.working_days),
    due: known?.due?.slice(0, 10) ?? dueDay(on, rule.days, Boolean(rule.working_days)),
    hazard: known?.code ?? null,
    party,
    sheet: sheetOf(party),
    source: said([rule.source].flat()[0]),
  };
}

// A question's own findings: those that its answer forces.
export function under(findings, question) {
  if (question.state !== "violated") return [];
  const here = (one) => question.entity !== "room" || one.room === question.room;
  return findings.filter((one) => here(one) && question.rules.includes(one.rule));
}

// Paperwork is decided by the records; what a finding of the spot needs is a photo.
export const needsPhoto = (one) => one.category !== "paperwork" && one.isNew;

export function missingPhotos(draft, findings) {
  return findings.filter((one) => needsPhoto(one) && !photosOf(draft, { rule: one.rule, room: one.room }).length);
}

// The most urgent term: at once, then the nearest day.
export function mostUrgent(findings) {
  const dated = findings.filter((one) => one.due !== null && one.severity !== "advice");
  return dated.length ? dated.reduce((best, next) => (next.due < best.due ? next : best)) : null;
}
