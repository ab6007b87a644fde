// What is known of a home on a day, with what was answered at the door: the facts that the rule book judges.

const factsOf = (facts, on) =>
  Object.fromEntries(Object.entries(facts ?? {}).flatMap(([name, fact]) => (isFresh(fact, on) ? [[name, fact.value]] : [])));

// The list may be days old: what was fresh when it was loaded may have run out since.
export function isFresh(fact, on) {
  if (!fact || fact.value === null || fact.value === undefined || fact.fresh === false) return false;
  return !fact.until || fact.until.slice(0, 10) >= on;
}

function answered(facts, answers) {
  for (const [name, answer] of Object.entries(answers ?? {})) {
    if (answer.how === "cannot_see") delete facts[name]; // nobody saw it: unknown, whatever was known before
    else facts[name] = answer.value;
  }
  return facts;
}

export function roomNames(home, draft) {
  const names = (home.rooms ?? []).map((room) => room.name);
  return [...names, ...(draft?.added ?? []).filter((name) => !names.includes(name))];
}

// {kind, …, unit: {…}, rooms: [{name, …}]}, as the module of the rule book takes it
export function caseOf(home, draft, on) {
  const answers = draft?.answers ?? { dwelling: {}, rooms: {}, unit: {} };
  const facts = { ...factsOf(home.facts, on), ...home.register }; // records stand on top of what was seen
  if (facts.kind === undefined && home.kind) facts.kind = home.kind;
  if (facts.letting_state === undefined && home.letting_state) facts.letting_state = home.letting_state;
  const recorded = new Map((home.rooms ?? []).map((room) => [room.name, room]));
  const rooms = roomNames(home, draft).map((name) => {
    const room = recorded.get(name);
    const known = { ...factsOf(room?.facts, on) };
    if (known.let === undefined && typeof room?.let === "boolean") known.let = room.let;
    return { name, ...answered(known, answers.rooms[name]) };
  });
  return { ...answered(facts, answers.dwelling), unit: answered(factsOf(home.unit?.facts, on), answers.unit), rooms };
}
