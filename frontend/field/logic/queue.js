// What waits to be sent, record by record. Pure: every event gives a new record; sync.js does the sending.
//
// A record is {id, kind, home, title, finished_at, next, signed, photos: [{id, sha256, bytes, sent, url}], server, problem,
// tries, next_at, contact_at, cleaned}. `server` is the last answer: {state, text, missing, settled, differs, made …}.

export const DAY = 24 * 3600_000;
const WAITS = [5, 15, 60, 300]; // seconds after the first, second … failure; a tap or a new network tries at once

export function enqueue(head, now) {
  return { ...head, server: null, problem: null, tries: 0, next_at: now, contact_at: null, cleaned: false };
}

const waitFor = (tries) => WAITS[Math.min(tries, WAITS.length) - 1] * 1000;

export function answered(record, answer, now) {
  const missing = new Set(answer.missing ?? []);
  const photos = record.photos.map((photo) => ({ ...photo, sent: !missing.has(photo.sha256) }));
  const server = {
    state: answer.state,
    text: answer.text ?? "",
    missing: [...missing],
    settled: answer.settled === true,
    refused_photos: answer.refused_photos ?? [],
    differs: answer.differs ?? null,
    made: answer.made ?? null,
  };
  const next = { ...record, photos, server, problem: null, contact_at: now };
  if (isSafe(next) || missing.size) return { ...next, tries: 0, next_at: now };
  const tries = record.tries + 1; // stored and not yet applied, or waiting for a decision: ask again later
  return { ...next, tries, next_at: now + waitFor(tries) };
}

// kind: network (nothing came back), signed_out, busy (429, 5xx, 507), refused (any other answer: this record only)
export function failed(record, kind, told, now) {
  const tries = record.tries + 1;
  const wait = kind === "refused" ? WAITS.at(-1) * 1000 : waitFor(tries);
  return {
    ...record,
    tries,
    next_at: now + wait,
    problem: { kind, text: told?.text ?? "", instead: told?.instead ?? "", code: told?.error ?? "" },
    contact_at: kind === "network" ? record.contact_at : now,
  };
}

export const kindOfFailure = (status, code = "") => {
  if (!status) return "network";
  if (code === "csrf") return "busy"; // the next round fetches a new token first
  if (status === 401) return "signed_out";
  return status === 429 || status >= 500 ? "busy" : "refused";
};

export function photoAt(record, id, change) {
  return { ...record, photos: record.photos.map((photo) => (photo.id === id ? { ...photo, ...change } : photo)) };
}

// The server has the record and every photo by its hash, and says so: only now may the phone's copy go.
export function isSafe(record) {
  return Boolean(record.server) && record.server.settled && record.server.missing.length === 0;
}

// Two versions of one record, or two people at one home: the server keeps both, and a person decides.
export const needsDecision = (record) => record.server?.state === "conflict" && record.server.missing.length === 0;

// What would be lost with the phone. A conflict is not: the server has both versions.
export const isUnsent = (record) => !isSafe(record) && !needsDecision(record);

// Which photos go next: those that the server named as missing, each once even if two photos are equal.
export function photosToSend(record) {
  const missing = new Set(record.server?.missing ?? []);
  const seen = new Set();
  return record.photos.filter((photo) => missing.has(photo.sha256) && !seen.has(photo.sha256) && seen.add(photo.sha256));
}

// Those whose time has come, oldest first. A record that was refused waits longer and never holds up the others.
export function due(records, now, { force = false } = {}) {
  return records
    .filter((record) => !isSafe(record) && (force || record.next_at <= now))
    .sort((one, other) => one.finished_at.localeCompare(other.finished_at));
}

export function nextTime(records) {
  const times = records.filter((record) => !isSafe(record)).map((record) => record.next_at);
  return times.length ? Math.min(...times) : null;
}

// The word that stands beside the record: saved, sending, waiting, partial, stored, received, decide, moved, gone,
// kept (the server keeps it and says why it could not be used), aside (decided: the other one counts), held (told what to do), signed_out
export function wordOf(record, { online = true, active = false, signedOut = false } = {}) {
  if (needsDecision(record)) return "decide";
  if (isSafe(record)) return { moved: "moved", gone: "gone", refused: "kept", set_aside: "aside" }[record.server.state] ?? "received";
  if (active) return "sending";
  if (signedOut || record.problem?.kind === "signed_out") return "signed_out";
  if (record.problem?.kind === "refused") return "held";
  if (record.server?.missing.length) return "partial";
  if (record.server) return "stored";
  if (!online || record.problem) return "waiting";
  return "saved";
}

// How a list of records stands: {unsent, decide, oldest: ms | null, late}
export function summary(records, now) {
  const unsent = records.filter(isUnsent);
  const oldest = unsent.length ? Math.min(...unsent.map((record) => Date.parse(record.finished_at))) : null;
  return {
    unsent: unsent.length,
    decide: records.filter(needsDecision).length,
    oldest,
    late: oldest !== null && now - oldest > DAY,
  };
}
