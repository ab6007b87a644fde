// The part of the phone's rule module that is the same for every edition: three-valued logic, the three answers, and what
// to ask. The generated part before it defines EDITION, FACTS, PARAMETERS, RULES and GROUP_RENTAL. The answers equal
// judging.py's and questions.py's; a differential test compares them.

const MANY_SEVERE = 3;
const UNSEEN = ["kind", "letting_state"];

function inForce(item, on) {
  return item.from <= on && (item.to === null || on <= item.to);
}

function parametersOn(on) {
  const found = {};
  for (const [name, values] of Object.entries(PARAMETERS)) {
    for (const [from, value] of values) if (from <= on) found[name] = value;
  }
  return found;
}

// Returns [true | false | null, indexes of the atoms that force it].
function decide(tree, values) {
  if (typeof tree === "number") return [values[tree], [tree]];
  const [word, parts] = tree;
  if (word === "always") return [true, []];
  if (word === "not") {
    const [truth, atoms] = decide(parts, values);
    return [truth === null ? null : !truth, atoms];
  }
  const settling = word === "or";
  const answers = parts.map((part) => decide(part, values));
  const settled = answers.filter(([truth]) => truth === settling);
  if (settled.length) {
    return [settling, settled.reduce((best, next) => (next[1].length < best[1].length ? next : best))[1]];
  }
  const unknown = answers.filter(([truth]) => truth === null);
  const named = unknown.length ? unknown : answers;
  return [unknown.length ? null : !settling, [...new Set(named.flatMap(([, atoms]) => atoms))]];
}

function statusOf(rule, values) {
  const [applicable, why] = decide(rule.applies, values);
  if (applicable === false) return ["not_applicable", why];
  const [truth, atoms] = decide(["and", [rule.applies, rule.violated]], values);
  if (truth === true) return ["violation", atoms];
  return [truth === null ? "unknown" : "pass", atoms];
}

const valueOf = (ref, sources) => sources[ref.entity][ref.name] ?? null;

function unique(refs) {
  return [...new Map(refs.map((ref) => [`${ref.entity}.${ref.name}`, ref])).values()];
}

// The facts that force a result; of an unknown one only those that are open, or the divisors that are zero.
function forcing(rule, status, atoms, sources) {
  if (status !== "unknown") return unique(atoms.flatMap((atom) => rule.atoms[atom].refs));
  return unique(
    atoms.flatMap((atom) => {
      const { refs, divisors } = rule.atoms[atom];
      const open = refs.filter((ref) => valueOf(ref, sources) === null);
      return open.length ? open : divisors.filter((ref) => valueOf(ref, sources) === 0);
    }),
  );
}

function words(text, lang, parameters) {
  return text[lang].replace(/\{(\w+)\}/g, (_, name) => String(parameters[name]));
}

function textOf(rule, status, refs, lang, parameters) {
  const title = words(rule.title, lang, parameters);
  const zh = lang === "zh";
  if (status === "violation") return words(rule.wrong, lang, parameters);
  if (status === "pass") return zh ? `符合：${title}` : `Met: ${title}`;
  if (status === "not_applicable") return zh ? `不适用：${title}` : `Does not apply: ${title}`;
  const labels = refs.map((ref) => FACTS[ref.entity][ref.name].label[lang]);
  return zh ? `${title}，待核：${labels.join("、")}` : `${title}, unknown: ${labels.join(", ")}`;
}

function countsForSafety(rule) {
  return rule.category !== "paperwork" && rule.severity !== "advice" && rule.entity !== "unit";
}

function truthOf(condition, sources, parameters) {
  return decide(condition.when, condition.atoms.map((atom) => atom.test(sources, parameters)))[0];
}

function judgeRule(rule, room, sources, parameters, lang, seen) {
  const values = rule.atoms.map((atom) => atom.test(sources, parameters));
  const [status, atoms] = statusOf(rule, values);
  const refs = forcing(rule, status, atoms, sources);
  if (rule.category === "paperwork" && (status === "violation" || status === "unknown")) seen.papersOpen = true;
  if (status === "violation" && rule.entity !== "unit") seen.severities.push(rule.severity);
  if (status === "violation" && countsForSafety(rule)) seen.unsafe = true;
  if (status === "unknown" && countsForSafety(rule)) {
    for (const ref of refs) {
      if (FACTS[ref.entity][ref.name].by === "department") continue;
      seen.missing.add(ref.entity === "room" ? `${room}.${ref.name}` : ref.name);
    }
  }
  const binds = rule.binding !== null && truthOf(rule.binding, sources, parameters) === true;
  return {
    rule: rule.id,
    room,
    status,
    severity: rule.severity,
    category: rule.category,
    force: binds ? "binding" : rule.force,
    because: Object.fromEntries(refs.map((ref) => [ref.text, valueOf(ref, sources)])),
    text: textOf(rule, status, refs, lang, parameters),
  };
}

function anyKnown(entity, facts) {
  return Object.entries(FACTS[entity]).some(
    ([name, fact]) =>
      fact.by !== "register" && !(entity === "dwelling" && UNSEEN.includes(name)) && (facts[name] ?? null) !== null,
  );
}

function verdictOf(dwelling, rooms, seen) {
  if (!anyKnown("dwelling", dwelling) && !rooms.some((room) => anyKnown("room", room))) return "unchecked";
  if (seen.unsafe) return "non_compliant";
  return seen.missing.size ? "unknown" : "compliant";
}

function tierOf(severities) {
  if (!severities.length) return null;
  const severe = severities.filter((severity) => severity === "severe").length;
  return severe >= MANY_SEVERE || severities.includes("prohibited") ? 2 : 1;
}

// Judges facts that the form has already checked. `on` is "2026-11-22"; `lang` is "zh" or "en".
export function judge(facts, on, lang = "zh") {
  const dwelling = facts;
  const unit = facts.unit ?? {};
  const rooms = facts.rooms ?? [];
  const parameters = parametersOn(on);
  const group = GROUP_RENTAL.find((item) => inForce(item, on));
  const groupRental = group ? truthOf(group, { room: {}, dwelling, unit }, parameters) : null;
  const head = { edition: EDITION.name, on };
  const letting = dwelling.letting_state ?? null;
  if (letting !== null && letting !== "let") {
    return { ...head, verdict: "not_let", paperwork: "complete", group_rental: groupRental, tier: null, missing: [], results: [] };
  }
  const seen = { unsafe: false, papersOpen: false, severities: [], missing: new Set() };
  const rules = RULES.filter((rule) => inForce(rule, on));
  const results = [];
  const run = (entity, name, room) => {
    for (const rule of rules) {
      if (rule.entity === entity) results.push(judgeRule(rule, name, { room, dwelling, unit }, parameters, lang, seen));
    }
  };
  rooms.forEach((room, number) => run("room", room.name ?? String(number + 1), room));
  run("dwelling", null, {});
  run("unit", null, {});
  const let_ = dwelling.rooms_let ?? null;
  if (let_ === null) seen.missing.add("rooms_let");
  if (let_ === null || rooms.filter((room) => (room.let ?? null) !== false).length < let_) seen.missing.add("rooms");
  return {
    ...head,
    verdict: verdictOf(dwelling, rooms, seen),
    paperwork: seen.papersOpen ? "incomplete" : "complete",
    group_rental: groupRental,
    tier: tierOf(seen.severities),
    missing: [...seen.missing],
    results,
  };
}

// Asked of every dwelling, as in questions.py.
const ALWAYS = {
  dwelling: ["kind", "letting_state", "rooms_let", "beds_let", "need_help"],
  room: ["let"],
  unit: [],
};
const RANK = { violated: 0, unknown: 1, known: 2 };

const placeOf = (entity, room) => (entity === "room" ? `room:${room}` : entity);

function readersOf(results, facts, on) {
  const rules = new Map(RULES.filter((rule) => inForce(rule, on)).map((rule) => [rule.id, rule]));
  const readers = new Map();
  const violated = new Set();
  for (const result of results) {
    const rule = rules.get(result.rule);
    for (const ref of rule.reads) {
      if (!(ref.text in result.because)) continue;
      const key = `${placeOf(ref.entity, result.room)}.${ref.name}`;
      const found = readers.get(key) ?? [];
      if (!found.includes(rule.id)) found.push(rule.id);
      readers.set(key, found);
      if (result.status === "violation" && rule.changes.includes(ref.text)) violated.add(key);
    }
  }
  const group = GROUP_RENTAL.find((item) => inForce(item, on));
  if (group) {
    const sources = { room: {}, dwelling: facts, unit: facts.unit ?? {} };
    const values = group.atoms.map((atom) => atom.test(sources, parametersOn(on)));
    for (const ref of decide(group.when, values)[1].flatMap((atom) => group.atoms[atom].refs)) {
      const key = `${placeOf(ref.entity, null)}.${ref.name}`;
      if (!readers.has(key)) readers.set(key, []);
    }
  }
  return { readers, violated };
}

// What to ask, in the order of asking: [{entity, room, name, value, state, rules}]. A stale fact is left out by the caller.
export function questions(facts, on) {
  const answer = judge(facts, on);
  const stateOf = (value) => (value === null ? "unknown" : "known");
  if (answer.verdict === "not_let") {
    return ["kind", "letting_state"].map((name) => {
      const value = facts[name] ?? null;
      return { entity: "dwelling", room: null, name, value, state: stateOf(value), rules: [] };
    });
  }
  const { readers, violated } = readersOf(answer.results, facts, on);
  const found = [];
  const about = (entity, room, known) => {
    for (const [name, fact] of Object.entries(FACTS[entity])) {
      const key = `${placeOf(entity, room)}.${name}`;
      if (fact.by !== "field" || !(readers.has(key) || ALWAYS[entity].includes(name))) continue;
      const value = known[name] ?? null;
      const state = violated.has(key) ? "violated" : stateOf(value);
      found.push({ entity, room, name, value, state, rules: readers.get(key) ?? [] });
    }
  };
  about("dwelling", null, facts);
  (facts.rooms ?? []).forEach((room, number) => about("room", room.name ?? String(number + 1), room));
  about("unit", null, facts.unit ?? {});
  return found.sort((one, other) => RANK[one.state] - RANK[other.state]);
}

export { EDITION as edition, FACTS as facts };
