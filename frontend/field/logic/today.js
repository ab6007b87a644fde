// The day's list: what is overdue, what is due today, what is planned; near before far.

import { daysBetween } from "./days.js";
import { distance } from "./geo.js";

const DAY_KINDS = ["reinspection", "recheck", "ladder"];

// One row per home or shared part: {home, items, due, overdue: days, away: metres | null}. `places` maps codes to both.
export function rows(plan, places, on, position) {
  const byCode = new Map();
  for (const item of plan) {
    const code = item.home ?? item.unit;
    const home = places.get(code);
    if (!home) continue;
    const row = byCode.get(code) ?? { home, items: [], due: item.due.slice(0, 10) };
    row.items.push(item);
    if (item.due.slice(0, 10) < row.due) row.due = item.due.slice(0, 10);
    byCode.set(code, row);
  }
  return [...byCode.values()].map((row) => ({
    ...row,
    items: [...row.items].sort((one, other) => rank(one) - rank(other)),
    overdue: Math.max(0, daysBetween(row.due, on)),
    away: distance(position, row.home),
  }));
}

const rank = (item) => (DAY_KINDS.includes(item.kind) ? 0 : 1);

const near = (one, other) => (one.away ?? Infinity) - (other.away ?? Infinity) || (one.home.address ?? "").localeCompare(other.home.address ?? "", "zh");

// done: codes of homes finished on this phone today, sent or not
export function groups(plan, places, on, position, done = new Set()) {
  const left = rows(plan, places, on, position).filter((row) => !done.has(row.home.code));
  return {
    over: left.filter((row) => row.overdue > 0).sort((one, other) => near(one, other)),
    due: left.filter((row) => row.due === on).sort(near),
    planned: left.filter((row) => row.due > on).sort(near),
  };
}

// Letters, numbers and parts of an address in any order: "12 402" finds 12幢2单元402室.
export function search(homes, text, position, limit = 50) {
  const parts = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...homes].filter((home) => {
    const hay = `${home.place ?? ""} ${home.address} ${home.code} ${home.landlord?.name ?? ""}`.toLowerCase();
    return parts.every((part) => hay.includes(part));
  });
  const listed = found.map((home) => ({ home, away: distance(position, home) }));
  return { total: listed.length, rows: listed.sort(near).slice(0, limit) };
}

// What the addresses of a grid have in common before the building's number: the estate, which need not stand in every row.
// "" when the grid has several.
export function estateOf(homes) {
  let shared = null;
  for (const home of homes) {
    const head = (home.address ?? "").match(/^.*?(?=\s*\d+\s*[幢栋号组])/)?.[0] ?? "";
    if (shared !== null && shared !== head) return "";
    shared = head;
  }
  return shared ?? "";
}

// A scanned sign: its short code is the last part of the address; a home's own code is taken as well.
export function homeOfSign(text, homes) {
  const last = text.trim().replace(/[?#].*$/, "").replace(/\/+$/, "").split("/").at(-1) ?? "";
  const wanted = last.toUpperCase();
  for (const home of homes.values()) {
    if (home.code.toUpperCase() === wanted || (home.signs ?? []).some((code) => code.toUpperCase() === wanted)) return home;
  }
  return null;
}

// Where the inspector stands: the nearest home within reach, for a finding made in passing.
export function nearest(homes, position, within = 60) {
  const reach = within + (position?.accuracy ?? 0);
  let best = null;
  for (const home of homes) {
    const away = distance(position, home);
    if (away !== null && away <= reach && (!best || away < best.away)) best = { home, away };
  }
  return best?.home ?? null;
}
