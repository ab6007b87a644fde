// The last resort: everything unsent in one file, and back from it on another phone, by the same person. Nothing leaves
// this phone's list by it; records keep their ids, so that what is sent from both phones is one record.

import { enqueue, isUnsent } from "./logic/queue.js";
import { uuid7 } from "./logic/uuid7.js";
import { sha256 } from "./vault.js";

const FORMAT = "anju-field-export";

export async function exported(app) {
  const records = [...app.records.values()].filter(isUnsent);
  const envelopes = [];
  for (const record of records) {
    const photos = [];
    for (const photo of record.photos) {
      const blob = await app.store.photo(photo.id);
      if (blob) photos.push({ sha256: photo.sha256, jpeg: await base64(blob) });
    }
    envelopes.push({ id: record.id, title: record.title, signed: record.signed, body: await app.store.body(record.id), photos });
  }
  const whole = { format: FORMAT, version: 1, made_at: app.iso(), by: app.me?.user ?? null, envelopes };
  save(new Blob([JSON.stringify(whole)], { type: "application/json" }), `anju-${app.today()}-${envelopes.length}.json`);
  app.toast(app.t("sync.exported", { n: envelopes.length }));
}

// Returns how many records were taken in; throws a text for the inspector.
export async function takenIn(app, file) {
  const whole = await file.text().then(JSON.parse).catch(() => null);
  if (whole?.format !== FORMAT || !Array.isArray(whole.envelopes)) throw new Error(app.t("file.wrong"));
  if (whole.by !== app.me?.user) throw new Error(app.t("file.other", { who: whole.by ?? "?" }));
  let taken = 0;
  for (const one of whole.envelopes) {
    const body = JSON.parse(one.body);
    if (body.id !== one.id || app.records.has(one.id)) continue; // already on this phone
    const photos = await Promise.all(one.photos.map(async (photo) => ({ ...photo, bytes: unpacked(photo.jpeg) })));
    for (const photo of photos) if ((await sha256(photo.bytes)) !== photo.sha256) throw new Error(app.t("file.broken", { what: one.title }));
    const kept = photos.map((photo) => ({ id: uuid7(), sha256: photo.sha256, bytes: photo.bytes.length, sent: false, url: null, blob: new Blob([photo.bytes]) }));
    const head = { id: one.id, kind: body.kind, home: body.home, unit: body.unit, title: one.title, finished_at: body.finished_at, next: body.next, signed: Boolean(one.signed), schema: body.schema, by: body.by };
    const record = enqueue({ ...head, photos: kept.map(({ blob: _, ...photo }) => photo) }, Date.now());
    await app.store.adopt(record, one.body, kept);
    app.records.set(record.id, record);
    taken += 1;
  }
  return taken;
}

const unpacked = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function base64(blob) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(",")[1]);
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
