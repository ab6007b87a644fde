// Distance, and whether a position can be believed. A browser cannot see a mocked position, so nothing is called false:
// what is unlikely gets a mark that stays beside the photo, and is never hidden.

const EARTH = 6_371_000;
export const FAR = 150; // metres from the home, beyond the circle of accuracy
export const WIDE = 100; // a circle wider than this says only which estate
export const WALK = 4; // m/s: nobody carries a clipboard faster

const radians = (degrees) => (degrees * Math.PI) / 180;

export function distance(one, other) {
  if (!known(one) || !known(other)) return null;
  const across = Math.sin(radians(other.lat - one.lat) / 2) ** 2;
  const along = Math.sin(radians(other.lon - one.lon) / 2) ** 2;
  const share = across + Math.cos(radians(one.lat)) * Math.cos(radians(other.lat)) * along;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(share)));
}

export function known(place) {
  return Boolean(place) && Number.isFinite(place.lat) && Number.isFinite(place.lon);
}

// position and before: {lat, lon, accuracy, at: ISO}; home: {lat, lon}. Returns the marks: no_position, zero_accuracy, wide, far, jump.
export function doubts(position, { home = null, before = null } = {}) {
  if (!known(position)) return ["no_position"];
  const found = [];
  if (!(position.accuracy > 0)) found.push("zero_accuracy");
  if (position.accuracy > WIDE) found.push("wide");
  const away = distance(position, home);
  if (away !== null && away > FAR + position.accuracy) found.push("far");
  if (known(before)) {
    const moved = distance(position, before) - position.accuracy - before.accuracy;
    const seconds = Math.max(1, Math.abs(Date.parse(position.at) - Date.parse(before.at)) / 1000);
    if (moved > WALK * seconds && moved > 30) found.push("jump");
  }
  return found;
}

// 60 → ["60", "m"], 1240 → ["1.2", "km"]
export function shortDistance(metres) {
  if (metres === null) return null;
  if (metres < 995) return [String(Math.max(10, Math.round(metres / 10) * 10)), "m"];
  return [(metres / 1000).toFixed(metres < 9950 ? 1 : 0), "km"];
}
