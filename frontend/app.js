// Behaviour of every page. Pages work without it; nothing here changes what the server says.
import htmx from "htmx.org/dist/htmx.esm.js";
import "./elapsed.js";
import "./position.js";
import "./alarms.js";

window.htmx = htmx;
const zh = document.documentElement.lang.startsWith("zh");
const words = zh
  ? { selected: (n) => `已选 ${n} 件`, day: (n) => `${n} 天`, hour: (n) => `${n} 小时`, minute: (n) => `${n} 分钟`, late: (t) => `超 ${t}`, left: (t) => `剩 ${t}`, choose: "选择文件", photo: "拍照或选照片", none: "还没有选", files: (n) => `${n} 个文件` }
  : { selected: (n) => `${n} selected`, day: (n) => `${n} d`, hour: (n) => `${n} h`, minute: (n) => `${n} min`, late: (t) => `${t} late`, left: (t) => `${t} left`, choose: "Choose a file", photo: "Take or choose photos", none: "nothing chosen", files: (n) => `${n} files` };

// --- keys ------------------------------------------------------------------------------------------------------
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.a-menu[open]").forEach((menu) => {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    const box = document.querySelector("#site-search");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  } else if (event.key.toLowerCase() === "n") {
    nextError();
  } else if (event.key.startsWith("Arrow")) {
    moveInTable(event);
  }
});

// "N": the next wrong cell or field after the one in focus, round and round
function nextError() {
  const wrong = [...document.querySelectorAll("[aria-invalid='true']")].filter((item) => item.offsetParent);
  if (!wrong.length) return;
  const next = wrong[(wrong.indexOf(document.activeElement) + 1) % wrong.length];
  next.focus();
  next.scrollIntoView({ block: "center", inline: "nearest" });
}

// Arrows move between rows (focus on the row's first link) or, in a sheet, between cells that can be reached
function moveInTable(event) {
  const cell = event.target.closest("td, th");
  const row = cell?.parentElement;
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!row || !step) return;
  const focusable = (place) => (place?.matches("[tabindex]") ? place : place?.querySelector("a, button, input"));
  let next = row;
  let at = cell.cellIndex;
  do {
    if (step[0]) next = step[0] > 0 ? next.nextElementSibling : next.previousElementSibling;
    at += step[1];
    if (!next || at < 0 || (step[1] && at >= next.cells.length)) return;
  } while (next.classList.contains("group") || !focusable(next.cells[at]));
  event.preventDefault();
  focusable(next.cells[at]).focus();
}

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.a-menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  const button = event.target.closest("[data-opens], [data-closes], [data-dismiss], [data-next-error], [data-reveal], [data-print]");
  if (!button) return;
  if (button.dataset.opens) { event.preventDefault(); document.getElementById(button.dataset.opens)?.showModal(); }
  if ("closes" in button.dataset) { event.preventDefault(); button.closest("dialog")?.close(); }
  if ("dismiss" in button.dataset) button.closest(".a-note")?.remove();
  if ("nextError" in button.dataset) { event.preventDefault(); nextError(); }
  if ("print" in button.dataset) window.print();
  if (button.dataset.reveal) {
    const field = document.getElementById(button.dataset.reveal);
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
  }
});

// --- forms: one submit is one submit --------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method !== "post" || event.defaultPrevented) return;
  form.dataset.sent = "1";
  // after this turn, so that the button's own name and value still go along
  setTimeout(() => {
    form.querySelectorAll("button:not([type=button])").forEach((button) => { button.setAttribute("aria-busy", "true"); button.disabled = true; });
  });
});
const release = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy=true]").forEach((button) => { button.removeAttribute("aria-busy"); button.disabled = false; });
};
window.addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release); });
document.addEventListener("htmx:afterRequest", (event) => { if (event.target.matches?.("form[data-sent]")) release(event.target); });
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submits]")) event.target.form?.requestSubmit();
  tick(event);
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-dirty]:not([data-sent])")) event.preventDefault();
});
document.addEventListener("input", (event) => { const form = event.target.closest("form[data-guard]"); if (form) form.dataset.dirty = "1"; });

// --- ticking rows: the bar at the foot says how many ------------------------------------------------------------------
function tick(event) {
  const box = event.target;
  if (!box.matches?.("input[data-tick], input[data-tick-all]")) return;
  const table = box.closest("table");
  const boxes = [...table.querySelectorAll("input[data-tick]")];
  if (box.matches("[data-tick-all]")) boxes.forEach((item) => { item.checked = box.checked; });
  boxes.forEach((item) => item.closest("tr").toggleAttribute("aria-selected", item.checked));
  boxes.filter((item) => item.checked).forEach((item) => item.closest("tr").setAttribute("aria-selected", "true"));
  const n = boxes.filter((item) => item.checked).length;
  const all = table.querySelector("input[data-tick-all]");
  if (all) { all.checked = n === boxes.length && n > 0; all.indeterminate = n > 0 && n < boxes.length; }
  const bar = document.querySelector(".a-bulk");
  if (!bar) return;
  bar.hidden = n === 0;
  bar.querySelectorAll("[data-count]").forEach((place) => { place.textContent = words.selected(n); });
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tick-none]")) return;
  const all = document.querySelector("input[data-tick-all]");
  if (all) { all.checked = false; all.dispatchEvent(new Event("change", { bubbles: true })); }
});

// --- clocks: the server wrote the text; here it only moves on -----------------------------------------------------------
const HOUR = 3600e3;
const DAY = 24 * HOUR;
// the difference between this computer's clock and the server's (or the demo's) clock when the page was made
const drift = Date.parse(document.documentElement.dataset.now || "") - Date.now() || 0;

function span(ms) {
  if (ms < HOUR) return words.minute(Math.max(1, Math.floor(ms / 60e3)));
  if (ms < DAY) return words.hour(Math.floor(ms / HOUR));
  const hours = Math.floor((ms % DAY) / HOUR);
  const days = words.day(Math.floor(ms / DAY));
  return ms < 2 * DAY && hours ? `${days} ${words.hour(hours)}` : days;
}
function clocks() {
  const now = Date.now() + drift;
  document.querySelectorAll("time[data-due]").forEach((clock) => {
    const over = now - Date.parse(clock.dataset.due);
    if (over < 0 || clock.dataset.clock === "stop") return;
    const word = clock.querySelector(".w");
    if (clock.dataset.clock !== "over") clock.querySelector("use")?.setAttribute("href", clock.querySelector("use").getAttribute("href").replace(/#.*/, "#clock-exclamation"));
    clock.dataset.clock = "over";
    if (word) word.textContent = words.late(span(over));
  });
}
setInterval(clocks, 30e3);

// --- files: name what was dropped or chosen -------------------------------------------------------------------------
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const zone = event.target.closest?.(".a-drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", type === "dragover");
    const input = zone.querySelector("input[type=file]");
    if (type === "drop" && event.dataTransfer.files.length) { input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); }
  });
}

// The browser's own button speaks the browser's language and hides what was chosen; the field stays and does the work.
function files() {
  document.querySelectorAll("input[type=file]:not([data-dressed]):not(.a-drop input)").forEach((input) => {
    input.dataset.dressed = "1";
    const button = document.createElement("span");
    button.className = "a-btn sm a-file";
    button.textContent = input.accept.startsWith("image") ? words.photo : words.choose;
    const said = document.createElement("span");
    said.className = "a-faint a-small";
    const name = () => { said.textContent = input.files.length > 1 ? words.files(input.files.length) : input.files[0]?.name || words.none; };
    input.addEventListener("change", name);
    input.form?.addEventListener("reset", () => setTimeout(name));
    input.before(button);
    button.append(input);
    button.after(said);
    name();
  });
}

// --- parts swapped by htmx ---------------------------------------------------------------------------------------------
const say = (text) => { const place = document.getElementById("said"); if (place && text) place.textContent = text; };
document.addEventListener("htmx:afterSwap", (event) => say(event.target.querySelector("[data-say]")?.dataset.say || event.target.dataset?.say));
document.addEventListener("htmx:afterSettle", () => { charts(); clocks(); files(); });
for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(type, (event) => {
    const template = document.getElementById("offline-note");
    const status = event.detail.xhr?.status;
    // a refusal (4xx) comes with its own words; only silence and faults get ours
    if (!template || (status >= 400 && status < 500)) return;
    online();
    const part = event.detail.target?.id || "";
    const note = template.content.cloneNode(true);
    note.firstElementChild.dataset.part = part;
    document.querySelector(".a-says")?.append(note);
    if (part) document.getElementById(part)?.classList.add("a-stale");
  });
}
const online = (part) => document.querySelectorAll(".a-note.offline").forEach((old) => { if (part === undefined || old.dataset.part === part) old.remove(); });
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  const part = event.detail.target?.id || "";
  online(part);
  if (part) document.getElementById(part)?.classList.remove("a-stale"); // one that was filled, not replaced
});
document.addEventListener("htmx:beforeSwap", (event) => {
  // a refused form (422) and an edit conflict (409) come back as the form with its reasons
  if ([409, 422].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
});

// --- charts: data in <script type="application/json">, library only when a page has one ---------------------------------
async function charts() {
  const places = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (!places.length) return;
  const address = document.querySelector("meta[name=anju-charts]")?.content;
  if (!address) return;
  places.forEach((place) => { place.dataset.drawn = "1"; });
  const { draw } = await import(address);
  for (const place of places) draw(place, JSON.parse(document.getElementById(place.dataset.chart).textContent));
}

charts();
clocks();
files();
