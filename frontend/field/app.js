// The app's state and what can be done with it. Screens read it and call it; they change nothing themselves.

import { judged, spotOf } from "./logic/findings.js";
import { dayOf, isoOf } from "./logic/days.js";
import { doubts } from "./logic/geo.js";
import { freeze, headOf, reinspections } from "./logic/envelope.js";
import { newDraft, SCHEMA } from "./logic/draft.js";
import { enqueue, isUnsent, summary } from "./logic/queue.js";
import { uuid7 } from "./logic/uuid7.js";
import { sha256 } from "./vault.js";
import { room } from "./store.js";
import { Position } from "./position.js";
import { APP } from "./version.js";
import { translator } from "./words.js";

export const LOW = 200 * 1024 * 1024; // under this much room the inspector is warned
export const FULL = 30 * 1024 * 1024; // under this no new visit is begun: its photos might not fit

const LONG = ["inspection", "reinspection", "common_area"]; // kinds that are written over many screens

// A photo in two records is two photos with one content: each is sent, confirmed and cleared with its own record.
const withOwnPhotos = (draft) => ({ ...draft, photos: draft.photos.map((photo) => ({ ...photo, id: uuid7(), from: photo.id })) });

export class App {
  constructor(store) {
    this.store = store;
    this.me = null;
    this.book = null; // the rule book's module, with `edition`
    this.homes = new Map();
    this.units = new Map(); // shared parts
    this.phone = "";
    this.grid = { plan: [], token: null, at: null };
    this.drafts = new Map();
    this.records = new Map();
    this.clock = { offset: 0, at: null };
    this.online = navigator.onLine;
    this.signedOut = false;
    this.contact = null;
    this.active = null; // id of the record that is being sent
    this.space = null;
    this.broken = null; // a text: the phone could not save
    this.lang = "zh";
    this.t = translator("zh");
    this.writing = Promise.resolve();
    this.listeners = new Set();
    this.position = new Position(() => this.changed(), () => this.clock.offset);
  }

  async load() {
    const { store } = this;
    this.language((await store.get("language")) ?? (navigator.language.startsWith("en") ? "en" : "zh"));
    this.phone = (await store.get("phone")) ?? uuid7();
    await store.set("phone", this.phone);
    const kept = await Promise.all(["me", "grid", "clock", "contact"].map((name) => store.get(name)));
    this.me = kept[0];
    this.grid = kept[1] ?? this.grid;
    this.clock = kept[2] ?? this.clock;
    this.contact = kept[3];
    for (const home of await store.homes()) this.homes.set(home.code, home);
    for (const unit of await store.units()) this.units.set(unit.code, unit);
    for (const draft of await store.drafts()) this.drafts.set(draft.id, draft);
    for (const record of await store.records()) this.records.set(record.id, record);
    await this.loadBook().catch(() => null);
    await this.measure();
  }

  async loadBook() {
    const kept = await this.store.get("book");
    if (!kept) return;
    const module = await import(kept.module);
    this.book = { judge: module.judge, questions: module.questions, facts: module.facts, rules: kept.rules, edition: kept.edition, label: kept.label };
  }

  // A home with the shared part it lies in; the server sends each shared part once.
  home(code) {
    const home = this.homes.get(code);
    return home ? { ...home, unit: this.units.get(home.unit) ?? null } : null;
  }

  // A shared part, in the shape of a home that has nothing but it
  sharedPart(code) {
    const unit = this.units.get(code);
    if (!unit) return null;
    const near = [...this.homes.values()].find((home) => home.unit === code && home.lat);
    return { code, address: unit.address || unit.name, unit, facts: {}, rooms: [], register: {}, hazards: unit.hazards ?? [], lat: near?.lat, lon: near?.lon, shared: true };
  }

  subject(draft) {
    return this.home(draft.home) ?? this.sharedPart(draft.unit);
  }

  places() {
    return new Map([...this.homes, ...[...this.units.keys()].map((code) => [code, this.sharedPart(code)])]);
  }

  language(lang) {
    this.lang = lang;
    this.t = translator(lang);
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = this.t("app.name");
  }

  async measure() {
    this.space = await room().catch(() => null);
  }

  changed() {
    for (const tell of this.listeners) tell();
  }

  // The phone's clock put right by what the server said last: the time that stands on records and screens.
  now() {
    return Date.now() + this.clock.offset * 1000;
  }

  iso() {
    return isoOf(this.now());
  }

  today() {
    return dayOf(this.now());
  }

  queue() {
    return summary([...this.records.values()], this.now());
  }

  get low() {
    return this.space !== null && this.space.free < LOW;
  }

  get full() {
    return this.space !== null && this.space.free < FULL;
  }

  // --- drafts ---------------------------------------------------------------------------------------------------------

  draftOf(code) {
    return [...this.drafts.values()].find((draft) => (draft.home === code || (!draft.home && draft.unit === code)) && LONG.includes(draft.kind)) ?? null;
  }

  begin(kind, home, more = {}) {
    const place = home?.shared ? { home: null, unit: home.code } : { home: home?.code ?? null };
    return newDraft({ id: uuid7(), kind, ...place, at: this.iso(), edition: this.book?.edition ?? null, version: home?.version, ...more });
  }

  // Every tap changes the draft as it is now, not as it was when the screen was drawn: a photo may have been stored between.
  change(id, edit) {
    const now = this.drafts.get(id);
    return now ? this.save(edit(now)) : Promise.resolve(null);
  }

  // Written one after the other, in the order of the taps. What cannot be saved is said loudly: a form that only looks
  // filled in is the worst there is.
  async save(draft) {
    this.drafts.set(draft.id, draft);
    this.writing = this.writing.then(() => this.#write(draft));
    await this.writing;
    this.changed();
    return draft;
  }

  async #write(draft) {
    if (this.drafts.get(draft.id) !== draft) return; // a later tap is already on its way, or the draft is finished
    try {
      await this.store.saveDraft(draft);
      this.broken = null;
    } catch (error) {
      this.broken = error.name === "QuotaExceededError" ? this.t("full.text") : this.t("broken.text");
    }
  }

  async discard(draft) {
    this.drafts.delete(draft.id);
    await this.writing;
    await this.store.dropDraft(draft.id);
    this.changed();
  }

  judged(draft, home) {
    return judged(this.book, home, draft, this.today(), this.lang);
  }

  // A picture into the store; its note into the draft. Returns the note.
  async photoNote(id, shot, subject, home) {
    const position = this.position.now();
    const bytes = await shot.blob.arrayBuffer();
    const before = [...(this.drafts.get(id)?.photos ?? [])].reverse().find((photo) => photo.position)?.position ?? null;
    const note = {
      id: uuid7(),
      sha256: await sha256(bytes),
      bytes: bytes.byteLength,
      taken_at: this.iso(),
      source: shot.source,
      position,
      flags: [...(shot.source === "gallery" ? ["gallery"] : []), ...doubts(position, { home, before })],
      for: subject,
    };
    await this.#keepPhoto(note.id, id, shot.blob);
    this.measure();
    return note;
  }

  // A note without its picture would be a record that can never be complete: it is not made.
  async #keepPhoto(photo, record, blob) {
    try {
      await this.store.putPhoto(photo, record, blob);
    } catch (error) {
      this.broken = this.t(error.name === "QuotaExceededError" ? "full.text" : "broken.text");
      this.changed();
      throw error;
    }
  }

  async finish(draft, home, { title, judge = true } = {}) {
    await this.writing;
    const at = this.iso();
    const found = judge && home && this.book ? this.judged(draft, home) : null;
    const outcome = found && { verdict: found.verdict, findings: found.findings, violated: found.findings.map(spotOf) };
    const whole = { ...draft, edition: this.book?.edition ?? draft.edition };
    const more = found && !home.shared ? reinspections(whole, home, found, { id: uuid7, words: (one, right) => this.t(right ? "again.right" : "again.notright", { what: one.text }) }) : [];
    const main = more.length ? { ...whole, kind: "inspection" } : whole;
    const common = { app: APP, by: this.me?.user ?? null, clockOffset: this.clock.at ? this.clock.offset : null, position: this.position.now(), at };
    const made = [this.#frozen(main, { ...common, outcome }, title), ...more.map((one) => this.#frozen(withOwnPhotos(one), { ...common, outcome: null }, title))];
    await this.store.finish(whole, made);
    this.drafts.delete(draft.id);
    for (const { record } of made) this.records.set(record.id, record);
    this.changed();
    return made[0].record;
  }

  #frozen(draft, how, title) {
    const body = freeze(draft, how);
    const head = headOf(draft, title, how.at);
    return { body, record: enqueue({ ...head, schema: SCHEMA, by: how.by }, Date.now()) };
  }

  // Homes finished on this phone today, sent or not
  doneToday() {
    const kinds = ["inspection", "reinspection", "no_access", "refused_entry", "common_area"];
    const today = [...this.records.values()].filter((record) => dayOf(Date.parse(record.finished_at)) === this.today() && kinds.includes(record.kind));
    return new Set(today.map((record) => record.home ?? record.unit));
  }

  unsent() {
    return [...this.records.values()].filter(isUnsent);
  }
}
