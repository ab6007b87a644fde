// One visit while it is being written. Plain data; every change gives a new draft, which is saved before the screen moves
// on, so that a tab that is killed loses nothing. Frozen by envelope.js when it is finished.

export const SCHEMA = 1;
export const DWELLING = "dwelling"; // the shared part of the home
export const UNIT = "unit"; // the staircase that homes share

export function newDraft({ id, kind, home, unit = null, hazard = null, at, edition, version, item = null }) {
  return {
    id,
    schema: SCHEMA,
    kind,
    home,
    unit,
    hazard,
    item,
    made_at: at,
    edition,
    prior: { home_version: version ?? null },
    answers: { dwelling: {}, rooms: {}, unit: {} },
    rooms_seen: {},
    closed: {},
    added: [],
    photos: [],
    receipts: [],
    findings: [],
    next: null,
    text: "",
    place: DWELLING,
    finished_at: null,
  };
}

const tableOf = (draft, place) => {
  if (place === DWELLING || place === UNIT) return draft.answers[place];
  return draft.answers.rooms[place] ?? {};
};

export const answerOf = (draft, place, name) => tableOf(draft, place)[name] ?? null;

function withTable(draft, place, table) {
  if (place === DWELLING || place === UNIT) return { ...draft, answers: { ...draft.answers, [place]: table } };
  return { ...draft, answers: { ...draft.answers, rooms: { ...draft.answers.rooms, [place]: table } } };
}

// how: seen, confirmed or cannot_see
export function answer(draft, place, name, value, how, at) {
  const shut = { ...draft.closed };
  delete shut[place];
  return withTable({ ...draft, closed: shut }, place, { ...tableOf(draft, place), [name]: { value, how, at } });
}

export function unanswer(draft, place, name) {
  const table = { ...tableOf(draft, place) };
  delete table[name];
  return withTable(draft, place, table);
}

// "Seen, all the same": one tap made in the room confirms what is shown there to be looked at, with time and position.
export function confirmPlace(draft, place, questions, at, position) {
  let next = draft;
  for (const one of questions) {
    if (one.group === "look" && !one.answer) next = answer(next, one.place, one.name, one.was, "confirmed", at);
  }
  const shut = { ...next.closed };
  delete shut[place];
  return { ...next, closed: shut, rooms_seen: { ...next.rooms_seen, [place]: { at, position } } };
}

// Nobody could get in: everything that can change there is unknown, which never makes a home compliant.
export function closePlace(draft, place, questions, at, reason) {
  let next = draft;
  for (const one of questions) if (one.group !== "known") next = answer(next, one.place, one.name, null, "cannot_see", at);
  const seen = { ...next.rooms_seen };
  delete seen[place];
  return { ...next, rooms_seen: seen, closed: { ...next.closed, [place]: { at, reason } } };
}

export function addRoom(draft, name) {
  return draft.added.includes(name) ? draft : { ...draft, added: [...draft.added, name] };
}

export function addPhoto(draft, photo) {
  return { ...draft, photos: [...draft.photos, photo] };
}

// A retake keeps the old picture until the record is frozen; then only the last of them goes along.
export function replacePhoto(draft, old, photo) {
  return { ...draft, photos: [...draft.photos.map((one) => (one.id === old ? { ...one, replaced: photo.id } : one)), photo] };
}

export const shownPhotos = (draft) => draft.photos.filter((photo) => !photo.replaced);

export function photosOf(draft, subject) {
  return shownPhotos(draft).filter((photo) => Object.entries(subject).every(([key, value]) => (photo.for[key] ?? null) === (value ?? null)));
}

export function setReceipt(draft, receipt) {
  return { ...draft, receipts: [...draft.receipts.filter((one) => one.party !== receipt.party), receipt] };
}

export const receiptOf = (draft, party) => draft.receipts.find((one) => one.party === party) ?? null;
