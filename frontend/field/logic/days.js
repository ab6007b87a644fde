// Days and hours in Shanghai, which has had no summer time since 1991, whatever the phone's own zone is; and what the
// phone's clock is off by.

const SHANGHAI = 8 * 3600_000;
const DAY = 86_400_000;

const shifted = (ms) => new Date(ms + SHANGHAI);

export const dayOf = (ms) => shifted(ms).toISOString().slice(0, 10);

export const hourOf = (ms) => `${shifted(ms).getUTCHours()}:${String(shifted(ms).getUTCMinutes()).padStart(2, "0")}`;

export const weekdayOf = (day) => new Date(`${day}T00:00:00Z`).getUTCDay(); // 0 is Sunday

export function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY).toISOString().slice(0, 10);
}

export const daysBetween = (from, to) => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);

// The moment of an hour in Shanghai: ("2026-11-24", 19) → ms
export const momentOf = (day, hour) => Date.parse(`${day}T00:00:00Z`) + hour * 3600_000 - SHANGHAI;

export const isoOf = (ms) => new Date(ms).toISOString();

// The day a correction is due; null for working days, since the phone has no calendar of holidays and does not guess.
export function dueDay(on, days, working) {
  if (working && days > 0) return null;
  return addDays(on, days);
}

// Seconds to add to the phone's clock. The answer's time is taken for the middle of the wait.
export function clockOffset(serverIso, sentMs, receivedMs) {
  return Math.round((Date.parse(serverIso) - (sentMs + receivedMs) / 2) / 1000);
}

export const CLOCK_WRONG = 300; // seconds, from which the inspector is told
