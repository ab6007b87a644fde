// A hazard that another body must see to is handed over (A3.4): which, to whom, why; three taps.

import { button, h, icon } from "../dom.js";
import { afterwards, foot, main, roomWords, screen, severity, shortAddress, top, warnings } from "../frame.js";
import { missing } from "./home.js";

const BODIES = ["police", "housing", "fire", "urban", "planning", "market"];
const chosen = { hazard: null, body: null };

export function handover(app, code) {
  const { t } = app;
  const home = app.home(code);
  const hazards = home?.hazards ?? [];
  if (!hazards.length) return missing(app, code);
  const hazard = hazards.find((one) => one.code === chosen.hazard) ?? (hazards.length === 1 ? hazards[0] : null);
  const pick = (name, value) => () => {
    chosen[name] = value;
    app.changed();
  };
  const finish = async () => {
    const go = afterwards();
    const draft = { ...app.begin("handover", home), hazard: hazard.code, to_department: chosen.body, text: t(`handover.reason.${chosen.body}`, { what: hazard.title }) };
    chosen.hazard = chosen.body = null;
    await app.finish(draft, home, { title: shortAddress(home), judge: false });
    go("#/sync");
    app.sync.run({ force: true });
  };
  const tick = (on) => h("span", { class: on ? "acc" : "unk" }, icon(on ? "circle-check" : "circle-dotted"));
  return screen(
    top(t("more.handover"), { back: `#/more/${code}`, sub: shortAddress(home) }),
    warnings(app),
    main(
      h("div", { class: "p-h" }, h("h2", {}, t("handover.which"))),
      h("div", { class: "p-card" }, hazards.map((one) => h("button", { type: "button", class: "p-line", "aria-pressed": String(one === hazard), on: { click: pick("hazard", one.code) } }, tick(one === hazard), h("span", {}, h("b", {}, one.room ? `${roomWords(app, one.room)} ` : "", one.title)), severity(app, one)))),
      h("div", { class: "p-h" }, h("h2", {}, t("handover.whom"))),
      h("fieldset", { class: "p-q" }, h("div", { class: "p-ans" }, BODIES.map((body) => h("button", { type: "button", class: "yes", "data-value": body, "aria-pressed": String(chosen.body === body), on: { click: pick("body", body) } }, t(`body.${body}`))))),
      hazard && chosen.body && h("div", { class: "p-known" }, t(`handover.reason.${chosen.body}`, { what: hazard.title }))),
    foot(button(t("handover.send"), finish, { css: "go", sign: "transfer", disabled: !hazard || !chosen.body, "data-act": "handover" }))); // prettier-ignore
}
