import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, doubts, shortDistance } from "../logic/geo.js";
import { addDays, clockOffset, dayOf, dueDay, hourOf, momentOf } from "../logic/days.js";
import { choices, nextTry } from "../logic/ladder.js";
import { groups, estateOf, homeOfSign, nearest, search } from "../logic/today.js";
import { uuid7 } from "../logic/uuid7.js";

const HOME = { lat: 31.385, lon: 120.98 };
const at = (seconds) => new Date(Date.parse("2026-11-24T02:00:00Z") + seconds * 1000).toISOString();
const north = (metres) => HOME.lat + metres / 111_195;

test("an id carries its time, sorts by it and is never made twice", () => {
  const made = Array.from({ length: 5000 }, () => uuid7(1_764_000_000_000));
  assert.equal(new Set(made).size, made.length);
  assert.deepEqual([...made].sort(), made);
  for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const later = uuid7(1_764_100_000_000);
  assert.equal(parseInt(later.replaceAll("-", "").slice(0, 12), 16), 1_764_100_000_000);
  assert.ok(uuid7(1_700_000_000_000) > later, "a clock put back does not make an older id");
});

test("distance is in metres", () => {
  assert.ok(Math.abs(distance(HOME, { lat: north(100), lon: HOME.lon }) - 100) < 0.5);
  assert.equal(distance(HOME, null), null);
  assert.deepEqual([4, 64, 310, 1240, 12_400].map(shortDistance), [["10", "m"], ["60", "m"], ["310", "m"], ["1.2", "km"], ["12", "km"]]);
});

test("a position that cannot be believed gets a mark and is not hidden", () => {
  const good = { ...HOME, accuracy: 12, at: at(0) };
  assert.deepEqual(doubts(good, { home: HOME }), []);
  assert.deepEqual(doubts(null), ["no_position"]);
  assert.deepEqual(doubts({ ...good, accuracy: 0 }, { home: HOME }), ["zero_accuracy"]);
  assert.deepEqual(doubts({ ...good, accuracy: 800 }, { home: HOME }), ["wide"]);
  assert.deepEqual(doubts({ ...good, lat: north(400) }, { home: HOME }), ["far"]);
  assert.deepEqual(doubts({ ...good, lat: north(155) }, { home: HOME }), [], "the circle of accuracy is the position's own doubt");
});

test("nobody walks a kilometre in a minute", () => {
  const before = { lat: north(1000), lon: HOME.lon, accuracy: 10, at: at(-60) };
  assert.deepEqual(doubts({ ...HOME, accuracy: 10, at: at(0) }, { home: HOME, before }), ["jump"]);
  assert.deepEqual(doubts({ ...HOME, accuracy: 10, at: at(0) }, { home: HOME, before: { ...before, at: at(-900) } }), []);
});

test("days are Shanghai's, wherever the phone thinks it is", () => {
  assert.equal(dayOf(Date.parse("2026-11-24T16:30:00Z")), "2026-11-25");
  assert.equal(hourOf(Date.parse("2026-11-24T01:52:00Z")), "9:52");
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
  assert.equal(momentOf("2026-11-24", 19), Date.parse("2026-11-24T11:00:00Z"));
});

test("a term of working days is not guessed without a calendar", () => {
  assert.equal(dueDay("2026-11-24", 3, false), "2026-11-27");
  assert.equal(dueDay("2026-11-24", 0, false), "2026-11-24");
  assert.equal(dueDay("2026-11-24", 10, true), null);
});

test("the phone's clock is measured against the middle of the wait", () => {
  assert.equal(clockOffset("2026-11-25T02:00:01.000Z", Date.parse("2026-11-24T02:00:00Z"), Date.parse("2026-11-24T02:00:02Z")), 86400);
});

test("nobody home climbs the ladder: evening, weekend, appointment, with the police", () => {
  const morning = Date.parse("2026-11-24T02:00:00Z"); // Tuesday, 10:00 in Shanghai
  assert.deepEqual(nextTry("day", morning), { step: "evening", at: momentOf("2026-11-24", 19) });
  assert.deepEqual(nextTry("day", momentOf("2026-11-24", 18.5)), { step: "evening", at: momentOf("2026-11-25", 19) });
  assert.deepEqual(nextTry("evening", morning), { step: "weekend", at: momentOf("2026-11-28", 10) });
  assert.deepEqual(nextTry("evening", momentOf("2026-11-28", 20)), { step: "weekend", at: momentOf("2026-12-05", 10) });
  assert.deepEqual(nextTry("weekend", morning).step, "appointment");
  assert.deepEqual(nextTry("appointment", morning).step, "with_police");
  assert.deepEqual(nextTry("with_police", morning).step, "with_police");
  assert.deepEqual(nextTry("power", morning), { step: "power", at: momentOf("2026-12-01", 10) }, "a refusal is no step of the ladder");
  assert.equal(new Set(choices("day", morning).map((one) => one.at)).size, 3);
});

const homes = new Map([
  ["D1", { code: "D1", address: "12幢2单元402室", place: "娄江新村", lat: north(40), lon: HOME.lon, signs: ["K7Q2MD9X"] }],
  ["D2", { code: "D2", address: "4幢1单元102室", place: "娄江新村", lat: north(310), lon: HOME.lon, signs: [] }],
  ["D3", { code: "D3", address: "6幢3单元504室", place: "娄江新村", lat: null, lon: null }],
]);
const plan = [
  { item: "1", home: "D2", due: "2026-11-23", kind: "recheck", reason: "热水器" },
  { item: "2", home: "D1", due: "2026-11-24", kind: "reinspection", reason: "报警器" },
  { item: "3", home: "D3", due: "2026-11-28", kind: "routine", reason: "" },
  { item: "4", home: "gone", due: "2026-11-24", kind: "routine", reason: "" },
];

test("the day's list puts the overdue first and near before far", () => {
  const found = groups(plan, homes, "2026-11-24", { ...HOME, accuracy: 10 });
  assert.deepEqual([found.over, found.due, found.planned].map((rows) => rows.map((row) => row.home.code)), [["D2"], ["D1"], ["D3"]]);
  assert.equal(found.over[0].overdue, 1);
  assert.equal(groups(plan, homes, "2026-11-24", null, new Set(["D1"])).due.length, 0);
});

test("a part of the address finds the home", () => {
  assert.deepEqual(search(homes.values(), "12 402", null).rows.map((row) => row.home.code), ["D1"]);
  assert.equal(search(homes.values(), "娄江", HOME).rows[0].home.code, "D1");
});

test("the estate stands in no row when the whole grid lies in it", () => {
  assert.equal(estateOf([{ address: "兰泾花苑13幢101室" }, { address: "兰泾花苑9幢502室" }]), "兰泾花苑");
  assert.equal(estateOf([{ address: "兰泾花苑13幢101室" }, { address: "紫竹品苑9幢502室" }]), "");
  assert.equal(estateOf([{ address: "娄江新村C7区12幢2单元402室" }, { address: "娄江新村C7区4幢102室" }]), "娄江新村C7区");
  assert.equal(estateOf([]), "");
});

test("a scanned sign opens its home and a strange code opens none", () => {
  assert.equal(homeOfSign("https://anju.example/s/k7q2md9x/", homes).code, "D1");
  assert.equal(homeOfSign("D2", homes).code, "D2");
  assert.equal(homeOfSign("https://anju.example/s/OTHER/", homes), null);
  assert.equal(homeOfSign("", homes), null);
});

test("who stands at a building is offered its home and nobody else's", () => {
  assert.equal(nearest(homes.values(), { ...HOME, accuracy: 10 }).code, "D1");
  assert.equal(nearest(homes.values(), { lat: 30, lon: 120, accuracy: 10 }), null);
});
