// Where every record is, in words: never a code, and never "failed" without what to do next.

import { button, chip, h, icon } from "../dom.js";
import { foot, main, momentWords, screen, top } from "../frame.js";
import { dayOf, hourOf } from "../logic/days.js";
import { isSafe, isUnsent, needsDecision, wordOf } from "../logic/queue.js";
import { STEPS } from "../logic/ladder.js";
import { exported } from "../export.js";

const SIGNS = {
  decide: ["bad", "alert-circle", "bad"],
  waiting: ["due", "cloud-off", ""],
  saved: ["due", "lock", ""],
  sending: ["acc", "cloud-upload", "acc"],
  partial: ["acc", "cloud-upload", "acc"],
  stored: ["acc", "cloud-upload", "acc"],
  held: ["bad", "alert-circle", "bad"],
  signed_out: ["due", "lock", ""],
  received: ["ok", "cloud-check", ""],
  moved: ["unk", "alert-circle", ""],
  gone: ["unk", "alert-circle", ""],
  kept: ["unk", "alert-circle", ""],
  aside: ["unk", "alert-circle", ""],
};
const PHOTO = 300 * 1024;

export function outbox(app) {
  const { t } = app;
  const all = [...app.records.values()].sort((one, other) => other.finished_at.localeCompare(one.finished_at));
  const decide = all.filter((record) => needsDecision(record));
  const open = all.filter(isUnsent);
  const done = all.filter(isSafe);
  const today = done.filter((record) => dayOf(Date.parse(record.finished_at)) === app.today());
  const earlier = done.filter((record) => !today.includes(record));
  return screen(
    top(t("tab.sync"), { back: "#/today", sub: app.contact ? t("sync.contact", { when: momentWords(app, app.contact) }) : t("sync.never"), right: app.online ? chip("ok", "cloud-check", t("net.online")) : chip("due", "cloud-off", t("net.offline")) }),
    h("section", { class: "p-net big", "data-state": open.length || decide.length ? null : "ok", role: "status" }, icon(open.length ? "lock" : "cloud-check"), h("span", {}, h("b", {}, open.length ? t("sync.safe", { n: open.length }) : t("sync.empty")), h("br"), t(open.length ? "sync.safe.hint" : "sync.empty.hint"))),
    late(app),
    main(
      decide.length > 0 && h("div", { class: "p-card" }, decide.map((record) => row(app, record))),
      open.length > 0 && h("div", { class: "p-card" }, open.map((record) => row(app, record))),
      list(app, "ok", t("sync.done", { n: today.length }), today),
      list(app, "", t("sync.earlier", { n: earlier.length }), earlier),
      h("p", { class: "p-fine" }, app.space ? t("sync.room", { n: Math.max(0, Math.floor(app.space.free / PHOTO)).toLocaleString("en") }) : "", " ", t("sync.remind"))),
    foot(
      app.signedOut
        ? h("a", { class: "p-btn go", href: "/accounts/login/?next=/field/" }, icon("lock"), t("signin.button"))
        : button(t(app.sync.running ? "sync.trying" : "sync.try"), () => app.sync.run({ force: true }), { css: "go", sign: "cloud-upload", disabled: app.sync.running, "data-act": "sync" }),
      open.length > 0 && button(t("sync.export"), () => exported(app), { sign: "download", "data-act": "export" }))); // prettier-ignore
}

function late(app) {
  const queue = app.queue();
  const { t } = app;
  return [
    queue.late && h("div", { class: "p-net", "data-state": "bad", role: "status" }, icon("clock-exclamation"), h("span", {}, t("late.text", { n: queue.unsent }))),
    app.low && h("div", { class: "p-net", "data-state": "bad", role: "status" }, icon("alert-circle"), h("span", {}, t("low.text", { mb: Math.round(app.space.free / 1048576) }))),
    app.stranger && h("div", { class: "p-net", "data-state": "bad", role: "status" }, icon("user"), h("span", {}, t("stranger.text", { who: app.stranger }))),
  ];
}

function list(app, css, title, records) {
  if (!records.length) return null;
  return h("div", {}, h("div", { class: `p-h gap ${css}` }, icon("cloud-check"), h("h2", {}, title), h("small", {}, app.t("sync.checked"))), h("div", { class: "p-card" }, records.slice(0, 60).map((record) => row(app, record))));
}

function row(app, record) {
  const { t } = app;
  const word = wordOf(record, { online: app.online, active: app.active === record.id, signedOut: app.signedOut });
  const [tone, sign, css] = SIGNS[word];
  const sent = record.photos.filter((photo) => photo.sent).length;
  return h("div", { class: "p-rec", "data-word": word, "data-id": record.id },
    h("span", { class: tone }, icon(sign)),
    h("b", {}, record.title),
    word === "received" ? null : h("p", { class: `says ${css}` }, t(`word.${word}`)),
    word === "partial" || word === "sending" ? dots(record) : null,
    h("p", {}, details(app, record, word, sent)),
    told(app, record, word),
    contradicted(app, record) && h("p", { class: "says" }, t("sync.both")),
    (word === "decide" || contradicted(app, record)) && h("a", { class: "act", href: `#/both/${record.id}` }, t("sync.compare")),
    record.kind === "no_access" && record.next && ladder(app, record.next.step)); // prettier-ignore
}

const contradicted = (app, record) => isSafe(record) && ((record.server.differs?.contradicts ?? []).length > 0 || Boolean(record.server.differs?.verdict));

function dots(record) {
  if (!record.photos.length) return null;
  return h("div", { class: "p-dots", role: "img" }, record.photos.map((photo) => h("i", { class: photo.sent ? "on" : "" })));
}

function details(app, record, word, sent) {
  const { t } = app;
  const when = hourOf(Date.parse(record.finished_at));
  const kind = t(`kind.${record.kind}`);
  if (word === "partial") return t("sync.part", { n: Math.min(sent + 1, record.photos.length), all: record.photos.length });
  const parts = [t(isSafe(record) ? "sync.got" : "sync.finished", { when: isSafe(record) && record.contact_at ? hourOf(record.contact_at) : when }), kind];
  if (record.photos.length) parts.push(t("sync.photos", { n: record.photos.length }));
  if (record.signed) parts.push(t("sync.signed"));
  if (record.next?.at) parts.push(t("sync.next", { when: momentWords(app, Date.parse(record.next.at)) }));
  if (record.cleaned) parts.push(t("sync.cleaned"));
  return parts.join(app.t("dot"));
}

// What the server said, and what to do about it
function told(app, record, word) {
  const { t } = app;
  if (word === "held") return h("p", {}, [record.problem.text, record.problem.instead || t("word.held.do")].filter(Boolean).join(" "));
  if (word === "waiting" && record.problem?.kind === "busy") return h("p", {}, record.problem.text || t("word.busy"));
  const made = (record.server?.made?.hazards ?? []).length;
  const lines = [["moved", "gone", "kept", "aside", "decide"].includes(word) && (record.server.text || t(`word.${word}.do`)), made > 0 && t("sync.made", { n: made })].filter(Boolean);
  const refused = (record.server?.refused_photos ?? []).map((one) => one.text || t("sync.photo.refused"));
  return [...lines, ...refused].map((text) => h("p", {}, text));
}

function ladder(app, step) {
  return h("ol", { class: "p-steps" }, STEPS.map((one) => h("li", { class: one === step ? "on" : "" }, app.t(`step.${one}`))));
}
