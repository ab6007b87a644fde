// Sending and fetching. One tab at a time; record by record, so that a bad one never holds up the others; what the server
// has not confirmed stays on the phone.

import { ApiError, Api } from "./api.js";
import { answered, due, failed, isSafe, isUnsent, kindOfFailure, nextTime, photoAt, photosToSend } from "./logic/queue.js";
import { clockOffset } from "./logic/days.js";
import { sha256 } from "./vault.js";
import { upload } from "./upload.js";
import { APP } from "./version.js";

const REFRESH = 10 * 60_000; // how old the list may grow while there is a network
const LOCK = "anju-field-sync";

export class Sync {
  constructor(app) {
    this.app = app;
    this.api = new Api(app.phone);
    this.timer = null;
    this.running = false;
  }

  // Tries now; `force` also those whose wait is not over and the list that is still young.
  async run({ force = false } = {}) {
    if (this.running) {
      this.again = this.again || force;
      return;
    }
    this.running = true;
    clearTimeout(this.timer);
    this.app.changed();
    try {
      await exclusively(() => this.#round(force));
    } finally {
      this.running = false;
      this.app.active = null;
      this.app.changed();
      this.#later();
    }
    if (this.again) {
      this.again = false;
      await this.run({ force: true });
    }
  }

  #later() {
    clearTimeout(this.timer);
    const next = nextTime([...this.app.records.values()]);
    const wait = next === null ? REFRESH : Math.max(2000, Math.min(next - Date.now(), REFRESH));
    this.timer = setTimeout(() => this.run(), wait);
  }

  async #round(force) {
    const { app } = this;
    try {
      if (!(await this.#greet())) return;
      await this.#send(force);
      if (force || !app.grid.at || Date.now() - app.grid.at > REFRESH) await this.#fetch();
      app.contact = Date.now();
      await app.store.set("contact", app.contact);
    } catch (error) {
      if (app.store.gone) return; // signed out meanwhile; the page is about to go
      if (!(error instanceof ApiError)) throw error;
      app.online = error.status !== 0;
      if (error.status === 401) app.signedOut = true;
    }
  }

  // Who is signed in, the server's time, and whether this phone is to be emptied.
  async #greet() {
    const { app } = this;
    const sent = Date.now();
    const { unsent, oldest } = app.queue();
    const me = await this.api.get("/me", { "X-Field-Unsent": String(unsent), ...(oldest ? { "X-Field-Oldest": new Date(oldest).toISOString() } : {}) });
    const got = Date.now();
    app.online = true;
    app.signedOut = false;
    this.api.csrf = me.csrf ?? "";
    app.clock = { offset: clockOffset(me.server_time, sent, got), at: got };
    await app.store.set("clock", app.clock);
    if (me.wipe) {
      // an emptied phone stays empty as long as the office says so, and is not emptied in a circle
      if (app.me || app.homes.size || app.records.size) await this.#wipe(me);
      else await this.api.post("/wiped", { at: me.server_time }).catch(() => null);
      return false;
    }
    if (app.me && app.me.user !== me.user) {
      if (app.unsent().length || app.drafts.size) {
        app.stranger = me.name || me.user;
        return false;
      }
      await app.store.wipe();
      location.reload();
      return false;
    }
    app.stranger = null;
    app.me = { user: me.user, name: me.name, office: me.office, department: me.department, areas: me.areas ?? [] };
    app.outdated = Boolean(me.min_app) && olderThan(APP, me.min_app);
    await app.store.set("me", app.me);
    return true;
  }

  // The phone was reported lost or its account was closed: what is finished gets one last chance, then everything goes.
  async #wipe(me) {
    await Promise.race([this.#send(true), new Promise((done) => setTimeout(done, 15_000))]).catch(() => null);
    await this.app.store.wipe();
    await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
    await this.api.post("/wiped", { at: me.server_time }).catch(() => null);
    location.replace("/field/?wiped#/wiped");
  }

  async #send(force) {
    for (const record of due([...this.app.records.values()], Date.now(), { force })) {
      this.app.active = record.id;
      this.app.changed();
      const kind = await this.#sendOne(record);
      this.app.active = null;
      if (kind === "signed_out") {
        this.app.signedOut = true;
        return;
      }
    }
  }

  // "" or the kind of failure
  async #sendOne(first) {
    let record = first;
    const keep = async (next) => {
      record = next;
      this.app.records.set(record.id, record);
      await this.app.store.saveRecord(record);
      this.app.changed();
    };
    try {
      const answer = await this.#deliver(record);
      await keep(answered(record, await this.#asStored(record, answer), Date.now()));
      for (const photo of photosToSend(record)) {
        const blob = await this.app.store.photo(photo.id);
        if (!blob) continue; // the server will name it again, and the record stays
        await this.#sendPhoto(blob, await this.#begun(photo, first.tries), record.id, (change) => keep(photoAt(record, photo.id, change)));
      }
      if (record.server.missing.length) {
        await keep(answered(record, await this.api.get(`/envelopes/${record.id}`), Date.now()));
        if (record.server.missing.length) await keep(failed(record, "busy", null, Date.now()));
      }
      if (isSafe(record) && !record.cleaned) await this.#clean(record);
      return "";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const kind = kindOfFailure(error.status, error.told?.error);
      await keep(failed(record, kind, error.told, Date.now()));
      return kind;
    }
  }

  // An upload that broke before its address was kept: the server knows where it stands.
  async #begun(photo, tries) {
    if (photo.url || !tries) return photo;
    const told = await this.api.get(`/photos/${photo.sha256}`);
    return { ...photo, url: told.upload ?? null };
  }

  async #sendPhoto(blob, photo, record, save) {
    try {
      await upload(blob, photo, { record, headers: this.api.headers(), save, progress: () => this.app.changed() });
      await save({ sent: true });
    } catch (error) {
      // refused for what it is (no photo, other bytes): the server says so in its answer, and the other photos go on
      if (error.status !== 422) throw error;
      await save({ url: null });
    }
  }

  // The whole record once; afterwards only "how does it stand". A server that does not know it gets it again.
  async #deliver(record) {
    if (record.server) {
      try {
        return await this.api.get(`/envelopes/${record.id}`);
      } catch (error) {
        if (error.status !== 404) throw error;
      }
    }
    const body = await this.app.store.body(record.id);
    return this.api.post("/envelopes", body);
  }

  // What the server stored must be what lies here, to the byte; else nothing is cleared, whatever it says.
  async #asStored(record, answer) {
    const body = await this.app.store.body(record.id);
    if (!answer.settled || !answer.sha256 || body === null) return answer;
    const mine = await sha256(new TextEncoder().encode(body));
    return mine === answer.sha256 ? answer : { ...answer, settled: false };
  }

  async #clean(record) {
    await this.app.store.clean(record);
    this.app.records.set(record.id, { ...record, cleaned: true });
    await this.app.measure();
  }

  async #fetch() {
    const { app } = this;
    const book = await this.api.get("/book");
    const kept = await app.store.get("book");
    if (!app.book || kept?.module !== book.module) {
      const rules = await caches.open("anju-rulebooks");
      if (!(await rules.match(book.module, { ignoreVary: true }))) await rules.add(book.module);
      await app.store.set("book", { edition: book.edition, on: book.on, module: book.module, rules: book.rules, label: book.label });
      await app.loadBook();
    }
    const since = app.grid.token ? `?since=${encodeURIComponent(app.grid.token)}` : "";
    const grid = await this.api.get(`/grid${since}`);
    await this.#keepGrid(grid);
  }

  async #keepGrid(grid) {
    const { app } = this;
    // A home that is gone stays while somebody is writing about it: the visit is finished, and the server says what became of it.
    const written = new Set([...app.drafts.values()].map((draft) => draft.home));
    const gone = new Map((grid.gone ?? []).map((one) => [one.code, one]));
    const named = new Set(grid.homes.map((home) => home.code));
    const kept = grid.full ? [...app.homes.values()].filter((home) => written.has(home.code) && !named.has(home.code)) : [];
    const marked = [...kept, ...[...gone.keys()].filter((code) => written.has(code) && app.homes.has(code)).map((code) => app.homes.get(code))];
    const homes = [...grid.homes, ...marked.map((home) => ({ ...home, gone: gone.get(home.code) ?? { why: "moved", text: "" } }))];
    const drop = [...gone.keys()].filter((code) => !written.has(code));
    const head = { plan: grid.plan ?? app.grid.plan, token: grid.token, at: Date.now() };
    const units = grid.units ?? [];
    await app.store.saveGrid({ full: grid.full, homes, units, drop, head });
    if (grid.full) app.homes.clear();
    if (grid.full) app.units.clear();
    for (const home of homes) app.homes.set(home.code, home);
    for (const unit of units) app.units.set(unit.code, unit);
    for (const code of drop) app.homes.delete(code);
    app.grid = head;
    await app.measure();
  }

  // --- what the inspector asks for ----------------------------------------------------------------------------------

  async decide(record, choice, text) {
    const answer = await this.api.post(`/envelopes/${record.id}/decide`, { choice, text });
    const next = { ...answered(record, answer, Date.now()), decided: choice };
    await this.app.store.saveRecord(next);
    this.app.records.set(record.id, next);
    this.app.changed();
  }

  // Another tab of this phone may have begun something since: what lies on the phone counts, not what this tab knows.
  async signOut() {
    const [drafts, records] = await Promise.all([this.app.store.drafts(), this.app.store.records()]);
    if (drafts.length || records.some(isUnsent)) {
      location.reload();
      return;
    }
    const form = new URLSearchParams({ csrfmiddlewaretoken: this.api.csrf });
    await fetch("/accounts/logout/", { method: "POST", body: form, headers: this.api.headers(), credentials: "same-origin", redirect: "manual" }).catch(() => null);
    await this.app.store.wipe();
    location.replace("/field/");
  }
}

async function exclusively(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? work() : null));
}

export function olderThan(one, other) {
  const [mine, theirs] = [one, other].map((version) => version.split(".").map(Number));
  for (let place = 0; place < 3; place++) if ((mine[place] ?? 0) !== (theirs[place] ?? 0)) return (mine[place] ?? 0) < (theirs[place] ?? 0);
  return false;
}
