// Nobody opens: a photo of the door and the next try, four taps. Entry refused is another thing: the reason in one tap.
// Neither is a refusal to correct, and neither makes a home compliant.

import { button, h, icon } from "../dom.js";
import { takePhoto } from "../camera.js";
import { afterwards, foot, main, momentWords, screen, shortAddress, top, warnings, weekdayWords } from "../frame.js";
import { choices } from "../logic/ladder.js";
import { addPhoto } from "../logic/draft.js";
import { dayOf, hourOf, isoOf } from "../logic/days.js";
import { missing } from "./home.js";
import { photoTile } from "./photos.js";

const asked = new Set(); // homes whose viewfinder has opened by itself: once per coming to the door

// The draft lies in the store like any other, so that a killed tab keeps the photo.
function draftFor(app, home) {
  return [...app.drafts.values()].find((draft) => draft.home === home.code && draft.kind === "no_access") ?? null;
}

export function shut(app, code) {
  const { t } = app;
  const home = app.home(code);
  if (!home) return missing(app, code);
  const draft = draftFor(app, home);
  if (!draft && !asked.has(code)) snap(app, home);
  const present = app.grid.plan.find((item) => item.home === code)?.next || home.ladder?.step || "day";
  const options = choices(present, app.now());
  const photo = draft?.photos.at(-1);
  const finish = (option) => async () => {
    const go = afterwards();
    const now = draft ?? app.begin("no_access", home);
    await app.finish({ ...now, next: { step: option.step, at: isoOf(option.at) } }, home, { title: shortAddress(home), judge: false });
    go("#/today");
    app.sync.run({ force: true });
  };
  const option = (one, number) =>
    button(t(`step.${one.step}.go`, { when: momentWords(app, one.at) }), finish(one), { css: number ? "tall" : "go", small: `${weekdayWords(app, dayOf(one.at))} ${hourOf(one.at)}`, "data-act": `next-${number}` });
  return screen(
    top(t("home.noone"), { back: `#/home/${code}`, sub: shortAddress(home) }),
    warnings(app),
    main(
      h("div", { class: "p-card" }, h("div", { class: "p-line" }, icon("door"), h("span", {}, h("b", {}, t("shut.said")))),
        photo ? h("div", { class: "in p-shots" }, photoTile(app, photo)) : h("div", { class: "in" }, button(t("shut.photo"), () => snap(app, home), { sign: "camera" }))),
      h("div", { class: "p-known" }, h("b", {}, t("shut.why")), t("shut.why.text"))),
    foot(h("p", {}, t("shut.next")), options.map(option))); // prettier-ignore
}

async function snap(app, home) {
  const here = location.hash;
  asked.add(home.code);
  const shot = await takePhoto(app, app.t("shut.photo"), shortAddress(home));
  if (!shot) {
    if (location.hash !== here) asked.delete(home.code); // went away, and did not say "later"
    return;
  }
  const now = draftFor(app, home) ?? app.begin("no_access", home);
  if (!draftFor(app, home)) await app.save(now);
  const note = await app.photoNote(now.id, shot, {}, home);
  await app.change(now.id, (latest) => addPhoto(latest, note));
  asked.delete(home.code);
}

const REASONS = ["busy", "no_right", "landlord", "later", "none"];

export function refused(app, code) {
  const { t } = app;
  const home = app.home(code);
  if (!home) return missing(app, code);
  const finish = (reason) => async () => {
    const go = afterwards();
    await app.finish({ ...app.begin("refused_entry", home), text: t(`refused.${reason}`) }, home, { title: shortAddress(home), judge: false });
    go("#/today");
    app.sync.run({ force: true });
  };
  return screen(
    top(t("home.refused"), { back: `#/home/${code}`, sub: shortAddress(home) }),
    warnings(app),
    main(h("div", { class: "p-known" }, h("b", {}, t("refused.note")), t("refused.note.text"))),
    foot(h("p", {}, t("refused.ask")), REASONS.map((reason) => button(t(`refused.${reason}`), finish(reason), { css: "tall", "data-act": `refused-${reason}` })))); // prettier-ignore
}

