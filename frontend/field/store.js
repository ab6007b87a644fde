// What the phone keeps: the grid's homes, drafts, finished records, photos. Everything personal is sealed by the vault.
//
// A write is sealed first and then put in one transaction, since a transaction of IndexedDB does not wait for encryption.

import { deleteDB, openDB } from "idb";
import { makeKey, openBytes, seal, sealBytes, unseal } from "./vault.js";

const NAME = "anju-field";
const PLAIN = ["key", "language", "phone"]; // the rest of `meta` is sealed

export class Store {
  static async open() {
    const store = new Store();
    const db = await openDB(NAME, 1, {
      upgrade(made) {
        for (const name of ["meta", "homes", "units", "drafts", "records", "bodies"]) made.createObjectStore(name);
        made.createObjectStore("photos").createIndex("record", "record");
      },
      // another tab empties the phone: this one shows nobody's homes any more
      blocking: () => {
        store.close();
        location.reload();
      },
    });
    store.db = db;
    let key = await db.get("meta", "key");
    if (!key) {
      const made = await makeKey();
      const tx = db.transaction("meta", "readwrite"); // two tabs at once: the first key stays
      key = (await tx.store.get("key")) ?? made;
      await tx.store.put(key, "key");
      await tx.done;
    }
    store.key = key;
    return store;
  }

  constructor() {
    this.db = null;
    this.key = null;
    this.gone = false; // emptied: whatever was being written has no place any more
  }

  close() {
    this.gone = true;
    this.db.close();
  }

  async get(name) {
    const found = await this.db.get("meta", name);
    if (found === undefined || PLAIN.includes(name)) return found ?? null;
    return unseal(this.key, `meta:${name}`, found);
  }

  async set(name, value) {
    await this.db.put("meta", PLAIN.includes(name) ? value : await seal(this.key, `meta:${name}`, value), name);
  }

  async #all(table) {
    const [keys, rows] = await Promise.all([this.db.getAllKeys(table), this.db.getAll(table)]);
    const opened = await Promise.all(rows.map((row, number) => unseal(this.key, `${table}:${keys[number]}`, row)));
    return opened;
  }

  homes() {
    return this.#all("homes");
  }

  units() {
    return this.#all("units");
  }

  drafts() {
    return this.#all("drafts");
  }

  records() {
    return this.#all("records");
  }

  // One answer of the server at once: all of it or nothing, so that the token never runs ahead of the homes.
  async saveGrid({ full, homes, units, drop, head }) {
    const sealed = (table, rows) => Promise.all(rows.map(async (row) => [row.code, await seal(this.key, `${table}:${row.code}`, row)]));
    const ready = { homes: await sealed("homes", homes), units: await sealed("units", units) };
    const sealedHead = await seal(this.key, "meta:grid", head);
    const tx = this.db.transaction(["homes", "units", "meta"], "readwrite");
    for (const [name, rows] of Object.entries(ready)) {
      const table = tx.objectStore(name);
      if (full) await table.clear();
      for (const [code, row] of rows) table.put(row, code);
    }
    for (const code of drop) tx.objectStore("homes").delete(code);
    tx.objectStore("meta").put(sealedHead, "grid");
    await tx.done;
  }

  async saveDraft(draft) {
    await this.db.put("drafts", await seal(this.key, `drafts:${draft.id}`, draft), draft.id);
  }

  async dropDraft(id) {
    const tx = this.db.transaction(["drafts", "photos"], "readwrite");
    tx.objectStore("drafts").delete(id);
    for (const key of await tx.objectStore("photos").index("record").getAllKeys(id)) tx.objectStore("photos").delete(key);
    await tx.done;
  }

  // From draft to finished records in one step: there is no moment in which it is neither, or both. A photo that two of
  // the records name is kept for both.
  async finish(draft, made) {
    const copies = await this.#copies(draft, made);
    const sealed = await Promise.all(
      made.map(async ({ record, body }) => [
        record.id,
        await seal(this.key, `records:${record.id}`, record),
        await seal(this.key, `bodies:${record.id}`, body),
      ]),
    );
    const wanted = new Set(made.flatMap(({ record }) => record.photos.map((photo) => photo.id)));
    const tx = this.db.transaction(["drafts", "records", "bodies", "photos"], "readwrite");
    for (const [id, record, body] of sealed) {
      tx.objectStore("records").put(record, id);
      tx.objectStore("bodies").put(body, id);
    }
    const photos = tx.objectStore("photos");
    for (const [id, row] of copies) photos.put(row, id);
    for (const key of await photos.index("record").getAllKeys(draft.id)) if (!wanted.has(key)) photos.delete(key);
    tx.objectStore("drafts").delete(draft.id);
    await tx.done;
  }

  async #copies(draft, made) {
    const found = [];
    for (const { record } of made.filter((one) => one.record.id !== draft.id)) {
      for (const photo of record.photos) {
        const bytes = await openBytes(this.key, `photos:${photo.from}`, await this.db.get("photos", photo.from));
        found.push([photo.id, { record: record.id, ...(await sealBytes(this.key, `photos:${photo.id}`, bytes)) }]);
      }
    }
    return found;
  }

  // A record from a file: its photos first, so that there is never a record without them.
  async adopt(record, body, photos) {
    for (const photo of photos) await this.putPhoto(photo.id, record.id, photo.blob);
    const sealed = [await seal(this.key, `records:${record.id}`, record), await seal(this.key, `bodies:${record.id}`, body)];
    const tx = this.db.transaction(["records", "bodies"], "readwrite");
    tx.objectStore("records").put(sealed[0], record.id);
    tx.objectStore("bodies").put(sealed[1], record.id);
    await tx.done;
  }

  async saveRecord(record) {
    await this.db.put("records", await seal(this.key, `records:${record.id}`, record), record.id);
  }

  async body(id) {
    const found = await this.db.get("bodies", id);
    return found ? unseal(this.key, `bodies:${id}`, found) : null;
  }

  async putPhoto(id, record, blob) {
    const sealed = await sealBytes(this.key, `photos:${id}`, await blob.arrayBuffer());
    await this.db.put("photos", { record, ...sealed }, id);
  }

  async photo(id) {
    const found = await this.db.get("photos", id);
    return found ? new Blob([await openBytes(this.key, `photos:${id}`, found)], { type: "image/jpeg" }) : null;
  }

  // Called only for a record that queue.isSafe: the server has it and every photo by its hash.
  async clean(record) {
    const sealed = await seal(this.key, `records:${record.id}`, { ...record, cleaned: true });
    const tx = this.db.transaction(["records", "bodies", "photos"], "readwrite");
    for (const key of await tx.objectStore("photos").index("record").getAllKeys(record.id)) tx.objectStore("photos").delete(key);
    tx.objectStore("bodies").delete(record.id);
    tx.objectStore("records").put(sealed, record.id);
    await tx.done;
  }

  forget(id) {
    return this.db.delete("records", id);
  }

  // The key goes first: what the browser still holds afterwards cannot be read by anybody.
  async wipe() {
    await this.db.delete("meta", "key");
    this.close();
    await deleteDB(NAME);
  }
}

// {used, free}, in bytes; null where the browser does not tell
export async function room() {
  const told = await navigator.storage?.estimate?.();
  return told?.quota ? { used: told.usage ?? 0, free: told.quota - (told.usage ?? 0) } : null;
}
