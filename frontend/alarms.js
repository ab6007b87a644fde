// The duty room's pages keep themselves up to date: server-sent events, else asking every five seconds, and when the line is
// down they say since when. A new alarm of danger sounds once on this computer. The server's pages work without any of it.
//
// One tab holds the stream and tells the others (a browser allows only six connections to one server); where the browser has
// no locks every tab holds its own. Sound is allowed by browsers only after a click or a key: until then a button asks for it.
const place = document.querySelector("[data-alarms]");
if (place) start(place);

function start(root) {
  const words = JSON.parse(root.querySelector("[data-words]").textContent);
  const drift = Date.parse(document.documentElement.dataset.now || "") - Date.now() || 0;
  const now = () => new Date(Date.now() + drift);
  const tell = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const shared = "BroadcastChannel" in window ? new BroadcastChannel("anju-alarms") : null;
  let cursor = root.dataset.liveFrom;
  let heard = Date.now(); // when the server last said anything: news or only that it lives
  let spoken = false; // before its first word nobody knows whether the line holds: the server's "as of" stays
  let stream = null;
  let streamed = 0; // when the stream last said anything, or was opened
  let leads = !navigator.locks;
  let polling = false;
  const ANSWER = 8e3; // milliseconds; an answer that has not come by then does not come

  // --- parts of the page -------------------------------------------------------------------------------------------
  const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    || [...part.querySelectorAll("textarea, input[type=text], input:not([type])")].some((field) => field.value !== field.defaultValue);

  // Exchange the parts that differ. What somebody is typing in stays as it is, and so does the focus.
  function exchange(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    let changed = false;
    page.querySelectorAll("[data-live]").forEach((next) => {
      const old = document.getElementById(next.id);
      if (!old || busy(old) || plain(old) === plain(next)) return;
      const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
      const open = [...old.querySelectorAll("details[open]")].length > 0;
      const fresh = document.importNode(next, true);
      if (open) fresh.querySelectorAll("details:not(.a-menu)").forEach((one) => { one.open = true; });
      old.replaceWith(fresh);
      fresh.dataset.plain = plain(next);
      window.htmx?.process(fresh);
      if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
      changed = true;
    });
    document.querySelectorAll("#alarm [data-live]").forEach((old) => { if (!page.getElementById(old.id) && page.getElementById("alarm") && !busy(old)) old.remove(); });
    if (changed) document.dispatchEvent(new CustomEvent("htmx:afterSettle"));
    mark();
  }
  // As the server wrote it: seconds that a script has moved on, the mark of the chosen line and tokens are no difference.
  function plain(part) {
    if (part.dataset.plain) return part.dataset.plain;
    const copy = part.cloneNode(true);
    copy.querySelectorAll("[data-elapsed], [data-left], [data-ago]").forEach((clock) => { clock.textContent = ""; });
    copy.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((token) => token.remove());
    copy.querySelectorAll("[data-drawn]").forEach((chart) => { chart.replaceWith(Object.assign(document.createElement("div"), {})); });
    copy.querySelectorAll("[data-chart]").forEach((chart) => { chart.replaceWith(Object.assign(document.createElement("div"), {})); });
    copy.querySelectorAll(".a-new, [aria-current=true][data-code]").forEach((one) => { one.classList.remove("a-new"); one.removeAttribute("aria-current"); });
    copy.querySelectorAll("progress").forEach((bar) => bar.removeAttribute("value"));
    return copy.innerHTML.replace(/ class=""/g, "");
  }
  async function fetchPart(address) {
    return (await get(address, { "HX-Request": "true" })).text();
  }
  // On a line that lets nothing through and does not say so, an answer would be awaited for ever, and nothing be asked again.
  async function get(address, headers = {}) {
    const answer = await fetch(address, { headers, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(ANSWER) });
    if (answer.type === "opaqueredirect" || answer.status === 401) location.reload(); // signed out: the page leads to where one signs in, and back
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }
  const withPart = (address, part) => { const url = new URL(address, location.href); url.searchParams.set("part", part); return url; };

  let again = null;
  function refresh() { // at most one after another, however fast the news come
    if (again) { again = "wanted"; return; }
    again = "running";
    let pause = 700;
    refreshNow().catch(() => { again = "wanted"; pause = 3000; }) // news came, the page did not: it is asked for again
      .then(() => setTimeout(() => { const wanted = again === "wanted"; again = null; if (wanted) refresh(); }, pause));
  }
  async function refreshNow() {
    if (root.dataset.wall) { exchange(await fetchPart(withPart(root.dataset.wall, "duty"))); return; }
    const queue = withPart(root.dataset.queue, "queue");
    new URL(location.href).searchParams.forEach((value, name) => { if (name !== "reading") queue.searchParams.set(name, value); });
    queue.searchParams.set("chosen", chosen());
    exchange(await fetchPart(queue));
    const code = chosen();
    if (code) {
      const address = withPart(root.dataset.queue + encodeURIComponent(code) + "/", "alarm");
      const reading = new URL(location.href).searchParams.get("reading");
      if (reading) address.searchParams.set("reading", reading);
      exchange(await fetchPart(address));
    } else if (document.querySelector("#queue-list [data-code]")) {
      location.reload(); // the first alarm on a screen that was calm
    }
  }

  // --- which alarm is looked at ----------------------------------------------------------------------------------------
  const chosen = () => document.getElementById("alarm")?.dataset.code || "";
  const linesOf = () => [...document.querySelectorAll("#queue-list a[data-code]")];
  function mark() {
    const code = chosen();
    linesOf().forEach((line) => { if (line.dataset.code === code) line.setAttribute("aria-current", "true"); else line.removeAttribute("aria-current"); });
  }
  async function choose(address, push = true) {
    try {
      const html = await fetchPart(withPart(address, "alarm"));
      const page = new DOMParser().parseFromString(html, "text/html");
      const next = page.getElementById("alarm");
      document.getElementById("alarm").replaceWith(document.importNode(next, true));
      window.htmx?.process(document.getElementById("alarm"));
      if (push) history.pushState({}, "", address);
      mark();
      document.dispatchEvent(new CustomEvent("htmx:afterSettle"));
      document.getElementById(`q-${next.dataset.code}`)?.scrollIntoView({ block: "nearest" });
    } catch { location.href = address; }
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#queue-list a[data-code], #alarm a[data-code], #alarm a[data-reading]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    choose(link.dataset.reading ? readingAddress(link.dataset.reading) : link.href);
  });
  function readingAddress(name) {
    const url = new URL(root.dataset.queue + encodeURIComponent(chosen()) + "/", location.href);
    new URL(location.href).searchParams.forEach((value, key) => url.searchParams.set(key, value));
    url.searchParams.set("reading", name);
    return url.href;
  }
  window.addEventListener("popstate", () => { if (location.pathname === root.dataset.queue) location.reload(); else choose(location.href, false); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target?.id === "alarm" || event.detail?.target?.id === "alarm") refresh(); });

  // --- keys ------------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input:not([type=radio]), textarea, select");
    if (event.target.matches?.("[data-enter]") && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.key === "Escape" && field) { field.blur(); return; }
    if (field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || root.dataset.wall && event.key !== "m") return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k" || key === "arrowdown" || key === "arrowup") { step(key === "j" || key === "arrowdown" ? 1 : -1, event); return; }
    if (key === "m") { mute(); return; }
    const wanted = document.querySelector(`#alarm [data-key="${CSS.escape(key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("input[type=radio]")) { wanted.checked = true; wanted.form.querySelector("[data-enter]").focus(); }
    else if (key === "a") wanted.click();
    else { wanted.closest("details") && (wanted.closest("details").open = true); (wanted.value === "told" ? wanted.form.elements.to : wanted).focus(); }
  });
  function step(by, event) {
    const lines = linesOf();
    if (!lines.length || event.target.closest?.("table")) return;
    event.preventDefault();
    const at = lines.findIndex((line) => line.dataset.code === chosen());
    const next = lines[Math.min(lines.length - 1, Math.max(0, at + by))];
    next.focus();
    choose(next.href);
  }

  // --- sound: once for each alarm on this computer, and once more when it burns again -------------------------------------------
  const button = root.querySelector("[data-sound]");
  const muted = () => localStorage.getItem("anju-alarms-muted") === "1";
  const Audio = window.AudioContext || window.webkitAudioContext;
  const audio = Audio ? new Audio() : null;
  let waiting = []; // alarms that could not be sounded yet
  function showSound() {
    if (!button) return;
    button.hidden = !audio;
    const state = muted() ? "off" : audio?.state === "running" ? "on" : "asleep";
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(state === "on"));
    button.querySelector("span").textContent = words[`sound_${state}`];
    const use = button.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, state === "on" ? "#volume" : "#volume-off"));
  }
  function mute() {
    if (audio?.state !== "running" && !muted()) { wake(); return; }
    localStorage.setItem("anju-alarms-muted", muted() ? "0" : "1");
    showSound();
  }
  async function wake() {
    if (!audio || audio.state === "running") return;
    await audio.resume().catch(() => {});
    showSound();
    if (audio.state === "running") { const late = waiting; waiting = []; late.forEach(ring); }
  }
  button?.addEventListener("click", (event) => { event.stopPropagation(); mute(); });
  for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, (event) => { if (!event.target.closest?.("[data-sound]")) wake(); });
  audio?.addEventListener("statechange", showSound);

  const KEPT = 500;
  const sounded = () => { try { return JSON.parse(localStorage.getItem("anju-alarms-sounded")) || []; } catch { return []; } };
  function claim(ring) { // true for the first tab that asks
    const list = sounded();
    if (list.includes(ring)) return false;
    localStorage.setItem("anju-alarms-sounded", JSON.stringify([...list, ring].slice(-KEPT)));
    return true;
  }
  async function ring(alarm) {
    if (!audio || muted()) return;
    if (audio.state !== "running") { if (!waiting.some((one) => one.ring === alarm.ring)) waiting.push(alarm); return; }
    const mine = navigator.locks ? await navigator.locks.request("anju-alarms-ring", async () => claim(alarm.ring)) : claim(alarm.ring);
    if (mine) play(alarm.kind);
  }
  let free = 0; // two alarms in one second sound one after the other
  function play(kind) {
    const tones = kind === "pre_alarm" ? [[660, 0.25]] : [[880, 0.2], [660, 0.2], [880, 0.2], [660, 0.2], [880, 0.2], [660, 0.3]];
    let at = Math.max(audio.currentTime + 0.02, free);
    for (const [pitch, length] of tones) {
      const tone = audio.createOscillator();
      const level = audio.createGain();
      tone.type = "square";
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, at);
      level.gain.exponentialRampToValueAtTime(0.22, at + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, at + length);
      tone.connect(level).connect(audio.destination);
      tone.start(at);
      tone.stop(at + length);
      at += length;
    }
    free = at + 0.3;
    root.dataset.rang = String(Number(root.dataset.rang || 0) + 1);
  }

  // --- news --------------------------------------------------------------------------------------------------------------
  const told = new Set(document.querySelectorAll("[data-code]").length ? [...document.querySelectorAll("[data-code]")].map((one) => one.dataset.code) : []);
  function take(news) {
    cursor = news.cursor;
    const loud = root.querySelector("[data-loud][role=alert]");
    const fresh = news.ringing.filter((alarm) => !told.has(alarm.ring));
    fresh.forEach((alarm) => told.add(alarm.ring));
    if (fresh.length) loud.textContent = fresh.slice(0, 3).map((alarm) => alarm.words).join(". ") + (fresh.length > 3 ? `. ${words.more}: ${fresh.length - 3}` : "");
    news.ringing.forEach(ring);
    menu(news.urgent);
    document.title = document.title.replace(/^\(\d+\) /, "").replace(/^/, news.urgent ? `(${news.urgent}) ` : "");
    refresh();
    if (fresh.length) setTimeout(() => fresh.forEach((alarm) => document.querySelectorAll(`[data-code="${CSS.escape(alarm.code)}"]`).forEach((line) => line.closest("li")?.classList.add("a-new"))), 600);
  }
  function menu(count) {
    document.querySelectorAll(`.a-nav a[href="${root.dataset.queue}"], .a-bottom a[href="${root.dataset.queue}"]`).forEach((link) => {
      let number = link.querySelector(".n");
      if (!number && count) { number = document.createElement("span"); number.className = "n hot"; link.append(number); }
      if (number) { number.textContent = count || ""; number.hidden = !count; }
    });
  }
  function alive() { spoken = true; heard = Date.now(); polling = false; showLive(); }
  function hear(kind, data) {
    alive();
    if (kind === "news") take(data);
    else if (kind === "bye") location.reload();
  }
  function open() {
    stream?.close();
    streamed = Date.now();
    stream = new EventSource(`${root.dataset.stream}?after=${encodeURIComponent(cursor)}`);
    for (const kind of ["news", "beat", "bye"]) {
      stream.addEventListener(kind, (event) => {
        const data = JSON.parse(event.data);
        streamed = Date.now();
        shared?.postMessage({ kind, data });
        hear(kind, data);
      });
    }
  }
  shared?.addEventListener("message", (event) => hear(event.data.kind, event.data.data));
  if (leads) open();
  else navigator.locks.request("anju-alarms-stream", () => { leads = true; open(); return new Promise(() => {}); });

  const PATIENCE = 13e3;
  const SILENT = 30e3; // a stream says something every five seconds: one that says nothing for so long is opened anew
  async function poll() {
    if (Date.now() - heard >= PATIENCE) await ask();
  }
  async function ask() {
    try {
      const news = await (await get(`${root.dataset.since}?after=${encodeURIComponent(cursor)}`)).json();
      if (Date.now() - heard >= PATIENCE) {
        heard = Date.now() - PATIENCE; // the stream itself is still silent
        spoken = polling = true;
      }
      take(news);
    } catch { polling = false; }
    if (leads && (stream?.readyState === EventSource.CLOSED || Date.now() - streamed > SILENT)) open();
    showLive();
  }
  setInterval(poll, 5e3);
  setTimeout(() => leads || ask(), 300); // what another tab was told while this page was on its way

  // --- how fresh it is -----------------------------------------------------------------------------------------------------
  const clock = (moment) => new Date(moment + drift + 8 * 3600e3).toISOString().slice(11, 19); // in Shanghai
  let shownAt = Date.now();
  function showLive() {
    const sign = root.querySelector("[data-live-state]");
    if (!sign) return;
    const quiet = Date.now() - heard;
    if (!spoken && !polling && quiet < PATIENCE) return;
    const state = polling ? "poll" : quiet < PATIENCE ? "on" : "off";
    if (state !== "off") shownAt = Date.now() - (polling ? 0 : quiet);
    const seconds = Math.floor(quiet / 1000);
    const text = state === "on" ? (seconds > 1 ? tell(words.ago, { n: seconds }) : words.live) : state === "poll" ? words.polling : tell(words.down, { at: clock(shownAt) });
    const place = sign.querySelector("[data-live-words]");
    if (place.textContent !== text) place.textContent = text;
    if (sign.dataset.liveState !== state) sign.dataset.liveState = state;
    root.classList.toggle("a-stale", state === "off");
  }
  const span = (seconds) => { const zh = document.documentElement.lang.startsWith("zh"); const [s, m, h, d] = zh ? [" 秒", " 分", " 小时", " 天"] : [" s", " min", " h", " d"];
    return seconds < 60 ? `${seconds}${s}` : seconds < 3600 ? `${Math.floor(seconds / 60)}${m}` : seconds < 172800 ? `${Math.floor(seconds / 3600)}${h}` : `${Math.floor(seconds / 86400)}${d}`; };
  function seconds() {
    document.querySelectorAll("[data-ago]").forEach((one) => { one.textContent = span(Math.max(0, Math.floor((now() - Date.parse(one.dataset.ago)) / 1000))); });
    document.querySelectorAll("[data-clock]").forEach((one) => { one.textContent = clock(Date.now()); });
    showLive();
  }
  setInterval(seconds, 1000);
  document.querySelectorAll("[data-live]").forEach((part) => { part.dataset.plain = plain(part); });
  document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-live]:not([data-plain])").forEach((part) => { part.dataset.plain = plain(part); }));
  if (document.documentElement.dataset.nav === "rail") document.querySelectorAll(".a-nav a").forEach((link) => { link.title = link.querySelector(".w")?.textContent || ""; });
  seconds();
  showSound();
}
