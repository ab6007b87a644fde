// The field app: starts from what lies on the phone, shows it, and then looks whether there is a network.

import { App } from "./app.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { h } from "./dom.js";
import { today } from "./screens/today.js";
import { find } from "./screens/find.js";
import { home, more, part } from "./screens/home.js";
import { visit } from "./screens/visit.js";
import { summary } from "./screens/summary.js";
import { refused, shut } from "./screens/shut.js";
import { send, two, where } from "./screens/two.js";
import { scan } from "./screens/scan.js";
import { outbox } from "./screens/outbox.js";
import { both } from "./screens/both.js";
import { handover } from "./screens/handover.js";
import { settings } from "./screens/settings.js";
import { firstList, signIn, unfit, wiped } from "./screens/door.js";
import { setEstate } from "./frame.js";
import { estateOf } from "./logic/today.js";
import { translator } from "./words.js";

const SCREENS = { today, find, home, more, part, visit, done: summary, shut, refused, two, where, scan, sync: outbox, both, handover, settings, wiped };
const PRESS = 600; // milliseconds that a finger holds back the drawing at most
const LIVE = ["two", "scan"]; // screens with a camera are not drawn anew under the inspector's hand
const OPEN = ["settings", "sync", "wiped", "both"];

const root = document.body;
root.classList.add("p");

function router(app) {
  let leave = [];
  let shown = null;
  app.onLeave = (act) => leave.push(act);
  // The address changes at once, its event comes later, and a frame may be drawn between the two: what counts is whether this
  // address is on the glass already, not who asks. Else the late event would draw the screen twice.
  const draw = () => {
    const [name = "today", ...rest] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
    const here = location.hash;
    const moved = shown !== here;
    if (!moved && LIVE.includes(name)) return;
    if (!moved && document.activeElement?.matches("input[type=text],input[type=search]")) return;
    for (const act of leave.splice(0)) act();
    setEstate(estateOf(app.homes.values()));
    const top = moved ? 0 : scrollY;
    shown = here;
    document.querySelector("#field")?.remove();
    root.prepend(h("div", { id: "field", class: "p-page", "data-screen": name }, gate(app, name) ?? (SCREENS[name] ?? today)(app, ...rest)));
    scrollTo(0, top);
  };
  // A tap is a press and a release on one and the same button: while a finger lies on the glass nothing is drawn anew.
  let asked = false;
  let pressed = null;
  const drawn = () => {
    if (!asked || pressed) return;
    asked = false;
    draw();
  };
  const release = () => {
    clearTimeout(pressed);
    pressed = null;
    requestAnimationFrame(drawn);
  };
  addEventListener("pointerdown", () => {
    clearTimeout(pressed);
    pressed = setTimeout(release, PRESS);
  }, true); // prettier-ignore
  for (const end of ["click", "pointercancel"]) addEventListener(end, release, true);
  app.listeners.add(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(drawn);
  });
  addEventListener("hashchange", draw);
  draw();
}

function gate(app, name) {
  if (OPEN.includes(name)) return null;
  if (!app.me) return signIn(app);
  if (!app.grid.at) return firstList(app);
  return null;
}

function toaster(app) {
  let timer = null;
  app.toast = (text, label = null, act = null) => {
    document.querySelector(".p-toast")?.remove();
    clearTimeout(timer);
    const toast = h("div", { class: "p-toast", role: "status" }, h("span", {}, text), label && h("button", { type: "button", on: { click: () => (toast.remove(), act()) } }, label));
    document.body.append(toast);
    timer = setTimeout(() => toast.remove(), act ? 3000 : 4000);
  };
}

// A waiting version takes over only while no visit is being written; then the page starts anew in it.
async function serviceWorker(app) {
  if (!navigator.serviceWorker) return;
  let had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (had) location.reload();
    had = true;
  });
  const registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  const waits = () => {
    app.waiting = registration.waiting && navigator.serviceWorker.controller ? registration.waiting : null;
    app.changed();
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", waits));
  waits();
}

async function start() {
  const t = translator(navigator.language.startsWith("en") ? "en" : "zh");
  if (!window.isSecureContext || !globalThis.indexedDB) {
    root.prepend(h("div", { id: "field", class: "p-page" }, unfit(t("unfit.text"))));
    return;
  }
  const app = new App(await Store.open());
  toaster(app);
  await app.load();
  app.sync = new Sync(app);
  router(app);
  app.position.start();
  navigator.storage?.persist?.();
  serviceWorker(app).catch(() => null); // a browser without it works, but not from a cold start without network
  // what was seen in passing and whose three seconds a killed tab cut short
  for (const draft of [...app.drafts.values()]) if (draft.kind === "quick_finding" && draft.photos.length && draft.text) await send(app, draft.id);
  addEventListener("online", () => app.sync.run({ force: true }));
  addEventListener("offline", () => {
    app.online = false;
    app.changed();
  });
  document.addEventListener("visibilitychange", () => !document.hidden && app.sync.run());
  await app.sync.run();
}

start();
