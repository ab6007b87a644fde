// Nobody opens: which try comes next, and when (A7.2). The same steps as the server's; a refusal is no step of it.

import { addDays, dayOf, momentOf, weekdayOf } from "./days.js";

export const STEPS = ["day", "evening", "weekend", "appointment", "with_police"];
const SATURDAY = 6;

// present: the try that was just made; returns {step, at: ms}
export function nextTry(present, now) {
  const today = dayOf(now);
  // after a refusal nobody climbs: entry stays a matter of consent or legal power
  if (present === "power") return { step: "power", at: momentOf(addDays(today, 7), 10) };
  const step = STEPS[Math.min(STEPS.indexOf(present) + 1, STEPS.length - 1)];
  if (step === "evening") {
    const tonight = momentOf(today, 19);
    return { step, at: now < tonight - 3600_000 ? tonight : momentOf(addDays(today, 1), 19) };
  }
  if (step === "weekend") return { step, at: momentOf(addDays(today, (SATURDAY - weekdayOf(today) + 7) % 7 || 7), 10) };
  if (step === "appointment") return { step, at: momentOf(addDays(today, 3), 19) };
  return { step, at: momentOf(addDays(today, present === "with_police" ? 7 : 3), 10) };
}

// The hours among which the inspector chooses: the proposed one first.
export function choices(present, now) {
  const first = nextTry(present, now);
  const day = dayOf(first.at);
  const later = [addDays(day, 1), addDays(day, first.step === "weekend" ? 7 : 2)];
  const hour = (first.at - momentOf(day, 0)) / 3600_000;
  return [first, ...later.map((next) => ({ step: first.step, at: momentOf(next, hour) }))];
}
