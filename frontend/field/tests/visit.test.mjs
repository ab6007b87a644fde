import assert from "node:assert/strict";
import { test } from "node:test";
import { form, leftPlaces, ofPlace, open, stateOfPlace, yesHarms } from "../logic/ask.js";
import { caseOf, isFresh } from "../logic/case.js";
import { addPhoto, addRoom, answer, closePlace, confirmPlace, newDraft, photosOf, replacePhoto, setReceipt } from "../logic/draft.js";
import { freeze, headOf, reinspections } from "../logic/envelope.js";
import { judged, missingPhotos, mostUrgent, partyOf, sheetOf, spotOf, under } from "../logic/findings.js";
import { isSignature } from "../logic/strokes.js";

const book = { ...(await import(process.env.ANJU_RULEBOOK)), rules: JSON.parse(process.env.ANJU_RULES) };
const ON = "2026-11-24";
const AT = "2026-11-24T02:00:00.000Z";
const HERE = { lat: 31.385, lon: 120.98, accuracy: 12, at: AT };
const facts = (values, over = {}) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, at: AT, fresh: true, until: "2027-01-01", ...over }]));

const ROOM = { origin: "bedroom", let: true, area: 12, persons: 1, family: false, window: true, escape_opening: true, partitioned: false, alarm: true, masks: 1, whistles: 1, torches: 1, flame_stove: false, ebike_inside: false };
const HOME = { kind: "commercial", letting_state: "let", storeys: 6, structure: "concrete", rooms_let: 4, beds_let: 4, whole_let_one_family: false, unrelated_people: 4, living_room_area: 18, living_room_splits: 0, mixed_use: "none", hazmat_storage: false, combustible_fitout: false, common_alarm: true, extinguishers_3kg: 2, emergency_lights: true, exit_signs: true, respirators: 0, inner_exit: "clear", kitchen_flame: true, kitchen_fire_door: true, gas_alarm: true, flameout_protection: true, water_heater: "electric", lpg_cylinders: 0, lpg_place: "none", rcd: true, wiring: "protected", ebike_inside: false, need_help: 0 };
const REGISTER = { building_height: 18, lease_count: 1, illegal_building: false, change_of_use: false, appraisal: "safe", extinguishers_expired: 0, gas_hose_expired: false, electrical_monitoring: true, fire_management_system: true, fire_manager: true, fire_duties: true, guarantee_signed: true, lease_signed_days: 0, occupants_unregistered: 0, inside_sign: true };
const UNIT = { exit_state: "clear", roof_door: "open", corridor_charging: false, fire_doors: "closed", stair_lights: true };

const makeHome = (over = {}, room = {}) => ({
  code: "D1", version: 3, address: "12幢2单元402室", landlord: { name: "顾*明" }, sublet: false, hazards: [], register: REGISTER,
  facts: facts({ ...HOME, ...over }), unit: { code: "U1", facts: facts(UNIT) },
  rooms: ["A", "B", "C", "D"].map((name) => ({ name, let: true, facts: facts({ ...ROOM, ...(name === "C" ? room : {}) }) })),
}); // prettier-ignore
const makeDraft = (over = {}) => newDraft({ id: "id", kind: "inspection", home: "D1", at: AT, edition: "initial", version: 3, ...over });

test("nothing known is asked again: a known home has no open question, only lines to look at", () => {
  const home = makeHome();
  const questions = form(book, home, makeDraft(), ON);
  assert.deepEqual(open(questions), []);
  assert.ok(questions.filter((one) => one.group === "look").every((one) => one.fact.freshDays));
  assert.ok(questions.filter((one) => one.group === "known").every((one) => !one.fact.freshDays));
  assert.ok(questions.some((one) => one.name === "window" && one.group === "known"));
});

test("what ran out is asked anew, and comes before what is only looked at", () => {
  const home = makeHome();
  home.rooms[2].facts.alarm.until = "2026-11-23";
  const here = ofPlace(form(book, home, makeDraft(), ON), "C");
  assert.equal(here[0].name, "alarm");
  assert.equal(here[0].group, "ask");
  assert.equal(here[0].last.value, true);
  assert.equal(isFresh({ value: 1, until: ON }, ON), true, "the last day still counts");
  assert.equal(isFresh({ value: 1, fresh: false }, ON), false);
});

test("one tap confirms a room with its time and position, and only that room", () => {
  const home = makeHome();
  const draft = makeDraft();
  const next = confirmPlace(draft, "A", ofPlace(form(book, home, draft, ON), "A"), AT, HERE);
  assert.deepEqual(next.rooms_seen, { A: { at: AT, position: HERE } });
  assert.ok(Object.values(next.answers.rooms.A).every((one) => one.how === "confirmed"));
  assert.deepEqual(Object.keys(next.answers.rooms), ["A"]);
  assert.deepEqual(leftPlaces(home, next), ["dwelling", "B", "C", "D"]);
});

test("what was changed before the tap stays changed", () => {
  const home = makeHome();
  let draft = answer(makeDraft(), "A", "persons", 2, "seen", AT);
  draft = confirmPlace(draft, "A", ofPlace(form(book, home, draft, ON), "A"), AT, HERE);
  assert.deepEqual(draft.answers.rooms.A.persons, { value: 2, how: "seen", at: AT });
});

test("seen everywhere and all the same, a known home is compliant", () => {
  const home = makeHome();
  let draft = makeDraft();
  for (const place of ["dwelling", "A", "B", "C", "D"]) draft = confirmPlace(draft, place, ofPlace(form(book, home, draft, ON), place), AT, HERE);
  assert.equal(judged(book, home, draft, ON, "zh").verdict, "compliant");
  assert.deepEqual(leftPlaces(home, draft), []);
});

test("a room nobody could enter is unknown and never compliant", () => {
  const home = makeHome();
  let draft = makeDraft();
  for (const place of ["dwelling", "A", "B", "C"]) draft = confirmPlace(draft, place, ofPlace(form(book, home, draft, ON), place), AT, HERE);
  draft = closePlace(draft, "D", ofPlace(form(book, home, draft, ON), "D"), AT, "no_entry");
  const { verdict, judgement } = judged(book, home, draft, ON, "zh");
  assert.equal(verdict, "unknown");
  assert.ok(judgement.missing.includes("D.alarm"));
  assert.equal(stateOfPlace(draft, "D"), "closed");
  assert.equal(caseOf(home, draft, ON).rooms[3].window, true, "a wall does not become unknown because a door is shut");
});

test("not seen wipes out what was known", () => {
  const home = makeHome();
  const draft = answer(makeDraft(), "C", "alarm", null, "cannot_see", AT);
  assert.equal("alarm" in caseOf(home, draft, ON).rooms[2], false);
});

test("a bad answer opens its finding with day, party and source, under its own question", () => {
  const home = makeHome();
  const draft = answer(makeDraft(), "C", "alarm", false, "seen", AT);
  const { findings, verdict } = judged(book, home, draft, ON, "zh");
  assert.equal(verdict, "non_compliant");
  const [one] = findings;
  assert.equal(spotOf(one), "R09@C");
  assert.equal(one.party, "landlord");
  assert.equal(one.sheet, "letting");
  assert.ok(one.due > ON);
  assert.ok(one.source && one.todo && one.text);
  assert.equal(one.isNew, true);
  const questions = form(book, home, draft, ON);
  const at = (place, name) => questions.find((question) => question.place === place && question.name === name);
  assert.deepEqual(under(findings, at("C", "alarm")).map(spotOf), ["R09@C"]);
  assert.deepEqual(under(findings, at("A", "alarm")), []);
  assert.deepEqual(missingPhotos(draft, findings).map(spotOf), ["R09@C"]);
  const shot = addPhoto(draft, { id: "p1", sha256: "s", for: { rule: "R09", room: "C" }, flags: [] });
  assert.deepEqual(missingPhotos(shot, findings), []);
});

test("what binds the tenant stands on another sheet than what the landlord signs", () => {
  const home = makeHome();
  const draft = answer(answer(makeDraft(), "C", "ebike_inside", true, "seen", AT), "dwelling", "rcd", false, "seen", AT);
  const sheets = Object.groupBy(judged(book, home, draft, ON, "zh").findings, (one) => one.sheet);
  assert.deepEqual(sheets.tenant.map((one) => one.room), ["C"]);
  assert.ok(sheets.letting.every((one) => one.party !== "tenant"));
  assert.equal(partyOf(["sublessor", "landlord"], { sublet: true, landlord: { name: "x" } }), "sublessor");
  assert.equal(sheetOf("property_or_village"), "others");
});

test("the most urgent term is the nearest day, and advice is not urgent", () => {
  assert.equal(mostUrgent([{ due: "2026-12-01", severity: "minor" }, { due: ON, severity: "advice" }, { due: "2026-11-27", severity: "minor" }]).due, "2026-11-27");
  assert.equal(mostUrgent([]), null);
});

test("an old finding that is right now is healed, and its hazard gets a record of its own", () => {
  const home = { ...makeHome({}, { alarm: false }), hazards: [{ code: "HZ2", rule: "R09", room: "C", title: "没有报警器", due: ON }] };
  const draft = answer({ ...makeDraft(), kind: "reinspection" }, "C", "alarm", true, "seen", AT);
  const found = judged(book, home, draft, ON, "zh");
  assert.deepEqual(found.healed.map(spotOf), ["R09@C"]);
  const [one] = reinspections(draft, home, found, { id: () => "second", words: (finding) => finding.text });
  assert.deepEqual([one.id, one.kind, one.hazard, one.put_right], ["second", "reinspection", "HZ2", true]);
});

test("not seen does not heal an old finding", () => {
  const home = { ...makeHome({}, { alarm: false }), hazards: [{ code: "HZ2", rule: "R09", room: "C", title: "x", due: ON }] };
  const found = judged(book, home, answer(makeDraft(), "C", "alarm", null, "cannot_see", AT), ON, "zh");
  assert.deepEqual(found.healed, []);
});

test("a hazard still there fails its re-inspection, but not a visit that came for something else", () => {
  const home = { ...makeHome({}, { alarm: false }), hazards: [{ code: "HZ2", rule: "R09", room: "C", title: "x", due: "2026-12-01" }] };
  const draft = answer(makeDraft(), "C", "alarm", false, "seen", AT);
  const found = judged(book, home, draft, ON, "zh");
  const how = { id: () => "second", words: (finding) => finding.text };
  assert.deepEqual(reinspections(draft, home, found, how), []);
  const [one] = reinspections({ ...draft, kind: "reinspection" }, home, found, how);
  assert.equal(one.put_right, false);
  assert.ok(one.text);
});

test("the harmless answer stands first", () => {
  const home = makeHome();
  const find = (name, draft = makeDraft()) => form(book, home, draft, ON).find((one) => one.place === "C" && one.name === name);
  assert.equal(yesHarms(book, home, makeDraft(), ON, find("ebike_inside")), true);
  assert.equal(yesHarms(book, home, makeDraft(), ON, find("alarm")), false);
});

test("a room that nobody knew of is asked about from the beginning", () => {
  const home = makeHome();
  const draft = addRoom(makeDraft(), "E");
  assert.ok(open(ofPlace(form(book, home, draft, ON), "E")).length > 3);
  assert.ok(leftPlaces(home, draft).includes("E"));
});

test("a retake keeps the old picture until the record is frozen, and only the last goes along", () => {
  const photo = (id) => ({ id, sha256: id, bytes: 1, taken_at: AT, source: "camera", position: null, flags: [], for: { rule: "R09", room: "C", fact: null } });
  const draft = replacePhoto(addPhoto(makeDraft(), photo("p1")), "p1", photo("p2"));
  assert.equal(draft.photos.length, 2);
  assert.deepEqual(photosOf(draft, { rule: "R09", room: "C" }).map((one) => one.id), ["p2"]);
  const outcome = { verdict: "non_compliant", violated: ["R09@C"], findings: [{ rule: "R09", room: "C", isNew: true }] };
  const text = freeze(draft, { app: "2026.11.0", by: "grid", clockOffset: 3, position: HERE, outcome, at: AT });
  const envelope = JSON.parse(text);
  assert.deepEqual(envelope.photos.map((one) => one.sha256), ["p2"]);
  assert.deepEqual(envelope.findings, [{ rule: "R09", room: "C", note: "", photos: ["p2"] }]);
  assert.deepEqual(envelope.photos[0].for, { rule: "R09", room: "C" }, "nothing empty is sent");
  assert.equal(envelope.verdict.verdict, "non_compliant");
  assert.equal(envelope.prior.home_version, 3);
  assert.deepEqual(headOf(draft, "402", AT).photos.map((one) => one.id), ["p2"]);
  assert.equal(text, freeze(draft, { app: "2026.11.0", by: "grid", clockOffset: 3, position: HERE, outcome, at: AT }), "frozen twice is the same to the byte");
});

test("one receipt per party, the last one counts", () => {
  const draft = setReceipt(setReceipt(makeDraft(), { party: "letting", outcome: "absent" }), { party: "letting", outcome: "refuses" });
  assert.deepEqual(draft.receipts, [{ party: "letting", outcome: "refuses" }]);
});

test("a slip of the thumb is no signature", () => {
  assert.equal(isSignature([[[0, 0, 0], [5, 5, 10]]]), false);
  assert.equal(isSignature([[[0, 0, 0], [80, 5, 10]]]), true);
});
