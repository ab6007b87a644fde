// A finished visit as it is sent: frozen text, so that a second sending is the same to the byte.

import { shownPhotos } from "./draft.js";

const PARTS = ["id", "schema", "kind", "home", "unit", "hazard", "made_at", "finished_at", "edition", "prior", "answers", "rooms_seen", "next", "text", "put_right", "to_department"]; // prettier-ignore

const WHOLE = ["inspection", "reinspection"]; // visits that see the whole home, and so have a verdict

const named = (subject) => Object.fromEntries(Object.entries(subject).filter(([, value]) => value));

const photoOf = ({ id, sha256, bytes, taken_at, source, position, flags, for: subject }) => ({ id, sha256, bytes, taken_at, source, position, flags, for: named(subject) });

// outcome: {verdict, violated: ["R09@C"…], findings: [{rule, room}]} as the phone judged
export function freeze(draft, { app, by, clockOffset, position, outcome, at }) {
  const photos = shownPhotos(draft).map(photoOf);
  const about = (one) => photos.filter((photo) => (photo.for.rule ?? "") === one.rule && (photo.for.room ?? "") === (one.room ?? ""));
  const found = outcome ? outcome.findings : [];
  // papers and advice are no findings of the spot: the server draws them from its records
  const real = found.filter((one) => one.isNew && one.category !== "paperwork" && one.severity !== "advice");
  const findings = [...draft.findings, ...real].map((one) => ({
    ...named({ title: one.own ? one.title : "", severity: one.own ? one.severity : "", category: one.own ? one.category : "" }),
    rule: one.rule ?? "",
    room: one.room ?? "",
    note: one.note ?? "",
    photos: about(one).map((photo) => photo.sha256),
  }));
  const body = Object.fromEntries(PARTS.map((name) => [name, draft[name] ?? null]));
  const closed = Object.entries(draft.closed).map(([place, shut]) => ({ place, ...shut }));
  return JSON.stringify({
    ...body,
    app,
    by,
    finished_at: at,
    clock_offset_s: clockOffset,
    position,
    item: draft.item,
    rooms_added: draft.added,
    rooms_closed: closed,
    findings,
    photos,
    receipts: draft.receipts,
    verdict: outcome && WHOLE.includes(draft.kind) ? { verdict: outcome.verdict, violated: outcome.violated, edition: draft.edition } : null,
  });
}

// One visit also settles the hazards that were open at the home: a small record of its own for each, with the same photos.
// put_right is what was seen; a hazard whose time is not up is not failed by a visit that came for something else.
export function reinspections(draft, home, { findings, healed }, { id, words }) {
  const of = (hazard) => (one) => one.rule === hazard.rule && (one.room || "") === (hazard.room || "");
  if (!WHOLE.includes(draft.kind)) return [];
  return (home.hazards ?? []).flatMap((hazard) => {
    const right = healed.some(of(hazard));
    const wrong = findings.find(of(hazard));
    if (!right && !(wrong && draft.kind === "reinspection")) return [];
    const photos = shownPhotos(draft).filter((photo) => photo.for.rule === hazard.rule && (photo.for.room || "") === (hazard.room || ""));
    const text = words(right ? { ...hazard, text: hazard.title } : wrong, right);
    return [{ ...draft, id: id(), kind: "reinspection", hazard: hazard.code, put_right: right, text, photos, item: null,
      answers: { dwelling: {}, rooms: {}, unit: {} }, rooms_seen: {}, closed: {}, added: [], receipts: [], findings: [], next: null }]; // prettier-ignore
  });
}

// What stays readable of a frozen record on the list of what is to be sent
export function headOf(draft, title, at) {
  return {
    id: draft.id,
    kind: draft.kind,
    home: draft.home,
    unit: draft.unit,
    title,
    finished_at: at,
    next: draft.next,
    signed: draft.receipts.length > 0,
    photos: shownPhotos(draft).map((photo) => ({ id: photo.id, from: photo.from ?? null, sha256: photo.sha256, bytes: photo.bytes, sent: false, url: null })),
  };
}
