// Talking to the server. A failure is an ApiError with the status (0: nothing came back) and what the server told.

import { APP } from "./version.js";

const BASE = "/field/api/v1";
const PATIENCE = 30_000;

export class ApiError extends Error {
  constructor(status, told = {}) {
    super(`${status} ${told.error ?? ""}`);
    this.status = status;
    this.told = told;
  }
}

export class Api {
  // phone: an id made when the app was first opened here, so that a lost phone can be emptied and not its owner's new one
  constructor(phone) {
    this.phone = phone;
    this.csrf = "";
  }

  headers() {
    const said = { "X-Field-Phone": this.phone, "X-Field-App": APP, "X-Field-Time": new Date().toISOString() };
    return this.csrf ? { ...said, "X-CSRFToken": this.csrf } : said;
  }

  async #ask(method, address, body, more = {}) {
    const sent = { method, credentials: "same-origin", headers: { Accept: "application/json", ...this.headers(), ...more } };
    if (body !== undefined) {
      sent.body = typeof body === "string" ? body : JSON.stringify(body);
      sent.headers["Content-Type"] = "application/json";
    }
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(BASE + address, { ...sent, signal: stop.signal, cache: "no-store" });
      const told = await answer.json().catch(() => null);
      if (answer.ok && told !== null) return told;
      // a page instead of JSON is a proxy or a sign-in of somebody else's network: as good as no network
      throw new ApiError(answer.ok || (told === null && answer.status < 500 && answer.status !== 413) ? 0 : answer.status, told ?? {});
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0);
    } finally {
      clearTimeout(timer);
    }
  }

  get(address, headers) {
    return this.#ask("GET", address, undefined, headers);
  }

  post(address, body) {
    return this.#ask("POST", address, body);
  }
}

export const uploads = `${BASE}/uploads/`;
