import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, answered, due, enqueue, failed, isSafe, kindOfFailure, needsDecision, nextTime, photosToSend, summary, wordOf } from "../logic/queue.js";

const NOW = Date.parse("2026-11-24T03:00:00Z");
const photo = (sha256) => ({ id: `p-${sha256}`, sha256, bytes: 10, sent: false, url: null });
const record = (id = "a", photos = [photo("1"), photo("2")], finished_at = "2026-11-24T02:00:00Z") =>
  enqueue({ id, kind: "inspection", home: "D1", title: "402", finished_at, photos }, NOW);

test("a finished record is saved on the phone and due at once", () => {
  const one = record();
  assert.equal(wordOf(one), "saved");
  assert.equal(wordOf(one, { online: false }), "waiting");
  assert.deepEqual(due([one], NOW), [one]);
});

test("a record is safe only when the server has it and every photo", () => {
  const half = answered(record(), { state: "waiting_photos", missing: ["2"] }, NOW);
  assert.equal(isSafe(half), false);
  assert.equal(wordOf(half), "partial");
  assert.deepEqual(photosToSend(half).map((one) => one.sha256), ["2"]);
  assert.equal(isSafe(answered(half, { state: "applied", missing: ["2"], settled: true }, NOW)), false);
  assert.equal(isSafe(answered(half, { state: "applied", missing: [] }, NOW)), false, "the server must say it itself");
  const whole = answered(half, { state: "applied", missing: [], settled: true }, NOW);
  assert.equal(isSafe(whole), true);
  assert.equal(wordOf(whole), "received");
});

test("stored and not yet applied is kept on the phone and asked again", () => {
  const stored = answered(record("a", []), { state: "stored", missing: [] }, NOW);
  assert.equal(isSafe(stored), false);
  assert.equal(stored.next_at, NOW + 5000);
});

test("two photos with the same content are sent once", () => {
  const one = answered(record("a", [photo("1"), { ...photo("1"), id: "other" }]), { state: "waiting_photos", missing: ["1"] }, NOW);
  assert.equal(photosToSend(one).length, 1);
});

test("one refused record never holds up the others", () => {
  const bad = failed(record("bad", [], "2026-11-23T00:00:00Z"), "refused", { text: "no such rule" }, NOW);
  const good = record("good", []);
  assert.deepEqual(due([bad, good], NOW).map((one) => one.id), ["good"]);
  assert.equal(wordOf(bad), "held");
  assert.deepEqual(due([bad, good], NOW, { force: true }).map((one) => one.id), ["bad", "good"]);
});

test("waits grow and a new network tries at once", () => {
  let one = record();
  const waits = [];
  for (let round = 0; round < 6; round++) {
    one = failed(one, "network", null, NOW);
    waits.push((one.next_at - NOW) / 1000);
  }
  assert.deepEqual(waits, [5, 15, 60, 300, 300, 300]);
  assert.equal(due([one], NOW).length, 0);
  assert.equal(due([one], NOW, { force: true }).length, 1);
  assert.equal(nextTime([one]), NOW + 300_000);
});

test("an answer tells what kind of failure it was", () => {
  assert.deepEqual([0, 401, 422, 413, 429, 503, 507].map(kindOfFailure), ["network", "signed_out", "refused", "refused", "busy", "busy", "busy"]);
});

test("a conflict asks for a decision, stays on the phone till then, and is not unsent", () => {
  const one = answered(record("a", []), { state: "conflict", missing: [], settled: false, differs: {} }, NOW);
  assert.equal(wordOf(one), "decide");
  assert.equal(needsDecision(one), true);
  assert.equal(isSafe(one), false);
  assert.equal(summary([one], NOW).unsent, 0);
});

test("moved, gone and kept are told in words of their own", () => {
  for (const [state, word] of [["moved", "moved"], ["gone", "gone"], ["refused", "kept"], ["set_aside", "aside"]]) {
    assert.equal(wordOf(answered(record("a", []), { state, missing: [], settled: true }, NOW)), word);
  }
});

test("after a day unsent it is late", () => {
  const one = record("a", [], "2026-11-23T03:00:00Z");
  assert.equal(summary([one], NOW).late, false);
  assert.equal(summary([one], NOW + 1).late, true);
  assert.equal(summary([one], NOW + DAY).unsent, 1);
});
